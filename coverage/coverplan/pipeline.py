"""The recipe: a plan and its files -> a `Result`."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.actuals import by_township, by_year
from coverplan.border import at_border, outside_not_counted
from coverplan.cells import thiessen_cells
from coverplan.config import Plan
from coverplan.crs import DEGREES, metric_crs
from coverplan.demand import demand_points, location_quality, seat_points, village_people
from coverplan.domain import Inputs, Presence, Result, Rung, TravelTimes
from coverplan.errors import Problem
from coverplan.gaps import gap_table
from coverplan.grounds import grounds
from coverplan.groups import demand_groups
from coverplan.impedance import Barrier, TravelModel, travel_model, travel_times
from coverplan.impedance.banks import banks, crossings_between
from coverplan.impedance.beyond import outside_sites, with_outside
from coverplan.impedance.closures import road_closures
from coverplan.impedance.network import snap
from coverplan.impedance.service_areas import service_areas
from coverplan.intake.inputs import read_inputs
from coverplan.intake.returns import SAID_FIRST
from coverplan.join import metric_xy
from coverplan.placement.linear import Progress as Solving
from coverplan.places import candidate_places, sites_of, venue_places
from coverplan.presence import presence_by_township, presence_by_village
from coverplan.proposals import propose
from coverplan.reach import nearest_venues, programme_coverage
from coverplan.remote import minutes_to_seat, remote_villages
from coverplan.scenario import Scenario, scenario_notes, scenario_plan, with_chosen
from coverplan.scene import Scene
from coverplan.statements import statements
from coverplan.strewn import nearest_strewn, strewn_minutes
from coverplan.targets import Evidence, ledger
from coverplan.text import say
from coverplan.unevenness import comfort, equity_table

__all__ = ["STEPS", "run"]

STEPS = (
    "read",
    "places",
    "travel",
    "presence",
    "coverage",
    "targets",
    "placement",
    "curve",
    "worlds",
    "evidence",
    "plans",
    "words",
)
"""The steps of a run, as `progress` is told of them."""

Progress = Callable[[str], None]


def run(  # noqa: PLR0915 - a recipe is read from top to bottom
    plan: Plan,
    *,
    progress: Progress | None = None,
    scenario: Scenario | None = None,
    on_solve: Callable[[Solving], None] | None = None,
    partial_on_stop: bool = False,
) -> Result:
    """
    Compute everything that a plan asks for; nothing is written.

    Parameters
    ----------
    plan
        What `read_plan` returned.
    progress
        Called with the name of each step (one of `STEPS`) as it begins; its method `part`, if it
        has one, is told inside a long step how many places are done and of how many.
    scenario
        Candidates that are taken to be open, as a meeting chose them on the map.
    on_solve
        Called now and then while a placement is solved, with seconds, best objective and bound.
    partial_on_stop
        Whether Ctrl-C, once sites are found, leaves out the evidence instead of the whole run.

    Returns
    -------
    Result
        Frames as docs/contracts.md describes them. The same plan and files give the same result.

    Raises
    ------
    InputError
        A table or layer cannot be used; all faults of all files together.
    """
    begin = progress or (lambda _step: None)
    begin("read")
    inputs = read_inputs(plan)
    begin("places")
    outline = _outline(inputs)
    crs = metric_crs(_longitudes(inputs, outline))
    townships, villages = _frames(plan, inputs, crs)
    venues = venue_places(inputs.venues, townships, villages, inputs.venue_types, plan.county.as_of)
    candidates = candidate_places(
        inputs.candidates, townships, villages, plan.travel.rung, inputs.asked_villages
    )
    if scenario is not None:
        plan = scenario_plan(plan, scenario)
        venues = with_chosen(venues, candidates, townships, inputs.venue_types, scenario, plan)
    begin("travel")
    demand = demand_groups(plan, townships, inputs)
    sites = sites_of(venues, candidates)
    if inputs.people_places is not None:
        mine = demand[demand["group"] == "residents"]
        quality = location_quality(mine)["located_share"]
        townships["people_located_share"] = quality.reindex(townships.index)
    beyond = _beyond(plan, inputs)
    known = {
        "townships": townships,
        "villages": villages,
        "crs": crs,
        "asked_villages": inputs.asked_villages,
        "asked_seats": inputs.asked_seats,
        "roads": inputs.roads,
        "snap_limit_m": plan.travel.snap_limit_m,
        "barrier": _barrier(plan, inputs, outline, crs),
        "seed": plan.demand.seed,
        "trips": inputs.trips,
    }
    model = travel_model(plan.travel, **known)
    over = beyond is not None and plan.travel.rung is not Rung.ASKED
    ends = pd.concat([sites, beyond[sites.columns]]) if beyond is not None and over else sites
    part = getattr(progress, "part", None)
    times, travel_notes = travel_times(
        demand, ends, plan.travel, model=model, progress=part, **known
    )
    if inputs.outside is not None and beyond is not None:
        asked = {name: known[name] for name in ASKED}
        times = with_outside(times, inputs.outside, demand, **asked)
    if beyond is not None:
        beyond = _some(beyond[beyond.index.isin(times.sites)])
    border = at_border(townships, outline, crs)
    townships["outside_not_counted"] = outside_not_counted(border, counted=beyond is not None)
    begin("presence")
    presence = presence_by_township(
        townships,
        venues,
        inputs.reports,
        inputs.venue_types,
        assume_none=plan.venues.assume_none,
    )
    village_presence = presence_by_village(villages, venues, inputs.reports, presence)
    begin("coverage")
    reached = {"demand": demand, "times": times, "venues": venues, "sites": sites}
    area = None if model is None else _area(plan, model, townships, crs)
    strewn = None
    if area is not None and plan.demand.unlocated == "draws":
        strewn = partial(nearest_strewn, sites=ends, draws=plan.demand.draws, **area)
    coverage = programme_coverage(
        plan,
        presence=presence,
        strewn=strewn,
        scenarios=inputs.scenarios,
        outside=beyond,
        **reached,
    )
    nearest = nearest_venues(
        list(inputs.venue_types.index),
        seats=seat_points(townships),
        crs=crs,
        outside=beyond,
        **reached,
    )
    gaps = gap_table(presence, coverage, nearest, plan.programme)
    gaps["comfort"] = comfort(plan, presence, coverage).reindex(gaps.index, fill_value="")
    equity = equity_table(
        plan,
        demand=demand,
        times=times,
        venues=venues,
        presence=presence,
        coverage=coverage,
        outside=beyond,
    )
    begin("targets")
    remote, remote_said = _remote(
        plan, inputs, townships, villages,
        lambda site: travel_times(demand, site, plan.travel, model=model, **known)[0],
    )  # fmt: skip
    villages = villages.join(remote)
    evidence = Evidence(
        venues=venues,
        presence=presence,
        village_presence=village_presence,
        schools=inputs.schools,
        indicators=inputs.indicators,
        visits=inputs.visits,
        remote=villages["remote"],
        remote_said=remote_said,
    )
    targets, by_town = _ledger(plan, inputs.targets, evidence)
    if scenario is not None:  # a row that is sent on alone must say so as well
        for lang in ("zh", "en"):
            targets[f"note_{lang}"] = say("scenario.row", lang) + targets[f"note_{lang}"]
    begin("placement")
    scene = Scene(
        townships=townships,
        villages=villages,
        venues=venues,
        candidates=candidates,
        demand=demand,
        times=times,
        presence=presence,
        nearest=nearest,
        targets=targets,
        scenarios=inputs.scenarios,
        closures=partial(
            road_closures,
            demand,
            sites,
            plan.travel,
            number=ROADS,
            model=model,
            **{name: known[name] for name in (*ASKED, "snap_limit_m", "barrier", "seed")},
        ),
        strewn=None
        if area is None
        else partial(strewn_minutes, sites=sites, limit=plan.travel.limit_min, **area),
    )
    placement, programmes, placement_notes = propose(plan, scene, inputs.venue_types, on_solve)
    frames, grounds_said = grounds(
        plan, scene, placement, inputs.venue_types, begin, partial=partial_on_stop
    )
    gaps = _with_answers(gaps, placement, targets)
    begin("words")
    notes = statements(
        plan,
        townships=townships,
        villages=villages,
        venues=venues,
        venue_types=inputs.venue_types,
        presence=presence,
        coverage=coverage,
        equity=equity,
        ledger=inputs.ledger,
        has_outline=outline is not None,
        outside_counted=beyond is not None,
    )
    return Result(
        plan=plan,
        townships=townships,
        villages=villages,
        venues=venues,
        candidates=candidates,
        demand=demand,
        times=times,
        presence=presence,
        village_presence=village_presence,
        coverage=coverage,
        gaps=gaps,
        targets=targets,
        placement=placement,
        programmes=programmes,
        **frames,
        equity=equity,
        targets_by_township=by_town,
        asked_seats=_answers(inputs.asked_seats),
        outside=_counted(beyond),
        outline=outline,
        layers={**inputs.layers, **_areas(plan, model, venues, crs)},
        venue_types=inputs.venue_types,
        ledger=inputs.ledger,
        sources=inputs.sources,
        notes=(
            *scenario_notes(scenario),
            *(said for said in inputs.problems if said.key.startswith(SAID_FIRST)),
            *notes,
            *placement_notes,
            *grounds_said,
            *travel_notes,
            *(said for said in inputs.problems if not said.key.startswith(SAID_FIRST)),
        ),
        crs_metric=crs,
    )


def _barrier(
    plan: Plan, inputs: Inputs, outline: gpd.GeoDataFrame | None, crs: str
) -> Barrier | None:
    """Return the river and the crossings that the plan names; None where it names none."""
    if not plan.travel.barrier or inputs.crossings is None or outline is None:
        return None
    pieces = banks(inputs.layers[plan.travel.barrier], outline, crs)
    return Barrier(pieces, crossings_between(pieces, inputs.crossings))


def _counted(beyond: pd.DataFrame | None) -> pd.DataFrame:
    """Return the venues beyond the county that count; an empty table where none does."""
    columns = ["name", "type", "lon", "lat"]
    if beyond is not None:
        return beyond[columns]
    table = pd.DataFrame(columns=columns, index=pd.Index([], name="id", dtype=object))
    return table.astype({"name": object, "type": object, "lon": float, "lat": float})


def _beyond(plan: Plan, inputs: Inputs) -> pd.DataFrame | None:
    """Return the venues beyond the county that the plan's rung can reach; None without any."""
    if inputs.outside is None:
        return None
    sites = outside_sites(inputs.outside)
    return _some(sites if plan.travel.rung is Rung.ASKED else sites[sites["location"] == "own"])


def _some(sites: pd.DataFrame) -> pd.DataFrame | None:
    """Return sites; None where there are none, so that nobody says they are counted."""
    return None if sites.empty else sites


ROADS = 10
"""How many roads are closed, each by itself, to try the proposals."""
ASKED = ("townships", "villages", "asked_villages", "asked_seats", "crs")
AREAS = "service_areas"


def _areas(
    plan: Plan, model: TravelModel | None, venues: gpd.GeoDataFrame, crs: str
) -> dict[str, gpd.GeoDataFrame]:
    """Return from where each programme's open venues are reached over roads; for drawing only."""
    if model is None or model.network is None:
        return {}
    parts = []
    for item in plan.programme:
        mine = venues[(venues["type"] == item.type) & venues["open"] & venues["lon"].notna()]
        if not len(mine):
            continue
        xy = metric_xy(mine["lon"], mine["lat"], crs)
        places = snap(model.network, xy, plan.travel.snap_limit_m)
        ids = list(map(str, mine.index))
        areas = service_areas(model.network, places, ids, item.cutoffs_min, crs)
        areas["name"] = venues["name"].reindex(areas["site"]).to_numpy()
        parts.append(areas.assign(kind="service_area", type=item.type))
    whole = [part for part in parts if len(part)]
    if not whole:
        return {}
    columns = ["name", "kind", "type", "site", "cutoff_min", "geometry"]
    table = gpd.GeoDataFrame(pd.concat(whole, ignore_index=True)[columns], crs=crs)
    return {AREAS: table.to_crs(DEGREES)}


def _area(plan: Plan, model: TravelModel, townships: gpd.GeoDataFrame, crs: str) -> dict[str, Any]:
    """Return where unlocated people might live and how they travel from there."""
    return {
        "model": model,
        "townships": townships,
        "cells": townships.geometry,
        "crs": crs,
        "seed": plan.demand.seed,
        "approximate": bool(townships["approximate"].any()),
    }


def _remote(
    plan: Plan,
    inputs: Inputs,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    to_sites: Callable[[pd.DataFrame], TravelTimes],
) -> tuple[pd.DataFrame, Problem]:
    """Return which villages are remote, and the sentence that defines it."""
    minutes = minutes_to_seat(plan, townships, villages, to_sites)
    remote, said = remote_villages(plan, villages, inputs.remote, minutes)
    return pd.DataFrame({"minutes_to_county_seat": minutes, "remote": remote}), said


def _ledger(
    plan: Plan, targets: pd.DataFrame, evidence: Evidence
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the targets, by year as well, and by township."""
    as_of, period = plan.county.as_of, plan.county.period
    counted = ledger(targets, evidence, as_of=as_of, period=period)
    years = by_year(targets, evidence.venues, evidence.indicators, as_of=as_of, period=period)
    return counted.join(years), by_township(
        targets, evidence.venues, evidence.presence, evidence.village_presence
    )


def _answers(asked_seats: pd.DataFrame | None) -> pd.DataFrame:
    """Return the asked minutes between seats, [from_code9, to_code9]; no rows without a table."""
    keys, minutes = ["from_code9", "to_code9"], "minutes"
    table = pd.DataFrame(columns=[*keys, minutes]) if asked_seats is None else asked_seats
    table = table.astype({**dict.fromkeys(keys, "str"), minutes: "Float64"})
    return table.set_index(keys)[[minutes]]


def _outline(inputs: Inputs) -> gpd.GeoDataFrame | None:
    """Return the county outline, or the union of real township polygons where there is none."""
    if inputs.outline is not None or inputs.cells is None:
        return inputs.outline
    whole = inputs.cells.geometry.union_all()
    return gpd.GeoDataFrame(geometry=[whole], crs=inputs.cells.crs)


def _longitudes(inputs: Inputs, outline: gpd.GeoDataFrame | None) -> "np.ndarray":
    """Return what the county's longitudes are known by: seats, else the outline, else villages."""
    seats: np.ndarray = inputs.townships["seat_lon"].dropna().to_numpy(dtype=float)
    if seats.size:
        return seats
    if outline is not None:
        return np.asarray(outline.total_bounds[[0, 2]])
    located: np.ndarray = inputs.villages["lon"].dropna().to_numpy(dtype=float)
    return located if located.size else np.array([_CHINA_MIDDLE])


_CHINA_MIDDLE = 105.0


def _frames(plan: Plan, inputs: Inputs, crs: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return townships with their areas and villages with their people."""
    townships = inputs.townships.copy()
    villages = inputs.villages.copy()
    people = village_people(townships, villages)
    villages["people"], villages["people_kind"] = people["people"], people["people_kind"]
    own = villages["lon"].notna() & villages["lat"].notna()
    villages["location"] = np.where(own, "own", "none")
    villages["township"] = townships["name"].reindex(villages["code9"]).to_numpy()
    minutes = pd.Series(np.nan, index=villages.index)
    if inputs.asked_villages is not None:
        minutes = inputs.asked_villages["minutes"].astype(float).reindex(villages.index)
    villages["minutes_to_seat"] = minutes
    count = villages["code9"].value_counts()
    townships["villages"] = count.reindex(townships.index, fill_value=0).astype(int)
    located = villages.loc[own, "code9"].value_counts()
    townships["villages_located"] = located.reindex(townships.index, fill_value=0).astype(int)
    quality = location_quality(demand_points(townships, villages))
    townships["people_located_share"] = quality["located_share"].reindex(townships.index)
    townships["approximate"] = inputs.cells is None or plan.boundaries.approximate
    cells = inputs.cells
    seated = townships["seat_lon"].notna().any()
    if cells is None and inputs.outline is not None and seated:
        cells = thiessen_cells(townships, inputs.outline, crs).to_crs(DEGREES)
    if cells is None:
        townships["area_km2"] = np.nan
        return townships, villages
    geometry = cells.geometry.reindex(townships.index)
    townships["area_km2"] = gpd.GeoSeries(geometry, crs=DEGREES).to_crs(crs).area / 1e6
    return townships.set_geometry(gpd.GeoSeries(geometry, crs=DEGREES)), villages


def _with_answers(
    gaps: pd.DataFrame, placement: pd.DataFrame, targets: pd.DataFrame
) -> pd.DataFrame:
    """Add to each gap what is proposed there and which targets it holds back."""
    proposed = placement.groupby(["code9", "type"])["label_zh"].agg("；".join)
    behind = targets[targets["status"] != "done"]
    by_type: Mapping[str, list[str]] = {}
    for target_id, kinds in behind["venue_type"].fillna("").items():
        for kind in str(kinds).split(";"):
            by_type = {**by_type, kind: [*by_type.get(kind, []), str(target_id)]}
    table = gaps.copy()
    said = {key: str(text) for key, text in proposed.items()}
    table["proposed"] = [said.get(key, "") for key in table.index]
    kinds = table.index.get_level_values("type")
    missing = ["；".join(by_type.get(kind, [])) for kind in kinds]
    lacks = table["state"] != Presence.HAS
    table["targets_missing"] = np.where(lacks, missing, "")
    return table
