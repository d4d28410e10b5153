import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.join import metric_xy, points_in_zones, whole_persons
from support import shared


def test_equal_remainders_go_to_the_earlier_codes():
    assert whole_persons([1, 1, 1], 11).tolist() == [4, 4, 3]


def test_shares_need_not_sum_to_one_and_all_zero_means_equal_parts():
    assert whole_persons([0.2, 0.6], 8).tolist() == [2, 6]
    assert whole_persons([0, 0], 3).tolist() == [2, 1]


@pytest.mark.parametrize("shares", [[1.0, np.nan], [-1.0, 2.0], [np.inf, 1.0]])
def test_a_share_that_is_no_share_is_refused(shares):
    with pytest.raises(ValueError, match="finite and not negative"):
        whole_persons(shares, 3)


def test_people_without_a_place_are_not_lost_in_silence():
    with pytest.raises(ValueError, match="no part to put them in"):
        whole_persons([], 3)
    assert whole_persons([], 0).tolist() == []


def test_the_2020_total_is_split_over_the_townships_without_losing_a_person():
    table = pd.read_csv(shared("data", "fengdu", "population.csv"))
    census = table["resident_2010_census"].to_numpy()
    split = whole_persons(census, 557_374)
    assert census.sum() == 649_182
    assert split.sum() == 557_374
    naive = np.floor(census * 557_374 / 649_182).sum()
    assert naive < 557_374  # rounding each alone loses people
    assert np.abs(split - census * 557_374 / 649_182).max() < 1


def test_a_missing_position_stays_missing_and_distances_are_metres():
    xy = metric_xy(pd.Series([107.73027, pd.NA], dtype="Float64"), [29.86864, 29.9], "EPSG:4545")
    assert np.isnan(xy[1]).all()
    north = metric_xy([107.73027], [29.86864 + 0.009], "EPSG:4545")[0] - xy[0]
    assert np.hypot(*north) == pytest.approx(997.7, abs=0.5)  # 0.009 deg of latitude at 30 N


def test_a_point_on_a_shared_line_goes_to_the_first_zone_and_the_index_is_kept():
    zones = geopandas.GeoDataFrame(
        geometry=[shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1)], index=["b", "a"], crs=4545
    )
    points = geopandas.GeoDataFrame(
        geometry=[shapely.Point(1, 0.5), shapely.Point(9, 9), None, shapely.Point(1.5, 0.5)],
        index=[7, 3, 5, 1],
        crs=4545,
    )
    assert points_in_zones(points, zones).to_dict() == {7: "a", 3: "", 5: "", 1: "b"}


def test_points_and_zones_in_two_systems_are_refused():
    zones = geopandas.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], index=["a"], crs=4545)
    points = geopandas.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326)
    with pytest.raises(ValueError, match="reproject one of them"):
        points_in_zones(points, zones)
