"""A certificate is accepted if and only if its plan is the best of all: against enumeration."""

import copy
import json
from itertools import product

import numpy as np
import pytest

from coverplan.errors import InputError
from coverplan.placement.certificate import certificate, verify
from coverplan.placement.mclp import mclp
from coverplan.placement.median_certificate import median_certificate, verify_median

CUTOFF = 15.0
SITES = 7
PLANS = np.array(list(product((False, True), repeat=SITES)))


def world(seed):
    """A small county: minutes, people, zones, rules, and every plan that keeps the rules."""
    rng = np.random.default_rng((53, seed))
    n = int(rng.integers(4, 16))
    minutes = rng.integers(1, 40, (n, SITES)).astype(float)
    minutes[rng.random(minutes.shape) < 0.1] = np.inf
    people = rng.integers(0, 500, n).astype(float)
    shuffled = rng.permutation(SITES)
    rules = {
        "existing": shuffled[: seed % 3].tolist(),
        "required": shuffled[3:4].tolist() if seed % 5 == 0 else [],
        "forbidden": shuffled[4:5].tolist() if seed % 4 == 0 else [],
    }
    zone = rng.integers(0, 4, SITES).astype(str)
    names = np.unique(zone)
    needs = {str(name): 1 for name in names[: int(rng.integers(0, names.size + 1))]}
    if seed % 7 == 0:
        needs = dict.fromkeys(needs, 2)
    count = int(rng.integers(1, 5))
    existing = np.isin(np.arange(SITES), rules["existing"])
    allowed = (PLANS & ~existing).sum(axis=1) <= count
    allowed &= PLANS[:, existing].all(axis=1) & PLANS[:, rules["required"]].all(axis=1)
    allowed &= ~PLANS[:, rules["forbidden"]].any(axis=1)
    zoned = allowed.copy()
    for name, least in needs.items():
        zoned &= PLANS[:, zone == name].sum(axis=1) >= least
    return minutes, people, zone, needs, count, rules, PLANS[allowed], PLANS[zoned]


def covered(minutes, people, plans):
    within = np.stack([(minutes[:, plan] <= CUTOFF).any(axis=1) for plan in plans])
    return within @ people


def travelled(minutes, people, plans):
    served = people > 0
    nearest = np.stack([minutes[:, plan].min(axis=1, initial=np.inf)[served] for plan in plans])
    return nearest @ people[served]


def through_json(paper):
    return json.loads(json.dumps(paper))


@pytest.mark.parametrize("block", range(10))
def test_a_plan_with_zones_is_accepted_if_and_only_if_no_plan_covers_more(block):
    accepted = refused = forks = 0
    for seed in range(30 * block, 30 * block + 30):
        minutes, people, zone, needs, count, rules, _, plans = world(seed)
        if not len(plans):
            continue
        values = covered(minutes, people, plans)
        rng = np.random.default_rng(seed)
        for number in {int(values.argmax()), int(rng.integers(len(plans)))}:
            paper = through_json(
                certificate(
                    *(minutes, people, CUTOFF, count, np.flatnonzero(plans[number])),
                    **rules,
                    zone=zone,
                    zone_min=needs,
                )
            )
            verdict = verify(paper, minutes, people, zone)
            best = values[number] == values.max()
            assert verdict.rules
            assert verdict.inputs
            assert verdict.covered == values[number]
            assert verdict.bound >= values.max()
            assert verdict.optimal == best, (seed, needs)
            accepted, refused = accepted + best, refused + (not best)
            forks += "site" in paper["tree"]
    assert accepted > 10
    assert refused > 3


@pytest.mark.parametrize("block", range(6))
def test_a_least_travel_plan_is_accepted_if_and_only_if_no_plan_saves_a_minute(block):
    accepted = refused = 0
    for seed in range(30 * block, 30 * block + 30):
        minutes, people, _, _, count, rules, plans, _ = world(seed)
        if not len(plans):
            continue
        values = travelled(minutes, people, plans)
        if not np.isfinite(values.min()):
            continue
        finite = np.flatnonzero(np.isfinite(values))
        rng = np.random.default_rng(seed)
        for number in {int(values.argmin()), int(rng.choice(finite))}:
            plan = np.flatnonzero(plans[number])
            paper = through_json(median_certificate(minutes, people, count, plan, **rules))
            verdict = verify_median(paper, minutes, people)
            best = values[number] == values.min()
            assert verdict.rules
            assert verdict.bound <= values.min()
            assert verdict.covered == pytest.approx(values[number])
            assert verdict.optimal == best, seed
            accepted, refused = accepted + best, refused + (not best)
    assert accepted > 10
    assert refused > 3


def leaves(tree):
    if "site" in tree:
        yield from leaves(tree["open"])
        yield from leaves(tree["shut"])
    else:
        yield tree


def test_no_tampering_makes_a_worse_plan_look_best():
    tried = 0
    for seed in range(60):
        minutes, people, zone, needs, count, rules, _, plans = world(seed)
        values = covered(minutes, people, plans) if len(plans) else np.zeros(1)
        if values.min() == values.max():
            continue
        tried += 1
        worst = np.flatnonzero(plans[int(values.argmin())])
        rng = np.random.default_rng(seed)
        paper = through_json(
            certificate(minutes, people, CUTOFF, count, worst, **rules, zone=zone, zone_min=needs)
        )
        assert not verify(paper, minutes, people, zone).optimal
        for _ in range(5):
            forged = copy.deepcopy(paper)
            forged["people"] = int(values.max())
            for leaf in leaves(forged["tree"]):
                leaf["v"] = rng.integers(-(2**30), 2**40, len(leaf["v"])).tolist()
            verdict = verify(forged, minutes, people, zone)
            assert not verdict.optimal
            assert verdict.bound >= values.max()
        for site in rules["existing"] + rules["required"] + rules["forbidden"]:
            half = {"site": site, "open": paper["tree"], "shut": {"at": [], "v": []}}
            with pytest.raises(InputError, match="certificate"):
                verify({**paper, "tree": half}, minutes, people, zone)
    assert tried > 20


def test_other_times_people_or_zones_are_noticed():
    tried = 0
    for seed in range(60):
        minutes, people, zone, needs, count, rules, _, plans = world(seed)
        if not len(plans) or not needs:
            continue
        tried += 1
        best = np.flatnonzero(plans[int(covered(minutes, people, plans).argmax())])
        paper = certificate(
            minutes, people, CUTOFF, count, best, **rules, zone=zone, zone_min=needs
        )
        assert verify(paper, minutes, people, zone).optimal
        other = zone.copy()
        other[0] = "5"
        for changed in (
            (minutes + 1, people, zone),
            (minutes, people + 1, zone),
            (minutes, people, other),
        ):
            assert not verify(paper, *changed).inputs
            assert not verify(paper, *changed).optimal
        with pytest.raises(InputError, match="certificate"):
            verify(paper, minutes, people)  # zones are spoken of, and none given
    assert tried > 10


def test_fewer_new_sites_than_the_plan_opens_break_the_rules():
    minutes, people, zone, needs, count, rules, _, plans = world(3)
    best = np.flatnonzero(plans[int(covered(minutes, people, plans).argmax())])
    paper = certificate(minutes, people, CUTOFF, count, best, **rules, zone=zone, zone_min=needs)
    added = len(set(best.tolist()) - set(rules["existing"]))
    assert added
    verdict = verify({**paper, "new_sites": added - 1}, minutes, people, zone)
    assert not verdict.rules
    assert not verdict.optimal


def test_a_larger_county_is_proven_with_forks_and_checked_quickly():
    rng = np.random.default_rng(8)
    places = rng.random((300, 2)) * 60
    sites = places[:60]
    minutes = np.hypot(*(places[:, None] - sites[None]).transpose(2, 0, 1))
    people = rng.integers(20, 900, 300).astype(float)

    zone = np.arange(60) % 9
    plan = mclp(minutes, people, 12.0, 12, zone=zone, zone_min=1)
    paper = through_json(certificate(minutes, people, 12.0, 12, plan, zone=zone, zone_min=1))
    verdict = verify(paper, minutes, people, zone)
    assert verdict.optimal
    assert verdict.bound == plan.objective
    assert "site" in paper["tree"]


def test_a_deep_or_endless_tree_is_refused_in_words():
    minutes, people = [[1.0, 2.0]], [1.0]
    paper = certificate(minutes, people, 5.0, 1, [0])
    trees: list[object] = [
        {"at": [9], "v": [1]},
        {"at": [0], "v": [1 << 70]},
        {"site": 5},
        [],
        {"at": [0]},
    ]
    for tree in trees:
        with pytest.raises(InputError, match="certificate"):
            verify({**paper, "tree": tree}, minutes, people)
