"""What a set of sites really achieves, counted from the raw travel times, never from a model."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["Times", "Worth", "covered_weight", "nearest_open", "times_covered", "worth_weight"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

Times: TypeAlias = FloatArray | sparse.csr_array
"""Checked travel times: a dense float array, or CSR where absent is beyond the limit. [min]"""

Worth: TypeAlias = Callable[[FloatArray], FloatArray]
"""What a travel time is worth: never rising, at least 0."""

# Cells of a dense block that are looked at together.
DENSE_CELLS = 1 << 23


def nearest_open(times: Times, chosen: IntArray) -> tuple[FloatArray, IntArray]:
    """
    Return the travel time to the nearest chosen site, and which site that is.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites). [min]
    chosen
        Column numbers of the open sites.

    Returns
    -------
    tuple[FloatArray, IntArray]
        Minutes (`inf` where no open site can be reached) and column numbers (-1 there); of equal
        sites the first. Shapes (n_demand,).

    Examples
    --------
    >>> minutes, site = nearest_open(np.array([[5.0, 3.0], [2.0, np.inf]]), np.array([1]))
    >>> minutes.tolist(), site.tolist()
    ([3.0, inf], [1, -1])
    """
    n_demand, n_sites = times.shape
    sites = np.sort(np.asarray(chosen, dtype=np.int64))
    minutes = np.full(n_demand, np.inf)
    nearest = np.full(n_demand, -1, dtype=np.int64)
    if sites.size == 0:
        return minutes, nearest
    if isinstance(times, sparse.csr_array):
        is_open = np.zeros(n_sites, dtype=np.bool_)
        is_open[sites] = True
        entry = np.flatnonzero(is_open[times.indices])
        row = np.searchsorted(times.indptr, entry, side="right") - 1
        column = times.indices[entry].astype(np.int64)
        value = times.data[entry]
        order = np.lexsort((column, value, row))
        row, first = np.unique(row[order], return_index=True)
        minutes[row] = value[order][first]
        nearest[row] = column[order][first]
    else:
        step = max(1, DENSE_CELLS // sites.size)
        for first_row in range(0, n_demand, step):
            block = times[first_row : first_row + step][:, sites]
            which = block.argmin(axis=1)
            best = block[np.arange(which.size), which]
            minutes[first_row : first_row + step] = best
            nearest[first_row : first_row + step] = sites[which]
    nearest[np.isinf(minutes)] = -1
    return minutes, nearest


def times_covered(times: Times, cutoff: float, chosen: IntArray) -> IntArray:
    """
    Return how many chosen sites lie within the cutoff of each demand point.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites). [min]
    cutoff
        Within is at most this. [min]
    chosen
        Column numbers of the open sites.

    Returns
    -------
    IntArray
        Shape (n_demand,).

    Examples
    --------
    >>> times_covered(np.array([[5.0, 3.0], [2.0, 9.0]]), 5.0, np.array([0, 1])).tolist()
    [2, 1]
    """
    count = np.zeros(times.shape[0], dtype=np.int64)
    if isinstance(times, sparse.csr_array):
        is_open = np.zeros(times.shape[1], dtype=np.bool_)
        is_open[chosen] = True
        hit = is_open[times.indices] & (times.data <= cutoff)
        row = np.searchsorted(times.indptr, np.flatnonzero(hit), side="right") - 1
        return np.bincount(row, minlength=count.size).astype(np.int64)
    for site in np.asarray(chosen, dtype=np.int64):
        count += times[:, site] <= cutoff
    return count


def covered_weight(
    times: Times, weight: FloatArray, cutoff: float, chosen: IntArray, backup: int = 0
) -> float:
    """
    Return the weight within the cutoff of at least `1 + backup` chosen sites.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites). [min]
    weight
        Weight of each demand point, shape (n_demand,). [persons]
    cutoff
        Within is at most this. [min]
    chosen
        Column numbers of the open sites.
    backup
        Further sites that must lie within the cutoff.

    Examples
    --------
    >>> covered_weight(np.array([[5.0], [9.0]]), np.array([3.0, 4.0]), 5.0, np.array([0]))
    3.0
    """
    if backup == 0:
        minutes, _ = nearest_open(times, chosen)
        return float(weight[minutes <= cutoff].sum())
    return float(weight[times_covered(times, cutoff, chosen) > backup].sum())


def worth_weight(times: Times, weight: FloatArray, worth: Worth, chosen: IntArray) -> float:
    """
    Return the weighted worth of the travel times to the nearest chosen sites.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites). [min]
    weight
        Weight of each demand point, shape (n_demand,). [persons]
    worth
        What a travel time is worth; an unreachable point is worth 0.
    chosen
        Column numbers of the open sites.
    """
    minutes, _ = nearest_open(times, chosen)
    reached = np.isfinite(minutes)
    return float(weight[reached] @ worth(minutes[reached]))
