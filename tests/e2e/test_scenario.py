"""A meeting's choice, saved by the map and computed again."""

import json

import pytest

import coverplan as cp
from coverplan.cli import main
from coverplan.domain import TOTAL
from coverplan.errors import InputError
from coverplan.scenario import read_scenario
from support import DATA

POINT = "university_site"


@pytest.fixture(scope="module")
def plan():
    return cp.read_plan(DATA / "example" / "plan.toml")


@pytest.fixture(scope="module")
def base(plan):
    return cp.run(plan)


def saved(folder, chosen, **changes):
    tree = {"coverplan_scenario": 1, "county": "500230", "as_of": "2025-12-31", "chosen": chosen}
    path = folder / "meeting.json"
    path.write_text(json.dumps({**tree, **changes}, ensure_ascii=False), encoding="utf-8")
    return path


def test_choosing_what_the_curve_proves_reaches_the_people_it_proves(plan, base, tmp_path):
    for n in (1, 7):
        row = base.curve.loc[(POINT, 30, n)]
        path = saved(tmp_path, {POINT: row["added"].split(";")})
        result = cp.run(plan, scenario=read_scenario(path, plan))
        assert result.coverage.loc[(TOTAL, POINT, 30), "covered"] == row["people"]
        assert result.notes[0].text("zh").startswith(f"本结果按会议方案计算：假定另有 {n} 处")


def test_the_proposed_sites_give_every_township_one_and_move_the_ledger(plan, base, tmp_path):
    ids = base.placement.loc[base.placement["type"] == POINT, "candidate_id"].tolist()
    result = cp.run(plan, scenario=read_scenario(saved(tmp_path, {POINT: ids}), plan))
    assert set(result.presence.xs(POINT, level="type")["state"]) == {"has"}
    assert result.targets.loc["university-townships", "done"] == 30
    assert result.targets.loc["university-sites", "done"] == 14 + len(ids)
    assert (result.placement["type"] != POINT).all()


def test_an_empty_choice_changes_no_figure(plan, base, tmp_path):
    result = cp.run(plan, scenario=read_scenario(saved(tmp_path, {POINT: []}), plan))
    assert result.coverage.equals(base.coverage)
    assert result.presence.equals(base.presence)


@pytest.mark.parametrize(
    ("chosen", "changes", "key"),
    [
        ({POINT: ["hall-1"]}, {"county": "500231"}, "scenario.other_plan"),
        ({POINT: ["hall-1"]}, {"as_of": "2024-12-31"}, "scenario.other_plan"),
        ({POINT: "hall-1"}, {}, "scenario.no_list"),
        ({"county_museum": ["hall-1"]}, {}, "scenario.no_programme"),
        ({POINT: []}, {"coverplan_scenario": 2}, "scenario.no_scenario"),
    ],
)
def test_a_scenario_of_another_plan_is_refused(plan, tmp_path, chosen, changes, key):
    with pytest.raises(InputError) as caught:
        read_scenario(saved(tmp_path, chosen, **changes), plan)
    assert [problem.key for problem in caught.value.problems] == [key]


def test_a_candidate_that_is_not_there_or_serves_another_type_is_named(plan, tmp_path):
    path = saved(tmp_path, {POINT: ["hall-999999999", "nominated-500230101"]})
    with pytest.raises(InputError) as caught:
        cp.run(plan, scenario=read_scenario(path, plan))
    assert [(problem.key, problem.found) for problem in caught.value.problems] == [
        ("scenario.no_candidate", "hall-999999999"),
        ("scenario.wrong_type", "nominated-500230101"),
    ]


def test_the_command_writes_a_run_folder_from_which_the_map_can_be_drawn_again(tmp_path):
    path = saved(tmp_path, {POINT: ["hall-500230119"]})
    out = tmp_path / "out"
    command = ["scenario", str(DATA / "example" / "plan.toml"), str(path), "--out", str(out)]
    assert main([*command, "--quiet"]) == 0
    before = (out / "map.html").read_bytes()
    assert main(["map", str(out), "--out", str(tmp_path / "again.html")]) == 0
    assert (tmp_path / "again.html").read_bytes() == before


def test_a_site_added_by_a_click_counts_where_it_was_clicked(plan, tmp_path):
    site = {"id": "own-1", "name": "加点", "type": POINT, "code9": "500230207", "lon": 108.1,
            "lat": 29.66}  # fmt: skip
    path = saved(tmp_path, {POINT: ["own-1"]}, added=[site])
    result = cp.run(plan, scenario=read_scenario(path, plan))
    row = result.presence.loc[("500230207", POINT)]
    assert (row["state"], row["places_open"]) == ("has", 1)
    with pytest.raises(InputError, match="added"):
        read_scenario(saved(tmp_path, {POINT: []}, added=[{"id": "x"}]), plan)
