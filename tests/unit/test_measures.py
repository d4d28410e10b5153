import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import coverplan as cp
from coverplan.errors import ConfigError
from coverplan.intake.roads import read_roads
from coverplan.measures import access, coverage, equity, travel_times
from support import shared

PEOPLE = gpd.GeoDataFrame(
    {"people": [70, 20, 10], "zone": ["a", "a", "b"]},
    geometry=[shapely.Point(108.0, 30.0), shapely.Point(108.1, 30.0), None],
    index=[30, 10, 20],
    crs="EPSG:4326",
)
SITES = gpd.GeoDataFrame(
    geometry=gpd.points_from_xy([108.0, 108.2], [30.0, 30.0]), index=["s", "t"], crs="EPSG:4326"
)


def test_the_callers_index_and_order_are_kept_whatever_they_are():
    times = travel_times(PEOPLE, SITES, detour=1.0, speed_kmh=60)
    assert times.index.tolist() == [30, 10, 20]
    assert times.columns.tolist() == ["s", "t"]
    assert times.loc[10].tolist() == pytest.approx([9.65, 9.65], abs=0.01)
    assert np.isinf(times.loc[20]).all()
    found = coverage(times, PEOPLE["people"].sort_index(), [5, 10], by=PEOPLE["zone"])
    assert found.loc[("a", 5), ["people", "covered", "share"]].tolist() == [90, 70, 70 / 90]
    assert found.loc[("total", 10), "uncovered"] == 10
    reached = access(times, PEOPLE["people"], pd.Series({"t": 9, "s": 9}), cutoff_min=10)
    assert reached.index.tolist() == [30, 10, 20]
    assert reached["sites"].tolist() == [1, 2, 0]
    assert (reached["per_head"] * PEOPLE["people"]).sum() == pytest.approx(18)
    assert "per_head" not in access(times, PEOPLE["people"], cutoff_min=10)


def test_the_reference_system_of_the_caller_changes_nothing():
    one = travel_times(PEOPLE, SITES, detour=1.2, speed_kmh=40)
    two = travel_times(PEOPLE.to_crs(4545), SITES.to_crs(3857), detour=1.2, speed_kmh=40)
    assert np.allclose(one, two, rtol=1e-6)
    with pytest.raises(ValueError, match="do not let it be guessed"):
        travel_times(PEOPLE, SITES.set_crs(None, allow_override=True))


def test_kilometres_cover_nobody_and_a_cutoff_beyond_the_limit_is_refused():
    km = travel_times(PEOPLE, SITES)
    assert (km.attrs["rung"], km.attrs["unit"]) == ("D", "km")
    assert km.loc[30, "t"] == pytest.approx(19.3, abs=0.05)
    with pytest.raises(ConfigError, match="直线距离"):
        coverage(km, PEOPLE["people"], [15])
    times = travel_times(PEOPLE, SITES, detour=1.0, speed_kmh=60, limit_min=12)
    assert np.isinf(times.loc[30, "t"])
    with pytest.raises(ConfigError, match="上限"):
        access(times, PEOPLE["people"], cutoff_min=15)


def test_half_a_speed_model_and_an_unknown_mode_are_refused():
    with pytest.raises(ConfigError, match="speed_kmh"):
        travel_times(PEOPLE, SITES, detour=1.3)
    with pytest.raises(ConfigError, match="rocket"):
        travel_times(PEOPLE, SITES, roads=SITES, mode="rocket")


def test_people_or_zones_that_are_missing_are_not_guessed():
    times = travel_times(PEOPLE, SITES, detour=1.0, speed_kmh=60)
    with pytest.raises(ValueError, match="1 demand points have no people"):
        coverage(times, PEOPLE["people"].drop(10), [5])
    with pytest.raises(ValueError, match="no zone"):
        coverage(times, PEOPLE["people"], [5], by=PEOPLE["zone"].drop(10))


def test_equity_of_a_county_in_one_row():
    minutes = pd.Series([10.0, 40.0, np.inf], index=[3, 1, 2])
    found = equity(minutes, pd.Series([80, 15, 5], index=[3, 1, 2]), 30)
    assert found["decile_gap"] == 100.0
    assert found[["people_beyond", "people_unreachable", "minutes_over"]].tolist() == [20, 5, 10]
    assert np.isinf(found["fgt_1"])
    assert "不代表科学素质" in found.attrs["notes"]["zh"][0]
    assert "县外设施未计" in found.attrs["notes"]["zh"][1]
    assert found["gini_minutes"] == pytest.approx(
        0.5 * 2 * (80 * 15 * 30) / 95**2 / np.average([10, 40], weights=[80, 15])
    )


def test_from_real_streets_to_equity_in_helsinki():
    streets = read_roads(shared("data", "roads", "Helsinki.osm.pbf"))
    west, south, east, north = streets.total_bounds
    random = np.random.default_rng(3)
    points = gpd.points_from_xy(
        random.uniform(west, east, 60), random.uniform(south, north, 60), crs=4326
    )
    demand = gpd.GeoDataFrame({"people": random.integers(1, 50, 60)}, geometry=points)
    options = {"roads": streets, "crs": "EPSG:3067", "snap_limit_m": 300}
    walk = travel_times(demand, demand.iloc[:5], mode="walk", **options)
    car = travel_times(demand, demand.iloc[:5], mode="car", **options)
    assert walk.attrs["rung"] == "A"
    line = travel_times(demand, demand.iloc[:5], detour=1.0, speed_kmh=5.05, crs="EPSG:3067")
    both = np.isfinite(walk.to_numpy())
    assert both.mean() > 0.5
    assert (walk.to_numpy()[both] >= line.to_numpy()[both] * 0.99).all()  # no way beats the line
    shares = coverage(walk, demand["people"], [4, 8, 16])["share"].to_numpy()
    assert 0 < shares[0] < shares[1] < shares[2] <= 1
    assert np.isfinite(car.to_numpy()).any()
    found = equity(walk.min(axis=1), demand["people"], 8)
    assert 0 < found["gini_minutes"] < 1


def test_the_public_names_are_functions_even_after_every_module_is_loaded():
    for name in ("travel_times", "coverage", "access", "equity", "read_roads", "download_roads"):
        assert callable(getattr(cp, name)), name
