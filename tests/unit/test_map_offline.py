"""Any folium map as one file: nothing is fetched, nothing unknown slips in."""

import re
from html import unescape
from importlib.resources import files

import folium
import geopandas as gpd
import pytest
from branca.element import JavascriptLink
from folium.plugins import MarkerCluster
from shapely.geometry import Point

from coverplan.report.map.offline import asset, fingerprint, offline, vendored

LINK = re.compile(
    r"""(?:src|<link[^>]*href)\s*=\s*["']?(?:https?:)?//|url\(\s*['"]?(?:https?:)?//|@import"""
)


def plain():
    return folium.Map([29.9, 107.7], tiles=None)


def test_every_vendored_file_has_the_hash_its_register_names():
    for entry in vendored()["file"]:
        assert fingerprint(entry["path"]) == entry["sha256"], entry["path"]


def test_leaflet_is_the_release_that_was_checked():
    script = next(e for e in vendored()["file"] if e["path"] == "leaflet/leaflet.js")
    assert script["version"] == "1.9.4"
    assert script["sha256"].startswith("db49d009")
    assert script["sha256"].endswith("e5641a")


def test_a_map_with_markers_popups_and_shapes_links_to_nothing():
    folium_map = plain()
    folium.Marker([29.9, 107.7], popup="名称", tooltip="提示").add_to(folium_map)
    folium.GeoJson(gpd.GeoDataFrame({"a": [1]}, geometry=[Point(107, 29)], crs=4326)).add_to(
        folium_map
    )
    folium.LayerControl().add_to(folium_map)
    page = offline(folium_map, title="图").render()
    assert not LINK.search(page)
    assert "sourceMappingURL" not in page
    assert "default-src 'none'" in page


def test_the_licences_of_what_is_inside_stand_in_the_page():
    page = offline(plain()).render()
    assert "Volodymyr Agafonkin" in page
    assert "Redistribution and use in source and binary forms" in page


def test_an_address_without_a_vendored_copy_is_named_and_refused():
    folium_map = plain()
    MarkerCluster().add_to(folium_map)
    with pytest.raises(ValueError, match=r"markercluster"):
        offline(folium_map).render()


def test_tiles_are_refused_with_what_to_do():
    with pytest.raises(ValueError, match="tiles=None"):
        offline(folium.Map([29.9, 107.7]))


def test_a_strange_script_link_in_the_head_is_refused():
    figure = offline(plain())
    figure.header.add_child(JavascriptLink("https://example.org/x.js"))
    with pytest.raises(ValueError, match=r"example\.org"):
        figure.render()


def test_a_title_cannot_close_its_element():
    page = offline(plain(), title="</title><script>alert(1)</script>").render()
    assert "<script>alert(1)" not in page


def test_the_notebook_shows_the_same_page():
    shown = offline(plain())._repr_html_()
    assert "default-src 'none'" in unescape(shown)


def test_an_asset_is_read_as_text():
    assert asset("leaflet/LICENSE").startswith("BSD 2-Clause License")


def test_only_the_licences_of_what_is_inside_are_carried():
    assert "Michael Bostock" not in offline(plain()).render()


def test_geopandas_own_map_works_with_its_colour_legend():
    frame = gpd.GeoDataFrame(
        {"people": [1, 5, 9]}, geometry=[Point(107 + n / 10, 29) for n in range(3)], crs=4326
    )
    page = offline(frame.explore("people", tiles=None)).render()
    assert not LINK.search(page)
    assert "Michael Bostock" in page


def test_our_own_scripts_keep_to_what_old_kernels_read():
    newer = re.compile(
        r"\?\.[A-Za-z_\[(]|\?\?|\{\s*\.\.\.|catch\s*\{|\(\?<[=!]|\.flat\(|\.replaceAll\("
    )
    folder = files("coverplan.report.map") / "assets" / "page"
    scripts = [entry for entry in folder.iterdir() if entry.name.endswith(".js")]
    assert len(scripts) >= 15
    for script in scripts:
        found = newer.search(script.read_text(encoding="utf-8"))
        assert found is None, (script.name, found)
