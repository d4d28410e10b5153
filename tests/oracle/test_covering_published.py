"""Covering models against published optima."""

import numpy as np
import pytest

from coverplan.placement.lscp import lscp
from coverplan.placement.mclp import mclp
from coverplan.placement.result import Status
from scp_instances import optima, san_francisco, sao_jose, set_cover

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("name", ["scp41", "scp42", "scp43", "scp44", "scp45", "scp46", "scp47"])
def test_cheapest_cover_costs_what_the_or_library_says(name):
    assert_published(name)


@pytest.mark.parametrize("name", ["scp48", "scp49", "scp410"])
def test_cheapest_cover_of_the_harder_instances_costs_what_the_or_library_says(name):
    assert_published(name)


def assert_published(name):
    covers, cost = set_cover(name)
    best = next(float(row["value"]) for row in optima("scp") if row["instance"] == name)
    placement = lscp(np.where(covers, 0.0, np.inf), 0.0, cost=cost)
    assert placement.status is Status.OPTIMAL
    assert placement.objective == placement.bound == best
    assert covers[:, placement.chosen].any(axis=1).all()
    assert cost[placement.chosen].sum() == best


def test_most_people_of_sao_jose_equal_the_proven_optima():
    metres, demand = sao_jose()
    assert demand.sum() == 12152
    for row in optima("sjc"):
        placement = mclp(metres, demand, float(row["S"]), int(row["p"]))
        assert placement.status is Status.OPTIMAL, row
        assert placement.objective == placement.bound == float(row["optimum"]), row
        covered = (metres[:, placement.chosen] <= float(row["S"])).any(axis=1)
        assert demand[covered].sum() == float(row["optimum"])
        assert placement.chosen.size <= int(row["p"])


def test_san_francisco_needs_eight_stores_and_four_reach_875247_people():
    metres, demand, _ = san_francisco()
    every = lscp(metres, 5000.0)
    assert (every.objective, every.bound, every.status) == (8.0, 8.0, Status.OPTIMAL)
    most = mclp(metres, demand, 5000.0, 4)
    assert (most.objective, most.bound, most.status) == (875_247.0, 875_247.0, Status.OPTIMAL)
    assert demand.sum() == 955_113
