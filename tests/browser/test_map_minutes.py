"""Asked minutes, reports and venues taken on the page count as the same rows count in a run."""

import csv
import shutil

import numpy as np
import pandas as pd
import pytest

import coverplan as cp
from coverplan.report.map.codec import BEYOND, whole_minutes
from sample_result import covered_by
from support import DATA

pytestmark = pytest.mark.browser

KIND = "社区科普大学教学点"
TAKE = """text => {
  const found = coverplan.judged(text);
  coverplan.takeRows(found.rows);
  coverplan.changed();
  return found.rows.map(row => [row.line, row.reason]);
}"""
LETTERS = {"has": "h", "none": "n", "unreported": "u"}
QUICK = "\n[placement]\ncurve = 0\nevidence = false\n"


def rows_of(name):
    with (DATA / "example" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def village_rows():
    rows = [row[:2] for row in rows_of("asked_villages.csv")]
    head, body = rows[0], [row for n, row in enumerate(rows[1:]) if n % 9 and row[0] < "500230232"]
    body[3][1] = "12.5"
    body[4][1] = "１８分钟"
    body[5][1] = ""
    wrong = [["500230999001", "5"], [body[0][0], "99"], [body[6][0], "-3"], ["500230001", "4"]]
    wrong.append([rows[-1][0], "半小时"])
    return [head, *body, *wrong]


def seat_rows():
    rows = [row[:3] for row in rows_of("asked_seats.csv")]
    head, body = rows[0], rows[1:]
    one_way = [body[0][1], body[0][0], "19"]
    free = [body[5][0], body[5][1], "0"]
    body[5] = free
    wrong = [["500230001", "500230001", "3"], ["500230001", "500230999", "3"]]
    wrong += [[body[1][0], body[1][1], "44"], [body[2][0], body[9][1], "-1"], [*body[3][1::-1], ""]]
    return [head, *body, one_way, *wrong]


def town_rows():
    names = pd.read_csv(DATA / "fengdu" / "townships.csv", dtype=str, encoding="utf-8-sig")["name"]
    said = {0: "有", 1: "有", 2: "未报", 3: "有"}
    reports = [[name, KIND, said.get(n, "零报告")] for n, name in enumerate(names)]
    reports += [[names[4], "图书馆", "有"], ["没有这个镇", KIND, "零报告"], [names[5], KIND, "有"]]
    reports += [[name, "科普活动室", "有"] for name in names[:8]]
    venues = [
        ["v-1", "p-1", "滨江教学点", KIND, names[0], "滨江东路社区", "开放", "2022-05-01"],
        ["v-2", "p-1", "滨江教学点（二）", KIND, names[0], "滨江东路社区", "开放", "2023-05-01"],
        ["v-3", "", "位置不明的点", KIND, names[3], "", "开放", "2021/6/1"],
        ["v-4", "", "拟建点", KIND, names[6], "", "拟建", ""],
        ["v-5", "", "新建馆", "中小学共享科技馆", names[1], "", "开放", "2022年3月4日"],
        ["v-6", "", "无日期馆", "中小学共享科技馆", names[1], "", "开放", ""],
        ["v-7", "", "旧馆", "中小学共享科技馆", names[2], "", "开放", "2019-03-04"],
        ["v-8", "", "坏日期", KIND, names[2], "", "开放", "2022-02-30"],
        ["v-1", "", "重复编号", KIND, names[2], "", "开放", ""],
        ["v-9", "", "协会", "农村专业技术协会", names[2], "", "开放", "2020-01-01"],
        ["v-10", "", "活动室", "科普活动室", names[0], "滨江中路社区", "开放", ""],
        ["v-11", "", "有坐标的点", KIND, names[0], "", "开放", "", "107.7384", "29.8781"],
        ["v-12", "", "县界外的点", KIND, names[7], "", "开放", "", "107.86", "29.62"],
        ["v-14", "", "离村较远的点", KIND, names[8], "", "开放", "", "107.80", "30.02"],
        ["v-13", "", "坐标写反", KIND, names[7], "", "开放", "", "29.62", "107.86"],
    ]
    venues = [[*row, *[""] * (10 - len(row))] for row in venues]
    heads = [
        ["乡镇（街道）", "类型", "上报情况"],
        [
            "编号",
            "场所编号",
            "场馆名称",
            "类型",
            "乡镇（街道）",
            "村（社区）",
            "状态",
            "开放日期",
            "经度",
            "纬度",
        ],
    ]
    return [heads[0], *reports], [heads[1], *venues]


def pasted(rows, mark="\t"):
    return "\n".join(mark.join(row) for row in rows) + "\n"


def written(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture(scope="module")
def fengdu(tmp_path_factory):
    """Run Fengdu with all four tables in its plan."""
    folder = tmp_path_factory.mktemp("county") / "fengdu"
    shutil.copytree(DATA / "fengdu", folder)
    plan = folder / "plan.toml"
    text = plan.read_text(encoding="utf-8")
    for old, new in (
        ('on_bad_row = "stop"', 'on_bad_row = "set_aside"'),
        ('files = ["venues.csv"]', 'files = ["venues.csv", "more.csv"]'),
        ('rung = "D"', 'rung = "B"'),
        ("# asked_villages =", "asked_villages ="),
        ("# asked_seats =", "asked_seats ="),
    ):
        assert old in text
        text = text.replace(old, new)
    plan.write_text(text + QUICK, encoding="utf-8")
    reports, venues = town_rows()
    written(folder / "reports.csv", reports)
    written(folder / "more.csv", venues)
    written(folder / "asked_villages.csv", village_rows())
    written(folder / "asked_seats.csv", seat_rows())
    return cp.run(cp.read_plan(plan))


def take_all(page):
    reports, venues = town_rows()
    tables = {
        "asked_seats.csv": seat_rows(),
        "reports.csv": reports,
        "asked_villages.csv": village_rows(),
        "more.csv": venues,
    }
    return {name: page.evaluate(TAKE, pasted(rows)) for name, rows in tables.items()}


def same_minutes(page, result):
    sites = list(result.times.sites)
    points = page.evaluate("coverplan.data.travel.demand")
    assert points["people"] == result.demand["people"].tolist()
    columns = page.evaluate(
        "[coverplan.data.travel.venue_column, coverplan.data.travel.candidate_column,"
        " coverplan.data.travel.matrix.list.map(c => Array.from(c)),"
        " coverplan.data.travel.silent.list.map(c => Array.from(c)), coverplan.data.venues.id,"
        " coverplan.data.candidates.id]"
    )
    column = dict(zip([*columns[4], *columns[5]], [*columns[0], *columns[1]], strict=True))
    wanted = whole_minutes(result.times.values, BEYOND - 1)
    missing = result.times.missing_to(result.times.sites)
    assert {key for key, c in column.items() if c >= 0} == set(sites)
    for n, site in enumerate(sites):
        assert columns[2][column[site]] == wanted[:, n].tolist(), site
        assert [value == BEYOND for value in columns[3][column[site]]] == missing[:, n].tolist()


def same_coverage(page, result, picks=()):
    codes = list(result.townships.index)
    ids = page.evaluate("coverplan.data.candidates.id")
    for item in result.plan.programme:
        table = result.coverage.xs(item.type, level="type")
        if picks and not (table["refused"] == "coverage.refused_no_schools").all():
            named = [ids[j] for j in picks if ids[j] in result.times.sites]
            table = covered_by(result, item.type, named).xs(item.type, level="type")
        if not page.evaluate("k => coverplan.model.measured(k)", item.type):
            assert (table.xs("total", level="code9")["refused"] != "").all(), item.type
            continue
        for cutoff in item.cutoffs_min:
            shown = page.evaluate(
                "([k, p, c]) => coverplan.model.reached(k, coverplan.model.nearest(k, p), c)",
                [item.type, list(picks), cutoff],
            )
            here = table.xs(cutoff, level="cutoff_min").reindex([*codes, "total"])
            for part in ("people", "covered", "uncovered", "unknown"):
                got = [*shown[part], shown["total"][part]]
                assert got == here[part].astype(int).tolist(), (item.type, cutoff, part)
            if not picks:
                told = page.evaluate(
                    "([k, c]) => coverplan.data.coverage[k][c].refused", [item.type, cutoff]
                )
                assert [key or "" for key in told] == here["refused"].tolist()


def same_gaps(page, result, kinds):
    shown = page.evaluate("coverplan.data.gaps")
    for kind in kinds:
        rows = result.gaps.xs(kind, level="type").reindex(result.townships.index)
        for ours, theirs in (("minutes", "nearest_min"), ("km", "nearest_km")):
            told = rows[theirs].to_numpy(dtype=float, na_value=np.nan)
            got = [np.nan if value is None else value for value in shown[kind][ours]]
            assert np.allclose(got, told, atol=0.051, equal_nan=True), (kind, ours)
        over = rows["minutes_over"].to_numpy(dtype=float, na_value=np.nan)
        got = [np.nan if value is None else value for value in shown[kind]["over"]]
        assert np.allclose(got, over, atol=0.051, equal_nan=True)
        assert shown[kind]["nearest"] == rows["nearest_name"].fillna("").tolist()
        assert shown[kind]["targets"] == rows["targets_missing"].tolist()
        rank = [None if pd.isna(value) else int(value) for value in rows["rank_presence"]]
        assert shown[kind]["rank"] == rank


def same_targets(page, result):
    rows = {row["id"]: row for row in page.evaluate("coverplan.data.targets")}
    for key, wanted in result.targets.iterrows():
        row = rows[key]
        if wanted["source_table"] == "visits" and not wanted["missing_table"]:
            # Which villages are remote follows the minutes: only a run can tell, and it is said.
            assert row["note"][0].startswith("询问分钟已改，")
            continue
        for name in ("done", "planned", "missing", "unreported"):
            value = None if pd.isna(wanted[name]) else round(float(wanted[name]), 2)
            assert row[name] == value, (key, name)
        assert row["status"] == wanted["status"], key
        assert row["note"] == [wanted["note_zh"], wanted["note_en"]], key


def same_presence(page, result):
    for kind in result.venue_types.index:
        table = result.presence.xs(kind, level="type")
        shown = page.evaluate("k => coverplan.data.presence[k]", kind)
        assert shown["state"] == "".join(LETTERS[value] for value in table["state"]), kind
        assert shown["reason"] == table["reason"].tolist(), kind
        for ours, theirs in (("open", "places_open"), ("planned", "places_planned")):
            assert shown[ours] == table[theirs].tolist(), kind
        assert shown["unlocated"] == table["unlocated"].tolist(), kind


def test_fengdu_with_all_four_tables_is_what_the_run_makes_of_them(opened, pages, fengdu):
    page = opened.open(pages["fengdu"])
    before = page.evaluate("JSON.stringify([coverplan.data, coverplan.scenario()])")
    fates = take_all(page)
    aside = fengdu.ledger[fengdu.ledger["fate"] == "set_aside"]
    for name, rows in fates.items():
        here = [line for line, reason in rows if reason]
        assert here == sorted(aside.loc[aside["file"] == name, "row"]), name
        assert here
    same_presence(page, fengdu)
    same_targets(page, fengdu)
    same_minutes(page, fengdu)
    same_coverage(page, fengdu)
    assert page.evaluate("coverplan.model.measured('university_site')")
    random = np.random.default_rng(5)
    for size in (1, 4, 12):
        picks = random.choice(len(fengdu.candidates), size, replace=False)
        same_coverage(page, fengdu, [int(j) for j in picks])
    same_gaps(page, fengdu, ["university_site", "school_museum"])
    quality = page.evaluate(
        "['own', 'asked', 'seat', 'none'].map(h => coverplan.data.townships['at_' + h])"
    )
    people = fengdu.demand.groupby(["location", "code9"])["people"].sum()
    for how, got in zip(("own", "asked", "seat", "none"), quality, strict=True):
        there = people.xs(how, level="location") if how in people.index.levels[0] else people[:0]
        assert got == there.reindex(fengdu.townships.index).fillna(0).astype(int).tolist()
    for _ in fates:
        page.evaluate("coverplan.untake()")
    assert page.evaluate("JSON.stringify([coverplan.data, coverplan.scenario()])") == before
    assert opened.faults == []


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """Run the example county with some answers corrected, one withdrawn way and a new venue."""
    folder = tmp_path_factory.mktemp("county") / "example"
    shutil.copytree(DATA / "example", folder)
    villages = rows_of("asked_villages.csv")
    seats = rows_of("asked_seats.csv")
    new_villages = [[row[0], str(int(row[1]) + 9)] for row in villages[5:60:7]]
    new_seats = [[seats[3][0], seats[3][1], "2"], [seats[9][1], seats[9][0], "55.5"]]
    given = dict(new_villages)
    corrected = [[row[0], given.get(row[0], row[1]), *row[2:]] for row in villages]
    pair = {(row[0], row[1]): row[2] for row in new_seats}
    merged = [[*row[:2], pair.pop((row[0], row[1]), row[2]), *row[3:]] for row in seats]
    merged += [[*key, minutes, "", ""] for key, minutes in pair.items()]
    names = pd.read_csv(folder / "townships.csv", dtype=str, encoding="utf-8-sig")["name"]
    venues = [
        ["编号", "场馆名称", "类型", "乡镇（街道）", "村（社区）", "状态", "开放日期"],
        ["n-1", "新教学点", KIND, names[20], "", "开放", "2024-05-01"],
    ]
    written(folder / "asked_villages.csv", corrected)
    written(folder / "asked_seats.csv", merged)
    written(folder / "more.csv", venues)
    plan = folder / "plan.toml"
    text = plan.read_text(encoding="utf-8")
    text = text.replace('files = ["venues.csv"]', 'files = ["venues.csv", "more.csv"]')
    plan.write_text(text + QUICK, encoding="utf-8")
    tables = ([["code12", "minutes"], *new_villages], [*[seats[0][:3]], *new_seats], venues)
    return cp.run(cp.read_plan(plan)), tables


def test_answers_corrected_at_a_meeting_take_the_place_of_the_plans(
    opened, pages, example, tmp_path
):
    result, tables = example
    page = opened.open(pages["example"])
    assert page.evaluate("Object.keys(coverplan.data.plans.university_site).length") > 0
    for rows in tables:
        assert all(not reason for _, reason in page.evaluate(TAKE, pasted(rows)))
    # What was proven beforehand knew nothing of these rows: it is not shown any more.
    for name in ("plans", "evidence"):
        assert page.evaluate(f"coverplan.data.{name}.university_site") == {}
    assert page.evaluate("coverplan.data.programmes.university_site.status") == "taken"
    same_presence(page, result)
    same_targets(page, result)
    same_minutes(page, result)
    same_coverage(page, result)
    same_coverage(page, result, [3, 50, 120, 300])
    same_gaps(page, result, ["university_site", "school_museum", "youth_base"])
    page.evaluate("coverplan.choose([3, 50, 120], null)")
    state = (
        "JSON.stringify([coverplan.data, coverplan.scenario(), coverplan.evaluate().cover,"
        " Object.keys(coverplan.data.intake).map(coverplan.takenCsv)])"
    )
    wanted = page.evaluate(state)
    copy = tmp_path / "copy.html"
    copy.write_text(page.evaluate("coverplan.savedPage()"), encoding="utf-8", newline="\n")
    page = opened.open(copy)
    assert page.evaluate(state) == wanted
    assert page.evaluate("coverplan.savedPage()") == copy.read_text(encoding="utf-8")
    again = page.evaluate("coverplan.takenCsv('asked_seats')").lstrip("\ufeff")
    body = list(csv.reader(again.splitlines()))
    assert body == [["from_code9", "to_code9", "minutes"], *tables[1][1:]]
    assert opened.faults == []


def test_a_venue_that_is_taken_as_closed_brings_nobody_nearer(opened, pages, runs):
    page = opened.open(pages["example"])
    towns = runs["example"].townships["name"].tolist()
    near = "coverplan.data.gaps.university_site.minutes"
    told = "coverplan.nearestOf('university_site', [3, 50]).map(one => one.minutes)"
    before = [page.evaluate(near), page.evaluate(told)]
    head = ["编号", "场馆名称", "类型", "乡镇（街道）", "村（社区）", "状态", "关闭日期"]
    villages = runs["example"].villages.groupby("code9")["name"].last()
    rows = [
        [f"c-{n}", "已关的教学点", KIND, name, villages.iloc[n], *end]
        for n, name in enumerate(towns)
        for end in [[("关闭", "2020-01-01"), ("暂停", ""), ("待核", "")][n % 3]]
    ]
    assert all(not reason for _, reason in page.evaluate(TAKE, pasted([head, *rows])))
    assert page.evaluate(near) == before[0]
    assert page.evaluate(told) == pytest.approx(before[1], abs=0.06)
    opening = [[f"o-{n}", *row[1:5], "开放", ""] for n, row in enumerate(rows)]
    assert all(not reason for _, reason in page.evaluate(TAKE, pasted([head, *opening])))
    after = page.evaluate(near)
    assert all(new <= old for new, old in zip(after, before[0], strict=True))
    assert sum(after) < sum(before[0])
    listed = runs["example"].venues.index[0]
    twice = [[listed, *rows[0][1:]]]
    ((_, reason),) = page.evaluate(TAKE, pasted([head, *twice]))
    assert listed in reason


def test_seats_alone_wait_for_the_villages(opened, pages):
    page = opened.open(pages["fengdu"])
    page.evaluate(TAKE, pasted(seat_rows()[:40]))
    assert not page.evaluate("coverplan.model.measured('university_site')")
    # Nobody has a place yet: the page refuses as a run does, and says why.
    why = page.evaluate("coverplan.data.coverage.university_site['30'].refused[30]")
    assert why == "coverage.refused_unlocated"
    assert page.evaluate("coverplan.data.refusals")[why][0].startswith("数据不足")


def test_a_map_on_a_line_takes_no_minutes(opened, tmp_path):
    folder = tmp_path / "fengdu"
    shutil.copytree(DATA / "fengdu", folder)
    plan = folder / "plan.toml"
    text = plan.read_text(encoding="utf-8").replace('rung = "D"', 'rung = "C"\ndetour = 1.4')
    plan.write_text(
        text.replace("limit_min", 'speed_kmh = 25.0\nspeed_source = "试"\nlimit_min') + QUICK,
        encoding="utf-8",
    )
    path = tmp_path / "line.html"
    cp.PlannerMap(cp.run(cp.read_plan(plan))).save(path)
    page = opened.open(path)
    before = page.evaluate("JSON.stringify(coverplan.data)")
    fates = page.evaluate(TAKE, pasted(seat_rows()[:5]))
    assert all("不按询问分钟计算" in reason for _, reason in fates)
    assert page.evaluate("JSON.stringify(coverplan.data)") == before
