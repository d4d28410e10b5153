"""Travel times on the rung of trust that the plan stands on."""

import pandas as pd

from coverplan.config_tables import Travel
from coverplan.domain import Rung, TravelTimes
from coverplan.errors import ConfigError, Problem, Severity, Where
from coverplan.impedance.asked import asked_times
from coverplan.impedance.checks import asked_problems
from coverplan.impedance.line import line_times

__all__ = ["travel_times"]


def travel_times(
    demand: pd.DataFrame,
    sites: pd.DataFrame,
    travel: Travel,
    *,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    crs: str,
    asked_villages: pd.DataFrame | None = None,
    asked_seats: pd.DataFrame | None = None,
) -> tuple[TravelTimes, tuple[Problem, ...]]:
    """
    Return travel from every demand point to every site, and what is doubtful about it.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points` (or `demand.seat_points`).
    sites
        Index id: `code9`, `code12` (may be empty), `lon`, `lat` (missing where unlocated); where
        present `kind` (a hall stands at the seat) and `location`. Ids are unique.
    travel
        The plan's `[travel]` table.
    townships
        Index code9: `name`, `seat_lon`, `seat_lat`.
    villages
        Index code12: `name`, `code9`, `lon`, `lat`.
    crs
        The plan's metric reference system.
    asked_villages, asked_seats
        The answers, for rung B. [min]

    Returns
    -------
    TravelTimes
        Minutes, or kilometres on rung D.
    tuple of Problem
        Notes.

    Raises
    ------
    ConfigError
        The rung needs something that the plan does not give.
    InputError
        Asked minutes are negative or name unknown places.
    ValueError
        Site ids repeat.
    """
    if sites.index.has_duplicates:
        raise ValueError(f"site ids repeat: {sorted(sites.index[sites.index.duplicated()])}")
    rung = Rung(travel.rung)
    if rung is Rung.LINE:
        return line_times(demand, sites, crs), (_note("travel.line_only"),)
    if rung is Rung.CALIBRATED:
        times = line_times(
            demand,
            sites,
            crs,
            detour=travel.detour,
            speed_kmh=travel.speed_kmh,
            limit=travel.limit_min,
        )
        guessed = () if travel.speed_source else (_note("travel.uncalibrated"),)
        return times, (*guessed, _note("travel.no_barrier"))
    if rung is Rung.ASKED:
        if asked_villages is None:
            raise ConfigError(Problem("travel.asked_absent", Where(key="travel.asked_villages")))
        times = asked_times(
            demand,
            sites,
            townships=townships,
            villages=villages,
            asked_villages=asked_villages,
            asked_seats=asked_seats,
            crs=crs,
        )
        notes = asked_problems(
            townships,
            villages,
            demand,
            asked_villages=asked_villages,
            asked_seats=asked_seats,
            crs=crs,
        )
        return times, (_note("travel.by_the_seat"), *notes)
    raise ConfigError(Problem("travel.no_roads", Where(key="travel.rung"), str(rung)))


def _note(key: str) -> Problem:
    return Problem(key, Where(key="travel.rung"), severity=Severity.NOTE)
