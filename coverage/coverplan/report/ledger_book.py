"""ledger.xlsx: what became of every input row, with a summary that adds up for each file."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from coverplan.config import Plan
from coverplan.report.form import Book, Column, states
from coverplan.report.words import header, word
from coverplan.text import say

__all__ = ["FATES", "NAME", "fate_counts", "ledger_lines", "write_ledger"]

NAME = "ledger.xlsx"
FATES = ("taken", "repaired", "set_aside")
SHEET_ROWS = 1_000_000
"""Rows a sheet, a little below what Excel holds."""
_PLACE = ("file", "sheet", "row")
_WIDTHS = {"file": 30, "sheet": 14, "column": 18, "before": 28, "after": 28, "text": 60}


def fate_counts(ledger: pd.DataFrame, files: Iterable[str] = ()) -> pd.DataFrame:
    """
    Count the rows of each file by their fate; a row with several lines is one row.

    Parameters
    ----------
    ledger
        The row ledger.
    files
        Files that were read, for those without a row: a form that came back empty.

    Returns
    -------
    pandas.DataFrame
        Index file, in the order in which they were read; columns `taken, repaired, set_aside`,
        which add up to the rows of the file.

    Examples
    --------
    >>> line = {"file": "a.csv", "sheet": "", "row": 2, "fate": "repaired"}
    >>> fate_counts(pd.DataFrame([line, line]), ["b.csv"]).sum(axis=1).to_dict()
    {'a.csv': 1, 'b.csv': 0}
    """
    rows = ledger.reindex(columns=[*_PLACE, "fate"]).drop_duplicates(list(_PLACE))
    order = list(dict.fromkeys([*rows["file"], *files]))
    counted = pd.crosstab(rows["file"], rows["fate"])
    return counted.reindex(index=order, columns=list(FATES), fill_value=0)


def ledger_lines(ledger: pd.DataFrame, lang: str, *, files: Iterable[str] = ()) -> list[str]:
    """
    Return one line an input file, by name: rows taken, repaired, set aside.

    Parameters
    ----------
    ledger
        The row ledger.
    lang
        `"zh"` or `"en"`.
    files
        Files that were read, as `fate_counts`.
    """
    counted = fate_counts(ledger, files).sort_index()
    return [
        say("cli.rows", lang, file=file, n=int(row.sum()), **{f: int(row[f]) for f in FATES})
        for file, row in counted.iterrows()
    ]


def write_ledger(
    ledger: pd.DataFrame, path: Path, plan: Plan, *, files: Iterable[str] = ()
) -> Path:
    """
    Write the account of every input row as a workbook.

    Parameters
    ----------
    ledger
        The row ledger; what a publish profile keeps back is not in it any more.
    path
        The `.xlsx` file.
    plan
        Whose name, date, unit and language the forms bear.
    files
        Files that were read, as `fate_counts`.

    Returns
    -------
    pathlib.Path
        The file.
    """
    lang, county = plan.outputs.lang, plan.county
    name = county.name_en if lang == "en" and county.name_en else county.name
    marks = {word("fate", "set_aside", lang): "hatch", word("fate", "repaired", lang): "good"}
    with Book(path, lang, county.as_of, plan.outputs.example, county.unit, marks) as book:
        unit = say("report.unit_rows", lang)
        title = say("report.title.ledger_summary", lang, county=name)
        form = book.form(say("report.sheet.ledger_summary", lang), title, unit, 6)
        form.table(_summary(fate_counts(ledger, files), lang))
        form.note(say("report.ledger_adds_up", lang))
        form.close()
        title = say("report.title.ledger", lang, county=name)
        for number, start in enumerate(range(0, max(len(ledger), 1), SHEET_ROWS), start=1):
            sheet = say("report.sheet.ledger", lang) + ("" if number == 1 else f" {number}")
            columns = _lines(ledger.iloc[start : start + SHEET_ROWS], lang)
            form = book.form(sheet, title, unit, len(columns) + 1)
            form.table(columns, total=False)
            form.close()
    return path


def _summary(counted: pd.DataFrame, lang: str) -> list[Column]:
    terms = "+".join(f"{{{fate}}}{{row}}" for fate in FATES)
    columns = [Column(header("file", lang), list(counted.index), name="key", width=40)]
    columns += [
        Column(word("fate", fate, lang), list(counted[fate]), "int", name=fate, total=True)
        for fate in FATES
    ]
    whole = Column(
        header("rows", lang), list(counted.sum(axis=1)), "formula", formula=f"={terms}", total=True
    )
    return [*columns, whole]


def _lines(ledger: pd.DataFrame, lang: str) -> list[Column]:
    text = f"text_{lang}"
    found = []
    for name in ("file", "sheet", "row", "fate", "column", "before", "after", text):
        if name not in ledger:
            continue
        if name == "fate":
            values = states(ledger[name], "fate", lang)
            found.append(Column(header(name, lang), values, marked=True, width=10))
        elif name == "row":
            found.append(Column(header(name, lang), list(ledger[name]), "int", name="key"))
        else:
            head = "text" if name == text else name
            width = _WIDTHS[head]
            found.append(Column(header(head, lang), list(ledger[name]), width=width))
    return found
