"""Both counties of the repository, run and written: every file tells the same sums."""

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyogrio
import pytest

from coverplan.config import read_plan
from coverplan.domain import FRAMES, Result
from coverplan.pipeline import run
from coverplan.report.read_run import read_run
from coverplan.report.run_folder import write
from support import DATA

COUNTIES = ("fengdu", "example")
CONTACT = re.compile(
    rb"(?<![0-9A-Za-z.])(?:1[3-9]\d{9}|\d{17}[0-9Xx]|0\d{2,3}-\d{7,8})(?![0-9A-Za-z])"
)


@pytest.fixture(scope="module", params=COUNTIES)
def written(request, tmp_path_factory) -> tuple[Result, Path]:
    result = run(read_plan(DATA / request.param / "plan.toml"))
    return result, write(result, tmp_path_factory.mktemp(request.param) / "run", page=None)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def whole(text: str) -> int:
    return int(text) if text else 0


def test_read_run_gives_back_what_run_gave(written):
    result, folder = written
    again = read_run(folder)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(result, name), obj=name)
    assert [note.text("en") for note in again.notes] == [note.text("en") for note in result.notes]


def test_the_plan_comes_back_with_all_it_says_and_no_file_of_this_machine(written):
    result, folder = written
    again = read_run(folder).plan
    for name in ("county", "programme", "travel", "demand", "publish"):
        was, now = getattr(result.plan, name), getattr(again, name)
        assert str(now).replace(str(folder), "") == str(was).replace(str(result.plan.folder), "")


def test_has_none_and_unreported_come_to_thirty_in_every_file(written):
    _, folder = written
    states: dict[str, Counter[str]] = {}
    for row in rows(folder, "gaps.csv"):
        states.setdefault(row["type"], Counter())[row["state"]] += 1
    townships = rows(folder, "townships.csv")
    layer: Any = pyogrio.read_dataframe(folder / "layers.gpkg", layer="townships")
    for venue_type, counts in states.items():
        assert set(counts) <= {"has", "none", "unreported"}
        assert counts.total() == 30
        assert Counter(row[f"state_{venue_type}"] for row in townships) == counts
        assert Counter(layer[f"state_{venue_type}"]) == counts


def test_covered_uncovered_and_unknown_come_to_the_people_in_every_row(written):
    _, folder = written
    checked = 0
    for row in rows(folder, "gaps.csv"):
        for name in [one for one in row if one.startswith("people_covered_") and "_low" not in one]:
            cutoff = re.search(r"(\d+)min$", name)
            if "_high" in name or cutoff is None or row[name] == "":
                continue
            parts = [
                whole(row[f"people_{part}_{cutoff[1]}min"])
                for part in ("covered", "uncovered", "unknown")
            ]
            assert sum(parts) == whole(row["demand_people"])
            checked += 1
    assert checked >= 60


def test_the_people_of_the_county_are_the_census_to_a_person_in_every_file(written):
    _, folder = written
    assert sum(whole(row["people"]) for row in rows(folder, "townships.csv")) == 649182
    assert sum(whole(row["people"]) for row in rows(folder, "villages.csv")) == 649182
    layer: Any = pyogrio.read_dataframe(folder / "layers.gpkg", layer="townships")
    assert layer["people"].sum() == 649182
    book = openpyxl.load_workbook(io.BytesIO((folder / "gaps.xlsx").read_bytes()), data_only=True)
    values = [cell.value for row in book["总表"].iter_rows() for cell in row]
    assert 649182 in values


def test_the_workbook_tells_every_state_that_the_csv_tells(written):
    result, folder = written
    book = openpyxl.load_workbook(io.BytesIO((folder / "gaps.xlsx").read_bytes()), data_only=True)
    words = {"有": "has", "无": "none", "未报": "unreported"}
    for item in result.plan.programme:
        sheet = book[str(result.venue_types["zh"][item.type])[:31]]
        expected = {
            row["code9"]: row["state"]
            for row in rows(folder, "gaps.csv")
            if row["type"] == item.type
        }
        found = {
            row[1].value: words[str(row[3].value)]
            for row in sheet.iter_rows()
            if row[1].value in expected
        }
        assert found == expected


def test_no_text_that_leaves_holds_a_phone_or_identity_number(written):
    _, folder = written
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".csv", ".json", ".gpkg"}:
            assert not CONTACT.search(path.read_bytes()), path.name


def test_an_approximate_county_says_so_in_workbook_and_layers(written):
    result, folder = written
    assert result.townships["approximate"].all()
    book = openpyxl.load_workbook(io.BytesIO((folder / "gaps.xlsx").read_bytes()))
    texts = [str(cell.value) for row in book["总表"].iter_rows() for cell in row]
    assert any("示意，非法定界线" in text for text in texts)


def test_without_asked_minutes_no_sheet_prints_people_beyond_a_limit(written):
    result, folder = written
    book = openpyxl.load_workbook(io.BytesIO((folder / "gaps.xlsx").read_bytes()))
    texts = [str(cell.value) for row in book["总表"].iter_rows() for cell in row]
    beyond = any("分钟外" in text for text in texts)
    assert beyond == (result.plan.travel.rung.value == "B")
