"""Rung C: how long a straight-line kilometre takes here, learned from known trips."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.impedance.banks import Crossings, way_km
from coverplan.impedance.line import line_km
from coverplan.join import metric_xy

__all__ = [
    "FEWEST_TRIPS",
    "Calibration",
    "Factor",
    "calibrate",
    "calibrated_minutes",
    "fit_factor",
    "known_trips",
    "listed_trips",
    "split_by_bank",
]

FloatArray = NDArray[np.float64]
FEWEST_TRIPS = 20
"""So many known trips are the least that a factor stands on."""
FEWEST_OTHER_BANK = 8
"""With fewer trips to the other bank they take the same-bank factor, over the crossings."""
SHORTEST_KM = 0.5
"""Shorter trips tell more of rounding and parking than of the road."""
RESAMPLES = 1_000
SLIGHT = 1e-6
BAND = (0.10, 0.90)


@dataclass(frozen=True, slots=True)
class Factor:
    """
    Minutes that one straight-line kilometre takes, and how sure that is.

    Parameters
    ----------
    min_per_km
        Median over the trips. [min/km]
    low, high
        80 % of the bootstrap resamples have their median between these. [min/km]
    trip_low, trip_high
        80 % of single trips take between these multiples of what the factor says.
    error
        Median of |said - asked| / asked, each trip said by the others (leave one out).
    trips
        Number of trips.
    """

    min_per_km: float
    low: float
    high: float
    trip_low: float
    trip_high: float
    error: float
    trips: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """
    What rung C stands on: a factor for the same bank, and one for the other bank if known.

    Parameters
    ----------
    same
        Trips that cross no barrier.
    other
        Trips over a crossing, per kilometre of the way over it; None where too few are known.
    """

    same: Factor
    other: Factor | None = None

    def statement(self) -> Problem:
        """Return what must be printed with every figure that stands on this."""
        values: dict[str, str | int | float] = {
            "min_per_km": f"{self.same.min_per_km:.2f}",
            "low": f"{self.same.low:.2f}",
            "high": f"{self.same.high:.2f}",
            "error": f"{self.same.error:.0%}",
            "trips": self.same.trips,
        }
        key = "travel.calibrated"
        if self.other is not None:
            key = "travel.calibrated_two"
            values |= {
                "other": f"{self.other.min_per_km:.2f}",
                "other_error": f"{self.other.error:.0%}",
                "other_trips": self.other.trips,
            }
        return Problem(key, Where(key="travel.rung"), "", values, Severity.NOTE)


def fit_factor(km: ArrayLike, minutes: ArrayLike, seed: int) -> Factor:
    """
    Learn the minutes per straight-line kilometre from known trips.

    Parameters
    ----------
    km
        Straight-line length of each trip, shape (n,). [km]
    minutes
        What the trip is known to take, shape (n,). [min]
    seed
        For the bootstrap.

    Returns
    -------
    Factor
        The median of the ratios: of two wrong answers in twenty it takes no notice.

    Raises
    ------
    ValueError
        There is no trip, or one has no positive length and time.

    Examples
    --------
    >>> fit_factor([10, 20, 30], [20, 40, 90], seed=1).min_per_km
    2.0
    """
    line, taken = np.asarray(km, dtype=float), np.asarray(minutes, dtype=float)
    if line.size == 0 or not ((line > 0) & (taken > 0) & np.isfinite(line + taken)).all():
        raise ValueError("each trip needs a positive length and a positive time")
    ratio = taken / line
    factor = float(np.median(ratio))
    random = np.random.default_rng(seed)
    resampled = np.median(random.choice(ratio, (RESAMPLES, ratio.size)), axis=1)
    low, high = np.quantile(resampled, BAND)
    trip_low, trip_high = np.quantile(ratio / factor, BAND)
    others = np.array([np.median(np.delete(ratio, n)) for n in range(ratio.size)])
    error = float(np.median(np.abs(others - ratio) / ratio)) if ratio.size > 1 else np.inf
    return Factor(
        factor,
        float(min(low, factor)),
        float(max(high, factor)),
        float(min(trip_low, 1.0)),
        float(max(trip_high, 1.0)),
        error,
        int(ratio.size),
    )


def calibrate(trips: pd.DataFrame, seed: int) -> Calibration:
    """
    Learn the factors of rung C.

    Parameters
    ----------
    trips
        Columns `km` (straight line, or over the crossing where `other_bank`), `minutes`, and
        `other_bank` (bool; absent means all on one bank), as `known_trips` returns them.
    seed
        For the bootstrap.

    Raises
    ------
    InputError
        Fewer than `FEWEST_TRIPS` usable trips stay on one bank.
    """
    usable = trips[(trips["km"] >= SHORTEST_KM) & np.isfinite(trips["km"]) & (trips["minutes"] > 0)]
    over = usable["other_bank"].astype(bool) if "other_bank" in usable else None
    same = usable if over is None else usable[~over]
    if len(same) < FEWEST_TRIPS:
        values = {"fewest": FEWEST_TRIPS, "given": len(trips)}
        where = Where(key="travel.trips")
        raise InputError(Problem("travel.few_trips", where, str(len(same)), values))
    other = None
    if over is not None and over.sum() >= FEWEST_OTHER_BANK:
        other = fit_factor(usable.loc[over, "km"], usable.loc[over, "minutes"], seed + 1)
    return Calibration(fit_factor(same["km"], same["minutes"], seed), other)


def split_by_bank(trips: pd.DataFrame, pieces: gpd.GeoSeries, over: Crossings) -> pd.DataFrame:
    """
    Measure trips to the other bank over the crossings, their waiting taken off the minutes.

    Parameters
    ----------
    trips
        As returned by `known_trips`.
    pieces, over
        As returned by `banks.banks` and `banks.crossings_between`.

    Returns
    -------
    pandas.DataFrame
        The trips with `other_bank`, and `km` over the shortest crossing where it is true.
    """
    found = trips.copy()
    km, other, wait = [], [], []
    for _, trip in trips.iterrows():
        start = np.array([[trip["start_x"], trip["start_y"]]], dtype=float)
        end = np.array([[trip["end_x"], trip["end_y"]]], dtype=float)
        way, parted = way_km(start, end, pieces, over, 0.0)
        # So little is a minute worth here that the way stays the same: what it adds is the wait.
        waited, _ = way_km(start, end, pieces, over, SLIGHT)
        wait.append(float((waited - way)[0, 0] / SLIGHT) if np.isfinite(way[0, 0]) else 0.0)
        km.append(float(way[0, 0]))
        other.append(bool(parted[0, 0]))
    found["km"], found["other_bank"] = km, other
    found["minutes"] -= wait
    return found


def calibrated_minutes(
    origin: FloatArray,
    target: FloatArray,
    learned: Calibration,
    pieces: gpd.GeoSeries | None = None,
    over: Crossings | None = None,
) -> FloatArray:
    """
    Return minutes between points by the learned factors, over crossings to the other bank.

    Parameters
    ----------
    origin, target
        Shapes (n, 2) and (m, 2). [m]
    learned
        As returned by `calibrate`.
    pieces, over
        Both, or neither: then the barrier is off and the caller has to say so.

    Returns
    -------
    numpy.ndarray
        Shape (n, m); `inf` without a position or a crossing. [min]
    """
    same = learned.same.min_per_km
    if pieces is None or over is None:
        return np.asarray(line_km(origin, target) * same)
    apart = same if learned.other is None else learned.other.min_per_km
    km, other = way_km(origin, target, pieces, over, 1.0 / apart)
    return np.asarray(km * np.where(other, apart, same))


def known_trips(
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    asked_villages: pd.DataFrame | None,
    asked_seats: pd.DataFrame | None,
    crs: str,
) -> pd.DataFrame:
    """
    Return the answers whose both ends have coordinates: known trips to learn from.

    Parameters
    ----------
    townships
        Index code9, columns `seat_lon`, `seat_lat`.
    villages
        Index code12, columns `code9`, `lon`, `lat`.
    asked_villages
        Index code12, column `minutes`. [min]
    asked_seats
        Columns `from_code9`, `to_code9`, `minutes`. [min]
    crs
        The metric reference system.

    Returns
    -------
    pandas.DataFrame
        `start`, `end` (ids), `start_x`, `start_y`, `end_x`, `end_y` [m], `km`, `minutes`.
    """
    seats = pd.DataFrame(
        metric_xy(townships["seat_lon"], townships["seat_lat"], crs),
        index=townships.index,
        columns=["x", "y"],
    )
    homes = pd.DataFrame(
        metric_xy(villages["lon"], villages["lat"], crs), index=villages.index, columns=["x", "y"]
    )
    parts = []
    if asked_villages is not None:
        answered = asked_villages[asked_villages.index.isin(villages.index)]
        ends = villages.loc[answered.index, "code9"]
        parts.append(_trips(homes, answered.index, seats, ends, answered["minutes"]))
    if asked_seats is not None:
        starts, ends = asked_seats["from_code9"], asked_seats["to_code9"]
        parts.append(_trips(seats, starts, seats, ends, asked_seats["minutes"]))
    columns = ["start", "end", "start_x", "start_y", "end_x", "end_y", "minutes", "km"]
    if not parts:
        return pd.DataFrame(columns=columns)
    trips = pd.concat(parts, ignore_index=True)
    gap = trips[["end_x", "end_y"]].to_numpy() - trips[["start_x", "start_y"]].to_numpy()
    trips["km"] = np.hypot(*gap.T) / 1_000.0
    return trips.dropna(subset=["km", "minutes"])[columns].reset_index(drop=True)


def listed_trips(
    trips: pd.DataFrame,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    crs: str,
    *,
    barrier: bool = False,
) -> pd.DataFrame:
    """
    Return the trips of a table of known trips, as `known_trips` does.

    Parameters
    ----------
    trips
        Columns `from_code`, `to_code` (code9 of a seat or code12 of a village), `minutes` [min],
        `crossing` (name of the bridge or ferry, "" on one bank).
    townships
        Index code9, columns `seat_lon`, `seat_lat`.
    villages
        Index code12, columns `lon`, `lat`.
    crs
        The metric reference system.
    barrier
        Whether the river is known, which then tells the banks apart; else a trip that names a
        crossing is left out, as it would pass for one on the same bank.

    Returns
    -------
    pandas.DataFrame
        Those whose both ends have coordinates.
    """
    lon = pd.concat([townships["seat_lon"], villages["lon"]]).astype(float)
    lat = pd.concat([townships["seat_lat"], villages["lat"]]).astype(float)
    places = pd.DataFrame(metric_xy(lon, lat, crs), index=lon.index, columns=["x", "y"])
    crossing = trips["crossing"].fillna("").astype(str)
    told = trips if barrier else trips[crossing == ""]
    table = _trips(places, told["from_code"], places, told["to_code"], told["minutes"])
    gap = table[["end_x", "end_y"]].to_numpy() - table[["start_x", "start_y"]].to_numpy()
    table["km"] = np.hypot(*gap.T) / 1_000.0
    return table.dropna(subset=["km", "minutes"]).reset_index(drop=True)


def _trips(
    origins: pd.DataFrame,
    starts: "pd.Index | pd.Series",
    targets: pd.DataFrame,
    ends: "pd.Series",
    minutes: "pd.Series",
) -> pd.DataFrame:
    origin, target = origins.reindex(starts).to_numpy(), targets.reindex(ends).to_numpy()
    return pd.DataFrame(
        {
            "start": np.asarray(starts),
            "end": np.asarray(ends),
            "start_x": origin[:, 0],
            "start_y": origin[:, 1],
            "end_x": target[:, 0],
            "end_y": target[:, 1],
            "minutes": minutes.astype("Float64").to_numpy(dtype=float, na_value=np.nan),
        }
    )
