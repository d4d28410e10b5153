"""Archives for an office computer: what is in them, and that nothing Windows needs is missing."""

import io
import zipfile

import pytest

from coverplan.loop.archive import archived
from coverplan.loop.packing import office_archive, start_file, windows_archive
from coverplan.loop.quarters import Quarter
from coverplan.loop.windows import missing_on_windows, run_requirements
from loop_county import loop_desk


def wheel(folder, name, *needs):
    """Write a wheel of which only what it asks for matters."""
    folder.mkdir(exist_ok=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    text = "\n".join([*lines, *(f"Requires-Dist: {need}" for need in needs)]) + "\n\n"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    path.write_bytes(archived({f"{name}-1.0.dist-info/METADATA": text.encode()}))
    return path


def names(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


@pytest.fixture
def desk(tmp_path):
    return loop_desk(tmp_path)


def test_what_only_windows_needs_is_missed_and_what_only_linux_needs_is_not(tmp_path):
    folder = tmp_path / "wheels"
    wheel(
        folder,
        "pandas",
        'tzdata>=2022; sys_platform == "win32"',
        'uvloop; sys_platform == "linux"',
        'colorama; platform_system == "Windows" and python_version < "3.12"',
        'pytest; extra == "test"',
        "python-dateutil>=2.8",
    )
    assert missing_on_windows(folder, "3.11") == (
        "colorama",
        "python-dateutil>=2.8",
        "tzdata>=2022",
    )
    assert missing_on_windows(folder, "3.12") == ("python-dateutil>=2.8", "tzdata>=2022")
    wheel(folder, "python_dateutil")
    wheel(folder, "tzdata")
    assert missing_on_windows(folder, "3.12") == ()


def test_what_a_program_needs_is_known_without_its_extras(tmp_path):
    path = wheel(tmp_path / "w", "coverplan", "pandas>=3", 'pytest; extra == "test"')
    assert run_requirements(path) == ("pandas>=3",)


def test_the_windows_archive_holds_program_plan_and_start_file(desk, tmp_path):
    folder = tmp_path / "wheels"
    wheel(folder, "coverplan")
    content = windows_archive(desk.plan, Quarter(2025, 3), folder)
    inside = names(content)
    assert {"start.bat", "请先看我.html", "plan/plan.toml", "plan/venues.csv"} <= set(inside)
    assert "wheels/coverplan-1.0-py3-none-any.whl" in inside
    assert content == windows_archive(desk.plan, Quarter(2025, 3), folder)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("请先看我.html").decode("utf-8")
    assert "没有试过的" in page
    assert "2025Q3" in page


def test_the_start_file_is_read_the_same_by_every_command_window(desk):
    content = start_file(desk.plan)
    assert content.isascii()
    assert b"\r\n" in content
    assert content.count(b"\n") == content.count(b"\r\n")
    assert b"--no-index" in content
    assert b"coverplan run plan\\plan.toml --out out" in content


def test_the_office_archive_needs_nothing_installed(desk, tmp_path):
    run, forms = tmp_path / "run", tmp_path / "forms"
    for path, text in {
        run / "map.html": "<html>",
        run / "gaps.xlsx": "x",
        run / "report.docx": "x",
        run / "manifest.json": "{}",
        run / "data" / "villages.parquet": "x",
        forms / "乡镇" / "500230001_三合街道.xlsx": "x",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    inside = names(office_archive(desk.plan, Quarter(2025, 3), run, forms))
    assert inside[0] == "请先看我.html"
    assert set(inside) == {
        "请先看我.html",
        "地图.html",
        "成果/gaps.xlsx",
        "成果/report.docx",
        "填报表/乡镇/500230001_三合街道.xlsx",
    }
