"""Everything that a plan names: read, matched, checked, and every row accounted for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coverplan import schema
from coverplan.domain import Inputs
from coverplan.errors import InputError, Problem, Severity
from coverplan.intake import checks
from coverplan.intake.cells import shown
from coverplan.intake.county import CountyTables
from coverplan.intake.desk import Desk
from coverplan.intake.ledger import RowBook
from coverplan.intake.places import points
from coverplan.intake.returns import disputed_said, returns_path, returns_said
from coverplan.intake.sources import read_sources
from coverplan.text import LANGUAGES

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
    county = CountyTables(desk)
    inputs = _assembled(desk, county) if county.usable and not desk.fatal else None
    return Examined(inputs, desk.ordered_problems(), desk.book)


def _assembled(desk: Desk, county: CountyTables) -> Inputs:
    plan = desk.plan
    venues = checks.stacked(county.venues, schema.VENUES)
    villages = checks.stacked([county.tables["villages"]], schema.VILLAGES)
    candidates = None
    if plan.candidates.files:
        candidates = checks.stacked(county.candidates, schema.CANDIDATES)
    answers = _answers(county.frame("reports"))
    checks.report_conflicts(desk, answers, venues, plan.venues.reports)
    townships = _townships(desk, county)
    heard = returns_path(plan)
    returns = None if heard is None else desk.table(heard, schema.RETURNS)
    if returns is not None and len(returns.frame):
        desk.book.add(returns_said(returns.frame, plan.county.as_of))
    doubted = disputed_said(venues)
    desk.book.extend([doubted] if doubted else [])
    counts = {file: sum(fates.values()) for file, fates in desk.book.counts().items()}
    sources, notes = read_sources(
        plan,
        (*plan.files(), *([heard] if heard else [])),
        counts | desk.features,
        desk.datums,
        desk.verdicts,
    )
    desk.book.extend(notes)
    departments = checks.table_or_empty(county.frame("departments"), schema.DEPARTMENTS)
    types, targets = county.frame("venue_types"), county.frame("targets")
    return Inputs(
        townships=townships,
        outline=county.outline,
        cells=county.cells,
        villages=points(villages.set_index("code12").sort_index()),
        venues=points(venues.set_index("id")),
        reports=answers,
        venue_types=_types(checks.table_or_empty(types, schema.VENUE_TYPES)),
        targets=checks.table_or_empty(targets, schema.TARGETS).set_index("id"),
        indicators=checks.table_or_empty(county.frame("indicators"), schema.INDICATORS),
        departments=departments.set_index("id"),
        schools=_sited(county.frame("schools")),
        candidates=_sited(candidates),
        asked_villages=_keyed(county.frame("asked_villages"), "code12"),
        asked_seats=_keyed(county.frame("asked_seats"), ""),
        scenarios=_keyed(county.frame("scenarios"), ""),
        layers=county.layers,
        ledger=desk.book.frame(),
        sources=sources,
        problems=desk.ordered_problems(),
        roads=county.roads,
        trips=_keyed(county.frame("trips"), ""),
        outside=_keyed(county.frame("outside"), ""),
        weights=_keyed(county.frame("weights"), ""),
        people_places=county.people_places,
        crossings=county.crossings,
        visits=_keyed(county.frame("visits"), ""),
        remote=_keyed(county.frame("remote"), "code12"),
    )


def _types(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Give a type without a short name its full one."""
    filled = {f"short_{lang}": _short(frame, lang) for lang in LANGUAGES}
    return frame.assign(**filled).set_index("id")


def _short(frame: "pd.DataFrame", lang: str) -> "pd.Series":
    return frame[f"short_{lang}"].where(frame[f"short_{lang}"] != "", frame[lang])


def _townships(desk: Desk, county: CountyTables) -> "gpd.GeoDataFrame":
    import pandas as pd  # noqa: PLC0415 - heavy

    seats = checks.table_or_empty(county.frame("townships"), schema.TOWNSHIPS)
    seats = seats.set_index("code9").sort_index()
    seats["people"] = pd.Series(county.people, dtype="Int64").reindex(seats.index)
    if county.names is not None and county.names.aliases:
        also = pd.DataFrame(county.names.aliases, columns=["alias", "code9"])
        told = also.groupby("code9")["alias"].agg("；".join)
        seats["aliases"] = told.reindex(seats.index, fill_value="")
    unseated = [shown(name) for name in seats.loc[seats["seat_lon"].isna(), "name"]]
    if unseated:
        file = desk.plan.name_of(desk.plan.townships.file)
        desk.note("intake.township.no_seat", file, "、".join(unseated), count=len(unseated))
    return points(seats, lon="seat_lon", lat="seat_lat")


def _answers(reports: "pd.DataFrame | None") -> "pd.DataFrame":
    frame = checks.empty_reports() if reports is None else reports
    columns = ["code9", "type", "answer", "reported_on", "reporter", "note"]
    return frame[columns].set_index(["code9", "type"])


def _sited(frame: "pd.DataFrame | None") -> "gpd.GeoDataFrame | None":
    return None if frame is None else points(frame.set_index("id"))


def _keyed(frame: "pd.DataFrame | None", key: str) -> "pd.DataFrame | None":
    if frame is None:
        return None
    return frame.set_index(key) if key else frame.reset_index(drop=True)
