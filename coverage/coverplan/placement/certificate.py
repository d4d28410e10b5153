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
from coverplan.placement.multipliers import bound_cover
from coverplan.placement.options import Marks, site_rules
from coverplan.placement.recount import Times, nearest_open
from coverplan.placement.result import Placement
from coverplan.placement.signatures import Signatures, signatures

__all__ = ["Verdict", "certificate", "input_hash", "verify"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Multipliers are whole numbers of this fraction of a person.
SCALE = 1 << 16
# Branches at most; beyond them the certificate says that optimality is the solver's word.
BRANCHES = 200
# Steps of the multipliers in each branch.
STEPS = 400
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
        People within the cutoff of the chosen sites, recounted. [persons]
    bound
        No plan with as many new sites covers more: recomputed in whole numbers. [persons]
    rules
        Whether the chosen sites keep the rules in the certificate.
    optimal
        Whether all of this proves the plan optimal. When it does not and `bound_holds`, the
        bound was re-checked and optimality rests on the solver alone.
    bound_holds
        Whether the claimed people do not exceed the recomputed bound.
    """

    inputs: bool
    covered: float
    bound: float
    rules: bool
    optimal: bool
    bound_holds: bool


def input_hash(times: ArrayLike | sparse.sparray | sparse.spmatrix, weight: ArrayLike) -> str:
    """
    Return a hash of travel times and weights, the same on every machine.

    Parameters
    ----------
    times
        Travel times, dense or CSR. [min]
    weight
        Weight of each demand point. [persons]

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
    return digest.hexdigest()


def certificate(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    new_sites: int,
    plan: Placement,
    *,
    existing: Marks = None,
    required: Marks = None,
    forbidden: Marks = None,
    branches: int = BRANCHES,
) -> dict[str, object]:
    """
    Return a certificate of a most-people plan as plain values, ready for JSON.

    Parameters
    ----------
    times, weight, cutoff, new_sites, existing, required, forbidden
        The problem, as given to `mclp`. Weights are whole persons.
    plan
        The plan that `mclp` found.
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
    `sum(weight - v)` plus the `n` largest column sums of `v`. In whole numbers that needs no
    tolerance. Optimal is proven when every leaf's bound, rounded down, is what the plan covers.
    """
    faults: list[Problem] = []
    minutes = checked_times(times, faults)
    people = checked_weight("weight", weight, minutes.shape[0], faults)
    raise_faults(faults)
    if not is_whole(people):
        values: dict[str, str | int | float] = {"option": "weight", "expected": "whole persons"}
        raise InputError(Problem("placement_covering.option", found="fractions", values=values))
    rules = site_rules(minutes.shape[1], existing=existing, required=required, forbidden=forbidden)
    merged = signatures(minutes, cutoff, people, members=False)
    goal = round(plan.objective)
    budget = [branches]
    tree = _grow(merged, rules.lower, ~rules.upper, new_sites, rules.existing, goal, budget)
    return {
        "schema": SCHEMA,
        "model": "mclp",
        "inputs_sha256": input_hash(minutes, people),
        "cutoff": float(cutoff),
        "new_sites": int(new_sites),
        "existing": np.flatnonzero(rules.existing).tolist(),
        "required": np.flatnonzero(rules.required).tolist(),
        "forbidden": np.flatnonzero(rules.forbidden).tolist(),
        "chosen": np.asarray(plan.chosen).tolist(),
        "people": goal,
        "scale": SCALE,
        "tree": tree,
    }


def verify(
    paper: Mapping[str, object],
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
) -> Verdict:
    """
    Check a certificate against the inputs, without any solver.

    Parameters
    ----------
    paper
        What `certificate` returned, or what JSON made of it.
    times, weight
        The inputs.

    Returns
    -------
    Verdict
        What holds.

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
        return _verdict(dict(paper), minutes, people)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        values: dict[str, str | int | float] = {"option": "certificate", "expected": "schema 1"}
        found = f"{type(error).__name__}: {error}"[:80]
        raise InputError(Problem("placement_covering.option", found=found, values=values)) from None


def _verdict(paper: dict[str, object], times: Times, weight: FloatArray) -> Verdict:
    if paper["schema"] != SCHEMA or paper["model"] != "mclp" or paper["scale"] != SCALE:
        raise ValueError("schema, model or scale")
    n_sites = times.shape[1]
    existing, required, forbidden, chosen = (
        _mask(paper[name], n_sites) for name in ("existing", "required", "forbidden", "chosen")
    )
    new_sites = int(str(paper["new_sites"]))
    cutoff = float(str(paper["cutoff"]))
    merged = signatures(times, cutoff, weight, members=False)
    opened = existing | required
    bound = _checked(merged, paper["tree"], opened, forbidden, new_sites, existing)
    minutes, _ = nearest_open(times, np.flatnonzero(chosen))
    covered = float(weight[minutes <= cutoff].sum())
    keeps = (
        bool((chosen | ~opened).all())
        and not bool((chosen & forbidden).any())
        and int((chosen & ~existing).sum()) <= new_sites
    )
    inputs = paper["inputs_sha256"] == input_hash(times, weight)
    told = covered == float(str(paper["people"]))
    return Verdict(
        inputs=inputs,
        covered=covered,
        bound=float(bound),
        rules=keeps,
        optimal=inputs and keeps and told and covered == bound,
        bound_holds=covered <= bound,
    )


def _mask(numbers: object, n_sites: int) -> BoolArray:
    mask = np.zeros(n_sites, dtype=np.bool_)
    columns = np.asarray(numbers, dtype=np.int64)
    if columns.size and not 0 <= columns.min() <= columns.max() < n_sites:
        raise ValueError("a site that does not exist")
    mask[columns] = True
    return mask


def _left(
    merged: Signatures, opened: BoolArray, shut: BoolArray
) -> tuple[sparse.csr_array, IntArray, int]:
    """Return the matrix of free columns, the whole weights, and what open sites cover."""
    matrix = merged.matrix()
    weight = np.rint(merged.weight).astype(np.int64)
    secured = (matrix @ opened.astype(np.float64)) > 0
    free = ~opened & ~shut
    left = weight.copy()
    left[secured] = 0
    # A signature without a free column cannot be covered any more.
    left[(matrix @ free.astype(np.float64)) == 0] = 0
    return matrix, left, int(weight[secured].sum())


def _bound(
    merged: Signatures,
    multipliers: IntArray,
    opened: BoolArray,
    shut: BoolArray,
    new_sites: int,
    existing: BoolArray,
) -> int:
    """Return what no plan can exceed, in whole persons, by weak duality."""
    _, left, secured = _left(merged, opened, shut)
    count = new_sites - int((opened & ~existing).sum())
    if count < 0:
        # No plan at all in this branch.
        return -1
    v = np.clip(multipliers, 0, left * SCALE)
    row = np.repeat(np.arange(merged.n_signatures), merged.size)
    worth = np.zeros(merged.n_sites, dtype=np.int64)
    np.add.at(worth, merged.column, v[row])
    worth = worth[~opened & ~shut]
    top = int(np.sort(worth)[::-1][:count].sum())
    scaled = int((left * SCALE - v).sum()) + top
    return secured + min(scaled // SCALE, int(left.sum()))


def _multipliers(
    merged: Signatures, opened: BoolArray, shut: BoolArray, count: int, goal: int
) -> tuple[IntArray, FloatArray]:
    """Return good multipliers of a branch, and the worth of each site by them."""
    matrix, left, secured = _left(merged, opened, shut)
    free = np.flatnonzero(~opened & ~shut)
    rows = np.flatnonzero(left > 0)
    v = np.zeros(merged.n_signatures, dtype=np.int64)
    worth = np.zeros(merged.n_sites)
    if count > 0 and free.size and rows.size:
        part = sparse.csr_array(matrix[rows][:, free])
        weight = left[rows].astype(np.float64)
        aim = float(max(0, goal - secured))
        found = bound_cover(part, weight, count, steps=STEPS, tolerance=1.0 - 1e-6, known=aim)
        v[rows] = np.floor(found.multipliers * SCALE).astype(np.int64)
        worth[free] = found.worth
    return v, worth


def _grow(
    merged: Signatures,
    opened: BoolArray,
    shut: BoolArray,
    new_sites: int,
    existing: BoolArray,
    goal: int,
    budget: list[int],
) -> dict[str, object]:
    """Return a leaf that proves the goal, or a fork into two smaller problems."""
    count = new_sites - int((opened & ~existing).sum())
    v, worth = _multipliers(merged, opened, shut, count, goal)
    nonzero = np.flatnonzero(v)
    leaf: dict[str, object] = {"at": nonzero.tolist(), "v": v[nonzero].tolist()}
    if _bound(merged, v, opened, shut, new_sites, existing) <= goal or budget[0] <= 0:
        return leaf
    free = np.flatnonzero(~opened & ~shut)
    if free.size == 0 or count <= 0:
        return leaf
    budget[0] -= 1
    # The site at the edge of the best `count` is the one the multipliers cannot decide.
    order = free[np.lexsort((free, -worth[free]))]
    site = int(order[min(count, order.size) - 1])
    halves: dict[str, object] = {"site": site}
    for name in ("open", "shut"):
        more_open, more_shut = opened.copy(), shut.copy()
        (more_open if name == "open" else more_shut)[site] = True
        halves[name] = _grow(merged, more_open, more_shut, new_sites, existing, goal, budget)
    return halves


def _checked(
    merged: Signatures,
    tree: object,
    opened: BoolArray,
    shut: BoolArray,
    new_sites: int,
    existing: BoolArray,
) -> int:
    """Return the largest bound of all leaves; forks cover every plan by construction."""
    if not isinstance(tree, Mapping):
        raise TypeError("no tree")
    if "site" not in tree:
        v = np.zeros(merged.n_signatures, dtype=np.int64)
        v[np.asarray(tree["at"], dtype=np.int64)] = np.asarray(tree["v"], dtype=np.int64)
        return _bound(merged, v, opened, shut, new_sites, existing)
    site = int(tree["site"])
    if opened[site] or shut[site]:
        raise ValueError("a fork on a site that is decided")
    more_open, more_shut = opened.copy(), shut.copy()
    more_open[site] = True
    more_shut[site] = True
    return max(
        _checked(merged, tree["open"], more_open, shut, new_sites, existing),
        _checked(merged, tree["shut"], opened, more_shut, new_sites, existing),
    )
