"""Travel times and weights at the door: checked once, all faults told together."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.domain import TravelTimes
from coverplan.errors import InputError, Problem
from coverplan.placement.options import few
from coverplan.placement.recount import Times

__all__ = [
    "checked_cutoff",
    "checked_labels",
    "checked_times",
    "checked_weight",
    "raise_faults",
    "unwrapped",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TWO_DIMENSIONS = 2


def unwrapped(
    times: ArrayLike | sparse.sparray | sparse.spmatrix | TravelTimes, limit: float | None
) -> tuple[ArrayLike | sparse.sparray | sparse.spmatrix, float | None]:
    """
    Return plain travel times and the limit up to which they are known.

    Parameters
    ----------
    times
        An array, CSR, or `TravelTimes`, which knows its limit.
    limit
        What the caller says; it stands before what the times say.
    """
    if isinstance(times, TravelTimes):
        known = float(times.limit) if np.isfinite(times.limit) else None
        return times.values, known if limit is None else limit
    return times, limit


def checked_times(
    times: ArrayLike | sparse.sparray | sparse.spmatrix, faults: list[Problem]
) -> Times:
    """
    Return travel times as a float array or CSR array, or note what is wrong with them.

    Parameters
    ----------
    times
        Travel times, shape (n_demand, n_sites); `inf` where unreachable, or CSR. [min]
    faults
        What is wrong is appended here.
    """
    found: Times
    if sparse.issparse(times):
        # Formats other than CSR may drop a stored zero, and then zero minutes are lost.
        found = sparse.csr_array(times, dtype=np.float64)
        values = found.data
    else:
        found = np.asarray(times, dtype=np.float64)
        values = found
    if len(found.shape) != TWO_DIMENSIONS or 0 in found.shape:
        faults.append(Problem("placement_covering.times_shape", found=str(found.shape)))
        return np.zeros((1, 1))
    # Sums look at every value once and make no copy of a large matrix.
    lowest = float(values.min()) if values.size else 0.0
    if np.isnan(lowest):
        count = int(np.isnan(values).sum())
        faults.append(Problem("placement_covering.times_nan", found=str(count)))
    elif lowest < 0:
        count = int((values < 0).sum())
        faults.append(Problem("placement_covering.times_negative", found=str(count)))
    return found


def checked_weight(
    option: str, weight: ArrayLike | None, n_demand: int, faults: list[Problem]
) -> FloatArray:
    """
    Return weights as floats, 1 each where none are given, or note what is wrong with them.

    Parameters
    ----------
    option
        Name of the option for messages.
    weight
        Weight of each demand point, shape (n_demand,). [persons]
    n_demand
        How many demand points there are.
    faults
        What is wrong is appended here.
    """
    if weight is None:
        return np.ones(n_demand)
    values: dict[str, str | int | float] = {"option": option, "size": n_demand}
    try:
        array = np.asarray(weight, dtype=np.float64)
    except (TypeError, ValueError):
        found = repr(weight)[:60]
        faults.append(Problem("placement_covering.weight_value", found=found, values=values))
        return np.ones(n_demand)
    if array.shape != (n_demand,):
        found = str(array.shape)
        faults.append(Problem("placement_covering.weight_shape", found=found, values=values))
        return np.ones(n_demand)
    bad = array[~np.isfinite(array) | (array < 0)]
    if bad.size:
        faults.append(Problem("placement_covering.weight_value", found=few(bad), values=values))
        return np.ones(n_demand)
    return array


def checked_labels(
    option: str, labels: ArrayLike | None, n_demand: int, faults: list[Problem]
) -> tuple[IntArray, tuple[str | int, ...]]:
    """
    Return the group of each demand point as 0, 1, … and the names of the groups, ascending.

    Parameters
    ----------
    option
        Name of the option for messages.
    labels
        Group of each demand point, shape (n_demand,), text or whole numbers; None for one group.
    n_demand
        How many demand points there are.
    faults
        What is wrong is appended here.
    """
    if labels is None:
        return np.zeros(n_demand, dtype=np.int64), ()
    given = np.asarray(labels)
    given = given.astype(str) if given.dtype == object else given
    if given.shape != (n_demand,):
        values: dict[str, str | int | float] = {"option": option, "size": n_demand}
        found = str(given.shape)
        faults.append(Problem("placement_covering.weight_shape", found=found, values=values))
        return np.zeros(n_demand, dtype=np.int64), ()
    names, codes = np.unique(given, return_inverse=True)
    return codes.astype(np.int64), tuple(names.tolist())


def checked_cutoff(
    cutoff: float, times: Times, limit: float | None, faults: list[Problem]
) -> float:
    """
    Return the cutoff, or note that it is no number or lies beyond what the times know.

    Parameters
    ----------
    cutoff
        In the unit of the times. [min]
    times
        Checked travel times.
    limit
        Up to where the times are known; by default the largest of sparse ones, rounded up. [min]
    faults
        What is wrong is appended here.
    """
    value = float(cutoff)
    if not value >= 0:
        faults.append(Problem("placement_covering.cutoff", found=str(cutoff)))
        return 0.0
    if limit is not None or isinstance(times, sparse.csr_array):
        values = times.data if isinstance(times, sparse.csr_array) else np.zeros(0)
        known = float(np.asarray(values).max()) if values.size else 0.0
        # Times computed up to a whole limit rarely hold exactly that value.
        known = float(np.ceil(known)) if limit is None else float(limit)
        if value > known:
            problem = Problem(
                "placement_covering.beyond_limit", found=f"{value:g}", values={"limit": known}
            )
            faults.append(problem)
    return value


def raise_faults(faults: list[Problem]) -> None:
    """
    Raise all faults together, if there are any.

    Parameters
    ----------
    faults
        What was noted.

    Raises
    ------
    InputError
        There is at least one.
    """
    if faults:
        raise InputError(faults)
