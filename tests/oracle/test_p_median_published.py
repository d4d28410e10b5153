"""p-median equals the published optima of OR-Library and of the San Francisco case."""

import pytest

import orlib
from coverplan.placement.p_median import p_median
from scp_instances import san_francisco
from support import shared

INSTANCES = [f"pmed{number}" for number in range(1, 11)]

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("name", INSTANCES)
def test_p_median_proves_the_published_optimum(name):
    distances, p = orlib.pmed(shared("bench", "pmed", f"{name}.txt"))
    optimum = orlib.optima(shared("bench", "pmed", "optima.csv"))[name]
    assert p == optimum["p"]
    found = p_median(distances, None, p, time_limit_s=60)
    assert found.objective == found.bound == optimum["p_median_opt"]
    assert found.status == "optimal"
    assert distances[:, found.chosen].min(axis=1).sum() == optimum["p_median_opt"]


def test_san_francisco_has_the_published_p_median():
    metres, people, _ = san_francisco()
    assert metres.shape == (205, 16)
    median = p_median(metres, people, 4)
    assert median.objective == pytest.approx(2_848_268_129.71, abs=0.01)
    assert median.status == "optimal"


@pytest.mark.parametrize("number", [11, 13, 15, 16, 26])
def test_larger_graphs_of_the_same_make_are_proven_too(number):
    distances, p = orlib.pmed_like(number)
    found = p_median(distances, None, p, time_limit_s=60)
    assert found.objective == found.bound
    assert found.objective == distances[:, found.chosen].min(axis=1).sum()
