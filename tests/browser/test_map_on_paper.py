"""The map on paper: sheets, scale, nothing cut, heads repeated."""

import os
import re
import shutil
import subprocess

import pytest
from pyproj import Geod

pytestmark = pytest.mark.browser

MM = 96 / 25.4


@pytest.fixture
def poppler():
    for tool in ("pdfinfo", "pdftotext"):
        if shutil.which(tool) is None:
            if os.environ.get("CI") == "true":
                pytest.fail(f"{tool} is missing (poppler-utils)")
            pytest.skip(f"{tool} is missing (poppler-utils)")


def printed(page, path, paper, view):
    page.evaluate(f"coverplan.set('mode', 'plan'); coverplan.set('view', '{view}')")
    page.evaluate(f"coverplan.setPaper('{paper}')")
    page.pdf(path=str(path), prefer_css_page_size=True, print_background=True)
    return subprocess.run(["pdfinfo", str(path)], check=True, capture_output=True, text=True).stdout


def words_of(path, first=1, last=99):
    return subprocess.run(
        ["pdftotext", "-layout", "-f", str(first), "-l", str(last), str(path), "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize(("paper", "points"), [("A4", (842, 595)), ("A3", (1191, 842))])
@pytest.mark.parametrize("view", ["map", "circle"])
def test_sheets_have_the_papers_size_and_carry_title_date_and_all_townships(
    opened, pages, runs, tmp_path, paper, points, view
):
    path = tmp_path / "m.pdf"
    info = printed(opened.open(pages["example"]), path, paper, view)
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", info)
    assert (round(float(size[1])), round(float(size[2]))) == points
    assert 3 <= int(re.search(r"Pages:\s+(\d+)", info)[1]) <= 8
    first = words_of(path, 1, 1)
    for word in ("科普场馆布局规划图", "2025-12-31", "审图号", "内部工作用图"):
        assert word in first
    whole = words_of(path, 2)
    for name in runs["example"].townships["name"]:
        assert name in whole
        assert name.rstrip("镇乡") in first or name in first


@pytest.mark.parametrize(("paper", "scale"), [("A4", 600_000), ("A3", 400_000)])
def test_the_scale_on_paper_is_round_and_true_to_a_ruler(opened, pages, runs, paper, scale):
    page = opened.open(pages["example"])
    page.evaluate(f"coverplan.set('view', 'map'); coverplan.setPaper('{paper}')")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown = page.inner_text(".numeric").replace(",", "")
    assert shown == f"1 : {scale}"
    bar = page.locator(".scale svg")
    metres, width = (float(bar.get_attribute(f"data-{name}")) for name in ("metres", "width"))
    assert metres / (width / MM / 1000) == pytest.approx(scale, rel=0.005)
    seats = runs["example"].townships
    a, b = seats.iloc[2], seats.iloc[-1]
    far = Geod(ellps="WGS84").inv(a["seat_lon"], a["seat_lat"], b["seat_lon"], b["seat_lat"])[2]
    ruler = page.evaluate(
        "([a, b]) => coverplan.map().latLngToLayerPoint(a)"
        ".distanceTo(coverplan.map().latLngToLayerPoint(b))",
        [[a["seat_lat"], a["seat_lon"]], [b["seat_lat"], b["seat_lon"]]],
    )
    assert far / (ruler / MM / 1000) == pytest.approx(scale, rel=0.01)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".numeric").count() == 0


@pytest.mark.parametrize("view", ["map", "circle"])
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_on_paper_thirty_labels_do_not_overlap_and_lie_inside_the_frame(opened, pages, view, paper):
    page = opened.open(pages["example"])
    page.evaluate(f"coverplan.set('view', '{view}'); coverplan.setPaper('{paper}')")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('g.label')].map(label => {
          const b = [...label.querySelectorAll('text')].map(t => t.getBoundingClientRect());
          return [Math.min(...b.map(r => r.left)), Math.min(...b.map(r => r.top)),
                  Math.max(...b.map(r => r.right)), Math.max(...b.map(r => r.bottom))];
        })"""
    )
    frame = page.evaluate(
        "(() => { const r = document.getElementById('map_planner').getBoundingClientRect();"
        "return [r.left, r.top, r.right, r.bottom]; })()"
    )
    assert len(boxes) == 30
    for n, a in enumerate(boxes):
        assert a[0] >= frame[0]
        assert a[1] >= frame[1]
        assert a[2] <= frame[2]
        assert a[3] <= frame[3]
        for b in boxes[n + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.usefixtures("poppler")
def test_a_table_that_runs_over_repeats_its_head(opened, pages, tmp_path):
    path = tmp_path / "m.pdf"
    page = opened.open(pages["example"])
    printed(page, path, "A4", "circle")
    pages_of_targets = [
        text for text in words_of(path).split("\f") if "县科协" in text and "状态" in text
    ]
    assert len(pages_of_targets) >= 2
