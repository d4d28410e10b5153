"""The one shape in which every tabular file reaches the header finder: sheets of raw cells."""

from dataclasses import dataclass
from pathlib import Path

from coverplan.errors import Problem, TableError, Where
from coverplan.intake.cells import Raw

__all__ = [
    "CELL_LIMIT",
    "COLUMN_LIMIT",
    "ROW_LIMIT",
    "SIZE_LIMIT",
    "Grid",
    "Merge",
    "refuse",
    "too_large",
]

ROW_LIMIT = 200_000
COLUMN_LIMIT = 256
CELL_LIMIT = 8_000_000
SIZE_LIMIT = 256 * 2**20
"""Bytes of a file, and of all that a zipped workbook unpacks to."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range of cells; bounds are inclusive and count from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """
    One sheet as it stands.

    Parameters
    ----------
    sheet
        Its name; empty for a text file.
    rows
        Raw cells; row 1 of the spreadsheet is `rows[0]`.
    merges
        Merged ranges.
    uncomputed
        Row and column (from 1) of formulas that hold no value.
    hidden
        Whether the sheet is hidden.
    """

    sheet: str
    rows: tuple[tuple[Raw, ...], ...]
    merges: tuple[Merge, ...] = ()
    uncomputed: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False


def refuse(
    key: str, file: str, sheet: str = "", found: str = "", **values: str | int
) -> TableError:
    """
    Return the error for a file or sheet that cannot be read at all.

    Parameters
    ----------
    key
        Message key.
    file, sheet
        The place, the file as the plan names it.
    found
        What was found there.
    **values
        What else the message names.
    """
    return TableError(Problem(key, Where(file=file, sheet=sheet), found, values))


def too_large(path: Path, file: str) -> None:
    """
    Refuse a file that is larger than the limit or not a file, before it is opened.

    Parameters
    ----------
    path
        The file.
    file
        Its name for messages.

    Raises
    ------
    TableError
        It is missing, a folder, or too large.
    """
    if not path.is_file():
        raise refuse("intake.file.missing", file)
    size = path.stat().st_size
    if size > SIZE_LIMIT:
        raise refuse(
            "intake.file.too_large", file, found=f"{size / 2**20:.0f}", most=SIZE_LIMIT // 2**20
        )
