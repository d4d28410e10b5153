import numpy as np
import pytest
import shapely

from coverplan.impedance.network import network_of, road_minutes, snap
from coverplan.impedance.service_areas import service_areas
from coverplan.impedance.speeds import PROFILES
from road_worlds import CRS, at, grid, roads

CAR = PROFILES["car"]


def test_the_area_ends_where_the_time_ends_along_the_road_not_in_a_circle():
    network = network_of(roads([[(0, 0), (10_000, 0)]]), CAR, CRS)
    venue = snap(network, at((4_000, 0)), 100.0)
    area = service_areas(network, venue, ["v"], [6], CRS, width_m=100.0).geometry[0]
    west, south, east, north = area.bounds
    assert (west, east) == pytest.approx((501_900, 506_100), abs=15)  # 2 km either way, + 100 m
    assert north - south == pytest.approx(200, abs=15)


def test_a_one_way_street_is_in_the_area_only_where_it_leads_to_the_venue():
    network = network_of(roads([[(0, 0), (10_000, 0)]], one_way=1), CAR, CRS)
    venue = snap(network, at((4_000, 0)), 100.0)
    area = service_areas(network, venue, ["v"], [6], CRS, width_m=100.0).geometry[0]
    assert area.bounds[2] == pytest.approx(504_100, abs=15)


def test_longer_cutoffs_hold_shorter_ones_and_places_in_time_lie_in_the_area():
    random = np.random.default_rng(2)
    network = network_of(grid(7, random), CAR, CRS)
    venue = snap(network, at((600, 600)), 300.0)
    areas = service_areas(network, venue, ["v"], [2, 4], CRS, width_m=60.0)
    small, large = areas.geometry
    assert large.buffer(10).contains(small)
    places = at(*random.uniform(0, 1_200, (80, 2)))
    start = snap(network, places, 40.0)
    minutes = road_minutes(network, start, venue)[:, 0]
    within = minutes <= 2 + np.where(np.isfinite(minutes), start.entry_min, 0.0)
    assert 3 < within.sum() < 60
    assert shapely.contains_xy(small.buffer(10), places[within]).all()


def test_a_venue_off_the_network_has_no_area():
    network = network_of(roads([[(0, 0), (10_000, 0)]]), CAR, CRS)
    lost = snap(network, at((4_000, 9_000)), 100.0)
    assert service_areas(network, lost, ["v"], [6], CRS).empty
    far = snap(network, at((4_000, 900)), 1_000.0)
    assert service_areas(network, far, ["v"], [6], CRS).empty  # 11 minutes on foot to the road
