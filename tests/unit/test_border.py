"""Border townships: whose people may use venues outside that nobody counted."""

import geopandas as gpd
import pytest
import shapely

from coverplan.border import at_border, outside_not_counted
from coverplan.config import read_plan
from coverplan.pipeline import run
from coverplan.report.csv_out import csv_bytes
from coverplan.report.tables import gaps_table, townships_table
from little_county import little_county
from support import shared

CRS = "EPSG:4545"
COUNTY = shapely.box(107.55, 29.68, 107.90, 29.98)
KIND = "university_site"


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes.values()), index=list(shapes), crs=4326)


def test_an_area_within_fifty_metres_of_the_outline_lies_at_the_border():
    metre = 1 / 96_500.0  # along the parallel; the western side stays straight in metres
    inner = shapely.box(107.6, 29.7, 107.7, 29.8)
    towns = {
        "touches": shapely.box(107.55, 29.7, 107.6, 29.8),
        "corner": shapely.box(107.8, 29.9, 107.90, 29.98),
        "near": shapely.box(107.55 + 45 * metre, 29.75, 107.6, 29.8),
        "away": shapely.box(107.55 + 60 * metre, 29.75, 107.6, 29.8),
        "inner": inner,
        "seat": shapely.Point(107.55, 29.7),
        "none": None,
    }
    found = at_border(frame(towns), frame({0: COUNTY}), CRS)
    told = {"touches": True, "corner": True, "near": True, "away": False, "inner": False}
    assert found.dropna().to_dict() == told
    assert found[["seat", "none"]].isna().all()


def test_a_sliver_between_polygons_is_nobodys_border_and_a_foreign_enclave_is():
    ring = shapely.box(107.6, 29.7, 107.8, 29.9)
    sliver = shapely.box(107.7, 29.8, 107.7003, 29.85)
    enclave = shapely.box(107.7, 29.8, 107.72, 29.82)
    towns = frame({"middle": ring})
    assert not at_border(towns, frame({0: COUNTY - sliver}), CRS)["middle"]
    assert at_border(towns, frame({0: COUNTY - enclave}), CRS)["middle"]


def test_without_an_outline_nobody_can_tell():
    towns = frame({"a": COUNTY})
    unknown = at_border(towns, None, CRS)
    assert unknown.isna().all()
    assert outside_not_counted(unknown, counted=False).isna().all()
    assert not outside_not_counted(unknown, counted=True).any()


def test_ten_of_the_twelve_townships_of_a_real_county_lie_at_its_border():
    """Counted in the same polygons by their topology: whose edge belongs to no neighbour."""
    path = shared("data", "realcounties", "wannian_361129_townships_osm_wgs84.geojson")
    real = gpd.read_file(path).set_index("name")
    outline = gpd.GeoDataFrame(geometry=[real.union_all()], crs=real.crs)
    found = at_border(real, outline, "EPSG:4548")
    metric = real.geometry.to_crs("EPSG:4548")
    free = {
        name: metric[name].boundary.difference(metric.drop(name).union_all().buffer(1.0)).length
        for name in metric.index
    }
    assert found.to_dict() == {name: length > 100.0 for name, length in free.items()}
    assert found.sum() == 10


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("border")
    bounds = '[boundaries]\noutline = "outline.geojson"\n'
    plan = little_county(folder, more=bounds)
    frame({0: COUNTY}).to_file(folder / "outline.geojson")
    bare = little_county(folder / "bare")
    return run(read_plan(plan)), run(read_plan(bare))


def test_the_flag_stands_in_every_list_that_leaves(runs):
    result, _ = runs
    assert result.townships["outside_not_counted"].all()
    said = next(note for note in result.notes if note.key == "say.outside")
    assert "3 个乡镇（街道）中 3 个在县界上" in said.text("zh")
    for table in (townships_table(result), gaps_table(result)):
        assert table["outside_not_counted"].all()
        assert "true" in csv_bytes(table[["code9", "outside_not_counted"]]).decode("utf-8-sig")


def test_a_county_without_outline_says_that_it_cannot_tell(runs):
    _, bare = runs
    assert bare.townships["outside_not_counted"].isna().all()
    assert "say.outside_unknown" in {note.key for note in bare.notes}
    lines = csv_bytes(townships_table(bare)[["code9", "outside_not_counted"]]).decode("utf-8-sig")
    assert lines.splitlines()[1] == "500230001,"


def test_an_empty_list_of_venues_outside_does_not_pass_for_a_count(tmp_path):
    path = little_county(tmp_path, outside="id,name,type,lon,lat\n")
    text = path.read_text(encoding="utf-8").replace(
        "[venue_types]", 'outside = "outside.csv"\n[venue_types]'
    )
    path.write_text(text, encoding="utf-8")
    keys = {note.key for note in run(read_plan(path)).notes}
    assert "say.outside_unknown" in keys
    assert "say.outside_counted" not in keys
