from datetime import date

import pandas as pd
import pytest

from coverplan.targets import Evidence, Status, ledger

AS_OF = date(2024, 12, 31)
PERIOD = (2021, 2025)
COLUMNS = [
    "id",
    "kind",
    "target",
    "counts_from",
    "counts_to",
    "source_table",
    "venue_type",
    "lead",
    "responsible",
]


def target(
    name,
    kind="stock",
    goal="3",
    source="venues",
    *,
    types="room",
    start="",
    end="",
    who="各乡镇（街道）",
):
    return pd.DataFrame(
        [[name, kind, goal, start, end, source, types, "县科协", who]], columns=COLUMNS
    )


def rows(*frames):
    return pd.concat(frames).set_index("id")


def venue(name, code9, status="open", opened=None, place=""):
    return [name, "room", code9, place, status, opened, status == "open"]


def evidence(venues=(), states=(), villages=(), schools=None, indicators=()):
    frame = pd.DataFrame(
        list(venues), columns=["id", "type", "code9", "place_id", "status", "opened_on", "open"]
    ).set_index("id")
    keys = pd.MultiIndex.from_tuples([("a", "room"), ("b", "room")], names=["code9", "type"])
    presence = pd.DataFrame(
        {"state": list(states) or ["has", "none"], "places_planned": [0, 1]}, index=keys
    )
    village = pd.DataFrame(
        list(villages) or [("a1", "room", "has"), ("a2", "room", "none")],
        columns=["code12", "type", "state"],
    ).set_index(["code12", "type"])
    typed = pd.DataFrame(list(indicators), columns=["target", "year", "value", "planned"])
    return Evidence(frame, presence, village, schools, typed)


def one(targets, found, as_of=AS_OF):
    return ledger(targets, found, as_of=as_of, period=PERIOD).iloc[0]


def test_a_stock_counts_places_open_and_says_what_is_missing():
    found = evidence([venue("v1", "a", place="p"), venue("v2", "a", place="p"), venue("v3", "a")])
    row = one(rows(target("t")), found)
    assert (row["done"], row["missing"], row["status"]) == (2, 1, "running")


def test_newly_built_counts_only_what_opened_within_the_dates():
    found = evidence(
        [
            venue("v1", "a", opened="2020-12-31"),
            venue("v2", "a", opened="2021-01-01"),
            venue("v3", "a", opened="2025-12-31"),
            venue("v4", "a"),
        ]
    )
    row = one(rows(target("t", start="2021-01-01", end="2025-12-31")), found)
    assert row["done"] == 2
    assert "1 处没有启用日期" in row["note_zh"]


def test_silence_of_a_township_is_not_overdue_but_unreported():
    found = evidence([venue("v1", "a")], states=["has", "unreported"])
    row = one(rows(target("t")), found, date(2025, 12, 31))
    assert (row["status"], row["unreported"]) == ("unreported", 1)
    assert "1" in row["note_zh"]


def test_where_a_department_reports_the_note_names_it_and_not_the_townships():
    found = evidence([venue("v1", "a")], states=["has", "unreported"])
    assert "县科协" in one(rows(target("t", who="县教委")), found)["note_zh"]


def test_an_ended_plan_says_overdue_and_a_reached_goal_done():
    found = evidence([venue("v1", "a")])
    assert one(rows(target("t")), found, date(2025, 12, 31))["status"] == Status.OVERDUE
    assert one(rows(target("t", goal="1")), found, date(2025, 12, 31))["status"] == Status.DONE


def test_nothing_done_and_nothing_planned_is_not_started():
    assert one(rows(target("t")), evidence())["status"] == "not_started"
    planned = evidence([venue("v1", "a", status="planned")])
    row = one(rows(target("t")), planned)
    assert (row["planned"], row["status"]) == (1, "running")


def test_full_coverage_of_townships_counts_townships():
    row = one(rows(target("t", "coverage", "full", "presence")), evidence())
    assert (row["goal"], row["done"], row["planned"], row["missing"]) == (2, 1, 1, 1)


def test_full_coverage_of_villages_counts_any_of_the_types():
    found = evidence(villages=[("a1", "room", "has"), ("a1", "x", "none"), ("a2", "room", "none")])
    row = one(rows(target("t", "coverage", "", "villages", types="room;x")), found)
    assert (row["goal"], row["done"], row["missing"]) == (2, 1, 1)
    unknown = evidence(villages=[("a1", "room", "unreported"), ("a1", "x", "none")])
    assert (
        one(rows(target("t", "coverage", "", "villages", types="room;x")), unknown)["unreported"]
        == 1
    )


def test_the_share_of_schools_is_said_for_primary_secondary_and_together():
    schools = pd.DataFrame(
        {
            "level": ["小学", "小学", "初中", "九年一贯"],
            "activity_room": ["yes", "no", "yes", "unknown"],
        }
    )
    row = one(rows(target("t", "share", "50", "schools", types="")), evidence(schools=schools))
    assert (row["done"], row["status"], row["unreported"]) == (50, "done", 1)
    assert "小学 1/2，中学 1/1，九年一贯 0/1，合计 2/4" in row["note_zh"]


@pytest.mark.parametrize("source", ["schools", "visits"])
def test_a_missing_table_is_named(source):
    row = one(rows(target("t", source=source)), evidence())
    assert (row["missing_table"], row["status"]) == (source, "unreported")
    assert pd.isna(row["done"])


def test_a_yearly_flow_is_judged_in_every_year_and_a_blank_year_is_not_zero():
    flow = rows(target("t", "flow_per_year", "12", "indicators", types=""))
    typed = [("t", year, "12", None) for year in (2021, 2022, 2023, 2024)]
    assert one(flow, evidence(indicators=typed))["status"] == "done"
    short = [*typed[:3], ("t", 2024, "11", None)]
    row = one(flow, evidence(indicators=short))
    assert (row["status"], row["done"]) == ("running", 11)
    assert "2024" in row["note_en"].split("below")[1]
    row = one(flow, evidence(indicators=typed[1:]))
    assert (row["status"], row["unreported"]) == ("unreported", 1)
    assert "2021: —" in row["note_zh"]


def test_a_zero_in_a_year_is_below_the_goal():
    flow = rows(target("t", "flow_per_year", "12", "indicators", types=""))
    typed = [("t", year, "12" if year > 2021 else "0", None) for year in (2021, 2022, 2023, 2024)]
    row = one(flow, evidence(indicators=typed))
    assert (row["status"], "2021" in row["note_en"].split("below")[1]) == ("running", True)


def test_figures_typed_for_years_after_the_report_date_are_not_counted():
    stock = rows(target("t", "stock", "5000", "indicators", types=""))
    typed = [("t", 2023, "4000", None), ("t", 2025, "6000", None)]
    assert one(stock, evidence(indicators=typed))["done"] == 4000


def test_a_stage_is_told_in_its_own_word():
    stage = rows(target("t", "stage", "1", "indicators", types=""))
    row = one(stage, evidence(indicators=[("t", 2024, "开工", None)]))
    assert ("开工" in row["note_zh"], row["status"]) == (True, "not_started")
    assert one(stage, evidence(indicators=[("t", 2024, "开放", None)]))["status"] == "done"


def test_what_nobody_typed_is_unreported():
    row = one(rows(target("t", source="indicators")), evidence())
    assert (row["status"], pd.isna(row["done"])) == ("unreported", True)


def test_a_budget_that_shall_rise_may_stand_still_but_not_fall():
    flow = rows(target("t", "flow_per_year", "2", "indicators", types=""))
    flow["comparison"] = "rising"

    def judged(*values):
        typed = [("t", 2021 + at, value, None) for at, value in enumerate(values)]
        return one(flow, evidence(indicators=typed))

    assert judged(2.0, 2.0, 2.1, 2.5)["status"] == "done"
    row = judged(2.0, 2.6, 2.4, 2.5)
    assert row["status"] == "running"
    assert "低于上一年的年份：2023" in row["note_zh"]
    assert judged(1.9, 2.0, 2.1, 2.2)["status"] == "running"


def test_a_survey_is_told_with_its_year_sample_and_interval():
    share = rows(target("t", "share", "15", "indicators", types=""))
    found = evidence(indicators=[("t", 2024, "14.6", None)])
    assert "样本量" not in one(share, found)["note_zh"]
    found.indicators[["sample", "low", "high"]] = [1200, 12.6, 16.6]
    note = one(share, found)["note_zh"]
    assert "2024 年；样本量 1200；区间 12.6–16.6" in note


def test_a_report_after_the_period_judges_the_years_of_the_plan():
    flow = rows(target("t", "flow_per_year", "12", "indicators", types=""))
    typed = [("t", year, "12", None) for year in range(2021, 2026)]
    row = one(flow, evidence(indicators=typed), date(2026, 1, 15))
    assert (row["status"], row["done"]) == ("done", 12)


def test_no_villages_are_no_full_coverage():
    empty = pd.DataFrame(
        {"state": []}, index=pd.MultiIndex.from_arrays([[], []], names=["code12", "type"])
    )
    found = evidence()
    found = Evidence(found.venues, found.presence, empty, None, found.indicators)
    row = one(rows(target("t", "coverage", "", "villages")), found)
    assert (row["status"], row["missing_table"]) == ("unreported", "villages")


def test_a_place_without_its_date_is_unknown_and_makes_no_target_overdue():
    found = evidence([venue("v1", "a")])
    row = one(rows(target("t", start="2021-01-01")), found, date(2025, 12, 31))
    assert (row["status"], row["unreported"]) == ("unreported", 1)
