"""Demand as rows: what is lost when none of a set of sites is open."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from coverplan.placement.recount import Times, Worth
from coverplan.placement.signatures import Signatures, merge_sets

__all__ = ["CoverRows", "cover_rows", "graded_rows"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CoverRows:
    """
    Weight that is lost unless a site of a set is open, sets written as steps of growing chains.

    The set of row `s` is `column[start[s]:start[s + 1]]` and the set of its parent. With `u` = 1
    where no site of the set is open, `u[s] >= u[parent] - sum(y of its own columns)`, and the lost
    weight is `weight @ u` (Elloumi 2010, doi:10.1007/s10878-008-9194-5, for the chains).

    Parameters
    ----------
    start, column
        CSR arrays of the columns that a row adds to its parent's.
    parent
        Row whose set is contained, -1 for none; shape (n_rows,).
    weight
        Lost when no site of the set is open, above 0; shape (n_rows,).
    label
        Label of the demand points, shape (n_rows,).
    base
        Gained whatever is open.
    """

    start: IntArray
    column: IntArray
    parent: IntArray
    weight: FloatArray
    label: IntArray
    base: float

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.weight.size

    @property
    def most(self) -> float:
        """What is gained when nothing is lost."""
        return self.base + float(self.weight.sum())

    def matrix(self, n_sites: int) -> sparse.csr_array:
        """
        Return the rows over the columns (sites, rows): `A @ (y, u) >= right`.

        Parameters
        ----------
        n_sites
            Number of site columns.
        """
        ones = np.ones(self.column.size)
        own = sparse.csr_array((ones, self.column, self.start), shape=(self.n_rows, n_sites))
        links = np.flatnonzero(self.parent >= 0)
        above = sparse.csr_array(
            (np.ones(links.size), (links, self.parent[links])), shape=(self.n_rows, self.n_rows)
        )
        return sparse.csr_array(sparse.hstack([own, sparse.eye_array(self.n_rows) - above]))

    @property
    def right(self) -> FloatArray:
        """Right-hand sides: 1 for the first row of a chain, else 0; shape (n_rows,)."""
        return (self.parent < 0).astype(np.float64)


def cover_rows(merged: Signatures) -> CoverRows:
    """
    Return the rows of plain coverage: one for each signature that a site covers.

    Parameters
    ----------
    merged
        Signatures.

    Examples
    --------
    >>> from coverplan.placement.signatures import signatures
    >>> rows = cover_rows(signatures([[1.0, 9.0], [9.0, 9.0]], 5.0, [7.0, 2.0]))
    >>> rows.weight.tolist(), rows.column.tolist()
    ([7.0], [0])
    """
    kept = (merged.size > 0) & (merged.weight > 0)
    size = merged.size[kept]
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(size)])
    column = merged.column[np.repeat(kept, merged.size)].astype(np.int64)
    parent = np.full(size.size, -1, dtype=np.int64)
    return CoverRows(start, column, parent, merged.weight[kept], merged.label[kept], 0.0)


def graded_rows(
    times: Times,
    weight: FloatArray,
    worth: Worth,
    *,
    usable: NDArray[np.bool_] | None = None,
    sure: Sequence[IntArray] = (),
    label: IntArray | None = None,
) -> CoverRows:
    """
    Return the rows of graded coverage: the nearer the open site, the more it is worth.

    Exact for any worth that never rises with time: each distinct worth of a demand point is one
    step of its chain. Equal sets of different demand points share a row.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites). [min]
    weight
        Weight of each demand point, shape (n_demand,). [persons]
    worth
        What a travel time is worth.
    usable
        Sites that may be open, shape (n_sites,); all by default.
    sure
        Sets of columns of which at least one is open in every placement allowed. What they
        promise a demand point is gained anyway, and farther sites need no rows.
    label
        Whole number of each demand point; only points of one label share rows.

    Returns
    -------
    CoverRows
        With what is sure as `base`.

    Examples
    --------
    >>> rows = graded_rows(np.array([[2.0, 6.0]]), np.array([10.0]), lambda t: 8.0 - t)
    >>> rows.weight.tolist(), rows.column.tolist(), rows.parent.tolist()
    ([40.0, 20.0], [0, 1], [-1, 0])
    """
    n_demand, n_sites = times.shape
    may = np.ones(n_sites, dtype=np.bool_) if usable is None else usable
    row, column, value = _worths(times, worth, may)
    promised = _promised(row, column, value, n_demand, sure, may)
    labels = np.zeros(n_demand, dtype=np.int64) if label is None else label
    counts = (value > promised[row]) & (weight[row] > 0)
    row, column, value = row[counts], column[counts], value[counts]
    order = np.lexsort((column, -value, row))
    row, column, value = row[order], column[order], value[order]
    base = float(weight @ promised)
    if row.size == 0:
        zero = np.zeros(0, dtype=np.int64)
        return CoverRows(np.zeros(1, dtype=np.int64), zero, zero, np.zeros(0), zero, base)
    # A step ends where the demand point or the worth changes.
    ends = np.ones(row.size, dtype=np.bool_)
    ends[:-1] = (row[1:] != row[:-1]) | (value[1:] != value[:-1])
    end = np.flatnonzero(ends)
    begin = np.concatenate([[0], end[:-1] + 1])
    same_point = np.zeros(end.size, dtype=np.bool_)
    same_point[:-1] = row[end[1:]] == row[end[:-1]]
    below = promised[row[end]]
    below[same_point] = value[end[1:]][same_point[:-1]]
    drop = (value[end] - below) * weight[row[end]]
    return _merged_chains(
        begin, end, row[end], column, drop, labels, base, n_sites, first=~np.roll(same_point, 1)
    )


def _merged_chains(
    begin: IntArray,
    end: IntArray,
    point: IntArray,
    column: IntArray,
    drop: FloatArray,
    labels: IntArray,
    base: float,
    n_sites: int,
    *,
    first: NDArray[np.bool_],
) -> CoverRows:
    """Share the rows of equal (own columns, parent) pairs, depth by depth, exactly."""
    n_steps = end.size
    first[0] = True
    depth = np.arange(n_steps) - np.maximum.accumulate(np.where(first, np.arange(n_steps), 0))
    # Rows of one depth are merged together; the parent (or the label at depth 0) is their label.
    node = np.full(n_steps, -1, dtype=np.int64)
    pieces: list[Signatures] = []
    parents: list[IntArray] = []
    labelled: list[IntArray] = []
    n_nodes = 0
    by_depth = np.argsort(depth, kind="stable")
    bounds = np.searchsorted(depth[by_depth], np.arange(int(depth.max()) + 2))
    for level in range(int(depth.max()) + 1):
        steps = by_depth[bounds[level] : bounds[level + 1]]
        above = node[steps - 1] if level else np.full(steps.size, -1, dtype=np.int64)
        key = above if level else labels[point[steps]]
        size = end[steps] + 1 - begin[steps]
        start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(size)])
        entry = np.arange(start[-1]) + np.repeat(begin[steps] - start[:-1], size)
        merged = merge_sets(start, column[entry].astype(np.int32), drop[steps], key, n_sites)
        node[steps] = n_nodes + merged.member
        pieces.append(merged)
        parents.append(merged.label if level else np.full(merged.n_signatures, -1, dtype=np.int64))
        labelled.append(_labels_of(merged.label, labelled, level))
        n_nodes += merged.n_signatures
    shift = np.cumsum([0] + [piece.column.size for piece in pieces])
    starts = [piece.start[1:] + at for piece, at in zip(pieces, shift[:-1], strict=True)]
    return CoverRows(
        np.concatenate([np.zeros(1, dtype=np.int64), *starts]),
        np.concatenate([piece.column for piece in pieces]).astype(np.int64),
        np.concatenate(parents),
        np.concatenate([piece.weight for piece in pieces]),
        np.concatenate(labelled),
        base,
    )


def _labels_of(key: IntArray, above: list[IntArray], level: int) -> IntArray:
    """Return the label of each row of one depth: its own at depth 0, else its parent's."""
    return key if level == 0 else np.concatenate(above)[key]


def _worths(
    times: Times, worth: Worth, usable: NDArray[np.bool_]
) -> tuple[IntArray, IntArray, FloatArray]:
    if isinstance(times, sparse.csr_array):
        row = np.repeat(np.arange(times.shape[0]), np.diff(times.indptr))
        column, minutes = times.indices.astype(np.int64), times.data
        reached = np.isfinite(minutes) & usable[column]
        row, column, minutes = row[reached], column[reached], minutes[reached]
    else:
        row, column = np.nonzero(np.isfinite(times) & usable[None, :])
        minutes = times[row, column]
    value = np.asarray(worth(minutes), dtype=np.float64)
    gains = value > 0
    return row[gains].astype(np.int64), column[gains].astype(np.int64), value[gains]


def _promised(
    row: IntArray,
    column: IntArray,
    value: FloatArray,
    n_demand: int,
    sure: Sequence[IntArray],
    usable: NDArray[np.bool_],
) -> FloatArray:
    promised = np.zeros(n_demand)
    for sites in sure:
        inside = np.zeros(usable.size, dtype=np.bool_)
        inside[sites] = True
        inside &= usable
        if not inside.any():
            continue
        entry = np.flatnonzero(inside[column])
        reached = np.bincount(row[entry], minlength=n_demand) == int(inside.sum())
        least = np.full(n_demand, np.inf)
        np.minimum.at(least, row[entry], value[entry])
        promised = np.where(reached, np.maximum(promised, least), promised)
    return promised
