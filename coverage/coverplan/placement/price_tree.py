"""Exact p-median of few sites: branching on sites, every node bounded by prices alone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coverplan.placement.lagrange import Prices
from coverplan.placement.median_search import Search
from coverplan.placement.median_task import Task, finite, total_cost
from coverplan.placement.swap import swap

__all__ = ["PriceTree"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

# Price steps a node may take; at the root prices have converged already.
STEPS = 40
# Length of a step at first, share of the last direction in the next, steps without progress
# before the length falls by SHRINK, and the length at which a node is done.
ALPHA, MEMORY, PATIENCE, SHRINK, SMALLEST = 0.7, 0.7, 10, 0.6, 0.05
# Share of the newest answer in the mean that says how open a site is.
NEWEST = 0.05
# A step that narrows the gap by less than this share brought no progress.
PROGRESS = 1e-4
# No site is decided so surely that the half against it counts for nothing.
LEAST = 0.02
# Nodes between two attempts to make a good set of sites from a half-open one.
ROUNDING = 50
# Nodes that the search for the first of equal sets may take: no clock decides.
TIE_NODES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """Free sites and open ones, the bound that is proven for them, prices to begin with."""

    bound: float
    free: IntArray
    opened: IntArray
    price: FloatArray
    split: tuple[int, int, float] | None = None
    """Side, column and distance of the split that made this node."""


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What the prices of a node prove: the bound, the gain of each free site, its openness."""

    bound: float
    price: FloatArray
    site: FloatArray
    openness: FloatArray


class PriceTree:
    """
    Branch and bound over the sites of a task whose only rule is their number.

    Parameters
    ----------
    task
        What is asked; plain.
    search
        Receives the sites, the objective and the bound; holds sites already.
    prices
        Good prices of the demand points.

    Notes
    -----
    The bound of a node is that of `lagrange.price_sites` with the sites decided open as another
    fallback: a few steps from the prices of the node above are nearly as good as the linear
    relaxation with all cuts and many times quicker where few sites are opened, because then the
    relaxation is dense. Steps are taken in single precision; every bound is summed in double.
    """

    def __init__(self, task: Task, search: Search, prices: Prices) -> None:
        self.task, self.search = task, search
        gains = np.sort(prices.site)
        out = prices.bound - gains[task.p - 1] + prices.site > self.ceiling
        self.columns = np.flatnonzero(~out)
        cost = np.minimum(task.cost[:, self.columns], task.fallback[:, None])
        self.cost: FloatArray = np.ascontiguousarray(cost.T)
        self.single: SingleArray = self.cost.astype(np.float32)
        everything = np.arange(self.columns.size)
        nothing = np.zeros(0, dtype=np.int64)
        self.root = _Node(prices.bound, everything, nothing, prices.price)
        self.tied: list[_Node] = []
        self.given_up = np.inf
        self.count = 0
        self.gain = np.zeros((2, self.columns.size))
        self.trials = np.zeros((2, self.columns.size), dtype=np.int64)

    @property
    def ceiling(self) -> float:
        """A node whose bound is above this holds no set as good as the best found."""
        best = self.search.best
        return best + (1e-6 if self.search.whole else 1e-7 * abs(best) + 1e-12)

    def run(self) -> None:
        """Search until proven, good enough, or stopped."""
        stack = [self.root]
        while stack and not self.search.over():
            node = stack.pop()
            if node.bound > self.search.enough:
                self._close(node)
            else:
                stack.extend(self._branch(node, self.search.enough, self._close))
            lowest = min((one.bound for one in stack), default=np.inf)
            self.search.raise_bound(min(lowest, self.given_up))

    def _close(self, node: _Node) -> None:
        """Note what a node leaves open that is not searched further."""
        if node.bound <= self.search.proof:
            self.given_up = min(self.given_up, node.bound)
        elif node.bound <= self.ceiling:
            self.tied.append(node)

    def settle_ties(self) -> None:
        """
        Replace the sites found, once they are proven, by the first of all equally good sets.

        The first is the one whose column numbers come first in order. Only nodes that were left
        because they hold nothing better are searched, and so many at most that the answer never
        depends on a clock; beyond that the sites found stay.
        """
        stack = [node for node in self.tied if node.bound <= self.ceiling][::-1]
        nodes = TIE_NODES
        while stack and nodes > 0 and not self.search.over():
            node = stack.pop()
            if node.bound > self.ceiling or not self._before(node):
                continue
            nodes -= 1
            stack.extend(self._branch(node, self.ceiling, self._compare))

    def _before(self, node: _Node) -> bool:
        """Return whether a node may hold a set whose numbers come before those of the best."""
        held = np.sort(np.append(node.opened, node.free[: self.task.p - node.opened.size]))
        best = self.search.sites
        return best is not None and self.columns[held].tolist() < best.tolist()

    def _compare(self, node: _Node) -> None:
        """Take the first set of a node that has one site left to choose, if it comes first."""
        left = self.task.p - node.opened.size
        if node.free.size <= left:
            sets = [node.free]
        elif left == 1:
            total = np.minimum(self.cost[node.free], self._fallback(node.opened)).sum(axis=1)
            sets = [node.free[k : k + 1] for k in np.flatnonzero(total <= self.ceiling)]
        else:
            return
        for chosen in sets:
            sites = np.sort(self.columns[np.append(node.opened, chosen)])
            best, known = self.search.best, self.search.sites
            equal = total_cost(self.task, sites) <= best + 1e-9 * abs(best)
            if equal and known is not None and sites.tolist() < known.tolist():
                self.search.sites = sites

    def _fallback(self, opened: IntArray) -> FloatArray:
        least: FloatArray = self.cost[opened].min(axis=0, initial=np.inf)
        return np.minimum(least, self.task.fallback)

    def _branch(self, node: _Node, enough: float, close: Callable[[_Node], None]) -> list[_Node]:
        """Return what is left to be searched below a node; `close` gets what ends here."""
        fallback = self._fallback(node.opened)
        left = self.task.p - node.opened.size
        if left <= 1 or node.free.size <= left:
            self._finish(node, fallback, left, close)
            return []
        cost = self.single[node.free]
        if not np.isfinite(np.minimum(cost.min(axis=0), fallback)).all():
            return []  # somebody cannot be reached any more
        found = self._bounded(node, fallback, left, enough)
        self._learn(node, found.bound)
        bound = max(node.bound, found.bound)
        if bound > enough:
            close(_Node(bound, node.free, node.opened, found.price))
            return []
        self.count += 1
        picked = np.argsort(found.site, kind="stable")[:left]
        self._offer(node, picked)
        return self._halves(node, found, bound, left)

    def _finish(
        self, node: _Node, fallback: FloatArray, left: int, close: Callable[[_Node], None]
    ) -> None:
        """Try every way to choose the last site."""
        if node.free.size <= left:
            value = float(
                np.minimum(self.cost[node.free].min(axis=0, initial=np.inf), fallback).sum()
            )
            chosen = node.free
        else:
            total = np.minimum(self.cost[node.free], fallback).sum(axis=1)
            best = int(total.argmin())
            value, chosen = float(total[best]), node.free[best : best + 1]
        if value < self.search.best:
            sites = self.columns[np.append(node.opened, chosen)]
            self.search.offer(sites, total_cost(self.task, sites))
        close(_Node(max(value, node.bound), node.free, node.opened, node.price))

    def _bounded(self, node: _Node, fallback: FloatArray, left: int, enough: float) -> _Found:
        """Improve the prices of a node by a few steps from those of the node above."""
        cost = self.single[node.free]
        ceiling = fallback.astype(np.float32)
        price = np.minimum(node.price.astype(np.float32), ceiling)
        target = self.search.best
        best, best_price = -np.inf, price
        openness = np.zeros(node.free.size)
        direction = np.zeros(price.size, dtype=np.float32)
        buffer = np.empty_like(cost)
        alpha, since = ALPHA, 0
        for step in range(STEPS):
            np.minimum(cost, price, out=buffer)
            paid = float(price.sum(dtype=np.float64))
            site = buffer.sum(axis=1) - paid
            picked = np.argpartition(site, left - 1)[:left]
            bound = paid + float(site[picked].sum())
            openness *= 1.0 - NEWEST if step else 0.0
            openness[picked] += NEWEST if step else 1.0
            since = 0 if bound - best > PROGRESS * (target - best) else since + 1
            if bound > best:
                best, best_price = bound, price
            if best > enough:
                break
            if since >= PATIENCE:
                alpha, since, price = alpha * SHRINK, 0, best_price
                if alpha < SMALLEST:
                    break
            served = np.count_nonzero(cost[picked] < price, axis=0)
            direction = ((1.0 - MEMORY) * (1.0 - served) + MEMORY * direction).astype(np.float32)
            length = float(direction @ direction)
            if length == 0.0:
                break
            stride = alpha * max(target - bound, 1e-6 * abs(target)) / length
            price = np.minimum(price + np.float32(stride) * direction, ceiling)
        proven = np.minimum(best_price.astype(np.float64), fallback)
        gains = np.minimum(self.cost[node.free], proven).sum(axis=1) - proven.sum()
        sure = float(proven.sum() + np.partition(gains, left - 1)[:left].sum())
        return _Found(sure, proven, gains, openness)

    def _learn(self, node: _Node, value: float) -> None:
        """Note how much deciding a site raised the bound, per unit of openness (pseudo-cost)."""
        if node.split is not None:
            side, column, distance = node.split
            self.gain[side, column] += max(value - node.bound, 0.0) / distance
            self.trials[side, column] += 1

    def _offer(self, node: _Node, picked: IntArray) -> None:
        """Offer the sites that the prices pick, now and then after exchanges."""
        sites = self.columns[np.append(node.opened, node.free[picked])]
        self.search.offer(sites, total_cost(self.task, sites))
        if self.count % ROUNDING == 1:
            known = finite(self.task.cost)
            highest = known.max(initial=0.0)
            sites, _ = swap(known, finite(self.task.fallback, highest), sites)
            self.search.offer(sites, total_cost(self.task, sites))

    def _halves(self, node: _Node, found: _Found, bound: float, left: int) -> list[_Node]:
        """Decide what the prices decide, and split where earlier splits raised the bound most."""
        order = np.argsort(found.site, kind="stable")
        picked, spare = order[:left], found.site[order[left]]
        stays = found.bound - found.site[picked[-1]] + found.site <= self.ceiling
        stays[picked] = True
        forced = np.zeros(node.free.size, dtype=np.bool_)
        forced[picked] = found.bound - found.site[picked] + spare > self.ceiling
        opened = np.append(node.opened, node.free[forced])
        rest = stays & ~forced
        free, openness = node.free[rest], found.openness[rest]
        if free.size <= self.task.p - opened.size or opened.size >= self.task.p - 1:
            return [_Node(bound, free, opened, found.price)]
        rise = self.gain[:, free] / np.maximum(self.trials[:, free], 1)
        mean = self.gain.sum(axis=1) / np.maximum(self.trials.sum(axis=1), 1)
        rise = np.where(self.trials[:, free] > 0, rise, mean[:, None] + 1e-9)
        score = (rise[0] * openness + 1e-6) * (rise[1] * (1.0 - openness) + 1e-6)
        split = int(score.argmax())
        column, share = int(free[split]), float(openness[split])
        others = np.delete(free, split)
        shut = (0, column, max(share, LEAST))
        into = (1, column, max(1.0 - share, LEAST))
        return [
            _Node(bound, others, opened, found.price, shut),
            _Node(bound, others, np.append(opened, column), found.price, into),
        ]
