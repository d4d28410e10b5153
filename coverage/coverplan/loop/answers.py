"""A returned form, read: what it says, and each cell that cannot stand as it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.intake.cells import Raw, parse_cell, printable, shown, written
from coverplan.intake.grids import Grid
from coverplan.intake.headers import Header, bare_header, find_header
from coverplan.intake.ledger import RowBook
from coverplan.intake.tables import Table, table_of
from coverplan.loop.formbook import Page, Paper
from coverplan.loop.inbox import Arrival
from coverplan.loop.sheets import SIGNATURES
from coverplan.schema import REPORTS

__all__ = ["Answer", "Reading", "read_answer", "set_file_aside"]

_SEARCHED_ROWS = 30
_LABELS = {label.replace("（盖章）", ""): key for key, label in SIGNATURES.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """
    One sheet of a returned form.

    Parameters
    ----------
    page
        The sheet as it was handed out.
    grid
        The sheet as it came back; None where it is missing or doubled.
    header
        Where its header stands.
    table
        Its rows, typed; None where the sheet cannot be used.
    """

    page: Page
    grid: Grid | None = None
    header: Header | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """
    A returned form.

    Parameters
    ----------
    arrival
        The file.
    paper
        The form as it was handed out.
    readings
        Contract name -> its sheet.
    signed
        Signature key -> what was filled in.
    book
        The account of all rows, shared by all files.
    """

    arrival: Arrival
    paper: Paper
    readings: Mapping[str, Reading]
    signed: Mapping[str, Any]
    book: RowBook

    @property
    def faults(self) -> tuple[Problem, ...]:
        """Return what must be corrected, by sheet and row."""
        own = [
            problem
            for problem in self.book.problems
            if problem.where.file == self.arrival.file and problem.severity is not Severity.NOTE
        ]
        order = {name: place for place, name in enumerate(self.sheet_names)}
        return tuple(sorted(own, key=lambda p: (order.get(p.where.sheet, -1), p.where.row or 0)))

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """Return the names of the sheets as they came back."""
        return tuple(grid.sheet for grid in self.arrival.visible)

    def frame(self, contract: str) -> pd.DataFrame | None:
        """
        Return the rows of a sheet that can stand, or None where the form has no such sheet.

        Parameters
        ----------
        contract
            Name of its contract.
        """
        reading = self.readings.get(contract)
        return None if reading is None or reading.table is None else reading.table.frame

    def fault(
        self, reading: Reading, line: int, column: str, key: str, **values: str | int
    ) -> None:
        """
        Set a row aside.

        Parameters
        ----------
        reading
            Its sheet.
        line
            Its index label in the table.
        column
            The column at fault.
        key
            Message key.
        **values
            What the message names.
        """
        self._tell(reading, line, column, key, Severity.ROW, values)

    def ask(self, reading: Reading, line: int, column: str, key: str, **values: str | int) -> None:
        """
        Record a question about a row that stands.

        Parameters
        ----------
        reading
            Its sheet.
        line
            Its index label in the table.
        column
            The column.
        key
            Message key.
        **values
            What the message names.
        """
        self._tell(reading, line, column, key, Severity.NOTE, values)

    def _tell(
        self,
        reading: Reading,
        line: int,
        column: str,
        key: str,
        severity: Severity,
        values: Mapping[str, str | int],
    ) -> None:
        if reading.table is None:
            return
        found = ""
        if column in reading.table.rows.columns:
            value = reading.table.rows[column].iloc[line]
            found = "" if pd.isna(value) else shown(_plain(value))
        where = reading.table.where(line, column)
        self.book.add(Problem(key, where, found, values, severity))


def read_answer(arrival: Arrival, paper: Paper, book: RowBook) -> Answer:
    """
    Read a returned form against the form as it was handed out.

    Parameters
    ----------
    arrival
        The file.
    paper
        The form as it was handed out.
    book
        Where rows and problems are entered.

    Returns
    -------
    Answer
        Sheets are known by their headers, not their names. A sheet whose header was changed, or
        that is there twice, is not used: all its rows are set aside with the reason.
    """
    heads = _heads(arrival)
    readings = {
        page.sheet.contract.name: _reading(arrival, page, heads, book) for page in paper.pages
    }
    wanted = paper.id.audience != "check"  # each line of a check has its own name and day
    signed = _signatures(arrival, book if wanted else RowBook())
    answer = Answer(arrival, paper, readings, signed, book)
    for reading in readings.values():
        _check_codes(answer, reading)
    taken = {reading.grid.sheet for reading in readings.values() if reading.grid is not None}
    for grid in arrival.visible:
        if grid.sheet not in taken and not _is_cover(grid):
            _set_sheet_aside(arrival.file, grid, book, "loop.row.other_sheet")
    return answer


def set_file_aside(arrival: Arrival, book: RowBook, key: str) -> None:
    """
    Account for every row of a file that is not used.

    Parameters
    ----------
    arrival
        The file.
    book
        Where its rows are entered.
    key
        Message key of the reason.
    """
    book.extend(arrival.problems)
    for grid in arrival.visible:
        _set_sheet_aside(arrival.file, grid, book, key)


def _set_sheet_aside(file: str, grid: Grid, book: RowBook, key: str) -> None:
    for number, row in enumerate(grid.rows, start=1):
        filled = [cell for cell in row if cell is not None and printable(written(cell))]
        if filled:
            book.enter(file, grid.sheet, number)
            book.skip(Where(file, grid.sheet, number), key, shown(filled[0]))


Heads = Sequence[tuple[Grid, frozenset[str]]]


def _heads(arrival: Arrival) -> Heads:
    return [
        (
            grid,
            frozenset(
                bare_header(cell)
                for row in grid.rows[:_SEARCHED_ROWS]
                for cell in row
                if isinstance(cell, str)
            ),
        )
        for grid in arrival.visible
    ]


def _reading(arrival: Arrival, page: Page, heads: Heads, book: RowBook) -> Reading:
    contract, name = page.sheet.contract, page.sheet.name
    fitting: list[tuple[Grid, Header]] = []
    partly: Grid | None = None
    wanted = {bare_header(column.zh) for column in contract.columns}
    for grid, texts in heads:
        # most sheets have nothing in common with this one: only the others are searched
        header = find_header(grid, contract) if len(texts & wanted) > 1 else None
        if header is not None and set(contract.names) <= set(header.places):
            fitting.append((grid, header))
        elif grid.sheet == name:
            partly = grid
    if len(fitting) == 1:
        grid, header = fitting[0]
        if grid.sheet != name:
            where = Where(arrival.file, grid.sheet)
            book.add(Problem("loop.sheet.renamed", where, name, severity=Severity.NOTE))
        try:
            table = table_of([grid], contract, file=arrival.file, book=book)
        except InputError as fault:
            book.extend(fault.problems)
            _set_sheet_aside(arrival.file, grid, book, "loop.row.sheet")
            return Reading(page, grid, header)
        return Reading(page, grid, header, table)
    if fitting:
        for grid, _ in fitting:
            where = Where(arrival.file, grid.sheet)
            book.add(Problem("loop.sheet.doubled", where, name))
            _set_sheet_aside(arrival.file, grid, book, "loop.row.sheet")
        return Reading(page, fitting[0][0])
    if partly is not None:
        header = find_header(partly, contract)
        has = set() if header is None else set(header.places)
        gone = "、".join(column.zh for column in contract.columns if column.name not in has)
        book.add(Problem("loop.sheet.headers", Where(arrival.file, partly.sheet), gone))
        _set_sheet_aside(arrival.file, partly, book, "loop.row.sheet")
        return Reading(page, partly, header)
    book.add(Problem("loop.sheet.missing", Where(arrival.file), name))
    return Reading(page)


def _is_cover(grid: Grid) -> bool:
    return bool(_labels(grid))


def _labels(grid: Grid) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for row, cells in enumerate(grid.rows):
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                key = _LABELS.get(printable(cell).replace("（盖章）", "").rstrip("：: "))
                if key is not None:
                    found.setdefault(key, (row, place))
    return found


def _signatures(arrival: Arrival, book: RowBook) -> dict[str, Any]:
    covers = [(grid, _labels(grid)) for grid in arrival.visible]
    cover, labels = max(covers, key=lambda pair: len(pair[1]), default=(None, {}))
    signed: dict[str, Any] = {}
    if cover is None or len(labels) < len(SIGNATURES):
        book.add(Problem("loop.sign.cover", Where(arrival.file)))
        return signed
    for key, (row, place) in labels.items():
        value = _first_right(cover.rows[row], place, {at for r, at in labels.values() if r == row})
        where = Where(arrival.file, cover.sheet, row + 1, SIGNATURES[key])
        if value is None or not printable(written(value)):
            book.add(Problem("loop.sign.empty", where, SIGNATURES[key]))
            continue
        if key == "reported_on":
            parsed = parse_cell(REPORTS.column("reported_on"), value)
            if parsed.fault:
                book.add(Problem(parsed.fault, where, shown(value), parsed.values))
                continue
            value = parsed.value
        signed[key] = value if isinstance(value, date) else printable(written(value))
    return signed


def _first_right(row: Sequence[Raw], place: int, labels: set[int]) -> Raw:
    for at in range(place + 1, len(row)):
        if at in labels:
            return None
        if row[at] is not None:
            return row[at]
    return None


def _check_codes(answer: Answer, reading: Reading) -> None:
    """Hold the codes that came back against the codes that were handed out."""
    sheet, table = reading.page.sheet, reading.table
    if table is None:
        return
    given = _handed_out(answer.arrival, reading.page)
    size = len(sheet.key)
    known = {codes[:size]: codes[size:] for codes in given}
    seen: dict[tuple[str, ...], int] = {}
    rows = table.rows
    for line in range(len(rows)):
        codes = tuple(str(rows[name].iloc[line] or "") for name in sheet.key)
        if not any(codes):
            continue  # a new row
        if codes not in known:
            _changed_code(answer, reading, line, given)
        elif codes in seen:
            first = table.where(seen[codes]).row or 0
            answer.fault(reading, line, sheet.key[0], "loop.code.twice", first=first)
        else:
            seen[codes] = line
            for name, was in zip(sheet.fixed, known[codes], strict=False):
                if str(rows[name].iloc[line]) != was:
                    answer.fault(reading, line, name, "loop.code.fixed", was=was)
    back = {*seen, *_unreadable(reading, known)}
    names = _names_of(reading.page)
    gone = [names.get(codes, "、".join(codes)) for codes in known if codes not in back]
    if gone:
        where = Where(answer.arrival.file, reading.grid.sheet if reading.grid else "")
        problem = Problem("loop.code.gone", where, "、".join(gone[:8]), {"count": len(gone)})
        answer.book.add(problem)


def _changed_code(
    answer: Answer, reading: Reading, line: int, given: Iterable[tuple[str, ...]]
) -> None:
    sheet, table = reading.page.sheet, reading.table
    if table is None:
        return
    row = {name: str(table.rows[name].iloc[line] or "") for name in (*sheet.key, *sheet.fixed)}
    size, key = len(sheet.key), sheet.key[0]
    same = [codes for codes in given if sheet.fixed and codes[size:] == (row[sheet.fixed[0]],)]
    own = answer.paper.id.key
    foreign = answer.paper.id.audience == "township" and row[key][:9].isdigit()
    if foreign and len(row[key]) >= 9 and not row[key].startswith(own):  # noqa: PLR2004 - code9
        answer.fault(reading, line, key, "loop.code.other_township", code9=own)
    elif len(same) == 1 and key != "id":
        answer.fault(reading, line, key, "loop.code.retyped", was=same[0][0])
    else:
        answer.fault(reading, line, key, "loop.code.unknown")


def _handed_out(arrival: Arrival, page: Page) -> list[tuple[str, ...]]:
    sheet = page.sheet
    if arrival.keys is not None:
        return list(arrival.keys.get(sheet.contract.name, ()))
    names = (*sheet.key, *sheet.fixed)
    return [
        tuple(str(row.get(name) or "") for name in names)
        for row in page.rows
        if row.get(sheet.key[0])
    ]


def _unreadable(reading: Reading, known: Mapping[tuple[str, ...], Any]) -> set[tuple[str, ...]]:
    # rows whose code is sound but that have been set aside for another cell
    if reading.grid is None or reading.header is None:
        return set()
    places = [reading.header.places[name] for name in reading.page.sheet.key]
    found = set()
    for row in reading.grid.rows[reading.header.data_row - 1 :]:
        cells = [row[place] if place < len(row) else None for place in places]
        found.add(tuple(printable(written(cell)) for cell in cells))
    return found & set(known)


def _names_of(page: Page) -> dict[tuple[str, ...], str]:
    return {
        tuple(str(row.get(name) or "") for name in page.sheet.key): str(row.get("name") or "")
        for row in page.rows
        if row.get("name")
    }


def _plain(value: Any) -> Raw:
    plain: Raw = value.item() if hasattr(value, "item") else value
    return plain
