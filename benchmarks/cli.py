"""
Time the command in new processes: `coverplan --help` and the main job, and weigh the map.

Run it at the repository root: `.venv/bin/python benchmarks/cli.py [--runs N]`. It prints medians
beside the goals and fails only where the command fails: a busy machine is not a fault of the code.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAN = "data/geo/fengdu/plan.toml"
GOALS = {"coverplan --help": 0.5, f"coverplan run {PLAN}": 10.0}
MAP_GOAL_KB = 1000


def seconds(arguments: list[str], runs: int) -> list[float]:
    times = []
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "coverplan", *arguments],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        times.append(time.perf_counter() - began)
    return times


def told(what: str, times: list[float]) -> str:
    goal = GOALS[what]
    median = statistics.median(times)
    verdict = "within" if median <= goal else "OVER"
    spread = f"{min(times):.2f}-{max(times):.2f}"
    return f"{what}: median {median:.2f} s ({spread}, {len(times)} runs), {verdict} {goal} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="new processes a command")
    runs = parser.parse_args().runs
    print(told("coverplan --help", seconds(["--help"], 2 * runs + 1)))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        times = seconds(["run", PLAN, "--out", str(out), "--quiet"], runs)
        print(told(f"coverplan run {PLAN}", times))
        size = (out / "map.html").stat().st_size / 1000
        verdict = "within" if size <= MAP_GOAL_KB else "OVER"
        print(f"map.html: {size:.0f} kB, {verdict} {MAP_GOAL_KB} kB")


if __name__ == "__main__":
    main()
