import shutil
from datetime import date

import openpyxl
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


def test_a_county_with_a_census_by_township_counts_its_people(tmp_path):
    folder = tmp_path / "c"
    init(folder, "511423", AS_OF)
    source = shared("data", "realcounties", "hongya_511423_townships_census2020.csv")
    shutil.copy(source, folder / "census.csv")
    plan = folder / "plan.toml"
    people = (
        '[population]\nfile = "census.csv"\ncolumn = "resident_2020_census"\nyear = 2020\n'
        'kind = "census"\n\n[villages]'
    )
    text = plan.read_text(encoding="utf-8").replace("[villages]", people, 1)
    plan.write_text(text, encoding="utf-8")
    result = cp.run(cp.read_plan(plan))
    assert result.townships["people"].sum() == 295_744
    assert result.villages["people"].sum() == 295_744


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


def test_the_templates_know_the_same_types_and_targets_as_fengdu():
    for name in ("venue_types.csv", "targets.csv"):
        ours = (TEMPLATES / name).read_text(encoding="utf-8-sig").splitlines()
        theirs = (DATA / "fengdu" / name).read_text(encoding="utf-8-sig").splitlines()
        assert [line.split(",")[0] for line in ours] == [line.split(",")[0] for line in theirs]
