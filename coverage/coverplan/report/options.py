"""Which plans a meeting chooses between, and what each achieves, counted from the travel times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverplan.domain import Presence, Result
from coverplan.report.tables import of_type, parts_of

__all__ = ["Option", "options", "people_within"]


@dataclass(frozen=True, slots=True)
class Option:
    """
    One plan for one venue type.

    Parameters
    ----------
    key
        Message key of what it does, below `report.option`.
    added
        Ids of the candidates it opens.
    townships_left
        Townships known to have none, or not reported, that stay without.
    people
        Persons within the programme's limit afterwards; None where no minutes are known.
    """

    key: str
    added: tuple[str, ...]
    townships_left: int
    people: int | None

    @property
    def new_sites(self) -> int:
        """Return how many sites it opens."""
        return len(self.added)


def options(result: Result, venue_type: str) -> tuple[Option, ...]:
    """
    Return up to four plans for a type: as it is, a smaller one, all proposed, one nearly as good.

    Parameters
    ----------
    result
        A run's result.
    venue_type
        Id of a type with proposed sites.

    Returns
    -------
    tuple[Option, ...]
        By number of sites. `placed` is the run's own placement. Equal plans stand once.
    """
    own = result.placement[result.placement["type"] == venue_type]
    own = own[own["candidate_id"].fillna("") != ""]
    every = tuple(str(one) for one in own["candidate_id"])
    floor = tuple(str(one) for one in own.loc[own["rule"] == "township", "candidate_id"])
    smaller = floor if set(floor) != set(every) else ()
    plans = [("none", ()), ("placed", every), ("near", _near(result, venue_type))]
    if smaller:
        plans.append(("floor", smaller))
    else:
        plans.append(("fewest", _smaller(result, venue_type, len(every))))
    found: dict[frozenset[str], Option] = {}
    for key, added in plans:
        if frozenset(added) not in found and (key == "none" or added):
            found[frozenset(added)] = Option(
                key,
                added,
                townships_left(result, venue_type, added),
                people_within(result, venue_type, added),
            )
    return tuple(sorted(found.values(), key=lambda one: one.new_sites))


def townships_left(result: Result, venue_type: str, added: Iterable[str]) -> int:
    """
    Return how many townships have no place of a type, as far as is known, once sites are added.

    Parameters
    ----------
    result
        A run's result.
    venue_type
        Id of the type.
    added
        Ids of candidates.
    """
    states = of_type(result.presence, venue_type)["state"]
    without = set(states.index[states != Presence.HAS])
    return len(without - {str(result.candidates["code9"].get(one)) for one in added})


def people_within(result: Result, venue_type: str, added: Sequence[str] = ()) -> int | None:
    """
    Return how many people lie within the programme's limit of an open venue or an added site.

    Parameters
    ----------
    result
        A run's result.
    venue_type
        Id of the type.
    added
        Ids of candidates.

    Returns
    -------
    int | None
        Persons; None without travel minutes or without figures for this type.
    """
    programme = result.plan.programme_of(venue_type)
    times = result.times
    if programme is None or times is None or times.unit != "min":
        return None
    demand = result.demand
    if "group" in demand:
        demand = demand[demand["group"] == programme.demand]
    if demand.empty or demand["people"].isna().all():
        return None
    venues = result.venues
    open_here = venues[(venues["type"] == venue_type) & venues["open"].astype(bool)].index
    known = set(times.sites)
    sites = [str(one) for one in [*open_here, *added] if str(one) in known]
    if not sites:
        return 0
    row = {name: place for place, name in enumerate(times.demand)}
    rows = [row[str(one)] for one in demand.index]
    nearest = times.to(sites)[rows].min(axis=1)
    people = demand["people"].astype("Float64").fillna(0).to_numpy(dtype=float)
    return round(float(people[nearest <= programme.cutoff_min].sum()))


def people_in_all(result: Result, venue_type: str) -> int | None:
    """
    Return whom the coverage of a type counts in the whole county.

    Parameters
    ----------
    result
        A run's result.
    venue_type
        Id of a type with a programme.
    """
    programme = result.plan.programme_of(venue_type)
    key = ("total", venue_type, programme.cutoff_min if programme else 0)
    if key not in result.coverage.index:
        return None
    people = result.coverage["people"].loc[key]
    return None if pd.isna(people) else int(np.asarray(people))


def _near(result: Result, venue_type: str) -> tuple[str, ...]:
    """Return the best plan but one, where the run looked for such."""
    own = of_type(result.plans, venue_type) if len(result.plans) else result.plans
    near = own[own["kind"] == "near"] if len(own) else own
    return tuple(parts_of(near["added"].iloc[0])) if len(near) else ()


def _smaller(result: Result, venue_type: str, most: int) -> tuple[str, ...]:
    """Return the proven best plan of about half the sites, where the run has a curve."""
    programme = result.plan.programme_of(venue_type)
    curve = of_type(result.curve, venue_type) if len(result.curve) else result.curve
    if programme is None or curve.empty:
        return ()
    size = curve.index.get_level_values("n")
    own = curve[
        (curve.index.get_level_values("cutoff_min") == programme.cutoff_min)
        & (size <= most // 2)
        & (size > 0)
        & curve["proven"].to_numpy(dtype=bool)
    ]
    return () if own.empty else tuple(parts_of(own["added"].iloc[-1]))
