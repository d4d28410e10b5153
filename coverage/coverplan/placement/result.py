"""The answer of every placement model: which sites, how good, and how far that is proven."""

from dataclasses import dataclass, field, fields
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["IntArray", "Placement", "Status", "frozen_ints", "relative_gap"]

IntArray = NDArray[np.int64]


def frozen_ints(values: ArrayLike = ()) -> IntArray:
    """
    Return a read-only int64 copy.

    Parameters
    ----------
    values
        Whole numbers, any shape.

    Examples
    --------
    >>> frozen_ints([3, 1]).flags.writeable
    False
    """
    array = np.array(values, dtype=np.int64)
    array.setflags(write=False)
    return array


def relative_gap(objective: float, bound: float) -> float:
    """
    Return the distance of an objective and its bound, relative to the objective.

    Parameters
    ----------
    objective
        Value of the best placement found.
    bound
        Value that no placement can pass.

    Returns
    -------
    float
        |objective - bound| / |objective|; 0 where both agree, `inf` where nothing is known.

    Examples
    --------
    >>> relative_gap(100.0, 99.0), relative_gap(0.0, 0.0), relative_gap(0.0, -1.0)
    (0.01, 0.0, inf)
    """
    distance = abs(objective - bound)
    if distance == 0.0:
        return 0.0
    return distance / abs(objective) if objective else float("inf")


class Status(StrEnum):
    """How far a placement is proven."""

    OPTIMAL = "optimal"
    """Proven: no placement that keeps the rules is better."""
    WITHIN_GAP = "within_gap"
    """Proven to within the `mip_gap` that the caller allowed."""
    TIME_LIMIT = "time_limit"
    """Stopped early, by the time limit or by the user: the best found, with its bound."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placement:
    """
    Sites to open, what they achieve, and the bound that no placement can pass.

    Two placements are equal when all fields but `seconds` are. The arrays are read-only.

    Examples
    --------
    >>> found = Placement(model="p_median", sense="min", chosen=np.array([2, 0]),
    ...                   added=np.array([2]), objective=7.0, bound=7.0)
    >>> found.chosen.tolist(), found.added.tolist(), found.closed.tolist()
    ([0, 2], [2], [])
    >>> str(found.status), found.mip_gap
    ('optimal', 0.0)
    """

    model: str
    """Name of the model: `lscp`, `mclp`, `p_median`, `p_center` …"""
    sense: str
    """`"min"` or `"max"`: which way the objective is better."""
    chosen: IntArray
    """Column numbers of all sites open afterwards, ascending, existing ones included."""
    added: IntArray = field(default_factory=frozen_ints)
    """Column numbers of the new sites among `chosen`, ascending."""
    closed: IntArray = field(default_factory=frozen_ints)
    """Column numbers of existing sites that close, ascending."""
    objective: float
    """Value of the model's objective, recounted from the raw travel times."""
    bound: float
    """Proven: no placement that keeps the rules has a better objective than this."""
    mip_gap: float = 0.0
    """Relative distance of `objective` and `bound`; 0 when optimal."""
    status: Status = Status.OPTIMAL
    """How far the placement is proven."""
    allocation: IntArray = field(default_factory=frozen_ints)
    """For each demand point the column number of the site that serves it, -1 where none does."""
    seconds: float = 0.0
    """Wall time of the computation; never part of equality or of an output. [s]"""

    def __post_init__(self) -> None:
        """Sort the column numbers, make every array read-only, check the words."""
        for name in ("chosen", "added", "closed"):
            object.__setattr__(self, name, frozen_ints(np.unique(getattr(self, name))))
        object.__setattr__(self, "allocation", frozen_ints(self.allocation))
        object.__setattr__(self, "status", Status(self.status))
        if self.sense not in {"min", "max"}:
            raise ValueError(f'sense is "min" or "max", not {self.sense!r}')

    def __eq__(self, other: object) -> bool:
        """Compare everything but `seconds`."""
        return isinstance(other, Placement) and self._key() == other._key()

    def __hash__(self) -> int:
        """Hash what equality compares."""
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        values = (getattr(self, item.name) for item in fields(self) if item.name != "seconds")
        return tuple(tuple(v.tolist()) if isinstance(v, np.ndarray) else v for v in values)
