import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Polygon, box

from coverplan.config import read_plan
from coverplan.intake.inputs import examine
from coverplan.intake.topology import flaws, repaired, tell_flaws
from coverplan.pipeline import run
from coverplan.report.run_folder import write
from little_county import little_county, venues
from support import shared


def asked(folder, key: str, **changed) -> list[str]:
    examined = examine(read_plan(little_county(folder, **changed)))
    return [p.text("zh") for p in examined.problems if key in p.key]


def real_cells(folder) -> str:
    """Three townships side by side, each 0.1 degrees wide, as a layer with names."""
    cells = gpd.GeoDataFrame(
        {"name": ["双龙镇", "三合街道", "双路镇"]},
        geometry=[
            box(107.6, 29.7, 107.7, 30.0),
            box(107.7, 29.7, 107.78, 30.0),
            box(107.78, 29.7, 107.9, 30.0),
        ],
        crs=4326,
    )
    folder.mkdir(parents=True, exist_ok=True)
    cells.to_file(folder / "towns.geojson")
    cells.dissolve().to_file(folder / "outline.geojson")
    return '[boundaries]\noutline = "outline.geojson"\ntownships = "towns.geojson"\n'


def test_a_venue_beyond_the_boundary_of_its_township_is_listed_with_the_distance(tmp_path):
    more = real_cells(tmp_path)
    rows = (
        "v1,甲,museum,三合街道,,107.79,29.9,开放",  # 0.01° = 966 m beyond
        "v2,乙,museum,三合街道,,107.7805,29.9,开放",  # 48 m beyond: within the tolerance
        "v3,丙,museum,三合街道,,107.75,29.9,开放",
    )
    found = asked(tmp_path, "conflict", more=more, venues=venues(*rows))
    assert found == [
        (
            "venues.csv，第 2 行，“经度”列：“甲”写的是 三合街道，坐标却在 双路镇，"
            "离 三合街道 的边界 1.0 公里。按 三合街道 计；请核对"
        )
    ]


def test_approximate_cells_say_that_they_are_no_boundary(tmp_path):
    more = real_cells(tmp_path).replace('townships = "towns.geojson"\n', "")
    rows = ("v1,甲,museum,三合街道,,107.81,29.9,开放", "v2,乙,museum,三合街道,,107.77,29.88,开放")
    found = asked(tmp_path, "conflict", more=more, venues=venues(*rows))
    assert len(found) == 1
    assert "示意范围不是界线，按 三合街道 计；请核对坐标" in found[0]


def test_polygons_are_matched_by_whatever_column_names_the_townships(tmp_path):
    more = real_cells(tmp_path)
    inputs = examine(read_plan(little_county(tmp_path, more=more))).inputs
    assert list(inputs.cells.index) == ["500230001", "500230111", "500230112"]


def test_the_same_place_entered_twice_is_listed_and_not_merged(tmp_path):
    rows = (
        "v1,双路镇科技馆,museum,双路镇,,107.800,29.900,开放",
        "v2,双路镇 科技馆,museum,双路镇,,107.801,29.900,开放",
        "v3,第一教学点,university_site,双路镇,,,,开放",
        "v4,第二教学点,university_site,双路镇,,,,开放",
        "v5,双路镇科技馆,university_site,双路镇,,107.800,29.900,开放",
        "v6,安宁村教学点,university_site,双路镇,安宁村,,,开放",
        "v7,安宁村教学点,university_site,双路镇,,,,开放",
        "v8,双路镇科技馆,museum,双龙镇,,,,开放",
    )
    found = asked(tmp_path, "duplicate", venues=venues(*rows))
    assert found == [
        (
            "venues.csv，第 3 行，“场馆名称”列：“双路镇 科技馆”与“双路镇科技馆”"
            "（venues.csv 第 2 行）可能是同一处：名称相似 100/100，相距 97 米。没有合并；请核对"
        ),
        (
            "venues.csv，第 8 行，“场馆名称”列：“安宁村教学点”与“安宁村教学点”"
            "（venues.csv 第 7 行）可能是同一处：名称相似 100/100，没有坐标可比。没有合并；请核对"
        ),
    ]


def test_former_codes_are_followed_and_the_people_of_merged_townships_add_up(tmp_path):
    path = little_county(
        tmp_path,
        population="code9,常住人口\n500230001,5\n500230111,20\n500230901,7\n500230112,1\n",
        villages="code12,code9,name,kind\n500230901001,500230901,旧村,村\n",
    )
    examined = examine(read_plan(path))
    inputs = examined.inputs
    assert dict(inputs.townships["people"]) == {
        "500230001": 5,
        "500230111": 27,
        "500230112": 1,
    }
    assert dict(inputs.villages["code9"]) == {"500230901001": "500230111"}
    assert [p.text("zh") for p in examined.problems if "merged" in p.key] == [
        "population.csv：合并前的乡镇分别有人口数，已相加：双路镇"
    ]
    crossed = inputs.ledger[inputs.ledger["key"] == "intake.repair.crosswalk"]
    assert set(zip(crossed["file"], crossed["before"], crossed["after"], strict=True)) == {
        ("population.csv", "500230901", "500230111"),
        ("villages.csv", "500230901", "500230111"),
    }


def test_a_split_township_is_asked_about_and_its_people_are_given_to_nobody(tmp_path):
    aliases = "alias,code9\n500230902,500230111\n500230902,500230112\n"
    path = little_county(
        tmp_path, aliases=aliases, population="code9,常住人口\n500230902,7\n500230001,5\n"
    )
    examined = examine(read_plan(path))
    assert [p.text("zh") for p in examined.problems if "split" in p.key] == [
        (
            "population.csv，第 2 行，“code9”列：“500230902”对应几个乡镇（街道）：双路镇、双龙镇。"
            "请写明是哪一个"
        )
    ]


def kinds(found) -> dict[str, float]:
    sums: dict[str, float] = {}
    for flaw in found:
        sums[flaw.kind] = sums.get(flaw.kind, 0.0) + flaw.area_m2 / 1e6
    return sums


def test_overlaps_gaps_and_parts_outside_are_measured_against_the_outline():
    county = gpd.GeoDataFrame(geometry=[box(108.0, 29.0, 108.3, 29.1)], crs=4326)
    towns = gpd.GeoDataFrame(
        index=["1", "2", "3"],
        geometry=[
            box(108.0, 29.0, 108.11, 29.1),
            box(108.10, 29.0, 108.2, 29.1) - box(108.15, 29.04, 108.16, 29.05),
            box(108.2, 29.0, 108.28, 29.12),
        ],
        crs=4326,
    )
    found = flaws(towns, county)
    # a hundredth by a tenth of a degree at 29.05° N is 0.974 × 11.085 km
    assert kinds(found) == {
        "overlap": pytest.approx(10.8, rel=0.01),
        "gap": pytest.approx(1.08, rel=0.01),
        "outside": pytest.approx(17.27, rel=0.01),
        "missing": pytest.approx(21.6, rel=0.01),
    }
    # a parallel is no straight line on the map: edges with other vertices part by slivers
    assert {flaw.kind for flaw in found if not flaw.sliver} == set(kinds(found))
    texts = [note.text("zh") for note in tell_flaws(found, "t.gpkg", {"1": "甲镇", "2": "乙镇"})]
    assert texts[0].startswith("t.gpkg：")
    assert "最大的在 甲镇—乙镇。没有改动" in texts[0]
    assert [text.split("处")[1][:2] for text in texts] == ["重叠", "空洞", "伸出", "没有"]


def test_two_drawings_of_one_line_make_slivers_and_a_bow_tie_is_invalid():
    towns = gpd.GeoDataFrame(
        index=["1", "2"],
        geometry=[box(108.0, 29.0, 108.10001, 29.1), box(108.1, 29.0, 108.2, 29.1)],
        crs=4326,
    )
    (sliver,) = flaws(towns)
    assert sliver.kind == "overlap"
    assert sliver.sliver
    tie = Polygon([(108.0, 29.0), (108.1, 29.1), (108.1, 29.0), (108.0, 29.1)])
    broken = gpd.GeoDataFrame(index=["1"], geometry=[tie], crs=4326)
    assert [flaw.kind for flaw in flaws(broken)] == ["invalid"]
    mended, names = repaired(broken)
    assert names == ("1",)
    assert flaws(mended) == []
    assert not broken.geometry.iloc[0].is_valid  # the input is left as it was


def test_the_polygons_of_a_real_county_have_no_flaw_but_slivers():
    path = shared("data", "realcounties", "wannian_361129_townships_osm_wgs84.geojson")
    towns = gpd.read_file(path)
    towns.index = towns.index.astype(str)
    assert len(towns) == 12
    assert [flaw for flaw in flaws(towns) if not flaw.sliver] == []


def test_every_shape_of_a_layer_is_accounted_for_as_every_row_is(tmp_path):
    more = real_cells(tmp_path)
    layer = gpd.read_file(tmp_path / "towns.geojson")
    layer["name"] = ["双龙镇", "三合街道", "外县镇"]
    layer.to_file(tmp_path / "towns.geojson")
    examined = examine(read_plan(little_county(tmp_path, more=more)))
    counts = examined.book.counts()
    assert counts["towns.geojson"] == {"taken": 2, "repaired": 0, "set_aside": 1}
    assert counts["outline.geojson"] == {"taken": 1, "repaired": 0, "set_aside": 0}
    lines = examined.book.frame().set_index(["file", "row"])
    assert lines.loc[("towns.geojson", 3), "text_zh"] == (
        "“外县镇”不是本县的乡镇（街道），这个面没有用"
    )


def test_a_conflict_reaches_the_ledger_the_workbook_and_the_map(tmp_path):
    more = real_cells(tmp_path)
    conflict = "v1,甲,museum,三合街道,,107.79,29.9,开放"
    plan = read_plan(little_county(tmp_path, more=more, venues=venues(conflict)))
    out = write(run(plan), tmp_path / "out")
    said = "“甲”写的是 三合街道，坐标却在 双路镇，离 三合街道 的边界 1.0 公里。按 三合街道 计"
    assert said in (out / "ledger.csv").read_text(encoding="utf-8-sig")
    for name, sheet in (("ledger.xlsx", "逐行台账"), ("gaps.xlsx", "数据质量")):
        cells = openpyxl.load_workbook(out / name)[sheet].iter_rows(values_only=True)
        assert any(said in str(cell) for row in cells for cell in row), name
    assert said in (out / "map.html").read_text(encoding="utf-8")
    presence = pd.read_csv(out / "gaps.csv", dtype="str", encoding="utf-8-sig")
    has = presence[(presence["state"] == "has") & (presence["type"] == "museum")]
    assert list(has["township"]) == ["三合街道"]  # the stated township decides


def bow_tie(folder, layer: str) -> None:
    """Let the first polygon of a layer cross itself, by an ear at its northern edge."""
    frame = gpd.read_file(folder / f"{layer}.geojson")
    west, south, east, north = frame.geometry.iloc[0].bounds
    ear = [(west + 0.02, north), (west + 0.01, north + 0.01), (west + 0.02, north + 0.01)]
    corners = [(west, south), (east, south), (east, north), *ear, (west + 0.01, north)]
    frame.loc[0, "geometry"] = Polygon([*corners, (west, north)])
    frame.to_file(folder / f"{layer}.geojson")


@pytest.mark.parametrize("layer", ["towns", "outline"])
def test_a_polygon_that_crosses_itself_is_refused_with_the_remedy(tmp_path, layer):
    more = real_cells(tmp_path)
    bow_tie(tmp_path, layer)
    examined = examine(read_plan(little_county(tmp_path, more=more)))
    assert [p.text("zh") for p in examined.stopping("set_aside")] == [
        (
            f"{layer}.geojson：第 1 个面的边线自相交，不能用来计算。请在 GIS 里修复，"
            "或在 [boundaries] 写 repair = true，由程序修复并列出"
        )
    ]


@pytest.mark.parametrize("layer", ["towns", "outline"])
def test_a_polygon_that_crosses_itself_is_mended_on_request_and_listed(tmp_path, layer):
    more = real_cells(tmp_path) + "repair = true\n"
    bow_tie(tmp_path, layer)
    result = run(read_plan(little_county(tmp_path, more=more, venues=venues())))
    assert result.townships.geometry.is_valid.all()
    assert result.outline.geometry.is_valid.all()
    (note,) = [n for n in result.notes if n.key == "intake.topology.repaired"]
    assert (note.where.file, note.found, note.values["count"]) == (f"{layer}.geojson", "1", 1)
