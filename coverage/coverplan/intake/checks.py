"""Checks between the cells of a row, between rows, and between tables."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from coverplan import schema
from coverplan.errors import Problem, Severity, Where
from coverplan.intake.cells import shown
from coverplan.intake.desk import Desk
from coverplan.intake.frames import typed_frame
from coverplan.intake.matching import TypeNames
from coverplan.intake.names import TownshipNames
from coverplan.intake.tables import Table
from coverplan.presence import open_at
from coverplan.schema import TableContract

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd
    import pandas as pd

    from coverplan.config import Programme

__all__ = [
    "candidates_not_open",
    "empty_reports",
    "levels_met",
    "matched_cells",
    "must_or_never",
    "plan_names",
    "report_conflicts",
    "reports_once",
    "stacked",
    "table_or_empty",
    "two_ends",
    "unique_across",
    "venue_dates",
    "village_codes",
]


def _fault(table: Table, line: int, column: str, key: str, found: str, **values: str | int) -> None:
    table.book.add(Problem(key, table.where(line, column), shown(found), values, Severity.ROW))


def village_codes(table: Table) -> None:
    """
    Set villages aside whose code does not begin with their township's.

    Parameters
    ----------
    table
        The villages that were read.
    """
    pairs = zip(table.rows["code12"], table.rows["code9"], strict=True)
    for line, (code12, code9) in enumerate(pairs):
        if not code12.startswith(code9):
            _fault(table, line, "code12", "intake.village.prefix", code12, code9=code9)


def venue_dates(table: Table, as_of: date) -> None:
    """
    Set venues aside that closed before they opened; ask where status and dates disagree.

    Parameters
    ----------
    table
        The venues of one file.
    as_of
        The report date.
    """
    columns = zip(
        table.rows["opened_on"], table.rows["closed_on"], table.rows["status"], strict=True
    )
    for line, (opened, closed, status) in enumerate(columns):
        start = None if opened != opened else opened.date()  # noqa: PLR0124 - NaT
        end = None if closed != closed else closed.date()  # noqa: PLR0124 - NaT
        if start and end and end < start:
            _fault(
                table, line, "closed_on", "intake.venue.closed_first", str(end), opened=str(start)
            )
        elif status == "open" and ((start and start > as_of) or (end and end <= as_of)):
            late = bool(start and start > as_of)
            column = "opened_on" if late else "closed_on"
            key = "intake.venue.open_later" if late else "intake.venue.open_closed"
            where = table.where(line, column)
            values = {"as_of": str(as_of)}
            problem = Problem(key, where, str(start if late else end), values, Severity.NOTE)
            table.book.add(problem)


def must_or_never(table: Table) -> None:
    """
    Set candidates aside that must and must never be chosen.

    Parameters
    ----------
    table
        The candidates of one file.
    """
    both = table.rows["must"].fillna(value=False) & table.rows["never"].fillna(value=False)
    for line in both.to_numpy().nonzero()[0].tolist():
        _fault(table, line, "must", "intake.candidate.both", table.rows["id"].iloc[line])


def two_ends(table: Table) -> None:
    """
    Set asked times aside that lead from a township to itself.

    Parameters
    ----------
    table
        The asked minutes between seats.
    """
    pairs = zip(table.rows["from_code9"], table.rows["to_code9"], strict=True)
    for line, (start, end) in enumerate(pairs):
        if start == end:
            _fault(table, line, "to_code9", "intake.asked.same", end)


def unique_across(tables: Sequence[Table | None], column: str) -> None:
    """
    Set rows aside whose id stands in an earlier file already.

    Parameters
    ----------
    tables
        In the order of the plan; None where a file could not be read.
    column
        The column that names a row.
    """
    first: dict[str, str] = {}
    for table in filter(None, tables):
        own: dict[str, str] = {}
        for line, key in enumerate(table.rows[column]):
            if key in first:
                _fault(table, line, column, "intake.row.elsewhere", key, other=first[key])
            own[key] = table.file
        first = own | first


def candidates_not_open(
    candidates: Sequence[Table | None], venues: Sequence[Table | None], as_of: date
) -> None:
    """
    Set candidates aside that stand among the venues as open: what is open is no proposal.

    Parameters
    ----------
    candidates, venues
        In the order of the plan; None where a file could not be read.
    as_of
        The report date.
    """
    standing: dict[str, str] = {}
    for table in filter(None, venues):
        rows = table.rows
        standing |= dict.fromkeys(rows.loc[open_at(rows, as_of), "id"], table.file)
    for table in filter(None, candidates):
        for line, key in enumerate(table.rows["id"]):
            if key in standing:
                _fault(table, line, "id", "intake.row.elsewhere", key, other=standing[key])


def levels_met(schools: Table, programmes: Iterable["Programme"]) -> None:
    """
    Ask where a programme wants school levels that no school of the register has.

    Parameters
    ----------
    schools
        The register that was read.
    programmes
        The plan's programmes.
    """
    there = dict.fromkeys(str(one) for one in schools.frame["level"])
    for item in programmes:
        if item.levels and not set(item.levels) & there.keys():
            values = {"type": item.type, "there": "、".join(there) or "—"}
            found = "、".join(item.levels)
            where = Where(schools.file)
            schools.book.add(Problem("intake.schools.levels", where, found, values, Severity.NOTE))


def reports_once(table: Table) -> None:
    """
    Set answers aside that a township has given already for a type.

    Parameters
    ----------
    table
        The answers that were read.
    """
    first: dict[tuple[str, str], int] = {}
    for line, key in enumerate(zip(table.rows["code9"], table.rows["type"], strict=True)):
        where = table.where(line)
        if not all(key) or table.book.is_aside(table.file, where.sheet, where.row or 0):
            continue
        if key in first:
            row = table.where(first[key]).row or 0
            name = table.rows["township"].iloc[line]
            _fault(table, line, "township", "intake.report.again", name, first=row)
        else:
            first[key] = line


def report_conflicts(
    desk: Desk, answers: "pd.DataFrame", venues: "pd.DataFrame", path: Path | None
) -> None:
    """
    Ask where a township reported none of a type and the venue table has an open one.

    Parameters
    ----------
    desk
        Where questions are put down.
    answers
        [code9, type] `answer`.
    venues
        [id] `code9, type, status`.
    path
        The file of answers, for the place of a question; None where there is none.
    """
    if path is None or venues.empty:
        return
    none = set(answers.index[answers["answer"] == "none"])
    open_ones = venues[venues["status"] == "open"]
    for code9, kind, name in zip(
        open_ones["code9"], open_ones["type"], open_ones["name"], strict=True
    ):
        if (code9, kind) in none:
            desk.note("intake.report.conflict", desk.plan.name_of(path), shown(name), code9=code9)


def plan_names(desk: Desk, types: TypeNames | None, targets: Table | None) -> None:
    """
    Record programmes of the plan that name a venue type or target which no table has.

    Parameters
    ----------
    desk
        Where faults are put down.
    types
        The venue types; None where they could not be read.
    targets
        The targets; None where they could not be read.
    """
    plan = desk.plan
    ids = [] if targets is None else list(targets.frame["id"])
    for number, programme in enumerate(plan.programme, start=1):
        at = f"programme[{number}]"
        if types is not None and programme.type not in types.zh:
            where = Where(plan.source, key=f"{at}.type")
            known = types.nearest(programme.type)
            desk.book.add(Problem("intake.plan.type", where, programme.type, {"known": known}))
        if targets is not None and programme.target and programme.target not in ids:
            where = Where(plan.source, key=f"{at}.target")
            known = "、".join(ids)
            desk.book.add(Problem("intake.plan.target", where, programme.target, {"known": known}))


def matched_cells(
    desk: Desk, frame: "gpd.GeoDataFrame", file: str, names: TownshipNames
) -> "gpd.GeoDataFrame | None":
    """
    Return township polygons by code9, matched by a code or name column of their layer.

    Parameters
    ----------
    desk
        Where problems go.
    frame
        The layer.
    file
        Its name.
    names
        The county's townships.
    """
    column, codes = _best_column(frame, names)
    if not column:
        known = "、".join(str(name) for name in frame.columns if name != "geometry")
        desk.book.add(Problem("intake.layer.no_names", Where(file), known))
        return None
    cells = frame[["geometry"]].copy()
    cells["code9"] = codes
    lost = []
    for number, (raw, code) in enumerate(zip(frame[column], codes, strict=True), start=1):
        if not code:
            lost.append(shown(raw))
            where = Where(file, row=number, column=column)
            desk.book.skip(where, "intake.layer.no_township", shown(raw))
    if lost:
        desk.note("intake.layer.unmatched", file, "、".join(lost), column=column, count=len(lost))
    cells = cells[cells["code9"] != ""].dissolve("code9").sort_index()
    absent = [name for code, name in names.names.items() if code not in cells.index]
    if absent:
        desk.note("intake.layer.absent", file, "、".join(absent), count=len(absent))
    return cells


def _best_column(frame: "gpd.GeoDataFrame", names: TownshipNames) -> tuple[str, list[str]]:
    best, codes = "", [""] * len(frame)
    for column in frame.columns:
        if column == "geometry":
            continue
        matched = []
        for value in frame[column]:
            match = names.match(str(value)) if isinstance(value, (str, int)) else None
            matched.append(match.code if match else "")
        if sum(map(bool, matched)) > sum(map(bool, codes)):
            best, codes = str(column), matched
    return best, codes


def stacked(tables: Iterable[Table | None], contract: TableContract) -> "pd.DataFrame":
    """
    Return the kept rows of several files of one contract as one frame; empty where there is none.

    Parameters
    ----------
    tables
        The tables.
    contract
        Their contract.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    frames = [table.frame for table in tables if table is not None]
    if not frames:
        frame = typed_frame(contract, [])
        sited = "township" in contract.names
        return frame.assign(**{k: pd.Series(dtype="str") for k in ("code9", "code12") if sited})
    return pd.concat(frames, ignore_index=True)


def table_or_empty(frame: "pd.DataFrame | None", contract: TableContract) -> "pd.DataFrame":
    """
    Return a frame with a new index, or an empty one of the contract.

    Parameters
    ----------
    frame
        What was read, or None.
    contract
        Whose columns an empty frame has.
    """
    return typed_frame(contract, []) if frame is None else frame.reset_index(drop=True)


def empty_reports() -> "pd.DataFrame":
    """Return the frame of a county in which nothing has been reported."""
    import pandas as pd  # noqa: PLC0415 - heavy

    frame = typed_frame(schema.REPORTS, [])
    return frame.assign(code9=pd.Series(dtype="str"))[
        ["code9", "type", "answer", "reported_on", "reporter", "note"]
    ]
