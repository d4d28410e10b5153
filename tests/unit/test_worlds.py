import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.impedance.drawn import nearest_in_worlds, speed_worlds
from coverplan.impedance.line import line_km
from coverplan.worlds import CONCENTRATION, band, people_worlds, position_worlds

A, B = "500230001", "500230002"
DEMAND = pd.DataFrame(
    {
        "code9": [A] * 20 + [B] * 2,
        "people": pd.array([50] * 20 + [7, None], dtype="Int64"),
        "people_kind": ["shared"] * 19 + ["given"] + ["shared"] * 2,
    },
    index=[f"{A}{n:03d}" for n in range(20)] + [f"{B}{n:03d}" for n in range(2)],
)


def test_each_world_keeps_each_township_whole_and_given_people_where_they_are():
    worlds = people_worlds(DEMAND, 50, seed=1)
    assert worlds.shape == (50, 22)
    assert (worlds[:, :20].sum(axis=1) == 1_000).all()
    assert (worlds[:, 19] == 50).all()
    assert (worlds[:, 20:].sum(axis=1) == 7).all()
    assert (worlds == np.round(worlds)).all()


def test_a_township_is_drawn_alike_whatever_else_there_is_and_in_any_order():
    alone = people_worlds(DEMAND[DEMAND["code9"] == A], 9, seed=1)
    mixed = people_worlds(DEMAND.iloc[::-1], 9, seed=1)[:, ::-1]
    assert (mixed[:, :20] == alone).all()


def test_village_sizes_vary_as_the_stated_gamma():
    demand = pd.DataFrame(
        {"code9": A, "people": 1_000, "people_kind": "shared"},
        index=[f"{n:04d}" for n in range(400)],
    )
    worlds = people_worlds(demand, 30, seed=2)
    assert (worlds.std() / worlds.mean()) == pytest.approx(CONCENTRATION**-0.5, abs=0.02)


def test_where_all_people_are_given_there_is_one_world():
    assert people_worlds(DEMAND.assign(people_kind="given"), 50, seed=1).shape == (1, 22)


def test_no_world_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        people_worlds(DEMAND, 0, seed=1)


def test_the_band_leaves_out_a_twentieth_on_either_side():
    values = np.arange(1_000.0)[:, None] + [0, 5]
    assert band(values).tolist() == [[49, 54], [949, 954]]


CELL = shapely.box(0, 0, 10e3, 10e3)
SEATS = pd.DataFrame({"x": [5e3, 5e3], "y": [5e3, 5e3]}, index=[A, B])
CELLS = gpd.GeoSeries([CELL, None], index=[A, B], crs="EPSG:4545")
PLACES = pd.DataFrame(
    {
        "code9": [A] * 12 + [B],
        "kind": ["社区"] * 3 + ["村"] * 10,
        "x": [np.nan] * 11 + [1e3, np.nan],
        "y": [np.nan] * 11 + [1e3, np.nan],
    },
    index=[f"{A}{n:03d}" for n in range(12)] + [f"{B}000"],
)


def test_located_villages_stay_and_a_township_without_a_cell_is_left_out():
    placed = position_worlds(PLACES, SEATS, CELLS, draws=40, seed=1)
    assert (placed[:, 11] == 1e3).all()
    assert np.isnan(placed[:, 12]).all()
    assert np.isfinite(placed[:, :12]).all()


def test_communities_lie_nearer_to_the_seat_than_villages_as_in_fengdu():
    placed = position_worlds(PLACES, SEATS, CELLS, draws=400, seed=1, approximate=False)
    away = np.hypot(*(placed - 5e3).transpose(2, 0, 1)) / np.sqrt(CELL.area / np.pi)
    assert away[:, :3].mean() == pytest.approx(0.20, abs=0.02)
    assert away[:, 3:11].mean() == pytest.approx(0.64, abs=0.06)


def test_villages_of_real_polygons_stay_inside_and_those_of_approximate_ones_may_stray():
    exact = position_worlds(PLACES, SEATS, CELLS, draws=50, seed=1, approximate=False)[:, 3:11]
    assert shapely.contains_xy(CELL, exact.reshape(-1, 2)).all()
    loose = position_worlds(PLACES, SEATS, CELLS, draws=50, seed=1)[:, 3:11]
    assert 0 < (~shapely.contains_xy(CELL, loose.reshape(-1, 2))).mean() < 0.2


def test_positions_do_not_depend_on_the_other_townships_or_the_order():
    whole = position_worlds(PLACES, SEATS, CELLS, draws=5, seed=1)
    part = position_worlds(PLACES[:12][::-1], SEATS, CELLS, draws=5, seed=1)[:, ::-1]
    assert np.array_equal(whole[:, :12], part)


def test_no_world_of_positions_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        position_worlds(PLACES, SEATS, CELLS, draws=0, seed=1)


def test_the_speeds_of_the_worlds_keep_to_their_band():
    scale = speed_worlds(1.6, 2.4, 2.0, draws=4_000, seed=1)
    assert ((scale >= 0.8) & (scale <= 1.2)).mean() == pytest.approx(0.8, abs=0.03)


def test_a_point_that_stands_still_is_routed_like_one_that_moves():
    placed = position_worlds(PLACES[:12], SEATS, CELLS, draws=7, seed=1)
    sites = {"s": np.array([0.0, 0.0]), "t": np.array([9e3, 9e3]), "u": np.array([np.nan] * 2)}
    kinds = {"v": ["s", "t"], "w": ["u"], "none": []}
    found = nearest_in_worlds(kinds, sites, placed, line_km)
    for world in range(7):
        expected = np.hypot(*placed[world].T)
        expected = np.minimum(expected, np.hypot(*(placed[world] - 9e3).T)) / 1e3
        assert found["v"][world] == pytest.approx(expected)
    assert np.isinf(found["w"]).all()
    assert np.isinf(found["none"]).all()
