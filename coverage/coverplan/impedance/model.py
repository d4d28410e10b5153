"""The travel model of rungs A and C: minutes between any two places, and how sure they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.config_tables import Travel
from coverplan.domain import Rung
from coverplan.errors import Problem, Severity, Where
from coverplan.impedance.banks import Crossings
from coverplan.impedance.by_road import SNAP_LIMIT_M, snap_on_bank
from coverplan.impedance.calibrate import (
    FEWEST_TRIPS,
    Calibration,
    Factor,
    calibrate,
    calibrated_minutes,
    split_by_bank,
)
from coverplan.impedance.line import line_minutes
from coverplan.impedance.network import Network, kept_network, road_minutes
from coverplan.impedance.speeds import PROFILES

__all__ = ["Barrier", "TravelModel", "line_model", "road_model"]

FloatArray = NDArray[np.float64]
UNSURE = 0.2
"""A speed that nobody measured here may be off by this share either way."""
UNSURE_TRIP = 1.6
"""Of a line that nobody calibrated, 80 % of single trips are taken to lie within this multiple and
its inverse: over real streets 30 known trips say 0.6 to 2.0, and with 1.6 the bands hold the truth
in 83 of 100 cases (`benchmarks/travel_bands.py`)."""


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


@dataclass(frozen=True, slots=True, eq=False)
class TravelModel:
    """
    Minutes between places.

    Parameters
    ----------
    rung
        What the minutes stand on.
    minutes
        Positions, shapes (n, 2) and (m, 2) [m] -> minutes, shape (n, m); no limit is applied.
    slow, fast
        80 % of the worlds lie between: all times are multiplied by something between `fast` and
        `slow` (a bootstrap band, or a speed ±20 %).
    notes
        What must be said with the figures.
    network
        The roads of rung A.
    trip_slow, trip_fast
        80 % of single trips take between these multiples of what the model says: what a township's
        roads add to a straight line; 1 where the model knows the roads.
    without_crossing
        Name of a crossing -> `minutes` while it is closed; empty without a barrier.
    """

    rung: Rung
    minutes: Callable[[FloatArray, FloatArray], FloatArray]
    slow: float
    fast: float
    notes: tuple[Problem, ...] = ()
    network: Network | None = None
    trip_slow: float = 1.0
    trip_fast: float = 1.0
    without_crossing: Mapping[str, Callable[[FloatArray, FloatArray], FloatArray]] = field(
        default_factory=dict
    )


def road_model(
    roads: gpd.GeoDataFrame,
    mode: str,
    crs: str,
    snap_limit_m: float = SNAP_LIMIT_M,
    cache: Path | None = None,
    pieces: gpd.GeoSeries | None = None,
) -> TravelModel:
    """
    Return the model of rung A.

    Parameters
    ----------
    roads
        As `intake.roads.read_roads` returns them.
    mode
        Mode of the plan.
    crs
        The metric reference system.
    snap_limit_m
        A place farther from any road is off the network. [m]
    cache
        Folder in which the network is kept; None keeps nothing.
    pieces
        As for `by_road.snap_on_bank`.

    Raises
    ------
    InputError
        No road is open to the mode.
    """
    profile = PROFILES[mode]
    network = kept_network(roads, profile, crs, cache)

    def minutes(start: FloatArray, end: FloatArray) -> FloatArray:
        origins, _ = snap_on_bank(network, start, snap_limit_m, pieces)
        sites, _ = snap_on_bank(network, end, snap_limit_m, pieces)
        return road_minutes(network, origins, sites)

    size: dict[str, str | int | float] = {
        "nodes": len(network.xy),
        "edges": int(network.tail.size),
        "source": profile.source,
    }
    note = Problem("roads.used", Where(key="travel.rung"), "", size, Severity.NOTE)
    slow, fast = 1.0 / (1.0 - UNSURE), 1.0 / (1.0 + UNSURE)
    return TravelModel(Rung.ROADS, minutes, slow, fast, (note,), network)


def line_model(
    travel: Travel, trips: pd.DataFrame, *, barrier: Barrier | None = None, seed: int = 1
) -> TravelModel:
    """
    Return the model of rung C: learned from known trips, or from the plan where they are too few.

    Parameters
    ----------
    travel
        The plan's detour and speed, used with fewer than `FEWEST_TRIPS` trips.
    trips
        As returned by `calibrate.known_trips`.
    barrier
        A river and its crossings; None: the barrier is off, and that is said.
    seed
        For the bootstrap.

    Raises
    ------
    ConfigError
        Detour or speed is out of range.
    InputError
        There are enough trips, but too few on one bank.
    """
    pieces, over = (None, None) if barrier is None else (barrier.pieces, barrier.over)
    if len(trips) < FEWEST_TRIPS:
        learned = Calibration(_planned(travel))
        said = () if travel.speed_source else (_note("travel.uncalibrated"),)
    else:
        if pieces is not None and over is not None:
            trips = split_by_bank(trips, pieces, over)
        learned = calibrate(trips, seed)
        said = (learned.statement(),)

    def minutes(start: FloatArray, end: FloatArray) -> FloatArray:
        return calibrated_minutes(start, end, learned, pieces, over)

    without: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {}
    if over is not None:
        for number, name in enumerate(over.names):
            rest = over.without(number)
            without[name] = partial(calibrated_minutes, learned=learned, pieces=pieces, over=rest)
    same = learned.same
    return TravelModel(
        Rung.CALIBRATED,
        minutes,
        same.high / same.min_per_km,
        same.low / same.min_per_km,
        said if barrier is not None else (*said, _note("travel.no_barrier")),
        trip_slow=same.trip_high,
        trip_fast=same.trip_low,
        without_crossing=without,
    )


def _planned(travel: Travel) -> Factor:
    """Return the factor that the plan states, as unsure as a speed nobody measured."""
    factor = float(line_minutes([1.0], travel.detour, travel.speed_kmh)[0])
    slow, fast = factor / (1.0 - UNSURE), factor / (1.0 + UNSURE)
    return Factor(factor, fast, slow, 1.0 / UNSURE_TRIP, UNSURE_TRIP, float("inf"), 0)


def _note(key: str) -> Problem:
    return Problem(key, Where(key="travel.rung"), severity=Severity.NOTE)
