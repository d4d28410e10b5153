"""How much people can reach: opportunities, nearest few, and catchments that share a capacity."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "catchment_access",
    "gaussian_decay",
    "k_nearest",
    "mean_minutes",
    "opportunities",
    "percentile_minutes",
    "step_decay",
]

FloatArray = NDArray[np.float64]
Decay = Callable[[FloatArray], FloatArray]


def k_nearest(times: ArrayLike, k: int) -> FloatArray:
    """
    Return the travel to the nearest, second nearest ... k-th nearest site.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites), `inf` where a site cannot be reached. [min]
    k
        At least 1.

    Returns
    -------
    numpy.ndarray
        Shape (n_demand, k), ascending in each row; `inf` where there are fewer sites. [min]

    Raises
    ------
    ValueError
        A time is NaN or negative, or k is below 1.

    Examples
    --------
    >>> k_nearest([[9.0, 4.0, 7.0]], 2).tolist()
    [[4.0, 7.0]]
    """
    values = _matrix(times)
    if k < 1:
        raise ValueError(f"the nearest {k}: at least one is due")
    filled = np.full((len(values), max(k, values.shape[1])), np.inf)
    filled[:, : values.shape[1]] = values
    return np.sort(np.partition(filled, k - 1, axis=1)[:, :k], axis=1)


def opportunities(times: ArrayLike, supply: ArrayLike, cutoff: float) -> FloatArray:
    """
    Sum what lies within a cutoff of each demand point, the bound included.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites). [min]
    supply
        What each site offers (1 counts sites), shape (n_sites,).
    cutoff
        [min]

    Returns
    -------
    numpy.ndarray
        Shape (n_demand,), in the unit of `supply`.

    Raises
    ------
    ValueError
        A value is NaN or negative, or the shapes differ.

    Examples
    --------
    >>> opportunities([[15.0, 16.0]], [20, 30], 15).tolist()
    [20.0]
    """
    values = _matrix(times)
    offered = _vector(supply, values.shape[1], "sites")
    return np.asarray((values <= cutoff) @ offered)


def mean_minutes(minutes: ArrayLike, people: ArrayLike) -> float:
    """
    Return the mean over people; `inf` where somebody reaches nothing.

    Parameters
    ----------
    minutes
        Travel to the nearest site, shape (n_demand,). [min]
    people
        Shape (n_demand,). [person]

    Raises
    ------
    ValueError
        A value is NaN or negative, or there is nobody.

    Examples
    --------
    >>> mean_minutes([10.0, 20.0], [3, 1])
    12.5
    """
    values, weight = _people(minutes, people)
    return float(np.average(values[weight > 0], weights=weight[weight > 0]))


def percentile_minutes(minutes: ArrayLike, people: ArrayLike, shares: ArrayLike) -> FloatArray:
    """
    Return within how many minutes each share of the people reaches a site.

    Parameters
    ----------
    minutes
        Travel to the nearest site, shape (n_demand,). [min]
    people
        Shape (n_demand,). [person]
    shares
        Between 0 and 1, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,): the least time that at least this share of the people does not exceed. [min]

    Raises
    ------
    ValueError
        A value is NaN or negative, a share is above 1, or there is nobody.

    Examples
    --------
    >>> percentile_minutes([10.0, 20.0, 40.0], [50, 40, 10], [0.5, 0.9, 0.95]).tolist()
    [10.0, 20.0, 40.0]
    """
    values, weight = _people(minutes, people)
    wanted = np.asarray(shares, dtype=float)
    if ((wanted < 0) | (wanted > 1)).any():
        raise ValueError("a share lies between 0 and 1")
    order = np.argsort(values, kind="stable")
    order = order[weight[order] > 0]
    up_to = np.cumsum(weight[order]) / weight.sum()
    at = np.searchsorted(up_to, wanted - 1e-12)
    return np.asarray(values[order][np.minimum(at, order.size - 1)])


def step_decay(bounds: ArrayLike, weights: ArrayLike) -> Decay:
    """
    Return the decay of the enhanced two-step method: one weight a travel-time zone.

    Parameters
    ----------
    bounds
        Upper bounds of the zones, ascending, each belonging to its zone, shape (n,). [min]
    weights
        Weight in each zone, shape (n,); beyond the last bound it is 0.

    Raises
    ------
    ValueError
        The bounds do not ascend, a weight is negative, or the numbers differ.

    Notes
    -----
    Luo & Qi 2009, Health & Place 15: 1100-1107, doi:10.1016/j.healthplace.2009.06.002 (there zones
    of 10, 20 and 30 min).

    Examples
    --------
    >>> step_decay([10, 20, 30], [1.0, 0.68, 0.22])(np.array([10.0, 10.1, 31.0])).tolist()
    [1.0, 0.68, 0.0]
    """
    edges, weight = np.asarray(bounds, dtype=float), np.asarray(weights, dtype=float)
    if edges.shape != weight.shape or (np.diff(edges) <= 0).any() or (weight < 0).any():
        raise ValueError("ascending bounds with one weight of at least 0 each are due")
    padded = np.append(weight, 0.0)

    def decay(times: FloatArray) -> FloatArray:
        return np.asarray(padded[np.searchsorted(edges, times, side="left")])

    return decay


def gaussian_decay(limit: float) -> Decay:
    """
    Return the Gaussian decay that falls from 1 at no distance to 0 at the limit.

    Parameters
    ----------
    limit
        [min]

    Raises
    ------
    ValueError
        The limit is not positive.

    Notes
    -----
    Dai 2010, Health & Place 16: 1038-1052, doi:10.1016/j.healthplace.2010.06.012:
    (exp(-t²/2t0²) - exp(-1/2)) / (1 - exp(-1/2)).

    Examples
    --------
    >>> gaussian_decay(30.0)(np.array([0.0, 30.0, 40.0])).tolist()
    [1.0, 0.0, 0.0]
    """
    if not limit > 0:
        raise ValueError(f"a limit of {limit} is not positive")

    def decay(times: FloatArray) -> FloatArray:
        floor = np.exp(-0.5)
        near = np.minimum(times, limit) / limit
        return np.asarray((np.exp(-0.5 * near**2) - floor) / (1.0 - floor))

    return decay


def catchment_access(
    times: ArrayLike,
    people: ArrayLike,
    capacity: ArrayLike,
    *,
    cutoff: float,
    decay: Decay | None = None,
) -> FloatArray:
    """
    Return supply per head by the two-step floating catchment method, enhanced where decay is given.

    First each site shares its capacity among all people of its catchment; then each demand point
    sums the shares of the sites in reach.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites). [min]
    people
        Shape (n_demand,). [person]
    capacity
        What each site offers, shape (n_sites,), given with the data and never assumed.
    cutoff
        Radius of the catchment, the bound included. [min]
    decay
        Weight by travel time, applied in both steps; None: 1 within the cutoff.

    Returns
    -------
    numpy.ndarray
        Shape (n_demand,): capacity per person. A site that nobody reaches gives nothing to anyone;
        summed over people the result is the capacity of all other sites.

    Raises
    ------
    ValueError
        A value is NaN or negative (a missing capacity included), or the shapes differ.

    Notes
    -----
    Luo & Wang 2003, Environment and Planning B 30: 865-884, doi:10.1068/b29120; with decay
    Luo & Qi 2009, doi:10.1016/j.healthplace.2009.06.002.

    Examples
    --------
    >>> catchment_access([[5.0, 20.0], [5.0, 5.0]], [100, 300], [40, 30], cutoff=15).tolist()
    [0.1, 0.2]
    """
    values = _matrix(times)
    head = _vector(people, len(values), "demand points")
    offered = _vector(capacity, values.shape[1], "sites")
    weight = np.where(values <= cutoff, 1.0, 0.0)
    if decay is not None:
        weight = weight * decay(np.where(np.isfinite(values), values, cutoff))
    crowd = head @ weight
    ratio = np.divide(offered, crowd, out=np.zeros_like(offered), where=crowd > 0)
    return np.asarray(weight @ ratio)


def _matrix(times: ArrayLike) -> FloatArray:
    values = np.asarray(times, dtype=float)
    if values.ndim != 2 or np.isnan(values).any() or (values < 0).any():  # noqa: PLR2004
        raise ValueError("times: a table of demand points × sites, without NaN or negative values")
    return values


def _vector(values: ArrayLike, size: int, what: str) -> FloatArray:
    array = np.asarray(values, dtype=float)
    if array.shape != (size,):
        raise ValueError(f"{array.size} values for {size} {what}")
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"a value of the {what} is missing or negative")
    return array


def _people(minutes: ArrayLike, people: ArrayLike) -> tuple[FloatArray, FloatArray]:
    values = np.asarray(minutes, dtype=float)
    weight = _vector(people, values.size, "demand points")
    if np.isnan(values).any() or (values < 0).any():
        raise ValueError("minutes hold NaN or a negative value; unreachable is inf")
    if not weight.sum() > 0:
        raise ValueError("no people: a mean over nobody is not a number")
    return values, weight
