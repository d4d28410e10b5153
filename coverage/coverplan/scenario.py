"""A meeting's choice of sites, as the map saves it: read strictly, and taken as if they stood."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from coverplan.config import Plan, changed_plan
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.rows import row_at

__all__ = ["Scenario", "read_scenario", "scenario_notes", "scenario_plan", "with_chosen"]

MARK = "coverplan_scenario"
PREFIX = "scenario:"
"""Before a candidate's id, where the candidate is taken as a venue."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    Which candidates are taken to be open.

    Parameters
    ----------
    chosen
        Venue type -> ids of candidates.
    added
        Sites that were added by a click on the map: `id, name, type, code9, lon, lat`.
    """

    chosen: Mapping[str, tuple[str, ...]]
    added: tuple[Mapping[str, Any], ...] = ()


def read_scenario(path: Path, plan: Plan) -> Scenario:
    """
    Read a scenario that the map saved.

    Parameters
    ----------
    path
        The JSON file.
    plan
        The plan it belongs to; county, report date and venue types must agree.

    Raises
    ------
    InputError
        No JSON, no scenario, another county or report date, or a type without a programme.
    """
    where = Where(file=path.name)
    try:
        tree = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as fault:
        raise InputError(Problem("scenario.unreadable", where, str(fault))) from fault
    if not isinstance(tree, dict) or tree.get(MARK) != 1:
        raise InputError(Problem("scenario.no_scenario", where))
    chosen = tree.get("chosen")
    if not isinstance(chosen, dict):
        raise InputError(Problem("scenario.no_scenario", where))
    problems = []
    for name, ours in (("county", plan.county.code), ("as_of", plan.county.as_of.isoformat())):
        if tree.get(name) != ours:
            found = str(tree.get(name, ""))
            values = {"name": name, "ours": ours}
            problems.append(Problem("scenario.other_plan", where, found, values))
    picked = _picked(chosen, plan, where, problems)
    if problems:
        raise InputError(problems)
    added = tree.get("added", [])
    fields = {"id", "name", "type", "code9", "lon", "lat"}
    if not isinstance(added, list) or not all(
        isinstance(one, dict) and fields <= set(one) for one in added
    ):
        raise InputError(Problem("scenario.no_list", where, "added"))
    own = {str(one["id"]) for one in added}
    kept = {kind: tuple(one for one in ids if one not in own) for kind, ids in picked.items()}
    taken = tuple(one for one in added if str(one["id"]) in _all(picked))
    return Scenario({kind: ids for kind, ids in kept.items() if ids}, taken)


def _all(picked: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {site for ids in picked.values() for site in ids}


def _picked(
    chosen: Mapping[str, Any], plan: Plan, where: Where, problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """Return the ids of each type, each once; append what is wrong with them."""
    picked: dict[str, tuple[str, ...]] = {}
    for kind, ids in chosen.items():
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            problems.append(Problem("scenario.no_list", where, str(kind)))
        elif ids and plan.programme_of(kind) is None:
            known = ", ".join(item.type for item in plan.programme)
            problems.append(Problem("scenario.no_programme", where, kind, {"known": known}))
        elif ids:
            picked[kind] = tuple(dict.fromkeys(ids))
    return picked


def scenario_plan(plan: Plan, scenario: Scenario) -> Plan:
    """
    Return the plan for a scenario: what the meeting has chosen is not proposed on top of itself.

    Parameters
    ----------
    plan
        The plan.
    scenario
        The choice.
    """
    return changed_plan(plan, programmes={kind: {"place": False} for kind in scenario.chosen})


def with_chosen(
    venues: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    townships: pd.DataFrame,
    venue_types: pd.DataFrame,
    scenario: Scenario,
    plan: Plan,
) -> gpd.GeoDataFrame:
    """
    Return the venues with the chosen candidates among them, open on the report date.

    Parameters
    ----------
    venues
        [id] from `places.venue_places`.
    candidates
        [id] from `places.candidate_places`.
    townships
        [code9] `name`, for sites that were added by a click.
    venue_types
        [id] `zh`.
    scenario
        The choice.
    plan
        Its report date is the day on which they open.

    Returns
    -------
    geopandas.GeoDataFrame
        `venues` and one row a chosen site; its id is the candidate's behind `scenario:`.

    Raises
    ------
    InputError
        A candidate that the plan does not have, or one that does not serve the type.
    """
    problems: list[Problem] = []
    rows = _candidate_rows(candidates, venue_types, scenario, plan, problems)
    rows += _clicked_rows(townships, venue_types, scenario, plan, problems)
    if problems:
        raise InputError(problems)
    return _among(venues, rows) if rows else venues


def _candidate_rows(
    candidates: gpd.GeoDataFrame,
    venue_types: pd.DataFrame,
    scenario: Scenario,
    plan: Plan,
    problems: list[Problem],
) -> list[dict[str, Any]]:
    rows = []
    for kind, ids in scenario.chosen.items():
        for site in ids:
            if site not in candidates.index:
                problems.append(Problem("scenario.no_candidate", Where(key=kind), site))
                continue
            place = row_at(candidates, site)
            serves = str(place["types"] or "")
            if serves and kind not in serves.split(";"):
                problems.append(Problem("scenario.wrong_type", Where(key=kind), site))
                continue
            rows.append(_venue(site, place, kind, str(row_at(venue_types, kind)["zh"]), plan))
    return rows


def _clicked_rows(
    townships: pd.DataFrame,
    venue_types: pd.DataFrame,
    scenario: Scenario,
    plan: Plan,
    problems: list[Problem],
) -> list[dict[str, Any]]:
    rows = []
    for one in scenario.added:
        site, kind = str(one["id"]), str(one["type"])
        if not _on_earth(one["lon"], 180.0) or not _on_earth(one["lat"], 90.0):
            found = f"{one['lon']}, {one['lat']}"
            problems.append(Problem("scenario.no_place", Where(key=site), found))
            continue
        if one["code9"] not in townships.index or kind not in venue_types.index:
            problems.append(Problem("scenario.no_candidate", Where(key="added"), site))
            continue
        place = _clicked(one, str(row_at(townships, one["code9"])["name"]))
        rows.append(_venue(site, place, kind, str(row_at(venue_types, kind)["zh"]), plan))
    return rows


def _among(venues: gpd.GeoDataFrame, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Append rows to the venues, each column in its own type."""
    index = pd.Index([row.pop("id") for row in rows], name=venues.index.name)
    added = gpd.GeoDataFrame(rows, index=index, geometry="geometry", crs=venues.crs)
    added = added.reindex(columns=venues.columns)
    for name, kind_of in venues.dtypes.items():
        if name != "geometry" and added[name].dtype != kind_of:
            text = pd.api.types.is_string_dtype(kind_of)
            column = added[name].astype(object)
            added[name] = (column.where(column.notna(), "") if text else column).astype(kind_of)
    return gpd.GeoDataFrame(pd.concat([venues, added]), geometry="geometry", crs=venues.crs)


def _clicked(one: Mapping[str, Any], township: str) -> pd.Series:
    """Return a site added by a click as a place: where it was clicked is an estimate."""
    return pd.Series(
        {
            "name": str(one["name"]),
            "code9": str(one["code9"]),
            "township": township,
            "code12": "",
            "kind": "nominated",
            "location": "own",
            "lon": float(one["lon"]),
            "lat": float(one["lat"]),
            "theme": "",
            "geometry": Point(float(one["lon"]), float(one["lat"])),
        }
    )


def _on_earth(value: object, most: float) -> bool:
    return isinstance(value, int | float) and abs(value) <= most


def _location(place: pd.Series) -> str:
    """Return where travel ends: a hall at the seat, as it does while it is a candidate."""
    if place["kind"] == "hall" and place["location"] != "own":
        return "seat"
    return "village" if place["code12"] and place["location"] != "own" else "own"


def scenario_notes(scenario: Scenario | None) -> tuple[Problem, ...]:
    """
    Return the sentence that must stand first on every output of a scenario.

    Parameters
    ----------
    scenario
        The choice, or None.
    """
    if scenario is None:
        return ()
    count = sum(len(ids) for ids in scenario.chosen.values()) + len(scenario.added)
    return (Problem("say.scenario", values={"n": count}, severity=Severity.NOTE),)


def _venue(site: str, place: pd.Series, kind: str, zh: str, plan: Plan) -> dict[str, Any]:
    return {
        "id": f"{PREFIX}{kind}:{site}",
        "place_id": f"{PREFIX}{site}",
        "name": f"（方案）{place['name']}",
        "type": kind,
        "type_zh": zh,
        "code9": place["code9"],
        "township": place["township"],
        "code12": place["code12"],
        "lon": place["lon"],
        "lat": place["lat"],
        "status": "open",
        "opened_on": pd.Timestamp(plan.county.as_of),
        "open": True,
        "active": "unknown",
        "active_12m": "unknown",
        "location": _location(place),
        "located": True,
        "visitable": True,
        "visitable_place": True,
        "theme": place["theme"],
        "source": "scenario",
        "geometry": place["geometry"],
    }
