"""The main job, as a planner types it, on the real records and on the illustrative county."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from support import DATA, ROOT

SAID = "30 个乡镇（街道）教学点情况未报，暂不能判断覆盖"


def coverplan(*words, **environment):
    command = [sys.executable, "-m", "coverplan", *map(str, words)]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", env=env,
        cwd=ROOT, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def fengdu(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "fengdu"
    return out, coverplan("run", DATA / "fengdu" / "plan.toml", "--out", out)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "example"
    return out, coverplan("run", DATA / "example" / "plan.toml", "--out", out)


def table(out, name):
    return pd.read_csv(out / name, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def test_on_public_data_alone_the_run_says_that_nothing_can_be_judged(fengdu):
    _, done = fengdu
    assert done.returncode == 0, done.stderr
    assert SAID in done.stdout
    said = [line for line in done.stdout.splitlines() if "人口约占" not in line]
    assert "%" not in "".join(said)


def test_every_output_of_the_contract_is_there(fengdu):
    out, _ = fengdu
    names = {path.name for path in out.iterdir()}
    assert names >= {
        "map.html", "gaps.xlsx", "gaps.csv", "townships.csv", "villages.csv", "targets.csv",
        "placement.csv", "ledger.csv", "layers.gpkg", "manifest.json", "data",
    }  # fmt: skip
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["schema"] == 1
    assert str(ROOT) not in (out / "manifest.json").read_text(encoding="utf-8")


def test_three_answers_add_up_to_thirty_in_the_table(fengdu):
    out, _ = fengdu
    rows = table(out, "gaps.csv")
    counts = pd.crosstab(rows["type"], rows["state"])
    assert (counts.sum(axis=1) == 30).all()
    assert counts.loc["university_site", "unreported"] == 30
    assert table(out, "townships.csv").shape[0] == 30
    one = rows[(rows["type"] == "city_science_base") & (rows["state"] == "has")]
    assert one["township"].tolist() == ["三建乡"]


def test_no_share_is_printed_where_nobody_reported(fengdu):
    out, _ = fengdu
    rows = table(out, "gaps.csv")
    programme = rows[rows["type"] == "university_site"]
    assert (programme["refused"] == "coverage.refused_line").all()
    assert (programme["people_covered_30min"] == "0").all()
    assert (programme["people_unknown_30min"] == programme["people"]).all()


def test_fengdu_places_teaching_points_by_township_and_names_no_building(fengdu):
    out, _ = fengdu
    rows = table(out, "placement.csv")
    assert len(rows) == 30
    assert rows["code9"].nunique() == 30
    assert set(rows["resolution"]) == {"township"}
    assert set(rows["condition"]) == {"if_none"}
    assert all(label.endswith("（具体社区由乡镇推荐）") for label in rows["label_zh"])


def test_the_ledger_has_nineteen_targets_and_thirteen_tasks_and_no_false_verdict(fengdu):
    out, _ = fengdu
    rows = table(out, "targets.csv")
    assert len(rows) == 32
    assert (rows["kind"] == "task").sum() == 13
    assert set(rows["status"]) == {"unreported"}


def test_the_example_says_that_it_is_one_everywhere(example):
    out, done = example
    assert done.returncode == 0, done.stderr
    assert "示例数据" in done.stdout
    assert "示例数据" in (out / "map.html").read_text(encoding="utf-8")


def test_people_reached_not_reached_and_unknown_add_up_in_the_example(example):
    out, _ = example
    rows = table(out, "gaps.csv")
    of_type = rows[rows["type"] == "university_site"]
    for cutoff in (15, 30):
        parts = [
            pd.to_numeric(of_type[f"people_{name}_{cutoff}min"])
            for name in ("covered", "uncovered", "unknown")
        ]
        assert sum(parts).sum() == 649_182
        assert (sum(parts) == pd.to_numeric(of_type["people"])).all()


def test_the_example_places_all_three_programmes_with_proof(example):
    out, done = example
    rows = table(out, "placement.csv")
    assert set(rows["type"]) == {"university_site", "school_museum", "youth_base"}
    assert "在所给数据与假设下最优（已证明）" in done.stdout
    first = rows[rows["type"] == "university_site"]
    townships = first[first["rule"] == "township"]
    assert townships["code9"].nunique() == len(townships) == 19
    assert len(first) > len(townships)


def test_a_gbk_console_survives_a_run(tmp_path):
    done = coverplan(
        "run", DATA / "fengdu" / "plan.toml", "--out", tmp_path / "o", PYTHONIOENCODING="gbk"
    )
    assert done.returncode == 0, done.stderr


def test_two_runs_are_byte_identical(fengdu, tmp_path):
    out, _ = fengdu
    coverplan("run", DATA / "fengdu" / "plan.toml", "--out", tmp_path / "again", "--quiet")
    for path in sorted(out.rglob("*")):
        if path.is_file():
            other = tmp_path / "again" / path.relative_to(out)
            assert path.read_bytes() == other.read_bytes(), path.name
