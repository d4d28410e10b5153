import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.optimize import fsolve
from shapely.geometry import Point, Polygon

from coverplan import crs
from coverplan.errors import CrsError
from support import shared


def second_gcj(lon: float, lat: float) -> tuple[float, float]:
    """The published series in scalar form, term by term, written apart from the package's."""
    x, y = lon - 105, lat - 35
    sin, pi = math.sin, math.pi
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lon = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    common = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    for amplitude, angle in ((20, y), (40, y / 3), (160, y / 12), (320, y / 30)):
        d_lat += amplitude * sin(angle * pi) * 2 / 3
    for amplitude, angle in ((20, x), (40, x / 3), (150, x / 12), (300, x / 30)):
        d_lon += amplitude * sin(angle * pi) * 2 / 3
    d_lat, d_lon = d_lat + common, d_lon + common
    a, e2 = 6378245.0, 0.00669342162296594323
    magic = 1 - e2 * sin(math.radians(lat)) ** 2
    metres_lat = a * (1 - e2) / magic**1.5 * pi / 180
    metres_lon = a / math.sqrt(magic) * math.cos(math.radians(lat)) * pi / 180
    return lon + d_lon / metres_lon, lat + d_lat / metres_lat


def second_bd(lon: float, lat: float) -> tuple[float, float]:
    turn = math.pi * 3000 / 180
    radius = math.sqrt(lon**2 + lat**2) + 0.00002 * math.sin(lat * turn)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * turn)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


PLACES = [(107.73027, 29.86864), (87.6, 43.8), (126.6, 45.7), (110.3, 20.0), (121.5, 31.2)]
CENTIMETRE = 1e-7  # degrees


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_the_shift_to_gcj_and_back_agrees_with_a_second_derivation_to_a_centimetre(lon, lat):
    there = crs.shift([lon], [lat], "wgs84", "gcj02")
    assert np.allclose([v[0] for v in there], second_gcj(lon, lat), atol=CENTIMETRE, rtol=0)
    # the inverse, by a general root finder that knows nothing of our iteration
    root = fsolve(lambda p: np.subtract(second_gcj(*p), (lon, lat)), (lon, lat), xtol=1e-13)
    back = crs.shift([lon], [lat], "gcj02")
    assert np.allclose([v[0] for v in back], root, atol=CENTIMETRE, rtol=0)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_the_shift_from_baidu_agrees_with_a_second_derivation_to_a_centimetre(lon, lat):
    there = crs.shift([lon], [lat], "gcj02", "bd09")
    assert np.allclose([v[0] for v in there], second_bd(lon, lat), atol=CENTIMETRE, rtol=0)
    root = fsolve(lambda p: np.subtract(second_bd(*p), (lon, lat)), (lon, lat), xtol=1e-13)
    back = crs.shift([lon], [lat], "bd09", "gcj02")
    assert np.allclose([v[0] for v in back], root, atol=CENTIMETRE, rtol=0)


def test_the_published_pair_of_outlines_differs_by_rounding_only_after_the_shift():
    raw = gpd.read_file(shared("data", "fengdu", "outline_vonng_GCJ02_raw.geojson"))
    true = gpd.read_file(shared("data", "fengdu", "outline_vonng_wgs84.geojson"))
    moved = crs.shift_geometry(raw, "gcj02")
    ours, theirs = (shapely.get_coordinates(f.geometry) for f in (moved, true))
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= 5.1e-7  # the published pair is rounded to 1e-6


def test_a_position_that_is_not_known_stays_unknown_and_a_foreign_one_stays_where_it_is():
    lon, lat = crs.shift([np.nan, 24.94], [np.nan, 60.17], "gcj02")
    assert np.isnan(lon[0])
    assert np.isnan(lat[0])
    assert (lon[1], lat[1]) == (24.94, 60.17)


def test_the_metric_system_follows_the_data_and_not_a_constant():
    assert crs.metric_crs([107.46, 108.2]) == "EPSG:4545"  # 丰都, meridian 108
    assert crs.metric_crs([116.9, 117.3]) == "EPSG:4548"  # 万年, meridian 117
    assert crs.metric_crs([75.0]) == "EPSG:4534"
    assert crs.metric_crs([135.0]) == "EPSG:4554"


def test_a_neighbouring_meridian_is_wrong_on_areas_and_the_right_one_is_not():
    square = Polygon([(117.0, 28.7), (117.1, 28.7), (117.1, 28.8), (117.0, 28.8)])
    frame = gpd.GeoDataFrame(geometry=[square], crs=crs.DEGREES)
    true = 9_766 * 11_085  # m, one tenth of a degree at 28.75° N on WGS84
    assert crs.to_metric(frame).area.iloc[0] == pytest.approx(true, rel=1e-3)
    assert crs.to_metric(frame, "EPSG:4545").area.iloc[0] > 1.015 * true


def test_no_system_is_chosen_for_nothing_or_for_the_wrong_continent():
    with pytest.raises(CrsError, match="定不出平面坐标系"):
        crs.metric_crs([])
    with pytest.raises(CrsError, match="是否写反"):
        crs.metric_crs([29.8, 29.9])
    with pytest.raises(CrsError, match="没有坐标系"):
        crs.to_metric(gpd.GeoDataFrame(geometry=[Point(107, 29)]))


def test_metres_of_points_equal_metres_of_a_layer():
    frame = gpd.GeoDataFrame(geometry=[Point(107.73, 29.87), Point(107.8, 29.9)], crs=crs.DEGREES)
    metric = crs.to_metric(frame)
    east, north = crs.metric_points([107.73, np.nan, 107.8], [29.87, 29.0, 29.9], "EPSG:4545")
    assert np.allclose(east[[0, 2]], metric.geometry.x)
    assert np.allclose(north[[0, 2]], metric.geometry.y)
    assert np.isnan(east[1])
