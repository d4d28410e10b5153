"""A scenario goes from the page to the command line; the years play as steps."""

import json

import pytest

import coverplan as cp
from coverplan.cli import main
from support import DATA

pytestmark = pytest.mark.browser


def test_the_years_of_the_plan_play_as_steps(opened, pages, runs):
    page = opened.open(pages["example"])
    page.click("#tab-sites")
    page.evaluate("document.querySelectorAll('#tabpanel details').forEach(d => { d.open = true; })")
    phases = runs["example"].phases.xs("university_site", level="type").sort_index()
    assert list(phases.index) == [2026, 2027, 2028]
    ids = page.evaluate("coverplan.data.candidates.id")
    wanted = []
    for year, row in phases.iterrows():
        wanted += row["sites"].split(";")
        page.evaluate(
            "document.querySelectorAll('#tabpanel details').forEach(d => { d.open = true; })"
        )
        page.click(f"button:has-text('至 {year} 年')")
        chosen = page.evaluate("coverplan.state.chosen.university_site")
        assert [ids[j] for j in chosen] == wanted
        total = page.evaluate("coverplan.set('metric', 'coverage'), coverplan.evaluate().cover")
        assert total["total"]["covered"] == row["people"]


def test_a_scenario_of_the_page_gives_the_same_numbers_on_the_command_line(opened, pages, tmp_path):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.choose([40, 90, 3, 120, 17], null)")
    page.evaluate("coverplan.set('metric', 'coverage')")
    tree = page.evaluate("coverplan.scenario()")
    tree["chosen"] = {"university_site": tree["chosen"]["university_site"]}
    file = tmp_path / "meeting.json"
    file.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    out = tmp_path / "out"
    plan = str(DATA / "example" / "plan.toml")
    assert main(["scenario", plan, str(file), "--out", str(out), "--quiet"]) == 0
    again = cp.read_run(out)
    for cutoff in (15, 30):
        page.evaluate(f"coverplan.state.cutoff = {cutoff}; coverplan.changed()")
        shown = page.evaluate("coverplan.evaluate().cover")
        table = again.coverage.xs(("university_site", cutoff), level=("type", "cutoff_min"))
        for part in ("covered", "uncovered", "unknown"):
            assert shown["total"][part] == table.loc["total", part]
            here = table.drop(index="total")[part].fillna(0).astype(int)
            assert shown[part] == here.reindex(again.townships.index).tolist()
    state = again.presence.xs("university_site", level="type")["state"]
    assert page.evaluate("coverplan.evaluate().presence.state") == [
        {"has": "h", "none": "n", "unreported": "u"}[value] for value in state
    ]
