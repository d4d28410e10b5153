"""Linear and integer models as frozen arrays, and what a solver says of them."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FloatArray", "Model", "Outcome", "Progress", "Solution"]

FloatArray = NDArray[np.float64]


class Outcome(StrEnum):
    """What the solver came back with."""

    OPTIMAL = "optimal"
    WITHIN_GAP = "within_gap"
    TIME_LIMIT = "time_limit"
    """Stopped by the time limit or by Ctrl-C: `x` is the best point so far, empty if none."""
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, slots=True)
class Progress:
    """
    One report of a running solve.

    Parameters
    ----------
    seconds
        Wall time since the solve began. [s]
    objective
        Best objective so far; infinite before the first.
    bound
        Proven bound so far; infinite before the first.
    """

    seconds: float
    objective: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """
    A linear model as arrays: min or max `cost @ x + offset`, rows in CSR form.

    Parameters
    ----------
    cost
        Objective coefficient of each column, shape (n_columns,).
    start, index, value
        CSR arrays of the rows, shapes (n_rows + 1,), (n_entries,), (n_entries,).
    row_lower, row_upper
        Bounds of each row, shape (n_rows,); infinite where open.
    lower, upper
        Bounds of each column, a number or shape (n_columns,).
    integer
        Whether a column takes whole numbers only, a bool or shape (n_columns,).
    sense
        `"min"` or `"max"`.
    offset
        Constant of the objective.

    Examples
    --------
    >>> model = Model([3.0, 2.0], [0, 2], [0, 1], [1.0, 1.0], [-np.inf], [1.0], sense="max")
    >>> np.asarray(model.upper).tolist()
    [1.0, 1.0]
    """

    cost: ArrayLike
    start: ArrayLike
    index: ArrayLike
    value: ArrayLike
    row_lower: ArrayLike
    row_upper: ArrayLike
    lower: ArrayLike = 0.0
    upper: ArrayLike = 1.0
    integer: ArrayLike = True
    sense: str = "min"
    offset: float = 0.0

    def __post_init__(self) -> None:
        """Bring every array to the dtype and shape that the solver takes, and check them."""
        columns = np.size(self.cost)
        rows = np.size(self.row_lower)
        _freeze(self, "cost", np.float64, columns)
        for name in ("lower", "upper"):
            _freeze(self, name, np.float64, columns)
        _freeze(self, "integer", np.bool_, columns)
        for name in ("row_lower", "row_upper"):
            _freeze(self, name, np.float64, rows)
        entries = np.size(self.value)
        _freeze(self, "start", np.int32, rows + 1)
        _freeze(self, "index", np.int32, entries)
        _freeze(self, "value", np.float64, entries)
        start, index = np.asarray(self.start), np.asarray(self.index)
        if start[0] != 0 or start[-1] != entries or (np.diff(start) < 0).any():
            raise ValueError("start is no CSR row pointer of these entries")
        if entries and not 0 <= int(index.min()) <= int(index.max()) < columns:
            raise ValueError("index names a column that does not exist")
        if self.sense not in {"min", "max"}:
            raise ValueError(f'sense is "min" or "max", not {self.sense!r}')


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """
    What a solve found.

    Parameters
    ----------
    outcome
        How it ended.
    x
        Value of each column, whole columns rounded to whole numbers; empty when there is none.
    objective
        Objective at `x`; NaN when there is none.
    bound
        Proven bound of the objective.
    gap
        Relative distance of the two.
    interrupted
        True when the user pressed Ctrl-C: a loop of solves must stop and hand on its best.
    row_duals, reduced_costs
        Of a linear program only, else empty. Signs: d objective / d right-hand side, and
        d objective / d column, in the sense of the model.
    """

    outcome: Outcome
    x: FloatArray
    objective: float
    bound: float
    gap: float
    interrupted: bool
    row_duals: FloatArray
    reduced_costs: FloatArray


def _freeze(model: Model, name: str, dtype: type[np.generic], size: int) -> None:
    array = np.asarray(getattr(model, name))
    if array.ndim == 0:
        array = np.full(size, array)
    if array.shape != (size,):
        raise ValueError(f"{name} has shape {array.shape}, not ({size},)")
    if dtype is np.int32 and array.size and int(array.max()) > np.iinfo(np.int32).max:
        raise ValueError(f"{name}: more than 2^31 entries; reduce the model first")
    array = np.ascontiguousarray(array, dtype=dtype)
    if dtype is np.float64 and np.isnan(array).any():
        raise ValueError(f"{name} holds NaN")
    if array.flags.writeable:
        array = array.copy() if array is getattr(model, name) else array
        array.setflags(write=False)
    object.__setattr__(model, name, array)
