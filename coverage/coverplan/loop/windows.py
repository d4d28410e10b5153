"""Wheels for a Windows computer, resolved on another one."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from email.parser import HeaderParser
from pathlib import Path

from coverplan.errors import InputError, Problem

__all__ = ["PYTHONS", "download", "missing_on_windows", "own_wheel", "run_requirements"]

PYTHONS = ("3.11", "3.12", "3.13")
"""Versions of Python for which wheels are fetched; the office's own is one of them."""
_SEPARATORS = re.compile(r"[-_.]+")


def run_requirements(wheel: Path) -> tuple[str, ...]:
    """
    Return what a package needs at run time, extras left out.

    Parameters
    ----------
    wheel
        Its wheel: what is installed here may be older than what is packed.
    """
    return tuple(line for line in _asks(wheel) if "extra ==" not in line)


def download(
    requirements: Sequence[str], folder: Path, pythons: Sequence[str] = PYTHONS
) -> tuple[Path, ...]:
    """
    Fetch the wheels that Windows needs, with those that only Windows needs.

    Parameters
    ----------
    requirements
        As pip takes them.
    folder
        Where to.
    pythons
        Versions of Python.

    Returns
    -------
    tuple of Path
        The wheels.

    Raises
    ------
    InputError
        There is no pip, no network, or a package has no wheel for Windows.

    Notes
    -----
    pip judges markers such as `sys_platform == "win32"` by the computer it runs on, whatever
    `--platform` says; so what only Windows needs is read from the wheels and fetched besides.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for python in pythons:
        # a folder of its own: a wheel for another Python must not pass for this one's
        own = folder / f"python-{python}"
        wanted: Sequence[str] = requirements
        while wanted:
            _pip(_command(wanted, own, python))
            wanted = missing_on_windows(own, python)
        for wheel in own.iterdir():
            wheel.replace(folder / wheel.name)
        own.rmdir()
    return tuple(sorted(folder.glob("*.whl")))


def missing_on_windows(folder: Path, python: str) -> tuple[str, ...]:
    """
    Return what wheels ask for on Windows and no wheel beside them gives.

    Parameters
    ----------
    folder
        A folder of wheels.
    python
        Version of Python, as `3.11`.
    """
    from packaging.requirements import Requirement  # noqa: PLC0415 - heavy

    environment = {
        "sys_platform": "win32",
        "platform_system": "Windows",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    wheels = sorted(folder.glob("*.whl"))
    there = {_bare(wheel.name.split("-", 1)[0]) for wheel in wheels}
    missing = {}
    for wheel in wheels:
        for line in _asks(wheel):
            need = Requirement(line)
            wanted = need.marker is None or need.marker.evaluate(environment)
            if wanted and _bare(need.name) not in there:
                missing[_bare(need.name)] = f"{need.name}{need.specifier}"
    return tuple(missing[name] for name in sorted(missing))


def own_wheel(source: Path, folder: Path) -> Path:
    """
    Build the wheel of this program from its source tree.

    Parameters
    ----------
    source
        The folder with `pyproject.toml`.
    folder
        Where to.

    Returns
    -------
    Path
        The wheel.

    Raises
    ------
    InputError
        It cannot be built.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.glob("coverplan-*.whl"))
    _pip(["wheel", "-q", "--no-deps", "-w", str(folder), str(source)])
    made = sorted(set(folder.glob("coverplan-*.whl")) - before or before)
    return made[-1]


def _command(wanted: Iterable[str], folder: Path, python: str) -> list[str]:
    return [
        "download",
        "-q",
        "--platform",
        "win_amd64",
        "--python-version",
        python,
        "--only-binary=:all:",
        "-d",
        str(folder),
        *(re.split(r"\s*;", one)[0] for one in wanted),
    ]


def _pip(arguments: Sequence[str]) -> None:
    pip = _which_pip()
    done = subprocess.run(  # noqa: S603 - the user's own pip, arguments of ours
        [*pip, *arguments], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        found = last[-1].removeprefix("ERROR: ") if last else done.stderr[-200:]
        raise InputError(Problem("loop.pack.pip", found=found))


def _which_pip() -> list[str]:
    own = [sys.executable, "-m", "pip"]
    tried = subprocess.run([*own, "--version"], capture_output=True, check=False)  # noqa: S603
    if not tried.returncode:
        return own
    other = shutil.which("pip3") or shutil.which("pip")
    if other is None:
        raise InputError(Problem("loop.pack.no_pip"))
    return [other]


def _asks(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        name = next((n for n in archive.namelist() if n.endswith(".dist-info/METADATA")), "")
        if not name:
            return []
        text = archive.read(name).decode("utf-8", errors="replace")
    return HeaderParser().parsestr(text).get_all("Requires-Dist") or []


def _bare(name: str) -> str:
    return _SEPARATORS.sub("-", name).lower()
