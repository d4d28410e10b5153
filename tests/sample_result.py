"""A small made-up county as a Result, for tests of what is drawn; its figures are counted here."""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

from coverplan.covering import coverage_table
from coverplan.domain import Resolution, Result, Rung, TravelTimes
from coverplan.errors import Problem
from coverplan.groups import group_rows

TYPES = pd.DataFrame(
    {
        "id": ["university_site", "school_museum", "youth_base", "library"],
        "zh": ["社区科普大学教学点", "中小学共享科技馆", "青少年校外科普实践基地", "图书馆"],
        "en": ["Community university site", "Shared school museum", "Youth base", "Library"],
        "short_zh": ["教学点", "共享科技馆", "实践基地", "图书馆"],
        "short_en": ["site", "museum", "base", "Library"],
        "clause": ["22", "4", "4", "22"],
        "shape": ["circle", "square", "triangle", "diamond"],
        "colour": ["#1b7837", "#762a83", "#b35806", "#4d4d4d"],
        "has_place": [True] * 4,
        "list_complete": [False] * 4,
    }
).set_index("id")


@dataclass
class World:
    """What a made-up county is made of; times are minutes between villages (rung B) or absent."""

    townships: list[tuple[str, str, str, int, float, float]]
    """code9, name, kind, people, lon, lat."""
    villages: list[tuple[str, str, str, float, float]]
    """code12, code9, name, lon, lat."""
    venues: list[dict[str, Any]] = field(default_factory=list)
    answered: bool = True
    silent: frozenset[str] = frozenset()
    """Townships that have not reported, whatever `answered` says."""
    unanswered: frozenset[str] = frozenset()
    """Villages whose minutes nobody gave."""
    rung: Rung = Rung.ASKED
    speed_kmh: float = 25.0
    outline: Any = None
    cells: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    chosen: int = 3
    sites: int = 0
    """How many villages are candidates; 0: all of them."""
    example: bool = True
    county: str = "示例县"


def no_prospects() -> dict[str, pd.DataFrame]:
    """Return the frames of a county in which nothing can be placed by minutes."""
    empty = {}
    for name, keys in (
        ("curve", ["type", "cutoff_min", "n"]),
        ("evidence", ["type", "candidate_id"]),
        ("phases", ["type", "year"]),
        ("plans", ["type", "rank"]),
        ("prices", ["type", "rule"]),
        ("checks", ["type", "rank"]),
        ("worlds", ["type", "world"]),
        ("targets_by_township", ["target", "code9"]),
    ):
        index = pd.MultiIndex.from_arrays([[] for _ in keys], names=keys)
        empty[name] = pd.DataFrame({"people": pd.array([], dtype="Int64")}, index=index)
    empty["equity"] = pd.DataFrame(
        {"cutoff_min": pd.array([], dtype="Int64")}, index=pd.Index([], name="type", dtype=object)
    )
    empty["asked_seats"] = pd.DataFrame(
        {"minutes": pd.array([], dtype="Float64")},
        index=pd.MultiIndex.from_arrays([[], []], names=["from_code9", "to_code9"]),
    )
    empty["outside"] = pd.DataFrame(
        {"name": [], "type": [], "lon": [], "lat": []}, index=pd.Index([], name="id", dtype=object)
    )
    return empty


def tiny(**changes: Any) -> World:
    """Return three townships, six villages and one venue."""
    world = World(
        townships=[
            ("500230001", "东河街道", "街道", 9000, 107.70, 29.90),
            ("500230100", "鹿鸣镇", "镇", 5000, 107.80, 29.95),
            ("500230200", "长坡乡", "乡", 1000, 107.90, 29.85),
        ],
        villages=[
            ("500230001001", "500230001", "滨江社区", 107.70, 29.90),
            ("500230001002", "500230001", "城东村", 107.72, 29.92),
            ("500230100001", "500230100", "鹿鸣村", 107.80, 29.95),
            ("500230100002", "500230100", "石门村", 107.84, 29.97),
            ("500230200001", "500230200", "长坡村", 107.90, 29.85),
            ("500230200002", "500230200", "重阳村", 107.93, 29.83),
        ],
        venues=[
            {
                "id": "V1",
                "name": "滨江教学点",
                "type": "university_site",
                "code9": "500230001",
                "code12": "500230001001",
            }
        ],
        cells={
            "500230001": box(107.65, 29.80, 107.76, 30.0),
            "500230100": box(107.76, 29.90, 107.98, 30.0),
            "500230200": box(107.76, 29.80, 107.98, 29.90),
        },
        outline=box(107.65, 29.80, 107.98, 30.0),
        layers={
            "长江": gpd.GeoDataFrame(
                {"name": ["长江"], "kind": ["river"]},
                geometry=[LineString([(107.6, 29.88), (107.8, 29.93), (108.0, 29.97)])],
                crs=4326,
            )
        },
    )
    for name, value in changes.items():
        setattr(world, name, value)
    return world


def sample_result(world: World | None = None) -> Result:
    """Return the made-up county as a run would give it back."""
    world = world or tiny()
    villages = _villages(world)
    venues = _venues(world, villages)
    candidates = _candidates(world, villages)
    times = _times(world, villages, venues, candidates)
    presence = _presence(world, venues)
    demand = villages[["code9", "people"]].assign(
        code12=villages.index, location="asked", group="residents", level="", people_kind="given"
    )
    homes = pd.concat([venues["code9"], candidates["code9"]])
    coverage = _coverage(demand, venues, times, presence, homes)
    placement = _placement(world, presence, candidates)
    townships = pd.DataFrame(
        world.townships, columns=["code9", "name", "kind", "people", "seat_lon", "seat_lat"]
    ).set_index("code9")
    townships = townships.assign(
        elevation_m=300.0,
        villages=villages.groupby("code9").size().reindex(townships.index),
        villages_located=villages.groupby("code9").size().reindex(townships.index),
        people_located_share=1.0,
        approximate=True,
        area_km2=100.0,
        outside_not_counted=pd.array([True] * len(townships), dtype="boolean"),
    )
    shapes = [
        world.cells.get(str(c), Point(r.seat_lon, r.seat_lat)) for c, r in townships.iterrows()
    ]
    return Result(
        plan=_plan(world),
        townships=gpd.GeoDataFrame(townships, geometry=shapes, crs=4326),
        villages=villages,
        venues=venues,
        candidates=candidates,
        demand=demand,
        times=times,
        presence=presence,
        village_presence=pd.DataFrame(columns=["state"]),
        coverage=coverage,
        gaps=_gaps(world, presence, placement),
        targets=_targets(presence),
        placement=placement,
        programmes=_programmes(presence, placement),
        **no_prospects(),
        outline=gpd.GeoDataFrame(geometry=[world.outline], crs=4326) if world.outline else None,
        layers=world.layers,
        venue_types=TYPES,
        ledger=pd.DataFrame(
            {
                "file": "venues.csv",
                "sheet": "",
                "row": range(2, 9),
                "fate": ["taken"] * 6 + ["set_aside"],
                **dict.fromkeys(("column", "before", "after", "key", "text_zh", "text_en"), ""),
            }
        ),
        sources=pd.DataFrame(
            {
                "file": ["townships.csv"],
                "sha256": ["0" * 64],
                "rows": [len(townships)],
                "source": ["made up"],
                "licence": ["none"],
                "datum": ["wgs84"],
                "date": ["2025-12-31"],
            }
        ),
        notes=(Problem("where.row", values={"row": 1}),),
        crs_metric="EPSG:4545",
    )


def _plan(world: World) -> Any:
    def programme(kind: str, model: str, cutoffs: tuple[int, ...], cutoff: int) -> Any:
        return SimpleNamespace(
            type=kind,
            model=model,
            cutoffs_min=cutoffs,
            cutoff_min=cutoff,
            place=True,
            demand="residents",
            levels=(),
            resolution=Resolution.COMMUNITY,
        )

    return SimpleNamespace(
        raw={},
        county=SimpleNamespace(
            code="500230",
            name=world.county,
            name_en="Sample County",
            slug="sample",
            datum="wgs84",
            as_of=date(2025, 12, 31),
            period=(2021, 2025),
            unit="示例县科学技术协会",
        ),
        boundaries=SimpleNamespace(approximate=True),
        population=SimpleNamespace(year=2010, kind="census"),
        venues=SimpleNamespace(assume_none=False, datum="wgs84"),
        travel=SimpleNamespace(rung=world.rung, mode="mixed"),
        demand=SimpleNamespace(source="grid", unlocated="draws"),
        remote=SimpleNamespace(file=None, seat=""),
        programme=(
            programme("university_site", "every_township", (15, 30, 45), 30),
            programme("school_museum", "p_median", (30, 45), 45),
            programme("youth_base", "count", (60, 90), 60),
        ),
        publish=SimpleNamespace(profile="internal"),
        outputs=SimpleNamespace(example=world.example, lang="zh"),
    )


def _villages(world: World) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        world.villages, columns=["code12", "code9", "name", "lon", "lat"]
    ).set_index("code12")
    people = {code: count for code, _, _, count, _, _ in world.townships}
    sizes = frame.groupby("code9").size()
    frame["people"] = [people[c] // int(sizes[c]) for c in frame["code9"]]
    for code, group in frame.groupby("code9"):
        frame.loc[group.index[0], "people"] += people[str(code)] - int(group["people"].sum())
    shapes = gpd.points_from_xy(frame["lon"], frame["lat"])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)


def _venues(world: World, villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    columns = ["id", "name", "type", "code9", "code12"]
    columns += ["status", "open", "active", "location", "opened_on"]
    rows = [
        {"status": "open", "open": True, "active": "yes", "location": "village", "code12": ""}
        | {"opened_on": "2022-05-01"}
        | row
        for row in world.venues
    ]
    frame = pd.DataFrame(rows, columns=columns).set_index("id")
    shapes = [villages.geometry.get(code) for code in frame["code12"]]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=frame.index), crs=4326)


def _candidates(world: World, villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if world.sites:
        villages = villages.iloc[:: max(1, len(villages) // world.sites)].iloc[: world.sites]
    frame = pd.DataFrame(
        {
            "name": villages["name"],
            "kind": "village",
            "code9": villages["code9"],
            "code12": villages.index,
            "types": "",
            "location": "own",
            "resolution": "community",
            "cost_yuan": 60000.0,
        }
    )
    frame.index = pd.Index([f"C{n:03}" for n in range(1, len(frame) + 1)], name="id")
    return gpd.GeoDataFrame(frame, geometry=list(villages.geometry), crs=4326)


def _times(world: World, villages: Any, venues: Any, candidates: Any) -> TravelTimes:
    placed = venues[venues.geometry.notna()]
    sites = [*placed.geometry, *candidates.geometry]
    at = np.array([[p.x * 96.5, p.y * 110.8] for p in villages.geometry])
    to = np.array([[p.x * 96.5, p.y * 110.8] for p in sites])
    km = np.hypot(*(at[:, None, :] - to[None, :, :]).transpose(2, 0, 1)) * 1.4
    minutes = km if world.rung is Rung.LINE else km / world.speed_kmh * 60
    minutes = np.round(minutes, 3)
    dumb = [n for n, code in enumerate(villages.index) if code in world.unanswered]
    minutes[dumb] = np.inf
    return TravelTimes(
        minutes,
        tuple(villages.index),
        (*placed.index, *candidates.index),
        world.rung,
        240.0,
    )


def _presence(world: World, venues: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for code, _, _, people, _, _ in world.townships:
        for kind in TYPES.index:
            count = int(((venues["code9"] == code) & (venues["type"] == kind)).sum())
            told = world.answered and code not in world.silent
            state = "has" if count else "none" if told else "unreported"
            rows.append(
                {
                    "code9": code,
                    "type": kind,
                    "state": state,
                    "reason": "venue" if count else "zero_report",
                    "places_open": count,
                    "places_active": count,
                    "places_planned": 0,
                    "unlocated": 0,
                    "people": people,
                }
            )
    return pd.DataFrame(rows).set_index(["code9", "type"])


CUTOFFS = {"university_site": (15, 30, 45), "school_museum": (30, 45), "youth_base": (60, 90)}


def covered_by(result: Result, kind: str, sites: list[str]) -> pd.DataFrame:
    """Count as the library does who is reached by a type's open venues and some candidates."""
    venues = result.venues
    mine = venues[(venues["type"] == kind) & venues["open"].astype(bool)]
    assert result.times is not None
    located = [key for key in mine.index if key in result.times.sites]
    located += list(result.outside.index[result.outside["type"] == kind])
    state = result.presence.xs(kind, level="type")["state"]
    asked = set(state.index[state == "unreported"])
    asked |= set(mine.loc[mine["location"] == "township", "code9"])
    item = next(p for p in result.plan.programme if p.type == kind)
    demand, times = group_rows(result.demand, result.times, item.demand, item.levels)
    home = pd.concat([venues["code9"], result.candidates["code9"]])
    return coverage_table(
        demand,
        times,
        {kind: [*located, *sites]},
        {kind: item.cutoffs_min},
        site_code9={site: home[site] for site in times.sites if site in home.index},
        open_question={kind: asked},
        draws=1,
    )


def _coverage(demand: Any, venues: Any, times: TravelTimes, presence: Any, homes: Any) -> Any:
    frames = []
    for kind, cutoffs in CUTOFFS.items():
        mine = venues[venues["type"] == kind]
        state = presence.xs(kind, level="type")["state"]
        asked = set(state.index[state == "unreported"])
        asked |= set(mine.loc[mine["location"] == "township", "code9"])
        located = [key for key in times.sites if key in mine.index]
        frames.append(
            coverage_table(
                demand,
                times,
                {kind: located},
                {kind: cutoffs},
                site_code9={site: homes[site] for site in times.sites},
                open_question={kind: asked},
                draws=1,
            )
        )
    return pd.concat(frames)


def _gaps(world: World, presence: pd.DataFrame, placement: pd.DataFrame) -> pd.DataFrame:
    del world, placement
    frame = presence.copy()
    frame["missing"] = [{"has": 0, "none": 1}.get(s, pd.NA) for s in frame["state"]]
    worst = frame["people"].where(frame["state"] != "has")
    frame["rank_presence"] = worst.groupby(level="type").rank(ascending=False, method="first")
    for name in ("nearest_id", "nearest_name", "targets_missing", "proposed"):
        frame[name] = ""
    for name in ("nearest_min", "nearest_km", "minutes_over"):
        frame[name] = np.nan
    return frame


def _placement(world: World, presence: pd.DataFrame, candidates: Any) -> gpd.GeoDataFrame:
    rows = []
    for kind in ("university_site", "school_museum"):
        lacking = [t for t in world.townships if presence.loc[(t[0], kind), "state"] != "has"]
        for order, (code, name, *_) in enumerate(lacking[: world.chosen], start=1):
            key = candidates.index[candidates["code9"] == code][0]
            rows.append(
                {
                    "type": kind,
                    "order": order,
                    "candidate_id": key,
                    "label_zh": f"{name}（具体社区由乡镇推荐）",
                    "label_en": f"{name} (community to be named)",
                    "code9": code,
                    "township": name,
                    "resolution": "township",
                    "rule": "township",
                    "condition": "known" if world.answered else "if_none",
                    "people_gained": 1000,
                    "nearest_before_min": 42.0,
                    "geometry": candidates.geometry[key],
                }
            )
    columns = ["type", "order", "candidate_id", "label_zh", "label_en", "code9", "township"]
    columns += ["resolution", "rule", "condition", "people_gained", "nearest_before_min"]
    columns += ["geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=4326)


def _programmes(presence: pd.DataFrame, placement: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for kind in TYPES.index[:3]:
        states = presence.xs(kind, level="type")["state"]
        new = int((placement["type"] == kind).sum())
        rows[kind] = {
            "model": "every_township",
            "status": "optimal",
            "objective": new,
            "bound": new,
            "mip_gap": 0.0,
            "existing": int((states == "has").sum()),
            "new_sites": new,
            "needed_low": int((states == "none").sum()),
            "needed_high": int((states != "has").sum()),
            "unreported": int((states == "unreported").sum()),
            "missing_table": "",
            "statement_zh": "",
            "statement_en": "",
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("type")


def _targets(presence: pd.DataFrame) -> pd.DataFrame:
    states = presence.xs("university_site", level="type")["state"]
    has = int((states == "has").sum())
    base = {
        "kind": "stock",
        "unit": "个",
        "comparison": ">=",
        "firm": "firm",
        "reading": "",
        "lead": "县科协",
        "planned": 0,
        "unreported": int((states == "unreported").sum()),
        "status": "running",
        "note_zh": "",
        "note_en": "",
    }
    rows = {
        "university-sites": {
            "clause": "22",
            "name_zh": "社区科普大学教学点",
            "name_en": "Community university sites",
            "target": 30,
            "source_table": "venues",
            "venue_type": "university_site",
            "done": has,
            "missing": 30 - has,
        },
        "university-townships": {
            "clause": "22",
            "name_zh": "教学点街镇全覆盖",
            "name_en": "Every township has one",
            "target": len(states),
            "source_table": "presence",
            "venue_type": "university_site",
            "done": has,
            "missing": len(states) - has,
        },
    }
    rows = {key: row | {"goal": row["target"]} for key, row in rows.items()}
    table = {key: base | row for key, row in rows.items()}
    return pd.DataFrame.from_dict(table, orient="index").rename_axis("id")
