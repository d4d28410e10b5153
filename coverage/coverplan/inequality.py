"""How unevenly people are reached; a proxy of venues, never of science literacy itself."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from coverplan.errors import InputError, Problem, Severity, Where

__all__ = [
    "Shortfall",
    "decile_gap",
    "equity_notes",
    "erreygers",
    "false_comfort",
    "fgt",
    "gini",
    "lorenz_curve",
    "palma",
    "shortfall",
    "theil",
    "worst_off_minutes",
]

FloatArray = NDArray[np.float64]
DECILE = 0.1


@dataclass(frozen=True, slots=True)
class Shortfall:
    """
    Who is beyond the cutoff, and how far.

    Parameters
    ----------
    people
        Beyond the cutoff, those who reach nothing included. [person]
    share
        Of all people.
    minutes_over
        Mean minutes beyond the cutoff of those who do reach a site later; 0 where nobody. [min]
    unreachable
        Among `people`, those who reach no site at all. [person]
    """

    people: float
    share: float
    minutes_over: float
    unreachable: float


def decile_gap(share: ArrayLike, people: ArrayLike) -> float:
    """
    Return by how many percentage points the best-served decile of people leads the worst.

    Parameters
    ----------
    share
        Coverage of each zone, between 0 and 1, shape (n,).
    people
        People of each zone, shape (n,). [person]

    Returns
    -------
    float
        Mean coverage of the best-served tenth of the people less that of the worst, a zone split
        where the tenth ends within it. [percentage points]

    Raises
    ------
    ValueError
        A value is missing or negative, a share is above 1, or there is nobody.

    Examples
    --------
    >>> decile_gap([1.0, 0.5, 0.0], [10, 80, 10])
    100.0
    """
    values, weight = _checked(share, people)
    if (values > 1).any():
        raise ValueError("a coverage share lies between 0 and 1")
    return 100.0 * (_tail_mean(-values, weight) * -1.0 - _tail_mean(values, weight))


def worst_off_minutes(minutes: ArrayLike, people: ArrayLike, share: float = DECILE) -> float:
    """
    Return the mean travel of the worst-off decile of people.

    Parameters
    ----------
    minutes
        Travel to the nearest site, shape (n_demand,); `inf` where none is reached. [min]
    people
        Shape (n_demand,). [person]
    share
        Of the people who count as worst-off.

    Returns
    -------
    float
        [min]; `inf` where one of them reaches nothing (`shortfall` counts those).

    Raises
    ------
    ValueError
        A value is NaN or negative, or there is nobody.

    Examples
    --------
    >>> worst_off_minutes([10.0, 30.0, 60.0], [80, 15, 5])
    45.0
    """
    values, weight = _checked(minutes, people, endless=True)
    return -_tail_mean(-values, weight, share)


def shortfall(minutes: ArrayLike, people: ArrayLike, cutoff: float) -> Shortfall:
    """
    Count the people beyond a cutoff and how far beyond they are.

    Parameters
    ----------
    minutes
        Travel to the nearest site, shape (n_demand,). [min]
    people
        Shape (n_demand,). [person]
    cutoff
        Within it, the bound included, nobody falls short. [min]

    Raises
    ------
    ValueError
        A value is NaN or negative, or there is nobody.

    Examples
    --------
    >>> shortfall([10.0, 40.0, np.inf], [70, 20, 10], 30)
    Shortfall(people=30.0, share=0.3, minutes_over=10.0, unreachable=10.0)
    """
    values, weight = _checked(minutes, people, endless=True)
    beyond, lost = values > cutoff, np.isinf(values)
    late = beyond & ~lost & (weight > 0)
    over = float(np.average(values[late] - cutoff, weights=weight[late])) if late.any() else 0.0
    short = float(weight[beyond].sum())
    return Shortfall(short, short / float(weight.sum()), over, float(weight[lost].sum()))


def fgt(minutes: ArrayLike, people: ArrayLike, cutoff: float, order: float) -> float:
    """
    Return the Foster-Greer-Thorbecke shortfall of travel beyond a cutoff.

    Parameters
    ----------
    minutes
        Travel to the nearest site, shape (n_demand,). [min]
    people
        Shape (n_demand,). [person]
    cutoff
        [min]
    order
        0: the share of people beyond; 1: that share times their mean excess, in cutoffs; 2: the
        far-off weigh more.

    Returns
    -------
    float
        Mean over all people of ((t - cutoff) / cutoff)^order of those beyond it. As travel has no
        upper bound it can exceed 1, unlike the poverty measure; `inf` for order > 0 where somebody
        reaches nothing.

    Raises
    ------
    ValueError
        A value is NaN or negative, the cutoff is not positive, or there is nobody.

    Notes
    -----
    Foster, Greer & Thorbecke 1984, Econometrica 52: 761-766, doi:10.2307/1913475, on the excess of
    minutes instead of the lack of income.

    Examples
    --------
    >>> fgt([10.0, 45.0], [50, 50], 30, 0), fgt([10.0, 45.0], [50, 50], 30, 1)
    (0.5, 0.25)
    """
    values, weight = _checked(minutes, people, endless=True)
    if not cutoff > 0 or order < 0:
        raise ValueError("the cutoff is positive, the order at least 0")
    beyond = (values > cutoff) & (weight > 0)
    excess = ((values[beyond] - cutoff) / cutoff) ** order
    return float((excess * weight[beyond]).sum() / weight.sum())


def erreygers(share: ArrayLike, people: ArrayLike, rank: ArrayLike) -> float:
    """
    Return Erreygers' corrected concentration index of a coverage share over a ranking of zones.

    Parameters
    ----------
    share
        Coverage of each zone, between 0 and 1, shape (n,).
    people
        People of each zone, shape (n,). [person]
    rank
        What the zones are ranked by, worst-off first (income, or minus the minutes to the county
        seat), shape (n,); zones of one rank share their mean rank.

    Returns
    -------
    float
        Between -1 and 1: above 0 where the better-off are better covered. Coverage of c and of
        1 - c give the same number with opposite signs, which the Gini index does not.

    Raises
    ------
    ValueError
        A value is missing or negative, a share is above 1, or there is nobody.

    Notes
    -----
    Erreygers 2009, Journal of Health Economics 28: 504-515, doi:10.1016/j.jhealeco.2008.02.003:
    E = 4 mu C for a variable between 0 and 1, with the weighted fractional ranks of
    O'Donnell et al. 2008, Analyzing health equity using household survey data, ch. 8.

    Examples
    --------
    >>> erreygers([0.0, 1.0], [50, 50], rank=[1, 2])
    1.0
    """
    values, weight = _checked(share, people)
    place = np.asarray(rank, dtype=float)
    if (values > 1).any() or place.shape != np.shape(people) or np.isnan(place).any():
        raise ValueError("shares between 0 and 1 and one rank a zone are due")
    place = place[np.asarray(people) > 0]
    part = weight / weight.sum()
    _, group = np.unique(place, return_inverse=True)
    in_group = np.bincount(group, part)
    middle = (np.cumsum(in_group) - in_group / 2.0)[group]
    return float(8.0 * (part * values * (middle - 0.5)).sum())


def gini(values: ArrayLike, people: ArrayLike, *, of: str) -> float:
    """
    Return the Gini index of minutes or of supply per head.

    Parameters
    ----------
    values
        Of each demand point or zone, shape (n,).
    people
        Shape (n,). [person]
    of
        `"minutes"` or `"supply"`. A share is refused.

    Returns
    -------
    float
        Between 0 (all alike) and 1; 0 where all values are 0.

    Raises
    ------
    InputError
        `of` is `"share"`: the Gini index of the covered and of the uncovered share of the same
        county differ (0.40 and 0.04 in one case), so it says nothing about either.
    ValueError
        A value is missing, infinite or negative, or there is nobody.

    Notes
    -----
    Half the mean difference of all pairs of people over the mean: no small-sample correction.

    Examples
    --------
    >>> gini([10.0, 30.0], [50, 50], of="minutes")
    0.25
    """
    _no_share(of, "Gini")
    amount, weight = _checked(values, people)
    up_to, summed = _lorenz(amount, weight)
    area = float(((up_to[1:] - up_to[:-1]) * (summed[1:] + summed[:-1])).sum())
    return max(0.0, 1.0 - area)


def lorenz_curve(values: ArrayLike, people: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """
    Return the Lorenz curve: shares of people, and what share of the total they have.

    Parameters
    ----------
    values
        Minutes or supply per head, shape (n,).
    people
        Shape (n,). [person]

    Returns
    -------
    tuple of numpy.ndarray
        Both of shape (n + 1,), from 0 to 1, those with least first.

    Raises
    ------
    ValueError
        A value is missing, infinite or negative, or there is nobody.

    Examples
    --------
    >>> lorenz_curve([30.0, 10.0], [50, 50])[1].tolist()
    [0.0, 0.25, 1.0]
    """
    return _lorenz(*_checked(values, people))


def palma(values: ArrayLike, people: ArrayLike, *, of: str) -> float:
    """
    Return the Palma ratio: what the top tenth of people has over what the lower 40 % have.

    Parameters
    ----------
    values, people, of
        As for `gini`.

    Returns
    -------
    float
        `inf` where the lower 40 % have nothing and the top tenth has something. Of minutes the
        top tenth is the worst-off.

    Raises
    ------
    InputError, ValueError
        As for `gini`.

    Notes
    -----
    Palma 2011, Development and Change 42: 87-153, doi:10.1111/j.1467-7660.2011.01694.x.

    Examples
    --------
    >>> palma([10.0] * 9 + [40.0], [1] * 10, of="minutes")
    1.0
    """
    _no_share(of, "Palma")
    up_to, summed = _lorenz(*_checked(values, people))
    top = 1.0 - float(np.interp(0.9, up_to, summed))
    low = float(np.interp(0.4, up_to, summed))
    if low == 0:
        return float("inf") if top > 0 else 1.0
    return top / low


def theil(values: ArrayLike, people: ArrayLike, *, of: str) -> float:
    """
    Return Theil's T.

    Parameters
    ----------
    values, people, of
        As for `gini`.

    Returns
    -------
    float
        From 0 (all alike) to ln n; 0 ln 0 is 0.

    Raises
    ------
    InputError, ValueError
        As for `gini`.

    Notes
    -----
    Theil 1967, Economics and information theory.

    Examples
    --------
    >>> round(theil([0.0, 2.0], [1, 1], of="supply"), 6)
    0.693147
    """
    _no_share(of, "Theil")
    amount, weight = _checked(values, people)
    mean = float(np.average(amount, weights=weight))
    if mean == 0:
        return 0.0
    ratio = amount / mean
    log = np.log(np.where(ratio > 0, ratio, 1.0))
    return max(0.0, float(np.average(ratio * log, weights=weight)))


def equity_notes(*, outside: bool) -> tuple[Problem, ...]:
    """
    Return what must be printed with every figure of equity.

    Parameters
    ----------
    outside
        Whether venues beyond the county were counted.

    Examples
    --------
    >>> [note.key for note in equity_notes(outside=False)]
    ['equity.proxy', 'equity.outside']
    """
    where = Where(key="equity")
    proxy = Problem("equity.proxy", where, severity=Severity.NOTE)
    border = Problem("equity.outside", where, severity=Severity.NOTE)
    return (proxy,) if outside else (proxy, border)


def false_comfort(
    has: "pd.Series[bool]",
    share: "pd.Series[float]",
    *,
    low: float = 0.5,
    high: float = 0.8,
) -> "pd.Series[str]":
    """
    Name the townships whose own venue says one thing and whose people's travel another.

    Parameters
    ----------
    has
        Index code9: whether the township has an open venue of the type; missing where unreported.
    share
        Index code9: coverage of its people, missing where refused.
    low, high
        Below and from these shares.

    Returns
    -------
    pandas.Series
        Index code9, those named only: `false_comfort` (has one that most people cannot reach in
        time) or `served_by_neighbours` (has none, and most reach one all the same).

    Examples
    --------
    >>> false_comfort(pd.Series({"a": True, "b": False}), pd.Series({"a": 0.2, "b": 0.9})).to_dict()
    {'a': 'false_comfort', 'b': 'served_by_neighbours'}
    """
    own, reached = has.astype("boolean"), share.reindex(has.index).astype("Float64")
    found = pd.Series("", index=has.index, dtype=object, name="comfort")
    found[(own & (reached < low)).fillna(value=False).to_numpy(dtype=bool)] = "false_comfort"
    found[(~own & (reached >= high)).fillna(value=False).to_numpy(dtype=bool)] = (
        "served_by_neighbours"
    )
    return found[found != ""]


def _no_share(of: str, measure: str) -> None:
    if of == "share":
        where = Where(key="equity")
        raise InputError(Problem("equity.share_refused", where, measure))
    if of not in {"minutes", "supply"}:
        raise ValueError(f'of is "minutes" or "supply", not {of!r}')


def _lorenz(amount: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    order = np.argsort(amount, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(weight[order])])
    held = np.concatenate([[0.0], np.cumsum((weight * amount)[order])])
    share = people / people[-1]
    return share, held / held[-1] if held[-1] > 0 else share


def _tail_mean(values: FloatArray, weight: FloatArray, share: float = DECILE) -> float:
    """Return the mean of the lowest values that make up a share of the weight."""
    order = np.argsort(values, kind="stable")
    upper = np.cumsum(weight[order])
    taken = np.clip(share * weight.sum() - (upper - weight[order]), 0.0, weight[order])
    some = taken > 0
    return float(np.average(values[order][some], weights=taken[some]))


def _checked(
    values: ArrayLike, people: ArrayLike, *, endless: bool = False
) -> tuple[FloatArray, FloatArray]:
    amount, weight = np.asarray(values, dtype=float), np.asarray(people, dtype=float)
    if amount.ndim != 1 or amount.shape != weight.shape:
        raise ValueError(f"{amount.size} values and {weight.size} weights")
    if np.isnan(amount).any() or (amount < 0).any() or not np.isfinite(weight).all():
        raise ValueError("NaN or a negative value: leave out what is not known, and say so")
    if (weight < 0).any() or not weight.sum() > 0:
        raise ValueError("no people: a measure over nobody is not a number")
    if not endless and np.isinf(amount[weight > 0]).any():
        raise ValueError("inf: count those who reach nothing apart (shortfall) and leave them out")
    return amount[weight > 0], weight[weight > 0]
