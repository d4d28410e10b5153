"""What is strange about asked minutes: questions to the planner, the weightiest first."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from coverplan.errors import Problem, Severity, Where
from coverplan.impedance.asked import SEATS, VILLAGES, SeatGraph, seat_graph
from coverplan.impedance.line import line_km
from coverplan.join import metric_xy

__all__ = ["FASTEST_KMH", "SLOWEST_KMH", "asked_problems", "missing_answers"]

FASTEST_KMH = 90.0
"""No trip by country road beats this, measured on the straight line. [km/h]"""
SLOWEST_KMH = 3.0
"""Slower than walking: over a straight line of some length a question is due. [km/h]"""
SEAT_ERROR_KM = 0.7
"""Published seats differ among themselves by this much. [km]"""
ROUNDING_MIN = 2.5
"""People answer in steps of five minutes. [min]"""
NAMED = 5
"""So many names are printed; the full list is `missing_answers`."""


def asked_problems(
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    demand: pd.DataFrame,
    *,
    asked_villages: pd.DataFrame | None,
    asked_seats: pd.DataFrame | None,
    crs: str,
) -> tuple[Problem, ...]:
    """
    Check asked minutes against each other and against the map.

    Parameters
    ----------
    townships
        Index code9, columns `name`, `seat_lon`, `seat_lat`.
    villages
        Index code12, columns `name`, `code9`, `lon`, `lat`.
    demand
        As returned by `demand.demand_points`: who waits for a missing answer.
    asked_villages, asked_seats
        The answers. [min]
    crs
        The metric reference system.

    Returns
    -------
    tuple of Problem
        Notes: seats that no answer connects, villages without an answer, answers that a chain of
        other answers beats, answers that differ by direction, and impossible speeds.
    """
    graph = seat_graph(sorted(townships.index), asked_seats)
    return (
        *_apart(graph, townships, crs),
        *_missing(townships, villages, demand, asked_villages),
        *_triangle(graph, townships),
        *_asymmetry(graph, townships),
        *_seat_speed(graph, townships, crs),
        *_village_speed(townships, villages, asked_villages, crs),
    )


def missing_answers(
    villages: pd.DataFrame, demand: pd.DataFrame, asked_villages: pd.DataFrame | None
) -> pd.DataFrame:
    """
    Return the villages without asked minutes, those of most people first.

    Parameters
    ----------
    villages
        Index code12, columns `name`, `code9`.
    demand
        As returned by `demand.demand_points`.
    asked_villages
        Index code12, column `minutes`. [min]

    Returns
    -------
    pandas.DataFrame
        Index code12: `name`, `code9`, `people`.

    Examples
    --------
    >>> villages = pd.DataFrame({"name": ["甲", "乙"], "code9": "a"}, index=["a1", "a2"])
    >>> demand = pd.DataFrame({"code12": ["a1", "a2"], "people": [3, 8]}, index=["a1", "a2"])
    >>> missing_answers(villages, demand, None)["name"].tolist()
    ['乙', '甲']
    """
    answered: set[str] = set()
    if asked_villages is not None:
        answered = set(asked_villages.index[asked_villages["minutes"].notna()])
    waiting = demand[(demand["code12"] != "") & ~demand["code12"].isin(answered)]
    table = villages.loc[waiting["code12"], ["name", "code9"]].copy()
    table["people"] = waiting["people"].astype("Int64").array
    table.index.name = "code12"
    order = np.lexsort((table.index, -table["people"].fillna(0).to_numpy(dtype=float)))
    return table.iloc[order]


def _note(key: str, where: Where, found: str = "", **values: str | float) -> Problem:
    return Problem(key, where, found, values, Severity.NOTE)


def _apart(graph: SeatGraph, townships: pd.DataFrame, crs: str) -> Iterator[Problem]:
    """Name the seats that no answer connects, and the one question that would connect them."""
    main, *others = graph.parts() or [[]]
    xy = dict(
        zip(
            townships.index,
            metric_xy(townships["seat_lon"], townships["seat_lat"], crs),
            strict=True,
        )
    )
    name = _names(townships)
    for group in others:
        km = line_km([xy[code] for code in group], [xy[code] for code in main])
        i, j = np.unravel_index(int(np.argmin(km)), km.shape)
        names = "、".join(name[code] for code in group)
        ask = f"{name[group[i]]}–{name[main[j]]}"
        yield _note("travel.asked_apart", SEATS, names, count=len(group), ask=ask)


def _missing(
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    demand: pd.DataFrame,
    asked_villages: pd.DataFrame | None,
) -> Iterator[Problem]:
    waiting = missing_answers(villages, demand, asked_villages)
    if waiting.empty:
        return
    name = _names(townships)
    names = "、".join(
        f"{name[row['code9']]}{row['name']}" for _, row in waiting.head(NAMED).iterrows()
    )
    people = int(waiting["people"].fillna(0).sum())
    yield _note("travel.asked_missing", VILLAGES, names, count=len(waiting), people=people)


def _triangle(graph: SeatGraph, townships: pd.DataFrame) -> Iterator[Problem]:
    direct, chain = graph.asked, graph.minutes
    beaten = np.isfinite(direct) & (chain < direct - 2 * ROUNDING_MIN) & (chain < 0.9 * direct)
    for i, j in np.argwhere(beaten):
        if i > j and beaten[j, i]:
            continue
        pair = _pair(townships, graph, i, j)
        yield _note(
            "travel.asked_triangle", SEATS, f"{direct[i, j]:g}", pair=pair, chain=f"{chain[i, j]:g}"
        )


def _asymmetry(graph: SeatGraph, townships: pd.DataFrame) -> Iterator[Problem]:
    there, back = graph.asked, graph.asked.T
    both = np.isfinite(there) & np.isfinite(back)
    gap = np.where(both, np.abs(np.where(both, there, 0) - np.where(both, back, 0)), 0.0)
    strange = (gap > 2 * ROUNDING_MIN) & (gap > 0.25 * np.where(both, np.maximum(there, back), 1))
    for i, j in np.argwhere(np.triu(strange)):
        yield _note(
            "travel.asked_asymmetry",
            SEATS,
            f"{there[i, j]:g} / {back[i, j]:g}",
            pair=_pair(townships, graph, i, j),
        )


def _seat_speed(graph: SeatGraph, townships: pd.DataFrame, crs: str) -> Iterator[Problem]:
    seats = townships.loc[list(graph.code9)]
    xy = metric_xy(seats["seat_lon"], seats["seat_lat"], crs)
    km = line_km(xy, xy)
    for i, j in np.argwhere(np.isfinite(graph.asked) & np.isfinite(km)):
        same = graph.asked[i, j] == graph.asked[j, i]
        if not (i > j and same):
            pair = _pair(townships, graph, i, j)
            yield from _speed(SEATS, pair, graph.asked[i, j], km[i, j])


def _village_speed(
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    asked_villages: pd.DataFrame | None,
    crs: str,
) -> Iterator[Problem]:
    if asked_villages is None:
        return
    minutes = asked_villages["minutes"].reindex(villages.index).astype(float)
    seats = townships.reindex(villages["code9"])
    gap = metric_xy(villages["lon"], villages["lat"], crs) - metric_xy(
        seats["seat_lon"], seats["seat_lat"], crs
    )
    km = np.hypot(*gap.T) / 1_000.0
    for n in np.flatnonzero(np.isfinite(minutes.to_numpy()) & np.isfinite(km)):
        pair = f"{seats['name'].iloc[n]}{villages['name'].iloc[n]}"
        yield from _speed(VILLAGES, pair, float(minutes.iloc[n]), float(km[n]))


def _speed(where: Where, pair: str, minutes: float, km: float) -> Iterator[Problem]:
    """Question a speed only where neither rounding nor the seat's own error explains it."""
    least, most = max(km - SEAT_ERROR_KM, 0.0), km + SEAT_ERROR_KM
    values = {"pair": pair, "km": f"{km:.1f}", "kmh": f"{60 * km / max(minutes, 0.5):.0f}"}
    if least * 60.0 > FASTEST_KMH * (minutes + ROUNDING_MIN):
        yield _note("travel.asked_fast", where, f"{minutes:g}", **values)
    elif minutes > ROUNDING_MIN and most * 60.0 < SLOWEST_KMH * (minutes - ROUNDING_MIN):
        yield _note("travel.asked_slow", where, f"{minutes:g}", **values)


def _pair(townships: pd.DataFrame, graph: SeatGraph, i: int, j: int) -> str:
    name = _names(townships)
    return f"{name[graph.code9[i]]}–{name[graph.code9[j]]}"


def _names(townships: pd.DataFrame) -> dict[str, str]:
    return dict(zip(map(str, townships.index), map(str, townships["name"]), strict=True))
