"""CSV and TSV files: strict decoding, the delimiter from the text, rows as a spreadsheet counts."""

import codecs
import csv
import io
from collections import Counter
from pathlib import Path

from coverplan.intake.grids import CELL_LIMIT, COLUMN_LIMIT, ROW_LIMIT, Grid, refuse

__all__ = ["decoded", "text_grid"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STRICT = ("utf-8", "gb18030")
_DELIMITERS = (",", "\t", ";", "，", "|")
_SNIFFED_LINES = 20
_LONGEST_CELL = 1_000_000


def decoded(data: bytes, file: str) -> tuple[str, str]:
    """
    Return the text of a file and the encoding it was read in.

    A byte-order mark decides; without one strict UTF-8 is tried, then strict GB18030. Guessing by
    letter frequency is not done: it misreads short Chinese files.

    Parameters
    ----------
    data
        The bytes.
    file
        Name for messages.

    Raises
    ------
    TableError
        The bytes are neither.

    Examples
    --------
    >>> decoded("三合街道".encode("gbk"), "a.csv")
    ('三合街道', 'gb18030')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), encoding
            except UnicodeDecodeError as fault:
                raise refuse("intake.file.encoding", file, at=fault.start + len(mark)) from fault
    at = 0
    for encoding in _STRICT:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as fault:
            at = max(at, fault.start)
    raise refuse("intake.file.encoding", file, at=at)


def text_grid(path: Path, file: str) -> Grid:
    """
    Return the one sheet of a text table.

    Parameters
    ----------
    path
        The file.
    file
        Its name for messages.

    Raises
    ------
    TableError
        Not decodable, a quote that is never closed, or beyond the limits.
    """
    text, _ = decoded(path.read_bytes(), file)
    head = text[:2000].lstrip().casefold()
    if head.startswith(("<!doctype html", "<html", "<table", "<?xml")):
        raise refuse("intake.file.html", file)
    if "\0" in text:
        raise refuse("intake.file.binary", file)
    delimiter = "\t" if path.suffix.casefold() == ".tsv" else _delimiter(text)
    csv.field_size_limit(_LONGEST_CELL)
    rows: list[tuple[str | None, ...]] = []
    cells = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append(tuple(cell or None for cell in row))
            cells += len(row)
            if len(rows) > ROW_LIMIT or len(row) > COLUMN_LIMIT or cells > CELL_LIMIT:
                raise refuse(
                    "intake.file.extent",
                    file,
                    rows=len(rows),
                    columns=len(row),
                    most_rows=ROW_LIMIT,
                    most_columns=COLUMN_LIMIT,
                )
    except csv.Error as fault:
        raise refuse("intake.file.quotes", file, found=str(fault), row=len(rows) + 1) from fault
    return Grid("", tuple(rows))


def _delimiter(text: str) -> str:
    lines = text.splitlines()[:_SNIFFED_LINES]
    votes: Counter[str] = Counter()
    for line in lines:
        bare = "".join(line.split('"')[::2])  # what stands outside quotes
        for mark in _DELIMITERS:
            votes[mark] += bare.count(mark)
    best = max(_DELIMITERS, key=lambda mark: votes[mark])
    return best if votes[best] else ","
