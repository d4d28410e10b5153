"""What p-median and p-center share: complete travel times, checked, and the answer from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.domain import TravelTimes
from coverplan.errors import InfeasibleError, InputError, OutOfTimeError, Problem
from coverplan.placement.demand import checked_times, checked_weight
from coverplan.placement.median_search import Search
from coverplan.placement.options import SiteRows, SiteRules, few, site_rules
from coverplan.placement.program import Program, Rule
from coverplan.placement.recount import nearest_open
from coverplan.placement.result import IntArray, Placement, Status, relative_gap
from coverplan.text import say

__all__ = ["AnyTimes", "Travel", "checked_travel", "placed", "reduced_rows"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

AnyTimes: TypeAlias = ArrayLike | sparse.sparray | TravelTimes
EXACT = 2.0**53  # whole numbers up to here are exact as floats


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """
    Checked travel times and rules.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites), `inf` where unreachable. [min]
    weight
        Shape (n_demand,). [persons]
    rules
        The rules on sites.
    new_sites
        New sites at most.
    names
        Names of the demand points.
    """

    times: FloatArray
    weight: FloatArray
    rules: SiteRules
    new_sites: int
    names: tuple[str, ...]

    @property
    def free(self) -> BoolArray:
        """Sites that are open in some placements and not in others, shape (n_sites,)."""
        return self.rules.upper & ~self.rules.lower

    @property
    def p(self) -> int:
        """Free sites that can be open at most."""
        fixed = int((self.rules.lower & ~self.rules.existing).sum())
        closable = int((self.free & self.rules.existing).sum())
        return min(self.new_sites - fixed + closable, int(self.free.sum()))

    def whole(self, values: FloatArray) -> bool:
        """
        Return whether sums of the values are exact whole numbers.

        Parameters
        ----------
        values
            Non-negative, any shape; `inf` is left out.
        """
        finite = values[np.isfinite(values)]
        return bool((finite == np.rint(finite)).all()) and float(finite.sum()) < EXACT

    def refuse_unreachable(self) -> None:
        """
        Refuse demand with weight that no allowed site can reach.

        Raises
        ------
        InfeasibleError
            With the names of the demand points.
        """
        reached = np.isfinite(self.times[:, self.rules.upper]).any(axis=1)
        lost = np.flatnonzero(~reached & (self.weight > 0))
        if lost.size:
            values: dict[str, str | int | float] = {"number": int(lost.size)}
            found = few([self.names[row] for row in lost])
            raise InfeasibleError(Problem("median.unreachable", found=found, values=values))

    def program(self) -> Program:
        """Return the rules on sites as the beginning of an integer program."""
        return Program(self.rules, self.new_sites)

    def contradiction(self) -> InfeasibleError:
        """Return an error that names the rules, reaching everybody among them, that clash."""
        program = self.program()
        reached = np.isfinite(self.times[self.weight > 0])
        partly = reached[~reached.all(axis=1)]
        program.add(sparse.csr_array(partly.astype(np.float64)), 1.0, np.inf, Rule("reach_all"))
        return program.contradiction()


def checked_travel(
    times: AnyTimes,
    weight: ArrayLike | None,
    new_sites: int,
    *,
    names: Sequence[str] | None,
    demand_names: Sequence[str] | None,
    **options: Any,
) -> Travel:
    """
    Check travel times, weights and rules together.

    Parameters
    ----------
    times, weight, new_sites, names, demand_names
        As in `p_median`.
    **options
        The options of `site_rules`.

    Returns
    -------
    Travel
        Dense times and checked rules.

    Raises
    ------
    InputError
        With every fault found.
    InfeasibleError
        More new sites are required than allowed.
    """
    faults: list[Problem] = []
    limited = sparse.issparse(times)
    if isinstance(times, TravelTimes):
        names = times.sites if names is None else names
        demand_names = times.demand if demand_names is None else demand_names
        limited, times = bool(np.isfinite(times.limit)), times.values
    given = checked_times(times, faults)
    table = _dense(given) if isinstance(given, sparse.csr_array) else given
    n_demand, n_sites = table.shape
    people = checked_weight("weight", weight, n_demand, faults)
    if isinstance(new_sites, bool) or int(new_sites) != new_sites or new_sites < 0:
        values: dict[str, str | int | float] = {"option": "new_sites"}
        faults.append(Problem("sites.count", found=str(new_sites), values=values))
    labels = tuple(str(name) for name in demand_names or range(n_demand))
    if len(labels) != n_demand:
        values = {"option": "demand_names", "size": n_demand}
        faults.append(Problem("median.demand_shape", found=str(len(labels)), values=values))
    try:
        rules = site_rules(n_sites, names=names, **options)
    except InputError as error:
        raise InputError([*faults, *error.problems]) from None
    if faults:
        raise InputError(faults)
    if limited:
        known = np.isfinite(table[:, rules.upper]).all(axis=1)
        known |= np.isfinite(table[:, rules.lower]).any(axis=1)
        unsure = np.flatnonzero(~known & (people > 0))
        if unsure.size:
            found = few([labels[row] for row in unsure])
            number: dict[str, str | int | float] = {"number": int(unsure.size)}
            raise InputError(Problem("median.limit_binds", found=found, values=number))
    travel = Travel(table, people, rules, int(new_sites), labels)
    fixed = int((rules.lower & ~rules.existing).sum())
    if fixed > travel.new_sites:
        values = {"needed": fixed}
        raise InfeasibleError(
            Problem("median.required_above_new", found=str(new_sites), values=values)
        )
    return travel


def reduced_rows(rows: SiteRows, opened: BoolArray, free: IntArray) -> SiteRows:
    """
    Return rows over the free sites only, what the fixed ones contribute moved into the bounds.

    Parameters
    ----------
    rows
        Rows over all sites.
    opened
        Sites that are open in any case, shape (n_sites,).
    free
        Columns that stay, ascending; all others are shut or open in any case.

    Examples
    --------
    >>> rows = site_rules(3, existing=[0], zone=["a"] * 3, zone_max=2).rows(None)
    >>> less = reduced_rows(rows, np.array([True, False, False]), np.array([2]))
    >>> less.index.tolist(), less.upper.tolist()
    ([0], [1.0])
    """
    n_rows = rows.lower.size
    place = np.full(opened.size, -1, dtype=np.int64)
    place[free] = np.arange(free.size)
    row = np.repeat(np.arange(n_rows), np.diff(rows.start))
    given = np.bincount(row, weights=rows.value * opened[rows.index], minlength=n_rows)
    kept = place[rows.index] >= 0
    count = np.bincount(row[kept], minlength=n_rows)
    return SiteRows(
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        place[rows.index[kept]],
        rows.value[kept],
        rows.lower - given,
        rows.upper - given,
        rows.rule,
    )


def placed(model: str, travel: Travel, free: IntArray, search: Search, seconds: float) -> Placement:
    """
    Make the placement of what a search found, its objective recounted from the raw times.

    Parameters
    ----------
    model
        `p_median` or `p_center`.
    travel
        The checked input.
    free
        Column of each free site.
    search
        The finished search.
    seconds
        Wall time of everything. [s]

    Raises
    ------
    InfeasibleError
        The search proved that no placement keeps the rules.
    OutOfTimeError
        Nothing was found in time.
    """
    if search.sites is None:
        if not search.over():
            raise travel.contradiction()
        key = "median.nothing_in_time"
        raise OutOfTimeError(say(key, "zh") + "\n" + say(key, "en"))
    opened = travel.rules.lower.copy()
    opened[free[search.sites]] = True
    chosen = np.flatnonzero(opened)
    minutes, allocation = nearest_open(travel.times, chosen)
    served = travel.weight > 0
    if model == "p_center":
        objective = float(minutes[served].max(initial=0.0))
    else:
        objective = float((minutes[served] * travel.weight[served]).sum())
    proven = search.bound >= search.best
    bound = objective if proven else min(search.bound, objective)
    gap = relative_gap(objective, bound)
    if proven:
        status = Status.OPTIMAL
    else:
        status = Status.WITHIN_GAP if gap <= search.mip_gap else Status.TIME_LIMIT
    return Placement(
        model=model,
        sense="min",
        chosen=chosen,
        added=np.flatnonzero(opened & ~travel.rules.existing),
        closed=np.flatnonzero(travel.rules.existing & ~opened),
        objective=objective,
        bound=bound,
        mip_gap=gap,
        status=status,
        allocation=allocation,
        seconds=seconds,
    )


def _dense(times: sparse.csr_array) -> FloatArray:
    table = np.full(times.shape, np.inf)
    row = np.repeat(np.arange(times.shape[0]), np.diff(times.indptr))
    table[row, times.indices] = times.data
    return table
