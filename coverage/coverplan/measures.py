"""Travel, coverage, access and equity on the caller's own frames, with the caller's own index."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan import catchments, inequality
from coverplan.covering import coverage_by_zone, nearest
from coverplan.crs import DEGREES, metric_crs
from coverplan.domain import TOTAL
from coverplan.errors import ConfigError, Problem, Where
from coverplan.impedance.by_road import SNAP_LIMIT_M
from coverplan.impedance.line import line_km, line_minutes
from coverplan.impedance.network import Part, network_of, road_minutes, snap
from coverplan.impedance.speeds import PROFILES
from coverplan.text import LANGUAGES

__all__ = ["access", "coverage", "equity", "travel_times"]


def travel_times(
    demand: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    *,
    roads: gpd.GeoDataFrame | None = None,
    mode: str = "car",
    detour: float | None = None,
    speed_kmh: float | None = None,
    limit_min: float = float("inf"),
    snap_limit_m: float = SNAP_LIMIT_M,
    crs: str = "",
    progress: Part | None = None,
) -> pd.DataFrame:
    """
    Return travel from every demand point to every site.

    Parameters
    ----------
    demand, sites
        Points in any known reference system; other geometries count by a point inside them, a
        missing one is nowhere.
    roads
        Lines as `read_roads` returns them: minutes over roads (rung A).
    mode
        `"car"`, `"coach"`, `"motorcycle"` or `"walk"`, with roads.
    detour, speed_kmh
        Without roads: minutes on a straight line times a detour (rung C). Neither: kilometres
        (rung D). [km/h]
    limit_min
        Longer trips are `inf`. [min]
    snap_limit_m
        A place farther from any road is off the network. [m]
    crs
        Metric reference system; empty chooses the Chinese one that fits the demand.
    progress
        Called with how many places are done and of how many, while roads are searched.

    Returns
    -------
    pandas.DataFrame
        Index of `demand` × index of `sites`; `inf` where there is no way. Its `attrs` name `rung`,
        `unit` (min | km), `limit` and `crs`.

    Raises
    ------
    ConfigError
        Only one of detour and speed is given, or one is out of range, or the mode is unknown.
    ValueError
        A frame has no reference system.

    Examples
    --------
    >>> place = gpd.GeoDataFrame(geometry=gpd.points_from_xy([108.0, 108.0], [30.0, 30.09]),
    ...                          index=["甲", "乙"], crs="EPSG:4326")
    >>> times = travel_times(place, place, detour=1.5, speed_kmh=30)
    >>> times.loc["甲", "乙"].round(1), times.attrs["rung"], times.attrs["unit"]
    (np.float64(29.9), 'C', 'min')
    """
    if not crs:
        crs = metric_crs(demand.to_crs(DEGREES).total_bounds[[0, 2]])
    start, end = _xy(demand, crs), _xy(sites, crs)
    limit = limit_min
    if roads is not None:
        if mode not in PROFILES:
            where = Where(key="mode")
            raise ConfigError(Problem("travel.mode", where, mode, {"modes": ", ".join(PROFILES)}))
        network = network_of(roads, PROFILES[mode], crs)
        points = snap(network, start, snap_limit_m), snap(network, end, snap_limit_m)
        values, rung = road_minutes(network, *points, limit_min, progress=progress), "A"
    elif detour is not None and speed_kmh is not None:
        values, rung = line_minutes(line_km(start, end), detour, speed_kmh), "C"
    elif detour is None and speed_kmh is None:
        values, rung, limit = line_km(start, end), "D", float("inf")
    else:
        raise ConfigError(Problem("travel.detour_and_speed", Where(key="detour, speed_kmh")))
    values = np.where(values > limit, np.inf, values)
    table = pd.DataFrame(values, index=demand.index, columns=sites.index)
    unit = "km" if rung == "D" else "min"
    table.attrs = {"rung": rung, "unit": unit, "limit": float(limit), "crs": crs}
    return table


def coverage(
    times: pd.DataFrame,
    people: "pd.Series[Any]",
    cutoffs_min: Sequence[float],
    *,
    by: "pd.Series[Any] | None" = None,
) -> pd.DataFrame:
    """
    Count the people within each cutoff of a site, in all and by zone.

    Parameters
    ----------
    times
        As returned by `travel_times`; only the columns that it holds count as sites.
    people
        On the index of `times`. [person]
    cutoffs_min
        The bound is included. [min]
    by
        Zone of each demand point, on the index of `times`.

    Returns
    -------
    pandas.DataFrame
        Index (zone, cutoff_min), `"total"` last: `people`, `covered`, `uncovered`, `share`.

    Raises
    ------
    ConfigError
        The times are kilometres, or a cutoff is beyond their limit.
    ValueError
        An index differs, or a value is missing or negative.

    Examples
    --------
    >>> times = pd.DataFrame({"s": [10.0, 20.0]}, index=["p", "q"])
    >>> coverage(times, pd.Series({"q": 30, "p": 70}), [15])["share"].to_dict()
    {('total', 15): 0.7}
    """
    _minutes_only(times, max(cutoffs_min, default=0.0))
    head = _aligned(people, times, "people")
    reach = nearest(times.to_numpy())
    parts = [coverage_by_zone(reach, head, [TOTAL] * len(times), cutoffs_min)]
    if by is not None:
        zones = by.reindex(times.index)
        if zones.isna().any():
            raise ValueError("some demand points have no zone")
        parts.insert(0, coverage_by_zone(reach, head, list(zones), cutoffs_min))
    table = pd.concat(parts).rename_axis(["zone", "cutoff_min"])
    table["share"] = table["covered"] / table["people"].where(table["people"] > 0)
    return table


def access(
    times: pd.DataFrame,
    people: "pd.Series[Any]",
    capacity: "pd.Series[Any] | None" = None,
    *,
    cutoff_min: float,
    decay: catchments.Decay | None = None,
) -> pd.DataFrame:
    """
    Measure what each demand point can reach.

    Parameters
    ----------
    times
        As returned by `travel_times`.
    people
        On the index of `times`. [person]
    capacity
        On the columns of `times`; None: the measure that needs it is left out, never assumed.
    cutoff_min
        [min]
    decay
        As `catchments.step_decay` or `catchments.gaussian_decay` return it.

    Returns
    -------
    pandas.DataFrame
        On the index of `times`: `nearest`, `second` [min], `sites` within the cutoff, and with
        capacities `per_head` (two-step floating catchment).

    Raises
    ------
    ConfigError
        The times are kilometres, or the cutoff is beyond their limit.
    ValueError
        An index differs, or a value is missing or negative.

    Examples
    --------
    >>> times = pd.DataFrame({"s": [5.0, 5.0], "t": [20.0, 5.0]}, index=["p", "q"])
    >>> people, seats = pd.Series({"p": 100, "q": 300}), pd.Series({"s": 40, "t": 30})
    >>> access(times, people, seats, cutoff_min=15)["per_head"].tolist()
    [0.1, 0.2]
    """
    _minutes_only(times, cutoff_min)
    values, head = times.to_numpy(dtype=float), _aligned(people, times, "people")
    two = catchments.k_nearest(values, 2)
    ones = np.ones(values.shape[1])
    table = pd.DataFrame(
        {
            "nearest": two[:, 0],
            "second": two[:, 1],
            "sites": catchments.opportunities(values, ones, cutoff_min).astype(int),
        },
        index=times.index,
    )
    if capacity is not None:
        offered = capacity.reindex(times.columns)
        table["per_head"] = catchments.catchment_access(
            values, head, offered, cutoff=cutoff_min, decay=decay
        )
    return table


def equity(
    minutes: "pd.Series[Any]",
    people: "pd.Series[Any]",
    cutoff_min: float,
    *,
    by: "pd.Series[Any] | None" = None,
    outside: bool = False,
) -> "pd.Series[Any]":
    """
    Tell how unevenly people are reached; a proxy of venues, not of science literacy.

    Parameters
    ----------
    minutes
        Travel to the nearest site, `inf` where none is reached. [min]
    people
        On the index of `minutes`. [person]
    cutoff_min
        [min]
    by
        Zone of each demand point; None: each point is a zone.
    outside
        Whether venues beyond the county are among the sites.

    Returns
    -------
    pandas.Series
        `decile_gap` [percentage points between the best and the worst tenth of people by their
        zone's coverage], `worst_off_minutes` [min], `people_beyond`, `share_beyond`,
        `minutes_over`, `people_unreachable`, `fgt_1`, `fgt_2`, and of those who reach a site
        `gini_minutes`, `palma_minutes`, `theil_minutes`. Its `attrs["notes"]` (by language)
        must be printed too.

    Raises
    ------
    ValueError
        An index differs, or a value is missing or negative.

    Examples
    --------
    >>> found = equity(pd.Series([10.0, 40.0]), pd.Series([80, 20]), 30)
    >>> found[["decile_gap", "worst_off_minutes", "people_beyond"]].tolist()
    [100.0, 40.0, 20.0]
    """
    head = _aligned(people, minutes, "people")
    travel = minutes.to_numpy(dtype=float)
    zones = minutes.index if by is None else by.reindex(minutes.index)
    counted = coverage_by_zone(travel, head, list(zones), [cutoff_min])
    counted = counted[counted["people"] > 0]
    short = inequality.shortfall(travel, head, cutoff_min)
    near = np.isfinite(travel) & (head > 0)
    found = {
        "decile_gap": inequality.decile_gap(
            counted["covered"] / counted["people"], counted["people"]
        ),
        "worst_off_minutes": inequality.worst_off_minutes(travel, head),
        "people_beyond": short.people,
        "share_beyond": short.share,
        "minutes_over": short.minutes_over,
        "people_unreachable": short.unreachable,
        "fgt_1": inequality.fgt(travel, head, cutoff_min, 1),
        "fgt_2": inequality.fgt(travel, head, cutoff_min, 2),
    }
    for name, measure in (
        ("gini", inequality.gini),
        ("palma", inequality.palma),
        ("theil", inequality.theil),
    ):
        found[f"{name}_minutes"] = (
            measure(travel[near], head[near], of="minutes") if near.any() else float("nan")
        )
    table = pd.Series(found)
    notes = inequality.equity_notes(outside=outside)
    table.attrs["notes"] = {lang: [note.text(lang) for note in notes] for lang in LANGUAGES}
    return table


def _xy(frame: gpd.GeoDataFrame, crs: str) -> np.ndarray:
    if frame.crs is None:
        raise ValueError("a frame without a reference system: set it, do not let it be guessed")
    points = frame.geometry.to_crs(crs).representative_point()
    return np.column_stack([points.x, points.y])


def _aligned(people: "pd.Series[Any]", frame: Any, what: str) -> np.ndarray:
    found = people.reindex(frame.index)
    if found.isna().any():
        raise ValueError(f"{int(found.isna().sum())} demand points have no {what}")
    return found.to_numpy(dtype=float)


def _minutes_only(times: pd.DataFrame, cutoff: float) -> None:
    where = Where(key="cutoff_min")
    if times.attrs.get("unit", "min") == "km":
        raise ConfigError(Problem("coverage.refused_line", where))
    if cutoff > times.attrs.get("limit", float("inf")):
        raise ConfigError(Problem("coverage.refused_limit", where, f"{cutoff:g}"))
