import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.config_tables import Travel
from coverplan.covering import coverage_table
from coverplan.demand import demand_points
from coverplan.domain import Rung
from coverplan.errors import InputError
from coverplan.impedance import Barrier, travel_model, travel_times
from coverplan.impedance.banks import banks, crossings_between
from coverplan.strewn import nearest_strewn, strewn_minutes
from road_worlds import roads

CRS = "EPSG:4545"
A, B = "500230001", "500230002"
TOWNSHIPS = pd.DataFrame(
    {
        "name": ["甲镇", "乙镇"],
        "people": [1_000, 500],
        "seat_lon": [108.0, 108.2],
        "seat_lat": [30.0, 30.0],
    },
    index=[A, B],
)
CELLS = gpd.GeoSeries(
    [shapely.box(107.95, 29.95, 108.05, 30.05), shapely.Point(108.2, 30.0)],
    index=[A, B],
    crs="EPSG:4326",
)
VILLAGES = pd.DataFrame(
    {
        "name": [f"村{n}" for n in range(12)],
        "code9": [A] * 10 + [B] * 2,
        "kind": ["社区"] + ["村"] * 11,
        "people": pd.NA,
        "lon": [108.001] + [np.nan] * 9 + [108.21, 108.19],
        "lat": [30.0] + [np.nan] * 9 + [30.0, 30.01],
    },
    index=[f"{A}{n:03d}" for n in range(10)] + [f"{B}{n:03d}" for n in range(2)],
)
SITES = pd.DataFrame(
    {"code9": [A, B], "code12": "", "lon": [108.0, 108.2], "lat": [30.0, 30.0]}, index=["s", "t"]
)
LINE = Travel(rung=Rung.CALIBRATED, detour=1.5, speed_kmh=30.0, speed_source="县交通局")
FRAMES = {"townships": TOWNSHIPS, "villages": VILLAGES, "crs": CRS}


def table(travel: Travel, **more):
    demand = demand_points(TOWNSHIPS, VILLAGES)
    model = travel_model(travel, **FRAMES, **more)
    times, _ = travel_times(demand, SITES, travel, model=model, **FRAMES, **more)
    venues = {"v": ["s", "t"]}
    worlds = nearest_strewn(
        demand,
        venues,
        SITES,
        model=model,
        townships=TOWNSHIPS,
        cells=CELLS,
        crs=CRS,
        draws=100,
        seed=3,
    )
    return coverage_table(
        demand, times, venues, {"v": [5, 10, 45]}, nearest_worlds=worlds, draws=100, seed=3
    )


def test_a_township_without_located_villages_gets_a_band_that_grows_with_the_cutoff():
    found = table(LINE)
    rows = found.loc[A].droplevel("type")
    assert (rows["refused"] == "coverage.band_only").all()
    assert (rows["covered"] == 0).all()
    low, high = rows["covered_low"], rows["covered_high"]
    assert 0 < low[5] < high[5] < 1_000
    assert low[5] <= low[10] <= low[45] == 1_000
    assert rows["share"].isna().all()


def test_a_township_whose_villages_are_located_keeps_its_figure():
    rows = table(LINE).loc[B].droplevel("type")
    assert (rows["refused"] == "").all()
    assert rows.loc[10, ["covered", "uncovered", "unknown"]].tolist() == [500, 0, 0]


def test_rungs_without_minutes_between_any_two_places_have_no_model():
    for rung in (Rung.ASKED, Rung.LINE):
        assert travel_model(Travel(rung=rung), **FRAMES) is None


def test_the_same_on_roads():
    streets = roads([[(-5_000, 0), (0, 0), (25_000, 0)]]).set_crs(4326)
    # The street runs along y = 3,300,000 m; move it to the latitude of the seats.
    shift = gpd.GeoSeries(gpd.points_from_xy([108.0], [30.0]), crs=4326).to_crs(CRS)
    step = shapely.get_coordinates(shift)[0] - [500_000, 3_300_000]
    streets = streets.to_crs(CRS)
    streets.geometry = streets.geometry.translate(*step)
    streets = streets.to_crs(4326)
    found = table(Travel(rung=Rung.ROADS, mode="car"), roads=streets, snap_limit_m=9_000.0)
    rows = found.loc[A].droplevel("type")
    assert 0 < rows.loc[10, "covered_low"] < rows.loc[10, "covered_high"] <= 1_000


def test_a_river_between_makes_the_band_smaller():
    county = gpd.GeoDataFrame(geometry=[shapely.box(107.9, 29.9, 108.3, 30.1)], crs=4326)
    river = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(108.01, 29.8), (108.01, 30.2)])], crs=4326
    )
    bridge = gpd.GeoDataFrame(
        {"name": ["大桥"], "wait_min": [0.0]}, geometry=[shapely.Point(108.01, 30.09)], crs=4326
    )
    pieces = banks(river, county, CRS)
    barrier = Barrier(pieces, crossings_between(pieces, bridge))
    random = np.random.default_rng(1)
    x, y = random.uniform(480e3, 500e3, 40), random.uniform(3_315e3, 3_322e3, 40)
    trips = pd.DataFrame({"start_x": x, "start_y": y, "end_x": x[::-1], "end_y": y[::-1]})
    trips["km"] = np.hypot(trips.start_x - trips.end_x, trips.start_y - trips.end_y) / 1e3
    trips["minutes"] = trips["km"] * 3.0
    free, parted = table(LINE, trips=trips), table(LINE, trips=trips, barrier=barrier)
    key = (A, "v", 10)
    assert parted.loc[key, "covered_high"] < free.loc[key, "covered_high"]
    with pytest.raises(InputError, match="至少需要 20 段"):
        table(LINE, trips=trips.assign(km=0.1))


def minutes_in_worlds(demand, *, seed=3, travel=LINE, limit=360.0, cells=CELLS, **more):
    """Return travel as the run takes it, and in five worlds that strew who has no place."""
    model = travel_model(travel, **FRAMES, **more)
    times, _ = travel_times(demand, SITES, travel, model=model, **FRAMES, **more)
    worlds = strewn_minutes(
        demand,
        ["s", "t"],
        times.to(["s", "t"]),
        5,
        sites=SITES,
        model=model,
        limit=limit,
        townships=TOWNSHIPS,
        cells=cells,
        crs=CRS,
        seed=seed,
    )
    return times.to(["s", "t"]), worlds


def test_only_those_without_a_place_of_their_own_are_strewn():
    demand = demand_points(TOWNSHIPS, VILLAGES)
    loose = (demand["location"] == "none").to_numpy()
    base, worlds = minutes_in_worlds(demand)
    assert loose.sum() == 9
    assert np.isinf(base[loose]).all()
    assert (worlds[:, ~loose] == base[~loose]).all()
    assert np.isfinite(worlds[:, loose]).all()
    for village in np.flatnonzero(loose):
        assert len(np.unique(worlds[:, village, 0])) == 5


def test_the_seed_alone_decides_where_they_are_strewn():
    demand = demand_points(TOWNSHIPS, VILLAGES)
    first, again, other = (minutes_in_worlds(demand, seed=n)[1] for n in (3, 3, 4))
    assert first.tobytes() == again.tobytes()
    assert (first != other).any()


def test_a_village_for_which_the_seat_stands_in_is_strewn_and_a_whole_township_is_not():
    demand = demand_points(TOWNSHIPS, VILLAGES, unlocated="seat")
    loose = (demand["location"] == "seat").to_numpy()
    base, worlds = minutes_in_worlds(demand)
    assert loose.sum() == 9
    assert (base[loose, 0] < 1).all()
    assert (worlds[:, loose, 0] > 1).any()
    whole = demand_points(TOWNSHIPS, VILLAGES, source="seats")
    assert minutes_in_worlds(whole)[1].shape == (0, 2, 2)


def test_travel_of_the_strewn_is_what_the_line_says_from_a_township_of_one_place():
    # A square of 20 m around 108.03 E: 2.9 km from the seat s, at 3 min a km, 8.7 min; t is 16.4 km
    # and 49.2 min away.
    here = shapely.box(108.0299, 29.9999, 108.0301, 30.0001)
    cells = gpd.GeoSeries([here, CELLS.iloc[1]], index=[A, B], crs="EPSG:4326")
    villages = VILLAGES[~VILLAGES["kind"].eq("社区")]
    demand = demand_points(TOWNSHIPS, villages)
    loose = (demand["location"] == "none").to_numpy()
    _, worlds = minutes_in_worlds(demand, cells=cells)
    assert worlds[:, loose, 0] == pytest.approx(8.7, abs=0.1)
    assert worlds[:, loose, 1] == pytest.approx(49.2, abs=0.2)
    _, short = minutes_in_worlds(demand, cells=cells, limit=40.0)
    assert np.isinf(short[:, loose, 1]).all()
    assert (short[:, loose, 0] == worlds[:, loose, 0]).all()


def test_on_roads_the_strewn_travel_along_them():
    streets = roads([[(-5_000, 0), (0, 0), (25_000, 0)]]).set_crs(4326)
    shift = gpd.GeoSeries(gpd.points_from_xy([108.0], [30.0]), crs=4326).to_crs(CRS)
    step = shapely.get_coordinates(shift)[0] - [500_000, 3_300_000]
    streets = streets.to_crs(CRS)
    streets.geometry = streets.geometry.translate(*step)
    more = {"roads": streets.to_crs(4326), "snap_limit_m": 9_000.0}
    demand = demand_points(TOWNSHIPS, VILLAGES)
    loose = (demand["location"] == "none").to_numpy()
    travel = Travel(rung=Rung.ROADS, mode="car")
    base, worlds = minutes_in_worlds(demand, travel=travel, **more)
    assert np.isinf(base[loose]).all()
    assert np.isfinite(worlds).all()
    assert (worlds[:, ~loose] == base[~loose]).all()
    assert len(np.unique(worlds[:, loose, 0])) == 45
