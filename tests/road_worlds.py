"""Small and random road worlds, networkx on really split edges, and an Overpass server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from urllib.parse import parse_qs

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely

from coverplan.impedance.network import Network, Snap

CRS = "EPSG:4545"
CORNER = np.array([500_000.0, 3_300_000.0])


def roads(lines, **columns) -> gpd.GeoDataFrame:
    """Return road lines in degrees from vertices in metres of the metric system."""
    plain = {
        "road_class": "residential",
        "maxspeed_kmh": np.nan,
        "one_way": 0,
        "ferry_min": np.nan,
        "closed": False,
        "foot": "",
        "bridge": False,
        "tunnel": False,
        "name": "",
    }
    geometry = [shapely.LineString(np.array(line, float) + CORNER) for line in lines]
    frame = gpd.GeoDataFrame(plain | columns, geometry=geometry, index=range(len(lines)), crs=CRS)
    frame = frame.to_crs("EPSG:4326")
    # Shared vertices stay shared, as in OpenStreetMap's seven decimals.
    frame.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, 7))
    return frame


def at(*places) -> np.ndarray:
    """Return positions in metres of the metric system."""
    return np.array(places, dtype=float).reshape(-1, 2) + CORNER


def grid(n: int, random: np.random.Generator) -> gpd.GeoDataFrame:
    """Return a crooked town of n × n crossings, some streets one-way, some missing."""
    xy = np.stack(np.meshgrid(np.arange(n), np.arange(n)), -1) * 200.0
    xy += random.normal(0, 30, xy.shape)
    lines, way, kind = [], [], []
    for i in range(n):
        for j in range(n):
            for di, dj in ((0, 1), (1, 0)):
                if i + di < n and j + dj < n and random.random() < 0.85:
                    middle = (xy[i, j] + xy[i + di, j + dj]) / 2 + random.normal(0, 20, 2)
                    lines.append([xy[i, j], middle, xy[i + di, j + dj]])
                    way.append(random.choice([0, 0, 0, 1, -1]))
                    kind.append(random.choice(["residential", "primary", "tertiary"]))
    return roads(lines, one_way=way, road_class=kind)


def split_graph(network: Network, snaps: dict[str, Snap]) -> nx.DiGraph:
    """Return the network with every snapped edge cut at its places, in the order they lie."""
    cuts: dict[int, list[tuple[float, object]]] = {}
    for name, snap in snaps.items():
        for n, (edge, along) in enumerate(zip(snap.edge, snap.along, strict=True)):
            if edge >= 0:
                cuts.setdefault(int(edge), []).append((float(along), (name, n)))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(network.xy)))
    for edge in range(network.tail.size):
        stops = [(0.0, int(network.tail[edge])), *sorted(cuts.get(edge, []), key=lambda c: c[0])]
        stops.append((1.0, int(network.head[edge])))
        for (here, start), (there, end) in pairwise(stops):
            share = there - here  # no step at all is allowed even where the direction is not
            _link(graph, start, end, share * network.forward[edge] if share else 0.0)
            _link(graph, end, start, share * network.backward[edge] if share else 0.0)
    return graph


def _link(graph: nx.DiGraph, start: object, end: object, minutes: float) -> None:
    if np.isinf(minutes):
        return
    known = graph.get_edge_data(start, end, {"minutes": np.inf})["minutes"]
    graph.add_edge(start, end, minutes=min(known, minutes))


def networkx_minutes(network: Network, origins: Snap, sites: Snap) -> np.ndarray:
    """Return what networkx finds on the split graph, entry at both ends counted."""
    graph = split_graph(network, {"origin": origins, "site": sites})
    found = np.full((origins.edge.size, sites.edge.size), np.inf)
    for i in range(origins.edge.size):
        if origins.edge[i] < 0:
            continue
        reach = nx.single_source_dijkstra_path_length(graph, ("origin", i), weight="minutes")
        for j in range(sites.edge.size):
            if sites.edge[j] >= 0:
                found[i, j] = reach.get(("site", j), np.inf)
    return found + origins.entry_min[:, None] + sites.entry_min[None, :]


def overpass(streets: gpd.GeoDataFrame) -> bytes:
    """Return real streets as an Overpass server answers them: nodes, and ways that name them."""
    number: dict[tuple[float, float], int] = {}
    ways = []
    for n, (_, street) in enumerate(streets.iterrows()):
        ids = [number.setdefault(xy, len(number) + 1) for xy in street.geometry.coords]
        tags = {"highway": street["road_class"]}
        if street["one_way"]:
            tags["oneway"] = "yes" if street["one_way"] > 0 else "-1"
        if street["maxspeed_kmh"] > 0:
            tags["maxspeed"] = f"{street['maxspeed_kmh']:g}"
        ways.append({"type": "way", "id": n + 1, "nodes": ids, "tags": tags})
    nodes = [{"type": "node", "id": n, "lon": x, "lat": y} for (x, y), n in number.items()]
    return json.dumps({"version": 0.6, "elements": nodes + ways}).encode()


@dataclass
class OverpassServer:
    """What a server on this machine answers, and what it was asked."""

    port: int = 0
    body: bytes = b"{}"
    asked: list[str] = field(default_factory=list)
    """Queries."""
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of every request; a proxy is asked for whole addresses."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"


@contextmanager
def overpass_server() -> Iterator[OverpassServer]:
    """Give a server on this machine that speaks Overpass with what it is told to answer."""
    told = OverpassServer()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.seen.append(("GET", self.path))
            slots = b"Connected as: 1\nCurrent time: -\nAnnounced endpoint: none\nRate limit: 2\n"
            self.give(slots + b"2 slots available now.\n", "text/plain")

        def do_POST(self) -> None:
            told.seen.append(("POST", self.path))
            length = int(self.headers["Content-Length"])
            told.asked.append(parse_qs(self.rfile.read(length).decode())["data"][0])
            self.give(told.body, "application/json")

        def give(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as running:
        told.port = running.server_port
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield told
        running.shutdown()
        thread.join()
