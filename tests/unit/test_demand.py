import numpy as np
import pandas as pd
import pytest

from coverplan.demand import demand_points, location_quality, seat_points, village_people
from coverplan.towns import TOWN_RATIO
from coverplan.worlds import people_worlds
from support import shared

TOWNSHIPS = pd.DataFrame(
    {
        "people": pd.array([10, None, 5], dtype="Int64"),
        "seat_lon": [107.7, 107.8, np.nan],
        "seat_lat": [29.9, 29.9, np.nan],
    },
    index=["500230001", "500230002", "500230003"],
)
VILLAGES = pd.DataFrame(
    {
        "code9": ["500230001", "500230001", "500230001", "500230002"],
        "people": pd.array([None, 4, None, None], dtype="Int64"),
        "lon": [107.71, np.nan, np.nan, np.nan],
        "lat": [29.91, np.nan, np.nan, np.nan],
    },
    index=["500230001003", "500230001002", "500230001001", "500230002001"],
)
ASKED = pd.DataFrame({"minutes": [12.0, np.nan]}, index=["500230001001", "500230001002"])


def test_given_people_stay_and_the_rest_is_shared_in_code_order():
    table = village_people(TOWNSHIPS, VILLAGES)
    assert table["people"].tolist() == [3, 4, 3, pd.NA]
    assert table["people_kind"].tolist() == ["shared", "given", "shared", "shared"]


def test_villages_that_hold_more_than_their_township_are_scaled_to_it():
    villages = VILLAGES.assign(people=pd.array([8, 8, 4, None], dtype="Int64"))
    table = village_people(TOWNSHIPS, villages)
    assert table["people"].tolist()[:3] == [4, 4, 2]
    assert table["people_kind"].tolist()[:3] == ["scaled"] * 3


def test_a_village_of_no_known_township_is_refused():
    with pytest.raises(ValueError, match="500230009"):
        village_people(TOWNSHIPS, VILLAGES.assign(code9="500230009"))


def test_a_township_without_villages_is_one_point_at_its_seat_or_nowhere():
    points = demand_points(TOWNSHIPS, VILLAGES.iloc[:3])
    assert points.loc["500230002", ["location", "code12"]].tolist() == ["seat", ""]
    assert points.loc["500230003", "location"] == "none"
    assert points.index.is_monotonic_increasing


def test_asked_minutes_are_a_place_and_an_empty_answer_is_none():
    points = demand_points(TOWNSHIPS, VILLAGES, ASKED)
    assert points["location"].to_dict() == {
        "500230001001": "asked",
        "500230001002": "none",
        "500230001003": "own",
        "500230002001": "none",
        "500230003": "none",
    }


def test_unlocated_villages_stand_at_the_seat_only_where_the_plan_says_so():
    points = demand_points(TOWNSHIPS, VILLAGES, unlocated="seat")
    assert points.loc["500230001002", ["location", "lon"]].tolist() == ["seat", 107.7]
    assert points.loc["500230001003", "location"] == "own"


def test_all_people_at_the_seats_is_one_point_a_township():
    points = demand_points(TOWNSHIPS, VILLAGES, source="seats")
    pd.testing.assert_frame_equal(points, seat_points(TOWNSHIPS))
    assert points["people"].sum() == 15


def test_another_word_for_the_source_is_refused():
    with pytest.raises(ValueError, match="no such word"):
        demand_points(TOWNSHIPS, VILLAGES, source="raster")


def test_the_quality_of_places_counts_people_and_is_missing_where_they_are():
    quality = location_quality(demand_points(TOWNSHIPS, VILLAGES, ASKED))
    assert quality.loc["500230001", ["own", "asked", "none"]].tolist() == [3, 3, 4]
    assert quality.loc["500230001", "located_share"] == pytest.approx(0.3)
    assert quality["located_share"].isna().tolist() == [False, True, False]


def test_fengdus_649182_people_stand_in_338_villages_and_nobody_is_lost():
    villages = pd.read_csv(
        shared("data", "fengdu", "villages_2023.csv"), dtype={"code12": str, "township_code9": str}
    ).set_index("code12")
    villages = villages.rename(columns={"township_code9": "code9"}).assign(people=pd.NA)
    census = pd.read_csv(shared("data", "fengdu", "population.csv"), dtype={"code12": str})
    townships = pd.DataFrame(
        {
            "people": census["resident_2010_census"].to_numpy(),
            "seat_lon": 107.7,
            "seat_lat": 29.9,
        },
        index=census["code12"].str[:9],
    )
    points = demand_points(townships, villages)
    assert len(points) == 338
    assert points["people"].sum() == 649_182
    pd.testing.assert_series_equal(
        points.groupby("code9")["people"].sum(),
        townships["people"].astype("Int64").sort_index(),
        check_names=False,
    )
    quality = location_quality(points)
    assert quality["own"].sum() / 649_182 == pytest.approx(0.184, abs=0.01)  # few are located
    equal = demand_points(townships, villages.drop(columns="kind"))
    share = equal.loc[equal["location"] == "own", "people"].sum() / 649_182
    assert share == pytest.approx(0.148, abs=0.01)  # what DATA.md counts, all villages alike


def test_a_community_is_taken_for_four_villages_where_nobody_gave_a_figure():
    villages = VILLAGES.assign(kind=["村", "社区", "社区", "村"])
    table = village_people(TOWNSHIPS, villages)
    # 4 of 10 are given to one community; the other gets four parts of the six left, the village one
    assert table["people"].tolist()[:3] == [1, 4, 5]
    assert TOWN_RATIO == 4.0


def test_the_one_estimate_lies_in_the_middle_of_the_worlds_it_is_printed_with():
    kinds = ["社区"] * 2 + ["村"] * 8
    villages = pd.DataFrame(
        {"code9": "500230001", "kind": kinds, "people": pd.NA, "lon": np.nan, "lat": np.nan},
        index=[f"500230001{n:03}" for n in range(10)],
    )
    townships = TOWNSHIPS.assign(people=pd.array([16_000, None, None], dtype="Int64"))
    demand = demand_points(townships, villages)
    demand = demand[demand["code9"] == "500230001"]
    towns = (demand["kind"] == "社区").to_numpy()
    estimate = int(demand.loc[towns, "people"].sum())
    assert estimate == 8_000
    drawn = people_worlds(demand, 400, seed=3)[:, towns].sum(axis=1)
    assert np.mean(drawn < estimate) == pytest.approx(0.5, abs=0.1)
