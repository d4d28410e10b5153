from datetime import date

import pandas as pd
import pytest

from coverplan.presence import open_at, presence_by_township, presence_by_village, totals

TOWNSHIPS = pd.DataFrame(
    {"people": pd.array([1000, 200, None, 50], dtype="Int64")},
    index=pd.Index(["a", "b", "c", "d"], name="code9"),
)
TYPES = pd.DataFrame(
    {"list_complete": [False, True]}, index=pd.Index(["room", "museum"], name="id")
)


def venues(*rows):
    columns = ["id", "place_id", "code9", "code12", "type", "status", "open", "active", "located"]
    return pd.DataFrame(rows, columns=columns).set_index("id")


def reports(**answers):
    keys = pd.MultiIndex.from_tuples(
        [tuple(key.split("_")) for key in answers] or [("", "")], names=["code9", "type"]
    )
    return pd.DataFrame({"answer": list(answers.values()) or ["unreported"]}, index=keys)


WORLD = venues(
    ("v1", "p1", "a", "a1", "room", "open", True, "yes", True),
    ("v2", "p1", "a", "a1", "room", "open", True, "unknown", True),
    ("v3", "", "a", "a2", "room", "open", True, "no", False),
    ("v4", "", "b", "", "room", "planned", False, "unknown", False),
    ("v5", "p1", "a", "a1", "museum", "open", True, "yes", True),
)


def test_silence_is_unreported_and_never_none():
    table = presence_by_township(TOWNSHIPS, WORLD, reports(b_room="none"), TYPES, assume_none=False)
    assert table.xs("room", level="type")["state"].to_dict() == {
        "a": "has",
        "b": "none",
        "c": "unreported",
        "d": "unreported",
    }
    assert table.xs("room", level="type")["reason"].tolist()[1:3] == ["zero_report", "no_answer"]


def test_a_complete_list_or_the_plans_word_turns_silence_into_none():
    table = presence_by_township(TOWNSHIPS, WORLD, reports(), TYPES, assume_none=True)
    assert table.loc[("c", "museum"), ["state", "reason"]].tolist() == ["none", "list_complete"]
    assert table.loc[("c", "room"), ["state", "reason"]].tolist() == ["none", "assumed"]


def test_places_are_counted_not_rows_and_people_stand_beside_them():
    row = presence_by_township(TOWNSHIPS, WORLD, reports(), TYPES, assume_none=False).loc[
        ("a", "room")
    ]
    assert row["places_open"] == 2
    assert row["places_active"] == 1
    assert row["unlocated"] == 1
    assert row["people_per_place"] == 500
    planned = presence_by_township(TOWNSHIPS, WORLD, reports(), TYPES, assume_none=False)
    assert planned.loc[("b", "room"), "places_planned"] == 1
    assert pd.isna(planned.loc[("c", "room"), "people"])


def test_the_three_answers_add_up_to_all_townships():
    table = presence_by_township(TOWNSHIPS, WORLD, reports(b_room="none"), TYPES, assume_none=False)
    count = totals(table)
    assert count.loc["room"].to_dict() == {"has": 1, "none": 1, "unreported": 2, "all": 4}
    assert (count["has"] + count["none"] + count["unreported"] == 4).all()


@pytest.mark.parametrize(
    ("status", "opened", "closed", "is_open"),
    [
        ("open", None, None, True),
        ("open", "2025-12-31", None, True),
        ("open", "2026-01-01", None, False),
        ("open", None, "2025-12-31", False),
        ("closed", "2020-01-01", "2026-01-01", True),
        ("closed", None, None, False),
        ("suspended", "2020-01-01", None, False),
        ("planned", None, None, False),
    ],
)
def test_a_date_weighs_more_than_the_status_word(status, opened, closed, is_open):
    rows = pd.DataFrame({"status": [status], "opened_on": [opened], "closed_on": [closed]})
    assert open_at(rows, date(2025, 12, 31)).tolist() == [is_open]


def test_a_village_has_none_only_where_its_township_accounts_for_every_venue():
    villages = pd.DataFrame(
        {"code9": ["a", "a", "b", "c"]}, index=pd.Index(["a1", "a3", "b1", "c1"], name="code12")
    )
    said = reports(a_room="has", b_room="none")
    by_township = presence_by_township(TOWNSHIPS, WORLD, said, TYPES, assume_none=False)
    table = presence_by_village(villages, WORLD, said, by_township)
    assert table["state"].xs("room", level="type").tolist() == ["has", "none", "none", "unreported"]
    silent = presence_by_village(villages, WORLD, reports(b_room="none"), by_township)
    assert silent.loc[("a3", "room"), "state"] == "unreported"
    loose = pd.concat([WORLD, venues(("v9", "", "a", "", "room", "open", True, "yes", False))])
    table = presence_by_village(villages, loose, said, by_township)
    assert table.loc[("a3", "room"), "state"] == "unreported"


@pytest.mark.parametrize("assume_none", [False, True])
def test_a_township_that_says_it_has_one_and_names_none_is_never_counted_as_none(assume_none):
    said = reports(c_room="has", c_museum="has")
    table = presence_by_township(TOWNSHIPS, WORLD, said, TYPES, assume_none=assume_none)
    for kind in ("room", "museum"):
        assert table.loc[("c", kind), ["state", "reason"]].tolist() == ["unreported", "answered"]
