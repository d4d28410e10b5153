import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.cells import thiessen_cells
from coverplan.crs import metric_crs
from coverplan.errors import InputError
from support import shared

COUNTY = geopandas.GeoDataFrame(
    geometry=[shapely.box(107.9, 29.9, 108.2, 30.1)], index=[0], crs="EPSG:4326"
)


def seats(*places: tuple[float, float]) -> pd.DataFrame:
    codes = [f"50023000{n}" for n in range(1, len(places) + 1)]
    return pd.DataFrame(places, columns=["seat_lon", "seat_lat"], index=codes)


def test_each_point_of_a_cell_is_nearest_to_its_own_seat():
    townships = seats((107.95, 29.95), (108.1, 30.0), (108.15, 30.08))
    cells = thiessen_cells(townships, COUNTY, "EPSG:4545")
    places = geopandas.points_from_xy(townships.seat_lon, townships.seat_lat, crs=4326)
    places = places.to_crs("EPSG:4545")
    random = np.random.default_rng(3)
    west, south, east, north = cells.total_bounds
    for x, y in random.uniform([west, south], [east, north], (200, 2)):
        point = shapely.Point(x, y)
        inside = [code for code, cell in cells.geometry.items() if cell.contains(point)]
        if inside:
            assert inside == [townships.index[int(np.argmin([p.distance(point) for p in places]))]]


def test_the_cells_fill_the_real_county_and_each_holds_its_seat():
    outline = geopandas.read_file(shared("data", "fengdu", "outline_vonng_wgs84.geojson"))
    table = pd.read_csv(shared("data", "fengdu", "townships_seats.csv"), dtype={"code9": str})
    townships = table.set_index("code9").rename(columns={"lon": "seat_lon", "lat": "seat_lat"})
    crs = metric_crs(townships["seat_lon"])
    cells = thiessen_cells(townships, outline, crs)
    assert list(cells.index) == list(townships.index)
    assert cells["area_km2"].sum() == pytest.approx(2_902.5, abs=1.0)
    places = geopandas.points_from_xy(townships.seat_lon, townships.seat_lat, crs=4326).to_crs(crs)
    assert all(cell.contains(place) for cell, place in zip(cells.geometry, places, strict=True))
    assert set(cells.geom_type) <= {"Polygon", "MultiPolygon"}


def test_cells_put_about_three_quarters_of_a_real_county_in_the_right_township():
    path = shared("data", "realcounties", "wannian_361129_townships_osm_wgs84.geojson")
    real = geopandas.read_file(path)
    crs = metric_crs(real.geometry.bounds["minx"])
    real = real.to_crs(crs)
    centres = real.geometry.representative_point().to_crs("EPSG:4326")
    townships = pd.DataFrame({"seat_lon": centres.x, "seat_lat": centres.y}, index=real.index)
    outline = geopandas.GeoDataFrame(geometry=[real.geometry.union_all()], crs=crs)
    cells = thiessen_cells(townships, outline, crs)
    right = cells.geometry.intersection(real.geometry).area.sum() / real.geometry.area.sum()
    assert 0.6 < right < 0.95  # approximate: never used to decide membership


def test_a_township_without_a_seat_has_no_cell_and_one_seat_has_it_all():
    cells = thiessen_cells(seats((108.0, 30.0), (np.nan, np.nan)), COUNTY, "EPSG:4545")
    assert cells.geometry.iloc[1] is None
    assert np.isnan(cells["area_km2"].iloc[1])
    assert cells["area_km2"].iloc[0] == pytest.approx(642, abs=2)


def test_two_townships_at_one_seat_are_named():
    with pytest.raises(InputError, match="500230001、500230002"):
        thiessen_cells(seats((108.0, 30.0), (108.0, 30.0)), COUNTY, "EPSG:4545")


def test_a_county_without_any_seat_says_which_columns_to_fill():
    with pytest.raises(InputError, match="seat_lon"):
        thiessen_cells(seats((np.nan, np.nan)), COUNTY, "EPSG:4545")


def test_an_island_of_the_county_belongs_to_its_nearest_seat():
    county = geopandas.GeoDataFrame(
        geometry=[shapely.box(107.9, 29.9, 108.2, 30.1), shapely.box(108.3, 30.0, 108.31, 30.01)],
        crs="EPSG:4326",
    )
    cells = thiessen_cells(seats((107.95, 30.0), (108.15, 30.0)), county, "EPSG:4545")
    assert cells.geometry.iloc[1].geom_type == "MultiPolygon"
    assert cells["area_km2"].sum() == pytest.approx(642 + 1.07, abs=2)
