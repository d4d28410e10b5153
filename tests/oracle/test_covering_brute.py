"""Covering models against enumeration of every set of sites, in hundreds of small worlds."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from coverplan.errors import InfeasibleError
from coverplan.placement.chain import Chain, place_by_goals
from coverplan.placement.decay import Decay
from coverplan.placement.lscp import lscp
from coverplan.placement.mclp import mclp, mclp_streamed
from coverplan.placement.result import Status

CUTOFF = 15.0


class World:
    """A small random county, and every set of sites in it."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.n, self.m = int(rng.integers(3, 13)), int(rng.integers(3, 8))
        self.times = rng.integers(0, 40, (self.n, self.m)).astype(float)
        self.times[rng.random((self.n, self.m)) < 0.15] = np.inf
        self.weight = rng.integers(0, 50, self.n).astype(float)
        self.zone = rng.integers(0, 3, self.m)
        self.group = np.array(["东", "西", "北"])[rng.integers(0, 3, self.n)]
        self.existing = rng.random(self.m) < 0.25
        self.cost = rng.integers(1, 10, self.m).astype(float)
        place = rng.random((self.m, 2)) * 10
        self.apart = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
        self.new_sites = int(rng.integers(0, 4))
        self.within = self.times <= CUTOFF

    def sets(self):
        for bits in itertools.product([False, True], repeat=self.m):
            yield np.array(bits)

    def rules(self):
        """Draw rules on sites, and say the same as a function of a set."""
        rng, m = self.rng, self.m
        options: dict[str, object] = {}
        tests = []
        existing = self.existing
        options["existing"] = existing
        closable = np.zeros(m, dtype=bool)
        close_cost = np.zeros(m)
        if rng.random() < 0.3 and existing.any():
            closable = existing & (rng.random(m) < 0.6)
            close_cost = np.where(closable, rng.integers(0, 5, m), 0).astype(float)
            options["close"] = {int(j): close_cost[j] for j in np.flatnonzero(closable)}
        stays = existing & ~closable
        tests.append(lambda y: (y | ~stays).all())
        if rng.random() < 0.3:
            required = rng.random(m) < 0.2
            options["required"] = required
            tests.append(lambda y: (y | ~required).all())
        else:
            required = np.zeros(m, dtype=bool)
        if rng.random() < 0.3:
            forbidden = (rng.random(m) < 0.2) & ~stays & ~required
            options["forbidden"] = forbidden
            tests.append(lambda y: not (y & forbidden).any())
        if rng.random() < 0.35:
            names = np.unique(self.zone)
            least = {int(z): int(rng.integers(0, 2)) for z in names}
            most = {int(z): int(rng.integers(1, 4)) for z in names}
            options |= {"zone": self.zone, "zone_min": least, "zone_max": most}
            tests.append(
                lambda y: all(least[z] <= y[self.zone == z].sum() <= most[z] for z in least)
            )
        if rng.random() < 0.35:
            budget = float(rng.integers(9, 25))
            options |= {"cost": self.cost, "budget": budget}
            tests.append(
                lambda y: self.cost[y & ~existing].sum() + close_cost[existing & ~y].sum() <= budget
            )
        if rng.random() < 0.35:
            distance = float(rng.random() * 4)
            options["spacing"] = (distance, self.apart)
            near = (self.apart < distance) & ~np.eye(m, dtype=bool)
            near &= ~(existing[:, None] & existing[None, :])
            tests.append(lambda y: not near[np.ix_(y, y)].any())
        return options, lambda y: all(test(y) for test in tests)

    def fits(self, y, new_sites):
        return (y & ~self.existing).sum() <= new_sites

    def covered(self, y, backup=0):
        return self.within[:, y].sum(axis=1) > backup


def first(sets):
    return min(sets, key=lambda y: (int(y.sum()), np.flatnonzero(y).tolist()))


def best_of(world, allowed, value):
    """Return the best value and the first of the best sets, or None where nothing is allowed."""
    found = [(value(y), y) for y in world.sets() if allowed(y)]
    if not found:
        return None
    top = max(v for v, _ in found)
    return top, first([y for v, y in found if v >= top - 1e-9])


def assert_same(call, answer):
    if answer is None:
        with pytest.raises(InfeasibleError):
            call()
        return None
    placement = call()
    value, y = answer
    assert placement.status is Status.OPTIMAL
    assert placement.objective == pytest.approx(value, abs=1e-6)
    assert placement.bound == pytest.approx(value, abs=1e-6)
    assert placement.chosen.tolist() == np.flatnonzero(y).tolist()
    return placement


@pytest.mark.parametrize("seed", range(120))
def test_most_people_under_drawn_rules_equals_enumeration(seed):
    world = World(seed)
    options, allowed = world.rules()
    answer = best_of(
        world,
        lambda y: allowed(y) and world.fits(y, world.new_sites),
        lambda y: float(world.weight[world.covered(y)].sum()),
    )
    times = world.times
    if seed % 3 == 0:
        times = sparse.csr_array(
            (times[np.isfinite(times)], np.nonzero(np.isfinite(times))), shape=times.shape
        )
    placement = assert_same(
        lambda: mclp(times, world.weight, CUTOFF, world.new_sites, limit=40.0, **options), answer
    )
    if placement is not None:
        served = placement.allocation >= 0
        assert served.tolist() == world.covered(answer[1]).tolist()


@pytest.mark.parametrize("seed", range(60))
def test_most_people_with_fixed_sites_only_equals_enumeration(seed):
    world = World(1000 + seed)
    required = np.flatnonzero(world.rng.random(world.m) < 0.2)
    answer = best_of(
        world,
        lambda y: (
            world.fits(y, world.new_sites)
            and (y | ~world.existing).all()
            and set(required) <= set(np.flatnonzero(y))
        ),
        lambda y: float(world.weight[world.covered(y)].sum()),
    )
    rules = {"existing": world.existing, "required": required}
    assert_same(lambda: mclp(world.times, world.weight, CUTOFF, world.new_sites, **rules), answer)

    def chunks() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for at in range(0, world.n, 2):
            yield world.times[at : at + 2], world.weight[at : at + 2]

    assert_same(lambda: mclp_streamed(chunks, world.m, CUTOFF, world.new_sites, **rules), answer)


@pytest.mark.parametrize("seed", range(60))
def test_backup_counts_only_points_with_a_second_site(seed):
    world = World(2000 + seed)
    answer = best_of(
        world,
        lambda y: world.fits(y, world.new_sites) and (y | ~world.existing).all(),
        lambda y: float(world.weight[world.covered(y, 1)].sum()),
    )
    assert_same(
        lambda: mclp(
            world.times, world.weight, CUTOFF, world.new_sites, existing=world.existing, backup=1
        ),
        answer,
    )


def faded(world, y, worth):
    nearest = np.where(y.any(), np.min(world.times[:, y], axis=1, initial=np.inf), np.inf)
    return float(world.weight @ np.array([worth(t) for t in nearest]))


@pytest.mark.parametrize("seed", range(60))
def test_fading_coverage_equals_enumeration(seed):
    world = World(3000 + seed)
    decay: Decay = 35.0
    if seed % 2:
        decay = [(10.0, 1.0), (20.0, 0.5), (30.0, 0.25)]

        def worth(t: float) -> float:
            return next((share for minutes, share in decay if t <= minutes), 0.0)
    else:

        def worth(t: float) -> float:
            return min(1.0, max(0.0, (35.0 - t) / 20.0))

    answer = best_of(
        world,
        lambda y: world.fits(y, world.new_sites) and (y | ~world.existing).all(),
        lambda y: faded(world, y, worth),
    )
    assert_same(
        lambda: mclp(
            world.times, world.weight, CUTOFF, world.new_sites, existing=world.existing, decay=decay
        ),
        answer,
    )


def flow_served(world, y, room):
    n, m = world.n, world.m
    graph = np.zeros((n + m + 2, n + m + 2), dtype=np.int32)
    graph[0, 1 : n + 1] = world.weight
    graph[1 : n + 1, n + 1 : n + m + 1] = np.where(world.within & y, 10_000, 0)
    graph[n + 1 : n + m + 1, -1] = np.where(y, room, 0)
    return float(maximum_flow(sparse.csr_array(graph), 0, n + m + 1).flow_value)


@pytest.mark.parametrize("seed", range(40))
def test_capacities_equal_enumeration_with_maximum_flow(seed):
    world = World(4000 + seed)
    room = world.rng.integers(0, 80, world.m).astype(float)
    answer = best_of(
        world,
        lambda y: world.fits(y, world.new_sites) and (y | ~world.existing).all(),
        lambda y: flow_served(world, y, room),
    )
    assert_same(
        lambda: mclp(
            world.times,
            world.weight,
            CUTOFF,
            world.new_sites,
            existing=world.existing,
            capacity=room,
        ),
        answer,
    )


def shares(world, y):
    covered = world.covered(y)
    names = [g for g in np.unique(world.group) if world.weight[world.group == g].sum() > 0]
    return [
        float(
            world.weight[(world.group == g) & covered].sum() / world.weight[world.group == g].sum()
        )
        for g in names
    ]


@pytest.mark.parametrize("seed", range(50))
def test_worst_off_first_equals_enumeration(seed):
    world = World(5000 + seed)
    only = None if seed % 2 else 2
    found = []
    for y in world.sets():
        if world.fits(y, world.new_sites) and (y | ~world.existing).all():
            ranked = sorted(shares(world, y))
            key = ranked if only is None else [sum(ranked[:only])]
            people = float(world.weight[world.covered(y)].sum())
            found.append((tuple(np.round(key, 9)), people, y))
    top = max(entry[:2] for entry in found)
    answer = top[1], first([y for key, people, y in found if (key, people) == top])
    assert_same(
        lambda: mclp(
            world.times,
            world.weight,
            CUTOFF,
            world.new_sites,
            existing=world.existing,
            group=world.group,
            fair="worst_first" if only is None else only,
        ),
        answer,
    )


@pytest.mark.parametrize("seed", range(50))
def test_floors_of_groups_equal_enumeration(seed):
    world = World(6000 + seed)
    floor = float(world.rng.choice([0.2, 0.5, 0.8]))
    answer = best_of(
        world,
        lambda y: (
            world.fits(y, world.new_sites)
            and (y | ~world.existing).all()
            and all(share >= floor - 1e-9 for share in shares(world, y))
        ),
        lambda y: float(world.weight[world.covered(y)].sum()),
    )
    assert_same(
        lambda: mclp(
            world.times,
            world.weight,
            CUTOFF,
            world.new_sites,
            existing=world.existing,
            group=world.group,
            group_floor=floor,
        ),
        answer,
    )


@pytest.mark.parametrize("seed", range(120))
def test_fewest_and_cheapest_sites_equal_enumeration(seed):
    world = World(7000 + seed)
    options, allowed = world.rules()
    share = float(world.rng.choice([0.6, 0.85, 1.0]))
    backup = int(world.rng.random() < 0.2)
    priced = "cost" in options
    closing = options.get("close", {})
    total = float(world.weight.sum())

    def enough(y: np.ndarray) -> bool:
        covered = world.covered(y, backup)
        if share == 1.0:
            return covered.all()
        return world.weight[covered].sum() >= share * total - 1e-9

    def price(y: np.ndarray) -> float:
        new = y & ~world.existing
        if not priced:
            return -float(new.sum())
        closed = sum(money for j, money in closing.items() if not y[j])
        return -float(world.cost[new].sum() + closed)

    answer = best_of(world, lambda y: allowed(y) and enough(y), price)
    if answer is not None:
        answer = -answer[0], answer[1]
    assert_same(
        lambda: lscp(
            world.times, CUTOFF, weight=world.weight, share=share, backup=backup, **options
        ),
        answer,
    )


@pytest.mark.parametrize("seed", range(60))
def test_goals_in_order_of_rank_equal_enumeration(seed):
    world = World(8000 + seed)
    needs = np.unique(world.zone).tolist()
    longest = float(world.times[np.isfinite(world.times)].max())

    def serves(y: np.ndarray) -> bool:
        stays = bool((y | ~world.existing).all())
        return stays and all(bool(y[world.zone == z].any()) for z in needs)

    needed = min(int((y & ~world.existing).sum()) for y in world.sets() if serves(y))
    new_sites = None if seed % 3 == 0 else world.new_sites
    allowed = needed if new_sites is None else new_sites

    def call() -> Chain:
        return place_by_goals(
            world.zone,
            existing=world.existing,
            new_sites=new_sites,
            times=world.times,
            weight=world.weight,
            cutoff=CUTOFF,
        )

    if allowed < needed:
        with pytest.raises(InfeasibleError):
            call()
        return
    rank = []
    for y in world.sets():
        if serves(y) and world.fits(y, allowed):
            people = float(world.weight[world.covered(y)].sum())
            nearest = np.minimum(np.min(world.times[:, y], axis=1, initial=np.inf), longest)
            rank.append((-people, float(world.weight @ nearest), y))
    top = min(entry[:2] for entry in rank)
    answer = first([y for people, minutes, y in rank if (people, minutes) == top])
    chain = call()
    assert chain.needed == needed
    assert chain.placement.chosen.tolist() == np.flatnonzero(answer).tolist()
    assert [stage.status for stage in chain.stages] == [Status.OPTIMAL] * 3
    assert chain.stages[1].value == -top[0]
    assert chain.stages[2].value * max(world.weight.sum(), 1e-300) == pytest.approx(top[1])
    assert sorted(step.site for step in chain.steps) == chain.placement.added.tolist()
    assert chain.unplaced == allowed - len(chain.steps)
