"""The nouns of coverage planning, as frozen values."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # annotations only: the nouns load no frame library
    import geopandas as gpd
    import pandas as pd

    from coverplan.config import Plan
    from coverplan.errors import Problem

__all__ = [
    "FRAMES",
    "TOTAL",
    "Inputs",
    "Presence",
    "Resolution",
    "Result",
    "Rung",
    "TravelTimes",
]

FRAMES = (
    "townships",
    "villages",
    "venues",
    "candidates",
    "demand",
    "presence",
    "village_presence",
    "coverage",
    "gaps",
    "targets",
    "placement",
    "programmes",
    "curve",
    "evidence",
    "phases",
    "plans",
    "prices",
    "checks",
    "worlds",
    "equity",
    "targets_by_township",
    "asked_seats",
    "outside",
    "venue_types",
    "ledger",
    "sources",
)
"""The frames of a result, in the order in which they are stored."""

TOTAL = "total"
"""The row key of the whole county in tables by township."""


class Presence(StrEnum):
    """Whether a township (or village) has a venue of a type; unknown is an answer of its own."""

    HAS = "has"
    NONE = "none"
    UNREPORTED = "unreported"


class Rung(StrEnum):
    """The ladder of trust that travel times stand on, best first."""

    ROADS = "A"
    ASKED = "B"
    CALIBRATED = "C"
    LINE = "D"

    @property
    def unit(self) -> str:
        """Return `"km"` for the raw straight line, which bears no minutes, else `"min"`."""
        return "km" if self is Rung.LINE else "min"


class Resolution(StrEnum):
    """How finely a place is known; no recommendation may be finer than its data."""

    TOWNSHIP = "township"
    COMMUNITY = "community"
    BUILDING = "building"


@dataclass(frozen=True, slots=True, eq=False)
class TravelTimes:
    """
    Travel from each demand point to each site, in minutes (kilometres on rung D).

    Parameters
    ----------
    values
        Shape (n_demand, n_sites), float; `inf` where a site cannot be reached within `limit`, or
        its distance is not known. Never NaN, never negative. [min], or [km] on rung D.
    demand
        Ids of the rows.
    sites
        Ids of the columns.
    rung
        What the numbers stand on.
    limit
        Beyond it nothing is known: a question with a larger cutoff is refused. [min] or [km]
    unknown
        Where `inf` means that an answer is missing, not that the site is too far, shape as
        `values`; None: every `inf` of rung B does, and none of the other rungs.

    Raises
    ------
    ValueError
        The shape does not fit the ids, or a value is NaN or negative.
    """

    values: NDArray[np.float64]
    demand: tuple[str, ...]
    sites: tuple[str, ...]
    rung: Rung
    limit: float = float("inf")
    unknown: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.demand), len(self.sites)):
            shape = (len(self.demand), len(self.sites))
            raise ValueError(f"times have shape {self.values.shape}, the ids say {shape}")
        if np.isnan(self.values).any() or (self.values < 0).any():
            raise ValueError("times hold NaN or negative values; unreachable is inf")
        if self.unknown is not None:
            fits = self.unknown.shape == self.values.shape
            if not fits or np.isfinite(self.values[self.unknown]).any():
                raise ValueError("unknown marks times that are given, or has another shape")
            self.unknown.setflags(write=False)
        self.values.setflags(write=False)

    @property
    def unit(self) -> str:
        """Return the unit of the values: `"min"` or `"km"`."""
        return self.rung.unit

    def to(self, sites: "list[str] | tuple[str, ...]") -> NDArray[np.float64]:
        """
        Return the columns of some sites, in the order asked for, shape (n_demand, len(sites)).

        Parameters
        ----------
        sites
            Ids that occur in `self.sites`.

        Raises
        ------
        KeyError
            An id is not a column.
        """
        column = {site: number for number, site in enumerate(self.sites)}
        return self.values[:, [column[site] for site in sites]]

    def missing_to(self, sites: "list[str] | tuple[str, ...]") -> NDArray[np.bool_]:
        """
        Tell for some sites where nobody knows the time, shape (n_demand, len(sites)).

        Parameters
        ----------
        sites
            Ids that occur in `self.sites`.

        Raises
        ------
        KeyError
            An id is not a column.
        """
        column = {site: number for number, site in enumerate(self.sites)}
        chosen = [column[site] for site in sites]
        if self.unknown is not None:
            return np.asarray(self.unknown[:, chosen])
        lost = np.isinf(self.values[:, chosen])
        return lost if self.rung is Rung.ASKED else np.zeros_like(lost)

    def rows(self, mine: NDArray[np.bool_]) -> "TravelTimes":
        """
        Return the rows of some demand points.

        Parameters
        ----------
        mine
            Which, shape (n_demand,).
        """
        ids = tuple(one for one, wanted in zip(self.demand, mine, strict=True) if wanted)
        unknown = None if self.unknown is None else self.unknown[mine]
        return TravelTimes(self.values[mine], ids, self.sites, self.rung, self.limit, unknown)


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """
    Everything the plan names, read, checked and matched; frames as in docs/contracts.md.

    Coordinates are WGS84 degrees, ids are text and the index. An absent table is None, never an
    empty frame with guessed columns.
    """

    townships: "gpd.GeoDataFrame"
    """[code9] name, kind, seat_lon, seat_lat, elevation_m, people (Int64); geometry: the seat."""
    outline: "gpd.GeoDataFrame | None"
    cells: "gpd.GeoDataFrame | None"
    """[code9] real township polygons from a layer, where the plan has one."""
    villages: "gpd.GeoDataFrame"
    """[code12] name, code9, kind, people (Int64, often missing), lon, lat; geometry or None."""
    venues: "gpd.GeoDataFrame"
    """[id] the VENUES columns with code9, code12 (text or "") matched; geometry or None."""
    reports: "pd.DataFrame"
    """[code9, type] answer (has | none | unreported), reported_on."""
    venue_types: "pd.DataFrame"
    """[id] zh, en, clause, shape, colour, host_kinds, has_place, list_complete, programme."""
    targets: "pd.DataFrame"
    indicators: "pd.DataFrame"
    departments: "pd.DataFrame"
    schools: "gpd.GeoDataFrame | None"
    candidates: "gpd.GeoDataFrame | None"
    """[id] the CANDIDATES columns with code9, code12 matched; None: derive them from villages."""
    asked_villages: "pd.DataFrame | None"
    """[code12] minutes."""
    asked_seats: "pd.DataFrame | None"
    """from_code9, to_code9, minutes, via."""
    scenarios: "pd.DataFrame | None"
    layers: "dict[str, gpd.GeoDataFrame]"
    """name -> lines or areas with columns name, kind."""
    ledger: "pd.DataFrame"
    sources: "pd.DataFrame"
    problems: "tuple[Problem, ...]"
    """Notes, and rows that were set aside; anything worse has been raised."""
    roads: "gpd.GeoDataFrame | None" = None
    """Lines as `intake.roads.read_roads` returns them."""
    visits: "pd.DataFrame | None" = None
    """code9, code12 ("" where only the township is known), type, visited_on."""
    trips: "pd.DataFrame | None" = None
    """from_code, to_code, minutes, crossing: known trips for rung C."""
    outside: "pd.DataFrame | None" = None
    """id, name, type, lon, lat, near_code9, minutes: venues beyond the county."""
    weights: "pd.DataFrame | None" = None
    """group, code9, code12 ("" = the whole township), people."""
    people_places: "pd.DataFrame | None" = None
    """lon, lat, people: cells of a grid or raster."""
    remote: "pd.DataFrame | None" = None
    """[code12] the adopted list of remote villages."""
    crossings: "gpd.GeoDataFrame | None" = None
    """Bridges and ferries over the plan's barrier: points with name, and wait_min."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """
    What one run computed; every frame is described in docs/contracts.md.

    A result is a function of its plan and files: it holds no clock, host or absolute path.
    """

    plan: "Plan"
    townships: "gpd.GeoDataFrame"
    villages: "gpd.GeoDataFrame"
    venues: "gpd.GeoDataFrame"
    candidates: "gpd.GeoDataFrame"
    demand: "pd.DataFrame"
    times: "TravelTimes | None"
    presence: "pd.DataFrame"
    village_presence: "pd.DataFrame"
    coverage: "pd.DataFrame"
    gaps: "pd.DataFrame"
    targets: "pd.DataFrame"
    placement: "gpd.GeoDataFrame"
    programmes: "pd.DataFrame"
    curve: "pd.DataFrame"
    evidence: "pd.DataFrame"
    phases: "pd.DataFrame"
    plans: "pd.DataFrame"
    prices: "pd.DataFrame"
    checks: "pd.DataFrame"
    worlds: "pd.DataFrame"
    equity: "pd.DataFrame"
    targets_by_township: "pd.DataFrame"
    asked_seats: "pd.DataFrame"
    outside: "pd.DataFrame"
    """[id] name, type, lon, lat: venues beyond the county that count."""
    outline: "gpd.GeoDataFrame | None"
    layers: "dict[str, gpd.GeoDataFrame]"
    venue_types: "pd.DataFrame"
    ledger: "pd.DataFrame"
    sources: "pd.DataFrame"
    notes: "tuple[Problem, ...]"
    """What must be said with the figures, in order of weight."""
    crs_metric: str

    @property
    def as_of(self) -> date:
        """Return the report date."""
        return self.plan.county.as_of

    def frames(self) -> "dict[str, Any]":
        """Return every frame by name, as it is stored in a run folder."""
        return {name: getattr(self, name) for name in FRAMES}
