"""Who has a venue of a type: three answers - has, none, unreported - never two."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from coverplan.domain import Presence

__all__ = ["open_at", "presence_by_township", "presence_by_village", "totals"]

PLANNED = ("planned", "building")
_SILENT = ("no_answer", "answered")


def open_at(venues: pd.DataFrame, as_of: date) -> pd.Series:
    """
    Tell which venues are open on a date.

    A date weighs more than the status word: a venue that closed after `as_of` was open then, and
    one that opens after it was not.

    Parameters
    ----------
    venues
        Columns `status` (open, planned, building, suspended, closed, disputed), `opened_on`,
        `closed_on` (dates or missing), shape (n_venues,).
    as_of
        The report date.

    Returns
    -------
    pandas.Series
        Bool, on the index of `venues`.

    Examples
    --------
    >>> venues = pd.DataFrame(
    ...     {
    ...         "status": ["open", "open", "closed", "planned"],
    ...         "opened_on": ["2022-05-01", "2026-03-01", "2020-01-01", None],
    ...         "closed_on": [None, None, "2026-01-31", None],
    ...     }
    ... )
    >>> open_at(venues, date(2025, 12, 31)).tolist()
    [True, False, True, False]
    """
    day = pd.Timestamp(as_of)
    opened = pd.to_datetime(venues["opened_on"])
    closed = pd.to_datetime(venues["closed_on"])
    begun = opened.isna() | (opened <= day)
    still = (venues["status"] == "open") & (closed.isna() | (closed > day))
    later_closed = (venues["status"] == "closed") & (closed > day)
    return (begun & (still | later_closed)).rename("open")


def presence_by_township(
    townships: pd.DataFrame,
    venues: pd.DataFrame,
    reports: pd.DataFrame,
    venue_types: pd.DataFrame,
    *,
    assume_none: bool,
) -> pd.DataFrame:
    """
    Return, for each township and venue type, whether there is an open venue.

    *Has* needs a venue; *none* needs somebody who said so: a zero report, a list that is known to
    be complete, or `assume_none`, which is then printed. Everything else is *unreported*: unknown
    is never counted as none.

    Parameters
    ----------
    townships
        [code9] with `people` (persons, may be missing), shape (n_townships,).
    venues
        [id] with `code9, type, place_id, status, open` (bool), `active` (yes, no, unknown),
        `located` (bool: own or village position).
    reports
        [code9, type] with `answer` (has, none, unreported).
    venue_types
        [id] with `list_complete` (bool).
    assume_none
        Whether silence counts as none.

    Returns
    -------
    pandas.DataFrame
        [code9, type], townships outer, types inner, in the callers' orders, with `state, reason,
        places_open, places_active, places_planned, unlocated, people, people_per_place`. Places,
        not rows, are counted: one place may hold many roles. [persons], [persons per place]
    """
    index = pd.MultiIndex.from_product(
        [townships.index, venue_types.index], names=["code9", "type"]
    )
    places = venues["place_id"].where(venues["place_id"].astype(bool), venues.index)
    rows = venues.assign(place=places.to_numpy())
    is_open = rows["open"]
    table = pd.DataFrame(index=index)
    table["places_open"] = _places(rows[is_open], index)
    table["places_active"] = _places(rows[is_open & (rows["active"] == "yes")], index)
    table["places_planned"] = _places(rows[~is_open & rows["status"].isin(PLANNED)], index)
    table["unlocated"] = _places(rows[is_open & ~rows["located"]], index)
    answer = reports["answer"].reindex(index).fillna("unreported")
    complete = venue_types["list_complete"].reindex(index.get_level_values("type")).to_numpy(bool)
    # what a spot check disputes is neither there nor gone until somebody says which
    undisputed = (_places(rows[rows["status"] == "disputed"], index) == 0).to_numpy()
    table["reason"] = np.select(
        [
            table["places_open"] > 0,
            answer == "none",
            answer == "has",  # it says so and names none: nobody may read that as none
            complete & undisputed,
            undisputed & assume_none,
        ],
        ["venue", "zero_report", "answered", "list_complete", "assumed"],
        default="no_answer",
    )
    table["state"] = table["reason"].map(_state_of)
    people = townships["people"].reindex(index.get_level_values("code9")).astype("Float64")
    table["people"] = people.to_numpy()
    table["people"] = table["people"].astype("Int64")
    per_place = table["people"].astype("Float64") / table["places_open"].where(
        table["places_open"] > 0
    ).astype("Float64")
    table["people_per_place"] = per_place
    order = (
        "state reason places_open places_active places_planned unlocated people people_per_place"
    )
    return table[order.split()]


def presence_by_village(
    villages: pd.DataFrame, venues: pd.DataFrame, reports: pd.DataFrame, townships: pd.DataFrame
) -> pd.DataFrame:
    """
    Return, for each village and venue type, whether there is an open venue.

    A village has *none* where its township has none, or where its township has reported and every
    venue it named stands in a known village. Otherwise nobody knows.

    Parameters
    ----------
    villages
        [code12] with `code9`, shape (n_villages,).
    venues
        [id] with `code9, code12` (text, "" unknown), `type, open`.
    reports
        [code9, type] with `answer`.
    townships
        What `presence_by_township` returned.

    Returns
    -------
    pandas.DataFrame
        [code12, type] with `state`, villages outer.
    """
    types = townships.index.unique("type")
    index = pd.MultiIndex.from_product([villages.index, types], names=["code12", "type"])
    is_open = venues[venues["open"]]
    here = pd.MultiIndex.from_arrays([is_open["code12"], is_open["type"]])
    nowhere = is_open[is_open["code12"] == ""]
    loose = pd.MultiIndex.from_arrays([nowhere["code9"], nowhere["type"]])
    keys = pd.MultiIndex.from_arrays(
        [
            villages["code9"].reindex(index.get_level_values("code12")),
            index.get_level_values("type"),
        ]
    )
    of_township = townships["state"].reindex(keys).to_numpy()
    answered = (reports["answer"].reindex(keys).fillna("unreported") == "has").to_numpy()
    elsewhere = answered & (of_township == Presence.HAS) & ~keys.isin(loose)
    state = np.select(
        [index.isin(here), (of_township == Presence.NONE) | elsewhere],
        [Presence.HAS, Presence.NONE],
        default=Presence.UNREPORTED,
    )
    return pd.DataFrame({"state": state.astype(str)}, index=index)


def totals(presence: pd.DataFrame, types: Sequence[str] | None = None) -> pd.DataFrame:
    """
    Return how many townships have, have none and have not reported, for each type.

    Parameters
    ----------
    presence
        What `presence_by_township` or `presence_by_village` returned.
    types
        The types wanted; all by default.

    Returns
    -------
    pandas.DataFrame
        [type] with integer columns `has, none, unreported, all`; the three add up to the fourth.
    """
    states = [state.value for state in Presence]
    rows = presence["state"].reset_index()
    table = pd.crosstab(rows["type"], rows["state"]).reindex(columns=states, fill_value=0)
    wanted = presence.index.unique("type") if types is None else list(types)
    table = table.reindex(wanted, fill_value=0)
    table["all"] = table[states].sum(axis=1)
    table.columns.name = None
    return table.astype(int)


def _places(rows: pd.DataFrame, index: pd.MultiIndex) -> pd.Series:
    """Count the different places in each township and type."""
    counts = rows.groupby(["code9", "type"])["place"].nunique()
    return counts.reindex(index, fill_value=0).astype(int)


def _state_of(reason: str) -> str:
    if reason == "venue":
        return Presence.HAS.value
    return Presence.UNREPORTED.value if reason in _SILENT else Presence.NONE.value
