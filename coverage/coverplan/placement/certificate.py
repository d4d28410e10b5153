"""A certificate that anyone can check: whole-number multipliers that bound what any plan covers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InputError, Problem
from coverplan.placement.covering_search import is_whole
from coverplan.placement.demand import checked_times, checked_weight, raise_faults
from coverplan.placement.highs import Engine, Model, Outcome
from coverplan.placement.multipliers import bound_cover
from coverplan.placement.options import Marks, site_rules
from coverplan.placement.proof_tree import SCALE, Branch, CheckedRules, grown, largest_bound
from coverplan.placement.recount import Times, nearest_open
from coverplan.placement.result import Placement
from coverplan.placement.signatures import Signatures, signatures

__all__ = ["SCHEMA", "Verdict", "certificate", "input_hash", "verify"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Branches at most; beyond them the certificate says that optimality is the solver's word.
BRANCHES = 200
# Steps of the multipliers in each branch, where the relaxation is too large to be solved.
STEPS = 400
# Entries of the covering matrix up to which multipliers come from the linear relaxation.
RELAXED_ENTRIES = 200_000
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a check without the solver found.

    Parameters
    ----------
    inputs
        Whether the inputs are those that were certified, by hash.
    covered
        People within the cutoff of the chosen sites, recounted; for a p-median the total travel
        time. [persons], or [person-minutes]
    bound
        No plan that keeps the rules is better: recomputed in whole numbers. With other inputs
        than the certified ones, everybody (or no travel). [persons], or [person-minutes]
    rules
        Whether the chosen sites keep the rules in the certificate.
    optimal
        Whether all of this proves the plan optimal. When it does not and `bound_holds`, the
        bound was re-checked and optimality rests on the solver alone.
    bound_holds
        Whether the plan is not better than the recomputed bound.
    """

    inputs: bool
    covered: float
    bound: float
    rules: bool
    optimal: bool
    bound_holds: bool


def input_hash(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    zone: ArrayLike | None = None,
) -> str:
    """
    Return a hash of travel times, weights and zones, the same on every machine.

    Parameters
    ----------
    times
        Travel times, dense or CSR. [min]
    weight
        Weight of each demand point. [persons]
    zone
        Zone of each site, where zones matter.

    Examples
    --------
    >>> input_hash([[1.0]], [2.0])[:16]
    'e31b1987373d1c8d'
    """
    faults: list[Problem] = []
    minutes = checked_times(times, faults)
    people = checked_weight("weight", weight, minutes.shape[0], faults)
    raise_faults(faults)
    digest = hashlib.sha256()
    digest.update(np.array(minutes.shape, dtype="<i8").tobytes())
    if isinstance(minutes, sparse.csr_array):
        ordered = minutes.copy()
        ordered.sort_indices()
        for part, kind in (
            (ordered.indptr, "<i8"),
            (ordered.indices, "<i8"),
            (ordered.data, "<f8"),
        ):
            digest.update(np.ascontiguousarray(part, dtype=kind).tobytes())
    else:
        digest.update(np.ascontiguousarray(minutes, dtype="<f8").tobytes())
    digest.update(np.ascontiguousarray(people, dtype="<f8").tobytes())
    for name in [] if zone is None else np.asarray(zone).tolist():
        text = str(name).encode()
        digest.update(len(text).to_bytes(8, "little") + text)
    return digest.hexdigest()


def certificate(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    new_sites: int,
    plan: Placement | ArrayLike,
    *,
    existing: Marks = None,
    required: Marks = None,
    forbidden: Marks = None,
    zone: ArrayLike | None = None,
    zone_min: Mapping[str | int, int] | int | None = None,
    branches: int = BRANCHES,
) -> dict[str, object]:
    """
    Return a certificate of a most-people plan as plain values, ready for JSON.

    Parameters
    ----------
    times, weight, cutoff, new_sites, existing, required, forbidden, zone, zone_min
        The problem, as given to `mclp`. Weights are whole persons.
    plan
        The plan that `mclp` found, or the column numbers of all sites open afterwards.
    branches
        Branches at most. Where more would be needed the certificate holds the bound only.

    Returns
    -------
    dict[str, object]
        `chosen`, `people`, the rules, the hash of the inputs, and a tree: a leaf holds
        multipliers, a fork a site that is open in one half and shut in the other.

    Raises
    ------
    InputError
        Weights that are no whole persons, or a faulty input.

    Examples
    --------
    >>> from coverplan.placement.mclp import mclp
    >>> minutes, people = [[5.0, 40.0, 12.0], [40.0, 6.0, 14.0], [50.0, 9.0, 60.0]], [300, 200, 150]
    >>> paper = certificate(minutes, people, 15.0, 1, mclp(minutes, people, 15.0, 1))
    >>> verify(paper, minutes, people).optimal
    True

    Notes
    -----
    Weak duality: for any multipliers `v` between 0 and the weights no `n` sites cover more than
    `sum(weight - v)` plus the `n` largest column sums of `v`, the best of each zone up to its need
    among them. In whole numbers that needs no tolerance. Optimal is proven when every leaf's
    bound, rounded down, is what the plan covers. Multipliers are duals of the linear relaxation,
    whose bound they reach, or, where that is very large, of subgradient steps.
    """
    faults: list[Problem] = []
    minutes = checked_times(times, faults)
    people = checked_weight("weight", weight, minutes.shape[0], faults)
    raise_faults(faults)
    if not is_whole(people):
        values: dict[str, str | int | float] = {"option": "weight", "expected": "whole persons"}
        raise InputError(Problem("placement_covering.option", found="fractions", values=values))
    given = site_rules(
        minutes.shape[1],
        existing=existing,
        required=required,
        forbidden=forbidden,
        zone=zone,
        zone_min=zone_min,
    )
    needs = {
        str(name): int(least)
        for name, least in zip(given.zone_names, given.zone_min.tolist(), strict=True)
        if least > 0
    }
    chosen = plan.chosen if isinstance(plan, Placement) else np.unique(np.asarray(plan, np.int64))
    paper: dict[str, object] = {
        "schema": SCHEMA,
        "model": "mclp",
        "inputs_sha256": input_hash(minutes, people, zone if needs else None),
        "cutoff": float(cutoff),
        "new_sites": int(new_sites),
        "existing": np.flatnonzero(given.existing).tolist(),
        "required": np.flatnonzero(given.required).tolist(),
        "forbidden": np.flatnonzero(given.forbidden).tolist(),
        "zone_min": needs,
        "chosen": np.asarray(chosen).tolist(),
        "people": round(_covered(minutes, people, float(cutoff), np.asarray(chosen))),
        "scale": SCALE,
    }
    goal = int(str(paper["people"]))
    model = _Cover(minutes, people, float(cutoff), rules_in(paper, minutes.shape[1], zone), goal)
    return {**paper, "tree": grown(model, model.rules.root, goal, [branches])}


def verify(
    paper: Mapping[str, object],
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    zone: ArrayLike | None = None,
) -> Verdict:
    """
    Check a certificate against the inputs, without any solver.

    Parameters
    ----------
    paper
        What `certificate` returned, or what JSON made of it.
    times, weight
        The inputs.
    zone
        Zone of each site, where the certificate speaks of zones that need sites.

    Returns
    -------
    Verdict
        What holds. Whether the rules in the certificate are the ones that were wanted is for the
        reader to compare.

    Raises
    ------
    InputError
        The certificate is not one that this version reads, or the inputs are faulty.
    """
    faults: list[Problem] = []
    minutes = checked_times(times, faults)
    people = checked_weight("weight", weight, minutes.shape[0], faults)
    raise_faults(faults)
    try:
        return _verdict(dict(paper), minutes, people, zone)
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


def unreadable(error: Exception) -> InputError:
    """
    Return the error of a paper that is no certificate of this version.

    Parameters
    ----------
    error
        What went wrong in reading it.
    """
    values: dict[str, str | int | float] = {"option": "certificate", "expected": f"schema {SCHEMA}"}
    found = f"{type(error).__name__}: {error}"[:80]
    return InputError(Problem("placement_covering.option", found=found, values=values))


def rules_in(
    paper: Mapping[str, object], n_sites: int, zone: ArrayLike | None = None
) -> CheckedRules:
    """
    Return the rules that a certificate states.

    Parameters
    ----------
    paper
        The certificate.
    n_sites
        Number of sites.
    zone
        Zone of each site.

    Raises
    ------
    ValueError, TypeError, KeyError
        They make no sense.
    """
    needs = paper["zone_min"]
    if not isinstance(needs, Mapping):
        raise TypeError("no zone_min")
    return CheckedRules.of(
        n_sites,
        existing=paper["existing"],
        required=paper["required"],
        forbidden=paper["forbidden"],
        new_sites=int(str(paper["new_sites"])),
        zone=zone,
        zone_min=needs,
    )


def _verdict(
    paper: dict[str, object], times: Times, weight: FloatArray, zone: ArrayLike | None
) -> Verdict:
    if paper["schema"] != SCHEMA or paper["model"] != "mclp" or paper["scale"] != SCALE:
        raise ValueError("schema, model or scale")
    n_sites = times.shape[1]
    rules = rules_in(paper, n_sites, zone)
    cutoff = float(str(paper["cutoff"]))
    inputs = paper["inputs_sha256"] == input_hash(times, weight, zone if rules.need.size else None)
    bound = int(weight.sum())
    if inputs:  # multipliers of other inputs say nothing: then the bound is everybody
        model = _Cover(times, weight, cutoff, rules)
        found = largest_bound(model, rules.root, paper["tree"])
        bound = -1 if found is None else found
    columns = np.unique(np.asarray(paper["chosen"], dtype=np.int64))
    if columns.size and not 0 <= columns[0] <= columns[-1] < n_sites:
        raise ValueError("a site that does not exist")
    covered = _covered(times, weight, cutoff, columns)
    keeps = rules.kept(np.isin(np.arange(n_sites), columns))
    told = covered == float(str(paper["people"]))
    return Verdict(
        inputs=inputs,
        covered=covered,
        bound=float(bound),
        rules=keeps,
        optimal=inputs and keeps and told and covered == bound,
        bound_holds=covered <= bound,
    )


def _covered(times: Times, weight: FloatArray, cutoff: float, chosen: IntArray) -> float:
    minutes, _ = nearest_open(times, chosen)
    return float(weight[minutes <= cutoff].sum())


class _Cover:
    """The most-people problem, bounded by multipliers of its signatures."""

    def __init__(
        self,
        times: Times,
        weight: FloatArray,
        cutoff: float,
        rules: CheckedRules,
        goal: int = 0,
    ) -> None:
        merged: Signatures = signatures(times, cutoff, weight, members=False)
        self.rules, self.goal = rules, goal
        self.matrix = merged.matrix()
        self.by_site = sparse.csr_array(self.matrix.T).astype(np.int64)
        if float(merged.weight.sum()) * SCALE * merged.n_sites >= float(1 << 62):
            raise ValueError("more people than whole numbers can hold")
        self.weight = np.rint(merged.weight).astype(np.int64)
        self.n_multipliers = self.weight.size

    def _left(self, branch: Branch) -> tuple[IntArray, int]:
        """Return the people that a branch may still cover, and those that it covers."""
        secured = (self.matrix @ branch.opened.astype(np.float64)) > 0
        reached = (self.matrix @ branch.free.astype(np.float64)) > 0
        left = np.where(secured | ~reached, 0, self.weight)
        return left, int(self.weight[secured].sum())

    def bound(self, multipliers: IntArray, branch: Branch) -> int:
        """
        Return the people that no plan of a branch can exceed, by weak duality.

        Parameters
        ----------
        multipliers
            One for each signature.
        branch
            Decided sites.
        """
        left, secured = self._left(branch)
        v = np.clip(multipliers, 0, left * SCALE)
        worth = np.asarray(self.by_site @ v, dtype=np.int64)
        scaled = int((left * SCALE - v).sum()) + self.rules.most(worth, branch)
        return secured + min(scaled // SCALE, int(left.sum()))

    def multipliers(self, branch: Branch) -> tuple[IntArray, FloatArray]:
        """
        Return good multipliers of a branch, and how open the relaxation leaves each site.

        Parameters
        ----------
        branch
            Decided sites.
        """
        left, secured = self._left(branch)
        count, need = self.rules.left(branch)
        free, rows = np.flatnonzero(branch.free), np.flatnonzero(left > 0)
        v = np.zeros(self.n_multipliers, dtype=np.int64)
        openness = np.zeros(branch.opened.size)
        if count == 0 or free.size == 0 or rows.size == 0:
            return v, openness
        part = sparse.csr_array(self.matrix[rows][:, free])
        weight = left[rows].astype(np.float64)
        if part.nnz <= RELAXED_ENTRIES or need.any():
            dual, openness[free] = self._relaxed(part, weight, count, need, free)
        else:
            found = bound_cover(
                part, weight, count, steps=STEPS, known=float(max(0, self.goal - secured))
            )
            dual = found.multipliers
            edge = np.sort(found.worth)[::-1][: count + 1].min()
            openness[free] = np.where(found.worth >= edge, 1 / 2, 0.0)
        v[rows] = np.rint(dual * SCALE).astype(np.int64)
        return v, openness

    def _relaxed(
        self, part: sparse.csr_array, weight: FloatArray, count: int, need: IntArray, free: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Solve the linear relaxation: what each signature is worth, how open each site is."""
        n_rows, n_free = part.shape
        zones = np.flatnonzero(need)
        inside = (self.rules.zone[free] == zones[:, None]).astype(np.float64)
        counted = sparse.vstack([np.ones((1, n_free)), sparse.csr_array(inside)], format="csr")
        if zones.size == 0:
            counted = sparse.csr_array(np.ones((1, n_free)))
        identity = sparse.eye_array(n_rows, format="csr")
        nothing = sparse.csr_array((counted.shape[0], n_rows))
        rows = sparse.csr_array(sparse.block_array([[-part, identity], [counted, nothing]]))
        low = np.concatenate([np.full(n_rows + 1, -np.inf), need[zones]])
        high = np.concatenate([np.zeros(n_rows), [count], np.full(zones.size, np.inf)])
        cost = np.concatenate([np.zeros(n_free), weight])
        model = Model(
            cost, rows.indptr, rows.indices, rows.data, low, high, integer=False, sense="max"
        )
        found = Engine(model).solve()
        if found.outcome is not Outcome.OPTIMAL:
            return weight, np.zeros(n_free)
        return np.clip(found.row_duals[:n_rows], 0.0, weight), found.x[:n_free]
