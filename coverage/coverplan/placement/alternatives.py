"""Other plans that are nearly as good, and what each rule costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InfeasibleError, InputError, Problem
from coverplan.placement.cover_task import CoverTask, cover_task
from coverplan.placement.covering_search import Search, solved
from coverplan.placement.lscp import lscp
from coverplan.placement.mclp import add_demand, mclp, solve_cover
from coverplan.placement.program import Program
from coverplan.placement.result import Placement, Status

__all__ = ["NearPlan", "RulePrice", "near_plans", "rule_prices"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Options of `mclp` that are rules with a price, and the options that go with them.
RULES: Mapping[str, tuple[str, ...]] = {
    "zone_min": ("zone_min",),
    "zone_max": ("zone_max",),
    "spacing": ("spacing",),
    "budget": ("budget",),
    "required": ("required",),
    "forbidden": ("forbidden",),
    "backup": ("backup",),
    "group_floor": ("group_floor",),
    "fair": ("fair",),
}


@dataclass(frozen=True, slots=True)
class NearPlan:
    """
    A plan that is nearly as good as the best and differs from those before it.

    Parameters
    ----------
    chosen
        Column numbers of the open sites.
    people
        People covered. [persons]
    loss
        People fewer than the best plan. [persons]
    differs
        Sites in which it differs at least from every plan before it; 0 for the first.
    proven
        Whether it is proven that no plan covers more than `people + loss`.
    """

    chosen: tuple[int, ...]
    people: float
    loss: float
    differs: int
    proven: bool = True


@dataclass(frozen=True, slots=True)
class RulePrice:
    """
    What one rule costs.

    Parameters
    ----------
    rule
        Name of the option.
    people_with, people_without
        Most people covered with the rule and without it. [persons]
    people
        The difference: its price. [persons]
    sites
        New sites that would be saved without it at the same number of people; None where that
        was not proven or the option allows no such count.
    proven
        Whether both are proven optima.
    """

    rule: str
    people_with: float
    people_without: float
    people: float
    sites: int | None
    proven: bool


def near_plans(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    new_sites: int,
    *,
    plan: ArrayLike | None = None,
    within: float = 0.01,
    most: int = 3,
    time_limit_s: float | None = None,
    seed: int = 0,
    **options: object,
) -> tuple[NearPlan, ...]:
    """
    Return plans within a share of the best, each as different from those before as can be.

    Parameters
    ----------
    times, weight, cutoff, new_sites
        As in `mclp`.
    plan
        Column numbers of the plan that stands first; the best one by default.
    within
        Share of the best plan's people that a plan may cover less.
    most
        Plans at most, the first one included.
    time_limit_s
        Wall time for all together. [s]
    seed
        Random seed of the solver.
    **options
        Any other option of `mclp` but `capacity` and `fair`.

    Returns
    -------
    tuple[NearPlan, ...]
        The given or best one first. Fewer than `most` where no further plan is near enough.

    Raises
    ------
    InfeasibleError
        The rules contradict each other.
    InputError
        With every fault of the input.

    Examples
    --------
    >>> minutes = [[5.0, 6.0, 40.0], [40.0, 40.0, 6.0], [40.0, 14.0, 40.0]]
    >>> [(plan.chosen, plan.people, plan.differs)
    ...  for plan in near_plans(minutes, [300, 200, 1], 15.0, 2)]
    [((1, 2), 501.0, 0), ((0, 2), 500.0, 1)]
    """
    _no_such(options, ("capacity", "fair"))
    search = Search(time_limit_s, seed=seed)
    task = cover_task(times, weight, cutoff, new_sites=new_sites, **options)  # type: ignore[arg-type]
    best = solve_cover(task, new_sites, search)
    own = np.unique(np.asarray(best.chosen if plan is None else plan, dtype=np.int64))
    people, _ = task.recount(own)
    proven = best.status is Status.OPTIMAL
    plans = [NearPlan(tuple(own.tolist()), people, best.objective - people, 0, proven)]
    while len(plans) < most and search.left_s != 0.0:
        found = _farthest(task, new_sites, plans, best, within, search)
        if found is None:
            break
        plans.append(found)
    return tuple(plans)


def _farthest(
    task: CoverTask,
    new_sites: int,
    plans: list[NearPlan],
    best: Placement,
    within: float,
    search: Search,
) -> NearPlan | None:
    """Return the plan that differs most, and of those one that covers most."""
    least = best.objective * (1 - within)
    program = Program(task.sites, new_sites)
    first = add_demand(program, task)
    rows = task.rows
    lost = first + np.arange(rows.n_rows)
    slack = 1e-9 * max(1.0, rows.most)
    program.add_row(lost, rows.weight, -np.inf, rows.most - least + slack)
    differs = program.columns(1, upper=float(task.sites.n_sites), integer=True)
    program.lower[differs] = 1.0
    for plan in plans:
        columns = np.array([*plan.chosen, differs])
        program.add_row(columns, np.ones(columns.size), -np.inf, float(len(plan.chosen)))
    try:
        found = solved(program, program.cost(differs, [1.0]), "max", search, whole=True)
    except InfeasibleError:
        return None
    program.lower[differs] = found.value
    cost = program.cost(first, rows.weight)
    found = solved(program, cost, "min", search, start=found.chosen)
    chosen = np.flatnonzero(found.chosen)
    people, _ = task.recount(chosen)
    apart = min(len(set(plan.chosen) - set(chosen.tolist())) for plan in plans)
    loss = best.objective - people
    return NearPlan(tuple(chosen.tolist()), people, loss, apart, plans[0].proven)


def rule_prices(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    new_sites: int,
    *,
    time_limit_s: float | None = None,
    seed: int = 0,
    **options: object,
) -> tuple[RulePrice, ...]:
    """
    Return what each rule costs in people and in sites: solved with it and without it.

    Parameters
    ----------
    times, weight, cutoff, new_sites
        As in `mclp`.
    time_limit_s
        Wall time for each solve. [s]
    seed
        Random seed of the solver.
    **options
        Options of `mclp`; every rule among them is priced by itself.

    Returns
    -------
    tuple[RulePrice, ...]
        One a rule, in the order of the options.

    Raises
    ------
    InfeasibleError
        All rules together contradict each other.
    InputError
        With every fault of the input.

    Examples
    --------
    >>> minutes = [[5.0, 6.0, 40.0], [40.0, 40.0, 6.0], [9.0, 14.0, 40.0]]
    >>> prices = rule_prices(minutes, [300, 2, 100], 15.0, 1, zone=["a", "a", "b"],
    ...                      zone_min={"b": 1})
    >>> [(price.rule, price.people, price.sites) for price in prices]
    [('zone_min', 398.0, 0)]
    """
    whole = mclp(
        times,
        weight,
        cutoff,
        new_sites,
        time_limit_s=time_limit_s,
        seed=seed,
        **options,  # type: ignore[arg-type]
    )
    prices: list[RulePrice] = []
    for rule, given in options.items():
        if rule not in RULES or given is None:
            continue
        rest = {key: value for key, value in options.items() if key not in RULES[rule]}
        free = mclp(
            times,
            weight,
            cutoff,
            new_sites,
            time_limit_s=time_limit_s,
            seed=seed,
            **rest,  # type: ignore[arg-type]
        )
        proven = Status.OPTIMAL == whole.status == free.status
        saved = _saved(times, weight, cutoff, whole, rest, time_limit_s)
        difference = free.objective - whole.objective
        prices.append(RulePrice(rule, whole.objective, free.objective, difference, saved, proven))
    return tuple(prices)


def _saved(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    plan: Placement,
    options: Mapping[str, object],
    time_limit_s: float | None,
) -> int | None:
    """Return how many new sites fewer reach the same people under the other rules."""
    beyond = {"decay", "capacity", "group_floor", "fair"}
    if any(options.get(name) for name in beyond):
        return None
    total = float(np.asarray(weight, dtype=np.float64).sum())
    # Without `cost` the count of sites is what is minimised.
    rest = {key: value for key, value in options.items() if key != "group"}
    if "budget" not in rest:
        rest.pop("cost", None)
    else:
        return None
    share = min(1.0, plan.objective / total) if total > 0 else 0.0
    fewest = lscp(
        times,
        cutoff,
        weight=weight,
        share=min(share, 1 - 1e-12),
        time_limit_s=time_limit_s,
        **rest,  # type: ignore[arg-type]
    )
    if fewest.status is not Status.OPTIMAL:
        return None
    return int(np.asarray(plan.added).size - fewest.objective)


def _no_such(options: Mapping[str, object], names: tuple[str, ...]) -> None:
    used = [name for name in names if options.get(name) is not None]
    if used:
        values: dict[str, str | int | float] = {"option": ", ".join(used), "expected": "—"}
        raise InputError(Problem("placement_covering.option", found="given", values=values))
