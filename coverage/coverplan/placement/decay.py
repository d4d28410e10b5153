"""How much a travel time is worth when coverage fades with distance."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from coverplan.errors import Problem
from coverplan.placement.recount import Worth

__all__ = ["Decay", "decay_worth"]

FloatArray = NDArray[np.float64]

Decay: TypeAlias = float | Sequence[tuple[float, float]]
"""
Minutes at which a linear fall from 1 (at the cutoff) reaches 0; or steps `(minutes, share)`,
minutes rising and shares falling, each share holding up to and including its minutes.
"""


def decay_worth(cutoff: float, decay: Decay, faults: list[Problem]) -> tuple[Worth, float]:
    """
    Return the worth of a travel time, and the minutes from which it is worth nothing.

    Parameters
    ----------
    cutoff
        Up to here a linear fall is worth 1. [min]
    decay
        The fall.
    faults
        What is wrong with it is appended here.

    Examples
    --------
    >>> worth, end = decay_worth(15.0, 30.0, [])
    >>> worth(np.array([10.0, 15.0, 22.5, 40.0])).tolist(), end
    ([1.0, 1.0, 0.5, 0.0], 30.0)
    >>> worth, end = decay_worth(15.0, [(15.0, 1.0), (30.0, 0.4)], [])
    >>> worth(np.array([15.0, 15.1, 31.0])).tolist()
    [1.0, 0.4, 0.0]
    """
    if isinstance(decay, (int, float)):
        end = float(decay)
        if not end > cutoff:
            expected = f"more than the cutoff {cutoff:g}"
            faults.append(_wrong(str(decay), expected))
            end = cutoff + 1.0
        span = end - cutoff
        return lambda minutes: np.clip((end - minutes) / span, 0.0, 1.0), end
    steps = np.asarray(decay, dtype=np.float64)
    shaped = steps.ndim == 2 and steps.shape[1:] == (2,) and len(steps) > 0  # noqa: PLR2004
    if not shaped or not _falls(steps):
        faults.append(
            _wrong(str(decay)[:80], "(minutes, share) steps: rising, shares 1 … 0 falling")
        )
        return lambda minutes: (minutes <= cutoff).astype(np.float64), cutoff
    shares = np.concatenate([steps[:, 1], np.zeros(1)])
    return lambda minutes: shares[np.searchsorted(steps[:, 0], minutes)], float(steps[-1, 0])


def _falls(steps: FloatArray) -> bool:
    minutes, shares = steps[:, 0], steps[:, 1]
    inside = (shares > 0).all() and (shares <= 1).all() and (minutes >= 0).all()
    return bool(inside and (np.diff(minutes) > 0).all() and (np.diff(shares) < 0).all())


def _wrong(found: str, expected: str) -> Problem:
    values: dict[str, str | int | float] = {"option": "decay", "expected": expected}
    return Problem("placement_covering.option", found=found, values=values)
