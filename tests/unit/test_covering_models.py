"""Covering models: what they refuse, what they name, and small counties computed by hand."""

import json
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from coverplan.domain import Rung, TravelTimes
from coverplan.errors import InfeasibleError, InputError, OutOfTimeError, SolverError
from coverplan.placement import signatures as signature_module
from coverplan.placement.arithmetic import arithmetic
from coverplan.placement.certificate import certificate, verify
from coverplan.placement.chain import place_by_goals
from coverplan.placement.cover_rows import cover_rows, graded_rows
from coverplan.placement.covering_search import Search, solved
from coverplan.placement.curve import placement_curve
from coverplan.placement.lscp import lscp
from coverplan.placement.mclp import mclp
from coverplan.placement.options import site_rules
from coverplan.placement.phasing import phased
from coverplan.placement.program import Program
from coverplan.placement.result import Status
from coverplan.placement.signatures import signatures

# Three hamlets, three candidates; minutes.
MINUTES = np.array([[5.0, 40.0, 12.0], [40.0, 6.0, 14.0], [50.0, 9.0, 60.0]])
PEOPLE = [300, 200, 150]


def words(error: pytest.ExceptionInfo[InputError], lang: str = "en") -> str:
    return error.value.text(lang)


def keys(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [problem.key.rpartition(".")[2] for problem in error.value.problems]


def test_all_faults_of_the_input_are_told_at_once():
    bad = MINUTES.copy()
    bad[0, 0], bad[1, 1] = np.nan, -3.0
    with pytest.raises(InputError) as error:
        mclp(bad, [1, 2], -5.0, -1, group=["a"], required=[9])
    told = keys(error)
    assert told.count("times_nan") == 1
    assert {"weight_shape", "cutoff", "count", "no_such_column"} <= set(told)
    assert "unreachable is inf" in words(error)


def test_negative_times_and_weights_are_refused():
    with pytest.raises(InputError, match="1 negative values"):
        mclp(-np.ones((1, 1)), [1], 5.0, 1)
    with pytest.raises(InputError, match=r"weight holds -2\.0"):
        mclp(MINUTES, [1, -2, 3], 5.0, 1)
    with pytest.raises(InputError, match="two-dimensional"):
        mclp([1.0, 2.0], [1, 2], 5.0, 1)
    with pytest.raises(InputError, match="two-dimensional"):
        lscp(np.zeros((0, 3)), 5.0)


def test_stored_zeros_of_sparse_times_are_zero_minutes():
    times = sparse.csr_array(([0.0, 4.0], ([0, 1], [0, 1])), shape=(2, 2))
    assert mclp(times, [10, 3], 0.0, 1).objective == 10
    assert mclp(times, [10, 3], 4.0, 2).objective == 13


def test_a_cutoff_beyond_what_sparse_times_know_is_refused():
    times = sparse.csr_array(([3.0, 29.4], ([0, 1], [0, 1])), shape=(2, 2))
    assert mclp(times, [1, 1], 30.0, 2).objective == 2
    with pytest.raises(InputError) as error:
        mclp(times, [1, 1], 31.0, 2)
    assert "the cutoff 31 is beyond the limit 30" in words(error)
    assert "时限 31 超出" in words(error, "zh")
    assert mclp(times, [1, 1], 31.0, 2, limit=45.0).objective == 2
    with pytest.raises(InputError):
        mclp(times, [1, 1], 20.0, 2, decay=40.0)


def test_travel_times_are_taken_as_they_are_with_their_limit():
    times = TravelTimes(MINUTES, ("a", "b", "c"), ("x", "y", "z"), Rung("B"), limit=30.0)
    assert mclp(times, PEOPLE, 15.0, 1).objective == 500
    with pytest.raises(InputError, match="beyond the limit"):
        mclp(times, PEOPLE, 45.0, 1)


def test_unreachable_demand_points_are_named_with_their_townships():
    times = np.where(np.eye(3, dtype=bool), 5.0, np.inf)
    times[2] = np.inf
    with pytest.raises(InfeasibleError) as error:
        lscp(times, 15.0, group=["甲镇", "乙镇", "丙乡"], demand_names=["a", "b", "石坪村"])
    assert "石坪村" in words(error)
    assert "丙乡" in words(error, "zh")
    assert "甲镇" not in words(error, "zh")


def test_contradictory_rules_are_named_and_dropping_any_one_heals():
    rules: dict[str, Any] = {
        "zone": ["甲镇", "甲镇", "乙镇", "乙镇", "丙乡", "丙乡"],
        "zone_min": {"甲镇": 1, "乙镇": 1, "丙乡": 1},
        "cost": [9.0, 9.0, 2.0, 2.0, 2.0, 2.0],
        "budget": 11.5,
        "forbidden": [5],
    }
    times = np.full((2, 6), 5.0)
    with pytest.raises(InfeasibleError) as error:
        mclp(times, [1, 1], 15.0, 6, **rules)
    told = keys(error)
    assert told[0] == "contradiction"
    named = set(told[1:])
    assert named == {"zone_min", "budget"}
    assert error.value.problems[0].values["number"] == len(told) - 1 == 4
    # Each of the four by itself: without it a placement exists.
    for zone in ("甲镇", "乙镇", "丙乡"):
        fewer = {**rules, "zone_min": {z: 1 for z in ("甲镇", "乙镇", "丙乡") if z != zone}}
        assert mclp(times, [1, 1], 15.0, 6, **fewer).status is Status.OPTIMAL
    assert mclp(times, [1, 1], 15.0, 6, **{**rules, "budget": 13.0}).status is Status.OPTIMAL


def test_required_sites_beyond_the_allowed_number_are_a_named_contradiction():
    with pytest.raises(InfeasibleError) as error:
        mclp(MINUTES, PEOPLE, 15.0, 1, required=[0, 1], names=["东", "西", "北"])
    assert keys(error) == ["contradiction", "new_sites", "required", "required"]
    assert "西" in words(error, "zh")


def test_a_budget_below_the_cheapest_candidate_is_refused():
    with pytest.raises(InputError) as error:
        mclp(MINUTES, PEOPLE, 15.0, 1, cost=[30.0, 20.0, 25.0], budget=3.0)
    assert "the cheapest costs 20" in words(error)


def test_a_floor_that_no_site_can_reach_names_the_township():
    with pytest.raises(InfeasibleError, match="丙乡"):
        mclp(MINUTES, PEOPLE, 8.0, 3, group=["甲镇", "乙镇", "丙乡"], group_floor={"丙乡": 0.5})


def test_options_that_do_not_go_together_are_told():
    with pytest.raises(InputError, match="backup, decay"):
        mclp(MINUTES, PEOPLE, 15.0, 1, backup=1, decay=30.0)
    with pytest.raises(InputError, match="fair"):
        mclp(MINUTES, PEOPLE, 15.0, 1, fair="worst_first")
    with pytest.raises(InputError, match="decay"):
        mclp(MINUTES, PEOPLE, 15.0, 1, decay=[(30.0, 0.4), (15.0, 1.0)])


def test_the_worst_township_comes_before_more_people():
    # One site: 900 people of a half-served township, or the only people of a remote one.
    times = np.array([[5.0, 40.0], [40.0, 40.0], [40.0, 5.0]])
    weight = [900.0, 900.0, 10.0]
    group = ["大镇", "大镇", "远乡"]
    assert mclp(times, weight, 15.0, 1).chosen.tolist() == [0]
    assert mclp(times, weight, 15.0, 1, group=group, fair=1).objective == 900
    both = mclp(times, weight, 15.0, 2, group=group, fair="worst_first")
    assert both.chosen.tolist() == [0, 1]
    # Either way one township has nobody; the better share of the other decides.
    one = mclp(times, weight, 15.0, 1, group=group, fair="worst_first")
    assert one.chosen.tolist() == [1]


def test_townships_without_a_candidate_are_named():
    with pytest.raises(InfeasibleError) as error:
        place_by_goals(["甲镇", "乙镇"], needs=["甲镇", "乙镇", "丙乡"])
    assert "丙乡" in words(error, "zh")
    with pytest.raises(InfeasibleError, match="乙镇"):
        place_by_goals(["甲镇", "乙镇"], forbidden=[1])
    with pytest.raises(InfeasibleError, match="one in every zone takes 2"):
        place_by_goals(["甲镇", "乙镇"], new_sites=1)


def test_without_minutes_only_the_townships_are_served():
    chain = place_by_goals(["c", "a", "a", "b"], existing=[1], new_sites=4)
    assert chain.placement.added.tolist() == [0, 3]
    assert [(step.zone, step.rule) for step in chain.steps] == [
        ("c", "township"),
        ("b", "township"),
    ]
    assert (chain.needed, chain.unplaced) == (2, 2)
    assert [str(stage.goal) for stage in chain.stages] == ["presence"]


def test_thirty_is_a_floor_and_full_coverage_may_need_more():
    need = arithmetic(open_sites=0, zones_none=0, zones_unreported=30, target=30)
    assert (need.needed_low, need.needed_high, need.needed_if_counted) == (30, 30, 0)
    need = arithmetic(open_sites=12, zones_none=20, zones_unreported=0, target=30)
    assert (need.needed_low, need.total_low, need.beyond_target) == (20, 32, 2)
    need = arithmetic(open_sites=35, zones_none=0, target=30)
    assert need.needed_low == 0
    with pytest.raises(InputError, match="zones_none is -1"):
        arithmetic(open_sites=1, zones_none=-1)


def test_hashes_that_collide_do_not_merge_different_sets(monkeypatch):
    times = np.array([[5.0, 40.0, 5.0], [40.0, 5.0, 5.0], [5.0, 40.0, 5.0]])
    truth = signatures(times, 15.0, [1.0, 2.0, 4.0])
    monkeypatch.setattr(
        signature_module, "_hashes", lambda start, *_: np.zeros(start.size - 1, dtype=np.uint64)
    )
    merged = signatures(times, 15.0, [1.0, 2.0, 4.0])
    assert sorted(merged.weight.tolist()) == sorted(truth.weight.tolist()) == [2.0, 5.0]
    assert merged.member[0] == merged.member[2] != merged.member[1]


def test_labels_keep_demand_points_apart():
    merged = signatures(np.full((4, 2), 5.0), 15.0, [1, 2, 4, 8], [0, 0, 1, 1])
    assert sorted(merged.weight.tolist()) == [3.0, 12.0]
    assert merged.weight[merged.label == 1].tolist() == [12.0]


def test_what_is_sure_needs_no_rows():
    times = np.array([[10.0, 20.0, 5.0]])
    rows = graded_rows(times, np.array([2.0]), lambda t: 30.0 - t, sure=[np.array([0, 1])])
    assert rows.base == 20.0
    assert rows.column.tolist() == [2, 0]
    assert rows.most == 50.0


def test_an_hour_of_nothing_is_a_time_limit_not_an_optimum():
    rng = np.random.default_rng(3)
    place = rng.random((300, 2))
    metres = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    weight = rng.integers(1, 1000, 300)
    options = {"zone": np.arange(300) % 7, "zone_max": 9}
    try:
        found = mclp(metres, weight, 0.09, 25, time_limit_s=0.3, **options)
    except SolverError as error:
        assert "time limit" in str(error)  # noqa: PT017 - either answer is honest
        return
    if found.status is Status.TIME_LIMIT:
        assert found.bound > found.objective
        assert found.mip_gap > 0
    covered = (metres[:, found.chosen] <= 0.09).any(axis=1)
    assert weight[covered].sum() == found.objective <= found.bound


@pytest.mark.parametrize("sense", ["max", "min"])
def test_with_no_time_at_all_a_known_plan_stays_and_nothing_is_claimed(sense):
    rng = np.random.default_rng(3)
    program = Program(site_rules(60, zone=np.arange(60) % 7, zone_min={0: 2, 1: 2}), 9)
    rows = cover_rows(signatures(rng.random((300, 60)), 0.02, rng.integers(1, 9, 300)))
    first = program.add_cover(rows)
    cost = program.cost(first, rows.weight)
    start = np.isin(np.arange(60), [0, 1, 7, 8])
    try:
        found = solved(program, cost, sense, Search(time_limit_s=0.0), start=start, whole=True)
    except OutOfTimeError as error:
        assert "time_limit_s" in str(error)  # noqa: PT017 - either answer is honest
        return
    assert (found.bound >= found.value) if sense == "max" else (found.bound <= found.value)


def test_the_same_question_has_the_same_answer_twice():
    rng = np.random.default_rng(5)
    times = rng.integers(0, 60, (80, 20)).astype(float)
    weight = rng.integers(0, 99, 80)
    one = mclp(times, weight, 15.0, 3, zone=np.arange(20) % 4, zone_max=1)
    assert one == mclp(times, weight, 15.0, 3, zone=np.arange(20) % 4, zone_max=1)


def test_a_hundred_thousand_points_take_seconds():
    rng = np.random.default_rng(11)
    demand, sites = rng.random((100_000, 2)) * 30, rng.random((60, 2)) * 30
    weight = rng.integers(1, 100, 100_000).astype(float)
    distance = np.hypot(demand[:, :1] - sites[:, 0][None], demand[:, 1:] - sites[:, 1][None])
    found = mclp(distance, weight, 3.0, 10)
    assert found.status is Status.OPTIMAL
    assert found.seconds < 20
    covered = (distance[:, found.chosen] <= 3.0).any(axis=1)
    assert weight[covered].sum() == found.objective == found.bound


def test_a_curve_knows_how_many_sites_are_enough():
    curve = placement_curve(MINUTES, PEOPLE, 15.0, 3)
    assert curve.enough(0.75, 650) == 1
    assert curve.enough(1.0, 650) == 2
    assert curve.enough(1.0, 651) is None
    assert curve.proven


def test_phases_refuse_what_they_cannot_plan():
    with pytest.raises(InputError, match="close, phased"):
        phased(MINUTES, PEOPLE, 15.0, [1], existing=[0], close=[0])
    with pytest.raises(InputError, match="budgets"):
        phased(MINUTES, PEOPLE, 15.0, [1, 1], budgets=[5.0])


def test_a_certificate_of_another_make_is_refused():
    paper = certificate(MINUTES, PEOPLE, 15.0, 1, mclp(MINUTES, PEOPLE, 15.0, 1))
    assert verify(json.loads(json.dumps(paper)), MINUTES, PEOPLE).optimal
    for damage in ({"schema": 2}, {"tree": 7}, {"tree": {"site": 0}}, {"chosen": [77]}):
        with pytest.raises(InputError, match="certificate"):
            verify({**paper, **damage}, MINUTES, PEOPLE)
    with pytest.raises(InputError, match="whole persons"):
        certificate(MINUTES, [0.5, 1, 1], 15.0, 1, mclp(MINUTES, [0.5, 1, 1], 15.0, 1))
