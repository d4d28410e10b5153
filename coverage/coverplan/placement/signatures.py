"""Which demand points are alike: the same covering set merges without loss."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

__all__ = ["Signatures", "dominators", "merge_sets", "signatures", "signatures_streamed"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
HashArray = NDArray[np.uint64]

# Cells of a dense block that are looked at together: 32 MB of booleans.
DENSE_CELLS = 1 << 25
# Stored entries of a sparse block that are looked at together.
SPARSE_ENTRIES = 1 << 23
# Streamed blocks are merged again once this many merged entries wait.
WAITING_ENTRIES = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class Signatures:
    """
    Distinct covering sets, each with the people who have it.

    Parameters
    ----------
    start, column
        CSR arrays: signature `s` is covered by the sites `column[start[s]:start[s + 1]]`,
        ascending; shapes (n_signatures + 1,), (n_entries,). A signature may be empty: no site
        covers it.
    weight
        Weight of the demand points that share the signature, shape (n_signatures,). [persons]
    label
        Label of these demand points, shape (n_signatures,); 0 where none was given.
    member
        Signature of each demand point, shape (n_demand,); empty where it was not asked for.
    n_sites
        Number of columns.
    """

    start: IntArray
    column: NDArray[np.int32]
    weight: FloatArray
    label: IntArray
    member: NDArray[np.int32]
    n_sites: int

    @property
    def n_signatures(self) -> int:
        """Number of distinct (covering set, label) pairs."""
        return self.weight.size

    @property
    def size(self) -> IntArray:
        """Number of sites that cover each signature, shape (n_signatures,)."""
        return np.diff(self.start)

    def matrix(self) -> sparse.csr_array:
        """Return the covering matrix, shape (n_signatures, n_sites), of ones."""
        ones = np.ones(self.column.size)
        return sparse.csr_array(
            (ones, self.column, self.start), shape=(self.n_signatures, self.n_sites)
        )


def signatures(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    cutoff: float,
    weight: ArrayLike | None = None,
    label: ArrayLike | None = None,
    *,
    members: bool = True,
) -> Signatures:
    """
    Merge the demand points that the same sites cover.

    Exact: rows are grouped by a hash and each is then compared with its group's first, entry by
    entry. The result does not depend on the order of the demand points.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites); dense, or CSR where a stored 0.0 is zero minutes
        and an absent entry is beyond the limit. [min]
    cutoff
        A site covers a demand point when its time is at most this. [min]
    weight
        Weight of each demand point, shape (n_demand,); 1 each by default. [persons]
    label
        Whole number of each demand point, shape (n_demand,); only points of one label merge.
    members
        Whether to tell the signature of each demand point.

    Returns
    -------
    Signatures
        At most n_demand of them.

    Examples
    --------
    >>> minutes = [[5.0, 90.0], [12.0, 40.0], [50.0, 8.0], [99.0, 99.0]]
    >>> merged = signatures(minutes, 15.0, [100, 20, 7, 3])
    >>> sorted(zip(merged.size.tolist(), merged.weight.tolist()))
    [(0, 3.0), (1, 7.0), (1, 120.0)]

    Notes
    -----
    Memory beyond the input is a block of rows and the distinct sets.
    """
    n_demand, n_sites = np.shape(times)
    people = np.ones(n_demand) if weight is None else np.asarray(weight, dtype=np.float64)
    labels = np.zeros(n_demand, np.int64) if label is None else np.asarray(label, dtype=np.int64)
    parts: list[Signatures] = []
    first = 0
    for start, column in _blocks(times, cutoff):
        last = first + start.size - 1
        parts.append(merge_sets(start, column, people[first:last], labels[first:last], n_sites))
        first = last
    return _join(parts, n_sites, members=members)


def signatures_streamed(
    chunks: Iterable[tuple[ArrayLike | sparse.sparray | sparse.spmatrix, ArrayLike]],
    cutoff: float,
    n_sites: int,
) -> Signatures:
    """
    Merge demand points that arrive in chunks, however many there are.

    Parameters
    ----------
    chunks
        Pairs of travel times, shape (n_chunk, n_sites), and weights, shape (n_chunk,).
    cutoff
        A site covers a demand point when its time is at most this. [min]
    n_sites
        Number of columns of every chunk.

    Returns
    -------
    Signatures
        Without `member`.

    Examples
    --------
    >>> chunks = [([[5.0, 90.0]], [10.0]), ([[7.0, 80.0], [90.0, 1.0]], [2.0, 1.0])]
    >>> merged = signatures_streamed(chunks, 15.0, 2)
    >>> sorted(merged.weight.tolist())
    [1.0, 12.0]
    """
    waiting: list[Signatures] = []
    entries = 0
    for times, weight in chunks:
        part = signatures(times, cutoff, weight, members=False)
        waiting.append(part)
        entries += part.column.size + part.n_signatures
        if entries > WAITING_ENTRIES:
            waiting = [_join(waiting, n_sites, members=False)]
            entries = waiting[0].column.size + waiting[0].n_signatures
    return _join(waiting, n_sites, members=False)


def merge_sets(
    start: IntArray,
    column: NDArray[np.int32],
    weight: FloatArray,
    label: IntArray,
    n_sites: int,
) -> Signatures:
    """
    Merge equal sets of columns.

    Parameters
    ----------
    start, column
        CSR arrays of the sets, columns ascending in each.
    weight
        Weight of each set, added up over equal ones.
    label
        Only sets of one label merge.
    n_sites
        Number of columns.

    Returns
    -------
    Signatures
        In an order that depends on the sets only.

    Examples
    --------
    >>> merged = merge_sets(np.array([0, 1, 2]), np.array([3, 3], np.int32), np.array([1.0, 2.0]),
    ...                     np.array([0, 0]), 5)
    >>> merged.weight.tolist(), merged.column.tolist(), merged.member.tolist()
    ([3.0], [3], [0, 0])
    """
    key = _hashes(start, column, label)
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    is_first = np.ones(order.size, dtype=np.bool_)
    is_first[1:] = ranked[1:] != ranked[:-1]
    group = np.empty(order.size, dtype=np.int32)
    group[order] = np.cumsum(is_first, dtype=np.int32) - 1
    chosen = order[is_first]
    if not _all_equal(start, column, label, chosen[group]):
        chosen, group = _grouped_by_content(start, column, label)
    sets, columns = _rows(start, column, chosen)
    return Signatures(
        start=sets,
        column=columns,
        weight=np.bincount(group, weights=weight, minlength=chosen.size).astype(np.float64),
        label=label[chosen],
        member=group,
        n_sites=n_sites,
    )


def dominators(merged: Signatures, cost: ArrayLike | None = None) -> IntArray:
    """
    Tell for each site which other site covers all that it covers, at no greater cost.

    Parameters
    ----------
    merged
        Signatures; only those with weight above 0 count.
    cost
        Cost of each site, shape (n_sites,); equal by default.

    Returns
    -------
    IntArray
        For each site a site that dominates it and is itself not dominated, -1 where there is
        none; shape (n_sites,). Of equal sites the first stands.

    Examples
    --------
    >>> merged = signatures([[1.0, 1.0, 9.0], [9.0, 1.0, 1.0]], 5.0)
    >>> dominators(merged).tolist()
    [1, -1, 1]
    """
    matrix = merged.matrix()[merged.weight > 0]
    together = sparse.coo_array(matrix.T @ matrix)
    size = np.asarray(matrix.sum(axis=0)).ravel()
    money = np.zeros(merged.n_sites) if cost is None else np.asarray(cost, dtype=np.float64)
    inner, outer = together.row.astype(np.int64), together.col.astype(np.int64)
    holds = (together.data == size[inner]) & (inner != outer) & (money[outer] <= money[inner])
    inner, outer = inner[holds], outer[holds]
    better = (size[outer] > size[inner]) | (money[outer] < money[inner]) | (outer < inner)
    inner, outer = inner[better], outer[better]
    found = np.full(merged.n_sites, -1, dtype=np.int64)
    # The last write wins: the largest dominator, of equal ones the cheapest, then the first.
    rank = np.lexsort((-outer, -money[outer], size[outer]))
    found[inner[rank]] = outer[rank]
    empty = np.flatnonzero(size == 0)
    found[empty] = np.where(found[empty] < 0, _stand_in(size, money, empty), found[empty])
    return found


def _stand_in(size: FloatArray, money: FloatArray, empty: IntArray) -> IntArray:
    # A site that covers nobody is dominated by any site that costs no more.
    others = np.lexsort((np.arange(size.size), -size, money))
    best = others[0] if others.size else -1
    usable = (size[best] > 0) & (money[best] <= money[empty])
    return np.where(usable & (empty != best), best, -1)


def _blocks(
    times: ArrayLike | sparse.sparray | sparse.spmatrix, cutoff: float
) -> Iterator[tuple[IntArray, NDArray[np.int32]]]:
    """Yield CSR arrays of the covering sets, block of rows by block of rows."""
    if sparse.issparse(times):
        yield from _sparse_blocks(sparse.csr_array(times), cutoff)
        return
    dense = np.asarray(times)
    n_demand, n_sites = dense.shape
    step = max(1, DENSE_CELLS // max(1, n_sites))
    for first in range(0, n_demand, step):
        covered = dense[first : first + step] <= cutoff
        start = np.zeros(covered.shape[0] + 1, dtype=np.int64)
        np.cumsum(np.count_nonzero(covered, axis=1), out=start[1:])
        flat = np.flatnonzero(covered)
        column = (flat % n_sites).astype(np.int32) if n_sites else flat.astype(np.int32)
        yield start, column


def _sparse_blocks(
    times: sparse.csr_array, cutoff: float
) -> Iterator[tuple[IntArray, NDArray[np.int32]]]:
    pointer = np.asarray(times.indptr, dtype=np.int64)
    n_demand = pointer.size - 1
    first = 0
    while first < n_demand:
        last = int(np.searchsorted(pointer, pointer[first] + SPARSE_ENTRIES, side="right")) - 1
        last = min(max(last, first + 1), n_demand)
        entries = slice(int(pointer[first]), int(pointer[last]))
        covered = times.data[entries] <= cutoff
        running = np.zeros(covered.size + 1, dtype=np.int64)
        np.cumsum(covered, out=running[1:])
        start = running[pointer[first : last + 1] - pointer[first]]
        column = times.indices[entries][covered].astype(np.int32)
        yield start, _ascending(start, column)
        first = last


def _ascending(start: IntArray, column: NDArray[np.int32]) -> NDArray[np.int32]:
    falls = np.flatnonzero(column[1:] <= column[:-1]) + 1
    if np.isin(falls, start).all():
        return column
    row = np.repeat(np.arange(start.size - 1), np.diff(start))
    return column[np.lexsort((column, row))]


def _join(parts: list[Signatures], n_sites: int, *, members: bool) -> Signatures:
    """Merge signatures of several blocks; their members follow one another."""
    if not parts:
        none = np.zeros(0, dtype=np.int32)
        zero = np.zeros(0, dtype=np.int64)
        return Signatures(np.zeros(1, np.int64), none, np.zeros(0), zero, none, n_sites)
    if len(parts) == 1:
        whole = parts[0]
        member = whole.member
    else:
        offsets = np.cumsum([0] + [part.column.size for part in parts])
        tails = [part.start[1:] + at for part, at in zip(parts, offsets[:-1], strict=True)]
        whole = merge_sets(
            np.concatenate([np.zeros(1, dtype=np.int64), *tails]),
            np.concatenate([part.column for part in parts]),
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.label for part in parts]),
            n_sites,
        )
        member = np.zeros(0, dtype=np.int32)
        if members:
            sizes = np.cumsum([0] + [part.n_signatures for part in parts])
            pieces = [
                whole.member[at + part.member] for part, at in zip(parts, sizes[:-1], strict=True)
            ]
            member = np.concatenate(pieces)
    if not members:
        member = np.zeros(0, dtype=np.int32)
    return Signatures(whole.start, whole.column, whole.weight, whole.label, member, n_sites)


def _mixed(number: HashArray) -> HashArray:
    """Scatter whole numbers over 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    z = number + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _hashes(start: IntArray, column: NDArray[np.int32], label: IntArray) -> HashArray:
    top = int(column.max()) + 1 if column.size else 0
    scattered = _mixed(np.arange(1, top + 1, dtype=np.uint64))
    running = np.zeros(column.size + 1, dtype=np.uint64)
    np.cumsum(scattered[column], out=running[1:])
    # Sums wrap around 2^64, which is meant.
    total = running[start[1:]] - running[start[:-1]]
    return total + _mixed(_mixed(label.astype(np.uint64)))


def _rows(
    start: IntArray, column: NDArray[np.int32], rows: IntArray
) -> tuple[IntArray, NDArray[np.int32]]:
    """Return the CSR arrays of some rows."""
    size = (start[1:] - start[:-1])[rows]
    pointer = np.zeros(rows.size + 1, dtype=np.int64)
    np.cumsum(size, out=pointer[1:])
    entry = np.arange(pointer[-1]) + np.repeat(start[rows] - pointer[:-1], size)
    return pointer, column[entry]


def _all_equal(
    start: IntArray, column: NDArray[np.int32], label: IntArray, model: IntArray
) -> bool:
    """Tell whether each row equals its model row, entry by entry."""
    size = np.diff(start)
    if (size != size[model]).any() or (label != label[model]).any():
        return False
    shift = np.repeat(start[model] - start[:-1], size)
    return bool((column[np.arange(column.size) + shift] == column).all())


def _grouped_by_content(
    start: IntArray, column: NDArray[np.int32], label: IntArray
) -> tuple[IntArray, NDArray[np.int32]]:
    """Group rows by their bytes: slow, and only needed if two hashes ever collide."""
    text = [
        int(label[row]).to_bytes(8, "little", signed=True)
        + column[start[row] : start[row + 1]].tobytes()
        for row in range(label.size)
    ]
    number = {key: rank for rank, key in enumerate(sorted(set(text)))}
    group = np.array([number[key] for key in text], dtype=np.int32)
    chosen = np.full(len(number), -1, dtype=np.int64)
    chosen[group[::-1]] = np.arange(label.size)[::-1]
    return chosen, group
