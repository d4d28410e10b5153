"""Solve a covering program to proof, and choose one of equally good answers by a fixed rule."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coverplan.placement.highs import ABSOLUTE_GAP, Engine
from coverplan.placement.linear import Outcome, Progress, Solution
from coverplan.placement.program import Program

__all__ = ["ROUNDING", "Found", "Search", "first_of_equals", "is_whole", "solved"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

# Objective and bound closer than this (relative, or absolute below 1) differ by rounding only.
ROUNDING = 1e-9
# A whole objective is proven when the gap is below one.
WHOLE_GAP = 1.0 - 1e-6
# Sites that are put in order at once: powers of two up to 2^14 are exact for the solver.
BLOCK = 15
# So many other optima are looked for one by one before the sites are put in order by blocks.
RIVALS = 3
# Branching nodes at which a tie is left as it is: the same on every machine.
TIE_NODES = 500
# Entries of the largest program on which equals are told apart.
TIE_ENTRIES = 600


def _now() -> float:
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Search:
    """
    How long and how exactly to search.

    Parameters
    ----------
    time_limit_s
        Wall time for everything together; None for none. [s]
    mip_gap
        Relative gap that is good enough; 0 asks for a proof.
    seed
        Random seed of the solver.
    began
        When the clock started. [s]
    on_progress
        Called with a `Progress` now and then while a program is solved.
    stop
        Set once the user has interrupted the search: no time is left then.
    """

    time_limit_s: float | None = None
    mip_gap: float = 0.0
    seed: int = 0
    began: float = field(default_factory=_now, compare=False)
    on_progress: Callable[[Progress], None] | None = field(default=None, compare=False)
    stop: threading.Event = field(default_factory=threading.Event, compare=False)

    @property
    def seconds(self) -> float:
        """Wall time since the search began, in seconds."""
        return _now() - self.began

    @property
    def left_s(self) -> float | None:
        """Wall time left, in seconds; None without a limit."""
        if self.stop.is_set():
            return 0.0
        if self.time_limit_s is None:
            return None
        return max(0.0, self.time_limit_s - self.seconds)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """
    What a search came back with.

    Parameters
    ----------
    chosen
        Open sites, shape (n_sites,).
    value
        Objective of the program at `chosen`.
    bound
        Proven bound of the objective.
    x
        All columns; empty where the program was reduced first.
    """

    chosen: BoolArray
    value: float
    bound: float
    x: FloatArray


def is_whole(values: FloatArray) -> bool:
    """
    Tell whether all values are whole numbers, so that bounds may be rounded.

    Parameters
    ----------
    values
        Any shape.

    Examples
    --------
    >>> is_whole(np.array([1.0, 3.0])), is_whole(np.array([0.5]))
    (True, False)
    """
    return bool((values == np.rint(values)).all()) and float(np.abs(values).sum()) < 2.0**53


def solved(
    program: Program,
    cost: FloatArray,
    sense: str,
    search: Search,
    *,
    start: BoolArray | None = None,
    whole: bool = False,
    small: bool = False,
) -> Found:
    """
    Solve a program.

    Parameters
    ----------
    program
        What to solve.
    cost
        Objective.
    sense
        `"min"` or `"max"`.
    search
        Limits.
    start
        Open sites to start from, shape (n_sites,).
    whole
        Whether the objective takes whole values only.
    small
        Whether it is small and `start` is good: then reductions and heuristics only cost time.

    Returns
    -------
    Found
        The best answer with its bound.

    Raises
    ------
    InfeasibleError
        The rules contradict each other; an irreducible set is named.
    OutOfTimeError
        Nothing was found within the time limit.
    """
    engine = Engine(program.model(cost, sense), seed=search.seed)
    point = None
    if start is not None:
        point = np.full(program.width, np.nan)
        point[: program.n_sites] = start
    answer = engine.solve(
        time_limit_s=search.left_s,
        mip_gap=search.mip_gap,
        start=point,
        presolve=not small,
        heuristics=not small,
        absolute_gap=WHOLE_GAP if whole else ABSOLUTE_GAP,
        on_progress=search.on_progress,
    )
    if answer.interrupted:
        search.stop.set()
    if answer.outcome is Outcome.INFEASIBLE:
        raise program.contradiction(search.seed)
    if answer.x.size == 0:
        raise _nothing(answer)
    value, bound = answer.objective, answer.bound
    if whole:
        value = float(np.rint(value))
        if math.isfinite(bound):  # nothing is proven yet where the time ends at the start
            bound = float(math.ceil(bound - 1e-6) if sense == "min" else math.floor(bound + 1e-6))
    return Found(answer.x[: program.n_sites] > 0.5, value, bound, answer.x)


def _nothing(answer: Solution) -> Exception:
    from coverplan.errors import OutOfTimeError  # noqa: PLC0415
    from coverplan.text import say  # noqa: PLC0415

    key = "placement_covering.nothing_in_time"
    return OutOfTimeError(say(key, "zh") + "\n" + say(key, "en") + f" ({answer.outcome})")


def first_of_equals(
    program: Program,
    cost: FloatArray,
    sense: str,
    found: Found,
    search: Search,
    *,
    tolerance: float,
    fewest: bool = True,
    rare: bool = True,
    always: bool = False,
) -> BoolArray:
    """
    Return, of all equally good sets of sites, the fewest, then the lexicographically smallest.

    On a program of more than `TIE_ENTRIES` entries, or where it takes more branching than
    `TIE_NODES`, the set stays as it is: equally good, and the same on every machine, but not
    proven to be the first. Proving that can take ten times as long as the optimum itself.

    Parameters
    ----------
    program, cost, sense
        The program and its objective.
    found
        A proven optimum of it.
    search
        Limits; when time runs out the set found so far is returned.
    tolerance
        Objectives closer than this are equal: below 1 where they are whole.
    fewest
        False where every optimum is known to open equally many.
    rare
        False where many optima are expected, as where all are covered.
    always
        Whether to choose on a large program too.

    Returns
    -------
    BoolArray
        Open sites, shape (n_sites,).
    """
    if not always and program.entries > TIE_ENTRIES:
        return found.chosen
    n_sites = program.n_sites
    can, must = _matters(program, cost, sense, found.value, tolerance, search)
    low = np.where(must, 1.0, program.lower[:n_sites])
    high = np.where(can, program.upper[:n_sites], 0.0)
    objective = np.zeros(program.width)
    objective[: cost.size] = cost if sense == "min" else -cost
    limit = (found.value if sense == "min" else -found.value) + tolerance / 2
    engine = Engine(program.model(objective), seed=search.seed)
    engine.bound_columns(np.arange(n_sites), low, high)
    best, settled = found.chosen.copy(), False
    if rare:
        best, settled = _rivals(engine, best, limit, search)
    if settled:
        return best
    engine = Engine(program.model(np.zeros(program.width)), seed=search.seed)
    engine.bound_columns(np.arange(n_sites), low, high)
    used = np.flatnonzero(objective)
    engine.add_rows([0, used.size], used, objective[used], [-np.inf], [limit])
    if used.size and objective.min() >= 0:
        # What would cost more by itself cannot be lost: its row becomes a covering row.
        held = used[(objective[used] > limit) & (used >= n_sites)]
        engine.bound_columns(held, 0.0, 0.0)
    if fewest:
        everywhere = np.zeros(program.width)
        everywhere[:n_sites] = 1.0
        best = _improved(engine, everywhere, best, search)
        count = float(best.sum())
        engine.add_rows([0, n_sites], np.arange(n_sites), np.ones(n_sites), [-np.inf], [count])
    order = np.flatnonzero((low < 0.5) & (high > 0.5))
    for first in range(0, order.size, BLOCK):
        block = order[first : first + BLOCK]
        rank = np.zeros(program.width)
        rank[block] = -(2.0 ** np.arange(block.size)[::-1])
        best = _improved(engine, rank, best, search)
        engine.bound_columns(block, best[block].astype(float), best[block].astype(float))
        if not best[order[first + BLOCK :]].any():
            # All optima open equally many, and these are behind us.
            break
    return best


def _rivals(
    engine: Engine, best: BoolArray, limit: float, search: Search
) -> tuple[BoolArray, bool]:
    """Look for other optima, one by one; return the first of all and whether all were seen."""
    seen = best
    for _ in range(RIVALS):
        # Neither the set seen nor one that holds it and more.
        columns = np.flatnonzero(seen)
        ones = np.ones(columns.size)
        engine.add_rows([0, columns.size], columns, ones, [-np.inf], [columns.size - 1.0])
        answer = engine.solve(time_limit_s=search.left_s, nodes=TIE_NODES)
        if answer.outcome is Outcome.INFEASIBLE or answer.bound > limit:
            return best, True
        if answer.x.size == 0 or answer.objective > limit:
            # Stopped before a rival was found or ruled out: the set at hand stands.
            return best, True
        seen = answer.x[: best.size] > 0.5
        best = min(best, seen, key=_order)
    return best, False


def _order(chosen: BoolArray) -> tuple[int, list[int]]:
    return int(chosen.sum()), np.flatnonzero(chosen).tolist()


def _improved(engine: Engine, cost: FloatArray, best: BoolArray, search: Search) -> BoolArray:
    """Return the best sites by another objective, or those at hand when time runs out."""
    if search.left_s == 0.0:
        return best
    engine.recost(cost, "min")
    start = np.full(cost.size, np.nan)
    start[: best.size] = best
    answer = engine.solve(time_limit_s=search.left_s, start=start, nodes=TIE_NODES)
    return answer.x[: best.size] > 0.5 if answer.x.size else best


def _matters(
    program: Program,
    cost: FloatArray,
    sense: str,
    value: float,
    tolerance: float,
    search: Search,
) -> tuple[BoolArray, BoolArray]:
    """Return the sites that some optimum may open, and those that every optimum opens."""
    n_sites = program.n_sites
    everyone = np.ones(n_sites, dtype=np.bool_)
    nobody = np.zeros(n_sites, dtype=np.bool_)
    relaxed = program.model(cost, sense, relaxed=True)
    answer = Engine(relaxed, seed=search.seed).solve(time_limit_s=search.left_s)
    if answer.outcome is not Outcome.OPTIMAL or answer.reduced_costs.size == 0:
        return everyone, nobody
    sign = 1.0 if sense == "min" else -1.0
    reduced = sign * answer.reduced_costs[:n_sites]
    room = sign * (value - answer.objective) + max(tolerance, 1e-6 * max(1.0, abs(value)) * 1e-3)
    at_zero = answer.x[:n_sites] < 1e-6
    at_one = answer.x[:n_sites] > 1 - 1e-6
    return ~(at_zero & (reduced > room)), at_one & (-reduced > room)
