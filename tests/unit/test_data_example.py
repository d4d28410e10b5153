"""The illustrative county says of itself that it is one, and is rich enough to show everything."""

import csv
import importlib.util
import re
from collections import Counter
from types import ModuleType

import numpy as np
import pytest

from coverplan.config import read_plan
from support import DATA

EXAMPLE, FENGDU = DATA / "example", DATA / "fengdu"


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_example", EXAMPLE / "make_example.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    ["venues.csv", "reports.csv", "schools.csv", "asked_villages.csv", "asked_seats.csv",
     "candidates.csv", "indicators.csv"],
)  # fmt: skip
def test_every_made_up_row_says_that_it_is_one(name: str):
    assert rows(name)
    for row in rows(name):
        assert "示例数据" in row["note"], row


@pytest.mark.parametrize("name", ["venues.csv", "schools.csv"])
def test_every_made_up_name_begins_with_the_word_example(name: str):
    assert all(row["name"].startswith("示例") for row in rows(name))


def test_the_plan_says_example_on_every_output():
    plan = read_plan(EXAMPLE / "plan.toml")
    assert plan.outputs.example
    assert "示例数据" in plan.county.name
    assert plan.county.slug == "example"
    assert plan.travel.rung == "B"
    assert all(item.place for item in plan.programme)


def test_made_up_venues_stand_at_real_places_only():
    real = {
        (row["seat_lon"], row["seat_lat"]) for row in rows("townships.csv")
    } | {(row["lon"], row["lat"]) for row in rows("villages.csv") if row["lon"]}  # fmt: skip
    for name in ("venues.csv", "schools.csv", "candidates.csv"):
        places = {(row["lon"], row["lat"]) for row in rows(name) if row["lon"]}
        assert places <= real, name


def test_every_township_has_reported_on_the_three_programmes():
    answers: dict[str, set[str]] = {}
    for row in rows("reports.csv"):
        if row["answer"] in {"有", "零报告"}:
            answers.setdefault(row["type"], set()).add(row["township"])
    for kind in ("university_site", "school_museum", "youth_base"):
        assert len(answers[kind]) == 30, kind


def test_an_answer_agrees_with_the_venues_that_are_open():
    is_open = {(r["township"], r["type"]) for r in rows("venues.csv") if r["status"] == "open"}
    for row in rows("reports.csv"):
        if row["answer"] != "未报":
            has = (row["township"], row["type"]) in is_open
            assert row["answer"] == ("有" if has else "零报告"), row


def test_all_three_answers_occur():
    assert {row["answer"] for row in rows("reports.csv")} == {"有", "零报告", "未报"}


def test_teaching_points_are_doubled_closed_planned_inactive_and_unlocated():
    sites = [row for row in rows("venues.csv") if row["type"] == "university_site"]
    status = Counter(row["status"] for row in sites)
    assert status == {"open": 14, "closed": 1, "planned": 1, "suspended": 1}
    per_township = Counter(row["township"] for row in sites if row["status"] == "open")
    assert len(per_township) == 11
    assert max(per_township.values()) == 2
    assert sum(row["active_12m"] == "no" for row in sites) == 2
    assert sum(not row["lon"] for row in sites) == 1


def test_more_sites_are_asked_for_than_the_two_aims_need():
    sites = [
        r for r in rows("venues.csv") if (r["type"], r["status"]) == ("university_site", "open")
    ]
    without = 30 - len({row["township"] for row in sites})
    needed = max(30 - len(sites), without)
    (programme,) = [
        p for p in read_plan(EXAMPLE / "plan.toml").programme if p.type == "university_site"
    ]
    assert needed < int(programme.new_sites) <= needed + 5


def test_a_museum_of_before_the_plan_is_among_the_school_museums():
    opened = [r["opened_on"] for r in rows("venues.csv") if r["type"] == "school_museum"]
    assert sum("" < day < "2021-01-01" for day in opened) == 1
    assert sum(day >= "2021-01-01" for day in opened) == 2


def test_minutes_to_the_seat_are_asked_for_all_338_villages():
    asked = rows("asked_villages.csv")
    assert [r["code12"] for r in asked] == [r["code12"] for r in rows("villages.csv")]
    minutes = np.array([int(row["minutes"]) for row in asked])
    assert minutes.min() >= 1
    assert minutes.max() <= 90
    assert 10 <= np.median(minutes) <= 30


def test_about_75_pairs_of_seats_connect_the_county_without_a_contradiction():
    codes = [row["code9"] for row in rows("townships.csv")]
    direct = np.full((30, 30), np.inf)
    np.fill_diagonal(direct, 0)
    for row in rows("asked_seats.csv"):
        i, j = codes.index(row["from_code9"]), codes.index(row["to_code9"])
        assert np.isinf(direct[i, j]), "a pair was asked twice"
        direct[i, j] = direct[j, i] = float(row["minutes"])
    assert len(rows("asked_seats.csv")) == 75
    quickest = direct.copy()
    for k in range(30):
        quickest = np.minimum(quickest, quickest[:, [k]] + quickest[[k]])
    assert np.isfinite(quickest).all()
    assert (direct[np.isfinite(direct)] == quickest[np.isfinite(direct)]).all()
    assert quickest.max() < read_plan(EXAMPLE / "plan.toml").travel.limit_min


def test_the_yangtze_is_crossed_by_bridge_or_ferry_only():
    via = [row["via"] for row in rows("asked_seats.csv") if row["via"]]
    assert len(via) == 3
    assert all(re.search("大桥|轮渡", word) for word in via)


def test_every_township_has_a_school_and_some_have_space():
    schools = rows("schools.csv")
    assert {row["township"] for row in schools} == {row["name"] for row in rows("townships.csv")}
    assert {row["space"] for row in schools} == {"yes", "no", "unknown"}
    candidates = [row for row in rows("candidates.csv") if row["kind"] == "school"]
    assert len(candidates) == sum(row["space"] == "yes" for row in schools) >= 10


def test_enough_places_are_nominated_to_reach_thirty_bases():
    bases = sum(
        (row["type"], row["status"]) == ("youth_base", "open") for row in rows("venues.csv")
    )
    nominated = sum(row["kind"] == "nominated" for row in rows("candidates.csv"))
    assert bases == 12
    assert bases + nominated >= 30


def test_typed_figures_belong_to_targets_that_are_typed():
    with (FENGDU / "targets.csv").open(encoding="utf-8-sig", newline="") as file:
        typed = {r["id"] for r in csv.DictReader(file) if r["source_table"] == "indicators"}
    assert {row["target"] for row in rows("indicators.csv")} <= typed


def test_making_the_example_again_gives_the_same_bytes():
    for name, content in script().files().items():
        assert (EXAMPLE / name).read_bytes() == content, name
