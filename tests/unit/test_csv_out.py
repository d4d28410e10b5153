"""Tables as CSV: what Excel reads, what a careless reader reads, and no formula in either."""

import csv
import io
from datetime import date

import numpy as np
import pandas as pd
import pytest

from coverplan.report.csv_out import csv_bytes, safe_text, write_csv
from coverplan.report.tables import TABLES, gaps_table, townships_table
from small_result import HOSTILE, small_result


def lines_of(table: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_the_mark_that_excel_needs_to_see_utf8():
    assert csv_bytes(pd.DataFrame({"name": ["丰都"]})).startswith(b"\xef\xbb\xbfname\r\n")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_compute_is_defused(text):
    assert safe_text(text) == "'" + text
    assert lines_of(pd.DataFrame({"note": [text]}))[1] == ["'" + text]


def test_a_negative_number_stays_a_number():
    assert lines_of(pd.DataFrame({"elevation_m": [-3.0], "n": [-2]}))[1] == ["-3", "-2"]


def test_numbers_have_the_decimals_of_their_unit_whatever_their_value():
    table = pd.DataFrame(
        {
            "lon": [107.5],
            "nearest_min": [33.333],
            "nearest_km": [2.0],
            "share": [0.5],
            "target": [3.0],
        }
    )
    assert lines_of(table)[1] == ["107.500000", "33.33", "2.00", "0.5000", "3"]


def test_missing_is_blank_and_unreachable_is_not():
    table = pd.DataFrame(
        {
            "people": pd.array([None, 5], dtype="Int64"),
            "nearest_min": [np.nan, np.inf],
            "name": pd.array([None, "x"], dtype="str"),
            "opened_on": [None, date(2024, 3, 1)],
            "open": [True, False],
        }
    )
    assert lines_of(table)[1:] == [
        ["", "", "", "", "true"],
        ["5", "inf", "x", "2024-03-01", "false"],
    ]


def test_a_cell_with_quotes_commas_and_line_breaks_reads_back_as_it_was():
    text = '一"二",三\n四'
    assert lines_of(pd.DataFrame({"note": [text]}))[1] == [text]


def test_the_office_encoding_is_to_be_had(tmp_path):
    write_csv(pd.DataFrame({"name": ["丰都"]}), tmp_path / "a.csv", encoding="gb18030")
    assert (tmp_path / "a.csv").read_bytes().decode("gb18030") == "name\r\n丰都\r\n"


def test_codes_leave_as_they_are_with_all_their_digits():
    header, *rows = lines_of(TABLES["villages"](small_result()))
    assert {len(row[header.index("code12")]) for row in rows} == {12}


def test_every_list_of_a_run_has_plain_snake_case_headers_with_units():
    for name, table_of in TABLES.items():
        for column in table_of(small_result()).columns:
            assert column.isascii(), (name, column)
            assert column == column.lower(), (name, column)


def test_a_township_and_type_has_one_row_and_its_cutoffs_side_by_side():
    table = gaps_table(small_result())
    assert len(table) == 9
    assert not table.duplicated(["code9", "type"]).any()
    assert {"people_covered_15min", "people_covered_30min"} <= set(table.columns)


def test_the_states_and_the_people_of_the_gap_list_add_up():
    table = gaps_table(small_result())
    for _, own in table.groupby("type"):
        assert own["state"].isin(["has", "none", "unreported"]).sum() == 3
    known = table[table["type"] == "university_site"]
    for cutoff in (15, 30):
        parts = sum(
            known[f"people_{name}_{cutoff}min"] for name in ("covered", "uncovered", "unknown")
        )
        assert (parts == known["people"]).all()


def test_a_township_has_one_row_with_every_type_and_what_it_misses():
    table = townships_table(small_result()).set_index("code9")
    assert len(table) == 3
    assert table["state_university_site"].tolist() == ["has", "none", "unreported"]
    assert table["people_uncovered_30min_university_site"].tolist() == [0, 400, 300]
    assert table.loc["500230101", "targets_missing"] == "university-townships"
    assert "people_covered_15min_school_museum" not in table, (
        "a type without figures has no columns"
    )


def test_hostile_names_leave_defused_in_the_lists():
    result = small_result()
    result.gaps.loc[("500230101", "university_site"), "nearest_name"] = HOSTILE
    content = csv_bytes(gaps_table(result)).decode("utf-8-sig")
    assert "'=HYPERLINK" in content
    assert ",=HYPERLINK" not in content
    assert ',"=HYPERLINK' not in content
