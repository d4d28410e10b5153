"""Two archives for an office computer: what opens by double click, and what runs there."""

import html
from collections.abc import Mapping
from pathlib import Path

from coverplan.config import Plan
from coverplan.intake.returns import returns_path
from coverplan.loop.archive import archived
from coverplan.loop.quarters import Quarter
from coverplan.text import say

__all__ = ["office_archive", "page", "start_file", "windows_archive"]

_STYLE = (
    "body{font:16px/1.8 'Microsoft YaHei','Noto Sans CJK SC',sans-serif;max-width:46em;"
    "margin:2em auto;padding:0 1em}h1{font-size:1.5em}code{background:#eee;padding:0 .3em}"
)
_REPORTS = (".html", ".xlsx", ".docx", ".csv", ".png")
_LEFT_OUT = ("data/", "manifest")


def office_archive(plan: Plan, quarter: Quarter, run: Path, forms: Path) -> bytes:
    """
    Return the archive that needs nothing installed: map, reports, forms, a page that explains.

    Parameters
    ----------
    plan
        The plan.
    quarter
        The quarter of the forms.
    run
        A run folder, with its papers.
    forms
        The folder of the quarter's forms.
    """
    files = {"请先看我.html": page(plan, quarter, windows=False).encode("utf-8")}
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        if path.suffix in _REPORTS and not name.startswith(_LEFT_OUT):
            files["地图.html" if name == "map.html" else f"成果/{name}"] = path.read_bytes()
    for path in sorted(forms.rglob("*")):
        if path.is_file():
            files[f"填报表/{path.relative_to(forms).as_posix()}"] = path.read_bytes()
    return archived(files)


def windows_archive(plan: Plan, quarter: Quarter, wheels: Path) -> bytes:
    """
    Return the archive that runs the program on Windows without internet.

    Parameters
    ----------
    plan
        The plan; its files are packed too.
    quarter
        The quarter, for the examples of the page.
    wheels
        The folder of wheels, this program's among them.
    """
    files = {
        "请先看我.html": page(plan, quarter, windows=True).encode("utf-8"),
        "start.bat": start_file(plan),
        f"plan/{plan.source}": (plan.folder / plan.source).read_bytes(),
    }
    heard = returns_path(plan)
    for path in (*plan.files(), *([heard] if heard else [])):
        for member in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if member.is_file():
                files[f"plan/{plan.name_of(member)}"] = member.read_bytes()
    for wheel in sorted(wheels.glob("*.whl")):
        files[f"wheels/{wheel.name}"] = wheel.read_bytes()
    return archived(files)


def start_file(plan: Plan) -> bytes:
    """
    Return the start file: makes an environment once, runs the plan, opens the map.

    Parameters
    ----------
    plan
        The plan.

    Notes
    -----
    Plain ASCII with CR LF: the command window of a Chinese Windows reads batch files in GBK, one
    of an English Windows does not.
    """
    lines = [
        "@echo off",
        "setlocal",
        "cd /d %~dp0",
        "set PYTHONUTF8=1",
        "if not exist env\\Scripts\\coverplan.exe (",
        "  py -3 -m venv env || python -m venv env || goto nopython",
        (
            "  env\\Scripts\\python -m pip install --no-index --find-links wheels coverplan "
            "|| goto failed"
        ),
        ")",
        f"env\\Scripts\\coverplan run plan\\{plan.source} --out out || goto failed",
        'start "" out\\map.html',
        "goto end",
        ":nopython",
        "echo Python 3.11, 3.12 or 3.13 (64 bit) is needed. Please ask your administrator.",
        "goto end",
        ":failed",
        "echo Something failed. Please send a picture of this window.",
        ":end",
        "pause",
    ]
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def page(plan: Plan, quarter: Quarter, *, windows: bool) -> str:
    """
    Return the page that says what to do first, in Chinese.

    Parameters
    ----------
    plan
        The plan.
    quarter
        The quarter.
    windows
        Whether it is about the program or about the files that need none.
    """
    kind = "windows" if windows else "office"
    values: Mapping[str, object] = {
        "county": plan.county.name,
        "quarter": quarter,
        "quarter_zh": quarter.zh,
        "plan": plan.source,
    }
    names = (
        ("map", "paste", "reports", "forms")
        if kind == "office"
        else ("python", "start", "check", "forms", "collect", "tried")
    )
    items = [say(f"loop.pack.{kind}_{name}", "zh", **values) for name in names]
    title = say(f"loop.pack.{kind}_title", "zh", **values)
    example = say("report.example_long", "zh") if plan.outputs.example else ""
    body = "".join(f"<li>{html.escape(item)}</li>" for item in items)
    note = f"<p><strong>{html.escape(example)}</strong></p>" if example else ""
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{html.escape(title)}'
        f"</title><style>{_STYLE}</style><h1>{html.escape(title)}</h1>{note}<ol>{body}</ol></html>\n"
    )
