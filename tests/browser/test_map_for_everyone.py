"""The map by keyboard, by ear, in grey, in other colours."""

from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "assets" / "axe.min.js"


@pytest.mark.parametrize("name", ["fengdu", "example"])
@pytest.mark.parametrize("tab", ["gaps", "sites", "targets", "notes"])
def test_axe_finds_nothing(opened, pages, name, tab):
    page = opened.open(pages[name])
    page.evaluate("coverplan.set('mode', 'plan')")
    page.click(f"#tab-{tab}")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found["violations"]] == []


def test_axe_finds_nothing_on_an_open_township_in_either_view(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for view in ("circle", "map"):
        page.evaluate(f"coverplan.set('view', '{view}')")
        page.locator("path.cell").nth(5).dispatch_event("click")
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found["violations"]] == []


def light_of(colour):
    """Return the relative luminance of `#rrggbb` (WCAG 2.1)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    line = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]


def test_worse_is_darker_in_every_step_so_that_grey_paper_tells_it(opened, pages):
    page = opened.open(pages["example"])
    colours = page.evaluate("coverplan.ink.gap")
    lights = [light_of(colour) for colour in colours]
    assert lights == sorted(lights)
    steps = [(b + 0.05) / (a + 0.05) for a, b in pairwise(lights)]
    assert min(steps) >= 1.25
    ink = page.evaluate("coverplan.ink")
    assert (light_of(ink["tint"]) + 0.05) / (light_of(ink["none"]) + 0.05) > 2


def seen_by_red_blind(colour):
    """Return RGB as a deuteranope sees it (Machado, Oliveira & Fernandes 2009)."""
    r, g, b = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return (
        0.367322 * r + 0.860646 * g - 0.227968 * b,
        0.280085 * r + 0.672501 * g + 0.047413 * b,
        -0.011820 * r + 0.042940 * g + 0.968881 * b,
    )


def test_gap_and_choice_stay_apart_for_the_colour_blind(opened, pages):
    page = opened.open(pages["example"])
    ink = page.evaluate("coverplan.ink")
    named = [ink["none"], ink["accent"], ink["tint"], ink["quiet"]]
    for n, one in enumerate(named):
        for two in named[n + 1 :]:
            a, b = seen_by_red_blind(one), seen_by_red_blind(two)
            assert sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5 > 0.12, (one, two)


def test_the_skip_link_leads_past_the_map(opened, pages):
    page = opened.open(pages["fengdu"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "tabpanel"


def test_focus_is_visible_on_controls_and_townships(opened, pages):
    page = opened.open(pages["example"])
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.focus("path.cell[tabindex='0']")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.activeElement).strokeWidth") == "4px"


def test_every_township_tells_its_name_and_state_to_a_reader(opened, pages):
    page = opened.open(pages["fengdu"])
    labels = page.evaluate(
        "[...document.querySelectorAll('path.cell')].map(c => c.getAttribute('aria-label'))"
    )
    assert len(labels) == 30
    assert all(label.endswith("，未报") for label in labels)


@pytest.mark.parametrize("options", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_the_page_works_with_the_systems_own_settings(chromium, pages, options):
    context = chromium.new_context(viewport={"width": 1366, "height": 625}, **options)
    page = context.new_page()
    page.goto(pages["example"].as_uri())
    page.wait_for_selector("body[data-ready]")
    assert page.locator("g.label").count() == 30
    context.close()
