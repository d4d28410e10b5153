"""What the example county's placement says of itself, held against other ways to each figure."""

import numpy as np
import pandas as pd
import pytest

import coverplan as cp
from coverplan.config import changed_plan
from coverplan.domain import TOTAL
from coverplan.evidence import STABLE
from coverplan.groups import group_rows
from support import DATA

POINT = "university_site"


@pytest.fixture(scope="module")
def result():
    return cp.run(cp.read_plan(DATA / "example" / "plan.toml"))


def people_within(result, ids, cutoff):
    """Count again from the raw minutes, without any model."""
    demand, times = group_rows(result.demand, result.times, "residents")
    inside = (times.to(list(ids)) <= cutoff).any(axis=1)
    return int(demand["people"].to_numpy()[inside].sum())


def open_points(result):
    venues = result.venues
    mine = venues[(venues["type"] == POINT) & venues["open"] & venues["located"]]
    return list(mine.index)


def proposed(result):
    return result.placement.loc[result.placement["type"] == POINT, "candidate_id"].tolist()


def test_the_curve_begins_at_what_the_open_sites_cover(result):
    for cutoff in (15, 30):
        covered = result.coverage.loc[(TOTAL, POINT, cutoff), "covered"]
        assert result.curve.loc[(POINT, cutoff, 0), "people"] == covered
        assert covered == people_within(result, open_points(result), cutoff)


def test_every_plan_of_the_curve_covers_what_it_says_and_a_further_site_never_less(result):
    for (kind, cutoff), rows in result.curve.groupby(level=["type", "cutoff_min"]):
        assert (rows["people"].diff().dropna() >= 0).all()
        assert rows["proven"].all()
        assert (rows["people"] == rows["bound"]).all()
        if kind == POINT:
            for n in (1, 5, 23):
                added = rows.loc[(kind, cutoff, n), "added"].split(";")
                assert len(added) <= n
                sites = [*open_points(result), *added]
                assert people_within(result, sites, cutoff) == rows.loc[(kind, cutoff, n), "people"]


def test_the_proposals_cover_what_the_proof_says_and_the_rule_costs_the_difference(result):
    found = people_within(result, [*open_points(result), *proposed(result)], 30)
    assert result.plans.loc[(POINT, 1), "people"] == found
    price = result.prices.loc[(POINT, "zone_min")]
    assert price["people_with"] == found
    assert price["people_without"] == result.curve.loc[(POINT, 30, 23), "people"]
    gained = result.placement.loc[result.placement["type"] == POINT, "people_gained"].sum()
    assert found == result.curve.loc[(POINT, 30, 0), "people"] + gained


def test_near_plans_lose_at_most_one_per_cent_and_keep_the_rule(result):
    plans = result.plans.loc[POINT]
    assert (plans["loss"] <= 0.01 * plans["people"].iloc[0]).all()
    none = result.presence.xs(POINT, level="type").query("state == 'none'").index
    for added in plans["added"]:
        towns = set(result.candidates.loc[added.split(";"), "code9"])
        assert set(none) <= towns
        assert people_within(result, [*open_points(result), *added.split(";")], 30) in set(
            plans["people"]
        )


def test_a_needed_site_loses_people_when_it_is_forced_out_and_a_replaceable_one_does_not(result):
    rows = result.evidence.loc[POINT]
    chosen = rows[rows["chosen"]]
    assert set(chosen.index) == set(proposed(result))
    assert (chosen.loc[chosen["label"] == "backbone", "loss_low"] > 0).all()
    replaceable = chosen[chosen["label"] == "interchangeable"]
    assert (replaceable["loss_high"] == 0).all()
    best = result.plans.loc[(POINT, 1), "people"]
    for site, row in replaceable.iterrows():
        if ";" not in row["partners"] and row["partners"]:
            swapped = [one for one in proposed(result) if one != site] + [row["partners"]]
            assert people_within(result, [*open_points(result), *swapped], 30) == best


def test_stability_is_a_share_and_the_summary_counts_the_doubtful_ones(result):
    shares = result.evidence.loc[POINT, "stability"].astype(float)
    assert shares.between(0, 1).all()
    chosen = result.evidence.loc[POINT][lambda rows: rows["chosen"]]
    doubtful = int((chosen["stability"] < STABLE).sum())
    text = " ".join(note.text("zh") for note in result.notes)
    assert f"稳定度低于 60%（待核）的有 {doubtful} 处" in text


def test_the_years_open_as_many_sites_as_they_may_and_end_no_better_than_the_best_plan(result):
    years = result.phases.loc[POINT]
    assert [len(sites.split(";")) for sites in years["sites"]] == [8, 8, 7]
    assert years["people"].is_monotonic_increasing
    assert years["people"].sum() >= years["greedy"].sum()
    assert (years["people"].iloc[-1] <= years["final_best"]).all()
    opened = []
    for sites, people in zip(years["sites"], years["people"], strict=True):
        opened += sites.split(";")
        assert people_within(result, [*open_points(result), *opened], 30) == people


def test_the_museums_are_where_pupils_travel_least(result):
    group, times = group_rows(result.demand, result.times, "pupils")
    rows = result.evidence.loc["school_museum"]
    museums = result.venues[(result.venues["type"] == "school_museum") & result.venues["open"]]
    open_ids = [site for site in museums.index if site in times.sites]
    pupils = group["people"].to_numpy(dtype=float)

    def minutes(sites: list[str]) -> float:
        return float((times.to([*open_ids, *sites]).min(axis=1) * pupils).sum())

    plan = list(rows.index[rows["chosen"]])
    best = minutes(plan)
    assert best == pytest.approx(float(result.programmes.loc["school_museum", "objective"]))
    swaps = [
        minutes([other if one == out else one for one in plan])
        for out in plan
        for other in rows.index[~rows["chosen"]]
    ]
    assert best <= min(swaps) + 1e-6


def test_no_frame_of_the_prospects_holds_a_gap_where_a_figure_is_due(result):
    assert not result.curve.isna().any().any()
    assert not result.phases.isna().any().any()
    assert (
        result.evidence["label"]
        .isin(["backbone", "interchangeable", "dominated", "never", "open"])
        .all()
    )
    assert pd.api.types.is_integer_dtype(result.evidence["loss_low"])
    assert np.isfinite(result.programmes["objective"].dropna().astype(float)).all()


def test_the_years_build_the_proposed_sites_and_no_others(result):
    opened = ";".join(result.phases.loc[POINT, "sites"]).split(";")
    assert sorted(opened) == sorted(proposed(result))


def test_the_townships_add_up_to_the_ledger(result):
    for target, rows in result.targets_by_township.groupby(level="target"):
        assert rows["done"].sum() == result.targets.loc[target, "done"], target


def test_the_sites_beyond_what_is_needed_are_told_to_go_where_most_people_gain(result):
    needed = result.programmes.loc[POINT, "needed_high"]
    more = 23 - needed
    said = (
        f"名额 23 处，多于全覆盖与目标所需的 {needed} 处；其余 {more} 处放在新增服务人数最多的地方"
    )
    assert said in result.programmes.loc[POINT, "statement_zh"]


@pytest.mark.parametrize("new_sites", [0, 5])
def test_a_plan_with_too_few_sites_still_gives_everything_else(new_sites):
    plan = cp.read_plan(DATA / "example" / "plan.toml")
    fewer = {"new_sites": new_sites, "years": [], "sites_per_year": []}
    found = cp.run(changed_plan(plan, programmes={POINT: fewer}))
    assert (found.placement["type"] == POINT).sum() == new_sites
    assert len(found.targets) == 32
    assert not any("无需新增" in note.text("zh") for note in found.notes)
