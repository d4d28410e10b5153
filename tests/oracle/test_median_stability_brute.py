"""A least-travel plan in many worlds equals enumeration, world by world."""

from itertools import combinations, product

import numpy as np
import pytest

from coverplan.placement.median_stability import median_stability

INF = np.inf


def cost(minutes, weight, sites, capacity=None):
    """Return the least travel to some sites by trying every way to send whole places there."""
    if capacity is None:
        nearest = minutes[:, list(sites)].min(axis=1)
        return float((nearest[weight > 0] * weight[weight > 0]).sum())
    best = INF
    for way in product(sites, repeat=len(weight)):
        load = np.bincount(way, weights=weight, minlength=minutes.shape[1])
        if (load <= capacity).all():
            best = min(best, float((minutes[np.arange(len(weight)), way] * weight).sum()))
    return best


def best_sets(minutes, weight, existing, new_sites, capacity=None):
    """Return the least travel of all plans, and every plan that has it."""
    free = [site for site in range(minutes.shape[1]) if site not in existing]
    plans = [(*existing, *more) for more in combinations(free, new_sites)]
    travel = [cost(minutes, weight, plan, capacity) for plan in plans]
    least = min(travel)
    return least, [set(plan) for plan, one in zip(plans, travel, strict=True) if one == least]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("crowded", [False, True])
def test_every_world_is_solved_and_the_plan_recounted(seed, crowded):
    random = np.random.default_rng([seed, crowded])
    points, sites = (5, 5) if crowded else (9, 6)
    base = random.integers(1, 40, (points, sites)).astype(float)
    weight = random.integers(1, 30, points).astype(float)
    capacity = np.full(sites, 0.6 * weight.sum()) if crowded else None
    existing = [int(random.integers(sites))]
    lost = base.copy()
    lost[:, existing[0]] = INF
    moved = [random.permutation(base, axis=1) for _ in range(3)]
    worlds = [(base, weight), (lost, weight), *((one, weight) for one in moved)]
    plan = [*existing, *random.permutation([n for n in range(sites) if n != existing[0]])[:2]]
    found = median_stability(
        worlds, 2, plan=[int(one) for one in plan], existing=existing, capacity=capacity
    )
    for number, (minutes, _) in enumerate(worlds):
        least, sets = best_sets(minutes, weight, existing, 2, capacity)
        own = cost(minutes, weight, plan, capacity)
        assert found.travelled[number] == pytest.approx(own)
        if np.isinf(least):
            assert not found.solved[number]
            assert np.isnan(found.regret[number])
            continue
        assert found.proved[number]
        assert found.best[number] == pytest.approx(least)
        assert set(np.flatnonzero(found.opened[number]).tolist()) in sets
        if np.isfinite(own):
            assert found.regret[number] == pytest.approx(own - least)
    assert found.chosen_share == pytest.approx(found.opened[found.solved].mean(axis=0))


def test_a_plan_that_leaves_somebody_unserved_has_no_regret_and_who_is_cut_off_does_not_travel():
    minutes = np.array([[5.0, 9.0], [INF, 4.0], [INF, INF]])
    found = median_stability([(minutes, np.array([10.0, 1.0, 7.0]))], 1, plan=[0])
    assert found.best.tolist() == [94.0]
    assert found.travelled.tolist() == [INF]
    assert np.isnan(found.regret).all()
    assert found.people.tolist() == [11.0]


def test_a_world_without_a_plan_does_not_count_for_the_shares():
    near = np.array([[5.0, 9.0, INF], [9.0, 5.0, INF]])
    apart = np.array([[5.0, INF, INF], [INF, 5.0, INF]])
    weight = np.array([3.0, 2.0])
    found = median_stability([(near, weight), (apart, weight)], 1, plan=[0])
    assert found.solved.tolist() == [True, False]
    assert found.chosen_share.tolist() == [1.0, 0.0, 0.0]


def test_without_time_nothing_is_called_proven():
    random = np.random.default_rng(5)
    minutes = random.uniform(1, 60, (300, 120))
    worlds = [(minutes * random.uniform(0.8, 1.2, minutes.shape), np.ones(300)) for _ in range(2)]
    found = median_stability(worlds, 12, plan=list(range(12)), time_limit_s=0.0)
    assert not found.proved.any()
