"""Everything that a plan names: read, matched, checked, and every row accounted for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coverplan import schema
from coverplan.domain import Inputs
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.intake import checks
from coverplan.intake.cells import shown
from coverplan.intake.desk import Desk
from coverplan.intake.ledger import RowBook
from coverplan.intake.matching import (
    TypeNames,
    known_codes,
    match_townships,
    match_types,
    match_villages,
)
from coverplan.intake.names import TownshipNames, VillageNames
from coverplan.intake.places import Area, check_positions, points
from coverplan.intake.sources import read_sources
from coverplan.intake.tables import Table

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd
    import pandas as pd

    from coverplan.config import Plan

__all__ = ["Examined", "examine", "read_inputs"]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """
    What came of reading a plan's files, whether or not a run can follow.

    Parameters
    ----------
    inputs
        None where a fatal problem left nothing to compute with.
    problems
        All of them, by file and row.
    book
        The account of every row; `book.frame()` is the ledger, `book.counts()` its summary.
    """

    inputs: Inputs | None
    problems: tuple[Problem, ...]
    book: RowBook

    def stopping(self, on_bad_row: str) -> tuple[Problem, ...]:
        """
        Return the problems that forbid a run; empty where it may go on.

        Parameters
        ----------
        on_bad_row
            `"stop"` or `"set_aside"`.
        """
        faults = tuple(p for p in self.problems if p.severity is not Severity.NOTE)
        fatal = any(p.severity is Severity.FATAL for p in faults)
        return faults if fatal or on_bad_row == "stop" else ()


def read_inputs(plan: "Plan", *, progress: Progress | None = None) -> Inputs:
    """
    Read everything that a plan names.

    Parameters
    ----------
    plan
        The plan.
    progress
        Called with each file's name before it is read.

    Returns
    -------
    Inputs
        Keys matched, positions in WGS84; rows set aside are in its ledger.

    Raises
    ------
    InputError
        A file or the plan is wrong, or a row is and the plan says `on_bad_row = "stop"`. It holds
        all problems of all files.
    """
    examined = examine(plan, progress=progress)
    stopping = examined.stopping(plan.intake.on_bad_row)
    if stopping or examined.inputs is None:
        raise InputError(stopping)
    return examined.inputs


def examine(plan: "Plan", *, progress: Progress | None = None) -> Examined:
    """
    Read everything that a plan names and tell every problem, without raising.

    Parameters
    ----------
    plan
        The plan.
    progress
        Called with each file's name before it is read.

    Returns
    -------
    Examined
        With inputs unless something fatal was found.
    """
    desk = Desk(plan, progress)
    towns = _read_townships(desk)
    outline = desk.layer(plan.boundaries.outline, plan.boundaries.datum)
    if towns is not None:
        seats = towns.table.rows
        area = Area.around(
            outline,
            seats["seat_lon"].to_numpy(dtype=np.float64),
            seats["seat_lat"].to_numpy(dtype=np.float64),
        )
        check_positions(towns.table, area, plan.townships.datum, lon="seat_lon", lat="seat_lat")
    else:
        area = Area(outline, None)
    rest = _read_rest(desk, towns, area)
    inputs = None
    if towns is not None and rest is not None and not desk.fatal:
        inputs = _assembled(desk, towns, rest, outline)
    problems = desk.ordered_problems()
    return Examined(inputs, problems, desk.book)


@dataclass(frozen=True, slots=True, eq=False)
class _Towns:
    table: Table
    names: TownshipNames


@dataclass(frozen=True, slots=True, eq=False)
class _Rest:
    people: "dict[str, int]"
    tables: "dict[str, pd.DataFrame]"
    venues: "pd.DataFrame"
    villages: "pd.DataFrame"
    cells: "gpd.GeoDataFrame | None"
    layers: "dict[str, gpd.GeoDataFrame]"


def _read_townships(desk: Desk) -> _Towns | None:
    plan = desk.plan
    table = desk.table(plan.townships.file, schema.TOWNSHIPS)
    aliases = desk.table(plan.townships.aliases, schema.ALIASES)
    if table is None:
        return None
    county = plan.county
    for line, code in enumerate(table.rows["code9"]):
        if not code.startswith(county.code):
            where = table.where(line, "code9")
            values = {"county": county.code}
            desk.book.add(Problem("intake.township.county", where, code, values, Severity.ROW))
    kept = table.frame
    if kept.empty:
        desk.book.add(Problem("intake.table.no_rows", Where(table.file)))
        return None
    listed = dict(zip(kept["code9"], kept["name"], strict=True))
    pairs: tuple[tuple[str, str], ...] = ()
    if aliases is not None:
        known_codes(aliases, "code9", listed.__contains__, "intake.township.code")
        pairs = tuple(zip(aliases.frame["alias"], aliases.frame["code9"], strict=True))
    return _Towns(table, TownshipNames(listed, pairs, (county.name,)))


def _read_rest(desk: Desk, towns: _Towns | None, area: Area) -> _Rest | None:
    plan = desk.plan
    codes = towns.names.names if towns else {}
    has_town: Callable[[str], bool] = codes.__contains__ if towns else lambda _: True

    villages = desk.table(plan.villages.file, schema.VILLAGES)
    village_names = None
    if villages is not None:
        known_codes(villages, "code9", has_town, "intake.township.code")
        checks.village_codes(villages)
        check_positions(villages, area, plan.villages.datum)
        kept = villages.frame
        village_names = VillageNames(dict(zip(kept["code12"], kept["name"], strict=True)))
    listed = village_names.names if village_names else {}

    types_table = desk.table(plan.venue_types.file, schema.VENUE_TYPES)
    types = TypeNames(types_table.frame) if types_table is not None else None
    targets = desk.table(plan.targets.file, schema.TARGETS)
    indicators = desk.table(plan.targets.indicators, schema.INDICATORS)
    departments = desk.table(plan.targets.departments, schema.DEPARTMENTS)
    if targets is not None and types is not None:
        match_types(targets, types, "venue_type", many=True)
    if targets is not None and indicators is not None:
        ids = set(targets.frame["id"])
        known_codes(indicators, "target", ids.__contains__, "intake.target.unknown")
    checks.plan_names(desk, types, targets)

    def sited(table: Table, datum: str) -> None:
        if towns is not None:
            match_townships(table, towns.names)
            match_villages(table, village_names)
        check_positions(table, area, datum)

    venues = [desk.table(path, schema.VENUES) for path in plan.venues.files]
    for table in filter(None, venues):
        if types is not None:
            match_types(table, types, "type")
        sited(table, plan.venues.datum)
        checks.venue_dates(table, plan.county.as_of)
    checks.unique_across(venues, "id")
    reports = desk.table(plan.venues.reports, schema.REPORTS)
    if reports is not None:
        if types is not None:
            match_types(reports, types, "type")
        if towns is not None:
            match_townships(reports, towns.names)
            checks.reports_once(reports)
    schools = desk.table(plan.schools.file, schema.SCHOOLS)
    if schools is not None:
        sited(schools, "wgs84")
    candidates = [desk.table(path, schema.CANDIDATES) for path in plan.candidates.files]
    for table in filter(None, candidates):
        if types is not None:
            match_types(table, types, "types", many=True)
        sited(table, "wgs84")
        checks.must_or_never(table)
    checks.unique_across(candidates, "id")
    asked_villages = desk.table(plan.travel.asked_villages, schema.ASKED_VILLAGES)
    if asked_villages is not None and village_names is not None:
        known_codes(asked_villages, "code12", listed.__contains__, "intake.village.code")
    asked_seats = desk.table(plan.travel.asked_seats, schema.ASKED_SEATS)
    if asked_seats is not None:
        for column in ("from_code9", "to_code9"):
            known_codes(asked_seats, column, has_town, "intake.township.code")
        checks.two_ends(asked_seats)
    scenarios = desk.table(plan.population.scenarios, schema.SCENARIOS)
    if scenarios is not None:
        known_codes(scenarios, "code9", has_town, "intake.township.code")
    people = _people(desk, codes, scenarios, has_town)
    cells = _cells(desk, towns)
    layers = desk.named_layers()
    if towns is None or types_table is None or targets is None:
        return None
    frames = {
        "venue_types": types_table,
        "targets": targets,
        "indicators": indicators,
        "departments": departments,
        "reports": reports,
        "schools": schools,
        "asked_villages": asked_villages,
        "asked_seats": asked_seats,
        "scenarios": scenarios,
    }
    tables = {name: table.frame for name, table in frames.items() if table is not None}
    if plan.candidates.files:
        tables["candidates"] = checks.stacked(candidates, schema.CANDIDATES)
    return _Rest(
        people,
        tables,
        checks.stacked(venues, schema.VENUES),
        checks.stacked([villages], schema.VILLAGES),
        cells,
        layers,
    )


def _people(
    desk: Desk,
    codes: Mapping[str, str],
    scenarios: Table | None,
    has_town: Callable[[str], bool],
) -> "dict[str, int]":
    plan = desk.plan
    table = desk.table(plan.population.file, schema.population(plan.population.column))
    found: dict[str, int] = {}
    file = ""
    if table is not None:
        known_codes(table, "code9", has_town, "intake.township.code")
        file = table.file
        found = dict(zip(table.frame["code9"], table.frame["people"], strict=True))
    if plan.population.scenario and scenarios is not None:
        rows = scenarios.frame
        named = rows[rows["scenario"] == plan.population.scenario]
        file = scenarios.file
        if named.empty:
            known = "、".join(dict.fromkeys(rows["scenario"]))
            where = Where(plan.source, key="population.scenario")
            scenario = plan.population.scenario
            desk.book.add(Problem("intake.plan.scenario", where, scenario, {"known": known}))
        found = dict(zip(named["code9"], named["people"], strict=True))
    if codes and file:
        absent = [name for code, name in codes.items() if code not in found]
        if absent:
            desk.note("intake.population.absent", file, "、".join(absent), count=len(absent))
    return {code: int(number) for code, number in found.items()}


def _cells(desk: Desk, towns: _Towns | None) -> "gpd.GeoDataFrame | None":
    plan = desk.plan
    frame = desk.layer(plan.boundaries.townships, plan.boundaries.datum)
    if frame is None or towns is None or plan.boundaries.townships is None:
        return None
    return checks.matched_cells(desk, frame, plan.name_of(plan.boundaries.townships), towns.names)


def _assembled(
    desk: Desk, towns: _Towns, rest: _Rest, outline: "gpd.GeoDataFrame | None"
) -> Inputs:
    import pandas as pd  # noqa: PLC0415 - heavy

    plan = desk.plan
    seats = towns.table.frame.set_index("code9").sort_index()
    seats["people"] = pd.Series(rest.people, dtype="Int64").reindex(seats.index)
    unseated = seats.loc[seats["seat_lon"].isna(), "name"]
    if len(unseated):
        names = "、".join(shown(name) for name in unseated)
        desk.note("intake.township.no_seat", towns.table.file, names, count=len(unseated))
    reports = rest.tables.get("reports")
    venues = rest.venues.set_index("id")
    answers = (
        reports[["code9", "type", "answer", "reported_on", "reporter", "note"]]
        if reports is not None
        else checks.empty_reports()
    ).set_index(["code9", "type"])
    checks.report_conflicts(desk, answers, rest.venues, plan.venues.reports)
    counts = {file: sum(fates.values()) for file, fates in desk.book.counts().items()}
    sources, notes = read_sources(plan, plan.files(), counts | desk.features, desk.datums)
    desk.book.extend(notes)
    tables = rest.tables
    schools, candidates = tables.get("schools"), tables.get("candidates")
    asked = tables.get("asked_villages")
    return Inputs(
        townships=points(seats, lon="seat_lon", lat="seat_lat"),
        outline=outline,
        cells=rest.cells,
        villages=points(rest.villages.set_index("code12").sort_index()),
        venues=points(venues),
        reports=answers,
        venue_types=tables["venue_types"].set_index("id"),
        targets=tables["targets"].set_index("id"),
        indicators=checks.table_or_empty(tables.get("indicators"), schema.INDICATORS),
        departments=checks.table_or_empty(tables.get("departments"), schema.DEPARTMENTS).set_index(
            "id"
        ),
        schools=None if schools is None else points(schools.set_index("id")),
        candidates=None if candidates is None else points(candidates.set_index("id")),
        asked_villages=None if asked is None else asked.set_index("code12"),
        asked_seats=_plain(tables.get("asked_seats")),
        scenarios=_plain(tables.get("scenarios")),
        layers=rest.layers,
        ledger=desk.book.frame(),
        sources=sources,
        problems=desk.ordered_problems(),
    )


def _plain(frame: "pd.DataFrame | None") -> "pd.DataFrame | None":
    return None if frame is None else frame.reset_index(drop=True)
