import csv
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font

from coverplan import schema
from coverplan.errors import Severity, TableError
from coverplan.intake.tables import read_table

HEADER = [
    "编号*",
    "场馆名称",
    "类型",
    "所属乡镇",
    "坐标",
    None,
    "状态",
    "容纳人数（人）",
    "开放时间",
]
SUBHEADER = [None, None, None, None, "经度", "纬度", None, None, None]


def office_workbook(path: Path) -> Path:
    """A form as it comes back: title, merged header of two rows, merged township, a total."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "填报"
    sheet.append(["丰都县科普场馆情况统计表"])
    sheet.merge_cells("A1:I1")
    sheet.append(["填报单位：县科协"])
    sheet.append(HEADER)
    sheet.append(SUBHEADER)
    sheet.merge_cells("E3:F3")
    for letter in "ABCDGHI":
        sheet.merge_cells(f"{letter}3:{letter}4")
    sheet.append(
        [
            "v1",
            "教学点一",
            "教学点",
            "三合街道",
            "107°43′48″",
            "２９.８６",
            "在用",
            "１２,３４５",
            "2024年5月1日",
        ]
    )
    sheet.append(["v2", "教学点二", "教学点", None, 107.7, 29.8, "在建", 40, None])
    sheet.merge_cells("D5:D6")
    sheet.append([])
    sheet.append(
        [
            "v3",
            "教学点三",
            "教学点",
            "名山街道",
            107.7,
            "29,8",
            "不知道",
            "有2个，待建1个",
            "2024年",
        ]
    )
    sheet.append(["合 计", None, None, None, None, None, None, "=SUM(H5:H8)"])
    sheet.append(["注：数据截至2024年"])
    book.create_sheet("填表说明")["A1"] = "请如实填写"
    book.save(path)
    return path


def fates(table) -> dict[int, str]:
    return dict(zip(table.ledger["row"], table.ledger["fate"], strict=True))


def keys(table, row: int) -> set[str]:
    return set(table.ledger.loc[table.ledger["row"] == row, "key"])


def refusal(path: Path, contract=schema.VENUES) -> str:
    with pytest.raises(TableError) as caught:
        read_table(path, contract)
    return caught.value.text("zh")


def test_an_office_form_with_title_merges_total_and_footnote_is_read(tmp_path):
    table = read_table(office_workbook(tmp_path / "a.xlsx"), schema.VENUES)
    assert list(table.frame["id"]) == ["v1", "v2"]
    assert list(table.frame["township"]) == ["三合街道", "三合街道"]
    assert list(table.frame["lon"]) == [107.73, 107.7]
    assert list(table.frame["capacity"]) == [12345, 40]
    assert str(table.frame["opened_on"].iloc[0].date()) == "2024-05-01"
    assert fates(table) == {
        5: "repaired",
        6: "repaired",
        7: "set_aside",
        8: "set_aside",
        9: "set_aside",
        10: "set_aside",
    }
    assert keys(table, 6) == {"intake.repair.merged"}
    assert keys(table, 7) == {"intake.row.blank"}
    assert keys(table, 9) == {"intake.row.total"}
    assert keys(table, 10) == {"intake.row.footnote"}
    assert table.book.counts() == {"a.xlsx": {"taken": 0, "repaired": 2, "set_aside": 4}}


def test_every_fault_names_file_sheet_row_header_what_was_found_and_the_remedy(tmp_path):
    table = read_table(office_workbook(tmp_path / "a.xlsx"), schema.VENUES)
    assert [p.text("zh") for p in table.problems if p.severity is Severity.ROW] == [
        "a.xlsx，工作表“填报”，第 8 行，“纬度”列：“29,8”不是数。是不是 29.8？请用小数点",
        (
            "a.xlsx，工作表“填报”，第 8 行，“状态”列：“不知道”不在可选范围内。请写其中之一："
            "开放（open）、拟建（planned）、在建（building）、暂停（suspended）、关闭（closed）、"
            "待核（disputed）"
        ),
        (
            "a.xlsx，工作表“填报”，第 8 行，“开放时间”列：“2024年”缺少月或日。"
            "请写成 2024-05-01；日子不清楚就留空，写到备注"
        ),
        (
            "a.xlsx，工作表“填报”，第 8 行，“容纳人数（人）”列：“有2个，待建1个”里有文字，"
            "要写成一个数。是几？请只写数，其余写到备注或另起一行"
        ),
    ]
    assert table.problems[1].text("en") == (
        "a.xlsx, sheet 填报, row 8, column 纬度: 29,8 is not a number. Write 29.8"
    )


def test_old_and_open_workbooks_say_the_same_as_xlsx(tmp_path):
    path = office_workbook(tmp_path / "a.xlsx")
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed: it writes the .xls and .ods of this test")
    expected = read_table(path, schema.VENUES)
    for suffix in ("xls", "ods"):
        subprocess.run(
            [
                soffice,
                f"-env:UserInstallation=file://{tmp_path}/profile",
                "--headless",
                "--convert-to",
                suffix,
                "--outdir",
                str(tmp_path),
                str(path),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        table = read_table(tmp_path / f"a.{suffix}", schema.VENUES)
        assert table.frame.iloc[0].drop("lat").equals(expected.frame.iloc[0].drop("lat"))
        same = {p.text("zh").replace(f".{suffix}", ".xlsx") for p in table.problems}
        assert same >= {p.text("zh") for p in expected.problems}
        # LibreOffice's ods names no merges to the reader: the merged cell is asked for instead
        assert len(table.frame) == (2 if suffix == "xls" else 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_files_are_read_in_every_encoding_that_offices_write(tmp_path, encoding, mark):
    path = tmp_path / "部门.csv"
    path.write_text(
        f"部门编号{mark}部门名称\nkx{mark}县科协\nkjj{mark}县科技局\n", encoding=encoding
    )
    table = read_table(path, schema.DEPARTMENTS)
    assert list(table.frame["name"]) == ["县科协", "县科技局"]


def test_bytes_that_are_no_text_are_refused_and_not_guessed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\nkx,县科协".encode() + b"\xff\xff\n")
    assert refusal(path, schema.DEPARTMENTS) == (
        "a.csv：第 20 个字节处既不是 UTF-8 也不是 GB18030 编码。"
        "请用 Excel 打开，另存为“CSV UTF-8”或 xlsx"
    )


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,name\nkx,"县科协\nkjj,县科技局\n', encoding="utf-8")
    assert "第 2 行起引号没有配对" in refusal(path, schema.DEPARTMENTS)


def test_codes_that_excel_made_numbers_come_back_and_those_it_destroyed_do_not(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["code12", "code9", "name", "kind"])
    book.active.append([500230001001, 500230001, "滨江东路社区", "社区"])
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx", schema.VILLAGES)
    assert list(table.frame["code12"]) == ["500230001001"]
    assert fates(table) == {2: "repaired"}
    (tmp_path / "b.csv").write_text(
        "code12,code9,name,kind\n5.0023E+11,500230001,滨江东路社区,社区\n", encoding="utf-8"
    )
    table = read_table(tmp_path / "b.csv", schema.VILLAGES)
    assert table.frame.empty
    assert table.problems[0].text("zh") == (
        "b.csv，第 2 行，“code12”列：“5.0023E+11”是 Excel 改写过的代码，后面几位已经丢了。"
        "请从代码表重新复制 12 位代码，单元格设为文本"
    )


def test_formula_errors_and_formulas_without_a_value_are_not_empty_cells(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("人口")
        sheet.write_row(0, 0, ["code9", "people"])
        sheet.write_string(1, 0, "500230001")
        sheet.write_formula(1, 1, "=1/0", value="#DIV/0!")
        sheet.write_string(2, 0, "500230002")
        sheet.write_formula(2, 1, "=2*50", value=100)
    table = read_table(tmp_path / "a.xlsx", schema.POPULATION)
    assert list(table.frame["people"]) == [100]
    assert table.problems[0].key == "intake.cell.error_value"
    book = openpyxl.Workbook()
    book.active.append(["code9", "people"])
    book.active.append(["500230001", "=2*50"])  # openpyxl writes no value
    book.save(tmp_path / "b.xlsx")
    table = read_table(tmp_path / "b.xlsx", schema.POPULATION)
    assert table.problems[0].text("zh") == (
        "b.xlsx，工作表“Sheet”，第 2 行，“people”列：公式还没有算出结果。"
        "请用 Excel 或 WPS 打开，保存一次再交"
    )


def test_a_tiny_workbook_that_claims_a_million_rows_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "trap.xlsx"
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1
    book.save(path)
    assert path.stat().st_size < 6000
    assert refusal(path) == (
        "trap.xlsx，工作表“Sheet”：表格伸展到第 1048576 行、第 16384 列，上限是 200000 行、256 列。"
        "请按 Ctrl+End 找到最远的单元格，删去多余的行列后保存"
    )


def test_a_look_without_content_down_to_the_last_row_is_no_content(tmp_path):
    path = tmp_path / "styled.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["部门编号", "部门名称"])
    book.active.append(["kx", "县科协"])
    book.active["B1048576"].font = Font(bold=True)
    book.active["XFD3"].font = Font(bold=True)
    book.save(path)
    assert list(read_table(path, schema.DEPARTMENTS).frame["id"]) == ["kx"]


def test_a_workbook_that_unpacks_to_a_flood_is_refused(tmp_path):
    path = office_workbook(tmp_path / "bomb.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image.png", b"\0" * 40_000_000)
    assert path.stat().st_size < 100_000
    assert "解压后超过上限 256 MB" in refusal(path)


def test_an_ods_whose_cell_repeats_a_thousand_million_times_is_refused(tmp_path):
    path = tmp_path / "trap.ods"
    cell = (
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
        "<text:p>x</text:p></table:table-cell>"
    )
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    content = (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">'
        f'<office:body><office:spreadsheet><table:table table:name="S">{row}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    assert "第 1048576 行" in refusal(path)


def test_an_ods_whose_list_of_members_is_damaged_is_refused(tmp_path):
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("内容.xml", "<x/>")
    path.write_bytes(path.read_bytes().replace("内容".encode(), b"\xff" * 6))
    assert "文件已损坏" in refusal(path)


def test_what_is_not_a_table_says_what_to_save_it_as(tmp_path):
    for name, content, words in (
        ("a.et", b"x", "WPS 专用格式（.et），读不了。请在 WPS 里打开，点“文件 → 另存为”，选 xlsx"),
        ("a.docx", b"PK", "不认识的文件格式“.docx”"),
        ("a.csv", b"", "文件里没有内容"),
        ("b.csv", b"\n\n", "文件里没有内容"),
        ("a.xlsx", b"not a zip", "文件已损坏"),
        ("b.xlsx", b"PK\x03\x04 broken", "文件已损坏"),
        ("c.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "加了密码"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "文件已损坏"),
        ("b.xls", b"<html><table><tr><td>1</td></tr></table></html>", "其实是网页"),
        ("c.csv", b"PK\x03\x04", "内容其实是工作簿"),
        ("d.csv", b"a,b\0\n", "二进制"),
    ):
        (tmp_path / name).write_bytes(content)
        assert words in refusal(tmp_path / name), name
    assert "找不到这个文件" in refusal(tmp_path / "absent.csv")


def test_a_text_export_named_xls_and_an_xlsx_named_xls_are_read_all_the_same(tmp_path):
    (tmp_path / "a.xls").write_text("部门编号\t部门名称\nkx\t县科协\n", encoding="gbk")
    assert list(read_table(tmp_path / "a.xls", schema.DEPARTMENTS).frame["id"]) == ["kx"]
    shutil.copy(office_workbook(tmp_path / "b.xlsx"), tmp_path / "b.xls")
    assert len(read_table(tmp_path / "b.xls", schema.VENUES).frame) == 2


def test_a_missing_column_and_a_table_without_header_name_what_is_wanted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,单位名\nkx,县科协\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("1,2,3\n4,5,6\n", encoding="utf-8")
    path2 = tmp_path / "c.csv"
    path2.write_text("code9,乡镇,人数\n500230001,三合街道,5\n", encoding="utf-8")
    assert refusal(tmp_path / "b.csv", schema.DEPARTMENTS) == (
        "b.csv：找不到表头。“部门表”要有这些列：部门编号、部门名称；这里最上面是：1、2、3。"
        "请用模板填写，或在 plan.toml 的 [intake] headers 里登记您的表头"
    )
    assert refusal(path2, schema.POPULATION) == (
        "c.csv，第 1 行：缺少“常住人口”列（people）；没有用上的表头有：人数。"
        "请补上这一列，或把表头改成“常住人口”"
    )


def test_a_planner_teaches_new_headers(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("code9,人数\n500230001,5\n", encoding="utf-8")
    table = read_table(path, schema.POPULATION, extra=(("people", "人 数", "population"),))
    assert list(table.frame["people"]) == [5]


def test_a_misspelt_optional_header_is_asked_about(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("code9,name,kind,驻地经渡,驻地纬度\n500230001,三合街道,街道,1,2\n", "utf-8")
    table = read_table(path, schema.TOWNSHIPS)
    assert [p.text("zh") for p in table.problems] == [
        (
            "a.csv，第 1 行，“驻地经渡”列：表头“驻地经渡”没有认出来，这一列没有读。"
            "是不是“驻地经度”？是的话请改表头"
        )
    ]


def test_money_in_ten_thousands_is_not_read_as_yuan_and_the_planner_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name,township,kind,投入（万元）\nc1,甲,三合街道,村,3\n", encoding="utf-8")
    table = read_table(path, schema.CANDIDATES)
    assert table.frame["cost_yuan"].isna().all()
    assert [p.text("zh") for p in table.problems] == [
        (
            "a.csv，第 1 行，“投入（万元）”列：表头“投入（万元）”的括号内容与“投入（元）”不同，"
            "这一列没有读。请换算成“投入（元）”并改表头"
        )
    ]


def test_two_columns_that_claim_the_same_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("code9,人口,总人口\n500230001,5,6\n", encoding="utf-8")
    assert refusal(path, schema.POPULATION) == (
        "a.csv，第 1 行：有几列都像“常住人口”：人口、总人口。请只留一列，或改掉其余的表头"
    )


def test_the_second_row_with_an_id_is_set_aside_and_names_the_first(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name\nkx,县科协\nkx,县科技局\n", encoding="utf-8")
    table = read_table(path, schema.DEPARTMENTS)
    assert list(table.frame["name"]) == ["县科协"]
    assert [p.text("zh") for p in table.problems] == [
        "a.csv，第 3 行，“id”列：“kx”与第 2 行重复。请删去一行，或改正编号"
    ]


def test_all_sheets_with_the_right_columns_are_read_and_hidden_ones_are_not(tmp_path):
    book = openpyxl.Workbook()
    for name, key in (("一", "a"), ("二", "b"), ("藏", "c")):
        sheet = book.create_sheet(name)
        sheet.append(["部门编号", "部门名称"])
        sheet.append([key, name])
    book["藏"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx", schema.DEPARTMENTS)
    assert list(table.frame["id"]) == ["a", "b"]
    assert table.problems == ()
    assert table.where(1, "name").text("zh") == "a.xlsx，工作表“二”，第 2 行，“部门名称”列"


def test_a_merged_number_is_asked_for_and_not_copied_to_each_row(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["code9", "people"])
    book.active.append(["500230001", 300])
    book.active.append(["500230002", None])
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx", schema.POPULATION)
    assert list(table.frame["code9"]) == ["500230001"]
    assert [p.key for p in table.problems] == ["intake.cell.merged"]


def test_what_our_own_writer_guards_against_formulas_comes_back_unchanged(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(
            [["id", "name"], ["a", "'=1+1"], ["b", "'-5"], ["c", "'引号开头"], ["d", "'@x"]]
        )
    table = read_table(path, schema.DEPARTMENTS)
    assert list(table.frame["name"]) == ["=1+1", "-5", "'引号开头", "@x"]


def test_a_name_with_hostile_characters_arrives_harmless_and_otherwise_whole(tmp_path):
    path = tmp_path / "a.csv"
    name = "</script>{{ 7*7 }}<b>&\u202egnp.exe"
    path.write_text(f"id,name\na,{name}\n", encoding="utf-8")
    table = read_table(path, schema.DEPARTMENTS)
    assert list(table.frame["name"]) == ["</script>{{ 7*7 }}<b>&gnp.exe"]
    assert keys(table, 2) == {"intake.repair.characters"}


def test_a_text_file_beyond_the_limits_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name\n" + "a," * 300 + "\n", encoding="utf-8")
    assert "上限是 200000 行、256 列" in refusal(path, schema.DEPARTMENTS)
