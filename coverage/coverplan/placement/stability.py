"""How far a plan can be trusted when the inputs are not certain: many worlds instead of one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InputError, Problem
from coverplan.placement.cover_rows import CoverRows
from coverplan.placement.cover_task import CoverTask, cover_task
from coverplan.placement.covering_search import Search, solved
from coverplan.placement.mclp import add_demand, solve_cover
from coverplan.placement.program import Program
from coverplan.placement.result import Placement, Status

__all__ = ["Robust", "Stability", "least_regret", "stability"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
WorldOf = tuple[ArrayLike | sparse.sparray | sparse.spmatrix, ArrayLike]

# A site chosen in a smaller share of the worlds is to be checked first (待核).
STABLE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """
    A plan seen in many worlds.

    Parameters
    ----------
    plan
        Column numbers of the plan's sites.
    opened
        Which sites each world's own best plan opens, shape (n_worlds, n_sites).
    best
        Most people that any plan covers in each world, shape (n_worlds,). [persons]
    covered
        People that the plan covers in each world, shape (n_worlds,). [persons]
    regret
        Their difference, at least 0. [persons]
    flips
        Worlds in which another plan is better, by regret, largest first.
    proved
        Whether each world's best plan is a proven optimum, shape (n_worlds,).
    """

    plan: IntArray
    opened: BoolArray
    best: FloatArray
    covered: FloatArray
    regret: FloatArray
    flips: IntArray
    proved: BoolArray

    @property
    def proven(self) -> bool:
        """Whether every world's best plan is a proven optimum."""
        return bool(self.proved.all())

    @property
    def chosen_share(self) -> FloatArray:
        """Share of the worlds whose own best plan opens each site, shape (n_sites,)."""
        share: FloatArray = self.opened.mean(axis=0)
        return share

    @property
    def to_check(self) -> IntArray:
        """Sites of the plan that fewer than 60 % of the worlds choose (待核)."""
        return self.plan[self.chosen_share[self.plan] < STABLE]


@dataclass(frozen=True, slots=True, eq=False)
class Robust:
    """
    The plan whose largest regret over all worlds is least.

    Parameters
    ----------
    chosen
        Column numbers of the open sites.
    regret
        Its regret in each world, shape (n_worlds,). [persons]
    largest
        The largest of them, recounted. [persons]
    bound
        Proven: no plan has a smaller largest regret. [persons]
    status
        How far that is proven.
    """

    chosen: IntArray
    regret: FloatArray
    largest: float
    bound: float
    status: Status


def stability(
    worlds: Sequence[WorldOf],
    cutoff: float,
    new_sites: int,
    *,
    plan: ArrayLike | None = None,
    time_limit_s: float | None = None,
    seed: int = 0,
    **options: object,
) -> Stability:
    """
    Solve every world by itself and compare a plan with each world's best.

    Parameters
    ----------
    worlds
        Pairs of travel times, shape (n_demand, n_sites), and weights, shape (n_demand,). The
        sites are the same in all; demand points may differ.
    cutoff
        Within is at most this. [min]
    new_sites
        New sites at most.
    plan
        Column numbers of the plan's open sites; the best plan of the first world by default.
    time_limit_s
        Wall time for all worlds together. [s]
    seed
        Random seed of the solver.
    **options
        Any other option of `mclp`, the same in all worlds.

    Returns
    -------
    Stability
        Shares, regrets, and the worlds that would change the plan.

    Raises
    ------
    InfeasibleError
        The rules contradict each other.
    InputError
        With every fault of the input.

    Examples
    --------
    >>> near = ([[5.0, 40.0], [40.0, 5.0]], [100.0, 90.0])
    >>> other = ([[5.0, 40.0], [40.0, 5.0]], [100.0, 130.0])
    >>> found = stability([near, near, other], 15.0, 1)
    >>> found.chosen_share.round(2).tolist(), found.regret.tolist(), found.flips.tolist()
    ([0.67, 0.33], [0.0, 0.0, 30.0], [2])

    Notes
    -----
    To see which record to check first, give as worlds the base and then one world for each
    record's other plausible value: `flips` is the order in which to check.
    """
    search = Search(time_limit_s, seed=seed)
    tasks = _tasks(worlds, cutoff, new_sites, options)
    plans = _bests(tasks, new_sites, search)
    n_sites = tasks[0].sites.n_sites
    opened = np.zeros((len(tasks), n_sites), dtype=np.bool_)
    for world, own_best in enumerate(plans):
        opened[world, own_best.chosen] = True
    own = np.asarray(plans[0].chosen if plan is None else plan, dtype=np.int64)
    covered = np.array([task.recount(own)[0] for task in tasks])
    best = np.array([own_best.objective for own_best in plans])
    regret = np.maximum(0.0, best - covered)
    order = np.lexsort((np.arange(regret.size), -regret))
    return Stability(
        plan=own,
        opened=opened,
        best=best,
        covered=covered,
        regret=regret,
        flips=order[regret[order] > 1e-9 * np.maximum(1.0, best[order])],
        proved=np.array([own_best.status is Status.OPTIMAL for own_best in plans]),
    )


def least_regret(
    worlds: Sequence[WorldOf],
    cutoff: float,
    new_sites: int,
    *,
    time_limit_s: float | None = None,
    seed: int = 0,
    **options: object,
) -> Robust:
    """
    Find the plan whose largest regret over all worlds is least, with proof.

    Parameters
    ----------
    worlds, cutoff, new_sites
        As in `stability`.
    time_limit_s
        Wall time for everything. [s]
    seed
        Random seed of the solver.
    **options
        Any other option of `mclp` but `capacity` and `fair`.

    Returns
    -------
    Robust
        The plan with its regrets.

    Raises
    ------
    InfeasibleError
        The rules contradict each other.
    InputError
        With every fault of the input.

    Examples
    --------
    >>> one = ([[5.0, 40.0, 12.0], [40.0, 5.0, 12.0]], [100.0, 10.0])
    >>> two = ([[5.0, 40.0, 40.0], [40.0, 5.0, 12.0]], [10.0, 100.0])
    >>> found = least_regret([one, two], 15.0, 1)
    >>> found.chosen.tolist(), found.largest, found.bound
    ([2], 0.0, 0.0)
    """
    beyond = [name for name in ("capacity", "fair") if options.get(name) is not None]
    if beyond:
        found = f"{', '.join(beyond)}, least_regret"
        raise InputError(Problem("placement_covering.not_together", found=found))
    search = Search(time_limit_s, seed=seed)
    tasks = _tasks(worlds, cutoff, new_sites, options)
    plans = _bests(tasks, new_sites, search)
    program = Program(tasks[0].sites, new_sites)
    largest = program.columns(1, upper=np.inf)
    for task, plan in zip(tasks, plans, strict=True):
        first = add_demand(program, task)
        _regret_row(program, task.rows, first, largest, plan.objective)
    answer = solved(program, program.cost(largest, [1.0]), "min", search)
    chosen = np.flatnonzero(answer.chosen)
    regret = np.array(
        [plan.objective - task.recount(chosen)[0] for task, plan in zip(tasks, plans, strict=True)]
    )
    worst = max(0.0, float(regret.max()))
    bound = max(0.0, answer.bound)
    proven = all(plan.status is Status.OPTIMAL for plan in plans)
    if worst - bound <= 1e-6 * max(1.0, worst):
        bound = worst
    done = proven and bound == worst
    return Robust(chosen, regret, worst, bound, Status.OPTIMAL if done else Status.TIME_LIMIT)


def _regret_row(program: Program, rows: CoverRows, first: int, largest: int, best: float) -> None:
    """Append `largest >= best - (most - lost)`."""
    columns = np.append(first + np.arange(rows.n_rows), largest)
    values = np.append(-rows.weight, 1.0)
    program.add_row(columns, values, best - rows.most, np.inf)


def _tasks(
    worlds: Sequence[WorldOf], cutoff: float, new_sites: int, options: dict[str, object]
) -> list[CoverTask]:
    tasks = [
        cover_task(times, weight, cutoff, new_sites=new_sites, **options)  # type: ignore[arg-type]
        for times, weight in worlds
    ]
    if len({task.sites.n_sites for task in tasks}) != 1:
        values: dict[str, str | int | float] = {
            "option": "worlds",
            "expected": "at least one world, the same sites in all",
        }
        found = str([task.sites.n_sites for task in tasks])
        raise InputError(Problem("placement_covering.option", found=found, values=values))
    return tasks


def _bests(tasks: list[CoverTask], new_sites: int, search: Search) -> list[Placement]:
    """Solve each world, starting from the plan of the one before."""
    plans: list[Placement] = []
    start: BoolArray | None = None
    for task in tasks:
        plans.append(solve_cover(task, new_sites, search, start=start))
        start = np.zeros(task.sites.n_sites, dtype=np.bool_)
        start[np.asarray(plans[-1].chosen)] = True
    return plans
