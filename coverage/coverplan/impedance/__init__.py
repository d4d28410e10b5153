"""Travel times on the rung of trust that the plan stands on."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from coverplan.config_tables import Travel
from coverplan.domain import Rung, TravelTimes
from coverplan.errors import ConfigError, Problem, Severity, Where
from coverplan.impedance.asked import asked_times
from coverplan.impedance.banks import Crossings
from coverplan.impedance.by_road import SNAP_LIMIT_M, road_times
from coverplan.impedance.calibrate import (
    FEWEST_TRIPS,
    calibrate,
    calibrated_minutes,
    known_trips,
    split_by_bank,
)
from coverplan.impedance.checks import asked_problems
from coverplan.impedance.line import line_times
from coverplan.impedance.network import network_of
from coverplan.impedance.speeds import PROFILES
from coverplan.join import metric_xy

__all__ = ["Barrier", "travel_times"]


@dataclass(frozen=True, slots=True, eq=False)
class Barrier:
    """
    A river that is crossed at named places only.

    Parameters
    ----------
    pieces
        As returned by `banks.banks`.
    over
        As returned by `banks.crossings_between`.
    """

    pieces: gpd.GeoSeries
    over: Crossings


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
    roads: gpd.GeoDataFrame | None = None,
    snap_limit_m: float = SNAP_LIMIT_M,
    trips: pd.DataFrame | None = None,
    barrier: Barrier | None = None,
    seed: int = 1,
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
        The answers, for rung B; on rung C those with coordinates are known trips. [min]
    roads
        Lines as `intake.roads.read_roads` returns them, for rung A.
    snap_limit_m
        A place farther from any road is off the network. [m]
    trips
        Known trips for rung C, as `calibrate.known_trips` returns them; None: take the answers,
        or the plan's detour and speed where there are none.
    barrier
        A river and its crossings for rung C; None: the barrier is off, and that is said.
    seed
        For the bootstrap of rung C.

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
        if trips is None:
            trips = known_trips(townships, villages, asked_villages, asked_seats, crs)
        return _calibrated(demand, sites, travel, trips=trips, barrier=barrier, crs=crs, seed=seed)
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
    if roads is None:
        raise ConfigError(Problem("travel.no_roads", Where(key="travel.rung"), str(rung)))
    profile = PROFILES[travel.mode]
    network = network_of(roads, profile, crs)
    times, notes = road_times(
        demand,
        sites,
        network,
        crs,
        townships=townships,
        snap_limit_m=snap_limit_m,
        limit=travel.limit_min,
    )
    size: dict[str, str | int | float] = {
        "nodes": len(network.xy),
        "edges": int(network.tail.size),
        "source": profile.source,
    }
    return times, (Problem("roads.used", Where(), "", size, Severity.NOTE), *notes)


def _calibrated(
    demand: pd.DataFrame,
    sites: pd.DataFrame,
    travel: Travel,
    *,
    trips: pd.DataFrame,
    barrier: Barrier | None,
    crs: str,
    seed: int,
) -> tuple[TravelTimes, tuple[Problem, ...]]:
    off = () if barrier is not None else (_note("travel.no_barrier"),)
    if len(trips) < FEWEST_TRIPS:
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
    pieces, over = (None, None) if barrier is None else (barrier.pieces, barrier.over)
    if pieces is not None and over is not None:
        trips = split_by_bank(trips, pieces, over)
    learned = calibrate(trips, seed)
    values = calibrated_minutes(
        metric_xy(demand["lon"], demand["lat"], crs),
        metric_xy(sites["lon"], sites["lat"], crs),
        learned,
        pieces,
        over,
    )
    values[values > travel.limit_min] = float("inf")
    ids = tuple(map(str, demand.index)), tuple(map(str, sites.index))
    times = TravelTimes(values, *ids, Rung.CALIBRATED, travel.limit_min)
    return times, (learned.statement(), *off)


def _note(key: str) -> Problem:
    return Problem(key, Where(key="travel.rung"), severity=Severity.NOTE)
