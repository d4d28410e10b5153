"""Further inputs of travel and demand by plan.toml: kept roads, grids, groups, venues outside."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.config import read_plan
from coverplan.demand import group_points
from coverplan.errors import ConfigError
from coverplan.intake.people_places import places_of_raster
from coverplan.pipeline import run
from little_county import little_county

OUTLINE = shapely.box(107.55, 29.68, 107.90, 29.98)
ROADS = [
    [(107.65, 29.78), (107.73, 29.868), (107.731, 29.869), (107.80, 29.90), (107.81, 29.91)],
]
REPORTED = "township,type,answer\n双龙镇,university_site,零报告\n双路镇,university_site,零报告\n"
ROAD = '[travel]\nrung = "A"\nmode = "car"\nroads = "roads.gpkg"\ncache = "kept"\n'
KIND = "university_site"
PEOPLE = {"500230001": 140_954, "500230111": 20_000, "500230112": 15_000}


def county(folder, more, **tables):
    bounds = '[boundaries]\noutline = "outline.geojson"\n'
    path = little_county(folder, more=bounds + more, reports=REPORTED, **tables)
    gpd.GeoDataFrame(geometry=[OUTLINE], crs=4326).to_file(folder / "outline.geojson")
    lines = [shapely.LineString(line) for line in ROADS]
    gpd.GeoDataFrame({"highway": ["secondary"]}, geometry=lines, crs=4326).to_file(
        folder / "roads.gpkg"
    )
    return path


def by_township(result):
    mine = result.demand[result.demand["group"] == "residents"]
    return mine.groupby("code9")["people"].sum().to_dict()


def test_roads_are_kept_by_their_content_and_give_the_same_times_and_areas(tmp_path):
    plan = read_plan(county(tmp_path, ROAD))
    first = run(plan)
    kept = sorted(path.name.split("-")[0] for path in (tmp_path / "kept").iterdir())
    assert kept == ["lines", "network"]
    again = run(plan)
    assert np.array_equal(first.times.values, again.times.values)
    assert not any("kept" in file for file in first.sources["file"])
    areas = first.layers["service_areas"]
    assert areas["cutoff_min"].tolist() == [15, 30]
    assert areas.geometry.iloc[1].buffer(5e-4).contains(areas.geometry.iloc[0])
    assert len(list((tmp_path / "kept").iterdir())) == 2


@pytest.mark.parametrize("source", ["grid", "raster"])
def test_a_grid_and_a_raster_share_out_each_townships_people_and_lose_nobody(tmp_path, source):
    path = county(tmp_path, ROAD + f'[demand]\nsource = "{source}"\n{source} = "people.x"\n')
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "people.x", "people.tif" if source == "raster" else "people.geojson"
        ),
        encoding="utf-8",
    )
    values = np.random.default_rng(1).uniform(0.0, 5.0, (30, 35)).astype("float32")
    values[0, 0] = -9999.0
    if source == "raster":
        rasterio = pytest.importorskip("rasterio")
        transform = rasterio.Affine(0.01, 0.0, 107.55, 0.0, -0.01, 29.98)
        with rasterio.open(
            tmp_path / "people.tif", "w", driver="GTiff", width=35, height=30, count=1,
            dtype="float32", crs="EPSG:4326", transform=transform, nodata=-9999.0,
        ) as out:  # fmt: skip
            out.write(values, 1)
        found = places_of_raster(tmp_path / "people.tif", "people.tif", None, 3_000.0)
        assert found["people"].sum() == pytest.approx(values[values > 0].sum(), rel=1e-6)
        assert len(found) < values.size / 4
    else:
        cells = [
            shapely.box(107.55 + x / 10, 29.68 + y / 10, 107.65 + x / 10, 29.78 + y / 10)
            for x in range(3)
            for y in range(3)
        ]
        gpd.GeoDataFrame({"people": range(1, 10)}, geometry=cells, crs=4326).to_file(
            tmp_path / "people.geojson"
        )
    result = run(read_plan(path))
    assert by_township(result) == PEOPLE
    assert (result.townships["people_located_share"] == 1.0).all()


def test_a_grid_does_not_go_with_asked_minutes(tmp_path):
    more = '[demand]\nsource = "grid"\ngrid = "roads.gpkg"\n[travel]\nrung = "B"\n'
    path = county(tmp_path, more + 'asked_villages = "a.csv"\nasked_seats = "a.csv"\n', a="x\n")
    with pytest.raises(ConfigError, match="B 级"):
        read_plan(path)


def test_a_programme_for_a_group_without_figures_is_refused(tmp_path):
    path = county(tmp_path, ROAD)
    text = path.read_text(encoding="utf-8").replace('target = "sites"', 'demand = "60+"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="没有“60\\+”这类人群"):
        read_plan(path)


def test_a_venue_outside_counts_for_coverage_and_not_for_presence(tmp_path):
    outside = f"id,name,type,lon,lat\no1,邻县教学点,{KIND},107.651,29.781\n"
    without = run(read_plan(county(tmp_path / "a", ROAD)))
    path = county(tmp_path / "b", ROAD, outside=outside)
    text = path.read_text(encoding="utf-8").replace(
        "[venue_types]", 'outside = "outside.csv"\n[venue_types]'
    )
    path.write_text(text, encoding="utf-8")
    result = run(read_plan(path))
    pd.testing.assert_frame_equal(result.presence, without.presence)
    assert "say.outside" in {note.key for note in without.notes}
    assert "say.outside_counted" in {note.key for note in result.notes}
    assert without.townships["outside_not_counted"].any()
    assert not result.townships["outside_not_counted"].any()
    assert result.gaps.loc[("500230112", KIND), "nearest_km"] < 1.0
    assert without.gaps.loc[("500230112", KIND), "nearest_km"] > 5.0


def test_a_group_counted_by_township_and_by_village_keeps_every_head():
    residents = pd.DataFrame(
        {"code9": ["a", "a", "b"], "code12": "", "people": [3, 1, 5]}, index=["p", "q", "r"]
    )
    weights = pd.DataFrame(
        {"group": "60+", "code9": ["a", "b", "a"], "code12": ["", "r", "q"], "people": [8, 2, 1]}
    )
    found = group_points(residents, weights)
    assert found["people"].tolist() == [6, 3, 2]
    assert found["people"].sum() == weights["people"].sum()
