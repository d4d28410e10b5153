"""p-center equals the published optima of OR-Library and of the San Francisco case."""

import pytest

import orlib
from coverplan.placement.p_center import p_center
from scp_instances import san_francisco
from support import shared

INSTANCES = [f"pmed{number}" for number in range(1, 11)]

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("name", INSTANCES)
def test_p_center_proves_the_published_optimum(name):
    distances, p = orlib.pmed(shared("bench", "pmed", f"{name}.txt"))
    optimum = orlib.optima(shared("bench", "pmed", "optima.csv"))[name]
    found = p_center(distances, p, time_limit_s=30)
    assert found.objective == found.bound == optimum["p_center_opt"]
    assert found.chosen.size <= p
    assert distances[:, found.chosen].min(axis=1).max() == optimum["p_center_opt"]


def test_san_francisco_has_the_published_p_center():
    metres, _, _ = san_francisco()
    center = p_center(metres, 4)
    assert center.objective == pytest.approx(7_403.06, abs=0.01)
    assert center.status == "optimal"
