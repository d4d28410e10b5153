"""gaps.xlsx as an office meets it: title, units, totals that add up, nothing executable."""

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from coverplan.report.form import Book, Column, text_width
from coverplan.report.layout import column_letter
from coverplan.report.tables import gaps_table
from coverplan.report.words import header
from coverplan.report.workbook import write_workbook
from small_result import HOSTILE, TOWNS, small_result

SHEETS = [
    "总表",
    "社区科普大学教学点",
    "中小学共享科技馆",
    "其他类型",
    "村社区",
    "目标台账",
    "任务清单",
    "建议选址",
    "论证",
    "数据质量",
    "方法",
]


def written(tmp_path, *, values: bool = True, lang: str = "zh", **options):
    path = tmp_path / "gaps.xlsx"
    write_workbook(small_result(lang=lang, **options), path, lang=lang)
    return read(path, values=values)


def read(path: Path, *, values: bool = True):
    """Return a workbook that holds no file open."""
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=values)


def table_of(sheet, head_at: int) -> pd.DataFrame:
    """Return the rows below a header row, down to the total."""
    names = [cell.value for cell in sheet[head_at]]
    rows = []
    for row in sheet.iter_rows(min_row=head_at + 1, values_only=True):
        if not isinstance(row[0], int | float):
            break
        rows.append(row)
    plain = [str(name).replace("\n", "") for name in names]
    return pd.DataFrame(rows, columns=plain)


def head_row(sheet) -> int:
    """Return the row of the header with the filters."""
    return int(re.search(r"\d+", sheet.auto_filter.ref)[0])


def test_the_sheets_come_in_the_order_of_reading(tmp_path):
    assert written(tmp_path).sheetnames == SHEETS


def test_each_sheet_opens_with_title_unit_and_date(tmp_path):
    for sheet in written(tmp_path):
        assert sheet["A1"].value
        second = [cell.value for cell in sheet[2] if cell.value]
        assert second[0] == "填报单位：小县科学技术协会"
        assert "截至 2025 年 12 月 31 日" in second


def test_each_sheet_prints_on_one_page_across_with_page_numbers(tmp_path):
    for sheet in written(tmp_path):
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize in {8, 9}
        # one page across is the format's default and left out of the file
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"


def test_the_head_stays_in_sight_on_screen_and_on_paper(tmp_path):
    for sheet in written(tmp_path).worksheets[:7]:
        head = head_row(sheet)
        assert sheet.freeze_panes.endswith(str(head + 1))
        assert sheet.print_title_rows == f"$1:${head}"


def test_the_overview_shows_all_programmes_and_cutoffs_side_by_side(tmp_path):
    sheet = written(tmp_path)["总表"]
    head = head_row(sheet)
    groups = [cell.value for cell in sheet[head - 1] if cell.value]
    assert groups == ["社区科普大学教学点", "中小学共享科技馆"]
    names = [str(cell.value).replace("\n", "") for cell in sheet[head]]
    assert names[0] == "序号"
    assert names.index("15 分钟外（人）") + 1 == names.index("30 分钟外（人）")


def test_the_states_add_up_to_all_townships_in_every_state_column(tmp_path):
    sheet = written(tmp_path)["总表"]
    labels = {row[0].value: row[0].row for row in sheet.iter_rows() if row[0].value}
    column = next(cell.column for cell in sheet[head_row(sheet)] if cell.value == "状态")
    counts = [
        sheet.cell(labels[name], column).value for name in ("有（个）", "无（个）", "未报（个）")
    ]
    assert counts == [1, 1, 1]
    assert sheet.cell(labels["有+无+未报"], column).value == 3


def test_every_total_is_a_formula_whose_stored_value_is_the_sum(tmp_path):
    values, formulas = written(tmp_path), written(tmp_path, values=False)
    found = 0
    for sheet in values:
        for row in sheet.iter_rows():
            for cell in row:
                text = formulas[sheet.title][cell.coordinate].value
                match = re.fullmatch(r"=SUM\((\w+):(\w+)\)", str(text))
                if match:
                    cells = [one.value for line in sheet[f"{match[1]}:{match[2]}"] for one in line]
                    assert cell.value == sum(one for one in cells if isinstance(one, int | float))
                    found += 1
    assert found >= 12


def test_covered_uncovered_and_unknown_come_to_the_people_of_each_row(tmp_path):
    sheet = written(tmp_path)["社区科普大学教学点"]
    table = table_of(sheet, head_row(sheet))
    for cutoff in (15, 30):
        parts = [
            table[header(f"people_{name}_{cutoff}min", "zh")]
            for name in ("covered", "uncovered", "unknown")
        ]
        assert (sum(parts) == table["人口（人）"]).all()
        assert (table[f"{cutoff} 分钟核对"] == 0).all()


def test_the_sheet_of_a_programme_says_what_the_csv_says(tmp_path):
    sheet = written(tmp_path)["社区科普大学教学点"]
    table = table_of(sheet, head_row(sheet)).set_index("乡镇代码")
    plain = gaps_table(small_result())
    plain = plain[plain["type"] == "university_site"].set_index("code9")
    for name in ("people", "people_uncovered_30min", "people_covered_15min"):
        assert table[header(name, "zh")].tolist() == plain[name].tolist()
    assert table["状态"].tolist() == ["有", "无", "未报"]
    assert table["已开放（个）"].tolist()[:2] == [1, 0]
    assert pd.isna(table["已开放（个）"].iloc[2]), "who has not reported has no nought"
    assert table["最近场馆（分钟）"].tolist() == [10, 33.25, "不可达"]


def test_codes_are_text_so_that_no_digit_is_lost(tmp_path):
    book = written(tmp_path)
    sheet = book["村社区"]
    codes = [cell for cell in sheet["B"] if str(cell.value).startswith("500230")]
    assert len(codes) == 5
    assert all(cell.data_type == "s" and len(cell.value) == 12 for cell in codes)
    sheet = book["总表"]
    assert [cell.value for cell in sheet["B"] if cell.value in TOWNS] == list(TOWNS)


def test_a_hostile_name_is_text_and_no_formula(tmp_path):
    result = small_result()
    result.townships.loc["500230101", "name"] = HOSTILE
    path = tmp_path / "gaps.xlsx"
    write_workbook(result, path)
    cells = [
        cell
        for sheet in read(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == HOSTILE
    ]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


def test_a_type_name_that_excel_refuses_as_a_sheet_name_is_made_to_fit(tmp_path):
    result = small_result()
    result.venue_types.loc["university_site", "zh"] = "点/馆[甲]:" + "长" * 40
    result.venue_types.loc["school_museum", "zh"] = "点/馆[甲]:" + "长" * 40
    path = tmp_path / "gaps.xlsx"
    write_workbook(result, path)
    names = read(path).sheetnames
    assert len(set(names)) == len(names)
    assert all(len(name) <= 31 for name in names)


def test_illustrative_data_are_marked_on_every_sheet_and_page(tmp_path):
    for sheet in written(tmp_path, example=True):
        assert "示例数据" in sheet["A1"].value
        assert "示例数据" in sheet.oddHeader.right.text
    for sheet in written(tmp_path):
        assert "示例" not in sheet["A1"].value


def test_gap_and_unreported_are_coloured_by_rules_that_differ_in_grey(tmp_path):
    sheet = written(tmp_path)["总表"]
    rules = {
        rule.formula[0]: rule.dxf
        for group in sheet.conditional_formatting
        for rule in group.rules
        if rule.type == "cellIs"
    }
    greys = {}
    for word in ('"无"', '"未报"'):
        colour = rules[word].fill.bgColor.rgb[-6:]
        red, green, blue = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
        greys[word] = 0.299 * red + 0.587 * green + 0.114 * blue
    assert greys['"未报"'] - greys['"无"'] > 100


def test_a_place_whose_position_is_not_known_is_not_painted_as_a_gap(tmp_path):
    sheet = written(tmp_path)["村社区"]
    names = {cell.column_letter: cell.value for cell in sheet[head_row(sheet)]}
    letter = next(one for one, name in names.items() if name == "位置来历")
    assert not [
        group for group in sheet.conditional_formatting if str(group.sqref).startswith(letter)
    ]


def test_the_workbook_is_dated_by_the_report_and_not_by_the_clock(tmp_path):
    created = written(tmp_path).properties.created
    assert created.date().isoformat() == "2025-12-31"


def test_the_same_result_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(small_result(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_refused_share_is_told_below_the_table_instead_of_a_number(tmp_path):
    result = small_result()
    for name in [one for one in map(str, result.gaps) if one.startswith("people_")]:
        result.gaps[name] = pd.array([None] * len(result.gaps), dtype="Int64")
    result.gaps["refused"] = "report.method.refused"
    path = tmp_path / "gaps.xlsx"
    write_workbook(result, path)
    sheet = read(path)["总表"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert not [text for text in texts if "分钟外" in text]
    assert any("数据不足以支持百分比" in text for text in texts)


def test_unreported_townships_are_listed_to_be_reminded(tmp_path):
    sheet = written(tmp_path)["数据质量"]
    rows = [[cell.value for cell in row[:4]] for row in sheet.iter_rows()]
    assert [1, "社区科普大学教学点", 1, "丙乡"] in rows


def test_each_proposed_site_has_its_reason_and_its_condition(tmp_path):
    sheet = written(tmp_path)["建议选址"]
    table = table_of(sheet, head_row(sheet))
    assert table["建议地点"].tolist() == ["乙镇（具体社区由乡镇推荐）", "丙乡（具体村由乡镇推荐）"]
    assert "一镇一点" in table["入选理由"][0]
    assert table["前提"].tolist() == ["无前提", "若核实为无才建"]


def test_english_workbooks_have_english_heads_and_no_chinese_ones(tmp_path):
    book = written(tmp_path, lang="en")
    sheet = book.worksheets[0]
    names = [str(cell.value) for cell in sheet[head_row(sheet)]]
    assert names[0] == "No."
    assert not [name for name in names if re.search("[\u4e00-\u9fff]", name)]


def test_an_empty_table_says_none(tmp_path):
    path = tmp_path / "a.xlsx"
    with Book(path, "zh", date(2025, 1, 1)) as book:
        form = book.form("x", "t", "u", 3)
        form.table([Column("a", []), Column("b", [], "int", total=True)])
        form.close()
    values = [cell.value for row in read(path)["x"].iter_rows() for cell in row]
    assert "（无）" in values


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("丰都", 4), ("30 分钟", 7), ("", 0)])
def test_a_chinese_character_is_as_wide_as_two_latin_ones(text, width):
    assert text_width(text) == width


def test_no_sheet_is_printed_in_type_smaller_than_seven_points(tmp_path):
    for sheet in written(tmp_path):
        # what LibreOffice and Excel make of a column: seven pixels a character, 96 to the inch
        width = sum(7 * one.width * 0.75 for one in sheet.column_dimensions.values())
        paper = {8: 1191 - 72, 9: 842 - 72}[sheet.page_setup.paperSize]
        pages = sheet.page_setup.fitToWidth or 1
        assert 11 * min(1, paper * pages / width) >= 7, sheet.title


def test_the_ledger_shows_each_year_and_the_list_of_tasks_can_be_filtered_by_department(tmp_path):
    book = written(tmp_path)
    sheet = book["目标台账"]
    assert table_of(sheet, head_row(sheet))["2024 年末"].iloc[0] == 1
    sheet = book["任务清单"]
    tasks = table_of(sheet, head_row(sheet))
    assert {"任务", "牵头", "责任", "时限", "进展", "问题", "下一步"} <= set(tasks)
    assert tasks["进展"].iloc[0] == "到期未完成：1/3个"


def test_the_ledger_by_township_writes_no_nought_for_who_is_silent(tmp_path):
    result = small_result()
    keys = pd.MultiIndex.from_product([["university-townships"], TOWNS], names=["target", "code9"])
    frame = pd.DataFrame(
        {
            "done": [1, 0, 0], "planned": 0, "whole": pd.array([None] * 3, dtype="Int64"),
            "state": ["has", "none", "unreported"],
        },
        index=keys,
    )  # fmt: skip
    path = tmp_path / "gaps.xlsx"
    write_workbook(replace(result, targets_by_township=frame), path)
    sheet = read(path)["分乡镇台账"]
    head = head_row(sheet)
    assert [sheet.cell(head + row, 4).value for row in (1, 2, 3, 4)] == [1, 0, "未报", 1]


def test_title_and_notes_of_a_sheet_of_two_pages_end_before_the_first_does(tmp_path):
    path = tmp_path / "a.xlsx"
    with Book(path, "zh", date(2025, 1, 1)) as book:
        form = book.form("x", "标题", "单位：个", 61)
        names = [Column(f"第 {n} 列的名称", ["一二三四五六七八九十"]) for n in range(59)]
        form.table([Column("乡镇", ["甲"], name="key"), *names])
        form.note("说明" * 300)
        form.close()
    sheet = read(path)["x"]
    widths = [sheet.column_dimensions[column_letter(place)].width for place in range(60)]
    pages = sheet.page_setup.fitToWidth
    assert pages > 1
    note = next(one for one in sheet.merged_cells.ranges if one.min_row > 3)
    assert note.min_col == 3  # the number and the township are on each page
    for one in sheet.merged_cells.ranges:
        assert sum(widths[: one.max_col]) < sum(widths) / pages
