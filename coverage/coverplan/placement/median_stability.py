"""How far a plan of least travel can be trusted: the p-median solved in many worlds."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coverplan.errors import InfeasibleError, SolverError
from coverplan.placement.p_median import p_median
from coverplan.placement.result import Placement, Status

__all__ = ["MedianStability", "median_stability"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MedianStability:
    """
    A plan of least travel seen in many worlds.

    Parameters
    ----------
    opened
        Which sites each world's own best plan opens, shape (n_worlds, n_sites).
    solved
        Whether a world has a plan at all that was found in time, shape (n_worlds,).
    proved
        Whether that plan is a proven optimum, shape (n_worlds,).
    best
        Travel of each world's own best plan, `inf` without one, shape (n_worlds,).
        [person-minutes]
    travelled
        Travel of the plan in each world, `inf` where it leaves somebody unserved whom some site
        reaches. [person-minutes]
    people
        Whom any site reaches in each world: only they travel, shape (n_worlds,). [persons]
    """

    opened: BoolArray
    solved: BoolArray
    proved: BoolArray
    best: FloatArray
    travelled: FloatArray
    people: FloatArray

    @property
    def chosen_share(self) -> FloatArray:
        """Share of the solved worlds whose best plan opens each site, shape (n_sites,)."""
        if not self.solved.any():
            return np.full(self.opened.shape[1], np.nan)
        share: FloatArray = self.opened[self.solved].mean(axis=0)
        return share

    @property
    def regret(self) -> FloatArray:
        """What the plan travels more than each world's best, NaN where either is not known."""
        known = np.isfinite(self.best) & np.isfinite(self.travelled)
        regret = np.full(self.best.shape, np.nan)
        regret[known] = np.maximum(0.0, self.travelled[known] - self.best[known])
        return regret


def median_stability(
    worlds: Sequence[tuple[FloatArray, FloatArray]],
    new_sites: int,
    *,
    plan: Sequence[int],
    existing: Sequence[int] = (),
    required: Sequence[int] = (),
    capacity: FloatArray | None = None,
    time_limit_s: float | None = None,
) -> MedianStability:
    """
    Solve the p-median of every world by itself and compare a plan with each world's best.

    Parameters
    ----------
    worlds
        Pairs of travel times, shape (n_demand, n_sites), and weights, shape (n_demand,). Demand
        that no site reaches in a world does not travel there.
    new_sites
        New sites at most.
    plan
        Column numbers of all the plan's open sites, existing ones included.
    existing, required, capacity
        As for `p_median`, the same in all worlds.
    time_limit_s
        Wall time for all worlds together, each given an equal part of what is left. [s]

    Returns
    -------
    MedianStability
        Shares and regrets; a world without a plan is no reason to fail.

    Examples
    --------
    >>> near = (np.array([[0.0, 10.0], [10.0, 0.0]]), np.array([30.0, 20.0]))
    >>> other = (np.array([[0.0, 10.0], [10.0, 0.0]]), np.array([30.0, 50.0]))
    >>> found = median_stability([near, near, other], 1, plan=[0])
    >>> found.chosen_share.round(2).tolist(), found.regret.tolist()
    ([0.67, 0.33], [0.0, 0.0, 200.0])
    """
    until = None if time_limit_s is None else time.monotonic() + time_limit_s
    shape = (len(worlds), worlds[0][0].shape[1])
    opened = np.zeros(shape, dtype=np.bool_)
    solved, proved = np.zeros((2, shape[0]), dtype=np.bool_)
    best, travelled = np.full((2, shape[0]), np.inf)
    people = np.zeros(shape[0])
    closed = sorted(set(range(shape[1])) - set(plan))
    for number, (minutes, weight) in enumerate(worlds):
        left = None
        if until is not None:
            left = max(0.0, until - time.monotonic()) / (len(worlds) - number)
        reached = np.isfinite(minutes).any(axis=1)
        people[number] = weight[reached].sum()
        world = (minutes[reached], weight[reached])
        rules = {"existing": list(existing), "capacity": capacity, "time_limit_s": left}
        own_best = _placed(world, new_sites, {**rules, "required": list(required)})
        if own_best is not None:
            opened[number, own_best.chosen] = solved[number] = True
            best[number] = own_best.objective
            proved[number] = own_best.status is Status.OPTIMAL
        if capacity is None:
            nearest = world[0][:, list(plan)].min(axis=1, initial=np.inf)
            served = world[1] > 0
            travelled[number] = float((nearest[served] * world[1][served]).sum())
        else:
            only = {**rules, "required": list(plan), "forbidden": closed}
            held = _placed(world, new_sites, only)
            travelled[number] = np.inf if held is None else held.objective
    return MedianStability(opened, solved, proved, best, travelled, people)


def _placed(
    world: tuple[FloatArray, FloatArray], new_sites: int, options: Mapping[str, object]
) -> Placement | None:
    """Return the best plan of a world; None where there is none, or none was found in time."""
    try:
        return p_median(*world, new_sites, **options)  # type: ignore[arg-type]
    except (InfeasibleError, SolverError):
        return None
