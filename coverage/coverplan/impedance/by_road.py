"""Rung A: times over roads from demand points to sites, and why a point cannot get there."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.domain import Rung, TravelTimes
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.impedance.network import Network, Part, Snap, road_minutes, snap
from coverplan.join import metric_xy

__all__ = ["SNAP_LIMIT_M", "reach_reasons", "road_times"]

WHERE = Where(key="travel.roads")
SNAP_LIMIT_M = 1_000.0
"""Farther from any road a place is off the network. [m]"""


def road_times(
    demand: pd.DataFrame,
    sites: pd.DataFrame,
    network: Network,
    crs: str,
    *,
    townships: pd.DataFrame,
    snap_limit_m: float = SNAP_LIMIT_M,
    limit: float = float("inf"),
    progress: Part | None = None,
) -> tuple[TravelTimes, tuple[Problem, ...]]:
    """
    Return minutes over roads from every demand point to every site, toward the site.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`.
    sites
        Index id, columns `lon`, `lat` (missing where not located).
    network
        As returned by `network.network_of`, in `crs`.
    crs
        The metric reference system.
    townships
        Index code9, column `name`: by whom the notes are told.
    snap_limit_m
        As for `network.snap`. [m]
    limit
        Longer times are `inf`. [min]
    progress
        As for `network.road_minutes`.

    Returns
    -------
    TravelTimes
        Rung A.
    tuple of Problem
        Notes, per township: points off the network, on an island of it, or kept in by one-way
        rules.

    Raises
    ------
    InputError
        There are located points or sites and none of them is near any road.
    """
    start = snap(network, metric_xy(demand["lon"], demand["lat"], crs), snap_limit_m)
    end = snap(network, metric_xy(sites["lon"], sites["lat"], crs), snap_limit_m)
    problems = [
        Problem("roads.elsewhere", WHERE, f"{snap_limit_m:g}", {"what": what})
        for what, frame, snapped in (("demand", demand, start), ("sites", sites, end))
        if frame["lon"].notna().any() and (snapped.edge < 0).all()
    ]
    if problems:
        raise InputError(problems)
    values = road_minutes(network, start, end, limit, progress=progress)
    ids = tuple(map(str, demand.index)), tuple(map(str, sites.index))
    times = TravelTimes(values, *ids, Rung.ROADS, limit)
    reason = reach_reasons(demand, network, start, end, values)
    return times, tuple(_notes(demand, townships, reason, snap_limit_m))


def reach_reasons(
    demand: pd.DataFrame,
    network: Network,
    start: Snap,
    end: Snap,
    values: NDArray[np.float64],
) -> "pd.Series[str]":
    """
    Tell why a demand point reaches no site: `""` where it reaches one.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`.
    network
        The roads.
    start, end
        The points and the sites on it.
    values
        Times, shape (n_demand, n_sites). [min]

    Returns
    -------
    pandas.Series
        On the index of `demand`: `no_position`, `off_network`, `island` (on a part of the network
        without any site), `one_way_trap`, `beyond_limit`.
    """
    reason = np.full(len(demand), "", dtype=object)
    lost = ~np.isfinite(values).any(axis=1)
    part = np.where(start.edge >= 0, network.part[network.tail[start.edge]], -1)
    with_site = np.unique(network.part[network.tail[end.edge[end.edge >= 0]]])
    free = road_minutes(network, start, end) if lost.any() else values
    reason[lost] = "beyond_limit"
    reason[lost & ~np.isfinite(free).any(axis=1)] = "one_way_trap"
    reason[lost & ~np.isin(part, with_site)] = "island"
    reason[lost & (start.edge < 0)] = "off_network"
    reason[lost & demand["lon"].isna().to_numpy()] = "no_position"
    return pd.Series(reason, index=demand.index, name="reason", dtype=object)


def _notes(
    demand: pd.DataFrame, townships: pd.DataFrame, reason: "pd.Series[str]", limit_m: float
) -> Iterator[Problem]:
    codes = demand["code9"].astype(str).to_numpy()
    for key in ("off_network", "island", "one_way_trap"):
        members, counts = np.unique(codes[(reason == key).to_numpy()], return_counts=True)
        for code9, count in zip(members, counts, strict=True):
            values: dict[str, str | int | float] = {
                "name": str(townships.loc[code9, "name"]),
                "count": int(count),
                "limit": f"{limit_m:g}",
            }
            yield Problem(f"roads.{key}", WHERE, "", values, Severity.NOTE)
