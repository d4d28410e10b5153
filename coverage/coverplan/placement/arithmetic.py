"""How many new sites a floor ("at least 30") and an aim ("every township one") need together."""

from dataclasses import dataclass

from coverplan.errors import InputError, Problem

__all__ = ["Arithmetic", "arithmetic"]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """
    Numbers of sites that the floor and full township coverage need.

    Examples
    --------
    >>> need = arithmetic(open_sites=12, zones_none=20, zones_unreported=3, target=30)
    >>> need.needed_low, need.needed_high, need.total_low, need.beyond_target
    (20, 23, 32, 2)
    """

    open_sites: int
    """E: sites known to be open on the report date."""
    zones_none: int
    """U: townships known to have none."""
    zones_unreported: int
    """R: townships that have not reported."""
    target: int
    """The floor: sites that shall be open at least."""
    needed_low: int
    """New sites that meet both if every unreported township has one: `max(target - E, U)`."""
    needed_high: int
    """New sites that meet both if no unreported township has one: `max(target - E, U + R)`."""
    needed_if_counted: int
    """
    New sites if every unreported township turns out to have exactly one open site that `E` does
    not yet count: `max(target - E - R, U)`.
    """
    total_low: int
    """Sites open afterwards: `E + needed_low`."""
    total_high: int
    """Sites open afterwards: `E + needed_high`."""
    beyond_target: int
    """By how many the floor alone falls short of full coverage: `max(0, E + U - target)`."""


def arithmetic(
    open_sites: int, zones_none: int, zones_unreported: int = 0, target: int = 30
) -> Arithmetic:
    """
    Return how many new sites meet a floor of sites and one site in every township.

    Where sites double up in a township the floor is not enough, and the number is told:
    `beyond_target`.

    Parameters
    ----------
    open_sites
        E, sites known to be open, at least 0.
    zones_none
        U, townships known to have none, at least 0.
    zones_unreported
        R, townships that have not reported, at least 0.
    target
        The floor of sites, at least 0.

    Returns
    -------
    Arithmetic
        `needed_low` and `needed_high` are equal when all have reported.

    Raises
    ------
    InputError
        A number is negative or not whole.

    Examples
    --------
    >>> arithmetic(open_sites=0, zones_none=30).needed_low
    30
    >>> arithmetic(open_sites=5, zones_none=27, target=30).needed_low
    27

    Notes
    -----
    A new site in a township that has none serves the floor and the aim at once, so the larger of
    both shortfalls is enough, and never less. `needed_low` and `needed_high` count the sites that
    are known; a township that has not reported may own sites that count toward the floor too:
    `needed_if_counted`.
    """
    given = {
        "open_sites": open_sites,
        "zones_none": zones_none,
        "zones_unreported": zones_unreported,
        "target": target,
    }
    problems = [
        Problem("placement_covering.count", found=str(value), values={"option": name})
        for name, value in given.items()
        if int(value) != value or value < 0
    ]
    if problems:
        raise InputError(problems)
    short = target - open_sites
    low = max(0, short, zones_none)
    high = max(0, short, zones_none + zones_unreported)
    return Arithmetic(
        open_sites=open_sites,
        zones_none=zones_none,
        zones_unreported=zones_unreported,
        target=target,
        needed_low=low,
        needed_high=high,
        needed_if_counted=max(0, short - zones_unreported, zones_none),
        total_low=open_sites + low,
        total_high=open_sites + high,
        beyond_target=max(0, open_sites + zones_none - target),
    )
