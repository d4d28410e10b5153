import openpyxl
import pytest

from coverplan import schema
from coverplan.cli import main
from coverplan.config import read_plan
from coverplan.intake.inputs import examine
from coverplan.intake.marked import write_marked, write_problem_report
from coverplan.intake.tables import read_table
from little_county import little_county, venues

HEADER = ["编号", "场馆名称", "类型", "所属乡镇", "状态", "容纳人数"]


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "填报"
    sheet.append(["场馆情况"])
    sheet.merge_cells("A1:F1")
    sheet.append(HEADER)
    sheet.append(["v1", "甲", "museum", "三合街道", "开放", "约50人"])
    sheet.append(["v2", "=1+1", "museum", "三合街道", None, 5])
    sheet["A1"].font = openpyxl.styles.Font(bold=True)
    path = tmp_path / "a.xlsx"
    book.save(path)
    return path


def test_a_marked_copy_keeps_the_look_and_comments_exactly_the_faulty_cells(workbook, tmp_path):
    table = read_table(workbook, schema.VENUES)
    target = write_marked(workbook, table.problems, tmp_path / "marked.xlsx")
    sheet = openpyxl.load_workbook(target)["填报"]
    comments = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert comments == {
        "F3": "“约50人”里有文字，要写成一个数。是几？请只写数，其余写到备注或另起一行",
        "B4": "公式还没有算出结果。请用 Excel 或 WPS 打开，保存一次再交",
        "E4": "没有填。请补上",
    }
    assert sheet["F3"].fill.start_color.rgb == "FFFFC7CE"
    assert sheet["F4"].fill.fill_type is None
    assert sheet["A1"].font.bold
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:F1"]
    original = openpyxl.load_workbook(workbook)["填报"]
    assert [[c.value for c in row] for row in sheet] == [[c.value for c in row] for row in original]


def test_a_text_table_comes_back_as_a_workbook_without_a_single_formula(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name\n500230001001,=1+1\n,'@SUM(A1)\n", encoding="gbk")
    table = read_table(path, schema.DEPARTMENTS)
    target = write_marked(path, table.problems, tmp_path / "a.xlsx", lang="en")
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["id", "name"],
        ["500230001001", "=1+1"],
        [None, "'@SUM(A1)"],
    ]
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert sheet["A3"].comment.text == "it is empty. Fill it in"


def test_the_report_lists_every_problem_of_every_file(tmp_path):
    rows = (
        "v1,甲,museum,不存在镇,,,,开放",
        "v2,乙,museum,双路,,,,开放",
        "v2,丙,museum,双路镇,,,,开放",
    )
    plan = read_plan(little_county(tmp_path / "county", venues=venues(*rows)))
    examined = examine(plan)
    folder = tmp_path / "report"
    done = write_problem_report(plan, examined.problems, folder, marked=True)
    assert [path.relative_to(folder).as_posix() for path in done] == [
        "problems.xlsx",
        "marked/venues.csv.xlsx",
    ]
    sheet = openpyxl.load_workbook(folder / "problems.xlsx")["问题清单"]
    listed = list(sheet.iter_rows(values_only=True))
    assert listed[0] == ("级别", "文件", "工作表", "行", "列", "找到的内容", "问题与改法")
    assert [(line[0], line[1], line[3]) for line in listed[1:]] == [
        ("坏行", "venues.csv", 2),
        ("坏行", "venues.csv", 4),
    ]


def test_the_same_faults_give_the_same_bytes(workbook, tmp_path):
    table = read_table(workbook, schema.VENUES)
    for name in ("one.xlsx", "two.xlsx"):
        write_marked(workbook, table.problems, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_file_that_cannot_be_opened_cannot_be_marked(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"broken")
    assert write_marked(tmp_path / "a.xlsx", (), tmp_path / "b.xlsx") is None


def test_hostile_text_is_marked_without_harm(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name\n,\x07<b>\u202e{{x}}\n", encoding="utf-8")
    table = read_table(path, schema.DEPARTMENTS)
    target = write_marked(path, table.problems, tmp_path / "b.xlsx")
    assert openpyxl.load_workbook(target).worksheets[0]["B2"].value == "<b>{{x}}"


def test_a_run_that_is_refused_leaves_its_report_beside_the_results(tmp_path, capsys):
    plan = little_county(tmp_path / "county", venues=venues("v1,甲,museum,不存在镇,,,,开放"))
    out = tmp_path / "out"
    assert main(["run", str(plan), "--out", str(out)]) == 2
    assert not out.exists()
    folder = tmp_path / "out-problems"
    assert {path.name for path in folder.iterdir()} == {"problems.xlsx", "ledger.xlsx"}
    assert str(folder) in capsys.readouterr().err
    assert main(["run", str(plan), "--out", str(out), "--marked"]) == 2
    assert (folder / "marked" / "venues.csv.xlsx").is_file()


def test_check_writes_the_report_where_it_is_asked_to_and_still_refuses(tmp_path, capsys):
    plan = little_county(tmp_path / "county", venues=venues("v1,甲,museum,不存在镇,,,,开放"))
    assert main(["check", str(plan), "--marked", str(tmp_path / "report")]) == 2
    out, err = capsys.readouterr()
    assert "venues.csv：1 行，采用 0，修正 0，搁置 1" in out
    assert "“不存在镇”不是本县的乡镇（街道）" in err
    written = {
        p.relative_to(tmp_path / "report").as_posix() for p in (tmp_path / "report").rglob("*")
    }
    assert written == {"problems.xlsx", "ledger.xlsx", "marked", "marked/venues.csv.xlsx"}
