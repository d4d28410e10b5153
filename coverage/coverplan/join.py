"""Points to townships, and totals to points: nothing is lost and nothing is invented on the way."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from coverplan.crs import metric_points

__all__ = ["metric_xy", "points_in_zones", "whole_persons"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def metric_xy(lon: ArrayLike, lat: ArrayLike, crs: str) -> FloatArray:
    """
    Return WGS84 positions in a metric reference system; a missing position stays NaN.

    Parameters
    ----------
    lon, lat
        Positions, shape (n,), NaN or NA where there is none. [degree]
    crs
        The plan's metric reference system, as `"EPSG:4545"`.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2). [m]

    Examples
    --------
    >>> metric_xy([108.0], [0.0], "EPSG:4545").round().tolist()
    [[500000.0, 0.0]]
    """
    plain = [
        pd.Series(part, dtype="Float64").to_numpy(dtype=float, na_value=np.nan)
        for part in (np.asarray(lon, dtype=object), np.asarray(lat, dtype=object))
    ]
    return np.column_stack(metric_points(plain[0], plain[1], crs))


def whole_persons(shares: ArrayLike, total: int) -> IntArray:
    """
    Split a number of people by shares into whole persons that sum to it exactly.

    Largest remainder: each part gets its quota rounded down, and what is left goes, one by one, to
    the largest fractions; of equal fractions the earlier part comes first, so the order of the
    parts (codes ascending) is part of the rule.

    Parameters
    ----------
    shares
        Non-negative weights, shape (n,); they need not sum to one. All zero means equal parts.
    total
        The people to be split. [person]

    Returns
    -------
    numpy.ndarray
        Whole numbers, shape (n,), summing to `total`. [person]

    Raises
    ------
    ValueError
        A share is negative or not finite, the total is negative, or there is nobody to give to.

    Notes
    -----
    Rounding each part alone loses 31 people over the townships of one real county.

    Examples
    --------
    >>> whole_persons([1, 1, 1], 10).tolist()
    [4, 3, 3]
    """
    weight = np.asarray(shares, dtype=float)
    if not np.isfinite(weight).all() or (weight < 0).any() or total < 0:
        raise ValueError("shares and total must be finite and not negative")
    if weight.size == 0:
        if total:
            raise ValueError(f"{total} people and no part to put them in")
        return np.zeros(0, dtype=np.int64)
    if weight.sum() == 0:
        weight = np.ones_like(weight)
    quota = weight / weight.sum() * total
    whole: IntArray = np.floor(quota + 1e-9).astype(np.int64)
    left = int(total - whole.sum())
    fraction = np.round(quota - whole, 9)
    order = np.lexsort((np.arange(weight.size), -fraction))
    whole[order[:left]] += 1
    return whole


def points_in_zones(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> "pd.Series[str]":
    """
    Return the zone in which each point lies, on the points' own index; `""` outside of all.

    A point on the line between two zones goes to the one whose id comes first.

    Parameters
    ----------
    points
        Points; a missing geometry lies in no zone.
    zones
        Polygons; their index holds the ids, in the same reference system.

    Raises
    ------
    ValueError
        The two frames have different reference systems, or none.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], index=["a"], crs="EPSG:4545")
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.5, 3], [0.5, 3]),
    ...                           index=["p", "q"], crs="EPSG:4545")
    >>> points_in_zones(points, zones).to_dict()
    {'p': 'a', 'q': ''}
    """
    if points.crs is None or points.crs != zones.crs:
        raise ValueError(f"points are in {points.crs}, zones in {zones.crs}: reproject one of them")
    ordered = zones.sort_index()
    found = pd.Series("", index=points.index, name="zone", dtype=object)
    geometry = points.geometry.to_numpy()
    tree = shapely.STRtree(ordered.geometry.to_numpy())
    has = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    inputs, hits = tree.query(geometry[has], predicate="intersects")
    # Written from the last zone to the first, so that the first id wins on a shared line.
    order = np.argsort(-hits, kind="stable")
    values = found.to_numpy(copy=True)
    values[has[inputs[order]]] = ordered.index.to_numpy()[hits[order]]
    return pd.Series(values, index=points.index, name="zone", dtype=object)
