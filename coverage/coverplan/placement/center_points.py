"""The p-center of many points by straight line, proven without a table of all distances."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from coverplan.errors import InfeasibleError, Problem
from coverplan.placement.center_cover import cover_greedily, decide
from coverplan.placement.demand import checked_weight, raise_faults
from coverplan.placement.linear import Progress
from coverplan.placement.median_search import Search
from coverplan.placement.options import Marks, SiteRules, site_rules
from coverplan.placement.result import Placement, Status, relative_gap
from coverplan.placement.signatures import merge_sets
from coverplan.placement.travel import Travel

__all__ = ["p_center_points"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TWO = 2
WORD = 8  # bytes
# Bound and best this close (relative) leave one question: whether anything shorter than the best.
CLOSE = 1e-6
# Just below the best: the largest relative error of a distance is smaller.
BELOW = 1.0 - 1e-12
# Rounds of new points before a shorter radius is tried, and the least share of the range.
ROUNDS = 4
SHORTEST = 1e-3
# Moves of all sites to the middle of their points, and steps towards each middle.
MOVES, STEPS = 20, 60
METRES_PER_KM, MINUTES_PER_HOUR = 1000.0, 60.0


def p_center_points(
    demand: ArrayLike,
    sites: ArrayLike,
    new_sites: int,
    *,
    weight: ArrayLike | None = None,
    existing: Marks = None,
    required: Marks = None,
    forbidden: Marks = None,
    speed_kmh: float | None = None,
    detour: float = 1.0,
    time_limit_s: float | None = None,
    mip_gap: float = 0.0,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Placement:
    """
    Open sites so that the longest straight line to the nearest open site is shortest.

    As `p_center`, for so many points that a table of all travel times cannot be held.

    Parameters
    ----------
    demand, sites
        Coordinates, shapes (n_demand, 2) and (n_sites, 2). [m]
    new_sites
        New sites at most, beyond the existing ones.
    weight
        People at each demand point, shape (n_demand,): points without people are left out. None
        for everybody. [persons]
    existing, required, forbidden
        Sites that are open before, must be open, must not be open: masks or column numbers.
    speed_kmh
        Speed; the objective is then in minutes. None leaves it in metres. [km/h]
    detour
        Travel is so many times the straight line.
    time_limit_s
        Wall time to stop at with the best found and its bound; None for none. [s]
    mip_gap
        Relative gap that is good enough; 0 asks for a proof.
    seed
        Random seed of the solver; the proven objective does not depend on it.
    on_progress
        Called with a `Progress` now and then, in metres.

    Returns
    -------
    Placement
        `objective` is the longest trip to the nearest open site, in minutes with a speed, else in
        metres; `allocation` is the nearest open site. Of equally good sets one that is the same
        on every run.

    Raises
    ------
    InputError
        Coordinates of a wrong shape or not finite, a faulty option.
    InfeasibleError
        No site may be open, or more sites are required than may open.

    Notes
    -----
    A few demand points stand for all: sites that reach these within a radius are found by set
    covering. If there are none, the radius is proven too short for all points; else the points
    that those sites leave out join the few (Chen & Chen 2009, doi:10.1016/j.cor.2008.03.009;
    Contardo, Iori & Kramer 2019, doi:10.1016/j.cor.2018.11.006). The radius is bisected.

    Examples
    --------
    >>> places = [[0.0, 0.0], [300.0, 400.0], [300.0, 0.0], [5000.0, 0.0]]
    >>> found = p_center_points(places, places, 2)
    >>> found.chosen.tolist(), found.objective, str(found.status)
    ([2, 3], 400.0, 'optimal')
    """
    began = time.monotonic()
    faults: list[Problem] = []
    points, places = (
        _checked_points("demand", demand, faults),
        _checked_points("sites", sites, faults),
    )
    people = checked_weight("weight", weight, len(points), faults)
    for name, number in (("speed_kmh", speed_kmh), ("detour", detour)):
        if number is not None and not 0 < number < np.inf:
            values: dict[str, str | int | float] = {"option": name, "expected": "> 0"}
            faults.append(Problem("placement_covering.option", found=str(number), values=values))
    if isinstance(new_sites, bool) or int(new_sites) != new_sites or new_sites < 0:
        faults.append(Problem("sites.count", found=str(new_sites), values={"option": "new_sites"}))
    raise_faults(faults)
    rules = site_rules(len(places), existing=existing, required=required, forbidden=forbidden)
    fixed = np.flatnonzero(rules.lower)
    free = np.flatnonzero(rules.upper & ~rules.lower)
    count = min(int(new_sites) - int((rules.lower & ~rules.existing).sum()), free.size)
    if count < 0 or (fixed.size == 0 and count == 0):
        raise _contradiction(people, rules, int(new_sites))
    search = Search(time_limit_s=time_limit_s, mip_gap=mip_gap, on_progress=on_progress)
    served = points[people > 0] if (people > 0).any() else points[:0]
    growing = _Growing(served, places[free], places[fixed], count, search, seed)
    try:
        growing.run()
    except KeyboardInterrupt:
        search.interrupted = True
    factor = detour
    if speed_kmh is not None:
        factor *= MINUTES_PER_HOUR / (speed_kmh * METRES_PER_KM)
    opened = rules.lower.copy()
    opened[free[search.sites if search.sites is not None else np.zeros(0, np.int64)]] = True
    chosen = np.flatnonzero(opened)
    nearest, distance = _nearest(points, places[chosen])
    longest = float(distance[people > 0].max(initial=0.0))
    proven = search.bound >= search.best
    bound = longest if proven else min(search.bound, longest)
    gap = relative_gap(longest, bound)
    stopped = Status.WITHIN_GAP if gap <= mip_gap else Status.TIME_LIMIT
    return Placement(
        model="p_center",
        sense="min",
        chosen=chosen,
        added=np.flatnonzero(opened & ~rules.existing),
        objective=longest * factor,
        bound=bound * factor,
        mip_gap=gap,
        status=Status.OPTIMAL if proven else stopped,
        allocation=chosen[nearest],
        seconds=time.monotonic() - began,
    )


def _contradiction(people: FloatArray, rules: SiteRules, new_sites: int) -> InfeasibleError:
    """Return the error that `p_center` raises where nothing may open, or too little."""
    needed = int((rules.lower & ~rules.existing).sum())
    if needed > new_sites:
        values: dict[str, str | int | float] = {"needed": needed}
        return InfeasibleError(
            Problem("median.required_above_new", found=str(new_sites), values=values)
        )
    # Any times do, for only the rules are at fault; one value stands for the whole table.
    shape = (len(people), rules.n_sites)
    names = tuple(map(str, range(len(people))))
    if not rules.upper.any():
        every = np.broadcast_to(np.zeros(1), shape)
        Travel(every, people, rules, new_sites, names).refuse_unreachable()
    return Travel(np.zeros((1, shape[1])), np.ones(1), rules, new_sites, ("0",)).contradiction()


def _checked_points(option: str, given: ArrayLike, faults: list[Problem]) -> FloatArray:
    try:
        points = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        points = np.zeros(0)
    if points.ndim != TWO or points.shape[1] != TWO or len(points) == 0:
        found, expected = str(points.shape), "(n, 2)"
    elif not np.isfinite(points).all():
        found, expected = "NaN or inf", "finite metres"
    else:
        return points
    values: dict[str, str | int | float] = {"option": option, "expected": expected}
    faults.append(Problem("placement_covering.option", found=found, values=values))
    return np.zeros((1, TWO))


def _nearest(points: FloatArray, places: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return for each point the number of the nearest place, and the distance to it."""
    if len(points) == 0:
        return np.zeros(0, np.int64), np.zeros(0)
    _, number = KDTree(places).query(points)
    numbers = np.asarray(number, dtype=np.int64)
    return numbers, _apart(points, places[numbers])


def _apart(a: FloatArray, b: FloatArray) -> FloatArray:
    # One formula for every distance, so that equal ones are equal to the last bit.
    distance: FloatArray = np.sqrt(((a - b) ** 2).sum(axis=-1))
    return distance


class _Growing:
    """The few demand points that stand for all, and the radius between bound and best."""

    def __init__(
        self,
        points: FloatArray,
        places: FloatArray,
        fixed: FloatArray,
        count: int,
        search: Search,
        seed: int,
    ) -> None:
        self.points, self.places, self.count = points, places, count
        self.search, self.seed = search, seed
        self.tree = KDTree(places) if len(places) else None
        none = np.full(len(points), np.inf)
        # What each point has from the sites that are open anyway.
        self.fallback = _nearest(points, fixed)[1] if len(fixed) else none
        self.few = np.zeros(len(points), dtype=np.bool_)

    def run(self) -> None:
        """Narrow the radius until it is proven, good enough, or time is up."""
        search = self.search
        if not len(self.points) or self.tree is None or self.count == 0:
            self._offer(np.zeros(0, dtype=np.int64))
            search.raise_bound(search.best)
            return
        # Nobody can be nearer than the nearest site of all.
        least = np.minimum(_nearest(self.points, self.places)[1], self.fallback)
        search.raise_bound(float(least.max()))
        self._spread()
        share = 1 / 2
        while search.bound < search.best and search.bound <= search.enough and not search.over():
            low, high = search.bound, search.best
            last = high - low <= CLOSE * high
            radius = high * BELOW if last else low + share * (high - low)
            answer = self._reach(radius)
            if answer is False:
                # Too short by proof; and if it was just below the best, the best is proven.
                search.raise_bound(high if last else radius)
            # Where the few do not settle it soon, a shorter radius is proven too short sooner.
            share = share / 2 if answer is None and share > SHORTEST else 1 / 2

    def _spread(self) -> None:
        """Begin with points far from one another, and sites near them (Gonzalez 1985)."""
        nearest = self.fallback.copy()
        rows: list[int] = []
        apart = np.inf
        for _ in range(min(self.count + 1, len(self.points))):
            row = int(nearest.argmax())
            rows.append(row)
            apart = float(nearest[row])
            nearest = np.minimum(nearest, _apart(self.points, self.points[row]))
        self.few[rows] = True
        if len(rows) > self.count:
            # So many are so far from one another: two of them share a site, one is half as far.
            self.search.raise_bound(apart / 2 * BELOW)
        sites, _ = _nearest(self.points[rows[: self.count]], self.places)
        self._offer(np.unique(sites))

    def _offer(self, sites: IntArray) -> FloatArray:
        """Take sites if they are better; return each point's distance."""
        distance = self.fallback
        if sites.size:
            distance = np.minimum(distance, _nearest(self.points, self.places[sites])[1])
        self.search.offer(sites, float(distance.max(initial=0.0)))
        for _ in range(MOVES if sites.size else 0):
            sites = self._centred(sites)
            moved = np.minimum(self.fallback, _nearest(self.points, self.places[sites])[1])
            if not self.search.offer(sites, float(moved.max())) or self.search.over():
                break
        return distance

    def _centred(self, sites: IntArray) -> IntArray:
        """Move each site to the middle of the points that are nearest to it."""
        mine, _ = _nearest(self.points, self.places[sites])
        order = np.argsort(mine, kind="stable")
        groups = np.split(self.points[order], np.cumsum(np.bincount(mine, minlength=sites.size)))
        middles = self.places[sites].copy()
        for number, group in enumerate(groups[: sites.size]):
            # Bădoiu & Clarkson 2003: steps to the farthest point, ever smaller.
            for step in range(1, STEPS if len(group) else 0):
                far = group[_apart(group, middles[number]).argmax()]
                middles[number] += (far - middles[number]) / (step + 1)
        return np.unique(_nearest(middles, self.places)[0])

    def _reach(self, radius: float) -> bool | None:
        """Tell whether sites reach all points within a radius; None where that stays open."""
        for _ in range(ROUNDS):
            if self.search.over():
                break
            rows = np.flatnonzero(self.few & (self.fallback > radius))
            within, columns = self._within(rows, radius)
            sites = cover_greedily(within, self.count)
            if sites is None:
                answer = decide(
                    within,
                    site_rules(max(1, columns.size)).rows(None),
                    self.count,
                    plain=True,
                    time_limit_s=self.search.left,
                    seed=self.seed,
                )
                self.search.interrupted |= answer.interrupted
                if answer.possible is None:
                    return None
                if not answer.possible:
                    return False
                sites = answer.sites
            distance = self._offer(np.sort(columns[sites]))
            if not self._grow(distance, radius):
                return True
        return None

    def _grow(self, distance: FloatArray, radius: float) -> bool:
        """Let the points that were left out, far from one another, join the few."""
        left = np.where(self.few, 0.0, distance)
        grown = False
        for _ in range(max(5, self.count // 2)):
            row = int(left.argmax())
            if left[row] <= radius:
                break
            self.few[row] = grown = True
            left[_apart(self.points, self.points[row]) <= radius] = 0.0
        return grown

    def _within(self, rows: IntArray, radius: float) -> tuple[BoolArray, IntArray]:
        """Return which sites reach the few within a radius, without sites that others replace."""
        if self.tree is None:
            raise AssertionError
        near = self.tree.query_ball_point(self.points[rows], radius * (1 + 1e-9))
        size = np.array([len(one) for one in near], dtype=np.int64)
        site = np.concatenate(
            [np.asarray(one, dtype=np.int64) for one in near] or [np.zeros(0, np.int64)]
        )
        row = np.repeat(np.arange(rows.size), size)
        kept = _apart(self.points[rows[row]], self.places[site]) <= radius
        row, site = row[kept], site[kept]
        order = np.lexsort((row, site))
        row, site = row[order], site[order]
        columns, first = np.unique(site, return_index=True)
        start = np.array([*first.tolist(), site.size], dtype=np.int64)
        nothing = np.zeros(columns.size)
        sets = merge_sets(
            start, np.asarray(row, dtype=np.int32), nothing, nothing.astype(np.int64), rows.size
        )
        # Of sites that reach the same points the first stands for all.
        stand_in = np.full(sets.n_signatures, columns.size, dtype=np.int64)
        np.minimum.at(stand_in, sets.member, np.arange(columns.size))
        table = sets.matrix().toarray() > 0
        best = _largest(table)
        return table[best].T, columns[stand_in[best]]


def _largest(table: BoolArray) -> IntArray:
    """Return the rows of a table that lie in no other row; the rows all differ."""
    packed = np.packbits(table, axis=1)
    packed = np.pad(packed, ((0, 0), (0, -packed.shape[1] % WORD)))
    words = np.ascontiguousarray(packed).view(np.uint64)
    left = np.argsort(-table.sum(axis=1), kind="stable")
    found = []
    while left.size:
        # Nothing larger is left, so the first lies in no other; what lies in it goes.
        found.append(int(left[0]))
        outside = words[left] & ~words[left[0]]
        left = left[outside.any(axis=1)]
    return np.array(found, dtype=np.int64)
