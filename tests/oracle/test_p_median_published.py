"""p-median and p-center equal the published optima of OR-Library and of the San Francisco case."""

import csv

import numpy as np
import pytest

import orlib
from coverplan.placement.p_center import p_center
from coverplan.placement.p_median import p_median
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


@pytest.mark.parametrize("name", INSTANCES)
def test_p_center_proves_the_published_optimum(name):
    distances, p = orlib.pmed(shared("bench", "pmed", f"{name}.txt"))
    optimum = orlib.optima(shared("bench", "pmed", "optima.csv"))[name]
    found = p_center(distances, p, time_limit_s=30)
    assert found.objective == found.bound == optimum["p_center_opt"]
    assert found.chosen.size <= p
    assert distances[:, found.chosen].min(axis=1).max() == optimum["p_center_opt"]


def san_francisco():
    """Metres from 205 tracts to 16 stores, and the people of each tract."""
    folder = "spopt_sf"
    path = shared("bench", folder, "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    tracts = sorted({row["DestinationName"] for row in rows})
    stores = sorted({row["name"] for row in rows}, key=lambda name: int(name.split("_")[1]))
    metres = np.full((len(tracts), len(stores)), np.inf)
    people = np.zeros(len(tracts))
    for row in rows:
        at = tracts.index(row["DestinationName"])
        metres[at, stores.index(row["name"])] = float(row["distance"])
        people[at] = float(row["demand"])
    return metres, people


def test_san_francisco_has_the_published_p_median_and_p_center():
    metres, people = san_francisco()
    assert metres.shape == (205, 16)
    median = p_median(metres, people, 4)
    assert median.objective == pytest.approx(2_848_268_129.71, abs=0.01)
    assert median.status == "optimal"
    center = p_center(metres, 4)
    assert center.objective == pytest.approx(7_403.06, abs=0.01)
    assert center.status == "optimal"


@pytest.mark.parametrize("number", [11, 13, 15, 16, 26])
def test_larger_graphs_of_the_same_make_are_proven_too(number):
    distances, p = orlib.pmed_like(number)
    found = p_median(distances, None, p, time_limit_s=60)
    assert found.objective == found.bound
    assert found.objective == distances[:, found.chosen].min(axis=1).sum()
