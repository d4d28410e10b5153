"""What an opened township says: the limit, the best remedy, and what its figures rest on."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "assets" / "axe.min.js"
BROUGHT = """([kind, k, cutoff]) => {
  const m = coverplan.model, picks = coverplan.state.chosen[kind];
  const at = p => m.reached(kind, m.nearest(kind, p), cutoff).covered[k];
  const now = at(picks);
  return coverplan.data.candidates.id.map((id, j) => [
    id, picks.includes(j) || !m.serves(j, kind) ? 0 : at(picks.concat([j])) - now,
    coverplan.data.candidates.cost[j]]);
}"""


def opened_township(page, k):
    page.locator("path.cell").nth(k).dispatch_event("click")
    return page.inner_text("#tabpanel")


def test_an_unreported_township_is_asked_to_report_first(opened, pages):
    page = opened.open(pages["fengdu"])
    assert "先请该乡镇（街道）上报教学点情况" in opened_township(page, 4)


def test_the_best_remedy_brings_most_people_for_the_money(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.choose([], null)")
    page.evaluate("coverplan.set('metric', 'coverage')")
    seen = 0
    for k in range(0, 30, 3):
        table = page.evaluate(BROUGHT, ["university_site", k, 30])
        useful = [row for row in table if row[1] > 0]
        text = opened_township(page, k)
        shown = page.locator("p.best")
        if not useful:
            assert shown.count() == 0
            continue
        priced = [row for row in useful if row[2]]
        rows = priced or useful
        best = max(row[1] / (row[2] or 1) if priced else row[1] for row in rows)
        here = next(r for r in rows if r[0] == shown.get_attribute("data-candidate"))
        assert (here[1] / here[2] if priced else here[1]) == best
        assert f"{here[1]:,}" in text
        seen += 1
    assert seen >= 3


def test_minutes_over_the_limit_are_the_librarys(opened, pages, runs):
    page = opened.open(pages["example"])
    gaps = runs["example"].gaps.xs("university_site", level="type")
    over = gaps["minutes_over"].astype(float)
    code = over.idxmax()
    text = opened_township(page, list(gaps.index).index(code))
    assert over[code] > 0
    assert f"超出 30 分钟时限 {int(-(-over[code] // 1))} 分钟" in text
    assert "人口落点" in text
    assert "示意，非法定界线" in text


@pytest.mark.parametrize("dialog", ["intake", "compare"])
def test_axe_finds_nothing_in_a_dialog(opened, pages, dialog):
    page = opened.open(pages["example"])
    if dialog == "intake":
        page.click("summary:has-text('导出')")
        page.click("text=录入填报数据…")
    else:
        page.evaluate("coverplan.compareDialog(JSON.stringify(coverplan.scenario()))")
    assert page.locator(".dialog").count() == 1
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found["violations"]] == []
