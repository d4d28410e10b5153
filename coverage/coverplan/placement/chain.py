"""Goals one after another: each is proven and fixed before the next is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InfeasibleError, InputError, Problem, SolverError
from coverplan.placement.cover_rows import CoverRows, cover_rows, graded_rows
from coverplan.placement.covering_search import (
    ROUNDING,
    Found,
    Search,
    first_of_equals,
    is_whole,
    solved,
)
from coverplan.placement.demand import (
    checked_cutoff,
    checked_times,
    checked_weight,
    raise_faults,
    unwrapped,
)
from coverplan.placement.linear import Progress
from coverplan.placement.options import Marks, SiteRules, few, site_rules
from coverplan.placement.program import Program, Rule
from coverplan.placement.recount import Times, nearest_open
from coverplan.placement.result import Placement, Status, relative_gap
from coverplan.placement.signatures import signatures
from coverplan.placement.steps import Step, ordered_steps

__all__ = ["Chain", "Goal", "Stage", "Step", "place_by_goals"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Goal(StrEnum):
    """What a stage of the chain asks for."""

    PRESENCE = "presence"
    """The fewest new sites that give every zone that needs one a site."""
    PEOPLE = "people"
    """The most people within the cutoff of a site."""
    TIME = "time"
    """The least mean travel time to the nearest site."""


@dataclass(frozen=True, slots=True)
class Stage:
    """
    One goal, and what the stage proved of it.

    Parameters
    ----------
    goal
        Which.
    value
        New sites; or people within the cutoff; or mean minutes, recounted from the raw times.
    bound
        No placement that keeps the rules and the earlier goals is better than this.
    status
        How far that is proven.
    """

    goal: Goal
    value: float
    bound: float
    status: Status


@dataclass(frozen=True, slots=True)
class Chain:
    """
    A placement by several goals in order of rank.

    Parameters
    ----------
    placement
        The sites; its objective is the last goal's.
    stages
        One a goal that was asked, in order.
    steps
        One a new site: first those that townships need, then those that serve most; within each
        by the people they add.
    needed
        The fewest new sites with which every zone that needs one has one.
    unplaced
        New sites that were allowed but could not be told apart without travel times, or that
        serve nobody further.
    """

    placement: Placement
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    needed: int
    unplaced: int


@dataclass(slots=True)
class _State:
    """What the stages hand on to one another."""

    sites: SiteRules
    search: Search
    program: Program
    cost: FloatArray = field(default_factory=lambda: np.zeros(0))
    found: Found | None = None
    tolerance: float = 1e-9
    stages: list[Stage] = field(default_factory=list)
    complete: bool = True


def place_by_goals(
    zone: ArrayLike,
    *,
    needs: Sequence[str | int] | None = None,
    existing: Marks = None,
    new_sites: int | None = None,
    times: ArrayLike | sparse.sparray | sparse.spmatrix | None = None,
    weight: ArrayLike | None = None,
    cutoff: float | None = None,
    goals: Sequence[Goal | str] = (Goal.PRESENCE, Goal.PEOPLE, Goal.TIME),
    required: Marks = None,
    forbidden: Marks = None,
    zone_max: dict[str | int, int] | int | None = None,
    cost: ArrayLike | None = None,
    budget: float | None = None,
    spacing: tuple[float, ArrayLike] | None = None,
    limit: float | None = None,
    names: Sequence[str] | None = None,
    time_limit_s: float | None = None,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Chain:
    """
    Place sites by goals in order of rank: every township one, then most people, then least time.

    Each goal is solved to proof and fixed before the next is asked, so a later goal only chooses
    among the placements that are best for the earlier ones.

    Parameters
    ----------
    zone
        Zone (township) of each site, shape (n_sites,), text or whole numbers. Sites are the
        existing ones and the candidates together.
    needs
        Zones that need a site, existing ones included; every zone of `zone` by default. A zone
        without any site in it is named in the error.
    existing
        Sites open before: a mask of shape (n_sites,) or column numbers.
    new_sites
        New sites at most; None for the fewest that the first goal needs.
    times
        Travel times, shape (n_demand, n_sites), `inf` where unreachable, or CSR. Without them
        (where only kilometres are known) only the first goal is asked, and of the candidates of a
        township the first stands for the township. [min]
    weight
        Weight of each demand point, shape (n_demand,). [persons]
    cutoff
        Within is at most this; in the unit of `times`. [min]
    goals
        Goals in order of rank, `"presence"` first.
    required, forbidden
        Sites that must, or must not, be open afterwards: masks or column numbers.
    zone_max
        Most sites of a zone.
    cost, budget
        Money of each new site, and money at most.
    spacing
        `(distance, site_distances)`: new sites keep this distance from every other.
    limit
        Up to where sparse `times` are known; their largest value, rounded up, by default. [min]
    names
        Names of the sites for messages.
    time_limit_s
        Wall time for all goals together. [s]
    seed
        Random seed of the solver.
    on_progress
        Called with a `Progress` now and then.

    Returns
    -------
    Chain
        The placement, what each stage proved, and the new sites in order with their reason.

    Raises
    ------
    InfeasibleError
        Zones that need a site but have no candidate, `new_sites` below the fewest that are
        needed, or rules that contradict each other: each is named.
    InputError
        With every fault of the input.

    Examples
    --------
    Three townships; the first has a site (column 0), the others need one. A third new site goes
    where it serves most.

    >>> minutes = np.array([[2.0, 40, 40, 40, 40], [40, 5, 25, 40, 40], [40, 25, 5, 40, 40],
    ...                     [40, 40, 40, 5, 40], [40, 40, 40, 40, 5]])
    >>> chain = place_by_goals(["a", "b", "b", "c", "c"], existing=[0], times=minutes,
    ...                        weight=[900, 500, 80, 300, 250], cutoff=15.0, new_sites=3)
    >>> chain.placement.chosen.tolist(), chain.needed
    ([0, 1, 3, 4], 2)
    >>> [(step.site, step.rule, step.people) for step in chain.steps]
    [(1, 'township', 500.0), (3, 'township', 300.0), (4, 'people', 250.0)]
    >>> [(str(stage.goal), round(stage.value, 3)) for stage in chain.stages]
    [('presence', 2.0), ('people', 1950.0), ('time', 4.458)]

    Without travel times only the townships are known:

    >>> place_by_goals(["a", "b", "c"], existing=[0], new_sites=5).unplaced
    3

    Notes
    -----
    Ctrl-C returns the best found so far, with its bound, as `time_limit`; the goals that come after
    it are then not asked.

    The mean travel time counts an unreachable demand point as the longest time that is known.
    Ties: the fewest sites, then the lexicographically smallest set; with travel times on small
    counties only (see `covering_search.first_of_equals`).
    """
    search = Search(time_limit_s=time_limit_s, seed=seed, on_progress=on_progress)
    faults: list[Problem] = []
    wanted = _goals(goals, faults)
    zones = np.asarray(zone)
    zones = zones.astype(str) if zones.dtype == object else zones
    needed_zones = _needed(zones, needs, faults)
    minutes = people = None
    within = 0.0
    if times is not None:
        times, limit = unwrapped(times, limit)
        minutes = checked_times(times, faults)
        people = checked_weight("weight", weight, minutes.shape[0], faults)
        if minutes.shape[1] != zones.size:
            found = str(minutes.shape)
            faults.append(
                Problem("placement_covering.zone_shape", found=found, values={"size": zones.size})
            )
        if cutoff is None and Goal.PEOPLE in wanted:
            faults.append(Problem("placement_covering.cutoff", found="None"))
        elif cutoff is not None:
            within = checked_cutoff(cutoff, minutes, limit, faults)
    raise_faults(faults)
    sites = site_rules(
        zones.size,
        existing=existing,
        required=required,
        forbidden=forbidden,
        zone=zones,
        zone_min=dict.fromkeys(needed_zones, 1),
        zone_max=zone_max,
        cost=cost,
        budget=budget,
        spacing=spacing,
        names=names,
    )
    _refuse_empty(sites)
    needed, state = _presence(sites, search, new_sites)
    allowed = needed if new_sites is None else int(new_sites)
    if minutes is not None and people is not None:
        state.program = Program(sites, allowed)
        _ask(state, wanted, minutes, people, within, limit)
    chosen = _settled(state)
    return _chain(state, chosen, needed, allowed, minutes, people, within)


def _ask(
    state: _State,
    wanted: Sequence[Goal],
    times: Times,
    weight: FloatArray,
    cutoff: float,
    limit: float | None,
) -> None:
    """Ask one goal after another, until all are answered or the user has had enough."""
    stop = state.search.stop
    state.complete = False
    try:
        for goal in wanted:
            if stop.is_set():
                return
            if goal is Goal.PEOPLE:
                _people(state, times, weight, cutoff)
            elif goal is Goal.TIME:
                _time(state, times, weight, limit)
    except KeyboardInterrupt:  # between two solves: what the goals so far gave stands
        stop.set()
    except SolverError:
        if not stop.is_set():
            raise
    state.complete = not stop.is_set()


def _goals(goals: Sequence[Goal | str], faults: list[Problem]) -> list[Goal]:
    known = {str(goal) for goal in Goal}
    wrong = [str(goal) for goal in goals if str(goal) not in known]
    if wrong or not goals or str(goals[0]) != "presence" or len(set(goals)) != len(goals):
        values = {"option": "goals", "expected": "presence, then people and time in any order"}
        found = few(wrong or [str(goal) for goal in goals])
        faults.append(Problem("placement_covering.option", found=found, values=values))
        return [Goal.PRESENCE]
    return [Goal(goal) for goal in goals]


def _needed(
    zones: NDArray[np.generic], needs: Sequence[str | int] | None, faults: list[Problem]
) -> list[str | int]:
    if zones.ndim != 1 or zones.size == 0:
        values = {"option": "zone", "expected": "one value a site"}
        faults.append(Problem("placement_covering.option", found=str(zones.shape), values=values))
        return []
    known: list[str | int] = np.unique(zones).tolist()
    if needs is None:
        return known
    without = [name for name in needs if name not in set(known)]
    if without:
        found = few([str(name) for name in without])
        raise InfeasibleError(Problem("placement_covering.zone_without_candidate", found=found))
    return list(needs)


def _refuse_empty(sites: SiteRules) -> None:
    """Name the zones that need a site but have none that may be open."""
    usable = np.bincount(sites.zone[sites.upper], minlength=len(sites.zone_names))
    empty = np.flatnonzero((sites.zone_min > 0) & (usable < sites.zone_min))
    if empty.size:
        found = few([str(sites.zone_names[code]) for code in empty.tolist()])
        raise InfeasibleError(Problem("placement_covering.zone_without_candidate", found=found))


def _presence(sites: SiteRules, search: Search, new_sites: int | None) -> tuple[int, _State]:
    if new_sites is not None and (int(new_sites) != new_sites or new_sites < 0):
        values = {"option": "new_sites"}
        raise InputError(Problem("placement_covering.count", found=str(new_sites), values=values))
    program = Program(sites, None)
    cost = np.where(sites.existing, 0.0, 1.0)
    found = solved(program, cost, "min", search, whole=True)
    needed = int(found.value)
    if new_sites is not None and needed > new_sites and found.bound > new_sites:
        problem = Problem(
            "placement_covering.too_few_new_sites",
            found=str(new_sites),
            values={"needed": int(found.bound)},
        )
        raise InfeasibleError(problem)
    state = _State(sites, search, program, cost, found, tolerance=0.5)
    state.stages.append(_stage(Goal.PRESENCE, found.value, found))
    return needed, state


def _people(state: _State, times: Times, weight: FloatArray, cutoff: float) -> None:
    rows = cover_rows(signatures(times, cutoff, weight, members=False))
    whole = is_whole(weight)
    found = _advance(state, rows, whole=whole)
    total = float(weight.sum())
    minutes, _ = nearest_open(times, np.flatnonzero(found.chosen))
    value = float(weight[minutes <= cutoff].sum())
    bound = max(value, total - (total - rows.most) - found.bound)
    _fix(state, Goal.PEOPLE, value, 0.5 if whole else 1e-9 * max(1.0, total))
    state.stages.append(_stage(Goal.PEOPLE, value, found, bound))


def _time(state: _State, times: Times, weight: FloatArray, limit: float | None) -> None:
    longest = _longest(times, limit)
    rows = graded_rows(
        times,
        weight,
        lambda minutes: longest - minutes,
        usable=state.sites.upper,
        sure=_sure(state.sites),
    )
    found = _advance(state, rows, whole=False)
    total = max(float(weight.sum()), np.finfo(float).tiny)
    minutes, _ = nearest_open(times, np.flatnonzero(found.chosen))
    value = float(weight @ np.minimum(minutes, longest)) / total
    bound = min(value, longest - (rows.most - found.bound) / total)
    state.tolerance = max(1e-7, 1e-9 * longest * total)
    _fix(state, Goal.TIME, value, state.tolerance)
    state.stages.append(_stage(Goal.TIME, value, found, bound))


def _advance(state: _State, rows: CoverRows, *, whole: bool) -> Found:
    """Minimise what is lost on some rows, among what the earlier goals leave."""
    first = state.program.add_cover(rows)
    state.cost = state.program.cost(first, rows.weight)
    start = state.found.chosen if state.found is not None else None
    found = solved(state.program, state.cost, "min", state.search, start=start, whole=whole)
    state.found = found
    return found


def _fix(state: _State, goal: Goal, value: float, tolerance: float) -> None:
    """Keep what a goal has reached; its objective stays the state's for telling equals apart."""
    found = state.found
    if found is None:
        return
    used = np.flatnonzero(state.cost)
    rule = Rule("earlier_goal", str(goal), value)
    limit = found.value + tolerance / 2
    state.program.add_row(used, state.cost[used], -np.inf, limit, rule)
    state.tolerance = tolerance


def _longest(times: Times, limit: float | None) -> float:
    values = times.data if isinstance(times, sparse.csr_array) else times[np.isfinite(times)]
    known = float(values.max()) if values.size else 0.0
    sparse_limit = isinstance(times, sparse.csr_array) and limit is not None
    return max(known, float(limit)) if sparse_limit and limit is not None else known


def _sure(sites: SiteRules) -> list[IntArray]:
    """Return sets of columns of which one is open in every placement that keeps the rules."""
    sets = [np.array([column]) for column in np.flatnonzero(sites.lower)]
    needed = np.flatnonzero(sites.zone_min > 0).tolist()
    return sets + [np.flatnonzero((sites.zone == code) & sites.upper) for code in needed]


def _stage(goal: Goal, value: float, found: Found, bound: float | None = None) -> Stage:
    proven = value if bound is None else bound
    if bound is None:
        proven = min(found.bound, value)
    gap = relative_gap(value, proven)
    if abs(value - proven) <= ROUNDING * max(1.0, abs(value)):
        proven, gap = value, 0.0
    return Stage(goal, value, proven, Status.OPTIMAL if gap == 0.0 else Status.TIME_LIMIT)


def _settled(state: _State) -> BoolArray:
    if state.found is None:
        raise AssertionError
    if not state.complete or any(stage.status is not Status.OPTIMAL for stage in state.stages):
        return state.found.chosen
    return first_of_equals(
        state.program,
        state.cost,
        "min",
        state.found,
        state.search,
        tolerance=state.tolerance,
        always=len(state.stages) == 1,
    )


def _chain(
    state: _State,
    chosen: BoolArray,
    needed: int,
    allowed: int,
    times: Times | None,
    weight: FloatArray | None,
    cutoff: float,
) -> Chain:
    sites = state.sites
    opened = np.flatnonzero(chosen)
    added = np.flatnonzero(sites.new(chosen))
    allocation: IntArray = np.zeros(0, dtype=np.int64)
    if times is not None:
        _, allocation = nearest_open(times, opened)
    last = state.stages[-1]
    proven = state.complete and all(stage.status is Status.OPTIMAL for stage in state.stages)
    placement = Placement(
        model="goals",
        sense="max" if last.goal is Goal.PEOPLE else "min",
        chosen=opened,
        added=added,
        objective=last.value,
        bound=last.bound,
        mip_gap=relative_gap(last.value, last.bound),
        status=Status.OPTIMAL if proven else Status.TIME_LIMIT,
        allocation=allocation,
        seconds=state.search.seconds,
    )
    steps = ordered_steps(sites, opened, added, times, weight, cutoff)
    return Chain(placement, tuple(state.stages), steps, needed, allowed - added.size)
