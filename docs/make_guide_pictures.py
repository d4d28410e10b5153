"""
Make the pictures of the data guide from the forms that `coverplan init` writes.

Run it at the repository root after a form changed: `.venv/bin/python
docs/make_guide_pictures.py`. LibreOffice draws each form, with rows of 示例 typed in;
`tests/unit/test_docs_guide.py` fails while a picture is not of the form as it is.
"""

import hashlib
import io
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.properties import PageSetupProperties

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images" / "data-guide"
COUNTY, AS_OF = "500230", date(2025, 12, 31)
DIGEST = "coverplan-form"
ROWS_SHOWN = 7
DOTS_PER_INCH = 110
MARGIN = 12

TYPED: dict[str, list[dict[str, str | float]]] = {
    "townships": [
        {"驻地经度": 107.730, "驻地纬度": 29.868},
        {"驻地经度": 107.689, "驻地纬度": 29.877},
    ],
    "villages": [{"经度": 107.731, "纬度": 29.869, "常住人口": 3120}, {"常住人口": 2045}],
    "population": [{"常住人口": 140954}, {"常住人口": 33410}],
    "venues": [
        {
            "编号": "v001",
            "场馆名称": "示例教学点",
            "类型": "社区科普大学教学点",
            "乡镇（街道）": "三合街道",
            "村（社区）": "滨江东路社区",
            "状态": "开放",
            "经度": 107.731,
            "纬度": 29.869,
            "开放日期": "2023-05-01",
        },
        {
            "编号": "v002",
            "场馆名称": "示例共享科技馆",
            "类型": "中小学共享科技馆",
            "乡镇（街道）": "名山街道",
            "状态": "在建",
        },
    ],
    "reports": [{"上报情况": "有", "上报日期": "2025-10-08"}, {"上报情况": "零报告"}],
    "aliases": [
        {"别名或旧代码": "三建镇", "现乡镇代码": "500230210", "说明": "示例：地图上的写法"}
    ],
    "asked_villages": [{"到乡镇驻地分钟": 12, "出行方式": "摩托车"}, {"到乡镇驻地分钟": 25}],
    "asked_seats": [
        {
            "起点乡镇代码": "500230001",
            "终点乡镇代码": "500230002",
            "分钟": 15,
            "途经": "示例大桥",
        }
    ],
    "schools": [
        {
            "学校编号": "s001",
            "学校名称": "示例小学",
            "乡镇（街道）": "三合街道",
            "学段": "小学",
            "在校学生数": 860,
            "有可用场地": "有",
        }
    ],
    "candidates": [
        {
            "编号": "c001",
            "名称": "示例党群服务中心",
            "乡镇（街道）": "名山街道",
            "类别": "申报",
            "必选": "否",
        }
    ],
    "indicators": [{"目标编号": "university-sites", "年份": 2024, "数值": 6, "备注": "示例"}],
}
"""What is typed into each form: header -> cell, one entry a row. None of it is real."""

FAULTY = (
    "编号,场馆名称,类型,乡镇（街道）,状态,经度,纬度,容纳人数\n"
    "v001,示例教学点甲,社区科普大学教学点,三合街道,开放,107.731,29.869,50\n"
    "v002,示例教学点乙,社区科普大学教学点,三健乡,开放,,,30\n"
    "v003,示例教学点丙,社区科普大学教学点,社坛镇,开放,29.868,107.730,40\n"
    "v004,示例教学点丁,社区科普大学教学点,三元镇,,,,有2个，待建1个\n"
    "合计,,,,,,,120\n"
)


def forms(folder: Path) -> dict[str, Path]:
    """Make a county's forms in a folder: name -> workbook, without anything typed in."""
    from coverplan.starter.project import init  # noqa: PLC0415

    init(folder, COUNTY, AS_OF)
    return {name: folder / f"{name}.xlsx" for name in TYPED}


def digest(name: str, form: Path) -> str:
    """Return a fingerprint of what a picture of a form shows."""
    sheet = openpyxl.load_workbook(form).worksheets[0]
    rows = sheet.iter_rows(max_row=ROWS_SHOWN, values_only=True)
    shown = repr([[cell for cell in row if cell is not None] for row in rows])
    return hashlib.sha256(f"{shown}{TYPED[name]!r}".encode()).hexdigest()


def faults_digest() -> str:
    """Return a fingerprint of what the picture of the marked copy shows."""
    return hashlib.sha256(FAULTY.encode()).hexdigest()


def typed(name: str, form: Path, target: Path) -> Path:
    """Save a form with example rows, cut to what fits a page: marked and typed columns first."""
    book = openpyxl.load_workbook(form)
    sheet = book.worksheets[0]
    heads = {str(cell.value): number for number, cell in enumerate(sheet[1], start=1)}
    for row, cells in enumerate(TYPED[name], start=2):
        for head, value in cells.items():
            sheet.cell(row, heads[head]).value = value
    used = {head for cells in TYPED[name] for head in cells}
    for head, column in heads.items():
        letter = get_column_letter(column)
        known = sheet.cell(2, column).value is not None or sheet.cell(1, column).font.bold
        texts = [sheet.cell(row, column).value for row in range(1, ROWS_SHOWN + 1)]
        widest = max((len(str(text).encode("gbk", "ignore")) for text in texts if text), default=0)
        sheet.cell(1, column).alignment = openpyxl.styles.Alignment(wrap_text=False)
        sheet.column_dimensions[letter] = ColumnDimension(
            sheet,
            index=letter,
            width=max(widest * 1.2 + 2, 9),
            customWidth=True,
            hidden=not (known or head in used),
        )
    last = min(ROWS_SHOWN, max(sheet.max_row, len(TYPED[name]) + 1))
    return _for_print(book, sheet, last, target)


def given_back(folder: Path, shown: Path) -> tuple[Path, Path]:
    """Save what `check --marked` gives back of a table with faults: the copy and the list."""
    from coverplan.config import read_plan  # noqa: PLC0415
    from coverplan.intake.inputs import examine  # noqa: PLC0415
    from coverplan.intake.marked import write_marked, write_problems  # noqa: PLC0415

    (folder / "venues.csv").write_text(FAULTY, encoding="utf-8")
    plan = folder / "plan.toml"
    text = plan.read_text(encoding="utf-8").replace('"venues.xlsx"', '"venues.csv"')
    plan.write_text(text, encoding="utf-8")
    problems = [p for p in examine(read_plan(plan)).problems if p.where.file == "venues.csv"]
    faulty = [problem for problem in problems if problem.where.row is not None]
    target, listed = shown / "marked.xlsx", shown / "problems.xlsx"
    write_marked(folder / "venues.csv", faulty, target)
    write_problems(faulty, listed)
    book = openpyxl.load_workbook(listed)
    _for_print(book, book.worksheets[0], book.worksheets[0].max_row, listed)
    book = openpyxl.load_workbook(target)
    sheet = book.worksheets[0]
    for column in range(1, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 22
    return _for_print(book, sheet, sheet.max_row, target), listed


def _for_print(book: openpyxl.Workbook, sheet: "Worksheet", last: int, target: Path) -> Path:
    sheet.print_area = f"A1:{get_column_letter(sheet.max_column)}{last}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.gridLines = sheet.print_options.headings = True
    for other in book.worksheets[1:]:
        other.sheet_state = "hidden"
    book.save(target)
    return target


def drawn(books: list[Path], folder: Path) -> dict[str, list[Path]]:
    """Draw workbooks page by page: name -> pictures."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, *map(str, books)], check=True, capture_output=True)  # noqa: S603
    found = {}
    for book in books:
        pdf = folder / f"{book.stem}.pdf"
        dots = ["-r", str(DOTS_PER_INCH), "-png"]
        subprocess.run(["pdftoppm", *dots, str(pdf), str(folder / book.stem)], check=True)  # noqa: S603, S607
        found[book.stem] = sorted(folder.glob(f"{book.stem}-*.png"))
    return found


def saved(pages: list[Path], target: Path, mark: str) -> None:
    """Cut the pages to what is on them, put them below each other, and save in a palette."""
    from PIL import Image, ImageChops, PngImagePlugin  # noqa: PLC0415

    parts = []
    for page in pages:
        whole = Image.open(page).convert("RGB")
        box = ImageChops.invert(whole.convert("L")).getbbox() or (0, 0, *whole.size)
        parts.append(whole.crop(box))
    width = max(part.width for part in parts) + 2 * MARGIN
    height = sum(part.height + MARGIN for part in parts) + MARGIN
    sheet = Image.new("RGB", (width, height), "white")
    top = MARGIN
    for part in parts:
        sheet.paste(part, (MARGIN, top))
        top += part.height + MARGIN
    note = PngImagePlugin.PngInfo()
    note.add_text(DIGEST, mark)
    stream = io.BytesIO()
    sheet.quantize(24).save(stream, "PNG", optimize=True, pnginfo=note)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(stream.getvalue())


def main() -> None:
    """Make every picture."""
    if shutil.which("soffice") is None or shutil.which("pdftoppm") is None:
        sys.exit("LibreOffice (soffice) and poppler (pdftoppm) are needed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = forms(folder / "county")
        shown = folder / "shown"
        shown.mkdir()
        books = [typed(key, form, shown / f"{key}.xlsx") for key, form in empty.items()]
        marks = {key: digest(key, form) for key, form in empty.items()}
        books += given_back(folder / "county", shown)
        marks |= dict.fromkeys(("marked", "problems"), faults_digest())
        for key, pages in drawn(books, shown).items():
            saved(pages, IMAGES / f"{key}.png", marks[key])
            print(key, (IMAGES / f"{key}.png").stat().st_size)


if __name__ == "__main__":
    main()
