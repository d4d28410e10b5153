from itertools import combinations

import numpy as np
import pytest

from coverplan.errors import InputError
from coverplan.placement.themes import most_themes, themes_reached


def by_hand(times, themes, cutoff, chosen):
    """Count the themes of each school in plain Python."""
    found = []
    for row in times:
        names = set()
        for j in chosen:
            if row[j] <= cutoff:
                names |= {name for name in themes[j].split(";") if name}
        found.append(len(names))
    return np.array(found)


@pytest.mark.parametrize("seed", range(60))
def test_no_other_choice_of_places_lets_more_pupils_reach_k_themes(seed):
    random = np.random.default_rng(seed)
    n, m = 7, 6
    times = random.uniform(1, 60, (n, m)).round()
    times[random.random((n, m)) < 0.1] = np.inf
    weight = random.integers(1, 50, n).astype(float)
    themes = [";".join(random.choice(list("abcd"), random.integers(0, 3))) for _ in range(m)]
    existing = [int(random.integers(0, m))]
    k, new = int(random.integers(1, 4)), int(random.integers(0, 4))
    plan = most_themes(times, weight, themes, 30.0, new, at_least=k, existing=existing)
    free = [j for j in range(m) if j not in existing]
    best = max(
        weight[by_hand(times, themes, 30.0, [*existing, *extra]) >= k].sum()
        for size in range(new + 1)
        for extra in combinations(free, size)
    )
    assert plan.objective == plan.bound == best
    assert len(plan.added) <= new
    assert (
        themes_reached(times, themes, 30.0, plan.chosen)
        == by_hand(times, themes, 30.0, plan.chosen)
    ).all()


def test_the_same_theme_twice_counts_once():
    assert themes_reached([[1.0, 2.0]], ["农业", "农业"], 30, [0, 1]).tolist() == [1]


def test_shapes_that_disagree_are_told():
    with pytest.raises(InputError, match="times"):
        most_themes([[1.0]], [1.0], ["a", "b"], 30, 1, at_least=1)
