"""Rungs C and D: straight lines, with a detour and a speed, or bare kilometres."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from coverplan.domain import Rung, TravelTimes
from coverplan.errors import ConfigError, Problem, Where
from coverplan.join import metric_xy

__all__ = ["line_km", "line_minutes", "line_times"]

FloatArray = NDArray[np.float64]
BLOCK = 4_000_000
"""Distances computed at a time, to bound the memory of large tables."""


def line_km(origin: ArrayLike, target: ArrayLike) -> FloatArray:
    """
    Return straight-line kilometres between points; `inf` where a position is missing.

    Parameters
    ----------
    origin, target
        Positions in one metric reference system, shapes (n, 2) and (m, 2). [m]

    Returns
    -------
    numpy.ndarray
        Shape (n, m). [km]

    Examples
    --------
    >>> line_km([[0, 0], [np.nan, 0]], [[3000, 4000]]).tolist()
    [[5.0], [inf]]
    """
    start = np.asarray(origin, dtype=float).reshape(-1, 2)
    end = np.asarray(target, dtype=float).reshape(-1, 2)
    found = np.empty((len(start), len(end)))
    rows = max(1, BLOCK // max(1, len(end)))
    for first in range(0, len(start), rows):
        part = start[first : first + rows]
        found[first : first + rows] = np.hypot(
            part[:, :1] - end[:, 0][None, :], part[:, 1:] - end[:, 1][None, :]
        )
    found /= 1_000.0
    found[np.isnan(found)] = np.inf
    return found


def line_minutes(km: ArrayLike, detour: float, speed_kmh: float) -> FloatArray:
    """
    Return minutes for straight-line kilometres.

    Parameters
    ----------
    km
        Straight-line distance, any shape. [km]
    detour
        Length of the way over the length of the line, at least 1.
    speed_kmh
        Mean speed on the way. [km/h]

    Raises
    ------
    ConfigError
        The detour is below 1, or the speed is not positive.

    Examples
    --------
    >>> line_minutes([10.0], detour=1.5, speed_kmh=30).tolist()
    [30.0]
    """
    problems = []
    if not (np.isfinite(detour) and detour >= 1.0):
        problems.append(Problem("travel.detour", Where(key="travel.detour"), f"{detour:g}"))
    if not (np.isfinite(speed_kmh) and speed_kmh > 0.0):
        problems.append(Problem("travel.speed", Where(key="travel.speed_kmh"), f"{speed_kmh:g}"))
    if problems:
        raise ConfigError(problems)
    return np.asarray(km, dtype=float) * (detour * 60.0 / speed_kmh)


def line_times(
    demand: pd.DataFrame,
    sites: pd.DataFrame,
    crs: str,
    *,
    detour: float | None = None,
    speed_kmh: float | None = None,
    limit: float = float("inf"),
) -> TravelTimes:
    """
    Return travel on straight lines: kilometres (rung D), or minutes given detour and speed (C).

    Parameters
    ----------
    demand, sites
        Columns `lon`, `lat` (WGS84, missing where not located); the index holds the ids.
    crs
        The metric reference system of the distances.
    detour, speed_kmh
        Both or neither. [km/h]
    limit
        Farther sites are `inf`. [min], or [km] on rung D

    Raises
    ------
    ConfigError
        Only one of detour and speed is given, or one is out of range.

    Examples
    --------
    >>> place = pd.DataFrame({"lon": [108.0, None], "lat": [30.0, None]}, index=["a", "b"])
    >>> times = line_times(place, place, "EPSG:4545")
    >>> times.values.tolist(), times.unit
    ([[0.0, inf], [inf, inf]], 'km')
    """
    if (detour is None) != (speed_kmh is None):
        key = "travel.detour" if detour is None else "travel.speed_kmh"
        raise ConfigError(Problem("travel.detour_and_speed", Where(key=key)))
    values = line_km(
        metric_xy(demand["lon"], demand["lat"], crs), metric_xy(sites["lon"], sites["lat"], crs)
    )
    rung = Rung.LINE
    if detour is not None and speed_kmh is not None:
        values, rung = line_minutes(values, detour, speed_kmh), Rung.CALIBRATED
    values[values > limit] = np.inf
    ids = tuple(map(str, demand.index)), tuple(map(str, sites.index))
    return TravelTimes(values, *ids, rung, limit)
