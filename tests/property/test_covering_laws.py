"""Laws that every covering model keeps, whatever the county."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from coverplan.placement.lscp import lscp
from coverplan.placement.mclp import mclp
from coverplan.placement.multipliers import bound_by_relaxation, bound_cover, greedy
from coverplan.placement.signatures import dominators, signatures, signatures_streamed

few_solves = settings(max_examples=40, deadline=None)


@st.composite
def counties(draw, most_points=12, most_sites=7):
    n = draw(st.integers(1, most_points))
    m = draw(st.integers(1, most_sites))
    minutes = st.one_of(st.integers(0, 30).map(float), st.just(np.inf))
    row = st.lists(minutes, min_size=m, max_size=m)
    times = np.array(draw(st.lists(row, min_size=n, max_size=n)))
    weight = np.array(draw(st.lists(st.integers(0, 99), min_size=n, max_size=n)), dtype=float)
    return times, weight


@few_solves
@given(counties(), st.integers(0, 25), st.integers(0, 5), st.integers(0, 3))
def test_a_longer_cutoff_or_another_site_never_covers_less(county, cutoff, more, count):
    times, weight = county
    base = mclp(times, weight, cutoff, count).objective
    assert mclp(times, weight, cutoff + more, count).objective >= base
    assert mclp(times, weight, cutoff, count + 1).objective >= base


@few_solves
@given(counties(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_points_and_sites_does_not_matter(county, count, random):
    times, weight = county
    rows, columns = list(range(times.shape[0])), list(range(times.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    one = mclp(times, weight, 15.0, count)
    other = mclp(times[np.ix_(rows, columns)], weight[rows], 15.0, count)
    assert one.objective == other.objective
    same_sites = mclp(times[rows], weight[rows], 15.0, count)
    assert same_sites.chosen.tolist() == one.chosen.tolist()


@few_solves
@given(counties(), st.integers(0, 3), st.data())
def test_splitting_a_demand_point_changes_nothing(county, count, data):
    times, weight = county
    at = data.draw(st.integers(0, weight.size - 1))
    part = data.draw(st.integers(0, int(weight[at])))
    split = np.append(weight, float(part))
    split[at] -= part
    one = mclp(times, weight, 15.0, count)
    other = mclp(np.vstack([times, times[at]]), split, 15.0, count)
    assert other.objective == one.objective
    assert other.chosen.tolist() == one.chosen.tolist()


@few_solves
@given(counties(), st.integers(1, 3))
def test_the_best_plan_is_at_least_the_greedy_one_and_at_most_its_bound(county, count):
    times, weight = county
    merged = signatures(times, 15.0, weight)
    matrix = merged.matrix()
    steps = greedy(sparse.csr_array(matrix.T), merged.weight, min(count, times.shape[1]))
    stepwise = weight[(times[:, steps] <= 15.0).any(axis=1)].sum()
    best = mclp(times, weight, 15.0, count)
    assert stepwise <= best.objective <= weight.sum()
    for bounded in (
        bound_cover(matrix, merged.weight, count),
        bound_by_relaxation(matrix, merged.weight, count),
    ):
        assert bounded.value <= best.objective <= bounded.bound + 1e-6
        opened = min(count, times.shape[1])
        useless = bounded.cannot_help(opened, best.objective)
        assert not useless[best.chosen].any()


@few_solves
@given(counties())
def test_the_fewest_sites_that_cover_all_are_what_the_most_people_need(county):
    times, _ = county
    times[:, 0] = np.minimum(times[:, 0], 15.0)
    fewest = lscp(times, 15.0)
    everyone = np.ones(times.shape[0])
    count = int(fewest.objective)
    assert mclp(times, everyone, 15.0, count).objective == everyone.sum()
    assert mclp(times, everyone, 15.0, count - 1).objective < everyone.sum()


@settings(max_examples=200, deadline=None)
@given(counties(most_points=30), st.integers(0, 30), st.integers(1, 7))
def test_merging_is_without_loss_dense_sparse_or_in_chunks(county, cutoff, step):
    times, weight = county
    merged = signatures(times, cutoff, weight)
    covers = merged.matrix().toarray() > 0
    # Every point has exactly the set of its signature, and no two signatures are alike.
    assert (covers[merged.member] == (times <= cutoff)).all()
    assert np.unique(covers, axis=0).shape[0] == merged.n_signatures
    assert merged.weight.tolist() == [
        weight[merged.member == s].sum() for s in range(merged.n_signatures)
    ]
    kept = np.isfinite(times)
    rows, columns = np.nonzero(kept)
    coded = sparse.csr_array((times[kept], (rows, columns)), shape=times.shape)
    chunks = [(times[at : at + step], weight[at : at + step]) for at in range(0, weight.size, step)]
    for other in (
        signatures(coded, cutoff, weight),
        signatures_streamed(chunks, cutoff, times.shape[1]),
    ):
        assert other.start.tolist() == merged.start.tolist()
        assert other.column.tolist() == merged.column.tolist()
        assert other.weight.tolist() == merged.weight.tolist()


@settings(max_examples=200, deadline=None)
@given(counties(most_points=10), st.lists(st.integers(1, 3), min_size=7, max_size=7))
def test_a_dominating_site_covers_all_and_costs_no_more(county, prices):
    times, weight = county
    cost = np.array(prices, dtype=float)[: times.shape[1]]
    merged = signatures(times, 15.0, weight)
    by = dominators(merged, cost)
    covers = (merged.matrix().toarray() > 0)[merged.weight > 0]
    for site, better in enumerate(by.tolist()):
        if better >= 0:
            assert by[better] == -1
            assert not (covers[:, site] & ~covers[:, better]).any()
            assert cost[better] <= cost[site]
