"""Branching on prices finds the best few sites, and the first of equal sets, from any start."""

from itertools import combinations

import numpy as np
import pytest

from coverplan.placement import price_tree
from coverplan.placement.lagrange import price_sites
from coverplan.placement.median_search import Search
from coverplan.placement.median_task import Task, total_cost
from coverplan.placement.options import site_rules
from coverplan.placement.price_tree import PriceTree


def world(seed):
    """Whole costs with many ties or fine ones; sometimes sites open already or out of reach."""
    random = np.random.default_rng(seed)
    n_demand, n_free = int(random.integers(4, 14)), int(random.integers(5, 11))
    cost = random.integers(0, 12, (n_demand, n_free)).astype(float)
    if seed % 3 == 1:
        cost = random.random((n_demand, n_free)) * 1e6
    fallback = np.full(n_demand, np.inf)
    if seed % 4 == 2:
        fallback[random.random(n_demand) < 0.7] = 8.0
    if seed % 5 == 3:
        cost[random.random(cost.shape) < 0.2] = np.inf
    p = int(random.integers(2, min(5, n_free)))
    rows = site_rules(n_free).rows(p)
    return Task(cost, fallback, p, rows, plain=True, fresh=np.ones(n_free, dtype=bool))


def equally_good(task):
    """The least total and all sets of p sites that have it, the first in order first."""
    sets = list(combinations(range(task.cost.shape[1]), task.p))
    totals = np.array([total_cost(task, np.array(one)) for one in sets])
    least = totals.min()
    near = np.isclose(totals, least, rtol=1e-9, atol=0) if np.isfinite(least) else []
    return least, [one for one, same in zip(sets, near, strict=False) if same]


@pytest.mark.parametrize("steps", [1, 40])
def test_any_prices_and_any_start_end_at_the_first_of_the_best_sets(monkeypatch, steps):
    monkeypatch.setattr(price_tree, "STEPS", steps)
    branched = 0
    for seed in range(150):
        task = world(seed)
        least, sets = equally_good(task)
        random = np.random.default_rng(seed)
        start = np.sort(random.choice(task.cost.shape[1], task.p, replace=False))
        if not np.isfinite(total_cost(task, start)):
            continue
        finite = task.cost[np.isfinite(task.cost)]
        search = Search(whole=bool((finite == np.rint(finite)).all()))
        search.offer(start, total_cost(task, start))
        price = np.minimum(random.random(len(task.cost)) * finite.max(), task.fallback)
        tree = PriceTree(task, search, price_sites(task.cost, price, task.p))
        tree.run()
        assert search.best == pytest.approx(least, rel=1e-12), seed
        assert search.bound == search.best, seed
        tree.settle_ties()
        reached = np.minimum(task.cost.min(axis=1), task.fallback).sum()
        if least > reached:  # else fewer sites may do: another search settles that
            assert tuple(search.sites.tolist()) == sets[0], seed
        branched += tree.count > 0
    assert branched > 50


def test_a_search_that_is_stopped_keeps_a_true_bound():
    task = world(6)
    least, _ = equally_good(task)
    search = Search(time_limit_s=0.0)
    start = np.arange(task.p)
    search.offer(start, total_cost(task, start))
    price = np.zeros(len(task.cost))
    PriceTree(task, search, price_sites(task.cost, price, task.p)).run()
    assert search.bound <= least <= search.best


def test_a_gap_that_is_good_enough_ends_the_search_with_a_true_bound():
    for seed in range(0, 60, 3):
        task = world(seed)
        least, _ = equally_good(task)
        search = Search(whole=True, mip_gap=0.3)
        start = np.arange(task.p)
        if not np.isfinite(total_cost(task, start)):
            continue
        search.offer(start, total_cost(task, start))
        price = np.minimum(np.zeros(len(task.cost)), task.fallback)
        PriceTree(task, search, price_sites(task.cost, price, task.p)).run()
        assert search.bound <= least <= search.best
        assert search.best - search.bound <= 0.3 * search.best + 1e-9
