"""Time many-to-many travel on SYNTHETIC road graphs, beside networkx and, if installed, pandana.

All graphs here are invented: crooked square grids with random speeds, no county's roads. The times
must agree before they are compared. pandana is AGPL and never a dependency: install it apart.

Import (a road file read and made a network, once) is timed apart from the load of what was kept.

Run: python benchmarks/travel.py [small|county|import|large]
"""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import shapely

from coverplan.impedance.network import Network, Snap, kept_network, road_minutes, snap
from coverplan.impedance.speeds import PROFILES
from coverplan.intake.roads import read_roads

CRS = "EPSG:4545"
Job = tuple[Network, Snap, Snap]


def synthetic(nodes: int, seed: int) -> Network:
    """Return a crooked grid of about so many nodes, 200 m apart, a tenth of it one-way."""
    random = np.random.default_rng(seed)
    n = int(np.ceil(np.sqrt(nodes)))
    number = np.arange(n * n).reshape(n, n)
    xy = np.stack(np.meshgrid(np.arange(n), np.arange(n)), -1).reshape(-1, 2) * 200.0
    xy = xy + random.normal(0, 40, xy.shape)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    length = np.hypot(*(xy[tail] - xy[head]).T)
    minutes = length / (random.choice([20.0, 30.0, 40.0, 60.0], tail.size) * 1_000 / 60)
    back = np.where(random.random(tail.size) < 0.1, np.inf, minutes)
    vertices = xy[np.column_stack([tail, head]).ravel()]
    first = np.arange(0, 2 * tail.size + 1, 2)
    part = np.zeros(n * n, np.int64)
    return Network(xy, tail, head, minutes, back, vertices, first, part, 5.0)


def job(nodes: int, origins: int, sites: int) -> Job:
    """Return a network with random places on it."""
    network = synthetic(nodes, 1)
    random = np.random.default_rng(2)
    span = network.xy.max(axis=0)
    places = [snap(network, random.uniform(0, span, (n, 2)), 500.0) for n in (origins, sites)]
    return network, places[0], places[1]


def timed(name: str, run: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    """Return a result and its wall time, and print the time."""
    start = time.perf_counter()
    found = run()
    seconds = time.perf_counter() - start
    print(f"  {name:<46}{seconds:9.2f} s")
    return found, seconds


def node_job(nodes: int, origins: int, sites: int) -> Job:
    """Return places that stand exactly on nodes: what the rivals can do too."""
    network = synthetic(nodes, 1)
    random = np.random.default_rng(2)
    found = []
    for n in (origins, sites):
        edge = random.choice(network.tail.size, n, replace=False)
        found.append(Snap(edge, np.zeros(n), np.zeros(n), np.zeros(n)))
    return network, found[0], found[1]


def side_by_side(nodes: int, origins: int, sites: int) -> None:
    """Compare on one job from node to node."""
    network, start, end = node_job(nodes, origins, sites)
    tail, head = network.tail[start.edge], network.tail[end.edge]
    print(f"{len(network.xy)} nodes (synthetic), {origins} origins × {sites} sites, no limit")
    ours, seconds = timed("coverplan", lambda: road_minutes(network, start, end))
    rival, slow = timed("networkx, one Dijkstra a site", lambda: _networkx(network, tail, head))
    if not np.allclose(ours, rival, rtol=0, atol=1e-3 / 60):
        raise SystemExit("networkx disagrees: nothing to compare")
    print(f"  {slow / seconds:.0f} times networkx; results agree to a millisecond")
    try:
        import pandana  # noqa: PLC0415 - a rival that few have
    except ImportError:
        print("  pandana is not installed")
        return
    start_time = time.perf_counter()
    net = _pandana(pandana, network)
    set_up = time.perf_counter() - start_time
    a, b = np.repeat(tail, sites), np.tile(head, origins)
    lengths, query = timed(
        "pandana, query alone", lambda: np.array(net.shortest_path_lengths(a, b))
    )
    away = np.abs(lengths.reshape(origins, sites) - ours).max()
    print(f"  pandana's set-up {set_up:.2f} s; largest difference {away * 60_000:.1f} ms")
    print(f"  {(set_up + query) / seconds:.1f} times pandana with, {query / seconds:.1f} without")


def _networkx(network: Network, tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    import networkx as nx  # noqa: PLC0415 - a rival

    graph = nx.DiGraph()
    for start, end, cost in (
        (network.tail, network.head, network.forward),
        (network.head, network.tail, network.backward),
    ):
        use = np.isfinite(cost)
        graph.add_weighted_edges_from(zip(end[use], start[use], cost[use], strict=True))
    found = np.full((tail.size, head.size), np.inf)
    for j, site in enumerate(head):
        reach = nx.single_source_dijkstra_path_length(graph, site, weight="weight")
        found[:, j] = [reach.get(node, np.inf) for node in tail]
    return found


def _pandana(pandana: object, network: Network) -> object:
    import pandas as pd  # noqa: PLC0415

    rows = [
        (start[np.isfinite(cost)], end[np.isfinite(cost)], cost[np.isfinite(cost)])
        for start, end, cost in (
            (network.tail, network.head, network.forward),
            (network.head, network.tail, network.backward),
        )
    ]
    start, end, cost = (np.concatenate(part) for part in zip(*rows, strict=True))
    nodes = pd.DataFrame(network.xy, columns=["x", "y"])
    table = pd.DataFrame({"w": cost})
    make = pandana.Network  # type: ignore[attr-defined]
    return make(nodes.x, nodes.y, pd.Series(start), pd.Series(end), table, twoway=False)


def big(nodes: int, origins: int, sites: int, limit: float) -> None:
    """Time one large job alone, snapping counted, and its memory."""
    network = synthetic(nodes, 1)
    random = np.random.default_rng(2)
    span = network.xy.max(axis=0)
    xy = [random.uniform(0, span, (n, 2)) for n in (origins, sites)]
    print(f"{len(network.xy)} nodes (synthetic), {origins} × {sites}, limit {limit:g} min")
    snaps, _ = timed("snapping", lambda: [snap(network, part, 500.0) for part in xy])  # type: ignore[arg-type, return-value]
    found, _ = timed("times", lambda: road_minutes(network, *snaps, limit))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"  {np.isfinite(found).mean():.1%} within the limit; peak memory {peak:.2f} GB")


def imported(nodes: int, origins: int, sites: int) -> None:
    """Time the import of a road file, and a later run on what the cache kept."""
    made = synthetic(nodes, 1)
    rough = made.xy / 111_000.0 + [108.0, 29.0]  # degrees: near enough for a file nobody lives by
    roads = gpd.GeoDataFrame(
        {"highway": "tertiary", "oneway": np.where(np.isinf(made.backward), "yes", "no")},
        geometry=shapely.linestrings(rough[np.column_stack([made.tail, made.head])]),
        crs=4326,
    )
    print(f"{len(made.xy)} nodes (synthetic) in a GeoPackage, {origins} × {sites}")
    with TemporaryDirectory() as folder:
        file, cache = Path(folder) / "roads.gpkg", Path(folder) / "kept"
        roads.to_file(file)
        for name in ("import (read, build, keep)", "load of what was kept"):
            start = time.perf_counter()
            lines = read_roads(file, cache=cache)
            network = kept_network(lines, PROFILES["car"], CRS, cache)
            print(f"  {name:<46}{time.perf_counter() - start:9.2f} s")
        random = np.random.default_rng(2)
        low, high = network.xy.min(axis=0), network.xy.max(axis=0)
        ends = [random.uniform(low, high, (n, 2)) for n in (origins, sites)]
        places = [snap(network, end, 500.0) for end in ends]
        timed("times", lambda: road_minutes(network, *places))


def main() -> None:
    """Run what is asked for, or all."""
    wanted = sys.argv[1:] or ["small", "county", "import", "large"]
    if "small" in wanted:
        side_by_side(20_000, 2_000, 100)
    if "county" in wanted:
        big(50_000, 338, 368, float("inf"))
    if "import" in wanted:
        imported(50_000, 338, 368)
    if "large" in wanted:
        big(200_000, 100_000, 500, 60.0)


if __name__ == "__main__":
    main()
