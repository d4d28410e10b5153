"""Travel from places that a seeded world draws, to the nearest venue of each type."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["nearest_in_worlds", "speed_worlds", "trip_worlds"]

FloatArray = NDArray[np.float64]
Minutes = Callable[[FloatArray, FloatArray], FloatArray]
BLOCK = 4_000_000
"""Times computed at a time, to bound the memory."""
TOWNS_OWN = 0.5
"""Share of the variance of single trips that the places of a township have in common."""


def speed_worlds(low: float, high: float, centre: float, *, draws: int, seed: int) -> FloatArray:
    """
    Return by what the travel times of each world are multiplied.

    Parameters
    ----------
    low, centre, high
        The factor of a calibration with its 80 % band, or a speed ±20 %. [min/km]
    draws
        Number of worlds.
    seed
        For the draw.

    Returns
    -------
    numpy.ndarray
        Shape (draws,): lognormal around 1, with 80 % between low/centre and high/centre.

    Examples
    --------
    >>> speed_worlds(2.0, 2.0, 2.0, draws=3, seed=1).tolist()
    [1.0, 1.0, 1.0]
    """
    spread = np.log(high / low) / (2.0 * 1.2816)  # 80 % of a normal lie within 1.2816 deviations
    random = np.random.default_rng([seed, 2])
    found: FloatArray = np.exp(random.normal(0.0, spread, draws)) * np.sqrt(low * high) / centre
    return found


def trip_worlds(
    low: float, high: float, code9: "pd.Series[str]", *, draws: int, seed: int
) -> FloatArray:
    """
    Return by what the roads of each place differ from the straight line, in each world.

    Parameters
    ----------
    low, high
        80 % of single trips take between these multiples of what the line says.
    code9
        Township of each demand point, on its id.
    draws
        Number of worlds.
    seed
        With the same seed a township is drawn alike whatever other townships there are.

    Returns
    -------
    numpy.ndarray
        Shape (draws, n_demand): lognormal; half of the variance is the township's, which its places
        share, half is the place's own.

    Notes
    -----
    Without it the bands of rung C held the truth in 6 of 10 cases over real streets; with it in
    nearly 9 of 10 (`benchmarks/travel_bands.py`).

    Examples
    --------
    >>> trip_worlds(1.0, 1.0, pd.Series({"p": "a", "q": "b"}), draws=2, seed=1).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    codes, ids = code9.astype(str).to_numpy(dtype=str), code9.index.astype(str).to_numpy(dtype=str)
    found = np.ones((draws, codes.size))
    spread = np.log(high / low) / (2.0 * 1.2816)
    if spread == 0:
        return found
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        members = members[np.argsort(ids[members])]
        random = np.random.default_rng([seed, 3, *code.encode()])
        town = random.normal(0.0, np.sqrt(TOWNS_OWN), (draws, 1))
        place = random.normal(0.0, np.sqrt(1.0 - TOWNS_OWN), (draws, members.size))
        found[:, members] = np.exp(spread * (town + place)) * np.sqrt(low * high)
    return found


def nearest_in_worlds(
    venues: Mapping[str, Sequence[str]],
    site_xy: Mapping[str, FloatArray],
    placed: FloatArray,
    minutes: Minutes,
    scale: FloatArray | None = None,
) -> dict[str, FloatArray]:
    """
    Return travel to the nearest venue of each type in every world.

    Parameters
    ----------
    venues
        Type -> ids of its venues.
    site_xy
        Id -> position, shape (2,), NaN where there is none. [m]
    placed
        Positions of the demand points, shape (draws, n_demand, 2), as `worlds.position_worlds`
        returns them. [m]
    minutes
        Travel from positions to positions, shapes (n, 2), (m, 2) -> (n, m). [min]
    scale
        What the times of each world are multiplied by, shape (draws, 1) or (draws, n_demand); None:
        nothing.

    Returns
    -------
    dict of numpy.ndarray
        Type -> shape (draws, n_demand); `inf` without a position or a venue. [min]

    Examples
    --------
    >>> straight = lambda start, end: np.abs(start[:, :1] - end[:, 0]) / 1000
    >>> placed = np.array([[[0.0, 0.0]], [[4000.0, 0.0]]])
    >>> nearest_in_worlds({"v": ["s"]}, {"s": np.array([1000.0, 0.0])}, placed, straight)["v"]
    array([[1.],
           [3.]])
    """
    draws, points, _ = placed.shape
    ids = list(dict.fromkeys(site for kind in venues.values() for site in kind))
    column = {site: n for n, site in enumerate(ids)}
    found = {kind: np.full((draws, points), np.inf) for kind in venues}
    if not ids or not points:
        return found
    # A point that stands still in all worlds is routed once.
    still = (placed == placed[:1]).all(axis=(0, 2))
    moving = np.flatnonzero(~still)
    target = np.array([site_xy[site] for site in ids], dtype=float)
    step = max(1, BLOCK // max(1, len(ids) * moving.size))
    fixed = minutes(placed[0, still], target)
    for kind, members in venues.items():
        columns = [column[site] for site in members]
        found[kind][:, still] = fixed[:, columns].min(axis=1, initial=np.inf)
    for first in range(0, draws if moving.size else 0, step):
        block = placed[first : first + step, moving].reshape(-1, 2)
        times = minutes(block, target).reshape(-1, moving.size, len(ids))
        for kind, members in venues.items():
            columns = [column[site] for site in members]
            part = times[:, :, columns].min(axis=2, initial=np.inf)
            found[kind][first : first + step, moving] = part
    if scale is not None:
        found = {kind: times * scale for kind, times in found.items()}
    return found
