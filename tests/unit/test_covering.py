import numpy as np
import pandas as pd
import pytest

from coverplan.covering import (
    coverage_by_zone,
    coverage_curve,
    coverage_table,
    covered,
    nearest,
    nearest_site,
    township_minutes,
)
from coverplan.domain import Rung, TravelTimes

A, B = "500230001", "500230002"
INF = np.inf
DEMAND = pd.DataFrame(
    {
        "code9": [A, A, A, B, B],
        "code12": [A + "001", A + "002", A + "003", B + "001", B + "002"],
        "people": pd.array([100, 60, 40, 30, 20], dtype="Int64"),
        "people_kind": "given",
        "location": "own",
    },
    index=[A + "001", A + "002", A + "003", B + "001", B + "002"],
)


def times(values: object, rung: Rung = Rung.ROADS, limit: float = INF) -> TravelTimes:
    array = np.array(values, dtype=float)
    sites = tuple(f"s{n}" for n in range(array.shape[1]))
    return TravelTimes(array, tuple(DEMAND.index), sites, rung, limit)


TIMES = times([[5, 50], [15, 40], [16, INF], [INF, 10], [INF, 31]])


def table(frame=DEMAND, travel=TIMES, venues=("s0", "s1"), cutoffs=(15, 30), **more):
    found = coverage_table(frame, travel, {"v": list(venues)}, {"v": list(cutoffs)}, **more)
    whole = found[["covered", "uncovered", "unknown"]].sum(axis=1, min_count=3)
    pd.testing.assert_series_equal(whole, found["people"], check_names=False)
    return found


def test_the_nearest_site_is_named_and_nobody_is_nearest_to_nothing():
    values = [[5, 3, 3], [INF, INF, INF], [0, 7, 1]]
    assert nearest(values).tolist() == [3, INF, 0]
    assert nearest_site(values).tolist() == [1, -1, 0]
    assert nearest(np.empty((2, 0))).tolist() == [INF, INF]
    assert nearest_site(np.empty((2, 0))).tolist() == [-1, -1]


def test_the_cutoff_belongs_to_the_covered():
    assert covered([[15.0], [15.001]], 15).tolist() == [True, False]
    assert covered([15.0, INF], 15).tolist() == [True, False]


@pytest.mark.parametrize("bad", [[[np.nan]], [[-1.0]]])
def test_times_that_are_no_times_are_refused(bad):
    with pytest.raises(ValueError, match="unreachable is inf"):
        nearest(bad)


def test_a_curve_in_any_order_of_cutoffs():
    curve = coverage_curve([5, 15, INF], [50, 30, 20], [60, 4, 15])
    assert curve.tolist() == [0.8, 0.0, 0.8]


def test_a_share_of_nobody_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        coverage_curve([5], [0], [15])
    with pytest.raises(ValueError, match="2 travel times and 1 weights"):
        coverage_curve([5, 6], [1], [15])


def test_people_by_zone_and_cutoff():
    found = coverage_by_zone([5, 15, 16, 10, 31], DEMAND["people"], DEMAND["code9"], [15, 30])
    assert found.loc[(A, 15)].tolist() == [200, 160, 40]
    assert found.loc[(A, 30)].tolist() == [200, 200, 0]
    assert found.loc[(B, 30)].tolist() == [50, 30, 20]


def test_the_table_by_hand():
    found = table()
    assert found.index.names == ["code9", "type", "cutoff_min"]
    assert found.index.get_level_values("code9").tolist() == [A, A, B, B, "total", "total"]
    assert found.loc[(A, "v", 15), ["people", "covered", "uncovered", "unknown"]].tolist() == [
        200,
        160,
        40,
        0,
    ]
    assert found.loc[("total", "v", 30), ["covered", "uncovered"]].tolist() == [230, 20]
    assert found.loc[("total", "v", 30), "share"] == pytest.approx(0.92)
    assert not found["at_least"].any()
    assert (found["rung"] == "A").all()
    assert (found["covered_low"] == found["covered"]).all()  # given people: no band


def test_shared_people_make_a_band_around_the_figure():
    found = table(DEMAND.assign(people_kind="shared"), draws=100, seed=3)
    row = found.loc[(A, "v", 15)]
    assert row["covered_low"] < 160 < row["covered_high"] <= 200
    again = table(DEMAND.assign(people_kind="shared"), draws=100, seed=3)
    pd.testing.assert_frame_equal(found, again)
    other = table(DEMAND.assign(people_kind="shared"), draws=100, seed=4)
    assert not found["covered_low"].equals(other["covered_low"])


def test_kilometres_give_no_coverage():
    found = table(travel=times(TIMES.values, Rung.LINE))
    assert (found["refused"] == "coverage.refused_line").all()
    assert (found["unknown"] == found["people"]).all()
    assert found[["share", "covered_low", "covered_high"]].isna().all(axis=None)
    assert (table(travel=None)["refused"] == "coverage.refused_line").all()


def test_a_cutoff_beyond_the_limit_is_refused_and_a_shorter_one_is_not():
    found = table(travel=times(TIMES.values, limit=20.0))
    refused = found["refused"].groupby("cutoff_min").unique()
    assert refused[15].tolist() == [""]
    assert refused[30].tolist() == ["coverage.refused_limit"]


def test_people_at_the_seat_for_want_of_a_place_are_no_percentage():
    demand = DEMAND.assign(location=["seat", "seat", "own", "own", "own"])
    found = table(demand)
    assert found.loc[(A, "v", 15), ["refused", "covered", "unknown"]].tolist() == [
        "coverage.refused_unlocated",
        0,
        200,
    ]
    assert found.loc[(B, "v", 15), "refused"] == ""
    assert found.loc[("total", "v", 15), "refused"] == "coverage.refused_unlocated"


def test_the_county_keeps_its_figure_where_few_people_are_refused():
    demand = DEMAND.assign(location=["own", "own", "own", "seat", "seat"])
    total = table(demand).loc[("total", "v", 15)]
    assert total[["refused", "covered", "uncovered", "unknown"]].tolist() == ["", 160, 40, 50]
    assert total["at_least"]
    assert (total["covered_low"], total["covered_high"]) == (160, 210)


def test_a_point_without_a_place_is_unknown_not_uncovered():
    demand = DEMAND.assign(location=["own", "own", "none", "own", "own"])
    row = table(demand).loc[(A, "v", 15)]
    assert row[["covered", "uncovered", "unknown"]].tolist() == [160, 0, 40]
    assert row["at_least"]
    assert row["covered_high"] == 200


def test_a_missing_answer_on_rung_b_is_unknown_unless_another_venue_covers():
    found = table(travel=times(TIMES.values, Rung.ASKED))
    assert found.loc[(A, "v", 15), ["covered", "uncovered", "unknown"]].tolist() == [160, 0, 40]
    assert found.loc[(B, "v", 15), ["covered", "uncovered", "unknown"]].tolist() == [30, 0, 20]


def test_a_venue_in_the_village_itself_covers_it_without_any_answer():
    demand = DEMAND.assign(location=["own", "own", "none", "own", "own"])
    values = [[5, 50], [15, 40], [INF, 0], [50, 10], [61, 31]]
    row = table(demand, times(values, Rung.ASKED)).loc[(A, "v", 15)]
    assert row[["covered", "uncovered", "unknown"]].tolist() == [200, 0, 0]


def test_unreachable_on_roads_is_uncovered():
    assert table(venues=["s0"]).loc[(B, "v", 30), ["uncovered", "unknown"]].tolist() == [50, 0]


def test_a_township_that_has_not_reported_leaves_its_uncovered_people_unknown():
    found = table(open_question={"v": {B}}, site_code9={"s0": A, "s1": B})
    assert found.loc[(B, "v", 30), ["covered", "uncovered", "unknown"]].tolist() == [30, 0, 20]
    # 40 minutes from the second village of A to the site in B: within 45 it might be covered.
    only = table(venues=["s0"], cutoffs=[10, 45], open_question={"v": {B}}, site_code9={"s1": B})
    assert only.loc[(A, "v", 10), ["covered", "uncovered", "unknown"]].tolist() == [100, 100, 0]
    assert only.loc[(B, "v", 10), "refused"] == "coverage.refused_unreported"
    none = table(venues=[], cutoffs=[45], open_question={"v": {B}}, site_code9={"s1": B})
    assert none.loc[(A, "v", 45), ["covered", "uncovered", "unknown"]].tolist() == [0, 140, 60]


def test_where_nobody_reported_no_percentage_is_given():
    found = table(venues=[], open_question={"v": {A, B}})
    assert (found["refused"] == "coverage.refused_unreported").all()


def test_where_all_reported_none_everybody_is_uncovered():
    found = table(venues=[])
    assert found.loc[("total", "v", 30), ["covered", "uncovered", "unknown"]].tolist() == [
        0,
        250,
        0,
    ]
    assert found.loc[("total", "v", 30), "share"] == 0


def test_a_township_without_people_has_no_figures_and_is_left_out_of_the_total():
    demand = DEMAND.assign(people=pd.array([100, 60, 40, None, None], dtype="Int64"))
    found = table(demand)
    assert found.loc[(B, "v", 15), ["people", "covered", "unknown"]].isna().all()
    assert found.loc[(B, "v", 15), "refused"] == "coverage.refused_no_people"
    assert found.loc[("total", "v", 15), ["people", "covered", "refused"]].tolist() == [
        200,
        160,
        "",
    ]


def test_a_county_without_any_people_figure_has_none():
    found = table(DEMAND.assign(people=pd.array([None] * 5, dtype="Int64")))
    assert (found["refused"] == "coverage.refused_no_people").all()
    assert found["people"].isna().all()


def test_rows_that_are_not_the_rows_of_the_times_are_refused():
    with pytest.raises(ValueError, match="same order"):
        table(DEMAND.iloc[::-1])
    with pytest.raises(ValueError, match="nothing to count"):
        coverage_table(DEMAND, TIMES, {}, {})


def test_minutes_by_township_are_weighted_by_people():
    found = township_minutes(DEMAND, TIMES, ["s0", "s1"])
    row = found.loc[A]
    assert row["nearest_id"] == "s0"
    assert row["mean"] == pytest.approx((100 * 5 + 60 * 15 + 40 * 16) / 200)
    assert row[["median", "p90", "worst"]].tolist() == [5, 16, 16]
    assert found.loc[B, ["nearest_id", "worst"]].tolist() == ["s1", 31]


def test_who_reaches_nothing_waits_for_ever_and_no_venue_is_named():
    found = township_minutes(DEMAND, TIMES, [])
    assert found["nearest_id"].tolist() == ["", ""]
    assert np.isinf(found[["mean", "median", "worst"]].to_numpy()).all()


def test_people_without_a_place_get_a_band_from_the_worlds_and_no_single_figure():
    demand = DEMAND.assign(location=["none", "none", "own", "own", "own"])
    values = [[INF, INF], [INF, INF], [16, INF], [INF, 10], [INF, 31]]
    # In half of the worlds the first village of A is near, the second never is.
    near = np.tile([0.0, 99.0, 16.0, 10.0, 31.0], (100, 1))
    near[:50, 0] = 40.0
    found = table(demand, times(values), nearest_worlds={"v": near})
    row = found.loc[(A, "v", 15)]
    assert row[["refused", "covered", "unknown"]].tolist() == ["coverage.band_only", 0, 200]
    assert (row["covered_low"], row["covered_high"]) == (0, 100)
    assert found.loc[(B, "v", 15), ["refused", "covered_low", "covered_high"]].tolist() == [
        "",
        30,
        30,
    ]
    assert (found.loc[("total", "v", 15), "covered_high"]) == 130


def test_one_village_without_a_place_leaves_the_figure_and_widens_the_band():
    demand = DEMAND.assign(location=["own", "own", "none", "own", "own"])
    values = [[5, 50], [15, 40], [INF, INF], [INF, 10], [INF, 31]]
    near = np.tile([5.0, 15.0, 0.0, 10.0, 31.0], (100, 1))
    near[:50, 2] = 40.0
    row = table(demand, times(values), nearest_worlds={"v": near}).loc[(A, "v", 15)]
    assert row[["refused", "covered", "unknown"]].tolist() == ["", 160, 40]
    assert (row["covered_low"], row["covered_high"]) == (160, 200)


def test_a_village_that_no_world_can_place_may_still_be_covered():
    demand = DEMAND.assign(location=["own", "own", "none", "own", "own"])
    values = [[5, 50], [15, 40], [INF, INF], [INF, 10], [INF, 31]]
    near = np.tile([5.0, 15.0, INF, 10.0, 31.0], (10, 1))
    row = table(demand, times(values), nearest_worlds={"v": near}).loc[(A, "v", 15)]
    assert (row["covered_low"], row["covered_high"]) == (160, 200)


def test_a_township_that_did_not_answer_stays_open_in_every_world():
    near = np.tile([5.0, 15.0, 16.0, 10.0, 31.0], (10, 1))
    found = table(
        open_question={"v": {B}}, site_code9={"s0": A, "s1": B}, nearest_worlds={"v": near}
    )
    assert found.loc[(B, "v", 15), ["covered_low", "covered_high"]].tolist() == [30, 50]
