"""Who is reached by which programme, and where the nearest venue of each type is."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.config import Plan
from coverplan.covering import coverage_table, township_minutes
from coverplan.domain import TOTAL, Presence, Rung, TravelTimes
from coverplan.groups import group_rows
from coverplan.impedance.line import line_times
from coverplan.sensitivity import coverage_sensitivity

__all__ = ["BOUNDS", "SCENARIOS", "VARIED", "Strewn", "nearest_venues", "programme_coverage"]

VARIED = ("covered_slow", "covered_fast", "covered_shorter", "covered_longer")
"""People covered at another speed (a fifth less or more) or cutoff (five minutes less or more)."""
SCENARIOS = ("covered_scenario_low", "covered_scenario_high")
"""Fewest and most people covered over the population scenarios; missing without scenarios."""
BOUNDS = ("covered_least", "covered_most")
"""Of the figure, its variations and its scenarios."""
Strewn = Callable[[pd.DataFrame, Mapping[str, Sequence[str]]], dict[str, NDArray[np.float64]]]
"""Demand points and venues by type -> travel to the nearest venue in each world."""


def programme_coverage(
    plan: Plan,
    *,
    demand: pd.DataFrame,
    times: TravelTimes,
    venues: pd.DataFrame,
    presence: pd.DataFrame,
    sites: pd.DataFrame,
    strewn: Strewn | None = None,
    scenarios: pd.DataFrame | None = None,
    outside: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Count who is reached within each cutoff of each programme.

    Parameters
    ----------
    plan
        Its programmes, draws and seed.
    demand, times
        Where people and pupils are, and their travel to every site.
    venues
        [id] from `places.venue_places`.
    presence
        [code9, type] from `presence.presence_by_township`.
    sites
        [id] from `places.sites_of`: the columns of `times`.
    strewn
        Travel of people without a place in seeded worlds, as `strewn.nearest_strewn` returns it
        for demand points and venues; None where the rung knows no such travel.
    scenarios
        `scenario, code9, people`: other township totals, for residents; or None.
    outside
        [id] `type`: venues beyond the county that are columns of `times`, or None.

    Returns
    -------
    pandas.DataFrame
        [code9, type, cutoff_min] as `coverage` in docs/contracts.md. Pupils without a school
        register are refused, not taken for residents.
    """
    open_venues = venues[venues["open"] & venues["visitable_place"]]
    frames = []
    for item in plan.programme:
        group, group_times = group_rows(demand, times, item.demand, item.levels)
        if group.empty:
            frames.append(_refused(demand, item.type, item.cutoffs_min, "no_schools", times.rung))
            continue
        of_type = open_venues[open_venues["type"] == item.type]
        state = presence.xs(item.type, level="type")["state"]
        asked = set(state.index[state == Presence.UNREPORTED])
        asked |= set(of_type.loc[~of_type["located"], "code9"])
        standing = {item.type: list(of_type.index[of_type["located"]])}
        if outside is not None:
            standing[item.type] += list(outside.index[outside["type"] == item.type])
        loose = strewn is not None and (group["location"] == "none").any()
        cutoffs = {item.type: item.cutoffs_min}
        home = dict(zip(sites.index, sites["code9"], strict=True))
        question = {item.type: asked}
        table = coverage_table(
            group,
            group_times,
            standing,
            cutoffs,
            site_code9=home,
            open_question=question,
            nearest_worlds=strewn(group, standing) if strewn is not None and loose else None,
            draws=plan.demand.draws,
            seed=plan.demand.seed,
        )
        table = _empty(table)
        if times.rung is not Rung.LINE:
            other = _scenarios(scenarios) if item.demand == "residents" else {}
            varied = coverage_sensitivity(
                group,
                group_times,
                standing,
                cutoffs,
                scenarios=other,
                site_code9=home,
                open_question=question,
            )
            table[list(VARIED)] = varied[list(VARIED)]
            if other:
                tried = varied[[f"covered_{name}" for name in other]]
                # A scenario that leaves one township out says nothing of it.
                table[SCENARIOS[0]], table[SCENARIOS[1]] = tried.min(axis=1), tried.max(axis=1)
            every = varied[["low", "high"]].join(table[list(SCENARIOS)])
            told = varied["covered"].notna()
            table[BOUNDS[0]] = every.min(axis=1).where(told).astype("Int64")
            table[BOUNDS[1]] = every.max(axis=1).where(told).astype("Int64")
        frames.append(table.assign(demand=item.demand))
    if not frames:
        return _refused(demand, "", (), "line", times.rung)
    return pd.concat(frames)


def _empty(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the columns of its sensitivity, nothing in them."""
    for name in (*VARIED, *SCENARIOS, *BOUNDS):
        table[name] = pd.Series(pd.NA, index=table.index, dtype="Int64")
    return table


def _scenarios(scenarios: pd.DataFrame | None) -> "dict[str, pd.Series]":
    """Return the people by township of each scenario."""
    if scenarios is None:
        return {}
    return {
        f"scenario_{number}": rows.set_index("code9")["people"]
        for number, (_, rows) in enumerate(scenarios.groupby("scenario", sort=True))
    }


def _refused(
    demand: pd.DataFrame, kind: str, cutoffs: Sequence[int], why: str, rung: Rung
) -> pd.DataFrame:
    """Return the rows of a type about whose demand nothing is known."""
    codes = [*sorted(demand["code9"].unique()), TOTAL]
    index = pd.MultiIndex.from_product(
        [codes, [kind], list(cutoffs)], names=["code9", "type", "cutoff_min"]
    )
    people = ["people", "covered", "uncovered", "unknown", "covered_low", "covered_high"]
    table = pd.DataFrame(index=index)
    for name in people:
        table[name] = pd.Series(pd.NA, index=index, dtype="Int64")
    table = _empty(table)
    table["share"] = pd.Series(pd.NA, index=index, dtype="Float64")
    table["at_least"] = False
    table["refused"] = f"coverage.refused_{why}"
    table["rung"] = rung.value
    return table.assign(demand="pupils")


def nearest_venues(
    types: Sequence[str],
    *,
    demand: pd.DataFrame,
    times: TravelTimes,
    seats: pd.DataFrame,
    venues: pd.DataFrame,
    sites: pd.DataFrame,
    crs: str,
    outside: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Return, for each township and type, the nearest open venue in minutes and kilometres.

    Parameters
    ----------
    types
        Ids of the venue types.
    demand, times, venues, sites
        As for `programme_coverage`.
    seats
        From `demand.seat_points`: kilometres are from the seat.
    crs
        The plan's metric reference system.
    outside
        [id] `name, type, lon, lat`: venues beyond the county, columns of `times`; or None.

    Returns
    -------
    pandas.DataFrame
        [code9, type] `nearest_id` (nearest to most of the residents, "" where none is known),
        `nearest_name`, `nearest_min` (mean over residents, missing on rung D or where somebody
        reaches none) [min], `nearest_km` (straight line from the seat) [km].
    """
    residents, minutes = group_rows(demand, times, "residents")
    reached = venues.loc[[site for site in sites.index if site in venues.index], ["type", "name"]]
    places = sites.loc[reached.index, ["lon", "lat"]]
    if outside is not None:
        reached = pd.concat([reached, outside[["type", "name"]]])
        places = pd.concat([places, outside[["lon", "lat"]]])
    km = line_times(seats, places, crs)
    rows = []
    for kind in types:
        ids = list(reached.index[reached["type"] == kind])
        by_line = township_minutes(seats, km, ids)
        by_time = township_minutes(residents, minutes, ids) if minutes.unit == "min" else by_line
        table = pd.DataFrame({"nearest_id": by_time["nearest_id"]})
        table["nearest_min"] = _finite(by_time["mean"]) if minutes.unit == "min" else pd.NA
        table["nearest_km"] = _finite(by_line["mean"])
        rows.append(table.assign(type=kind))
    nearest = pd.concat(rows).set_index("type", append=True)
    names = {str(key): str(name) for key, name in reached["name"].items()}
    nearest["nearest_name"] = [names.get(key, "") for key in nearest["nearest_id"]]
    for name in ("nearest_min", "nearest_km"):
        nearest[name] = nearest[name].astype("Float64")
    return nearest[["nearest_id", "nearest_name", "nearest_min", "nearest_km"]]


def _finite(values: pd.Series) -> pd.Series:
    return values.astype("Float64").where(np.isfinite(values.to_numpy(dtype=float)))
