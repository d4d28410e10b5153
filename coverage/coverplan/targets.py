"""The plan's ledger: what each target counts, how far it is, and what is not known."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

import pandas as pd

from coverplan.domain import Presence
from coverplan.errors import Problem
from coverplan.presence import PLANNED
from coverplan.remote import visited
from coverplan.schema import CONTRACTS
from coverplan.text import say

__all__ = ["Evidence", "Status", "counted_venues", "ledger", "places"]

Value = str | int | float
PRIMARY = ("小学",)
SECONDARY = ("初中", "高中", "完全中学")
BOTH = ("九年一贯",)
RISING = "rising"
"""At least the number in each year, and no year below the one before."""


class Status(StrEnum):
    """How a target stands on the report date."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    DONE = "done"
    OVERDUE = "overdue"
    UNREPORTED = "unreported"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """
    What the ledger is counted from.

    Parameters
    ----------
    venues
        [id] with `type, code9, place_id, status, opened_on, open`.
    presence
        [code9, type] with `state, places_planned`.
    village_presence
        [code12, type] with `state`.
    schools
        [id] with `level, activity_room` (yes, no, unknown), or None where the county gave none.
    indicators
        `target, year, value, planned`: what the planner typed.
    visits
        `code12, type, visited_on`: where mobile rounds have been, or None.
    remote
        [code12] boolean, which villages are remote; missing where nobody can tell.
    remote_said
        The definition in words.
    """

    venues: pd.DataFrame
    presence: pd.DataFrame
    village_presence: pd.DataFrame
    schools: pd.DataFrame | None
    indicators: pd.DataFrame
    visits: pd.DataFrame | None = None
    remote: pd.Series | None = None
    remote_said: Problem | None = None


@dataclass(frozen=True, slots=True)
class _Count:
    done: float | None
    planned: float | None = None
    unreported: int = 0
    whole: float | None = None
    met: bool | None = None
    notes: tuple[tuple[str, Mapping[str, Value]], ...] = field(default=())
    said: Mapping[str, str] = field(default_factory=dict)
    missing_table: str = ""


def ledger(
    targets: pd.DataFrame, evidence: Evidence, *, as_of: date, period: tuple[int, ...]
) -> pd.DataFrame:
    """
    Return the targets with what is done, planned, missing and not known on a date.

    Parameters
    ----------
    targets
        [id] the TARGETS table of docs/contracts.md.
    evidence
        What is counted.
    as_of
        The report date.
    period
        First and last year of the plan; from its last day on, what is not done is overdue.

    Returns
    -------
    pandas.DataFrame
        [id] `targets` and `goal` (the number aimed at; a full coverage is the number of townships
        or villages), `done, planned, missing` (Float64, missing where nothing is known),
        `unreported` (how many townships, villages or schools are silent), `status`,
        `missing_table`,
        `note_zh, note_en`.

    Notes
    -----
    A target whose count may still grow with the answers of those who have not reported is
    *unreported*, not overdue: silence is no evidence of absence.
    """
    ended = as_of >= date(period[-1], 12, 31)
    rows = []
    for target_id, row in targets.iterrows():
        count = _count(str(target_id), row, evidence, as_of, period)
        goal = _number(row["target"]) if _number(row["target"]) is not None else count.whole
        missing = None if count.done is None or goal is None else max(goal - count.done, 0.0)
        status = _status(count, goal, ended=ended)
        if goal is None and count.done is not None and count.met is None:
            count = replace(count, notes=(*count.notes, ("targets.note.no_goal", {})))
        note = {lang: "".join(_sentences(count, lang)) for lang in ("zh", "en")}
        rows.append(
            {
                "goal": goal,
                "done": count.done,
                "planned": count.planned,
                "missing": missing,
                "unreported": count.unreported,
                "status": status.value,
                "missing_table": count.missing_table,
                "note_zh": note["zh"],
                "note_en": note["en"],
            }
        )
    counted = pd.DataFrame(rows, index=targets.index)
    for name in ("goal", "done", "planned", "missing"):
        counted[name] = counted[name].astype("Float64")
    return targets.join(counted)


def _count(
    target_id: str, row: pd.Series, evidence: Evidence, as_of: date, period: tuple[int, ...]
) -> _Count:
    types = [name for name in str(row["venue_type"] or "").split(";") if name]
    by_table: dict[str, Callable[[], _Count]] = {
        "venues": lambda: _venues(row, types, evidence),
        "presence": lambda: _townships(types, evidence.presence),
        "villages": lambda: _villages(types, evidence.village_presence),
        "schools": lambda: _schools(evidence.schools),
        "visits": lambda: _visits(types, evidence, as_of, period),
        "indicators": lambda: _indicators(target_id, row, evidence.indicators, as_of, period),
    }
    table = str(row["source_table"])
    if table not in by_table:
        return _lacks(table)
    count = by_table[table]()
    if table in {"venues", "presence"} and count.unreported and evidence.venues.empty:
        return replace(count, missing_table="venues")
    return count


def _lacks(table: str) -> _Count:
    """Return that nothing can be counted for want of a table."""
    title = CONTRACTS[table].zh if table in CONTRACTS else table
    note = ("targets.note.missing_table", {"table": title, "name": table})
    return _Count(None, notes=(note,), missing_table=table)


def counted_venues(
    row: pd.Series, types: Sequence[str], venues: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the venues that a target counts as done, and those that are planned.

    Parameters
    ----------
    row
        The target: `counts_from, counts_to`; with them only what opened between counts.
    types
        Venue types of the target.
    venues
        [id] with `type, status, opened_on, open`.

    Returns
    -------
    tuple of pandas.DataFrame
        Rows of `venues`: standing, planned.
    """
    mine = venues[venues["type"].isin(list(types))]
    open_now = mine["open"].astype(bool)
    standing = mine[open_now]
    start, end = _day(row["counts_from"]), _day(row["counts_to"])
    opened = pd.to_datetime(standing["opened_on"])
    if start is not None:
        standing = standing[opened >= start]
    if end is not None:
        standing = standing[opened.reindex(standing.index) <= end]
    return standing, mine[~open_now & mine["status"].isin(PLANNED)]


def _venues(row: pd.Series, types: list[str], evidence: Evidence) -> _Count:
    """Count places of a type; where the target says when they must open, only those that did."""
    standing, planned = counted_venues(row, types, evidence.venues)
    notes: list[tuple[str, Mapping[str, Value]]] = []
    undated = 0
    if _day(row["counts_from"]) is not None or _day(row["counts_to"]) is not None:
        mine = evidence.venues[evidence.venues["type"].isin(types)]
        dates = pd.to_datetime(mine.loc[mine["open"].astype(bool), "opened_on"])
        undated = int(dates.isna().sum())
    if undated:
        notes.append(("targets.note.undated", {"n": undated}))
    silent = _silent(types, evidence.presence)
    if silent and _asks_townships(row):
        notes.append(("targets.note.townships_unreported", {"n": silent}))
    elif silent:
        notes.append(("targets.note.lead_unreported", {"lead": str(row["lead"])}))
    # Without its opening date nobody can say whether a place counts: that is unknown, not none.
    return _Count(places(standing), places(planned), silent + undated, notes=tuple(notes))


def _asks_townships(row: pd.Series) -> bool:
    """Tell whether the policy makes townships responsible; otherwise a department reports."""
    return "乡镇" in str(row["responsible"])


def _townships(types: list[str], presence: pd.DataFrame) -> _Count:
    of_types = presence[presence.index.isin(types, level="type")]
    has = (of_types["state"] == Presence.HAS).groupby(level="code9", sort=False).any()
    planned = (of_types["places_planned"] > 0).groupby(level="code9", sort=False).any() & ~has
    silent = _silent(types, presence)
    notes = (("targets.note.townships_unreported", {"n": silent}),) if silent else ()
    return _Count(int(has.sum()), int(planned.sum()), silent, whole=len(has), notes=notes)


def _villages(types: list[str], presence: pd.DataFrame) -> _Count:
    """Count villages that have any of the types; silent where none is known and one is unknown."""
    of_types = presence[presence.index.isin(types, level="type")]["state"]
    has = (of_types == Presence.HAS).groupby(level="code12", sort=False).any()
    unknown = (of_types == Presence.UNREPORTED).groupby(level="code12", sort=False).any() & ~has
    silent = int(unknown.sum())
    notes = (("targets.note.villages_unreported", {"n": silent}),) if silent else ()
    if has.empty:
        return _lacks("villages")
    return _Count(int(has.sum()), None, silent, whole=len(has), notes=notes)


def _schools(schools: pd.DataFrame | None) -> _Count:
    """Return the per cent of schools with an activity room, primary, secondary and together."""
    if schools is None or schools.empty:
        return _lacks("schools")
    room = schools["activity_room"].fillna("unknown")
    yes, unknown = room == "yes", room == "unknown"
    primary, middle, both = (schools["level"].isin(levels) for levels in (PRIMARY, SECONDARY, BOTH))
    notes: list[tuple[str, Mapping[str, Value]]] = [
        (
            "targets.note.schools",
            {
                "primary_yes": int((yes & primary).sum()),
                "primary": int(primary.sum()),
                "middle_yes": int((yes & middle).sum()),
                "middle": int(middle.sum()),
                "both_yes": int((yes & both).sum()),
                "both": int(both.sum()),
                "yes": int(yes.sum()),
                "all": len(schools),
            },
        )
    ]
    if unknown.any():
        notes.append(("targets.note.schools_unreported", {"n": int(unknown.sum())}))
    share = 100.0 * float(yes.sum()) / len(schools)
    return _Count(share, None, int(unknown.sum()), notes=tuple(notes))


def _visits(types: list[str], evidence: Evidence, as_of: date, period: tuple[int, ...]) -> _Count:
    """Count the remote villages that a mobile round has visited since the plan began."""
    said = evidence.remote_said
    if said is None:
        return _lacks("visits")
    definition = {lang: said.text(lang) for lang in ("zh", "en")}
    remote = evidence.remote
    if remote is None or remote.isna().all():
        return _Count(None, missing_table="remote", said=definition)
    goal = float(remote.fillna(value=False).sum())
    if evidence.visits is None:
        return _Count(
            None, whole=goal, missing_table="visits", said=definition,
            notes=(("targets.note.visits_missing", {}),),
        )  # fmt: skip
    seen = visited(evidence.visits, types, date(period[0], 1, 1), as_of)
    done = len(seen & set(remote.index[remote.fillna(value=False)]))
    loose = int((evidence.visits["code12"] == "").sum())
    silent = int(remote.isna().sum())
    values: dict[str, Value] = {"done": done, "loose": loose}
    note = ("targets.note.visits", values)
    met = done >= goal and not silent  # the goal may grow with the answers
    return _Count(done, None, silent, whole=goal, said=definition, notes=(note,), met=met)


def _indicators(
    target_id: str, row: pd.Series, indicators: pd.DataFrame, as_of: date, period: tuple[int, ...]
) -> _Count:
    """Read what the planner typed; a yearly flow is judged in each year of the plan so far."""
    mine = indicators[indicators["target"] == target_id].sort_values("year", kind="stable")
    mine = mine[mine["year"].astype(int) <= as_of.year]
    if mine.empty:
        untyped: tuple[str, Mapping[str, Value]] = ("targets.note.no_indicator", {})
        return _Count(None, unreported=1, notes=(untyped,), missing_table="indicators")
    last = mine.iloc[-1]
    planned = _number(last.get("planned"))
    if row["kind"] == "flow_per_year":
        return _flow(row, mine, period, as_of)
    value = _number(last["value"])
    if value is None:
        stage = str(last["value"])
        reached = stage == str(row["target"]) or stage in _FINISHED
        notes = (("targets.note.stage", {"stage": stage}),)
        return _Count(1.0 if reached else 0.0, planned, met=reached, notes=notes)
    values: dict[str, Value] = {"value": _plain(value), "year": int(last["year"])}
    sample, low, high = (_number(last.get(one)) for one in ("sample", "low", "high"))
    if sample is None and low is None and high is None:
        return _Count(value, planned, notes=(("targets.note.typed", values),))
    values |= {"sample": _plain(sample), "interval": f"{_plain(low)}–{_plain(high)}"}
    return _Count(value, planned, notes=(("targets.note.typed_with", values),))


_FINISHED = ("开放", "完成", "已完成", "done", "open")


def _flow(row: pd.Series, mine: pd.DataFrame, period: tuple[int, ...], as_of: date) -> _Count:
    """Judge a yearly number year by year; a year without a row is not reported, never zero."""
    by_year = {int(y): _number(v) for y, v in zip(mine["year"], mine["value"], strict=True)}
    goal = _number(row["target"])
    years = range(period[0], min(period[-1], as_of.year) + 1)
    silent = sum(by_year.get(year) is None for year in years)
    typed = {year: value for year, value in by_year.items() if value is not None}
    short = [year for year in years if goal is not None and typed.get(year, goal) < goal]
    text = "、".join(f"{year}: {_plain(by_year.get(year))}" for year in years)
    note: tuple[str, Mapping[str, Value]] = ("targets.note.years", {"years": text})
    if short:
        failed = "、".join(map(str, short))
        note = ("targets.note.years_short", {"years": text, "short": failed})
    notes, falling = [note], []
    if row.get("comparison") == RISING:
        # a silent year between two typed ones hides no fall: compare with the last one known
        known = [year for year in years if year in typed]
        falling = [b for a, b in pairwise(known) if typed[b] < typed[a]]
        if falling:
            notes.append(("targets.note.falling", {"falling": "、".join(map(str, falling))}))
    met = not short and not silent and not falling
    return _Count(
        by_year.get(min(as_of.year, period[-1])), None, silent, met=met, notes=tuple(notes)
    )


def _status(count: _Count, goal: float | None, *, ended: bool) -> Status:
    if count.done is None:
        return Status.UNREPORTED
    met = count.met if count.met is not None else goal is not None and count.done >= goal
    if met:
        return Status.DONE
    if count.unreported:
        return Status.UNREPORTED
    if ended and goal is not None:
        return Status.OVERDUE
    return Status.RUNNING if count.done > 0 or count.planned else Status.NOT_STARTED


def _sentences(count: _Count, lang: str) -> list[str]:
    first = [count.said[lang]] if count.said else []
    return [*first, *(say(key, lang, **values) for key, values in count.notes)]


def _silent(types: list[str], presence: pd.DataFrame) -> int:
    """Count the townships that have not reported on any of the types."""
    of_types = presence[presence.index.isin(types, level="type")]["state"]
    return int((of_types == Presence.UNREPORTED).groupby(level="code9", sort=False).any().sum())


def places(venues: pd.DataFrame) -> int:
    """
    Count the different places of some venues: one place may hold many roles.

    Parameters
    ----------
    venues
        [id] with `place_id`, "" where a venue is a place of its own.

    Returns
    -------
    int
        How many places.
    """
    return int(venues["place_id"].where(venues["place_id"].astype(bool), venues.index).nunique())


def _number(value: object) -> float | None:
    """Return a number that stands alone in a cell; words and blanks are none."""
    try:
        number = float(str(value).rstrip("%"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _plain(number: float | None) -> str:
    return "—" if number is None else f"{number:g}"


def _day(value: object) -> pd.Timestamp | None:
    if value is None or value is pd.NaT or str(value) in {"", "nan", "<NA>", "NaT", "None"}:
        return None
    return pd.Timestamp(str(value))
