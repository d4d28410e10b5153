"""Travel times on the rung of trust that the plan stands on."""

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.config_tables import Travel
from coverplan.domain import Rung, TravelTimes
from coverplan.errors import ConfigError, Problem, Severity, Where
from coverplan.impedance.asked import asked_times
from coverplan.impedance.by_road import SNAP_LIMIT_M, road_times
from coverplan.impedance.calibrate import known_trips, listed_trips
from coverplan.impedance.checks import asked_problems
from coverplan.impedance.line import line_times
from coverplan.impedance.model import Barrier, TravelModel, line_model, road_model
from coverplan.impedance.network import Part
from coverplan.join import metric_xy

__all__ = ["Barrier", "TravelModel", "travel_model", "travel_times"]


def travel_model(
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
) -> TravelModel | None:
    """
    Return minutes between any two places, where the plan's rung knows them.

    Parameters
    ----------
    travel, townships, villages, crs, asked_villages, asked_seats, roads, snap_limit_m, trips
        As for `travel_times`.
    barrier, seed
        As for `travel_times`.

    Returns
    -------
    TravelModel or None
        None on rungs B (which knows villages and seats only) and D (which bears no minutes).

    Raises
    ------
    ConfigError
        The rung needs something that the plan does not give.
    InputError
        No road is open to the mode, or too few trips stay on one bank.
    """
    if travel.rung is Rung.ROADS:
        if roads is None:
            where = Where(key="travel.rung")
            raise ConfigError(Problem("travel.no_roads", where, str(travel.rung)))
        pieces = None if barrier is None else barrier.pieces
        return road_model(roads, travel.mode, crs, snap_limit_m, travel.cache, pieces)
    if travel.rung is Rung.CALIBRATED:
        learned = known_trips(townships, villages, asked_villages, asked_seats, crs)
        if trips is not None:
            # A caller may hand over trips that are measured already, as `known_trips` gives them.
            listed = trips
            if "start_x" not in trips:
                listed = listed_trips(trips, townships, villages, crs, barrier=barrier is not None)
            learned = pd.concat([learned, listed], ignore_index=True) if len(learned) else listed
        trips = learned
        return line_model(travel, trips, barrier=barrier, seed=seed)
    return None


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
    model: TravelModel | None = None,
    progress: Part | None = None,
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
        `from_code`, `to_code` (township or village), `minutes`, `crossing`: known trips for rung C
        beside the answers; without any the plan's detour and speed stand.
    barrier
        A river and its crossings: for rung C, and on rung A so that nobody enters a road on the
        other bank. None: the barrier is off, and rung C says so.
    seed
        For the bootstrap of rung C.
    model
        What `travel_model` returned for the same arguments, so that roads are built once.
    progress
        Told of the places that are done and of how many, on rung A; the other rungs are quick.

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
        Asked minutes are negative or name unknown places; no place is near a road.
    ValueError
        Site ids repeat.
    """
    if sites.index.has_duplicates:
        raise ValueError(f"site ids repeat: {sorted(sites.index[sites.index.duplicated()])}")
    rung = Rung(travel.rung)
    if rung is Rung.LINE:
        return line_times(demand, sites, crs), (_note("travel.line_only"),)
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
            limit=travel.limit_min,
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
    model = model or travel_model(
        travel,
        townships=townships,
        villages=villages,
        crs=crs,
        asked_villages=asked_villages,
        asked_seats=asked_seats,
        roads=roads,
        snap_limit_m=snap_limit_m,
        trips=trips,
        barrier=barrier,
        seed=seed,
    )
    assert model is not None  # noqa: S101 - rungs A and C have one
    if model.network is not None:
        times, notes = road_times(
            demand,
            sites,
            model.network,
            crs,
            townships=townships,
            snap_limit_m=snap_limit_m,
            limit=travel.limit_min,
            progress=progress,
            pieces=None if barrier is None else barrier.pieces,
        )
        return times, (*model.notes, *notes)
    values = model.minutes(
        metric_xy(demand["lon"], demand["lat"], crs), metric_xy(sites["lon"], sites["lat"], crs)
    )
    values = np.where(values > travel.limit_min, np.inf, values)
    ids = tuple(map(str, demand.index)), tuple(map(str, sites.index))
    return TravelTimes(values, *ids, Rung.CALIBRATED, travel.limit_min), model.notes


def _note(key: str) -> Problem:
    return Problem(key, Where(key="travel.rung"), severity=Severity.NOTE)
