"""Ctrl-C while sites are looked for gives what was found so far, with how good it can be."""

import os
import signal
import subprocess
import sys

import pytest

from support import DATA, hearing_ctrl_c

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a console sends Ctrl-C otherwise there")
HARD = """
import numpy as np
from coverplan.placement.chain import place_by_goals

random = np.random.default_rng(5)
points, sites = random.uniform(0, 100, (2500, 2)), random.uniform(0, 100, (260, 2))
minutes = np.hypot(*(points[:, None] - sites[None]).transpose(2, 0, 1))
weight = random.integers(1, 900, 2500).astype(float)
chain = place_by_goals(
    ["a"] * 260, times=minutes, weight=weight, cutoff=6.0, new_sites=45,
    on_progress=lambda found: print("solving", flush=True),
)
placement = chain.placement
inside = (minutes[:, placement.chosen] <= 6.0).any(axis=1)
sign = 1 if placement.sense == "max" else -1
honest = sign * (placement.bound - placement.objective) >= 0
print("END", placement.status, honest, len(placement.chosen) <= 45)
if str(chain.stages[-1].goal) == "people":
    assert placement.objective == weight[inside].sum()
"""


def interrupted_at(command: list[str], sign: str) -> tuple[int, str]:
    """Run a command, send Ctrl-C when a line holds a sign, and return its code and all output."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    with (
        hearing_ctrl_c(),
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env=environment,
        ) as process,
    ):
        said, sent = [], False
        for line in process.stdout:
            said.append(line)
            if sign in line and not sent:
                sent = True
                process.send_signal(signal.SIGINT)
        process.wait(60)
    assert sent, "".join(said)
    return process.returncode, "".join(said)


def test_ctrl_c_while_a_placement_is_solved_returns_the_best_so_far_with_its_bound():
    code, said = interrupted_at([sys.executable, "-c", HARD], "solving")
    assert code == 0, said
    assert "END time_limit True True" in said


def test_ctrl_c_after_the_sites_are_found_prints_them_and_says_what_is_left_out():
    plan = str(DATA / "example" / "plan.toml")
    command = [sys.executable, "-m", "coverplan", "place", plan]
    code, said = interrupted_at(command, "试各种情景")
    assert code == 0, said
    assert "已中断：建议地点是到中断时找到的最好方案" in said
    assert "保合镇" in said
    assert "在所给数据与假设下最优（已证明）" in said


def test_ctrl_c_before_any_site_is_found_stops_with_nothing():
    plan = str(DATA / "example" / "plan.toml")
    code, said = interrupted_at([sys.executable, "-m", "coverplan", "place", plan], "读取数据")
    assert code == 130, said
    assert "保合镇" not in said
