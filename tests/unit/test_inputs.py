import json
import shutil

import pandas as pd
import pytest

from coverplan.config import read_plan
from coverplan.errors import InputError, Severity
from coverplan.intake.inputs import examine, read_inputs
from little_county import little_county, venues
from support import DATA

OUTLINE = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
    '{"type":"Polygon","coordinates":[[[107.6,29.7],[107.9,29.7],[107.9,30.0],[107.6,30.0],'
    "[107.6,29.7]]]}}]}"
)


def said(folder, lang="zh", **changed) -> list[str]:
    """What reading the little county with changed files says, notes left out."""
    examined = examine(read_plan(little_county(folder, **changed)))
    return [p.text(lang) for p in examined.problems if p.severity is not Severity.NOTE]


def asked(folder, **changed) -> list[str]:
    examined = examine(read_plan(little_county(folder, **changed)))
    return [p.text("zh") for p in examined.problems if p.severity is Severity.NOTE]


def test_a_sound_county_is_read_with_its_keys_matched_and_its_rows_counted(tmp_path):
    inputs = read_inputs(read_plan(little_county(tmp_path)))
    assert dict(inputs.townships["people"]) == {
        "500230001": 140954,
        "500230111": 20000,
        "500230112": 15000,
    }
    assert list(inputs.venues["code9"]) == ["500230001", "500230111"]
    assert list(inputs.venues["code12"]) == ["500230001001", "500230111200"]
    assert list(inputs.venues["township"]) == ["三合街道", "双路镇"]
    assert list(inputs.venues["type"]) == ["university_site", "university_site"]
    assert list(inputs.venues.geometry.notna()) == [True, False]
    assert dict(inputs.reports["answer"]) == {("500230112", "university_site"): "none"}
    assert list(inputs.villages.index) == sorted(inputs.villages.index)
    assert inputs.problems == ()
    assert inputs.schools is None
    ledger = inputs.ledger.drop_duplicates(["file", "sheet", "row"])
    assert ledger.groupby("file").size().to_dict() == {
        "aliases.csv": 2,
        "population.csv": 4,
        "reports.csv": 1,
        "targets.csv": 1,
        "townships.csv": 3,
        "venue_types.csv": 2,
        "venues.csv": 2,
        "villages.csv": 5,
    }
    assert dict(ledger["fate"].value_counts()) == {"taken": 19, "set_aside": 1}
    assert list(inputs.sources["file"]) == sorted(inputs.sources["file"])
    assert all(inputs.sources["sha256"].str.len() == 64)


def test_all_faults_of_all_files_are_told_at_once_in_both_languages(tmp_path):
    plan = read_plan(
        little_county(
            tmp_path,
            venues=venues(
                "v1,甲,教学站,三合街道,,107.731,29.869,开放",
                "v1,乙,museum,双陆镇,,,,开放",
                "v2,丙,museum,双路镇,,29.9,107.8,开放",
                "v3,丁,museum,双路镇,,117.8,29.9,开放",
                "v4,戊,museum,双路镇,,107.8,,开放",
                "v5,己,museum,双路镇,,,,",
            ),
            population="code9,常住人口\n500230001,-5\n500230111,nan\n500230999,3\n",
            targets="id,clause\nx,1\n",
        )
    )
    with pytest.raises(InputError) as caught:
        read_inputs(plan)
    assert caught.value.text("zh").split("\n") == [
        (
            "targets.csv，第 1 行：缺少“目标名称”列（name_zh）；没有用上的表头有：—。"
            "请补上这一列，或把表头改成“目标名称”"
        ),
        (
            "targets.csv，第 1 行：缺少“英文名称”列（name_en）；没有用上的表头有：—。"
            "请补上这一列，或把表头改成“英文名称”"
        ),
        (
            "targets.csv，第 1 行：缺少“类别”列（kind）；没有用上的表头有：—。"
            "请补上这一列，或把表头改成“类别”"
        ),
        (
            "targets.csv，第 1 行：缺少“牵头单位”列（lead）；没有用上的表头有：—。"
            "请补上这一列，或把表头改成“牵头单位”"
        ),
        (
            "targets.csv，第 1 行：缺少“原文依据”列（evidence）；没有用上的表头有：—。"
            "请补上这一列，或把表头改成“原文依据”"
        ),
        (
            "venues.csv，第 2 行，“类型”列：“教学站”不是已登记的场馆类型。"
            "可选：社区科普大学教学点（university_site）；新类型请先登记到场馆类型表"
        ),
        "venues.csv，第 3 行，“编号”列：“v1”与第 2 行重复。请删去一行，或改正编号",
        (
            "venues.csv，第 3 行，“所属乡镇”列：“双陆镇”与“双路镇”读音相同，写法不同。"
            "请确认后改正，或在别名表里登记"
        ),
        "venues.csv，第 4 行，“纬度”列：“107.8”不会是纬度，像是经度和纬度写反了。请对调",
        "venues.csv，第 5 行，“经度”列：坐标 117.8, 29.9 在县界外约 912 公里。请核对经纬度",
        "venues.csv，第 6 行，“纬度”列：经度、纬度只填了一个。请补上，或两个都留空",
        "venues.csv，第 7 行，“状态”列：没有填。请补上",
        "population.csv，第 2 行，“常住人口”列：“-5”是负数。请改正",
        "population.csv，第 3 行，“常住人口”列：“nan”不是数（NaN 或无穷大）。没有数据就留空",
        (
            "population.csv，第 4 行，“code9”列：名录里没有代码为 500230999 的乡镇（街道）。"
            "请对照名录改正；旧代码请登记到别名表"
        ),
    ]
    english = caught.value.text("en").split("\n")
    assert len(english) == 15
    assert english[8] == (
        "venues.csv, row 4, column 纬度: 107.8 cannot be a latitude; "
        "longitude and latitude seem to be swapped. Exchange them"
    )


def test_bad_rows_are_set_aside_where_the_plan_says_so_and_nothing_is_lost(tmp_path):
    path = little_county(
        tmp_path,
        on_bad_row="set_aside",
        venues=venues(
            "v1,甲,museum,三合街道,,,,开放",
            "v2,乙,museum,不存在镇,,,,开放",
            "v3,丙,museum,双路,,,,开放",
        ),
    )
    inputs = read_inputs(read_plan(path))
    assert list(inputs.venues.index) == ["v1", "v3"]
    ledger = inputs.ledger[inputs.ledger["file"] == "venues.csv"]
    assert dict(zip(ledger["row"], ledger["fate"], strict=True)) == {
        2: "taken",
        3: "set_aside",
        4: "repaired",
    }
    assert ledger["after"].iloc[2] == "双路镇"
    assert [p.severity for p in inputs.problems] == [Severity.ROW]


def test_a_fatal_fault_stops_also_where_bad_rows_are_set_aside(tmp_path):
    path = little_county(tmp_path, on_bad_row="set_aside", townships="名称,类别\n三合,镇\n")
    with pytest.raises(InputError, match="缺少“乡镇代码”列"):
        read_inputs(read_plan(path))


def test_headers_that_the_planner_registers_are_read_like_the_known_ones(tmp_path):
    path = little_county(
        tmp_path,
        headers="column,alias,table\nstatus,运营情况,venues\n",
        venues=venues("v1,甲,museum,三合街道,,,,开放").replace("状态", "运营情况"),
    )
    with pytest.raises(InputError, match="缺少“状态”列"):
        read_inputs(read_plan(path))
    text = path.read_text(encoding="utf-8")
    named = text.replace("on_bad_row", 'headers = "headers.csv"\non_bad_row')
    path.write_text(named, encoding="utf-8")
    assert list(read_inputs(read_plan(path)).venues["status"]) == ["open"]


def test_a_missing_status_is_a_fault_and_not_open(tmp_path):
    assert said(tmp_path, venues=venues("v1,甲,museum,三合街道,,,,")) == [
        "venues.csv，第 2 行，“状态”列：没有填。请补上"
    ]


def test_a_renamed_township_and_a_former_code_are_found_through_the_alias_table(tmp_path):
    path = little_county(
        tmp_path,
        venues=venues("v1,甲,museum,名山镇,,,,开放", "v2,乙,museum,500230901,,,,开放"),
    )
    inputs = read_inputs(read_plan(path))
    assert list(inputs.venues["code9"]) == ["500230001", "500230111"]
    assert list(inputs.ledger.query("fate == 'repaired'")["before"]) == ["名山镇", "500230901"]


def test_a_town_that_is_called_a_township_is_taken_and_asked_about(tmp_path):
    assert asked(tmp_path, venues=venues("v1,甲,museum,双路乡,,,,开放")) == [
        (
            "venues.csv，第 2 行，“所属乡镇”列：“双路乡”按“双路镇”处理，街道、镇、乡不一致。"
            "请核对名称；如已更名，请改名录或登记别名"
        )
    ]


def test_an_unknown_village_counts_for_its_township_and_is_asked_about(tmp_path):
    assert asked(tmp_path, venues=venues("v1,甲,museum,三合街道,常坡村,,,开放")) == [
        (
            "venues.csv，第 2 行，“村（社区）”列：“常坡村”与“长坡村村民委员会”读音相同，写法不同，"
            "按乡镇计。请确认"
        )
    ]


def test_a_zero_report_against_an_open_venue_is_asked_about(tmp_path):
    notes = asked(tmp_path, venues=venues("v1,甲,university_site,双龙镇,,,,开放"))
    assert notes == ["reports.csv：乡镇 500230112 报的是零报告，场馆表里却有开放的“甲”。请核对"]


def test_a_township_may_answer_once_only_also_under_two_spellings(tmp_path):
    reports = "township,type,answer\n双龙镇,museum,有\n双龙,科技馆,零报告\n"
    assert said(tmp_path, reports=reports) == [
        "reports.csv，第 3 行，“township”列：“双龙镇”对同一类型已在第 2 行报过。请只留一行"
    ]


def test_a_programme_that_no_table_knows_is_named_with_the_choices(tmp_path):
    plan = little_county(tmp_path)
    text = plan.read_text(encoding="utf-8").replace('type = "university_site"', 'type = "museums"')
    plan.write_text(text.replace('target = "sites"', 'target = "site"'), encoding="utf-8")
    assert [p.text("zh") for p in examine(read_plan(plan)).problems] == [
        "plan.toml，键 programme[1].type：“museums”不是场馆类型表里的编号。可选：科技馆（museum）",
        "plan.toml，键 programme[1].target：“site”不是目标台账里的编号。可选：sites",
    ]


def test_a_village_code_of_another_township_is_a_fault(tmp_path):
    villages = "code12,code9,name,kind\n500230001001,500230111,滨江社区,社区\n"
    assert said(tmp_path, villages=villages) == [
        (
            "villages.csv，第 2 行，“code12”列：村代码 500230001001 与乡镇代码 500230111 不符。"
            "请对照代码表改正其中一个"
        )
    ]


def test_with_an_outline_a_position_two_kilometres_outside_is_a_fault(tmp_path):
    (tmp_path / "outline.geojson").write_text(OUTLINE, encoding="utf-8")
    rows = ("v1,甲,museum,三合街道,,107.915,29.9,开放", "v2,乙,museum,三合街道,,107.95,29.9,开放")
    more = '[boundaries]\noutline = "outline.geojson"\n'
    assert said(tmp_path, more=more, venues=venues(*rows)) == [
        "venues.csv，第 3 行，“经度”列：坐标 107.95, 29.9 在县界外约 5 公里。请核对经纬度"
    ]


def test_positions_of_another_datum_are_moved_as_the_plan_says(tmp_path):
    path = little_county(tmp_path)
    path.write_text(
        path.read_text(encoding="utf-8").replace('datum = "wgs84"', 'datum = "gcj02"'), "utf-8"
    )
    inputs = read_inputs(read_plan(path))
    assert inputs.venues.loc["v1", "lon"] == pytest.approx(107.731 - 0.00437, abs=2e-4)
    assert inputs.sources.set_index("file").loc["venues.csv", "datum"] == "gcj02"


def test_an_id_that_stands_in_two_venue_files_is_a_fault(tmp_path):
    path = little_county(tmp_path, second=venues("v1,另一个,museum,双路镇,,,,开放"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('["venues.csv"]', '["venues.csv", "second.csv"]'), "utf-8")
    problems = examine(read_plan(path)).problems
    assert [p.text("zh") for p in problems] == [
        "second.csv，第 2 行，“编号”列：编号“v1”在 venues.csv 里已经有了。请改编号，或删去一行"
    ]


def test_a_file_whose_content_has_changed_since_it_was_registered_is_asked_about(tmp_path):
    provenance = "file,source,licence,sha256\nvenues.csv,县科协,内部,abc\n"
    notes = asked(tmp_path, provenance=provenance)
    assert sum("内容与来源登记表里的校验值不同" in note for note in notes) == 1
    assert sum("来源登记表里没有这个文件" in note for note in notes) == 7


def test_townships_without_people_are_named(tmp_path):
    notes = asked(tmp_path, population="code9,常住人口\n500230001,5\n")
    assert notes == ["population.csv：2 个乡镇（街道）没有人口数：双路镇、双龙镇"]


def test_a_scenario_replaces_the_population_and_an_unknown_one_is_named(tmp_path):
    path = little_county(
        tmp_path, scenarios="scenario,code9,people,kind,source\nu,500230001,7,estimate,推算\n"
    )
    text = path.read_text(encoding="utf-8")
    named = text.replace("year = 2020", 'year = 2020\nscenarios = "scenarios.csv"\nscenario = "u"')
    path.write_text(named, encoding="utf-8")
    people = read_inputs(read_plan(path)).townships["people"]
    assert people["500230001"] == 7
    assert people["500230111"] is pd.NA
    path.write_text(named.replace('scenario = "u"', 'scenario = "v"'), encoding="utf-8")
    with pytest.raises(InputError, match="人口情景表里没有“v”。可选：u"):
        read_inputs(read_plan(path))


def test_progress_names_each_file_once_in_the_order_it_is_read(tmp_path):
    seen: list[str] = []
    read_inputs(read_plan(little_county(tmp_path)), progress=seen.append)
    assert seen[0] == "townships.csv"
    assert len(seen) == len(set(seen)) == 8


@pytest.mark.parametrize("name", ["fengdu", "example"])
def test_the_counties_that_come_along_are_read_without_a_single_fault(name):
    inputs = read_inputs(read_plan(DATA / name / "plan.toml"))
    assert len(inputs.townships) == 30
    assert len(inputs.villages) == 338
    assert inputs.townships["people"].sum() == 649182
    assert [p.text("zh") for p in inputs.problems if p.severity is not Severity.NOTE] == []


def test_reading_twice_gives_the_same_frames(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(DATA / "example", copy)
    one = read_inputs(read_plan(DATA / "example" / "plan.toml"))
    two = read_inputs(read_plan(copy / "plan.toml"))
    for name in ("townships", "venues", "reports", "ledger", "sources"):
        left, right = getattr(one, name), getattr(two, name)
        assert pd.DataFrame(left).equals(pd.DataFrame(right)), name


def with_dates(*rows: str) -> str:
    header = "编号,场馆名称,类型,所属乡镇,状态,开放日期,关闭日期"
    return "\n".join((header, *rows)) + "\n"


def test_dates_that_contradict_each_other_or_the_status_are_told(tmp_path):
    rows = (
        "v1,甲,museum,三合街道,开放,2024-05-01,2023-05-01",
        "v2,乙,museum,三合街道,开放,2026-05-01,",
        "v3,丙,museum,三合街道,开放,2020-05-01,2025-12-31",
        "v4,丁,museum,三合街道,关闭,2020-05-01,2025-12-31",
    )
    examined = examine(read_plan(little_county(tmp_path, venues=with_dates(*rows))))
    assert [p.text("zh") for p in examined.problems] == [
        ("venues.csv，第 2 行，“关闭日期”列：关闭日期 2023-05-01 早于开放日期 2024-05-01。请改正"),
        (
            "venues.csv，第 3 行，“开放日期”列：状态是开放，开放日期 2026-05-01 却晚于报告日期 "
            "2025-12-31。请核对"
        ),
        (
            "venues.csv，第 4 行，“关闭日期”列：状态是开放，却已在 2025-12-31 关闭"
            "（报告日期 2025-12-31）。请核对"
        ),
    ]


def test_candidates_and_asked_minutes_are_checked_too(tmp_path):
    more = (
        '[candidates]\nfiles = ["candidates.csv"]\n[travel]\nrung = "B"\n'
        'asked_villages = "asked_villages.csv"\nasked_seats = "asked_seats.csv"\n'
    )
    found = said(
        tmp_path,
        more=more,
        candidates="id,name,township,kind,types,must,never\n"
        "c1,甲,三合街道,村,museum、教学点,,\nc2,乙,三合街道,村,museum,是,是\n"
        "c3,丙,三合街道,村,科技馆；university_site,是,否\n",
        asked_villages="code12,minutes\n500230001001,10分钟\n500230001999,5\n",
        asked_seats="from_code9,to_code9,minutes\n500230001,500230001,3\n500230001,500230111,20\n",
    )
    assert found == [
        (
            "candidates.csv，第 2 行，“types”列：“教学点”不是已登记的场馆类型。"
            "可选：社区科普大学教学点（university_site）；新类型请先登记到场馆类型表"
        ),
        "candidates.csv，第 3 行，“must”列：候选点“c2”既是必选又是不选。请只留一个",
        (
            "asked_villages.csv，第 3 行，“code12”列：名录里没有代码为 500230001999 的村（社区）。"
            "请对照名录改正"
        ),
        "asked_seats.csv，第 2 行，“to_code9”列：起点和终点都是 500230001。请改正",
    ]


def test_a_township_of_another_county_is_a_fault(tmp_path):
    townships = "code9,name,kind\n500230001,三合街道,街道\n500229001,葛城街道,街道\n"
    found = said(tmp_path, townships=townships, villages="code12,code9,name,kind\n")
    assert found[0] == (
        "townships.csv，第 3 行，“code9”列：代码 500229001 不属于本县（500230）。"
        "请改正，或检查 plan.toml 的 [county] code"
    )


def test_a_list_without_a_single_usable_township_is_fatal_and_the_rest_is_still_checked(tmp_path):
    found = said(
        tmp_path,
        townships="code9,name,kind\nx,三合街道,街道\n",
        venues=venues("v1,甲,museum,三合街道,,,,"),
    )
    assert found == [
        "townships.csv：一行可用的数据也没有。请至少填一行",
        ("townships.csv，第 2 行，“code9”列：“x”不是代码。请写 9 位数字，单元格设为文本"),
        "venues.csv，第 2 行，“状态”列：没有填。请补上",
    ]


def test_polygons_without_names_are_fatal_and_foreign_ones_are_named(tmp_path):
    def layer(*names: str) -> str:
        features = [
            {
                "type": "Feature",
                "properties": {"Name": name} if name else {"n": 1},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[x, 29.7], [x + 0.1, 29.7], [x + 0.1, 30.0], [x, 29.7]]],
                },
            }
            for x, name in zip((107.6, 107.7, 107.8), names, strict=True)
        ]
        return json.dumps({"type": "FeatureCollection", "features": features})

    more = '[boundaries]\ntownships = "towns.geojson"\n'
    path = tmp_path / "towns.geojson"
    path.write_text(layer("", "", ""), encoding="utf-8")
    assert said(tmp_path, more=more) == [
        (
            "towns.geojson：看不出每个面是哪个乡镇（有这些字段：n）。"
            "请加一个乡镇名称或 9 位代码的字段"
        )
    ]
    path.write_text(layer("三合", "双路镇", "外县镇"), encoding="utf-8")
    notes = asked(tmp_path, more=more)
    assert "towns.geojson：1 个面的“Name”不是本县乡镇（街道），没有用：外县镇" in notes
    assert "towns.geojson：1 个乡镇（街道）没有边界面：双龙镇" in notes


def test_a_damaged_layer_is_told_with_the_faults_of_the_tables(tmp_path):
    (tmp_path / "outline.geojson").write_text("{", encoding="utf-8")
    more = '[boundaries]\noutline = "outline.geojson"\n'
    found = said(tmp_path, more=more, venues=venues("v1,甲,museum,三合街道,,,,"))
    assert [text.split("：")[0] for text in found] == [
        "outline.geojson",
        "venues.csv，第 2 行，“状态”列",
    ]


def test_layers_for_orientation_carry_their_name_and_kind(tmp_path):
    line = {"type": "LineString", "coordinates": [[107.7, 29.8], [107.8, 29.9]]}
    features = [
        {"type": "Feature", "properties": {"kind": kind, "name": name}, "geometry": line}
        for kind, name in (("river", "长江\u202e"), ("railway", "渝利铁路"))
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    tmp_path.joinpath("lines.geojson").write_text(text, encoding="utf-8")
    more = '[[layer]]\nname = "水系"\nfile = "lines.geojson"\nkind = "river"\n'
    layers = read_inputs(read_plan(little_county(tmp_path, more=more))).layers
    assert list(layers) == ["水系"]
    assert layers["水系"][["name", "kind"]].to_numpy().tolist() == [["长江", "river"]]


def test_a_row_with_a_bad_cell_tells_of_its_unknown_names_in_the_same_report(tmp_path):
    row = "v1,甲,科技观,三健乡,,,,"
    path = little_county(tmp_path, venues=venues(row))
    found = {(p.where.column, p.where.row) for p in examine(read_plan(path)).problems}
    assert {("状态", 2), ("类型", 2), ("所属乡镇", 2)} <= found
