"""With one road closed nobody is quicker, and somebody who travelled on it is slower."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.config_tables import Travel
from coverplan.domain import Rung
from coverplan.impedance import Barrier, travel_model, travel_times
from coverplan.impedance.banks import banks, crossings_between
from coverplan.impedance.closures import road_closures
from coverplan.scene import Choice
from coverplan.worlds_of import plausible_worlds
from road_worlds import CORNER, CRS, grid, roads

CODES = ["500230001", "500230002", "500230003"]
SEATS_AT = [(0.0, 0.0), (600.0, 0.0), (600.0, 600.0)]


def degrees(places) -> pd.DataFrame:
    points = gpd.GeoSeries.from_xy(*(np.array(places, float) + CORNER).T, crs=CRS).to_crs(4326)
    return pd.DataFrame({"lon": points.x, "lat": points.y})


def township_table() -> pd.DataFrame:
    seats = degrees(SEATS_AT)
    return pd.DataFrame(
        {
            "name": ["甲镇", "乙镇", "丙乡"],
            "people": [300, 200, 100],
            "seat_lon": seats["lon"].to_numpy(),
            "seat_lat": seats["lat"].to_numpy(),
        },
        index=pd.Index(CODES, name="code9"),
    )


TOWNSHIPS = township_table()
VILLAGES = pd.DataFrame({"name": [], "code9": [], "lon": [], "lat": []}).astype(
    {"name": object, "code9": object}
)
ENDS = pd.DataFrame(
    {
        "code9": CODES,
        "code12": "",
        "people": [300, 200, 100],
        "kind": "hall",
        "location": "own",
        "lon": TOWNSHIPS["seat_lon"].to_numpy(),
        "lat": TOWNSHIPS["seat_lat"].to_numpy(),
    },
    index=["a", "b", "c"],
)
KNOWN = {"townships": TOWNSHIPS, "villages": VILLAGES, "crs": CRS}


def closed(travel, **more):
    found = road_closures(ENDS, ENDS, travel, number=5, **KNOWN, **more)
    rest = {name: value for name, value in more.items() if name != "seed"}
    return found, travel_times(ENDS, ENDS, travel, **KNOWN, **rest)[0]


def test_a_closed_pair_of_seats_is_gone_in_both_directions_and_named():
    asked = pd.DataFrame(
        {
            "from_code9": [CODES[0], CODES[1], CODES[0], CODES[1]],
            "to_code9": [CODES[1], CODES[0], CODES[2], CODES[2]],
            "minutes": [10.0, 11.0, 30.0, np.nan],
        }
    )
    answers = pd.DataFrame({"minutes": []}, dtype=float, index=pd.Index([], name="code12"))
    more = {"asked_seats": asked, "asked_villages": answers}
    found, free = closed(Travel(rung=Rung.ASKED), **more)
    assert {one.road for one in found} == {"甲镇—乙镇", "甲镇—丙乡"}  # nobody asked for 乙—丙
    for one in found:
        assert (one.times.values >= free.values).all()
    by_road = {one.road: one.times.values for one in found}
    assert np.isinf(by_road["甲镇—乙镇"][[0, 1], [1, 0]]).all()
    assert by_road["甲镇—乙镇"][0, 2] == 30.0
    again, _ = closed(Travel(rung=Rung.ASKED), **more)
    assert [one.road for one in again] == [one.road for one in found]


def test_a_closed_stretch_of_road_slows_somebody_down():
    streets = grid(4, np.random.default_rng(3))
    streets["one_way"] = 0
    travel = Travel(rung=Rung.ROADS, mode="car")
    model = travel_model(travel, **KNOWN, roads=streets, snap_limit_m=500.0)
    found, free = closed(travel, model=model, snap_limit_m=500.0)
    assert found
    assert len({one.road for one in found}) == len(found)
    for one in found:
        assert (one.times.values >= free.values - 1e-9).all()
        lon, lat = map(float, one.road.split(", "))
        assert lon == pytest.approx(TOWNSHIPS["seat_lon"].mean(), abs=0.02)
        assert lat == pytest.approx(TOWNSHIPS["seat_lat"].mean(), abs=0.02)
    assert any((one.times.values > free.values + 1e-9).any() for one in found)


def test_the_only_road_closed_leaves_no_way():
    streets = roads([[(0, 0), (200, 0)], [(200, 0), (400, 0)], [(400, 0), (600, 0), (600, 600)]])
    travel = Travel(rung=Rung.ROADS, mode="car")
    model = travel_model(travel, **KNOWN, roads=streets, snap_limit_m=500.0)
    found, free = closed(travel, model=model, snap_limit_m=500.0)
    assert np.isfinite(free.values).all()
    assert any(np.isinf(one.times.values).any() for one in found)


def test_on_a_calibrated_line_the_crossings_close_one_by_one():
    edge = degrees([(-3_000, -3_000), (9_000, 9_000)])
    county = gpd.GeoDataFrame(
        geometry=[shapely.box(*edge.to_numpy().ravel()[[0, 1, 2, 3]])], crs=4326
    )
    line = degrees([(300, -4_000), (300, 10_000)]).to_numpy()
    river = gpd.GeoDataFrame(geometry=[shapely.LineString(line)], crs=4326)
    over = degrees([(300, 0), (300, 5_000)])
    points = gpd.GeoDataFrame(
        {"name": ["一桥", "二桥"], "wait_min": [0.0, 0.0]},
        geometry=gpd.points_from_xy(over["lon"], over["lat"]),
        crs=4326,
    )
    pieces = banks(river, county, CRS)
    barrier = Barrier(pieces, crossings_between(pieces, points))
    travel = Travel(rung=Rung.CALIBRATED, detour=1.4, speed_kmh=30.0, speed_source="示例")
    trips = pd.DataFrame(columns=["start_x", "start_y", "end_x", "end_y", "km", "minutes"])
    model = travel_model(travel, **KNOWN, barrier=barrier, trips=trips)
    found, free = closed(travel, model=model)
    by_road = {one.road: one.times.values for one in found}
    assert set(by_road) == {"一桥", "二桥"}
    assert (by_road["一桥"][0, 1:] > free.values[0, 1:]).all()  # round by the far bridge
    assert by_road["二桥"] == pytest.approx(free.values)


def test_who_may_not_enter_a_road_over_the_river_does_not_when_another_is_closed():
    # seat a stands nearer to a road on the other bank than to the one on its own
    way = [(-100, 500), (-100, -2_500), (300, -2_500), (300, 0), (600, 0), (600, 600)]
    streets = roads([*pairwise(way), [(40, 0), (300, 0)]])
    edge = degrees([(-3_000, -3_000), (9_000, 9_000)]).to_numpy().ravel()
    county = gpd.GeoDataFrame(geometry=[shapely.box(*edge)], crs=4326)
    line = degrees([(20, -4_000), (20, 10_000)]).to_numpy()
    river = gpd.GeoDataFrame(geometry=[shapely.LineString(line)], crs=4326)
    pieces = banks(river, county, CRS)
    nothing = gpd.GeoDataFrame({"name": [], "wait_min": []}, geometry=[], crs=4326)
    barrier = Barrier(pieces, crossings_between(pieces, nothing))
    travel = Travel(rung=Rung.ROADS, mode="car")
    ends = ENDS.assign(**degrees([(10.0, 0.0), (600.0, 0.0), (600.0, 600.0)]).set_axis(ENDS.index))
    known = {**KNOWN, "barrier": barrier, "snap_limit_m": 400.0}
    model = travel_model(travel, **known, roads=streets)
    free, _ = travel_times(ends, ends, travel, model=model, **known)
    found = road_closures(ends, ends, travel, number=3, model=model, **known)
    assert found
    for one in found:
        assert (one.times.values >= free.values - 1e-9).all()


def choice_of_three(weight, minutes):
    group = pd.DataFrame(
        {"code9": CODES, "group": "residents", "people": weight, "people_kind": "given"},
        index=["a", "b", "c"],
    )
    return Choice(
        sites=("s", "t"),
        n_open=1,
        zone=(CODES[0], CODES[1]),
        must=(),
        group=group,
        timed=True,
        minutes=minutes,
        weight=np.array(weight, float),
    )


def test_no_world_holds_nan_even_where_nobody_lives_or_nothing_is_reached():
    minutes = np.array([[5.0, np.inf], [np.inf, 9.0], [np.inf, np.inf]])
    choice = choice_of_three([100, 0, 50], minutes)
    scenarios = pd.DataFrame(
        {"scenario": "more", "code9": CODES[:2], "people": [200, 70], "kind": "", "source": ""}
    )
    worlds = plausible_worlds(
        choice, scenarios, draws=4, seed=1, closures=[("甲镇—乙镇", minutes + 1)]
    )
    for world in worlds:
        assert not np.isnan(world.minutes).any()
        assert np.isfinite(world.weight).all()
    named = {world.what: world for world in worlds}
    # A township where nobody was counted gets what the scenario says; one without keeps its own.
    assert named["scenario"].weight.tolist() == [200.0, 70.0, 50.0]
    assert named["road_closed"].subject == "甲镇—乙镇"
    assert np.isinf(named["site_lost"].minutes[:, 0]).all()
