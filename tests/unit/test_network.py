import numpy as np
import pytest
import shapely

from coverplan.errors import InputError
from coverplan.impedance.network import (
    network_of,
    road_minutes,
    snap,
    store_network,
    stored_network,
)
from coverplan.impedance.speeds import PROFILES, tobler_kmh
from coverplan.intake.roads import read_roads
from road_worlds import CRS, at, grid, networkx_minutes, roads
from support import shared

CAR, WALK = PROFILES["car"], PROFILES["walk"]
KMH20 = 1_000 / 60 * 20  # metres a minute on a residential street


def minutes(lines, start, end, *, profile=CAR, limit_m=1_000.0, limit=np.inf, **columns):
    network = network_of(roads(lines, **columns), profile, CRS)
    places = snap(network, at(*start), limit_m), snap(network, at(*end), limit_m)
    found = road_minutes(network, *places, limit)
    assert np.allclose(found, np.where(found > limit, np.inf, found))
    reference = networkx_minutes(network, *places)
    reference[reference > limit] = np.inf
    assert np.allclose(found, reference, rtol=0, atol=1e-3 / 60_000)  # a thousandth of a ms
    return found


def test_a_place_beside_a_street_enters_at_the_nearest_point_of_it_not_at_a_node():
    found = minutes([[(0, 0), (1_000, 0)]], [(250, 100)], [(750, 0)])
    assert found[0, 0] == pytest.approx(500 / KMH20 + 100 / (5_000 / 60), abs=1e-3)


def test_lines_that_share_a_vertex_meet_and_lines_that_merely_cross_do_not():
    bridge = [[(0, 0), (2_000, 0)], [(1_000, -500), (1_000, 500)]]
    assert np.isinf(minutes(bridge, [(0, 0)], [(1_000, 500)])[0, 0])
    junction = [[(0, 0), (1_000, 0), (2_000, 0)], [(1_000, -500), (1_000, 0), (1_000, 500)]]
    found = minutes(junction, [(0, 0)], [(1_000, 500)])
    assert found[0, 0] == pytest.approx(1_500 / KMH20, abs=1e-3)


def test_a_one_way_street_is_driven_one_way_and_walked_both():
    # A ring of three streets; the first is one-way along its line.
    ring = [[(0, 0), (1_000, 0)], [(1_000, 0), (1_000, 1_000)], [(1_000, 1_000), (0, 0)]]
    way = {"one_way": [1, 0, 0]}
    here, there = [(0, 0)], [(1_000, 0)]
    assert minutes(ring, here, there, **way)[0, 0] == pytest.approx(1_000 / KMH20, abs=1e-3)
    back = (1_000 + np.hypot(1_000, 1_000)) / KMH20
    assert minutes(ring, there, here, **way)[0, 0] == pytest.approx(back, abs=1e-3)
    on_foot = minutes(ring, there, here, profile=WALK, **way)[0, 0]
    assert on_foot == pytest.approx(12.0, abs=1e-2)
    against = minutes(ring, here, there, one_way=[-1, 0, 0])[0, 0]
    assert against == pytest.approx(back, abs=1e-3)


def test_two_places_on_one_one_way_street_are_near_in_its_direction_only():
    ring = [[(0, 0), (1_000, 0)], [(1_000, 0), (500, 900), (0, 0)]]
    found = minutes(ring, [(200, 0), (800, 0)], [(200, 0), (800, 0)], one_way=[1, 0])
    assert found[0, 1] == pytest.approx(600 / KMH20, abs=1e-3)
    assert found[1, 0] > 2_000 / KMH20
    assert found[0, 0] == pytest.approx(0.0, abs=1e-3)


def test_a_place_far_from_any_road_stands_on_none():
    found = minutes([[(0, 0), (1_000, 0)]], [(500, 1_001), (500, 999)], [(0, 0)])
    assert np.isinf(found[0, 0])
    assert np.isfinite(found[1, 0])


def test_a_place_without_a_position_stands_on_no_road():
    network = network_of(roads([[(0, 0), (1_000, 0)]]), CAR, CRS)
    found = snap(network, np.array([[np.nan, np.nan]]), 1_000.0)
    assert (found.edge[0], found.entry_min[0]) == (-1, np.inf)


def test_the_limit_itself_is_within_and_beyond_it_is_infinite():
    line = [[(0, 0), (1_000, 0), (2_000, 0)]]
    whole = minutes(line, [(0, 0)], [(1_000, 0), (2_000, 0)])[0]
    found = minutes(line, [(0, 0)], [(1_000, 0), (2_000, 0)], limit=whole[0] + 1e-9)[0]
    assert found.tolist() == [whole[0], np.inf]


def test_speed_is_the_class_capped_by_the_limit_of_the_sign():
    line = [[(0, 0), (1_000, 0)]]
    fast = minutes(line, [(0, 0)], [(1_000, 0)], road_class="primary")[0, 0]
    slow = minutes(line, [(0, 0)], [(1_000, 0)], road_class="primary", maxspeed_kmh=30.0)[0, 0]
    assert (fast, slow) == pytest.approx((1.0, 2.0), abs=1e-3)


def test_a_ferry_takes_its_timetable_and_the_waiting():
    line = [[(0, 0), (1_000, 0)]]
    found = minutes(line, [(0, 0)], [(1_000, 0)], road_class="ferry", ferry_min=7.0)[0, 0]
    assert found == pytest.approx(17.0, abs=1e-3)


def test_closed_roads_and_roads_of_no_known_class_are_closed():
    line = [[(0, 0), (1_000, 0)]]
    with pytest.raises(InputError, match="没有一条"):
        network_of(roads(line, closed=True), CAR, CRS)
    with pytest.raises(InputError, match="highway"):
        network_of(roads(line, road_class="steps"), CAR, CRS)
    assert network_of(roads(line, closed=True, foot="yes"), WALK, CRS).tail.size == 1


def test_walking_uphill_is_slower_than_downhill_and_flat_is_as_flat():
    flat = roads([[(0, 0), (1_000, 0)]])
    xy = shapely.get_coordinates(flat.geometry)
    steep = flat.set_geometry([shapely.LineString(np.column_stack([xy, [0.0, 200.0]]))])
    steep = steep.set_crs(4326)
    up = network_of(steep, WALK, CRS)
    assert up.forward[0] > up.backward[0] > 12.0 - 1e-6
    assert up.forward[0] == pytest.approx(12.0 * tobler_kmh(0.0) / tobler_kmh(0.2), rel=1e-3)
    assert network_of(steep, CAR, CRS).forward[0] == network_of(flat, CAR, CRS).forward[0]


def test_parts_are_numbered_by_size():
    lines = [[(0, 9_000), (100, 9_000)], [(0, 0), (1_000, 0)], [(1_000, 0), (2_000, 0)]]
    network = network_of(roads(lines), CAR, CRS)
    assert sorted(network.part.tolist()) == [0, 0, 0, 1, 1]


def test_two_parallel_streets_are_not_added_up():
    lines = [[(0, 0), (500, 400), (1_000, 0)], [(0, 0), (1_000, 0)]]
    found = minutes(lines, [(-5, 0)], [(1_005, 0)])[0, 0]
    assert found == pytest.approx(1_000 / KMH20 + 2 * 5 / (5_000 / 60), abs=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_a_crooked_town_agrees_with_networkx_on_the_really_split_graph(seed):
    random = np.random.default_rng(seed)
    network = network_of(grid(7, random), CAR, CRS)
    start = snap(network, at(*random.uniform(-100, 1_400, (9, 2))), 150.0)
    end = snap(network, at(*random.uniform(-100, 1_400, (5, 2))), 150.0)
    expected = networkx_minutes(network, start, end)
    # Few origins are routed forward, few sites against the one-way rules: both must agree.
    assert np.allclose(road_minutes(network, start, end), expected, rtol=0, atol=1e-6)
    back = networkx_minutes(network, end, start)
    assert np.allclose(road_minutes(network, end, start), back, rtol=0, atol=1e-6)
    assert np.isfinite(expected).any()


def test_a_network_is_kept_and_read_back_whole(tmp_path):
    network = network_of(grid(5, np.random.default_rng(1)), CAR, CRS)
    store_network(network, tmp_path / "roads.npz")
    again = stored_network(tmp_path / "roads.npz")
    place = at((100, 100), (600, 700))
    first = road_minutes(network, snap(network, place, 900.0), snap(network, place, 900.0))
    second = road_minutes(again, snap(again, place, 900.0), snap(again, place, 900.0))
    assert np.array_equal(first, second)


def test_the_real_streets_of_helsinki_agree_with_networkx():
    streets = read_roads(shared("data", "roads", "Helsinki.osm.pbf"))
    random = np.random.default_rng(4)
    for profile in (CAR, WALK):
        network = network_of(streets, profile, "EPSG:3067")
        west, south = network.xy.min(axis=0)
        east, north = network.xy.max(axis=0)
        places = random.uniform([west, south], [east, north], (40, 2))
        start, end = snap(network, places[:30], 400.0), snap(network, places[30:], 400.0)
        found = road_minutes(network, start, end)
        expected = networkx_minutes(network, start, end)
        assert np.allclose(found, expected, rtol=0, atol=1 / 60_000)
        assert np.isfinite(found).mean() > 0.5
