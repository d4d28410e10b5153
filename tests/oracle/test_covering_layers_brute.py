"""Curve, evidence, near plans, rule prices, phases, worlds and certificates against enumeration."""

import dataclasses
import itertools
import json

import numpy as np
import pytest

from coverplan.placement.alternatives import near_plans, rule_prices
from coverplan.placement.certificate import certificate, verify
from coverplan.placement.curve import placement_curve
from coverplan.placement.evidence import Label, site_evidence
from coverplan.placement.mclp import mclp
from coverplan.placement.phasing import phased, replanned
from coverplan.placement.result import Status
from coverplan.placement.stability import least_regret, stability

CUTOFF = 15.0


def county(seed, n=10, m=6):
    rng = np.random.default_rng(seed)
    times = rng.integers(0, 40, (n, m)).astype(float)
    weight = rng.integers(1, 50, n).astype(float)
    return times, weight, rng


def people(times, weight, sites):
    return float(weight[(times[:, list(sites)] <= CUTOFF).any(axis=1)].sum())


def subsets(m, most, base=()):
    rest = [j for j in range(m) if j not in base]
    for size in range(most + 1):
        for extra in itertools.combinations(rest, size):
            yield tuple(sorted((*base, *extra)))


def most_people(times, weight, count, base=(), without=(), force=()):
    sets = [
        s
        for s in subsets(times.shape[1], count, base)
        if not set(s) & set(without) and set(force) <= set(s)
    ]
    return max(people(times, weight, s) for s in sets)


@pytest.mark.parametrize("seed", range(25))
def test_every_point_of_the_curve_is_the_best_of_all_sets(seed):
    times, weight, rng = county(seed)
    existing = [int(rng.integers(0, 6))] if seed % 2 else []
    curve = placement_curve(times, weight, CUTOFF, 5, existing=existing)
    truth = [most_people(times, weight, n, existing) for n in range(6)]
    assert curve.people.tolist() == curve.bound.tolist() == truth
    assert curve.proven
    assert curve.marginal.sum() == truth[-1]


@pytest.mark.parametrize("seed", range(25))
def test_labels_and_losses_of_candidates_equal_enumeration(seed):
    times, weight, _ = county(100 + seed)
    best = most_people(times, weight, 2)
    optima = [s for s in subsets(6, 2) if people(times, weight, s) == best]
    plan = mclp(times, weight, CUTOFF, 2)
    within = times <= CUTOFF
    for one in site_evidence(times, weight, CUTOFF, 2, plan=plan):
        chosen = one.site in plan.chosen
        assert one.chosen == chosen
        if chosen:
            loss = best - most_people(times, weight, 2, without=[one.site])
        else:
            loss = best - most_people(times, weight, 2, force=[one.site])
        assert one.loss_low == one.loss_high == loss
        always = all(one.site in s for s in optima)
        ever = any(one.site in s for s in optima)
        if one.label is Label.BACKBONE:
            assert always
        elif one.label is Label.INTERCHANGEABLE:
            assert loss == 0
            # The partners make a plan of equal worth.
            now = set(plan.chosen.tolist())
            swaps = [(now ^ {one.site, other}) for other in one.partners]
            if one.also or not swaps:
                swaps = [now ^ {one.site, *one.partners, *one.also}]
            assert all(people(times, weight, then) == best for then in swaps)
            assert all(len(then) <= 2 for then in swaps)
        else:
            assert not ever
            if one.label is Label.DOMINATED:
                assert (within[:, one.site] <= within[:, one.dominated_by]).all()


@pytest.mark.parametrize("seed", range(15))
def test_near_plans_are_near_and_as_different_as_can_be(seed):
    times, weight, _ = county(200 + seed, m=7)
    best = most_people(times, weight, 3)
    plans = near_plans(times, weight, CUTOFF, 3, within=0.1, most=3)
    near = [s for s in subsets(7, 3) if people(times, weight, s) >= 0.9 * best - 1e-9]
    assert plans[0].people == best
    for rank, plan in enumerate(plans):
        assert plan.people == people(times, weight, plan.chosen) == best - plan.loss
        if rank:
            before = [set(p.chosen) for p in plans[:rank]]
            apart = {s: min(len(b - set(s)) for b in before) for s in near}
            assert plan.differs == max(apart.values())
            equals = [people(times, weight, s) for s in near if apart[s] == plan.differs]
            assert plan.people == max(equals)


@pytest.mark.parametrize("seed", range(15))
def test_the_price_of_a_rule_is_the_difference_without_it(seed):
    times, weight, rng = county(300 + seed)
    zone = rng.permutation(["a", "a", "b", "b", "c", "c"])
    least = {"a": 1, "b": 1}
    prices = rule_prices(
        times, weight, CUTOFF, 2, zone=zone, zone_min=least, forbidden=[int(rng.integers(0, 6))]
    )
    assert [price.rule for price in prices] == ["zone_min", "forbidden"]
    for price in prices:
        assert price.people == price.people_without - price.people_with >= 0
        assert price.sites is not None
        assert price.sites >= 0
    shut = prices[0]
    assert shut.proven


def orders(m, caps):
    """Every way to open sites year by year."""
    if not caps:
        yield ()
        return
    for count in range(caps[0] + 1):
        for first in itertools.combinations(range(m), count):
            for rest in orders(m, caps[1:]):
                if not set(first) & {j for year in rest for j in year}:
                    yield (first, *rest)


def person_years(times, weight, order, base=()):
    total, now = 0.0, list(base)
    for year in order:
        now += year
        total += people(times, weight, now)
    return total


@pytest.mark.parametrize("seed", range(12))
def test_phases_reach_the_most_person_years_of_all_orders(seed):
    times, weight, _ = county(400 + seed, n=8, m=5)
    caps = [[1, 1, 1], [2, 1], [1, 2]][seed % 3]
    plan = phased(times, weight, CUTOFF, caps)
    truth = max(person_years(times, weight, order) for order in orders(5, caps))
    assert plan.total == plan.bound == truth
    assert person_years(times, weight, plan.opened) == truth
    assert plan.status is Status.OPTIMAL
    assert all(len(year) <= cap for year, cap in zip(plan.opened, caps, strict=True))
    assert sum(plan.greedy) <= truth
    assert plan.final_best == most_people(times, weight, sum(caps))
    assert plan.regret == plan.final_best - plan.people[-1] >= 0


@pytest.mark.parametrize("seed", range(12))
def test_yearly_money_is_kept_in_every_year(seed):
    times, weight, rng = county(500 + seed, n=8, m=5)
    cost = rng.integers(1, 6, 5).astype(float)
    money = [5.0, 4.0]
    plan = phased(times, weight, CUTOFF, [2, 2], cost=cost, budgets=money)
    allowed = [
        order
        for order in orders(5, [2, 2])
        if all(cost[list(y)].sum() <= limit for y, limit in zip(order, money, strict=True))
    ]
    assert plan.opened in allowed or all(cost[list(y)].sum() <= 5 for y in plan.opened)
    assert plan.total == max(person_years(times, weight, order) for order in allowed)


@pytest.mark.parametrize("seed", range(8))
def test_replanning_keeps_most_of_the_old_plan_that_the_best_total_allows(seed):
    times, weight, rng = county(600 + seed, n=8, m=6)
    old = phased(times, weight, CUTOFF, [1, 1, 1])
    # Another site was built in the first year.
    others = [j for j in range(6) if j not in old.opened[0]]
    built = [int(rng.choice(others))]
    new = replanned(times, weight, CUTOFF, [1, 1], old.opened[1:], give_up=0.05, existing=built)
    ways = [order for order in orders(6, [1, 1]) if not set(built) & {j for y in order for j in y}]
    best = max(person_years(times, weight, order, built) for order in ways)

    def kept(order: tuple[tuple[int, ...], ...]) -> int:
        now = set(built)
        count = 0
        for year, planned in zip(order, old.opened[1:], strict=True):
            now |= set(year)
            count += len(now & set(planned))
        return count

    near = [o for o in ways if person_years(times, weight, o, built) >= 0.95 * best - 1e-9]
    most = max(kept(order) for order in near)
    assert kept(new.opened) == most
    assert new.total == max(person_years(times, weight, o, built) for o in near if kept(o) == most)


@pytest.mark.parametrize("seed", range(15))
def test_regret_over_worlds_equals_enumeration(seed):
    rng = np.random.default_rng(700 + seed)
    base = rng.integers(5, 30, (9, 5)).astype(float)
    weight = rng.integers(1, 40, 9).astype(float)
    worlds = [(base, weight)]
    worlds += [(base * rng.uniform(0.7, 1.3, (9, 1)), weight) for _ in range(3)]
    sets = list(subsets(5, 2))
    table = np.array([[people(t, w, s) for s in sets] for t, w in worlds])
    best = table.max(axis=1)
    found = stability(worlds, CUTOFF, 2)
    assert found.proven
    assert found.best.tolist() == best.tolist()
    own = [people(t, w, found.plan) for t, w in worlds]
    assert found.regret.tolist() == (best - own).tolist()
    assert set(found.flips.tolist()) == set(np.flatnonzero(best - own > 0).tolist())
    assert (np.diff(found.regret[found.flips]) <= 0).all()
    robust = least_regret(worlds, CUTOFF, 2)
    truth = (best[:, None] - table).max(axis=0).min()
    assert robust.largest == robust.bound == truth
    assert robust.status is Status.OPTIMAL


@pytest.mark.parametrize("seed", range(30))
def test_a_certificate_proves_the_plan_and_a_damaged_one_does_not(seed):
    times, weight, rng = county(800 + seed, n=25, m=12)
    existing = [int(rng.integers(0, 12))] if seed % 2 else []
    count = 2 + seed % 3
    plan = mclp(times, weight, CUTOFF, count, existing=existing)
    paper = json.loads(
        json.dumps(certificate(times, weight, CUTOFF, count, plan, existing=existing))
    )
    verdict = verify(paper, times, weight)
    assert verdict.optimal
    assert verdict.bound == verdict.covered == most_people(times, weight, count, existing)
    # Claim one person more, or a worse plan: neither is proven.
    assert not verify({**paper, "people": paper["people"] + 1}, times, weight).optimal
    worse = [j for j in range(12) if j not in existing][:count]
    if people(times, weight, [*existing, *worse]) < verdict.covered:
        assert not verify({**paper, "chosen": existing + worse}, times, weight).optimal
    assert not verify(paper, times, weight + 1.0).inputs
    more = verify({**paper, "new_sites": count + 3}, times, weight)
    assert more.bound >= most_people(times, weight, count + 3, existing)


@pytest.mark.parametrize("seed", range(10))
def test_no_multipliers_whatever_prove_too_much(seed):
    """A forged certificate never gives a bound below the truth."""
    times, weight, rng = county(900 + seed, n=15, m=8)
    plan = mclp(times, weight, CUTOFF, 2)
    paper = certificate(times, weight, CUTOFF, 2, plan)
    truth = most_people(times, weight, 2)
    for _ in range(20):
        at = rng.choice(8, 5, replace=False).tolist()
        v = rng.integers(-(2**20), 2**24, 5).tolist()
        leaf = {"at": at, "v": v}
        fork = {"site": int(rng.integers(0, 8)), "open": leaf, "shut": leaf}
        for tree in (leaf, fork):
            assert verify({**paper, "tree": tree}, times, weight).bound >= truth


def test_where_branches_run_out_the_bound_still_holds():
    times, weight, _ = county(1234, n=60, m=25)
    plan = mclp(times, weight, CUTOFF, 4)
    paper = certificate(times, weight, CUTOFF, 4, plan, branches=0)
    verdict = verify(paper, times, weight)
    assert verdict.bound_holds
    assert verdict.covered == plan.objective <= verdict.bound
    assert dataclasses.asdict(verdict)["rules"]
