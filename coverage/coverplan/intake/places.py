"""Whether a position can be in the county, and positions of any datum as WGS84 points."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coverplan import crs
from coverplan.errors import Problem, Severity
from coverplan.intake.tables import Table

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd
    import pandas as pd

__all__ = ["MARGIN_M", "Area", "check_positions", "points"]

Floats = NDArray[np.float64]

MARGIN_M = 2_000.0
"""How far outside the outline a position may lie: outlines and unknown datums are off by this."""
_SEAT_MARGIN_DEG = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """
    Where the county is, for telling impossible positions.

    Parameters
    ----------
    outline
        The county's polygon, WGS84; None where the plan has none.
    bounds
        West, south, east, north of the seats, widened by half a degree; used without an outline.
    """

    outline: "gpd.GeoDataFrame | None"
    bounds: tuple[float, float, float, float] | None

    @classmethod
    def around(cls, outline: "gpd.GeoDataFrame | None", lon: Floats, lat: Floats) -> "Area":
        """
        Return the area of a county from its outline, else from its seats.

        Parameters
        ----------
        outline
            The county's polygon, WGS84, or None.
        lon, lat
            Positions of the seats, NaN where not known. [deg]
        """
        known = np.isfinite(lon) & np.isfinite(lat)
        if outline is not None or not known.any():
            return cls(outline, None)
        # the middle half of the seats decides: one misplaced seat must not widen the county
        x, y = lon[known], lat[known]
        mid_x, mid_y = float(np.median(x)), float(np.median(y))
        near = (np.abs(x - mid_x) < 1) & (np.abs(y - mid_y) < 1)
        x, y = x[near], y[near]
        margin = _SEAT_MARGIN_DEG
        return cls(None, (x.min() - margin, y.min() - margin, x.max() + margin, y.max() + margin))

    def metres_outside(self, lon: Floats, lat: Floats) -> Floats:
        """
        Return how far outside the county positions lie; 0 inside, within the margin, or unknown.

        Parameters
        ----------
        lon, lat
            WGS84, shape (n,). [deg]

        Returns
        -------
        numpy.ndarray
            Shape (n,). [m]
        """
        import shapely  # noqa: PLC0415 - heavy

        far = np.zeros(len(lon))
        known = np.isfinite(lon) & np.isfinite(lat)
        if not known.any():
            return far
        if self.outline is not None:
            metric = crs.to_metric(self.outline)
            shape = metric.geometry.union_all()
            east, north = crs.metric_points(lon, lat, str(metric.crs))
            landed = known & np.isfinite(east) & np.isfinite(north)
            far[known & ~landed] = 1e7  # beyond what the projection can hold
            far[landed] = shapely.distance(shape, shapely.points(east[landed], north[landed]))
            return np.where(far > MARGIN_M, far, 0.0)
        if self.bounds is not None:
            west, south, east_, north_ = self.bounds
            dx = np.maximum(np.maximum(west - lon, lon - east_), 0) * 96_000
            dy = np.maximum(np.maximum(south - lat, lat - north_), 0) * 111_000
            far[known] = np.hypot(dx, dy)[known]
        return far


def check_positions(
    table: Table,
    area: Area,
    datum: str,
    *,
    lon: str = "lon",
    lat: str = "lat",
    target: str = "wgs84",
) -> tuple[Floats, Floats]:
    """
    Move a table's positions to the run's datum in place; set rows aside that cannot be there.

    Parameters
    ----------
    table
        The table; its `rows` are changed, faults go to its book.
    area
        Where the county is.
    datum
        What the positions refer to, as the plan says; `"unknown"` takes them as they stand.
    lon, lat
        Columns of the position.
    target
        The datum that the whole run is in.

    Returns
    -------
    tuple
        The positions as they were written, for the question which datum they are in. [deg]
    """
    rows = table.rows
    x, y = rows[lon].to_numpy(dtype=np.float64), rows[lat].to_numpy(dtype=np.float64)
    written = x.copy(), y.copy()
    _half(table, x, y, lon, lat)
    if datum not in {"unknown", target}:
        x, y = crs.shift(x, y, datum, target)
        rows[lon], rows[lat] = x.round(9), y.round(9)
    both = np.isfinite(x) & np.isfinite(y)
    far = area.metres_outside(np.where(both, x, np.nan), np.where(both, y, np.nan))
    wrong = np.flatnonzero(far > 0)
    if not wrong.size:
        return written
    mirrored = area.metres_outside(y[wrong], x[wrong])
    for line, turned in zip(wrong.tolist(), mirrored.tolist(), strict=True):
        found = f"{x[line]:.6g}, {y[line]:.6g}"
        swapped = turned == 0
        key = "intake.place.swapped" if swapped else "intake.place.outside"
        values = {} if swapped else {"km": f"{far[line] / 1000:.0f}"}
        table.book.add(Problem(key, table.where(line, lon), found, values, Severity.ROW))
    return written


def _half(table: Table, x: Floats, y: Floats, lon: str, lat: str) -> None:
    for line in np.flatnonzero(np.isfinite(x) != np.isfinite(y)).tolist():
        missing = lat if np.isfinite(x[line]) else lon
        table.book.add(
            Problem("intake.place.half", table.where(line, missing), severity=Severity.ROW)
        )


def points(frame: "pd.DataFrame", *, lon: str = "lon", lat: str = "lat") -> "gpd.GeoDataFrame":
    """
    Return a frame with its positions as points; None where there is no position.

    Parameters
    ----------
    frame
        With two columns of WGS84 degrees.
    lon, lat
        Their names.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4326, index kept.
    """
    import geopandas as gpd  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    x, y = frame[lon].to_numpy(dtype=np.float64), frame[lat].to_numpy(dtype=np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    geometry = np.full(len(frame), None, dtype=object)
    geometry[known] = shapely.points(x[known], y[known])
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=crs.DEGREES)
