"""What every column of a result means, in which unit, and where it comes from."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from coverplan.domain import FRAMES, Result
from coverplan.report.gis import GisLayer, layers_of
from coverplan.report.tables import PROSPECTS, TABLES, prospect_table
from coverplan.report.words import header, type_name
from coverplan.schema import CONTRACTS
from coverplan.text import catalogue, say

__all__ = ["NAME", "describe", "described_files", "meaning_of"]

NAME = "dictionary.csv"
COLUMNS = ("frame", "column", "name", "unit", "meaning", "source")

_WIDE = re.compile(r"^(?P<stem>[a-z_]+?)_(?P<cutoff>\d+)min$")
_YEARLY = re.compile(r"^actual_(?P<year>\d{4})$")
_UNITS: tuple[tuple[str, str], ...] = (
    (r"^(geometry|geom)$", "shape"),
    (r"^rank(_|$)", "number"),
    (r"^(objective|bound)$", "model"),
    (r"^(lon|lat)$|_(lon|lat)$", "degrees"),
    (r"^(gini|palma|theil|fgt)_|^mip_gap$", "index"),
    (r"share|^stability$", "share"),
    (r"^(loss_low|loss_high|regret_worst)$", "losses"),
    (r"^regret_minutes$", "person_minutes"),
    (r"^cutoff_min$", "cutoff"),
    (r"^(people|demand_people|covered|uncovered|unknown)(_|$)", "persons"),
    (r"^(loss|regret|marginal|greedy|final_best|capacity|learners_12m)$", "persons"),
    (r"_pp$", "points"),
    (r"_yuan$", "yuan"),
    (r"_km2$", "km2"),
    (r"_km$", "km"),
    (r"_m$", "metres"),
    (r"(^|_)(min|minutes)(_|$)", "minutes"),
    (r"_on$|^date$|^counts_(from|to)$", "date"),
    (r"^year$", "year"),
)
_OWN_UNIT = re.compile(r"^(done|planned|missing|goal|whole|actual_\d{4})$")
_TARGETS = ("targets", "targets_by_township")
_READ = {
    "townships": ("townships", "population"),
    "villages": ("villages",),
    "venues": ("venues",),
    "candidates": ("candidates",),
    "targets": ("targets",),
    "venue_types": ("venue_types",),
    "sources": ("provenance",),
    "asked_seats": ("asked_seats",),
}
"""Which tables that a county fills in a frame carries on."""


def describe(what: "Result | pd.DataFrame", lang: str = "zh", *, frame: str = "") -> pd.DataFrame:
    """
    Return the data dictionary: one row a column, with its meaning, unit and source.

    Parameters
    ----------
    what
        A run's result, or one of its frames.
    lang
        `"zh"` or `"en"`, of names, units, meanings and sources.
    frame
        The name of the frame, where one frame is described: some columns have a meaning of their
        own there (`people` of `prices` is what a rule costs).

    Returns
    -------
    DataFrame
        `frame, column, name, unit, meaning, source`; the index of a frame comes before its columns.

    Examples
    --------
    >>> import coverplan as cp
    >>> table = pd.DataFrame({"nearest_km": [1.5], "people_covered_30min": [1200]})
    >>> for text in cp.describe(table, "en")["meaning"]:
    ...     print(text)
    straight-line distance to the nearest venue
    people who reach an open venue within 30 minutes
    """
    if isinstance(what, pd.DataFrame):
        return _table(_rows(what, frame, frame, {}, lang))
    types = _type_names(what, lang)
    rows = [row for name in FRAMES for row in _rows(getattr(what, name), name, name, types, lang)]
    if what.outline is not None:
        rows += _rows(what.outline, "outline", "outline", types, lang)
    return _table(rows)


def described_files(
    result: Result, lang: str, layers: "list[GisLayer] | None" = None
) -> pd.DataFrame:
    """
    Return the dictionary of a run folder: the frames in `data/`, each CSV and each layer.

    Parameters
    ----------
    result
        A run's result, as it leaves.
    lang
        `"zh"` or `"en"`.
    layers
        The layers of its GeoPackage; made here where they are not given.
    """
    types = _type_names(result, lang)
    rows: list[tuple[str, ...]] = []
    lists = {name: table_of(result) for name, table_of in TABLES.items()}
    lists |= {name: prospect_table(result, name) for name in PROSPECTS}
    for name, table in lists.items():
        if name in TABLES or len(table):
            rows += _rows(table, f"{name}.csv", name, types, lang)
    for layer in layers_of(result, lang) if layers is None else layers:
        stored = pd.concat([pd.DataFrame({"fid": [0], "geom": [0]}), _bare(layer)], axis=1)
        rows += _rows(stored, f"layers.gpkg/{layer.name}", layer.name, types, lang)
    return _table([*describe(result, lang).itertuples(index=False, name=None), *rows])


def meaning_of(column: str, frame: str, lang: str, types: Mapping[str, str] | None = None) -> str:
    """
    Return what a column means; text of the input file's own columns where the catalogue has none.

    Parameters
    ----------
    column
        Its name, which may carry a cutoff, a year and a venue type.
    frame
        The frame that holds it: some words mean something else in another frame.
    lang
        `"zh"` or `"en"`.
    types
        Venue type -> its name, for columns that carry one.
    """
    stem, values, venue_type = _parts(column, frame)
    if not stem:
        return say("dictionary.meaning.other", lang)
    text = say(_key(stem, frame), lang, **values)
    if not venue_type:
        return text
    named = (types or {}).get(venue_type, venue_type)
    return f"{named}：{text}" if lang == "zh" else f"{named}: {text}"


def _key(stem: str, frame: str) -> str:
    own = f"dictionary.{frame}.{stem}"
    return own if own in catalogue() else f"dictionary.meaning.{stem}"


def _parts(column: str, frame: str) -> tuple[str, dict[str, str], str]:
    """Part a column into its measure, the cutoff or year it carries, and its venue type."""
    found = _measure(column, frame)
    if found:
        return *found, ""
    words = column.split("_")
    for number in range(len(words) - 1, 0, -1):
        found = _measure("_".join(words[:number]), frame)
        if found:
            return *found, "_".join(words[number:])
    return "", {}, ""


def _measure(column: str, frame: str) -> tuple[str, dict[str, str]] | None:
    yearly = _YEARLY.match(column)
    if yearly:
        return "actual_year", {}
    wide = _WIDE.match(column)
    if wide and f"dictionary.meaning.{wide['stem']}" in catalogue():
        return wide["stem"], {"cutoff": wide["cutoff"]}
    return (column, {"cutoff": ""}) if _key(column, frame) in catalogue() else None


def _rows(
    table: pd.DataFrame, shown: str, frame: str, types: Mapping[str, str], lang: str
) -> Iterator[tuple[str, ...]]:
    index = table.index.to_frame(index=False)
    named = [name for name in table.index.names if name is not None]
    columns = {str(name): index[name].dtype for name in named}
    columns |= {str(name): dtype for name, dtype in table.dtypes.items()}
    for column, dtype in columns.items():
        yield (
            shown,
            column,
            _name(column, frame, types, lang),
            say(f"dictionary.unit.{_unit(column, frame, dtype)}", lang),
            meaning_of(column, frame, lang, types),
            _source(column, frame, lang),
        )


def _name(column: str, frame: str, types: Mapping[str, str], lang: str) -> str:
    venue_type = _parts(column, frame)[2]
    if not venue_type:
        return header(column, lang)
    measure = column.removesuffix(f"_{venue_type}")
    space = "" if lang == "zh" else ": "
    return f"{types.get(venue_type, venue_type)}{space}{header(measure, lang)}"


def _unit(column: str, frame: str, dtype: Any) -> str:
    stem = _parts(column, frame)[0]
    if frame in _TARGETS and _OWN_UNIT.match(column):
        return "own"
    for pattern, unit in _UNITS:
        if re.search(pattern, stem or column):
            return unit
    if pd.api.types.is_bool_dtype(dtype):
        return "flag"
    return "number" if pd.api.types.is_numeric_dtype(dtype) else "text"


def _source(column: str, frame: str, lang: str) -> str:
    for table in _READ.get(frame, ()):
        contract = CONTRACTS[table]
        if any(one.name == column for one in contract.columns):
            return contract.zh if lang == "zh" else contract.name
    return say("dictionary.source.computed", lang)


def _type_names(result: Result, lang: str) -> dict[str, str]:
    types = result.venue_types
    return {str(one): type_name(types, str(one), lang) for one in types.index}


def _bare(layer: GisLayer) -> pd.DataFrame:
    frame = layer.frame
    return pd.DataFrame(frame.drop(columns=frame.geometry.name)).head(1).reset_index(drop=True)


def _table(rows: "Iterator[tuple[str, ...]] | list[tuple[str, ...]]") -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(COLUMNS), dtype="str")
