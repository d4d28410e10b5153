"""The sheets of gaps.xlsx about the plan's targets: ledger, list of tasks, and by township."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from coverplan.actuals import TASK_COLUMNS, task_list
from coverplan.domain import Presence, Result
from coverplan.report.form import Book, Column, states
from coverplan.report.phrases import county_name
from coverplan.report.tables import is_missing, targets_table
from coverplan.report.words import header, word
from coverplan.text import say

__all__ = ["target_sheets"]

LEDGER_NUMBERS = (
    ("done", "done"),
    ("planned", "planned"),
    ("missing", "still_missing"),
    ("unreported", "unreported"),
)
YEAR = "actual_"
_TASK_WIDTHS = {"task": 26, "lead": 18, "responsible": 22, "problem": 32, "next": 28}


def target_sheets(book: Book, result: Result) -> None:
    """
    Write the ledger, the list of tasks in the receivers' columns, and the ledger by township.

    Parameters
    ----------
    book
        An open workbook.
    result
        A run's result.
    """
    _targets(book, result)
    _tasks(book, result)
    if len(result.targets_by_township):
        _by_township(book, result)


def _targets(book: Book, result: Result) -> None:
    lang = book.lang
    table = targets_table(result)
    columns = [
        Column(header("clause", lang), _texts(table, "clause")),
        Column(header("name_zh", lang), _texts(table, f"name_{lang}"), name="key", width=26),
        Column(header("target", lang), list(table["target"]), "free", width=8),
        Column(header("unit", lang), _texts(table, "unit")),
        *(
            Column(header(head, lang), list(table[name]), "free")
            for name, head in LEDGER_NUMBERS
            if name in table
        ),
        *(
            Column(say("report.year_end", lang, year=name.removeprefix(YEAR)), values, "free")
            for name, values in ((str(one), list(table[one])) for one in table)
            if name.startswith(YEAR) and not all(map(is_missing, values))
        ),
        Column(header("status", lang), states(table["status"], "status", lang), marked=True),
        *(
            Column(header(name, lang), _named(table, name, lang), width=width)
            for name, width in (
                ("firm", 8),
                ("reading", 30),
                ("lead", 20),
                ("responsible", 24),
                ("source_table", 12),
                ("missing_table", 14),
                (f"note_{lang}", 28),
            )
            if name in table
        ),
    ]
    title = say("report.title.targets", lang, county=county_name(result, lang))
    form = book.form(
        say("report.sheet.targets", lang), title, say("report.unit_count", lang), len(columns) + 1
    )
    form.table(columns, total=False)
    form.close()


def _tasks(book: Book, result: Result) -> None:
    """Write who owes what by when; the filters of the head pick a department."""
    lang = book.lang
    rows = task_list(result.targets, period=result.plan.county.period, lang=lang)
    columns = [
        Column(
            say(f"tasks.head.{name}", lang),
            _texts(rows, name),
            name="key" if name == "task" else "",
            width=_TASK_WIDTHS.get(name, 16),
        )
        for name in TASK_COLUMNS
    ]
    title = say("report.title.tasks", lang, county=county_name(result, lang))
    form = book.form(
        say("report.sheet.tasks", lang), title, say("report.unit_count", lang), len(columns) + 1
    )
    form.table(columns, total=False)
    form.close()


def _by_township(book: Book, result: Result) -> None:
    """Write one row a township, one column a target that has a place; who is silent has no 0."""
    lang = book.lang
    frame = result.targets_by_township
    towns = result.townships
    columns = [
        Column(header("code9", lang), list(towns.index)),
        Column(header("township", lang), list(towns["name"]), name="key"),
    ]
    silent = word("state", Presence.UNREPORTED, lang)
    for target in dict.fromkeys(frame.index.get_level_values("target")):
        own = frame.xs(target, level="target").reindex(towns.index)
        quiet = (own["state"] == Presence.UNREPORTED) & (own["done"].fillna(0) == 0)
        done = [
            silent if hush else None if is_missing(one) else int(one)
            for one, hush in zip(own["done"], quiet, strict=True)
        ]
        name = str(result.targets[f"name_{lang}"].get(target, target))
        columns.append(Column(name, done, "int", total=True, marked=True, width=12))
        if own["whole"].notna().any():
            whole = say("report.of_villages", lang)
            columns.append(Column(whole, list(own["whole"]), "int", total=True, width=8))
    title = say("report.title.targets_by_township", lang, county=county_name(result, lang))
    form = book.form(
        say("report.sheet.targets_by_township", lang), title, say("report.unit_count", lang),
        len(columns) + 1,
    )  # fmt: skip
    form.table(columns)
    form.note(say("report.targets_by_township_note", lang))
    form.close()


def _named(table: pd.DataFrame, name: str, lang: str) -> Sequence[Any]:
    """Return the texts of a column; names of tables in the reader's language."""
    if name in {"source_table", "missing_table"}:
        return states(table[name], "table", lang)
    return _texts(table, name)


def _texts(table: pd.DataFrame, name: str) -> Sequence[Any]:
    return [None if pd.isna(one) else str(one) for one in table[name]]
