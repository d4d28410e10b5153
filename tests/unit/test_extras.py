"""What a run folder may hold beyond the run: each file whole, stable, entered, and discreet."""

import io
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from PIL import Image

from coverplan.cli import main
from coverplan.report.extras import pictures, write_extras, write_geojson, write_township_books
from coverplan.report.manifest import read_manifest
from coverplan.report.read_run import read_run
from coverplan.report.run_folder import write
from small_result import small_result

PHONE = "13812345678"


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cells(path: Path) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> tuple[Path, list[str]]:
    folder = write(small_result(), tmp_path_factory.mktemp("extras") / "small", page=None)
    return folder, write_extras(small_result(), folder, geojson=True, per_township=True)


def test_every_file_is_named_and_entered_in_the_manifest(everything):
    folder, names = everything
    assert {"report.docx", "briefing.docx", "townships.docx", "pictures/phone.png"} <= set(names)
    listed = {item["name"] for item in read_manifest(folder)["files"]}
    assert set(names) <= listed
    assert listed == set(files_in(folder)) - {"manifest.json"}


def test_the_next_run_takes_the_old_papers_away(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)
    names = write_extras(small_result(), folder, papers=False, geojson=True)
    write(small_result(), folder, page=None)
    assert not [name for name in names if (folder / name).exists()]


def test_two_writings_are_the_same_bytes(everything, tmp_path):
    folder, names = everything
    # the bytes of papers and figures are compared where these are made
    again = write_extras(
        small_result(), tmp_path / "again", papers=False, geojson=True, per_township=True
    )
    assert again == names[-len(again) :]
    for name in again:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_phone_picture_is_as_wide_as_a_phone_and_slides_are_wide():
    found = pictures(small_result())
    sizes = {name: Image.open(io.BytesIO(png)).size for name, png in found.items()}
    assert sizes.pop("pictures/phone.png") == (1080, 1920)
    assert set(sizes.values()) == {(1920, 1080)}
    assert {"pictures/map_university_site.png", "pictures/states.png"} <= set(sizes)


def test_geojson_says_what_the_frames_say_in_degrees(tmp_path):
    names = write_geojson(small_result(), tmp_path)
    assert "geojson/townships.geojson" in names
    layer = gpd.read_file(tmp_path / "geojson" / "townships.geojson").set_index("code9")
    assert layer["state_university_site"].tolist() == ["has", "none", "unreported"]
    assert layer.total_bounds.tolist() == pytest.approx([107.0, 29.8, 107.3, 29.9])
    text = (tmp_path / "geojson" / "venues.geojson").read_text(encoding="utf-8")
    venue = json.loads(text)["features"][1]
    assert venue["geometry"] is None, "an unlocated venue has no place, and its row"


def test_each_township_gets_a_workbook_of_its_own_villages_only(everything):
    folder, names = everything
    books = [name for name in names if name.startswith("townships/")]
    assert books == [
        "townships/500230001_甲街道.xlsx",
        "townships/500230101_乙镇.xlsx",
        "townships/500230201_丙乡.xlsx",
    ]
    own = cells(folder / books[1])
    assert {"南村", "北村"} <= set(own)
    assert not {"东社区", "西村", "中村"} & set(own)
    assert any("为什么是这里" in text for text in own)
    assert "小县乙镇缺口清单" in own


def test_a_hostile_township_name_makes_a_plain_file_name(tmp_path):
    result = small_result()
    result.townships.loc["500230101", "name"] = '../../=乙<镇>:"x'
    names = write_township_books(result, tmp_path)
    assert names[1] == "townships/500230101__乙_镇_x.xlsx"
    assert sorted(files_in(tmp_path)) == sorted(names)


def test_no_file_lets_a_contact_out(everything):
    folder, names = everything
    for name in names:
        if name.endswith(".xlsx"):
            assert not [text for text in cells(folder / name) if PHONE in text], name
        else:
            assert PHONE.encode() not in (folder / name).read_bytes(), name


def test_the_meeting_profile_stamps_the_pictures():
    plain = pictures(small_result())["pictures/states.png"]
    stamped = pictures(small_result(profile="meeting"))["pictures/states.png"]
    assert plain != stamped


def test_papers_may_be_written_beside_no_run_at_all(tmp_path):
    names = write_extras(small_result(), tmp_path / "papers", papers=False, per_township=True)
    assert len(names) == 3
    assert not (tmp_path / "papers" / "manifest.json").exists()


def test_the_papers_command_puts_them_into_the_run_folder(tmp_path, capsys):
    folder = write(small_result(), tmp_path / "small", page=None)
    assert main(["papers", str(folder), "--lang", "zh", "--geojson"]) == 0
    assert (folder / "report.docx").is_file()
    assert (folder / "geojson" / "venues.geojson").is_file()
    printed = capsys.readouterr().out
    assert "个文件" in printed
    assert {"report.docx", "geojson/venues.geojson"} <= set(printed.splitlines())
    assert read_run(folder).as_of.year == 2025, "the run itself is untouched"


def test_the_papers_command_says_where_there_is_no_run(tmp_path, capsys):
    assert main(["papers", str(tmp_path)]) == 2
    assert "coverplan run" in capsys.readouterr().err


def test_the_compare_command_prints_what_changed_and_why(tmp_path, capsys):
    later = small_result()
    later.presence.loc[("500230201", "university_site"), "state"] = "has"
    later.gaps.loc[("500230201", "university_site"), "state"] = "has"
    later.sources.loc[1, "sha256"] = "c" * 64
    one = write(small_result(), tmp_path / "one", page=None)
    other = write(later, tmp_path / "other", page=None)
    assert main(["compare", str(one), str(other), "--out", str(tmp_path / "c")]) == 0
    told = capsys.readouterr().out
    assert "丙乡 社区科普大学教学点 状态：未报 → 有（可能的原因：数据：venues.csv）" in told
    assert (tmp_path / "c" / "compare.xlsx").is_file()
    assert main(["compare", str(one), str(one), "--lang", "en"]) == 0
    assert "The two runs say the same" in capsys.readouterr().out
