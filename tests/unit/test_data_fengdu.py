"""Fengdu's embedded data says what the published records say, and no more."""

import csv
import importlib.util
import itertools
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from shapely.geometry import Point, shape

from coverplan.config import read_plan
from coverplan.schema import CONTRACTS, Kind
from support import DATA, ROOT, shared

FENGDU = DATA / "fengdu"
NUMBER = re.compile(r"\d+\.\d+")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rows(name: str) -> list[dict[str, str]]:
    return read(FENGDU / name)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_fengdu", FENGDU / "make_fengdu.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_fengdu_has_30_townships_2_subdistricts_23_towns_5_townships():
    kinds = Counter(row["kind"] for row in rows("townships.csv"))
    assert kinds == {"街道": 2, "镇": 23, "乡": 5}
    assert len({row["code9"] for row in rows("townships.csv")}) == 30


def test_the_seventh_digit_of_a_code_tells_the_kind_of_township():
    for row in rows("townships.csv"):
        assert row["kind"] == {"0": "街道", "1": "镇", "2": "乡"}[row["code9"][6]]


def test_every_seat_lies_inside_the_county_outline():
    tree = json.loads((FENGDU / "outline.geojson").read_text(encoding="utf-8"))
    county = shape(tree["features"][0]["geometry"])
    for row in rows("townships.csv"):
        assert county.contains(Point(float(row["seat_lon"]), float(row["seat_lat"]))), row["name"]


def test_two_elevations_that_belong_to_misplaced_points_are_blank():
    blank = {row["name"] for row in rows("townships.csv") if not row["elevation_m"]}
    assert blank == {"武平镇", "暨龙镇"}


def test_five_outlying_seats_come_from_the_other_source():
    other = {row["name"] for row in rows("townships.csv") if "Vonng" in row["seat_source"]}
    assert other == {"社坛镇", "十直镇", "兴义镇", "武平镇", "暨龙镇"}


@pytest.mark.shared
def test_no_seat_is_farther_than_700_m_from_the_medoid_of_the_three_sources():
    published = {row["code9"]: row for row in read(shared("data", "fengdu", "townships_seats.csv"))}
    for row in rows("townships.csv"):
        record = published[row["code9"]]
        points = [
            [float(record[f"lon_{name}"]), float(record[f"lat_{name}"])]
            for name in ("gn", "osm", "amap_wgs")
        ]
        degree = [111_320 * np.cos(np.radians(29.9)), 110_850]  # metres east and north
        metres = np.array(points) * degree
        apart = np.linalg.norm(metres[:, None] - metres[None], axis=2).sum(axis=1)
        seat = np.array([float(row["seat_lon"]), float(row["seat_lat"])]) * degree
        assert np.linalg.norm(seat - metres[apart.argmin()]) < 700, row["name"]


def test_fengdu_has_338_villages_260_villages_and_78_communities():
    assert Counter(row["kind"] for row in rows("villages.csv")) == {"村": 260, "社区": 78}
    assert len({row["code12"] for row in rows("villages.csv")}) == 338


def test_a_village_belongs_to_the_township_of_its_code():
    townships = {row["code9"] for row in rows("townships.csv")}
    for row in rows("villages.csv"):
        assert row["code12"].startswith(row["code9"])
        assert row["code9"] in townships


def test_five_village_names_occur_twice_but_never_in_one_township():
    names = Counter(row["name"] for row in rows("villages.csv"))
    twice = {name for name, count in names.items() if count == 2}
    assert twice == {"花园社区", "回龙村", "隆家沟村", "石龙门村", "红庙子村"}
    assert max(names.values()) == 2
    within = Counter((row["code9"], row["name"]) for row in rows("villages.csv"))
    assert max(within.values()) == 1


def test_eighteen_villages_have_a_point_and_the_homonym_has_none():
    located = [row for row in rows("villages.csv") if row["lon"]]
    assert len(located) == 18
    assert all("Vonng" in row["source"] for row in located)
    (homonym,) = [row for row in rows("villages.csv") if row["code12"] == "500230111005"]
    assert homonym["lon"] == homonym["lat"] == ""
    assert "同名" in homonym["note"]


@pytest.mark.shared
def test_village_names_are_the_list_names_without_the_committee():
    published = read(shared("data", "fengdu", "villages_2023.csv"))
    suffix = {"村": "村民委员会", "社区": "居民委员会"}
    ours = [row["name"] + suffix[row["kind"]] for row in rows("villages.csv")]
    assert ours == [row["name"] for row in published]


def test_the_2010_census_adds_up_to_the_county():
    people = [int(row["resident_2010"]) for row in rows("population.csv")]
    assert sum(people) == 649_182
    largest = max(rows("population.csv"), key=lambda row: int(row["resident_2010"]))
    smallest = min(rows("population.csv"), key=lambda row: int(row["resident_2010"]))
    assert (largest["name"], largest["resident_2010"]) == ("三合街道", "140954")
    assert (smallest["name"], smallest["resident_2010"]) == ("太平坝乡", "3257")


@pytest.mark.parametrize("scenario", ["uniform", "urban_rural"])
def test_each_scenario_adds_up_to_the_2020_census_and_says_it_is_an_estimate(scenario: str):
    mine = [row for row in rows("population_scenarios.csv") if row["scenario"] == scenario]
    assert [row["code9"] for row in mine] == [row["code9"] for row in rows("townships.csv")]
    assert sum(int(row["people"]) for row in mine) == 557_374
    assert {row["kind"] for row in mine} == {"estimate"}
    assert all(row["source"].startswith("推算") for row in mine)


def test_town_grows_and_country_shrinks_in_the_urban_rural_scenario():
    before = {row["code9"]: int(row["resident_2010"]) for row in rows("population.csv")}
    after = {
        row["code9"]: int(row["people"])
        for row in rows("population_scenarios.csv")
        if row["scenario"] == "urban_rural"
    }
    for code, people in before.items():
        assert (after[code] > people) == (code[6] == "0")


def test_county_totals_hold_both_censuses_and_their_parts():
    totals = {
        (r["date"], r["kind"], r["part"]): int(r["people"]) for r in rows("population_county.csv")
    }
    assert totals["2020-11-01", "census resident", "all"] == 557_374
    assert totals["2019-12-31", "hukou", "all"] == 816_484
    whole = totals["2010-11-01", "census resident", "all"]
    assert whole == 649_182
    parts = [totals["2010-11-01", "census resident", part] for part in ("urban", "rural")]
    assert sum(parts) == whole


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        *("townships.csv", "villages.csv", "outline.geojson", "rivers.geojson"),
        *("railway.geojson", "neighbours.geojson"),
    ],
)
def test_every_coordinate_of_fengdu_is_published(name: str):
    """No place is invented: each decimal number of our file stands in a published one."""
    published: set[str] = set()
    for source in ("townships_seats.csv", "villages_2023.csv", "outline_tianditu.geojson"):
        published |= set(NUMBER.findall(shared("data", "fengdu", source).read_text("utf-8-sig")))
    around = shared("data", "chongqing", "township_points_geonames.csv").read_text("utf-8-sig")
    published |= set(NUMBER.findall(around))
    lines = shared("data", "fengdu", "lines_generalised.geojson").read_text("utf-8")
    published |= set(NUMBER.findall(lines))
    if name.endswith(".csv"):
        ours = {
            value
            for row in rows(name)
            for key, value in row.items()
            if key in {"lon", "lat", "seat_lon", "seat_lat"} and value
        }
    else:
        ours = set(NUMBER.findall((FENGDU / name).read_text(encoding="utf-8")))
    assert ours
    assert {float(value) for value in ours} <= {float(value) for value in published}


def test_venues_reports_and_candidates_of_fengdu_carry_no_coordinate():
    for name in ("venues.csv", "candidates.csv"):
        assert all(not row["lon"] and not row["lat"] for row in rows(name)), name


def test_the_one_confirmed_venue_is_xueyudong_known_by_its_township_only():
    (venue,) = rows("venues.csv")
    assert (venue["name"], venue["type"]) == ("丰都雪玉洞", "city_science_base")
    assert (venue["township"], venue["village"]) == ("三建乡", "")
    assert venue["evidence"]
    assert venue["source"]


def test_nobody_in_fengdu_has_reported_yet():
    assert rows("reports.csv") == []
    assert rows("indicators.csv") == []


def test_every_village_and_every_hall_is_a_candidate_and_none_is_a_building():
    found = rows("candidates.csv")
    assert Counter(row["kind"] for row in found) == {"village": 338, "hall": 30}
    halls = [row["name"] for row in found if row["kind"] == "hall"]
    assert all(re.search(r"驻地，具体场所由(街道|镇|乡)推荐）$", name) for name in halls)
    villages = {(row["township"], row["village"]) for row in found if row["kind"] == "village"}
    assert len(villages) == 338
    assert {row["types"] for row in found} == {"university_site"}


def test_orientation_layers_hold_the_yangtze_and_the_railway():
    names = {
        layer: {
            feature["properties"]["name"]
            for feature in json.loads((FENGDU / layer).read_text(encoding="utf-8"))["features"]
        }
        for layer in ("rivers.geojson", "railway.geojson", "neighbours.geojson")
    }
    assert names["rivers.geojson"] == {"长江", "龙河", "渠溪河", "暨龙河"}
    assert names["railway.geojson"] == {"沪蓉线"}
    assert len(names["neighbours.geojson"]) == 6


# -- venue types ---------------------------------------------------------------------------------

NAMED_TYPES = {
    "社区科普大学教学点", "中小学共享科技馆", "青少年校外科普实践基地", "实体科技馆",
    "流动科技馆", "科普大篷车", "农村中小学科技馆", "乡村科普馆", "数字科技馆", "科普活动室",
    "科普书屋", "科普画廊", "科普橱窗", "科学家精神教育基地", "科技广场/科普公园",
    "市级科普基地", "县级科普基地", "企业科普场馆", "新时代文明实践中心（所、站）",
    "党群服务中心", "社区服务中心", "老年大学", "青少年宫/文化宫", "图书馆/文化馆/博物馆",
    "实体书店", "研学基地", "农广校/田间学校", "科技专家大院/科技小院", "科技旅游示范点",
}  # fmt: skip
"""The kinds of place that the policy names in clauses 4, 7, 8, 9, 14 and 20 to 24."""


def lab(colour: str) -> np.ndarray:
    """Return CIE L*a*b* (D65) of an sRGB colour; IEC 61966-2-1 and CIE 15."""
    return lab_of_linear(linear(colour))


def linear(colour: str) -> np.ndarray:
    channel = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


def lab_of_linear(light: np.ndarray) -> np.ndarray:
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175],
         [0.0193339, 0.119192, 0.9503041]]
    )  # fmt: skip
    ratio = to_xyz @ light / [0.95047, 1.0, 1.08883]
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
     [-0.01182, 0.04294, 0.968881]]
)  # fmt: skip
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
     [-0.003882, -0.048116, 1.051998]]
)  # fmt: skip
"""Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB."""


def test_white_and_known_colours_have_their_textbook_lab_values():
    assert lab("#FFFFFF") == pytest.approx([100, 0, 0], abs=0.02)
    assert lab("#FF0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


def test_every_type_that_the_policy_names_is_known():
    assert {row["zh"] for row in rows("venue_types.csv")} >= NAMED_TYPES


def test_each_type_has_a_shape_and_a_colour_of_its_own():
    types = rows("venue_types.csv")
    for column in ("id", "zh", "en", "shape", "colour"):
        values = [row[column] for row in types]
        assert len(set(values)) == len(values), column
    assert all(re.fullmatch(r"[a-z][a-z_]*", row["id"]) for row in types)


def test_every_shape_is_drawn_as_a_polygon():
    path = ROOT / "coverage" / "coverplan" / "report" / "marker_shapes.toml"
    drawn = tomllib.loads(path.read_text(encoding="utf-8"))
    for row in rows("venue_types.csv"):
        assert len(drawn[row["shape"]]) >= 3
        assert np.abs(np.array(drawn[row["shape"]])).max() <= 1.35


def test_no_two_colours_are_closer_than_a_glance_can_part():
    colours = [lab(row["colour"]) for row in rows("venue_types.csv")]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(colours, 2))
    assert nearest > 12  # about 2.3 is the smallest difference that can be seen at all


@pytest.mark.parametrize("eye", [np.eye(3), DEUTERANOPIA, PROTANOPIA])
def test_the_three_programmes_stay_apart_for_colour_blind_eyes(eye: np.ndarray):
    three = [row["colour"] for row in rows("venue_types.csv") if row["programme"] == "yes"]
    assert len(three) == 3
    seen = [lab_of_linear(np.clip(eye @ linear(colour), 0, 1)) for colour in three]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 25


def test_what_cannot_be_visited_has_no_place():
    nowhere = {row["id"] for row in rows("venue_types.csv") if row["has_place"] == "no"}
    assert nowhere == {
        "mobile_museum", "science_caravan", "digital_museum", "rural_association", "craft_studio",
        "demo_school", "city_demo", "county_demo",
    }  # fmt: skip


def test_no_list_of_fengdu_is_called_complete():
    assert {row["list_complete"] for row in rows("venue_types.csv")} == {"no"}


# -- the folder ----------------------------------------------------------------------------------

TABLES = {
    "aliases.csv": "aliases", "candidates.csv": "candidates", "departments.csv": "departments",
    "indicators.csv": "indicators", "population_scenarios.csv": "scenarios",
    "reports.csv": "reports", "targets.csv": "targets", "townships.csv": "townships",
    "venue_types.csv": "venue_types", "venues.csv": "venues", "villages.csv": "villages",
    "asked_seats.csv": "asked_seats", "asked_villages.csv": "asked_villages",
    "schools.csv": "schools",
}  # fmt: skip


@pytest.mark.parametrize("folder", ["fengdu", "example"])
def test_every_table_keeps_its_contract(folder: str):
    for name, contract_name in TABLES.items():
        path = DATA / folder / name
        if not path.exists():
            assert folder == "fengdu"
            continue
        contract = CONTRACTS[contract_name]
        header = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        assert set(header) <= set(contract.names), name
        assert set(contract.required) <= set(header), name
        found = read(path)
        keys = [tuple(row[key] for key in contract.key) for row in found]
        assert len(set(keys)) == len(keys), name
        for row in found:
            for column in contract.columns:
                value = row.get(column.name, "")
                assert value or not column.required, (name, row, column.name)
                if value and column.kind is Kind.CHOICE:
                    known = {*column.choices, *itertools.chain(*column.choices.values())}
                    assert value in known, (name, column.name, value)


@pytest.mark.parametrize("folder", ["fengdu", "example"])
def test_tables_are_utf8_with_bom_and_unix_line_ends(folder: str):
    for path in sorted((DATA / folder).glob("*.csv")):
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf"), path.name
        assert b"\r" not in content, path.name
        content.decode("utf-8")


def test_the_plan_of_fengdu_asks_the_three_questions_and_places_teaching_points_only():
    plan = read_plan(FENGDU / "plan.toml")
    assert (plan.county.as_of.isoformat(), plan.county.period) == ("2025-12-31", (2021, 2025))
    assert plan.travel.rung == "D"
    assert not plan.venues.assume_none
    asked = {item.type: (item.model, item.cutoffs_min, item.place) for item in plan.programme}
    assert asked == {
        "university_site": ("every_township", (15, 30), True),
        "school_museum": ("p_median", (30, 45), False),
        "youth_base": ("count", (60, 90), False),
    }


@pytest.mark.shared
def test_running_the_script_again_gives_the_same_bytes():
    module = script()
    for name, content in module.derived(shared("data", "fengdu")).items():
        assert (FENGDU / name).read_bytes() == content, name
    assert module.provenance(FENGDU, module.PROVENANCE) == (FENGDU / "provenance.csv").read_bytes()


def test_whole_persons_come_from_the_largest_remainder():
    split = script().whole_persons
    assert split([1, 1, 1], 10) == [4, 3, 3]
    assert split([0.5, 0.3, 0.2], 7) == [4, 2, 1]
    assert sum(split([3.3, 1.1, 9.9, 0.0], 557_374)) == 557_374
