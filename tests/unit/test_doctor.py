"""`coverplan doctor` tells what a machine lacks, and how to mend it."""

from pathlib import Path

import pytest

from coverplan.doctor import (
    DRIVERS,
    Check,
    Verdict,
    browser,
    browser_check,
    console_check,
    drivers_check,
    font_folders,
    fonts_check,
    installed_versions,
    packages_check,
    python_check,
    report,
    sound,
    write_check,
)
from coverplan.text import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_machine_that_passes_the_tests_is_sound(lang, tmp_path):
    checks = report(lang, tmp_path)
    names = ["python", "packages", "drivers", "fonts", "browser", "write", "console"]
    assert [check.name for check in checks] == names
    assert sound(checks)
    assert all(check.text and "{" not in check.text for check in checks)


def test_every_runtime_dependency_is_named_with_its_version():
    versions = dict(installed_versions())
    assert {"pandas", "geopandas", "folium", "highspy", "python-calamine"} <= versions.keys()
    assert "pytest" not in versions
    assert all(versions.values())


def test_a_missing_package_is_named_and_breaks_the_run():
    check = packages_check("zh", {"pandas": "3.0.0", "highspy": ""})
    assert check.verdict is Verdict.BROKEN
    assert check.text == "缺少程序包：highspy。请重新执行 README 中的安装命令。"
    assert not sound([check])


def test_python_3_10_is_too_old_and_3_11_is_not():
    assert python_check("en", (3, 10, 14), "Windows-10").verdict is Verdict.BROKEN
    assert python_check("en", (3, 11, 0), "Windows-10").verdict is Verdict.GOOD


def test_a_format_that_cannot_be_read_is_named():
    modes = dict.fromkeys(DRIVERS, "rw")
    assert drivers_check("en", lambda: modes).verdict is Verdict.GOOD
    check = drivers_check("en", lambda: modes | {"KML": ""})
    assert check.verdict is Verdict.LIMITED
    assert "not: KML." in check.text
    assert drivers_check("en", dict).verdict is Verdict.BROKEN


def test_gdal_that_cannot_be_loaded_is_a_check_and_not_a_traceback():
    def broken() -> dict[str, str]:
        raise ImportError("DLL load failed")

    check = drivers_check("en", broken)
    assert check.verdict is Verdict.BROKEN
    assert "DLL load failed" in check.text


@pytest.mark.parametrize(
    "name", ["msyh.ttc", "simhei.ttf", "NotoSansCJK-Regular.ttc", "PingFang.ttc", "wqy-zenhei.ttc"]
)
def test_a_chinese_font_is_known_by_its_file(tmp_path, name):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).touch()
    check = fonts_check("en", [tmp_path, tmp_path / "absent"])
    assert check == Check("fonts", Verdict.GOOD, f"Chinese fonts: {name}")


def test_a_machine_with_latin_fonts_only_is_told_what_to_install(tmp_path):
    (tmp_path / "DejaVuSans.ttf").touch()
    check = fonts_check("en", [tmp_path])
    assert check.verdict is Verdict.LIMITED
    assert "fonts-noto-cjk" in check.text


def test_each_system_has_its_font_folders():
    assert font_folders({"WINDIR": "D:/Win"}, "win32") == [Path("D:/Win/Fonts")]
    assert Path("/System/Library/Fonts") in font_folders({}, "darwin")
    assert Path("/usr/share/fonts") in font_folders({"HOME": "/home/x"}, "linux")


def test_edge_is_found_where_windows_installs_it(tmp_path):
    program = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    program.parent.mkdir(parents=True)
    program.touch()
    environment = {"PATH": "", "ProgramFiles(x86)": str(tmp_path)}
    assert browser(environment) == "msedge.exe"
    assert browser_check("en", "").verdict is Verdict.LIMITED


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    assert write_check("en", tmp_path).verdict is Verdict.GOOD
    check = write_check("en", tmp_path / "absent")
    assert check.verdict is Verdict.BROKEN
    assert "--out" in check.text


@pytest.mark.parametrize(
    ("encoding", "verdict"),
    [
        ("utf-8", Verdict.GOOD),
        ("gbk", Verdict.GOOD),
        ("cp936", Verdict.GOOD),
        ("cp1252", Verdict.LIMITED),
        ("no-such", Verdict.LIMITED),
    ],
)
def test_a_console_is_good_when_it_can_show_chinese(encoding, verdict):
    assert console_check("zh", encoding).verdict is verdict
