"""The most people that so many sites can cover, by multipliers first and a small model after."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from coverplan.placement.cover_rows import CoverRows, cover_rows
from coverplan.placement.covering_search import (
    Found,
    Search,
    first_of_equals,
    is_whole,
    solved,
)
from coverplan.placement.multipliers import Bounded, bound_by_relaxation, bound_cover
from coverplan.placement.options import SiteRules, site_rules
from coverplan.placement.program import Program
from coverplan.placement.signatures import merge_sets

__all__ = ["MostCovered", "most_covered"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Entries and rows of a covering matrix up to which its relaxation is quicker than price steps.
SMALL, FEW_ROWS = 20_000, 1000
# Sets of sites that are tried one by one to find the first of equally good ones.
TRIED = 200


@dataclass(frozen=True, slots=True, eq=False)
class MostCovered:
    """
    The answer of the plain most-people problem.

    Parameters
    ----------
    chosen
        Open sites, shape (n_sites,).
    value
        Weight of the rows they cover. [persons]
    bound
        No placement covers more. [persons]
    """

    chosen: BoolArray
    value: float
    bound: float


def most_covered(
    rows: CoverRows,
    sites: SiteRules,
    new_sites: int,
    search: Search,
    *,
    start: BoolArray | None = None,
    settle: bool = True,
) -> MostCovered:
    """
    Find the new sites that cover most, where counting and fixed sites are the only rules.

    Multipliers give a bound, an exchange search gives sites; what the bound rules out is dropped,
    the rows that are then alike merge again, and the solver proves the rest.

    Parameters
    ----------
    rows
        Cover rows without chains.
    sites
        Rules; `sites.plain` must hold.
    new_sites
        New sites at most.
    search
        Limits.
    start
        Sites to start from, as good a guess as there is; shape (n_sites,).
    settle
        Whether to choose among equally good sets; otherwise any of them is returned.

    Returns
    -------
    MostCovered
        Ties, where settled: the fewest sites, then the lexicographically smallest set.

    Examples
    --------
    >>> from coverplan.placement.signatures import signatures
    >>> rows = cover_rows(signatures([[1.0, 9.0], [9.0, 1.0]], 5.0, [7.0, 2.0]))
    >>> found = most_covered(rows, site_rules(2), 1, Search())
    >>> found.chosen.tolist(), found.value, found.bound
    ([True, False], 7.0, 7.0)
    """
    fixed = sites.lower.copy()
    free = np.flatnonzero(sites.upper & ~fixed)
    count = min(free.size, new_sites - int(sites.new(fixed).sum()))
    left, secured = _without(rows, fixed, free, sites.n_sites)
    total = float(left.weight.sum())
    if count <= 0 or left.n_rows == 0:
        return MostCovered(fixed, secured, secured)
    whole = is_whole(left.weight)
    unit = 1.0 - 1e-6 if whole else 1e-9 * max(1.0, total)
    matrix = sparse.csr_array(
        (np.ones(left.column.size), left.column, left.start), shape=(left.n_rows, free.size)
    )
    guess = None if start is None else np.flatnonzero(start[free])
    small = _small(matrix)
    bounded = _bounded(matrix, left.weight, count, unit, search, guess)
    value, upper = bounded.value, bounded.bound
    if whole:
        upper = float(np.floor(upper + 1e-6))
    useful = ~bounded.cannot_help(count, value + unit / 2)
    useful[bounded.best] = True
    columns = np.flatnonzero(useful)
    chosen = np.isin(columns, bounded.best)
    if upper - value >= unit:
        # Where the multipliers ruled out little, whole losses make the branching better informed.
        hard = not small and columns.size > free.size / 2
        if hard:
            columns = np.arange(free.size)
            chosen = np.isin(columns, bounded.best)
        program, cost, lost = _reduced(left, columns, free.size, count, whole=hard)
        found = solved(program, cost, "min", search, start=chosen, whole=whole, small=small)
        reached = total - lost - found.value
        if reached > value:
            value, chosen = reached, found.chosen
        upper = max(value, min(upper, total - lost - found.bound))
    if upper - value < unit:
        upper = value
    if upper == value and settle:
        few = np.flatnonzero(~bounded.cannot_help(count, value))
        saturated = value >= total * (1 - 1e-12)
        tolerance = 0.5 if whole else 1e-9 * max(1.0, total)
        if not saturated and math.comb(few.size, count) <= TRIED:
            chosen = _first_tried(
                matrix[:, few], left.weight, count, value - tolerance, np.isin(few, columns[chosen])
            )
        else:
            known = np.isin(few, columns[chosen])
            program, cost, lost = _reduced(left, few, free.size, count)
            chosen = first_of_equals(
                program,
                cost,
                "min",
                Found(known, total - lost - value, total - lost - value, np.zeros(0)),
                search,
                tolerance=tolerance,
                fewest=saturated,
                rare=not saturated,
            )
        columns = few
    opened = fixed.copy()
    opened[free[columns[chosen]]] = True
    return MostCovered(opened, secured + value, secured + upper)


def _first_tried(
    matrix: sparse.csr_array, weight: FloatArray, count: int, least: float, known: BoolArray
) -> BoolArray:
    """
    Return the first set of `count` sites that covers at least so much, trying them in order.

    Where not everybody is covered every best set is of that size: one more site would cover more.
    """
    covers = matrix.toarray() > 0
    chosen = np.zeros(covers.shape[1], dtype=np.bool_)
    for some in combinations(range(covers.shape[1]), count):
        if float(weight[covers[:, list(some)].any(axis=1)].sum()) >= least:
            chosen[list(some)] = True
            return chosen
    return known


def _small(matrix: sparse.csr_array) -> bool:
    return bool(matrix.nnz <= SMALL and matrix.shape[0] <= FEW_ROWS)


def _bounded(
    matrix: sparse.csr_array,
    weight: FloatArray,
    count: int,
    unit: float,
    search: Search,
    guess: IntArray | None,
) -> Bounded:
    """Bound the answer and find good sites: by the relaxation of a small model, or by steps."""
    if _small(matrix):
        found = bound_by_relaxation(
            matrix, weight, count, start=guess, seed=search.seed, time_limit_s=search.left_s
        )
        if found is not None:
            return found
    return bound_cover(matrix, weight, count, tolerance=unit, start=guess)


def _without(
    rows: CoverRows, fixed: BoolArray, free: IntArray, n_sites: int
) -> tuple[CoverRows, float]:
    """Drop what fixed sites cover, renumber the free columns, and tell the weight dropped."""
    row = np.repeat(np.arange(rows.n_rows), np.diff(rows.start))
    secured = np.zeros(rows.n_rows, dtype=np.bool_)
    secured[row[fixed[rows.column]]] = True
    place = np.full(n_sites, -1, dtype=np.int64)
    place[free] = np.arange(free.size)
    kept = (place[rows.column] >= 0) & ~secured[row]
    size = np.bincount(row[kept], minlength=rows.n_rows)
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(size)])
    column = place[rows.column[kept]].astype(np.int32)
    nobody = np.zeros(rows.n_rows, dtype=np.int64)
    merged = merge_sets(start, column, np.where(secured, 0.0, rows.weight), nobody, free.size)
    return cover_rows(merged), rows.base + float(rows.weight[secured].sum())


def _reduced(
    rows: CoverRows, columns: IntArray, n_sites: int, count: int, *, whole: bool = False
) -> tuple[Program, FloatArray, float]:
    """Return the model on some columns, its objective, and the weight that they cannot cover."""
    nothing = np.zeros(n_sites, dtype=np.bool_)
    left, _ = _without(rows, nothing, columns, n_sites)
    program = Program(site_rules(columns.size), count)
    first = program.add_cover(left, integer=whole)
    lost = float(rows.weight.sum()) - float(left.weight.sum())
    return program, program.cost(first, left.weight), lost
