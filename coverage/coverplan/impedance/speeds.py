"""How fast people move on which kind of road, and where each figure comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["PROFILES", "Profile", "tobler_kmh"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """
    A way of moving.

    Parameters
    ----------
    name
        As `plan.travel.mode`.
    kmh
        Class of road (the value of OpenStreetMap's `highway`, without `_link`) -> speed; a class
        that is not here is closed to this profile. [km/h]
    other_kmh
        Speed on a line whose class is not told. [km/h]
    one_way
        Whether one-way streets bind.
    entry_kmh
        Speed from a place to the road. [km/h]
    ferry_wait_min
        Waiting and loading at a ferry. [min]
    uphill
        Whether slopes count, where the lines have heights.
    source
        Where the figures come from, as printed.
    """

    name: str
    kmh: Mapping[str, float]
    other_kmh: float
    one_way: bool
    source: str
    entry_kmh: float = 5.0
    ferry_wait_min: float = 10.0
    uphill: bool = False


DESIGN = (
    "JTG B01-2014《公路工程技术标准》设计速度，取山岭重丘区低值"
    " (design speeds of the Chinese highway standard, the lower values, for hilly country)"
)
WALK = "5 km/h; slopes: W. Tobler 1993, Three presentations on geographical analysis and modeling"

_CAR = {
    "motorway": 80.0,
    "trunk": 60.0,
    "primary": 60.0,
    "secondary": 40.0,
    "tertiary": 30.0,
    "unclassified": 20.0,
    "residential": 20.0,
    "living_street": 10.0,
    "service": 10.0,
    "road": 20.0,
    "track": 10.0,
    "ferry": 12.0,
}
_PATHS = ["footway", "path", "pedestrian", "cycleway", "bridleway", "corridor"]
_ON_FOOT = dict.fromkeys([name for name in _CAR if name != "motorway"] + _PATHS, 5.0) | {
    "steps": 2.5,
    "ferry": 12.0,
}
_MOTORCYCLE = {name: min(speed, 40.0) for name, speed in _CAR.items() if name != "motorway"}
_COACH = {name: min(speed * 0.8, 60.0) for name, speed in _CAR.items() if name != "track"}

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "car": Profile("car", MappingProxyType(_CAR), 20.0, one_way=True, source=DESIGN),
        "mixed": Profile("mixed", MappingProxyType(_CAR), 20.0, one_way=True, source=DESIGN),
        "coach": Profile(
            "coach",
            MappingProxyType(_COACH),
            16.0,
            one_way=True,
            source=f"{DESIGN} × 0.8, at most 60 km/h",
        ),
        "motorcycle": Profile(
            "motorcycle",
            MappingProxyType(_MOTORCYCLE | {"path": 10.0}),
            20.0,
            one_way=True,
            source=f"{DESIGN}, at most 40 km/h",
        ),
        "walk": Profile(
            "walk", MappingProxyType(_ON_FOOT), 5.0, one_way=False, source=WALK, uphill=True
        ),
    }
)
"""Mode of a plan -> profile."""


def tobler_kmh(slope: ArrayLike) -> FloatArray:
    """
    Return the speed of walking on a slope.

    Parameters
    ----------
    slope
        Rise over run in the direction of travel, any shape; negative downhill.

    Returns
    -------
    numpy.ndarray
        6 exp(-3.5 |slope + 0.05|): 5.0 on the flat, fastest on a gentle descent. [km/h]

    Notes
    -----
    W. Tobler, Three presentations on geographical analysis and modeling, NCGIA 93-1 (1993).

    Examples
    --------
    >>> tobler_kmh([0.0, -0.05, 0.2]).round(2).tolist()
    [5.04, 6.0, 2.5]
    """
    rise = np.asarray(slope, dtype=float)
    return np.asarray(6.0 * np.exp(-3.5 * np.abs(rise + 0.05)))
