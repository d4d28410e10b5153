"""What the page needs to count with minutes and rows that are taken on it, as a run would."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverplan.demand import demand_points
from coverplan.domain import Presence, Rung
from coverplan.impedance.asked import places
from coverplan.report.map.page_places import number, text
from coverplan.sensitivity import SPEED_CHANGE, STEP_MIN
from coverplan.tally import NO_PEOPLE, UNLOCATED
from coverplan.text import LANGUAGES, catalogue, say

if TYPE_CHECKING:
    from coverplan.domain import Result

__all__ = ["asked", "counting"]

SOURCES = {"villages", "seats"}
GROUPS = {"residents", "pupils"}
REFUSED = (NO_PEOPLE, UNLOCATED, "coverage.refused_limit", "coverage.refused_unreported")
NOTES = ("no_goal", "undated", "townships_unreported", "lead_unreported", "villages_unreported")
UNKNOWN = -2
SUFFIX = 3
"""Digits of a village's code beyond its township's."""


def asked(result: "Result", order: Mapping[str, int]) -> dict[str, Any] | None:
    """
    Return what asked minutes lead over: villages, points, sites and the answers so far.

    Parameters
    ----------
    result
        A run.
    order
        Township code to its number on the page.

    Returns
    -------
    dict or None
        `limit` [min], `minutes` (of each village to its seat, None where nobody answered), `seats`
        (two townships and the minutes between them), `speed` and `step` (how bands vary), `place`,
        `venue_place`, `candidate_place` (of each demand point, venue and candidate: a township's
        number for its seat, then the villages; −1 where nobody travels to it, −2 where its place
        is unknown), `how` (a letter a demand point, see `_letters`), `residents` (that many points
        come first), `people`, `members` (flags of the points that a type asks about), `refusals`
        (why a figure may be lacking). None where a run does not follow the answers (on roads or
        the calibrated line), or people stand at no village (a grid, weighed groups), or venues
        beyond the county count: then the page takes no minutes.
    """
    demand = _demand(result)
    if demand is None:
        return None
    villages = _in_townships(result, order)
    at = {code: n for n, code in enumerate([*order, *map(str, villages.index)])}
    start = demand["code12"].where(demand["code12"].astype(bool), demand["code9"])
    return {
        "limit": result.plan.travel.limit_min,
        "minutes": [_minutes(value) for value in villages["minutes_to_seat"]],
        "seats": _pairs(result.asked_seats, order),
        "speed": SPEED_CHANGE,
        "step": STEP_MIN,
        "place": [at[str(code)] for code in start],
        "how": _letters(demand),
        "residents": int((demand["group"] == "residents").sum()),
        "people": [number(value) for value in demand["people"]],
        "members": {
            item.type: "".join(
                "1" if group == item.demand and (not item.levels or level in item.levels) else "0"
                for group, level in zip(demand["group"], demand["level"], strict=True)
            )
            for item in result.plan.programme
        },
        **_site_places(result, at),
        "refusals": {key: [say(key, lang) for lang in LANGUAGES] for key in REFUSED},
    }


def counting(result: "Result", order: Mapping[str, int]) -> dict[str, Any]:
    """
    Return what the ledger and presence are counted by, beside what the page shows of them.

    Parameters
    ----------
    result
        A run.
    order
        Township code to its number on the page.

    Returns
    -------
    dict
        `villages` (a text a township: the last three digits of each village's code), `moved`
        (village number to code, where that is not its township's beginning), `named` (name of each
        village, "" where a candidate bears it), `aliases` (other names of townships, and whose),
        `venue_village` and `candidate_village` (each one's, townships counted first; −1 where
        unknown), `place_id` (of each venue, "" where it is a place of its own), `targets` (counts
        from, counts to, whether townships answer for it), `dated` (whether the page knows opening
        dates), `degrees` (whether coordinates of venues need no conversion), `by_minutes` (whether
        which villages are remote follows minutes), `answered` (a flag
        a township for the types that targets count by village: it reported, and named a village
        for each venue),
        `notes` (templates).
    """
    codes, words = list(order), catalogue()
    villages = _in_townships(result, order)
    homes = villages["code9"].astype(str).tolist()
    at = {code: n for n, code in enumerate([*codes, *map(str, villages.index)])}
    venues = result.venues
    pids = venues["place_id"] if "place_id" in venues else pd.Series("", index=venues.index)
    kinds = {
        kind
        for source, named in zip(
            result.targets["source_table"], result.targets["venue_type"], strict=True
        )
        if source == "villages"
        for kind in text(named).split(";")
        if kind
    }
    return {
        "villages": [
            "".join(str(key)[-SUFFIX:] for key in villages.index[villages["code9"] == code])
            for code in codes
        ],
        "moved": {
            str(n): str(key)
            for n, (key, home) in enumerate(zip(villages.index, homes, strict=True))
            if str(key)[:-SUFFIX] != home
        },
        "named": _named(result, villages),
        "aliases": _aliases(result, order),
        "venue_village": [at.get(text(code) or "-", -1) for code in venues["code12"]],
        "candidate_village": [
            at.get(text(code) or "-", -1) for code in result.candidates["code12"]
        ],
        "place_id": [text(value) for value in pids],
        "dated": "opened_on" in venues,
        "degrees": result.plan.venues.datum == result.plan.county.datum,
        "by_minutes": result.plan.remote.file is None and bool(result.plan.remote.seat),
        "targets": [_terms(row) for _, row in result.targets.iterrows()],
        "answered": {kind: _answered(result, kind, codes) for kind in sorted(kinds)},
        "notes": {
            name: [words[f"targets.note.{name}"][lang] for lang in LANGUAGES] for name in NOTES
        },
    }


def _in_townships(result: "Result", order: Mapping[str, int]) -> pd.DataFrame:
    """Return the villages township after township, as the page numbers them."""
    villages = pd.DataFrame(result.villages).sort_index()
    return villages.sort_values("code9", key=lambda codes: codes.map(order), kind="stable")


def _named(result: "Result", villages: pd.DataFrame) -> list[str]:
    sites = result.candidates[result.candidates["kind"] == "village"].drop_duplicates("code12")
    borne = set(zip(sites["code12"].map(text), sites["name"].map(text), strict=True))
    names = zip(map(str, villages.index), map(text, villages["name"]), strict=True)
    return ["" if pair in borne else pair[1] for pair in names]


def _aliases(result: "Result", order: Mapping[str, int]) -> list[list[Any]]:
    towns = result.townships
    told = towns["aliases"] if "aliases" in towns else pd.Series("", index=towns.index)
    return [
        [alias, order[str(code)]]
        for code, cell in told.items()
        for alias in text(cell).split("；")
        if alias
    ]


def _pairs(asked_seats: pd.DataFrame, order: Mapping[str, int]) -> list[list[Any]]:
    table = asked_seats.reset_index().dropna()
    ends = ([order[str(code)] for code in table[name]] for name in ("from_code9", "to_code9"))
    return [list(row) for row in zip(*ends, map(_minutes, table["minutes"]), strict=True)]


def _minutes(value: Any) -> float | int | None:
    """Return minutes exactly, a whole number without decimals."""
    found = number(value, 6)
    return int(found) if found is not None and found == int(found) else found


def _demand(result: "Result") -> pd.DataFrame | None:
    """Return the points of rung B in the order of the page's travel, or None without any."""
    times, plan = result.times, result.plan
    if times is None or times.rung not in {Rung.ASKED, Rung.LINE}:
        return None
    known = set(map(str, result.venues.index)) | set(map(str, result.candidates.index))
    if plan.demand.source not in SOURCES or set(times.sites) - known:
        return None
    demand = result.demand.reindex(list(times.demand))
    if not set(demand["group"]) <= GROUPS:
        return None
    if times.rung is Rung.ASKED:
        return demand
    source, unlocated = plan.demand.source, plan.demand.unlocated
    residents = demand_points(
        result.townships, result.villages, source=source, unlocated=unlocated
    ).assign(group="residents", level="")
    return pd.concat([residents, demand[demand["group"] == "pupils"]])


def _letters(demand: pd.DataFrame) -> str:
    """
    Return how each point is placed before anybody is asked.

    s at its seat · t at the seat until its village answers · o at its own place · p at its own
    place until its village answers · n nowhere until its village answers.
    """
    seat = demand["location"] == "seat"
    own = demand["location"] == "own"
    pupil = demand["group"] == "pupils"
    village = demand["code12"].astype(bool)
    letters = np.select([seat & village, seat, own & pupil, own], ["t", "s", "p", "o"], "n")
    return "".join(letters.tolist())


def _site_places(result: "Result", at: Mapping[str, int]) -> dict[str, list[int]]:
    venues, candidates = result.venues, result.candidates
    types = result.venue_types["has_place"]
    visit = types.reindex(venues["type"]).fillna(value=False).to_numpy(dtype=bool)
    if "visitable" in venues:
        visit = visit & venues["visitable"].astype("boolean").fillna(value=True).to_numpy(bool)
    standing = visit & venues["open"].to_numpy(bool) & (venues["location"] != "township").to_numpy()
    found = {}
    for name, frame, kinds, counts in (
        ("venue", venues, "venue", standing),
        ("candidate", candidates, candidates["kind"], np.ones(len(candidates), bool)),
    ):
        points = frame.geometry
        lon = [np.nan if p is None or p.is_empty else p.x for p in points]
        lat = [np.nan if p is None or p.is_empty else p.y for p in points]
        sites = pd.DataFrame(frame[["code9", "code12", "location"]]).assign(
            lon=lon, lat=lat, kind=kinds
        )
        there = places(sites, result.townships, result.villages, result.crs_metric)
        found[f"{name}_place"] = [
            at.get(place, UNKNOWN) if here else -1
            for place, here in zip(there, counts, strict=True)
        ]
    return found


def _terms(row: pd.Series) -> list[Any]:
    """Return from when to when a venue must open, who is silent, and the number aimed at."""
    bounds = [text(row.get(name)).replace("NaT", "")[:10] for name in ("counts_from", "counts_to")]
    return [*bounds, int("乡镇" in text(row.get("responsible")))]


def _answered(result: "Result", kind: str, codes: list[str]) -> str:
    """Tell which townships with venues named a village for each: their other villages have none."""
    told = result.village_presence
    mine = told[told.index.get_level_values("type") == kind]
    none = mine.index[mine["state"] == Presence.NONE].get_level_values("code12")
    named = set(result.villages["code9"].reindex(none).map(text))
    return "".join(str(int(code in named)) for code in codes)
