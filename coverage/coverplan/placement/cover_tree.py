"""Whether a few sites can reach everybody: branching on who is reached by fewest sites."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["cover_exactly"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
SingleArray = NDArray[np.float32]

# Sums of whole prices below this are exact in single precision.
EXACT = 2**24
# Steps that prices take at a node; they begin at those of the node above.
STEPS = 40
# Length of a step at first, share of the last direction in the next, steps without progress
# before the length falls by SHRINK, and the length at which a node is done.
ALPHA, MEMORY, PATIENCE, SHRINK, SMALLEST = 1.0, 0.5, 6, 0.6, 0.05
# What a step aims at, and the progress it must make, in units of the highest price.
AIM, PROGRESS = 0.5, 2e-4


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """Who is not reached yet, sites that may still open, how many, prices, sites that are open."""

    rows: IntArray
    columns: IntArray
    left: int
    price: SingleArray
    opened: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """What whole prices prove: above zero that it is impossible; the load of each site."""

    bound: float
    price: SingleArray
    load: SingleArray
    picked: IntArray


def cover_exactly(
    within: BoolArray, p: int, nodes: int, *, stop: Callable[[], bool] = lambda: False
) -> tuple[bool | None, IntArray]:
    """
    Decide whether p sites at most can reach everybody.

    Parameters
    ----------
    within
        Whether a site reaches a demand point, shape (n_demand, n_sites); best without rows and
        columns that others imply.
    p
        Sites at most.
    nodes
        Nodes to search at most: no clock decides which sites are found.
    stop
        Asked at each node; True ends the search.

    Returns
    -------
    tuple
        True, False or None where it stays open; and the columns where it is True.

    Notes
    -----
    Prices of the demand points prove that p sites are not enough when they sum up to more than
    the p sites that reach most of them. The prices are whole numbers, so that every such proof is
    exact. They also shut the sites that no answer can hold; then one of the sites that reach the
    demand point with fewest of them must open, and each is tried in turn.

    Examples
    --------
    >>> ring = np.eye(6, dtype=bool) | np.roll(np.eye(6, dtype=bool), 1, axis=1)
    >>> answer, sites = cover_exactly(ring, 3, 100)
    >>> answer, sites.tolist()
    (True, [0, 2, 4])
    >>> cover_exactly(ring, 2, 100)[0]
    False
    """
    table: SingleArray = np.ascontiguousarray(within.T, dtype=np.float32)
    n_sites, n_demand = table.shape
    nothing = np.zeros(0, dtype=np.int64)
    high = EXACT // max(n_demand, 1) - 1
    middle = np.full(n_demand, np.rint(high / 2), dtype=np.float32)
    stack = [_Node(np.arange(n_demand), np.arange(n_sites), p, middle, ())]
    while stack:
        if nodes == 0 or stop():
            return None, nothing
        nodes -= 1
        node = stack.pop()
        found = _finished(table, node)
        if found is None:
            stack.extend(_children(table, node, high))
        elif found is not False:
            return True, np.sort(np.array(found, dtype=np.int64))
    return False, nothing


def _finished(table: SingleArray, node: _Node) -> tuple[int, ...] | bool | None:
    """Return the sites that reach everybody, False where there are none, None where it is open."""
    if node.rows.size == 0:
        return node.opened
    if node.left == 0 or node.columns.size == 0:
        return False
    part = table[np.ix_(node.columns, node.rows)]
    size = part.sum(axis=1)
    if node.left == 1:
        all_of_them = np.flatnonzero(size == node.rows.size)
        return (*node.opened, int(node.columns[all_of_them[0]])) if all_of_them.size else False
    if np.sort(size)[-node.left :].sum() < node.rows.size or part.max(axis=0).min() == 0:
        return False
    return (*node.opened, *node.columns.tolist()) if node.columns.size <= node.left else None


def _children(table: SingleArray, node: _Node, high: int) -> list[_Node]:
    """Return the nodes below, the likeliest last; none where prices prove that there are none."""
    part = table[np.ix_(node.columns, node.rows)]
    priced = _priced(part, node.left, node.price, high)
    if priced.bound > 0:
        return []
    # With this site among them the others reach no more than the best of them do.
    stays = priced.bound + priced.load[priced.picked].min() - priced.load <= 0
    stays[priced.picked] = True
    columns, part = node.columns[stays], part[stays]
    rows, price = node.rows, priced.price
    count = part.sum(axis=0)
    if count.min() == 0:
        return []
    fewest = np.flatnonzero(count == count.min())
    row = int(fewest[price[fewest].argmax()])
    able = np.flatnonzero(part[:, row])
    able = able[np.argsort(-(part[able] @ price), kind="stable")]
    shut = np.zeros(columns.size, dtype=np.bool_)
    below = []
    for column in able.tolist():
        shut[column] = True  # what opens it is searched here, and not beside it again
        left = part[column] == 0
        opened = (*node.opened, int(columns[column]))
        below.append(_Node(rows[left], columns[~shut], node.left - 1, price[left], opened))
    return below[::-1]


def _priced(part: SingleArray, left: int, price: SingleArray, high: int) -> _Priced:
    """Raise prices step by step until they prove that it is impossible, or steps become small."""
    best: _Priced | None = None
    direction = np.zeros(price.size, dtype=np.float32)
    alpha, since = ALPHA, 0
    for _ in range(STEPS):
        load = part @ price
        picked = np.argpartition(-load, left - 1)[:left]
        bound = float(price.sum(dtype=np.float64) - load[picked].sum(dtype=np.float64))
        known = -np.inf if best is None else best.bound
        since = 0 if bound > known + PROGRESS * high else since + 1
        if best is None or bound > known:
            best = _Priced(bound, price, load, picked)
        if best.bound > 0:
            break
        if since >= PATIENCE:
            alpha, since, price = alpha * SHRINK, 0, best.price
            if alpha < SMALLEST:
                break
        reached = part[picked].sum(axis=0)
        direction = ((1.0 - MEMORY) * (1.0 - reached) + MEMORY * direction).astype(np.float32)
        length = float(direction @ direction)
        if length == 0.0:
            break
        stride = np.float32(alpha * (AIM * high - bound) / length)
        price = np.rint(np.clip(price + stride * direction, 0.0, high)).astype(np.float32)
    if best is None:
        raise AssertionError
    return best
