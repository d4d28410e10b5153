"""Equity figures of a run against sums done by hand on a county small enough to see through."""

import tomllib

import numpy as np
import pandas as pd
import pytest

from coverplan.config import parse_plan
from coverplan.covering import coverage_table
from coverplan.domain import Rung, TravelTimes
from coverplan.unevenness import comfort, equity_table
from little_county import PLAN

KIND = "university_site"
CODES = ["a", "b", "c"]
DEMAND = pd.DataFrame(
    {
        "code9": CODES,
        "code12": "",
        "people": pd.array([100, 50, 50], dtype="Int64"),
        "people_kind": "given",
        "location": "asked",
        "group": "residents",
        "level": "",
    },
    index=["p", "q", "r"],
)
VENUES = pd.DataFrame(
    {"type": KIND, "code9": "a", "open": True, "visitable_place": True, "located": True},
    index=["v"],
)


def plan(folder):
    tree = tomllib.loads(PLAN.format(on_bad_row="stop", more=""))
    return parse_plan(tree, folder, check_files=False)


def presence(*states: str) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([CODES, [KIND]], names=["code9", "type"])
    return pd.DataFrame({"state": list(states)}, index=index)


def figures(folder, minutes, states=("has", "none", "none"), rung=Rung.ASKED):
    times = TravelTimes(np.array([[m] for m in minutes]), ("p", "q", "r"), ("v",), rung)
    asked = {code for code, state in zip(CODES, states, strict=True) if state == "unreported"}
    coverage = coverage_table(
        DEMAND, times, {KIND: ["v"]}, {KIND: [15, 30]}, open_question={KIND: asked}
    )
    known = {"demand": DEMAND, "times": times, "venues": VENUES, "coverage": coverage}
    row = equity_table(plan(folder), presence=presence(*states), **known).loc[KIND]
    return row, coverage


def test_the_headline_is_what_one_can_add_up_by_hand(tmp_path):
    row, _ = figures(tmp_path, [10.0, 20.0, 60.0])
    assert row["refused"] == ""
    assert row["people"] == 200
    assert row["people_left_out"] == 0
    assert row["decile_gap_pp"] == 100.0  # township c is not reached, the others wholly
    assert row["worst_off_min"] == 60.0
    assert (row["people_beyond"], row["over_min"]) == (50, 30.0)
    assert row["fgt_1"] == pytest.approx(0.25)  # a quarter of the people, one cutoff too far
    # Half the mean difference over the mean: pairs 10-20, 10-60, 20-60 of weights 100, 50, 50.
    pairs = 2 * (100 * 50 * 10 + 100 * 50 * 50 + 50 * 50 * 40) / 200**2
    assert row["gini_minutes"] == pytest.approx(pairs / 2 / 25.0)


def test_who_has_no_answer_or_lives_where_nobody_reported_is_left_out_and_counted(tmp_path):
    row, _ = figures(tmp_path, [10.0, 20.0, np.inf])
    assert (row["people"], row["people_left_out"], row["people_unreachable"]) == (150, 50, 0)
    row, _ = figures(tmp_path, [10.0, 20.0, 60.0], ("has", "none", "unreported"))
    assert (row["people"], row["people_left_out"]) == (150, 50)


def test_over_roads_a_place_without_a_way_is_unreachable_not_unknown(tmp_path):
    row, _ = figures(tmp_path, [10.0, 20.0, np.inf], rung=Rung.ROADS)
    assert (row["people_unreachable"], row["people_left_out"]) == (50, 0)
    assert row["worst_off_min"] == np.inf


def test_kilometres_bear_no_figure_and_say_why(tmp_path):
    row, _ = figures(tmp_path, [1.0, 2.0, 3.0], rung=Rung.LINE)
    assert row["refused"] == "coverage.refused_line"
    assert pd.isna(row["decile_gap_pp"])
    assert pd.isna(row["gini_minutes"])


def test_a_venue_of_ones_own_that_nobody_reaches_is_false_comfort_and_the_reverse_is_named(
    tmp_path,
):
    _, coverage = figures(tmp_path, [60.0, 20.0, 60.0])
    found = comfort(plan(tmp_path), presence("has", "none", "none"), coverage)
    assert found.to_dict() == {
        ("a", KIND): "false_comfort",
        ("b", KIND): "served_by_neighbours",
        ("c", KIND): "",
    }
    silent = comfort(plan(tmp_path), presence("unreported", "none", "none"), coverage)
    assert silent[("a", KIND)] == ""
