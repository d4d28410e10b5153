"""Minutes for the illustrative county, as clerks and planners would answer them."""

import itertools
import json
import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import Delaunay
from shapely import LineString, MultiLineString, union_all
from shapely.geometry import shape

RIVERS = Path(__file__).resolve().parents[1] / "fengdu" / "rivers.geojson"

VILLAGE_KMH, VILLAGE_DETOUR = 22.0, 1.7
"""Village lanes in the hills, by motorcycle or minibus."""
SEAT_KMH, SEAT_DETOUR, UPHILL = 38.0, 1.35, 0.35
"""County roads between seats; a seat above 800 m lengthens the way by `UPHILL`."""
HIGH_M = 800.0
EXACT_MIN = 15
"""Up to this people answer in whole minutes, beyond in fives."""
PAIRS = 75
NEIGHBOUR_KM = 22.0
CROSSINGS = {
    frozenset({"三合街道", "名山街道"}): ("示例：经长江大桥", 12),
    frozenset({"湛普镇", "虎威镇"}): ("示例：轮渡", 35),
    frozenset({"十直镇", "高家镇"}): ("示例：轮渡", 40),
}

Record = dict[str, object]


def km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the straight line between two points in degrees, in kilometres, good to 0.1 % here."""
    north = (a[1] - b[1]) * 110.85
    east = (a[0] - b[0]) * 111.32 * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.hypot(north, east)


def as_answered(minutes: float) -> int:
    """Return minutes as people give them: whole ones up to 15, then in fives."""
    return max(1, round(minutes)) if minutes <= EXACT_MIN else 5 * round(minutes / 5)


class Minutes:
    """
    Straight lines made into answers: detours, speeds, seeded differences from place to place.

    Parameters
    ----------
    townships, villages
        As in make_example.py.
    mark
        What each row says of itself.
    seed
        Of the differences from place to place.
    """

    def __init__(
        self, townships: Sequence[Any], villages: Sequence[Any], mark: str, seed: int
    ) -> None:
        self.townships = townships
        self.villages = villages
        self.mark = mark
        self.dice = random.Random(seed)  # noqa: S311 - an illustration, not a secret
        self.seats = {t.code9: (float(t.lon), float(t.lat)) for t in townships}

    def nearest_seat_km(self, code9: str) -> float:
        """Return how far the nearest other seat is, in kilometres."""
        return min(km(self.seats[code9], seat) for c, seat in self.seats.items() if c != code9)

    def asked_villages(self) -> list[Record]:
        """Return what clerks would answer: minutes from each village to its seat."""
        rows: list[Record] = []
        for item in self.villages:
            if item.lon:
                distance = km((float(item.lon), float(item.lat)), self.seats[item.code9])
            elif item.kind == "社区":
                distance = self.dice.uniform(0.3, 2.5)
            else:
                reach = max(3.0, 0.75 * self.nearest_seat_km(item.code9))
                distance = reach * math.sqrt(self.dice.uniform(0.08, 1.0))
            speed = VILLAGE_KMH * self.dice.uniform(0.85, 1.2)
            minutes = 2.0 + 60.0 * distance * VILLAGE_DETOUR / speed
            rows.append(
                {
                    "code12": item.code12,
                    "minutes": as_answered(minutes),
                    "mode": "mixed",
                    "asked_on": "2025-10-20",
                    "note": self.mark,
                }
            )
        return rows

    def yangtze(self) -> MultiLineString:
        """Return the Yangtze, a little widened so that gaps of the line close."""
        tree = json.loads(RIVERS.read_text(encoding="utf-8"))
        parts = [
            shape(row["geometry"])
            for row in tree["features"]
            if row["properties"]["name"] == "长江"
        ]
        return union_all(parts).buffer(0.0006)

    def asked_seats(self) -> list[Record]:
        """Return what the planner would answer: minutes between neighbouring seats."""
        places = np.array([self.seats[t.code9] for t in self.townships])
        flat = places * np.array([math.cos(math.radians(29.9)), 1.0])
        near = {
            (min(pair), max(pair))
            for triangle in Delaunay(flat).simplices.tolist()
            for pair in itertools.combinations(triangle, 2)
            if km(tuple(places[pair[0]]), tuple(places[pair[1]])) < NEIGHBOUR_KM
        }
        river = self.yangtze()
        found: dict[tuple[int, int], tuple[float, str]] = {}
        number = {t.name: i for i, t in enumerate(self.townships)}
        for names, (via, minutes) in CROSSINGS.items():
            i, j = sorted(number[name] for name in names)
            found[i, j] = (minutes, via)
        others = sorted(
            itertools.combinations(range(len(places)), 2),
            key=lambda pair: (pair not in near, km(tuple(places[pair[0]]), tuple(places[pair[1]]))),
        )
        for i, j in others:
            line = LineString([places[i], places[j]])
            if len(found) == PAIRS:
                break
            if (i, j) in found or line.intersects(river):
                continue
            uphill = max(self.townships[i].elevation_m, self.townships[j].elevation_m) > HIGH_M
            detour = (SEAT_DETOUR + UPHILL * uphill) * self.dice.uniform(0.95, 1.15)
            distance = km(tuple(places[i]), tuple(places[j]))
            found[i, j] = (3.0 + 60.0 * distance * detour / SEAT_KMH, "")
        return self.consistent(found)

    def consistent(self, found: Mapping[tuple[int, int], tuple[float, str]]) -> list[Record]:
        """Return the answers so that no chain of other answers is quicker than a direct one."""
        graph = np.zeros((len(self.townships),) * 2)
        for (i, j), (minutes, _) in found.items():
            graph[i, j] = graph[j, i] = as_answered(minutes)
        quickest = shortest_path(graph, directed=False)
        return [
            {
                "from_code9": self.townships[i].code9,
                "to_code9": self.townships[j].code9,
                "minutes": int(quickest[i, j]),
                "via": via,
                "note": self.mark,
            }
            for (i, j), (_, via) in sorted(found.items())
        ]
