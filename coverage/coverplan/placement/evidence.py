"""Why these sites: what each is worth, what could replace it, and what each rule costs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InfeasibleError, SolverError
from coverplan.placement.cover_task import CoverTask, cover_task
from coverplan.placement.covering_search import ROUNDING, Search
from coverplan.placement.mclp import solve_cover
from coverplan.placement.recount import nearest_open
from coverplan.placement.result import Placement, Status
from coverplan.placement.signatures import dominators

__all__ = ["Label", "SiteEvidence", "Why", "site_evidence", "why"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Label(StrEnum):
    """What the proof says of one candidate."""

    BACKBONE = "backbone"
    """In every best plan: leaving it out loses people (必选)."""
    INTERCHANGEABLE = "interchangeable"
    """In some best plans and not in others (可替换)."""
    DOMINATED = "dominated"
    """Another candidate covers all that it covers, at no greater cost (不建议)."""
    NEVER = "never"
    """In no best plan (不选)."""
    OPEN = "open"
    """Not decided within the time limit; the losses are ranges."""


@dataclass(frozen=True, slots=True)
class SiteEvidence:
    """
    What the proof says of one candidate.

    Parameters
    ----------
    site
        Column number.
    chosen
        Whether the plan opens it.
    label
        Its label.
    partners
        Interchangeable with any one of these: sites that a best plan opens instead of it, or
        leaves out for it. Where no single exchange does, all the sites of a best plan that come
        (or go) in its place.
    also
        Sites that then go (or come) as well; empty where a single exchange does.
    dominated_by
        The candidate that is better, -1 for none.
    loss_low, loss_high
        People lost if a chosen site is forced out, or another forced in: proven to lie between
        these, equal where it is exact; `inf` where the rules then allow no plan at all. [persons]
    """

    site: int
    chosen: bool
    label: Label
    partners: tuple[int, ...]
    also: tuple[int, ...]
    dominated_by: int
    loss_low: float
    loss_high: float


@dataclass(frozen=True, slots=True, eq=False)
class Why:
    """
    Who gains by one site of a plan.

    Parameters
    ----------
    points
        Demand points that it brings nearer to a site, by people gained.
    before, after
        Minutes without it and with it; `inf` where nothing was reached. [min]
    newly_covered
        People whom it brings within the cutoff. [persons]
    nearer
        People whom it brings nearer at all. [persons]
    """

    points: IntArray
    before: FloatArray
    after: FloatArray
    newly_covered: float
    nearer: float


def why(times: ArrayLike, weight: ArrayLike, cutoff: float, chosen: ArrayLike, site: int) -> Why:
    """
    Return who gains by a site, against the same plan without it.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites), dense. [min]
    weight
        Weight of each demand point, shape (n_demand,). [persons]
    cutoff
        Within is at most this. [min]
    chosen
        Column numbers of the plan.
    site
        One of them.

    Examples
    --------
    >>> found = why([[5.0, 30.0], [40.0, 10.0]], [7.0, 3.0], 15.0, [0, 1], 1)
    >>> found.points.tolist(), found.before.tolist(), found.after.tolist(), found.newly_covered
    ([1], [40.0], [10.0], 3.0)
    """
    minutes = np.asarray(times, dtype=np.float64)
    people = np.asarray(weight, dtype=np.float64)
    plan = np.asarray(chosen, dtype=np.int64)
    with_it, _ = nearest_open(minutes, plan)
    without, _ = nearest_open(minutes, plan[plan != site])
    gains = np.flatnonzero(with_it < without)
    gains = gains[np.lexsort((gains, -people[gains]))]
    new = (with_it <= cutoff) & (without > cutoff)
    return Why(
        gains, without[gains], with_it[gains], float(people[new].sum()), float(people[gains].sum())
    )


def site_evidence(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    new_sites: int,
    *,
    plan: Placement | None = None,
    only: Sequence[int] | None = None,
    time_limit_s: float | None = None,
    seed: int = 0,
    **options: object,
) -> tuple[SiteEvidence, ...]:
    """
    Solve again with each candidate forced in or out, and label it by what that loses.

    Parameters
    ----------
    times, weight, cutoff, new_sites
        As in `mclp`.
    plan
        A proven best plan of the same problem; solved for when it is not given.
    only
        Candidates to look at; by default every site that may be opened.
    time_limit_s
        Wall time for all together; what is left undecided is labelled `open`. [s]
    seed
        Random seed of the solver.
    **options
        Any other option of `mclp`.

    Returns
    -------
    tuple[SiteEvidence, ...]
        One a candidate, ascending.

    Raises
    ------
    InfeasibleError
        The rules contradict each other.
    InputError
        With every fault of the input.

    Examples
    --------
    >>> minutes = [[5.0, 6.0, 40.0, 40.0], [40.0, 40.0, 6.0, 40.0], [40.0, 40.0, 9.0, 9.0]]
    >>> found = site_evidence(minutes, [300, 200, 150], 15.0, 2)
    >>> [(one.site, str(one.label), one.partners, one.loss_high) for one in found]
    [(0, 'interchangeable', (1,), 0.0), (1, 'interchangeable', (0,), 0.0), \
(2, 'backbone', (), 200.0), (3, 'dominated', (), 200.0)]
    """
    search = Search(time_limit_s, seed=seed)
    task = cover_task(times, weight, cutoff, new_sites=new_sites, **options)  # type: ignore[arg-type]
    best = solve_cover(task, new_sites, search) if plan is None else plan
    chosen = np.zeros(task.sites.n_sites, dtype=np.bool_)
    chosen[np.asarray(best.chosen)] = True
    better = _better(task)
    fresh = np.flatnonzero(task.sites.upper & ~task.sites.existing & ~task.sites.required)
    sites = fresh if only is None else np.intersect1d(fresh, np.asarray(only, dtype=np.int64))
    return tuple(
        _evidence(task, int(site), new_sites, best, chosen, int(better[site]), search)
        for site in sites
    )


def _better(task: CoverTask) -> IntArray:
    """Tell which site is better than each, where the rules do not tell sites apart."""
    if task.merged is None or task.capacity is not None or not task.sites.plain:
        return np.full(task.sites.n_sites, -1, dtype=np.int64)
    by = dominators(task.merged, task.sites.cost)
    usable = task.sites.upper & ~task.sites.existing
    return np.where((by >= 0) & usable[by], by, -1)


def _evidence(
    task: CoverTask,
    site: int,
    new_sites: int,
    best: Placement,
    chosen: BoolArray,
    better: int,
    search: Search,
) -> SiteEvidence:
    is_chosen = bool(chosen[site])
    other = _forced(task, site, new_sites, search, out=is_chosen, chosen=chosen)
    if other is None:
        label = Label.BACKBONE if is_chosen else Label.NEVER
        return SiteEvidence(site, is_chosen, label, (), (), -1, np.inf, np.inf)
    rounding = ROUNDING * max(1.0, abs(best.objective))
    low = max(0.0, best.objective - other.bound)
    high = max(0.0, best.objective - other.objective)
    partners: tuple[int, ...] = ()
    also: tuple[int, ...] = ()
    by = -1
    if high <= rounding:
        low = high = 0.0
        label = Label.INTERCHANGEABLE
        partners = _exchanges(task, site, new_sites, best.objective - rounding, chosen)
        if not partners:
            now, then = set(np.flatnonzero(chosen).tolist()), set(np.asarray(other.chosen).tolist())
            come, go = sorted(then - now - {site}), sorted(now - then - {site})
            partners, also = tuple(come if is_chosen else go), tuple(go if is_chosen else come)
    elif low > rounding:
        label = Label.BACKBONE if is_chosen else Label.NEVER
        if not is_chosen and better >= 0:
            label, by = Label.DOMINATED, better
    else:
        label = Label.OPEN
    return SiteEvidence(site, is_chosen, label, partners, also, by, low, high)


def _exchanges(
    task: CoverTask, site: int, new_sites: int, least: float, chosen: BoolArray
) -> tuple[int, ...]:
    """Return the sites whose exchange with this one alone keeps the rules and loses nobody."""
    sites = task.sites
    movable = sites.upper & ~sites.existing & ~sites.required
    others = np.flatnonzero(movable & (chosen != chosen[site]))
    found = []
    for other in others.tolist():
        then = chosen.copy()
        then[[site, other]] = ~then[[site, other]]
        if not sites.broken(then, new_sites) and task.recount(np.flatnonzero(then))[0] >= least:
            found.append(other)
    return tuple(found)


def _forced(
    task: CoverTask,
    site: int,
    new_sites: int,
    search: Search,
    *,
    out: bool,
    chosen: BoolArray,
) -> Placement | None:
    """Solve with a site forced out or in; None where no plan keeps the rules then."""
    mark = np.zeros(chosen.size, dtype=np.bool_)
    mark[site] = True
    rules = task.sites
    if out:
        sites = replace(rules, forbidden=rules.forbidden | mark)
    else:
        sites = replace(rules, required=rules.required | mark)
    try:
        return solve_cover(replace(task, sites=sites), new_sites, search, settle=False)
    except InfeasibleError:
        return None
    except SolverError:
        return Placement(
            model="mclp",
            sense="max",
            chosen=np.zeros(0, dtype=np.int64),
            objective=0.0,
            bound=np.inf,
            status=Status.TIME_LIMIT,
        )
