"""People of an areal grid or a population raster as weighted places, none lost on the way."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.crs import DEGREES
from coverplan.errors import InputError, Problem, Where

__all__ = ["places_of_grid", "places_of_raster"]

EARTH_M = 111_320.0
"""Metres in a degree of latitude."""


def places_of_grid(grid: gpd.GeoDataFrame, file: str) -> pd.DataFrame:
    """
    Return the cells of a grid as places with people.

    Parameters
    ----------
    grid
        Points or polygons in degrees with a column `people`.
    file
        Its name, for messages.

    Returns
    -------
    pandas.DataFrame
        `lon`, `lat` (a point inside each cell) [degree], `people` (float, above 0). [person]

    Raises
    ------
    InputError
        There is no column `people`, a figure is negative, or nobody lives in the grid.
    """
    where = Where(file=file)
    if "people" not in grid.columns:
        raise InputError(Problem("people.no_column", where))
    people = pd.to_numeric(grid["people"], errors="coerce").fillna(0).to_numpy(dtype=float)
    if (people < 0).any():
        raise InputError(Problem("people.negative", where, f"{people.min():g}"))
    points = grid.geometry.representative_point()
    table = pd.DataFrame({"lon": points.x, "lat": points.y, "people": people})
    table = table[table["people"] > 0].dropna().reset_index(drop=True)
    if table.empty:
        raise InputError(Problem("people.nobody", where))
    return table


def places_of_raster(
    path: Path, file: str, bounds: tuple[float, float, float, float] | None, cell_m: float
) -> pd.DataFrame:
    """
    Return the cells of a population raster as places with people, gathered into coarser blocks.

    Parameters
    ----------
    path
        A GeoTIFF whose first band counts people a cell.
    file
        Its name, for messages.
    bounds
        West, south, east, north of what is needed, or None. [degree]
    cell_m
        Blocks of about this size are summed; their place is the centre of their people. [m]

    Returns
    -------
    pandas.DataFrame
        As `places_of_grid`; the people of the raster within the bounds, all of them.

    Raises
    ------
    InputError
        rasterio is not installed, or the file is no raster, has no reference system, or nobody
        lives there.
    """
    where = Where(file=file)
    try:
        import rasterio  # noqa: PLC0415 - an extra
        import rasterio.warp  # noqa: PLC0415
        from rasterio.windows import Window  # noqa: PLC0415
        from rasterio.windows import from_bounds as window_of  # noqa: PLC0415
    except ImportError as fault:
        raise InputError(Problem("people.no_rasterio", where)) from fault
    try:
        with rasterio.open(path) as source:
            if source.crs is None:
                raise InputError(Problem("people.no_crs", where))
            window = Window(0, 0, source.width, source.height)
            if bounds is not None:
                box = rasterio.warp.transform_bounds(DEGREES, source.crs, *bounds)
                wanted = window_of(*box, transform=source.transform).round_offsets().round_lengths()
                window = wanted.intersection(window)
            values = source.read(1, window=window, masked=True).astype(float).filled(0.0)
            transform, system = source.transform, source.crs.to_wkt()
            degrees = source.crs.is_geographic
    except rasterio.errors.RasterioError as fault:
        raise InputError(Problem("people.unreadable", where, str(fault)[:200])) from fault
    values = np.where(np.isfinite(values) & (values > 0), values, 0.0)
    size = abs(transform.a) * (EARTH_M if degrees else 1.0)
    row, column, people = _blocks(values, max(1, round(cell_m / size)))
    if not people.size:
        raise InputError(Problem("people.nobody", where))
    row, column = row + window.row_off, column + window.col_off
    x = transform.c + transform.a * column + transform.b * row
    y = transform.f + transform.d * column + transform.e * row
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=system).to_crs(DEGREES)
    return pd.DataFrame({"lon": points.x, "lat": points.y, "people": people})


Floats = NDArray[np.float64]


def _blocks(values: Floats, step: int) -> tuple[Floats, Floats, Floats]:
    """Return the centre of the people of each block, in cells, and how many they are."""
    row, column = np.nonzero(values)
    people = values[row, column]
    wide = values.shape[1] // step + 1
    block = (row // step) * wide + column // step
    _, which = np.unique(block, return_inverse=True)
    total: Floats = np.bincount(which, people).astype(np.float64)
    return (
        np.bincount(which, people * (row + 0.5)) / total,
        np.bincount(which, people * (column + 0.5)) / total,
        total,
    )
