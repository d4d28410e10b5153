"""Which coordinate system a layer is in, also where its label is missing or will not do."""

from typing import TYPE_CHECKING

from coverplan.crs import DEGREES
from coverplan.errors import CrsError, Problem, Severity, Where

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd

__all__ = ["in_degrees", "zoned_easting"]

_SAME_AS_WGS84 = (
    "CGCS2000",
    "China Geodetic Coordinate System 2000",
    "WGS 84",
    "WGS_1984",
    "WGS84",
)
_REFUSED = ("Beijing 1954", "Beijing_1954", "Xian 1980", "Xian_1980", "Xi'an 1980", "New Beijing")
_ZONE_M = 1_000_000.0
_FALSE_EASTING_M = 500_000.0
_HALF_ZONE_M = 350_000.0
_NORTHING_M = (330_000.0, 6_000_000.0)
_ZONES_3 = range(25, 46)
_ZONES_6 = range(13, 24)


def in_degrees(
    frame: "gpd.GeoDataFrame", file: str
) -> "tuple[gpd.GeoDataFrame, tuple[Problem, ...]]":
    """
    Return a layer in WGS84 degrees.

    Parameters
    ----------
    frame
        A layer as read.
    file
        Its name for messages.

    Returns
    -------
    tuple
        The layer, and a note where its system was recognised by the numbers alone.

    Raises
    ------
    CrsError
        The system is missing and cannot be told from the numbers, or is Beijing 54 or Xi'an 80.

    Notes
    -----
    CGCS2000 and WGS84 differ by centimetres. Beijing 54 and Xi'an 80 differ from them by up to
    100 m, by regional parameters that are not public: a conversion would only look exact.
    """
    if frame.crs is None:
        return _unlabelled(frame, file)
    text = f"{frame.crs.name} {frame.crs.datum.name if frame.crs.datum else ''}"
    geodetic = frame.crs.geodetic_crs
    if geodetic is not None:
        text += f" {geodetic.name}"
    if any(word.casefold() in text.casefold() for word in _REFUSED):
        raise CrsError(Problem("intake.layer.old_datum", Where(file), frame.crs.name))
    same = any(word.casefold() in text.casefold() for word in _SAME_AS_WGS84)
    nameless = frame.crs.is_geographic and "unknown" in text.casefold()
    if not same and not nameless:
        note = Problem(
            "intake.layer.other_crs", Where(file), frame.crs.name, severity=Severity.NOTE
        )
        return frame.to_crs(DEGREES), (note,)
    if frame.crs.is_geographic:
        return frame.set_crs(DEGREES, allow_override=True), ()
    return _checked_zone(frame, file)


def zoned_easting(bounds: tuple[float, float, float, float]) -> str:
    """
    Return the CGCS2000 Gauss-Krüger system that an easting with a zone prefix names.

    Parameters
    ----------
    bounds
        West, south, east, north. [m]

    Returns
    -------
    str
        `"EPSG:n"`, or empty where the numbers bear no prefix.

    Notes
    -----
    3-degree zones 25–45 are EPSG 4513–4533, 6-degree zones 13–23 are EPSG 4491–4501; the two ranges
    of prefixes do not overlap within China.

    Examples
    --------
    >>> zoned_easting((36_480_000.0, 3_280_000.0, 36_520_000.0, 3_330_000.0))
    'EPSG:4524'
    >>> zoned_easting((18_480_000.0, 3_280_000.0, 18_520_000.0, 3_330_000.0))
    'EPSG:4496'
    """
    west, south, east, north = bounds
    zone = int(west // _ZONE_M)
    least, most = _NORTHING_M
    if int(east // _ZONE_M) != zone or not least <= south <= north <= most:
        return ""
    if zone in _ZONES_3:
        return f"EPSG:{4513 + zone - 25}"
    if zone in _ZONES_6:
        return f"EPSG:{4491 + zone - 13}"
    return ""


def _unlabelled(
    frame: "gpd.GeoDataFrame", file: str
) -> "tuple[gpd.GeoDataFrame, tuple[Problem, ...]]":
    west, south, east, north = (float(v) for v in frame.total_bounds)
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:  # noqa: PLR2004
        note = Problem("intake.layer.assumed_degrees", Where(file), severity=Severity.NOTE)
        return frame.set_crs(DEGREES), (note,)
    code = zoned_easting((west, south, east, north))
    found = f"{west:.0f}, {south:.0f}, {east:.0f}, {north:.0f}"
    if code:
        note = Problem("intake.layer.zone_found", Where(file), found, {"crs": code}, Severity.NOTE)
        return frame.set_crs(code).to_crs(DEGREES), (note,)
    least, most = _NORTHING_M
    if abs((west + east) / 2 - _FALSE_EASTING_M) < _HALF_ZONE_M and least <= south <= north <= most:
        # an easting without prefix fits every meridian: which one, only the maker knows
        raise CrsError(Problem("intake.layer.no_meridian", Where(file), found))
    if least <= west <= east <= most and zoned_easting((south, west, north, east)):
        raise CrsError(Problem("intake.layer.axes", Where(file), found))
    raise CrsError(Problem("intake.layer.no_crs", Where(file), found))


def _checked_zone(
    frame: "gpd.GeoDataFrame", file: str
) -> "tuple[gpd.GeoDataFrame, tuple[Problem, ...]]":
    # a label without prefix over numbers with one (and the reverse) puts a county into the sea
    west, south, east, north = (float(v) for v in frame.total_bounds)
    code = zoned_easting((west, south, east, north))
    degrees = frame.to_crs(DEGREES)
    lon_west, lat_south, lon_east, lat_north = degrees.total_bounds
    sound = 60 < lon_west <= lon_east < 145 and 0 < lat_south <= lat_north < 60  # noqa: PLR2004
    if sound:
        return degrees, ()
    found = f"{frame.crs.name}: {west:.0f}, {south:.0f}, {east:.0f}, {north:.0f}"
    if not code:
        raise CrsError(Problem("intake.layer.contradicts", Where(file), found))
    note = Problem("intake.layer.zone_label", Where(file), found, {"crs": code}, Severity.NOTE)
    return frame.set_crs(code, allow_override=True).to_crs(DEGREES), (note,)
