"""Rules that cannot all hold: those named cannot, and without any one of them the others can."""

from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from coverplan.errors import InfeasibleError, InputError
from coverplan.placement.mclp import mclp
from coverplan.placement.p_median import p_median

RULE = "placement_covering.rule."
ZONES = ["甲镇", "乙镇", "丙乡"]
NAMES = [f"点{number}" for number in range(6)]
ZONE = ["甲镇", "甲镇", "乙镇", "乙镇", "丙乡", "丙乡"]


def rules(seed: int) -> tuple[int, dict[str, Any]]:
    random = np.random.default_rng(seed)
    place = random.uniform(0, 10, (6, 2))
    apart = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    given_rules: dict[str, Any] = {
        "zone": ZONE,
        "zone_min": {name: 1 for name in ZONES if random.random() < 0.7},
        "zone_max": {name: 1 for name in ZONES if random.random() < 0.5},
        "required": sorted(random.choice(6, int(random.integers(0, 3)), replace=False).tolist()),
        "spacing": (float(random.uniform(1, 9)), apart),
    }
    left = [column for column in range(6) if column not in given_rules["required"]]
    given_rules["forbidden"] = [one for one in left if random.random() < 0.3]
    return int(random.integers(1, 4)), given_rules


def only(
    named: list[tuple[str, str]], new_sites: int, whole: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    """Return the question that is left of the rules that are named, and of no others."""
    found = {key: {what for name, what in named if name == key} for key, _ in named}
    rest: dict[str, Any] = {"zone": ZONE}
    for key in ("zone_min", "zone_max"):
        rest[key] = {zone: n for zone, n in whole[key].items() if zone in found.get(key, ())}
    for key in ("required", "forbidden"):
        rest[key] = [one for one in whole[key] if NAMES[one] in found.get(key, ())]
    if "spacing" in found:
        rest["spacing"] = whole["spacing"]
    return (new_sites if "new_sites" in found else 6), rest


def holds(model: Any, count: int, options: dict[str, Any]) -> bool:
    minutes = np.full((2, 6), 5.0)
    task = (minutes, [1, 1], 9.0, count) if model is mclp else (minutes, [1, 1], count)
    try:
        model(*task, names=NAMES, **options)
    except InfeasibleError:
        return False
    return True


def told_of(model: Any, count: int, options: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rules that the message names; none where a placement exists."""
    minutes = np.full((2, 6), 5.0)
    task = (minutes, [1, 1], 9.0, count) if model is mclp else (minutes, [1, 1], count)
    try:
        model(*task, names=NAMES, **options)
    except InfeasibleError as error:
        kept = [one for one in error.problems if one.key.startswith(RULE)]
        return [(one.key.removeprefix(RULE), str(one.found)) for one in kept]
    except InputError:  # a zone whose least is above its most, told before anything is solved
        return []
    return []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(some.integers(0, 10**6), some.sampled_from([mclp, p_median]))
def test_the_named_rules_cannot_hold_and_without_any_one_the_others_can(seed, model):
    new_sites, whole = rules(seed)
    named = told_of(model, new_sites, whole)
    assume(bool(named))
    count, rest = only(named, new_sites, whole)
    assert not holds(model, count, rest)
    for one in named:
        count, rest = only([other for other in named if other != one], new_sites, whole)
        assert holds(model, count, rest), one
