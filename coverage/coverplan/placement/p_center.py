"""Where sites make the longest trip shortest: the p-center, with every rule on sites, proven."""

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.placement import covering_search
from coverplan.placement.center_cover import cover_greedily, decide
from coverplan.placement.linear import Progress
from coverplan.placement.median_search import Search
from coverplan.placement.options import Marks, SiteRows
from coverplan.placement.result import Placement
from coverplan.placement.travel import AnyTimes, Travel, checked_travel, placed, reduced_rows

__all__ = ["p_center"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TIE_SITES = 100  # up to so many free sites the first of equal sets is looked for


def p_center(
    times: AnyTimes,
    new_sites: int,
    *,
    weight: ArrayLike | None = None,
    existing: Marks = None,
    required: Marks = None,
    forbidden: Marks = None,
    zone: ArrayLike | None = None,
    zone_min: Mapping[str | int, int] | int | None = None,
    zone_max: Mapping[str | int, int] | int | None = None,
    cost: ArrayLike | None = None,
    budget: float | None = None,
    spacing: tuple[float, ArrayLike] | None = None,
    close: Marks | Mapping[int, float] = None,
    time_limit_s: float | None = None,
    mip_gap: float = 0.0,
    seed: int = 0,
    names: Sequence[str] | None = None,
    demand_names: Sequence[str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Placement:
    """
    Open sites so that the longest travel time to the nearest open site is shortest.

    Parameters
    ----------
    times
        Travel time from each demand point to each site, shape (n_demand, n_sites), as in
        `p_median`. [min]
    new_sites
        New sites at most, beyond the existing ones.
    weight
        People at each demand point, shape (n_demand,): points without people are left out; how
        many there are does not matter. None for everybody. [persons]
    existing, required, forbidden, zone, zone_min, zone_max, cost, budget, spacing, close
        Rules on sites, as in `p_median`.
    time_limit_s
        Wall time to stop at with the best found and its bound; None for none. [s]
    mip_gap
        Relative gap that is good enough; 0 asks for a proof.
    seed
        Random seed of the solver; the proven objective does not depend on it.
    names, demand_names
        Names of sites and demand points for messages; numbers without.
    on_progress
        Called with a `Progress` now and then.

    Returns
    -------
    Placement
        `objective` is the longest travel time to the nearest open site [min], recounted from
        `times`; `allocation` is the nearest open site.

    Raises
    ------
    InputError
        Shapes disagree, NaN, negative weights or times, a limit that can bind.
    InfeasibleError
        Demand points with people that no site can reach (they are named), or rules that
        contradict each other (an irreducible set is named).
    SolverError
        Nothing was found within the time limit.

    Notes
    -----
    The optimum is one of the travel times: they are bisected, and each half is decided by a set
    covering problem (Minieka 1970, doi:10.1137/1012016), first relaxed, then exactly.

    Of equally good sets the one with fewest sites is taken, and of these the first in order of
    column numbers, for up to 100 sites that may be opened or closed; beyond that the set is still
    the same on every run. Ctrl-C returns the best found so far, with its bound.

    Examples
    --------
    >>> minutes = [[0.0, 9.0, 5.0], [9.0, 0.0, 5.0], [8.0, 2.0, 1.0]]
    >>> found = p_center(minutes, 1)
    >>> found.chosen.tolist(), found.objective, found.bound
    ([2], 5.0, 5.0)
    """
    began = time.monotonic()
    travel = checked_travel(
        times,
        weight,
        new_sites,
        names=names,
        demand_names=demand_names,
        existing=existing,
        required=required,
        forbidden=forbidden,
        zone=zone,
        zone_min=zone_min,
        zone_max=zone_max,
        cost=cost,
        budget=budget,
        spacing=spacing,
        close=close,
    )
    travel.refuse_unreachable()
    free = np.flatnonzero(travel.free)
    search = Search(time_limit_s=time_limit_s, mip_gap=mip_gap, on_progress=on_progress)
    halving = _Halving(travel, free, search, seed)
    try:
        halving.run()
    except KeyboardInterrupt:
        search.interrupted = True
        if search.sites is None:
            raise
    return placed("p_center", travel, free, search, time.monotonic() - began)


class _Halving:
    """Bisection over the distinct travel times."""

    def __init__(self, travel: Travel, free: IntArray, search: Search, seed: int) -> None:
        rules = travel.rules
        served = travel.times[travel.weight > 0]
        if not served.size:  # nobody travels: only the rules decide
            served = np.zeros((1, travel.rules.n_sites))
        self.travel, self.free, self.search, self.seed = travel, free, search, seed
        self.times = served[:, free]
        self.fallback = served[:, rules.lower].min(axis=1, initial=np.inf)
        self.rows: SiteRows = reduced_rows(rules.rows(travel.new_sites), rules.lower, free)
        least = np.minimum(self.times.min(axis=1, initial=np.inf), self.fallback)
        # Nobody can do better than the nearest site, nor need worse than the fixed ones.
        self.floor = float(least.max(initial=0.0))
        values = np.concatenate([self.times.ravel(), self.fallback, [self.floor]])
        values = values[(values >= self.floor) & np.isfinite(values)]
        self.values = np.unique(values)
        self.low, self.high = 0, self.values.size  # the optimum is values[k], low <= k <= high

    def run(self) -> None:
        """Narrow the range until one value is left, the gap is enough, or time is up."""
        self.search.raise_bound(self.floor)
        if self.travel.rules.plain:
            self._narrow_greedily()
            self._narrow_relaxed()
        while self.low < self.high and not self._done():
            middle = (self.low + self.high) // 2
            within, waiting = self._within(middle)
            answer = decide(
                within[waiting],
                self.rows,
                self.travel.p,
                plain=self.travel.rules.plain,
                time_limit_s=self.search.left,
                seed=self.seed,
            )
            self.search.interrupted |= answer.interrupted
            if answer.possible is None:
                return
            if answer.possible:
                self._take(answer.sites)
            else:
                self._exclude(middle)
        if self.low == self.high < self.values.size and self.search.sites is not None:
            self.search.raise_bound(self.search.best)
            self._first_of_equals()

    def _done(self) -> bool:
        return self.search.over() or self.search.bound > self.search.enough

    def _within(self, k: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        value = self.values[k]
        return self.times <= value, self.fallback > value

    def _take(self, sites: IntArray) -> None:
        nearest = np.minimum(self.times[:, sites].min(axis=1, initial=np.inf), self.fallback)
        value = float(nearest.max(initial=0.0))
        self.search.offer(sites, value)
        self.high = min(self.high, int(np.searchsorted(self.values, max(value, self.floor))))

    def _exclude(self, k: int) -> None:
        self.low = k + 1
        if self.low < self.values.size:
            self.search.raise_bound(float(self.values[self.low]))

    def _narrow_greedily(self) -> None:
        low, high = self.low, self.high - 1
        while low <= high and not self.search.over():
            middle = (low + high) // 2
            within, waiting = self._within(middle)
            sites = cover_greedily(within[waiting], self.travel.p)
            if sites is None:
                low = middle + 1
            else:
                self._take(sites)
                high = min(middle, self.high) - 1

    def _narrow_relaxed(self) -> None:
        low, high = self.low, self.high
        while low < high and not self.search.over():
            middle = (low + high) // 2
            within, waiting = self._within(middle)
            answer = decide(
                within[waiting],
                self.rows,
                self.travel.p,
                plain=True,
                time_limit_s=self.search.left,
                seed=self.seed,
                relaxed=True,
            )
            self.search.interrupted |= answer.interrupted
            if answer.possible is None:
                return
            if answer.possible:
                high = middle
            else:
                low = middle + 1
                self._exclude(middle)

    def _first_of_equals(self) -> None:
        """Take the first of all equally good sets, where there are few sites."""
        if self.free.size > TIE_SITES or self.search.sites is None or self.search.over():
            return
        travel = self.travel
        program = travel.program()
        near = travel.times[travel.weight > 0] <= self.search.best
        program.add(sparse.csr_array(near.astype(np.float64)), 1.0, np.inf)
        chosen = travel.rules.lower.copy()
        chosen[self.free[self.search.sites]] = True
        nothing = np.zeros(program.width)
        first = covering_search.first_of_equals(
            program,
            nothing,
            "min",
            covering_search.Found(chosen, 0.0, 0.0, chosen.astype(np.float64)),
            covering_search.Search(self.search.left, seed=self.seed),
            tolerance=0.5,
            rare=False,
        )
        self.search.sites = np.flatnonzero(first[self.free])
