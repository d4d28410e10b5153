"""The formats xls and ods, read by calamine in a process of its own."""

import json
import os
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from coverplan.intake.cells import Raw
from coverplan.intake.grids import (
    CELL_LIMIT,
    COLUMN_LIMIT,
    ROW_LIMIT,
    SIZE_LIMIT,
    Grid,
    Merge,
    refuse,
)

__all__ = ["legacy_grids"]

_SECONDS = 60
_MEMORY = 2 * 2**30


def legacy_grids(path: Path, file: str) -> tuple[Grid, ...]:
    """
    Return the sheets of an .xls or .ods workbook.

    Parameters
    ----------
    path
        The file.
    file
        Its name for messages.

    Raises
    ------
    TableError
        It is damaged, too large, or takes too long.

    Notes
    -----
    A damaged file can make the reader ask for more memory than there is, which ends the process it
    runs in. So it runs in a child: the parent only sees that the child has ended.
    """
    if zipfile.is_zipfile(path):
        _measure_ods(path, file)
    command = [sys.executable, "-P", "-c", _CHILD, str(path), str(ROW_LIMIT), str(COLUMN_LIMIT)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter on our own text
            command, capture_output=True, timeout=_SECONDS, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired as fault:
        raise refuse("intake.file.slow", file, seconds=_SECONDS) from fault
    if done.returncode != 0:
        raise refuse("intake.file.damaged", file, found=f"calamine {done.returncode}")
    sheets: list[dict[str, Any]] = json.loads(done.stdout)
    for sheet in sheets:
        if sheet["rows"] > ROW_LIMIT or sheet["columns"] > COLUMN_LIMIT:
            raise refuse(
                "intake.file.extent",
                file,
                sheet["name"],
                rows=sheet["rows"],
                columns=sheet["columns"],
                most_rows=ROW_LIMIT,
                most_columns=COLUMN_LIMIT,
            )
    return tuple(
        Grid(
            sheet["name"],
            tuple(tuple(_value(cell) for cell in row) for row in sheet["cells"]),
            tuple(Merge(*merge) for merge in sheet["merges"]),
            hidden=sheet["hidden"],
        )
        for sheet in sheets
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "COVERPLAN_CHILD_MEMORY": str(_MEMORY), "PYTHONIOENCODING": "utf-8"}


def _value(cell: Any) -> Raw:
    if isinstance(cell, list):
        kind, text = cell
        return date.fromisoformat(text) if kind == "date" else datetime.fromisoformat(text)
    return None if cell == "" else cell


# Text and not a module: the child must not import this package, only the reader.
_CHILD = """
import datetime, json, os, sys
try:
    import resource
    most = int(os.environ["COVERPLAN_CHILD_MEMORY"])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, ValueError, OSError):
    pass
import python_calamine as calamine
path, most_rows, most_columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def plain(cell):
    if isinstance(cell, datetime.datetime):
        return ["datetime", cell.replace(tzinfo=None).isoformat()]
    if isinstance(cell, datetime.date):
        return ["date", cell.isoformat()]
    if isinstance(cell, (datetime.time, datetime.timedelta)):
        return str(cell)
    return cell
book = calamine.CalamineWorkbook.from_path(path)
sheets = []
for meta in book.sheets_metadata:
    if meta.typ != calamine.SheetTypeEnum.WorkSheet:
        continue
    sheet = book.get_sheet_by_name(meta.name)
    rows = sheet.total_height
    columns = sheet.total_width
    cells, merges = [], []
    if rows <= most_rows and columns <= most_columns:
        cells = [[plain(c) for c in row] for row in sheet.to_python(skip_empty_area=False)]
        try:
            ranges = sheet.merged_cell_ranges or []
            merges = [[a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1] for a, b in ranges]
        except Exception:
            merges = []
    sheets.append({"name": meta.name, "rows": rows, "columns": columns, "cells": cells,
                   "merges": merges, "hidden": meta.visible != calamine.SheetVisibleEnum.Visible})
sys.stdout.buffer.write(json.dumps(sheets).encode("utf-8"))
"""


def _measure_ods(path: Path, file: str) -> None:
    # repeat counts let a few bytes stand for a thousand million cells
    content = _ods_content(path, file)
    extent = _OdsExtent()
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    parser.StartDoctypeDeclHandler = extent.doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003 - positional in expat
    except (expat.ExpatError, ValueError) as fault:
        raise refuse("intake.file.damaged", file, found=type(fault).__name__) from fault
    if extent.rows > ROW_LIMIT or extent.columns > COLUMN_LIMIT or extent.cells > CELL_LIMIT:
        raise refuse(
            "intake.file.extent",
            file,
            rows=extent.rows,
            columns=extent.columns,
            most_rows=ROW_LIMIT,
            most_columns=COLUMN_LIMIT,
        )


def _ods_content(path: Path, file: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
            content = archive.read("content.xml") if unpacked <= SIZE_LIMIT else b""
    except KeyError as fault:
        raise refuse("intake.file.not_workbook", file, found="zip") from fault
    except Exception as fault:
        # zipfile meets damage with UnicodeDecodeError, NotImplementedError, struct.error … as well
        raise refuse("intake.file.damaged", file, found=type(fault).__name__) from fault
    if unpacked > SIZE_LIMIT:
        raise refuse("intake.file.unpacks", file, most=SIZE_LIMIT // 2**20)
    return content


class _OdsExtent:
    """Counts the rows and columns that hold something, repeats included."""

    def __init__(self) -> None:
        self.rows = self.columns = self.cells = 0
        self.row = self.column = self.filled = 0
        self.repeat = 1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.row = 0
        elif name == "table:table-row":
            self.repeat = int(attributes.get("table:number-rows-repeated", "1"))
            self.column = self.filled = 0
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self.column += int(attributes.get("table:number-columns-repeated", "1"))
            if "office:value-type" in attributes:
                self.filled = self.column
        elif name == "text:p":
            self.filled = max(self.filled, self.column)

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self.row += self.repeat
            if self.filled:
                self.rows = max(self.rows, self.row)
                self.columns = max(self.columns, self.filled)
                self.cells += self.filled * self.repeat

    def doctype(self, *_: object) -> None:
        raise ValueError("DOCTYPE")
