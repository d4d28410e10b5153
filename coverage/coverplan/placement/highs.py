"""The one door to the solver: arrays in, a proven answer or an honest bound out."""

import math
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coverplan.errors import SolverError
from coverplan.placement.linear import Model, Outcome, Progress, Solution
from coverplan.placement.result import relative_gap

__all__ = ["ABSOLUTE_GAP", "Engine", "Model", "Outcome", "Progress", "Solution", "solve"]

# A bound this close to the objective (relative) is the objective: it is rounding, not a gap.
ROUNDING = 1e-9
# HiGHS stops when bound and objective differ by less; far below one person or one minute.
ABSOLUTE_GAP = 1e-9
# The solver's own word for "no limit" on branching nodes.
NODES = 2**31 - 1
# The solver's own share of work for heuristics, and those that solve a smaller model.
HEURISTIC_EFFORT = 0.05
HEURISTICS = ("rins", "rens", "root_reduced_cost")
SECONDS_BETWEEN_REPORTS = 0.5
FEASIBLE = 2  # kSolutionStatusFeasible


class Engine:
    """
    A loaded model that can be changed and solved again from where it stood.

    The cut loops need this: rows are added and the dual simplex goes on from the last basis.

    Parameters
    ----------
    model
        What to load.
    seed
        Random seed of the solver.
    threads
        Threads of the solver. One gives the same answer on every machine.
    """

    def __init__(self, model: Model, *, seed: int = 0, threads: int = 1) -> None:
        # imported here: `import coverplan` must not load the solver
        from highspy import _core  # noqa: PLC0415

        # The bare class: `highspy.Highs` prints a banner before it can be told not to.
        self._highs: Any = _core._Highs()  # noqa: SLF001
        self._set("output_flag", value=False)
        self._set("random_seed", seed)
        self._set("threads", threads)
        self._sense = model.sense
        self._integer = np.array(model.integer, dtype=np.bool_)
        self._cost = np.array(model.cost, dtype=np.float64)
        self._offset = float(model.offset)
        self._load(model)

    def _load(self, model: Model) -> None:
        from highspy import MatrixFormat, ObjSense  # noqa: PLC0415

        start, index, value = (np.asarray(a) for a in (model.start, model.index, model.value))
        status = self._highs.passModel(
            np.size(model.cost),
            np.size(model.row_lower),
            value.size,
            int(MatrixFormat.kRowwise),
            int(ObjSense.kMaximize if model.sense == "max" else ObjSense.kMinimize),
            model.offset,
            model.cost,
            model.lower,
            model.upper,
            model.row_lower,
            model.row_upper,
            start,
            index,
            value,
            self._integer.astype(np.int32),
        )
        self._check(status, "passModel")

    @property
    def n_rows(self) -> int:
        """Number of rows now."""
        return int(self._highs.getNumRow())

    def add_rows(
        self,
        start: ArrayLike,
        index: ArrayLike,
        value: ArrayLike,
        lower: ArrayLike,
        upper: ArrayLike,
    ) -> None:
        """
        Append rows.

        Parameters
        ----------
        start, index, value
            CSR arrays of the new rows, `start` of shape (n_new + 1,).
        lower, upper
            Their bounds, shape (n_new,).
        """
        lower = np.atleast_1d(np.asarray(lower, dtype=np.float64))
        upper = np.atleast_1d(np.asarray(upper, dtype=np.float64))
        if lower.size == 0:
            return
        status = self._highs.addRows(
            lower.size,
            lower,
            upper,
            np.size(value),
            np.asarray(start, dtype=np.int32)[:-1],
            np.asarray(index, dtype=np.int32),
            np.asarray(value, dtype=np.float64),
        )
        self._check(status, "addRows")

    def delete_rows(self, rows: ArrayLike) -> None:
        """
        Remove rows; those behind them move up.

        Parameters
        ----------
        rows
            Row numbers.
        """
        numbers = np.unique(np.asarray(rows, dtype=np.int32))
        if numbers.size:
            self._check(self._highs.deleteRows(numbers.size, numbers), "deleteRows")

    def bound_columns(self, columns: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> None:
        """
        Change the bounds of columns.

        Parameters
        ----------
        columns
            Column numbers, no doubles.
        lower, upper
            Their new bounds, a number or of the same shape.
        """
        numbers = np.atleast_1d(np.asarray(columns, dtype=np.int32))
        if numbers.size:
            low = np.array(np.broadcast_to(np.asarray(lower, dtype=np.float64), numbers.shape))
            high = np.array(np.broadcast_to(np.asarray(upper, dtype=np.float64), numbers.shape))
            status = self._highs.changeColsBounds(numbers.size, numbers, low, high)
            self._check(status, "changeColsBounds")

    def bound_rows(self, rows: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> None:
        """
        Change the bounds of rows.

        Parameters
        ----------
        rows
            Row numbers, no doubles.
        lower, upper
            Their new bounds, a number or of the same shape.
        """
        numbers = np.atleast_1d(np.asarray(rows, dtype=np.int32))
        low = np.broadcast_to(np.asarray(lower, dtype=np.float64), numbers.shape)
        high = np.broadcast_to(np.asarray(upper, dtype=np.float64), numbers.shape)
        for row, a, b in zip(numbers.tolist(), low.tolist(), high.tolist(), strict=True):
            self._check(self._highs.changeRowBounds(row, a, b), "changeRowBounds")

    def recost(self, cost: ArrayLike, sense: str | None = None) -> None:
        """
        Replace the objective, for the next goal of a chain.

        Parameters
        ----------
        cost
            New coefficients of all columns, shape (n_columns,).
        sense
            `"min"`, `"max"`, or None to keep it.
        """
        from highspy import ObjSense  # noqa: PLC0415

        values = np.ascontiguousarray(cost, dtype=np.float64)
        numbers = np.arange(values.size, dtype=np.int32)
        self._check(self._highs.changeColsCost(values.size, numbers, values), "changeColsCost")
        self._cost = values.copy()
        if sense is not None:
            self._sense = sense
            which = ObjSense.kMaximize if sense == "max" else ObjSense.kMinimize
            self._check(self._highs.changeObjectiveSense(which), "changeObjectiveSense")

    def solve(
        self,
        *,
        time_limit_s: float | None = None,
        mip_gap: float = 0.0,
        start: ArrayLike | None = None,
        presolve: bool = True,
        heuristics: bool = True,
        absolute_gap: float = ABSOLUTE_GAP,
        nodes: int | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Solution:
        """
        Solve what is loaded.

        Parameters
        ----------
        time_limit_s
            Wall time to stop at; None for none. [s]
        mip_gap
            Relative gap at which an integer model is good enough; 0 asks for a proof.
        start
            A point to start from, shape (n_columns,); NaN where unknown.
        presolve
            False keeps the basis of the last solve, which cut loops want.
        heuristics
            False leaves out the searches for good points of an integer model, where `start` is one.
        absolute_gap
            Gap at which an integer model is proven; just below 1 where objectives are whole.
        nodes
            Branching nodes to stop at, unlike a time the same on every machine; None for none.
        on_progress
            Called now and then with a `Progress` while an integer model is solved.

        Returns
        -------
        Solution
            With `x` empty when the model is infeasible, unbounded or nothing was found in time.

        Raises
        ------
        SolverError
            The solver failed in a way that is no answer.
        """
        # For linear programs HiGHS counts the seconds of all earlier solves of this object too.
        spent = 0.0 if self._integer.any() else float(self._highs.getRunTime())
        limit = math.inf if time_limit_s is None else spent + max(time_limit_s, 0.0)
        self._set("time_limit", limit)
        self._set("mip_rel_gap", mip_gap)
        self._set("mip_abs_gap", absolute_gap)
        self._set("mip_max_nodes", NODES if nodes is None else nodes)
        self._set("presolve", "choose" if presolve else "off")
        self._set("mip_heuristic_effort", HEURISTIC_EFFORT if heuristics else 0.0)
        for kind in HEURISTICS:
            self._set(f"mip_heuristic_run_{kind}", value=heuristics)
        if start is not None:
            point = np.asarray(start, dtype=np.float64)
            known = np.flatnonzero(~np.isnan(point)).astype(np.int32)
            self._check(self._highs.setSolution(known.size, known, point[known]), "setSolution")
        interrupted = _run(self._highs, on_progress, whole=bool(self._integer.any()))
        found = self._solution(mip_gap, interrupted=interrupted)
        if start is None or interrupted or self._worth_what_it_says(found):
            return found
        # HiGHS now and then gives back the start beside the objective of the optimum.
        self._check(self._highs.clearSolver(), "clearSolver")
        interrupted = _run(self._highs, on_progress, whole=bool(self._integer.any()))
        return self._solution(mip_gap, interrupted=interrupted)

    def _worth_what_it_says(self, found: Solution) -> bool:
        """Tell whether the objective of an answer is the one that its columns come to."""
        if found.x.size == 0:
            return True
        own = float(self._cost @ found.x) + self._offset
        return abs(own - found.objective) <= 1e-6 * max(1.0, abs(own))

    def _solution(self, mip_gap: float, *, interrupted: bool) -> Solution:
        ended = self._highs.getModelStatus().name
        if ended == "kUnboundedOrInfeasible":
            ended = self._settle()
        whole = bool(self._integer.any())
        worst = math.inf if self._sense == "min" else -math.inf
        if ended == "kInfeasible":
            return _nothing(Outcome.INFEASIBLE, worst, interrupted=interrupted)
        if ended == "kUnbounded":
            return _nothing(Outcome.UNBOUNDED, -worst, interrupted=interrupted)
        stopped = ended in {"kTimeLimit", "kSolutionLimit", "kInterrupt", "kHighsInterrupt"}
        if not stopped and ended not in {"kOptimal", "kModelEmpty"}:
            raise SolverError(f"HiGHS: {ended}")
        info = self._highs.getInfo()
        bound = float(info.mip_dual_bound) if whole else -worst
        if stopped and int(info.primal_solution_status) != FEASIBLE:
            return _nothing(Outcome.TIME_LIMIT, bound, interrupted=interrupted)
        found = self._highs.getSolution()
        x = np.array(found.col_value, dtype=np.float64)
        x[self._integer] = np.rint(x[self._integer]) + 0.0  # no -0.0
        objective = float(info.objective_function_value)
        if not stopped and not whole:
            bound = objective
        if math.isfinite(bound) and abs(objective - bound) <= ROUNDING * max(1.0, abs(objective)):
            bound = objective
        gap = relative_gap(objective, bound)
        if gap == 0.0:
            outcome = Outcome.OPTIMAL
        else:
            outcome = Outcome.TIME_LIMIT if stopped and gap > mip_gap else Outcome.WITHIN_GAP
        has_duals = not whole and bool(found.dual_valid)
        duals = np.array(found.row_dual if has_duals else (), dtype=np.float64)
        reduced = np.array(found.col_dual if has_duals else (), dtype=np.float64)
        return Solution(outcome, x, objective, bound, gap, interrupted, duals, reduced)

    def _settle(self) -> str:
        # Presolve could not tell infeasible from unbounded: without an objective it can.
        lp = self._highs.getLp()
        cost = np.array(lp.col_cost_, dtype=np.float64)
        numbers = np.arange(cost.size, dtype=np.int32)
        self._highs.changeColsCost(cost.size, numbers, np.zeros_like(cost))
        self._highs.run()
        ended = self._highs.getModelStatus().name
        self._highs.changeColsCost(cost.size, numbers, cost)
        return "kInfeasible" if ended == "kInfeasible" else "kUnbounded"

    def _set(self, option: str, value: str | float) -> None:
        self._check(self._highs.setOptionValue(option, value), f"setOptionValue({option})")

    def _check(self, status: Any, call: str) -> None:
        if int(status) < 0:
            raise SolverError(f"HiGHS: {call} failed")


def solve(
    model: Model,
    *,
    time_limit_s: float | None = None,
    mip_gap: float = 0.0,
    start: ArrayLike | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """
    Solve a model once.

    Parameters
    ----------
    model
        What to solve.
    time_limit_s
        Wall time to stop at; None for none. [s]
    mip_gap
        Relative gap that is good enough; 0 asks for a proof.
    start
        A point to start from, shape (n_columns,); NaN where unknown.
    seed
        Random seed of the solver.
    threads
        Threads of the solver. One gives the same answer on every machine.
    on_progress
        Called now and then with a `Progress`.

    Returns
    -------
    Solution
        Infeasible and unbounded are outcomes, not errors: the caller knows the names at fault.

    Raises
    ------
    SolverError
        The solver failed in a way that is no answer.

    Examples
    --------
    >>> knapsack = Model([5.0, 4.0, 3.0], [0, 3], [0, 1, 2], [2.0, 3.0, 1.0], [0.0], [5.0],
    ...                  sense="max")
    >>> found = solve(knapsack)
    >>> str(found.outcome), found.objective, found.x.tolist()
    ('optimal', 9.0, [1.0, 1.0, 0.0])
    """
    engine = Engine(model, seed=seed, threads=threads)
    return engine.solve(
        time_limit_s=time_limit_s, mip_gap=mip_gap, start=start, on_progress=on_progress
    )


def _nothing(outcome: Outcome, bound: float, *, interrupted: bool) -> Solution:
    none = np.zeros(0)
    return Solution(outcome, none, math.nan, bound, math.inf, interrupted, none, none)


def _run(highs: Any, on_progress: Callable[[Progress], None] | None, *, whole: bool) -> bool:
    """Run the solver; return whether the user interrupted it."""
    if threading.current_thread() is not threading.main_thread() and on_progress is None:
        highs.run()
        return False
    stop = threading.Event()
    _listen(highs, stop, on_progress, whole=whole)
    # Ctrl-C reaches the main thread only, and only while it runs Python: so the solver works in
    # another thread and this one waits.
    failure: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            highs.run()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failure.append(error)
        finally:
            done.set()

    threading.Thread(target=work, daemon=True).start()
    while not done.is_set():
        try:
            done.wait(0.2)
        except KeyboardInterrupt:
            stop.set()
    if failure:
        raise failure[0]
    return stop.is_set()


def _listen(
    highs: Any,
    stop: threading.Event,
    on_progress: Callable[[Progress], None] | None,
    *,
    whole: bool,
) -> None:
    from highspy import cb  # noqa: PLC0415

    kinds = cb.HighsCallbackType
    began = time.monotonic()
    told = began

    def hear(_kind: int, _message: str, out: Any, answer: Any, _data: object) -> None:
        nonlocal told
        now = time.monotonic()
        if on_progress is not None and whole and now - told >= SECONDS_BETWEEN_REPORTS:
            told = now
            on_progress(Progress(now - began, out.mip_primal_bound, out.mip_dual_bound))
        if stop.is_set():
            answer.user_interrupt = True

    highs.setCallback(None, None)
    highs.setCallback(hear, None)
    highs.startCallback(kinds.kCallbackMipInterrupt if whole else kinds.kCallbackSimplexInterrupt)
