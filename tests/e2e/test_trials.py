"""The example county's proposals in plausible worlds, and when a year goes otherwise."""

import numpy as np
import pandas as pd
import pytest

import coverplan as cp
from coverplan.config import changed_plan
from coverplan.errors import InputError
from coverplan.evidence import verdict
from coverplan.groups import group_rows
from support import DATA

POINT = "university_site"


@pytest.fixture(scope="module")
def plan():
    return cp.read_plan(DATA / "example" / "plan.toml")


@pytest.fixture(scope="module")
def result(plan):
    return cp.run(plan)


def people_within(result, ids, cutoff=30):
    demand, times = group_rows(result.demand, result.times, "residents")
    inside = (times.to(list(ids)) <= cutoff).any(axis=1)
    return int(demand["people"].to_numpy()[inside].sum())


def open_points(result):
    venues = result.venues
    return list(venues.index[(venues["type"] == POINT) & venues["open"] & venues["located"]])


def proposed(result):
    return result.placement.loc[result.placement["type"] == POINT, "candidate_id"].tolist()


def test_the_first_plan_is_the_proposed_one(result):
    assert result.plans.loc[(POINT, 1), "kind"] == "proposed"
    assert sorted(result.plans.loc[(POINT, 1), "added"].split(";")) == sorted(proposed(result))


def test_roads_are_closed_by_name_and_every_world_is_proven(result):
    worlds = result.worlds.loc[POINT]
    assert set(worlds["what"]) == {"base", "draw", "scenario", "site_lost", "road_closed"}
    assert worlds["proven"].all()
    roads = worlds.loc[worlds["what"] == "road_closed", "name"]
    assert len(roads) == roads.nunique() == 10
    names = set(result.townships["name"])
    assert all(set(road.split("—")) <= names for road in roads)
    said = " ".join(note.text("zh") for note in result.notes)
    assert roads.iloc[0] in said


def test_the_regret_of_a_lost_site_is_what_a_recount_says(result):
    worlds = result.worlds.loc[POINT]
    lost = worlds[worlds["what"] == "site_lost"]
    for _, row in lost.iterrows():
        left = [one for one in open_points(result) if one != row["subject"]]
        assert row["people"] == people_within(result, [*left, *proposed(result)])
        assert row["regret"] == row["people_best"] - row["people"]


def museum_minutes(result, closed=None):
    """Return what pupils travel to the nearest museum once the proposals stand."""
    kind, venues = "school_museum", result.venues
    levels = next(item.levels for item in result.plan.programme if item.type == kind)
    demand, times = group_rows(result.demand, result.times, "pupils", levels)
    opened = [
        one
        for one in venues.index[(venues["type"] == kind) & venues["open"] & venues["located"]]
        if one in times.sites and one != closed
    ]
    added = result.placement.loc[result.placement["type"] == kind, "candidate_id"].tolist()
    pupils = demand["people"].to_numpy(dtype=float)
    return float((times.to([*opened, *added]).min(axis=1) * pupils).sum()), pupils.sum()


def test_shared_museums_are_tried_in_worlds_and_recounted_in_pupil_minutes(result):
    worlds = result.worlds.loc["school_museum"]
    assert set(worlds["what"]) == {"base", "site_lost", "road_closed"}
    assert worlds["proven"].all()
    assert worlds["people"].isna().all()
    for _, row in worlds[worlds["what"].isin(["base", "site_lost"])].iterrows():
        total, pupils = museum_minutes(result, row["subject"])
        assert row["minutes"] == pytest.approx(total / pupils, abs=0.006)
        gap = (row["minutes"] - row["minutes_best"]) * pupils
        assert row["regret_minutes"] == pytest.approx(gap, abs=0.011 * pupils)
    base = worlds.iloc[0]
    assert base["regret_minutes"] == 0
    best = result.programmes.loc["school_museum", "objective"]
    assert base["minutes_best"] * pupils == pytest.approx(best, rel=0.001)
    rows = result.evidence.loc["school_museum"]
    chosen = rows[rows["chosen"]]
    assert rows["stability"].sum() == pytest.approx(len(chosen))
    assert (rows["worlds"] == len(worlds)).all()
    assert (rows["regret_worst"] == worlds["regret_minutes"].max()).all()


def test_the_stability_of_shared_museums_is_said_with_its_regret(result):
    said = " ".join(note.text("zh") for note in result.notes)
    worlds = result.worlds.loc["school_museum"]
    assert f"在 {len(worlds)} 个情景（少一处场馆、断一条路；" in said
    assert f"为 0～{worlds['regret_minutes'].max()} 人·分钟" in said
    assert "未试算稳定度" not in said
    assert "情景中没有“村（学校）位置”一类" in said


def test_the_safe_plan_has_the_least_largest_regret_of_all_plans_told(result):
    plans, worlds = result.plans.loc[POINT], result.worlds.loc[POINT]
    safe = plans[plans["kind"] == "least_regret"].iloc[0]
    assert safe["proven"]
    assert safe["regret_high"] == worlds["regret_robust"].max() == plans["regret_high"].min()
    assert safe["regret_low"] == worlds["regret_robust"].min()
    assert plans.loc[1, "regret_high"] == worlds["regret"].max()
    assert safe["people"] == people_within(
        result, [*open_points(result), *safe["added"].split(";")]
    )
    said = " ".join(note.text("zh") for note in result.notes)
    assert f"后悔值 {safe['regret_low']}～{safe['regret_high']} 人" in said


def test_a_proposal_of_a_township_is_judged_as_that_township(result):
    rows = result.placement[result.placement["type"] == POINT].set_index("candidate_id")
    coarse = rows[rows["resolution"] == "township"]
    found = result.evidence.loc[POINT].loc[coarse.index]
    by_rule = coarse["rule"] == "township"
    assert (found.loc[by_rule, "label"] == "backbone").all()
    assert (found.loc[by_rule, "stability"] == 1).all()
    # No one is told to swap a township for a place of the same township.
    for site, partners in found["partners"].items():
        homes = result.candidates["code9"].reindex([one for one in partners.split(";") if one])
        assert coarse.loc[site, "code9"] not in set(homes)


def test_a_needed_site_that_few_worlds_choose_is_printed_as_to_be_checked(result):
    rows = result.evidence.loc[POINT]
    shaky = rows[rows["chosen"] & (rows["stability"] < 0.6)]
    assert len(shaky)
    for _, row in shaky.iterrows():
        assert verdict(row["label"], row["stability"], "zh").startswith("待核")


def test_places_for_practice_come_with_the_themes_they_add(result):
    rows = result.placement[result.placement["type"] == "youth_base"]
    assert rows["themes_gained"].notna().all()
    assert (rows["themes_gained"] > 0).any()
    venues, candidates = result.venues, result.candidates
    group, times = group_rows(result.demand, result.times, "pupils")
    assert len(group)
    mine = venues[(venues["type"] == "youth_base") & venues["open"]]
    open_ids = [one for one in mine.index if one in times.sites]
    theme = pd.concat([venues["theme"], candidates["theme"]]).fillna("")

    def reached(ids: list[str]) -> int:
        inside = times.to(ids) <= 90
        return sum(
            len({name for site, near in zip(ids, row, strict=True) if near
                 for name in theme[site].split(";") if name})
            for row in inside
        )  # fmt: skip

    added = rows["candidate_id"].tolist()
    assert rows["themes_gained"].sum() == reached([*open_ids, *added]) - reached(open_ids)


def test_no_year_does_better_than_the_best_for_it_alone(result):
    years = result.phases.loc[POINT]
    assert (years["people"] <= years["year_best"]).all()
    assert (years["regret"] == years["year_best"] - years["people"]).all()


def test_a_year_that_went_otherwise_is_kept_and_the_rest_changes_little(plan, result):
    first = result.phases.loc[(POINT, 2026), "sites"].split(";")
    built = first[2:]
    quick = {"worlds": 0, "near_plans": 0, "curve": 0}
    mended = changed_plan(
        plan, {"placement": quick}, programmes={POINT: {"after": 2026, "built": built}}
    )
    found = cp.run(mended)
    years = found.phases.loc[POINT]
    assert years["state"].tolist() == ["built", "mended", "mended"]
    assert sorted(years.loc[2026, "sites"].split(";")) == sorted(built)
    assert years["planned"].tolist() == result.phases.loc[POINT, "sites"].tolist()
    later = [one for year in (2027, 2028) for one in years.loc[year, "sites"].split(";")]
    assert len(later) <= 15
    # What slipped is made up, and every township that has none gets its own.
    none = result.presence.xs(POINT, level="type").query("state == 'none'").index
    assert set(none) <= set(result.candidates.loc[[*built, *later], "code9"])
    opened = [*open_points(found), *built]
    for year in (2027, 2028):
        opened += years.loc[year, "sites"].split(";")
        assert years.loc[year, "people"] == people_within(found, opened)
    kept = sum(
        len(set(years.loc[year, "sites"].split(";")) & set(years.loc[year, "planned"].split(";")))
        for year in (2027, 2028)
    )
    said = " ".join(note.text("zh") for note in found.notes)
    assert f"按原定年份保留 {kept} 处" in said
    assert kept >= 10


def test_a_built_site_that_is_no_candidate_and_a_year_that_is_none_are_told_together(plan):
    changes = {POINT: {"after": 2030, "built": ["no-such"]}}
    with pytest.raises(InputError) as caught:
        cp.run(changed_plan(plan, programmes=changes))
    assert {one.key for one in caught.value.problems} == {"phases.no_candidate", "phases.no_year"}


def test_class_slots_limit_how_many_pupils_a_museum_takes(plan):
    kind = "school_museum"
    quick = {"worlds": 0, "near_plans": 0, "curve": 0, "evidence": False}
    free = cp.run(changed_plan(plan, {"placement": quick}))
    group, _ = group_rows(free.demand, free.times, "pupils")
    pupils = int(group["people"].sum())
    slots = int(np.ceil(pupils / 45 / 6 * 1.4))  # six museums, 40 % more room than pupils
    tight = changed_plan(plan, {"placement": quick}, programmes={kind: {"class_slots": slots}})
    found = cp.run(tight)
    row = found.programmes.loc[kind]
    assert row["status"] == "optimal"
    assert row["objective"] >= free.programmes.loc[kind, "objective"]
    assert "班次" in row["statement_zh"]
    none = changed_plan(plan, {"placement": quick}, programmes={kind: {"class_slots": 1}})
    short = cp.run(none).programmes.loc[kind]
    assert short["status"] == "infeasible"
    assert "容量" in short["statement_zh"]
