import openpyxl
import pandas as pd
import pytest

from coverplan.cli import main
from coverplan.config import read_plan
from coverplan.intake.inputs import examine
from coverplan.pipeline import run
from coverplan.report.ledger_book import FATES, fate_counts, ledger_lines, write_ledger
from coverplan.report.run_folder import write
from little_county import little_county, venues

ROWS = (
    "v1,甲,museum,不存在镇,,,,未知",
    "v2,乙,museum,双路,,,,开放",
    "v3,=1+1,museum,双路镇,,,,开放",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run in which a row was set aside, rows were repaired and one form came back empty."""
    county = tmp_path_factory.mktemp("county")
    plan = little_county(
        county, on_bad_row="set_aside", venues=venues(*ROWS), reports="township,type,answer\n"
    )
    return write(run(read_plan(plan)), county.parent / "out", page=None)


def summary(path):
    sheet = openpyxl.load_workbook(path)["汇总"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    head = next(number for number, row in enumerate(rows) if row[1] == "文件")
    return {row[1]: row[2:6] for row in rows[head + 1 :] if row[1]}


def test_the_ledger_workbook_stands_beside_the_outputs_and_adds_up(folder):
    found = summary(folder / "ledger.xlsx")
    assert found["venues.csv"][:3] == [1, 1, 1]
    assert found["reports.csv"][:3] == [0, 0, 0]
    assert found["venues.csv"][3].startswith("=C")  # the sum is a formula that anyone can check
    csv = pd.read_csv(folder / "ledger.csv", dtype="str", encoding="utf-8-sig")
    rows = csv.drop_duplicates(["file", "sheet", "row"])
    assert sum(sum(numbers[:3]) for numbers in found.values()) == len(rows)


def test_each_line_of_the_workbook_is_a_line_of_the_csv(folder):
    sheet = openpyxl.load_workbook(folder / "ledger.xlsx")["逐行台账"]
    csv = pd.read_csv(folder / "ledger.csv", dtype="str", encoding="utf-8-sig")
    lines = list(sheet.iter_rows(min_row=4, values_only=True))
    assert len(lines) == len(csv)
    assert [str(line[3]) for line in lines] == list(csv["row"])
    assert all(cell.data_type != "f" for row in sheet.iter_rows(min_row=4) for cell in row)


def test_the_gap_workbook_links_to_the_ledger(folder):
    sheet = openpyxl.load_workbook(folder / "gaps.xlsx")["数据质量"]
    (link,) = [cell.hyperlink for row in sheet for cell in row if cell.hyperlink]
    assert link.target == "ledger.xlsx"
    assert (folder / link.target).is_file()


def test_a_row_with_several_lines_is_one_row():
    lines = [
        ("a.csv", "", 2, "set_aside"),
        ("a.csv", "", 2, "set_aside"),
        ("a.csv", "", 3, "taken"),
    ]
    ledger = pd.DataFrame(lines, columns=["file", "sheet", "row", "fate"])
    counted = fate_counts(ledger, ["leer.csv"])
    assert counted.loc["a.csv"].tolist() == [1, 0, 1]
    assert counted.loc["leer.csv"].tolist() == [0, 0, 0]
    assert list(counted.columns) == list(FATES)
    assert ledger_lines(ledger, "zh", files=["leer.csv"]) == [
        "a.csv：2 行，采用 1，修正 0，搁置 1",
        "leer.csv：0 行，采用 0，修正 0，搁置 0",
    ]


def test_check_tells_of_a_form_that_holds_its_header_only(tmp_path, capsys):
    plan = little_county(tmp_path, reports="township,type,answer\n")
    assert main(["check", str(plan)]) == 0
    out = capsys.readouterr().out
    assert "reports.csv：0 行，采用 0，修正 0，搁置 0" in out
    assert "population.csv：4 行，采用 3，修正 0，搁置 1" in out


def test_the_same_rows_give_the_same_bytes(tmp_path):
    plan = read_plan(little_county(tmp_path / "county", venues=venues(*ROWS)))
    ledger = examine(plan).book.frame()
    one, two = (write_ledger(ledger, tmp_path / f"{n}.xlsx", plan).read_bytes() for n in "ab")
    assert one == two


def test_the_page_links_to_the_ledger_that_stands_beside_it(tmp_path):
    result = run(read_plan(little_county(tmp_path / "county")))
    page = (write(result, tmp_path / "out") / "map.html").read_text(encoding="utf-8")
    assert "'ledger.xlsx'" in page or '"ledger.xlsx"' in page
