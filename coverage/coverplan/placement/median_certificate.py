"""A certificate of a p-median: whole-number prices that bound the travel of any plan."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coverplan.errors import Problem
from coverplan.placement.certificate import SCHEMA, Verdict, input_hash, rules_in, unreadable
from coverplan.placement.demand import checked_times, checked_weight, raise_faults
from coverplan.placement.highs import Engine, Model, Outcome
from coverplan.placement.lagrange import improve_prices
from coverplan.placement.options import Marks, site_rules
from coverplan.placement.proof_tree import SCALE, Branch, CheckedRules, grown, largest_bound
from coverplan.placement.result import Placement

__all__ = ["LESS_THAN", "median_certificate", "verify_median"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# A plan is optimal when no other saves as much as this in all. [person-minutes]
LESS_THAN = 1.0
BRANCHES = 60
# Trips up to which prices come from the linear relaxation.
RELAXED_TRIPS = 30_000


def median_certificate(
    times: ArrayLike,
    weight: ArrayLike | None,
    new_sites: int,
    plan: Placement | ArrayLike,
    *,
    existing: Marks = None,
    required: Marks = None,
    forbidden: Marks = None,
    branches: int = BRANCHES,
) -> dict[str, object]:
    """
    Return a certificate of a least-travel plan as plain values, ready for JSON.

    Parameters
    ----------
    times, weight, new_sites, existing, required, forbidden
        The problem, as given to `p_median`; `times` dense.
    plan
        The plan that `p_median` found, or the column numbers of all sites open afterwards.
    branches
        Branches at most. Where more would be needed the certificate holds the bound only.

    Returns
    -------
    dict[str, object]
        As `certificate`, with `person_minutes` instead of `people`.

    Raises
    ------
    InputError
        A faulty input.

    Examples
    --------
    >>> minutes = [[0.0, 9.0, 5.0], [9.0, 0.0, 5.0], [8.0, 2.0, 1.0]]
    >>> paper = median_certificate(minutes, [10, 10, 1], 2, [0, 1])
    >>> verify_median(paper, minutes, [10, 10, 1]).optimal
    True

    Notes
    -----
    Weak duality: for any prices `u` no plan travels less than `sum(u)` less the largest gains of
    sites, a site's gain being the sum of what the prices exceed its trips by. Trips are rounded
    down to whole numbers of 1/65536 person-minute, so a bound is never too high; a plan is
    called optimal when no other can save one person-minute in all, which for whole
    person-minutes is exact.
    """
    faults: list[Problem] = []
    minutes = np.asarray(checked_times(times, faults), dtype=np.float64)
    people = checked_weight("weight", weight, minutes.shape[0], faults)
    raise_faults(faults)
    given = site_rules(minutes.shape[1], existing=existing, required=required, forbidden=forbidden)
    chosen = plan.chosen if isinstance(plan, Placement) else np.unique(np.asarray(plan, np.int64))
    paper: dict[str, object] = {
        "schema": SCHEMA,
        "model": "p_median",
        "inputs_sha256": input_hash(minutes, people),
        "new_sites": int(new_sites),
        "existing": np.flatnonzero(given.existing).tolist(),
        "required": np.flatnonzero(given.required).tolist(),
        "forbidden": np.flatnonzero(given.forbidden).tolist(),
        "zone_min": {},
        "chosen": np.asarray(chosen).tolist(),
        "person_minutes": _travelled(minutes, people, np.asarray(chosen)),
        "scale": SCALE,
    }
    model = _Median(minutes, people, rules_in(paper, minutes.shape[1]))
    # Lower bounds are upper bounds of the negative; a tenth is left for rounding.
    model.goal = model.travelled(np.asarray(chosen)) - int(0.9 * LESS_THAN * SCALE)
    goal = -model.goal
    return {**paper, "tree": grown(model, model.rules.root, goal, [branches])}


def verify_median(paper: Mapping[str, object], times: ArrayLike, weight: ArrayLike) -> Verdict:
    """
    Check a certificate of a p-median against the inputs, without any solver.

    Parameters
    ----------
    paper
        What `median_certificate` returned, or what JSON made of it.
    times, weight
        The inputs.

    Returns
    -------
    Verdict
        What holds; `covered` and `bound` are person-minutes.

    Raises
    ------
    InputError
        The certificate is not one that this version reads, or the inputs are faulty.
    """
    faults: list[Problem] = []
    minutes = np.asarray(checked_times(times, faults), dtype=np.float64)
    people = checked_weight("weight", weight, minutes.shape[0], faults)
    raise_faults(faults)
    try:
        return _verdict(dict(paper), minutes, people)
    except (
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise unreadable(error) from None


def _verdict(paper: dict[str, object], times: FloatArray, weight: FloatArray) -> Verdict:
    if paper["schema"] != SCHEMA or paper["model"] != "p_median" or paper["scale"] != SCALE:
        raise ValueError("schema, model or scale")
    n_sites = times.shape[1]
    rules = rules_in(paper, n_sites)
    inputs = paper["inputs_sha256"] == input_hash(times, weight)
    bound = 0.0
    if inputs:
        found = largest_bound(_Median(times, weight, rules), rules.root, paper["tree"])
        bound = np.inf if found is None else -found / SCALE
    columns = np.unique(np.asarray(paper["chosen"], dtype=np.int64))
    if columns.size == 0 or not 0 <= columns[0] <= columns[-1] < n_sites:
        raise ValueError("a site that does not exist")
    travelled = _travelled(times, weight, columns)
    keeps = rules.kept(np.isin(np.arange(n_sites), columns))
    told = abs(travelled - float(str(paper["person_minutes"]))) <= 1e-9 * max(1.0, travelled)
    return Verdict(
        inputs=inputs,
        covered=travelled,
        bound=bound,
        rules=keeps,
        optimal=inputs and keeps and told and travelled - bound < LESS_THAN,
        bound_holds=travelled >= bound - 1e-9 * max(1.0, travelled),
    )


def _travelled(times: FloatArray, weight: FloatArray, chosen: IntArray) -> float:
    served = weight > 0
    nearest = times[served][:, chosen].min(axis=1, initial=np.inf)
    return float((nearest * weight[served]).sum())


class _Median:
    """The least-travel problem, bounded by prices of its demand points."""

    def __init__(self, times: FloatArray, weight: FloatArray, rules: CheckedRules) -> None:
        served = weight > 0
        trips = times[served] * weight[served, None]
        self.known = np.isfinite(trips)
        most = float(np.where(self.known, trips, 0.0).max(axis=1, initial=0.0).sum())
        if most * SCALE * sum(trips.shape) >= float(1 << 61):
            raise ValueError("more travel than whole numbers can hold")
        self.trips = np.floor(np.where(self.known, trips, 0.0) * SCALE).astype(np.int64)
        self.most = self.trips.max(axis=1, initial=0)
        # Who cannot be reached from everywhere must be served from somewhere: whoever is not
        # costs more than any plan in all.
        self.most[~self.known.all(axis=1)] = int(self.most.sum()) + SCALE
        self.rules, self.goal = rules, 0
        self.n_multipliers = self.trips.shape[0]

    def travelled(self, chosen: IntArray) -> int:
        """
        Return the travel to the nearest of some sites, in whole numbers.

        Parameters
        ----------
        chosen
            Columns.

        Raises
        ------
        ValueError
            Somebody reaches none of them.
        """
        if not self.known[:, chosen].any(axis=1).all():
            raise ValueError("somebody reaches no open site")
        return int(self._nearest(np.isin(np.arange(self.trips.shape[1]), chosen)).sum())

    def _nearest(self, opened: BoolArray) -> IntArray:
        """Return the trip to the nearest open site, the price at most where there is none."""
        trips = np.where(self.known[:, opened], self.trips[:, opened], np.iinfo(np.int64).max)
        least = trips.min(axis=1, initial=np.iinfo(np.int64).max)
        nearest: IntArray = np.minimum(least, self.most)
        return nearest

    def bound(self, multipliers: IntArray, branch: Branch) -> int:
        """
        Return the negative of the travel that every plan of a branch needs.

        Parameters
        ----------
        multipliers
            A price of each demand point.
        branch
            Decided sites.
        """
        # No price above the trip to an open site helps; where there is none, nobody need pay
        # more than the longest trip, because some site has to be open.
        price = np.clip(multipliers, 0, self._nearest(branch.opened))
        gain = np.where(self.known, np.maximum(price[:, None] - self.trips, 0), 0).sum(axis=0)
        return self.rules.most(gain, branch) - int(price.sum())

    def multipliers(self, branch: Branch) -> tuple[IntArray, FloatArray]:
        """
        Return good prices of a branch, and how open the relaxation leaves each site.

        Parameters
        ----------
        branch
            Decided sites.
        """
        free = np.flatnonzero(branch.free)
        count, _ = self.rules.left(branch)
        openness = np.zeros(branch.opened.size)
        fallback = self._nearest(branch.opened)
        if count == 0 or free.size == 0:
            return fallback, openness
        known = self.known[:, free]
        trips = np.where(known, self.trips[:, free], np.iinfo(np.int64).max)
        near = trips < fallback[:, None]
        if int(near.sum()) <= RELAXED_TRIPS:
            price, openness[free] = self._relaxed(trips, near, fallback, count)
        else:
            cost = np.where(known, self.trips[:, free] / SCALE, np.inf)
            ceiling = fallback / SCALE
            goal = self.goal / SCALE
            start = np.minimum(np.partition(np.minimum(cost, ceiling[:, None]), 1)[:, 1], ceiling)
            found = improve_prices(cost, ceiling, start, count, goal, enough=goal)
            price = found.price
            edge = np.sort(found.site)[: count + 1].max()
            openness[free] = np.where(found.site <= edge, 1 / 2, 0.0)
        return np.rint(price * SCALE).astype(np.int64), openness

    def _relaxed(
        self, trips: IntArray, near: BoolArray, fallback: IntArray, count: int
    ) -> tuple[FloatArray, FloatArray]:
        """
        Solve the linear relaxation in savings against what is open anyway.

        Columns: the openness of each site, and each trip that saves something; rows: a demand
        point makes one trip, only to an open site, and sites are counted.
        """
        n_free = trips.shape[1]
        row, column = np.nonzero(near)
        saving = (fallback[row] - trips[row, column]) / SCALE
        n_trips, n_rows = row.size, self.n_multipliers
        trip = n_free + np.arange(n_trips)
        order = np.argsort(row, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_rows))])
        start = np.concatenate(
            [start, start[-1] + 2 * np.arange(1, n_trips + 1), [start[-1] + 2 * n_trips + n_free]]
        )
        pairs = np.column_stack([column, trip]).ravel()
        index = np.concatenate([trip[order], pairs, np.arange(n_free)])
        value = np.concatenate([np.ones(n_trips), np.tile([-1.0, 1.0], n_trips), np.ones(n_free)])
        high = np.concatenate([np.ones(n_rows), np.zeros(n_trips), [float(count)]])
        low = np.full(high.size, -np.inf)
        cost = np.concatenate([np.zeros(n_free), saving])
        model = Model(cost, start, index, value, low, high, integer=False, sense="max")
        found = Engine(model).solve()
        if found.outcome is not Outcome.OPTIMAL:
            return fallback / SCALE, np.zeros(n_free)
        # What a demand point saves at least stands in its own dual.
        return fallback / SCALE - np.maximum(found.row_duals[:n_rows], 0.0), found.x[:n_free]
