import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverplan.errors import InputError
from coverplan.inequality import (
    decile_gap,
    erreygers,
    false_comfort,
    fgt,
    gini,
    lorenz_curve,
    palma,
    shortfall,
    theil,
    worst_off_minutes,
)

INF = np.inf
# Minutes and people of eight places; the figures come from PySAL inequality 1.1.2, each person
# an entry of his own.
MINUTES = [6.6, 4.7, 12.3, 4.0, 2.2, 7.1, 13.3, 5.2]
PEOPLE = [155, 166, 185, 327, 424, 362, 96, 366]


def test_gini_and_theil_agree_with_pysal():
    assert gini(MINUTES, PEOPLE, of="minutes") == pytest.approx(0.2872114055993454, abs=1e-12)
    assert gini(MINUTES, [1] * 8, of="minutes") == pytest.approx(0.2883574007220217, abs=1e-12)
    assert theil(MINUTES, PEOPLE, of="minutes") == pytest.approx(0.13754457976202616, abs=1e-12)
    assert theil(MINUTES, [1] * 8, of="supply") == pytest.approx(0.13675757116545, abs=1e-12)


def test_gini_on_a_share_is_refused_because_covered_and_uncovered_contradict():
    for measure in (gini, palma, theil):
        with pytest.raises(InputError, match="十分之一"):
            measure([0.9, 0.5], [1, 1], of="share")
    # The reason: the same data, once as covered, once as uncovered.
    covered = np.array([0.10, 0.05, 0.02, 0.01])
    assert gini(covered, [1] * 4, of="supply") > 10 * gini(1 - covered, [1] * 4, of="supply")
    with pytest.raises(ValueError, match="minutes"):
        gini([1.0], [1], of="people")


def test_the_gap_between_the_best_and_the_worst_tenth_splits_a_township():
    assert decile_gap([0.9, 0.5, 0.1], [5, 90, 5]) == pytest.approx(40.0)
    assert decile_gap([0.7, 0.7], [5, 95]) == pytest.approx(0.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        decile_gap([90.0], [1])


def test_the_worst_off_tenth_and_those_who_reach_nothing():
    assert worst_off_minutes([10.0, 30.0, 60.0], [80, 15, 5]) == 45.0
    assert worst_off_minutes([10.0, INF], [99, 1]) == INF
    assert worst_off_minutes([10.0, INF], [100, 0]) == 10.0


def test_the_shortfall_counts_people_and_minutes_and_keeps_the_lost_apart():
    found = shortfall([30.0, 31.0, 50.0, INF], [50, 10, 10, 30], 30)
    assert (found.people, found.share, found.minutes_over, found.unreachable) == (50, 0.5, 10.5, 30)
    assert shortfall([5.0], [1], 30).minutes_over == 0.0


def test_fgt_by_hand():
    minutes, people = [30.0, 45.0, 60.0], [50, 25, 25]
    assert fgt(minutes, people, 30, 0) == 0.5
    assert fgt(minutes, people, 30, 1) == pytest.approx(0.25 * 0.5 + 0.25 * 1.0)
    assert fgt(minutes, people, 30, 2) == pytest.approx(0.25 * 0.25 + 0.25 * 1.0)
    assert fgt([INF, 1.0], [1, 1], 30, 0) == 0.5
    assert fgt([INF, 1.0], [1, 1], 30, 1) == INF
    with pytest.raises(ValueError, match="positive"):
        fgt(minutes, people, 0, 1)


def test_erreygers_of_covered_and_uncovered_mirror_each_other():
    share, people, rank = np.array([0.1, 0.4, 0.9, 0.6]), [10, 20, 30, 40], [1, 2, 3, 4]
    found = erreygers(share, people, rank)
    assert found == pytest.approx(-erreygers(1 - share, people, rank))
    assert erreygers([0.5, 0.5], [10, 20], [1, 2]) == pytest.approx(0.0)
    assert erreygers([0.0, 1.0], [50, 50], [2, 1]) == -1.0
    assert erreygers([0.0, 1.0], [50, 50], [1, 1]) == 0.0
    assert erreygers([0.0, 0.7, 1.0], [50, 0, 50], [1, 9, 2]) == 1.0


def test_erreygers_by_the_papers_formula_person_by_person():
    # E = 8 / n^2 * sum z_i h_i, with z = (n + 1) / 2 - the rank (1 the best-off), n people.
    share, people = np.array([0.2, 0.5, 0.9]), np.array([3, 2, 4])
    person = np.repeat(share, people)
    rank = np.repeat([2.0, 4.5, 7.5], people)  # mean ranks of the groups, 1 the worst-off
    n = person.size
    expected = 8 / n**2 * ((rank - (n + 1) / 2) * person).sum()
    assert erreygers(share, people, [1, 2, 3]) == pytest.approx(expected)


def test_palma_of_minutes_is_the_worst_tenth_over_the_nearest_forty_percent():
    assert palma([10.0] * 4 + [20.0] * 5 + [40.0], [1] * 10, of="minutes") == pytest.approx(1.0)
    assert palma([0.0] * 5 + [1.0] * 5, [1] * 10, of="supply") == INF
    assert palma([0.0, 0.0], [1, 1], of="supply") == pytest.approx(0.25)


def test_a_township_with_a_venue_its_people_cannot_reach_is_named_and_the_reverse():
    has = pd.Series([True, True, False, False, pd.NA], index=list("abcde"), dtype="boolean")
    share = pd.Series([0.3, 0.9, 0.85, 0.1, 0.9], index=list("abcde"))
    found = false_comfort(has, share)
    assert found.to_dict() == {"a": "false_comfort", "c": "served_by_neighbours"}
    assert false_comfort(has, share.iloc[:1].astype("Float64") * pd.NA).empty


@pytest.mark.parametrize("bad", [[np.nan, 1.0], [-1.0, 1.0], [INF, 1.0]])
def test_what_is_not_known_is_not_averaged_away(bad):
    with pytest.raises(ValueError, match="leave"):
        gini(bad, [1, 1], of="minutes")


few = settings(max_examples=60, deadline=None)
amounts = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 50)), min_size=1, max_size=12)


@few
@given(amounts)
def test_splitting_a_group_or_changing_the_order_changes_no_measure(rows):
    minutes, people = map(np.array, zip(*rows, strict=True))
    split = (
        np.concatenate([minutes[:1], minutes[::-1]]),
        np.concatenate([people[:1] / 2, people[:0:-1], people[:1] / 2]),
    )
    for measure in (gini, theil):
        assert measure(*split, of="minutes") == pytest.approx(
            measure(minutes, people, of="minutes"), abs=1e-9
        )
    assert worst_off_minutes(*split) == pytest.approx(worst_off_minutes(minutes, people))
    assert shortfall(*split, 30).people == pytest.approx(shortfall(minutes, people, 30).people)


@few
@given(amounts)
def test_gini_is_half_the_mean_difference_over_the_mean(rows):
    minutes, people = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    gap = np.abs(minutes[:, None] - minutes[None, :])
    mean = np.average(minutes, weights=people)
    pairs = people[:, None] * people[None, :]
    expected = (gap * pairs).sum() / pairs.sum() / 2 / mean if mean else 0.0
    assert gini(minutes, people, of="minutes") == pytest.approx(expected, abs=1e-9)
    share, held = lorenz_curve(minutes, people)
    assert (held <= share + 1e-9).all()


@few
@given(amounts, st.integers(1, 60))
def test_the_worst_tenth_is_never_better_off_than_the_mean(rows, cutoff):
    minutes, people = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    assert worst_off_minutes(minutes, people) >= np.average(minutes, weights=people) - 1e-9
    found = shortfall(minutes, people, cutoff)
    assert found.share == pytest.approx(fgt(minutes, people, cutoff, 0))
