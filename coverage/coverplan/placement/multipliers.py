"""Lagrangian multipliers of the most-people problem: a bound, good sites, and who cannot matter."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from coverplan.placement.highs import Engine, Model, Outcome

__all__ = ["Bounded", "bound_by_relaxation", "bound_cover", "greedy", "swapped"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Steps without a better bound before the step is shortened.
PATIENCE = 20
SHORTER = 0.7
# Every so many steps the gap must have shrunk to this share of what it was.
CHECK_EVERY = 200
SLOW = 0.995
# Steps below this move nothing any more.
SHORTEST = 1e-9
# How much of the last direction the next one keeps (Camerini, Fratta & Maffioli 1975).
DEFLECTION = 0.7
# Exchange search starts from every so many-th set of sites that the multipliers favour.
SEARCH_EVERY = 50


@dataclass(frozen=True, slots=True, eq=False)
class Bounded:
    """
    What the multipliers prove.

    Parameters
    ----------
    multipliers
        One for each signature, between 0 and its weight, shape (n_signatures,).
    worth
        For each site the sum of the multipliers of what it covers, shape (n_sites,).
    bound
        No `n_new` sites cover more than this. [persons]
    best
        Column numbers of the best sites found, ascending.
    value
        What these cover. [persons]
    """

    multipliers: FloatArray
    worth: FloatArray
    bound: float
    best: IntArray
    value: float

    def cannot_help(self, n_new: int, at_least: float) -> BoolArray:
        """
        Tell which sites are in no set of `n_new` sites that covers `at_least`.

        Parameters
        ----------
        n_new
            Number of sites.
        at_least
            Weight to reach. [persons]

        Returns
        -------
        BoolArray
            Shape (n_sites,).
        """
        if n_new >= self.worth.size:
            return np.zeros(self.worth.size, dtype=np.bool_)
        last = np.partition(self.worth, -n_new)[-n_new] if n_new else math.inf
        slack = 1e-9 * max(1.0, abs(self.bound))
        return self.bound - (last - self.worth) < at_least - slack


def bound_cover(
    matrix: sparse.csr_array,
    weight: FloatArray,
    n_new: int,
    *,
    steps: int = 1500,
    tolerance: float = 0.0,
    start: IntArray | None = None,
    known: float | None = None,
) -> Bounded:
    """
    Bound from above what `n_new` sites cover, and find sites that come close.

    Parameters
    ----------
    matrix
        Covering matrix of ones, shape (n_signatures, n_sites).
    weight
        Weight of each signature, shape (n_signatures,). [persons]
    n_new
        Number of sites, at least 1.
    steps
        Most steps of the subgradient method.
    tolerance
        Bound and value closer than this are as good as equal: below 1 for whole persons.
    start
        Sites to start from beside those of the greedy order; at most `n_new`.
    known
        What some sites are known to cover: the steps aim at it, no better sites are looked for,
        and they end once the bound proves it. [persons]

    Returns
    -------
    Bounded
        The best bound and sites of all steps. Deterministic.

    Examples
    --------
    >>> matrix = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    >>> found = bound_cover(matrix, np.array([5.0, 3.0, 2.0]), 1)
    >>> found.best.tolist(), found.value, round(found.bound, 6)
    ([0], 7.0, 7.0)

    Notes
    -----
    Relaxing "a signature is covered only by an open site" with multipliers `v` leaves
    `sum(weight - v)` plus the `n_new` largest column sums of `v` (Galvão & ReVelle 1996,
    doi:10.1016/0377-2217(94)00159-6). Every step is two products with the covering matrix.
    """
    by_site = sparse.csr_array(matrix.T)
    n_new = min(n_new, matrix.shape[1])
    best = greedy(by_site, weight, n_new)
    value = known if known is not None else 0.0
    if known is None:
        best, value = swapped(matrix, by_site, weight, best)
    if start is not None and 0 < start.size <= n_new:
        also, reached = swapped(matrix, by_site, weight, start)
        best, value = (also, reached) if reached > value else (best, value)
    steep = _Descent(weight)
    searched = {best.tobytes()}
    last = math.inf
    for step in range(steps):
        worth = by_site @ steep.current
        top = np.sort(np.argpartition(-worth, n_new - 1)[:n_new]).astype(np.int64)
        is_open = np.zeros(matrix.shape[1])
        is_open[top] = 1.0
        times_covered = matrix @ is_open
        reached = float(weight[times_covered > 0].sum())
        promising = reached > value or step % SEARCH_EVERY == 0
        if known is None and promising and top.tobytes() not in searched:
            searched.add(top.tobytes())
            found, reached = swapped(matrix, by_site, weight, top)
            best, value = (found, reached) if reached > value else (best, value)
        relaxed = float((weight - steep.current).sum() + worth[top].sum())
        steep.note(relaxed)
        proven = steep.bound - value <= max(tolerance, 1e-12 * abs(steep.bound))
        if step % CHECK_EVERY == 0:
            if steep.bound - value > SLOW * last:
                break
            last = steep.bound - value
        if proven or not steep.step(relaxed, value, times_covered - 1.0):
            break
    return Bounded(steep.kept, by_site @ steep.kept, steep.bound, best, value)


def bound_by_relaxation(
    matrix: sparse.csr_array,
    weight: FloatArray,
    n_new: int,
    *,
    start: IntArray | None = None,
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Bounded | None:
    """
    Bound from above what `n_new` sites cover by the linear relaxation: quick on small models.

    Parameters
    ----------
    matrix, weight, n_new, start
        As in `bound_cover`.
    seed
        Random seed of the solver.
    time_limit_s
        Wall time to stop at; None for none. [s]

    Returns
    -------
    Bounded or None
        The multipliers are the duals of the relaxation, and the bound is what they prove by
        themselves; None where time ran out.

    Examples
    --------
    >>> matrix = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    >>> found = bound_by_relaxation(matrix, np.array([5.0, 3.0, 2.0]), 1)
    >>> found.best.tolist(), found.value, round(found.bound, 6)
    ([0], 7.0, 7.0)
    """
    n_rows, n_sites = matrix.shape
    n_new = min(n_new, n_sites)
    count = sparse.csr_array(np.ones((1, n_sites)))
    rows = sparse.csr_array(sparse.block_array([[matrix, sparse.eye_array(n_rows)], [count, None]]))
    model = Model(
        np.concatenate([np.zeros(n_sites), weight]),
        rows.indptr,
        rows.indices,
        rows.data,
        np.concatenate([np.ones(n_rows), [-np.inf]]),
        np.concatenate([np.full(n_rows, np.inf), [float(n_new)]]),
        0.0,
        1.0,
        integer=False,
    )
    answer = Engine(model, seed=seed).solve(time_limit_s=time_limit_s, presolve=False)
    if answer.outcome is not Outcome.OPTIMAL or answer.row_duals.size == 0:
        return None
    multipliers = np.clip(answer.row_duals[:n_rows], 0.0, weight)
    by_site = sparse.csr_array(matrix.T)
    worth = by_site @ multipliers
    bound = float((weight - multipliers).sum() + np.partition(worth, -n_new)[-n_new:].sum())
    favoured = np.sort(np.argsort(-answer.x[:n_sites], kind="stable")[:n_new])
    best, value = swapped(matrix, by_site, weight, favoured)
    if start is not None and 0 < start.size <= n_new:
        also, reached = swapped(matrix, by_site, weight, start)
        best, value = (also, reached) if reached > value else (best, value)
    return Bounded(multipliers, worth, bound, best, value)


class _Descent:
    """Multipliers on their way down, each between 0 and its weight."""

    def __init__(self, weight: FloatArray) -> None:
        self.weight = weight
        self.current = weight.copy()
        self.kept, self.bound = self.current, math.inf
        self.direction = np.zeros_like(weight)
        self.length, self.stalled = 1.0, 0

    def note(self, relaxed: float) -> None:
        """Note the bound where we stand."""
        self.stalled = 0 if relaxed < self.bound - 1e-6 * abs(self.bound) else self.stalled + 1
        if relaxed < self.bound:
            self.bound, self.kept = relaxed, self.current.copy()

    def step(self, relaxed: float, value: float, slope: FloatArray) -> bool:
        """Move on; False where there is no way further."""
        if self.stalled > PATIENCE:
            self.length, self.stalled = self.length * SHORTER, 0
            self.current = self.kept.copy()
        low, high = self.current <= 0, self.current >= self.weight
        slope[(low & (slope > 0)) | (high & (slope < 0))] = 0.0
        self.direction = slope + DEFLECTION * self.direction
        # Not `@`: on two cores the threads of a dot product cost more than they save.
        norm = float(np.square(self.direction).sum())
        if norm == 0.0 or self.length < SHORTEST:
            return False
        stride = self.length * max(relaxed - value, SHORTEST) / norm
        self.current = np.clip(self.current - stride * self.direction, 0.0, self.weight)
        return True


def greedy(by_site: sparse.csr_array, weight: FloatArray, n_new: int) -> IntArray:
    """
    Return the sites that adding the best one at a time gives; of equal ones the first.

    Parameters
    ----------
    by_site
        Transposed covering matrix, shape (n_sites, n_signatures).
    weight
        Weight of each signature, shape (n_signatures,). [persons]
    n_new
        Number of sites.
    """
    left = weight.copy()
    chosen: list[int] = []
    for _ in range(n_new):
        gain = by_site @ left
        gain[chosen] = -1.0
        site = int(np.argmax(gain))
        chosen.append(site)
        left[_entries(by_site, site)] = 0.0
    return np.sort(np.array(chosen, dtype=np.int64))


def swapped(
    matrix: sparse.csr_array, by_site: sparse.csr_array, weight: FloatArray, sites: IntArray
) -> tuple[IntArray, float]:
    """
    Exchange one site for another, best first, until no exchange covers more.

    Parameters
    ----------
    matrix, by_site
        Covering matrix, shape (n_signatures, n_sites), and its transpose.
    weight
        Weight of each signature, shape (n_signatures,). [persons]
    sites
        Column numbers to begin with.

    Returns
    -------
    tuple[IntArray, float]
        Sites, ascending, and what they cover.
    """
    chosen = sites.copy()
    is_open = np.zeros(matrix.shape[1])
    is_open[chosen] = 1.0
    count = matrix @ is_open
    while chosen.size:
        gain = by_site @ np.where(count == 0, weight, 0.0)
        only = np.flatnonzero((count == 1) & (weight > 0))
        alone = matrix[only]
        owned = sparse.csr_array(alone[:, chosen].T)
        # owned @ alone: people whom only `out` covers and `in` covers as well.
        regained = (owned @ sparse.diags_array(weight[only]) @ alone).toarray()
        loss = owned @ weight[only]
        change = gain[None, :] + regained - loss[:, None]
        change[:, chosen] = -np.inf
        best = int(np.argmax(change))
        at, site = divmod(best, change.shape[1])
        if change[at, site] <= 1e-9 * max(1.0, float(weight.sum())):
            break
        count[_entries(by_site, int(chosen[at]))] -= 1
        count[_entries(by_site, site)] += 1
        chosen[at] = site
    return np.sort(chosen), float(weight[count > 0].sum())


def _entries(matrix: sparse.csr_array, row: int) -> IntArray:
    return np.asarray(matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]], dtype=np.int64)
