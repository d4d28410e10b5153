"""What this machine has of what a run needs, for a support call by phone."""

import codecs
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from coverplan.text import say

__all__ = ["Check", "Verdict", "report", "sound"]

DRIVERS = ("GPKG", "ESRI Shapefile", "GeoJSON", "KML", "OpenFileGDB", "MapInfo File")
"""The GIS formats that county offices send."""

BROWSERS = ("msedge", "chrome", "chromium", "google-chrome", "chromium-browser", "firefox")
"""Commands under which a browser that draws the map may be found, best known first."""

FONT_NAMES = ("msyh", "simhei", "simsun", "pingfang", "hiragino sans gb", "stheiti", "songti")
FONT_PARTS = ("cjk", "notosanssc", "notoserifsc", "sourcehan", "wqy", "droidsansfallback", "uming")
"""How files of Chinese fonts are called on Windows, macOS and Linux."""

CONSOLE_SAMPLE = "丰都县：有 / 无 / 未报"
OLDEST_PYTHON = (3, 11)


class Verdict(StrEnum):
    """What a check means for the user."""

    GOOD = "good"
    LIMITED = "limited"
    """A run works; something beside it does not."""
    BROKEN = "broken"
    """A run cannot work before this is mended."""


@dataclass(frozen=True, slots=True)
class Check:
    """
    One thing that was looked at.

    Parameters
    ----------
    name
        What was looked at, one word, the same in every language.
    verdict
        What it means.
    text
        What was found and, unless it is good, how to mend it, in the language asked for.
    """

    name: str
    verdict: Verdict
    text: str

    def line(self, lang: str) -> str:
        """
        Return the check as one line: the verdict in words, then what was found.

        Parameters
        ----------
        lang
            `"zh"` or `"en"`.

        Examples
        --------
        >>> Check("python", Verdict.GOOD, "Python 3.13.1").line("en")
        'OK       Python 3.13.1'
        >>> Check("fonts", Verdict.LIMITED, "没有中文字体").line("zh")
        '【受限】没有中文字体'
        """
        return say(f"doctor.{self.verdict.value}", lang) + self.text


def report(lang: str, folder: Path = Path()) -> list[Check]:
    """
    Look at Python, packages, GIS drivers, fonts, browser, write access and console.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    folder
        Where a run would write; by default the working directory.

    Returns
    -------
    list[Check]
        Always the same checks in the same order, whatever was found.
    """
    return [
        python_check(lang, sys.version_info[:3], platform.platform(terse=True)),
        packages_check(lang, dict(installed_versions())),
        drivers_check(lang),
        fonts_check(lang, font_folders(os.environ, sys.platform)),
        browser_check(lang, browser(os.environ)),
        write_check(lang, folder),
        console_check(lang, getattr(sys.stdout, "encoding", None) or "ascii"),
    ]


def sound(checks: Iterable[Check]) -> bool:
    """
    Return whether a run can work on this machine.

    Parameters
    ----------
    checks
        What `report` gave.

    Examples
    --------
    >>> sound([Check("fonts", Verdict.LIMITED, "")])
    True
    """
    return all(check.verdict is not Verdict.BROKEN for check in checks)


def python_check(lang: str, found: tuple[int, ...], system: str) -> Check:
    """
    Return the version of Python and the operating system.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    found
        Version, most significant number first.
    system
        Name of the operating system.
    """
    good = found >= OLDEST_PYTHON
    key = "doctor.python" if good else "doctor.python_old"
    text = say(key, lang, found=".".join(map(str, found)), system=system, needed="3.11")
    return Check("python", Verdict.GOOD if good else Verdict.BROKEN, text)


def installed_versions() -> Iterable[tuple[str, str]]:
    """
    Yield each package that a run needs and its installed version, empty where it is missing.

    Nothing is imported: the versions come from the packages' metadata.
    """
    yield "coverplan", version("coverplan")
    for requirement in requires("coverplan") or ():
        if "extra ==" in requirement:
            continue
        name = requirement.split(";")[0].strip()
        for mark in "<>=!~ [(":
            name = name.split(mark)[0]
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, ""


def packages_check(lang: str, versions: Mapping[str, str]) -> Check:
    """
    Return the versions of the packages, or which are missing.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    versions
        Installed version by package, empty where it is missing.
    """
    missing = [name for name, found in versions.items() if not found]
    if missing:
        text = say("doctor.packages_missing", lang, missing=", ".join(missing))
        return Check("packages", Verdict.BROKEN, text)
    listed = ", ".join(f"{name} {found}" for name, found in versions.items())
    return Check("packages", Verdict.GOOD, say("doctor.packages", lang, found=listed))


def drivers_check(lang: str, drivers: Callable[[], Mapping[str, str]] | None = None) -> Check:
    """
    Return which GIS formats can be read.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    drivers
        Gives the mode (`"r"`, `"rw"` ...) by driver name; by default GDAL is asked.
    """
    try:
        modes = (drivers or _gdal_drivers)()
    except ImportError as error:
        text = say("doctor.drivers_broken", lang, found=str(error))
        return Check("drivers", Verdict.BROKEN, text)
    missing = [name for name in DRIVERS if "r" not in modes.get(name, "")]
    listed = ", ".join(name for name in DRIVERS if name not in missing)
    if missing:
        text = say("doctor.drivers_missing", lang, found=listed, missing=", ".join(missing))
        return Check("drivers", Verdict.BROKEN if "GPKG" in missing else Verdict.LIMITED, text)
    return Check("drivers", Verdict.GOOD, say("doctor.drivers", lang, found=listed))


def fonts_check(lang: str, folders: Iterable[Path]) -> Check:
    """
    Return whether Chinese text can be drawn.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    folders
        Where the operating system keeps fonts; absent ones are passed over.
    """
    found = sorted({path.name for folder in folders for path in _font_files(folder)})
    if not found:
        return Check("fonts", Verdict.LIMITED, say("doctor.fonts_missing", lang))
    shown = ", ".join(found[:3]) + (" …" if len(found) > 3 else "")  # noqa: PLR2004
    return Check("fonts", Verdict.GOOD, say("doctor.fonts", lang, found=shown))


def font_folders(environment: Mapping[str, str], system: str) -> list[Path]:
    """
    Return where the operating system keeps fonts.

    Parameters
    ----------
    environment
        The environment variables.
    system
        As `sys.platform` says it.

    Examples
    --------
    >>> [folder.as_posix() for folder in font_folders({"WINDIR": "C:/Windows"}, "win32")]
    ['C:/Windows/Fonts']
    """
    if system == "win32":
        folders = [Path(environment.get("WINDIR", "C:/Windows")) / "Fonts"]
        if "LOCALAPPDATA" in environment:
            folders.append(Path(environment["LOCALAPPDATA"]) / "Microsoft/Windows/Fonts")
        return folders
    home = Path(environment.get("HOME", "/"))
    if system == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local/share/fonts",
        home / ".fonts",
    ]


def browser(environment: Mapping[str, str]) -> str:
    """
    Return a browser's command or program file, empty where none was found.

    Parameters
    ----------
    environment
        The environment variables.
    """
    for name in BROWSERS:
        if shutil.which(name, path=environment.get("PATH")):
            return name
    roots = [environment.get(key) for key in ("ProgramFiles(x86)", "ProgramFiles", "LOCALAPPDATA")]
    programs = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe")
    places = [Path(root) / program for root in roots if root for program in programs]
    places += [
        Path("/Applications/Google Chrome.app"),
        Path("/Applications/Microsoft Edge.app"),
        Path("/Applications/Safari.app"),
    ]
    return next((place.name for place in places if place.exists()), "")


def browser_check(lang: str, found: str) -> Check:
    """
    Return which browser can show the map.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    found
        What `browser` gave.
    """
    if found:
        return Check("browser", Verdict.GOOD, say("doctor.browser", lang, found=found))
    return Check("browser", Verdict.LIMITED, say("doctor.browser_missing", lang))


def write_check(lang: str, folder: Path) -> Check:
    """
    Return whether a file can be written where a run would write.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    folder
        The folder.
    """
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        text = say("doctor.write_refused", lang, found=error.strerror or str(error))
        return Check("write", Verdict.BROKEN, text)
    return Check("write", Verdict.GOOD, say("doctor.write", lang))


def console_check(lang: str, encoding: str) -> Check:
    """
    Return whether the console can show Chinese.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    encoding
        Of the standard output.

    Examples
    --------
    >>> console_check("en", "gbk").verdict.value, console_check("en", "ascii").verdict.value
    ('good', 'limited')
    """
    try:
        CONSOLE_SAMPLE.encode(codecs.lookup(encoding).name)
    except (LookupError, UnicodeEncodeError):
        text = say("doctor.console_poor", lang, found=encoding)
        return Check("console", Verdict.LIMITED, text)
    return Check("console", Verdict.GOOD, say("doctor.console", lang, found=encoding))


def _gdal_drivers() -> Mapping[str, str]:
    import pyogrio  # noqa: PLC0415  # loads GDAL

    drivers: Mapping[str, str] = pyogrio.list_drivers()
    return drivers


def _font_files(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*.[tToO][tT][tTcCfF]"):
        name = path.name.lower()
        if name.startswith(FONT_NAMES) or any(part in name for part in FONT_PARTS):
            yield path
