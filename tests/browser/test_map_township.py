"""What an opened township says: the limit, the best remedy, and what its figures rest on."""

from pathlib import Path

import numpy as np
import pytest

from coverplan.covering import township_minutes
from coverplan.groups import group_rows

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


def test_the_nearest_venue_follows_the_choice(opened, pages, runs):
    result = runs["example"]
    page = opened.open(pages["example"])
    codes = list(result.townships.index)
    people, minutes = group_rows(result.demand, result.times, "residents")
    venues = result.venues
    random = np.random.default_rng(5)
    exact = 0
    for kind in ("university_site", "school_museum"):
        mine = venues.index[(venues["type"] == kind) & venues["open"].astype(bool)]
        standing = [key for key in mine if key in result.times.sites]
        for _ in range(6):
            picks = [int(j) for j in random.choice(len(result.candidates), 9, replace=False)]
            ids = [str(result.candidates.index[j]) for j in picks]
            ids = [key for key in ids if key in result.times.sites]
            wanted = township_minutes(people, minutes, [*standing, *ids])["mean"]
            shown = page.evaluate("([k, p]) => coverplan.nearestOf(k, p)", [kind, picks])
            for code, here in zip(codes, shown, strict=True):
                if here["how"] == "most":
                    assert here["minutes"] >= wanted[code] - 0.06
                else:
                    # Whole minutes stand on the page, and a tenth of the run's own figure.
                    assert here["minutes"] == pytest.approx(wanted[code], abs=0.6)
                    exact += here["how"] == "about"
    assert exact > 20


def test_the_table_and_the_card_show_the_minutes_of_the_choice(opened, pages, runs):
    page = opened.open(pages["example"])
    gaps = runs["example"].gaps.xs("university_site", level="type")
    code = gaps["nearest_min"].astype(float).idxmax()
    before = f"{int(-(-gaps['nearest_min'][code] // 1))} 分钟"
    row = page.locator(f"table.gaps tr[data-code='{code}']")
    assert before in row.inner_text()
    page.evaluate("coverplan.set('mode', 'plan')")
    assert before not in row.inner_text()
    card = opened_township(page, list(gaps.index).index(code))
    assert before not in card.split("各类场馆")[1].splitlines()[2]
    page.evaluate("coverplan.choose([], null)")
    page.evaluate("coverplan.state.open = -1; coverplan.changed()")
    assert before in row.inner_text()


def test_a_border_township_says_that_venues_outside_are_not_counted(opened, pages, runs):
    page = opened.open(pages["example"])
    flags = runs["example"].townships["outside_not_counted"]
    assert 0 < flags.sum() < len(flags)
    for k in (int(flags.to_numpy(bool).argmax()), int((~flags.to_numpy(bool)).argmax())):
        row = page.locator(f"table.gaps tr[data-code='{flags.index[k]}']")
        assert ("※" in row.inner_text()) == bool(flags.iloc[k])
        assert ("县外设施未计" in opened_township(page, k)) == bool(flags.iloc[k])
        page.evaluate("coverplan.state.open = -1; coverplan.changed()")
    assert "※ 县外设施未计" in page.locator("table.gaps caption").inner_text()


def test_the_card_gives_people_band_and_remedy_before_the_long_lists(opened, pages, runs):
    page = opened.open(pages["example"])
    table = runs["example"].coverage.xs(("university_site", 30), level=("type", "cutoff_min"))
    codes = list(runs["example"].townships.index)
    code = "500230107"
    text = opened_township(page, codes.index(code))
    assert f"可达 {table.loc[code, 'covered']:,} 人" in text
    assert f"未覆盖 {table.loc[code, 'uncovered']:,} 人" in text
    assert "57%（29–74%）" in text
    order = [text.index(word) for word in ("人口落点", "怎么补", "各类场馆", "已登记场馆")]
    assert order == sorted(order)


def test_a_township_with_a_chosen_site_is_not_told_to_add_its_first(opened, pages):
    page = opened.open(pages["fengdu"])
    page.evaluate("coverplan.choose([], null)")
    assert "最优补法" in opened_township(page, 20)
    page.click("text=加入方案")
    assert "最优补法" not in page.inner_text("#tabpanel")
    assert page.evaluate("coverplan.state.chosen.university_site.length") == 1


def test_columns_with_nothing_in_them_are_left_out(opened, pages, made):
    page = opened.open(pages["example"])
    page.click("#tab-sites")
    heads = page.locator("table.sites th, table.chosen th").all_inner_texts()
    assert not [head for head in heads if "投入" in head]
    page.evaluate("coverplan.pickType('youth_base')")
    assert "都不再增加可达人数" in page.locator("table.sites caption").inner_text()
    heads = page.locator("table.sites th, table.chosen th").all_inner_texts()
    assert not [head for head in heads if "再增加" in head or "单独贡献" in head]
    page = opened.open(pages["tiny"])
    page.click("#tab-sites")
    heads = page.locator("table.sites th").all_inner_texts()
    assert [head for head in heads if "投入" in head]
    assert made["tiny"].candidates["cost_yuan"].notna().all()
