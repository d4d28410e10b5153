import numpy as np
import pandas as pd
import pytest

from coverplan.domain import Rung, TravelTimes
from coverplan.sensitivity import coverage_sensitivity, scenario_demand, slowed

INF = np.inf
DEMAND = pd.DataFrame(
    {
        "code9": ["a", "a", "b", "b"],
        "code12": ["a1", "a2", "b1", "b2"],
        "people": pd.array([100, 60, 40, 30], dtype="Int64"),
        "people_kind": "given",
        "location": "own",
    },
    index=["a1", "a2", "b1", "b2"],
)
VALUES = np.array([[12.0], [14.0], [17.0], [25.0]])


def travel(rung: Rung = Rung.ROADS, limit: float = INF) -> TravelTimes:
    return TravelTimes(VALUES.copy(), tuple(DEMAND.index), ("s",), rung, limit)


def test_slower_and_faster_shorter_and_longer_by_hand():
    table = coverage_sensitivity(DEMAND, travel(), {"v": ["s"]}, {"v": [15]})
    total = table.loc[("total", "v", 15)]
    assert total["covered"] == 160
    assert total["covered_slow"] == 100  # 12 / 0.8 = 15 is still within
    assert total["covered_fast"] == 200  # 17 / 1.2 = 14.2
    assert (total["covered_shorter"], total["covered_longer"]) == (0, 200)
    assert (total["low"], total["high"]) == (0, 200)


def test_a_longer_cutoff_beyond_the_limit_is_not_counted():
    table = coverage_sensitivity(DEMAND, travel(limit=18.0), {"v": ["s"]}, {"v": [15]})
    total = table.loc[("total", "v", 15)]
    assert pd.isna(total["covered_longer"])
    assert total["high"] == 200  # faster: 17 / 1.2 = 14.2, and the limit falls to just 15
    assert total["low"] == 0


def test_another_population_moves_the_people_and_not_the_roads():
    scenarios = {"urban": pd.Series({"a": 320, "b": 7})}
    table = coverage_sensitivity(
        DEMAND, travel(), {"v": ["s"]}, {"v": [15, 17]}, scenarios=scenarios
    )
    assert table.loc[("a", "v", 15), "covered_urban"] == 320
    assert table.loc[("b", "v", 17), "covered_urban"] == 4
    assert table.loc[("total", "v", 15), "share_urban"] == pytest.approx(320 / 327)


def test_a_township_missing_in_a_scenario_has_no_people_there():
    found = scenario_demand(DEMAND, pd.Series({"a": 16}))
    assert found["people"].tolist() == [10, 6, pd.NA, pd.NA]


def test_kilometres_and_standing_still_are_refused():
    with pytest.raises(ValueError, match="kilometres"):
        coverage_sensitivity(DEMAND, travel(Rung.LINE), {"v": ["s"]}, {"v": [15]})
    with pytest.raises(ValueError, match="positive"):
        slowed(travel(), 0.0)
