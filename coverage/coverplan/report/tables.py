"""The lists that leave in more than one format: built once, so that CSV and workbook agree."""

import re
from collections.abc import Callable, Hashable, Iterable

import numpy as np
import pandas as pd

from coverplan.domain import Result

__all__ = [
    "BORDER",
    "FREE_PLACES",
    "PROSPECTS",
    "TABLES",
    "counted_people",
    "cutoffs_of",
    "decimals",
    "gaps_table",
    "is_missing",
    "joined",
    "ledger_table",
    "of_type",
    "parts_of",
    "placement_table",
    "prospect_table",
    "rounded",
    "targets_table",
    "townships_table",
    "type_order",
    "villages_table",
]

_DECIMALS: tuple[tuple[str, int], ...] = (
    (r"(^|_)(lon|lat)$", 6),
    (r"(^|_)(min|minutes)(_|$)", 2),
    (r"_(km|km2)(_|$)", 2),
    (r"(^|_)share(_|$)", 4),
    (r"_m$", 0),
    (r"^people", 0),
    (r"^cost", 2),
)
FREE_PLACES = 4
"""How many decimals a number without a unit in its name bears at most."""


BORDER = "outside_not_counted"
"""At the border, and venues outside are not counted; missing where nobody can tell."""


def decimals(column: str) -> int | None:
    """
    Return how many decimals a number of this column bears when it leaves; None where no unit says.

    Parameters
    ----------
    column
        Name with its unit, as in a CSV.

    Examples
    --------
    >>> decimals("seat_lon"), decimals("nearest_km"), decimals("people_per_place")
    (6, 2, 0)
    """
    for pattern, places in _DECIMALS:
        if re.search(pattern, column):
            return places
    return None


def is_missing(value: object) -> bool:
    """
    Return whether a cell holds no value at all; infinity is a value.

    Parameters
    ----------
    value
        One cell.
    """
    return value is None or value is pd.NA or (isinstance(value, float) and bool(np.isnan(value)))


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return the table with every float rounded to what its column bears; infinite stays infinite.

    Parameters
    ----------
    table
        Any table that leaves.
    """
    table = table.copy()
    for name in table.columns:
        if pd.api.types.is_float_dtype(table[name].dtype):
            places = decimals(str(name))
            # adding 0.0 turns a negative zero into a plain one
            table[name] = table[name].round(FREE_PLACES if places is None else places) + 0.0
    return table


def type_order(result: Result, *, programmes_only: bool = False) -> list[str]:
    """
    Return the venue types of the presence table: programmes first, then the others as listed.

    Parameters
    ----------
    result
        A run's result.
    programmes_only
        Whether to leave out types without a programme of the plan.
    """
    present = list(dict.fromkeys(result.presence.index.get_level_values("type")))
    first = [item.type for item in result.plan.programme if item.type in present]
    if programmes_only:
        return first
    listed = [name for name in result.venue_types.index if name in present]
    return list(dict.fromkeys([*first, *listed, *present]))


def cutoffs_of(table: Iterable[Hashable]) -> list[int]:
    """
    Return the cutoffs in minutes that stand in a wide table's column names, ascending.

    Parameters
    ----------
    table
        Column names, or a frame.

    Examples
    --------
    >>> cutoffs_of(["people", "people_covered_30min", "people_covered_15min"])
    [15, 30]
    """
    found = (re.fullmatch(r"people_covered_(\d+)min", str(name)) for name in table)
    return sorted({int(match[1]) for match in found if match})


def gaps_table(result: Result) -> pd.DataFrame:
    """
    Return one row a township and venue type, every cutoff side by side.

    Parameters
    ----------
    result
        A run's result.
    """
    table = result.gaps.reset_index()
    names = result.townships["name"]
    table.insert(1, "township", table["code9"].map(names))
    types = result.venue_types
    table.insert(3, "type_zh", table["type"].map(types["zh"]))
    table.insert(4, "type_en", table["type"].map(types["en"]))
    counted = counted_people(result)
    at = list(table.columns).index("people") + 1
    pairs = pd.MultiIndex.from_frame(table[["code9", "type"]])
    table.insert(at, "demand_people", counted.reindex(pairs).array)
    if BORDER in result.townships:
        table[BORDER] = table["code9"].map(result.townships[BORDER]).astype("boolean")
    return rounded(table)


def counted_people(result: Result) -> pd.Series:
    """
    Return whom the coverage of a township and type counts: residents, or pupils of its schools.

    Parameters
    ----------
    result
        A run's result.

    Returns
    -------
    Series
        [code9, type] persons; covered + uncovered + unknown come to it at every cutoff.
    """
    people = result.coverage["people"].astype("Int64")
    return people.groupby(level=["code9", "type"], sort=False).first()


def townships_table(result: Result) -> pd.DataFrame:
    """
    Return one row a township: every type and cutoff in columns named `<measure>_<type>`.

    Parameters
    ----------
    result
        A run's result.
    """
    townships = result.townships
    about = [
        "name",
        "kind",
        "people",
        "villages",
        "villages_located",
        "people_located_share",
        "approximate",
        BORDER,
    ]
    table = pd.DataFrame(townships[[name for name in about if name in townships]])
    table = table.rename(columns={"name": "township"})
    gaps = result.gaps
    columns: dict[str, pd.Series] = {}
    for venue_type in type_order(result):
        own = of_type(gaps, venue_type).reindex(table.index)
        for name in _measures(own):
            columns[f"{name}_{venue_type}"] = own[name]
    table = pd.concat([table, pd.DataFrame(columns, index=table.index)], axis=1)
    table["targets_missing"] = joined(gaps, "targets_missing").reindex(table.index).fillna("")
    return rounded(table.reset_index())


def of_type(frame: pd.DataFrame, venue_type: str) -> pd.DataFrame:
    """
    Return the rows of one venue type, indexed by township (or village) alone.

    Parameters
    ----------
    frame
        A frame with the index level `type`.
    venue_type
        Id of the type.
    """
    return frame[frame.index.get_level_values("type") == venue_type].droplevel("type")


def joined(gaps: pd.DataFrame, column: str) -> pd.Series:
    """
    Return the entries of a text column of the gap table, each once, joined per township.

    Parameters
    ----------
    gaps
        The `gaps` frame.
    column
        A column of ids joined by ";" or ",".
    """
    return gaps.groupby(level="code9", sort=False)[column].agg(
        lambda texts: "; ".join(dict.fromkeys(one for text in texts for one in parts_of(text)))
    )


def parts_of(text: object) -> list[str]:
    """
    Return the ids that are joined in one cell.

    Parameters
    ----------
    text
        Ids parted by ";", "," or their Chinese forms; no text gives none.

    Examples
    --------
    >>> parts_of("youth-bases；school-museums")
    ['youth-bases', 'school-museums']
    """
    if not isinstance(text, str):
        return []
    return [part.strip() for part in re.split(r"[;,、；，]", text) if part.strip()]


def _measures(own: pd.DataFrame) -> list[str]:
    """Return the gap columns that say something for this type, in a fixed order."""
    always = ["state", "places_open", "places_active", "places_planned", "missing"]
    known = ["nearest_name", "nearest_min", "nearest_km"]
    wide = [
        f"people_{name}_{cutoff}min"
        for cutoff in cutoffs_of(own)
        for name in ("covered", "uncovered", "unknown")
    ]
    # a column that is empty for the whole county belongs to another type's cutoffs
    filled = [name for name in wide if own[name].notna().any()]
    bands = [
        name
        for cutoff in cutoffs_of(own)
        for name in (f"people_covered_{end}_{cutoff}min" for end in ENDS)
        if name in own and own[name].notna().any()
    ]
    named = ["comfort"] if "comfort" in own and (own["comfort"].fillna("") != "").any() else []
    last = ["refused", "proposed", *bands, *named]
    return [name for name in [*always, *filled, *known, *last] if name in own]


ENDS = ("low", "high", "least", "most")
"""Ends of the band, and of the figure at other speeds, cutoffs and populations."""


def villages_table(result: Result) -> pd.DataFrame:
    """
    Return one row a village: what is known of it, and its state for each venue type.

    Parameters
    ----------
    result
        A run's result.
    """
    villages = result.villages
    table = pd.DataFrame(villages.drop(columns=villages.geometry.name))
    table = table.rename(columns={"name": "village"})
    states = result.village_presence["state"].unstack("type")  # noqa: PD010
    order = [name for name in type_order(result) if name in states]
    states = states[[*order, *(name for name in states if name not in order)]]
    table = table.join(states.add_prefix("state_"))
    return rounded(table.reset_index())


def targets_table(result: Result) -> pd.DataFrame:
    """
    Return the targets ledger, one row a target.

    Parameters
    ----------
    result
        A run's result.
    """
    return rounded(result.targets.reset_index())


def placement_table(result: Result) -> pd.DataFrame:
    """
    Return the proposed sites, one row a site; a township without a candidate has its row too.

    Parameters
    ----------
    result
        A run's result.
    """
    placement = result.placement
    table = pd.DataFrame(placement.drop(columns=placement.geometry.name))
    return rounded(table.reset_index(drop=True))


def ledger_table(result: Result) -> pd.DataFrame:
    """
    Return what became of every input row.

    Parameters
    ----------
    result
        A run's result.
    """
    return rounded(result.ledger.reset_index(drop=True))


TABLES: dict[str, Callable[[Result], pd.DataFrame]] = {
    "gaps": gaps_table,
    "townships": townships_table,
    "villages": villages_table,
    "targets": targets_table,
    "placement": placement_table,
    "ledger": ledger_table,
}
"""Every list that leaves as a CSV, by the name of its file."""

PROSPECTS = (
    "curve",
    "evidence",
    "phases",
    "plans",
    "prices",
    "checks",
    "worlds",
    "equity",
    "targets_by_township",
)
"""Frames of what a placement rests on, and equity; each leaves as a CSV where it has rows."""


def prospect_table(result: Result, name: str) -> pd.DataFrame:
    """
    Return one of the frames that leave only where they have rows.

    Parameters
    ----------
    result
        A run's result.
    name
        One of `PROSPECTS`.
    """
    frame: pd.DataFrame = getattr(result, name)
    return rounded(frame.reset_index())
