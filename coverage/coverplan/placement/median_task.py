"""The question of a p-median search: costs of the free sites, what is open anyway, the rules."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coverplan.placement.options import SiteRows

__all__ = ["Task", "finite", "total_cost"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """
    Which of the free sites to open, at least total cost.

    Parameters
    ----------
    cost
        Cost of serving each demand point from each free site, shape (n_demand, n_free); `inf`
        where it cannot be reached.
    fallback
        Cost at the nearest site that is open in any case, shape (n_demand,); `inf` without one.
    p
        Free sites to open at most.
    rows
        All rules on the free sites as rows, the count among them.
    plain
        Whether the count is the only rule.
    fresh
        Whether a free site is new (the others exist and may close), shape (n_free,).
    """

    cost: FloatArray
    fallback: FloatArray
    p: int
    rows: SiteRows
    plain: bool
    fresh: BoolArray

    def keeps(self, opened: BoolArray) -> bool:
        """
        Return whether a choice keeps every row.

        Parameters
        ----------
        opened
            Shape (n_free,).
        """
        entry = self.rows.value * opened[self.rows.index]
        sums = np.concatenate([[0.0], np.cumsum(entry)])[self.rows.start]
        total = np.diff(sums)
        slack = 1e-7 * np.maximum(1.0, np.abs(total))
        return bool(((total >= self.rows.lower - slack) & (total <= self.rows.upper + slack)).all())


def total_cost(task: Task, sites: IntArray) -> float:
    """
    Return the total cost when some free sites are open; `inf` where somebody is not reached.

    Parameters
    ----------
    task
        The task.
    sites
        Columns that are open.
    """
    return float(np.minimum(task.cost[:, sites].min(axis=1, initial=np.inf), task.fallback).sum())


def finite(cost: FloatArray, highest: float | None = None) -> FloatArray:
    """
    Replace `inf` by something dearer than all the rest together, for the heuristics.

    Parameters
    ----------
    cost
        Any shape; the first axis is the demand points.
    highest
        A cost that is finite elsewhere, if it is higher than those here.

    Returns
    -------
    FloatArray
        Of the same shape, finite everywhere.

    Examples
    --------
    >>> finite(np.array([[1.0, np.inf]])).tolist()
    [[1.0, 4.0]]
    """
    reached = np.isfinite(cost)
    if reached.all():
        return cost
    top = max(float(cost[reached].max(initial=0.0)), highest or 0.0)
    return np.where(reached, cost, (top + 1.0) * (len(cost) + 1))
