import bz2
import sys

import geopandas as gpd
import numpy as np
import osmnx as ox
import pandas as pd
import pyogrio
import pytest
import shapely

from coverplan.config_tables import Travel
from coverplan.demand import seat_points
from coverplan.domain import Rung
from coverplan.errors import InputError
from coverplan.impedance import travel_times
from coverplan.impedance.banks import banks
from coverplan.impedance.by_road import road_times, snap_on_bank
from coverplan.impedance.network import network_of, snap
from coverplan.impedance.speeds import PROFILES
from coverplan.intake.roads import download_roads, read_roads
from road_worlds import CRS, at, overpass, overpass_server, roads
from support import shared

XML = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="30.0" lon="108.00"/><node id="2" lat="30.0" lon="108.01"/>
 <node id="3" lat="30.0" lon="108.02"/><node id="4" lat="30.01" lon="108.01"/>
 <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
  <tag k="highway" v="primary"/><tag k="maxspeed" v="30 mph"/><tag k="name" v="大道"/></way>
 <way id="11"><nd ref="2"/><nd ref="4"/>
  <tag k="highway" v="residential"/><tag k="oneway" v="-1"/><tag k="bridge" v="yes"/></way>
 <way id="12"><nd ref="3"/><nd ref="4"/>
  <tag k="route" v="ferry"/><tag k="duration" v="00:12"/></way>
 <way id="13"><nd ref="1"/><nd ref="4"/><tag k="highway" v="service"/>
  <tag k="access" v="private"/></way>
 <way id="14"><nd ref="1"/><nd ref="4"/><tag k="waterway" v="river"/></way>
 <way id="15"><nd ref="1"/><nd ref="4"/><tag k="highway" v="construction"/></way>
</osm>
"""


def test_an_osm_file_gives_classes_limits_directions_ferries_and_closures(tmp_path):
    (tmp_path / "a.osm").write_text(XML, encoding="utf-8")
    found = read_roads(tmp_path / "a.osm").set_index("road_class")
    assert set(found.index) == {"primary", "residential", "ferry", "service"}
    assert found.loc["primary", "maxspeed_kmh"] == pytest.approx(48.28, abs=0.01)
    assert found.loc["primary", "name"] == "大道"
    assert found.loc["residential", ["one_way", "bridge"]].tolist() == [-1, True]
    assert found.loc["ferry", "ferry_min"] == 12.0
    assert found.loc["service", "closed"]
    assert not found.loc["primary", "closed"]


def test_a_compressed_osm_file_reads_the_same(tmp_path):
    (tmp_path / "a.osm").write_text(XML, encoding="utf-8")
    (tmp_path / "b.osm.bz2").write_bytes(bz2.compress(XML.encode()))
    plain, packed = read_roads(tmp_path / "a.osm"), read_roads(tmp_path / "b.osm.bz2")
    pd.testing.assert_frame_equal(plain, packed)


def test_geofabriks_shapefile_with_its_letters(tmp_path):
    frame = gpd.GeoDataFrame(
        {
            "fclass": ["primary", "residential", "tertiary"],
            "oneway": ["B", "F", "T"],
            "maxspeed": [0, 30, 0],
            "bridge": ["F", "T", "F"],
            "tunnel": ["F", "F", "F"],
        },
        geometry=[shapely.LineString([(108, 30 + n / 100), (108.1, 30)]) for n in range(3)],
        crs=4326,
    )
    pyogrio.write_dataframe(frame, tmp_path / "gis_osm_roads_free_1.shp")
    found = read_roads(tmp_path / "gis_osm_roads_free_1.shp")
    assert found["road_class"].tolist() == ["primary", "residential", "tertiary"]
    assert found["one_way"].tolist() == [0, 1, -1]
    assert found["maxspeed_kmh"].tolist() == pytest.approx([np.nan, 30.0, np.nan], nan_ok=True)
    assert found["bridge"].tolist() == [False, True, False]


def test_any_line_layer_in_any_known_system_is_a_road_network(tmp_path):
    lines = [shapely.LineString([(5e5, 33e5), (501e3, 33e5)])]
    frame = gpd.GeoDataFrame({"x": [1]}, geometry=lines, crs=CRS)
    frame.to_file(tmp_path / "lines.gpkg")
    found = read_roads(tmp_path / "lines.gpkg")
    assert found["road_class"].tolist() == [""]
    network = network_of(found, PROFILES["car"], CRS)
    assert network.forward[0] == pytest.approx(3.0, abs=1e-3)  # 1 km at the unknown class's 20 km/h


def test_faults_of_a_road_file_are_told(tmp_path):
    with pytest.raises(InputError, match="不存在"):
        read_roads(tmp_path / "no.osm")
    (tmp_path / "bad.osm.pbf").write_bytes(b"not a map")
    with pytest.raises(InputError, match="无法读取"):
        read_roads(tmp_path / "bad.osm.pbf")
    (tmp_path / "a.osm").write_text(XML, encoding="utf-8")
    with pytest.raises(InputError, match="没有任何线路"):
        read_roads(tmp_path / "a.osm", bounds=(24.0, 60.0, 25.0, 61.0))
    frame = gpd.GeoDataFrame({"x": [1]}, geometry=[shapely.LineString([(0, 0), (1, 1)])])
    with pytest.warns(UserWarning, match="crs"):
        pyogrio.write_dataframe(frame, tmp_path / "nowhere.gpkg")
    with pytest.raises(InputError, match=r"坐标参考系|无法读取"):
        read_roads(tmp_path / "nowhere.gpkg")


def test_the_real_helsinki_extract_and_a_clip_of_it():
    path = shared("data", "roads", "Helsinki.osm.pbf")
    whole = read_roads(path)
    assert {"primary", "residential", "footway", "steps"} <= set(whole["road_class"])
    assert (whole["one_way"] != 0).sum() > 300
    assert whole["maxspeed_kmh"].max() == 50
    west, south, east, north = whole.total_bounds
    clip = read_roads(path, bounds=(west, south, (west + east) / 2, (south + north) / 2))
    assert 0 < len(clip) < len(whole)


@pytest.fixture
def server():
    with overpass_server() as running:
        yield running


def test_a_download_gives_the_same_network_as_the_file_and_then_lives_in_the_cache(
    server, tmp_path
):
    streets = read_roads(shared("data", "roads", "Helsinki.osm.pbf"))
    streets = streets[streets["road_class"].isin(["primary", "secondary", "residential"])]
    server.body = overpass(streets)
    area = shapely.box(*streets.total_bounds).buffer(0.01)
    before = ox.settings.overpass_url
    options = {"cache": tmp_path, "endpoint": server.endpoint, "rate_limit": False, "mode": "drive"}
    found = download_roads(area, **options)
    assert ox.settings.overpass_url == before
    assert len(server.asked) == 1
    own = network_of(streets, PROFILES["car"], "EPSG:3067")
    theirs = network_of(found, PROFILES["car"], "EPSG:3067")
    # OSMnx keeps every vertex as a node; the length that can be driven, each way, is the same.
    for way in ("forward", "backward"):
        assert np.isfinite(getattr(own, way)).any(), way

    def total(network) -> float:
        return sum(v[np.isfinite(v)].sum() for v in (network.forward, network.backward))

    assert total(theirs) == pytest.approx(total(own), rel=1e-6)
    again = download_roads(area, **options)
    assert len(server.asked) == 1  # from the cache
    pd.testing.assert_frame_equal(found, again)


def test_without_a_network_the_server_is_named_and_a_file_is_suggested(tmp_path):
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9.*osm\.pbf"):
        download_roads(
            shapely.box(24.9, 60.1, 24.91, 60.11),
            cache=tmp_path,
            endpoint="http://127.0.0.1:9/api",
            rate_limit=False,
        )


def test_without_osmnx_a_file_is_suggested(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "osmnx", None)
    with pytest.raises(InputError, match=r"osmnx.*osm\.pbf"):
        download_roads(shapely.box(24.9, 60.1, 24.91, 60.11), cache=tmp_path)
    (tmp_path / "a.graphml").write_text("<graphml/>", encoding="utf-8")
    with pytest.raises(InputError, match="osmnx"):
        read_roads(tmp_path / "a.graphml")


def test_an_area_without_roads_is_told(server, tmp_path):
    server.body = b'{"elements": []}'
    with pytest.raises(InputError, match="没有给出可用的道路"):
        download_roads(
            shapely.box(24.9, 60.1, 24.91, 60.11),
            cache=tmp_path,
            endpoint=server.endpoint,
            rate_limit=False,
        )


def test_osmnxs_graphml_gives_the_network_it_was_saved_from(tmp_path):
    (tmp_path / "a.osm").write_text(XML, encoding="utf-8")
    saved = ox.graph.graph_from_xml(tmp_path / "a.osm", simplify=False, retain_all=True)
    ox.io.save_graphml(saved, tmp_path / "a.graphml")
    found = read_roads(tmp_path / "a.graphml")
    assert {"primary", "residential"} <= set(found["road_class"])
    assert (found["one_way"] == 1).all()


TOWNSHIPS = pd.DataFrame(
    {"name": ["甲镇", "乙镇", "丙镇", "丁镇"], "people": 10},
    index=[f"50023000{n}" for n in range(4)],
)


def placed(*places) -> tuple[pd.DataFrame, pd.DataFrame]:
    points = gpd.points_from_xy(*at(*places).T, crs=CRS).to_crs(4326)
    townships = TOWNSHIPS.iloc[: len(places)].assign(seat_lon=points.x, seat_lat=points.y)
    return townships, seat_points(townships)


def over_roads(lines, places, sites, **columns):
    townships, demand = placed(*places)
    points = gpd.points_from_xy(*at(*sites).T, crs=CRS).to_crs(4326)
    table = pd.DataFrame({"lon": points.x, "lat": points.y, "code9": "", "code12": ""})
    table.index = [f"s{n}" for n in range(len(sites))]
    return travel_times(
        demand,
        table,
        Travel(rung=Rung.ROADS, mode="car", limit_min=60.0),
        townships=townships,
        villages=pd.DataFrame(),
        crs=CRS,
        roads=roads(lines, **columns),
    )


def test_why_a_township_reaches_nothing_is_told_by_name():
    lines = [
        [(0, 0), (1_000, 0)],
        [(0, 9_000), (1_000, 9_000)],
        [(1_000, 0), (2_000, 0)],
    ]
    places = [(0, 0), (500, 5_000), (500, 9_000), (2_000, 0)]
    times, notes = over_roads(lines, places, [(800, 0)], one_way=[0, 0, 1])
    assert times.rung is Rung.ROADS
    assert np.isfinite(times.to(["s0"])[:, 0]).tolist() == [True, False, False, False]
    told = {note.key: note.text("zh") for note in notes}
    assert "乙镇" in told["roads.off_network"]
    assert "1000 米" in told["roads.off_network"]
    assert "丙镇" in told["roads.island"]
    assert "丁镇" in told["roads.one_way_trap"]
    assert "JTG B01-2014" in told["roads.used"]


def test_roads_of_another_county_are_refused():
    with pytest.raises(InputError, match="别的地区"):
        over_roads([[(0, 0), (1_000, 0)]], [(90_000, 0)], [(800, 0)])


def test_nobody_borrows_a_road_across_the_river():
    river = gpd.GeoDataFrame(
        geometry=gpd.GeoSeries([shapely.LineString(at((-9_000, 0), (9_000, 0)))], crs=CRS)
    )
    outline = gpd.GeoDataFrame(
        geometry=gpd.GeoSeries(
            [shapely.box(*at((-5_000, -5_000), (5_000, 5_000)).ravel())], crs=CRS
        )
    )
    pieces = banks(river, outline, CRS)
    assert len(pieces) == 2
    lines = [
        [(0, 200), (3_000, 200)],  # the road along the northern bank
        [(0, -800), (3_000, -800)],  # a road of the southern bank, farther off
        [(3_000, 200), (3_000, -800)],  # the bridge
    ]
    network = network_of(roads(lines), PROFILES["car"], CRS)
    south = at((500, -100), (500, -3_000), (500, 400))
    free = snap(network, south, 1_000.0)
    own, wrong = snap_on_bank(network, south, 1_000.0, pieces)
    assert free.away_m[0] == pytest.approx(300, abs=0.1)  # over the water
    assert own.away_m[0] == pytest.approx(700, abs=0.1)
    assert own.edge[1] == -1  # the nearest road is too far, on whichever bank
    assert own.away_m[2] == pytest.approx(200, abs=0.1)
    assert not wrong.any()
    near, wrong = snap_on_bank(network, south, 500.0, pieces)
    assert near.edge.tolist()[:2] == [-1, -1]
    assert wrong.tolist() == [True, False, False]
    townships, demand = placed((500, -100), (500, 400))
    table = pd.DataFrame({"lon": demand["lon"].iloc[1:], "lat": demand["lat"].iloc[1:]})
    options = {"townships": townships, "snap_limit_m": 500.0, "pieces": pieces}
    times, notes = road_times(demand, table, network, CRS, **options)
    assert np.isinf(times.values[0]).all()
    assert [note.key for note in notes] == ["roads.wrong_side"]
    assert "甲镇：1 个点 500 米以内的道路都在河对岸" in notes[0].text("zh")


def test_a_township_beyond_the_limit_is_named():
    times, notes = over_roads([[(0, 0), (60_000, 0)]], [(0, 0), (59_000, 0)], [(59_500, 0)])
    assert np.isinf(times.values[:, 0]).tolist() == [True, False]
    told = {note.key: note.text("zh") for note in notes}
    assert "甲镇：1 个点到任何地点都超过上限 60 分钟" in told["roads.beyond_limit"]
