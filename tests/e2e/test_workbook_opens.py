"""LibreOffice opens gaps.xlsx, computes every formula anew, and comes to the stored values."""

import io
import os
import shutil
import subprocess
import warnings
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from coverplan.report.tables import gaps_table
from coverplan.report.words import header
from coverplan.report.workbook import write_workbook
from small_result import small_result

# without this LibreOffice shows the stored values and the comparison could not fail
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


def read(path: Path, *, values: bool = True):
    """Return a workbook that holds no file open."""
    with warnings.catch_warnings():
        # LibreOffice adds its own kind of data bars, which openpyxl does not know
        warnings.filterwarnings("ignore", ".* extension is not supported", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=values)


def recomputed(path: Path, folder: Path) -> Path:
    """Return the workbook as LibreOffice saves it after computing every formula."""
    tool = shutil.which("soffice")
    if tool is None:
        if os.environ.get("CI") == "true":
            pytest.fail("soffice is missing (libreoffice-calc-nogui)")
        pytest.skip("soffice is missing (libreoffice-calc-nogui)")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    settings = profile / "user" / "registrymodifications.xcu"
    settings.write_text(SETTINGS, encoding="utf-8")
    out = folder / "out"
    command = [tool, "--headless", f"-env:UserInstallation={profile.as_uri()}"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return out / path.name


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    path = folder / "gaps.xlsx"
    write_workbook(small_result(), path)
    saved = recomputed(path, folder)
    return (
        read(path),
        read(path, values=False),
        read(saved),
    )


def test_libreoffice_comes_to_every_stored_value(books):
    stored, formulas, saved = books
    assert saved.sheetnames == stored.sheetnames
    computed = 0
    for sheet in stored:
        for row in sheet.iter_rows():
            for cell in row:
                other = saved[sheet.title][cell.coordinate].value
                if isinstance(cell.value, str) or cell.value is None:
                    assert (other or "") == (cell.value or ""), (sheet.title, cell.coordinate)
                else:
                    assert other == pytest.approx(cell.value), (sheet.title, cell.coordinate)
                text = formulas[sheet.title][cell.coordinate].value
                computed += isinstance(text, str) and text.startswith("=")
    assert computed > 40


def test_the_recomputed_sheet_equals_the_csv(books):
    _, _, saved = books
    sheet = saved["社区科普大学教学点"]
    head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "序号")
    names = [str(cell.value).replace("\n", "") for cell in sheet[head]]
    table = gaps_table(small_result())
    table = table[table["type"] == "university_site"]
    for offset, (_, row) in enumerate(table.iterrows(), start=1):
        found = dict(zip(names, (cell.value for cell in sheet[head + offset]), strict=True))
        assert found[header("code9", "zh")] == row["code9"]
        for cutoff in (15, 30):
            for part in ("covered", "uncovered", "unknown"):
                name = f"people_{part}_{cutoff}min"
                assert found[header(name, "zh")] == row[name]


def test_a_wrong_stored_value_would_be_noticed(tmp_path):
    path = tmp_path / "lie.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("x").write_formula("A1", "=1+1", None, 3)
    saved = read(recomputed(path, tmp_path))
    assert saved["x"]["A1"].value == 2
