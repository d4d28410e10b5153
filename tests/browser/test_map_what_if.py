"""Any selection on the page counts as the library counts it."""

import shutil

import numpy as np
import pandas as pd
import pytest

import coverplan as cp
from coverplan.groups import group_rows
from coverplan.report.map import PlannerMap
from coverplan.scenario import read_scenario
from coverplan.sensitivity import coverage_sensitivity
from sample_result import covered_by
from support import DATA

pytestmark = pytest.mark.browser

SCENARIOS = {"example": 84, "silent": 120}
ASK = """([kind, picks, cutoffs]) => {
  const found = coverplan.model.nearest(kind, picks);
  const out = {};
  cutoffs.forEach(cutoff => {
    const r = coverplan.model.reached(kind, found, cutoff);
    out[cutoff] = { people: r.people, covered: r.covered, uncovered: r.uncovered,
                    unknown: r.unknown, refused: r.refused, total: r.total };
  });
  return { cutoffs: out, presence: coverplan.model.presence(kind, picks).state.join('') };
}"""


def scenarios(result, number, seed):
    random = np.random.default_rng(seed)
    kinds = [item.type for item in result.plan.programme]
    for n in range(number):
        size = int(random.integers(0, min(25, len(result.candidates)) + 1))
        picks = random.choice(len(result.candidates), size, replace=False)
        yield kinds[n % len(kinds)], [int(j) for j in picks]


def same_counts(page, result, kind, picks):
    """Assert that the page counts a choice as the library does, every cutoff and township."""
    codes = list(result.townships.index)
    item = next(p for p in result.plan.programme if p.type == kind)
    shown = page.evaluate(ASK, [kind, picks, list(item.cutoffs_min)])
    ids = [str(result.candidates.index[j]) for j in picks]
    wanted = covered_by(result, kind, [key for key in ids if key in result.times.sites])
    for cutoff in item.cutoffs_min:
        table = wanted.xs((kind, cutoff), level=("type", "cutoff_min")).reindex([*codes, "total"])
        here = shown["cutoffs"][str(cutoff)]
        for part in ("people", "covered", "uncovered", "unknown"):
            expected = table[part].fillna(0).astype(int).tolist()
            assert [*here[part], here["total"][part]] == expected, (kind, ids, cutoff, part)
        refused = (table["refused"] != "").tolist()
        has_people = table["people"].notna().tolist()
        for k, code in enumerate(codes):
            if has_people[k]:
                assert bool(here["refused"][k]) == refused[k], (kind, ids, cutoff, code)


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_people_reached_equal_the_librarys_in_every_random_scenario(
    opened, pages, runs, made, name
):
    result = made[name] if name in made else runs[name]
    page = opened.open(pages[name])
    checked = 0
    for kind, picks in scenarios(result, SCENARIOS[name], 20251231):
        same_counts(page, result, kind, picks)
        checked += 1
    assert checked == SCENARIOS[name]


def test_presence_after_a_choice_is_the_old_one_and_the_chosen_townships(opened, pages, made):
    result = made["silent"]
    page = opened.open(pages["silent"])
    codes = list(result.townships.index)
    for kind, picks in scenarios(result, 30, 7):
        shown = page.evaluate(ASK, [kind, picks, []])["presence"]
        state = result.presence.xs(kind, level="type")["state"]
        chosen = {result.candidates["code9"].iloc[j] for j in picks}
        letters = {"has": "h", "none": "n", "unreported": "u"}
        # A site where nobody has reported is to be built if there is none: it stays unreported.
        built = {code for code in chosen if state[code] != "unreported"}
        assert shown == "".join("h" if c in built else letters[state[c]] for c in codes)


def test_what_a_candidate_adds_is_the_difference_it_makes(opened, pages, runs):
    page = opened.open(pages["example"])
    result = runs["example"]
    random = np.random.default_rng(3)
    for kind, cutoff in (("university_site", 15), ("university_site", 30), ("school_museum", 45)):
        picks = [int(j) for j in random.choice(len(result.candidates), 4, replace=False)]
        gains = page.evaluate(
            "([k, p, c]) => coverplan.model.gains(k, p, c)", [kind, picks, cutoff]
        )
        total = (
            "([k, p, c]) => coverplan.model.reached(k, coverplan.model.nearest(k, p), c)"
            ".total.covered"
        )
        before = page.evaluate(total, [kind, picks, cutoff])
        for j in random.choice(len(result.candidates), 25, replace=False):
            after = page.evaluate(total, [kind, [*picks, int(j)], cutoff])
            assert gains[int(j)] == after - before


def test_one_by_one_never_beats_the_proven_plan_of_presence(opened, pages, runs):
    page = opened.open(pages["example"])
    plan = runs["example"].placement
    wanted = plan[plan["type"] == "university_site"]
    picks = page.evaluate(f"coverplan.model.greedy('university_site', [], 30, {len(wanted)})")
    state = page.evaluate("p => coverplan.model.presence('university_site', p).tally.h", picks)
    proven = page.evaluate(
        "coverplan.model.presence("
        "'university_site', coverplan.state.chosen.university_site).tally.h"
    )
    assert proven >= state
    assert len(set(picks)) == len(picks)


BANDS = """([kind, picks, cutoff]) => {
  const told = coverplan.bandsOf(kind, picks, cutoff);
  return { low: told.low, high: told.high, total: told.total };
}"""


def varied(result, kind, picks):
    """Count the covered people at other speeds and cutoffs, as the library does."""
    item = next(p for p in result.plan.programme if p.type == kind)
    venues = result.venues
    mine = venues[(venues["type"] == kind) & venues["open"].astype(bool)]
    state = result.presence.xs(kind, level="type")["state"]
    asked = set(state.index[state == "unreported"])
    asked |= set(mine.loc[mine["location"] == "township", "code9"])
    demand, times = group_rows(result.demand, result.times, item.demand, item.levels)
    home = pd.concat([venues["code9"], result.candidates["code9"]])
    standing = [key for key in mine.index if key in times.sites]
    return coverage_sensitivity(
        demand,
        times,
        {kind: [*standing, *picks]},
        {kind: item.cutoffs_min},
        site_code9={site: home[site] for site in times.sites},
        open_question={kind: asked},
    )


@pytest.mark.parametrize("name", ["example", "silent"])
def test_bands_over_speed_and_cutoff_are_the_librarys_for_any_choice(
    opened, pages, runs, made, name
):
    result = made[name] if name in made else runs[name]
    page = opened.open(pages[name])
    codes = list(result.townships.index)
    for kind, picks in scenarios(result, 20, 11):
        ids = [str(result.candidates.index[j]) for j in picks]
        table = varied(result, kind, [key for key in ids if key in result.times.sites])
        today = result.coverage.xs(kind, level="type")
        for cutoff in table.index.unique("cutoff_min"):
            here = page.evaluate(BANDS, [kind, picks, int(cutoff)])
            wanted = table.xs((kind, cutoff), level=("type", "cutoff_min"))
            run = today.xs(cutoff, level="cutoff_min")
            for k, code in enumerate(codes):
                row = wanted.loc[code]
                if pd.isna(row["covered"]):
                    continue
                ends = {row["low"], row["high"]}
                # What the run drew of today's figure is in the band as long as the figure stands.
                if row["covered"] == run.loc[code, "covered"]:
                    drawn = run.loc[code, ["covered_low", "covered_high"]].dropna()
                    ends |= set(drawn)
                assert [here["low"][k], here["high"][k]] == [min(ends), max(ends)], (
                    kind,
                    ids,
                    code,
                )


def test_every_covered_share_stands_with_its_band(opened, pages, runs):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('metric', 'coverage')")
    table = runs["example"].coverage.xs(("university_site", 30), level=("type", "cutoff_min"))
    columns = ["covered_slow", "covered_fast", "covered_shorter", "covered_longer"]
    columns += ["covered", "covered_low", "covered_high"]
    ends = table[columns].astype(float).div(table["people"].astype(float), axis=0) * 100
    seen = 0
    for k, code in enumerate(runs["example"].townships.index):
        low, high = round(ends.loc[code].min()), round(ends.loc[code].max())
        label = page.locator(f"g.label[data-code='{code}'] text.value").text_content()
        cell = page.locator(f"table.gaps tr[data-code='{code}'] td.num").nth(1).inner_text()
        figure = f"{round(ends.loc[code, 'covered'])}%"
        if low == high:
            assert (label, cell.split()) == (figure, [figure])
            continue
        seen += 1
        assert label == f"{low}–{high}%"
        assert cell.split() == [figure, f"{low}–{high}%"]
        spoken = page.locator("path.cell").nth(k).get_attribute("aria-label")
        assert f"{figure}（{low}–{high}%）" in spoken
    assert seen > 10


def test_the_ledger_with_a_choice_is_the_librarys_of_that_scenario(opened, pages, runs, tmp_path):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.choose([3, 40, 41, 90], null)")
    page.evaluate("coverplan.pickType('school_museum')")
    school = page.evaluate("coverplan.data.candidates.serves.findIndex(s => s.includes(1))")
    page.evaluate(f"coverplan.choose([{school}], null)")
    file = tmp_path / "meeting.json"
    file.write_text(page.evaluate("JSON.stringify(coverplan.scenario())"), encoding="utf-8")
    plan = runs["example"].plan
    after = cp.run(plan, scenario=read_scenario(file, plan)).targets
    before = runs["example"].targets
    moved = 0
    page.click("#tab-targets")
    for key in before.index[before["source_table"].isin(["venues", "presence"])]:
        cells = page.locator(f"tr[data-target='{key}'] td").all_inner_texts()
        done, _, plus = cells[1].partition(" +")
        assert float(done) == before.loc[key, "done"]
        assert float(done) + float(plus or 0) == after.loc[key, "done"], key
        missing = float(cells[3].split(" ")[0])
        assert missing == after.loc[key, "missing"], key
        moved += after.loc[key, "done"] != before.loc[key, "done"]
    assert moved >= 3


def test_a_toggle_moves_presence_people_ledger_and_money_and_says_by_how_much(opened, pages, made):
    result = made["tiny"]
    page = opened.open(pages["tiny"])
    page.evaluate("coverplan.choose([], null)")
    page.evaluate("coverplan.set('metric', 'coverage')")
    before = page.evaluate("coverplan.evaluate()")
    for picks in ([2], [2, 4], [4]):
        page.evaluate(f"coverplan.choose({picks}, null)")
        now = page.evaluate("coverplan.evaluate()")
        ids = [str(result.candidates.index[j]) for j in picks]
        covered = covered_by(result, "university_site", ids).loc[("total", "university_site", 30)]
        cards = {
            name: page.locator(f"[data-card='{name}']").inner_text().split("\n")
            for name in ("covered", "uncovered", "sites")
        }
        assert int(cards["covered"][1].replace(",", "")) == covered["covered"]
        more = int(covered["covered"]) - before["cover"]["total"]["covered"]
        assert more > 0
        assert cards["covered"][2].endswith(f"+{more:,}")
        assert int(cards["uncovered"][1].replace(",", "")) == covered["uncovered"]
        assert cards["uncovered"][2].endswith(f"−{more:,}")
        assert cards["sites"][1] == str(len(picks))
        money = int(result.candidates["cost_yuan"].loc[ids].sum())
        assert now["cost"] == {"sum": money, "blank": 0}
        assert f"投入 {money / 10000:g} 万元" in cards["sites"][2]
        towns = {result.candidates["code9"].iloc[j] for j in picks}
        assert now["presence"]["tally"]["h"] == before["presence"]["tally"]["h"] + len(towns)


def test_venues_outside_and_named_groups_count_on_the_page_as_in_the_library(
    opened, tmp_path, runs
):
    folder = tmp_path / "county"
    shutil.copytree(DATA / "example", folder)
    plan = (folder / "plan.toml").read_text(encoding="utf-8")
    plan = plan.replace("assume_none = false", 'outside = "outside.csv"\nassume_none = false')
    plan = plan.replace('source = "villages"', 'weights = "weights.csv"\nsource = "villages"')
    first = plan.index('demand = "residents"')
    plan = plan[:first] + 'demand = "elderly"' + plan[first + len('demand = "residents"') :]
    plan += "\n[placement]\ncurve = 0\nevidence = false\n"
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    towns = runs["example"].townships
    rows = ["group,code9,code12,people,source"]
    rows += [f"elderly,{code},,{int(n) // 5},x" for code, n in towns["people"].items()]
    (folder / "weights.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "outside.csv").write_text(
        "id,name,type,lon,lat,near_code9,minutes,source,note\n"
        "out-1,邻县教学点,university_site,,,500230116,9,x,\n"
        "out-2,邻县共享科技馆,school_museum,,,500230124,12,x,\n",
        encoding="utf-8",
    )
    result = cp.run(cp.read_plan(folder / "plan.toml"))
    assert set(result.outside.index) == {"out-1", "out-2"}
    path = tmp_path / "map.html"
    PlannerMap(result).save(path)
    page = opened.open(path)
    today = result.coverage
    for item in result.plan.programme[:2]:
        for cutoff in item.cutoffs_min:
            table = today.xs((item.type, cutoff), level=("type", "cutoff_min"))
            table = table.reindex([*towns.index, "total"])
            here = page.evaluate(ASK, [item.type, [], [cutoff]])["cutoffs"][str(cutoff)]
            for part in ("people", "covered", "uncovered", "unknown"):
                expected = table[part].fillna(0).astype(int).tolist()
                assert [*here[part], here["total"][part]] == expected, (item.type, cutoff, part)
    old = runs["example"].coverage["covered"].loc[("500230116", "university_site", 30)]
    assert old == 0
    assert result.coverage["covered"].loc[("500230116", "university_site", 30)] > 0
    for kind, picks in scenarios(result, 12, 3):
        same_counts(page, result, kind, picks)
    opened.check()


@pytest.mark.parametrize("name", ["example", "silent"])
def test_what_a_site_alone_adds_is_lost_without_it(opened, pages, runs, made, name):
    page = opened.open(pages[name])
    result = made[name] if name in made else runs[name]
    total = (
        "([k, p, c]) => coverplan.model.reached(k, coverplan.model.nearest(k, p), c).total.covered"
    )
    for kind, picks in scenarios(result, 6, 23):
        cutoff = int(next(p for p in result.plan.programme if p.type == kind).cutoff_min)
        if not page.evaluate(f"coverplan.model.measured('{kind}')"):
            continue
        alone = page.evaluate("a => coverplan.model.alone(...a)", [kind, picks, cutoff])
        whole = page.evaluate(total, [kind, picks, cutoff])
        for n in range(len(picks)):
            rest = page.evaluate(total, [kind, picks[:n] + picks[n + 1 :], cutoff])
            assert alone[n] == whole - rest
