"""Good sets of sites quickly: greedy opening and the exchange of one site for another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Nearest", "nearest_two", "open_greedily", "swap"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """
    The nearest and the second nearest open site of each demand point.

    Parameters
    ----------
    place
        Position of the nearest in the list of open sites, -1 where the fallback is nearer.
    first, second
        Cost to reach them, shape (n_demand,); the fallback counts as one of them.
    """

    place: IntArray
    first: FloatArray
    second: FloatArray


def nearest_two(cost: FloatArray, fallback: FloatArray, sites: IntArray) -> Nearest:
    """
    Return the nearest and second nearest open site of each demand point.

    Parameters
    ----------
    cost
        Cost of serving each demand point from each site, shape (n_demand, n_sites), finite.
    fallback
        Cost at a site that is open anyway, shape (n_demand,); `inf` without one.
    sites
        Columns that are open.

    Examples
    --------
    >>> cost = np.array([[1.0, 2.0], [5.0, 3.0]])
    >>> near = nearest_two(cost, np.array([9.0, 4.0]), np.array([0, 1]))
    >>> near.place.tolist(), near.first.tolist(), near.second.tolist()
    ([0, 1], [1.0, 3.0], [2.0, 4.0])
    """
    table = np.column_stack([cost[:, sites], fallback])
    if sites.size == 0:
        nothing = np.full(len(cost), np.inf)
        return Nearest(np.full(len(cost), -1, dtype=np.int64), fallback.copy(), nothing)
    two = np.argpartition(table, 1, axis=1)[:, :2]
    values = np.take_along_axis(table, two, axis=1)
    turned = values[:, 0] > values[:, 1]
    place = np.where(turned, two[:, 1], two[:, 0])
    place = np.where(place == sites.size, -1, place)
    return Nearest(place.astype(np.int64), values.min(axis=1), values.max(axis=1))


def open_greedily(cost: FloatArray, fallback: FloatArray, p: int) -> IntArray:
    """
    Open sites one by one, each time the one that saves most.

    Parameters
    ----------
    cost, fallback
        As in `nearest_two`.
    p
        Number of sites to open, at most the number of columns.

    Returns
    -------
    array
        Columns, ascending.

    Examples
    --------
    >>> cost = np.array([[0.0, 5.0], [4.0, 0.0], [4.0, 0.0]])
    >>> open_greedily(cost, np.full(3, np.inf), 1).tolist()
    [1]
    """
    # Where nothing is open yet, anything is better than one more than the dearest trip.
    current = np.minimum(fallback, cost.max(initial=0.0) + 1.0)
    taken = np.zeros(cost.shape[1], dtype=np.bool_)
    buffer = np.empty_like(cost)
    for _ in range(p):
        np.subtract(current[:, None], cost, out=buffer)
        np.maximum(buffer, 0.0, out=buffer)
        saving = buffer.sum(axis=0)
        saving[taken] = -1.0
        best = int(saving.argmax())
        taken[best] = True
        np.minimum(current, cost[:, best], out=current)
    return np.flatnonzero(taken)


def swap(
    cost: FloatArray,
    fallback: FloatArray,
    sites: IntArray,
    steps: int = 1_000_000,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[IntArray, float]:
    """
    Exchange one open for one closed site while that saves anything, best exchange first.

    Parameters
    ----------
    cost, fallback
        As in `nearest_two`.
    sites
        Columns to start from.
    steps
        Exchanges at most.
    stop
        Asked before each exchange; True ends the search.

    Returns
    -------
    tuple
        Columns, ascending, and the total cost.

    Notes
    -----
    Teitz and Bart (1968), doi:10.1287/opre.16.5.955; all exchanges are priced at once as by
    Resende and Werneck (2007), doi:10.1016/j.ejor.2005.05.033.

    Examples
    --------
    >>> found, total = swap(np.array([[0.0, 5.0], [4.0, 0.0], [4.0, 0.0]]), np.full(3, np.inf),
    ...                     np.array([0]))
    >>> found.tolist(), total
    ([1], 5.0)
    """
    opened = np.sort(np.asarray(sites, dtype=np.int64))
    buffer = np.empty_like(cost)
    for _ in range(steps):
        near = nearest_two(cost, fallback, opened)
        total = float(near.first.sum())
        if opened.size == 0 or stop():
            return opened, total
        second = np.where(np.isfinite(near.second), near.second, cost.max() * 2.0 + 1.0)
        np.subtract(near.first[:, None], cost, out=buffer)
        np.maximum(buffer, 0.0, out=buffer)
        gain = buffer.sum(axis=0)
        np.maximum(cost, near.first[:, None], out=buffer)
        np.subtract(second[:, None], buffer, out=buffer)
        np.maximum(buffer, 0.0, out=buffer)
        own = near.place >= 0
        loss = np.bincount(
            near.place[own], weights=(second - near.first)[own], minlength=opened.size
        )
        order = np.argsort(near.place, kind="stable")
        order = order[np.count_nonzero(~own) :]
        present, start = np.unique(near.place[order], return_index=True)
        saved = np.zeros((opened.size, cost.shape[1]))
        if order.size:
            saved[present] = np.add.reduceat(buffer[order], start, axis=0)
        saved += gain[None, :] - loss[:, None]
        saved[:, opened] = -1.0
        out, into = divmod(int(saved.argmax()), cost.shape[1])
        if saved[out, into] <= 1e-9 * max(total, 1e-9):
            break
        opened[out] = into
        opened.sort()
    return opened, float(nearest_two(cost, fallback, opened).first.sum())
