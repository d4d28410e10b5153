from datetime import date, datetime

import pytest

from coverplan.intake.cells import parse_cell, printable, shown
from coverplan.schema import (
    POPULATION,
    TOWNSHIPS,
    VENUE_TYPES,
    VENUES,
    VILLAGES,
    Column,
    Kind,
)

PEOPLE = POPULATION.column("people")
CAPACITY = VENUES.column("capacity")
COST = VENUES.column("cost_yuan")
LON = VENUES.column("lon")
LAT = VENUES.column("lat")
OPENED = VENUES.column("opened_on")
CODE9 = TOWNSHIPS.column("code9")
CODE12 = VILLAGES.column("code12")
COUNTY = Column("code6", "县代码", Kind.CODE6)


@pytest.mark.parametrize(
    ("column", "raw", "value"),
    [
        (PEOPLE, "12345", 12345),
        (PEOPLE, 12345.0, 12345),
        (COST, "3.5", 3.5),
        (COST, "1e4", 10000.0),
        (LON, "107.73027", 107.73027),
        (LAT, 29.86864, 29.86864),
        (CODE9, "500230001", "500230001"),
        (OPENED, datetime(2024, 5, 1), date(2024, 5, 1)),  # noqa: DTZ001
        (OPENED, "2024-05-01", date(2024, 5, 1)),
        (VENUES.column("status"), "开放", "open"),
        (VENUES.column("status"), "OPEN", "open"),
        (VENUES.column("active_12m"), "是", "yes"),
        (VENUES.column("visitable"), "√", True),
        (VENUES.column("visitable"), "否", False),
        (VENUES.column("visitable"), 1, True),
        (VENUE_TYPES.column("colour"), "#1B6CA8", "#1b6ca8"),
        (VENUES.column("name"), 12.0, "12"),
        (VENUES.column("capacity"), None, None),
        (VENUES.column("note"), "'=1+1", "=1+1"),
    ],
)
def test_a_cell_that_says_one_thing_is_taken_as_it_stands(column, raw, value):
    parsed = parse_cell(column, raw)
    assert (parsed.value, parsed.repair, parsed.fault) == (value, "", "")


@pytest.mark.parametrize(
    ("column", "raw", "value", "repair"),
    [
        (PEOPLE, "１２３４５", 12345, "number"),
        (PEOPLE, "12,345", 12345, "number"),
        (PEOPLE, " 12 345", 12345, "number"),
        (PEOPLE, "3257人", 3257, "unit"),
        (CAPACITY, "—", None, "dash"),
        (CAPACITY, "/", None, "dash"),
        (LON, "107°43′", 107 + 43 / 60, "degrees"),
        (LON, "107°43′48″", 107.73, "degrees"),
        (LON, "东经107度43分48秒", 107.73, "degrees"),
        (LAT, "29°52'7.1\"N", 29 + 52 / 60 + 7.1 / 3600, "degrees"),
        (LON, "107.73°", 107.73, "degrees"),
        (CODE9, 500230001.0, "500230001", "code_number"),
        (CODE12, 500230001001.0, "500230001001", "code_number"),
        (CODE9, "500230001000", "500230001", "code_zeros"),
        (COUNTY, "500230000000", "500230", "code_zeros"),
        (CODE9, "'500230001", "500230001", "number"),
        (CODE9, "５００２３０００１", "500230001", "number"),
        (OPENED, "2024年5月1日", date(2024, 5, 1), "date"),
        (OPENED, "2024/5/1", date(2024, 5, 1), "date"),
        (OPENED, "2024.05.01", date(2024, 5, 1), "date"),
        (OPENED, 45413, date(2024, 5, 1), "date_number"),
        (VENUES.column("name"), "三合\n教学点", "三合 教学点", "characters"),
        (VENUES.column("name"), "教学点\u202e\u200b", "教学点", "characters"),
    ],
)
def test_a_cell_with_one_meaning_in_an_odd_spelling_is_repaired_and_said(
    column, raw, value, repair
):
    parsed = parse_cell(column, raw)
    wanted = pytest.approx(value) if isinstance(value, float) else value
    assert parsed.value == wanted
    assert (parsed.repair, parsed.fault) == (f"intake.repair.{repair}", "")


@pytest.mark.parametrize(
    ("column", "raw", "fault"),
    [
        (PEOPLE, None, "missing"),
        (PEOPLE, "—", "missing"),
        (PEOPLE, "有2个，待建1个", "words"),
        (PEOPLE, "约3000", "words"),
        (PEOPLE, "3000-4000", "words"),
        (PEOPLE, "2 3", "words"),
        (PEOPLE, "无", "not_number"),
        (PEOPLE, "NaN", "not_finite"),
        (PEOPLE, float("nan"), "not_finite"),
        (PEOPLE, "1e999", "not_finite"),
        (PEOPLE, -3, "negative"),
        (PEOPLE, "12.5", "not_whole"),
        (PEOPLE, "12,34", "comma"),
        (PEOPLE, True, "not_number"),
        (PEOPLE, "#DIV/0!", "error_value"),
        (PEOPLE, "#N/A", "error_value"),
        (LON, "107,73", "comma"),
        (LON, "107°73′", "degrees"),
        (LON, "29°52′N", "degrees"),
        (LON, "36480123.4", "degrees_range"),
        (CODE12, "5.0023E+11", "code_scientific"),
        (CODE12, "500230001", "code_length"),
        (CODE9, "三合街道", "code"),
        (OPENED, "2024年5月", "date_part"),
        (OPENED, 2024, "date_part"),
        (OPENED, "2024-02-30", "date"),
        (OPENED, "去年", "date"),
        (OPENED, "01/05/24", "date"),
        (VENUES.column("status"), "不知道", "choice"),
        (VENUES.column("visitable"), "也许", "flag"),
        (VENUE_TYPES.column("colour"), "红色", "colour"),
    ],
)
def test_a_cell_that_may_mean_two_things_is_a_fault_and_never_half_read(column, raw, fault):
    parsed = parse_cell(column, raw)
    assert parsed.fault == f"intake.cell.{fault}"
    assert parsed.value is None


def test_hours_and_ten_thousands_are_not_taken_for_minutes_and_yuan():
    assert parse_cell(COST, "3万元").fault == "intake.cell.words"


def test_a_message_shows_no_character_that_could_move_the_cursor():
    assert shown("a\x1b[2J\u202eb") == "a\\u001b[2J\\u202eb"
    assert len(shown("长" * 500)) == 61
    assert printable("\ufeff三合\u2066街道\x00") == "三合街道"
