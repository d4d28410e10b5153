"""The papers as files: the same bytes each time, in both languages, without contacts, as PDF."""

import os
import re
import shutil
import zipfile

import pytest

from coverplan.cli import main
from coverplan.report.document_briefing import write_briefing, write_township_pages
from coverplan.report.document_report import write_report
from coverplan.report.run_folder import write
from small_result import small_result

WRITERS = [write_report, write_briefing, write_township_pages]


def words(path) -> str:
    with zipfile.ZipFile(path) as book:
        return re.sub(r"<[^>]+>", "", book.read("word/document.xml").decode("utf-8"))


@pytest.mark.parametrize("writer", [write_briefing, write_township_pages])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_paper_is_the_same_bytes_each_time_and_another_in_another_language(
    tmp_path, writer, lang
):
    for name in ("a.docx", "b.docx"):
        writer(small_result(lang=lang), tmp_path / name, lang=lang)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
    assert ("townships" in words(tmp_path / "a.docx").lower()) == (lang == "en")


def test_without_libreoffice_the_papers_are_written_and_the_command_says_what_to_do(
    tmp_path, monkeypatch, capsys
):
    folder = write(small_result(), tmp_path / "small", page=None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["papers", str(folder), "--pdf"]) == 2
    assert "LibreOffice" in capsys.readouterr().err
    assert (folder / "report.docx").is_file()


def test_with_libreoffice_the_papers_are_printed(tmp_path):
    if shutil.which("soffice") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("soffice is missing")
        pytest.skip("soffice is missing")
    folder = write(small_result(), tmp_path / "small", page=None)
    assert main(["papers", str(folder), "--pdf"]) == 0
    for name in ("report", "briefing", "townships"):
        assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    assert '"report.pdf"' in (folder / "manifest.json").read_text(encoding="utf-8")
