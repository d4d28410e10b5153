"""What leaves the page: workbook, picture, pins, comparison."""

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest

from coverplan.report.map import PlannerMap

pytestmark = pytest.mark.browser


def saved(page, item):
    page.click("summary:has-text('导出')")
    with page.expect_download() as waiting:
        page.click(f"text={item}")
    return Path(waiting.value.path()).read_bytes()


def test_the_workbook_opens_with_codes_as_text_and_the_librarys_sums(opened, pages, runs):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    book = openpyxl.load_workbook(io.BytesIO(saved(page, "全部表格（Excel）")))
    assert book.sheetnames == ["缺口表", "选点方案", "目标台账"]
    rows = [row for row in book["缺口表"].iter_rows(min_row=3, values_only=True) if row[0]]
    assert len(rows) == 30
    assert {row[1] for row in rows} == set(runs["example"].townships.index)
    total = runs["example"].coverage.loc[("total", "university_site", 30)]
    assert sum(row[8] or 0 for row in rows) == total["covered"]
    assert sum(row[5] for row in rows) == total["people"]
    assert "示例数据" in book["缺口表"]["A1"].value


def test_a_name_that_begins_with_an_equals_sign_is_text_in_the_workbook(opened, pages):
    page = opened.open(pages["tiny"])
    page.evaluate("coverplan.data.townships.name[0] = '=1+1'; coverplan.changed()")
    book = openpyxl.load_workbook(io.BytesIO(saved(page, "全部表格（Excel）")))
    cells = [cell for row in book["缺口表"].iter_rows() for cell in row if cell.value == "=1+1"]
    assert len(cells) == 1
    assert cells[0].data_type in {"s", "inlineStr"}


def test_the_phone_picture_is_a_png_1080_wide_and_not_blank(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('mode', 'plan')")
    body = saved(page, "手机图片（PNG，宽 1080）")
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(body[16:20], "big") == 1080
    assert int.from_bytes(body[20:24], "big") > 1000
    assert len(body) > 50_000
    assert opened.faults == []


def test_a_venue_without_a_place_is_pinned_and_its_coordinates_leave(opened, pages):
    page = opened.open(pages["silent"])
    page.locator("path.cell[data-code='500230100']").dispatch_event("click")
    page.click("text=在图上标位置")
    box = page.locator("path.cell[data-code='500230100']").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    text = saved(page, "标注坐标 CSV").decode("utf-8-sig")
    row = text.splitlines()[1].split(",")
    assert row[0] == "V2"
    assert 107.76 < float(row[3]) < 107.98
    assert 29.90 < float(row[4]) < 30.0


def test_two_plans_stand_side_by_side_with_their_difference(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    own = page.evaluate("coverplan.state.chosen.university_site")
    total = (
        "p => coverplan.model.reached('university_site',"
        " coverplan.model.nearest('university_site', p), 30).total.covered"
    )
    other = json.loads(page.evaluate("JSON.stringify(coverplan.scenario())"))
    other["chosen"]["university_site"] = other["chosen"]["university_site"][:5]
    page.evaluate("text => coverplan.compareDialog(text)", json.dumps(other))
    a, b = page.evaluate(total, own), page.evaluate(total, own[:5])
    row = page.locator("table.compare tbody tr").nth(4).locator("td").all_inner_texts()
    assert [int(cell.replace(",", "").replace("−", "-")) for cell in row] == [a, b, b - a]
    band = page.evaluate("p => coverplan.bandsOf('university_site', p, 30).total", own[:5])
    assert band["low"] < b < band["high"]
    spread = page.locator("table.compare tbody tr").nth(6).locator("td").nth(1).inner_text()
    assert spread == f"{band['low']:,}～{band['high']:,}"
    page.keyboard.press("Escape")
    assert page.locator(".dialog").count() == 0


def test_the_embedded_plans_reach_what_the_library_proved(opened, pages, runs):
    page = opened.open(pages["example"])
    curve = runs["example"].curve
    plans = page.evaluate("coverplan.data.plans")
    for kind, table in plans.items():
        for cutoff, found in table.items():
            for n, sites in enumerate(found["sites"]):
                people = page.evaluate(
                    "([k, p, c]) => coverplan.model.reached("
                    "k, coverplan.model.nearest(k, p), c).total.covered",
                    [kind, sites, cutoff],
                )
                assert people == curve.loc[(kind, int(cutoff), n), "people"] == found["people"][n]


def test_taking_a_proven_plan_says_that_nothing_is_lost(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    page.click("#tab-sites")
    page.fill("#proven-k", "6")
    page.click("text=处方案：采用")
    assert page.inner_text("#proven-words").find("现方案少 0 人。") > 0
    assert page.evaluate("coverplan.state.log.slice(-1)[0].act") == "proven"


def test_the_fengdu_page_keeps_its_budget(pages):
    assert pages["fengdu"].stat().st_size <= 450_000


def test_a_site_added_by_a_click_belongs_to_its_township_and_travels_in_the_scenario(opened, pages):
    page = opened.open(pages["fengdu"])
    page.evaluate("coverplan.choose([], null)")
    page.click("#tab-sites")
    page.click("text=在图上加点")
    code = "500230206"
    box = page.locator(f"path.cell[data-code='{code}']").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    found = page.evaluate("coverplan.scenario()")
    assert [site["code9"] for site in found["added"]] == [code]
    assert found["chosen"]["university_site"] == [found["added"][0]["id"]]
    assert "估算" in found["added"][0]["name"]
    again = opened.open(pages["fengdu"])
    assert again.evaluate("t => coverplan.readScenario(t)", json.dumps(found)) == "方案已读入。"
    assert again.evaluate("coverplan.scenario().chosen") == found["chosen"]


def test_the_online_ground_is_off_until_it_is_asked_for(opened, tmp_path, made):
    path = tmp_path / "m.html"
    PlannerMap(made["tiny"], tiles="osm").save(path)
    page = opened.open(path)
    page.evaluate("coverplan.set('view', 'map')")
    assert [url for url in opened.requests if url.startswith("http")] == []
    page.click("summary:has-text('图层')")
    page.click("text=在线底图（需联网）")
    page.wait_for_timeout(300)
    asked = [url for url in opened.requests if url.startswith("http")]
    assert asked
    assert all(url.startswith("https://tile.openstreetmap.org/") for url in asked)


def test_exports_hold_words_and_no_internal_names(opened, pages, runs):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    page.evaluate("coverplan.set('mode', 'plan')")
    page.evaluate("coverplan.toggle(3)")
    ids = [*runs["example"].venue_types.index, *runs["example"].targets.index]
    for name in ("gapsCsv", "sitesCsv", "targetsCsv", "logCsv"):
        head, *rows = csv.reader(io.StringIO(page.evaluate(f"coverplan.{name}()")))
        assert all(len(row) == len(head) for row in rows)
        cells = [cell for row in rows for cell in row]
        assert not set(ids) & set(cells), name
        assert not {"has", "none", "unreported", "overdue", "add"} & set(cells), name
    book = page.evaluate("JSON.stringify(coverplan.bookSheets())")
    assert not [key for key in ids if f'"{key}"' in book]


def test_the_gap_table_leaves_with_its_bands_and_the_minutes_of_the_choice(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    page.evaluate("coverplan.set('mode', 'plan')")
    rows = list(csv.DictReader(io.StringIO(page.evaluate("coverplan.gapsCsv()").lstrip("\ufeff"))))
    for row in rows:
        parts = ("people_covered_least", "people_covered_30min", "people_covered_most")
        least, figure, most = (int(row[name]) for name in parts)
        assert least <= figure <= most
    assert any(int(row["people_covered_least"]) < int(row["people_covered_30min"]) for row in rows)
    after = {row["township"]: float(row["nearest_min"]) for row in rows}
    page.evaluate("coverplan.set('mode', 'now')")
    rows = list(csv.DictReader(io.StringIO(page.evaluate("coverplan.gapsCsv()").lstrip("\ufeff"))))
    before = {row["township"]: float(row["nearest_min"]) for row in rows}
    assert all(after[name] <= before[name] for name in before)
    assert sum(after[name] < before[name] for name in before) > 15


CHINESE = """() => {
  const found = [];
  const kinds = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
  const walk = document.createTreeWalker(document.body, kinds);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node.nodeType === 3) {
      const silent = node.parentNode.closest('script, style, noscript, table.sources');
      if (!silent) { found.push(node.nodeValue); }
    } else {
      ['title', 'aria-label', 'placeholder'].forEach(name => {
        if (node.hasAttribute(name)) { found.push(node.getAttribute(name)); }
      });
    }
  }
  return found;
}"""


def data_words(result):
    """Return what the data itself says in its own language: names, departments, clauses."""
    words = [result.plan.county.unit, result.plan.county.name, "中文", "EN"]
    for frame in (result.townships, result.venues, result.candidates, result.villages):
        words += [str(name) for name in frame["name"]]
    words += [str(name).split("（")[0] for name in result.candidates["name"]]
    for column in ("lead", "responsible", "clause"):
        words += [str(name) for name in result.targets[column]]
    for layer in result.layers.values():
        words += [str(name) for name in layer["name"]] if "name" in layer else []
    schools = result.demand.loc[result.demand["group"] == "pupils", "name"]
    return sorted({*words, *map(str, schools), "长\u2003江"} - {""}, key=len, reverse=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_speaks_one_language_everywhere(opened, pages, runs, lang):
    page = opened.open(pages["example"])
    if lang == "en":
        page.click("button:text-is('EN')")
    texts = set()
    for kind in page.evaluate("coverplan.data.types.map(t => t.id)")[:4]:
        page.evaluate(f"coverplan.pickType('{kind}')")
        for mode, metric in (("now", "presence"), ("plan", "coverage"), ("diff", "presence")):
            if metric == "coverage" and not page.evaluate(f"coverplan.model.measured('{kind}')"):
                continue
            page.evaluate(f"coverplan.state.mode = '{mode}'; coverplan.state.metric = '{metric}'")
            for tab in ("gaps", "sites", "targets", "notes"):
                page.evaluate(f"coverplan.state.open = -1; coverplan.set('tab', '{tab}')")
                texts |= set(page.evaluate(CHINESE))
            page.locator("path.cell").nth(11).dispatch_event("click")
            texts |= set(page.evaluate(CHINESE))
    page.evaluate("coverplan.compareDialog(JSON.stringify(coverplan.scenario()))")
    texts |= set(page.evaluate(CHINESE))
    own = re.compile("|".join(map(re.escape, data_words(runs["example"]))))
    allowed = re.compile(
        r"CSV|Excel|xlsx|JSON|PNG|Ctrl|WGS84|EPSG|CRS|OpenStreetMap contributors|ledger|km"
        r"|（[a-z_]+）|\[[a-z_]+\]"  # tables of the plan, as the plan file names them
    )
    foreign = re.compile("[\u4e00-\u9fff]" if lang == "en" else "[A-Za-z]{2,}")
    rest = {text for text in texts if foreign.search(own.sub("", allowed.sub("", text)))}
    assert rest == set()


def test_the_log_names_who_took_which_site_out_why_and_what_it_cost(opened, pages, runs):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    page.click("#tab-sites")
    row = page.locator("table.chosen tbody tr").nth(1)
    name = page.evaluate(
        "coverplan.data.candidates.name[coverplan.state.chosen.university_site[1]]"
    )
    lost = int(row.locator("td.num").first.inner_text().replace(",", ""))
    row.locator("button.x").click()
    page.click("summary:has-text('会议调整记录')")
    page.fill("table.log input >> nth=0", "李主任")
    page.fill("table.log input >> nth=1", "场地已另作他用")
    found = saved(page, "会议调整记录 CSV").decode("utf-8-sig")
    (entry,) = csv.DictReader(io.StringIO(found))
    assert (entry["who"], entry["reason"]) == ("李主任", "场地已另作他用")
    assert (entry["act"], entry["type"]) == ("去除", "社区科普大学教学点")
    assert entry["name"] == name
    assert int(entry["people"]) == -lost < 0
    table = runs["example"].curve.xs(("university_site", 30), level=("type", "cutoff_min"))
    assert lost <= table["people"].max()
    page.keyboard.press("Control+z")
    assert page.evaluate("coverplan.state.log.length") == 0
    page.keyboard.press("Control+y")
    tree = json.loads(page.evaluate("JSON.stringify(coverplan.scenario())"))
    assert [(one["who"], one["reason"]) for one in tree["log"]] == [("李主任", "场地已另作他用")]
