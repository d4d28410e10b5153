"""p-median and p-center equal brute force on small random worlds, with every rule on sites."""

from itertools import combinations

import numpy as np
import pytest

from coverplan.errors import InfeasibleError
from coverplan.placement.options import site_rules
from coverplan.placement.p_center import p_center
from coverplan.placement.p_median import p_median

WORLDS = 25
OPTIONS = (
    "nothing",
    "existing",
    "required",
    "forbidden",
    "zones",
    "budget",
    "spacing",
    "close",
    "unreachable",
    "everything",
)


def world(option: str, seed: int) -> tuple[np.ndarray, np.ndarray, int, dict[str, object]]:
    """A small county with the option in force."""
    random = np.random.default_rng((seed, OPTIONS.index(option)))
    n_demand, n_sites = int(random.integers(1, 12)), int(random.integers(2, 8))
    if seed % 2:
        times = random.integers(0, 20, (n_demand, n_sites)).astype(float)  # many ties
        weight = random.integers(0, 4, n_demand).astype(float)
    else:
        times, weight = random.random((n_demand, n_sites)) * 60, random.random(n_demand) * 900
    new_sites = int(random.integers(0 if option == "existing" else 1, n_sites + 1))
    rules: dict[str, object] = {}
    every = option == "everything"
    shuffled = random.permutation(n_sites)
    if option in {"existing", "close", "spacing"} or every:
        rules["existing"] = np.sort(shuffled[: max(1, n_sites // 3)])
    if option == "required" or (every and n_sites > 4):
        rules["required"] = shuffled[-1:]
    if option == "forbidden" or (every and n_sites > 4):
        rules["forbidden"] = shuffled[-2:-1]
    if option == "zones" or every:
        rules["zone"] = random.integers(0, 2, n_sites)
        zone_names = np.unique(rules["zone"]).tolist()
        rules["zone_min"] = {zone_names[0]: 1}
        rules["zone_max"] = {zone_names[-1]: int(random.integers(1, 3))}
    if option == "budget" or every:
        rules["cost"] = random.integers(1, 9, n_sites)
        rules["budget"] = float(random.integers(3, 20))
    if option == "spacing" or every:
        place = random.random((n_sites, 2))
        apart = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
        rules["spacing"] = (0.35, apart)
    if option == "close" or every:
        rules["close"] = {int(rules["existing"][0]): float(random.integers(0, 3))}
    if option in {"unreachable", "everything"}:
        times[random.random(times.shape) < 0.25] = np.inf
    return times, weight, new_sites, rules


def brute(times, weight, new_sites, rules, measure):
    """Every set that keeps the rules, the best first: (value, new sites, columns)."""
    n_sites = times.shape[1]
    checked = site_rules(n_sites, **rules)
    found = []
    for size in range(n_sites + 1):
        for columns in combinations(range(n_sites), size):
            opened = np.zeros(n_sites, dtype=bool)
            opened[list(columns)] = True
            if checked.broken(opened, new_sites):
                continue
            nearest = times[:, opened].min(axis=1, initial=np.inf)[weight > 0]
            value = measure(nearest, weight[weight > 0])
            if np.isfinite(value):
                found.append((value, int((opened & ~checked.existing).sum()), columns))
    return sorted(found, key=lambda item: item[0])


def total(nearest, weight):
    return float((nearest * weight).sum())


@pytest.mark.parametrize("option", OPTIONS)
def test_p_median_equals_brute_force_under_every_rule(option):
    infeasible = 0
    for seed in range(WORLDS):
        times, weight, new_sites, rules = world(option, seed)
        sets = brute(times, weight, new_sites, rules, total)
        if not sets:
            infeasible += 1
            with pytest.raises(InfeasibleError):
                p_median(times, weight, new_sites, **rules)
            continue
        best = sets[0][0]
        found = p_median(times, weight, new_sites, **rules)
        context = (option, seed, found.chosen.tolist(), sets[:3])
        assert found.objective == pytest.approx(best, rel=1e-9, abs=1e-9), context
        assert found.bound == found.objective, context
        assert found.status == "optimal", context
        opened = np.isin(np.arange(times.shape[1]), found.chosen)
        assert not site_rules(times.shape[1], **rules).broken(opened, new_sites), context
        equal = [item for item in sets if item[0] <= best + 1e-9 * max(best, 1)]
        first = min(equal, key=lambda item: (item[1], *(-opened_at(item[2], times))))
        assert found.chosen.tolist() == list(first[2]), context
    assert infeasible < WORLDS  # the worlds are not all contradictions


def longest(nearest, _weight):
    return float(nearest.max(initial=0.0))


@pytest.mark.parametrize("option", OPTIONS)
def test_p_center_equals_brute_force_under_every_rule(option):
    infeasible = 0
    for seed in range(WORLDS):
        times, weight, new_sites, rules = world(option, seed)
        sets = brute(times, weight, new_sites, rules, longest)
        if not sets:
            infeasible += 1
            with pytest.raises(InfeasibleError):
                p_center(times, new_sites, weight=weight, **rules)
            continue
        best = sets[0][0]
        found = p_center(times, new_sites, weight=weight, **rules)
        context = (option, seed, found.chosen.tolist(), sets[:3])
        assert found.objective == found.bound == best, context
        assert found.status == "optimal", context
        opened = np.isin(np.arange(times.shape[1]), found.chosen)
        assert not site_rules(times.shape[1], **rules).broken(opened, new_sites), context
        fewest = min(len(item[2]) for item in sets if item[0] == best)
        assert found.chosen.size == fewest, context
        first = min(item[2] for item in sets if item[0] == best and len(item[2]) == fewest)
        assert found.chosen.tolist() == list(first), context
    assert infeasible < WORLDS


def opened_at(columns, times):
    """Membership of each column: comparing it, negated, puts the earliest columns first."""
    mask = np.zeros(times.shape[1])
    mask[list(columns)] = 1
    return mask


def test_capacities_equal_brute_force_over_all_allocations():
    for seed in range(12):
        random = np.random.default_rng(seed)
        times = random.integers(1, 30, (5, 4)).astype(float)
        weight = random.integers(1, 6, 5).astype(float)
        capacity = random.integers(4, 12, 4).astype(float)
        values = []
        for pair in combinations(range(4), 2):
            grid = np.stack(np.meshgrid(*[pair] * 5), axis=-1).reshape(-1, 5)
            for sent in grid:
                load = np.bincount(sent, weights=weight, minlength=4)
                if (load <= capacity).all():
                    values.append(float((weight * times[np.arange(5), sent]).sum()))
        if not values:
            with pytest.raises(InfeasibleError):
                p_median(times, weight, 2, capacity=capacity)
            continue
        found = p_median(times, weight, 2, capacity=capacity)
        load = np.bincount(found.allocation, weights=weight, minlength=4)
        assert (load <= capacity).all()
        assert found.objective == min(values)
        assert found.status == "optimal"
