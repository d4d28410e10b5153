"""How unevenly each programme reaches people, and where a venue of one's own deceives."""

import numpy as np
import pandas as pd

from coverplan import inequality
from coverplan.config import Plan
from coverplan.covering import coverage_by_zone, nearest
from coverplan.domain import TOTAL, Presence, Rung, TravelTimes
from coverplan.groups import group_rows
from coverplan.rows import row_at

__all__ = ["FIGURES", "comfort", "equity_table"]

FIGURES = (
    "decile_gap_pp",
    "worst_off_min",
    "people_beyond",
    "share_beyond",
    "over_min",
    "people_unreachable",
    "fgt_1",
    "fgt_2",
    "gini_minutes",
    "palma_minutes",
    "theil_minutes",
)
"""The measures, headline first; Gini, Palma and Theil are of minutes, as a share bears none."""


def equity_table(
    plan: Plan,
    *,
    demand: pd.DataFrame,
    times: TravelTimes,
    venues: pd.DataFrame,
    presence: pd.DataFrame,
    coverage: pd.DataFrame,
    outside: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Return the equity figures of every programme, at its own cutoff.

    Parameters
    ----------
    plan
        Its programmes.
    demand, times
        Where people and pupils are, and their travel to every site.
    venues
        [id] from `places.venue_places`.
    presence
        [code9, type] from `presence.presence_by_township`.
    coverage
        [code9, type, cutoff_min]: what is refused for the county there is refused here.
    outside
        [id] `type`: venues beyond the county that are columns of `times`, or None.

    Returns
    -------
    pandas.DataFrame
        [type] `cutoff_min, demand, rung, refused` (message key or ""), `people` (counted),
        `people_left_out` (without a place or an answer, or in a township with an open question),
        `outside` (whether venues beyond the county count), and `FIGURES`: the gap between the best
        and the worst tenth of people by their township's coverage [percentage points], mean
        minutes of the worst-off tenth (`inf` where one of them reaches nothing) [min], people
        beyond the cutoff, by how many minutes on average, who reaches nothing, the FGT shortfalls,
        and Gini, Palma and Theil of the minutes of those who reach a venue.

    Notes
    -----
    Uneven access to venues is a proxy and never stands for uneven science literacy.
    """
    rows = {}
    open_venues = venues[venues["open"] & venues["visitable_place"]]
    for item in plan.programme:
        whole = row_at(coverage, (TOTAL, item.type, item.cutoff_min))
        group, travel = group_rows(demand, times, item.demand, item.levels)
        of_type = open_venues[open_venues["type"] == item.type]
        state = presence.xs(item.type, level="type")["state"]
        asked = set(state.index[state == Presence.UNREPORTED])
        asked |= set(of_type.loc[~of_type["located"], "code9"])
        sites = list(of_type.index[of_type["located"]])
        if outside is not None:
            sites += list(outside.index[outside["type"] == item.type])
        rows[item.type] = {
            "cutoff_min": item.cutoff_min,
            "demand": item.demand,
            "rung": times.rung.value,
            "refused": str(whole["refused"]),
            "outside": outside is not None,
            **_figures(group, travel, sites, asked, item.cutoff_min, str(whole["refused"])),
        }
    columns = ["cutoff_min", "demand", "rung", "refused", "outside", *PEOPLE, *FIGURES]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("type")
    for name in ("cutoff_min", *PEOPLE, "people_beyond", "people_unreachable"):
        table[name] = table[name].astype("Int64")
    floats = [name for name in FIGURES if not name.startswith("people")]
    table[floats] = table[floats].astype("Float64")
    return table


PEOPLE = ("people", "people_left_out")


def _figures(
    group: pd.DataFrame,
    travel: TravelTimes,
    sites: list[str],
    asked: set[str],
    cutoff: float,
    refused: str,
) -> dict[str, object]:
    people = group["people"].astype("Int64").fillna(0).to_numpy().astype(np.float64)
    if refused or travel.rung is Rung.LINE or not len(group):
        return {**dict.fromkeys([*PEOPLE, *FIGURES], pd.NA), "people": int(people.sum())}
    minutes = nearest(travel.to(sites))
    within = minutes <= cutoff
    lost = travel.missing_to(sites).any(axis=1) & ~within
    placed = (group["location"] != "none").to_numpy()
    counted = placed & ~lost & ~group["code9"].isin(asked).to_numpy()
    weight, taken = people[counted], minutes[counted]
    left = int(people[~counted].sum())
    if not weight.sum() > 0:
        return {**dict.fromkeys(FIGURES, pd.NA), "people": 0, "people_left_out": left}
    zones = coverage_by_zone(taken, weight, list(group.loc[counted, "code9"]), [cutoff])
    zones = zones[zones["people"] > 0]
    short = inequality.shortfall(taken, weight, cutoff)
    near = np.isfinite(taken) & (weight > 0)
    unequal = {
        "gini_minutes": inequality.gini,
        "palma_minutes": inequality.palma,
        "theil_minutes": inequality.theil,
    }
    return {
        "people": int(weight.sum()),
        "people_left_out": left,
        "decile_gap_pp": inequality.decile_gap(zones["covered"] / zones["people"], zones["people"]),
        "worst_off_min": inequality.worst_off_minutes(taken, weight),
        "people_beyond": int(short.people),
        "share_beyond": short.share,
        "over_min": short.minutes_over,
        "people_unreachable": int(short.unreachable),
        "fgt_1": inequality.fgt(taken, weight, cutoff, 1),
        "fgt_2": inequality.fgt(taken, weight, cutoff, 2),
        **{
            name: measure(taken[near], weight[near], of="minutes") if near.any() else pd.NA
            for name, measure in unequal.items()
        },
    }


def comfort(plan: Plan, presence: pd.DataFrame, coverage: pd.DataFrame) -> "pd.Series[str]":
    """
    Name the townships whose own venue deceives, and those that neighbours serve.

    Parameters
    ----------
    plan
        Its programmes; the cutoff of each decides.
    presence
        [code9, type] `state`.
    coverage
        [code9, type, cutoff_min] `share`, missing where refused.

    Returns
    -------
    pandas.Series
        [code9, type] of the programmes: `false_comfort` (has an open venue that fewer than half of
        its people reach in time), `served_by_neighbours` (has none, and four in five reach one all
        the same), or "".
    """
    parts = []
    for item in plan.programme:
        state = presence.xs(item.type, level="type")["state"]
        has = (state == Presence.HAS).astype("boolean").mask(state == Presence.UNREPORTED)
        share = coverage["share"].xs((item.type, item.cutoff_min), level=("type", "cutoff_min"))
        found = inequality.false_comfort(has, share).reindex(state.index, fill_value="")
        parts.append(pd.concat({item.type: found}, names=["type"]).swaplevel())
    if not parts:
        index = pd.MultiIndex.from_arrays([[], []], names=["code9", "type"])
        return pd.Series([], index=index, dtype=object, name="comfort")
    return pd.concat(parts).rename_axis(["code9", "type"]).rename("comfort")
