"""Which sites in which year: most people over all years, and what a step-by-step order loses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InputError, Problem
from coverplan.placement.cover_task import CoverTask, check_count, cover_task
from coverplan.placement.covering_search import (
    ROUNDING,
    Found,
    Search,
    first_of_equals,
    is_whole,
    solved,
)
from coverplan.placement.mclp import solve_cover
from coverplan.placement.program import Program, Rule
from coverplan.placement.result import Status

__all__ = ["Phases", "phased", "replanned"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Phases:
    """
    A plan over several years.

    Parameters
    ----------
    opened
        New sites of each year.
    people
        People covered at the end of each year. [persons]
    total
        Sum over the years: what is maximised. [person-years]
    bound
        Proven: no order of building reaches more. [person-years]
    status
        How far that is proven.
    greedy
        People at the end of each year if every year takes the best for itself. [persons]
    final_best
        Most people any plan with as many sites covers in the last year. [persons]
    regret
        What the last year lacks against that plan, for being good earlier. [persons]
    """

    opened: tuple[tuple[int, ...], ...]
    people: tuple[float, ...]
    total: float
    bound: float
    status: Status
    greedy: tuple[float, ...]
    final_best: float
    regret: float


def phased(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    new_sites: Sequence[int],
    *,
    budgets: Sequence[float] | None = None,
    time_limit_s: float | None = None,
    seed: int = 0,
    **options: object,
) -> Phases:
    """
    Spread new sites over years so that the people covered, added over the years, are most.

    Sites already built are `existing`; what is opened once stays open.

    Parameters
    ----------
    times, weight, cutoff
        As in `mclp`.
    new_sites
        New sites at most of each year; what a year leaves unused is lost.
    budgets
        Money at most of each year, with `cost`.
    time_limit_s
        Wall time to stop at. [s]
    seed
        Random seed of the solver.
    **options
        Rules on sites of `mclp` but `close` and `budget`; they hold in the last year.

    Returns
    -------
    Phases
        Ties: the lexicographically smallest final set.

    Raises
    ------
    InfeasibleError
        The rules contradict each other.
    InputError
        With every fault of the input.

    Examples
    --------
    The middle site is best for one year, the outer two are best for two.

    >>> minutes = [[5.0, 9.0, 40.0], [5.0, 40.0, 40.0], [40.0, 9.0, 5.0], [40.0, 40.0, 5.0]]
    >>> plan = phased(minutes, [100, 60, 90, 60], 15.0, [1, 1])
    >>> plan.opened, plan.people, plan.greedy, plan.regret
    (((0,), (2,)), (160.0, 310.0), (190.0, 250.0), 0.0)
    """
    faults: list[Problem] = []
    for number in new_sites:
        check_count("new_sites", number, faults)
    _fits(options, budgets, len(new_sites), faults)
    if faults:
        raise InputError(faults)
    task = cover_task(times, weight, cutoff, new_sites=sum(new_sites), **options)  # type: ignore[arg-type]
    search = Search(time_limit_s, seed=seed)
    return _phases(task, list(new_sites), budgets, search, kept=None, give_up=0.0)


def replanned(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    new_sites: Sequence[int],
    planned: Sequence[Sequence[int]],
    *,
    give_up: float = 0.01,
    budgets: Sequence[float] | None = None,
    time_limit_s: float | None = None,
    seed: int = 0,
    **options: object,
) -> Phases:
    """
    Plan the remaining years anew after a year went differently, and change as little as possible.

    Parameters
    ----------
    times, weight, cutoff
        As in `mclp`; sites built so far, planned or not, are `existing`.
    new_sites
        New sites at most of each remaining year.
    planned
        What the old plan opens in each of these years.
    give_up
        Share of the best total that may be given up to keep more of the old plan.
    budgets
        Money at most of each remaining year, with `cost`.
    time_limit_s
        Wall time to stop at. [s]
    seed
        Random seed of the solver.
    **options
        As in `phased`.

    Returns
    -------
    Phases
        Of all plans within `give_up` of the best the one that opens most of the planned sites
        by their planned year, and of those the best.

    Raises
    ------
    InfeasibleError
        The rules contradict each other.
    InputError
        With every fault of the input.
    """
    faults: list[Problem] = []
    for number in new_sites:
        check_count("new_sites", number, faults)
    _fits(options, budgets, len(new_sites), faults)
    if len(planned) != len(new_sites):
        faults.append(_wrong("planned", str(len(planned)), f"{len(new_sites)} years"))
    if not 0 <= give_up < 1:
        faults.append(_wrong("give_up", str(give_up), "0 to 1"))
    if faults:
        raise InputError(faults)
    task = cover_task(times, weight, cutoff, new_sites=sum(new_sites), **options)  # type: ignore[arg-type]
    search = Search(time_limit_s, seed=seed)
    return _phases(task, list(new_sites), budgets, search, kept=planned, give_up=give_up)


def _phases(
    task: CoverTask,
    new_sites: list[int],
    budgets: Sequence[float] | None,
    search: Search,
    *,
    kept: Sequence[Sequence[int]] | None,
    give_up: float,
) -> Phases:
    years = len(new_sites)
    n_sites = task.sites.n_sites
    program, blocks, losses = _program(task, new_sites, budgets)
    cost = np.zeros(program.width)
    for first in losses:
        cost[first : first + task.rows.n_rows] = task.rows.weight
    whole = is_whole(task.weight) and task.worth is None
    tolerance = 0.5 if whole else 1e-9 * max(1.0, task.rows.most * years)
    found = solved(program, cost, "min", search, whole=whole)
    proven = found.value - found.bound < tolerance
    bound = years * task.rows.most - found.bound
    if kept is not None:
        least = years * task.rows.most - found.value
        lost = found.value + give_up * least + tolerance / 2
        program.add_row(np.flatnonzero(cost), cost[cost != 0], -np.inf, lost)
        keeping = np.zeros(program.width)
        for year, sites in enumerate(kept):
            keeping[blocks[year] + np.asarray(sites, dtype=np.int64)] += 1.0
        most = solved(program, keeping, "max", search, whole=True)
        proven = proven and most.bound - most.value < 0.5
        used = np.flatnonzero(keeping)
        program.add_row(used, keeping[used], most.value - 0.5, np.inf)
        found = solved(program, cost, "min", search, whole=whole)
        proven = proven and found.value - found.bound < tolerance
    elif found.value - found.bound < tolerance:
        chosen = first_of_equals(program, cost, "min", found, search, tolerance=tolerance)
        if (chosen != found.chosen).any():
            found = _with_final(program, cost, chosen, search, whole=whole)
    opened = _opened(found.x, blocks, n_sites, task.sites.existing)
    people = []
    now = task.sites.existing.copy()
    for sites in opened:
        now[list(sites)] = True
        people.append(task.recount(np.flatnonzero(now))[0])
    total = float(sum(people))
    bound = total if bound - total <= max(tolerance, ROUNDING * abs(total)) else bound
    done = sum(len(sites) for sites in opened)
    free = replace(task, sites=replace(task.sites, budget=np.inf))
    final = solve_cover(free, max(done, sum(new_sites)), search, settle=False).objective
    return Phases(
        opened=opened,
        people=tuple(people),
        total=total,
        bound=max(total, bound),
        status=Status.OPTIMAL
        if (bound <= total if kept is None else proven)
        else Status.TIME_LIMIT,
        greedy=_greedy(task, new_sites, budgets, search),
        final_best=final,
        regret=final - people[-1] if people else 0.0,
    )


def _program(
    task: CoverTask, new_sites: list[int], budgets: Sequence[float] | None
) -> tuple[Program, list[int], list[int]]:
    """Build the program: the last year in the site columns, earlier years behind them."""
    sites = task.sites
    n_sites, years = sites.n_sites, len(new_sites)
    program = Program(sites, sum(new_sites))
    blocks = [program.columns(n_sites, integer=True) for _ in range(years - 1)] + [0]
    every = np.arange(n_sites)
    fresh = np.flatnonzero(~sites.existing)
    for year in range(years - 1):
        first = blocks[year]
        program.lower[first + np.flatnonzero(sites.existing)] = 1.0
        program.upper[first + np.flatnonzero(~sites.upper)] = 0.0
    for year in range(years):
        before, now = (blocks[year - 1] if year else -1), blocks[year]
        if year:
            pair = np.concatenate([every + now, every + before])
            row = np.tile(every, 2)
            value = np.repeat([1.0, -1.0], n_sites)
            grows = sparse.coo_array((value, (row, pair)), shape=(n_sites, program.width))
            program.add(sparse.csr_array(grows), 0.0, np.inf)
        _limit(program, fresh, before, now, np.ones(fresh.size), new_sites[year], "new_sites")
        if budgets is not None:
            money = sites.cost[fresh]
            _limit(program, fresh, before, now, money, float(budgets[year]), "budget")
    losses = []
    for first in blocks:
        losses.append(program.columns(task.rows.n_rows))
        matrix = sparse.coo_array(task.rows.matrix(n_sites))
        column = np.where(
            matrix.col < n_sites, matrix.col + first, matrix.col - n_sites + losses[-1]
        )
        shape = (task.rows.n_rows, program.width)
        moved = sparse.coo_array((matrix.data, (matrix.row, column)), shape=shape)
        program.add(sparse.csr_array(moved), task.rows.right, np.inf)
    return program, blocks, losses


def _limit(
    program: Program,
    fresh: IntArray,
    before: int,
    now: int,
    value: FloatArray,
    most: float,
    kind: str,
) -> None:
    columns, values = fresh + now, value
    if before >= 0:
        columns = np.concatenate([columns, fresh + before])
        values = np.concatenate([values, -value])
    program.add_row(columns, values, -np.inf, most, Rule(kind, number=float(most)))


def _with_final(
    program: Program, cost: FloatArray, chosen: BoolArray, search: Search, *, whole: bool
) -> Found:
    """Solve again with the final set fixed, to know the years that belong to it."""
    lower, upper = program.lower.copy(), program.upper.copy()
    program.lower[: chosen.size] = program.upper[: chosen.size] = chosen.astype(np.float64)
    found = solved(program, cost, "min", search, whole=whole)
    program.lower, program.upper = lower, upper
    return found


def _opened(
    x: FloatArray, blocks: list[int], n_sites: int, existing: BoolArray
) -> tuple[tuple[int, ...], ...]:
    before = existing
    opened = []
    for first in blocks:
        now = x[first : first + n_sites] > 0.5
        opened.append(tuple(np.flatnonzero(now & ~before).tolist()))
        before = now
    return tuple(opened)


def _greedy(
    task: CoverTask, new_sites: list[int], budgets: Sequence[float] | None, search: Search
) -> tuple[float, ...]:
    """Return the people of each year when every year takes the best for itself."""
    people = []
    sites = replace(
        task.sites,
        required=np.zeros_like(task.sites.required),
        zone_min=np.zeros_like(task.sites.zone_min),
    )
    for year, count in enumerate(new_sites):
        money = np.inf if budgets is None else float(budgets[year])
        plan = solve_cover(
            replace(task, sites=replace(sites, budget=money)), count, search, settle=False
        )
        people.append(plan.objective)
        built = sites.existing.copy()
        built[np.asarray(plan.chosen)] = True
        sites = replace(sites, existing=built)
    return tuple(people)


def _fits(
    options: dict[str, object],
    budgets: Sequence[float] | None,
    years: int,
    faults: list[Problem],
) -> None:
    beyond = ("close", "budget", "capacity", "fair", "backup", "group_floor")
    faults.extend(
        Problem("placement_covering.not_together", found=f"{name}, phased")
        for name in beyond
        if options.get(name)
    )
    if years == 0:
        faults.append(_wrong("new_sites", "()", "one number a year"))
    if budgets is not None and (len(budgets) != years or options.get("cost") is None):
        faults.append(_wrong("budgets", str(list(budgets)), "one a year, with cost"))


def _wrong(option: str, found: str, expected: str) -> Problem:
    values: dict[str, str | int | float] = {"option": option, "expected": expected}
    return Problem("placement_covering.option", found=found, values=values)
