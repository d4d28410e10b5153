"""The only reprojection: Chinese datum shifts, and the metric system that fits the data."""

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coverplan.errors import CrsError, Problem

if TYPE_CHECKING:  # geopandas and pyproj are loaded where they are used, not with the package
    import geopandas as gpd
    from pyproj import Transformer

__all__ = [
    "DEGREES",
    "Datum",
    "metric_crs",
    "metric_points",
    "shift",
    "shift_geometry",
    "to_metric",
]

DEGREES = "EPSG:4326"
"""The system of every longitude and latitude inside."""

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


class Datum(StrEnum):
    """What a longitude and latitude refer to; CGCS2000 is WGS84 at the scale of a map."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


_KRASOVSKY_AXIS = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)
_SETTLED_DEG = 1e-12
_ROUNDS = 30
_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135


def metric_crs(lon: ArrayLike) -> str:
    """
    Return the CGCS2000 3-degree Gauss-Krüger system whose meridian is nearest to the data.

    Parameters
    ----------
    lon
        Longitudes of the data, any shape; the middle of their range decides. [deg]

    Returns
    -------
    str
        `"EPSG:n"`, metres, without a zone prefix in the easting.

    Raises
    ------
    CrsError
        There is no longitude, or the middle is not of the zones of the meridians 75° to 135° E.

    Notes
    -----
    EPSG 4534 + (CM − 75) / 3, EPSG registry, "CGCS2000 / 3-degree Gauss-Kruger CM". A county away
    from its meridian is badly measured: EPSG:4545 is 2 % wrong on areas at 117° E.

    Examples
    --------
    >>> metric_crs([107.46, 108.2])
    'EPSG:4545'
    >>> metric_crs(117.0)
    'EPSG:4548'
    """
    values = np.asarray(lon, dtype=np.float64).ravel()
    values = values[np.isfinite(values)]
    if not values.size:
        raise CrsError(Problem("intake.crs.no_longitude"))
    middle = float(values.min() + values.max()) / 2
    if not _FIRST_MERIDIAN - 1.5 <= middle <= _LAST_MERIDIAN + 1.5:
        raise CrsError(Problem("intake.crs.outside_china", found=f"{middle:.3f}"))
    meridian = min(max(3 * round(middle / 3), _FIRST_MERIDIAN), _LAST_MERIDIAN)
    return f"EPSG:{4534 + (meridian - _FIRST_MERIDIAN) // 3}"


def metric_points(lon: ArrayLike, lat: ArrayLike, crs: str) -> Pair:
    """
    Return positions in a metric system.

    Parameters
    ----------
    lon, lat
        WGS84, shape (n,). [deg]
    crs
        As `metric_crs` returns it.

    Returns
    -------
    tuple
        Easting and northing, shape (n,) each; NaN in, NaN out. [m]
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    east, north = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    # Lists: pyproj would try to take an array of one as a scalar, which numpy deprecates.
    east[known], north[known] = _transformer(crs).transform(x[known].tolist(), y[known].tolist())
    return east, north


@cache
def _transformer(crs: str) -> "Transformer":
    # building one takes longer than moving a county's points with it
    from pyproj import Transformer  # noqa: PLC0415 - heavy

    return Transformer.from_crs(DEGREES, crs, always_xy=True)


def to_metric(frame: "gpd.GeoDataFrame", crs: str = "") -> "gpd.GeoDataFrame":
    """
    Return a layer in a metric system.

    Parameters
    ----------
    frame
        A layer with a known system; its index and columns are kept.
    crs
        The target; empty chooses the one that fits the layer itself.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy. [m]

    Raises
    ------
    CrsError
        The layer has no system, or lies outside China.
    """
    if frame.crs is None:
        raise CrsError(Problem("intake.crs.none"))
    degrees = frame.to_crs(DEGREES)
    if not crs:
        west, _, east, _ = degrees.total_bounds
        crs = metric_crs([west, east])
    return degrees.to_crs(crs)


def shift(lon: ArrayLike, lat: ArrayLike, source: str, target: str = "wgs84") -> Pair:
    """
    Return positions of one datum in another, to less than a centimetre in both directions.

    Parameters
    ----------
    lon, lat
        Shape (n,) or scalars. NaN stays NaN. [deg]
    source, target
        `"wgs84"`, `"gcj02"` (AMap, Tencent, Google in China) or `"bd09"` (Baidu).

    Returns
    -------
    tuple
        Longitude and latitude, each of the input's shape. [deg]

    Raises
    ------
    ValueError
        No such datum.

    Notes
    -----
    GCJ-02 and BD-09 are published only as code; the forward series used here is the one that all
    open implementations share. The customary one-step inverses are off by up to 2 m (GCJ-02) and
    0.1 m (BD-09), so both inverses are iterated to 1e-12 degrees. Outside a rectangle around China
    GCJ-02 equals WGS84.

    Examples
    --------
    >>> lon, lat = shift([107.73027], [29.86864], "wgs84", "gcj02")
    >>> back = shift(lon, lat, "gcj02")
    >>> [round(float(v[0]), 8) for v in back]
    [107.73027, 29.86864]
    """
    start, end = Datum(source), Datum(target)
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    if start is end:
        return x, y
    if start is Datum.BD09:
        x, y = _solved(_gcj_to_bd, x, y)
    elif start is Datum.WGS84:
        x, y = _wgs_to_gcj(x, y)
    # here x, y are GCJ-02
    if end is Datum.WGS84:
        x, y = _solved(_wgs_to_gcj, x, y)
    elif end is Datum.BD09:
        x, y = _gcj_to_bd(x, y)
    return x, y


def shift_geometry(
    frame: "gpd.GeoDataFrame", source: str, target: str = "wgs84"
) -> "gpd.GeoDataFrame":
    """
    Return a layer whose every vertex is moved from one datum to another.

    Parameters
    ----------
    frame
        A layer in degrees; missing geometries stay missing.
    source, target
        As `shift`.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy, its system `EPSG:4326`.
    """
    import shapely  # noqa: PLC0415 - heavy

    def moved(vertices: Floats) -> Floats:
        return np.column_stack(shift(vertices[:, 0], vertices[:, 1], source, target))

    copy = frame.copy()
    copy.geometry = shapely.transform(frame.geometry.to_numpy(), moved)
    return copy.set_crs(DEGREES, allow_override=True)


def _wgs_to_gcj(lon: Floats, lat: Floats) -> Pair:
    west, east, south, north = _CHINA
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    up = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + ripple
    up += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    up += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    right = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + ripple
    right += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    right += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.deg2rad(lat)
    bend = 1.0 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    lat_m = _KRASOVSKY_AXIS * (1.0 - _KRASOVSKY_E2) / (bend * np.sqrt(bend))
    lon_m = _KRASOVSKY_AXIS / np.sqrt(bend) * np.cos(phi)
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    moved_lon = np.where(inside, lon + np.rad2deg(right / lon_m), lon)
    moved_lat = np.where(inside, lat + np.rad2deg(up / lat_m), lat)
    return moved_lon, moved_lat


def _gcj_to_bd(lon: Floats, lat: Floats) -> Pair:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _solved(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    # The shift varies by less than 1 % over its own length: the fixed point is reached in a few
    # rounds. At the rectangle's edge it may flip for ever, so the rounds are bounded.
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        ahead_x, ahead_y = forward(x, y)
        off_x, off_y = lon - ahead_x, lat - ahead_y
        x, y = x + off_x, y + off_y
        if not (np.nan_to_num(np.abs(off_x) + np.abs(off_y)) > _SETTLED_DEG).any():
            break
    return x, y
