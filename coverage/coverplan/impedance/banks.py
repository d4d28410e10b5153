"""Rivers as barriers: which bank a point stands on, and the way over named crossings."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from coverplan.errors import InputError, Problem, Where
from coverplan.impedance.line import line_km

__all__ = ["Crossings", "bank_of", "banks", "crossings_between", "way_km"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SHRINK_M = 60.0
"""River lines touch a county outline only within rounding: the outline is drawn in by this."""
SMALLEST_KM2 = 5.0
"""A smaller piece (an exclave, an island in the river) counts to the nearest larger one."""
REACH_M = 3_000.0
"""A crossing farther than this from a bank does not land there."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """
    Bridges and ferries, and the banks they join.

    Parameters
    ----------
    names
        As people call them.
    xy
        Positions, shape (n, 2). [m]
    wait_min
        Waiting and loading, 0 at a bridge, shape (n,). [min]
    joins
        The two banks of each, shape (n, 2).
    """

    names: tuple[str, ...]
    xy: FloatArray
    wait_min: FloatArray
    joins: IntArray

    def without(self, number: int) -> "Crossings":
        """
        Return the others.

        Parameters
        ----------
        number
            Of the crossing that is closed.
        """
        kept = np.arange(len(self.names)) != number
        names = tuple(name for name, stays in zip(self.names, kept, strict=True) if stays)
        return Crossings(names, self.xy[kept], self.wait_min[kept], self.joins[kept])


def banks(river: gpd.GeoDataFrame, outline: gpd.GeoDataFrame, crs: str) -> "gpd.GeoSeries":
    """
    Cut a county along its rivers.

    Parameters
    ----------
    river
        Lines that nobody crosses but at a crossing.
    outline
        The county.
    crs
        The metric reference system.

    Returns
    -------
    geopandas.GeoSeries
        The banks in `crs`, the largest first; one piece only where the river does not cut it.

    Examples
    --------
    >>> county = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 9e3, 9e3)], crs="EPSG:4545")
    >>> river = gpd.GeoDataFrame(geometry=[shapely.LineString([(3e3, 0), (3e3, 9e3)])],
    ...                          crs="EPSG:4545")
    >>> (banks(river, county, "EPSG:4545").area / 1e6).round().tolist()
    [53.0, 26.0]
    """
    county = shapely.union_all(outline.to_crs(crs).geometry.to_numpy()).buffer(-SHRINK_M)
    water = shapely.union_all(river.to_crs(crs).geometry.to_numpy()).buffer(1.0)
    parts = [part for part in shapely.get_parts(county.difference(water)) if not part.is_empty]
    large = [part for part in parts if part.area >= SMALLEST_KM2 * 1e6] or parts
    large.sort(key=lambda part: (-part.area, part.bounds))
    return gpd.GeoSeries(large, crs=crs)


def bank_of(pieces: gpd.GeoSeries, xy: FloatArray) -> IntArray:
    """
    Return the number of the bank each point stands on or is nearest to; -1 without a position.

    Parameters
    ----------
    pieces
        As returned by `banks`.
    xy
        Shape (n, 2), NaN where there is none. [m]
    """
    found = np.full(len(xy), -1)
    has = np.flatnonzero(np.isfinite(xy).all(axis=1))
    if has.size:
        away = np.column_stack([shapely.distance(part, shapely.points(xy[has])) for part in pieces])
        found[has] = away.argmin(axis=1)
    return found


def crossings_between(pieces: gpd.GeoSeries, crossings: gpd.GeoDataFrame) -> Crossings:
    """
    Find out which two banks each crossing joins.

    Parameters
    ----------
    pieces
        As returned by `banks`.
    crossings
        Points with `name`, and `wait_min` where there is waiting (missing: none).

    Raises
    ------
    InputError
        A crossing has no name, waits a negative time, or does not lie between two banks.
    """
    points = crossings.to_crs(pieces.crs).geometry.to_numpy()
    given = (
        crossings["wait_min"]
        if "wait_min" in crossings.columns
        else pd.Series(0.0, crossings.index)
    )
    wait = given.astype("Float64").fillna(0.0).to_numpy().astype(np.float64)
    problems, joins = [], []
    for n, (point, name) in enumerate(zip(points, crossings["name"], strict=True)):
        away = shapely.distance(pieces.to_numpy(), point)
        two = np.argsort(away, kind="stable")[:2]
        if two.size < 2 or away[two].max() > REACH_M:  # noqa: PLR2004 - a crossing has two ends
            problems.append(_bad("travel.crossing_nowhere", str(name)))
        elif pd.isna(name) or not str(name).strip() or wait[n] < 0:
            problems.append(_bad("travel.crossing_unnamed", f"{name} / {wait[n]}"))
        joins.append(two)
    if problems:
        raise InputError(problems)
    return Crossings(
        tuple(map(str, crossings["name"])),
        shapely.get_coordinates(points),
        wait,
        np.array(joins, dtype=np.int64).reshape(-1, 2),
    )


def way_km(
    origin: FloatArray, target: FloatArray, pieces: gpd.GeoSeries, over: Crossings, wait_km: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """
    Return straight-line kilometres, over crossings where the two ends stand on different banks.

    Parameters
    ----------
    origin, target
        Shapes (n, 2) and (m, 2). [m]
    pieces
        As returned by `banks`.
    over
        As returned by `crossings_between`.
    wait_km
        Kilometres that one minute of waiting is worth, so that length and waiting can be added.

    Returns
    -------
    numpy.ndarray
        Shape (n, m), `inf` where no crossing leads over. [km]
    numpy.ndarray
        Whether the two ends stand on different banks, shape (n, m).
    """
    start, end = bank_of(pieces, origin), bank_of(pieces, target)
    direct = line_km(origin, target)
    other = (start[:, None] != end[None, :]) & (start >= 0)[:, None] & (end >= 0)[None, :]
    if not other.any():
        return direct, other
    way = np.full(direct.shape, np.inf)
    if over.names:
        between = _between(over, wait_km)
        leave = np.where(_lands(start, over), line_km(origin, over.xy), np.inf)
        reach = np.where(_lands(end, over), line_km(target, over.xy), np.inf)
        first = np.min(leave[:, :, None] + between[None, :, :], axis=1)
        for n in range(len(over.names)):
            way = np.minimum(way, first[:, n][:, None] + reach[:, n][None, :])
    return np.where(other, way, direct), other


def _lands(bank: IntArray, over: Crossings) -> NDArray[np.bool_]:
    return np.asarray((bank[:, None, None] == over.joins[None, :, :]).any(axis=2))


def _between(over: Crossings, wait_km: float) -> FloatArray:
    """Return kilometres from one crossing to another, its own waiting counted once each."""
    share = (over.joins[:, None, :, None] == over.joins[None, :, None, :]).any(axis=(2, 3))
    step = np.where(share, line_km(over.xy, over.xy), np.inf)
    wait = over.wait_min * wait_km
    np.fill_diagonal(step, 0.0)
    # Waiting is paid on arrival at a crossing; the first one's is added at the end.
    arrive = step + np.where(np.eye(len(wait), dtype=bool), 0.0, wait[None, :])
    for middle in range(len(wait)):
        arrive = np.minimum(arrive, arrive[:, middle][:, None] + arrive[middle][None, :])
    return arrive + wait[:, None]


def _bad(key: str, found: str) -> Problem:
    return Problem(key, Where(key="travel.crossings"), found)
