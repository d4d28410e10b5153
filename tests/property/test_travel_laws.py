"""Laws of demand, travel times and coverage that hold in every world."""

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from coverplan.covering import coverage_curve, coverage_table, covered, nearest
from coverplan.demand import demand_points
from coverplan.domain import Rung, TravelTimes
from coverplan.impedance.asked import seat_graph
from coverplan.join import whole_persons

few = settings(max_examples=60, deadline=None)
minutes = st.one_of(st.integers(0, 90).map(float), st.just(float("inf")))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[pd.DataFrame, np.ndarray]:
    n, m = draw(st.integers(1, 8)), draw(st.integers(0, 4))
    codes = [f"50023000{draw(st.integers(1, 3))}" for _ in range(n)]
    demand = pd.DataFrame(
        {
            "code9": codes,
            "code12": [f"{code}{i:03d}" for i, code in enumerate(codes)],
            "people": pd.array(draw(st.lists(st.integers(0, 99), min_size=n, max_size=n)), "Int64"),
            "people_kind": draw(
                st.lists(st.sampled_from(["given", "shared"]), min_size=n, max_size=n)
            ),
            "location": draw(
                st.lists(st.sampled_from(["own", "seat", "none"]), min_size=n, max_size=n)
            ),
        }
    )
    demand.index = pd.Index(demand["code12"], name="id")
    rows = draw(st.lists(st.lists(minutes, min_size=m, max_size=m), min_size=n, max_size=n))
    values = np.array(rows, dtype=float).reshape(n, m)
    values[demand["location"] == "none"] = np.inf
    return demand, values


def as_times(demand: pd.DataFrame, values: np.ndarray, rung: Rung) -> TravelTimes:
    sites = tuple(f"s{j}" for j in range(values.shape[1]))
    return TravelTimes(values.copy(), tuple(demand.index), sites, rung)


@few
@given(worlds(), st.sampled_from(list(Rung)), st.sets(st.integers(1, 3)))
def test_covered_uncovered_and_unknown_people_are_all_people(world, rung, silent):
    demand, values = world
    times = as_times(demand, values, rung)
    question = {"v": {f"50023000{n}" for n in silent}}
    home = dict.fromkeys(times.sites, "500230001")
    found = coverage_table(
        demand,
        times,
        {"v": times.sites},
        {"v": [15, 30]},
        site_code9=home,
        open_question=question,
        draws=5,
    )
    parts = found[["covered", "uncovered", "unknown"]]
    assert (parts.sum(axis=1) == found["people"]).all()
    assert (parts >= 0).all(axis=None)
    by_township = found.drop(index="total", level="code9")[list(parts)].groupby("cutoff_min").sum()
    total = found.loc["total"].reset_index("type", drop=True)
    kept = (total["refused"] == "").to_numpy()
    assert (total[list(parts)][kept] == by_township[kept]).all(axis=None)
    known = found[found["refused"] == ""]
    assert (known["covered_low"] <= known["covered"]).all()
    assert (known["covered_high"] >= known["covered"] + known["unknown"]).all()
    assert (known["covered_high"] <= known["people"]).all()


@few
@given(worlds(), st.integers(0, 60), st.integers(0, 60))
def test_a_longer_cutoff_or_one_more_site_never_covers_less(world, cutoff, more):
    _, values = world
    inside = covered(values, cutoff)
    assert (inside <= covered(values, cutoff + more)).all()
    assert (covered(values[:, 1:], cutoff) <= inside).all()


@few
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_points_changes_nothing(world, random):
    demand, values = world
    order = list(range(len(demand)))
    random.shuffle(order)
    first = coverage_table(
        demand,
        as_times(demand, values, Rung.ROADS),
        {"v": [f"s{j}" for j in range(values.shape[1])]},
        {"v": [15]},
        draws=5,
    )
    moved = demand.iloc[order]
    second = coverage_table(
        moved,
        as_times(moved, values[order], Rung.ROADS),
        {"v": [f"s{j}" for j in range(values.shape[1])]},
        {"v": [15]},
        draws=5,
    )
    pd.testing.assert_frame_equal(first, second)


@few
@given(worlds(), st.lists(st.integers(0, 90), min_size=1, max_size=5))
def test_splitting_a_demand_point_leaves_the_curve_as_it_was(world, cutoffs):
    demand, values = world
    reach, people = nearest(values), demand["people"].to_numpy(dtype=float) + 1
    half = np.concatenate([people[:1] / 2, people[:1] / 2, people[1:]])
    doubled = np.concatenate([reach[:1], reach])
    assert np.allclose(
        coverage_curve(reach, people, cutoffs), coverage_curve(doubled, half, cutoffs)
    )


@few
@given(
    st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=30),
    st.integers(0, 10_000_000),
)
def test_whole_persons_sum_to_the_total_and_stay_within_one_of_their_quota(shares, total):
    split = whole_persons(shares, total)
    assert split.sum() == total
    weight = np.array(shares) if sum(shares) else np.ones(len(shares))
    assert np.abs(split - weight / weight.sum() * total).max() < 1 + 1e-6


@few
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 60)), max_size=12).map(
        lambda rows: [row for row in rows if row[0] != row[1]]
    )
)
def test_seat_minutes_are_the_shortest_paths_that_networkx_finds(rows):
    codes = [f"50023000{n}" for n in range(5)]
    frame = pd.DataFrame(
        [(codes[i], codes[j], float(t)) for i, j, t in rows],
        columns=["from_code9", "to_code9", "minutes"],
    )
    graph = nx.DiGraph()
    graph.add_nodes_from(range(5))
    given_pairs = {(i, j) for i, j, _ in rows}
    for i, j, t in rows:
        for start, end in [(i, j)] + ([(j, i)] if (j, i) not in given_pairs else []):
            known = graph.get_edge_data(start, end, {"weight": np.inf})["weight"]
            graph.add_edge(start, end, weight=min(known, t))
    expected = np.full((5, 5), np.inf)
    for start, lengths in nx.all_pairs_dijkstra_path_length(graph):
        for end, length in lengths.items():
            expected[start, end] = length
    found = seat_graph(codes, frame)
    assert np.array_equal(found.minutes, expected)
    # The triangle inequality holds between any three seats.
    via = found.minutes[:, :, None] + found.minutes[None, :, :]
    assert (found.minutes <= via.min(axis=1) + 1e-9).all()


@few
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=1, max_size=6),
    st.one_of(st.none(), st.integers(0, 200)),
)
def test_people_are_conserved_from_township_to_villages_and_back(given_people, total):
    villages = pd.DataFrame(
        {
            "code9": "500230001",
            "people": pd.array(given_people, dtype="Int64"),
            "lon": np.nan,
            "lat": np.nan,
        },
        index=[f"500230001{n:03d}" for n in range(len(given_people))],
    )
    townships = pd.DataFrame(
        {"people": pd.array([total], dtype="Int64"), "seat_lon": [107.7], "seat_lat": [29.9]},
        index=["500230001"],
    )
    points = demand_points(townships, villages)
    if total is None:
        assert points["people"].isna().all()
    else:
        assert points["people"].sum() == total
        assert (points["people"] >= 0).all()
