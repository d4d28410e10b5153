import shutil
from datetime import date
from typing import Any

import openpyxl
import pandas as pd
import pytest

import coverplan as cp
from coverplan.errors import InputError
from coverplan.starter.codes import county_of, townships_of, villages_of
from coverplan.starter.project import init
from support import DATA, ROOT, shared

AS_OF = date(2025, 12, 31)
TEMPLATES = ROOT / "coverage" / "coverplan" / "starter" / "templates"


def test_the_code_lists_agree_with_the_countys_own_tables():
    fengdu = (DATA / "fengdu" / "villages.csv").read_text(encoding="utf-8-sig")
    codes = [place.code for place in villages_of("500230")]
    assert len(codes) == 338
    assert all(code in fengdu for code in codes)
    kinds = [place.kind for place in villages_of("500230")]
    assert (kinds.count("村"), kinds.count("社区")) == (260, 78)
    assert [place.kind for place in townships_of("500230")].count("街道") == 2


def test_a_county_that_is_not_in_the_list_is_told_with_its_neighbours():
    with pytest.raises(InputError, match="500230 丰都县"):
        county_of("500299")


@pytest.mark.parametrize(
    ("code", "name", "townships"),
    [("361129", "万年县", 12), ("511423", "洪雅县", 12), ("511623", "邻水县", 25)],
)
def test_a_new_county_runs_at_once_and_says_that_nobody_has_reported(
    tmp_path, code, name, townships
):
    assert init(tmp_path / "c", code, AS_OF).name == name
    result = cp.run(cp.read_plan(tmp_path / "c" / "plan.toml"))
    assert len(result.townships) == townships
    assert set(result.presence["state"]) == {"unreported"}
    assert result.townships["people"].isna().all()
    assert len(result.targets) == 32
    said = [note.text("zh") for note in result.notes]
    assert said[0] == f"{townships} 个乡镇（街道）教学点情况未报，暂不能判断覆盖"
    assert "没有分乡镇人口，所有人数从略。" in said
    assert not any("%" in sentence for sentence in said)


def test_a_county_with_real_polygons_draws_them_and_does_not_call_them_approximate(tmp_path):
    folder = tmp_path / "c"
    init(folder, "361129", AS_OF)
    source = shared("data", "realcounties", "wannian_361129_townships_osm_wgs84.geojson")
    shutil.copy(source, folder / "boundaries.geojson")
    plan = folder / "plan.toml"
    text = plan.read_text(encoding="utf-8")
    real = '[boundaries]\ntownships = "boundaries.geojson"\napproximate = false\n\n[villages]'
    plan.write_text(text.replace("[villages]", real, 1), encoding="utf-8")
    result = cp.run(cp.read_plan(plan))
    assert not result.townships["approximate"].any()
    assert set(result.townships.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    assert result.crs_metric == "EPSG:4548"
    # The published area of each polygon, measured by somebody else.
    assert result.townships["area_km2"].sum() == pytest.approx(1147.42, rel=1e-3)
    assert not any("示意" in note.text("zh") for note in result.notes)


@pytest.mark.parametrize(
    ("code", "name", "people"), [("511423", "hongya", 295_744), ("511623", "linshui", 707_537)]
)
def test_a_county_with_a_census_by_township_counts_its_people(tmp_path, code, name, people):
    folder = tmp_path / "c"
    init(folder, code, AS_OF)
    source = shared("data", "realcounties", f"{name}_{code}_townships_census2020.csv")
    shutil.copy(source, folder / "census.csv")
    plan = folder / "plan.toml"
    table = (
        '[population]\nfile = "census.csv"\ncolumn = "resident_2020_census"\nyear = 2020\n'
        'kind = "census"\n\n[villages]'
    )
    text = plan.read_text(encoding="utf-8").replace("[villages]", table, 1)
    plan.write_text(text, encoding="utf-8")
    result = cp.run(cp.read_plan(plan))
    assert result.townships["people"].sum() == people
    assert result.villages["people"].sum() == people
    assert result.outline is None
    # no outline and no seat was given: none is invented
    assert result.townships.geometry.isna().all()
    assert result.townships["area_km2"].isna().all()
    out = cp.write(result, tmp_path / "out")
    assert (out / "map.html").is_file()
    gaps = pd.read_csv(out / "gaps.csv", encoding="utf-8-sig")
    assert set(gaps["state"]) == {"unreported"}


def test_seats_that_the_planner_types_in_are_all_that_kilometres_stand_on(tmp_path):
    folder = tmp_path / "c"
    init(folder, "511623", AS_OF)
    census = pd.read_csv(
        shared("data", "realcounties", "linshui_511623_townships_census2020.csv"),
        dtype={"code9": "str"},
    ).set_index("code9")
    book = openpyxl.load_workbook(folder / "townships.xlsx")
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    lon, lat = head.index("驻地经度") + 1, head.index("驻地纬度") + 1
    for row in range(2, sheet.max_row + 1):
        seat = census.loc[sheet.cell(row, 1).value]
        sheet.cell(row, lon).value, sheet.cell(row, lat).value = (
            seat["lon_wgs84"],
            seat["lat_wgs84"],
        )
    book.save(folder / "townships.xlsx")
    sheet = (book := openpyxl.load_workbook(folder / "venues.xlsx")).worksheets[0]
    head = [cell.value for cell in sheet[1]]
    venue: dict[str, Any] = {"编号": "v1", "场馆名称": "甲", "类型": "社区科普大学教学点"}
    venue |= {"乡镇（街道）": "城北镇", "经度": 106.9307, "纬度": 30.3567, "状态": "开放"}
    for name, value in venue.items():
        sheet.cell(2, head.index(name) + 1).value = value
    book.save(folder / "venues.xlsx")
    result = cp.run(cp.read_plan(folder / "plan.toml"))
    placed = result.townships.geometry.notna()
    assert list(placed.index[~placed]) == ["511623119", "511623121"]  # no source gives them
    assert result.townships.geometry[placed].geom_type.eq("Point").all()
    gap = result.gaps.loc[("511623100", "university_site")]
    # 鼎屏镇 and 城北镇: 0.000741 degrees by 0.021559 degrees apart at 30.3 N
    assert gap["nearest_km"] == pytest.approx(2.392, abs=0.005)
    assert result.presence.loc[("511623101", "university_site"), "state"] == "has"
    assert not any("%" in note.text("zh") for note in result.notes)


def test_each_form_says_where_its_names_come_from(tmp_path):
    folder = tmp_path / "c"
    init(folder, "361129", AS_OF)
    result = cp.run(cp.read_plan(folder / "plan.toml"))
    sources = result.sources.set_index("file")
    assert sources.loc["villages.xlsx", "source"].startswith("NBS 统计用区划代码 2023-06-30")
    assert (sources["source"] != "").all()
    assert not [note.key for note in result.notes if note.key.startswith("intake.source")]


def test_a_former_code_in_the_alias_form_leads_to_todays_township(tmp_path):
    folder = tmp_path / "c"
    init(folder, "361129", AS_OF)
    towns = townships_of("361129")
    sheet = (book := openpyxl.load_workbook(folder / "aliases.xlsx")).worksheets[0]
    assert [cell.value for cell in sheet[1]][:2] == ["别名或旧代码", "现乡镇代码"]
    sheet.append(["361129999", towns[0].code, "2019 年并入", 2019])
    book.save(folder / "aliases.xlsx")
    (folder / "people.csv").write_text("code9,people\n361129999,7\n", encoding="utf-8")
    plan = folder / "plan.toml"
    table = '[population]\nfile = "people.csv"\nyear = 2020\n\n[villages]'
    text = plan.read_text(encoding="utf-8").replace("[villages]", table, 1)
    plan.write_text(text, encoding="utf-8")
    assert cp.run(cp.read_plan(plan)).townships["people"][towns[0].code] == 7


def test_the_forms_offer_the_countys_own_names(tmp_path):
    init(tmp_path / "c", "500230", AS_OF)
    book = openpyxl.load_workbook(tmp_path / "c" / "venues.xlsx")
    sheet = book["场馆表"]
    assert [cell.value for cell in sheet[1]][:3] == ["编号", "场所编号", "场馆名称"]
    assert len(sheet.data_validations.dataValidation) >= 5
    names = [cell.value for column in book["名单"].iter_cols() for cell in column]
    assert "三建乡" in names
    assert "社区科普大学教学点" in names
    codes = openpyxl.load_workbook(tmp_path / "c" / "villages.xlsx")["村（社区）名录"]
    assert codes["A2"].value == "500230001001"


def test_nothing_that_is_there_already_is_overwritten(tmp_path):
    (tmp_path / "venues.xlsx").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"venues\.xlsx"):
        init(tmp_path, "500230", AS_OF)
    assert [path.name for path in tmp_path.iterdir()] == ["venues.xlsx"]


def test_no_target_of_a_new_county_names_another_county():
    text = (TEMPLATES / "targets.csv").read_text(encoding="utf-8-sig")
    assert not [name for name in ("丰都", "重庆", "枣庄", "巴南", "Fengdu") if name in text]


def test_the_templates_know_the_same_types_and_targets_as_fengdu():
    for name in ("venue_types.csv", "targets.csv"):
        ours = (TEMPLATES / name).read_text(encoding="utf-8-sig").splitlines()
        theirs = (DATA / "fengdu" / name).read_text(encoding="utf-8-sig").splitlines()
        assert [line.split(",")[0] for line in ours] == [line.split(",")[0] for line in theirs]
