"""Excel files open on the page without any library, and say what they hold."""

import base64
import csv
import datetime as dt
import io
import random
import shutil
import subprocess
import zipfile
import zlib

import openpyxl
import pytest
import xlsxwriter

from coverplan.cli import main
from support import DATA

pytestmark = pytest.mark.browser

OPEN = """body => {
  const bytes = Uint8Array.from(atob(body), c => c.charCodeAt(0));
  try { return coverplan.openedFile(bytes); } catch (fault) { return fault.message; }
}"""
HEAD = ["村（社区）代码", "到乡镇驻地分钟", "询问日期", "备注", "核"]
ROWS = [
    [500230001001, 7, dt.date(2025, 10, 20), "甲\n乙", True],
    ["500230001002", 12.5, dt.datetime.fromisoformat("2025-01-02T00:00:00"), '=1+1 引号"', False],
    ["500230001003", None, None, "＜&>", None],
]
TEXTS = [
    HEAD,
    ["500230001001", "7", "2025-10-20", "甲\n乙", "TRUE"],
    ["500230001002", "12.5", "2025-01-02", '=1+1 引号"', "FALSE"],
    ["500230001003", "", "", "＜&>", ""],
]


@pytest.fixture(scope="module")
def page(chromium, pages):
    """Return one page of Fengdu for the whole module: nothing here is taken for good."""
    context = chromium.new_context()
    found = context.new_page()
    found.goto(pages["fengdu"].as_uri())
    found.wait_for_selector("body[data-ready]", timeout=20_000)
    yield found
    context.close()


def opened_as(page, body):
    return page.evaluate(OPEN, base64.b64encode(body).decode())


def cells(text):
    """Read tab-separated text as a spreadsheet would paste it; rows as wide as the head."""
    rows = list(csv.reader(io.StringIO(text), delimiter="\t"))
    return [row + [""] * (len(HEAD) - len(row)) for row in rows]


def by_openpyxl():
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["请填第二张表"])
    sheet = book.create_sheet("到驻地分钟")
    for row in [HEAD, *ROWS]:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    book.create_sheet("旧表").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_xlsxwriter(*, frugal=False, epoch=False):
    out = io.BytesIO()
    options = {"constant_memory": frugal, "date_1904": epoch, "in_memory": True}
    book = xlsxwriter.Workbook(out, options | {"strings_to_formulas": False})
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    money = book.add_format({"num_format": '0.0"day"'})
    book.add_worksheet("说明").write(0, 0, "请填第二张表")
    sheet = book.add_worksheet("到驻地分钟")
    for n, row in enumerate([HEAD, *ROWS]):
        for c, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(n, c, value, day)
            elif isinstance(value, float):
                sheet.write_number(n, c, value, money)
            else:
                sheet.write(n, c, value)
    book.add_worksheet("旧表").hide()
    book.close()
    return out.getvalue()


@pytest.mark.parametrize(
    "maker",
    [by_openpyxl, by_xlsxwriter, lambda: by_xlsxwriter(frugal=True, epoch=True)],
    ids=["openpyxl", "xlsxwriter", "inline texts and days from 1904"],
)
def test_a_workbook_gives_its_cells_and_the_sheet_that_holds_a_table(page, maker):
    found = opened_as(page, maker())
    assert [(sheet["name"], sheet["hidden"]) for sheet in found["sheets"]] == [
        ("说明", False),
        ("到驻地分钟", False),
        ("旧表", True),
    ]
    assert found["at"] == 1
    assert cells(found["sheets"][1]["text"]) == TEXTS


def test_a_workbook_that_libreoffice_saved_opens_alike(page, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice here")
    source = tmp_path / "made.xlsx"
    source.write_bytes(by_openpyxl())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", str(tmp_path / "out"), str(source)], check=True,
                   capture_output=True, timeout=120)  # fmt: skip
    found = opened_as(page, (tmp_path / "out" / "made.xlsx").read_bytes())
    assert found["at"] == 1
    assert cells(found["sheets"][1]["text"]) == TEXTS


def test_the_form_that_init_writes_comes_back_filled_in(page, tmp_path):
    folder = tmp_path / "county"
    assert main(["init", "--county", "500230", str(folder)]) == 0
    path = next(folder.rglob("asked_villages.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if any(c.value == "到乡镇驻地分钟" for c in row))
    column = next(cell.column for cell in head if cell.value == "到乡镇驻地分钟")
    for n in range(head[0].row + 1, sheet.max_row + 1):
        sheet.cell(n, column, n % 50)
    book.save(path)
    text = opened_as(page, path.read_bytes())
    rows = page.evaluate("t => coverplan.judged(t)", text["sheets"][text["at"]]["text"])
    assert rows["table"] == "asked_villages"
    taken = [row for row in rows["rows"] if not row["reason"]]
    assert len(taken) == 338
    assert all(row["minutes"] == row["line"] % 50 for row in taken)


def test_what_cannot_be_read_is_told_and_changes_nothing(page):
    good = by_openpyxl()
    middle = len(good) // 3
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as made:
        made.writestr("a.txt", "x")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b" " * 70_000_000)
    hostile = io.BytesIO()
    with zipfile.ZipFile(hostile, "w") as made:
        made.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><workbook>&a;</workbook>')
    assert opened_as(page, good[:middle]) == "open.broken"
    assert opened_as(page, b"PK" + b"\0" * 400) == "open.broken"
    assert opened_as(page, b"\xd0\xcf\x11\xe0" + b"\0" * 600) == "open.old"
    assert opened_as(page, empty.getvalue()) == "open.not_book"
    assert opened_as(page, bomb.getvalue()) == "open.too_big"
    assert opened_as(page, hostile.getvalue()) == "open.broken"
    texts = page.evaluate("coverplan.data.texts")
    for key in ("open.broken", "open.old", "open.not_book", "open.too_big"):
        assert all(texts[key])
        assert len(set(texts[key])) == 2


def test_damaged_bytes_never_hang_or_give_another_text(page):
    good = by_xlsxwriter()
    source = random.Random(7)
    whole = opened_as(page, good)
    for _ in range(40):
        bad = bytearray(good)
        for _ in range(4):
            bad[source.randrange(len(bad))] ^= 1 << source.randrange(8)
        found = opened_as(page, bytes(bad))
        assert isinstance(found, dict | str)
    assert opened_as(page, good) == whole


def test_any_deflated_text_is_inflated_as_zlib_does(page):
    source = random.Random(3)
    for level in (0, 1, 6, 9):
        for size in (0, 1, 300, 70_000):
            body = bytes(source.choice(b"0123456789,\n<c r=") for _ in range(size))
            body += source.randbytes(size // 9) + body[: size // 2]
            for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED):
                press = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
                packed = base64.b64encode(press.compress(body) + press.flush()).decode()
                back = page.evaluate(
                    "([p, n]) => { const b = coverplan.inflate(Uint8Array.from(atob(p),"
                    " c => c.charCodeAt(0)), n); let s = '';"
                    " b.forEach(c => { s += String.fromCharCode(c); }); return btoa(s); }",
                    [packed, len(body)],
                )
                assert base64.b64decode(back) == body


def test_a_csv_may_be_utf_8_or_gb18030(page):
    text = "乡镇（街道）,类型,上报情况\r\n三合街道,社区科普大学教学点,有\r\n"
    for body in (text.encode("utf-8-sig"), text.encode("gb18030")):
        found = opened_as(page, body)
        assert found["sheets"][0]["text"].lstrip("\ufeff") == text


def test_a_file_is_picked_shown_taken_and_taken_back(page, tmp_path):
    path = tmp_path / "分钟.xlsx"
    path.write_bytes(by_openpyxl())
    page.click("text=导出")
    page.click("text=录入填报数据…")
    page.set_input_files(".dialog input[type=file]", str(path))
    page.wait_for_selector("#sheet-name")
    assert page.input_value("#paste").startswith("村（社区）代码\t到乡镇驻地分钟")
    page.click("#take")
    assert page.inner_text("#taken").startswith("采用 3 行，搁置 0 行。")
    assert page.evaluate("coverplan.data.rung") == "B"
    page.click("#untake")
    assert page.evaluate("coverplan.data.rung") == "D"
    page.set_input_files(".dialog input[type=file]", str(DATA / "fengdu" / "plan.toml"))
    (tmp_path / "bad.xlsx").write_bytes(by_openpyxl()[:900])
    page.set_input_files(".dialog input[type=file]", str(tmp_path / "bad.xlsx"))
    page.wait_for_selector(".dialog .refusal")
    assert "另存为 .xlsx" in page.inner_text(".dialog .refusal")
    page.keyboard.press("Escape")
