import numpy as np
import pandas as pd
import pytest

from coverplan.domain import Rung
from coverplan.errors import ConfigError
from coverplan.impedance.line import line_km, line_minutes, line_times

PLACES = pd.DataFrame(
    {"lon": [108.0, 108.0, np.nan], "lat": [30.0, 30.09, 30.0]}, index=list("abc")
)


def test_a_tenth_of_a_degree_north_is_ten_kilometres_and_no_minutes():
    times = line_times(PLACES, PLACES, "EPSG:4545")
    assert times.values[0, 1] == pytest.approx(9.977, abs=0.005)
    assert (times.unit, times.rung) == ("km", Rung.LINE)


def test_a_place_without_position_is_infinitely_far_even_from_itself():
    values = line_times(PLACES, PLACES, "EPSG:4545").values
    assert np.isinf(values[2]).all()
    assert np.isinf(values[:, 2]).all()


def test_detour_and_speed_make_minutes():
    times = line_times(PLACES, PLACES, "EPSG:4545", detour=1.5, speed_kmh=30.0)
    assert times.values[0, 1] == pytest.approx(29.93, abs=0.02)
    assert times.rung is Rung.CALIBRATED


def test_beyond_the_limit_is_infinite_and_the_limit_itself_is_not():
    assert line_minutes([10.0], 1.2, 24.0).tolist() == [30.0]
    times = line_times(PLACES, PLACES, "EPSG:4545", detour=1.5, speed_kmh=30.0, limit=20.0)
    assert np.isinf(times.values[0, 1])
    assert times.limit == 20.0


def test_one_of_detour_and_speed_alone_is_refused():
    with pytest.raises(ConfigError, match="detour"):
        line_times(PLACES, PLACES, "EPSG:4545", speed_kmh=30.0)


@pytest.mark.parametrize(("detour", "speed", "word"), [(0.9, 30.0, "0.9"), (1.5, -5.0, "-5")])
def test_a_detour_below_one_or_a_negative_speed_is_named(detour, speed, word):
    with pytest.raises(ConfigError, match=word):
        line_minutes([1.0], detour, speed)


def test_a_large_table_is_computed_in_blocks_without_a_seam():
    random = np.random.default_rng(5)
    start, end = random.uniform(0, 1e4, (3_000, 2)), random.uniform(0, 1e4, (1_500, 2))
    km = line_km(start, end)
    for i, j in random.integers(0, 1_500, (50, 2)):
        assert km[i + 1_500, j] * 1e3 == pytest.approx(np.linalg.norm(start[i + 1_500] - end[j]))
