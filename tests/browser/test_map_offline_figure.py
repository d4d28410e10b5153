"""Any folium map, made offline, opens without a request."""

import folium
import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from coverplan.report.map import offline

pytestmark = pytest.mark.browser


def shown(opened, figure, path):
    figure.save(str(path))
    opened.page.goto(path.as_uri())
    opened.page.wait_for_selector(".leaflet-container .leaflet-map-pane", state="attached")
    return opened.page


def test_markers_popups_and_layer_control_work_without_a_network(opened, tmp_path):
    folium_map = folium.Map([29.9, 107.7], tiles=None)
    group = folium.FeatureGroup("点").add_to(folium_map)
    folium.Marker([29.9, 107.7], popup="弹窗", tooltip="提示").add_to(group)
    folium.LayerControl(collapsed=False).add_to(folium_map)
    page = shown(opened, offline(folium_map), tmp_path / "m.html")
    page.click("img.leaflet-marker-icon")
    assert page.inner_text(".leaflet-popup-content") == "弹窗"
    assert page.evaluate("document.querySelector('img.leaflet-marker-icon').naturalWidth") > 10
    assert "点" in page.inner_text(".leaflet-control-layers")
    opened.check()


def test_geopandas_explore_draws_shapes_tooltips_and_legend_without_a_network(opened, tmp_path):
    frame = gpd.GeoDataFrame(
        {"people": [1.0, 5.0], "name": ["甲", "乙"]},
        geometry=[box(107, 29, 107.2, 29.2), Point(107.4, 29.1).buffer(0.1)],
        crs=4326,
    )
    page = shown(opened, offline(frame.explore("people", tiles=None)), tmp_path / "m.html")
    assert page.locator("path.leaflet-interactive").count() == 2
    assert page.locator("#legend rect").count() > 5
    page.locator("path.leaflet-interactive").first.hover(force=True)
    assert "甲" in page.inner_text(".leaflet-tooltip")
    opened.check()
