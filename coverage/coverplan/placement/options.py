"""The rules on sites that all placement models share: checked once, handed on as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coverplan.errors import InputError, Problem
from coverplan.placement.spacing import cliques, conflicts

__all__ = ["NAMED_AT_MOST", "Marks", "SiteRows", "SiteRules", "few", "site_rules"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# So many names stand in a message; the rest is a number.
NAMED_AT_MOST = 8

Marks = ArrayLike | None
"""Sites: a boolean mask of shape (n_sites,) or whole column numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class SiteRows:
    """
    Rules as CSR rows over the site columns: `lower <= A @ y <= upper`.

    Parameters
    ----------
    start, index, value
        CSR arrays.
    lower, upper
        Bounds of each row.
    rule
        Name of the rule a row belongs to: `new_sites`, `budget`, `zone_min`, `zone_max`, `spacing`.
    """

    start: IntArray
    index: IntArray
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    rule: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SiteRules:
    """
    What may be opened, what must, what may close, and within which counts and sums.

    Parameters
    ----------
    existing
        Open before, shape (n_sites,).
    required
        Must be open afterwards, shape (n_sites,).
    forbidden
        Must not be open afterwards, shape (n_sites,).
    closable
        Existing sites that may close, shape (n_sites,).
    close_cost
        Money to close each, shape (n_sites,); 0 where not closable.
    cost
        Money to open each new site, shape (n_sites,).
    budget
        Money for opening and closing together; infinite without one.
    zone
        Zone of each site as 0, 1, … in the order of `zone_names`, -1 for none.
    zone_names
        The zones as the caller wrote them, ascending.
    zone_min, zone_max
        Least and most open sites (existing ones included) of each zone.
    conflicts
        Pairs of columns that must not both be open, shape (n_pairs, 2), first < second.
    names
        Names of the sites for messages.
    """

    existing: BoolArray
    required: BoolArray
    forbidden: BoolArray
    closable: BoolArray
    close_cost: FloatArray
    cost: FloatArray
    budget: float
    zone: IntArray
    zone_names: tuple[str | int, ...]
    zone_min: IntArray
    zone_max: IntArray
    conflicts: IntArray
    names: tuple[str, ...]

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return self.existing.size

    @property
    def lower(self) -> BoolArray:
        """Sites that are open in every placement: existing ones that stay, and required ones."""
        return (self.existing & ~self.closable) | self.required

    @property
    def upper(self) -> BoolArray:
        """Sites that are open in some placement."""
        return ~self.forbidden

    @property
    def plain(self) -> bool:
        """Whether counting new sites and fixed sites are the only rules."""
        return not (
            self.closable.any()
            or np.isfinite(self.budget)
            or self.conflicts.size
            or self.zone_min.any()
            or (self.zone_max < self.n_sites).any()
        )

    def new(self, chosen: BoolArray) -> BoolArray:
        """
        Return which of the chosen sites are new.

        Parameters
        ----------
        chosen
            Open afterwards, shape (n_sites,).
        """
        return chosen & ~self.existing

    def spent(self, chosen: BoolArray) -> float:
        """
        Return the money that a choice takes, for opening and closing.

        Parameters
        ----------
        chosen
            Open afterwards, shape (n_sites,).
        """
        opened = float(self.cost[self.new(chosen)].sum())
        return opened + float(self.close_cost[self.existing & ~chosen].sum())

    def broken(self, chosen: BoolArray, new_sites: int | None) -> tuple[str, ...]:
        """
        Return the names of the rules that a choice breaks, recounted without the solver.

        Parameters
        ----------
        chosen
            Open afterwards, shape (n_sites,).
        new_sites
            New sites at most, None for any number.
        """
        count = np.bincount(self.zone[chosen & (self.zone >= 0)], minlength=self.zone_min.size)
        tests = {
            "existing": bool((self.existing & ~self.closable & ~chosen).any()),
            "required": bool((self.required & ~chosen).any()),
            "forbidden": bool((self.forbidden & chosen).any()),
            "new_sites": new_sites is not None and int(self.new(chosen).sum()) > new_sites,
            "budget": self.spent(chosen) > self.budget * (1 + 1e-12),
            "zone_min": bool((count < self.zone_min).any()),
            "zone_max": bool((count > self.zone_max).any()),
            "spacing": bool(chosen[self.conflicts].all(axis=1).any())
            if self.conflicts.size
            else False,
        }
        return tuple(rule for rule, fails in tests.items() if fails)

    def rows(self, new_sites: int | None) -> SiteRows:
        """
        Return the rules as rows over the site columns 0 … n_sites - 1.

        Fixed sites (`lower`, `upper`) are bounds of the columns and not among the rows.

        Parameters
        ----------
        new_sites
            New sites at most, None for any number.
        """
        entries: list[tuple[str, IntArray, FloatArray, float, float]] = []
        fresh = np.flatnonzero(~self.existing)
        if new_sites is not None:
            entries.append(("new_sites", fresh, np.ones(fresh.size), -np.inf, float(new_sites)))
        if np.isfinite(self.budget):
            price = np.where(self.existing, -self.close_cost, self.cost)
            paid = np.flatnonzero(price)
            limit = self.budget - float(self.close_cost[self.existing].sum())
            entries.append(("budget", paid, price[paid], -np.inf, limit))
        for code in range(len(self.zone_names)):
            inside = np.flatnonzero(self.zone == code)
            ones = np.ones(inside.size)
            if self.zone_min[code] > 0:
                entries.append(("zone_min", inside, ones, float(self.zone_min[code]), np.inf))
            if self.zone_max[code] < inside.size:
                entries.append(("zone_max", inside, ones, -np.inf, float(self.zone_max[code])))
        entries.extend(
            ("spacing", clique, np.ones(clique.size), -np.inf, 1.0)
            for clique in cliques(self.conflicts, self.n_sites)
        )
        start = np.cumsum([0, *(entry[1].size for entry in entries)], dtype=np.int64)
        none = np.zeros(0)
        return SiteRows(
            start,
            np.concatenate([none.astype(np.int64), *(entry[1] for entry in entries)]),
            np.concatenate([none, *(entry[2] for entry in entries)]),
            np.array([entry[3] for entry in entries], dtype=np.float64),
            np.array([entry[4] for entry in entries], dtype=np.float64),
            tuple(entry[0] for entry in entries),
        )


def site_rules(
    n_sites: int,
    *,
    existing: Marks = None,
    required: Marks = None,
    forbidden: Marks = None,
    zone: ArrayLike | None = None,
    zone_min: Mapping[str | int, int] | int | None = None,
    zone_max: Mapping[str | int, int] | int | None = None,
    cost: ArrayLike | None = None,
    budget: float | None = None,
    spacing: tuple[float, ArrayLike] | None = None,
    close: Marks | Mapping[int, float] = None,
    names: Sequence[str] | None = None,
) -> SiteRules:
    """
    Check the rules on sites and return them as arrays.

    Parameters
    ----------
    n_sites
        Number of columns of the travel times.
    existing
        Sites open before: a boolean mask of shape (n_sites,) or column numbers.
    required
        Sites that must be open afterwards, likewise.
    forbidden
        Sites that must not be open afterwards, likewise. An existing site may be forbidden only
        if it may close.
    zone
        Zone of each site, shape (n_sites,), text or whole numbers.
    zone_min, zone_max
        Least and most open sites of a zone, existing ones included: one number for every zone,
        or zone -> number for some.
    cost
        Money to open each site, shape (n_sites,); existing ones cost nothing. A number is for all.
    budget
        Money at most for new sites, and for closing existing ones.
    spacing
        `(distance, site_distances)`: no new site stands nearer than `distance` to another open
        site. `site_distances` has shape (n_sites, n_sites), dense or sparse (absent = farther);
        the shorter direction counts. Two existing sites may stand as near as they do.
    close
        Existing sites that may close: a mask, column numbers, or column -> money.
    names
        Names of the sites for messages; column numbers without.

    Returns
    -------
    SiteRules
        The rules as read-only arrays.

    Raises
    ------
    InputError
        With every fault found.

    Examples
    --------
    >>> rules = site_rules(3, existing=[0], zone=["a", "a", "b"], zone_min=1)
    >>> rules.lower.tolist(), rules.zone_names, rules.zone_min.tolist()
    ([True, False, False], ('a', 'b'), [1, 1])
    """
    faults: list[Problem] = []
    label = tuple(str(name) for name in names) if names is not None else ()
    if label and len(label) != n_sites:
        faults.append(_shape("names", (len(label),), n_sites))
        label = ()
    label = label or tuple(str(column) for column in range(n_sites))
    marks = {
        "existing": _mask("existing", existing, n_sites, faults),
        "required": _mask("required", required, n_sites, faults),
        "forbidden": _mask("forbidden", forbidden, n_sites, faults),
    }
    priced = isinstance(close, Mapping)
    closable = _mask("close", list(close) if isinstance(close, Mapping) else close, n_sites, faults)
    close_cost = np.zeros(n_sites)
    if isinstance(close, Mapping) and priced and closable.any():
        close_cost[list(close)] = _numbers("close", list(close.values()), len(close), faults)
    price = np.zeros(n_sites) if cost is None else _numbers("cost", cost, n_sites, faults)
    money = np.inf if budget is None else float(budget)
    if isnan(money) or money < 0:
        faults.append(Problem("sites.number", found=str(budget), values={"option": "budget"}))
    codes, zones = _zones(zone, n_sites, faults)
    least = _per_zone("zone_min", zone_min, zones, 0, faults)
    most = _per_zone("zone_max", zone_max, zones, n_sites, faults)
    clash = marks["required"] & marks["forbidden"]
    faults.extend(_named("sites.required_and_forbidden", clash, label))
    faults.extend(
        _named(
            "sites.existing_and_forbidden",
            marks["existing"] & marks["forbidden"] & ~closable,
            label,
        )
    )
    faults.extend(_named("sites.close_not_existing", closable & ~marks["existing"], label))
    faults.extend(
        Problem(
            "sites.zone_min_above_max",
            found=str(zones[code]),
            values={"least": int(least[code]), "most": int(most[code])},
        )
        for code in np.flatnonzero(least > most)
    )
    pairs = conflicts(spacing, marks["existing"], n_sites, faults)
    if faults:
        raise InputError(faults)
    arrays = (*marks.values(), closable, close_cost, price, codes, least, most, pairs)
    for array in arrays:
        array.setflags(write=False)
    return SiteRules(
        **marks,
        closable=closable,
        close_cost=close_cost,
        cost=price,
        budget=money,
        zone=codes,
        zone_names=zones,
        zone_min=least,
        zone_max=most,
        conflicts=pairs,
        names=label,
    )


def _shape(option: str, found: tuple[int, ...], size: int) -> Problem:
    values: dict[str, str | int | float] = {"option": option, "size": size}
    return Problem("sites.shape", found=str(found), values=values)


def _mask(option: str, marks: Marks, n_sites: int, faults: list[Problem]) -> BoolArray:
    mask = np.zeros(n_sites, dtype=np.bool_)
    if marks is None:
        return mask
    given = np.asarray(marks)
    if given.size == 0 and given.dtype != np.bool_:
        return mask
    if given.dtype == np.bool_:
        if given.shape == (n_sites,):
            return given.copy()
        faults.append(_shape(option, given.shape, n_sites))
    elif given.ndim != 1 or given.dtype.kind not in "iu":
        values: dict[str, str | int | float] = {"option": option, "size": n_sites}
        faults.append(Problem("sites.marks", found=f"{given.dtype} {given.shape}", values=values))
    else:
        outside = given[(given < 0) | (given >= n_sites)]
        if outside.size:
            values = {"option": option, "last": n_sites - 1}
            faults.append(Problem("sites.no_such_column", found=few(outside), values=values))
        else:
            mask[given] = True
    return mask


def _numbers(option: str, given: ArrayLike, size: int, faults: list[Problem]) -> FloatArray:
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        faults.append(Problem("sites.number", found=repr(given)[:60], values={"option": option}))
        return np.zeros(size)
    if array.ndim == 0:
        array = np.full(size, float(array))
    if array.shape != (size,):
        faults.append(_shape(option, array.shape, size))
        return np.zeros(size)
    bad = array[~np.isfinite(array) | (array < 0)]
    if bad.size:
        faults.append(Problem("sites.number", found=few(bad), values={"option": option}))
        return np.zeros(size)
    return array.copy()


def _zones(
    zone: ArrayLike | None, n_sites: int, faults: list[Problem]
) -> tuple[IntArray, tuple[str | int, ...]]:
    if zone is None:
        return np.full(n_sites, -1, dtype=np.int64), ()
    given = np.asarray(zone)
    if given.dtype == object:
        given = given.astype(str)
    if given.shape != (n_sites,):
        faults.append(_shape("zone", given.shape, n_sites))
        return np.full(n_sites, -1, dtype=np.int64), ()
    if given.dtype.kind not in "iuU":
        values: dict[str, str | int | float] = {"option": "zone", "size": n_sites}
        faults.append(Problem("sites.zone_type", found=str(given.dtype), values=values))
        return np.full(n_sites, -1, dtype=np.int64), ()
    names, codes = np.unique(given, return_inverse=True)
    return codes.astype(np.int64), tuple(names.tolist())


def _per_zone(
    option: str,
    given: Mapping[str | int, int] | int | None,
    zones: tuple[str | int, ...],
    default: int,
    faults: list[Problem],
) -> IntArray:
    counts = np.full(len(zones), default, dtype=np.int64)
    if given is None:
        return counts
    if not zones:
        faults.append(Problem("sites.zone_missing", found=option))
        return counts
    items = given if isinstance(given, Mapping) else dict.fromkeys(zones, given)
    place = {name: code for code, name in enumerate(zones)}
    for name, number in items.items():
        if name not in place:
            values: dict[str, str | int | float] = {"option": option, "known": few(zones)}
            faults.append(Problem("sites.no_such_zone", found=str(name), values=values))
        elif isinstance(number, bool) or number != int(number) or number < 0:
            faults.append(Problem("sites.count", found=str(number), values={"option": option}))
        else:
            counts[place[name]] = int(number)
    return counts


def _named(key: str, mask: BoolArray, names: tuple[str, ...]) -> list[Problem]:
    if not mask.any():
        return []
    return [Problem(key, found=few([names[column] for column in np.flatnonzero(mask)]))]


def few(values: ArrayLike | Sequence[str | int]) -> str:
    """
    Return the first few of many names or numbers, for a message.

    Parameters
    ----------
    values
        Names or numbers.

    Examples
    --------
    >>> few([4, 5])
    '4, 5'
    """
    items = [str(value) for value in np.asarray(values).ravel().tolist()]
    more = f" … ({len(items)})" if len(items) > NAMED_AT_MOST else ""
    return ", ".join(items[:NAMED_AT_MOST]) + more
