"""Branching on demand points tells whether p sites reach everybody, as trying all sets does."""

from itertools import combinations

import numpy as np
import pytest

from coverplan.placement import cover_tree
from coverplan.placement.center_cover import decide
from coverplan.placement.cover_tree import cover_exactly
from coverplan.placement.options import site_rules


def possible(within, p):
    """Whether some p columns reach every row, by trying all."""
    size = min(p, within.shape[1])
    return any(
        within[:, list(some)].any(axis=1).all()
        for some in combinations(range(within.shape[1]), size)
    )


@pytest.mark.parametrize("steps", [1, 40])
def test_it_agrees_with_trying_all_sets(monkeypatch, steps):
    monkeypatch.setattr(cover_tree, "STEPS", steps)
    seen = {True: 0, False: 0}
    for seed in range(300):
        random = np.random.default_rng(seed)
        n_demand, n_sites = int(random.integers(0, 16)), int(random.integers(1, 11))
        within = random.random((n_demand, n_sites)) < random.uniform(0.1, 0.6)
        p = int(random.integers(0, 6))
        answer, sites = cover_exactly(within, p, 10_000)
        assert answer is possible(within, p), seed
        seen[answer] += 1
        if answer:
            assert np.unique(sites).size == sites.size <= p
            assert within[:, sites].any(axis=1).all()
    assert min(seen.values()) > 50


def test_it_stays_open_when_nodes_or_time_are_used_up():
    ring = np.eye(9, dtype=bool) | np.roll(np.eye(9, dtype=bool), 1, axis=1)
    assert cover_exactly(ring, 4, 0)[0] is None
    assert cover_exactly(ring, 4, 100, stop=lambda: True)[0] is None
    assert cover_exactly(ring, 4, 100)[0] is False
    assert cover_exactly(ring, 5, 100)[0] is True


def test_the_solver_decides_what_branching_leaves_open(monkeypatch):
    monkeypatch.setattr("coverplan.placement.center_cover.NODES", (0, 0))
    ring = np.eye(9, dtype=bool) | np.roll(np.eye(9, dtype=bool), 1, axis=1)
    rows = site_rules(9).rows(None)
    for p, answer in ((4, False), (5, True)):
        found = decide(ring, rows, p, plain=True, time_limit_s=None, seed=0)
        assert found.possible is answer
