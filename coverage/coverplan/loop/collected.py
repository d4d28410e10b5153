"""What came of an inbox, as files: tables, the board, what goes back, what to check."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from coverplan import schema
from coverplan.errors import Problem
from coverplan.intake.returns import RETURNS_FILE
from coverplan.loop.applying import TABLES, returns_frame
from coverplan.loop.board import board_lines, reminder, write_board
from coverplan.loop.collect import Collected, spot_paper
from coverplan.loop.formbook import write_form
from coverplan.loop.forms import form_file
from coverplan.loop.merged import CHANGES, changed_cells
from coverplan.loop.prefill import status_zh
from coverplan.report.csv_out import write_csv
from coverplan.report.form import Book, Column
from coverplan.report.tables import is_missing
from coverplan.text import say

__all__ = ["change_of", "told", "write_collected"]

_FILES = "files.csv"


def write_collected(found: Collected, folder: Path) -> Path:
    """
    Write everything that came of an inbox; an earlier collection of the quarter is replaced whole.

    Parameters
    ----------
    found
        What was collected.
    folder
        The folder; the plan's own files are not touched.

    Returns
    -------
    Path
        The folder.
    """
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    of = found.issue
    unit = of.plan.county.unit or of.plan.county.name
    for name in (*TABLES, "township_numbers"):
        write_csv(found.merged.frame(name), fresh / f"{name}.csv")
    write_csv(returns_frame(found.standings, of.quarter), fresh / RETURNS_FILE)
    write_csv(found.book.frame(), fresh / "ledger.csv")
    columns = ["file", "fate", "unit", "reason"]
    write_csv(pd.DataFrame(list(found.files), columns=columns), fresh / _FILES)
    example = of.plan.outputs.example
    write_board(found.standings, fresh / "进度表.xlsx", of.quarter, unit, example=example)
    _text(fresh / "进度表.md", "\n".join(board_lines(found.standings, of.quarter)) + "\n")
    _text(fresh / "催报名单.txt", reminder(found.standings, of.quarter, unit))
    _merged_book(found, fresh / "合并表.xlsx", unit)
    if found.drawn:
        write_form(spot_paper(found), fresh / "抽查表.xlsx")
    for paper in found.returned:
        (fresh / "退回修改").mkdir(exist_ok=True)
        write_form(paper, fresh / "退回修改" / f"退回_{form_file(paper)}")
    if folder.exists():
        shutil.rmtree(folder)
    fresh.rename(folder)
    return folder


def told(found: Collected, lang: str) -> list[str]:
    """
    Return what the command line says: every file with its rows, and what no longer counts.

    Parameters
    ----------
    found
        What was collected.
    lang
        `"zh"` or `"en"`.
    """
    counts = found.book.counts()
    totals = _fates(counts.values())
    rows = totals.pop("all")
    lines = [say("loop.cli.files", lang, n=len(found.files), rows=rows, **totals)]
    for file, fate, _, _ in found.files:
        own = _fates([counts[file]] if file in counts else [])
        key = "loop.cli.file" if own.pop("all") else "loop.cli.file_only"
        word = say(f"loop.fate.{fate}", lang)
        lines.append("· " + say(key, lang, file=file, fate=word, **own))
    if found.untrue:
        names = "、".join(str(found.merged.venues[key]["name"]) for key in found.untrue)
        lines.append("! " + say("loop.cli.untrue", lang, n=len(found.untrue), names=names))
    zh = found.issue.inputs.venue_types["zh"]
    untold = [
        f"{township}（{zh[kind]}）"
        for (township, kind), row in found.base.reports.items()
        if row["answer"] == "none" and (township, kind) not in found.merged.reports
    ]
    if untold:
        lines.append("! " + say("loop.cli.silent", lang, n=len(untold), names="、".join(untold)))
    return lines


def change_of(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    """
    Return what happened to a venue since the last quarter: one of `merged.CHANGES`.

    Parameters
    ----------
    before, after
        Its rows; `before` is None for a new one.

    Examples
    --------
    >>> change_of({"status": "open"}, {"status": "closed"})
    'closed'
    """
    if before is None:
        return "new"
    if after["status"] == "closed" and before["status"] != "closed":
        return "closed"
    if after["status"] == "disputed" and before["status"] != "disputed":
        return "disputed"
    return "changed" if changed_cells(before, after) else "same"


def _text(path: Path, text: str) -> None:
    # with a byte-order mark: the editor of an old Windows shows Chinese rightly
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))


def _merged_book(found: Collected, path: Path, unit: str) -> None:
    of = found.issue
    marks = {
        say("loop.change.new", "zh"): "good",
        say("loop.change.changed", "zh"): "hatch",
        say("loop.change.closed", "zh"): "gap",
        say("loop.change.disputed", "zh"): "gap",
    }
    with Book(
        path, "zh", of.quarter.last_day, example=of.plan.outputs.example, unit=unit, marks=marks
    ) as book:
        _venue_sheet(book, found)
        _fault_sheet(book, found)
        _doubt_sheet(book, found)
        _file_sheet(book, found)


def _venue_sheet(book: Book, found: Collected) -> None:
    rows = list(found.merged.venues.values())
    names = found.issue.inputs.venue_types["zh"]
    changes = [change_of(found.before.get(row["id"]), row) for row in rows]
    counts = {one: changes.count(one) for one in CHANGES}
    line = say("loop.merged.counts", "zh", all=len(rows), **counts)
    form = book.form(say("loop.merged.venues", "zh"), say("loop.merged.title", "zh"), line, 13)
    told = [
        "；".join(_told(found.before.get(row["id"]) or {}, row, name) for name in cells) or None
        for row, cells in ((row, changed_cells(found.before.get(row["id"]), row)) for row in rows)
    ]
    form.table(
        [
            Column(_zh("township"), [row["township"] for row in rows]),
            Column(_zh("name"), [row["name"] for row in rows], name="key"),
            Column(_zh("type"), [str(names[row["type"]]) for row in rows]),
            Column(_zh("village"), [row.get("village") or None for row in rows]),
            Column(_zh("status"), [status_zh(str(row["status"])) for row in rows]),
            Column(_zh("opened_on"), [_day(row.get("opened_on")) for row in rows]),
            Column(_zh("sessions_12m"), [row.get("sessions_12m") for row in rows], "int"),
            Column(_zh("learners_12m"), [row.get("learners_12m") for row in rows], "int"),
            Column(_zh("verified"), [row.get("verified") or None for row in rows]),
            Column(
                say("loop.merged.change", "zh"),
                [say(f"loop.change.{one}", "zh") for one in changes],
                marked=True,
            ),
            Column(say("loop.merged.told", "zh"), told, width=40),
            Column(_zh("source"), [row.get("source") or None for row in rows], width=24),
        ],
        total=False,
    )
    form.close()


def _told(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str:
    old, new = _shown(before.get(name), name), _shown(after.get(name), name)
    return f"{_zh(name)}：{old or '空'}→{new or '空'}"


def _shown(value: Any, name: str) -> str:
    if is_missing(value) or value == "":
        return ""
    if name == "status":
        return status_zh(str(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _fault_sheet(book: Book, found: Collected) -> None:
    faults = [p for p in found.book.problems if p.severity.value != "note"]
    counts = _fates(found.book.counts().values())
    line = say("loop.merged.rows", "zh", **counts)
    form = book.form(say("loop.merged.faults", "zh"), say("loop.merged.faults", "zh"), line, 6)
    form.table(
        [
            Column(say("loop.merged.file", "zh"), [p.where.file for p in faults], width=30),
            Column(say("loop.merged.sheet", "zh"), [p.where.sheet or None for p in faults]),
            Column(say("loop.merged.row", "zh"), [p.where.row for p in faults], "int"),
            Column(say("loop.merged.column", "zh"), [p.where.column or None for p in faults]),
            Column(
                say("loop.merged.reason", "zh"),
                [Problem(p.key, found=p.found, values=p.values).text("zh") for p in faults],
                width=60,
            ),
        ],
        total=False,
    )
    form.close()


def _fates(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    totals = {"taken": 0, "repaired": 0, "set_aside": 0}
    for one in counts:
        for fate in totals:
            totals[fate] += one[fate]
    return {**totals, "all": sum(totals.values())}


def _doubt_sheet(book: Book, found: Collected) -> None:
    title = say("loop.merged.doubts", "zh")
    line = say("loop.merged.doubt_count", "zh", n=len(found.doubts))
    form = book.form(title, title, line, 5)
    form.table(
        [
            Column(say("loop.board.unit", "zh"), [one.unit for one in found.doubts]),
            Column(say("loop.merged.what", "zh"), [one.what for one in found.doubts]),
            Column(say("loop.merged.answer", "zh"), [one.answer for one in found.doubts]),
            Column(say("loop.merged.reason", "zh"), [one.reason for one in found.doubts], width=60),
        ],
        total=False,
    )
    form.close()


def _file_sheet(book: Book, found: Collected) -> None:
    title = say("loop.merged.files", "zh")
    form = book.form(title, title, say("loop.merged.file_count", "zh", n=len(found.files)), 5)
    form.table(
        [
            Column(say("loop.merged.file", "zh"), [one[0] for one in found.files], width=40),
            Column(
                say("loop.merged.fate", "zh"),
                [say(f"loop.fate.{one[1]}", "zh") for one in found.files],
            ),
            Column(say("loop.board.unit", "zh"), [one[2] or None for one in found.files]),
            Column(
                say("loop.merged.reason", "zh"), [one[3] or None for one in found.files], width=60
            ),
        ],
        total=False,
    )
    form.close()


def _zh(name: str) -> str:
    return schema.VENUES.column(name).zh


def _day(value: Any) -> str | None:
    return None if is_missing(value) else str(value)
