"""The rules of the house: the name `coverage`, what an import loads, no hidden inputs, size."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest

from sources import PACKAGE, SOURCE, dotted, modules, short, tree
from support import ROOT

NAME_BREAKERS = ("numba", "libpysal", "momepy", "spopt", "mapclassify", "esda")
FRAMES = ("pandas", "scipy", "numpy", "geopandas", "shapely", "pyproj", "highspy", "folium")
CALENDARS = (
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.strftime",
    "Timestamp.now",
    "Timestamp.today",
)
STOPWATCHES = ("time.perf_counter", "time.monotonic", "perf_counter", "monotonic")
TIMED = ("coverage/coverplan/cli.py", "coverage/coverplan/placement/")
"""Where a stopwatch may run: progress in the command, time limits in the solver."""

# --- The name `coverage` ----------------------------------------------------------------------


def test_the_source_root_is_no_package_and_says_why():
    assert not (SOURCE / "__init__.py").exists()
    assert "coverage.py" in (SOURCE / "README.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in SOURCE.iterdir() if path.name != "__pycache__") == [
        "README.md",
        "coverplan",
    ]


def project() -> dict[str, list[str]]:
    """Return the names of the required distributions by extra, "" for what every run needs."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {"": table["dependencies"], **table["optional-dependencies"]}
    return {
        extra: [re.split(r"[\[<>=!~; ]", line)[0].lower() for line in lines]
        for extra, lines in lists.items()
    }


def test_coverage_py_stands_in_the_test_dependencies():
    assert "coverage" in project()["test"]
    assert "pytest-cov" in project()["test"]


def test_nothing_at_run_time_requires_numba_or_what_drags_it_in():
    wanted, seen = set(project()[""]), set[str]()
    assert not wanted.intersection(NAME_BREAKERS)
    while wanted:
        name = wanted.pop()
        seen.add(name)
        for line in requires(name) or ():
            if "extra ==" not in line and "python_version <" not in line:
                dependency = re.split(r"[\[<>=!~; (]", line)[0].lower()
                if dependency not in seen and _installed(dependency):
                    wanted.add(dependency)
    assert {"pandas", "numpy", "networkx", "jinja2"} <= seen
    assert not seen.intersection({*NAME_BREAKERS, "coverage"})


def _installed(name: str) -> bool:
    try:
        requires(name)
    except ModuleNotFoundError:
        return False
    return True


def test_every_extra_that_uses_numba_lists_coverage_py_beside_it():
    for extra, names in project().items():
        if set(names).intersection(NAME_BREAKERS):
            assert "coverage" in names or "coverplan" in names, extra


DISTRIBUTIONS = {"PIL": "pillow", "docx": "python-docx", "python_calamine": "python-calamine"}
OWN = {"coverplan", "tests", *(path.stem for path in (ROOT / "tests").glob("*.py"))}


def imported(folders: list[Path]) -> set[str]:
    """Return the distributions that the files below some folders import."""
    tops = set[str]()
    for folder in folders:
        for path in folder.rglob("*.py"):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Import):
                    tops.update(item.name.split(".")[0] for item in node.names)
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    tops.add((node.module or "").split(".")[0])
    tops -= OWN | set(sys.stdlib_module_names)
    return {DISTRIBUTIONS.get(top, top) for top in tops}


def test_the_package_imports_only_what_every_run_requires_or_an_extra_offers():
    assert imported([PACKAGE]) <= {*project()[""], *project()["raster"]}


def test_tests_import_only_what_the_test_extra_requires():
    listed = {*project()[""], *project()["test"]}
    assert imported([ROOT / "tests"]) <= listed


def test_tests_are_no_package_and_there_is_no_root_conftest():
    assert not (ROOT / "conftest.py").exists()
    assert not list((ROOT / "tests").rglob("__init__.py"))
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "--import-mode=importlib" in table["tool"]["pytest"]["ini_options"]["addopts"]


def test_no_two_test_files_have_one_name():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


IMPORT_ALL = """
import importlib, importlib.util, json, pkgutil, sys
import coverplan
names = ["coverplan"]
for info in pkgutil.walk_packages(coverplan.__path__, "coverplan."):
    if not info.name.endswith("__main__"):
        importlib.import_module(info.name)
        names.append(info.name)
print(json.dumps({"names": names, "loaded": sorted(sys.modules)}))
"""

# What `import coverage` and `import numba` find on a machine without those packages: at the
# repository root, the bare folder and nothing.
NOT_INSTALLED = """
import importlib.machinery, sys
class Bare:
    def find_spec(self, name, path=None, target=None):
        if name == "coverage":
            return importlib.machinery.PathFinder.find_spec(name, [""])
        if name in {"numba", "pytest_cov", "llvmlite"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None
sys.meta_path.insert(0, Bare())
import coverage
assert coverage.__file__ is None, coverage
del sys.modules["coverage"]
"""


def at_the_root(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code at the repository root, which stands on `sys.path` as for `python -c`."""
    # coverage.py's .pth would import it at start-up in a measured child process.
    dropped = ("COVERAGE_", "COV_CORE_", "PYTHONSAFEPATH")
    inherited = {key: text for key, text in os.environ.items() if not key.startswith(dropped)}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env=inherited | environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=180,
    )


@pytest.mark.parametrize("machine", ["as it is", "without coverage.py and numba"])
def test_importing_every_module_at_the_root_loads_neither_coverage_nor_numba(machine):
    code = IMPORT_ALL if machine == "as it is" else NOT_INSTALLED + IMPORT_ALL
    done = at_the_root(code)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    expected = {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for path in modules()
    }
    assert set(answer["names"]) == {name for name in expected if not name.endswith("__main__")}
    tops = {name.split(".")[0] for name in answer["loaded"]}
    assert not tops.intersection({"coverage", *NAME_BREAKERS})
    assert "pandas" in tops or len(expected) < 10  # the walk really loaded the package


def test_numba_works_at_the_root_where_coverage_py_is_installed():
    done = at_the_root("import importlib.util as u; print(u.find_spec('numba') is not None)")
    if done.stdout.strip() == "False":
        # The environment of the test extra has no numba; CI runs this file once more with it.
        done = at_the_root("import coverage; print(coverage.__version__)")
    else:
        done = at_the_root("import numba, coverage; print(coverage.__version__)")
    assert done.returncode == 0, done.stderr


# --- What an import loads ---------------------------------------------------------------------


def loaded(code: str) -> set[str]:
    done = at_the_root(f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))")
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_import_coverplan_loads_no_frame_library():
    assert not loaded("import coverplan").intersection(FRAMES)


def test_every_public_name_of_the_package_can_be_had():
    done = at_the_root("import coverplan as cp\nfor name in cp.__all__: getattr(cp, name)")
    assert done.returncode == 0, done.stderr


def test_the_help_of_the_command_loads_no_frame_library():
    code = (
        "import sys\n"
        "from coverplan.cli import main\n"
        "sys.argv = ['coverplan', '--help']\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
    )
    assert not loaded(code).intersection(FRAMES)


def test_the_doctor_loads_gdal_only_when_asked():
    assert not loaded("import coverplan.doctor").intersection(FRAMES)


# --- Hidden inputs ----------------------------------------------------------------------------


def test_no_clock_is_read_but_stopwatches_for_progress_and_time_limits():
    found = []
    for path in modules():
        banned = CALENDARS if short(path).startswith(TIMED) else CALENDARS + STOPWATCHES
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = dotted(node.func)
            if name in banned or ".".join(name.split(".")[-2:]) in banned:
                found.append(f"{short(path)}:{node.lineno}: {name}")
    assert not found


def test_no_network_library_is_imported():
    banned = {"requests", "urllib3", "http", "socket", "ftplib", "aiohttp", "httpx"}
    found = []
    for path in modules():
        for node in ast.walk(tree(path)):
            names = [item.name for item in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            found += [
                f"{short(path)}: {name}"
                for name in names
                if name.split(".")[0] in banned or name == "urllib.request"
            ]
    assert not found


# Folders of the one machine it was written on, spelled so that this file does not hold them.
MACHINE_PATHS = re.compile("|".join(f"(?<![\\w.~])/{start}/" for start in ("work", "root", "tmp")))
TEXTS = {".py", ".toml", ".md", ".csv", ".ipynb", ".json", ".js", ".html", ".css", ".lock", ""}


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_no_file_names_a_folder_of_one_machine():
    found = []
    for path in tracked():
        if path.suffix in TEXTS and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{short(path)}: {hit}" for hit in MACHINE_PATHS.findall(text)]
    assert not found


def test_no_source_file_is_longer_than_500_lines():
    long = {
        short(path): count
        for folder in (PACKAGE, ROOT / "tests", ROOT / "benchmarks", ROOT / "docs")
        for path in folder.rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long


UNFINISHED = re.compile(
    r"^(<{7}|>{7}) |breakpoint\(\)|raise NotImplementedError|\bTODO\b|\bFIXME\b", re.MULTILINE
)


def test_no_source_file_holds_merge_marks_stubs_or_debuggers():
    found = [
        short(path) for path in modules() if UNFINISHED.search(path.read_text(encoding="utf-8"))
    ]
    assert not found
