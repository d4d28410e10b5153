"""Rung A: times over roads from demand points to sites, and why a point cannot get there."""

from collections.abc import Iterator
from dataclasses import fields

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from coverplan.domain import Rung, TravelTimes
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.impedance.banks import bank_of
from coverplan.impedance.network import Network, Part, Snap, road_minutes, snap
from coverplan.join import metric_xy

__all__ = ["SNAP_LIMIT_M", "reach_reasons", "road_times", "snap_on_bank"]

WHERE = Where(key="travel.roads")
SNAP_LIMIT_M = 1_000.0
"""Farther from any road a place is off the network. [m]"""


def snap_on_bank(
    network: Network, xy: NDArray[np.float64], limit_m: float, pieces: gpd.GeoSeries | None
) -> tuple[Snap, NDArray[np.bool_]]:
    """
    Put places on the nearest road of their own bank: nobody walks over a river to the next road.

    Parameters
    ----------
    network
        The roads.
    xy
        Positions, shape (n, 2), NaN where there is none. [m]
    limit_m
        As for `network.snap`. [m]
    pieces
        As returned by `banks.banks`, in the same system; None: no river is known.

    Returns
    -------
    Snap
        A road on the other bank is never entered.
    numpy.ndarray
        Where the only roads within the limit lie on the other bank, shape (n,).
    """
    places = snap(network, xy, limit_m)
    if pieces is None or len(pieces) < 2:  # noqa: PLR2004 - one bank is no river
        return places, np.zeros(len(xy), bool)
    lines = network.lines()
    on = np.flatnonzero(places.edge >= 0)
    entry = shapely.line_interpolate_point(
        lines[places.edge[on]], places.along[on], normalized=True
    )
    home = bank_of(pieces, xy)
    over = on[bank_of(pieces, shapely.get_coordinates(entry)) != home[on]]
    if not over.size:
        return places, np.zeros(len(xy), bool)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    bank = bank_of(pieces, shapely.get_coordinates(middle))
    parts = {item.name: getattr(places, item.name).copy() for item in fields(places)}
    for one in np.unique(home[over]):
        members = over[home[over] == one]
        again = snap(network, xy[members], limit_m, np.flatnonzero(bank == one))
        for name, values in parts.items():
            values[members] = getattr(again, name)
    wrong = np.zeros(len(xy), bool)
    wrong[over] = parts["edge"][over] < 0
    return Snap(**parts), wrong


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
    pieces: gpd.GeoSeries | None = None,
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
    pieces
        As for `snap_on_bank`.

    Returns
    -------
    TravelTimes
        Rung A.
    tuple of Problem
        Notes, per township: points off the network, with roads on the other bank only, on an
        island of the network, kept in by one-way rules, or beyond the limit from every site.

    Raises
    ------
    InputError
        There are located points or sites and none of them is near any road.
    """
    xy = [metric_xy(frame["lon"], frame["lat"], crs) for frame in (demand, sites)]
    start, wrong = snap_on_bank(network, xy[0], snap_limit_m, pieces)
    end, _ = snap_on_bank(network, xy[1], snap_limit_m, pieces)
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
    reason = reach_reasons(demand, network, start, end, values).mask(wrong, "wrong_side")
    return times, tuple(_notes(demand, townships, reason, snap_limit_m, limit))


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
    demand: pd.DataFrame,
    townships: pd.DataFrame,
    reason: "pd.Series[str]",
    limit_m: float,
    limit: float,
) -> Iterator[Problem]:
    codes = demand["code9"].astype(str).to_numpy()
    for key in ("off_network", "wrong_side", "island", "one_way_trap", "beyond_limit"):
        members, counts = np.unique(codes[(reason == key).to_numpy()], return_counts=True)
        for code9, count in zip(members, counts, strict=True):
            values: dict[str, str | int | float] = {
                "name": str(townships.loc[code9, "name"]),
                "count": int(count),
                "limit": f"{limit if key == 'beyond_limit' else limit_m:g}",
            }
            yield Problem(f"roads.{key}", WHERE, "", values, Severity.NOTE)
