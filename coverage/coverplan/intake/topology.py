"""Whether township polygons fill the county once: overlaps, gaps, slivers, holes, invalid rings."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coverplan import crs
from coverplan.errors import Problem, Severity, Where

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd
    import shapely

__all__ = ["Flaw", "flaws", "repaired", "tell_flaws"]

_NEGLIGIBLE_M2 = 1.0
_SLIVER_WIDTH_M = 20.0
_KM2 = 1e6


@dataclass(frozen=True, slots=True)
class Flaw:
    """
    One thing that is wrong with a polygon layer.

    Parameters
    ----------
    kind
        `"invalid"`, `"overlap"`, `"gap"`, `"outside"` (beyond the outline) or `"missing"` (a part
        of the outline that no polygon covers).
    names
        Index labels of the polygons at fault, one for invalid, two for overlap, none for a gap.
    area_m2
        [m²]
    sliver
        Whether the area is long and thin: two drawings of one line rather than a real overlap.
    reason
        What GEOS says of an invalid ring.
    """

    kind: str
    names: tuple[str, ...]
    area_m2: float
    sliver: bool = False
    reason: str = ""


def flaws(cells: "gpd.GeoDataFrame", outline: "gpd.GeoDataFrame | None" = None) -> list[Flaw]:
    """
    Return what is wrong with township polygons.

    Parameters
    ----------
    cells
        Polygons, index code9, with a reference system.
    outline
        The county; without it gaps at the rim and parts beyond it are not looked for.

    Returns
    -------
    list of Flaw
        Invalid polygons first, then overlaps, gaps, outside, missing; each by falling area.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> halves = [shapely.box(107.0, 29.0, 107.1, 29.1), shapely.box(107.09, 29.0, 107.2, 29.1)]
    >>> towns = gpd.GeoDataFrame(index=["1", "2"], geometry=halves, crs=4326)
    >>> [(flaw.kind, flaw.names, round(flaw.area_m2 / 1e6, 1)) for flaw in flaws(towns)]
    [('overlap', ('1', '2'), 10.8)]
    """
    import shapely  # noqa: PLC0415 - heavy

    metric = crs.to_metric(cells)
    found: list[Flaw] = []
    shapes: dict[str, shapely.Geometry] = {}
    for name, shape in metric.geometry.items():
        if shape is None or shape.is_empty:
            continue
        if not shape.is_valid:
            reason = shapely.is_valid_reason(shape)
            found.append(Flaw("invalid", (str(name),), float(shape.area), reason=reason))
            shape = shapely.make_valid(shape)  # noqa: PLW2901 - measured on, not kept
        shapes[str(name)] = shape
    overlaps = []
    tree = shapely.STRtree(list(shapes.values()))
    names = list(shapes)
    left, right = tree.query(list(shapes.values()), predicate="intersects")
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one < other:
            both = shapely.intersection(shapes[names[one]], shapes[names[other]])
            overlaps += _parts("overlap", both, (names[one], names[other]))
    union = shapely.union_all(list(shapes.values()))
    filled = _without_holes(union)
    gaps = _parts("gap", shapely.difference(filled, union))
    rim: list[Flaw] = []
    if outline is not None:
        county = shapely.make_valid(outline.to_crs(metric.crs).geometry.union_all())
        rim = _parts("outside", shapely.difference(union, county))
        rim += _parts("missing", shapely.difference(county, filled))
    for group in (overlaps, gaps, rim):
        found += sorted(group, key=lambda flaw: (flaw.kind != "outside", -flaw.area_m2))
    return found


def tell_flaws(found: list[Flaw], file: str, names: Mapping[str, str]) -> tuple[Problem, ...]:
    """
    Return the topology report as notes: one for each kind, with number and area.

    Parameters
    ----------
    found
        As `flaws` returns them.
    file
        The layer's name.
    names
        code9 -> township.
    """
    notes = []
    for kind, group in itertools.groupby(found, key=lambda flaw: flaw.kind):
        members = list(group)
        largest = max(members, key=lambda flaw: flaw.area_m2)
        where = "—".join(names.get(name, name) for name in largest.names)
        values: dict[str, str | int | float] = {
            "count": len(members),
            "slivers": sum(flaw.sliver for flaw in members),
            "km2": f"{sum(flaw.area_m2 for flaw in members) / _KM2:.3f}",
        }
        found_text = where or f"{largest.area_m2 / _KM2:.3f} km²"
        notes.append(
            Problem(f"intake.topology.{kind}", Where(file), found_text, values, Severity.NOTE)
        )
    return tuple(notes)


def repaired(cells: "gpd.GeoDataFrame") -> "tuple[gpd.GeoDataFrame, tuple[str, ...]]":
    """
    Return polygons with invalid rings mended, and the labels of those that were.

    Only on request: overlaps and gaps are left, since whose ground it is the data cannot say.

    Parameters
    ----------
    cells
        Polygons, any index.
    """
    import shapely  # noqa: PLC0415 - heavy

    copy = cells.copy()
    broken = ~copy.geometry.is_valid & copy.geometry.notna()
    copy.loc[broken, "geometry"] = [
        _areas(shapely.make_valid(shape)) for shape in copy.geometry[broken]
    ]
    return copy, tuple(str(name) for name in copy.index[broken])


def _areas(shape: "shapely.Geometry") -> "shapely.Geometry":
    import shapely  # noqa: PLC0415 - heavy

    parts = [part for part in shapely.get_parts(shape, return_index=False) if part.area > 0]
    return shapely.union_all(parts)


def _parts(kind: str, shape: "shapely.Geometry", names: tuple[str, ...] = ()) -> list[Flaw]:
    import shapely  # noqa: PLC0415 - heavy

    found = []
    for part in shapely.get_parts(shape).tolist():
        area = float(part.area)
        if area > _NEGLIGIBLE_M2:
            width = 2 * area / float(part.length)
            found.append(Flaw(kind, names, area, sliver=width < _SLIVER_WIDTH_M))
    return found


def _without_holes(shape: "shapely.Geometry") -> "shapely.Geometry":
    import shapely  # noqa: PLC0415 - heavy

    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.union_all([shapely.Polygon(part.exterior) for part in parts])
