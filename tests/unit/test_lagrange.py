"""Prices of demand points bound every placement, also where only near sites are looked at."""

import numpy as np

from coverplan.placement import lagrange
from coverplan.placement.lagrange import improve_prices, price_sites
from coverplan.placement.median_search import Search
from coverplan.placement.swap import open_greedily, swap


def plane(n, seed):
    points = np.random.default_rng(seed).random((n, 2)) * 100
    return np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))


def test_prices_of_near_sites_bound_all_sites(monkeypatch):
    monkeypatch.setattr(lagrange, "LARGE", 1000)
    for seed in range(5):
        cost = plane(150, seed)
        none = np.full(150, np.inf)
        sites, total = swap(cost, none, open_greedily(cost, none, 20))
        two = np.sort(cost[:, sites], axis=1)[:, :2].mean(axis=1)
        found = improve_prices(cost, none, two, 20, total, enough=total)
        # The bound is what the prices prove on the whole table, and close to the best known.
        assert np.isclose(found.bound, price_sites(cost, found.price, 20).bound)
        assert 0.97 * total < found.bound <= total + 1e-9


def test_unreachable_sites_gain_nothing_in_a_large_table(monkeypatch):
    monkeypatch.setattr(lagrange, "LARGE", 10)
    cost = plane(80, 9)
    cost[np.random.default_rng(9).random(cost.shape) < 0.6] = np.inf
    np.fill_diagonal(cost, 0.0)
    found = improve_prices(cost, np.full(80, np.inf), np.full(80, 9.0), 20, 900.0, enough=np.inf)
    assert np.isfinite(found.bound)
    assert np.isclose(found.bound, price_sites(cost, found.price, 20).bound)


def test_exchanges_end_when_told():
    cost = plane(60, 3)
    start = np.arange(5)
    sites, total = swap(cost, np.full(60, np.inf), start, stop=lambda: True)
    assert sites.tolist() == start.tolist()
    assert total == cost[:, start].min(axis=1).sum()


def test_without_a_limit_no_share_of_it_is_ever_spent():
    assert not Search().spent(0.0)
    assert Search(time_limit_s=0.0).spent(0.25)
    assert not Search(time_limit_s=3600.0).spent(0.25)
