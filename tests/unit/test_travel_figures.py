import numpy as np
import pytest
from matplotlib.figure import Figure

from coverplan.report.travel_figures import draw_coverage_curve, draw_lorenz_curve, draw_minutes

MINUTES, PEOPLE = [5.0, 10.0, 20.0, np.inf], [40, 30, 20, 10]


def axes():
    return Figure().subplots()


def test_the_curve_passes_through_the_shares_and_marks_the_cutoffs():
    ax = axes()
    draw_coverage_curve(ax, MINUTES, PEOPLE, marked=[10, 30])
    at, share = ax.lines[0].get_data()
    assert dict(zip(at, share, strict=True))[10.0] == pytest.approx(70)
    assert share[-1] == pytest.approx(90)  # a tenth reaches nothing
    assert [note.get_text() for note in ax.texts] == ["70 %", "90 %"]


def test_those_who_reach_nothing_are_counted_in_the_title():
    ax = axes()
    draw_lorenz_curve(ax, MINUTES, PEOPLE)
    assert "10 人到不了任何场馆" in ax.get_title()
    assert ax.lines[1].get_ydata()[-1] == pytest.approx(100)
    ax = axes()
    draw_minutes(ax, MINUTES, PEOPLE, lang="en")
    assert "10 more people reach none" in ax.get_title()


def test_a_bar_holds_its_upper_bound_as_a_cutoff_does():
    ax = axes()
    draw_minutes(ax, [0.0, 5.0, 5.1, 10.0], [1, 2, 4, 8], width=5.0)
    assert [bar.get_height() for bar in ax.patches] == [3, 12]
