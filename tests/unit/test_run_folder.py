"""A run folder changes as a whole or not at all, whoever kills the program and when."""

import hashlib
import json
import platform
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coverplan.domain import FRAMES, Result
from coverplan.errors import InputError
from coverplan.report.manifest import NAME, add_files, read_manifest
from coverplan.report.publish import published
from coverplan.report.read_run import read_run
from coverplan.report.run_folder import locked_file, recover, write
from coverplan.report.stored import times_bytes
from coverplan.text import LANGUAGES, say
from small_result import small_result
from support import ROOT

EXPECTED = {
    "gaps.xlsx",
    "gaps.csv",
    "townships.csv",
    "villages.csv",
    "targets.csv",
    "placement.csv",
    "curve.csv",
    "dictionary.csv",
    "evidence.csv",
    "ledger.csv",
    "ledger.xlsx",
    "layers.gpkg",
    "manifest.json",
    "data/times.npz",
    "data/outline.parquet",
    "data/layer_01.parquet",
    *(f"data/{name}.parquet" for name in FRAMES),
}
SHORT = 5
"""A host name of fewer letters may stand in compressed bytes by chance."""

KILLED = """
import os, pathlib, signal, sys
sys.path.insert(0, sys.argv[1])
from small_result import small_result
from coverplan.report.run_folder import write

def die():
    os.kill(os.getpid(), signal.SIGKILL)

moment, count = sys.argv[3].rsplit("-", 1)
moved = 0

def counted(event, args):
    # the interpreter reports each rename and removal before it happens
    global moved
    if event == moment:
        moved += 1
        if moved == int(count):
            die()

def page(result, lang, path):
    path.write_text("half", encoding="utf-8")
    if moment == "page":
        die()

sys.addaudithook(counted)
write(small_result(lang="en"), sys.argv[2], page=page)
"""


def files_in(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def page(_result: Result, lang: str, path: Path) -> None:
    path.write_text(f"<html lang={lang}>", encoding="utf-8")


def kill_at(moment: str, target: Path) -> int:
    """Run a second, different run in another process and kill it at a moment."""
    command = [sys.executable, "-c", KILLED, str(ROOT / "tests"), str(target), moment]
    return subprocess.run(command, check=False, timeout=60).returncode


def language_of(folder: Path) -> str:
    return read_manifest(folder)["parameters"]["outputs"]["lang"]


def test_a_run_folder_holds_what_the_contract_names(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=page)
    assert set(files_in(folder)) == EXPECTED | {"map.html"}


def test_without_a_page_there_is_no_map_and_all_else(tmp_path):
    assert set(files_in(write(small_result(), tmp_path / "small", page=None))) == EXPECTED


def test_two_runs_are_the_same_bytes_whatever_their_folder_is_called(tmp_path):
    one = write(small_result(), tmp_path / "one", page=page)
    other = write(small_result(), tmp_path / "deeper" / "两", page=page)
    assert files_in(one) == files_in(other)


def test_no_output_names_this_machine_its_clock_or_its_folders(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)
    host = platform.node().encode()
    forbidden = [str(tmp_path).encode(), b"/nowhere", *([host] if len(host) > SHORT else [])]
    for name in files_in(folder):
        content = (folder / name).read_bytes()
        assert not [word for word in forbidden if word in content], name


def test_the_manifest_lists_every_file_with_its_hash_and_every_frame_with_its_rows(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=page)
    record = read_manifest(folder)
    listed = {item["name"]: item["sha256"] for item in record["files"]}
    assert listed == {name: one for name, one in files_in(folder).items() if name != NAME}
    assert record["rows"]["villages"] == 5
    assert record["inputs"][0] == {"file": "townships.csv", "sha256": "a" * 64, "rows": 3}
    assert record["parameters"]["county"]["as_of"] == "2025-12-31"
    assert {"python", "coverplan", "highspy"} <= set(record["versions"])


def test_an_absolute_output_folder_of_the_plan_stays_out_of_the_manifest(tmp_path):
    result = small_result()
    result.plan.raw["outputs"]["dir"] = "/home/wang/maps"
    folder = write(result, tmp_path / "small", page=None)
    assert "wang" not in (folder / NAME).read_text(encoding="utf-8")


def test_read_run_gives_back_what_was_written(tmp_path):
    result = small_result()
    again = read_run(write(result, tmp_path / "small", page=None))
    expected = published(result, "internal")
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(expected, name), obj=name)
    assert again.townships.crs == result.townships.crs
    assert list(again.layers) == list(result.layers)
    pd.testing.assert_frame_equal(again.layers["长江"], result.layers["长江"])
    pd.testing.assert_frame_equal(again.outline, result.outline)
    assert [note.text("zh") for note in again.notes] == [note.text("zh") for note in result.notes]
    assert again.crs_metric == result.crs_metric
    assert again.plan.programme == result.plan.programme
    assert again.as_of == result.as_of


def test_travel_times_come_back_with_zeros_kept_apart_from_the_unreachable(tmp_path):
    result = small_result()
    again = read_run(write(result, tmp_path / "small", page=None)).times
    assert (again.to(again.sites) == result.times.to(again.sites)).all()
    assert again.to(["v1"])[0, 0] == 0
    assert np.isinf(again.to(["c2"])[0, 0])
    assert (again.demand, again.sites) == (result.times.demand, result.times.sites)
    assert (again.rung, again.limit) == (result.times.rung, result.times.limit)


def test_the_archive_of_travel_times_carries_no_time_of_day():
    assert b"\x00\x00\x21\x00" in times_bytes(small_result().times)[:40]  # 1980-01-01 00:00
    assert times_bytes(small_result().times) == times_bytes(small_result().times)


def test_a_run_without_times_outline_and_layers_comes_back_without_them(tmp_path):
    result = replace(small_result(), times=None, outline=None, layers={})
    again = read_run(write(result, tmp_path / "small", page=None))
    assert (again.times, again.outline, again.layers) == (None, None, {})


def test_a_changed_data_file_is_told_and_not_read(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)
    with (folder / "data" / "gaps.parquet").open("ab") as handle:
        handle.write(b"x")
    with pytest.raises(InputError) as caught:
        read_run(folder)
    assert caught.value.problems[0].key == "report.damaged"
    assert caught.value.problems[0].where.file == "small/data/gaps.parquet"


def test_a_folder_without_a_manifest_is_no_run(tmp_path):
    with pytest.raises(InputError, match=r"manifest\.json"):
        read_run(tmp_path)


def test_a_manifest_of_another_schema_is_refused(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)
    record = json.loads((folder / NAME).read_text(encoding="utf-8"))
    (folder / NAME).write_text(json.dumps({**record, "schema": 99}), encoding="utf-8")
    with pytest.raises(InputError, match="99"):
        read_run(folder)


def as_an_older_version_wrote_it(folder, **changes):
    record = json.loads((folder / NAME).read_text(encoding="utf-8"))
    (folder / NAME).write_text(json.dumps({**record, **changes}), encoding="utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_folder_of_an_older_version_is_told_to_be_run_again(tmp_path, lang):
    folder = write(small_result(), tmp_path / "small", page=None)
    (folder / "data" / "prices.parquet").unlink()
    record = read_manifest(folder)
    rows = {name: count for name, count in record["rows"].items() if name != "prices"}
    files = [item for item in record["files"] if "prices" not in item["name"]]
    as_an_older_version_wrote_it(folder, rows=rows, files=files)
    with pytest.raises(InputError) as caught:
        read_run(folder)
    problem = caught.value.problems[0]
    assert problem.key == "report.other_version"
    assert "prices" in problem.text(lang)
    assert "coverplan run" in problem.text(lang)


def test_a_folder_whose_plan_had_other_keys_is_told_to_be_run_again(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)
    parameters = read_manifest(folder)["parameters"]
    as_an_older_version_wrote_it(folder, parameters={**parameters, "walking": {"speed": 4}})
    with pytest.raises(InputError) as caught:
        read_run(folder)
    assert [problem.key for problem in caught.value.problems] == ["report.other_version"]


def test_a_manifest_that_lacks_what_we_read_is_told_to_be_run_again(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)
    record = read_manifest(folder)
    del record["crs_metric"]
    (folder / NAME).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match=r"manifest\.json"):
        read_run(folder)


def test_a_second_run_replaces_the_first_and_leaves_nothing_beside_it(tmp_path):
    write(small_result(), tmp_path / "small", page=page)
    write(small_result(lang="en"), tmp_path / "small", page=None)
    assert language_of(tmp_path / "small") == "en"
    assert not (tmp_path / "small" / "map.html").exists(), "a page of the first run is stale"
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_what_the_planner_put_into_the_folder_survives_the_next_run(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)
    (folder / "会议方案.json").write_text("{}", encoding="utf-8")
    write(small_result(lang="en"), folder, page=None)
    assert (folder / "会议方案.json").read_text(encoding="utf-8") == "{}"


def test_a_file_that_was_added_and_entered_goes_with_its_run(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)
    (folder / "report.docx").write_bytes(b"old")
    add_files(folder, ["report.docx"])
    assert "report.docx" in {item["name"] for item in read_manifest(folder)["files"]}
    write(small_result(lang="en"), folder, page=None)
    assert not (folder / "report.docx").exists()


def test_a_folder_of_other_things_is_never_replaced(tmp_path):
    target = tmp_path / "Desktop"
    target.mkdir()
    (target / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(InputError, match=r"thesis\.docx"):
        write(small_result(), target, page=None)
    assert files_in(target).keys() == {"thesis.docx"}
    assert [path.name for path in tmp_path.iterdir()] == ["Desktop"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "small").write_text("x", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write(small_result(), tmp_path / "small", page=None)
    assert caught.value.problems[0].key == "report.not_folder"


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "small").mkdir()
    write(small_result(), tmp_path / "small", page=None)
    assert (tmp_path / "small" / NAME).is_file()


def test_a_failing_output_leaves_the_old_run_and_no_litter(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=page)
    before = files_in(folder)

    def broken(_result: Result, _lang: str, _path: Path) -> None:
        raise RuntimeError("no map today")

    with pytest.raises(RuntimeError, match="no map today"):
        write(small_result(lang="en"), folder, page=broken)
    assert files_in(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


@pytest.mark.parametrize(
    ("moment", "survivor"),
    [
        ("page-1", "zh"),  # while writing
        ("os.rename-1", "zh"),  # the manifest is about to be put in place
        ("os.rename-2", "zh"),  # complete, nothing moved yet
        ("os.rename-3", "en"),  # the old folder is away, the new one not yet in
        ("shutil.rmtree-1", "en"),  # swapped, the old one not yet deleted
    ],
)
def test_a_run_killed_at_any_moment_leaves_one_whole_set_of_outputs(tmp_path, moment, survivor):
    target = tmp_path / "small"
    write(small_result(), target, page=page)
    before = files_in(target)
    assert kill_at(moment, target) == -signal.SIGKILL
    whole = target if target.exists() else tmp_path / "small.old"
    if survivor == "zh" or whole != target:
        assert files_in(whole) == before
    assert recover(target)
    assert language_of(target) == survivor
    for item in read_manifest(target)["files"]:
        content = (target / item["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == item["sha256"]
    assert [path.name for path in tmp_path.iterdir()] == ["small"]
    assert not recover(target), "there is nothing left to do"


def test_the_next_run_tidies_up_after_a_killed_one(tmp_path):
    target = tmp_path / "small"
    write(small_result(), target, page=page)
    assert kill_at("os.rename-3", target) == -signal.SIGKILL
    assert not target.exists()
    write(small_result(), target, page=page)
    assert language_of(target) == "zh"
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_an_old_folder_without_a_whole_new_one_is_put_back(tmp_path):
    target = write(small_result(), tmp_path / "small", page=page)
    target.rename(tmp_path / "small.old")
    (tmp_path / ".small.swap").write_text("small.old", encoding="utf-8")
    (tmp_path / "small.new-1").mkdir()
    (tmp_path / "small.new-1" / ".coverplan-new").touch()
    (tmp_path / "small.new-1" / "gaps.csv").write_bytes(b"half")
    assert recover(target)
    assert language_of(target) == "zh"
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_folders_of_other_people_beside_a_run_are_left_alone(tmp_path):
    target = write(small_result(), tmp_path / "small", page=page)
    kept = {"small.old": "letter.docx", "small.new-plan": "notes.txt", "small.new-7": "x.txt"}
    for folder, name in kept.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("mine", encoding="utf-8")
    write(small_result(lang="en"), target, page=page)
    assert language_of(target) == "en"
    assert not recover(target)
    for folder, name in kept.items():
        assert (tmp_path / folder / name).read_text(encoding="utf-8") == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"small", *kept}


def test_a_run_kept_under_another_name_is_not_taken_for_debris(tmp_path):
    target = write(small_result(), tmp_path / "q", page=page)
    target.rename(tmp_path / "q.old")
    write(small_result(), tmp_path / "q", page=page)
    assert (tmp_path / "q.old" / "map.html").is_file()


def test_two_runs_into_one_folder_do_not_mix(tmp_path):
    def nested(_result: Result, _lang: str, _path: Path) -> None:
        write(small_result(), tmp_path / "small", page=None)

    with pytest.raises(InputError) as caught:
        write(small_result(), tmp_path / "small", page=nested)
    assert caught.value.problems[0].key == "report.busy"


def test_a_file_that_excel_holds_is_named(tmp_path):
    folder = write(small_result(), tmp_path / "small", page=None)

    def as_on_windows(path: Path) -> object:
        if path.name == "gaps.xlsx":
            raise PermissionError(13, "held by another process")
        return path.open("r+b")

    assert locked_file(folder, as_on_windows) == folder / "gaps.xlsx"
    assert locked_file(folder) is None


def test_the_message_of_a_held_file_says_to_close_it():
    assert "关闭" in say("report.locked", "zh")
    assert "Close it" in say("report.locked", "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_gives_a_whole_folder(tmp_path, lang):
    folder = write(small_result(lang=lang), tmp_path / "small", page=None)
    assert set(files_in(folder)) == EXPECTED
