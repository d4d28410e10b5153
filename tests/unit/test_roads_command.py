import shutil
import time
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from coverplan.cli import main
from coverplan.intake.roads import read_roads
from little_county import little_county
from road_worlds import overpass, overpass_server
from support import shared


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = little_county(tmp_path, more='[boundaries]\noutline = "outline.geojson"\n')
    outline = gpd.GeoDataFrame(geometry=[shapely.box(107.6, 29.7, 107.9, 30.0)], crs=4326)
    outline.to_file(tmp_path / "outline.geojson", driver="GeoJSON")
    return path


def test_a_road_file_is_clipped_to_the_county_kept_and_named(plan, tmp_path, capsys):
    lines = [[(107.7, 29.8), (107.8, 29.8)], [(107.8, 29.8), (107.8, 29.9)], [(1, 1), (2, 2)]]
    roads = gpd.GeoDataFrame(
        {"highway": ["primary", "residential", "primary"]},
        geometry=[shapely.LineString(line) for line in lines],
        crs=4326,
    )
    roads.to_file(tmp_path / "all.gpkg")
    assert main(["roads", "import", str(plan), "--from", str(tmp_path / "all.gpkg")]) == 0
    told = capsys.readouterr().out
    assert "已保存 2 条道路" in told
    assert "primary" in told
    assert "3 个节点、2 条路段，主路网占 100%" in told
    kept = gpd.read_file(tmp_path / "roads.gpkg")
    assert sorted(kept["road_class"]) == ["primary", "residential"]
    text = plan.read_text(encoding="utf-8").replace(
        "[[programme]]", '[travel]\nrung = "A"\nroads = "roads.gpkg"\n[[programme]]', 1
    )
    plan.write_text(text, encoding="utf-8")
    assert main(["roads", "info", str(plan), "--lang", "en"]) == 0
    assert "3 nodes, 2 edges" in capsys.readouterr().out


def test_what_is_missing_is_told_with_the_next_step(plan, tmp_path, capsys):
    assert main(["roads", "info", str(plan)]) == 2
    assert main(["roads", "import", str(plan)]) == 2
    far = shutil.copy(shared("data", "roads", "Helsinki.osm.pbf"), tmp_path / "x.osm.pbf")
    assert main(["roads", "import", str(plan), "--from", str(far)]) == 2
    options = ["--endpoint", "http://127.0.0.1:9/api", "--no-rate-limit"]
    assert main(["roads", "fetch", str(plan), *options]) == 2
    told = "".join(capsys.readouterr())
    for part in ("roads fetch", "--from", "没有任何线路", "127.0.0.1:9"):
        assert part in told, part


STREETS = [[(107.7, 29.8), (107.8, 29.8)], [(107.8, 29.8), (107.8, 29.9)]]


@pytest.fixture
def server():
    streets = gpd.GeoDataFrame(
        {"road_class": ["primary", "residential"], "one_way": [0, 1], "maxspeed_kmh": [60.0, 0.0]},
        geometry=[shapely.LineString(line) for line in STREETS],
        crs=4326,
    )
    with overpass_server() as running:
        running.body = overpass(streets)
        yield running


def asking(plan: Path, **keys: str) -> Path:
    table = "".join(f"{key} = {value}\n" for key, value in keys.items())
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("[[programme]]", f"[overpass]\n{table}[[programme]]", 1), "utf-8")
    return plan


def test_the_plan_says_whom_to_ask_how_long_to_wait_and_where_answers_are_kept(
    plan, server, tmp_path, capsys
):
    keys = {"endpoint": f'"{server.endpoint}"', "cache": '"kept"', "timeout_s": "77"}
    assert main(["roads", "fetch", str(asking(plan, **keys))]) == 0
    assert ("GET", "/api/status") in server.seen  # the rate limit is asked for
    assert ("POST", "/api/interpreter") in server.seen
    assert "[timeout:77]" in server.asked[0]
    assert len(list((tmp_path / "kept").iterdir())) == len(server.asked)
    assert {"primary", "residential"} == set(read_roads(tmp_path / "roads.gpkg")["road_class"])
    told = capsys.readouterr().out
    assert "primary" in told
    kept, asked = (tmp_path / "roads.gpkg").read_bytes(), len(server.asked)
    assert main(["roads", "fetch", str(plan), "--to", str(tmp_path / "again.gpkg")]) == 0
    assert len(server.asked) == asked  # the second time from the cache
    again = read_roads(tmp_path / "again.gpkg")
    assert again.geometry.equals(read_roads(tmp_path / "roads.gpkg").geometry)
    assert (tmp_path / "roads.gpkg").read_bytes() == kept


def test_the_rate_limit_can_be_switched_off_and_the_command_line_overrides_the_plan(plan, server):
    keys = {"endpoint": '"http://127.0.0.1:9/api"', "rate_limit": "false", "timeout_s": "77"}
    asking(plan, **keys)
    options = ["--endpoint", server.endpoint, "--timeout", "55"]
    assert main(["roads", "fetch", str(plan), *options]) == 0
    assert {method for method, _ in server.seen} == {"POST"}
    assert "[timeout:55]" in server.asked[0]


def test_a_proxy_of_the_environment_is_used_and_no_name_service_is_asked(plan, server, monkeypatch):
    for name in ("NO_PROXY", "no_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    asking(plan, endpoint='"http://roads.invalid/api"')
    assert main(["roads", "fetch", str(plan)]) == 0
    assert ("POST", "http://roads.invalid/api/interpreter") in server.seen
    assert {path for _, path in server.seen} == {
        "http://roads.invalid/api/status",
        "http://roads.invalid/api/interpreter",
    }


def test_without_a_network_the_answer_comes_at_once_and_the_cache_still_serves(
    plan, server, tmp_path, capsys
):
    asking(plan, endpoint=f'"{server.endpoint}"', cache='"kept"')
    assert main(["roads", "fetch", str(plan)]) == 0
    kept = (tmp_path / "roads.gpkg").read_bytes()
    began = time.monotonic()
    assert main(["roads", "fetch", str(plan), "--endpoint", "http://127.0.0.1:9/api"]) == 2
    assert time.monotonic() - began < 20  # not a minute of waiting for a free slot
    assert "127.0.0.1:9" in "".join(capsys.readouterr())
    assert (tmp_path / "roads.gpkg").read_bytes() == kept
