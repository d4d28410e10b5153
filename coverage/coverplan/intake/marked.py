"""Faults given back in the planner's own hands: marked copies of his files, and lists of all."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coverplan.errors import InputError, Problem, Severity
from coverplan.intake.cells import printable, shown, written
from coverplan.intake.grids import Grid
from coverplan.intake.workbooks import read_grids
from coverplan.text import say

if TYPE_CHECKING:  # annotations only
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from coverplan.config import Plan

__all__ = ["write_marked", "write_problem_report", "write_problems"]

_FILL = {Severity.FATAL: "FFF4B6B6", Severity.ROW: "FFFFC7CE", Severity.NOTE: "FFFFEB9C"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_FIXED = rb"\g<1>2000-01-01T00:00:00Z\g<2>"
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_COMMENT_LIMIT = 1_500
_COMMENT_WIDTH = 360
_WIDTHS = (8, 24, 14, 8, 18, 28, 90)
_LONGEST_CELL = 32_000


def write_problem_report(
    plan: "Plan",
    problems: Sequence[Problem],
    folder: Path,
    *,
    lang: str = "zh",
    marked: bool = False,
) -> tuple[Path, ...]:
    """
    Write the problem report of a plan: the list, and marked copies on request.

    Parameters
    ----------
    plan
        The plan; its files are only read.
    problems
        All problems, as `examine` returns them.
    folder
        Where to; it is made where it is missing. Nothing else in it is touched.
    lang
        `"zh"` or `"en"`.
    marked
        Whether files with faulty rows are copied as workbooks with the cells marked.

    Returns
    -------
    tuple of Path
        What was written: problems.xlsx, marked/….xlsx.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = [write_problems(problems, folder / "problems.xlsx", lang=lang)]
    if marked:
        by_file: dict[str, list[Problem]] = {}
        for problem in problems:
            if problem.where.file and problem.where.row is not None:
                by_file.setdefault(problem.where.file, []).append(problem)
        for path in plan.files():
            file = plan.name_of(path)
            if file in by_file:
                target = folder / "marked" / (file.replace("/", "_") + ".xlsx")
                target.parent.mkdir(exist_ok=True)
                copied = write_marked(path, by_file[file], target, lang=lang)
                done += [] if copied is None else [copied]
    return tuple(done)


def write_marked(
    path: Path, problems: Sequence[Problem], target: Path, *, lang: str = "zh"
) -> Path | None:
    """
    Copy a table as a workbook in which each faulty cell is coloured and commented.

    An .xlsx keeps its look; other formats become a plain workbook, every cell as it stands in the
    file and none of them a formula.

    Parameters
    ----------
    path
        The table.
    problems
        Problems of this file with a row.
    target
        The copy.
    lang
        Language of the comments.

    Returns
    -------
    Path or None
        The copy; None where the file cannot be opened at all, so that nothing can be marked.
    """
    try:
        grids = read_grids(path)
    except InputError:
        return None
    book = _own_look(path) if path.suffix.casefold() in _WORKBOOKS else _plain_copy(grids)
    rows = {grid.sheet: grid.rows for grid in grids}
    comments: dict[tuple[str, int, int], list[Problem]] = {}
    for problem in problems:
        sheet = problem.where.sheet if problem.where.sheet in rows else next(iter(rows), "")
        row = problem.where.row or 1
        column = _column_of(rows.get(sheet, ()), problem.where.column, row)
        comments.setdefault((sheet, row, column), []).append(problem)
    for (sheet, row, column), found in comments.items():
        _mark(book[sheet] if sheet else book.worksheets[0], row, column, found, lang)
    return _saved(book, target)


def write_problems(problems: Iterable[Problem], target: Path, *, lang: str = "zh") -> Path:
    """
    Write the list of all problems of all files.

    Parameters
    ----------
    problems
        Grouped by file already.
    target
        An .xlsx.
    lang
        Language of headers and texts.

    Returns
    -------
    pathlib.Path
        The file.
    """
    head = ("severity", "file", "sheet", "row", "column", "found", "text")
    lines = [
        (
            say(f"intake.paper.{problem.severity.value}", lang),
            problem.where.file or problem.where.key,
            problem.where.sheet,
            problem.where.row,
            problem.where.column or problem.where.key,
            problem.found,
            say(problem.key, lang, found=problem.found, **problem.values),
        )
        for problem in problems
    ]
    title = say("intake.paper.problems", lang)
    fills = [_FILL[problem.severity] for problem in problems]
    return _listed(title, _headers(head, lang), lines, target, fills)


def _own_look(path: Path) -> "Workbook":
    import openpyxl  # noqa: PLC0415 - heavy

    with path.open("rb") as stream:  # its extent has been measured by read_grids
        return openpyxl.load_workbook(stream, keep_links=False)


def _plain_copy(grids: Sequence[Grid]) -> "Workbook":
    book = _new_book()
    for grid in grids:
        sheet = book.create_sheet(_sheet_title(grid.sheet))
        for number, row in enumerate(grid.rows, start=1):
            for place, raw in enumerate(row, start=1):
                if raw is not None:
                    _put(sheet, number, place, raw)
    return book


def _new_book() -> "Workbook":
    import openpyxl  # noqa: PLC0415 - heavy

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    return book


def _sheet_title(name: str) -> str:
    return re.sub(r"[\\/*?:\[\]]", "_", printable(name))[:31] or "1"


def _put(sheet: "Worksheet", row: int, column: int, raw: Any) -> None:
    if raw is None or raw == "":
        return
    if isinstance(raw, str):
        cell = sheet.cell(row, column)
        cell.value = printable(raw)[:_LONGEST_CELL]
        cell.data_type = "s"  # whatever it begins with, it is no formula
        cell.quotePrefix = True
        cell.number_format = "@"
    elif isinstance(raw, (bool, int, float)):
        sheet.cell(row, column).value = raw
    else:
        _put(sheet, row, column, written(raw))


def _column_of(rows: Sequence[Sequence[Any]], header: str, row: int) -> int:
    # the header nearest above the row; messages show it in its printable form
    for above in reversed(rows[: row - 1]):
        for place, raw in enumerate(above, start=1):
            if raw is not None and header and shown(printable(written(raw))) == header:
                return place
    return 1


def _mark(
    sheet: "Worksheet", row: int, column: int, problems: Sequence[Problem], lang: str
) -> None:
    from openpyxl.cell.cell import MergedCell  # noqa: PLC0415 - heavy
    from openpyxl.comments import Comment  # noqa: PLC0415 - heavy
    from openpyxl.styles import PatternFill  # noqa: PLC0415 - heavy

    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):  # only a range's first cell can be written to
        for merged in sheet.merged_cells.ranges:
            if cell.coordinate in merged:
                cell = sheet.cell(merged.min_row, merged.min_col)
    worst = min((p.severity for p in problems), key=list(Severity).index)
    cell.fill = PatternFill("solid", start_color=_FILL[worst], end_color=_FILL[worst])
    texts = [say(p.key, lang, found=p.found, **p.values) for p in problems]
    if cell.comment is not None:
        texts.insert(0, printable(cell.comment.text))
    comment = Comment("\n".join(texts)[:_COMMENT_LIMIT], "coverplan")
    comment.width, comment.height = _COMMENT_WIDTH, 60 + 40 * len(texts)
    cell.comment = comment


def _headers(names: Iterable[str], lang: str) -> list[str]:
    return [say(f"intake.paper.column_{name}", lang) for name in names]


def _listed(
    title: str,
    head: Sequence[str],
    lines: Sequence[tuple[Any, ...]],
    target: Path,
    fills: Sequence[str],
) -> Path:
    from openpyxl.styles import PatternFill  # noqa: PLC0415 - heavy

    book = _new_book()
    sheet = _fill_sheet(book, title, head, lines)
    for row, colour in enumerate(fills, start=2):
        sheet.cell(row, 1).fill = PatternFill("solid", start_color=colour, end_color=colour)
    return _saved(book, target)


def _fill_sheet(
    book: "Workbook", title: str, head: Sequence[str], lines: Sequence[tuple[Any, ...]]
) -> "Worksheet":
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - heavy
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    sheet: Worksheet = book.create_sheet(title)
    for row, line in enumerate((tuple(head), *lines), start=1):
        for column, raw in enumerate(line, start=1):
            _put(sheet, row, column, raw)
            if row == 1:
                sheet.cell(row, column).font = Font(bold=True)
            elif column == len(line):
                sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
    for column, width in zip(range(1, len(head) + 1), _WIDTHS, strict=False):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{len(lines) + 1}"
    return sheet


def _saved(book: "Workbook", target: Path) -> Path:
    # packed again without the clock, so that the same input gives the same bytes
    draft = io.BytesIO()
    book.save(draft)
    packed = io.BytesIO()
    with zipfile.ZipFile(draft) as old, zipfile.ZipFile(packed, "w") as new:
        for name in sorted(old.namelist()):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(_FIXED, data)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    part = target.with_name(target.name + ".part")
    part.write_bytes(packed.getvalue())
    part.replace(target)
    return target
