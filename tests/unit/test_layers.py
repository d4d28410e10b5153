import json
import shutil
import warnings

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from coverplan.errors import CrsError, InputError, Severity, TableError
from coverplan.intake.layers import read_layer
from coverplan.intake.projections import zoned_easting

TOWN = box(107.70, 29.80, 107.80, 29.90)
OTHER = box(107.80, 29.80, 107.90, 29.90)


def towns(**columns) -> gpd.GeoDataFrame:
    names = columns or {"name": ["三合街道", "名山街道"]}
    return gpd.GeoDataFrame(names, geometry=[TOWN, OTHER], crs="EPSG:4326")


def same_place(frame: gpd.GeoDataFrame) -> bool:
    got, wanted = frame.total_bounds, towns().total_bounds
    return bool(abs(got - wanted).max() < 2e-8 and str(frame.crs) == "EPSG:4326")


def write(frame: gpd.GeoDataFrame, path, **options) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a layer written without a system warns, as it should
        frame.to_file(path, **options)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "kml", "parquet", "gdb"])
def test_a_layer_of_every_format_arrives_in_the_same_place_with_its_names(tmp_path, suffix):
    path = tmp_path / f"towns.{suffix}"
    if suffix == "parquet":
        towns().to_parquet(path)
    else:
        drivers = {"kml": "KML", "gdb": "OpenFileGDB"}
        write(towns(), path, **({"driver": drivers[suffix]} if suffix in drivers else {}))
    frame, notes = read_layer(path)
    assert same_place(frame)
    column = next(name for name in frame.columns if name.casefold() == "name")
    assert list(frame[column]) == ["三合街道", "名山街道"]
    assert notes == ()


def test_a_kmz_is_a_kml_in_a_zip_and_read_as_one(tmp_path):
    write(towns(), tmp_path / "doc.kml", driver="KML")
    shutil.make_archive(str(tmp_path / "towns"), "zip", tmp_path, "doc.kml")
    (tmp_path / "towns.zip").rename(tmp_path / "towns.kmz")
    frame, _ = read_layer(tmp_path / "towns.kmz")
    assert same_place(frame)


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("label", ["kept", "absent", "wrong"])
def test_a_shapefile_keeps_its_chinese_whatever_its_label_says(tmp_path, encoding, label):
    path = tmp_path / "towns.shp"
    write(towns(名称=["三合街道", "名山街道"]), path, encoding=encoding)
    if label == "absent":
        path.with_suffix(".cpg").unlink()
    if label == "wrong":
        other = "UTF-8" if encoding == "GBK" else "GBK"
        path.with_suffix(".cpg").write_text(other, encoding="ascii")
    frame, _ = read_layer(path)
    assert list(frame["名称"]) == ["三合街道", "名山街道"]


def test_a_shapefile_without_its_table_says_which_part_is_missing(tmp_path):
    path = tmp_path / "towns.shp"
    write(towns(), path)
    path.with_suffix(".dbf").unlink()
    with pytest.raises(TableError, match=r"缺少同名的 \.dbf 文件"):
        read_layer(path)


@pytest.mark.parametrize(
    ("epsg", "kind"),
    [
        (4490, "CGCS2000 degrees"),
        (4545, "3-degree by meridian"),
        (4524, "3-degree with zone 36"),
        (4496, "6-degree with zone 18"),
        (4509, "6-degree by meridian 111"),
    ],
)
def test_the_systems_of_chinese_maps_arrive_in_the_same_place(tmp_path, epsg, kind):
    path = tmp_path / "towns.gpkg"
    write(towns().to_crs(epsg), path)
    frame, notes = read_layer(path)
    assert abs(frame.total_bounds - towns().total_bounds).max() < 1e-3, kind
    assert frame.crs.to_epsg() == 4326
    assert notes == ()


@pytest.mark.parametrize("epsg", [4524, 4496])
def test_metres_with_a_zone_prefix_are_recognised_without_a_label(tmp_path, epsg):
    path = tmp_path / "towns.shp"
    write(towns().to_crs(epsg), path)
    path.with_suffix(".prj").unlink()
    frame, notes = read_layer(path)
    assert abs(frame.total_bounds - towns().total_bounds).max() < 1e-3
    assert [n.key for n in notes] == ["intake.layer.zone_found"]
    assert f"按 EPSG:{epsg} 读。请核对" in notes[0].text("zh")
    assert notes[0].severity is Severity.NOTE


def test_metres_without_prefix_and_label_fit_every_meridian_and_are_refused(tmp_path):
    path = tmp_path / "towns.shp"
    write(towns().to_crs(4545), path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="看不出中央经线"):
        read_layer(path)


def test_exchanged_axes_are_named(tmp_path):
    path = tmp_path / "towns.shp"
    metric = towns().to_crs(4524)
    west, south, east, north = metric.total_bounds
    frame = gpd.GeoDataFrame(geometry=[box(south, west, north, east)])
    write(frame, path)
    with pytest.raises(CrsError, match="对调"):
        read_layer(path)


def test_degrees_without_a_label_are_read_and_said(tmp_path):
    path = tmp_path / "towns.shp"
    write(towns(), path)
    path.with_suffix(".prj").unlink()
    frame, notes = read_layer(path)
    assert same_place(frame)
    assert [n.key for n in notes] == ["intake.layer.assumed_degrees"]


def test_a_label_without_prefix_over_numbers_with_one_is_corrected_and_said(tmp_path):
    path = tmp_path / "towns.gpkg"
    write(towns().to_crs(4524).set_crs(4545, allow_override=True), path)
    frame, notes = read_layer(path)
    assert abs(frame.total_bounds - towns().total_bounds).max() < 1e-3
    assert [n.key for n in notes] == ["intake.layer.zone_label"]


@pytest.mark.parametrize("epsg", [4610, 4214, 2360, 2344])
def test_xian_80_and_beijing_54_are_refused_and_not_taken_for_wgs84(tmp_path, epsg):
    path = tmp_path / "towns.gpkg"
    write(towns().set_crs(epsg, allow_override=True), path)
    with pytest.raises(CrsError, match="北京 54 / 西安 80"):
        read_layer(path)


def test_a_layer_in_gcj_is_moved_as_the_plan_says(tmp_path):
    path = tmp_path / "towns.geojson"
    write(towns(), path)
    moved, _ = read_layer(path, datum="gcj02")
    shift = towns().total_bounds - moved.total_bounds
    assert 0.003 < shift[0] < 0.006
    assert -0.004 < shift[1] - 0.0 < 0.004


def test_what_is_no_layer_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "a.geojson").write_text("{}", encoding="utf-8")
    (tmp_path / "b.gpkg").write_bytes(b"SQLite format 3\0" + b"\0" * 100)
    (tmp_path / "c.dwg").write_bytes(b"AC1032")
    (tmp_path / "d.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8"
    )
    (tmp_path / "e.parquet").write_bytes(b"PAR1 broken")
    (tmp_path / "f.kmz").write_bytes(b"PK\x03\x04")
    for name in ("a.geojson", "b.gpkg", "c.dwg", "d.geojson", "e.parquet", "f.kmz", "none.gpkg"):
        with pytest.raises(InputError) as caught:
            read_layer(tmp_path / name)
        assert caught.value.problems[0].where.file == name


def test_a_ring_that_does_not_close_is_refused_and_not_closed_in_silence(tmp_path):
    path = tmp_path / "a.geojson"
    ring = [[107.6, 29.7], [107.9, 29.7], [107.9, 30.0], [107.6, 29.8]]
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}), encoding="utf-8")
    with pytest.raises(TableError, match="Points of LinearRing"):
        read_layer(path)


def test_zone_prefixes_are_told_from_plain_eastings():
    assert zoned_easting((36_480_000, 3_280_000, 36_520_000, 3_330_000)) == "EPSG:4524"
    assert zoned_easting((480_000, 3_280_000, 520_000, 3_330_000)) == ""
    assert zoned_easting((35_480_000, 3_280_000, 36_520_000, 3_330_000)) == ""
    assert zoned_easting((36_480_000, 3_280, 36_520_000, 3_330)) == ""


def test_points_are_a_layer_too(tmp_path):
    path = tmp_path / "p.geojson"
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(107, 29)], crs=4326).to_file(path)
    assert read_layer(path)[0].geometry.iloc[0].x == 107
