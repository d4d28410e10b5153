"""Groups that are worst off come first, and no group falls below its floor."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from coverplan.errors import InfeasibleError, Problem
from coverplan.placement.cover_rows import CoverRows
from coverplan.placement.covering_search import Found, Search, solved
from coverplan.placement.options import few
from coverplan.placement.program import Program, Rule

__all__ = ["add_floors", "floors", "worst_first"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# A mean share is held to this when the next goal is asked; far below one person of a township.
SHARE_TOLERANCE = 1e-7


def floors(
    group_floor: Mapping[str | int, float] | float | None,
    names: tuple[str | int, ...],
    faults: list[Problem],
) -> FloatArray:
    """
    Return the floor of each group as a share, or note what is wrong.

    Parameters
    ----------
    group_floor
        One share for all groups, or group -> share.
    names
        Names of the groups.
    faults
        What is wrong is appended here.
    """
    least = np.zeros(len(names))
    if group_floor is None:
        return least
    if not names:
        values = {"option": "group_floor", "expected": "group, the group of each demand point"}
        faults.append(
            Problem("placement_covering.option", found=str(group_floor)[:60], values=values)
        )
        return least
    items = group_floor if isinstance(group_floor, Mapping) else dict.fromkeys(names, group_floor)
    place = {name: code for code, name in enumerate(names)}
    for name, share in items.items():
        if name not in place or not 0 <= float(share) <= 1:
            values = {"option": "group_floor", "expected": "a known group, a share of 0 to 1"}
            found = f"{name}: {share}"
            faults.append(Problem("placement_covering.option", found=found, values=values))
        else:
            least[place[name]] = float(share)
    return least


def add_floors(
    program: Program,
    rows: CoverRows,
    first: int,
    least: FloatArray,
    group_weight: FloatArray,
    names: tuple[str | int, ...],
) -> None:
    """
    Append the floors as rules.

    Parameters
    ----------
    program
        The program that holds `rows`.
    rows
        Cover rows, labelled by group.
    first
        Their first loss column.
    least
        Floor of each group. [share]
    group_weight
        Weight of each group. [persons]
    names
        Names of the groups.

    Raises
    ------
    InfeasibleError
        Groups whose floor no set of sites can reach, all named.
    """
    reachable = np.bincount(rows.label, weights=rows.weight, minlength=least.size)
    wanted = least * group_weight
    slack = 1e-9 * np.maximum(1.0, group_weight)
    beyond = np.flatnonzero(wanted > reachable + slack)
    if beyond.size:
        found = few([str(names[code]) for code in beyond.tolist()])
        raise InfeasibleError(Problem("placement_covering.floor_unreachable", found=found))
    for code in np.flatnonzero(least > 0).tolist():
        inside = np.flatnonzero(rows.label == code)
        most_lost = float(reachable[code] - wanted[code] + slack[code])
        rule = Rule("floor", str(names[code]), float(np.ceil(wanted[code] - slack[code])))
        program.add_row(first + inside, rows.weight[inside], -np.inf, most_lost, rule)


def worst_first(
    program: Program,
    rows: CoverRows,
    first: int,
    group_weight: FloatArray,
    search: Search,
    *,
    only: int | None = None,
) -> tuple[Found, bool]:
    """
    Raise the covered share of the worst group, then of the worst two, and so on.

    Each sum is proven and kept as a row of the program before the next is asked. The vector of
    shares, sorted, is then the lexicographically greatest there is.

    Parameters
    ----------
    program
        The program that holds `rows`; rows are appended.
    rows
        Cover rows, labelled by group.
    first
        Their first loss column.
    group_weight
        Weight of each group; groups of weight 0 have no share. [persons]
    search
        Limits.
    only
        Ask for the mean of this many worst groups only, not for all sums in turn.

    Returns
    -------
    tuple[Found, bool]
        The last answer, and whether every sum was proven.

    Notes
    -----
    The sum of the k smallest shares is `max k t - sum(d)` with `t - d <= share`, `d >= 0`
    (Ogryczak & Śliwiński 2003, doi:10.1016/S0377-2217(02)00345-4): the conditional value at risk of
    the shares, times k.
    """
    groups = np.flatnonzero(group_weight > 0)
    proven = True
    found: Found | None = None
    counts = range(1, groups.size + 1) if only is None else [min(only, groups.size)]
    for count in counts:
        top = program.columns(1)
        short = program.columns(groups.size)
        _link_shares(program, rows, first, group_weight, groups, top, short)
        cost = np.zeros(program.width)
        cost[top], cost[short : short + groups.size] = float(count), -1.0
        start = None if found is None else found.chosen
        found = solved(program, cost, "max", search, start=start)
        proven &= found.bound <= found.value + SHARE_TOLERANCE
        used = np.flatnonzero(cost)
        rule = Rule("earlier_goal", f"worst {count}", round(found.value / count, 6))
        program.add_row(used, cost[used], found.value - SHARE_TOLERANCE, np.inf, rule)
        if found.x[top] >= 1 - SHARE_TOLERANCE:
            break
    if found is None:
        raise AssertionError
    return found, proven


def _link_shares(
    program: Program,
    rows: CoverRows,
    first: int,
    group_weight: FloatArray,
    groups: IntArray,
    top: int,
    short: int,
) -> None:
    """Append `t - d <= share` for each group; share = (reachable - lost) / weight."""
    place = np.full(group_weight.size, -1, dtype=np.int64)
    place[groups] = np.arange(groups.size)
    row = place[rows.label]
    share = rows.weight / group_weight[rows.label]
    reachable = np.bincount(row, weights=share, minlength=groups.size)
    each = np.arange(groups.size)
    ones = np.ones(groups.size)
    matrix = sparse.coo_array(
        (
            np.concatenate([share, ones, -ones]),
            (
                np.concatenate([row, each, each]),
                np.concatenate(
                    [first + np.arange(rows.n_rows), np.full(groups.size, top), short + each]
                ),
            ),
        ),
        shape=(groups.size, program.width),
    )
    program.add(sparse.csr_array(matrix), -np.inf, reachable)
