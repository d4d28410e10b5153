"""What a user installs is the wheel, not this repository."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sources import PACKAGE
from support import DATA, ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Return a folder that holds the built wheel as pip would lay it down."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def coverplan(site: Path, desk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command from the wheel, in a folder that knows nothing of the repository."""
    environment = os.environ | {"PYTHONPATH": str(site), "PYTHONIOENCODING": "utf-8"}
    code = (
        "import sys, coverplan\n"
        f"assert coverplan.__file__.startswith({str(site)!r}), coverplan.__file__\n"
        "from coverplan.cli import main\n"
        "sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=desk,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_wheel_holds_the_package_and_never_a_package_called_coverage(installed):
    tops = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == {"coverplan"}
    here = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    there = {
        path.relative_to(installed / "coverplan").as_posix()
        for path in (installed / "coverplan").rglob("*")
        if path.is_file()
    }
    assert there == here


def test_the_command_from_the_wheel_runs_the_example_in_another_folder(installed, tmp_path):
    plan = DATA / "example" / "plan.toml"
    done = coverplan(installed, tmp_path, "run", str(plan), "--out", "out", "--quiet")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest
    assert "示例数据" in (out / "map.html").read_text(encoding="utf-8")
    names = {path.name for path in out.iterdir()}
    assert {"map.html", "gaps.xlsx", "gaps.csv", "targets.csv", "layers.gpkg"} <= names


@pytest.mark.parametrize(
    ("code", "name", "townships"),
    [("361129", "万年县", 12), ("511423", "洪雅县", 12), ("511623", "邻水县", 25)],
)
def test_any_county_starts_from_the_wheel_alone(installed, tmp_path, code, name, townships):
    made = coverplan(installed, tmp_path, "init", "county", "--county", code)
    assert made.returncode == 0, made.stderr
    assert f"已建好 {name}（{townships} 个乡镇街道" in made.stdout
    folder = tmp_path / "county"
    assert {"plan.toml", "venues.xlsx", "candidates.xlsx", "请先看我.md"} <= {
        path.name for path in folder.iterdir()
    }
    checked = coverplan(installed, tmp_path, "check", "county/plan.toml")
    assert checked.returncode == 0, checked.stderr
    assert f"townships.xlsx：{townships} 行，采用 {townships}，修正 0，搁置 0" in checked.stdout
    assert "venues.xlsx：0 行，采用 0，修正 0，搁置 0" in checked.stdout
    done = coverplan(installed, tmp_path, "run", "county/plan.toml")
    assert done.returncode == 0, done.stderr
    assert f"{townships} 个乡镇（街道）教学点情况未报，暂不能判断覆盖" in done.stdout
    names = {path.name for path in (folder / "outputs").iterdir()}
    assert {"map.html", "gaps.xlsx", "ledger.xlsx", "layers.gpkg", "manifest.json"} <= names
