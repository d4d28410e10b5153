"""The printed 80 % bands hold the truth at least as often as they say, where truth is known."""

import pytest

from bands import chongqing_share, helsinki_share, wannian_share


@pytest.mark.shared
def test_bands_hold_the_truth_in_wannian_with_its_real_polygons():
    held, width = wannian_share(draws=100, worlds=12)
    assert held.size > 200
    assert held.mean() >= 0.80
    assert width.mean() < 0.7  # and say something: not everything between 0 and 100 %


@pytest.mark.shared
def test_bands_hold_the_real_people_of_real_towns():
    held, width = chongqing_share(draws=100, worlds=10)
    assert held.size > 60
    assert held.mean() >= 0.80
    assert width.mean() < 0.7


@pytest.mark.shared
@pytest.mark.parametrize("rung", ["A", "C", "plan"])
def test_bands_hold_what_real_streets_say(rung):
    """The streets tell every minute; the model knows no village, and but on rung A no street."""
    held, width = helsinki_share(rung, draws=100, worlds=20)
    assert held.size > 250
    assert held.mean() >= 0.80
    assert width.mean() < 0.7
