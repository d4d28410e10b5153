"""
Make the pictures of the quarter's guide from real outputs, and time each of its steps.

Run it at the repository root: `.venv/bin/python docs/make_quarter_pictures.py`. It goes through the
guide as a new user would, with the illustrative county: forms, answers (two of them faulty, three
missing), collecting, correcting, computing, reporting, freezing. LibreOffice
turns the outputs into pictures.
"""

import datetime as dt
import io
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images" / "quarter"
QUARTER = "2025Q4"
STEPS: list[tuple[str, float]] = []


def run(name: str, *arguments: str) -> str:
    """Run one command of the guide and note how long it took."""
    begun = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "coverplan", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        cwd=ROOT,
    )
    STEPS.append((name, time.perf_counter() - begun))
    return done.stdout


NEW = ("社区科普大学教学点", "示例新设教学点", None, "开放", "2025-11-01", None, "示例文号", 6, 180)


def fill(form: Path, target: Path, *, fault: bool, new: bool = False) -> None:
    """Fill a township's form in as a clerk would."""
    import openpyxl  # noqa: PLC0415

    book: Any = openpyxl.load_workbook(form)
    cover = book["填表说明"]
    answers: dict[Any, Any] = {
        "填报人": "示例甲",
        "审核人": "示例乙",
        "填报日期": dt.date(2026, 1, 8),
    }
    for row in cover.iter_rows():
        for cell in row:
            if cell.value in answers:
                cover.cell(cell.row, cell.column + 1, answers[cell.value])
    sheet = book["零报告"]
    for line in range(1, sheet.max_row + 1):
        if sheet.cell(line, 4).value == "未报":
            sheet.cell(line, 5, "☑")
    if fault:
        book["村（社区）"].cell(6, 4, "半小时左右")
        book["场馆"].cell(5, 5, "撤销")
    if new:
        add_venue(book)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


def add_venue(book: Any) -> None:
    """Write a new venue into the first empty row, and take back the 零报告."""
    sheet = book["场馆"]
    line = next(n for n in range(5, 99) if not sheet.cell(n, 3).value)
    for place, value in enumerate(NEW, start=2):
        sheet.cell(line, place, value)
    ticks = book["零报告"]
    for tick in range(1, ticks.max_row + 1):
        if ticks.cell(tick, 1).value == "university_site":
            ticks.cell(tick, 5).value = None


def picture(source: Path, name: str, page: int = 1, *, crop: bool = True) -> None:
    """Turn one page of a document into a picture."""
    from PIL import Image, ImageChops  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        office = shutil.which("soffice")
        assert office is not None, "LibreOffice is needed"  # noqa: S101
        command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        convert = ["--convert-to", "pdf", "--outdir", folder, str(source)]
        subprocess.run([*command, *convert], check=True, capture_output=True)  # noqa: S603
        pdf = next(Path(folder).glob("*.pdf"))
        pages = ["-f", str(page), "-l", str(page), "-r", "90", "-png", "-singlefile"]
        printer = shutil.which("pdftoppm")
        assert printer is not None, "poppler-utils is needed"  # noqa: S101
        subprocess.run([printer, *pages, str(pdf), f"{folder}/page"], check=True)  # noqa: S603
        image = Image.open(f"{folder}/page.png").convert("RGB")
        if crop:
            blank = Image.new("RGB", image.size, "white")
            box = ImageChops.difference(image, blank).getbbox()
            if box:
                image = image.crop(
                    (max(box[0] - 12, 0), max(box[1] - 12, 0), box[2] + 12, box[3] + 12)
                )
        out = io.BytesIO()
        image.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    (IMAGES / f"{name}.png").write_bytes(out.getvalue())


def main() -> None:
    """Go through the guide and photograph what it shows."""
    with tempfile.TemporaryDirectory() as scratch:
        county, results = Path(scratch) / "练习", Path(scratch) / "成果"
        shutil.copytree(ROOT / "data" / "geo" / "example", county)
        plan, out = str(county / "plan.toml"), ["--out", str(results)]
        folder = Path(scratch) / "成果-quarters" / QUARTER
        run("1 封存上季", "freeze", plan, "2025Q3", *out)
        run("2 发表", "forms", plan, "--quarter", QUARTER, "--deadline", "2026-01-10", *out)
        towns = sorted((folder / "forms" / "乡镇").iterdir())
        picture(folder / "forms" / "关于报送2025年第四季度科普场馆情况的通知.docx", "notice")
        for page, name in ((1, "form-cover"), (2, "form-zero"), (4, "form-villages")):
            picture(towns[0], name, page)
        inbox = Path(scratch) / "inbox"
        for number, form in enumerate(towns[:-3]):
            fill(form, inbox / f"附件1({number}).xlsx", fault=number < 2)  # noqa: PLR2004
            (inbox / f"{form.stem.split('_')[1]}盖章.pdf").write_bytes(b"%PDF-1.4")
        collect = ["collect", str(inbox), plan, "--quarter", QUARTER, *out]
        print(run("3 收表", *collect))
        collected = folder / "collected"
        picture(collected / "进度表.xlsx", "board")
        back = sorted((collected / "退回修改").iterdir())
        picture(back[0], "returned")
        picture(back[0], "returned-cell", 4)
        for number, form in enumerate(towns[:-1]):
            fill(form, inbox / f"重报({number}).xlsx", fault=False, new=number in {3, 11})
            (inbox / f"附件1({number}).xlsx").unlink(missing_ok=True)
        run("3 再收", *collect)
        picture(collected / "抽查表.xlsx", "check", 2)
        print(run("5 替换", *collect, "--apply"))
        print(run("5 检查", "check", plan).splitlines()[-1])
        print(run("6 计算", "run", plan, *out))
        print(run("6 材料", "papers", str(results), "--per-township"))
        picture(results / "request.docx", "request")
        stage = ["stage", plan, "--quarter", QUARTER, *out, "--stage"]
        run("7 征求意见稿", *stage, "征求意见稿")
        papers = folder / "papers"
        table = papers / "意见采纳情况表（征求意见稿第1版）.xlsx"
        comments = ["--comments", str(table)]
        run("7 送审稿", *stage, "送审稿", "--version", "2", *comments)
        picture(next(papers.glob("*送审稿*.docx")), "report")
        print(run("8 封存本季", "freeze", plan, QUARTER, *out))
        comments = ["--comments", str(papers / "意见采纳情况表（送审稿第2版）.xlsx")]
        print(run("8 定稿", *stage, "定稿", "--version", "3", *comments))
        run("8 比较", "changes", plan, "2025Q3", "--quarter", QUARTER, *out)
        print(run("8 打包", "pack", plan, "--quarter", QUARTER, *out))
        outside = {path.name for path in Path(scratch).iterdir()}
        assert outside == {"练习", "inbox", "成果", "成果-quarters"}, outside  # noqa: S101
    for name, seconds in STEPS:
        print(f"{seconds:6.1f} s  {name}")


if __name__ == "__main__":
    main()
