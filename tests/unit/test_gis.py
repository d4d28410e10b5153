"""The GeoPackage: what ogrinfo and QGIS find in it."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest

from coverplan.report.gis import layers_of, write_layers
from coverplan.report.publish import published
from coverplan.report.qgis_style import Category, Symbol, categorized
from small_result import small_result

LAYERS = ["outline", "townships", "river", "villages", "candidates", "placement", "venues"]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("gis") / "layers.gpkg"
    write_layers(small_result(), path)
    return path


def rows(package, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(package)) as database:
        return database.execute(query).fetchall()


def test_every_layer_is_there_lowest_first(package):
    assert [name for name, _ in pyogrio.list_layers(package)][: len(LAYERS)] == LAYERS


def test_the_package_is_of_a_version_that_older_qgis_reads_without_a_warning(package):
    assert rows(package, "PRAGMA user_version")[0][0] <= 10300


def test_the_same_result_gives_the_same_bytes(package, tmp_path):
    write_layers(small_result(), tmp_path / "again.gpkg")
    assert (tmp_path / "again.gpkg").read_bytes() == package.read_bytes()


def test_the_only_date_in_the_package_is_the_report_date(package):
    dates = rows(package, "SELECT last_change FROM gpkg_contents")
    dates += rows(package, "SELECT update_time FROM layer_styles")
    assert {date for (date,) in dates} == {"2025-12-31T00:00:00.000Z"}


def test_the_date_setting_of_gdal_is_put_back(tmp_path):
    write_layers(small_result(), tmp_path / "a.gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_townships_read_back_with_their_states_people_and_shape(package):
    layer = gpd.read_file(package, layer="townships").set_index("code9")
    result = small_result()
    assert layer["state_university_site"].tolist() == ["has", "none", "unreported"]
    assert layer["people_uncovered_30min_university_site"].tolist() == [0, 400, 300]
    assert layer["approximate"].all()
    assert layer.crs == "EPSG:4326"
    assert layer.geometry.geom_equals(result.townships.geometry).all()


def test_an_unlocated_venue_keeps_its_row_without_a_point(package):
    layer = gpd.read_file(package, layer="venues").set_index("id")
    assert len(layer) == 2
    assert layer.geometry["v2"] is None
    assert layer.geometry["v1"].x == pytest.approx(107.04)


def test_unreachable_minutes_are_null_for_a_gis(package):
    layer = gpd.read_file(package, layer="villages")
    assert not np.isinf(layer["minutes_to_seat"]).any()


def test_each_layer_has_a_default_style_that_parses_and_names_a_field_it_has(package):
    styles = rows(package, "SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault")
    assert [name for name, _ in styles] == LAYERS
    for name, qml in styles:
        root = ET.fromstring(qml)  # noqa: S314 - our own text
        assert root.tag == "qgis"
        renderer = root.find("renderer-v2")
        symbols = {symbol.get("name") for symbol in renderer.findall("symbols/symbol")}
        used = {row.get("symbol") for row in renderer.findall("categories/category")}
        assert used <= symbols
        assert symbols
        field = renderer.get("attr")
        if field:
            assert field in gpd.read_file(package, layer=name).columns


def test_venues_wear_the_shape_and_colour_of_their_type(package):
    qml = rows(package, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'venues'")[0][0]
    root = ET.fromstring(qml)  # noqa: S314
    looks = {}
    for row in root.findall("renderer-v2/categories/category"):
        symbol = root.find(f"renderer-v2/symbols/symbol[@name='{row.get('symbol')}']/layer")
        option = {one.get("name"): one.get("value") for one in symbol.findall("Option/Option")}
        looks[row.get("value")] = (option["name"], option["color"])
    assert looks["university_site"] == ("circle", "31,120,180,255")
    assert looks["school_museum"] == ("square", "227,26,28,255")


def test_unreported_townships_are_hatched_and_approximate_borders_dashed(package):
    qml = rows(package, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'townships'")[0][0]
    assert "LinePatternFill" in qml
    assert 'value="dash"' in qml
    solid = small_result()
    solid.townships["approximate"] = False
    layer = next(one for one in layers_of(solid) if one.name == "townships")
    assert 'value="dash"' not in next(iter(layer.styles.values()))


def test_every_venue_type_has_a_style_of_the_townships(package):
    names = rows(package, "SELECT styleName FROM layer_styles WHERE f_table_name = 'townships'")
    assert [name for (name,) in names] == [
        "社区科普大学教学点",
        "中小学共享科技馆",
        "青少年校外科普实践基地",
    ]


def test_approximate_townships_say_so_in_the_layer(package):
    about = rows(package, "SELECT description FROM gpkg_contents WHERE table_name = 'townships'")
    assert "示意，非法定界线" in about[0][0]


def test_fields_carry_their_chinese_headers_each_once_a_layer(package):
    aliases = rows(package, "SELECT table_name, column_name, name FROM gpkg_data_columns")
    assert ("townships", "people", "人口（人）") in aliases
    assert len({(table, alias) for table, _, alias in aliases}) == len(aliases)
    for table in LAYERS:
        fields = set(gpd.read_file(package, layer=table).columns) - {"geometry"}
        assert {column for name, column, _ in aliases if name == table} == fields


def test_hostile_names_stay_text_in_styles():
    qml = categorized(
        "type", [Category('"><script>', "{{7*7}} & <b>", Symbol("marker", "#000000"))]
    )
    root = ET.fromstring(qml)  # noqa: S314
    assert root.find("renderer-v2/categories/category").get("value") == '"><script>'


def test_under_the_public_profile_there_are_no_lines_of_administration(tmp_path):
    write_layers(published(small_result(), "public"), tmp_path / "p.gpkg")
    kinds = dict(pyogrio.list_layers(tmp_path / "p.gpkg"))
    assert "outline" not in kinds
    assert kinds["townships"] == "Point"


def test_a_county_without_shapes_gives_points(tmp_path):
    result = published(small_result(), "public")
    write_layers(replace(result, layers={}), tmp_path / "p.gpkg", lang="en")
    assert "river" not in dict(pyogrio.list_layers(tmp_path / "p.gpkg"))


def test_ogrinfo_of_the_system_reads_every_layer(package):
    tool = shutil.which("ogrinfo")
    if tool is None:
        if os.environ.get("CI") == "true":
            pytest.fail("ogrinfo is missing (gdal-bin)")
        pytest.skip("ogrinfo is missing (gdal-bin)")
    found = subprocess.run(
        [tool, "-ro", "-so", "-al", str(package)], capture_output=True, text=True, check=True
    )
    assert "warning" not in (found.stdout + found.stderr).lower()
    for name in LAYERS:
        assert f"Layer name: {name}" in found.stdout
    assert "people_uncovered_30min_university_site: Integer64" in found.stdout
