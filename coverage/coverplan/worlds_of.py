"""The plausible worlds a placement is tried in: people, places, speed, a site or a road lost."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.scene import Choice
from coverplan.worlds import people_worlds

__all__ = ["SPEED", "World", "plausible_worlds", "record_worlds"]

FloatArray = NDArray[np.float64]
SPEED = 0.2
"""Travel times may be this share too short or too long."""
RECORD = 0.3
"""A single answer may be this share off."""
RECORDS = 24
"""How many single answers are tried, those with most people near the cutoff first."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """
    One world.

    Parameters
    ----------
    minutes
        Shape (n_demand, n_sites). [min]
    weight
        Shape (n_demand,). [persons]
    what
        What differs from the base: base, draw, positions, scenario, site_lost, road_closed or
        record.
    subject
        The scenario, site, road or demand point concerned, or "".
    """

    minutes: FloatArray
    weight: FloatArray
    what: str
    subject: str = ""


def plausible_worlds(
    choice: Choice,
    scenarios: pd.DataFrame | None,
    *,
    draws: int,
    seed: int,
    closures: Iterable[tuple[str, FloatArray]] = (),
    positions: Iterable[FloatArray] = (),
    speed: float = SPEED,
) -> list[World]:
    """
    Return the base world and seeded others.

    Parameters
    ----------
    choice
        Sites, demand and minutes; both known.
    scenarios
        `scenario, code9, people`: other township totals, or None.
    draws
        How many worlds with village sizes drawn anew and travel times off by up to `speed`.
    seed
        The same seed gives the same worlds.
    closures
        A road and the minutes while it is closed, shape as `choice.minutes`. [min]
    positions
        The minutes in each world that places who has no place of their own, likewise. [min]
    speed
        0 for a model that does not change when all times are longer by the same share: then a draw
        is of village sizes alone, and there is none where these are known.

    Returns
    -------
    list[World]
        The base first; then the draws, the positions, one a population scenario, one a lost open
        site, and one a closed road.

    Raises
    ------
    ValueError
        The choice has no minutes or no people.
    """
    if not choice.timed:
        raise ValueError("worlds need minutes and people")
    worlds = [World(choice.minutes, choice.weight, "base")]
    random = np.random.default_rng(seed)
    people = people_worlds(choice.group, draws, seed)
    differ = speed > 0 or bool((people != choice.weight).any())
    for number, factor in enumerate(random.uniform(1 - speed, 1 + speed, draws if differ else 0)):
        worlds.append(World(choice.minutes * factor, people[number % len(people)], "draw"))
    worlds += [World(minutes, choice.weight, "positions") for minutes in positions]
    for name, weight in _scenario_weights(choice, scenarios):
        worlds.append(World(choice.minutes, weight, "scenario", name))
    for column in choice.existing:
        minutes = choice.minutes.copy()
        minutes[:, column] = np.inf
        worlds.append(World(minutes, choice.weight, "site_lost", choice.sites[column]))
    worlds += [World(minutes, choice.weight, "road_closed", road) for road, minutes in closures]
    return worlds


def record_worlds(choice: Choice, cutoff: float) -> list[World]:
    """
    Return worlds in which one village's answer is off, each the other way round the cutoff.

    Parameters
    ----------
    choice
        Sites, demand and minutes; both known.
    cutoff
        Only villages whose nearest site of all is within `RECORD` of it can change anything;
        those with most people are tried. [min]

    Returns
    -------
    list[World]
        At most `RECORDS`; `subject` is the demand point whose minutes are changed.
    """
    if not choice.timed:
        return []
    inside = (choice.minutes > cutoff * (1 - RECORD)) & (choice.minutes <= cutoff * (1 + RECORD))
    near = np.asarray(inside.any(axis=1))
    asked = (choice.group["location"] == "asked").to_numpy()
    order = np.argsort(-choice.weight, kind="stable")
    worlds = []
    for row in [int(number) for number in order if near[number] and asked[number]][:RECORDS]:
        minutes = choice.minutes.copy()
        minutes[row] *= 1 + RECORD
        worlds.append(World(minutes, choice.weight, "record", str(choice.group.index[row])))
    return worlds


def _scenario_weights(
    choice: Choice, scenarios: pd.DataFrame | None
) -> list[tuple[str, FloatArray]]:
    """Scale each township's people to a scenario's total; pupils have no scenarios."""
    if scenarios is None or (choice.group["group"] == "pupils").any():
        return []
    zone = choice.group["code9"]
    base = pd.Series(choice.weight).groupby(zone.to_numpy()).sum()
    found = []
    points = zone.map(zone.value_counts()).to_numpy(dtype=float)
    people = zone.map(base).to_numpy(dtype=float)
    # A township without people so far gets the scenario's in equal parts.
    share = np.where(people > 0, choice.weight / np.maximum(people, 1.0), 1.0 / points)
    for name, rows in scenarios.groupby("scenario", sort=True):
        total = zone.map(rows.set_index("code9")["people"].astype(float)).to_numpy(dtype=float)
        weight: FloatArray = np.where(np.isnan(total), choice.weight, np.round(total * share))
        found.append((str(name), weight))
    return found
