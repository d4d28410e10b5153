"""Travel with one road closed: a plan should not stand on one stretch that a flood may take."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from coverplan.config_tables import Travel
from coverplan.crs import DEGREES
from coverplan.domain import Rung, TravelTimes
from coverplan.impedance.asked import asked_times
from coverplan.impedance.by_road import SNAP_LIMIT_M, snap_on_bank
from coverplan.impedance.model import Barrier, TravelModel
from coverplan.impedance.network import Network, Snap, places_graph, road_minutes
from coverplan.join import metric_xy

__all__ = ["Closure", "road_closures"]

STRETCHES = 4
"""Stretches of road at most: each costs as much as all travel times once more."""
TRIES = 20
"""Journeys that are drawn for a stretch of road before the search is given up."""


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """
    Travel while one road is closed.

    Parameters
    ----------
    road
        What is closed: two seats with the direct road between them, a crossing by its name, or
        the middle of a stretch of road in degrees.
    times
        Travel then, in the rows and columns of the run's own.
    """

    road: str
    times: TravelTimes


def road_closures(
    demand: pd.DataFrame,
    sites: pd.DataFrame,
    travel: Travel,
    *,
    number: int,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    crs: str,
    asked_villages: pd.DataFrame | None = None,
    asked_seats: pd.DataFrame | None = None,
    snap_limit_m: float = SNAP_LIMIT_M,
    barrier: Barrier | None = None,
    seed: int = 1,
    model: TravelModel | None = None,
) -> tuple[Closure, ...]:
    """
    Return travel with one road closed, for some roads drawn at random.

    Parameters
    ----------
    demand, sites, travel, townships, villages, crs, asked_villages, asked_seats
        As for `travel_times`.
    snap_limit_m, barrier
        As for `travel_times`: whoever may not enter a road does not when another is closed. [m]
    number
        Roads at most, each closed by itself.
    seed
        The same seed closes the same roads.
    model
        What `travel_model` returned.

    Returns
    -------
    tuple[Closure, ...]
        On rung A a stretch of a quickest way from a place drawn by its people; on rung B the
        direct road between two seats for which somebody was asked; on rung C each crossing of the
        river. Empty on rung D, and where nothing can be closed.
    """
    random = np.random.default_rng([seed, 7])
    rung = Rung(travel.rung)
    if rung is Rung.ASKED and asked_seats is not None:
        names = townships["name"]
        return tuple(
            Closure(
                f"{names[pair[0]]}—{names[pair[1]]}",
                asked_times(
                    demand,
                    sites,
                    townships=townships,
                    villages=villages,
                    asked_villages=asked_villages,
                    asked_seats=rest,
                    crs=crs,
                    limit=travel.limit_min,
                ),
            )
            for pair, rest in _pairs(asked_seats, number, random)
        )
    if model is None:
        return ()
    if model.network is not None:
        network, few = model.network, min(number, STRETCHES)
        pieces = None if barrier is None else barrier.pieces
        start, end = (
            snap_on_bank(network, metric_xy(one["lon"], one["lat"], crs), snap_limit_m, pieces)[0]
            for one in (demand, sites)
        )
        snapped = (start, end)
        return tuple(_stretches(network, (demand, sites), snapped, travel, few, random, crs))
    xy = [metric_xy(frame["lon"], frame["lat"], crs) for frame in (demand, sites)]
    ids = tuple(map(str, demand.index)), tuple(map(str, sites.index))
    found = []
    for road, minutes in list(model.without_crossing.items())[:number]:
        values = minutes(*xy)
        values = np.where(values > travel.limit_min, np.inf, values)
        found.append(Closure(road, TravelTimes(values, *ids, rung, travel.limit_min)))
    return tuple(found)


def _pairs(
    asked_seats: pd.DataFrame, number: int, random: np.random.Generator
) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Draw pairs of seats and yield each with the answers that are left without it."""
    ends = asked_seats[["from_code9", "to_code9"]].astype(str)
    pairs = pd.Series(
        [tuple(sorted(two)) for two in ends.itertuples(index=False)], index=asked_seats.index
    )
    answered = sorted(set(pairs[asked_seats["minutes"].notna()]))
    for place in random.permutation(len(answered))[:number].tolist():
        pair = answered[place]
        yield pair, asked_seats[[one != pair for one in pairs]]


def _stretches(
    network: Network,
    ends: tuple[pd.DataFrame, pd.DataFrame],
    snapped: tuple[Snap, Snap],
    travel: Travel,
    number: int,
    random: np.random.Generator,
    crs: str,
) -> Iterator[Closure]:
    """Draw stretches that somebody travels on and yield the times without each."""
    (demand, sites), (start, end) = ends, snapped
    people = demand["people"].fillna(0).to_numpy(dtype=float) * (start.edge >= 0)
    targets = np.flatnonzero(end.edge >= 0)
    if not people.any() or not targets.size:
        return
    graph = places_graph(network.graph(), network, start, against=False)
    ids = tuple(map(str, demand.index)), tuple(map(str, sites.index))
    closed: set[int] = set()
    for _ in range(TRIES * number):
        if len(closed) == number:
            return
        place = int(random.choice(people.size, p=people / people.sum()))
        goal = int(network.tail[end.edge[random.choice(targets)]])
        edge = _edge_on_the_way(network, graph, len(network.xy) + place, goal, random)
        if edge is None or edge in closed:
            continue
        closed.add(edge)
        forward, backward = network.forward.copy(), network.backward.copy()
        forward[edge] = backward[edge] = np.inf
        rest = replace(network, forward=forward, backward=backward)
        values = road_minutes(rest, start, end, travel.limit_min)
        times = TravelTimes(values, *ids, Rung.ROADS, travel.limit_min)
        middle = network.vertices[network.first[edge] : network.first[edge + 1]].mean(axis=0)
        at = gpd.GeoSeries.from_xy([middle[0]], [middle[1]], crs=crs).to_crs(DEGREES)
        yield Closure(f"{at.x.iloc[0]:.4f}, {at.y.iloc[0]:.4f}", times)


def _edge_on_the_way(
    network: Network, graph: object, start: int, goal: int, random: np.random.Generator
) -> int | None:
    """Return an edge of the quickest way between two nodes, drawn at random."""
    _, before = dijkstra(graph, indices=start, return_predecessors=True)
    way = [goal]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    steps = [pair for pair in zip(way[1:], way[:-1], strict=True) if pair[0] != start]
    if not steps:
        return None
    tail, head = steps[int(random.integers(len(steps)))]
    there = (network.tail == tail) & (network.head == head) & np.isfinite(network.forward)
    back = (network.tail == head) & (network.head == tail) & np.isfinite(network.backward)
    which = np.flatnonzero(there | back)
    cost = np.where(there[which], network.forward[which], network.backward[which])
    return int(which[np.argmin(cost)])
