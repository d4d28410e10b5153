"""Roads in: OpenStreetMap files, Geofabrik's layers, any line layer, GraphML, or a download."""

import bz2
import gzip
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from coverplan.crs import DEGREES
from coverplan.errors import InputError, Problem, Where

__all__ = ["download_roads", "read_roads"]

WHERE = Where(key="travel.roads")
CLASSES = ("highway", "fclass", "road_class", "class")
CLOSED = {"no", "private"}
OPPOSED = {"-1": -1, "reverse": -1, "T": -1, "yes": 1, "true": 1, "True": 1, "1": 1, "F": 1}
"""Words for one-way: OpenStreetMap's, and Geofabrik's F (along the line) and T (against it)."""
ALWAYS_ONE_WAY = {"motorway", "motorway_link"}
MILE_KM = 1.609344
PROBE_S = 10
"""How long a server may take to say that it is there. [s]"""
LINES_FORMAT = 1
"""Raised when this module reads a file otherwise than before: older kept lines are then stale."""


def read_roads(
    path: Path,
    bounds: tuple[float, float, float, float] | None = None,
    *,
    cache: Path | None = None,
) -> gpd.GeoDataFrame:
    """
    Read a road file into plain lines.

    Parameters
    ----------
    path
        `.osm`, `.osm.bz2`, `.osm.gz`, `.osm.pbf`, `.graphml` of OSMnx, Geofabrik's
        `gis_osm_roads_free_1.shp`, or any line layer that GDAL reads.
    bounds
        West, south, east, north of what is needed; lines that do not touch it are left out. [deg]
    cache
        Folder in which the lines are kept under the hash of the file's bytes and the bounds, and
        looked for first; None keeps nothing.

    Returns
    -------
    geopandas.GeoDataFrame
        Lines in WGS84 degrees: `road_class` (value of `highway`, `ferry`, "" where not told),
        `maxspeed_kmh` (NaN where not told), `one_way` (1 along, -1 against, 0 both), `ferry_min`
        (NaN), `closed` (bool), `foot` (yes | no | ""), `bridge`, `tunnel` (bool), `name`.

    Raises
    ------
    InputError
        The file is missing or unreadable, has no lines, or its lines have no reference system.
    """
    where = Where(file=path.name)
    if not path.is_file():
        raise InputError(Problem("roads.missing", where))
    kept = None if cache is None else cache / f"lines-{_file_hash(path, bounds)}.parquet"
    if kept is not None and kept.is_file():
        return gpd.read_parquet(kept)
    try:
        if path.suffix == ".graphml":
            roads = _from_graphml(path)
        else:
            with _unpacked(path) as plain:
                roads = _from_layer(plain, bounds)
    except (pyogrio.errors.DataSourceError, OSError, ValueError, KeyError) as fault:
        raise InputError(Problem("roads.unreadable", where, str(fault))) from fault
    if bounds is not None:
        roads = roads[roads.geometry.intersects(shapely.box(*bounds))]
    if roads.empty:
        raise InputError(Problem("roads.empty", where))
    roads = roads.reset_index(drop=True)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part")
        roads.to_parquet(part)
        part.replace(kept)  # an interrupted run leaves no half file under the final name
    return roads


def _file_hash(path: Path, bounds: tuple[float, float, float, float] | None) -> str:
    """Return a hash of what is read: the file (a shapefile's parts too), bounds and reader."""
    digest = hashlib.sha256(f"{LINES_FORMAT} {bounds}".encode())
    parts = [path]
    if path.suffix.lower() == ".shp":
        parts = sorted(one for one in path.parent.glob(f"{path.stem}.*") if one.is_file())
    for part in parts:
        with part.open("rb") as source:
            digest.update(hashlib.file_digest(source, "sha256").digest())
    return digest.hexdigest()[:24]


def download_roads(
    area: shapely.Geometry,
    *,
    cache: Path,
    mode: str = "drive",
    endpoint: str = "https://overpass-api.de/api",
    timeout_s: int = 180,
    rate_limit: bool = True,
) -> gpd.GeoDataFrame:
    """
    Fetch the roads of an area through OSMnx, once: the answer stays in the cache folder.

    Parameters
    ----------
    area
        The county with its margin, in WGS84 degrees.
    cache
        Folder for the answers; with a full cache no network is needed.
    mode
        OSMnx network type, `"drive"`, `"walk"` or `"all"`.
    endpoint
        Overpass server. A proxy is taken from the environment (HTTPS_PROXY).
    timeout_s
        [s]
    rate_limit
        Whether to ask the server for a free slot first.

    Returns
    -------
    geopandas.GeoDataFrame
        As `read_roads`.

    Raises
    ------
    InputError
        The server cannot be reached or knows no roads there.

    Notes
    -----
    OSMnx keeps its settings in a global; they are put back as they were. Where the server cannot
    be reached, OSMnx would wait a minute for a free slot before it says so, and behind a proxy it
    would ask a public name service: neither happens here.
    """
    ox = _osmnx()
    wanted = {
        "cache_folder": str(cache),
        "use_cache": True,
        "overpass_url": endpoint,
        "requests_timeout": timeout_s,
        "overpass_rate_limit": rate_limit,
        "doh_url_template": None,
        "log_console": False,
    }
    before = {name: getattr(ox.settings, name) for name in wanted}
    where = Where(key="travel.roads")
    try:
        for name, value in wanted.items():
            setattr(ox.settings, name, value)
        if rate_limit:
            ox.settings.overpass_rate_limit = _answers(ox, endpoint)
            ox.settings.requests_timeout = timeout_s
        graph = ox.graph.graph_from_polygon(
            area, network_type=mode, simplify=False, retain_all=True, truncate_by_edge=True
        )
    except OSError as fault:  # what requests raises is one
        raise InputError(
            Problem("roads.no_network", where, type(fault).__name__, {"endpoint": endpoint})
        ) from fault
    except ValueError as fault:  # what OSMnx raises for an empty or refused answer
        raise InputError(Problem("roads.no_answer", where, str(fault)[:200])) from fault
    finally:
        for name, value in before.items():
            setattr(ox.settings, name, value)
    return _from_graph(ox, graph)


def _osmnx() -> Any:
    try:
        import osmnx  # noqa: PLC0415 - heavy
    except ImportError as fault:
        raise InputError(Problem("roads.no_osmnx", WHERE, str(fault))) from fault
    return osmnx


def _answers(ox: Any, endpoint: str) -> bool:
    """Return whether the server tells its free slots, as OSMnx asks, without its wait for one."""
    pause = getattr(getattr(ox, "_overpass", None), "_get_overpass_pause", None)
    if pause is None:  # another OSMnx: it may wait, but it works
        return True
    ox.settings.requests_timeout = PROBE_S
    return bool(pause(endpoint, default_pause=-1) >= 0)


def _from_graphml(path: Path) -> gpd.GeoDataFrame:
    ox = _osmnx()
    return _from_graph(ox, ox.io.load_graphml(path))


def _from_graph(ox: Any, graph: Any) -> gpd.GeoDataFrame:
    """Return the edges of an OSMnx graph; each is directed, so each is one-way along its line."""
    edges = ox.convert.graph_to_gdfs(graph, nodes=False, fill_edge_geometry=True)
    table = edges.to_crs(DEGREES).reset_index(drop=True)
    plain = _plain(table)
    plain["one_way"] = 1
    return plain


def _from_layer(path: Path, bounds: tuple[float, float, float, float] | None) -> gpd.GeoDataFrame:
    options: dict[str, Any] = {} if bounds is None else {"bbox": bounds}
    is_osm = re.search(r"\.(osm|pbf)$", path.name) is not None
    if is_osm:
        options["layer"] = "lines"
    table = pyogrio.read_dataframe(path, **options)
    if table.crs is None:
        raise InputError(Problem("roads.no_crs", Where(file=path.name)))
    if "other_tags" in table.columns:
        table = _with_tags(table)
        table = table[table["highway"].notna() | (table["route"] == "ferry")]
    table = table[table.geom_type.isin(["LineString", "MultiLineString"])]
    table = table.explode(ignore_index=True, index_parts=False)
    return _plain(table.to_crs(DEGREES))


TAGS = (
    "oneway",
    "maxspeed",
    "access",
    "foot",
    "motor_vehicle",
    "junction",
    "bridge",
    "tunnel",
    "route",
    "duration",
    "area",
)


def _with_tags(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Spread the few tags that matter out of GDAL's `other_tags`."""
    tags = table["other_tags"].fillna("").astype(str)
    found = {
        tag: tags.str.extract(rf'(?:^|,)"{tag}"=>"([^"]*)"', expand=False)
        for tag in TAGS
        if tag not in table.columns
    }
    return table.assign(**found)


def _plain(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the columns of `read_roads`, whatever the file calls them."""

    def text(*names: str) -> "pd.Series[str]":
        for name in names:
            if name in table.columns:
                found: pd.Series[str] = (
                    table[name].map(_first).astype(object).fillna("").astype(str)
                )
                return found
        return pd.Series("", index=table.index, dtype=object)

    kind = text(*CLASSES)
    kind = kind.where(text("route") != "ferry", "ferry")
    one_way = text("oneway").map(OPPOSED).fillna(0).astype(int)
    implied = text("junction").isin(["roundabout", "circular"]) | kind.isin(ALWAYS_ONE_WAY)
    one_way = one_way.where(~(implied & (text("oneway") == "")), 1)
    closed = text("access").isin(CLOSED) | text("motor_vehicle").isin({"no"})
    true = {"yes", "T", "1", "True", "viaduct"}
    plain = gpd.GeoDataFrame(
        {
            "road_class": kind.to_numpy(),
            "maxspeed_kmh": text("maxspeed").map(_kmh).astype(float).to_numpy(),
            "one_way": one_way.to_numpy(),
            "ferry_min": text("duration").map(_duration).astype(float).to_numpy(),
            "closed": closed.to_numpy(),
            "foot": text("foot").map(lambda word: word if word in {"yes", "no"} else "").to_numpy(),
            "bridge": text("bridge").isin(true).to_numpy(),
            "tunnel": text("tunnel").isin(true).to_numpy(),
            "name": text("name").to_numpy(),
        },
        geometry=table.geometry.to_numpy(),
        crs=table.crs,
    )
    no_road = plain["road_class"].isin(["construction", "proposed", "razed", "platform"])
    return plain[~no_road & (text("area") != "yes").to_numpy()].reset_index(drop=True)


def _first(value: Any) -> Any:
    """Return the first of several values that OSMnx merged into one edge."""
    if isinstance(value, list):
        return value[0] if value else ""
    return value


def _kmh(text: str) -> float:
    """Return a speed limit; "walk", "none" and the like tell no number."""
    found = re.match(r"\s*(\d+(?:\.\d+)?)\s*(mph)?", text)
    if found is None or float(found[1]) == 0:
        return float("nan")
    return float(found[1]) * (MILE_KM if found[2] else 1.0)


def _duration(text: str) -> float:
    """Return minutes of `hh:mm` or of a plain number."""
    clock = re.fullmatch(r"(\d+):(\d{2})(?::\d{2})?", text)
    if clock:
        return int(clock[1]) * 60.0 + int(clock[2])
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else float("nan")


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Give a compressed .osm as a plain file while it is read."""
    if path.suffix not in {".bz2", ".gz"}:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.stem
        opened: Any = bz2.open if path.suffix == ".bz2" else gzip.open
        with opened(path) as packed, plain.open("wb") as out:
            shutil.copyfileobj(packed, out)
        yield plain
