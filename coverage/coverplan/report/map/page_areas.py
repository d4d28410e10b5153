"""From where open venues are reached, as shapes on the page; a page that would grow too large."""

from typing import TYPE_CHECKING, Any

from shapely import simplify
from shapely.geometry.base import BaseGeometry

from coverplan.report.map.codec import polyline

if TYPE_CHECKING:
    from coverplan.domain import Result

__all__ = ["MOST_BYTES", "areas"]

MOST_BYTES = 80_000
"""Above this the shapes stay out of the page; the GeoPackage has them. [bytes]"""
DETAIL = 0.0005
"""Shapes are drawn to about fifty metres. [degree]"""
DIGITS = 4


def areas(result: "Result") -> dict[str, Any]:
    """
    Return the areas from where venues are reached, by type and cutoff.

    Parameters
    ----------
    result
        A run; only over roads has it such areas.

    Returns
    -------
    dict
        `areas`: type -> cutoff -> one shape a venue, of encoded rings with four decimals; and
        `areas_bytes`: the size at which they were left out, else None.
    """
    found: dict[str, dict[str, list[list[list[str]]]]] = {}
    for frame in result.layers.values():
        own = frame[frame["kind"] == "service_area"] if "kind" in frame else frame.iloc[:0]
        if own.empty:
            continue
        shapes = own.to_crs(4326).geometry
        for kind, cutoff, shape in zip(own["type"], own["cutoff_min"], shapes, strict=True):
            rings = _rings(simplify(shape, DETAIL))
            if rings:
                found.setdefault(str(kind), {}).setdefault(f"{cutoff:g}", []).append(rings)
    size = sum(
        len(ring)
        for by_cutoff in found.values()
        for venues in by_cutoff.values()
        for rings in venues
        for part in rings
        for ring in part
    )
    if size > MOST_BYTES:
        return {"areas": {}, "areas_bytes": size}
    return {"areas": found, "areas_bytes": None}


def _rings(shape: BaseGeometry) -> list[list[str]]:
    """Return each polygon as its rings, the outer one first; holes too small to see are filled."""
    found = []
    for part in getattr(shape, "geoms", (shape,)):
        if part.geom_type == "Polygon" and not part.is_empty:
            holes = [ring for ring in part.interiors if ring.length > 20 * DETAIL]
            found.append([polyline(ring.coords, DIGITS) for ring in (part.exterior, *holes)])
    return found
