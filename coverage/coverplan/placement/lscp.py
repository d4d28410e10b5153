"""LSCP: the fewest (or cheapest) sites that cover every demand point, or a share of the people."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InfeasibleError, Problem
from coverplan.placement.cover_rows import CoverRows, cover_rows
from coverplan.placement.cover_task import check_count, checked_rules
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
    checked_labels,
    checked_times,
    checked_weight,
    raise_faults,
    unwrapped,
)
from coverplan.placement.options import Marks, SiteRules, few
from coverplan.placement.program import Program, Rule
from coverplan.placement.recount import Times, nearest_open, times_covered
from coverplan.placement.result import Placement, Status, relative_gap
from coverplan.placement.signatures import signatures

__all__ = ["lscp"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def lscp(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    cutoff: float,
    *,
    weight: ArrayLike | None = None,
    share: float = 1.0,
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
    group: ArrayLike | None = None,
    limit: float | None = None,
    names: Sequence[str] | None = None,
    demand_names: Sequence[str] | None = None,
    time_limit_s: float | None = None,
    mip_gap: float = 0.0,
    seed: int = 0,
) -> Placement:
    """
    Choose the fewest new sites, or the cheapest, so that all are within the cutoff of a site.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites), `inf` where unreachable; or CSR, where a stored
        0.0 is zero minutes and an absent entry lies beyond `limit`. [min]
    cutoff
        Within is at most this; in the unit of `times`. [min]
    weight
        Weight of each demand point, shape (n_demand,), for `share`; 1 each by default. [persons]
    share
        Share of the weight that must be covered; 1 asks for every demand point, whatever its
        weight.
    existing
        Sites open before: a mask of shape (n_sites,) or column numbers.
    required, forbidden
        Sites that must, or must not, be open afterwards, likewise.
    zone, zone_min, zone_max
        Zone of each site, and the least and most open sites of a zone, existing ones included.
    cost
        Money of each new site, shape (n_sites,). With it the cheapest set is chosen (money for
        opening and closing), without it the fewest new sites.
    budget
        Money at most.
    spacing
        `(distance, site_distances)`: a new site keeps this distance from every open site.
    close
        Existing sites that may close: a mask, column numbers, or column -> money.
    backup
        Every demand point needs so many further open sites within the cutoff.
    group
        Group (township) of each demand point, to name in messages.
    limit
        Up to where sparse `times` are known; their largest value, rounded up, by default. [min]
    names, demand_names
        Names of the sites and of the demand points for messages.
    time_limit_s
        Wall time to stop at. [s]
    mip_gap
        Relative gap that is good enough; 0 asks for a proof.
    seed
        Random seed of the solver.

    Returns
    -------
    Placement
        `objective` is the number of new sites, or the money; `allocation` the nearest open site of
        each covered demand point. Ties, up to some thousand entries of the
        merged model: the fewest sites, then the lexicographically smallest set; on larger ones any
        optimum, the same on every machine.

    Raises
    ------
    InfeasibleError
        Demand points (and their groups) that no usable site reaches within the cutoff, or rules
        that contradict each other: each is named.
    InputError
        With every fault of the input.

    Examples
    --------
    >>> minutes = [[5.0, 40.0, 12.0], [40.0, 6.0, 14.0], [50.0, 9.0, 60.0]]
    >>> lscp(minutes, cutoff=15.0).chosen.tolist()
    [0, 1]
    >>> lscp(minutes, cutoff=15.0, cost=[9.0, 4.0, 3.0]).chosen.tolist()
    [1, 2]
    >>> lscp(minutes, cutoff=15.0, weight=[300, 200, 150], share=0.75).chosen.tolist()
    [2]

    Notes
    -----
    Toregas, Swain, ReVelle & Bergman 1971, doi:10.1287/opre.19.6.1363.
    """
    search = Search(time_limit_s, mip_gap, seed)
    faults: list[Problem] = []
    times, limit = unwrapped(times, limit)
    minutes = checked_times(times, faults)
    n_demand, n_sites = minutes.shape
    people = checked_weight("weight", weight, n_demand, faults)
    within = checked_cutoff(cutoff, minutes, limit, faults)
    check_count("backup", backup, faults)
    codes, group_names = checked_labels("group", group, n_demand, faults)
    if not 0 <= share <= 1:
        values = {"option": "share", "expected": "0 to 1"}
        faults.append(Problem("placement_covering.option", found=str(share), values=values))
    rules = {
        "existing": existing,
        "required": required,
        "forbidden": forbidden,
        "zone": zone,
        "zone_min": zone_min,
        "zone_max": zone_max,
        "cost": cost,
        "budget": budget,
        "spacing": spacing,
        "close": close,
        "names": names,
    }
    sites = checked_rules(n_sites, rules, faults)
    raise_faults(faults)
    everyone = share == 1.0
    counted = np.ones(n_demand) if everyone else people
    program = Program(sites)
    rows = cover_rows(signatures(minutes, within, counted, members=False))
    if everyone:
        _refuse_unreachable(minutes, within, sites, backup, codes, group_names, demand_names)
        _cover_all(program, rows, backup)
    else:
        _cover_share(program, rows, backup, share * float(people.sum()))
    cost_row, offset = _objective(sites, priced=cost is not None)
    whole = is_whole(cost_row)
    found = solved(program, cost_row, "min", search, whole=whole)
    chosen = found.chosen
    tolerance = 0.5 if whole else 1e-9 * max(1.0, float(np.abs(cost_row).sum()))
    if found.value - found.bound < tolerance and mip_gap == 0.0:
        chosen = first_of_equals(program, cost_row, "min", found, search, tolerance=tolerance)
        found = Found(chosen, found.value, found.value, found.x)
    opened = np.flatnonzero(chosen)
    value = float(sites.new(chosen).sum()) if cost is None else sites.spent(chosen)
    nearest, site = nearest_open(minutes, opened)
    covered = nearest <= within
    if backup:
        covered = times_covered(minutes, within, opened) > backup
    bound = min(value, found.bound + offset)
    gap = relative_gap(value, bound)
    if value - bound <= ROUNDING * max(1.0, abs(value)):
        bound, gap = value, 0.0
    status = Status.OPTIMAL if gap == 0 else Status.TIME_LIMIT
    return Placement(
        model="lscp",
        sense="min",
        chosen=opened,
        added=np.flatnonzero(sites.new(chosen)),
        closed=np.flatnonzero(sites.existing & ~chosen),
        objective=value,
        bound=bound,
        mip_gap=gap,
        status=Status.WITHIN_GAP if 0 < gap <= mip_gap else status,
        allocation=np.where(covered, site, -1),
        seconds=search.seconds,
    )


def _objective(sites: SiteRules, *, priced: bool) -> tuple[FloatArray, float]:
    """Return the cost of each open site, and what is paid when none of them is open."""
    if not priced:
        return np.where(sites.existing, 0.0, 1.0), 0.0
    price = np.where(sites.existing, -sites.close_cost, sites.cost)
    return price, float(sites.close_cost[sites.existing].sum())


def _cover_all(program: Program, rows: CoverRows, backup: int) -> None:
    matrix = rows.matrix(program.n_sites)[:, : program.n_sites]
    need = float(1 + backup)
    program.add(sparse.csr_array(matrix), need, np.inf, Rule("cover_all", number=need))


def _cover_share(program: Program, rows: CoverRows, backup: int, wanted: float) -> None:
    reachable = float(rows.weight.sum())
    slack = 1e-9 * max(1.0, wanted)
    first = program.columns(rows.n_rows, integer=True)
    matrix = rows.matrix(program.n_sites)
    need = float(1 + backup)
    parts = [matrix[:, : program.n_sites], matrix[:, program.n_sites :] * need]
    program.add(sparse.csr_array(sparse.hstack(parts)), need, np.inf)
    lost = first + np.arange(rows.n_rows)
    rule = Rule("share", number=float(np.ceil(wanted - slack)))
    program.add_row(lost, rows.weight, -np.inf, reachable - wanted + slack, rule)


def _refuse_unreachable(
    times: Times,
    cutoff: float,
    sites: SiteRules,
    backup: int,
    codes: IntArray,
    group_names: tuple[str | int, ...],
    demand_names: Sequence[str] | None,
) -> None:
    """Name the demand points (and their groups) that too few usable sites reach."""
    count = times_covered(times, cutoff, np.flatnonzero(sites.upper))
    short = np.flatnonzero(count <= backup)
    if short.size == 0:
        return
    names = [str(point) if demand_names is None else demand_names[int(point)] for point in short]
    problems = [Problem("placement_covering.unreachable", found=few(names))]
    if group_names:
        groups = [str(group_names[code]) for code in np.unique(codes[short]).tolist()]
        problems.append(Problem("placement_covering.unreachable_groups", found=few(groups)))
    raise InfeasibleError(problems)
