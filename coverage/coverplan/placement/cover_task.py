"""A most-people problem, checked and merged once, to be solved again and again."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InputError, Problem
from coverplan.placement.capacity import served
from coverplan.placement.cover_rows import CoverRows, cover_rows, graded_rows
from coverplan.placement.decay import Decay, decay_worth
from coverplan.placement.demand import (
    checked_cutoff,
    checked_labels,
    checked_times,
    checked_weight,
    raise_faults,
    unwrapped,
)
from coverplan.placement.fairness import floors
from coverplan.placement.options import SiteRules, site_rules
from coverplan.placement.recount import Times, Worth, nearest_open, times_covered
from coverplan.placement.signatures import Signatures, signatures

__all__ = ["CoverTask", "check_count", "checked_rules", "cover_task", "refuse_unaffordable"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CoverTask:
    """
    A most-people problem, checked: what `solve_cover` takes again and again.

    Parameters
    ----------
    times
        Travel times. [min]
    weight
        Weight of each demand point. [persons]
    cutoff
        Within is at most this. [min]
    sites
        Rules on sites.
    rows
        Cover rows of the demand.
    merged
        Signatures with members; None where coverage fades.
    worth
        What a travel time is worth; None for plain coverage.
    backup
        Further sites that must lie within the cutoff.
    group_names, group_weight, least
        Groups of demand points, their weight and floor.
    fair
        `"worst_first"`, a number of worst groups, or None.
    capacity
        Most people of each site, or None.
    """

    times: Times
    weight: FloatArray
    cutoff: float
    sites: SiteRules
    rows: CoverRows
    merged: Signatures | None
    worth: Worth | None
    backup: int
    group_names: tuple[str | int, ...]
    group_weight: FloatArray
    least: FloatArray
    fair: str | int | None
    capacity: FloatArray | None

    @property
    def simple(self) -> bool:
        """Whether counting new sites and fixed sites are the only rules, and coverage is plain."""
        return (
            self.sites.plain
            and self.worth is None
            and self.backup == 0
            and self.fair is None
            and self.capacity is None
            and not self.least.any()
        )

    def recount(self, chosen: IntArray) -> tuple[float, IntArray]:
        """
        Return what sites achieve and who serves whom, counted from the raw travel times.

        Parameters
        ----------
        chosen
            Column numbers of the open sites.
        """
        if self.capacity is not None and self.merged is not None:
            flows = served(self.merged, self.capacity, chosen)
            return flows.value, flows.allocation
        minutes, site = nearest_open(self.times, chosen)
        if self.worth is not None:
            reached = np.isfinite(minutes)
            worth = np.zeros(minutes.size)
            worth[reached] = self.worth(minutes[reached])
            return float(self.weight @ worth), np.where(worth > 0, site, -1)
        within = minutes <= self.cutoff
        if self.backup:
            within = times_covered(self.times, self.cutoff, chosen) > self.backup
        return float(self.weight[within].sum()), np.where(within, site, -1)


def cover_task(
    times: ArrayLike | sparse.sparray | sparse.spmatrix,
    weight: ArrayLike,
    cutoff: float,
    *,
    new_sites: int = 0,
    backup: int = 0,
    decay: Decay | None = None,
    capacity: ArrayLike | None = None,
    group: ArrayLike | None = None,
    group_floor: Mapping[str | int, float] | float | None = None,
    fair: str | int | None = None,
    limit: float | None = None,
    **rules: object,
) -> CoverTask:
    """
    Check the input of a most-people problem and merge its demand.

    Parameters
    ----------
    times, weight, cutoff, new_sites, backup, decay, capacity, group, group_floor, fair, limit
        As in `mclp`.
    **rules
        The rules on sites, as in `mclp`.

    Raises
    ------
    InputError
        With every fault of the input.
    """
    faults: list[Problem] = []
    times, limit = unwrapped(times, limit)
    minutes = checked_times(times, faults)
    n_demand, n_sites = minutes.shape
    people = checked_weight("weight", weight, n_demand, faults)
    within = checked_cutoff(cutoff, minutes, limit, faults)
    for option, number in (("new_sites", new_sites), ("backup", backup)):
        check_count(option, number, faults)
    worth: Worth | None = None
    if decay is not None:
        worth, end = decay_worth(within, decay, faults)
        checked_cutoff(end, minutes, limit, faults)
    codes, group_names = checked_labels("group", group, n_demand, faults)
    least = floors(group_floor, group_names, faults)
    room = None if capacity is None else _room(capacity, n_sites, faults)
    _together(backup, decay, capacity, fair, least, group_names, faults)
    sites = checked_rules(n_sites, rules, faults)
    raise_faults(faults)
    refuse_unaffordable(sites, new_sites)
    split = fair is not None or bool(least.any())
    label = codes if split else None
    if worth is not None:
        merged = None
        rows = graded_rows(minutes, people, worth, usable=sites.upper, label=label)
    else:
        merged = signatures(minutes, within, people, label, members=room is not None)
        rows = cover_rows(merged)
    return CoverTask(
        times=minutes,
        weight=people,
        cutoff=within,
        sites=sites,
        rows=rows,
        merged=merged,
        worth=worth,
        backup=backup,
        group_names=group_names,
        group_weight=np.bincount(codes, weights=people, minlength=max(1, len(group_names))).astype(
            np.float64
        ),
        least=least,
        fair=fair,
        capacity=room,
    )


def check_count(option: str, number: float, faults: list[Problem]) -> None:
    """
    Note a number that is no whole number of at least 0.

    Parameters
    ----------
    option
        Name of the option for messages.
    number
        What was given.
    faults
        What is wrong is appended here.
    """
    whole = isinstance(number, (int, np.integer)) and not isinstance(number, bool)
    if not whole or number < 0:
        values: dict[str, str | int | float] = {"option": option}
        faults.append(Problem("placement_covering.count", found=str(number), values=values))


def _room(capacity: ArrayLike, n_sites: int, faults: list[Problem]) -> FloatArray:
    room = np.asarray(capacity, dtype=np.float64)
    if room.ndim == 0:
        room = np.full(n_sites, float(room))
    if room.shape != (n_sites,) or np.isnan(room).any() or (room < 0).any():
        values: dict[str, str | int | float] = {
            "option": "capacity",
            "expected": f"{n_sites} numbers of at least 0, inf for any number",
        }
        faults.append(Problem("placement_covering.option", found=str(capacity)[:60], values=values))
        return np.full(n_sites, np.inf)
    return room


def checked_rules(n_sites: int, rules: Mapping[str, object], faults: list[Problem]) -> SiteRules:
    """
    Return the rules on sites, or none of them with what is wrong noted.

    Parameters
    ----------
    n_sites
        Number of columns.
    rules
        Keyword options of `site_rules`.
    faults
        What is wrong is appended here.
    """
    try:
        return site_rules(n_sites, **rules)  # type: ignore[arg-type]
    except InputError as error:
        faults.extend(error.problems)
        return site_rules(n_sites)


def _together(
    backup: int,
    decay: Decay | None,
    capacity: ArrayLike | None,
    fair: str | int | None,
    least: FloatArray,
    group_names: tuple[str | int, ...],
    faults: list[Problem],
) -> None:
    used = {
        "backup": bool(backup),
        "decay": decay is not None,
        "capacity": capacity is not None,
        "fair": fair is not None,
        "group_floor": bool(least.any()),
    }
    pairs = [("backup", "decay"), ("backup", "capacity"), ("decay", "capacity")]
    pairs += [("capacity", "fair"), ("capacity", "group_floor")]
    faults.extend(
        Problem("placement_covering.not_together", found=f"{one}, {other}")
        for one, other in pairs
        if used[one] and used[other]
    )
    known = fair is None or fair == "worst_first" or (isinstance(fair, int) and fair >= 1)
    if not known or (fair is not None and not group_names):
        values: dict[str, str | int | float] = {
            "option": "fair",
            "expected": '"worst_first" or a number of groups, with group',
        }
        faults.append(Problem("placement_covering.option", found=str(fair), values=values))


def refuse_unaffordable(sites: SiteRules, new_sites: int) -> None:
    """
    Refuse a budget that pays for no candidate at all: its unit is wrong, most likely.

    Parameters
    ----------
    sites
        Rules on sites.
    new_sites
        New sites at most.

    Raises
    ------
    InputError
        With the cheapest candidate's cost.
    """
    fresh = sites.upper & ~sites.existing
    if np.isfinite(sites.budget) and new_sites > 0 and fresh.any() and not sites.closable.any():
        cheapest = float(sites.cost[fresh].min())
        if cheapest > sites.budget:
            problem = Problem(
                "placement_covering.budget_below_cheapest",
                found=f"{sites.budget:g}",
                values={"cheapest": cheapest},
            )
            raise InputError(problem)
