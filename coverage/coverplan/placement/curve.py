"""What each further site adds: the exact most-people plan for every number of new sites."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.placement.cover_task import CoverTask, cover_task
from coverplan.placement.covering_search import Search
from coverplan.placement.mclp import solve_cover
from coverplan.placement.recount import nearest_open
from coverplan.placement.result import Placement, Status

__all__ = ["Curve", "placement_curve"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """
    The best plan for each number of new sites.

    Parameters
    ----------
    new_sites
        0 … N, shape (N + 1,).
    people
        Most people covered with at most so many new sites. [persons]
    bound
        Proven: no plan covers more. [persons]
    marginal
        What the last site adds to the best plan without it; the first entry is what the existing
        sites cover. [persons]
    plans
        The plans themselves.
    """

    new_sites: IntArray
    people: FloatArray
    bound: FloatArray
    marginal: FloatArray
    plans: tuple[Placement, ...]

    @property
    def proven(self) -> bool:
        """Whether every point of the curve is a proven optimum."""
        return all(plan.status is Status.OPTIMAL for plan in self.plans)

    def enough(self, share: float, total: float) -> int | None:
        """
        Return the fewest new sites that cover a share of all people, None where N are too few.

        Parameters
        ----------
        share
            0 to 1.
        total
            All people. [persons]
        """
        reached = np.flatnonzero(self.people >= share * total * (1 - 1e-12))
        return int(self.new_sites[reached[0]]) if reached.size else None


def placement_curve(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    most_new_sites: int,
    *,
    time_limit_s: float | None = None,
    seed: int = 0,
    **options: object,
) -> Curve:
    """
    Solve the most-people problem for 0, 1, … new sites.

    Parameters
    ----------
    times, weight, cutoff
        As in `mclp`.
    most_new_sites
        N, the last number of new sites.
    time_limit_s
        Wall time for the whole curve; later points then keep their bound. [s]
    seed
        Random seed of the solver.
    **options
        Any other option of `mclp` (rules on sites, backup, decay, capacity, groups).

    Returns
    -------
    Curve
        One plan for each number, each started from the one before; of equally good sets any one.

    Raises
    ------
    InfeasibleError
        The rules contradict each other at 0 new sites: give `required` sites and zone minima a
        curve of their own.
    InputError
        With every fault of the input.

    Examples
    --------
    >>> minutes = [[5.0, 40.0, 12.0], [40.0, 6.0, 14.0], [50.0, 9.0, 60.0]]
    >>> curve = placement_curve(minutes, [300, 200, 150], 15.0, 3)
    >>> curve.people.tolist(), curve.marginal.tolist()
    ([0.0, 500.0, 650.0, 650.0], [0.0, 500.0, 150.0, 0.0])
    >>> curve.enough(1.0, 650.0)
    2
    """
    task = cover_task(times, weight, cutoff, new_sites=most_new_sites, **options)  # type: ignore[arg-type]
    search = Search(time_limit_s, seed=seed)
    plans: list[Placement] = []
    ceiling = task.rows.most
    for count in range(most_new_sites + 1):
        if plans and _complete(task, plans[-1], ceiling):
            plans.append(plans[-1])
            continue
        start = _one_more(task, plans[-1]) if plans else None
        plans.append(solve_cover(task, count, search, start=start, settle=False))
    people = np.array([plan.objective for plan in plans])
    return Curve(
        new_sites=np.arange(most_new_sites + 1),
        people=people,
        bound=np.array([plan.bound for plan in plans]),
        marginal=np.diff(people, prepend=0.0),
        plans=tuple(plans),
    )


def _complete(task: CoverTask, plan: Placement, ceiling: float) -> bool:
    """Tell whether a plan covers all that any site covers, so that more sites change nothing."""
    if task.capacity is not None or task.fair is not None or task.backup:
        return False
    return plan.status is Status.OPTIMAL and plan.objective >= ceiling * (1 - 1e-12)


def _one_more(task: CoverTask, plan: Placement) -> BoolArray:
    """Add to a plan the site that adds most to it."""
    chosen = np.zeros(task.sites.n_sites, dtype=np.bool_)
    chosen[plan.chosen] = True
    minutes, _ = nearest_open(task.times, np.asarray(plan.chosen))
    left = np.where(minutes <= task.cutoff, 0.0, task.weight)
    if isinstance(task.times, sparse.csr_array):
        within = (task.times.data <= task.cutoff).astype(np.float64)
        covers = sparse.csr_array(
            (within, task.times.indices, task.times.indptr), shape=task.times.shape
        )
        gain = covers.T @ left
    else:
        gain = left @ (task.times <= task.cutoff)
    gain[chosen | ~task.sites.upper] = -1.0
    chosen[int(np.argmax(gain))] = True
    return chosen
