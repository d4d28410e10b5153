"""Where sites make the total travel least: the p-median, with every rule on sites, proven."""

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from coverplan.placement.assignment import assign
from coverplan.placement.benders import minimise
from coverplan.placement.linear import Progress
from coverplan.placement.median_search import Search
from coverplan.placement.median_task import Task
from coverplan.placement.options import Marks
from coverplan.placement.result import Placement
from coverplan.placement.travel import AnyTimes, checked_travel, placed, reduced_rows

__all__ = ["p_median"]


def p_median(
    times: AnyTimes,
    weight: ArrayLike | None,
    new_sites: int,
    *,
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
    capacity: ArrayLike | None = None,
    time_limit_s: float | None = None,
    mip_gap: float = 0.0,
    seed: int = 0,
    names: Sequence[str] | None = None,
    demand_names: Sequence[str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Placement:
    """
    Open sites so that the demand's total travel time to its nearest open site is least.

    Parameters
    ----------
    times
        Travel time from each demand point to each site, shape (n_demand, n_sites); `inf` where
        unreachable. A `TravelTimes` or a scipy sparse array (stored 0.0 = zero minutes, absent =
        beyond the limit) is taken only where what lies beyond its limit cannot matter: when every
        demand point knows all its times, or one to a site that stays open. [min]
    weight
        People at each demand point, shape (n_demand,); None for one each. [persons]
    new_sites
        New sites at most, beyond the existing ones.
    existing
        Sites open before: a boolean mask of shape (n_sites,) or column numbers.
    required
        Sites that must be open afterwards, likewise. New ones count among `new_sites`.
    forbidden
        Sites that must not be open afterwards, likewise.
    zone
        Zone of each site, shape (n_sites,).
    zone_min, zone_max
        Least and most open sites of a zone, existing ones included: a number for all zones, or
        zone -> number.
    cost
        Money to open each site, shape (n_sites,); never travel.
    budget
        Money at most, for opening and closing together.
    spacing
        `(distance, site_distances)`: no new site stands nearer than `distance` to an open one.
    close
        Existing sites that may close: a mask, column numbers, or column -> money.
    capacity
        Most weight that each site can serve, shape (n_sites,) or one number. Each demand point
        then goes to one site as a whole, not necessarily to its nearest. [persons]
    time_limit_s
        Wall time to stop at with the best found and its bound; None for none. [s]
    mip_gap
        Relative gap that is good enough; 0 asks for a proof.
    seed
        Seed of the random restarts of the search; the proven objective does not depend on it.
    names, demand_names
        Names of sites and demand points for messages; numbers without.
    on_progress
        Called with a `Progress` now and then.

    Returns
    -------
    Placement
        `objective` is the sum of weight times travel time [person-minutes], recounted from
        `times`. `allocation` is the nearest open site, the first column of equally near ones.

    Raises
    ------
    InputError
        Shapes disagree, NaN, negative weights or times, a limit that can bind.
    InfeasibleError
        Demand points with weight that no site can reach (they are named), or rules that
        contradict each other (an irreducible set is named).
    SolverError
        Nothing was found within the time limit.

    Notes
    -----
    Ctrl-C returns the best found so far, with its bound, as `time_limit`.

    Of equally good sets the one with fewest new sites is taken, and of these the first in order
    of column numbers, wherever at most 200 branching nodes settle it (1,000 where up to 20 sites
    open under no other rule; nearly always up to some hundred sites); beyond that the set is
    still the same on every run. With `capacity` the set found is kept.

    Up to 20 sites under no other rule are proven by Lagrangean prices alone, others by these and
    Benders cuts (Duran-Mateluna, Ales and Elloumi 2023,
    doi:10.1016/j.ejor.2022.11.033).

    Examples
    --------
    >>> minutes = [[0.0, 9.0, 5.0], [9.0, 0.0, 5.0], [8.0, 2.0, 1.0]]
    >>> found = p_median(minutes, [10, 10, 1], 2)
    >>> found.chosen.tolist(), found.objective, str(found.status)
    ([0, 1], 2.0, 'optimal')
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
    if capacity is not None:
        return assign(
            travel,
            capacity,
            time_limit_s=time_limit_s,
            mip_gap=mip_gap,
            seed=seed,
            on_progress=on_progress,
        )
    travel.refuse_unreachable()
    rules, free = travel.rules, np.flatnonzero(travel.free)
    served = travel.weight > 0
    trips = travel.times[served] * travel.weight[served, None]
    search = Search(
        time_limit_s=time_limit_s,
        mip_gap=mip_gap,
        whole=travel.whole(trips),
        on_progress=on_progress,
    )
    fixed = trips[:, rules.lower].min(axis=1, initial=np.inf)
    if not served.any():  # nobody travels: only the rules decide
        trips, fixed = np.zeros((1, rules.n_sites)), np.zeros(1)
    rows = reduced_rows(rules.rows(travel.new_sites), rules.lower, free)
    task = Task(trips[:, free], fixed, travel.p, rows, rules.plain, ~rules.existing[free])
    try:
        if free.size:
            minimise(task, search, seed=seed)
        elif not rules.broken(rules.lower, travel.new_sites):  # nothing is left to choose
            search.offer(free, float(fixed.sum()))
            search.raise_bound(float(fixed.sum()))
    except KeyboardInterrupt:
        search.interrupted = True
        if search.sites is None:
            raise
    return placed("p_median", travel, free, search, time.monotonic() - began)
