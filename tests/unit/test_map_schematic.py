"""The map without boundaries: circles, banks and initials."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverplan.report.map.initials import initials
from coverplan.report.map.schematic import SMALLEST, circles, warped


def nearest_gap(layout):
    centres, radii = layout.centres, layout.radii
    far = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    gap = far - radii[:, None] - radii[None]
    np.fill_diagonal(gap, np.inf)
    return gap.min()


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 34), st.integers(0, 1000))
def test_no_two_circles_touch(n, seed):
    random = np.random.default_rng(seed)
    layout = circles(random.uniform(0, 80_000, (n, 2)), random.lognormal(9.5, 1.0, n))
    assert nearest_gap(layout) > 0


def test_townships_at_one_point_still_get_circles_apart():
    layout = circles(np.zeros((5, 2)), np.full(5, 1000.0))
    assert nearest_gap(layout) > 0


def test_area_goes_with_people_above_the_smallest_circle():
    seats = np.random.default_rng(3).uniform(0, 60_000, (12, 2))
    people = np.array([140_000, 70_000, *[2_000] * 10])
    layout = circles(seats, people)
    assert layout.radii[0] ** 2 / layout.radii[1] ** 2 == pytest.approx(2.0, rel=1e-3)
    assert layout.radii[2:].min() == SMALLEST
    assert layout.people_of_smallest == 2_000


def test_the_same_seats_give_the_same_picture():
    seats = np.random.default_rng(4).uniform(0, 60_000, (20, 2))
    people = np.full(20, 9_000.0)
    assert np.array_equal(circles(seats, people).centres, circles(seats, people).centres)


def test_every_circle_stays_on_its_own_bank():
    random = np.random.default_rng(5)
    seats = random.uniform(0, 60_000, (24, 2))
    river = np.column_stack((np.linspace(-5_000, 65_000, 30), np.full(30, 30_000.0)))
    layout = circles(seats, np.full(24, 12_000.0), river=river)
    way = layout.river
    for (x, y), r, north in zip(layout.centres, layout.radii, seats[:, 1] > 30_000, strict=True):
        level = np.interp(x, way[:, 0], way[:, 1])
        assert (y > level) == north
        assert abs(y - level) > 0.8 * r


def test_missing_people_and_no_township_are_drawn_without_fault():
    assert circles(np.array([[0.0, 0.0], [9e3, 0.0]]), np.array([np.nan, np.nan])).radii.min() > 0
    assert len(circles(np.zeros((0, 2)), np.zeros(0)).centres) == 0


def test_a_line_through_the_seats_follows_them():
    seats = np.random.default_rng(6).uniform(0, 1000, (9, 2))
    assert warped(seats, seats, seats * 3 + 40) == pytest.approx(seats * 3 + 40)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("丰都县", "fdx"), ("长坡村", "cpc"), ("长坡村", "zpc"), ("重阳村", "cyc"), ("C01站", "c01z")],
)
def test_a_name_is_found_by_every_reading_of_its_initials(name, typed):
    assert typed in initials(name).split()
