"""Long parts say how far they are, and whoever stops them finds the old outputs whole."""

import hashlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.cli import main
from coverplan.commands.plans import Steps
from coverplan.config import read_plan
from coverplan.impedance import network as networks
from coverplan.measures import travel_times
from coverplan.pipeline import STEPS, run
from little_county import little_county
from road_worlds import grid
from support import hearing_ctrl_c

ROAD = [(107.65, 29.78), (107.73, 29.868), (107.731, 29.869), (107.80, 29.90), (107.81, 29.91)]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    more = (
        '[boundaries]\noutline = "outline.geojson"\n'
        '[travel]\nrung = "A"\nroads = "roads.gpkg"\n[outputs]\ndir = "maps"\n'
    )
    path = little_county(tmp_path, more=more)
    outline = gpd.GeoDataFrame(geometry=[shapely.box(107.55, 29.68, 107.90, 29.98)], crs=4326)
    outline.to_file(tmp_path / "outline.geojson", driver="GeoJSON")
    lines(tmp_path / "roads.gpkg", ROAD)
    return path


def lines(path: Path, *roads: list[tuple[float, float]]) -> None:
    geometry = [shapely.LineString(road) for road in roads]
    gpd.GeoDataFrame({"highway": ["secondary"] * len(roads)}, geometry=geometry, crs=4326).to_file(
        path
    )


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_long_search_tells_how_many_places_are_done_and_finds_the_same(monkeypatch):
    streets = grid(8, np.random.default_rng(4))
    places = gpd.GeoDataFrame(
        geometry=streets.geometry.iloc[:30].representative_point().to_list(), crs=4326
    )
    places.index = pd.Index([f"p{n}" for n in range(30)])
    monkeypatch.setattr(networks, "CHUNK", 8 * 7 * 94)  # seven places a time on some 90 nodes
    told: list[tuple[int, int]] = []
    options = {"roads": streets, "mode": "car"}
    watched = travel_times(
        places, places, **options, progress=lambda done, total: told.append((done, total))
    )
    assert len(told) > 2
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == (30, 30)
    pd.testing.assert_frame_equal(watched, travel_times(places, places, **options))


def test_a_run_over_roads_tells_its_steps_and_the_parts_of_the_long_one(plan):
    seen: list[object] = []

    class Watch:
        def __call__(self, step: str) -> None:
            seen.append(step)

        def part(self, done: int, total: int) -> None:
            seen.append((done, total))

    run(read_plan(plan), progress=Watch())
    steps = [one for one in seen if isinstance(one, str)]
    assert tuple(steps) == STEPS
    at = seen.index("travel")
    told = seen[at + 1]
    assert isinstance(told, tuple)
    assert told[0] == told[1] > 0
    assert seen[at + 2] == "presence"


def test_parts_are_drawn_over_one_line_of_a_terminal_and_left_out_of_a_file(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, expected in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        steps = Steps(("read", "travel"), "zh", quiet=False)
        steps("read")
        steps("travel")
        steps.part(120, 338)
        assert ("\r\033[K[2/2] 计算行程 120/338" in stream.getvalue()) is expected


@pytest.mark.skipif(os.name == "nt", reason="only on POSIX a child gets a Ctrl-C of its own")
@pytest.mark.parametrize("words", ["计算行程", "选址求解", "写出结果"])
def test_ctrl_c_in_the_middle_of_a_run_leaves_the_old_outputs_whole(plan, tmp_path, words):
    assert main(["run", str(plan), "--quiet"]) == 0
    before = content(tmp_path / "maps")
    assert before
    command = [sys.executable, "-m", "coverplan", "run", str(plan)]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    with (
        hearing_ctrl_c(),
        subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
        ) as child,
    ):
        assert child.stderr is not None
        for line in child.stderr:
            if words in line.decode("utf-8"):
                child.send_signal(signal.SIGINT)
                break
        said = child.stderr.read().decode("utf-8")
        ended = child.wait(60)
    assert ended == 130, said
    assert content(tmp_path / "maps") == before
    assert sorted(path.name for path in tmp_path.glob("maps*")) == ["maps"]


def test_stopping_the_writing_of_roads_leaves_the_old_ones_whole(plan, tmp_path, monkeypatch):
    lines(tmp_path / "new.gpkg", ROAD, [(107.7, 29.8), (107.8, 29.8)])
    before = content(tmp_path)
    whole = gpd.GeoDataFrame.to_file

    def half(self: gpd.GeoDataFrame, path: Path, **options: object) -> None:
        whole(self, path, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(gpd.GeoDataFrame, "to_file", half)
        command = ["roads", "import", str(plan), "--from", str(tmp_path / "new.gpkg")]
        assert main(command) == 130
    assert content(tmp_path) == before
    assert main(command) == 0
    assert len(gpd.read_file(tmp_path / "roads.gpkg")) == 2


def test_the_road_command_says_what_it_is_doing(plan, capsys):
    assert main(["roads", "info", str(plan)]) == 0
    told = capsys.readouterr().err
    assert "[1/2] 读取道路文件" in told
    assert "[2/2] 建立路网" in told
