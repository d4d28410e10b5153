"""In which order the sites of a plan are told, and what each adds to those before it."""

from collections.abc import Sequence

import numpy as np

from coverplan.placement.result import Placement
from coverplan.placement.themes import themes_reached
from coverplan.scene import Choice

__all__ = ["by_people", "by_themes"]


def by_people(
    minutes: np.ndarray, weight: np.ndarray, placement: Placement, cutoff: float
) -> list[tuple[int, int]]:
    """
    Order new sites by the people each brings within the cutoff beyond those before it.

    Parameters
    ----------
    minutes
        Shape (n_demand, n_sites). [min]
    weight
        Shape (n_demand,). [persons]
    placement
        The plan.
    cutoff
        Within is at most this. [min]

    Returns
    -------
    list of tuple
        Column number and people gained; of equals the first column comes first.
    """
    added = set(placement.added.tolist())
    kept = [column for column in placement.chosen.tolist() if column not in added]
    best = minutes[:, kept].min(axis=1, initial=np.inf)
    order: list[tuple[int, int]] = []
    while added:
        inside = best <= cutoff
        gains = {
            column: float(weight[(minutes[:, column] <= cutoff) & ~inside].sum())
            for column in sorted(added)
        }
        column = max(gains, key=lambda name: (gains[name], -name))
        order.append((column, round(gains[column])))
        best = np.minimum(best, minutes[:, column])
        added.remove(column)
    return order


def by_themes(
    choice: Choice, themes: Sequence[str], cutoff: float, added: Sequence[str], rest: Sequence[str]
) -> list[tuple[str, int]]:
    """
    Order places by the themes that each brings within reach, added up over the schools.

    Parameters
    ----------
    choice
        Sites and schools.
    themes
        Themes of each site, shape (n_sites,).
    cutoff
        Within is at most this. [min]
    added
        Ids of the places that the proof chose; they come first.
    rest
        Ids of those that only fill up a number.

    Returns
    -------
    list of tuple
        Id and themes gained; of equals the first in the table comes first.
    """
    number = {site: column for column, site in enumerate(choice.sites)}
    now = choice.existing
    have = themes_reached(choice.minutes, themes, cutoff, now)
    order: list[tuple[str, int]] = []
    for group in (added, rest):
        left = list(group)
        while left:
            reached = [
                themes_reached(choice.minutes, themes, cutoff, [*now, number[site]])
                for site in left
            ]
            gains = [int((then - have).sum()) for then in reached]
            best = int(np.argmax(gains))
            order.append((left[best], gains[best]))
            now, have = [*now, number[left[best]]], reached[best]
            del left[best]
    return order
