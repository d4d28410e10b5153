"""Excel forms made from the table contracts: headers, drop-down lists, codes as text."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from coverplan.schema import Kind, TableContract

__all__ = ["write_sheet"]

ROWS = 2000
"""How far down the drop-down lists reach."""
LISTS = "名单"
"""The hidden sheet that holds the choices."""
_CREATED = datetime(2024, 1, 1)  # noqa: DTZ001 - a fixed stamp: the same form each time


def write_sheet(
    path: Path,
    contract: TableContract,
    rows: Sequence[Mapping[str, str]] = (),
    choices: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """
    Write one table as a workbook with a form sheet.

    Parameters
    ----------
    path
        The .xlsx to write.
    contract
        Its columns; required ones are marked.
    rows
        What is known already: column name -> text.
    choices
        Column name -> what may be chosen, beside the contract's own choices.
    """
    lists = {
        column.name: [
            name if not synonyms else synonyms[0] for name, synonyms in column.choices.items()
        ]
        if column.kind is Kind.CHOICE and not _chinese(column.choices)
        else list(column.choices)
        for column in contract.columns
        if column.choices
    }
    lists |= {column.name: ["是", "否"] for column in contract.columns if column.kind is Kind.FLAG}
    lists |= {name: list(values) for name, values in (choices or {}).items()}
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": _CREATED, "title": contract.zh})
    sheet = book.add_worksheet(contract.zh)
    hidden = book.add_worksheet(LISTS)
    hidden.hide()
    must = book.add_format({"bold": True, "bg_color": "#D9E6F2", "border": 1, "text_wrap": True})
    may = book.add_format({"bg_color": "#EEEEEE", "border": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    filled = [column for column in contract.columns if column.name in lists]
    for number, column in enumerate(filled):
        hidden.write_column(0, number, lists[column.name])
    for number, column in enumerate(contract.columns):
        sheet.write_string(0, number, column.zh, must if column.required else may)
        is_text = column.kind.digits or column.kind is Kind.TEXT
        sheet.set_column(number, number, 16, text if is_text else None)
        if column.name in lists:
            letter = xlsxwriter.utility.xl_col_to_name(filled.index(column))
            last = len(lists[column.name])
            sheet.data_validation(
                1,
                number,
                ROWS,
                number,
                {"validate": "list", "source": f"={LISTS}!${letter}$1:${letter}${last}"},
            )
        for line, row in enumerate(rows, start=1):
            if row.get(column.name):
                sheet.write_string(line, number, row[column.name], text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(contract.columns) - 1)
    book.close()


def _chinese(choices: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether the canonical values are Chinese words themselves."""
    return any("\u4e00" <= sign <= "\u9fff" for name in choices for sign in name)
