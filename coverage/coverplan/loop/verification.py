"""Which answers to check: a drawn tenth, and whatever cannot well be true."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from coverplan.crs import metric_crs
from coverplan.domain import Inputs
from coverplan.impedance.checks import asked_problems
from coverplan.text import say

__all__ = ["Doubt", "doubts", "spot_check"]

SHARE = 0.1
"""Share of the open venues that is checked each quarter."""
_MOST_A_SESSION = 500
_MOST_SESSIONS = 366
_SAME_ANSWER = 6
_SAME_SHARE = 0.8
_OLDEST = 1950

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """
    An answer that cannot well be true.

    Parameters
    ----------
    unit
        The township or department to ask.
    what
        The venue, village or figure.
    answer
        What was answered.
    reason
        Why it is doubted, and what to ask.
    """

    unit: str
    what: str
    answer: str
    reason: str


def spot_check(
    venues: Iterable[Row],
    seed: int,
    salt: str,
    *,
    share: float = SHARE,
    again: Iterable[str] = (),
) -> tuple[str, ...]:
    """
    Draw the venues to check: a share of the open ones, and those that failed a check before.

    Parameters
    ----------
    venues
        Rows with `id, status, verified`.
    seed
        The plan's seed.
    salt
        What the draw belongs to, as the quarter: another quarter draws others.
    share
        Which share is drawn, rounded up.
    again
        Ids that are checked whatever the lot says.

    Returns
    -------
    tuple of str
        Ids, sorted. Those not checked on the spot before are drawn first.

    Examples
    --------
    >>> rows = [{"id": f"v{n}", "status": "open", "verified": "自报"} for n in range(25)]
    >>> len(spot_check(rows, 1, "2025Q3"))
    3
    """
    open_ones = sorted(
        (str(row["id"]), row.get("verified") == "实地核")
        for row in venues
        if row["status"] == "open"
    )
    wanted = math.ceil(len(open_ones) * share)
    # one number a venue, from the seed and its own id: a new venue changes nobody else's luck
    drawn = sorted(
        (seen, random.Random(f"{seed}/{salt}/{key}").random(), key)  # noqa: S311 - a lot, no secret
        for key, seen in open_ones
    )
    return tuple(sorted({*again, *(key for _, _, key in drawn[:wanted])}))


def doubts(
    known: Inputs,
    venues: Iterable[Row],
    villages: Iterable[Row],
    sums: Mapping[str, tuple[float, int]],
    typed: Mapping[str, float],
) -> tuple[Doubt, ...]:
    """
    Return the answers that cannot well be true, each with the reason.

    Parameters
    ----------
    known
        Townships with people and seats, villages with positions, target names.
    venues
        Merged venue rows, the VENUES columns.
    villages
        Merged rows of asked minutes, `code12, minutes`. [min]
    sums
        Target id -> sum over townships, and how many answered.
    typed
        Target id -> the county's figure as the department typed it.
    """
    answered = [row for row in villages if row.get("minutes") is not None]
    found = [*_venue_doubts(known, venues), *_minute_doubts(known, answered)]
    names = known.targets["name_zh"]
    for key, (total, count) in sums.items():
        if key in typed and count == len(known.townships) and typed[key] < total:
            reason = say("loop.doubt.sum", "zh", total=f"{total:g}")
            lead = str(known.targets.loc[key, "lead"])
            found.append(Doubt(lead, str(names[key]), f"{typed[key]:g}", reason))
    return tuple(sorted(set(found)))


def _venue_doubts(known: Inputs, venues: Iterable[Row]) -> Iterable[Doubt]:
    people = {
        str(name): None if pd.isna(n) else int(n)
        for name, n in zip(known.townships["name"], known.townships["people"], strict=True)
    }
    for row in venues:
        unit, what = str(row["township"]), str(row["name"])
        learners, sessions = row.get("learners_12m"), row.get("sessions_12m")
        living = people.get(unit)
        if learners and living and learners > living:
            yield _doubt(unit, what, learners, "learners", people=living)
        if learners and sessions and learners / sessions > _MOST_A_SESSION:
            each = round(learners / sessions)
            yield _doubt(unit, what, learners, "crowd", sessions=sessions, each=each)
        capacity = row.get("capacity")
        if learners and sessions and capacity and learners > 2 * capacity * sessions:
            yield _doubt(unit, what, learners, "capacity", sessions=sessions, capacity=capacity)
        if sessions and sessions > _MOST_SESSIONS:
            yield _doubt(unit, what, sessions, "sessions")
        if learners and sessions == 0:
            yield _doubt(unit, what, learners, "no_session")
        if sessions and row["status"] in {"planned", "building"}:
            yield _doubt(unit, what, sessions, "not_open")
        opened = row.get("opened_on")
        if opened is not None and opened.year < _OLDEST:
            yield _doubt(unit, what, opened.isoformat(), "old")


def _doubt(unit: str, what: str, answer: object, name: str, **values: object) -> Doubt:
    return Doubt(unit, what, str(answer), say(f"loop.doubt.{name}", "zh", **values))


def _minute_doubts(known: Inputs, rows: list[Row]) -> Iterable[Doubt]:
    asked = pd.DataFrame(
        {"minutes": [float(row["minutes"]) for row in rows]},
        index=pd.Index([str(row["code12"]) for row in rows], dtype="str"),
    )
    if asked.empty:
        return
    towns = known.townships
    if towns["seat_lon"].notna().any():
        problems = asked_problems(
            towns,
            known.villages,
            pd.DataFrame({"code12": [], "people": []}),
            asked_villages=asked,
            asked_seats=None,
            crs=metric_crs(towns["seat_lon"].dropna()),
        )
        names = towns["name"].tolist()
        for problem in problems:
            if problem.key in {"travel.asked_fast", "travel.asked_slow"}:
                pair = str(dict(problem.values)["pair"])
                unit = next((str(name) for name in names if pair.startswith(str(name))), "")
                reason = problem.text("zh")
                yield Doubt(unit, pair.removeprefix(unit), problem.found, reason)
    code9 = known.villages["code9"].reindex(asked.index)
    for code, own in asked.groupby(code9.to_numpy()):
        common, count = Counter(own["minutes"]).most_common(1)[0]
        if len(own) >= _SAME_ANSWER and count >= _SAME_SHARE * len(own):
            unit = str(towns["name"].get(code, code))
            values = {"count": count, "all": len(own), "minutes": f"{common:g}"}
            what = say("loop.doubt.villages", "zh")
            yield Doubt(unit, what, f"{common:g}", say("loop.doubt.same", "zh", **values))
