"""Workbooks in the xlsx format: measured before they are opened, then read cell by cell."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from coverplan.errors import TableError
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

__all__ = ["Measured", "measure", "workbook_grids"]

_PIECE = 2**20
_OVERLAP = 4096
_MARGIN = 64
_CELL = re.compile(rb"<(?:\w+:)?c\b")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
# a cell's reference, and how it ends: one that closes at once has a look but no content
_REFERENCE = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,7})(\d{1,9})[\"'][^>]*?(/>|></(?:\w+:)?c>|>)"
)
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_MERGE_LIMIT = 100_000
_SHEET_LIMIT = 100
_RATIO_LIMIT = 500


class Measured:
    """What one sheet's XML says of its size, without building the sheet."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.styled_columns = 0
        self.cells = 0
        self.formulas = False
        self.merges: list[Merge] = []


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def measure(stream: IO[bytes], file: str) -> Measured:
    """
    Return the extent of a worksheet's XML from its cell references.

    Parameters
    ----------
    stream
        The unpacked XML.
    file
        Name for messages.

    Raises
    ------
    TableError
        The XML declares entities, or unpacks to more than the limit.
    """
    found = Measured()
    tail = b""
    read = 0
    unnumbered = 0
    piece = stream.read(_PIECE)
    while piece:
        ahead = stream.read(_PIECE)
        last = not ahead
        read += len(piece)
        if read > SIZE_LIMIT:
            raise refuse("intake.file.unpacks", file, most=SIZE_LIMIT // 2**20)
        text = tail + piece
        if _ENTITY.search(text):
            raise refuse("intake.file.damaged", file, found="DOCTYPE")
        # what ends inside the tail has been counted with the piece before
        start = len(tail)
        found.cells += sum(1 for m in _CELL.finditer(text) if m.end() > start)
        unnumbered += sum(1 for m in _ROW.finditer(text) if m.end() > start)
        for match in _REFERENCE.finditer(text):
            column = _column_number(match[1])
            found.styled_columns = max(found.styled_columns, column)
            cut = match.end() > len(text) - _MARGIN and not last
            if match[3] == b">" and not cut:  # what is cut comes again with the next piece
                found.columns = max(found.columns, column)
                found.rows = max(found.rows, int(match[2]))
        found.merges.extend(
            Merge(int(m[2]), _column_number(m[1]), int(m[4]), _column_number(m[3]))
            for m in _MERGED.finditer(text)
            if m.end() > start
        )
        found.formulas = found.formulas or bool(_FORMULA.search(text))
        if len(found.merges) > _MERGE_LIMIT:
            raise refuse("intake.file.damaged", file, found="mergeCells")
        tail = text[-_OVERLAP:]
        piece = ahead
    if not found.rows:  # cells without references stand one after the other
        found.rows = unnumbered
    return found


def workbook_grids(path: Path, file: str) -> tuple[Grid, ...]:
    """
    Return the sheets of a workbook.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file.
    file
        Its name for messages.

    Raises
    ------
    TableError
        It is damaged, protected by a password, a zip bomb, or a sheet is beyond the limits.
    """
    import openpyxl  # noqa: PLC0415 - heavy

    try:
        with zipfile.ZipFile(path) as archive:
            _bounded(archive, file)
            extents = _extents(archive, file)
        # as a stream: by its name openpyxl would refuse an xlsx that is called .xls
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")  # what openpyxl does not keep does not concern reading
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            try:
                parts = [
                    (sheet, extents.get(_part_of(sheet), Measured())) for sheet in book.worksheets
                ]
                if len(parts) > _SHEET_LIMIT:
                    raise refuse("intake.file.sheets", file, has=len(parts), most=_SHEET_LIMIT)
                for sheet, extent in parts:
                    _within(extent, file, sheet.title)
                values = [tuple(_rows(sheet, extent)) for sheet, extent in parts]
            finally:
                book.close()
            formulas = _formulas(stream, parts, values)
    except TableError:
        raise
    except (MemoryError, RecursionError) as fault:
        raise refuse("intake.file.damaged", file, found=type(fault).__name__) from fault
    except Exception as fault:
        # openpyxl meets damaged XML with whatever the line at fault raises: KeyError, ValueError,
        # AttributeError … ; each of them means the same to the planner.
        raise refuse("intake.file.damaged", file, found=type(fault).__name__) from fault
    return tuple(
        Grid(sheet.title, rows, tuple(extent.merges), blank, hidden=sheet.sheet_state != "visible")
        for (sheet, extent), rows, blank in zip(parts, values, formulas, strict=True)
    )


def _bounded(archive: zipfile.ZipFile, file: str) -> None:
    infos = archive.infolist()
    if any(info.flag_bits & 1 for info in infos):
        raise refuse("intake.file.password", file)
    if "xl/workbook.xml" not in {info.filename for info in infos}:
        kind = "ods" if "content.xml" in {info.filename for info in infos} else "zip"
        raise refuse("intake.file.not_workbook", file, found=kind)
    total = sum(info.file_size for info in infos)
    bomb = any(
        info.file_size > _PIECE and info.file_size > _RATIO_LIMIT * max(info.compress_size, 1)
        for info in infos
    )
    if total > SIZE_LIMIT or bomb:
        raise refuse("intake.file.unpacks", file, most=SIZE_LIMIT // 2**20)


def _extents(archive: zipfile.ZipFile, file: str) -> dict[str, Measured]:
    found = {}
    for info in archive.infolist():
        if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
            try:
                with archive.open(info) as stream:
                    found[info.filename] = measure(stream, file)
            except (zlib.error, zipfile.BadZipFile, EOFError, OSError) as fault:
                raise refuse("intake.file.damaged", file, found=type(fault).__name__) from fault
    return found


def _part_of(sheet: Any) -> str:
    return str(sheet._worksheet_path).lstrip("/")  # noqa: SLF001 - the one link to its XML


def _within(extent: Measured, file: str, sheet: str) -> None:
    if (
        extent.rows > ROW_LIMIT
        or extent.columns > COLUMN_LIMIT
        or extent.rows * max(extent.columns, extent.styled_columns) > CELL_LIMIT * 4
        or extent.cells > CELL_LIMIT
    ):
        raise refuse(
            "intake.file.extent",
            file,
            sheet,
            rows=extent.rows,
            columns=extent.columns,
            most_rows=ROW_LIMIT,
            most_columns=COLUMN_LIMIT,
        )


def _rows(sheet: Any, extent: Measured) -> Iterator[tuple[Raw, ...]]:
    sheet.reset_dimensions()  # what the file claims of its size is not trusted
    for count, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if count > max(extent.rows, 1):
            break
        yield row[:COLUMN_LIMIT]


def _formulas(
    stream: IO[bytes], parts: list[tuple[Any, Measured]], values: list[tuple[tuple[Raw, ...], ...]]
) -> list[frozenset[tuple[int, int]]]:
    # cells that hold a formula but no value: written by a program that does not compute
    if not any(extent.formulas for _, extent in parts):
        return [frozenset()] * len(parts)
    import openpyxl  # noqa: PLC0415 - heavy

    book = openpyxl.load_workbook(stream, read_only=True, keep_links=False)
    try:
        found = []
        for (sheet, extent), rows in zip(parts, values, strict=True):
            blank: set[tuple[int, int]] = set()
            if extent.formulas:
                for number, row in enumerate(_rows(book[sheet.title], extent), start=1):
                    for place, raw in enumerate(row, start=1):
                        computed = rows[number - 1][place - 1] if number <= len(rows) else None
                        if computed is None and raw is not None:
                            blank.add((number, place))
            found.append(frozenset(blank))
        return found
    finally:
        book.close()
