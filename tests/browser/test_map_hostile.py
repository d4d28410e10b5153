"""Names that would run as code run nowhere: workbooks, pasted rows, layers, saved pages."""

import io
from dataclasses import replace

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import Point, box

from coverplan.report.map import PlannerMap
from sample_result import sample_result, tiny

pytestmark = pytest.mark.browser

HOSTILE = (
    "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>"
    "<svg onload=window.hit=1>{{ 7*7 }}{% x %}${window.hit=1}`</textarea><!--\u2028\u202e*/ //"
)
SHOWN = "{{ 7*7 }}"
SHEET = "<img src=x onerror=hit=1>"


def book():
    """Return a workbook whose sheet, heads and cells all try to become code."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = SHEET
    sheet.append(
        ["编号", "场馆名称", "类型", "乡镇（街道）", "村（社区）", "状态", "开放日期", HOSTILE]
    )
    row = ["h-1", HOSTILE, "university_site", "500230001", HOSTILE, "开放", "2022-01-01", HOSTILE]
    sheet.append(row)
    for place in (0, 2, 3, 5, 6):  # an id is free text; the others are refused with what was found
        sheet.append([*row[:place], HOSTILE, *row[place + 1 :]])
    sheet.append(["__proto__", "constructor", "__proto__", "constructor", "", "__proto__", ""])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def result():
    world = tiny()
    world.townships[0] = ("500230001", HOSTILE, "街道", 9000, 107.70, 29.90)
    world.villages[0] = ("500230001001", "500230001", HOSTILE, 107.70, 29.90)
    world.venues[0]["name"] = HOSTILE
    found = sample_result(world)
    townships = found.townships.assign(aliases=HOSTILE)
    east = found.townships.to_crs(4326).total_bounds[2]
    around = gpd.GeoDataFrame(
        {"name": [HOSTILE, HOSTILE], "kind": ["neighbour", HOSTILE]},
        geometry=[box(east + 0.02, 29.0, east + 3, 31.0), Point(107.7, 29.9).buffer(0.02)],
        crs=4326,
    )
    layers = {**found.layers, HOSTILE: around}
    return replace(found, townships=townships, layers=layers)


def look_everywhere(page):
    for view in ("circle", "map"):
        for mode in ("now", "plan", "diff"):
            page.evaluate(f"coverplan.set('mode', '{mode}'); coverplan.set('view', '{view}')")
            for tab in ("gaps", "sites", "targets", "notes"):
                page.click(f"#tab-{tab}")
    for node in ("path.cell", ".marks .mark"):
        page.locator(node).first.dispatch_event("mouseenter")
    page.locator("path.cell").first.dispatch_event("click")
    page.evaluate("coverplan.picture && coverplan.picture()")
    for name in ("gapsCsv", "sitesCsv", "targetsCsv", "logCsv", "pinsCsv"):
        page.evaluate(f"coverplan.{name}()")


def inert(page):
    assert page.evaluate("typeof window.hit") == "undefined"
    assert page.evaluate("typeof ({}).name") == "undefined"
    assert page.locator("[onerror], [onload], script:not([type]) ~ img").count() == 0
    assert page.locator("body script").count() == 4  # the data, what was saved, Leaflet, our own


def test_names_in_a_workbook_a_layer_and_a_saved_page_run_nothing(opened, tmp_path):
    path = tmp_path / "m.html"
    PlannerMap(result()).save(path)
    page = opened.open(path)
    look_everywhere(page)
    inert(page)
    page.click("text=导出")
    page.click("text=录入填报数据…")
    name = "'\"><img src=x onerror=window.hit=1>.xlsx"
    with page.expect_file_chooser() as chooser:
        page.click("[role=dialog] button:has-text('打开')")
    chooser.value.set_files({"name": name, "mimeType": "", "buffer": book()})
    page.wait_for_function("document.getElementById('paste').value !== ''")
    assert name in page.inner_text("[role=dialog]")
    page.click("#take")
    assert page.inner_text("#taken").startswith("采用 2 行，搁置 5 行。")
    assert SHOWN in page.inner_text(".fates")
    page.fill("#paste", f"村（社区）代码\t到乡镇驻地分钟\n{HOSTILE}\t5\n500230001001\t{HOSTILE}\n")
    page.click("#take")
    assert page.locator(".fates li").count() == 2
    page.keyboard.press("Escape")
    look_everywhere(page)
    inert(page)
    opened.check()
    copy = tmp_path / "copy.html"
    copy.write_text(page.evaluate("coverplan.savedPage()"), encoding="utf-8", newline="\n")
    page = opened.open(copy)
    assert HOSTILE.partition("\u2028")[0] in page.evaluate("coverplan.data.venues.name.join()")
    look_everywhere(page)
    inert(page)
    assert opened.faults == []
