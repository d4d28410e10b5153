"""p-median with capacities: every demand point goes to one site that has room for it."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InfeasibleError, InputError, OutOfTimeError, Problem
from coverplan.placement.highs import Engine
from coverplan.placement.linear import Outcome, Progress
from coverplan.placement.options import few
from coverplan.placement.result import Placement, Status, relative_gap
from coverplan.placement.travel import Travel
from coverplan.text import say

__all__ = ["assign"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def assign(
    travel: Travel,
    capacity: ArrayLike,
    *,
    time_limit_s: float | None = None,
    mip_gap: float = 0.0,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Placement:
    """
    Open sites and send each demand point as a whole to one of them, at least total travel time.

    Parameters
    ----------
    travel
        Checked times, weights and rules.
    capacity
        Most weight a site serves, shape (n_sites,) or one number; `inf` for no limit. [persons]
    time_limit_s, mip_gap, seed, on_progress
        As in `p_median`.

    Returns
    -------
    Placement
        With the allocation that keeps the capacities.

    Raises
    ------
    InputError
        A capacity is NaN or negative, or their number is not that of the sites.
    InfeasibleError
        The capacities or the rules cannot be kept.
    OutOfTimeError
        Nothing was found within the time limit.
    """
    began = time.monotonic()
    room = _checked(capacity, travel.rules.n_sites)
    travel.refuse_unreachable()
    usable = np.isfinite(travel.times) & travel.rules.upper & (travel.weight > 0)[:, None]
    usable &= travel.weight[:, None] <= room
    stuck = np.flatnonzero(~usable.any(axis=1) & (travel.weight > 0))
    if stuck.size:
        names = few([travel.names[row] for row in stuck])
        raise InfeasibleError(Problem("median.too_big", found=names))
    row, site = np.nonzero(usable)
    trip = travel.weight[row] * travel.times[row, site]
    program = travel.program()
    first = program.columns(row.size, integer=True)
    arc = first + np.arange(row.size)
    served, inverse = np.unique(row, return_inverse=True)
    ones = np.ones(row.size)
    whole = sparse.csr_array((ones, (inverse, arc)), shape=(served.size, program.width))
    program.add(whole, 1.0, 1.0)
    number = np.arange(row.size)
    linked = sparse.csr_array(
        (np.r_[ones, -ones], (np.r_[number, number], np.r_[site, arc])),
        shape=(row.size, program.width),
    )
    program.add(linked, 0.0, np.inf)
    tight = np.flatnonzero(np.isfinite(room))
    full = sparse.csr_array(
        (
            np.r_[room[tight], -travel.weight[row]],
            (np.r_[tight, site], np.r_[tight, arc]),
        ),
        shape=(travel.rules.n_sites, program.width),
    )
    program.add(full[tight], 0.0, np.inf)
    engine = Engine(program.model(program.cost(first, trip)), seed=seed)
    answer = engine.solve(time_limit_s=time_limit_s, mip_gap=mip_gap, on_progress=on_progress)
    if answer.outcome is Outcome.INFEASIBLE:
        raise _contradiction(travel, room, seed)
    if answer.x.size == 0:
        key = "median.nothing_in_time"
        raise OutOfTimeError(say(key, "zh") + "\n" + say(key, "en"))
    used = answer.x[first:] > 1 / 2
    allocation = np.full(travel.weight.size, -1, dtype=np.int64)
    allocation[row[used]] = site[used]
    found = _placement(travel, answer.x[:first] > 1 / 2, allocation, answer.bound, mip_gap)
    return replace(found, seconds=time.monotonic() - began)


def _placement(
    travel: Travel,
    opened: NDArray[np.bool_],
    allocation: IntArray,
    bound: float,
    mip_gap: float,
) -> Placement:
    idle = np.setdiff1d(np.flatnonzero(opened & ~travel.rules.existing), allocation)
    for column in idle[::-1].tolist():  # a new site that serves nobody is not opened for nothing
        fewer = opened.copy()
        fewer[column] = False
        if not travel.rules.broken(fewer, travel.new_sites):
            opened = fewer
    rest = travel.weight <= 0
    if rest.any() and opened.any():
        from_rest = np.where(opened, travel.times[rest], np.inf)
        allocation[rest] = np.where(
            np.isfinite(from_rest.min(axis=1)), from_rest.argmin(axis=1), -1
        )
    sent = np.flatnonzero(~rest)
    objective = float((travel.weight[sent] * travel.times[sent, allocation[sent]]).sum())
    near = abs(objective - bound) <= 1e-9 * max(abs(objective), 1.0)
    bound = objective if near else min(bound, objective)
    gap = relative_gap(objective, bound)
    status = Status.WITHIN_GAP if gap <= mip_gap else Status.TIME_LIMIT
    return Placement(
        model="p_median",
        sense="min",
        chosen=np.flatnonzero(opened),
        added=np.flatnonzero(opened & ~travel.rules.existing),
        closed=np.flatnonzero(travel.rules.existing & ~opened),
        objective=objective,
        bound=bound,
        mip_gap=gap,
        status=Status.OPTIMAL if gap == 0.0 else status,
        allocation=allocation,
    )


def _checked(capacity: ArrayLike, n_sites: int) -> FloatArray:
    values: dict[str, str | int | float] = {"option": "capacity", "size": n_sites}
    room = np.asarray(capacity, dtype=np.float64)
    room = np.full(n_sites, float(room)) if room.ndim == 0 else room
    if room.shape != (n_sites,):
        raise InputError(Problem("sites.shape", found=str(room.shape), values=values))
    bad = room[np.isnan(room) | (room < 0)]
    if bad.size:
        raise InputError(Problem("sites.number", found=few(bad), values=values))
    return room


def _contradiction(travel: Travel, room: FloatArray, seed: int) -> Exception:
    program = travel.program()
    alone = Engine(program.model(np.zeros(program.width)), seed=seed).solve()
    if alone.outcome is Outcome.INFEASIBLE:
        return program.contradiction(seed)
    total = float(travel.weight.sum())
    best = np.sort(np.where(travel.rules.upper & ~travel.rules.existing, room, 0.0))[::-1]
    most = float(best[: travel.new_sites].sum() + room[travel.rules.existing].sum())
    return InfeasibleError(
        Problem("median.no_room", found=f"{total:g}", values={"room": f"{most:g}"})
    )
