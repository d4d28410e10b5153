import numpy as np
import pytest

from coverplan.catchments import (
    catchment_access,
    gaussian_decay,
    k_nearest,
    mean_minutes,
    opportunities,
    percentile_minutes,
    step_decay,
)

INF = np.inf
# A county of eight places and four sites; the figures below come from PySAL access 1.1.10.
TIMES = [
    [12.6, 19.5, 6.6, 21.9],
    [17.5, 4.7, 5.8, 39.5],
    [28.4, 19.1, 26.3, 12.3],
    [13.5, 4.8, 4.0, 32.7],
    [32.9, 2.2, 14.5, 5.4],
    [19.8, 25.5, 22.9, 7.1],
    [28.7, 25.3, 19.8, 13.3],
    [36.9, 5.2, 7.5, 16.4],
]
PEOPLE = [155, 166, 185, 327, 424, 362, 96, 366]
SEATS = [41, 47, 16, 14]


def test_the_two_step_method_agrees_with_pysal():
    assert catchment_access(TIMES, PEOPLE, SEATS, cutoff=30).tolist() == pytest.approx(
        [
            0.07084835456077851,
            0.0620322336539775,
            0.07084835456077851,
            0.0620322336539775,
            0.03909002768238967,
            0.07084835456077851,
            0.07084835456077851,
            0.03909002768238967,
        ],
        abs=1e-12,
    )


def test_the_enhanced_two_step_method_agrees_with_pysal():
    decay = step_decay([10, 20, 30], [1, 0.68, 0.22])
    assert catchment_access(TIMES, PEOPLE, SEATS, cutoff=30, decay=decay).tolist() == pytest.approx(
        [
            0.07022927200434928,
            0.07709786811559083,
            0.04175968293676141,
            0.07709786811559083,
            0.047525592833652576,
            0.05712076253631386,
            0.03331879047024228,
            0.04741120554721626,
        ],
        abs=1e-12,
    )


def test_cumulative_opportunities_agree_with_pysal():
    assert opportunities(TIMES, SEATS, 20).tolist() == [104, 104, 61, 104, 77, 55, 30, 77]


def test_a_site_that_nobody_reaches_gives_nothing_and_breaks_nothing():
    found = catchment_access([[5.0, INF], [INF, INF]], [10, 10], [20, 30], cutoff=15)
    assert found.tolist() == [2.0, 0.0]


@pytest.mark.parametrize("decay", [None, gaussian_decay(30.0)])
def test_the_capacity_in_reach_is_given_out_exactly_once(decay):
    found = catchment_access(TIMES, PEOPLE, SEATS, cutoff=30, decay=decay)
    assert found @ PEOPLE == pytest.approx(sum(SEATS))


def test_a_missing_capacity_is_never_assumed():
    with pytest.raises(ValueError, match="missing or negative"):
        catchment_access([[5.0, 6.0]], [10], [20, np.nan], cutoff=15)
    with pytest.raises(ValueError, match="1 values for 2 sites"):
        catchment_access([[5.0, 6.0]], [10], [20], cutoff=15)


def test_decay_is_one_at_the_door_and_nothing_beyond_its_limit():
    gauss = gaussian_decay(30.0)(np.array([0.0, 15.0, 30.0, 90.0]))
    assert gauss.tolist() == pytest.approx([1.0, 0.7014, 0.0, 0.0], abs=1e-3)
    step = step_decay([10, 20], [1.0, 0.5])(np.array([0.0, 10.0, 10.1, 20.0, 20.1, INF]))
    assert step.tolist() == [1.0, 1.0, 0.5, 0.5, 0.0, 0.0]
    with pytest.raises(ValueError, match="not positive"):
        gaussian_decay(0.0)
    with pytest.raises(ValueError, match="ascending"):
        step_decay([20, 10], [1.0, 0.5])


def test_the_nearest_few_are_in_order_and_infinite_where_there_are_fewer():
    assert k_nearest([[9.0, 4.0, 7.0], [INF, 3.0, INF]], 2).tolist() == [[4.0, 7.0], [3.0, INF]]
    assert k_nearest([[9.0]], 3).tolist() == [[9.0, INF, INF]]
    with pytest.raises(ValueError, match="at least one"):
        k_nearest([[9.0]], 0)


def test_percentiles_count_people_not_points():
    minutes, people = [10.0, 20.0, INF], [90, 5, 5]
    found = percentile_minutes(minutes, people, [0.0, 0.5, 0.9, 0.91, 0.95, 1.0])
    assert found.tolist() == [10, 10, 10, 20, 20, INF]
    assert np.isinf(mean_minutes(minutes, people))
    assert mean_minutes([10.0, INF], [1, 0]) == 10.0
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile_minutes(minutes, people, [1.2])
    with pytest.raises(ValueError, match="nobody"):
        mean_minutes([1.0], [0])


def test_the_cutoff_belongs_to_the_opportunities():
    assert opportunities([[15.0, 15.1]], [1, 1], 15).tolist() == [1.0]
    with pytest.raises(ValueError, match="without NaN"):
        opportunities([[np.nan]], [1], 15)
