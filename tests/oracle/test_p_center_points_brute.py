"""The p-center of points equals enumeration, and the p-center of a stored table."""

from itertools import combinations

import numpy as np
import pytest

from coverplan.errors import InfeasibleError, InputError
from coverplan.placement.center_points import p_center_points
from coverplan.placement.p_center import p_center


def apart(points, places):
    return np.sqrt(((points[:, None] - places[None]) ** 2).sum(axis=-1))


@pytest.mark.parametrize("block", range(5))
def test_small_worlds_equal_enumeration(block):
    for seed in range(25 * block, 25 * block + 25):
        rng = np.random.default_rng((7, seed))
        points = rng.integers(0, 12, (int(rng.integers(2, 14)), 2)).astype(float)
        places = rng.integers(0, 12, (int(rng.integers(2, 8)), 2)).astype(float)
        weight = (rng.random(len(points)) < 0.8).astype(float)
        shuffled = rng.permutation(len(places)).tolist()
        existing = shuffled[: seed % 3]
        forbidden = shuffled[-1:] if seed % 4 == 0 and len(places) > 4 else []
        usable = [site for site in range(len(places)) if site not in existing + forbidden]
        new = int(rng.integers(1, 4))
        table = apart(points, places)[weight > 0]
        best = min(
            table[:, [*existing, *more]].min(axis=1, initial=np.inf).max(initial=0.0)
            for size in range(min(new, len(usable)) + 1)
            for more in combinations(usable, size)
            if size or existing
        )
        found = p_center_points(
            points, places, new, weight=weight, existing=existing, forbidden=forbidden
        )
        assert found.objective == found.bound == best, seed
        assert found.status == "optimal"
        assert found.added.size <= new
        assert not set(found.chosen.tolist()) & set(forbidden)
        assert set(existing) <= set(found.chosen.tolist())


@pytest.mark.parametrize("p", [3, 7])
def test_a_town_of_points_equals_the_stored_table(p):
    rng = np.random.default_rng(p)
    points = rng.random((800, 2)) * 30_000
    places = rng.random((150, 2)) * 30_000
    found = p_center_points(points, places, p)
    table = p_center(apart(points, places), p)
    assert found.objective == found.bound == table.objective
    minutes = p_center_points(points, places, p, speed_kmh=30, detour=1.3)
    assert minutes.objective == pytest.approx(table.objective * 1.3 / 500)


def test_ten_thousand_points_are_proven_without_a_table():
    rng = np.random.default_rng(1)
    points = rng.random((10_000, 2)) * 1000
    found = p_center_points(points, points, 5)
    assert found.status == "optimal"
    assert apart(points, points[found.chosen]).min(axis=1).max() == found.objective


def test_a_stopped_search_has_a_bound_below_the_truth():
    rng = np.random.default_rng(2)
    points = rng.random((3000, 2)) * 1000
    found = p_center_points(points, points, 40, time_limit_s=0.3)
    assert 0 < found.bound <= found.objective
    assert apart(points, points[found.chosen]).min(axis=1).max() == found.objective


def test_points_of_no_shape_are_refused():
    with pytest.raises(InputError, match="demand"):
        p_center_points([1.0, 2.0], [[0.0, 0.0]], 1)
    with pytest.raises(InputError, match="sites"):
        p_center_points([[0.0, 0.0]], [[0.0, np.nan]], 1)
    with pytest.raises(InputError, match="speed_kmh"):
        p_center_points([[0.0, 0.0]], [[0.0, 1.0]], 1, speed_kmh=0)


@pytest.mark.parametrize(
    ("new", "rules"),
    [
        (0, {}),
        (0, {"weight": [0.0, 0.0]}),
        (2, {"forbidden": [0, 1]}),
        (0, {"forbidden": [0, 1], "weight": [0.0, 0.0]}),
        (0, {"required": [0]}),
    ],
)
def test_where_nothing_may_open_it_is_infeasible_in_the_words_of_the_stored_table(new, rules):
    points, places = np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [2.0, 2.0]])
    with pytest.raises(InfeasibleError) as stored:
        p_center(apart(points, places), new, **rules)
    with pytest.raises(InfeasibleError) as found:
        p_center_points(points, places, new, **rules)
    assert str(found.value) == str(stored.value)
