"""Whether a few sites can reach everybody within a time: set covering, reduced and decided."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coverplan.placement.cover_tree import cover_exactly
from coverplan.placement.highs import Engine, Model, Outcome, Solution
from coverplan.placement.options import SiteRows

__all__ = ["Decision", "cover_greedily", "decide"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

# Cells that the branching on demand points may look at before the solver is asked, and nodes.
WORK = 4_000_000_000
NODES = (100, 20_000)


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """
    The answer to one question.

    Parameters
    ----------
    possible
        True or False where it is proven, None where time ran out.
    sites
        Columns that reach everybody, when possible.
    interrupted
        Whether the user pressed Ctrl-C.
    """

    possible: bool | None
    sites: IntArray
    interrupted: bool = False


def cover_greedily(within: BoolArray, p: int) -> IntArray | None:
    """
    Reach every row with at most p columns, always taking the column that reaches most; or fail.

    Parameters
    ----------
    within
        Whether a site reaches a demand point, shape (n_demand, n_sites).
    p
        Columns at most.

    Returns
    -------
    IntArray or None
        Columns, ascending; None where it needs more than p.

    Examples
    --------
    >>> cover_greedily(np.array([[True, False], [True, True]]), 1).tolist()
    [0]
    """
    count = within.sum(axis=0, dtype=np.int64)
    left = np.ones(len(within), dtype=np.bool_)
    taken: list[int] = []
    while left.any():
        best = int(count.argmax()) if count.size else 0
        if len(taken) == p or not count.size or count[best] == 0:
            return None
        taken.append(best)
        newly = left & within[:, best]
        count -= within[newly].sum(axis=0, dtype=np.int64)
        left &= ~newly
    return np.sort(np.array(taken, dtype=np.int64))


def decide(
    within: BoolArray,
    rows: SiteRows,
    p: int,
    *,
    plain: bool,
    time_limit_s: float | None,
    seed: int,
    relaxed: bool = False,
) -> Decision:
    """
    Decide whether the rules allow sites that reach everybody.

    Parameters
    ----------
    within
        Whether a site reaches a demand point, shape (n_demand, n_sites).
    rows
        The rules as rows.
    p
        Columns at most.
    plain
        Whether the count is the only rule; only then is a site that reaches no more than another
        left out.
    time_limit_s
        Wall time to stop at. [s]
    seed
        Random seed of the solver.
    relaxed
        Whether half-open sites will do: then False is proven and True is not.

    Returns
    -------
    Decision
        With the sites when it is possible.
    """
    nothing = np.zeros(0, dtype=np.int64)
    if not within.any(axis=1).all():
        return Decision(possible=False, sites=nothing)
    kept_rows, kept_columns = _undominated(within, columns=plain)
    table = within[np.ix_(kept_rows, kept_columns)]
    if plain and kept_columns.size <= p:
        return Decision(possible=True, sites=kept_columns)
    if plain and not relaxed:
        nodes = int(np.clip(WORK // max(table.size, 1), *NODES))
        began = time.monotonic()
        limit = np.inf if time_limit_s is None else time_limit_s
        possible, found = cover_exactly(
            table, p, nodes, stop=lambda: time.monotonic() - began >= limit
        )
        if possible is not None:
            return Decision(possible=possible, sites=kept_columns[found])
        if time_limit_s is not None:
            time_limit_s = max(0.0, limit - (time.monotonic() - began))
    row, column = np.nonzero(table)
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=kept_rows.size))])
    ones = np.ones(kept_rows.size)
    if plain:  # fewest sites, with the count as a row: an integer bound above p ends the search
        everything = np.arange(kept_columns.size)
        start = np.concatenate([start, [start[-1] + everything.size]])
        column = np.concatenate([column, everything])
        low = np.concatenate([ones, [-np.inf]])
        high = np.concatenate([np.full(ones.size, np.inf), [float(p)]])
        value = np.ones(column.size)
        cost = np.ones(everything.size)
    else:
        start = np.concatenate([start, start[-1] + rows.start[1:]])
        column = np.concatenate([column, rows.index])
        value = np.concatenate([np.ones(row.size), rows.value])
        low = np.concatenate([ones, rows.lower])
        high = np.concatenate([np.full(ones.size, np.inf), rows.upper])
        cost = np.zeros(kept_columns.size)
    model = Model(cost, start, column, value, low, high, integer=not relaxed)
    answer = Engine(model, seed=seed).solve(time_limit_s=time_limit_s)
    return _decision(answer, kept_columns)


def _decision(answer: Solution, columns: IntArray) -> Decision:
    nothing = np.zeros(0, dtype=np.int64)
    if answer.outcome is Outcome.INFEASIBLE:
        return Decision(possible=False, sites=nothing)
    if answer.x.size == 0:
        return Decision(possible=None, sites=nothing, interrupted=answer.interrupted)
    sites = columns[answer.x > 1 / 2]
    return Decision(possible=True, sites=sites, interrupted=answer.interrupted)


def _undominated(within: BoolArray, *, columns: bool) -> tuple[IntArray, IntArray]:
    """Return the rows and columns that are enough: the others follow from them."""
    rows = np.arange(within.shape[0])
    sites = np.arange(within.shape[1])
    while True:
        before = (rows.size, sites.size)
        # A row that holds all sites of another row is reached whenever the other one is.
        rows = rows[~_contains_another(within[np.ix_(rows, sites)])]
        if columns:
            # A site that reaches no row that another does not reach is not needed.
            sites = sites[~_contains_another(~within[np.ix_(rows, sites)].T)]
        if not columns or (rows.size, sites.size) == before:
            return rows, sites


def _contains_another(table: BoolArray) -> BoolArray:
    """Return the rows that contain another row; of equal rows all but the first."""
    size = table.sum(axis=1)
    numbers = table.astype(np.float32)  # counts below 2^24 are exact
    common = numbers @ numbers.T
    contains = common >= size[None, :]  # row i contains row j
    larger = size[:, None] > size[None, :]
    later = (size[:, None] == size[None, :]) & np.tri(len(table), k=-1, dtype=np.bool_)
    found: BoolArray = (contains & (larger | later)).any(axis=1)
    return found
