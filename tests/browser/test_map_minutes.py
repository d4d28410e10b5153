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
    ]
    heads = [
        ["乡镇（街道）", "类型", "上报情况"],
        ["编号", "场所编号", "场馆名称", "类型", "乡镇（街道）", "村（社区）", "状态", "开放日期"],
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
