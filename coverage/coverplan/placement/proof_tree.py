"""How a proof splits all plans into branches, each bounded by whole-number multipliers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["SCALE", "Bounding", "Branch", "CheckedRules", "grown", "largest_bound"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Multipliers are whole numbers of this fraction of a person (or of a person-minute).
SCALE = 1 << 16
# Sums of whole numbers stay below this, so that none can wrap around.
LARGEST = 1 << 61


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """
    All plans in which some sites are open and some are shut.

    Parameters
    ----------
    opened, shut
        Decided sites, shape (n_sites,).
    """

    opened: BoolArray
    shut: BoolArray

    @property
    def free(self) -> BoolArray:
        """Return the undecided sites, shape (n_sites,)."""
        return ~self.opened & ~self.shut

    def halves(self, site: int) -> "tuple[Branch, Branch]":
        """
        Return the plans that open a site and those that do not.

        Parameters
        ----------
        site
            An undecided site.

        Raises
        ------
        ValueError
            The site is decided: the two halves would not be all plans.
        """
        if not 0 <= site < self.opened.size or not self.free[site]:
            raise ValueError("a fork on a site that is decided")
        opened, shut = self.opened.copy(), self.shut.copy()
        opened[site] = shut[site] = True
        return Branch(opened, self.shut), Branch(self.opened, shut)


@dataclass(frozen=True, slots=True, eq=False)
class CheckedRules:
    """
    The rules that a certificate speaks of: which sites, how many, and zones that need some.

    Parameters
    ----------
    existing, required, forbidden
        Masks of shape (n_sites,).
    new_sites
        New sites at most.
    zone
        Zone of each site as 0, 1, …; -1 for none.
    need
        Open sites that each zone needs, existing ones included.
    """

    existing: BoolArray
    required: BoolArray
    forbidden: BoolArray
    new_sites: int
    zone: IntArray
    need: IntArray

    @classmethod
    def of(
        cls,
        n_sites: int,
        *,
        existing: object,
        required: object,
        forbidden: object,
        new_sites: int,
        zone: ArrayLike | None,
        zone_min: Mapping[str, int],
    ) -> "CheckedRules":
        """
        Return the rules from what a paper names.

        Parameters
        ----------
        n_sites
            Number of sites.
        existing, required, forbidden
            Column numbers.
        new_sites
            New sites at most.
        zone
            Zone of each site; None without zones.
        zone_min
            Zone -> open sites that it needs.

        Raises
        ------
        ValueError
            A site or zone does not exist.
        """
        names = list(zone_min)
        place = {str(name): number for number, name in enumerate(names)}
        codes = np.full(n_sites, -1, dtype=np.int64)
        if names:
            zones = np.asarray(zone).tolist() if zone is not None else []
            if len(zones) != n_sites:
                raise ValueError("zones of other sites")
            codes = np.array([place.get(str(name), -1) for name in zones], dtype=np.int64)
        need = np.array([int(zone_min[name]) for name in names], dtype=np.int64)
        return cls(
            _mask(existing, n_sites),
            _mask(required, n_sites),
            _mask(forbidden, n_sites),
            int(new_sites),
            codes,
            need,
        )

    @property
    def root(self) -> Branch:
        """Return the branch of all plans."""
        return Branch(self.existing | self.required, self.forbidden)

    def left(self, branch: Branch) -> tuple[int, IntArray]:
        """
        Return how many more sites a branch may open, and how many each zone still needs.

        Parameters
        ----------
        branch
            The decided sites.
        """
        count = self.new_sites - int((branch.opened & ~self.existing).sum())
        have = np.bincount(self.zone[branch.opened & (self.zone >= 0)], minlength=self.need.size)
        return count, np.maximum(self.need - have, 0)

    def possible(self, branch: Branch) -> bool:
        """
        Tell whether a branch holds any plan at all.

        Parameters
        ----------
        branch
            The decided sites.
        """
        count, need = self.left(branch)
        free = np.bincount(self.zone[branch.free & (self.zone >= 0)], minlength=self.need.size)
        clash = bool((branch.opened & branch.shut).any())
        return not clash and int(need.sum()) <= count and bool((need <= free).all())

    def most(self, gain: IntArray, branch: Branch) -> int:
        """
        Return the largest sum of gains of undecided sites that the rules allow, exactly.

        The best of each zone up to its need, then the largest of the rest: zones do not overlap,
        so no other choice is better.

        Parameters
        ----------
        gain
            Whole numbers, not negative, shape (n_sites,).
        branch
            A branch that holds a plan.
        """
        count, need = self.left(branch)
        free = np.flatnonzero(branch.free)
        order = free[np.argsort(-gain[free], kind="stable")]
        taken = np.zeros(order.size, dtype=np.bool_)
        for code in np.flatnonzero(need).tolist():
            taken[np.flatnonzero(self.zone[order] == code)[: need[code]]] = True
        rest = gain[order[~taken]][: count - int(taken.sum())]
        return int(gain[order[taken]].sum()) + int(rest.sum())

    def kept(self, chosen: BoolArray) -> bool:
        """
        Tell whether a plan keeps the rules.

        Parameters
        ----------
        chosen
            Sites open afterwards, shape (n_sites,).
        """
        have = np.bincount(self.zone[chosen & (self.zone >= 0)], minlength=self.need.size)
        return (
            bool((chosen | ~(self.existing | self.required)).all())
            and not bool((chosen & self.forbidden).any())
            and int((chosen & ~self.existing).sum()) <= self.new_sites
            and bool((have >= self.need).all())
        )


class Bounding(Protocol):
    """A model that multipliers bound from above."""

    rules: CheckedRules
    n_multipliers: int

    def bound(self, multipliers: IntArray, branch: Branch) -> int:
        """
        Return what no plan of a branch can exceed.

        Parameters
        ----------
        multipliers
            Any whole numbers, shape (n_multipliers,).
        branch
            A branch that holds a plan.
        """

    def multipliers(self, branch: Branch) -> tuple[IntArray, FloatArray]:
        """
        Return good multipliers of a branch, and how open each site is in its relaxation.

        Parameters
        ----------
        branch
            A branch that holds a plan.
        """


def grown(model: Bounding, branch: Branch, goal: int, budget: list[int]) -> dict[str, object]:
    """
    Return a tree whose leaves prove that no plan exceeds the goal, as far as the budget goes.

    Parameters
    ----------
    model
        What bounds a branch.
    branch
        Where to begin.
    goal
        What is to be proven.
    budget
        One number: forks that are left; it is counted down.

    Returns
    -------
    dict[str, object]
        A leaf `{"at", "v"}`, or a fork `{"site", "open", "shut"}`. An empty branch needs no
        multipliers.
    """
    if not model.rules.possible(branch):
        return {"at": [], "v": []}
    v, openness = model.multipliers(branch)
    nonzero = np.flatnonzero(v)
    leaf: dict[str, object] = {"at": nonzero.tolist(), "v": v[nonzero].tolist()}
    free = np.flatnonzero(branch.free)
    if model.bound(v, branch) <= goal or budget[0] <= 0 or free.size == 0:
        return leaf
    budget[0] -= 1
    # The site that the relaxation leaves most undecided.
    site = int(free[np.argmin(np.abs(openness[free] - 1 / 2))])
    opened, shut = branch.halves(site)
    return {
        "site": site,
        "open": grown(model, opened, goal, budget),
        "shut": grown(model, shut, goal, budget),
    }


def largest_bound(model: Bounding, branch: Branch, tree: object) -> int | None:
    """
    Return the largest bound of all leaves of a tree; None where no plan is possible.

    Forks cover every plan by construction, and a leaf is bounded whatever its multipliers are:
    nobody who writes a tree can make it prove too much.

    Parameters
    ----------
    model
        What bounds a branch.
    branch
        Where to begin.
    tree
        What `grown` returned.

    Raises
    ------
    TypeError, ValueError, KeyError
        It is no such tree.
    """
    if not isinstance(tree, Mapping):
        raise TypeError("no tree")
    if "site" in tree:
        opened, shut = branch.halves(int(tree["site"]))
        bounds = [
            largest_bound(model, opened, tree["open"]),
            largest_bound(model, shut, tree["shut"]),
        ]
        return max((bound for bound in bounds if bound is not None), default=None)
    if not model.rules.possible(branch):
        return None
    v = np.zeros(model.n_multipliers, dtype=np.int64)
    places = np.asarray(_whole(tree["at"]), dtype=np.int64)
    if places.size and not 0 <= places.min() <= places.max() < v.size:
        raise ValueError("a multiplier of nothing")
    v[places] = np.asarray(_whole(tree["v"]), dtype=np.int64)
    return model.bound(v, branch)


def _whole(numbers: Sequence[object]) -> list[int]:
    """Return whole numbers within what sums can hold."""
    values = [int(str(number)) for number in numbers]
    if any(abs(value) > LARGEST for value in values):
        raise ValueError("a multiplier beyond all bounds")
    return values


def _mask(numbers: object, n_sites: int) -> BoolArray:
    mask = np.zeros(n_sites, dtype=np.bool_)
    columns = np.asarray(numbers, dtype=np.int64)
    if columns.size and not 0 <= columns.min() <= columns.max() < n_sites:
        raise ValueError("a site that does not exist")
    mask[columns] = True
    return mask
