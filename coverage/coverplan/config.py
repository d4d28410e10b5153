"""plan.toml -> a frozen `Plan`: every key known, every fault told at once."""

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from coverplan.config_tables import (
    Boundaries,
    Candidates,
    County,
    Demand,
    Intake,
    Layer,
    Outputs,
    Overpass,
    Placing,
    Population,
    Programme,
    Publish,
    Remote,
    Schools,
    Targets,
    Townships,
    Travel,
    Venues,
    VenueTypes,
    Villages,
    Visits,
)
from coverplan.domain import Resolution, Rung
from coverplan.errors import ConfigError, Problem, Where

__all__ = ["Plan", "Programme", "changed_plan", "parse_plan", "read_plan"]

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A plan file, read and checked; one attribute a table of plan.toml.

    Paths are absolute; `name_of` gives back the name that the plan uses. `folder` and `source`
    are where this plan was read from and appear in no output.
    """

    folder: Path
    source: str
    raw: Mapping[str, Any]
    county: County
    intake: Intake
    townships: Townships
    boundaries: Boundaries
    population: Population
    villages: Villages
    venues: Venues
    venue_types: VenueTypes
    targets: Targets
    schools: Schools
    visits: Visits
    remote: Remote
    candidates: Candidates
    demand: Demand
    travel: Travel
    overpass: Overpass
    placement: Placing
    programme: tuple[Programme, ...]
    layer: tuple[Layer, ...]
    publish: Publish
    outputs: Outputs

    def name_of(self, path: Path) -> str:
        """
        Return a path as the plan names it: relative to the plan's folder, with forward slashes.

        Parameters
        ----------
        path
            A path of this plan.
        """
        return path.relative_to(self.folder).as_posix()

    def programme_of(self, venue_type: str) -> Programme | None:
        """
        Return the programme of a venue type, or None where the plan has none for it.

        Parameters
        ----------
        venue_type
            Id of a venue type.
        """
        return next((item for item in self.programme if item.type == venue_type), None)

    def files(self) -> tuple[Path, ...]:
        """Return every input file that the plan names, each once, sorted by its name."""
        found = {
            path
            for item in (getattr(self, f.name) for f in fields(self))
            for path in _paths(item)
            if path != self.outputs.dir
        }
        return tuple(sorted(found - {self.folder}, key=self.name_of))


def read_plan(path: Path | str) -> Plan:
    """
    Read and check a plan file.

    Parameters
    ----------
    path
        The plan.toml.

    Returns
    -------
    Plan
        With absolute paths; no data file has been opened yet.

    Raises
    ------
    ConfigError
        The file is missing or not TOML, a key is unknown, missing or of the wrong type, a named
        file is missing or outside the plan's folder; all faults together.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(Problem("config.no_file", Where(file=str(path))))
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        where = Where(file=path.name)
        raise ConfigError(Problem("config.unreadable", where, str(fault))) from fault
    return parse_plan(tree, path.parent.resolve(), source=path.name)


def parse_plan(
    tree: Mapping[str, Any], folder: Path, *, source: str = "plan.toml", check_files: bool = True
) -> Plan:
    """
    Turn the tables of a plan file into a `Plan`.

    Parameters
    ----------
    tree
        What a TOML (or JSON) reader gives back.
    folder
        What paths are relative to.
    source
        Name of the file, for messages.
    check_files
        Whether each named file must exist; a stored run is read back without its inputs.

    Raises
    ------
    ConfigError
        As `read_plan`.
    """
    reader = _Reader(folder.resolve(), source, check_files=check_files)
    if tree.get("schema") != SCHEMA:
        reader.fault("config.schema", "schema", str(tree.get("schema", "")))
    names = {f.name: f for f in fields(Plan) if f.name not in {"folder", "source", "raw"}}
    reader.known(tree, ["schema", *names], "")
    hints = typing.get_type_hints(Plan)
    tables: dict[str, Any] = {}
    for name in names:
        kind = hints[name]
        if typing.get_origin(kind) is tuple:
            rows = tree.get(name, [])
            row_kind = typing.get_args(kind)[0]
            if isinstance(rows, Mapping):
                rows = [rows]
            tables[name] = tuple(
                reader.table(row_kind, row, f"{name}[{number}]")
                for number, row in enumerate(rows, start=1)
            )
        else:
            tables[name] = reader.table(kind, tree.get(name, {}), name)
    if not reader.problems:
        _check(tables, reader)
    if reader.problems:
        raise ConfigError(reader.problems)
    return Plan(folder=folder.resolve(), source=source, raw=_plain(tree), **tables)


_WANTED = {str: "text", bool: "flag", int: "whole", float: "number"}


def changed_plan(
    plan: Plan,
    tables: Mapping[str, Mapping[str, Any]] | None = None,
    programmes: Mapping[str, Mapping[str, Any]] | None = None,
) -> Plan:
    """
    Return the plan with some keys changed, as if they stood so in its file.

    Parameters
    ----------
    plan
        The plan.
    tables
        Table -> keys and their values, as TOML gives them.
    programmes
        Venue type -> keys of its `[[programme]]`.

    Raises
    ------
    ConfigError
        The changed plan contradicts itself.
    """
    raw = dict(plan.raw)
    for name, values in (tables or {}).items():
        raw[name] = {**raw.get(name, {}), **values}
    if programmes:
        raw["programme"] = [
            {**item, **programmes.get(item["type"], {})} for item in raw.get("programme", [])
        ]
    return parse_plan(raw, plan.folder, source=plan.source, check_files=False)


class _Reader:
    """Turns plain tables into frozen ones and collects every fault on the way."""

    def __init__(self, folder: Path, source: str, *, check_files: bool) -> None:
        self.folder = folder
        self.source = source
        self.check_files = check_files
        self.problems: list[Problem] = []

    def fault(self, message: str, at: str, found: str, **values: str | float) -> None:
        where = Where(file=self.source, key=at)
        self.problems.append(Problem(message, where, found, values))

    def known(self, tree: Mapping[str, Any], names: Sequence[str], at: str) -> None:
        for name in tree:
            if name not in names:
                place = f"{at}.{name}" if at else name
                near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
                if near:
                    self.fault("config.unknown_key", place, name, nearest=near[0])
                else:
                    self.fault("config.unknown_key_alone", place, name, known=", ".join(names))

    def table(self, kind: Any, tree: Any, at: str) -> Any:
        if not isinstance(tree, Mapping):
            self.wrong(at, tree, "table", f"[{at}]")
            tree = {}
        self.known(tree, [f.name for f in fields(kind)], at)
        hints = typing.get_type_hints(kind)
        values: dict[str, Any] = {}
        for item in fields(kind):
            place = f"{at}.{item.name}"
            if item.name in tree:
                value = self.value(hints[item.name], item, tree[item.name], place)
            elif item.default is not MISSING:
                value = item.default
            else:
                self.fault("config.missing_key", place, "", example=item.metadata["example"])
                value = None
            values[item.name] = value
        return kind(**values)

    def wrong(self, at: str, found: Any, wanted: str, example: str) -> None:
        self.fault(f"config.not_{wanted}", at, str(found), example=example)

    def value(self, kind: Any, item: "Field[Any]", found: Any, at: str) -> Any:
        example = item.metadata["example"]
        choices = item.metadata["choices"]
        if isinstance(kind, types.UnionType):
            options = [option for option in typing.get_args(kind) if option is not type(None)]
            if len(options) > 1:  # the one mixed key: "target" or a number
                if found == "target" or (_is_whole(found) and found >= 0):
                    return found
                self.wrong(at, found, "target_or_whole", example)
                return None
            kind = options[0]
        if typing.get_origin(kind) is tuple:
            if not isinstance(found, list | tuple):
                self.wrong(at, found, "list", example)
                return ()
            inner = typing.get_args(kind)[0]
            return tuple(self.scalar(inner, one, at, example, ()) for one in found)
        return self.scalar(kind, found, at, example, choices, made=item.metadata["made"])

    def scalar(
        self,
        kind: Any,
        found: Any,
        at: str,
        example: str,
        choices: Sequence[str],
        *,
        made: bool = False,
    ) -> Any:
        if issubclass(kind, Rung | Resolution):
            choices = [member.value for member in kind]
        if choices and found not in choices:
            self.fault("config.not_a_choice", at, str(found), choices=", ".join(choices))
            return None
        if kind is Path:
            return self.path(found, at, example, made=made)
        if kind is date:
            return self.day(found, at, example)
        fits = _is_whole(found) or (kind is float and isinstance(found, float))
        if kind not in {int, float}:
            fits = isinstance(found, bool if kind is bool else str)
        if not fits:
            self.wrong(at, found, _WANTED.get(kind, "text"), example)
            return None
        return kind(found)

    def day(self, found: Any, at: str, example: str) -> date | None:
        if isinstance(found, date) and not isinstance(found, datetime):
            return found
        try:
            return date.fromisoformat(found)
        except (TypeError, ValueError):
            self.wrong(at, found, "date", example)
            return None

    def path(self, found: Any, at: str, example: str, *, made: bool = False) -> Path | None:
        if not isinstance(found, str) or not found:
            self.wrong(at, found, "text", example)
            return None
        path = (self.folder / found).resolve()
        if at == "outputs.dir":
            return path
        if not path.is_relative_to(self.folder) or Path(found).is_absolute():
            self.fault("config.outside", at, found)
            return None
        if self.check_files and not made and not path.exists():
            self.fault("config.file_missing", at, found)
        return path


def _check(tables: Mapping[str, Any], reader: _Reader) -> None:
    """Find what contradicts itself although every key is well formed."""
    _check_county(tables["county"], reader)
    _check_numbers(tables["travel"], tables["demand"], tables["placement"], tables["layer"], reader)
    _check_demand(tables["demand"], tables["travel"], reader)
    far, limit = tables["remote"].minutes, tables["travel"].limit_min
    if tables["remote"].file is None and far > limit > 0:
        # what lies beyond the limit is cut off: 250 of 240 minutes would pass for more than 300
        reader.fault("config.remote_limit", "remote.minutes", f"{far:g}", limit=f"{limit:g}")
    seen: set[str] = set()
    for number, programme in enumerate(tables["programme"], start=1):
        at = f"programme[{number}]"
        if programme.type in seen:
            reader.fault("config.doubled_programme", f"{at}.type", programme.type)
        seen.add(programme.type)
        _check_cutoffs(programme, at, reader)
        _check_years(programme, at, reader)
        if programme.place and tables["travel"].rung is not Rung.LINE:
            _check_limit(programme, limit, at, reader)
        groups = ("residents", "pupils")
        if programme.demand not in groups and tables["demand"].weights is None:
            reader.fault(
                "config.group_weights", f"{at}.demand", programme.demand, known=", ".join(groups)
            )


def _check_county(county: County, reader: _Reader) -> None:
    if not re.fullmatch(r"\d{6}", county.code):
        reader.fault("config.county_code", "county.code", county.code)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", county.slug):
        reader.fault("config.slug", "county.slug", county.slug)
    years = county.period
    if len(years) != 2 or years[0] > years[1]:  # noqa: PLR2004 - first and last
        reader.fault("config.period", "county.period", str(list(years)))


def _check_numbers(
    travel: Travel, demand: Demand, placing: Placing, layers: Sequence[Layer], reader: _Reader
) -> None:
    wanted = {Rung.ASKED: ("asked_villages", "asked_seats"), Rung.ROADS: ("roads",)}
    needed = wanted.get(travel.rung, ())
    for name in needed:
        if getattr(travel, name) is None:
            rung = travel.rung.value
            reader.fault("config.rung_needs", "travel.rung", "", rung=rung, needed=name)
    for name in ("detour", "speed_kmh", "limit_min", "snap_limit_m"):
        value = getattr(travel, name)
        if not value > 0:
            example = f"{name} = 30.0"
            reader.fault("config.not_positive", f"travel.{name}", str(value), example=example)
    rivers = [item.name for item in layers]
    if travel.barrier and travel.barrier not in rivers:
        known = ", ".join(rivers)
        reader.fault("travel.barrier_unknown", "travel.barrier", travel.barrier, known=known)
    if bool(travel.barrier) != (travel.crossings is not None):
        reader.fault("travel.barrier_alone", "travel.barrier", travel.barrier)
    _check_placing(placing, reader)
    if demand.draws < 1:
        found = str(demand.draws)
        reader.fault("config.not_positive", "demand.draws", found, example="draws = 200")


def _check_demand(demand: Demand, travel: Travel, reader: _Reader) -> None:
    if demand.source in {"grid", "raster"}:
        if getattr(demand, demand.source) is None:
            reader.fault("config.areal_file", f"demand.{demand.source}", "", source=demand.source)
        if travel.rung is Rung.ASKED:
            # Nobody was asked for the minutes of a grid cell.
            reader.fault("config.areal_rung", "demand.source", demand.source)
    if not demand.cell_m > 0:
        example = "cell_m = 1000.0"
        reader.fault("config.not_positive", "demand.cell_m", str(demand.cell_m), example=example)


def _check_placing(placing: Placing, reader: _Reader) -> None:
    if not placing.time_limit_s > 0:
        found = str(placing.time_limit_s)
        at = "placement.time_limit_s"
        reader.fault("config.not_positive", at, found, example="time_limit_s = 60.0")
    for name in ("curve", "worlds", "near_plans"):
        value = getattr(placing, name)
        if value < 0:
            example = f"{name} = 0"
            reader.fault("config.negative", f"placement.{name}", str(value), example=example)


def _check_cutoffs(programme: Programme, at: str, reader: _Reader) -> None:
    for name, least in (("class_slots", 0), ("class_size", 1), ("themes", 0)):
        value = getattr(programme, name)
        if value < least:
            key = "config.negative" if least == 0 else "config.not_positive"
            reader.fault(key, f"{at}.{name}", str(value), example=f"{name} = 45")
    cutoffs = programme.cutoffs_min
    known = ", ".join(map(str, cutoffs))
    if not cutoffs or list(cutoffs) != sorted(set(cutoffs)) or cutoffs[0] <= 0:
        reader.fault("config.not_ascending", f"{at}.cutoffs_min", known)
    elif programme.cutoff_min not in cutoffs:
        found = str(programme.cutoff_min)
        reader.fault("config.cutoff_not_listed", f"{at}.cutoff_min", found, known=known)


def _check_years(programme: Programme, at: str, reader: _Reader) -> None:
    years, counts = programme.years, programme.sites_per_year
    if programme.built and not programme.after:
        reader.fault("config.built_alone", f"{at}.built", ", ".join(programme.built))
    if programme.after and not years:
        reader.fault("config.after_alone", f"{at}.after", str(programme.after))
    if len(years) != len(counts):
        reader.fault("config.years", f"{at}.sites_per_year", f"{len(years)} / {len(counts)}")
    if list(years) != sorted(set(years)):
        reader.fault("config.years_order", f"{at}.years", ", ".join(map(str, years)))
    if any(count < 0 for count in counts):
        found = ", ".join(map(str, counts))
        reader.fault("config.negative", f"{at}.sites_per_year", found, example="10, 9")


def _check_limit(programme: Programme, limit: float, at: str, reader: _Reader) -> None:
    """Refuse to place by minutes that are cut off before the cutoff: nobody there would count."""
    if programme.cutoff_min > limit > 0:
        found = str(programme.cutoff_min)
        reader.fault("config.cutoff_limit", f"{at}.cutoff_min", found, limit=f"{limit:g}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _paths(value: Any) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _paths(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            if not item.metadata.get("made"):
                yield from _paths(getattr(value, item.name))


def _plain(value: Any) -> Any:
    """Return the tree with dates as ISO text, so that it can be stored as JSON."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
