"""The new sites of a plan in the order in which it reads, each with its reason."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coverplan.placement.options import SiteRules
from coverplan.placement.recount import Times
from coverplan.placement.signatures import signatures

__all__ = ["Step", "ordered_steps"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Step:
    """
    One new site, in the order in which the plan reads.

    Parameters
    ----------
    site
        Column number.
    zone
        Its zone.
    rule
        `"township"` where it gives a zone that needs one its first site, else `"people"`.
    people
        People whom it brings within the cutoff beyond the sites before it; 0 without times.
    """

    site: int
    zone: str | int
    rule: str
    people: float


def ordered_steps(
    sites: SiteRules,
    opened: IntArray,
    added: IntArray,
    times: Times | None,
    weight: FloatArray | None,
    cutoff: float,
) -> tuple[Step, ...]:
    """
    Order the new sites: first one for each zone that needs it, then by the people they add.

    Parameters
    ----------
    sites
        Rules on sites; zones with a minimum are those that need one.
    opened, added
        Column numbers of all open sites, and of the new ones among them.
    times
        Travel times, None where there are none. [min]
    weight
        Weight of each demand point. [persons]
    cutoff
        Within is at most this. [min]

    Returns
    -------
    tuple[Step, ...]
        One a new site.
    """
    present = np.bincount(sites.zone[np.setdiff1d(opened, added)], minlength=len(sites.zone_names))
    wanting = (sites.zone_min > 0) & (present == 0)
    covers = np.zeros((0, sites.n_sites), dtype=np.bool_)
    people = np.zeros(0)
    if times is not None and weight is not None:
        merged = signatures(times, cutoff, weight, members=False)
        covers, people = merged.matrix().toarray() > 0, merged.weight.copy()
        people[covers[:, np.setdiff1d(opened, added)].any(axis=1)] = 0.0
    left = added.tolist()
    steps: list[Step] = []
    while left:
        gains = {site: float(people[covers[:, site]].sum()) for site in left}
        first = [site for site in left if wanting[sites.zone[site]]]
        site = min(first or left, key=lambda column: (-gains[column], column))
        code = int(sites.zone[site])
        rule = "township" if wanting[code] else "people"
        steps.append(Step(site, sites.zone_names[code], rule, gains[site]))
        wanting[code] = False
        people[covers[:, site]] = 0.0
        left.remove(site)
    return tuple(steps)
