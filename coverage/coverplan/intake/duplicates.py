"""Venues that may be one and the same, with the evidence; nothing is merged by itself."""

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coverplan import crs
from coverplan.errors import Problem, Severity
from coverplan.intake.cells import shown
from coverplan.intake.tables import Table

__all__ = ["Pair", "likely_duplicates", "tell_duplicates"]

_ALIKE = 88.0
_NEAR_M = 300.0
_SAME_SPOT_M = 30.0
_GROUP_LIMIT = 2_000
_NUMBERS = re.compile(r"\d+|[一二三四五六七八九十]+")
_NOISE = re.compile(r"[\s()（）·・,，.。、\-—_]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """
    Two venues that may be one.

    Parameters
    ----------
    first, second
        Table number and line of each.
    alike
        Similarity of the names, 0 to 100.
    metres
        Distance; None where one of them has no position. [m]
    """

    first: tuple[int, int]
    second: tuple[int, int]
    alike: float
    metres: float | None


def likely_duplicates(tables: Sequence[Table]) -> list[Pair]:
    """
    Return pairs of venues of one type in one township that may be the same place.

    Parameters
    ----------
    tables
        Venue tables with `code9` and `type` matched.

    Returns
    -------
    list of Pair
        Names alike by 88 of 100 and not told apart by a number, and at most 300 m apart or without
        a position; or on the same spot (30 m) whatever they are called.

    Notes
    -----
    Several types at one place are no duplicates: one place may have many roles.
    """
    from rapidfuzz import fuzz  # noqa: PLC0415 - loaded where it is used

    groups: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for number, table in enumerate(tables):
        rows = table.rows
        for line, key in enumerate(zip(rows["code9"], rows["type"], strict=True)):
            where = table.where(line)
            if all(key) and not table.book.is_aside(table.file, where.sheet, where.row or 0):
                groups[key].append((number, line))
    system = _system(tables)
    places = [_Places.of(table, system) for table in tables]
    found = []
    for members in groups.values():
        # beyond the limit the pairs would outgrow any list that a person reads
        for one, other in itertools.combinations(members[:_GROUP_LIMIT], 2):
            left, right = (places[number].names[line] for number, line in (one, other))
            if _NUMBERS.findall(left) != _NUMBERS.findall(right):
                continue
            metres = _metres(places, one, other)
            villages = {places[number].villages[line] for number, line in (one, other)} - {""}
            alike = fuzz.ratio(left, right)
            same_name = alike >= _ALIKE and len(villages) < 2  # noqa: PLR2004 - two of them differ
            near = metres is None or metres <= _NEAR_M
            if (same_name and near) or (metres is not None and metres <= _SAME_SPOT_M):
                found.append(Pair(one, other, alike, metres))
    return found


def tell_duplicates(tables: Sequence[Table]) -> int:
    """
    Note each likely duplicate at its second row.

    Parameters
    ----------
    tables
        Venue tables; notes go to their book.

    Returns
    -------
    int
        How many were noted.
    """
    pairs = likely_duplicates(tables)
    for pair in pairs:
        (first_number, first), (number, line) = pair.first, pair.second
        table, other = tables[number], tables[first_number]
        values: dict[str, str | int | float] = {
            "other": shown(other.rows["name"].iloc[first]),
            "file": other.file,
            "row": other.where(first).row or 0,
            "alike": f"{pair.alike:.0f}",
        }
        key = "intake.duplicate.unlocated"
        if pair.metres is not None:
            key, values["metres"] = "intake.duplicate.located", f"{pair.metres:.0f}"
        found = shown(table.rows["name"].iloc[line])
        problem = Problem(key, table.where(line, "name"), found, values, Severity.NOTE)
        table.book.add(problem)
    return len(pairs)


@dataclass(frozen=True, slots=True)
class _Places:
    names: list[str]
    villages: list[str]
    east: NDArray[np.float64]
    north: NDArray[np.float64]

    @classmethod
    def of(cls, table: Table, system: str) -> "_Places":
        rows = table.rows
        lon = rows["lon"].to_numpy(dtype=np.float64)
        lat = rows["lat"].to_numpy(dtype=np.float64)
        villages = list(rows["code12"]) if "code12" in rows else [""] * len(rows)
        names = [_bare(name) for name in rows["name"]]
        return cls(
            names, villages, *(crs.metric_points(lon, lat, system) if system else (lon, lat))
        )


def _system(tables: Sequence[Table]) -> str:
    lon = np.concatenate(
        [np.array([np.nan]), *(table.rows["lon"].to_numpy(dtype=np.float64) for table in tables)]
    )
    return crs.metric_crs(float(np.nanmedian(lon))) if np.isfinite(lon).any() else ""


def _bare(name: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def _metres(
    places: Sequence[_Places], one: tuple[int, int], other: tuple[int, int]
) -> float | None:
    (first, line), (second, row) = one, other
    away = float(
        np.hypot(
            places[first].east[line] - places[second].east[row],
            places[first].north[line] - places[second].north[row],
        )
    )
    return away if np.isfinite(away) else None
