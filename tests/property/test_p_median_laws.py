"""Laws of p-median and p-center that hold in every county."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from coverplan.placement.p_center import p_center
from coverplan.placement.p_median import p_median

shapes = st.tuples(st.integers(1, 8), st.integers(2, 6))
minutes = shapes.flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=st.integers(0, 60).map(float))
)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=25, deadline=None)
@given(minutes, st.integers(1, 4))
def test_one_more_site_is_never_worse(times, new_sites):
    for model in (lambda n: p_median(times, None, n), lambda n: p_center(times, n)):
        assert model(new_sites + 1).objective <= model(new_sites).objective


@settings(max_examples=25, deadline=None)
@given(minutes, seeds)
def test_the_order_of_rows_and_columns_does_not_matter(times, seed):
    random = np.random.default_rng(seed)
    rows, columns = random.permutation(times.shape[0]), random.permutation(times.shape[1])
    weight = random.integers(1, 50, times.shape[0])
    turned = times[rows][:, columns]
    assert p_median(turned, weight[rows], 2).objective == p_median(times, weight, 2).objective
    assert p_center(turned, 2).objective == p_center(times, 2).objective


@settings(max_examples=25, deadline=None)
@given(minutes, seeds)
def test_splitting_a_demand_point_changes_nothing(times, seed):
    random = np.random.default_rng(seed)
    weight = random.integers(2, 50, times.shape[0])
    split = np.vstack([times, times[:1]])
    parts = np.concatenate([weight, [1]])
    parts[0] -= 1
    whole, halves = p_median(times, weight, 2), p_median(split, parts, 2)
    assert whole.objective == halves.objective
    assert whole.chosen.tolist() == halves.chosen.tolist()
    assert p_center(split, 2).objective == p_center(times, 2).objective


@settings(max_examples=25, deadline=None)
@given(minutes, st.integers(1, 3), seeds)
def test_no_seed_changes_the_answer_of_a_small_county(times, new_sites, seed):
    assert p_median(times, None, new_sites) == p_median(times, None, new_sites, seed=seed)


@settings(max_examples=25, deadline=None)
@given(minutes)
def test_existing_sites_are_never_a_burden(times):
    with_one = p_median(times, None, 1, existing=[0])
    assert with_one.objective <= p_median(times, None, 1).objective
    assert 0 in with_one.chosen
    assert with_one.added.size <= 1
