"""What a planner reads when the county's files have faults: where, what, how to mend it."""

import shutil
import subprocess
import sys

import pytest

from support import DATA, ROOT


@pytest.fixture
def county(tmp_path):
    folder = tmp_path / "fengdu"
    shutil.copytree(DATA / "fengdu", folder)
    return folder


def change(path, old, new):
    text = path.read_text(encoding="utf-8-sig")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8-sig")


def run(county, *words):
    out = county.parent / "out"
    command = [sys.executable, "-m", "coverplan", "run", str(county / "plan.toml")]
    done = subprocess.run(
        [*command, "--out", str(out), *words], capture_output=True, encoding="utf-8", cwd=ROOT,
        env={"PYTHONIOENCODING": "utf-8", "PATH": ""}, check=False,
    )  # fmt: skip
    return done, out


def told(county, *words):
    done, out = run(county, *words)
    assert done.returncode == 2, done.stderr
    assert not out.exists()
    return done.stderr


VENUE = "fd-001,fd-p001,丰都雪玉洞,city_science_base,三建乡,,,,开放"


def test_a_missing_report_date_and_a_misspelt_key_are_told_together(county):
    change(county / "plan.toml", "as_of = 2025-12-31", "as_off = 2025-12-31")
    text = told(county)
    assert "plan.toml，键 county.as_of：缺少必填的键。请写上，例如 as_of = 2025-12-31。" in text
    assert "不认识的键“as_off”。最接近的是“as_of”，请改写或删去。" in text


def test_a_missing_file_is_named_as_the_plan_names_it(county):
    (county / "venues.csv").unlink()
    assert "键 venues.files：找不到文件“venues.csv”" in told(county)


def test_an_unknown_township_is_told_with_row_column_and_the_nearest_name(county):
    change(county / "venues.csv", VENUE, VENUE.replace("三建乡", "三健乡"))
    text = told(county)
    assert "venues.csv，第 2 行，“township”列" in text
    assert "三健乡" in text
    assert "三建乡" in text


def test_an_unknown_venue_type_is_told(county):
    change(county / "venues.csv", "city_science_base", "city_base")
    text = told(county, "--lang", "en")
    assert "venues.csv, row 2, column type" in text
    assert "city_base" in text


def test_a_missing_status_is_a_problem_and_not_open(county):
    change(county / "venues.csv", ",,,,开放", ",,,,")
    assert "venues.csv，第 2 行，“status”列" in told(county)


def test_a_doubled_id_is_told(county):
    path = county / "venues.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8-sig")
    text = told(county)
    assert "venues.csv，第 3 行，“id”列" in text
    assert "fd-001" in text


def test_coordinates_out_of_the_county_are_told(county):
    change(county / "venues.csv", "三建乡,,,,", "三建乡,,116.4,39.9,")
    text = told(county)
    assert "venues.csv，第 2 行" in text
    assert "116.4" in text


def test_a_wrong_column_is_told_with_what_was_found(county):
    change(county / "population.csv", "resident_2010", "resident_2011")
    text = told(county)
    assert "population.csv" in text
    assert "resident_2010" in text


@pytest.mark.parametrize("value", ["-140954", "NaN", "很多"])
def test_a_population_that_is_no_count_is_told(county, value):
    change(county / "population.csv", "140954", value)
    text = told(county)
    assert "population.csv，第 2 行，“resident_2010”列" in text
    assert value in text


def test_all_faults_of_all_files_are_told_in_one_go(county):
    change(county / "venues.csv", "city_science_base", "city_base")
    change(county / "population.csv", "140954", "-1")
    text = told(county)
    assert "共 2 个问题" in text
    assert "venues.csv" in text
    assert "population.csv" in text


def test_with_set_aside_a_bad_row_is_left_out_and_counted(county):
    change(county / "venues.csv", "city_science_base", "city_base")
    done, out = run(county, "--set-aside")
    assert done.returncode == 0, done.stderr
    assert "搁置 1 行" in done.stdout
    ledger = (out / "ledger.csv").read_text(encoding="utf-8-sig")
    assert "set_aside" in ledger


def test_a_failed_run_leaves_the_earlier_outputs_whole(county):
    done, out = run(county)
    assert done.returncode == 0, done.stderr
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    change(county / "population.csv", "140954", "-1")
    done, _ = run(county)
    assert done.returncode == 2
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
