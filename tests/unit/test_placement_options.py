"""Rules on sites: every fault is told at once, in both languages, with how to mend it."""

import os
import signal
import threading

import numpy as np
import pytest

from coverplan.errors import InfeasibleError, InputError
from coverplan.placement.options import site_rules
from coverplan.placement.p_center import p_center
from coverplan.placement.p_median import p_median
from coverplan.placement.result import Placement
from support import hearing_ctrl_c


def keys(error):
    return [problem.key for problem in error.value.problems]


def test_a_mask_and_column_numbers_say_the_same():
    mask = site_rules(4, existing=np.array([False, True, False, True]))
    numbers = site_rules(4, existing=[3, 1])
    assert mask.existing.tolist() == numbers.existing.tolist()
    assert mask.plain


def test_every_fault_is_told_at_once():
    with pytest.raises(InputError) as error:
        site_rules(
            3,
            existing=[7],
            required=[0],
            forbidden=np.array([True, False, False]),
            zone_min=2,
            budget=-1,
            spacing=(1, np.zeros((2, 2))),
            cost=[1, 2],
            names=["a", "b"],
        )
    assert keys(error) == [
        "sites.shape",
        "sites.no_such_column",
        "sites.shape",
        "sites.number",
        "sites.zone_missing",
        "sites.required_and_forbidden",
        "sites.square",
    ]
    chinese, english = str(error.value).split("\n")[:7], str(error.value).split("\n")[7:]
    assert len(chinese) == len(english)


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"existing": [0], "forbidden": [0]}, "sites.existing_and_forbidden"),
        ({"close": [1]}, "sites.close_not_existing"),
        ({"zone": ["a", "a", "b"], "zone_min": {"c": 1}}, "sites.no_such_zone"),
        ({"zone": ["a", "a", "b"], "zone_min": 2, "zone_max": 1}, "sites.zone_min_above_max"),
        ({"zone": ["a", "a", "b"], "zone_min": {"a": -1}}, "sites.count"),
        ({"zone": [0.5, 1.0, 2.0], "zone_min": 1}, "sites.zone_type"),
        ({"existing": [0.5]}, "sites.marks"),
        ({"cost": [1.0, np.nan, 1.0]}, "sites.number"),
        ({"spacing": (np.nan, np.zeros((3, 3)))}, "sites.number"),
        ({"spacing": (1, np.full((3, 3), np.nan))}, "sites.number"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(options, key):
    with pytest.raises(InputError) as error:
        site_rules(3, **options)
    assert key in keys(error)


def test_two_existing_sites_may_stand_as_near_as_they_do():
    apart = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
    assert site_rules(3, existing=[0, 1], spacing=(2, apart)).conflicts.tolist() == [[0, 2], [1, 2]]


def test_the_spacing_itself_is_far_enough():
    assert site_rules(2, spacing=(2, np.array([[0, 2], [2, 0]]))).conflicts.size == 0


def test_closing_money_counts_against_the_budget():
    rules = site_rules(3, existing=[0], close={0: 4.0}, cost=[9, 3, 3], budget=6)
    assert rules.broken(np.array([False, True, False]), 2) == ("budget",)
    assert rules.broken(np.array([True, True, True]), 2) == ()


MINUTES = [[0.0, 9.0], [9.0, 0.0], [4.0, np.inf]]


def test_times_and_weights_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="NaN"):
        p_median([[np.nan, 1.0]], None, 1)
    with pytest.raises(InputError, match="-5"):
        p_median(MINUTES, [1, -5, 1], 1)
    with pytest.raises(InputError):
        p_median(MINUTES, [1, 1], 1)
    with pytest.raises(InputError):
        p_median(MINUTES, None, -1)
    with pytest.raises(InputError):
        p_center([[-1.0]], 1)


def test_demand_that_no_site_reaches_is_named():
    times = [[0.0, 9.0], [np.inf, np.inf]]
    with pytest.raises(InfeasibleError, match="湛普"):
        p_median(times, None, 1, demand_names=["名山", "湛普"])
    with pytest.raises(InfeasibleError, match="湛普"):
        p_center(times, 1, demand_names=["名山", "湛普"])
    assert p_median(times, [1, 0], 1).allocation.tolist() == [0, -1]


def test_rules_that_contradict_each_other_are_named():
    times = [[0.0, np.inf], [np.inf, 0.0]]
    for model in (lambda: p_median(times, None, 1), lambda: p_center(times, 1)):
        with pytest.raises(InfeasibleError) as error:
            model()
        assert keys(error) == [
            "placement_covering.contradiction",
            "placement_covering.rule.new_sites",
            "placement_covering.rule.reach_all",
        ]


def test_more_required_than_new_sites_is_refused():
    with pytest.raises(InfeasibleError):
        p_median(MINUTES, None, 1, required=[0, 1])


def test_a_point_larger_than_every_capacity_is_named():
    with pytest.raises(InfeasibleError, match="高家"):
        p_median([[1.0]], [50], 1, capacity=40, demand_names=["高家"])
    with pytest.raises(InputError):
        p_median([[1.0]], [50], 1, capacity=[40, 40])


def test_sparse_times_are_refused_only_where_their_limit_can_bind():
    from scipy import sparse  # noqa: PLC0415

    partly = sparse.csr_array(([0.0, 5.0, 3.0], [0, 1, 1], [0, 2, 3]), shape=(2, 2))
    with pytest.raises(InputError):
        p_median(partly, None, 1)
    with_fallback = p_median(partly, None, 1, existing=[1])
    assert with_fallback.objective == 3.0
    whole = sparse.csr_array(([0.0, 5.0, 3.0, 9.0], [0, 1, 1, 0], [0, 2, 4]), shape=(2, 2))
    assert p_median(whole, None, 1).chosen.tolist() == [1]


def test_a_placement_cannot_be_changed_and_equals_its_twin():
    one = Placement(model="m", sense="min", chosen=np.array([2, 1]), objective=1, bound=1)
    two = Placement(
        model="m", sense="min", chosen=np.array([1, 2]), objective=1, bound=1, seconds=9
    )
    assert one == two
    assert hash(one) == hash(two)
    with pytest.raises(ValueError, match="read-only"):
        one.chosen[0] = 5
    with pytest.raises(ValueError, match="sense"):
        Placement(model="m", sense="up", chosen=np.array([1]), objective=1, bound=1)


def test_a_time_limit_of_nothing_still_gives_an_honest_bound():
    random = np.random.default_rng(1)
    place = random.random((300, 2))
    times = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    found = p_median(times, None, 6, time_limit_s=0.05)
    assert found.bound <= found.objective
    proven = p_median(times, None, 6)
    assert found.bound <= proven.objective <= found.objective


def test_ctrl_c_gives_the_sites_found_so_far_with_their_bound():
    random = np.random.default_rng(3)
    times = random.random((150, 150))  # no geography: far too hard to prove in a test
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    with hearing_ctrl_c():
        found = p_median(times, None, 8, time_limit_s=30)
    assert found.seconds < 15
    assert found.status == "time_limit"
    assert 0 < found.bound < found.objective
    assert found.objective == pytest.approx(times[:, found.chosen].min(axis=1).sum())
