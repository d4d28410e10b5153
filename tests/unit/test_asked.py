import numpy as np
import pandas as pd
import pytest

from coverplan.config_tables import Travel
from coverplan.demand import demand_points
from coverplan.domain import Rung
from coverplan.errors import InputError
from coverplan.impedance import travel_times
from coverplan.impedance.asked import asked_times, places, seat_graph

CRS = "EPSG:4545"
A, B, C = "500230001", "500230002", "500230003"
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
        "name": ["一村", "二村", "三村", "四村"],
        "code9": [A, A, B, C],
        "people": pd.NA,
        "lon": [107.71, np.nan, np.nan, np.nan],
        "lat": [29.91, np.nan, np.nan, np.nan],
    },
    index=[A + "001", A + "002", B + "001", C + "001"],
)
ASKED = pd.DataFrame({"minutes": [10.0, 25.0, 5.0]}, index=VILLAGES.index[:3])
SEATS = pd.DataFrame({"from_code9": [A], "to_code9": [B], "minutes": [20.0]})


def site(code9: str, code12: str = "", **more: object) -> dict[str, object]:
    return {"code9": code9, "code12": code12, "lon": np.nan, "lat": np.nan, **more}


def times_to(*rows: dict[str, object], seats: pd.DataFrame = SEATS) -> np.ndarray:
    demand = demand_points(TOWNSHIPS, VILLAGES, ASKED)
    sites = pd.DataFrame(list(rows), index=[f"s{n}" for n in range(len(rows))])
    times = asked_times(
        demand,
        sites,
        townships=TOWNSHIPS,
        villages=VILLAGES,
        asked_villages=ASKED,
        asked_seats=seats,
        crs=CRS,
    )
    assert times.rung is Rung.ASKED
    return times.values


def test_within_a_village_it_takes_no_time_and_within_a_township_it_leads_by_the_seat():
    assert times_to(site(A, A + "001"))[:, 0].tolist() == [0.0, 35.0, 35.0, np.inf]


def test_a_hall_stands_at_the_seat_and_other_townships_are_reached_from_seat_to_seat():
    assert times_to(site(B, kind="hall"))[:, 0].tolist() == [30.0, 45.0, 5.0, np.inf]


def test_a_village_nobody_answered_for_is_unknown_but_to_itself():
    assert times_to(site(C, C + "001"))[:, 0].tolist() == [np.inf, np.inf, np.inf, 0.0]


def test_a_site_known_by_its_township_only_is_nowhere():
    assert np.isinf(times_to(site(A))).all()
    assert np.isinf(times_to(site(A, location="township", lon=107.7, lat=29.9))).all()


def test_a_site_with_coordinates_stands_at_the_nearest_place_within_a_mile():
    rows = pd.DataFrame(
        [
            site(A, lon=107.7105, lat=29.9105),
            site(A, lon=107.701, lat=29.9),
            site(A, lon=107, lat=29),
        ]
    )
    assert places(rows, TOWNSHIPS, VILLAGES, CRS) == [A + "001", A, ""]


def test_a_township_without_villages_starts_at_its_seat():
    demand = demand_points(TOWNSHIPS, VILLAGES[VILLAGES["code9"] != B], ASKED)
    sites = pd.DataFrame([site(A, kind="hall")], index=["s"])
    times = asked_times(
        demand,
        sites,
        townships=TOWNSHIPS,
        villages=VILLAGES,
        asked_villages=ASKED,
        asked_seats=SEATS,
        crs=CRS,
    )
    assert dict(zip(times.demand, times.values[:, 0], strict=True))[B] == 20.0


def test_the_quickest_chain_of_answers_counts_and_zero_minutes_is_an_answer():
    rows = pd.DataFrame(
        {"from_code9": [A, B, A], "to_code9": [B, C, C], "minutes": [0.0, 15.0, 60.0]}
    )
    graph = seat_graph([A, B, C], rows)
    assert graph.minutes.tolist() == [[0, 0, 15], [0, 0, 15], [15, 15, 0]]
    assert graph.asked[0, 2] == 60


def test_a_row_serves_both_directions_unless_the_other_has_its_own():
    rows = pd.DataFrame({"from_code9": [A, B], "to_code9": [B, A], "minutes": [20.0, 30.0]})
    graph = seat_graph([A, B], rows)
    assert (graph.minutes[0, 1], graph.minutes[1, 0]) == (20.0, 30.0)


def test_the_same_pair_answered_twice_takes_the_quicker_not_the_sum():
    rows = pd.DataFrame({"from_code9": [A, A], "to_code9": [B, B], "minutes": [20.0, 30.0]})
    assert seat_graph([A, B], rows).minutes[0, 1] == 20.0


def test_unanswered_rows_are_no_road():
    rows = pd.DataFrame({"from_code9": [A], "to_code9": [B], "minutes": [pd.NA]})
    graph = seat_graph([A, B], rows)
    assert np.isinf(graph.minutes[0, 1])
    assert graph.parts() == [[A], [B]]


@pytest.mark.parametrize("minutes", [-1.0, np.inf])
def test_a_negative_or_endless_answer_is_named_with_its_pair(minutes):
    rows = pd.DataFrame({"from_code9": [A], "to_code9": [B], "minutes": [minutes]})
    with pytest.raises(InputError, match=f"{A}–{B}"):
        seat_graph([A, B], rows)


def test_a_code_that_is_no_township_is_named():
    rows = pd.DataFrame({"from_code9": [A], "to_code9": ["999999999"], "minutes": [3.0]})
    with pytest.raises(InputError, match="999999999"):
        seat_graph([A, B], rows)


def test_the_plan_chooses_the_rung_and_says_what_it_needs():
    demand = demand_points(TOWNSHIPS, VILLAGES, ASKED)
    sites = pd.DataFrame([site(A, kind="hall")], index=["s"])
    frames = {"townships": TOWNSHIPS, "villages": VILLAGES, "crs": CRS}
    asked = {"asked_villages": ASKED, "asked_seats": SEATS}
    times, notes = travel_times(demand, sites, Travel(rung=Rung.ASKED), **frames, **asked)
    assert times.unit == "min"
    assert notes[0].key == "travel.by_the_seat"
    times, notes = travel_times(demand, sites, Travel(rung=Rung.LINE), **frames)
    assert (times.unit, [note.key for note in notes]) == ("km", ["travel.line_only"])
    times, notes = travel_times(demand, sites, Travel(rung=Rung.CALIBRATED), **frames)
    assert [note.key for note in notes] == ["travel.uncalibrated", "travel.no_barrier"]
    with pytest.raises(InputError, match="到乡镇驻地分钟"):
        travel_times(demand, sites, Travel(rung=Rung.ASKED), **frames)
    with pytest.raises(InputError, match="没有道路数据"):
        travel_times(demand, sites, Travel(rung=Rung.ROADS), **frames)


def test_site_ids_that_repeat_are_refused():
    demand = demand_points(TOWNSHIPS, VILLAGES)
    sites = pd.DataFrame([site(A), site(B)], index=["s", "s"])
    with pytest.raises(ValueError, match="repeat"):
        travel_times(demand, sites, Travel(), townships=TOWNSHIPS, villages=VILLAGES, crs=CRS)
