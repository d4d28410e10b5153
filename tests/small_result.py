"""A result of three townships and three venue types, made by hand, for tests of what leaves."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

from coverplan.config import Plan, parse_plan
from coverplan.domain import Result, Rung, TravelTimes
from coverplan.errors import Problem, Severity, Where

CRS = "EPSG:4326"
TOWNS = ("500230001", "500230101", "500230201")
TYPES = ("university_site", "school_museum", "youth_base")
CUTOFFS = (15, 30)
HOSTILE = '=HYPERLINK("http://x","点我")'


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


def small_plan(*, example: bool = False, lang: str = "zh", profile: str = "internal") -> Plan:
    """Return the plan of the small world."""
    tree: dict[str, Any] = {
        "schema": 1,
        "county": {
            "code": "500230",
            "name": "小县",
            "name_en": "Small",
            "slug": "small",
            "as_of": "2025-12-31",
            "period": [2021, 2025],
            "unit": "小县科学技术协会",
        },
        "townships": {"file": "townships.csv"},
        "boundaries": {"outline": "outline.geojson", "approximate": True},
        "population": {"file": "population.csv", "column": "people", "year": 2010},
        "venues": {"files": ["venues.csv"], "datum": "wgs84"},
        "venue_types": {"file": "venue_types.csv"},
        "targets": {"file": "targets.csv"},
        "travel": {"rung": "B", "asked_villages": "av.csv", "asked_seats": "as.csv"},
        "programme": [
            {
                "type": "university_site",
                "model": "every_township",
                "cutoffs_min": [15, 30],
                "cutoff_min": 30,
            },
            {
                "type": "school_museum",
                "model": "p_median",
                "demand": "pupils",
                "cutoffs_min": [30],
                "cutoff_min": 30,
            },
        ],
        "publish": {"profile": profile},
        "outputs": {"dir": "../maps/small", "lang": lang, "example": example},
    }
    return parse_plan(tree, Path("/nowhere"), check_files=False)


def small_result(*, example: bool = False, lang: str = "zh", profile: str = "internal") -> Result:
    """Return a result whose figures reconcile: 1000 + 600 + 400 people, one township unreported."""
    cells = [box(107.0 + i * 0.1, 29.8, 107.1 + i * 0.1, 29.9) for i in range(3)]
    people = pd.array([1000, 600, 400], dtype="Int64")
    names = ("甲街道", "乙镇", "丙乡")
    index9 = pd.Index(TOWNS, name="code9", dtype="str")
    townships = gpd.GeoDataFrame(
        {
            "name": pd.array(names, dtype="str"),
            "kind": pd.array(["街道", "镇", "乡"], dtype="str"),
            "people": people,
            "seat_lon": [107.05, 107.15, 107.25],
            "seat_lat": [29.85] * 3,
            "elevation_m": [220.0, 566.0, np.nan],
            "villages": pd.array([2, 2, 1], dtype="Int64"),
            "villages_located": pd.array([1, 0, 0], dtype="Int64"),
            "people_located_share": [0.6, 0.0, 0.0],
            "approximate": [True, True, True],
            "area_km2": [106.1, 106.1, 106.1],
            "outside_not_counted": pd.array([True, False, pd.NA], dtype="boolean"),
        },
        index=index9,
        geometry=cells,
        crs=CRS,
    )
    codes = [
        f"{TOWNS[0]}001",
        f"{TOWNS[0]}002",
        f"{TOWNS[1]}001",
        f"{TOWNS[1]}002",
        f"{TOWNS[2]}001",
    ]
    villages = gpd.GeoDataFrame(
        {
            "name": pd.array(["东社区", "西村", "南村", "北村", "中村"], dtype="str"),
            "code9": pd.array([code[:9] for code in codes], dtype="str"),
            "township": pd.array([names[TOWNS.index(code[:9])] for code in codes], dtype="str"),
            "kind": pd.array(["社区", "村", "村", "村", "村"], dtype="str"),
            "people": pd.array([600, 400, 300, 300, 400], dtype="Int64"),
            "people_kind": pd.array(["given", "given", "shared", "shared", "shared"], dtype="str"),
            "lon": [107.04, np.nan, np.nan, np.nan, np.nan],
            "lat": [29.84, np.nan, np.nan, np.nan, np.nan],
            "location": pd.array(["own", "none", "none", "none", "none"], dtype="str"),
            "minutes_to_seat": [10.0, 25.5, np.nan, np.inf, 40.0],
        },
        index=pd.Index(codes, name="code12", dtype="str"),
        geometry=[Point(107.04, 29.84), None, None, None, None],
        crs=CRS,
    )
    venues = gpd.GeoDataFrame(
        {
            "place_id": pd.array(["p1", "p2"], dtype="str"),
            "name": pd.array(["东社区教学点", HOSTILE], dtype="str"),
            "type": pd.array(["university_site", "school_museum"], dtype="str"),
            "township": pd.array(["甲街道", "甲街道"], dtype="str"),
            "village": pd.array(["东社区", ""], dtype="str"),
            "lon": [107.04, np.nan],
            "lat": [29.84, np.nan],
            "status": pd.array(["open", "open"], dtype="str"),
            "host": pd.array(["党群服务中心", "一中"], dtype="str"),
            "cost_yuan": pd.array([120000, None], dtype="Int64"),
            "evidence": pd.array(["渝科协〔2024〕3号", ""], dtype="str"),
            "note": pd.array(["联系人 王主任 13812345678", ""], dtype="str"),
            "code9": pd.array([TOWNS[0], TOWNS[0]], dtype="str"),
            "code12": pd.array([codes[0], ""], dtype="str"),
            "type_zh": pd.array(["社区科普大学教学点", "中小学共享科技馆"], dtype="str"),
            "open": [True, True],
            "active": pd.array(["yes", "unknown"], dtype="str"),
            "location": pd.array(["own", "township"], dtype="str"),
        },
        index=pd.Index(["v1", "v2"], name="id", dtype="str"),
        geometry=[Point(107.04, 29.84), None],
        crs=CRS,
    )
    candidates = gpd.GeoDataFrame(
        {
            "name": pd.array(["乙镇南村", "丙乡中村"], dtype="str"),
            "kind": pd.array(["village", "village"], dtype="str"),
            "code9": pd.array([TOWNS[1], TOWNS[2]], dtype="str"),
            "township": pd.array(["乙镇", "丙乡"], dtype="str"),
            "code12": pd.array([codes[2], codes[4]], dtype="str"),
            "types": pd.array(["university_site", "university_site"], dtype="str"),
            "lon": [107.15, 107.25],
            "lat": [29.85, 29.85],
            "location": pd.array(["township", "township"], dtype="str"),
            "resolution": pd.array(["township", "township"], dtype="str"),
            "host_kind": pd.array(["", ""], dtype="str"),
            "cost_yuan": pd.array([None, None], dtype="Int64"),
        },
        index=pd.Index(["c1", "c2"], name="id", dtype="str"),
        geometry=[Point(107.15, 29.85), Point(107.25, 29.85)],
        crs=CRS,
    )
    pair = pd.MultiIndex.from_product([TOWNS, TYPES], names=["code9", "type"])
    state = ["has", "has", "none", "none", "none", "none", "unreported", "none", "unreported"]
    presence = pd.DataFrame(
        {
            "state": pd.array(state, dtype="str"),
            "places_open": pd.array([1, 1, 0, 0, 0, 0, 0, 0, 0], dtype="Int64"),
            "places_active": pd.array([1, 0, 0, 0, 0, 0, 0, 0, 0], dtype="Int64"),
            "places_planned": pd.array([0] * 9, dtype="Int64"),
            "unlocated": pd.array([0, 1, 0, 0, 0, 0, 0, 0, 0], dtype="Int64"),
            "people": pd.array([1000] * 3 + [600] * 3 + [400] * 3, dtype="Int64"),
            "people_per_place": [1000.0, 1000.0, *[np.nan] * 7],
            "reason": pd.array(
                ["venue", "venue", "zero_report"]
                + ["zero_report"] * 3
                + ["no_answer", "zero_report", "no_answer"],
                dtype="str",
            ),
        },
        index=pair,
    )
    covered = {15: (600, 0, 0), 30: (1000, 200, 0)}
    unknown = (0, 0, 100)
    gaps = presence.copy()
    gaps["missing"] = pd.array([0, 0, 1, 1, 1, 1, None, 1, None], dtype="Int64")
    gaps["nearest_id"] = pd.array(["v1", "", ""] * 3, dtype="str")
    gaps["nearest_name"] = pd.array(["东社区教学点", "", ""] * 3, dtype="str")
    gaps["nearest_min"] = [10.0, np.nan, np.nan, 33.25, np.nan, np.nan, np.inf, np.nan, np.nan]
    gaps["nearest_km"] = [1.5, np.nan, np.nan, 10.0, np.nan, np.nan, 20.1, np.nan, np.nan]
    gaps["rung"] = pd.array(["B"] * 9, dtype="str")
    gaps["minutes_over"] = [0.0, np.nan, np.nan, 3.25, np.nan, np.nan, np.inf, np.nan, np.nan]
    for cutoff in CUTOFFS:
        rows: dict[str, list[int | None]] = {
            name: [] for name in ("covered", "uncovered", "unknown", "covered_low", "covered_high")
        }
        for number in range(3):
            total, known = int(people[number]), covered[cutoff][number]
            rest = unknown[number]
            values = (known, total - known - rest, rest, known, known + rest)
            for name, value in zip(rows, values, strict=True):
                rows[name] += [value, None, None]
        for name, column in rows.items():
            gaps[f"people_{name}_{cutoff}min"] = pd.array(column, dtype="Int64")
    gaps["refused"] = pd.array(["", "small.refused", ""] * 3, dtype="str")
    gaps["rank_presence"] = pd.array([None, None, 1, 1, 1, 2, None, 2, None], dtype="Int64")
    gaps["rank_people"] = pd.array([3, None, None, 1, None, None, 2, None, None], dtype="Int64")
    gaps["rank_minutes"] = pd.array([3, None, None, 2, None, None, 1, None, None], dtype="Int64")
    gaps["proposed"] = pd.array(["", "", "", "乙镇南村", "", "", "", "", ""], dtype="str")
    gaps["targets_missing"] = pd.array(
        ["", "", "", "university-townships", "", "", "", "", ""], dtype="str"
    )
    coverage = _coverage(covered, unknown)
    targets = pd.DataFrame(
        {
            "clause": pd.array(["22", "24"], dtype="str"),
            "name_zh": pd.array(["教学点街镇全覆盖", "科技志愿者"], dtype="str"),
            "name_en": pd.array(["A site in every township", "Volunteers"], dtype="str"),
            "kind": pd.array(["coverage", "stock"], dtype="str"),
            "unit": pd.array(["个", "人"], dtype="str"),
            "target": [3.0, 1000.0],
            "comparison": pd.array(["ge", "ge"], dtype="str"),
            "firm": pd.array(["力争", "硬性"], dtype="str"),
            "reading": pd.array(["街镇读作全部 3 个", ""], dtype="str"),
            "lead": pd.array(["县科技局、县科协", "县科协"], dtype="str"),
            "responsible": pd.array(["各乡镇（街道）", ""], dtype="str"),
            "source_table": pd.array(["presence", "indicators"], dtype="str"),
            "venue_type": pd.array(["university_site", ""], dtype="str"),
            "goal": [3.0, 1000.0],
            "done": [1.0, np.nan],
            "planned": [0.0, np.nan],
            "missing": [2.0, np.nan],
            "unreported": [1.0, np.nan],
            "status": pd.array(["overdue", "unreported"], dtype="str"),
            "missing_table": pd.array(["", "indicators"], dtype="str"),
            "note_zh": pd.array(["", "缺指标表"], dtype="str"),
            "note_en": pd.array(["", "no table of indicators"], dtype="str"),
            "actual_2024": [1.0, np.nan],
        },
        index=pd.Index(["university-townships", "volunteers"], name="id", dtype="str"),
    )
    placement = gpd.GeoDataFrame(
        {
            "type": pd.array(["university_site", "university_site"], dtype="str"),
            "order": pd.array([1, 2], dtype="Int64"),
            "candidate_id": pd.array(["c1", "c2"], dtype="str"),
            "label_zh": pd.array(
                ["乙镇（具体社区由乡镇推荐）", "丙乡（具体村由乡镇推荐）"], dtype="str"
            ),
            "label_en": pd.array(
                ["乙镇 (village to be named)", "丙乡 (village to be named)"], dtype="str"
            ),
            "code9": pd.array([TOWNS[1], TOWNS[2]], dtype="str"),
            "township": pd.array(["乙镇", "丙乡"], dtype="str"),
            "resolution": pd.array(["township", "township"], dtype="str"),
            "rule": pd.array(["township", "township"], dtype="str"),
            "condition": pd.array(["known", "if_none"], dtype="str"),
            "people_gained": pd.array([400, 300], dtype="Int64"),
            "nearest_before_min": [33.25, np.inf],
            "lon": [107.15, 107.25],
            "lat": [29.85, 29.85],
        },
        index=pd.RangeIndex(2, name="n"),
        geometry=[Point(107.15, 29.85), Point(107.25, 29.85)],
        crs=CRS,
    )
    programmes = pd.DataFrame(
        {
            "model": pd.array(["every_township", "p_median"], dtype="str"),
            "status": pd.array(["optimal", "missing_table"], dtype="str"),
            "objective": [2.0, np.nan],
            "bound": [2.0, np.nan],
            "mip_gap": [0.0, np.nan],
            "existing": pd.array([1, 1], dtype="Int64"),
            "new_sites": pd.array([2, None], dtype="Int64"),
            "needed_low": pd.array([1, None], dtype="Int64"),
            "needed_high": pd.array([2, None], dtype="Int64"),
            "unreported": pd.array([1, None], dtype="Int64"),
            "missing_table": pd.array(["", "schools"], dtype="str"),
            "statement_zh": pd.array(["需新增 1–2 个", ""], dtype="str"),
            "statement_en": pd.array(["1 to 2 new sites are needed", ""], dtype="str"),
        },
        index=pd.Index(["university_site", "school_museum"], name="type", dtype="str"),
    )
    venue_types = pd.DataFrame(
        {
            "zh": pd.array(
                ["社区科普大学教学点", "中小学共享科技馆", "青少年校外科普实践基地"], dtype="str"
            ),
            "en": pd.array(["University site", "School museum", "Youth base"], dtype="str"),
            "short_zh": pd.array(["教学点", "共享科技馆", "实践基地"], dtype="str"),
            "short_en": pd.array(["site", "museum", "base"], dtype="str"),
            "clause": pd.array(["22", "4", "4"], dtype="str"),
            "shape": pd.array(["circle", "square", "triangle"], dtype="str"),
            "colour": pd.array(["#1f78b4", "#e31a1c", "#33a02c"], dtype="str"),
            "host_kinds": pd.array(["党群服务中心", "学校", ""], dtype="str"),
            "has_place": [True, True, True],
            "list_complete": [False, False, False],
            "programme": pd.array(["university_site", "school_museum", "youth_base"], dtype="str"),
        },
        index=pd.Index(TYPES, name="id", dtype="str"),
    )
    ledger = pd.DataFrame(
        {
            "file": pd.array(["venues.csv"] * 3, dtype="str"),
            "sheet": pd.array([""] * 3, dtype="str"),
            "row": pd.array([2, 3, 4], dtype="Int64"),
            "fate": pd.array(["taken", "repaired", "set_aside"], dtype="str"),
            "column": pd.array(["", "township", "lon"], dtype="str"),
            "before": pd.array(["", "甲街道办事处", "电话 023-70605678"], dtype="str"),
            "after": pd.array(["", "甲街道", ""], dtype="str"),
            "key": pd.array(["", "small.name", "small.lon"], dtype="str"),
            "text_zh": pd.array(["", "名称已统一", "经度不是数字"], dtype="str"),
            "text_en": pd.array(["", "name unified", "lon is not a number"], dtype="str"),
        }
    )
    sources = pd.DataFrame(
        {
            "file": pd.array(["townships.csv", "venues.csv"], dtype="str"),
            "sha256": pd.array(["a" * 64, "b" * 64], dtype="str"),
            "rows": pd.array([3, 3], dtype="Int64"),
            "source": pd.array(["手工", "手工"], dtype="str"),
            "licence": pd.array(["CC0", "CC0"], dtype="str"),
            "datum": pd.array(["wgs84", "wgs84"], dtype="str"),
            "date": pd.array(["2025-12-31", "2025-12-31"], dtype="str"),
        }
    )
    minutes = np.array(
        [[0.0, 33.25, np.inf], [25.5, 40.0, np.inf], [33.25, 0.0, 50.0], [np.inf, 12.0, 61.0],
         [np.inf, np.inf, 0.0]]
    )  # fmt: skip
    outline = gpd.GeoDataFrame(
        {"name": pd.array(["小县"], dtype="str")}, geometry=[box(107, 29.8, 107.3, 29.9)], crs=CRS
    )
    river = gpd.GeoDataFrame(
        {"name": pd.array(["长江"], dtype="str"), "kind": pd.array(["river"], dtype="str")},
        geometry=[LineString([(107.0, 29.81), (107.3, 29.83)])],
        crs=CRS,
    )
    village_presence = pd.DataFrame(
        {
            "state": pd.array(
                [
                    ("has" if code == codes[0] else "none")
                    if code[:9] != TOWNS[2]
                    else "unreported"
                    for code in codes
                ],
                dtype="str",
            )
        },
        index=pd.MultiIndex.from_product([codes, TYPES[:1]], names=["code12", "type"]),
    )
    return Result(
        plan=small_plan(example=example, lang=lang, profile=profile),
        townships=townships,
        villages=villages,
        venues=venues,
        candidates=candidates,
        demand=pd.DataFrame(
            {
                "code9": pd.array([code[:9] for code in codes], dtype="str"),
                "code12": pd.array(codes, dtype="str"),
                "people": pd.array([600, 400, 300, 300, 400], dtype="Int64"),
                "location": pd.array(["own", "asked", "asked", "asked", "none"], dtype="str"),
            },
            index=pd.Index(codes, name="id", dtype="str"),
        ),
        times=TravelTimes(minutes, tuple(codes), ("v1", "c1", "c2"), Rung.ASKED, limit=240.0),
        presence=presence,
        village_presence=village_presence,
        coverage=coverage,
        gaps=gaps,
        targets=targets,
        placement=placement,
        programmes=programmes,
        **{**no_prospects(), "curve": _curve(), "evidence": _evidence()},
        outline=outline,
        layers={"长江": river},
        venue_types=venue_types,
        ledger=ledger,
        sources=sources,
        notes=(
            Problem(
                "report.approximate", Where(key="boundaries.approximate"), "", {}, Severity.NOTE
            ),
        ),
        crs_metric="EPSG:4545",
    )


def _coverage(covered: dict[int, tuple[int, ...]], unknown: tuple[int, ...]) -> pd.DataFrame:
    people = (1000, 600, 400)
    rows = []
    for cutoff in CUTOFFS:
        for number, code in enumerate(TOWNS):
            known, rest = covered[cutoff][number], unknown[number]
            rows.append((code, "university_site", cutoff, people[number], known, rest))
        rows.append(("total", "university_site", cutoff, 2000, sum(covered[cutoff]), sum(unknown)))
    frame = pd.DataFrame(
        rows, columns=["code9", "type", "cutoff_min", "people", "covered", "unknown"]
    )
    frame["uncovered"] = frame["people"] - frame["covered"] - frame["unknown"]
    frame["covered_low"] = frame["covered"]
    frame["covered_high"] = frame["covered"] + frame["unknown"]
    frame["share"] = frame["covered"] / frame["people"]
    frame["refused"] = pd.array([""] * len(frame), dtype="str")
    frame["rung"] = pd.array(["B"] * len(frame), dtype="str")
    frame["code9"] = frame["code9"].astype("str")
    frame["type"] = frame["type"].astype("str")
    for name in ("people", "covered", "uncovered", "unknown", "covered_low", "covered_high"):
        frame[name] = frame[name].astype("Int64")
    return frame.set_index(["code9", "type", "cutoff_min"])


def _curve() -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(
        [("university_site", 30, 1), ("university_site", 30, 2)], names=["type", "cutoff_min", "n"]
    )
    return pd.DataFrame(
        {
            "people": [1600.0, 1900.0],
            "bound": [1600.0, 1900.0],
            "marginal": [400.0, 300.0],
            "proven": [True, True],
            "added": pd.array(["c1", "c1;c2"], dtype="str"),
        },
        index=index,
    )


def _evidence() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "chosen": [True, True],
            "label": pd.array(["backbone", "interchangeable"], dtype="str"),
            "partners": pd.array(["", "c1"], dtype="str"),
            "dominated_by": pd.array(["", ""], dtype="str"),
            "loss_low": pd.array([100, 0], dtype="Int64"),
            "loss_high": pd.array([100, 5], dtype="Int64"),
            "stability": [0.95, 0.4],
            "regret_worst": [10.0, 20.0],
            "people_newly_covered": pd.array([400, 300], dtype="Int64"),
            "people_nearer": pd.array([400, 400], dtype="Int64"),
            "why_zh": pd.array(["不建则少覆盖 100 人。", "与乙镇二选一。"], dtype="str"),
            "why_en": pd.array(["Without it 100 people less.", "Either this or c1."], dtype="str"),
        },
        index=pd.MultiIndex.from_tuples(
            [("university_site", "c1"), ("university_site", "c2")], names=["type", "candidate_id"]
        ),
    )
