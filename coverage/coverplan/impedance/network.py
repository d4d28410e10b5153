"""Rung A: roads as arrays, places on the nearest point of an edge, exact shortest times."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from coverplan.errors import InputError, Problem, Where
from coverplan.impedance.speeds import Profile, tobler_kmh

__all__ = [
    "Network",
    "Part",
    "Snap",
    "kept_network",
    "network_of",
    "places_graph",
    "road_minutes",
    "snap",
    "store_network",
    "stored_network",
]

Part = Callable[[int, int], None]
"""Told how many places are done, and of how many, while a long search runs."""
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
CHUNK = 8_000_000
"""Node times held at a time (64 MB)."""
NETWORK_FORMAT = 1
"""Raised when a network is built otherwise than before: older kept ones are then stale."""
GRID = 1e7
"""Vertices that agree to seven decimals of a degree are one node, as in OpenStreetMap."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """
    Roads as arrays; edge `e` runs from `tail[e]` to `head[e]` along its vertices.

    Parameters
    ----------
    xy
        Positions of the nodes, shape (n_nodes, 2). [m]
    tail, head
        Nodes of the edges, shape (n_edges,).
    forward, backward
        Time along each edge in either direction, `inf` where that is forbidden. [min]
    vertices
        Vertices of all edges in order, shape (n_vertices, 2). [m]
    first
        Where each edge's vertices begin, shape (n_edges + 1,).
    part
        Number of the connected part each node belongs to, 0 the largest.
    entry_kmh
        Speed from a place to the road. [km/h]
    """

    xy: FloatArray
    tail: IntArray
    head: IntArray
    forward: FloatArray
    backward: FloatArray
    vertices: FloatArray
    first: IntArray
    part: IntArray
    entry_kmh: float

    def lines(self) -> "NDArray[np.object_]":
        """Return the edges as lines."""
        index = np.repeat(np.arange(self.tail.size), np.diff(self.first))
        return np.asarray(shapely.linestrings(self.vertices, indices=index))

    def graph(self) -> csr_array:
        """Return the times between neighbouring nodes; of parallel edges the quickest counts."""
        start = np.concatenate([self.tail, self.head])
        end = np.concatenate([self.head, self.tail])
        cost = np.concatenate([self.forward, self.backward])
        use = np.isfinite(cost) & (start != end)
        return _csr(start[use], end[use], cost[use], len(self.xy))


@dataclass(frozen=True, slots=True, eq=False)
class Snap:
    """
    Places on the road network.

    Parameters
    ----------
    edge
        Nearest edge, shape (n,); -1 where there is no road within the limit or no position.
    along
        Where on it, from 0 at the tail to 1 at the head, shape (n,).
    entry_min
        Time from the place to the road, shape (n,). [min]
    away_m
        Distance to the road, `inf` where `edge` is -1, shape (n,). [m]
    """

    edge: IntArray
    along: FloatArray
    entry_min: FloatArray
    away_m: FloatArray


def network_of(roads: gpd.GeoDataFrame, profile: Profile, crs: str) -> Network:
    """
    Build the network that a profile may use.

    Parameters
    ----------
    roads
        Lines in degrees, as `intake.roads.read_roads` returns them: `road_class`, `maxspeed_kmh`,
        `one_way` (1 along the line, -1 against it, 0 both), `ferry_min`, `closed`, `foot`.
    profile
        Speeds and rules.
    crs
        The metric reference system.

    Returns
    -------
    Network
        Nodes where lines end or share a vertex; lines that merely cross (a bridge) do not meet.

    Raises
    ------
    InputError
        No line is open to the profile.
    """
    speed = _speeds(roads, profile)
    open_to = np.isfinite(speed)
    if not open_to.any():
        where = Where(key="travel.roads")
        raise InputError(Problem("roads.none_open", where, str(len(roads)), {"mode": profile.name}))
    used = roads[open_to]
    degrees, line = shapely.get_coordinates(
        used.geometry.to_numpy(), include_z=True, return_index=True
    )
    node = _nodes(degrees[:, :2], line)
    metric = shapely.get_coordinates(used.geometry.to_crs(crs).to_numpy())
    place = np.flatnonzero(node >= 0)
    same = line[place[1:]] == line[place[:-1]]
    start, end = place[:-1][same], place[1:][same]
    step = np.concatenate([[0.0], np.hypot(*np.diff(metric, axis=0).T)])
    up_to = np.cumsum(step)
    length = up_to[end] - up_to[start]
    some = length > 0
    start, end, length = start[some], end[some], length[some]
    rise = degrees[end, 2] - degrees[start, 2]
    forward, backward = _edge_minutes(
        used, line[start], length, rise=rise, speed=speed[open_to], profile=profile
    )
    sizes = end - start + 1
    picked = np.repeat(start - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    count = int(node.max()) + 1
    xy = np.zeros((count, 2))
    xy[node[place]] = metric[place]
    tail, head = node[start], node[end]
    linked = coo_array((np.ones(tail.size), (tail, head)), shape=(count, count))
    _, part = connected_components(linked, directed=False)
    by_size = np.argsort(np.argsort(-np.bincount(part), kind="stable"), kind="stable")
    return Network(
        xy,
        tail,
        head,
        forward,
        backward,
        metric[np.arange(int(sizes.sum())) + picked],
        np.concatenate([[0], np.cumsum(sizes)]),
        by_size[part],
        profile.entry_kmh,
    )


def snap(network: Network, xy: FloatArray, limit_m: float, edges: IntArray | None = None) -> Snap:
    """
    Put places on the nearest point of the nearest edge, not on the nearest node.

    Parameters
    ----------
    network
        The roads.
    xy
        Positions, shape (n, 2), NaN where there is none. [m]
    limit_m
        A place farther from any road stands on none. [m]
    edges
        Numbers of the edges that may be entered, ascending; None: all.

    Returns
    -------
    Snap
        Of equally near edges the first counts.
    """
    lines = network.lines() if edges is None else network.lines()[edges]
    has = np.flatnonzero(np.isfinite(xy).all(axis=1))
    points = shapely.points(xy[has])
    which, near = shapely.STRtree(lines).query_nearest(points, max_distance=limit_m)
    first = np.full(has.size, lines.size)
    np.minimum.at(first, which, near)
    found = np.flatnonzero(first < lines.size)
    edge = np.full(len(xy), -1)
    along, away = np.zeros(len(xy)), np.full(len(xy), np.inf)
    there = has[found]
    edge[there] = first[found] if edges is None else edges[first[found]]
    on = lines[first[found]]
    along[there] = shapely.line_locate_point(on, points[found], normalized=True)
    away[there] = shapely.distance(on, points[found])
    return Snap(edge, along, away / (network.entry_kmh * 1_000.0 / 60.0), away)


def road_minutes(
    network: Network,
    origins: Snap,
    sites: Snap,
    limit: float = float("inf"),
    *,
    progress: Part | None = None,
) -> FloatArray:
    """
    Return the shortest times from every origin to every site.

    Parameters
    ----------
    network
        The roads.
    origins, sites
        As returned by `snap`.
    limit
        Longer times are `inf`. [min]
    progress
        Told of the places of the smaller side as they are done.

    Returns
    -------
    numpy.ndarray
        Shape (n_origins, n_sites), entry at both ends counted; `inf` where there is no way. [min]

    Notes
    -----
    Exact: each place is a node of its own on its edge. Dijkstra runs once a place of the smaller
    side, against the one-way rules where that is the sites, and stops at the limit. Turn bans are
    not known.
    """
    graph = network.graph()
    if origins.edge.size <= sites.edge.size:
        found = _from_each(graph, network, (origins, sites), limit, progress, against=False)
    else:
        back = csr_array(graph.T)
        found = _from_each(back, network, (sites, origins), limit, progress, against=True).T
    found = np.ascontiguousarray(found)
    found += origins.entry_min[:, None]
    found += sites.entry_min[None, :]
    found[found > limit] = np.inf
    return found


def _from_each(
    graph: csr_array,
    network: Network,
    ends: tuple[Snap, Snap],
    limit: float,
    progress: Part | None,
    *,
    against: bool,
) -> FloatArray:
    start, end = ends
    ahead, behind = network.forward, network.backward
    if against:
        ahead, behind = behind, ahead
    count = len(network.xy)
    wider = places_graph(graph, network, start, against=against)
    found = np.full((start.edge.size, end.edge.size), np.inf)
    on = np.flatnonzero(end.edge >= 0)
    edge, along = end.edge[on], end.along[on]
    by_tail, by_head = _part_of(ahead[edge], along), _part_of(behind[edge], 1.0 - along)
    rows = max(1, (CHUNK if progress is None else CHUNK // 8) // wider.shape[0])
    standing = np.flatnonzero(start.edge >= 0)
    for first in range(0, standing.size, rows):
        chosen = standing[first : first + rows]
        times = dijkstra(wider, indices=count + chosen, limit=limit)
        arrive = np.minimum(
            times[:, network.tail[edge]] + by_tail, times[:, network.head[edge]] + by_head
        )
        for row, place in enumerate(chosen):
            here = np.flatnonzero(edge == start.edge[place])
            if here.size:
                step = along[here] - start.along[place]
                one = start.edge[place]
                direct = np.where(
                    step >= 0, _part_of(ahead[one], step), _part_of(behind[one], -step)
                )
                arrive[row, here] = np.minimum(arrive[row, here], direct)
        found[np.ix_(chosen, on)] = arrive
        if progress is not None:
            progress(min(first + rows, standing.size), standing.size)
    return found


def places_graph(graph: csr_array, network: Network, start: Snap, *, against: bool) -> csr_array:
    """
    Add one node a place, from which its edge is left at either end; nothing leads into it.

    Parameters
    ----------
    graph
        Of the network, transposed where `against`.
    network
        The roads.
    start
        Places; node `n_nodes + i` is place `i`.
    against
        Whether the graph runs against the direction of travel.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (n_nodes + n_places, n_nodes + n_places). [min]
    """
    ahead, behind = network.forward, network.backward
    if against:
        ahead, behind = behind, ahead
    on = np.flatnonzero(start.edge >= 0)
    edge, along = start.edge[on], start.along[on]
    place = len(network.xy) + np.concatenate([on, on])
    node = np.concatenate([network.head[edge], network.tail[edge]])
    cost = np.concatenate([_part_of(ahead[edge], 1.0 - along), _part_of(behind[edge], along)])
    use = np.isfinite(cost)
    size = len(network.xy) + start.edge.size
    whole = graph.tocoo()
    return _csr(
        np.concatenate([whole.row, place[use]]),
        np.concatenate([whole.col, node[use]]),
        np.concatenate([whole.data, cost[use]]),
        size,
    )


def _part_of(minutes: FloatArray, share: FloatArray) -> FloatArray:
    """Return a share of an edge's time; no share of a forbidden direction is no step at all."""
    some = np.where(share > 0, minutes, 0.0)
    return np.where(np.isinf(some), np.inf, np.where(np.isinf(some), 0.0, some) * share)


def _csr(start: IntArray, end: IntArray, cost: FloatArray, size: int) -> csr_array:
    """Return a graph whose parallel edges are merged to the quickest and whose zeros are kept."""
    order = np.lexsort((cost, end, start))
    start, end, cost = start[order], end[order], cost[order]
    once = np.ones(start.size, bool)
    once[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    start, end, cost = start[once], end[once], cost[once]
    bounds = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=size))])
    return csr_array((cost, end.astype(np.int32), bounds.astype(np.int32)), shape=(size, size))


def _nodes(degrees: FloatArray, line: IntArray) -> IntArray:
    """Number the vertices where lines end or share a vertex; -1 for the others."""
    key = np.round(degrees * GRID).astype(np.int64)
    whole = key[:, 0] * 4_000_000_000 + key[:, 1]
    _, vertex, count = np.unique(whole, return_inverse=True, return_counts=True)
    is_end = np.ones(line.size, bool)
    is_end[1:-1] = (line[1:-1] != line[:-2]) | (line[1:-1] != line[2:])
    node = np.zeros(count.size, bool)
    node[vertex[is_end]] = True
    node |= count > 1
    number = np.cumsum(node) - 1
    return np.where(node[vertex], number[vertex], -1)


def _speeds(roads: gpd.GeoDataFrame, profile: Profile) -> FloatArray:
    """Return each line's speed; `inf` is never one, NaN closes the line to the profile."""
    name = roads["road_class"].astype(str).str.removesuffix("_link")
    speed = name.map(dict(profile.kmh)).to_numpy(dtype=float, copy=True)
    speed[(name == "").to_numpy()] = profile.other_kmh
    closed = roads["closed"].to_numpy(dtype=bool)
    if profile.one_way:
        most = roads["maxspeed_kmh"].to_numpy(dtype=float)
        speed = np.where(most > 0, np.minimum(speed, most), speed)
    else:
        closed = (closed & (roads["foot"] != "yes").to_numpy()) | (roads["foot"] == "no").to_numpy()
    return np.where(closed, np.nan, speed)


def _edge_minutes(
    roads: gpd.GeoDataFrame,
    line: IntArray,
    length: FloatArray,
    *,
    rise: FloatArray,
    speed: FloatArray,
    profile: Profile,
) -> tuple[FloatArray, FloatArray]:
    ferry = (roads["road_class"] == "ferry").to_numpy()[line]
    plain = length / (speed[line] * 1_000.0 / 60.0)
    forward, backward = plain.copy(), plain.copy()
    slope = np.where(np.isfinite(rise), rise, 0.0) / length
    if profile.uphill and slope.any():
        flat = tobler_kmh(0.0)
        forward, backward = plain * flat / tobler_kmh(slope), plain * flat / tobler_kmh(-slope)
    given = roads["ferry_min"].to_numpy(dtype=float)[line]
    whole = np.bincount(line, length, minlength=len(roads))[line]
    aboard = np.where(np.isfinite(given), given * length / whole, plain)
    aboard = aboard + profile.ferry_wait_min * length / whole
    forward, backward = np.where(ferry, aboard, forward), np.where(ferry, aboard, backward)
    if profile.one_way:
        way = roads["one_way"].to_numpy(dtype=int)[line]
        forward, backward = np.where(way < 0, np.inf, forward), np.where(way > 0, np.inf, backward)
    return forward, backward


def store_network(network: Network, path: Path) -> None:
    """
    Keep a network in a file, so that the next run need not build it.

    Parameters
    ----------
    network
        The network.
    path
        A `.npz`; the caller names it by the hash of the road file, the profile and the system.
    """
    np.savez(path, **{item.name: getattr(network, item.name) for item in fields(network)})


def kept_network(
    roads: gpd.GeoDataFrame, profile: Profile, crs: str, cache: Path | None
) -> Network:
    """
    Return the network of some roads, built once and then kept by the hash of its content.

    Parameters
    ----------
    roads, profile, crs
        As for `network_of`.
    cache
        Folder of the kept networks; None builds it each time.

    Returns
    -------
    Network
        The same whether it was built or read.

    Raises
    ------
    InputError
        As for `network_of`.
    """
    if cache is None:
        return network_of(roads, profile, crs)
    digest = hashlib.sha256(f"{NETWORK_FORMAT} {profile!r} {crs}".encode())
    digest.update(b"".join(shapely.to_wkb(roads.geometry.to_numpy(), byte_order=1)))
    plain = pd.DataFrame(roads.drop(columns=roads.geometry.name))
    digest.update(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
    path = cache / f"network-{digest.hexdigest()[:24]}.npz"
    if path.is_file():
        return stored_network(path)
    network = network_of(roads, profile, crs)
    cache.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    store_network(network, part)
    part.replace(path)  # an interrupted run leaves no half file under the final name
    return network


def stored_network(path: Path) -> Network:
    """
    Read a network that `store_network` kept.

    Parameters
    ----------
    path
        The file.
    """
    with np.load(path, allow_pickle=False) as kept:
        parts = {item.name: kept[item.name] for item in fields(Network)}
    return Network(**(parts | {"entry_kmh": float(parts["entry_kmh"])}))
