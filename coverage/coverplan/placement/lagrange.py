"""A quick proven bound for p-median: prices of the demand points, improved step by step."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Prices", "improve_prices", "price_sites"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# The step falls by SHRINK when PATIENCE steps brought no progress, until it is SMALLEST.
PATIENCE, SHRINK, SMALLEST = 15, 0.6, 0.005
# Of tables with more cells only so many times the sites of a mean catchment are looked at.
LARGE, NEAR, ROWS = 2_000_000, 6, 256
MEMORY = 0.3  # share of the last direction in the next: damps the zigzag


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """
    A bound and what it rests on.

    Parameters
    ----------
    bound
        No set of p sites costs less.
    price
        What each demand point pays for being served, shape (n_demand,): the multipliers.
    site
        What opening each site adds, shape (n_sites,), never above zero.
    """

    bound: float
    price: FloatArray
    site: FloatArray


def price_sites(cost: FloatArray, price: FloatArray, p: int) -> Prices:
    """
    Return the bound that prices prove.

    A site is worth the excess of the prices over the cost of the demand points it serves; the p
    best sites and the prices together bound every placement (weak duality).

    Parameters
    ----------
    cost
        Cost of serving each demand point from each site, shape (n_demand, n_sites); `inf` where
        it cannot.
    price
        Any prices, shape (n_demand,), not above the cost at a site that is open anyway.
    p
        Sites to open at most.

    Examples
    --------
    >>> cost = np.array([[0.0, 5.0], [4.0, 0.0], [4.0, 0.0]])
    >>> price_sites(cost, np.array([5.0, 1.0, 1.0]), 1).bound
    2.0
    """
    site = np.minimum(cost - price[:, None], 0.0).sum(axis=0)
    return Prices(float(price.sum() + np.sort(site)[:p].sum()), price, site)


def improve_prices(
    cost: FloatArray,
    ceiling: FloatArray,
    price: FloatArray,
    p: int,
    target: float,
    *,
    enough: float,
    steps: int = 1500,
    stop: Callable[[], bool] = lambda: False,
) -> Prices:
    """
    Improve prices by subgradient steps until the bound is enough or the steps become small.

    Parameters
    ----------
    cost
        As in `price_sites`.
    ceiling
        Cost at a site that is open anyway, shape (n_demand,); `inf` without one.
    price
        Where to start, shape (n_demand,).
    p
        Sites to open at most.
    target
        A total that is known to be reachable; steers the length of the steps.
    enough
        Stop when the bound is above this.
    steps
        Steps at most.
    stop
        Asked before each step; True ends the search.

    Returns
    -------
    Prices
        The best bound found, which is proven whatever ended the search.

    Notes
    -----
    Held, Wolfe and Crowder (1974), doi:10.1007/BF01580223, with Polyak's step length.

    Examples
    --------
    >>> cost = np.array([[0.0, 5.0], [4.0, 0.0], [4.0, 0.0]])
    >>> improve_prices(cost, np.full(3, np.inf), np.zeros(3), 1, 5.0, enough=4.9).bound > 4.9
    True
    """
    n_demand, n_sites = cost.shape
    p = min(p, n_sites)
    gains = _Gains(cost, p)
    # Beyond the trips that are looked at a price is of no use.
    ceiling = np.minimum(ceiling, gains.ceiling)
    price = np.minimum(price, ceiling)
    best = Prices(-np.inf, price, np.zeros(n_sites))
    direction = np.zeros(n_demand)
    alpha, since = 1.0, 0
    for _ in range(steps):
        if stop():
            break
        site = gains.of(price)
        picked = np.argpartition(site, p - 1)[:p] if 0 < p < n_sites else np.arange(n_sites)[:p]
        bound = float(price.sum() + site[picked].sum())
        if bound > best.bound:
            if np.isinf(best.bound) or bound - best.bound > 1e-4 * (target - best.bound):
                since = 0
            best = Prices(bound, price, site)
        else:
            since += 1
        if best.bound > enough:
            break
        if since >= PATIENCE:
            alpha, since, price = alpha * SHRINK, 0, best.price
            if alpha < SMALLEST:
                break
        served = gains.served(picked)
        direction = (1.0 - MEMORY) * (1.0 - served) + MEMORY * direction
        length = float(direction @ direction)
        if length == 0.0:
            break
        step = alpha * max(target - bound, 1e-6 * abs(target)) / length
        price = np.minimum(price + step * direction, ceiling)
    return best


class _Gains:
    """What each site saves at given prices; of large tables the nearest sites only."""

    def __init__(self, cost: FloatArray, p: int) -> None:
        n_demand, n_sites = cost.shape
        near = NEAR * n_sites // max(p, 1) + NEAR
        self.n_sites = n_sites
        self.cost = cost
        self.site: NDArray[np.int32] | None = None
        self.ceiling = np.full(n_demand, np.inf)
        if cost.size > LARGE and near < n_sites // 2:
            order = np.empty((n_demand, near), dtype=np.int32)
            self.cost = np.empty((n_demand, near))
            for first in range(0, n_demand, ROWS):
                part = cost[first : first + ROWS]
                number = np.argpartition(part, near, axis=1)[:, : near + 1]
                values = np.take_along_axis(part, number, axis=1)
                # argpartition puts the next nearest last: no price above it is tried.
                self.ceiling[first : first + ROWS] = values[:, near]
                order[first : first + ROWS] = number[:, :near]
                self.cost[first : first + ROWS] = values[:, :near]
            self.site = order
        self.buffer = np.empty_like(self.cost)

    def of(self, price: FloatArray) -> FloatArray:
        """Return the gain of each site, never above zero."""
        np.subtract(self.cost, price[:, None], out=self.buffer)
        np.minimum(self.buffer, 0.0, out=self.buffer)
        if self.site is None:
            total: FloatArray = self.buffer.sum(axis=0)
            return total
        gain: FloatArray = np.zeros(self.n_sites)
        gain += np.bincount(self.site.ravel(), self.buffer.ravel(), minlength=self.n_sites)
        return gain

    def served(self, picked: IntArray) -> IntArray:
        """Return for how many of some sites each demand point gains, at the last prices."""
        if self.site is None:
            return np.asarray(np.count_nonzero(self.buffer[:, picked], axis=1), dtype=np.int64)
        chosen = np.zeros(self.n_sites, dtype=np.bool_)
        chosen[picked] = True
        gaining = chosen[self.site] & (self.buffer < 0)
        return np.asarray(np.count_nonzero(gaining, axis=1), dtype=np.int64)
