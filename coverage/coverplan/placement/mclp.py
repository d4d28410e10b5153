"""MCLP: the most people within a cutoff of so many sites."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import Problem
from coverplan.placement.capacity import add_flows
from coverplan.placement.cover_rows import cover_rows
from coverplan.placement.cover_task import CoverTask, check_count, cover_task
from coverplan.placement.covering_search import (
    ROUNDING,
    Found,
    Search,
    first_of_equals,
    is_whole,
    solved,
)
from coverplan.placement.decay import Decay
from coverplan.placement.demand import (
    checked_cutoff,
    checked_times,
    checked_weight,
    raise_faults,
)
from coverplan.placement.fairness import add_floors, worst_first
from coverplan.placement.most_covered import most_covered
from coverplan.placement.options import Marks, SiteRules, site_rules
from coverplan.placement.program import Program
from coverplan.placement.recount import Times, nearest_open
from coverplan.placement.result import Placement, Status, relative_gap
from coverplan.placement.signatures import signatures_streamed

__all__ = ["add_demand", "mclp", "mclp_streamed", "solve_cover"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Chunk = tuple[ArrayLike | sparse.sparray | sparse.spmatrix, ArrayLike]


def mclp(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
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
    backup: int = 0,
    decay: Decay | None = None,
    capacity: ArrayLike | None = None,
    group: ArrayLike | None = None,
    group_floor: Mapping[str | int, float] | float | None = None,
    fair: str | int | None = None,
    limit: float | None = None,
    names: Sequence[str] | None = None,
    time_limit_s: float | None = None,
    mip_gap: float = 0.0,
    seed: int = 0,
) -> Placement:
    """
    Choose new sites so that most people are within the cutoff of an open site.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites), `inf` where unreachable; or CSR, where a stored
        0.0 is zero minutes and an absent entry lies beyond `limit`. [min]
    weight
        Weight of each demand point, shape (n_demand,). [persons]
    cutoff
        Within is at most this; in the unit of `times`. [min]
    new_sites
        New sites at most, beyond the existing ones.
    existing
        Sites open before: a mask of shape (n_sites,) or column numbers.
    required, forbidden
        Sites that must, or must not, be open afterwards, likewise.
    zone, zone_min, zone_max
        Zone of each site, and the least and most open sites of a zone, existing ones included:
        one number, or zone -> number.
    cost, budget
        Money of each new site, shape (n_sites,), and money at most.
    spacing
        `(distance, site_distances)`: a new site keeps this distance from every open site.
    close
        Existing sites that may close: a mask, column numbers, or column -> money.
    backup
        A demand point counts only with so many further open sites within the cutoff.
    decay
        Coverage that fades: minutes at which a linear fall from the cutoff reaches 0, or steps
        `(minutes, share)`.
    capacity
        Most people that a site can serve, shape (n_sites,), `inf` for any number; a demand point
        may be shared between sites. [persons]
    group, group_floor
        Group (township) of each demand point, shape (n_demand,), and the share of its weight that
        must be covered: one share, or group -> share.
    fair
        `"worst_first"` raises the covered share of the worst group before that of the next, and
        people count last; a number k raises the mean share of the k worst groups, then people.
    limit
        Up to where sparse `times` are known; their largest value, rounded up, by default. [min]
    names
        Names of the sites for messages.
    time_limit_s
        Wall time to stop at. [s]
    mip_gap
        Relative gap that is good enough; 0 asks for a proof.
    seed
        Random seed of the solver.

    Returns
    -------
    Placement
        `objective` is the weight covered (with `decay`: weight times share; with `capacity`:
        people served), recounted from `times`; `allocation` the nearest open site of each covered
        demand point. Ties, up to some thousand entries of the
        merged model: the fewest sites, then the lexicographically smallest set; on larger ones any
        optimum, the same on every machine.

    Raises
    ------
    InfeasibleError
        The rules contradict each other (an irreducible set is named), or a floor cannot be
        reached.
    InputError
        With every fault of the input.

    Examples
    --------
    >>> minutes = [[5.0, 40.0, 12.0], [40.0, 6.0, 14.0], [50.0, 9.0, 60.0]]
    >>> found = mclp(minutes, [300, 200, 150], cutoff=15.0, new_sites=1)
    >>> found.chosen.tolist(), found.objective, str(found.status), found.allocation.tolist()
    ([2], 500.0, 'optimal', [2, 2, -1])

    Notes
    -----
    Church & ReVelle 1974, doi:10.1007/BF01942293. Demand points with the same covering set are
    merged first, which changes nothing; the bound is the solver's or the multipliers'.
    """
    search = Search(time_limit_s, mip_gap, seed)
    task = cover_task(
        times,
        weight,
        cutoff,
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
        backup=backup,
        decay=decay,
        capacity=capacity,
        group=group,
        group_floor=group_floor,
        fair=fair,
        limit=limit,
        names=names,
        new_sites=new_sites,
    )
    return solve_cover(task, new_sites, search)


def solve_cover(
    task: CoverTask,
    new_sites: int,
    search: Search,
    *,
    start: BoolArray | None = None,
    settle: bool = True,
) -> Placement:
    """
    Solve a checked most-people problem.

    Parameters
    ----------
    task
        The problem.
    new_sites
        New sites at most.
    search
        Limits.
    start
        Sites to start from, shape (n_sites,).
    settle
        Whether to choose among equally good sets; otherwise any of them is returned.

    Returns
    -------
    Placement
        As `mclp`.

    Raises
    ------
    InfeasibleError
        The rules contradict each other.
    """
    if task.simple and int(task.sites.new(task.sites.lower).sum()) <= new_sites:
        most = most_covered(task.rows, task.sites, new_sites, search, start=start, settle=settle)
        return _placement(task, most.chosen, most.bound, search)
    program = Program(task.sites, new_sites)
    if task.capacity is not None and task.merged is not None:
        usable = np.flatnonzero(task.sites.upper)
        cost = add_flows(program, task.merged, task.capacity, usable)
        return _maximised(task, program, cost, search, start, settle=settle)
    rows = task.rows
    first = add_demand(program, task)
    proven = True
    if task.fair is not None:
        only = None if task.fair == "worst_first" else int(task.fair)
        fair, proven = worst_first(program, rows, first, task.group_weight, search, only=only)
        start = fair.chosen
    cost = program.cost(first, -rows.weight)
    return _maximised(
        task, program, cost, search, start, offset=rows.most, proven=proven, settle=settle
    )


def mclp_streamed(
    chunks: Callable[[], Iterable[Chunk]],
    n_sites: int,
    cutoff: float,
    new_sites: int,
    *,
    existing: Marks = None,
    required: Marks = None,
    forbidden: Marks = None,
    time_limit_s: float | None = None,
    seed: int = 0,
) -> Placement:
    """
    Solve a most-people problem whose demand points are too many to hold.

    Parameters
    ----------
    chunks
        Called twice, to merge and to recount: pairs of travel times, shape (n_chunk, n_sites), and
        weights, shape (n_chunk,). The same both times.
    n_sites
        Number of columns.
    cutoff
        Within is at most this. [min]
    new_sites
        New sites at most, beyond the existing ones.
    existing, required, forbidden
        As in `mclp`.
    time_limit_s
        Wall time to stop at. [s]
    seed
        Random seed of the solver.

    Returns
    -------
    Placement
        Without `allocation`.

    Raises
    ------
    InputError
        With every fault of the input.

    Examples
    --------
    >>> def chunks():
    ...     yield np.array([[5.0, 40.0], [7.0, 50.0]]), np.array([10.0, 20.0])
    ...     yield np.array([[90.0, 3.0]]), np.array([25.0])
    >>> mclp_streamed(chunks, 2, 15.0, 1).objective
    30.0
    """
    search = Search(time_limit_s, seed=seed)
    faults: list[Problem] = []
    check_count("new_sites", new_sites, faults)
    raise_faults(faults)
    sites = site_rules(n_sites, existing=existing, required=required, forbidden=forbidden)
    if int(sites.new(sites.lower).sum()) > new_sites:
        raise Program(sites, new_sites).contradiction(seed)
    rows = cover_rows(signatures_streamed(_checked(chunks(), cutoff), cutoff, n_sites))
    found = most_covered(rows, sites, new_sites, search)
    opened = np.flatnonzero(found.chosen)
    value = 0.0
    for times, weight in _checked(chunks(), cutoff):
        minutes, _ = nearest_open(times, opened)
        value += float(weight[minutes <= cutoff].sum())
    return _result(sites, found.chosen, value, found.bound, np.zeros(0, dtype=np.int64), search)


def _checked(chunks: Iterable[Chunk], cutoff: float) -> Iterable[tuple[Times, FloatArray]]:
    for times, weight in chunks:
        faults: list[Problem] = []
        minutes = checked_times(times, faults)
        people = checked_weight("weight", weight, minutes.shape[0], faults)
        checked_cutoff(cutoff, minutes, np.inf, faults)
        raise_faults(faults)
        yield minutes, people


def add_demand(program: Program, task: CoverTask) -> int:
    """
    Append the demand of a task, and its floors, to a program; return its first loss column.

    Parameters
    ----------
    program
        What to append to.
    task
        The problem.
    """
    rows = task.rows
    if task.backup == 0:
        first = program.add_cover(rows)
    else:
        # Lost unless 1 + backup sites of the set are open: the loss must be whole.
        first = program.columns(rows.n_rows, integer=True)
        matrix = rows.matrix(program.n_sites)
        gap = sparse.csr_array((rows.n_rows, first - program.n_sites))
        need = float(1 + task.backup)
        own, loss = matrix[:, : program.n_sites], matrix[:, program.n_sites :] * need
        program.add(sparse.csr_array(sparse.hstack([own, gap, loss])), need, np.inf)
    if task.least.any():
        add_floors(program, rows, first, task.least, task.group_weight, task.group_names)
    return first


def _maximised(
    task: CoverTask,
    program: Program,
    cost: FloatArray,
    search: Search,
    start: BoolArray | None,
    *,
    offset: float = 0.0,
    proven: bool = True,
    settle: bool = True,
) -> Placement:
    whole = is_whole(task.weight) and task.worth is None
    if task.capacity is not None:
        whole = whole and is_whole(task.capacity[np.isfinite(task.capacity)])
    # Losses of exact rows sum up to whole numbers only if the offset is whole too: it is.
    found = solved(program, cost, "max", search, start=start, whole=whole)
    tolerance = 0.5 if whole else max(1e-7, 1e-9 * float(task.weight.sum()))
    chosen = found.chosen
    if settle and proven and found.bound - found.value <= tolerance and search.mip_gap == 0.0:
        chosen = first_of_equals(program, cost, "max", found, search, tolerance=tolerance)
        found = Found(chosen, found.value, found.value, found.x)
    bound = offset + found.bound
    return _placement(task, chosen, bound, search, proven=proven)


def _placement(
    task: CoverTask, chosen: BoolArray, bound: float, search: Search, *, proven: bool = True
) -> Placement:
    value, allocation = task.recount(np.flatnonzero(chosen))
    return _result(task.sites, chosen, value, bound, allocation, search, proven=proven)


def _result(
    sites: SiteRules,
    chosen: BoolArray,
    value: float,
    bound: float,
    allocation: IntArray,
    search: Search,
    *,
    proven: bool = True,
) -> Placement:
    ceiling = max(value, bound)
    gap = relative_gap(value, ceiling)
    if ceiling - value <= ROUNDING * max(1.0, abs(value)):
        ceiling, gap = value, 0.0
    status = Status.OPTIMAL
    if gap > 0 or not proven:
        status = Status.WITHIN_GAP if 0 < gap <= search.mip_gap and proven else Status.TIME_LIMIT
    return Placement(
        model="mclp",
        sense="max",
        chosen=np.flatnonzero(chosen),
        added=np.flatnonzero(sites.new(chosen)),
        closed=np.flatnonzero(sites.existing & ~chosen),
        objective=value,
        bound=ceiling,
        mip_gap=gap,
        status=status,
        allocation=np.asarray(allocation, dtype=np.int64),
        seconds=search.seconds,
    )
