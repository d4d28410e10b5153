"""The planning map in a browser without a network."""

import csv
import io
import json
import math
import re
from pathlib import Path

import pytest

from coverplan.report.map import PlannerMap
from sample_result import sample_result, tiny

pytestmark = pytest.mark.browser

SIZES = [(1093, 500), (1366, 625), (1920, 1080)]
BOXES = """() => [...document.querySelectorAll('g.label')].map(label => {
  const boxes = [...label.querySelectorAll('text')].map(text => text.getBoundingClientRect());
  return {
    code: label.dataset.code, lines: boxes.length, words: label.textContent,
    left: Math.min(...boxes.map(b => b.left)), right: Math.max(...boxes.map(b => b.right)),
    top: Math.min(...boxes.map(b => b.top)), bottom: Math.max(...boxes.map(b => b.bottom)),
  };
})"""


SHARES = """() => {
  const out = {};
  document.querySelectorAll('table.gaps tbody tr').forEach(row => {
    const band = row.children[2].querySelector('.band');
    out[row.dataset.code] = [row.children[2].firstChild.nodeValue, band ? band.textContent : ''];
  });
  return out;
}"""


def overlaps(boxes):
    return [
        (a["code"], b["code"])
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
        if a["left"] < b["right"]
        and b["left"] < a["right"]
        and a["top"] < b["bottom"]
        and b["top"] < a["bottom"]
    ]


def number_of(page, card):
    return int(page.inner_text(f'[data-card="{card}"] .card-value').replace(",", ""))


@pytest.mark.parametrize("name", ["fengdu", "example", "tiny", "silent"])
def test_the_page_asks_nobody_for_anything_and_logs_no_error(opened, pages, name):
    page = opened.open(pages[name])
    for mode in ("now", "plan", "diff"):
        for view in ("circle", "map"):
            page.evaluate(f"coverplan.set('mode', '{mode}'); coverplan.set('view', '{view}')")
    for tab in ("gaps", "sites", "targets", "notes"):
        page.click(f"#tab-{tab}")
    page.click("text=EN")
    page.click("text=中文")
    opened.check()


def test_the_first_control_is_the_programme_switch_then_the_mode(opened, pages):
    page = opened.open(pages["fengdu"])
    controls = page.evaluate(
        "[...document.querySelectorAll('header button, header select, header input')]"
        ".map(node => node.textContent)"
    )
    assert controls[:3] == ["教学点", "共享科技馆", "实践基地"]
    assert controls[4:7] == ["现状", "方案", "差异"]


def test_a_county_that_has_not_reported_gets_words_and_no_percentage(opened, pages):
    page = opened.open(pages["fengdu"])
    assert page.inner_text("#headline") == "30 个乡镇（街道）教学点情况未报，暂不能判断覆盖"
    assert [number_of(page, card) for card in ("has", "none", "unreported")] == [0, 0, 30]
    for mode in ("now", "plan", "diff"):
        page.evaluate(f"coverplan.set('mode', '{mode}')")
        assert "%" not in page.inner_text("body")
    page.evaluate("coverplan.set('mode', 'now')")
    fills = page.evaluate(
        "[...document.querySelectorAll('path.cell')].map(c => c.getAttribute('fill'))"
    )
    assert set(fills) == {"url(#hatch)"}
    assert page.is_disabled('[data-value="coverage"]')


def test_the_default_view_of_approximate_boundaries_draws_none(opened, pages):
    page = opened.open(pages["example"])
    assert page.locator("path.border, path.county").count() == 0
    page.click('[data-value="map"]')
    assert page.locator("path.border.approximate").count() == 1
    assert "示意，非法定界线" in page.text_content(".edge-words")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", ["circle", "map"])
@pytest.mark.parametrize("metric", ["presence", "coverage"])
def test_thirty_labels_and_no_two_overlap(opened, pages, size, view, metric):
    opened.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = opened.open(pages["example"])
    for mode in ("now", "plan"):
        page.evaluate(f"coverplan.set('metric', '{metric}'); coverplan.set('mode', '{mode}')")
        page.evaluate(f"coverplan.set('view', '{view}')")
        boxes = page.evaluate(BOXES)
        assert len(boxes) == 30
        assert all(box["lines"] == 2 for box in boxes)
        assert overlaps(boxes) == []


def test_cards_and_table_say_what_the_library_counted(opened, pages, runs):
    page = opened.open(pages["example"])
    result = runs["example"]
    for kind in ("university_site", "school_museum", "youth_base"):
        page.evaluate(f"coverplan.pickType('{kind}'); coverplan.set('metric', 'presence')")
        states = result.presence.xs(kind, level="type")["state"].value_counts()
        for card in ("has", "none", "unreported"):
            assert number_of(page, card) == states.get(card, 0)
        for cutoff in result.coverage.xs(kind, level="type").index.unique("cutoff_min"):
            page.evaluate(f"coverplan.set('metric', 'coverage'); coverplan.set('cutoff', {cutoff})")
            total = result.coverage.loc[("total", kind, cutoff)]
            assert number_of(page, "covered") == total["covered"]
            assert number_of(page, "uncovered") == total["uncovered"]
            assert number_of(page, "unknown") == total["unknown"]


VARIED = ("low", "high", "slow", "fast", "shorter", "longer")
"""What moves a township's band; other populations have other totals, and no share of this one."""


def shares_told(row):
    """Return the share and its band as a page must write them; a band no wider is none."""

    def percent(people):
        return math.floor(100 * people / row["people"] + 0.5)

    figures = [row["covered"], *(row[f"covered_{name}"] for name in VARIED)]
    least, most = percent(min(figures)), percent(max(figures))
    sign = "≥" if row["unknown"] else ""
    return f"{sign}{percent(row['covered'])}%", f"{least}–{most}%" if least != most else ""


def test_a_headline_with_a_band_does_not_say_at_least_what_lies_above_its_low_end(
    opened, pages, runs
):
    page = opened.open(pages["example"])
    row = runs["example"].coverage.loc[("total", "university_site", 15)]
    page.evaluate("coverplan.set('metric', 'coverage'); coverplan.set('cutoff', 15)")
    headline = page.inner_text("#headline")
    assert row["unknown"] > 0
    assert "～" in headline
    assert headline.endswith(f"占 {shares_told(row)[0].lstrip('≥')}")


def test_each_label_is_the_band_or_the_share_of_those_the_programme_is_for(opened, pages, runs):
    page = opened.open(pages["example"])
    table = runs["example"].coverage
    bands = 0
    for kind, cutoff in (("university_site", 15), ("school_museum", 45), ("youth_base", 90)):
        page.evaluate(f"coverplan.pickType('{kind}'); coverplan.set('metric', 'coverage')")
        page.evaluate(f"coverplan.set('cutoff', {cutoff})")
        cells = page.evaluate(SHARES)
        for box in page.evaluate(BOXES):
            row = table.loc[(box["code"], kind, cutoff)]
            if row["refused"] or row["unknown"] == row["people"]:
                assert box["words"].endswith("不明")
                continue
            figure, band = shares_told(row)
            assert box["words"].endswith(band or figure)
            assert not box["words"].removesuffix(band or figure)[-1:].isdigit()
            assert cells[box["code"]] == [figure, band]
            bands += bool(band)
    assert bands > 10


def test_table_and_map_point_at_each_other(opened, pages):
    page = opened.open(pages["example"])
    row = page.locator("table.gaps tbody tr").nth(4)
    code = row.get_attribute("data-code")
    row.hover()
    assert "hovered" in page.get_attribute(f'path.cell[data-code="{code}"]', "class")
    page.locator(f'path.cell[data-code="{code}"]').dispatch_event("mouseenter")
    assert "hovered" in row.get_attribute("class")
    page.locator(f'path.cell[data-code="{code}"]').dispatch_event("click")
    assert code in page.inner_text("#tabpanel h2")


@pytest.mark.parametrize("view", ["circle", "map"])
def test_a_mouse_points_at_a_township_and_opens_it_but_a_drag_does_not(opened, pages, view):
    page = opened.open(pages["example"])
    page.evaluate(f"coverplan.set('view', '{view}')")
    box = page.evaluate(
        "(() => { const r = document.querySelector('g.label[data-code=\"500230105\"] text')"
        ".getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()"
    )
    page.mouse.move(*box)
    assert page.is_visible(".tip")
    hovered = page.get_attribute("path.cell.hovered", "data-code")
    page.mouse.down()
    page.mouse.move(box[0] + 40, box[1] + 20, steps=4)
    page.mouse.up()
    assert page.locator("#tabpanel h2").count() == 0
    page.mouse.click(box[0] + 40, box[1] + 20)
    assert hovered in page.inner_text("#tabpanel h2")


def test_the_gap_table_holds_every_township_as_the_map_labels_it(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    labels = {box["code"]: box["words"] for box in page.evaluate(BOXES)}
    cells = page.evaluate(SHARES)
    assert cells.keys() == labels.keys()
    assert len(cells) == 30
    for code, (figure, band) in cells.items():
        assert re.search(r"[^\d–≥]+(.*)$", labels[code])[1] == (band or figure)
    lines = page.evaluate(
        "[...document.querySelectorAll('table.gaps tbody tr')].map(r => r.children[2])"
        ".map(c => c.getBoundingClientRect().height)"
    )
    assert max(lines) < 32, "figure and band stand on one line"


def test_a_township_is_opened_and_left_by_keyboard(opened, pages):
    page = opened.open(pages["example"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("path.cell[tabindex='0']")
    first = page.evaluate("document.activeElement.dataset.code")
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    second = page.evaluate("document.activeElement.dataset.code")
    assert second
    assert second != first
    page.keyboard.press("Enter")
    assert second in page.inner_text("#tabpanel h2")
    assert page.evaluate("document.activeElement.id") == "sheet-title"
    page.click("text=返回")
    assert page.evaluate("document.activeElement.dataset.code") == second


def test_typing_initials_finds_a_township(opened, pages):
    page = opened.open(pages["fengdu"])
    page.fill(".search", "lhz")
    hits = page.locator(".hits li").all_inner_texts()
    assert any(hit.startswith("龙河镇") for hit in hits)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#tabpanel h2").count() == 1


def test_choosing_takes_back_and_comes_again(opened, pages):
    page = opened.open(pages["example"])
    before = page.evaluate("coverplan.state.chosen[coverplan.state.type].length")
    page.click("#tab-sites")
    page.locator("table.sites input[type=checkbox]").first.click()
    assert page.evaluate("coverplan.state.mode") == "plan"
    assert number_of(page, "sites") == before + 1
    page.click("text=撤销")
    assert number_of(page, "sites") == before
    page.click("text=重做")
    assert number_of(page, "sites") == before + 1
    page.click("text=清空")
    assert number_of(page, "sites") == 0
    page.click("text=恢复建议方案")
    assert number_of(page, "sites") == before


def test_the_ranking_changes_after_each_choice(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.choose([], null); coverplan.set('metric', 'coverage')")
    page.click("#tab-sites")
    first = page.locator("table.sites tbody tr").first
    gain = int(first.locator("td.num").first.inner_text().strip("+").replace(",", ""))
    covered = number_of(page, "covered")
    first.locator("input").click()
    assert number_of(page, "covered") == covered + gain
    top = page.locator("table.sites tbody tr").first.locator("td.num").first.inner_text()
    assert int(top.strip("+").replace(",", "")) <= gain


def test_a_scenario_comes_back_as_it_was_saved(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.choose(coverplan.state.chosen[coverplan.state.type].slice(2), null)")
    saved = page.evaluate("JSON.stringify(coverplan.scenario())")
    page.evaluate("coverplan.choose([], null)")
    assert page.evaluate(f"coverplan.readScenario({json.dumps(saved)})") == "方案已读入。"
    assert page.evaluate("JSON.stringify(coverplan.scenario())") == saved
    assert "不是 JSON" in page.evaluate("coverplan.readScenario('x')")
    other = saved.replace('"county":"500230"', '"county":"1"')
    assert "未读入" in page.evaluate(f"coverplan.readScenario({json.dumps(other)})")


def test_exported_tables_are_what_a_spreadsheet_can_read(opened, pages):
    page = opened.open(pages["example"])
    page.click("text=导出")
    with page.expect_download() as waiting:
        page.click("text=缺口表 CSV")
    body = Path(waiting.value.path()).read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(rows) == 30
    assert sum(int(row["people"]) for row in rows) == 649_182
    assert all(row["code9"].isdigit() for row in rows)


def test_what_a_spreadsheet_would_run_gets_an_apostrophe(opened, tmp_path):
    world = tiny()
    world.townships[1] = ("500230100", '=HYPERLINK("x")', "镇", 5000, 107.80, 29.95)
    PlannerMap(sample_result(world)).save(tmp_path / "m.html")
    page = opened.open(tmp_path / "m.html")
    assert """"'=HYPERLINK(""x"")\"""" in page.evaluate("coverplan.gapsCsv()")


@pytest.mark.parametrize(
    "name",
    [
        "{{ 7*7 }}",
        "</script><script>window.hit=1</script>",
        "<img src=x onerror=window.hit=1>",
        "${window.hit=1}",
        "javascript:window.hit=1",
    ],
)
def test_a_hostile_name_is_shown_as_it_is_written_and_runs_nothing(opened, tmp_path, name):
    world = tiny()
    world.townships[0] = ("500230001", name, "街道", 9000, 107.70, 29.90)
    world.villages[0] = ("500230001001", "500230001", name, 107.70, 29.90)
    world.venues[0]["name"] = name
    PlannerMap(sample_result(world)).save(tmp_path / "m.html")
    page = opened.open(tmp_path / "m.html")
    page.locator("path.cell").first.dispatch_event("mouseenter")
    page.locator("path.cell").first.dispatch_event("click")
    page.evaluate("coverplan.set('mode', 'plan')")
    for tab in ("sites", "gaps"):
        page.click(f"#tab-{tab}")
    assert name in page.inner_text("table.gaps")
    assert page.evaluate("typeof window.hit") == "undefined"
    assert page.locator("img[onerror]").count() == 0
    opened.check()


def test_marks_that_turn_the_reading_direction_are_dropped(opened, tmp_path):
    world = tiny()
    world.townships[0] = ("500230001", "东河\u202e街道", "街道", 9000, 107.70, 29.90)
    PlannerMap(sample_result(world)).save(tmp_path / "m.html")
    page = opened.open(tmp_path / "m.html")
    assert "东河街道" in page.inner_text("table.gaps")
    assert "\u202e" not in page.content().split('id="data"')[0]


def test_illustrative_data_says_so_on_the_map(opened, pages):
    page = opened.open(pages["example"])
    assert "示例数据" in page.text_content(".watermark")
    assert "示例数据" in page.inner_text("#imprint")
    page = opened.open(pages["fengdu"])
    assert page.locator(".watermark").count() == 0


def test_the_imprint_names_date_source_system_review_and_use(opened, pages):
    page = opened.open(pages["fengdu"])
    words = page.inner_text("#imprint")
    for part in ("2025-12-31", "EPSG:4545", "OpenStreetMap", "审图号", "内部工作用图", "2010"):
        assert part in words


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["now", "plan", "diff"])
def test_the_gap_table_needs_no_sideways_scrolling(opened, pages, size, mode):
    opened.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    page.evaluate(f"coverplan.set('mode', '{mode}')")
    for lang in ("zh", "en"):
        if lang == "en":
            page.click("button:text-is('EN')")
        room = page.evaluate(
            "(t => [t.scrollWidth, t.clientWidth])(document.querySelector('.tabpanel'))"
        )
        assert room[0] <= room[1], lang
