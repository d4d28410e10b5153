"""What is missing in each township: presence, people, minutes - three lists, one table."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from coverplan.config_tables import Programme
from coverplan.domain import TOTAL, Presence

__all__ = ["gap_table", "people_unserved", "presence_missing", "worst_minutes"]

PEOPLE = ("covered", "uncovered", "unknown", "covered_low", "covered_high")
VARIED = (
    "covered_slow",
    "covered_fast",
    "covered_shorter",
    "covered_longer",
    "covered_scenario_low",
    "covered_scenario_high",
    "covered_least",
    "covered_most",
)
"""The same at another speed, cutoff or population, and the ends of them all."""


def gap_table(
    presence: pd.DataFrame,
    coverage: pd.DataFrame,
    nearest: pd.DataFrame,
    programmes: Iterable[Programme],
) -> pd.DataFrame:
    """
    Return one row a township and venue type: presence, people by cutoff, nearest venue, ranks.

    Parameters
    ----------
    presence
        [code9, type] from `presence.presence_by_township`.
    coverage
        [code9, type, cutoff_min] from `covering.coverage_table`; `"total"` rows are left out.
    nearest
        [code9, type] `nearest_id, nearest_name, nearest_min, nearest_km` (either may be missing).
    programmes
        Whose `cutoff_min` decides "minutes over" and the ranks.

    Returns
    -------
    pandas.DataFrame
        [code9, type] as docs/contracts.md describes `gaps`; people are whole persons (Int64), and
        for each cutoff covered + uncovered + unknown = people. Ranks are 1 for the worst and
        missing where a township is not in that list.
    """
    table = presence.copy()
    missing = {Presence.HAS.value: 0, Presence.NONE.value: 1}
    table["missing"] = table["state"].map(missing).astype("Int64")
    table = table.join(nearest)
    cutoff = {item.type: item.cutoff_min for item in programmes}
    kinds = table.index.get_level_values("type").to_series(index=table.index)
    table["cutoff_min"] = kinds.map(cutoff).astype("Int64")
    over = table["nearest_min"] - table["cutoff_min"].astype("Float64")
    table["minutes_over"] = over.where(over > 0)
    mine = coverage[coverage.index.get_level_values("code9") != TOTAL]
    for minutes in sorted(mine.index.unique("cutoff_min")):
        of_cutoff = mine.xs(minutes, level="cutoff_min")
        for name in PEOPLE:
            column = of_cutoff[name].reindex(table.index).astype("Int64")
            table[f"people_{name}_{minutes}min"] = column
    varied: dict[str, pd.Series] = {}
    main = mine[
        mine.index.get_level_values("cutoff_min")
        == mine.index.get_level_values("type").map(cutoff).to_numpy()
    ].droplevel("cutoff_min")
    for minutes in sorted(mine.index.unique("cutoff_min")):
        of_cutoff = mine.xs(minutes, level="cutoff_min")
        for name in (one for one in VARIED if one in of_cutoff and of_cutoff[one].notna().any()):
            varied[f"people_{name}_{minutes}min"] = of_cutoff[name].reindex(table.index)
    for name in ("demand", "refused", "rung"):
        table[name] = main[name].reindex(table.index).fillna("") if name in main else ""
    unserved = main["uncovered"].where(main["refused"] == "").reindex(table.index).astype("Int64")
    table["rank_presence"] = _rank(table["people"].where(table["state"] == Presence.NONE))
    table["rank_people"] = _rank(unserved.where(unserved > 0))
    far = table["nearest_min"].where(table["nearest_min"].notna(), table["nearest_km"])
    far = far.where(table["cutoff_min"].notna())
    table["rank_minutes"] = _rank(far.astype("Float64"))
    for name, values in varied.items():
        table[name] = values.astype("Int64")
    return table


def presence_missing(gaps: pd.DataFrame, venue_type: str) -> pd.DataFrame:
    """
    Return the townships known to have no open venue of a type, most people first.

    Parameters
    ----------
    gaps
        What `gap_table` returned.
    venue_type
        Id of a type.

    Returns
    -------
    pandas.DataFrame
        [code9] rows of `gaps`.
    """
    return _listed(gaps, venue_type, "rank_presence")


def people_unserved(gaps: pd.DataFrame, venue_type: str) -> pd.DataFrame:
    """
    Return the townships with people beyond the cutoff of a type, most people first.

    Parameters
    ----------
    gaps, venue_type
        As for `presence_missing`.
    """
    return _listed(gaps, venue_type, "rank_people")


def worst_minutes(gaps: pd.DataFrame, venue_type: str) -> pd.DataFrame:
    """
    Return the townships by how far their people have to a venue of a type, farthest first.

    Parameters
    ----------
    gaps, venue_type
        As for `presence_missing`.
    """
    return _listed(gaps, venue_type, "rank_minutes")


def _listed(gaps: pd.DataFrame, venue_type: str, rank: str) -> pd.DataFrame:
    mine = pd.DataFrame(gaps.xs(venue_type, level="type"))
    return mine[mine[rank].notna()].sort_values(by=rank, kind="stable")


def _rank(values: pd.Series) -> pd.Series:
    """Rank within each type, largest first, ties in code order; what is missing has no rank."""
    size = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    kinds = values.index.get_level_values("type")
    rank = np.full(len(values), np.nan)
    for kind in kinds.unique():
        here = np.flatnonzero((kinds == kind) & ~np.isnan(size))
        rank[here[np.argsort(-size[here], kind="stable")]] = np.arange(1, len(here) + 1)
    return pd.Series(rank, index=values.index).astype("Int64")
