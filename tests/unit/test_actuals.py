from datetime import date

import pandas as pd

from coverplan.actuals import TASK_COLUMNS, by_township, by_year, task_list

AS_OF = date(2024, 6, 30)
PERIOD = (2021, 2025)


def targets(*rows):
    columns = ["id", "source_table", "venue_type", "counts_from"]
    return pd.DataFrame(rows, columns=columns).set_index("id").assign(counts_to="")


VENUES = pd.DataFrame(
    [
        ("v1", "room", "p1", "a", "open", "2020-05-01", None),
        ("v2", "room", "p2", "a", "open", "2022-05-01", None),
        ("v3", "room", "p2", "a", "open", "2022-06-01", None),
        ("v4", "room", "p4", "b", "closed", "2021-05-01", "2023-05-01"),
        ("v5", "room", "p5", "c", "open", None, None),
    ],
    columns=["id", "type", "place_id", "code9", "status", "opened_on", "closed_on"],
).set_index("id")
TYPED = pd.DataFrame({"target": ["e", "e"], "year": [2021, 2023], "value": [50, 61]})


def years(*rows):
    return by_year(targets(*rows), VENUES, TYPED, as_of=AS_OF, period=PERIOD)


def test_places_are_counted_as_they_stood_at_the_end_of_each_year():
    row = years(("t", "venues", "room", "")).loc["t"]
    assert row[:4].tolist() == [2, 3, 2, 2]
    assert pd.isna(row["actual_2025"])


def test_newly_built_counts_from_its_first_day_and_townships_count_once():
    assert years(("t", "venues", "room", "2021-01-01")).loc["t"][:4].tolist() == [1, 2, 1, 1]
    assert years(("t", "presence", "room", "")).loc["t"][:4].tolist() == [2, 2, 1, 1]


def test_a_typed_figure_is_never_interpolated():
    row = years(("e", "indicators", "", "")).loc["e"]
    assert row[["actual_2021", "actual_2023"]].tolist() == [50, 61]
    assert row[["actual_2022", "actual_2024"]].isna().all()


def test_the_ledger_by_township_counts_places_and_villages_where_they_are():
    presence = pd.DataFrame(
        {"state": ["has", "none"], "places_open": [2, 0], "places_planned": [0, 1]},
        index=pd.MultiIndex.from_tuples(
            [("500230001", "room"), ("500230002", "room")], names=["code9", "type"]
        ),
    )
    village = pd.DataFrame(
        {"state": ["has", "none", "unreported"]},
        index=pd.MultiIndex.from_tuples(
            [("500230001001", "room"), ("500230001002", "room"), ("500230002001", "room")],
            names=["code12", "type"],
        ),
    )
    rows = targets(
        ("t", "venues", "room", ""), ("v", "villages", "room", ""), ("e", "indicators", "", "")
    )
    venues = pd.DataFrame(
        [("room", "500230001", "p", "open", True), ("room", "500230001", "q", "open", True)],
        columns=["type", "code9", "place_id", "status", "open"],
    ).assign(opened_on=pd.NaT)
    table = by_township(rows, venues, presence, village)
    assert table.loc[("t", "500230001"), ["done", "planned", "state"]].tolist() == [2, 0, "has"]
    assert table.loc[("v", "500230001"), ["done", "whole"]].tolist() == [1, 2]
    assert "e" not in table.index.get_level_values("target")


def ledger_row(**values):
    row = {
        "clause": "22", "name_zh": "教学点", "name_en": "sites", "firm": "硬性", "unit": "个",
        "lead": "县科协", "responsible": "各乡镇（街道）", "kind": "stock", "status": "overdue",
        "goal": 30.0, "done": 12.0, "missing": 18.0, "missing_table": "", "note_zh": "注",
        "note_en": "note",
    }  # fmt: skip
    return {**row, **values}


def test_the_list_of_tasks_has_the_receivers_columns_and_says_what_comes_next():
    rows = pd.DataFrame(
        [
            ledger_row(),
            ledger_row(status="done", missing=0.0, done=30.0),
            ledger_row(status="unreported", done=None, missing=None),
            ledger_row(status="unreported", done=None, missing=None, missing_table="visits"),
            ledger_row(kind="flow_per_year", lead="县教委"),
            ledger_row(goal=None, missing=None, status="running"),
        ]
    )
    table = task_list(rows, period=PERIOD)
    assert tuple(table.columns) == TASK_COLUMNS
    assert table["progress"].tolist()[:2] == ["到期未完成：12/30个", "已完成：30/30个"]
    assert table["next"].tolist() == [
        "还差 18个，请县科协提出分月安排。",
        "巩固，按期更新数据。",
        "请县科协尽快报送。",
        "请补“流动服务记录表”（visits）。",
        "还差 18个，请县教委提出分月安排。",
        "请填目标值后再判断。",
    ]
    assert table["due"].tolist() == ["2025"] * 4 + ["每年", "2025"]
    assert len(task_list(rows, period=PERIOD, lead="县教委")) == 1
    assert task_list(rows, period=PERIOD, responsible="县财政局").empty
    assert "to propose" in task_list(rows, period=PERIOD, lang="en")["next"].iloc[0]


def test_a_flow_that_fell_short_in_an_earlier_year_is_not_told_to_close_a_gap_of_nought():
    rows = pd.DataFrame([ledger_row(kind="flow_per_year", done=70.0, goal=50.0, missing=0.0)])
    assert task_list(rows, period=PERIOD)["next"].iloc[0].startswith("本年已达到")


def test_a_share_is_told_to_one_decimal():
    rows = pd.DataFrame([ledger_row(unit="%", done=46.0317, goal=50.0, missing=3.96825)])
    row = task_list(rows, period=PERIOD).iloc[0]
    assert "46/50%" in row["progress"]
    assert "还差 4%" in row["next"]


def test_a_target_that_counts_townships_counts_each_once():
    presence = pd.DataFrame(
        {"state": ["has"], "places_open": [2], "places_planned": [3]},
        index=pd.MultiIndex.from_tuples([("500230001", "room")], names=["code9", "type"]),
    )
    village = pd.DataFrame(
        {"state": ["has"]},
        index=pd.MultiIndex.from_tuples([("500230001001", "room")], names=["code12", "type"]),
    )
    table = by_township(targets(("t", "presence", "room", "")), VENUES, presence, village)
    assert table.loc[("t", "500230001"), ["done", "planned"]].tolist() == [1, 1]
