"""Rows taken on the page count as they count in a run."""

import csv
import shutil

import pytest

import coverplan as cp
from support import DATA

pytestmark = pytest.mark.browser

REPORTS = [
    ["乡镇（街道）", "类型", "上报情况"],
    ["三合街道", "社区科普大学教学点", "有"],
    ["名山街道办事处", "社区科普大学教学点", "零报告"],
    ["龙河", "university_site", "无"],
    ["500230206", "社区科普大学教学点", "零报告"],
    ["龙孔镇", "社区科普大学教学点", "零报告"],
    ["没有这个镇", "社区科普大学教学点", "零报告"],
    ["高家镇", "没有这种馆", "零报告"],
    ["兴义镇", "社区科普大学教学点", "看情况"],
]
VENUES = [
    ["编号", "场馆名称", "类型", "乡镇（街道）", "状态", "开放日期", "关闭日期"],
    ["v-1", "三合教学点", "社区科普大学教学点", "三合街道", "开放", "2022-05-01", ""],
    ["v-2", "后来才开的教学点", "社区科普大学教学点", "树人镇", "开放", "2026-03-01", ""],
    ["v-3", "已关的教学点", "社区科普大学教学点", "社坛镇", "关闭", "2020-01-01", "2024-01-01"],
    ["v-4", "后来才关的教学点", "社区科普大学教学点", "仁沙镇", "关闭", "2020-01-01", "2026-01-31"],
    ["v-5", "拟建教学点", "社区科普大学教学点", "保合镇", "拟建", "", ""],
    ["v-6", "同镇第二处", "社区科普大学教学点", "三合街道", "在用", "2021-01-01", ""],
    ["v-7", "无名镇的馆", "社区科普大学教学点", "无名镇", "开放", "", ""],
]
TAKE = """text => {
  const found = coverplan.judged(text);
  coverplan.takeRows(found.rows);
  coverplan.changed();
  return found.rows.map(row => row.reason);
}"""


def pasted(rows, mark="\t"):
    return "\n".join(mark.join(row) for row in rows) + "\n"


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county") / "fengdu"
    shutil.copytree(DATA / "fengdu", folder)
    plan = folder / "plan.toml"
    text = plan.read_text(encoding="utf-8").replace(
        'on_bad_row = "stop"', 'on_bad_row = "set_aside"'
    )
    plan.write_text(
        text.replace('files = ["venues.csv"]', 'files = ["venues.csv", "more.csv"]'),
        encoding="utf-8",
    )
    for name, rows in (("reports.csv", REPORTS), ("more.csv", VENUES)):
        with (folder / name).open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
    return cp.run(cp.read_plan(plan))


def test_page_and_library_agree_on_the_same_rows(opened, pages, ran):
    page = opened.open(pages["fengdu"])
    reasons = page.evaluate(TAKE, pasted(REPORTS)) + page.evaluate(TAKE, pasted(VENUES, ","))
    state = ran.presence.xs("university_site", level="type")
    letters = {"has": "h", "none": "n", "unreported": "u"}
    shown = page.evaluate("coverplan.data.presence.university_site")
    assert shown["state"] == "".join(letters[value] for value in state["state"])
    assert shown["open"] == state["places_open"].tolist()
    assert shown["planned"] == state["places_planned"].tolist()
    aside = ran.ledger[ran.ledger["fate"] == "set_aside"]
    lines = {
        (row["file"], int(row["row"])) for _, row in aside.iterrows() if row["file"] != "venues.csv"
    }
    number = len(REPORTS) - 1
    here = {
        ("reports.csv", n + 2) if n < number else ("more.csv", n - number + 2)
        for n, reason in enumerate(reasons)
        if reason
    }
    assert here == lines


def test_what_was_taken_and_what_was_not_is_told_with_reasons(opened, pages):
    page = opened.open(pages["fengdu"])
    page.click("text=导出")
    page.click("text=录入填报数据…")
    page.fill("#paste", pasted(REPORTS))
    page.click("#take")
    assert page.inner_text("#taken") == "采用 5 行，搁置 3 行。"
    assert "第 7 行：查不到乡镇（街道）“没有这个镇”" in page.inner_text(".fates")
    page.keyboard.press("Escape")
    cards = {
        card: int(page.inner_text(f'[data-card="{card}"] .card-value'))
        for card in ("has", "none", "unreported")
    }
    assert sum(cards.values()) == 30
    assert cards["none"] == 4


def test_text_without_a_header_is_refused_with_what_is_needed(opened, pages):
    page = opened.open(pages["fengdu"])
    assert page.evaluate("coverplan.judged('a,b\\n1,2')") is None


def test_a_venue_of_unknown_place_makes_its_township_an_open_question(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    before = page.evaluate("coverplan.evaluate().base.total")
    rows = [VENUES[0], ["x-1", "位置不明的点", "社区科普大学教学点", "包鸾镇", "开放", "", ""]]
    page.evaluate(TAKE, pasted(rows))
    after = page.evaluate("coverplan.evaluate().base.total")
    assert after["covered"] == before["covered"]
    assert after["unknown"] > before["unknown"]
    assert after["people"] == before["people"]


def test_the_page_saves_itself_with_rows_and_choice(opened, pages, tmp_path):
    page = opened.open(pages["fengdu"])
    page.evaluate(TAKE, pasted(REPORTS))
    page.evaluate("coverplan.choose([3, 5], null)")
    wanted = page.evaluate("[coverplan.data.presence.university_site.state, coverplan.scenario()]")
    copy = tmp_path / "copy.html"
    copy.write_text(page.evaluate("coverplan.savedPage()"), encoding="utf-8", newline="\n")
    page = opened.open(copy)
    again = page.evaluate("[coverplan.data.presence.university_site.state, coverplan.scenario()]")
    assert again == wanted
    assert page.evaluate("coverplan.savedPage()") == copy.read_text(encoding="utf-8")
    assert opened.faults == []
