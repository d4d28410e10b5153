"""How a table leaves as CSV: readable in Excel, no formulas, the same bytes every time."""

import csv
import io
import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from coverplan.report.tables import FREE_PLACES, decimals, is_missing

__all__ = ["csv_bytes", "safe_text", "write_csv"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_text(text: str) -> str:
    """
    Return text that a spreadsheet will not take for a formula.

    Parameters
    ----------
    text
        Any cell text.

    Returns
    -------
    str
        With a leading `'` where it began with `= + - @`, TAB or CR; our own reader strips it.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("丰都")
    ("'=1+1", '丰都')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_bytes(table: pd.DataFrame, *, encoding: str = "utf-8-sig") -> bytes:
    r"""
    Return a table as the bytes of a CSV file.

    Numbers are written with the fixed decimals of their column's unit (without one: at most
    four, no trailing zeros), a missing value is blank, unreachable is `inf`, dates are ISO,
    truth is `true` or `false`. Lines end with CR LF.

    Parameters
    ----------
    table
        Columns only; an index that matters has been turned into columns before.
    encoding
        `"utf-8-sig"` (UTF-8 with the mark that Excel needs) or `"gb18030"`.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"code9": ["500230001"], "nearest_km": [1.5]})).decode("utf-8-sig")
    'code9,nearest_km\r\n500230001,1.50\r\n'
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([safe_text(str(name)) for name in table.columns])
    columns = [
        [_cell(value, places) for value in table[name].astype(object)]
        for name, places in ((name, decimals(str(name))) for name in table.columns)
    ]
    writer.writerows(zip(*columns, strict=True))
    return lines.getvalue().encode(encoding)


def write_csv(table: pd.DataFrame, path: Path, *, encoding: str = "utf-8-sig") -> None:
    """
    Write a table as CSV.

    Parameters
    ----------
    table
        As `csv_bytes`.
    path
        The file to write.
    encoding
        As `csv_bytes`.
    """
    path.write_bytes(csv_bytes(table, encoding=encoding))


def _cell(value: object, places: int | None) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return _number(float(value), places)
    if isinstance(value, date):
        return value.isoformat()[:10]
    return safe_text(str(value))


def _number(value: float, places: int | None) -> str:
    if not math.isfinite(value):
        return str(value)
    if places is not None:
        return f"{value:.{places}f}"
    text = f"{value:.{FREE_PLACES}f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text
