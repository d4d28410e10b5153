import numpy as np
import pandas as pd

from coverplan.demand import demand_points
from coverplan.errors import Severity
from coverplan.impedance.checks import asked_problems, missing_answers

CRS = "EPSG:4545"
A, B, C = "500230001", "500230002", "500230003"
# 0.1 degree of longitude is 9.65 km here.
TOWNSHIPS = pd.DataFrame(
    {
        "name": ["甲镇", "乙镇", "丙乡"],
        "people": [30, 20, 10],
        "seat_lon": [107.70, 107.80, 107.90],
        "seat_lat": [29.90, 29.90, 29.90],
    },
    index=[A, B, C],
)
VILLAGES = pd.DataFrame(
    {
        "name": ["一村", "二村", "三村"],
        "code9": [A, B, C],
        "people": pd.NA,
        "lon": [107.80, np.nan, np.nan],
        "lat": [29.90, np.nan, np.nan],
    },
    index=[A + "001", B + "001", C + "001"],
)


def problems(villages: list[float], seats: list[tuple[str, str, float]]):
    asked = pd.DataFrame({"minutes": villages}, index=VILLAGES.index)
    rows = pd.DataFrame(seats, columns=["from_code9", "to_code9", "minutes"])
    demand = demand_points(TOWNSHIPS, VILLAGES, asked)
    found = asked_problems(
        TOWNSHIPS, VILLAGES, demand, asked_villages=asked, asked_seats=rows, crs=CRS
    )
    assert all(problem.severity is Severity.NOTE for problem in found)
    return {problem.key.removeprefix("travel.asked_"): problem.text("zh") for problem in found}


GOOD = [(A, B, 20.0), (B, C, 25.0)]


def test_sound_answers_raise_no_question():
    assert problems([20.0, 10.0, 15.0], GOOD) == {}


def test_a_seat_that_no_answer_reaches_is_named_with_the_one_question_to_ask():
    text = problems([20.0, 10.0, 15.0], [(A, B, 20.0)])["apart"]
    assert "丙乡" in text
    assert "丙乡–乙镇" in text  # the nearest of the others


def test_missing_villages_are_named_by_the_people_who_wait():
    text = problems([20.0, np.nan, np.nan], GOOD)["missing"]
    assert "2 个村" in text
    assert "30 人" in text
    assert text.index("乙镇二村") < text.index("丙乡三村")


def test_an_answer_that_a_chain_beats_is_questioned():
    text = problems([20.0, 10.0, 15.0], [*GOOD, (A, C, 90.0)])["triangle"]
    assert "甲镇–丙乡 填报 90 分钟" in text
    assert "45 分钟" in text


def test_a_chain_that_beats_by_rounding_only_is_no_question():
    assert problems([20.0, 10.0, 15.0], [*GOOD, (A, C, 49.0)]) == {}


def test_directions_that_differ_are_questioned():
    text = problems([20.0, 10.0, 15.0], [(A, B, 20.0), (B, A, 40.0), (B, C, 25.0)])["asymmetry"]
    assert "甲镇–乙镇" in text
    assert "20 / 40" in text


def test_an_impossible_speed_is_questioned_in_both_tables():
    assert "时速" in problems([20.0, 10.0, 15.0], [(A, B, 3.0), (B, C, 25.0)])["fast"]
    assert "甲镇一村" in problems([2.0, 10.0, 15.0], GOOD)["fast"]


def test_slower_than_walking_is_questioned():
    text = problems([300.0, 10.0, 15.0], GOOD)["slow"]
    assert "甲镇一村 填报 300 分钟" in text


def test_the_full_list_of_missing_answers_is_sorted_by_people_then_code():
    demand = demand_points(TOWNSHIPS, VILLAGES)
    table = missing_answers(VILLAGES, demand, None)
    assert table["people"].tolist() == [30, 20, 10]
    assert list(table.columns) == ["name", "code9", "people"]
