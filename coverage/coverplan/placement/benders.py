"""Exact p-median with rules on sites: Benders cuts in closed form, and branching on sites."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coverplan.placement.highs import Engine, Model, Outcome
from coverplan.placement.lagrange import Prices, improve_prices
from coverplan.placement.median_search import Search
from coverplan.placement.median_task import Task, finite, total_cost
from coverplan.placement.price_tree import PriceTree
from coverplan.placement.swap import open_greedily, swap

__all__ = ["minimise"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CELLS_OF_RESTARTS = 40_000_000  # work that random restarts of the swap search may take
TOO_MUCH_WORK = 10 * CELLS_OF_RESTARTS  # then the greedy start alone is improved
PRICE_SHARE = 0.75  # of it is gone at most when the tree begins
FIRST_SHARE = 0.25  # of the time limit at most goes into good sites before there is a bound
CUT = 1e-6  # a cut must be violated by this much, relative to its demand point's cost
WHOLE = 1e-6  # a site this near to 0 or 1 is decided
HALF = 0.5
NONE = np.zeros(0, dtype=np.int64)
USED = 1e-9
EXACT = 1e5  # whole costs up to here go to the solver as they are
LOOSE = 0.02  # slack at which a cut is dropped when there are many, relative to its cost
FEW = 20  # up to so many sites are proven by prices alone
TIE_NODES = 200  # nodes that the search for the first of equal sets may take: no clock decides


def minimise(task: Task, search: Search, *, seed: int) -> None:
    """
    Find the sites of least total cost and prove it.

    Parameters
    ----------
    task
        What is asked.
    search
        Receives the sites, the objective and the bound; says when to stop.
    seed
        Seed of the random restarts.

    Notes
    -----
    Few sites under no rule but their number are proven by prices alone (see `PriceTree`). Else
    Duran-Mateluna, Ales and Elloumi (2023), An efficient Benders decomposition for the p-median
    problem, doi:10.1016/j.ejor.2022.11.033, with Lagrangean prices as the first phase: the cuts
    at these prices make the linear relaxation almost tight at once.
    """
    least = np.minimum(task.cost.min(axis=1, initial=np.inf), task.fallback)
    search.raise_bound(float(least.sum()))
    if task.plain:
        _start(task, search, seed)
    prices = _first_prices(task, search)
    if task.plain and 1 < task.p <= min(FEW, task.cost.shape[1] - 1) and search.sites is not None:
        _branch_on_prices(task, search, prices)
        return
    tree = _Tree(task, search, prices.price)
    if search.bound <= search.enough and not search.over():
        tree.run()
    if search.bound >= search.best and not search.over():
        tree.settle_ties()


def _branch_on_prices(task: Task, search: Search, prices: Prices) -> None:
    """Prove few sites by prices alone."""
    tree = PriceTree(task, search, prices)
    tree.run()
    if search.bound < search.best or search.over():
        return
    least = float(np.minimum(task.cost.min(axis=1, initial=np.inf), task.fallback).sum())
    if search.best > least + 1e-9 * abs(least):
        tree.settle_ties()
    else:  # everybody is at the nearest site of all: fewer sites may do as well
        _Tree(task, search, prices.price).settle_ties()


def _start(task: Task, search: Search, seed: int) -> None:
    """Find a good set of sites by greedy opening, swaps and random restarts."""
    n_demand, n_free = task.cost.shape
    p = min(task.p, n_free)
    known = finite(task.cost)
    fallback = finite(task.fallback, known.max(initial=0.0))
    if p == n_free:
        search.offer(np.arange(n_free), total_cost(task, np.arange(n_free)))
        return
    random = np.random.default_rng(seed)
    starts = [open_greedily(known, fallback, p)]
    work = max(n_demand * n_free * p, 1)
    rounds = int(np.clip(CELLS_OF_RESTARTS // work, 1, 12)) if work < TOO_MUCH_WORK else 0
    starts += [random.choice(n_free, p, replace=False) for _ in range(rounds)]
    for start in starts:
        sites, _ = swap(known, fallback, start, stop=lambda: search.spent(FIRST_SHARE))
        search.offer(sites, total_cost(task, sites))
        if search.spent(FIRST_SHARE):
            return


def _first_prices(task: Task, search: Search) -> Prices:
    top = np.where(np.isfinite(task.cost), task.cost, -np.inf).max(axis=1, initial=-np.inf)
    guess = np.where(np.isfinite(top), np.minimum(task.fallback, top), task.fallback)
    target = search.best
    if search.sites is not None and np.isfinite(search.best):
        two = np.partition(np.column_stack([task.cost[:, search.sites], guess, guess]), 1, axis=1)[
            :, :2
        ]
        guess = two.mean(axis=1)
    else:
        guess = np.minimum(task.fallback, task.cost.min(axis=1))
        target = float(guess.sum()) * 2.0 + 1e-9
    prices = improve_prices(
        task.cost,
        task.fallback,
        guess,
        task.p,
        target,
        enough=search.enough,
        stop=lambda: search.spent(PRICE_SHARE),
    )
    search.raise_bound(prices.bound)
    return prices


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """Sites decided shut and open, and the bound that is proven for the rest."""

    bound: float
    zeros: IntArray
    ones: IntArray
    split: tuple[int, int, float] | None = None
    """Side, column and distance of the split that made this node."""


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Solution of a node: total, openness and reduced cost of each site."""

    value: float
    y: FloatArray
    reduced: FloatArray


class _Tree:
    """Branch and bound over the sites; every node is a linear program with all cuts so far."""

    def __init__(
        self,
        task: Task,
        search: Search,
        price: FloatArray,
    ) -> None:
        self.task, self.search, self.price = task, search, price
        self.n_demand, self.n_free = task.cost.shape
        self.cost = np.minimum(task.cost, task.fallback[:, None])
        self.scale = self._scale()
        self.least = np.minimum(self.cost.min(axis=1, initial=np.inf), task.fallback)
        self.engine = self._engine()
        self.ceiling: float | None = None
        self.first_cut = self.engine.n_rows
        self.rows_at_most = self.first_cut + 2 * self.n_demand
        self.owner: list[IntArray] = []
        self.level: list[FloatArray] = []
        self.never = np.zeros(self.n_free, dtype=np.bool_)
        self.always = np.zeros(self.n_free, dtype=np.bool_)
        self.count = 0
        self.gain = np.zeros((2, self.n_free))
        self.trials = np.zeros((2, self.n_free), dtype=np.int64)
        self.given_up = np.inf
        self.root: _Found | None = None

    @property
    def enough(self) -> float:
        """A node whose bound is above this is of no more interest."""
        return self.search.enough if self.ceiling is None else self.ceiling

    def _scale(self) -> float:
        """Divide costs so that the solver's absolute tolerances mean something."""
        top = float(self.cost[np.isfinite(self.cost)].max(initial=1.0))
        return 1.0 if self.search.whole and top <= EXACT else max(top / 1000.0, 1e-300)

    def _engine(self) -> Engine:
        rows = self.task.rows
        model = Model(
            np.concatenate([np.zeros(self.n_free), np.ones(self.n_demand)]),
            rows.start,
            rows.index,
            rows.value,
            rows.lower,
            rows.upper,
            np.concatenate([np.zeros(self.n_free), self.least / self.scale]),
            np.concatenate([np.ones(self.n_free), np.full(self.n_demand, np.inf)]),
            integer=False,
        )
        engine = Engine(model)
        if not np.isfinite(self.task.fallback).all():
            everywhere = np.arange(self.n_free)
            engine.add_rows([0, self.n_free], everywhere, np.ones(self.n_free), [1.0], [np.inf])
        partly = np.flatnonzero(~np.isfinite(self.cost).all(axis=1))
        if partly.size:  # who cannot be reached from everywhere must be reached from somewhere
            row, column = np.nonzero(np.isfinite(self.cost[partly]))
            start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=partly.size))])
            ones = np.ones(partly.size)
            engine.add_rows(start, column, np.ones(row.size), ones, ones * np.inf)
        return engine

    def run(self) -> None:
        """Search until proven, good enough, or stopped."""
        self._first_cuts()
        stack = [_Node(-np.inf, NONE, NONE)]
        while stack and not self.search.over():
            node = stack.pop()
            children = self._branch(node)
            if children is None:  # stopped in the middle: the node stays open with what it had
                stack.append(node)
                break
            stack.extend(children)
            lowest = min((child.bound for child in stack), default=np.inf)
            self.search.raise_bound(min(lowest, self.given_up))

    def _branch(self, node: _Node) -> list[_Node] | None:
        """Solve a node and return what is left to be solved below it; None when time is up."""
        found = None if node.bound > self.enough else self._solve(node)
        if node.bound <= self.enough and found is None:
            return None
        if found is not None and np.isfinite(found.value):
            self._learn(node, found.value)
        if found is None or found.value > self.enough:
            bound = node.bound if found is None else max(node.bound, found.value)
            if bound <= self.search.proof:
                self.given_up = min(self.given_up, bound)
            return []
        self.count += 1
        if self.root is None:
            self.root = found
            self._round(found.y)
            self._fix()
        elif self.count % 20 == 0:
            self._round(found.y)
        node = self._inherit(found, node)
        return self._halves(node, found.y)

    def _learn(self, node: _Node, value: float) -> None:
        """Note how much deciding a site raised the bound, per unit of openness (pseudo-cost)."""
        if node.split is not None:
            side, column, distance = node.split
            self.gain[side, column] += max(value - node.bound, 0.0) / distance
            self.trials[side, column] += 1

    def _halves(self, node: _Node, y: FloatArray) -> list[_Node]:
        """Split a node where earlier splits raised the bound most, the likelier half first."""
        fraction = np.minimum(y, 1.0 - y)
        fraction[node.zeros] = fraction[node.ones] = 0.0
        if fraction.max(initial=0.0) <= WHOLE:
            return []  # all sites decided: `_solve` has offered it
        rise = self.gain / np.maximum(self.trials, 1)
        mean = self.gain.sum(axis=1) / np.maximum(self.trials.sum(axis=1), 1)
        rise = np.where(self.trials > 0, rise, mean[:, None] + USED)
        score = np.where(fraction > WHOLE, rise[0] * y * rise[1] * (1.0 - y), -1.0)
        column = int(score.argmax())
        shut = replace(node, zeros=np.append(node.zeros, column), split=(0, column, y[column]))
        opened = replace(
            node, ones=np.append(node.ones, column), split=(1, column, 1.0 - y[column])
        )
        return [shut, opened] if y[column] >= HALF else [opened, shut]

    def _solve(self, node: _Node) -> _Found | None:
        """Solve one node with all cuts it violates; None when time is up."""
        lower, upper = self.always.astype(np.float64), (~self.never).astype(np.float64)
        upper[node.zeros] = 0.0
        lower[node.ones] = 1.0
        nothing = np.zeros(self.n_free)
        if (lower > upper).any():
            return _Found(np.inf, nothing, nothing)
        self.engine.bound_columns(np.arange(self.n_free), lower, upper)
        while True:
            solution = self.engine.solve(time_limit_s=self.search.left, presolve=False)
            self.search.interrupted |= solution.interrupted
            if solution.outcome == Outcome.INFEASIBLE:
                return _Found(np.inf, nothing, nothing)
            if solution.outcome != Outcome.OPTIMAL or self.search.over():
                return None
            y = solution.x[: self.n_free]
            reduced = solution.reduced_costs[: self.n_free] * self.scale
            found = _Found(solution.objective * self.scale, y, reduced)
            if found.value > self.enough:
                return found
            paid = solution.x[self.n_free :] * self.scale
            level = self._critical(y)
            true = level - np.maximum(level[:, None] - self.cost, 0.0) @ y
            short = np.flatnonzero(true > paid + CUT * np.maximum(paid, self.scale))
            if short.size == 0:
                self._offer(y)
                if self.ceiling is None and self.engine.n_rows > self.rows_at_most:
                    self._purge(y, paid)
                return found
            self._cut(short, level[short])

    def _offer(self, y: FloatArray) -> None:
        if (np.minimum(y, 1.0 - y) <= WHOLE).all():
            sites = np.flatnonzero(y > HALF)
            if self.task.keeps(y > HALF):
                self.search.offer(sites, total_cost(self.task, sites))

    def _round(self, y: FloatArray) -> None:
        """Make a set of sites from a fractional one."""
        if not self.task.plain or self.task.p >= self.n_free:
            return
        sites = np.sort(np.argsort(-y, kind="stable")[: self.task.p])
        known = finite(self.task.cost)
        sites, _ = swap(known, finite(self.task.fallback, known.max()), sites)
        if self.search.offer(sites, total_cost(self.task, sites)):
            self._fix()

    def _fix(self) -> None:
        """Decide the sites whose reduced cost at the root says that they cannot be otherwise."""
        if self.root is not None:
            value, y, reduced = self.root.value, self.root.y, self.root.reduced
            self.never |= (y <= USED) & (value + reduced > self.enough)
            self.always |= (y >= 1.0 - USED) & (value - reduced > self.enough)

    def _inherit(self, found: _Found, node: _Node) -> _Node:
        """Decide, below a node, what its reduced costs decide."""
        y, reduced = found.y, found.reduced
        # A reduced cost speaks of a column at its bound; of a branched one it may have any sign.
        undecided = ~(self.never | self.always)
        undecided[node.zeros] = undecided[node.ones] = False
        out = undecided & (y <= USED) & (found.value + reduced > self.enough)
        into = undecided & (y >= 1.0 - USED) & (found.value - reduced > self.enough)
        return _Node(
            max(node.bound, found.value),
            np.union1d(node.zeros, np.flatnonzero(out)),
            np.union1d(node.ones, np.flatnonzero(into)),
        )

    def _critical(self, y: FloatArray) -> FloatArray:
        """Return the cost at which each demand point has one whole site within reach."""
        support = np.flatnonzero(y > USED)
        if support.size == 0:
            return self.task.fallback
        table = self.cost[:, support]
        order = np.argsort(table, axis=1, kind="stable")
        sums = np.cumsum(y[support][order], axis=1)
        enough = sums >= 1.0 - 1e-7
        place = np.where(enough.any(axis=1), enough.argmax(axis=1), support.size - 1)
        rows = np.arange(self.n_demand)
        level = table[rows, order[rows, place]]
        level = np.where(enough.any(axis=1), level, self.task.fallback)
        level = np.minimum(level, self.task.fallback)
        top = np.where(np.isfinite(table), table, -np.inf).max(axis=1)
        return np.where(np.isfinite(level), level, top)

    def _first_cuts(self) -> None:
        if not self.owner:
            for level in self._near_levels():
                self._cut(np.arange(self.n_demand), level)

    def settle_ties(self) -> None:
        """
        Replace the sites found by the first of all equally good sets, where that is quick.

        The first is the one with fewest new sites, and of these the one whose column numbers come
        first in order. The search for it is bounded by nodes, never by time, so that the answer is
        the same on every machine; beyond the bound the sites found stay.
        """
        best = self.search.best
        if self.search.sites is None or not np.isfinite(best):
            return
        self._first_cuts()
        self.ceiling = best + HALF if self.search.whole else best + 1e-7 * abs(best) + 1e-12
        self.never[:], self.always[:] = False, False
        self._fix()
        sites = self._without_idle(self.search.sites)
        size = int(np.count_nonzero(self.task.fresh[sites]))
        nodes = TIE_NODES
        short_of_all = self.search.best > float(self.least.sum()) + 1e-9 * abs(best)
        while size and not (self.task.plain and short_of_all):
            fewer, nodes = self._first_set(size - 1, nodes)
            if fewer is None:
                break
            sites, size = fewer, int(np.count_nonzero(self.task.fresh[fewer]))
        first, nodes = self._first_set(size, nodes)
        self.search.sites = sites if first is None else first

    def _equal(self, sites: IntArray) -> bool:
        opened = np.zeros(self.n_free, dtype=np.bool_)
        opened[sites] = True
        best = self.search.best
        return self.task.keeps(opened) and total_cost(self.task, sites) <= best + 1e-9 * abs(best)

    def _without_idle(self, sites: IntArray) -> IntArray:
        """Close new sites that nobody needs, the last column first."""
        for column in sites[::-1].tolist():
            fewer = sites[sites != column]
            if self.task.fresh[column] and self._equal(fewer):
                sites = fewer
        return sites

    def _first_set(self, size: int, nodes: int) -> tuple[IntArray | None, int]:
        """Return the first set of at most `size` new sites that is as good; None if none is."""
        fresh = np.flatnonzero(self.task.fresh)
        ones = np.ones(fresh.size)
        self.engine.add_rows([0, fresh.size], fresh, ones, [-np.inf], [float(size)])
        row = self.engine.n_rows - 1
        stack = [_Node(-np.inf, NONE, NONE)]
        found = None
        while stack and found is None and nodes > 0 and not self.search.over():
            nodes -= 1
            node = stack.pop()
            solved = self._solve(node)
            if solved is None or solved.value > self.enough:
                continue
            node = self._inherit(solved, node)
            decided = self.never | self.always
            decided[node.zeros] = decided[node.ones] = True
            opened = np.union1d(np.flatnonzero(self.always), node.ones)
            if np.count_nonzero(self.task.fresh[opened]) >= size:
                decided |= self.task.fresh
            rest = np.flatnonzero(~decided)
            if rest.size == 0:
                found = opened if self._equal(opened) else None
                continue
            stack.append(replace(node, zeros=np.append(node.zeros, rest[0])))
            stack.append(replace(node, ones=np.append(node.ones, rest[0])))
        self.engine.bound_rows([row], -np.inf, np.inf)
        return found, nodes

    def _near_levels(self) -> list[FloatArray]:
        """Return the costs next to the prices: the cuts there are nearly all that is needed."""
        top = np.where(np.isfinite(self.cost), self.cost, -np.inf).max(axis=1)
        price = np.clip(self.price, self.least, top)
        below = np.where(self.cost < price[:, None], self.cost, -np.inf).max(axis=1)
        above = np.where(self.cost >= price[:, None], self.cost, np.inf).min(axis=1)
        beyond = np.where(self.cost > above[:, None], self.cost, np.inf).min(axis=1)
        return [np.where(np.isfinite(level), level, price) for level in (below, above, beyond)]

    def _cut(self, rows: IntArray, level: FloatArray) -> None:
        excess = np.maximum(level[:, None] - self.cost[rows], 0.0) / self.scale
        row, column = np.nonzero(excess)
        start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows.size) + 1)])
        index = np.empty(start[-1], dtype=np.int64)
        value = np.empty(start[-1])
        place = np.arange(row.size) + row
        index[place], value[place] = column, excess[row, column]
        index[start[1:] - 1], value[start[1:] - 1] = self.n_free + rows, 1.0
        self.engine.add_rows(start, index, value, level / self.scale, np.full(rows.size, np.inf))
        self.owner.append(rows)
        self.level.append(level)

    def _purge(self, y: FloatArray, paid: FloatArray) -> None:
        """Drop the cuts that are far from binding here: those needed elsewhere are found again."""
        owner, level = np.concatenate(self.owner), np.concatenate(self.level)
        slack = paid[owner] - level
        for first in range(0, owner.size, self.n_demand):
            part = slice(first, first + self.n_demand)
            excess = np.maximum(level[part, None] - self.cost[owner[part]], 0.0)
            slack[part] += excess @ y
        loose = slack > LOOSE * np.maximum(paid[owner], self.scale)
        self.engine.delete_rows(self.first_cut + np.flatnonzero(loose))
        self.owner, self.level = [owner[~loose]], [level[~loose]]
        self.rows_at_most = self.engine.n_rows + self.n_demand
