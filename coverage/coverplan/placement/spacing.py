"""Which sites stand too near to each other, and the rows that keep them apart."""

from math import isnan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import Problem

__all__ = ["cliques", "conflicts"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


def conflicts(
    spacing: tuple[float, ArrayLike] | None,
    existing: BoolArray,
    n_sites: int,
    faults: list[Problem],
) -> IntArray:
    """
    Return the pairs of columns that stand too near to both be open.

    Parameters
    ----------
    spacing
        `(distance, site_distances)` as in `site_rules`, or None.
    existing
        Open before, shape (n_sites,): two existing sites may stand as near as they do.
    n_sites
        Number of columns.
    faults
        Receives what is wrong with the option.

    Returns
    -------
    array
        Shape (n_pairs, 2), first < second, ascending.

    Examples
    --------
    >>> far = np.array([[0.0, 1.0], [9.0, 0.0]])
    >>> conflicts((2.0, far), np.array([False, False]), 2, []).tolist()
    [[0, 1]]
    """
    none = np.zeros((0, 2), dtype=np.int64)
    if spacing is None:
        return none
    distance, between = float(spacing[0]), spacing[1]
    if isnan(distance) or distance < 0:
        faults.append(Problem("sites.number", found=str(spacing[0]), values={"option": "spacing"}))
        return none
    if sparse.issparse(between):
        table = sparse.coo_array(between)
        shape, first, second, value = table.shape, table.row, table.col, table.data
    else:
        dense = np.asarray(between, dtype=np.float64)
        shape, value = dense.shape, dense.ravel()
        first, second = (
            np.divmod(np.arange(value.size), max(n_sites, 1))
            if shape == (n_sites,) * 2
            else (value, value)
        )
    if shape != (n_sites, n_sites):
        values: dict[str, str | int | float] = {"option": "spacing", "size": n_sites}
        faults.append(Problem("sites.square", found=str(shape), values=values))
        return none
    if np.isnan(value).any() or (value < 0).any():
        faults.append(Problem("sites.number", found="NaN / < 0", values={"option": "spacing"}))
        return none
    near = (value < distance) & (first != second)
    low = np.minimum(first[near], second[near]).astype(np.int64)
    high = np.maximum(first[near], second[near]).astype(np.int64)
    pairs = np.unique(np.column_stack([low, high]), axis=0)
    kept: IntArray = pairs[~existing[pairs].all(axis=1)]
    return kept


def cliques(pairs: IntArray, n_sites: int) -> list[IntArray]:
    """
    Cover conflict pairs by cliques, greedily: fewer rows and a tighter relaxation than pairs.

    Parameters
    ----------
    pairs
        Columns that must not both be open, shape (n_pairs, 2), first < second.
    n_sites
        Number of columns.

    Returns
    -------
    list of arrays
        Columns of each clique, ascending; every pair lies in at least one.

    Examples
    --------
    >>> [clique.tolist() for clique in cliques(np.array([[0, 1], [0, 2], [1, 2], [2, 3]]), 4)]
    [[0, 1, 2], [2, 3]]
    """
    neighbours: list[set[int]] = [set() for _ in range(n_sites if pairs.size else 0)]
    for a, b in pairs.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    done: set[tuple[int, int]] = set()
    found = []
    for a, b in pairs.tolist():
        if (a, b) in done:
            continue
        clique = [a, b]
        common = neighbours[a] & neighbours[b]
        while common:
            nearest = min(common)
            clique.append(nearest)
            common &= neighbours[nearest]
        clique.sort()
        done.update((x, y) for k, x in enumerate(clique) for y in clique[k + 1 :])
        found.append(np.array(clique, dtype=np.int64))
    return found
