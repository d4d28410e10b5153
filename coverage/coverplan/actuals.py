"""The ledger in depth: what stood at the end of each year, where, and what each office owes."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from coverplan.domain import Presence
from coverplan.presence import open_at
from coverplan.schema import CONTRACTS
from coverplan.targets import counted_venues, places
from coverplan.text import say

__all__ = ["TASK_COLUMNS", "by_township", "by_year", "task_list"]

TASK_COLUMNS = (
    "clause",
    "task",
    "firm",
    "lead",
    "responsible",
    "due",
    "progress",
    "problem",
    "next",
)


def by_year(
    targets: pd.DataFrame,
    venues: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    as_of: date,
    period: tuple[int, ...],
) -> pd.DataFrame:
    """
    Return what is known of each target at the end of each year of the plan.

    Parameters
    ----------
    targets
        [id] with `source_table, venue_type`.
    venues
        [id] with `type, place_id, code9, status, opened_on, closed_on`.
    indicators
        `target, year, value`: typed figures, never interpolated.
    as_of
        The report date; a later year is blank, and the report year stands as of that date.
    period
        First and last year.

    Returns
    -------
    pandas.DataFrame
        [id] Float64 columns `actual_<year>`; missing where nothing was typed, counted or dated.
        Venues count places, townships count townships with an open venue.
    """
    years = range(period[0], period[-1] + 1)
    table = pd.DataFrame(index=targets.index)
    for year in years:
        day = min(date(year, 12, 31), as_of)
        found: list[float | None] = [None] * len(targets)
        if year <= as_of.year:
            standing = venues[open_at(venues, day) & pd.to_datetime(venues["opened_on"]).notna()]
            found = [
                _actual(str(target_id), row, standing, indicators, year)
                for target_id, row in targets.iterrows()
            ]
        table[f"actual_{year}"] = pd.Series(found, index=targets.index, dtype="Float64")
    return table


def by_township(
    targets: pd.DataFrame,
    venues: pd.DataFrame,
    presence: pd.DataFrame,
    village_presence: pd.DataFrame,
) -> pd.DataFrame:
    """
    Return the ledger by township, for the targets that have a place.

    Parameters
    ----------
    targets
        [id] with `source_table, venue_type`.
    venues
        [id] with `type, place_id, code9, status, opened_on, open`: counted as the ledger counts
        them, so the townships add up to the target.
    presence
        [code9, type] with `state, places_open, places_planned`.
    village_presence
        [code12, type] with `state`.

    Returns
    -------
    pandas.DataFrame
        [target, code9] `done, planned` (places; villages with any of the types for a target that
        counts villages), `whole` (villages of the township, missing elsewhere), `state`.
    """
    frames = []
    for target_id, row in targets.iterrows():
        types = [kind for kind in str(row["venue_type"] or "").split(";") if kind]
        if not types or row["source_table"] not in {"venues", "presence", "villages"}:
            continue
        mine = presence[presence.index.isin(types, level="type")]
        town = mine.groupby(level="code9", sort=False)
        table = pd.DataFrame(
            {"done": town["places_open"].sum(), "planned": town["places_planned"].sum()}
        )
        if row["source_table"] == "venues":
            standing, coming = counted_venues(row, types, venues)
            for name, rows in (("done", standing), ("planned", coming)):
                here = {code9: places(of_town) for code9, of_town in rows.groupby("code9")}
                table[name] = [here.get(code9, 0) for code9 in table.index]
        if row["source_table"] == "presence":
            table = table.clip(upper=1)  # the target counts townships, not places
        table["whole"] = pd.Series(pd.NA, index=table.index, dtype="Int64")
        table["state"] = town["state"].agg(_worst_known)
        if row["source_table"] == "villages":
            table = _villages(table, village_presence, types)
        frames.append(table.assign(target=str(target_id)).reset_index())
    columns = ["target", "code9", "done", "planned", "whole", "state"]
    whole = pd.concat(frames) if frames else pd.DataFrame(columns=columns)
    return whole[columns].set_index(["target", "code9"])


def task_list(
    targets: pd.DataFrame,
    *,
    period: tuple[int, ...],
    lang: str = "zh",
    lead: str = "",
    responsible: str = "",
) -> pd.DataFrame:
    """
    Return the ledger in the columns that the receivers of a supervision list use.

    Parameters
    ----------
    targets
        The ledger of a result.
    period
        First and last year of the plan.
    lang
        `"zh"` or `"en"`.
    lead, responsible
        A department; only its rows. An empty text keeps all.

    Returns
    -------
    pandas.DataFrame
        Columns `TASK_COLUMNS`, texts, in the order of the ledger.
    """
    rows = []
    for _, row in targets.iterrows():
        if lead and lead not in str(row["lead"]):
            continue
        if responsible and responsible not in str(row["responsible"]):
            continue
        due = say("tasks.due_year", lang) if row["kind"] == "flow_per_year" else str(period[-1])
        rows.append(
            {
                "clause": row["clause"],
                "task": row[f"name_{lang}"],
                "firm": row["firm"],
                "lead": row["lead"],
                "responsible": row["responsible"],
                "due": due,
                "progress": _progress(row, lang),
                "problem": "" if row["status"] == "done" else row[f"note_{lang}"],
                "next": _next(row, lang),
            }
        )
    return pd.DataFrame(rows, columns=list(TASK_COLUMNS))


def _actual(
    target_id: str, row: pd.Series, standing: pd.DataFrame, indicators: pd.DataFrame, year: int
) -> float | None:
    types = [kind for kind in str(row["venue_type"] or "").split(";") if kind]
    if row["source_table"] == "indicators":
        typed = indicators[(indicators["target"] == target_id) & (indicators["year"] == year)]
        values = pd.to_numeric(typed["value"], errors="coerce").dropna()
        return float(values.iloc[-1]) if len(values) else None
    if row["source_table"] not in {"venues", "presence"} or not types:
        return None
    mine = standing[standing["type"].isin(types)]
    start = row.get("counts_from")
    if start is not None and pd.notna(start) and str(start):
        mine = mine[pd.to_datetime(mine["opened_on"]) >= pd.Timestamp(str(start))]
    if row["source_table"] == "presence":
        return float(mine["code9"].nunique())
    return float(mine["place_id"].where(mine["place_id"].astype(bool), mine.index).nunique())


def _villages(
    table: pd.DataFrame, village_presence: pd.DataFrame, types: list[str]
) -> pd.DataFrame:
    mine = village_presence[village_presence.index.isin(types, level="type")]
    has = (mine["state"] == Presence.HAS).groupby(level="code12", sort=False).any()
    town = has.groupby(has.index.str[:9])
    done, whole = town.sum(), town.size()
    return table.assign(
        done=done.reindex(table.index, fill_value=0).astype(int),
        planned=0,
        whole=whole.reindex(table.index, fill_value=0).astype("Int64"),
    )


def _worst_known(states: pd.Series) -> str:
    """Return has if any type has, else unreported if any is silent, else none."""
    order = (Presence.HAS, Presence.UNREPORTED, Presence.NONE)
    return next(state.value for state in order if (states == state).any())


def _progress(row: pd.Series, lang: str) -> str:
    status = say(f"report.status.{row['status']}", lang)
    if pd.isna(row["done"]) or pd.isna(row["goal"]):
        return say("tasks.progress_open", lang, status=status)
    numbers: Mapping[str, str] = {
        name: f"{round(float(row[name]), 1):g}" for name in ("done", "goal")
    }
    return say("tasks.progress", lang, status=status, unit=row["unit"], **numbers)


def _next(row: pd.Series, lang: str) -> str:
    lead = str(row["lead"])
    if row["status"] == "done":
        return say("tasks.next.done", lang)
    table = str(row["missing_table"])
    if table and table != "indicators":  # what is typed there comes from the lead
        title = CONTRACTS[table].zh if table in CONTRACTS else table
        return say("tasks.next.fill", lang, table=title, name=table)
    if row["status"] == "unreported":
        return say("tasks.next.report", lang, lead=lead)
    if pd.isna(row["missing"]):
        return say("tasks.next.decide", lang)
    missing = f"{round(float(row['missing']), 1):g}"
    if missing == "0":
        return say("tasks.next.short_years", lang, lead=lead)
    return say("tasks.next.close", lang, missing=missing, unit=row["unit"], lead=lead)
