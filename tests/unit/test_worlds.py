import numpy as np
import pandas as pd
import pytest

from coverplan.worlds import CONCENTRATION, band, people_worlds

A, B = "500230001", "500230002"
DEMAND = pd.DataFrame(
    {
        "code9": [A] * 20 + [B] * 2,
        "people": pd.array([50] * 20 + [7, None], dtype="Int64"),
        "people_kind": ["shared"] * 19 + ["given"] + ["shared"] * 2,
    },
    index=[f"{A}{n:03d}" for n in range(20)] + [f"{B}{n:03d}" for n in range(2)],
)


def test_each_world_keeps_each_township_whole_and_given_people_where_they_are():
    worlds = people_worlds(DEMAND, 50, seed=1)
    assert worlds.shape == (50, 22)
    assert (worlds[:, :20].sum(axis=1) == 1_000).all()
    assert (worlds[:, 19] == 50).all()
    assert (worlds[:, 20:].sum(axis=1) == 7).all()
    assert (worlds == np.round(worlds)).all()


def test_a_township_is_drawn_alike_whatever_else_there_is_and_in_any_order():
    alone = people_worlds(DEMAND[DEMAND["code9"] == A], 9, seed=1)
    mixed = people_worlds(DEMAND.iloc[::-1], 9, seed=1)[:, ::-1]
    assert (mixed[:, :20] == alone).all()


def test_village_sizes_vary_as_the_stated_gamma():
    demand = pd.DataFrame(
        {"code9": A, "people": 1_000, "people_kind": "shared"},
        index=[f"{n:04d}" for n in range(400)],
    )
    worlds = people_worlds(demand, 30, seed=2)
    assert (worlds.std() / worlds.mean()) == pytest.approx(CONCENTRATION**-0.5, abs=0.02)


def test_where_all_people_are_given_there_is_one_world():
    assert people_worlds(DEMAND.assign(people_kind="given"), 50, seed=1).shape == (1, 22)


def test_no_world_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        people_worlds(DEMAND, 0, seed=1)


def test_the_band_leaves_out_a_tenth_on_either_side():
    values = np.arange(1_000.0)[:, None] + [0, 5]
    assert band(values).tolist() == [[99, 104], [899, 904]]
