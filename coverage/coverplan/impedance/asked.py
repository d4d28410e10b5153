"""Rung B: minutes that people on the spot were asked for, villages to seats and seats to seats."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from coverplan.domain import Rung, TravelTimes
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.join import metric_xy

__all__ = ["ATTACH_LIMIT_M", "SeatGraph", "asked_times", "places", "seat_graph"]

FloatArray = NDArray[np.float64]
SEATS = Where(key="travel.asked_seats")
VILLAGES = Where(key="travel.asked_villages")
ATTACH_LIMIT_M = 1_500.0
"""A site with coordinates but no village stands at the nearest village or seat within this."""


@dataclass(frozen=True, slots=True, eq=False)
class SeatGraph:
    """
    The seats of a county and the minutes between them.

    Parameters
    ----------
    code9
        Ids of the seats.
    asked
        The answers themselves, shape (n, n), `inf` where nobody was asked. [min]
    minutes
        Over the quickest chain of answers, shape (n, n); 0 on the diagonal, `inf` where no chain
        of answers leads. [min]
    """

    code9: tuple[str, ...]
    asked: FloatArray
    minutes: FloatArray

    def parts(self) -> list[list[str]]:
        """Return the groups of seats that answers connect, the largest group first."""
        joined = np.isfinite(self.minutes) | np.isfinite(self.minutes.T)
        groups: list[list[str]] = []
        left = list(range(len(self.code9)))
        while left:
            group = [j for j in left if joined[left[0], j]]
            groups.append([self.code9[j] for j in group])
            left = [j for j in left if j not in group]
        return sorted(groups, key=lambda group: (-len(group), group))


def seat_graph(code9: list[str], asked_seats: pd.DataFrame | None) -> SeatGraph:
    """
    Build the graph of seat-to-seat answers and its shortest paths.

    Parameters
    ----------
    code9
        The seats, in the order of the rows and columns.
    asked_seats
        Columns `from_code9`, `to_code9`, `minutes`; one row answers both directions unless the
        other direction has a row of its own. Rows without minutes are unanswered. [min]

    Raises
    ------
    InputError
        A time is negative, or a code is no township of the county.

    Examples
    --------
    >>> rows = pd.DataFrame({"from_code9": ["a", "b"], "to_code9": ["b", "c"], "minutes": [10, 5]})
    >>> seat_graph(["a", "b", "c"], rows).minutes[0].tolist()
    [0.0, 10.0, 15.0]
    """
    number = {code: i for i, code in enumerate(code9)}
    asked = np.full((len(code9), len(code9)), np.inf)
    rows = [] if asked_seats is None else _answers(asked_seats, ["from_code9", "to_code9"], SEATS)
    strange = {code for start, end, _ in rows for code in (start, end)} - number.keys()
    if strange:
        found = "、".join(sorted(strange))
        raise InputError(Problem("travel.asked_seats_code", SEATS, found))
    one_way = {(number[start], number[end]) for start, end, _ in rows}
    for start, end, minutes in rows:
        i, j = number[start], number[end]
        asked[i, j] = min(asked[i, j], minutes)
        if (j, i) not in one_way:
            asked[j, i] = min(asked[j, i], minutes)
    np.fill_diagonal(asked, np.inf)
    tails, columns = np.nonzero(np.isfinite(asked))
    # Explicit zeros stay edges in a sparse graph; a dense one would take them for "no edge".
    graph = csr_array((asked[tails, columns], (tails, columns)), shape=asked.shape)
    minutes = shortest_path(graph, method="D") if len(code9) else asked.copy()
    return SeatGraph(tuple(code9), asked, np.asarray(minutes, dtype=float))


def asked_times(
    demand: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    asked_villages: pd.DataFrame | None,
    asked_seats: pd.DataFrame | None,
    crs: str,
    limit: float = float("inf"),
) -> TravelTimes:
    """
    Return minutes from every demand point to every site, over the seats.

    Within one village the trip takes no time; within one township it leads by the seat, which is
    an upper bound (there may be a direct lane); between townships it leads from seat to seat.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`.
    sites
        Index id, columns `code9`, `code12` (may be empty), `lon`, `lat`; where present `kind` (a
        hall stands at the seat) and `location`.
    townships
        Index code9, columns `seat_lon`, `seat_lat`.
    villages
        Index code12, columns `code9`, `lon`, `lat`.
    asked_villages
        Index code12, column `minutes` to the township's seat. [min]
    asked_seats
        Columns `from_code9`, `to_code9`, `minutes`. [min]
    crs
        The metric reference system, for sites that have coordinates but no village.
    limit
        Longer times are `inf` and known to be too long. [min]

    Returns
    -------
    TravelTimes
        Rung B; `unknown` tells where some answer on the way is missing.

    Raises
    ------
    InputError
        A time is negative, or a seat pair names a township that is not in the table.
    """
    codes = sorted(townships.index)
    graph = seat_graph(codes, asked_seats)
    to_seat = _village_minutes(asked_villages)
    number = {code: i for i, code in enumerate(codes)}
    start = [
        str(code12) or str(code9)
        for code12, code9 in zip(demand["code12"], demand["code9"], strict=True)
    ]
    end = places(sites, townships, villages, crs)
    from_point = np.array([0.0 if p in number else to_seat.get(p, np.inf) for p in start])
    from_site = np.array(
        [0.0 if p in number else to_seat.get(p, np.inf) if p else np.inf for p in end]
    )
    row = np.array([number[str(code)] for code in demand["code9"]], dtype=int)
    column = np.array(
        [number[_township_of(p, str(c))] for p, c in zip(end, sites["code9"], strict=True)],
        dtype=int,
    )
    values = np.full((len(start), len(end)), np.inf)
    if values.size:
        values = from_point[:, None] + graph.minutes[np.ix_(row, column)] + from_site[None, :]
        place_number = {place: n for n, place in enumerate(dict.fromkeys([*start, *end]))}
        ends = np.array([place_number[p] if p else -1 for p in end])
        values[np.array([place_number[p] for p in start])[:, None] == ends[None, :]] = 0.0
    missing = np.isinf(values)
    far = ~missing & (values > limit)
    values[far] = np.inf
    ids = tuple(map(str, demand.index)), tuple(map(str, sites.index))
    return TravelTimes(values, *ids, Rung.ASKED, limit, missing if far.any() else None)


def places(
    sites: pd.DataFrame, townships: pd.DataFrame, villages: pd.DataFrame, crs: str
) -> list[str]:
    """
    Return where each site stands in the asked model: a code12, a seat's code9, or `""` if unknown.

    A site in a named village stands there; a hall stands at the seat; a site with coordinates only
    stands at the nearest seat or located village within `ATTACH_LIMIT_M`; any other is unlocated.

    Parameters
    ----------
    sites
        Index id, columns `code9`, `code12`, `lon`, `lat`; where present `kind` and `location`.
    townships
        Index code9, columns `seat_lon`, `seat_lat`.
    villages
        Index code12, columns `lon`, `lat`.
    crs
        The metric reference system.
    """
    seats_xy = metric_xy(townships["seat_lon"], townships["seat_lat"], crs)
    villages_xy = metric_xy(villages["lon"], villages["lat"], crs)
    xy = np.vstack([seats_xy, villages_xy])
    ids = [*map(str, townships.index), *map(str, villages.index)]
    known = set(map(str, villages.index))
    site_xy = metric_xy(sites["lon"], sites["lat"], crs)
    kind = sites["kind"] if "kind" in sites else pd.Series("", index=sites.index)
    location = sites["location"] if "location" in sites else pd.Series("own", index=sites.index)
    found = []
    for n, (code9, code12) in enumerate(zip(sites["code9"], sites["code12"], strict=True)):
        if str(code12) in known:
            found.append(str(code12))
        elif kind.iloc[n] == "hall" or location.iloc[n] == "seat":
            found.append(str(code9))
        elif np.isfinite(site_xy[n]).all() and location.iloc[n] != "township":
            away = np.hypot(*(xy - site_xy[n]).T)
            away[np.isnan(away)] = np.inf
            nearest = int(np.argmin(away))
            found.append(ids[nearest] if away[nearest] <= ATTACH_LIMIT_M else "")
        else:
            found.append("")
    return found


def _township_of(place: str, code9: str) -> str:
    """Return the township of a place; codes nest, and an unlocated site keeps its stated one."""
    return place[:9] if place else code9


def _village_minutes(asked_villages: pd.DataFrame | None) -> dict[str, float]:
    if asked_villages is None:
        return {}
    rows = _answers(asked_villages.rename_axis("code12").reset_index(), ["code12"], VILLAGES)
    return dict(rows)


def _answers(table: pd.DataFrame, keys: list[str], where: Where) -> list[tuple]:  # type: ignore[type-arg]
    """Return the answered rows as tuples of keys and minutes."""
    minutes = pd.to_numeric(table["minutes"]).astype("Float64")
    answered = table.assign(minutes=minutes)[minutes.notna()]
    wrong = answered[(answered["minutes"] < 0) | ~np.isfinite(answered["minutes"].astype(float))]
    if len(wrong):
        raise InputError(
            [
                Problem(
                    "travel.asked_negative",
                    where,
                    str(row["minutes"]),
                    {"pair": "–".join(str(row[key]) for key in keys)},
                    Severity.FATAL,
                )
                for _, row in wrong.iterrows()
            ]
        )
    return [
        (*(str(row[key]) for key in keys), float(row["minutes"])) for _, row in answered.iterrows()
    ]
