"""What a placement looks at, and the choice of sites that a programme has."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.config_tables import Programme
from coverplan.domain import TravelTimes
from coverplan.groups import group_rows
from coverplan.impedance.closures import Closure

__all__ = ["Choice", "Scene", "choice_of", "nominated_places", "offered_candidates"]

Strewing = Callable[[pd.DataFrame, Sequence[str], NDArray[np.float64], int], NDArray[np.float64]]
KINDS = ("village", "hall", "school", "nominated")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scene:
    """What a placement looks at; frames as docs/contracts.md describes them."""

    townships: pd.DataFrame
    villages: pd.DataFrame
    venues: pd.DataFrame
    candidates: pd.DataFrame
    demand: pd.DataFrame
    times: TravelTimes
    presence: pd.DataFrame
    nearest: pd.DataFrame
    targets: pd.DataFrame
    scenarios: pd.DataFrame | None = None
    closures: Callable[[], tuple[Closure, ...]] = tuple
    """Travel with one road closed, worked out when it is asked for."""
    strewn: Strewing | None = None
    """Travel from where people without a place might live, as `strewn.strewn_minutes` works it out
    for demand, site ids, their times and a number of worlds; None where minutes are asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """
    The sites of one programme as the models take them: existing ones first, then candidates.

    Parameters
    ----------
    sites
        Ids; the column numbers of every placement are positions in it.
    n_open
        How many of them are open already.
    zone
        Township of each site.
    must
        Column numbers that have to be chosen.
    group
        The demand points, [id].
    timed
        Whether minutes and people are known, so that the sites can be told apart by them.
    minutes
        Shape (n_demand, n_sites); (0, n_sites) where they are not known. [min]
    weight
        People or pupils, shape (n_demand,); (0,) where they are not known. [persons]
    capacity
        Most that each site can serve, shape (n_sites,); None where the programme sets no limit.
        [persons]
    """

    sites: tuple[str, ...]
    n_open: int
    zone: tuple[str, ...]
    must: tuple[int, ...]
    group: pd.DataFrame
    timed: bool
    minutes: NDArray[np.float64]
    weight: NDArray[np.float64]
    capacity: NDArray[np.float64] | None = None

    @property
    def existing(self) -> list[int]:
        """Return the column numbers of the open sites."""
        return list(range(self.n_open))

    def named(self, columns: Iterable[int]) -> str:
        """
        Return the ids of some columns, ";" between.

        Parameters
        ----------
        columns
            Column numbers.
        """
        return ";".join(self.sites[int(column)] for column in columns)

    @property
    def offered(self) -> tuple[str, ...]:
        """Return the ids of the candidates."""
        return self.sites[self.n_open :]


def choice_of(item: Programme, scene: Scene) -> Choice:
    """
    Return the sites, demand and travel times that a programme chooses among.

    Parameters
    ----------
    item
        The programme.
    scene
        What is known.
    """
    venues = scene.venues
    mine = venues[(venues["type"] == item.type) & venues["open"]]
    known = set(scene.times.sites)
    open_ids = [str(site) for site in mine.index if site in known]
    offered = offered_candidates(item, scene.candidates)
    sites = (*open_ids, *map(str, offered.index))
    group, times = group_rows(scene.demand, scene.times, item.demand, item.levels)
    timed = times.unit == "min" and bool(group["people"].notna().any())
    flags = offered["must"].astype("boolean").fillna(value=False).to_numpy(bool)
    return Choice(
        sites=sites,
        n_open=len(open_ids),
        zone=(*map(str, venues.loc[open_ids, "code9"]), *map(str, offered["code9"])),
        must=tuple(len(open_ids) + int(number) for number in np.flatnonzero(flags)),
        group=group,
        timed=timed,
        minutes=times.to(sites) if timed else np.zeros((0, len(sites))),
        weight=group["people"].fillna(0).to_numpy(dtype=float) if timed else np.zeros(0),
        capacity=_capacity(item, pd.concat([_room(venues.loc[open_ids]), _room(offered)])),
    )


def _room(table: pd.DataFrame) -> pd.Series:
    """Return how many people each place holds at a time, where the table says so."""
    none = pd.Series(np.nan, index=table.index)
    return table["capacity"].astype(float) if "capacity" in table else none


def _capacity(item: Programme, room: pd.Series) -> NDArray[np.float64] | None:
    """Return how many pupils each site can take: class-slots times pupils at a time."""
    if not item.class_slots:
        return None
    at_a_time = room.fillna(item.class_size).to_numpy(dtype=float)
    return np.asarray(item.class_slots * at_a_time)


def nominated_places(item: Programme, scene: Scene) -> list[str]:
    """
    Return the ids of the existing places that were nominated for a programme, in table order.

    Parameters
    ----------
    item
        The programme.
    scene
        What is known.
    """
    return [str(site) for site in offered_candidates(item, scene.candidates, ("nominated",)).index]


def offered_candidates(
    item: Programme, table: pd.DataFrame, kinds: Sequence[str] = KINDS
) -> pd.DataFrame:
    """
    Return the candidates of a programme in table order; schools serve school programmes only.

    Parameters
    ----------
    item
        The programme.
    table
        [id] `kind, types, never` of all candidates.
    kinds
        The kinds of place that come into question.

    Returns
    -------
    pandas.DataFrame
        The rows that may be chosen.
    """
    types = table["types"].fillna("").astype(str)
    fits = np.array([not of or item.type in of.split(";") for of in types], dtype=bool)
    if item.demand != "pupils":
        fits &= (table["kind"] != "school").to_numpy()
    elif "school" in kinds:
        fits &= (types != "").to_numpy() | (table["kind"] == "school").to_numpy()
    never = table["never"].astype("boolean").fillna(value=False).to_numpy(bool)
    return table[fits & table["kind"].isin(kinds).to_numpy() & ~never]
