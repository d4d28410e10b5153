"""A file becomes a checked table: header found, cells read, every row accounted for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coverplan.errors import Problem, Severity, TableError, Where
from coverplan.intake.cells import Parsed, Raw, parse_cell, printable, shown, written
from coverplan.intake.frames import typed_frame
from coverplan.intake.grids import Grid
from coverplan.intake.headers import Extra, Header, bare_header, find_header
from coverplan.intake.ledger import Line, RowBook
from coverplan.intake.workbooks import read_grids
from coverplan.schema import Column, Kind, TableContract

if TYPE_CHECKING:  # annotations only
    import pandas as pd

__all__ = ["Table", "read_table", "table_of"]

_TOTAL = re.compile(r".{0,12}(合计|小计|总计|共计|累计|总数|total|subtotal)[::]?", re.IGNORECASE)
_FOOTNOTE = re.compile(
    r"(注|备注|说明|填表|填报|制表|审核|审批|负责人|联系人|联系电话|单位负责人|填表说明|数据来源|资料来源)"
    r"[^::]{0,8}[::].*",
    re.DOTALL,
)
_FILLED_DOWN = frozenset({Kind.TEXT, Kind.CODE6, Kind.CODE9, Kind.CODE12, Kind.CHOICE, Kind.FLAG})
_BRACKETS = re.compile(r"\([^()]*\)")
_SHOWN_HEADERS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """
    A table that was let in.

    Parameters
    ----------
    contract
        What it was checked against.
    file
        Its name as the plan names it.
    rows
        Every row without a fault in its own cells: all columns of the contract in their types,
        one line a row, index 0, 1, …
    places
        Sheet and row of each line of `rows`.
    headers
        Sheet -> canonical column -> header as it stands in the file.
    book
        The account of its rows; shared where one was passed in.
    faulty
        Sheet, row and sound cells of each row with a fault in a cell: set aside already, but its
        names are looked up too, so that one report tells all that is wrong with it.
    """

    contract: TableContract
    file: str
    rows: "pd.DataFrame"
    places: tuple[tuple[str, int], ...]
    headers: Mapping[str, Mapping[str, str]]
    book: RowBook
    faulty: tuple[tuple[str, int, Mapping[str, Any]], ...] = ()

    @property
    def frame(self) -> "pd.DataFrame":
        """Return the rows that have not been set aside, by now, for whatever reason."""
        kept = [not self.book.is_aside(self.file, *place) for place in self.places]
        return self.rows.loc[kept]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return the problems of this file, in the order they were found."""
        return tuple(p for p in self.book.problems if p.where.file == self.file)

    @property
    def ledger(self) -> "pd.DataFrame":
        """Return the account of this file's rows."""
        frame = self.book.frame()
        return frame[frame["file"] == self.file].reset_index(drop=True)

    def where(self, line: int, column: str = "") -> Where:
        """
        Return the place of a line, for a message.

        Parameters
        ----------
        line
            Index label in `rows`.
        column
            Canonical column name.
        """
        return self.at(*self.places[line], column)

    def at(self, sheet: str, row: int, column: str = "") -> Where:
        """
        Return the place of a row, for a message.

        Parameters
        ----------
        sheet, row
            Where it stands.
        column
            Canonical column name.
        """
        header = self.headers.get(sheet, {}).get(column, column)
        return Where(self.file, sheet, row, header)


def read_table(
    path: Path,
    contract: TableContract,
    *,
    file: str = "",
    extra: Extra = (),
    book: RowBook | None = None,
) -> Table:
    """
    Read a table from a text file or workbook and check it against its contract.

    All sheets that carry the contract's required columns are read, one after the other; others
    are passed over and said so.

    Parameters
    ----------
    path
        A .csv, .tsv, .xlsx, .xls or .ods file.
    contract
        What it must look like.
    file
        Its name for messages; the bare file name where empty.
    extra
        Header aliases of the planner: (column, header, table).
    book
        Where rows and problems are entered; a new one where None.

    Returns
    -------
    Table
        With its problems; rows at fault are in the ledger and not in `frame`.

    Raises
    ------
    TableError
        The file cannot be read, has no header or lacks a required column: nothing of it can be
        used. Faults of single rows do not raise.

    Notes
    -----
    Encodings: byte-order mark, else strict UTF-8, else strict GB18030. Limits: 200,000 rows and
    256 columns a sheet, 256 MB unpacked; a workbook's extent is measured before it is opened.
    """
    file = file or path.name
    return table_of(read_grids(path, file), contract, file=file, extra=extra, book=book)


def table_of(
    grids: Sequence[Grid],
    contract: TableContract,
    *,
    file: str,
    extra: Extra = (),
    book: RowBook | None = None,
) -> Table:
    """
    Check sheets that have been read already against a contract.

    Parameters
    ----------
    grids
        The sheets of one file.
    contract
        What they must look like.
    file
        Its name for messages.
    extra
        Header aliases of the planner: (column, header, table).
    book
        Where rows and problems are entered; a new one where None.

    Returns
    -------
    Table
        As `read_table`.

    Raises
    ------
    TableError
        As `read_table`.
    """
    book = RowBook() if book is None else book
    chosen = _chosen([_trimmed(grid) for grid in grids], contract, file, extra, book)
    book.open(file)
    reader = _Rows(contract, file, book)
    for grid, header in chosen:
        reader.read(grid, header)
    table = Table(
        contract,
        file,
        typed_frame(contract, reader.records),
        tuple(reader.places),
        {grid.sheet: header.texts for grid, header in chosen},
        book,
        tuple(reader.faulty),
    )
    _unique(table)
    return table


def _trimmed(grid: Grid) -> Grid:
    last = max((n for n, row in enumerate(grid.rows, 1) if not _blank(row)), default=0)
    formulas = max((row for row, _ in grid.uncomputed), default=0)
    rows = grid.rows[: max(last, formulas)]
    return Grid(grid.sheet, rows, grid.merges, grid.uncomputed, grid.hidden)


def _blank(row: Sequence[Raw]) -> bool:
    return all(raw is None or (isinstance(raw, str) and not printable(raw)) for raw in row)


def _chosen(
    grids: Sequence[Grid], contract: TableContract, file: str, extra: Extra, book: RowBook
) -> list[tuple[Grid, Header]]:
    filled = [grid for grid in grids if grid.rows]
    if not filled:
        raise TableError(Problem("intake.file.empty", Where(file)))
    found = [(grid, find_header(grid, contract, extra)) for grid in filled]
    whole = [
        (grid, header)
        for grid, header in found
        if header is not None and set(contract.required) <= set(header.places)
    ]
    visible = [item for item in whole if not item[0].hidden]
    chosen = visible or whole
    if not chosen:
        raise TableError(_no_header(found, contract, file))
    faults = [
        Problem(
            "intake.header.doubled",
            Where(file, grid.sheet, header.first_row),
            "、".join(shown(text) for text in claimed),
            {"column": contract.column(name).zh},
        )
        for grid, header in chosen
        for name, claimed in header.doubled.items()
    ]
    if faults:
        raise TableError(faults)
    taken = {grid.sheet for grid, _ in chosen}
    for grid, _ in found:
        if grid.sheet not in taken and not grid.hidden:
            where = Where(file, grid.sheet)
            book.add(Problem("intake.sheet.passed", where, severity=Severity.NOTE))
    for grid, header in chosen:
        _near_headers(grid, header, contract, file, book)
    return chosen


def _no_header(
    found: Sequence[tuple[Grid, Header | None]], contract: TableContract, file: str
) -> list[Problem]:
    headed = [(grid, header) for grid, header in found if header is not None]
    if not headed:
        wanted = "、".join(contract.column(name).zh for name in contract.required)
        top = [shown(raw) for raw in found[0][0].rows[0] if raw is not None][:_SHOWN_HEADERS]
        where = Where(file, found[0][0].sheet)
        return [
            Problem(
                "intake.header.none",
                where,
                "、".join(top),
                {"table": contract.zh, "wanted": wanted, "name": contract.name},
            )
        ]
    grid, header = max(headed, key=lambda item: len(item[1].places))
    there = "、".join(shown(text) for text in header.unused[:_SHOWN_HEADERS]) or "—"
    return [
        Problem(
            "intake.header.missing",
            Where(file, grid.sheet, header.first_row),
            there,
            {"column": contract.column(name).zh, "name": name},
        )
        for name in contract.required
        if name not in header.places
    ]


def _near_headers(
    grid: Grid, header: Header, contract: TableContract, file: str, book: RowBook
) -> None:
    # a misspelt optional header would lose its column in silence
    absent = {
        bare_header(text): column.zh
        for column in contract.columns
        if column.name not in header.places
        for text in ((column.zh, column.name) if column.aliased else (column.zh,))
    }
    if not absent or not header.unused:
        return
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only where a header is unknown

    bracketless = {_BRACKETS.sub("", head): name for head, name in absent.items()}
    for text in header.unused:
        where = Where(file, grid.sheet, header.first_row, shown(text))
        bare = bare_header(text)
        same = bracketless.get(_BRACKETS.sub("", bare))
        if same is not None and "(" in bare:
            values = {"nearest": same}
            book.add(Problem("intake.header.unit", where, shown(text), values, Severity.NOTE))
            continue
        near = process.extractOne(bare, list(absent), scorer=fuzz.ratio, score_cutoff=75)
        if near is not None:
            values = {"nearest": absent[near[0]]}
            book.add(Problem("intake.header.near", where, shown(text), values, Severity.NOTE))


class _Rows:
    """Reads the rows of one sheet after the other into plain records."""

    def __init__(self, contract: TableContract, file: str, book: RowBook) -> None:
        self.contract = contract
        self.file = file
        self.book = book
        self.records: list[dict[str, Any]] = []
        self.places: list[tuple[str, int]] = []
        self.faulty: list[tuple[str, int, Mapping[str, Any]]] = []
        self._seen: dict[tuple[str, type, Raw], Parsed] = {}

    def read(self, grid: Grid, header: Header) -> None:
        columns = [
            (self.contract.column(name), place, shown(header.texts[name]))
            for name, place in header.places.items()
        ]
        merged = _merged(grid, header)
        for row in range(header.data_row, len(grid.rows) + 1):
            raw = grid.rows[row - 1]
            where = Where(self.file, grid.sheet, row)
            self.book.enter(self.file, grid.sheet, row)
            aside = self._no_data(raw, columns, grid, row)
            if aside:
                found = next((shown(cell) for cell in raw if cell is not None), "")
                self.book.skip(where, aside, found)
                continue
            record, sound = self._record(grid, row, columns, merged)
            if not sound:
                self.faulty.append((grid.sheet, row, record))
            else:
                self.records.append(record)
                self.places.append((grid.sheet, row))

    def _no_data(
        self, raw: Sequence[Raw], columns: list[tuple[Column, int, str]], grid: Grid, row: int
    ) -> str:
        if _blank(raw) and not any(at == row for at, _ in grid.uncomputed):
            return "intake.row.blank"
        texts = [
            (place, printable(cell)) for place, cell in enumerate(raw) if isinstance(cell, str)
        ]
        filled = [(place, text) for place, text in texts if text]
        heads = {place: bare_header(header) for _, place, header in columns}
        known = [(heads[place], text) for place, text in filled if place in heads]
        if len(known) > 1 and all(head == bare_header(text) for head, text in known):
            return "intake.row.header_again"
        coded = any(
            column.kind.digits
            and place < len(raw)
            and any(c.isdigit() for c in written(raw[place]))
            for column, place, _ in columns
        )
        for _, text in filled[:2]:
            plain = text.replace(" ", "").replace("　", "").replace("：", ":")
            if not coded and _TOTAL.fullmatch(plain):
                return "intake.row.total"
        if len(filled) == sum(1 for cell in raw if cell is not None) and filled and not coded:
            first = filled[0][1].replace("：", ":")
            if len(filled) <= 2 and _FOOTNOTE.fullmatch(first):  # noqa: PLR2004
                return "intake.row.footnote"
        return ""

    def _record(
        self,
        grid: Grid,
        row: int,
        columns: list[tuple[Column, int, str]],
        merged: Mapping[tuple[int, int], Raw],
    ) -> tuple[dict[str, Any], bool]:
        raws = grid.rows[row - 1]
        record: dict[str, Any] = {}
        sound = True
        for column, place, header in columns:
            raw = raws[place] if place < len(raws) else None
            where = Where(self.file, grid.sheet, row, header)
            above = merged.get((row, place + 1))
            if raw is None and above is not None:
                raw, parsed = above, self._merged_cell(column, above)
            elif raw is None and (row, place + 1) in grid.uncomputed:
                parsed = Parsed(fault="intake.cell.formula")
            else:
                parsed = self._parsed(column, raw)
            if parsed.fault:
                sound = False
                self.book.add(Problem(parsed.fault, where, shown(raw), parsed.values, Severity.ROW))
            elif parsed.repair:
                after = "" if parsed.value is None else written(parsed.value)
                line = Line(parsed.repair, header, shown(raw), after, parsed.values)
                self.book.repair(where, line)
            record[column.name] = parsed.value
        return record, sound

    def _merged_cell(self, column: Column, above: Raw) -> Parsed:
        if column.kind not in _FILLED_DOWN or column.name in self.contract.key:
            return Parsed(fault="intake.cell.merged")
        parsed = self._parsed(column, above)
        return parsed if parsed.fault else Parsed(parsed.value, "intake.repair.merged")

    def _parsed(self, column: Column, raw: Raw) -> Parsed:
        key = (column.name, type(raw), raw)
        parsed = self._seen.get(key)
        if parsed is None:
            parsed = self._seen[key] = parse_cell(column, raw)
        return parsed


def _merged(grid: Grid, header: Header) -> dict[tuple[int, int], Raw]:
    # cells below the first of a merged range that covers several rows of one column
    wanted = {place + 1 for place in header.places.values()}
    found: dict[tuple[int, int], Raw] = {}
    for merge in grid.merges:
        one_column = merge.left == merge.right and merge.left in wanted
        if not one_column or merge.top < header.data_row or merge.top > len(grid.rows):
            continue
        first = grid.rows[merge.top - 1]
        raw = first[merge.left - 1] if merge.left <= len(first) else None
        if raw is not None:
            for row in range(merge.top + 1, min(merge.bottom, len(grid.rows)) + 1):
                found[row, merge.left] = raw
    return found


def _unique(table: Table) -> None:
    key = table.contract.key
    if not key:
        return
    first: dict[tuple[Any, ...], int] = {}
    for line, values in enumerate(table.rows[list(key)].itertuples(index=False, name=None)):
        if values in first:
            # the first stays: which one is right only the planner knows
            table.book.add(
                Problem(
                    "intake.row.duplicate",
                    table.where(line, key[0]),
                    "、".join(shown(value) for value in values),
                    {"first": table.where(first[values]).row or 0},
                    Severity.ROW,
                )
            )
        else:
            first[values] = line
