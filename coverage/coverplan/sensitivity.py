"""How much the covered people depend on speed, cutoff and the population scenario."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from coverplan.covering import coverage_table
from coverplan.domain import Rung, TravelTimes
from coverplan.join import whole_persons

__all__ = ["SPEED_CHANGE", "coverage_sensitivity", "scenario_demand", "slowed"]

SPEED_CHANGE = 0.2
"""Speeds are tried this share lower and higher."""
STEP_MIN = 5
"""The cutoff is tried so much shorter and longer. [min]"""


def slowed(times: TravelTimes, speed: float) -> TravelTimes:
    """
    Return travel times at another speed.

    Parameters
    ----------
    times
        Minutes; on rung B the answers stand and only their error is tried.
    speed
        Over the speed that the times stand on; 0.8 is a fifth slower.

    Returns
    -------
    TravelTimes
        The limit moves along, as nothing beyond it is known.

    Raises
    ------
    ValueError
        The speed is not positive, or the times are kilometres.

    Examples
    --------
    >>> slowed(TravelTimes(np.array([[8.0]]), ("p",), ("s",), Rung.ROADS), 0.8).to(["s"]).tolist()
    [[10.0]]
    """
    if not speed > 0 or times.rung is Rung.LINE:
        raise ValueError("a positive speed and times in minutes are due")
    values = times.to(list(times.sites)) / speed
    limit, unknown = times.limit / speed, times.unknown
    return TravelTimes(values, times.demand, times.sites, times.rung, limit, unknown)


def scenario_demand(demand: pd.DataFrame, people: "pd.Series[Any]") -> pd.DataFrame:
    """
    Return the demand points with the people of another population scenario.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`.
    people
        Index code9: the township's people in the scenario; a township that is missing there, or
        whose figure is, has no people figure. [person]

    Returns
    -------
    pandas.DataFrame
        Each township's people are split among its points as before, in whole persons.

    Examples
    --------
    >>> demand = pd.DataFrame({"code9": "a", "people": [3, 1]}, index=["p", "q"])
    >>> scenario_demand(demand, pd.Series({"a": 8}))["people"].tolist()
    [6, 2]
    """
    found = pd.Series(pd.NA, index=demand.index, dtype="Int64")
    before = demand["people"].astype("Int64")
    for code9, members in demand.groupby("code9").groups.items():
        total = people.get(code9)
        order = sorted(members)
        if total is not None and not pd.isna(total) and before[order].notna().all():
            found[order] = whole_persons(before[order].to_numpy(dtype=float), int(total))
    return demand.assign(people=found)


def coverage_sensitivity(
    demand: pd.DataFrame,
    times: TravelTimes,
    venues: Mapping[str, Sequence[str]],
    cutoffs_min: Mapping[str, Sequence[int]],
    *,
    scenarios: "Mapping[str, pd.Series[Any]] | None" = None,
    step_min: int = STEP_MIN,
    **options: Any,
) -> pd.DataFrame:
    """
    Count the covered people again with other speeds, cutoffs and populations.

    Parameters
    ----------
    demand, times, venues, cutoffs_min
        As for `covering.coverage_table`.
    scenarios
        Name -> people by township.
    step_min
        By how much the cutoff is tried shorter and longer. [min]
    **options
        `site_code9` and `open_question` of `covering.coverage_table`.

    Returns
    -------
    pandas.DataFrame
        Index as `coverage_table`: `covered`, `covered_slow`, `covered_fast` (speed less and more by
        `SPEED_CHANGE`), `covered_shorter`, `covered_longer`, `low`, `high` (of those four and the
        figure itself; Int64, NA where refused), and `covered_{name}`, `share_{name}` a scenario.

    Raises
    ------
    ValueError
        The times are kilometres: nothing is covered on rung D.

    Examples
    --------
    >>> demand = pd.DataFrame({"code9": "a", "code12": "", "people": [3, 1], "location": "own",
    ...                        "people_kind": "given"}, index=["p", "q"])
    >>> times = TravelTimes(np.array([[14.0], [16.0]]), ("p", "q"), ("s",), Rung.ROADS)
    >>> table = coverage_sensitivity(demand, times, {"v": ["s"]}, {"v": [15]})
    >>> table.loc[("a", "v", 15), ["low", "covered", "high"]].tolist()
    [0, 3, 4]
    """
    if times.rung is Rung.LINE:
        raise ValueError("kilometres cover nobody: there is nothing to vary")

    def count(
        points: pd.DataFrame, travel: TravelTimes, cutoffs: Mapping[str, Sequence[int]]
    ) -> pd.DataFrame:
        return coverage_table(points, travel, venues, cutoffs, draws=1, **options)

    base = count(demand, times, cutoffs_min)
    table = base[["covered"]].where(base["refused"] == "")
    changed = {
        "slow": count(demand, slowed(times, 1.0 - SPEED_CHANGE), cutoffs_min),
        "fast": count(demand, slowed(times, 1.0 + SPEED_CHANGE), cutoffs_min),
        "shorter": _moved(count(demand, times, _cutoffs(cutoffs_min, -step_min)), -step_min),
        "longer": _moved(count(demand, times, _cutoffs(cutoffs_min, step_min)), step_min),
    }
    for name, other in changed.items():
        kept = other["covered"].where(other["refused"] == "")
        table[f"covered_{name}"] = kept.reindex(table.index)
    counts = table.copy()
    table["low"], table["high"] = counts.min(axis=1), counts.max(axis=1)
    table[["low", "high"]] = table[["low", "high"]].where(table["covered"].notna())
    for name, people in (scenarios or {}).items():
        other = count(scenario_demand(demand, people), times, cutoffs_min)
        table[f"covered_{name}"] = other["covered"].where(other["refused"] == "")
        table[f"share_{name}"] = other["share"]
    return table


def _cutoffs(cutoffs_min: Mapping[str, Sequence[int]], step: int) -> dict[str, list[int]]:
    return {kind: [max(0, cutoff + step) for cutoff in each] for kind, each in cutoffs_min.items()}


def _moved(table: pd.DataFrame, step: int) -> pd.DataFrame:
    """Name each row by the cutoff that it varies."""
    frame = table.reset_index()
    frame["cutoff_min"] = np.asarray(frame["cutoff_min"]) - step
    return frame.set_index(["code9", "type", "cutoff_min"])
