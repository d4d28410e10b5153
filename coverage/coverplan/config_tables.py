"""The tables of plan.toml as frozen values: keys, choices, defaults and an example of each."""
# ruff: noqa: RUF009 -- `key` is dataclasses.field under another name

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from coverplan.domain import Resolution, Rung

DATUMS = ("wgs84", "gcj02", "bd09", "unknown")
RUN_DATUMS = ("wgs84", "gcj02")


def key(example: str, *, choices: Sequence[str] = (), made: bool = False, **options: Any) -> Any:
    """
    Return a field with what a message needs: an example, and the choices where it has some.

    Parameters
    ----------
    example
        A line of plan.toml that would be right.
    choices
        The values that are allowed, where they can be counted.
    made
        Whether a run makes the file or folder: it is no input and need not exist.
    **options
        What `dataclasses.field` takes.
    """
    about = {"example": example, "choices": tuple(choices), "made": made}
    return field(metadata=about, **options)


@dataclass(frozen=True, slots=True)
class County:
    """Which county, at which date, for which plan period."""

    code: str = key('code = "500230"')
    name: str = key('name = "丰都县"')
    slug: str = key('slug = "fengdu"')
    as_of: date = key("as_of = 2025-12-31")
    period: tuple[int, ...] = key("period = [2021, 2025]")
    name_en: str = key('name_en = "Fengdu"', default="")
    unit: str = key('unit = "丰都县科学技术协会"', default="")
    datum: str = key('datum = "wgs84"', choices=RUN_DATUMS, default="wgs84")


@dataclass(frozen=True, slots=True)
class Intake:
    """How rows with faults are met."""

    on_bad_row: str = key('on_bad_row = "set_aside"', choices=("stop", "set_aside"), default="stop")
    headers: Path | None = key('headers = "headers.csv"', default=None)


@dataclass(frozen=True, slots=True)
class Townships:
    """The list of townships and their seats."""

    file: Path = key('file = "townships.csv"')
    aliases: Path | None = key('aliases = "aliases.csv"', default=None)
    datum: str = key('datum = "wgs84"', choices=DATUMS, default="wgs84")


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The county outline, and real township polygons where the county has them."""

    outline: Path | None = key('outline = "outline.geojson"', default=None)
    townships: Path | None = key('townships = "townships.gpkg"', default=None)
    approximate: bool = key("approximate = true", default=True)
    repair: bool = key("repair = false", default=False)
    datum: str = key('datum = "wgs84"', choices=DATUMS, default="wgs84")


@dataclass(frozen=True, slots=True)
class Population:
    """Whom the figures count."""

    file: Path | None = key('file = "population.csv"', default=None)
    column: str = key('column = "resident_2010"', default="people")
    year: int = key("year = 2010", default=0)
    kind: str = key(
        'kind = "census"', choices=("census", "estimate", "unofficial"), default="census"
    )
    scenarios: Path | None = key('scenarios = "population_scenarios.csv"', default=None)
    scenario: str = key('scenario = "uniform"', default="")


@dataclass(frozen=True, slots=True)
class Villages:
    """The list of villages and communities."""

    file: Path | None = key('file = "villages.csv"', default=None)
    datum: str = key('datum = "wgs84"', choices=DATUMS, default="wgs84")


@dataclass(frozen=True, slots=True)
class Venues:
    """What stands, and who has answered."""

    files: tuple[Path, ...] = key('files = ["venues.csv"]', default=())
    reports: Path | None = key('reports = "reports.csv"', default=None)
    datum: str = key('datum = "wgs84"', choices=DATUMS, default="unknown")
    assume_none: bool = key("assume_none = false", default=False)
    outside: Path | None = key('outside = "outside.csv"', default=None)


@dataclass(frozen=True, slots=True)
class VenueTypes:
    """The table of venue types."""

    file: Path = key('file = "venue_types.csv"')


@dataclass(frozen=True, slots=True)
class Targets:
    """The policy's targets as data, and the figures that are typed."""

    file: Path = key('file = "targets.csv"')
    indicators: Path | None = key('indicators = "indicators.csv"', default=None)
    departments: Path | None = key('departments = "departments.csv"', default=None)


@dataclass(frozen=True, slots=True)
class Schools:
    """The school register."""

    file: Path | None = key('file = "schools.csv"', default=None)
    datum: str = key('datum = "wgs84"', choices=DATUMS, default="wgs84")


@dataclass(frozen=True, slots=True)
class Visits:
    """Where the mobile museum and the science caravan have been."""

    file: Path | None = key('file = "visits.csv"', default=None)


@dataclass(frozen=True, slots=True)
class Remote:
    """Which villages are remote: an adopted list, else minutes to a township's seat."""

    file: Path | None = key('file = "remote.csv"', default=None)
    seat: str = key('seat = "500230001"', default="")
    minutes: float = key("minutes = 90.0", default=0.0)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Where a site may be proposed; without files every listed village and hall may."""

    files: tuple[Path, ...] = key('files = ["candidates.csv"]', default=())
    datum: str = key('datum = "wgs84"', choices=DATUMS, default="wgs84")


@dataclass(frozen=True, slots=True)
class Demand:
    """Where people are taken to be."""

    source: str = key(
        'source = "villages"', choices=("villages", "seats", "grid", "raster"), default="villages"
    )
    unlocated: str = key('unlocated = "draws"', choices=("draws", "seat"), default="draws")
    draws: int = key("draws = 200", default=200)
    seed: int = key("seed = 1", default=1)
    grid: Path | None = key('grid = "grid.gpkg"', default=None)
    raster: Path | None = key('raster = "population.tif"', default=None)
    cell_m: float = key("cell_m = 1000.0", default=1000.0)
    weights: Path | None = key('weights = "weights.csv"', default=None)


@dataclass(frozen=True, slots=True)
class Travel:
    """The travel model and the rung of trust it stands on."""

    rung: Rung = key('rung = "D"', default=Rung.LINE)
    mode: str = key(
        'mode = "car"', choices=("walk", "motorcycle", "car", "coach", "mixed"), default="mixed"
    )
    asked_villages: Path | None = key('asked_villages = "asked_villages.csv"', default=None)
    asked_seats: Path | None = key('asked_seats = "asked_seats.csv"', default=None)
    detour: float = key("detour = 1.5", default=1.5)
    speed_kmh: float = key("speed_kmh = 30.0", default=30.0)
    speed_source: str = key('speed_source = "…"', default="")
    limit_min: float = key("limit_min = 180.0", default=240.0)
    roads: Path | None = key('roads = "roads.osm.pbf"', default=None)
    snap_limit_m: float = key("snap_limit_m = 1000.0", default=1000.0)
    barrier: str = key('barrier = "长江"', default="")
    crossings: Path | None = key('crossings = "crossings.geojson"', default=None)
    trips: Path | None = key('trips = "trips.csv"', default=None)
    cache: Path | None = key('cache = "cache"', made=True, default=None)


@dataclass(frozen=True, slots=True)
class Overpass:
    """The server that `coverplan roads fetch` asks."""

    endpoint: str = key(
        'endpoint = "https://overpass-api.de/api"', default="https://overpass-api.de/api"
    )
    cache: Path | None = key('cache = "roads-cache"', made=True, default=None)
    timeout_s: int = key("timeout_s = 180", default=180)
    rate_limit: bool = key("rate_limit = true", default=True)


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme of venues: its question, its cutoffs and what is to be placed."""

    type: str = key('type = "university_site"')
    model: str = key('model = "every_township"', choices=("every_township", "p_median", "count"))
    cutoffs_min: tuple[int, ...] = key("cutoffs_min = [15, 30]")
    cutoff_min: int = key("cutoff_min = 30")
    demand: str = key('demand = "residents"', default="residents")
    new_sites: int | str = key('new_sites = "target"', default="target")
    target: str = key('target = "university-sites"', default="")
    place: bool = key("place = true", default=True)
    resolution: Resolution = key('resolution = "community"', default=Resolution.COMMUNITY)
    levels: tuple[str, ...] = key('levels = ["小学"]', default=())
    themes: int = key("themes = 3", default=0)
    class_slots: int = key("class_slots = 240", default=0)
    class_size: int = key("class_size = 45", default=45)
    years: tuple[int, ...] = key("years = [2026, 2027]", default=())
    sites_per_year: tuple[int, ...] = key("sites_per_year = [10, 9]", default=())
    after: int = key("after = 2026", default=0)
    built: tuple[str, ...] = key('built = ["hall-500230101"]', default=())


@dataclass(frozen=True, slots=True)
class Placing:
    """How deep the placement is looked into."""

    curve: int = key("curve = 30", default=30)
    evidence: bool = key("evidence = true", default=True)
    worlds: int = key("worlds = 40", default=40)
    near_plans: int = key("near_plans = 3", default=3)
    time_limit_s: float = key("time_limit_s = 60.0", default=60.0)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer for orientation on the map."""

    name: str = key('name = "长江"')
    file: Path = key('file = "lines.geojson"')
    kind: str = key('kind = "river"', choices=("river", "railway", "road", "neighbour"))
    datum: str = key('datum = "wgs84"', choices=DATUMS, default="wgs84")


@dataclass(frozen=True, slots=True)
class Publish:
    """Who may see the outputs."""

    profile: str = key(
        'profile = "internal"', choices=("internal", "meeting", "public"), default="internal"
    )


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the outputs go and in which language."""

    dir: Path | None = key('dir = "../../../maps/fengdu"', default=None)
    lang: str = key('lang = "zh"', choices=("zh", "en"), default="zh")
    example: bool = key("example = true", default=False)
