import pandas as pd
import pytest

from coverplan.config_tables import Programme
from coverplan.gaps import gap_table, people_unserved, presence_missing, worst_minutes

TOWNS = ("a", "b", "c", "d")
PROGRAMME = Programme(
    type="room", model="every_township", cutoffs_min=(15, 30), cutoff_min=30
)  # fmt: skip


@pytest.fixture
def table():
    keys = pd.MultiIndex.from_product([TOWNS, ["room", "hall"]], names=["code9", "type"])
    presence = pd.DataFrame(
        {
            "state": ["has", "none", "none", "none", "none", "none", "unreported", "none"],
            "people": pd.array([100, 100, 300, 300, 900, 900, 50, 50], dtype="Int64"),
        },
        index=keys,
    )
    rows = []
    for town, covered, uncovered, unknown, refused in (
        ("a", 60, 40, 0, ""),
        ("b", 300, 0, 0, ""),
        ("c", 100, 800, 0, ""),
        ("d", 0, 0, 50, "coverage.refused_unreported"),
        ("total", 460, 840, 50, ""),
    ):
        for cutoff in (15, 30):
            half = 1 if cutoff == 30 else 0
            rows.append(
                (town, "room", cutoff, covered * half, uncovered + covered * (1 - half), unknown,
                 covered * half, covered * half, refused, "B", "residents")
            )  # fmt: skip
    columns = ["code9", "type", "cutoff_min", "covered", "uncovered", "unknown", "covered_low",
               "covered_high", "refused", "rung", "demand"]  # fmt: skip
    coverage = pd.DataFrame(rows, columns=columns).set_index(["code9", "type", "cutoff_min"])
    nearest = pd.DataFrame(
        {
            "nearest_id": "v",
            "nearest_name": "教学点",
            "nearest_min": pd.array([12.0, None, 20.0, None, 45.0, None, 30.0, None], "Float64"),
            "nearest_km": pd.array([1.0, None, 9.0, None, 20.0, None, 8.0, None], "Float64"),
        },
        index=keys,
    )
    return gap_table(presence, coverage, nearest, [PROGRAMME])


def test_covered_uncovered_and_unknown_are_all_the_people_at_every_cutoff(table):
    rooms = table.xs("room", level="type")
    for cutoff in (15, 30):
        parts = [
            rooms[f"people_{name}_{cutoff}min"] for name in ("covered", "uncovered", "unknown")
        ]
        assert (sum(parts) == rooms["people"]).all()


def test_only_a_township_that_said_none_is_in_the_list_of_missing_ones(table):
    assert presence_missing(table, "room").index.tolist() == ["c", "b"]
    assert table.loc[("d", "room"), "missing"] is pd.NA


def test_people_unserved_are_ranked_by_people_and_a_refused_figure_is_not_ranked(table):
    listed = people_unserved(table, "room")
    assert listed.index.tolist() == ["c", "a"]
    assert listed["rank_people"].tolist() == [1, 2]


def test_minutes_are_ranked_farthest_first_and_the_excess_over_the_cutoff_is_told(table):
    assert worst_minutes(table, "room").index.tolist() == ["c", "d", "b", "a"]
    assert table.loc[("c", "room"), "minutes_over"] == 15
    assert pd.isna(table.loc[("d", "room"), "minutes_over"])


def test_a_type_without_programme_has_presence_and_no_people_figures(table):
    row = table.loc[("a", "hall")]
    assert row["missing"] == 1
    assert pd.isna(row["people_covered_30min"])
    assert pd.isna(row["rank_minutes"])
