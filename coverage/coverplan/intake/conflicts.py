"""Places whose coordinates and stated township disagree: listed with a distance, never moved."""

from typing import TYPE_CHECKING

import numpy as np

from coverplan import crs
from coverplan.errors import Problem, Severity
from coverplan.intake.cells import shown
from coverplan.intake.tables import Table

if TYPE_CHECKING:  # annotations only
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = ["tell_conflicts"]

_TOLERANCE_M = 100.0
_APPROXIMATE_M = 1_000.0


def tell_conflicts(
    table: Table,
    cells: "gpd.GeoDataFrame",
    names: "Mapping[str, str]",
    *,
    approximate: bool,
    lines: "set[int] | None" = None,
) -> int:
    """
    Note each place that lies in another township than the stated one.

    Parameters
    ----------
    table
        With `code9`, `lon`, `lat` (WGS84); notes go to its book.
    cells
        Township polygons, index code9, with a reference system.
    names
        code9 -> name.
    approximate
        Whether the polygons are computed from the seats: then a place counts as in conflict only
        from 1 km beyond its cell on, and the note says that the cells are no boundary. Else from
        100 m on.
    lines
        Index labels to look at; all where None.

    Returns
    -------
    int
        How many were noted.
    """
    import shapely  # noqa: PLC0415 - heavy

    rows = table.rows
    lon, lat = rows["lon"].to_numpy(dtype=np.float64), rows["lat"].to_numpy(dtype=np.float64)
    metric = crs.to_metric(cells)
    shapes = metric.geometry.to_dict()
    east, north = crs.metric_points(lon, lat, str(metric.crs))
    tree_codes = [code for code, shape in shapes.items() if shape is not None]
    tree = shapely.STRtree([shapes[code] for code in tree_codes])
    least = _APPROXIMATE_M if approximate else _TOLERANCE_M
    key = "intake.conflict.approximate" if approximate else "intake.conflict.boundary"
    noted = 0
    for line in np.flatnonzero(np.isfinite(east) & np.isfinite(north)).tolist():
        code = rows["code9"].iloc[line]
        own = shapes.get(code)
        where = table.where(line, "lon")
        aside = table.book.is_aside(table.file, where.sheet, where.row or 0)
        if own is None or aside or (lines is not None and line not in lines):
            continue
        point = shapely.points(east[line], north[line])
        away = float(shapely.distance(own, point))
        if away <= least:
            continue
        there = tree_codes[int(tree.nearest(point))]
        found = shown(rows["name"].iloc[line])
        values = {
            "township": names.get(code, code),
            "other": names.get(there, there),
            "km": f"{away / 1000:.1f}",
        }
        table.book.add(Problem(key, where, found, values, Severity.NOTE))
        noted += 1
    return noted
