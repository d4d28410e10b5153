import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.errors import InputError
from coverplan.impedance.banks import bank_of, banks, crossings_between, way_km
from coverplan.impedance.calibrate import (
    calibrate,
    calibrated_minutes,
    fit_factor,
    known_trips,
    split_by_bank,
)
from support import shared

CRS = "EPSG:4545"
COUNTY = geopandas.GeoDataFrame(geometry=[shapely.box(0, 0, 40e3, 20e3)], crs=CRS)
RIVER = geopandas.GeoDataFrame(geometry=[shapely.LineString([(20e3, 0), (20e3, 20e3)])], crs=CRS)


def bridges(*rows: tuple[str, float, float, float]) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"name": [row[0] for row in rows], "wait_min": [row[3] for row in rows]},
        geometry=[shapely.Point(row[1], row[2]) for row in rows],
        crs=CRS,
    )


def test_the_way_to_the_other_bank_leads_over_the_named_bridge():
    pieces = banks(RIVER, COUNTY, CRS)
    over = crossings_between(pieces, bridges(("大桥", 20e3, 0, 0)))
    here, there = np.array([[19e3, 10e3]]), np.array([[21e3, 10e3], [19e3, 12e3]])
    km, other = way_km(here, there, pieces, over, 0.0)
    assert other.tolist() == [[True, False]]
    assert km[0] == pytest.approx([2 * np.hypot(1, 10), 2.0])


def test_of_two_crossings_the_quicker_counts_and_waiting_counts_too():
    pieces = banks(RIVER, COUNTY, CRS)
    near_ferry = ("渡口", 20e3, 10e3, 30.0)
    over = crossings_between(pieces, bridges(("大桥", 20e3, 0, 0), near_ferry))
    here, there = np.array([[19e3, 10e3]]), np.array([[21e3, 10e3]])
    learned = calibrate(trips(2.0), seed=1)
    # The ferry: 2 km at 2 min/km and 30 min of waiting; the bridge: 20.1 km.
    assert calibrated_minutes(here, there, learned, pieces, over)[0, 0] == pytest.approx(34.0)
    over = crossings_between(pieces, bridges(("大桥", 20e3, 0, 0), (*near_ferry[:3], 60.0)))
    assert calibrated_minutes(here, there, learned, pieces, over)[0, 0] == pytest.approx(
        2 * 2 * np.hypot(1, 10)
    )


def test_without_a_crossing_the_other_bank_cannot_be_reached():
    pieces = banks(RIVER, COUNTY, CRS)
    over = crossings_between(pieces, bridges())
    km, _ = way_km(np.array([[19e3, 1e3]]), np.array([[21e3, 1e3]]), pieces, over, 0.0)
    assert np.isinf(km[0, 0])


def test_two_rivers_are_crossed_one_after_the_other_over_their_own_bridges():
    second = shapely.LineString([(30e3, 0), (30e3, 20e3)])
    rivers = geopandas.GeoDataFrame(geometry=[*RIVER.geometry, second], crs=CRS)
    pieces = banks(rivers, COUNTY, CRS)
    assert len(pieces) == 3
    over = crossings_between(pieces, bridges(("甲桥", 20e3, 10e3, 5), ("乙桥", 30e3, 10e3, 7)))
    start, end = np.array([[10e3, 10e3]]), np.array([[39e3, 10e3]])
    assert way_km(start, end, pieces, over, 0.0)[0][0, 0] == pytest.approx(29.0)
    assert way_km(start, end, pieces, over, 1.0)[0][0, 0] == pytest.approx(29.0 + 12.0)


def test_a_crossing_away_from_any_river_or_without_a_name_is_named():
    pieces = banks(RIVER, COUNTY, CRS)
    with pytest.raises(InputError, match="山中桥"):
        crossings_between(pieces, bridges(("山中桥", 5e3, 5e3, 0)))
    with pytest.raises(InputError, match="-3"):
        crossings_between(pieces, bridges(("大桥", 20e3, 0, -3.0)))


def test_the_yangtze_parts_thirteen_seats_from_seventeen():
    outline = geopandas.read_file(shared("data", "fengdu", "outline_vonng_wgs84.geojson"))
    lines = geopandas.read_file(shared("data", "fengdu", "lines_generalised.geojson"))
    name = next(column for column in lines.columns if column.startswith("name"))
    river = lines[lines[name].astype(str).str.contains("长江|Yangtze|Changjiang")]
    seats = pd.read_csv(shared("data", "fengdu", "townships_seats.csv"))
    pieces = banks(river, outline, CRS)
    assert len(pieces) == 2
    xy = shapely.get_coordinates(
        geopandas.points_from_xy(seats["lon"], seats["lat"], crs=4326).to_crs(CRS)
    )
    side = bank_of(pieces, xy)
    assert sorted(np.bincount(side).tolist()) == [13, 17]
    by_name = dict(zip(seats["name"], side, strict=True))
    for left, right in [("三合街道", "名山街道"), ("树人镇", "兴义镇"), ("湛普镇", "虎威镇")]:
        assert by_name[left] != by_name[right]


def trips(factor: float, n: int = 30, noise: float = 0.0, seed: int = 7) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    km = random.uniform(2, 30, n)
    return pd.DataFrame({"km": km, "minutes": km * factor * np.exp(random.normal(0, noise, n))})


def test_exact_trips_give_their_factor_back_without_a_band():
    learned = calibrate(trips(2.5), seed=1).same
    assert (learned.min_per_km, learned.low, learned.high) == pytest.approx((2.5, 2.5, 2.5))
    assert learned.error == pytest.approx(0.0, abs=1e-12)


def test_two_wild_answers_among_thirty_move_the_factor_little():
    wild = trips(2.0, noise=0.1)
    wild.loc[:1, "minutes"] = 600.0
    assert calibrate(wild, seed=1).same.min_per_km == pytest.approx(2.0, rel=0.05)


def test_the_bootstrap_band_holds_the_true_factor_at_least_as_often_as_it_says():
    held = [
        (f := fit_factor(t["km"], t["minutes"], seed)).low <= 2.0 <= f.high
        for seed in range(200)
        for t in [trips(2.0, n=25, noise=0.3, seed=seed)]
    ]
    assert np.mean(held) >= 0.75  # 80 % stated; 200 worlds are +-3 %


def test_fewer_than_twenty_known_trips_are_no_calibration():
    with pytest.raises(InputError, match="19"):
        calibrate(trips(2.0, n=19), seed=1)


def test_trips_that_are_too_short_to_tell_are_left_out():
    short = trips(2.0, n=25)
    short.loc[:5, "km"] = 0.2
    with pytest.raises(InputError, match="19"):
        calibrate(short, seed=1)


def test_the_other_bank_has_its_own_factor_where_enough_trips_are_known():
    over = trips(4.0, n=10).assign(other_bank=True)
    learned = calibrate(pd.concat([trips(2.0).assign(other_bank=False), over]), seed=1)
    assert learned.other is not None
    assert (learned.same.min_per_km, learned.other.min_per_km) == pytest.approx((2.0, 4.0))
    assert "4.00" in learned.statement().text("zh")
    few = calibrate(pd.concat([trips(2.0).assign(other_bank=False), over[:7]]), seed=1)
    assert few.other is None


def test_asked_answers_with_coordinates_are_known_trips():
    townships = pd.DataFrame(
        {"seat_lon": [108.0, 108.1, np.nan], "seat_lat": [30.0, 30.0, np.nan]}, index=list("abc")
    )
    villages = pd.DataFrame(
        {"code9": ["a", "a"], "lon": [108.01, np.nan], "lat": [30.0, np.nan]}, index=["a1", "a2"]
    )
    asked = pd.DataFrame({"minutes": [5.0, 9.0]}, index=["a1", "a2"])
    seats = pd.DataFrame(
        {"from_code9": ["a", "b"], "to_code9": ["b", "c"], "minutes": [20.0, 20.0]}
    )
    found = known_trips(townships, villages, asked, seats, CRS)
    assert found[["start", "end", "minutes"]].to_numpy().tolist() == [
        ["a1", "a", 5.0],
        ["a", "b", 20.0],
    ]
    assert found["km"].tolist() == pytest.approx([0.964, 9.646], abs=0.005)
    assert known_trips(townships, villages, None, None, CRS).empty


def test_trips_to_the_other_bank_are_measured_over_the_bridge_and_lose_their_waiting():
    pieces = banks(RIVER, COUNTY, CRS)
    over = crossings_between(pieces, bridges(("渡口", 20e3, 0, 15.0)))
    rows = pd.DataFrame(
        {
            "start_x": [19e3, 1e3],
            "start_y": [10e3, 1e3],
            "end_x": [21e3, 9e3],
            "end_y": [10e3, 1e3],
            "minutes": [60.0, 20.0],
            "km": [2.0, 8.0],
        }
    )
    found = split_by_bank(rows, pieces, over)
    assert found["other_bank"].tolist() == [True, False]
    assert found["km"].tolist() == pytest.approx([2 * np.hypot(1, 10), 8.0])
    assert found["minutes"].tolist() == pytest.approx([45.0, 20.0])


def test_the_waiting_taken_off_is_that_of_the_crossing_on_the_way():
    pieces = banks(RIVER, COUNTY, CRS)
    over = crossings_between(
        pieces, bridges(("近渡", 20e3, 9e3, 20.0), ("远渡", 20e3, 0, 50.0), ("桥", 20e3, 19e3, 0.0))
    )
    rows = pd.DataFrame(
        {
            "start_x": [19e3, 19e3],
            "start_y": [10e3, 18e3],
            "end_x": [21e3, 21e3],
            "end_y": [10e3, 18e3],
            "minutes": [60.0, 30.0],
            "km": [2.0, 2.0],
        }
    )
    assert split_by_bank(rows, pieces, over)["minutes"].tolist() == pytest.approx([40.0, 30.0])
