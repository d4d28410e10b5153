"""Polygons around the roads from which a venue is reached in time: for drawing, never to count."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from coverplan.impedance.network import Network, Snap, places_graph

__all__ = ["WIDTH_M", "service_areas"]

FloatArray = NDArray[np.float64]
WIDTH_M = 150.0
"""What lies this near to a reached road is drawn with it. [m]"""


def service_areas(
    network: Network,
    sites: Snap,
    ids: Sequence[str],
    cutoffs_min: Sequence[float],
    crs: str,
    *,
    width_m: float = WIDTH_M,
) -> gpd.GeoDataFrame:
    """
    Draw from where each site is reached within each cutoff, along reached roads, not as a circle.

    Parameters
    ----------
    network
        The roads, in `crs`.
    sites
        As returned by `network.snap`; a site off the network has no area.
    ids
        Of the sites.
    cutoffs_min
        [min]
    crs
        The metric reference system.
    width_m
        Half the width of the band drawn along a road. [m]

    Returns
    -------
    geopandas.GeoDataFrame
        One row a site and cutoff that reaches anything: `site`, `cutoff_min`, geometry in `crs`.

    Examples
    --------
    >>> from coverplan.impedance.network import network_of, snap
    >>> from coverplan.impedance.speeds import PROFILES
    >>> road = gpd.GeoDataFrame({"road_class": ["residential"], "maxspeed_kmh": [np.nan],
    ...     "one_way": [0], "ferry_min": [np.nan], "closed": [False], "foot": [""]},
    ...     geometry=[shapely.LineString([(108.0, 30.0), (108.2, 30.0)])], crs="EPSG:4326")
    >>> roads = network_of(road, PROFILES["car"], "EPSG:4545")
    >>> venue = snap(roads, roads.xy[:1], 100.0)
    >>> area = service_areas(roads, venue, ["v"], [15], "EPSG:4545").geometry[0]
    >>> west, _, east, _ = area.bounds
    >>> round((east - west) / 1000, 1)
    5.3
    """
    lines = network.lines()
    back = places_graph(csr_array(network.graph().T), network, sites, against=True)
    rows = []
    most = max(cutoffs_min)
    for n, site in enumerate(ids):
        if sites.edge[n] < 0:
            continue
        left = most - sites.entry_min[n]
        if left < 0:
            continue
        times = dijkstra(back, indices=len(network.xy) + n, limit=left)
        for cutoff in cutoffs_min:
            room = cutoff - sites.entry_min[n]
            if room >= 0:
                reached = _reached(network, lines, times, room, (sites.edge[n], sites.along[n]))
                area = shapely.union_all(shapely.buffer(reached, width_m, quad_segs=4))
                rows.append((site, cutoff, shapely.simplify(area, width_m / 10.0)))
    found = gpd.GeoDataFrame(rows, columns=["site", "cutoff_min", "geometry"], crs=crs)
    return found[~found.geometry.is_empty].reset_index(drop=True)


def _reached(
    network: Network,
    lines: "NDArray[np.object_]",
    times: FloatArray,
    room: float,
    own: "tuple[np.int64, np.float64]",
) -> "list[shapely.Geometry]":
    """Return the pieces of road from which the site is reached within the room."""
    with np.errstate(invalid="ignore"):
        by_head = (room - times[network.head]) / network.forward
        by_tail = (room - times[network.tail]) / network.backward
    by_head = np.where(np.isfinite(network.forward), np.clip(by_head, 0.0, 1.0), 0.0)
    by_tail = np.where(np.isfinite(network.backward), np.clip(by_tail, 0.0, 1.0), 0.0)
    whole = by_head + by_tail >= 1.0
    pieces = list(lines[whole])
    pieces.extend(
        substring(lines[edge], 1.0 - by_head[edge], 1.0, normalized=True)
        for edge in np.flatnonzero(~whole & (by_head > 0))
    )
    pieces.extend(
        substring(lines[edge], 0.0, by_tail[edge], normalized=True)
        for edge in np.flatnonzero(~whole & (by_tail > 0))
    )
    home, along = int(own[0]), float(own[1])
    start = max(0.0, along - room / network.forward[home])
    end = min(1.0, along + room / network.backward[home])
    pieces.append(substring(lines[home], start, end, normalized=True))
    return pieces
