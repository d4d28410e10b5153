import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from coverplan.cli import main
from little_county import little_county
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
