"""A form as a workbook: codes locked, choices offered, and a hidden page that says which it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from coverplan.loop.quarters import Quarter
from coverplan.loop.sheets import SIGNATURES, Sheet
from coverplan.report.form import Book, text_width
from coverplan.report.tables import is_missing
from coverplan.schema import Kind
from coverplan.text import say

__all__ = ["HIDDEN", "PROPERTY", "FormId", "Page", "Paper", "write_form"]

HIDDEN = "coverplan"
"""Name of the hidden sheet."""
PROPERTY = "coverplan-form"
"""Name of the document property that repeats the form's id."""
_INPUT = "#FFF9E5"
_FAULT = "#F8CBAD"
_LISTS = 8
"""First column of the hidden sheet that holds choices; ids stand to the left."""
_FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.COUNT: "0", Kind.NUMBER: "0.##"}
_LOOKS = {
    "locked": {"bg_color": "#F2F2F2", "locked": True},
    "input": {"bg_color": _INPUT, "locked": False},
    "fault": {"bg_color": _FAULT, "locked": False, "bold": True},
    "fault_locked": {"bg_color": _FAULT, "locked": True, "bold": True},
}


@dataclass(frozen=True, slots=True)
class FormId:
    """
    Which form a workbook is.

    Parameters
    ----------
    county
        Slug of the plan.
    quarter
        The quarter it asks about.
    audience
        `"township"`, `"department"`, `"office"` or `"check"`.
    key
        code9 or department id.
    version
        1 when first handed out, one more each time it is returned for correction.
    """

    county: str
    quarter: Quarter
    audience: str
    key: str
    version: int = 1

    def __str__(self) -> str:
        parts = (self.county, self.quarter, self.audience, self.key, f"v{self.version}")
        return "/".join(map(str, parts))

    @classmethod
    def parse(cls, text: str) -> "FormId | None":
        """
        Read an id; None where the text is none.

        Parameters
        ----------
        text
            As `str` writes it.

        Examples
        --------
        >>> FormId.parse("fengdu/2025Q3/township/500230001/v2").version
        2
        """
        parts = text.strip().split("/")
        if len(parts) != 5 or not parts[4][1:].isdigit() or parts[4][0] != "v":  # noqa: PLR2004
            return None
        if len(parts[1]) != 6 or parts[1][4] != "Q" or not parts[1][:4].isdigit():  # noqa: PLR2004
            return None
        if parts[1][5] not in "1234":
            return None
        quarter = Quarter(int(parts[1][:4]), int(parts[1][5]))
        return cls(parts[0], quarter, parts[2], parts[3], int(parts[4][1:]))


@dataclass(frozen=True, slots=True)
class Page:
    """
    A sheet and what stands on it.

    Parameters
    ----------
    sheet
        The sheet.
    rows
        Column -> value, one mapping a row.
    marks
        Row (from 0) and column -> what is wrong there; an empty column marks the whole row.
    choices
        Column -> what may be chosen, beside the sheet's own.
    """

    sheet: Sheet
    rows: Sequence[Mapping[str, Any]]
    marks: Mapping[tuple[int, str], str] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paper:
    """
    A whole form.

    Parameters
    ----------
    id
        Which form it is.
    title
        Title of the cover.
    unit
        Who fills it in.
    pages
        Its sheets.
    notes
        Lines of the cover under the title, numbered where there are several.
    signed
        Signature key -> what was filled in already.
    reasons
        Why it comes back; empty for a first issue.
    example
        Whether its data are illustrative.
    """

    id: FormId
    title: str
    unit: str
    pages: Sequence[Page]
    notes: Sequence[str] = ()
    signed: Mapping[str, Any] = field(default_factory=dict)
    reasons: Sequence[str] = ()
    example: bool = False


def write_form(paper: Paper, path: Path) -> None:
    """
    Write a form.

    Parameters
    ----------
    paper
        What stands on it.
    path
        The .xlsx file.
    """
    as_of = paper.id.quarter.last_day
    with Book(path, "zh", as_of, example=paper.example, unit=paper.unit) as book:
        _cover(book, paper)
        lists: list[Sequence[str]] = []
        for page in paper.pages:
            _page(book, paper, page, lists)
        _hidden(book, paper, lists)


def _workbook(book: Book) -> Any:
    return book._book  # noqa: SLF001 - the form writer's own workbook


def _cover(book: Book, paper: Paper) -> None:
    form = book.form("填表说明", paper.title, paper.id.quarter.zh, 6)
    if paper.reasons:
        form.note(say("loop.form.returned", "zh"), bold=True)
        for number, reason in enumerate(paper.reasons, start=1):
            form.note(f"{number}. {reason}")
    for number, note in enumerate(paper.notes, start=1):
        form.note(f"{number}. {note}" if len(paper.notes) > 1 else note)
    form.note("")
    sheet, row = form.sheet, form.row
    label = book.style(font="head", border=1, align="center", locked=True, bg_color="#F2F2F2")
    for offset, (key, text) in enumerate(SIGNATURES.items()):
        at, left = row + offset // 2, 3 * (offset % 2)
        sheet.write_string(at, left, text, label)
        day = key == "reported_on"
        look = book.style(border=1, locked=False, bg_color=_INPUT, num_format=_format(day=day))
        sheet.merge_range(at, left + 1, at, left + 2, "", look)
        value = paper.signed.get(key)
        if isinstance(value, date):
            sheet.write_datetime(at, left + 1, datetime(value.year, value.month, value.day), look)  # noqa: DTZ001
        elif value:
            sheet.write_string(at, left + 1, str(value), look)
        sheet.set_row(at, 26)
    form.row = row + 2
    form.note("")
    form.note(say("loop.form.number", "zh", id=paper.id, version=paper.id.version))
    form.close()
    sheet.set_column(0, 5, 16)
    _protect(sheet)


def _format(*, day: bool) -> str:
    return "yyyy-mm-dd" if day else "@"


def _page(book: Book, paper: Paper, page: Page, lists: list[Sequence[str]]) -> None:
    columns = page.sheet.contract.columns
    form = book.form(page.sheet.name, page.sheet.contract.zh, paper.id.quarter.zh, len(columns))
    form.note(page.sheet.hint)
    head = form.row
    sheet = form.sheet
    look = book.style(
        font="head", align="center", text_wrap=True, border=1, bg_color="#D9E2EC", locked=True
    )
    for place, column in enumerate(columns):
        sheet.write_string(head, place, column.zh, look)
    sheet.set_row(head, 34)
    last = head + len(page.rows) + page.sheet.spare
    for offset in range(len(page.rows) + page.sheet.spare):
        given = offset < len(page.rows)
        row = page.rows[offset] if given else {}
        sheet.set_row(head + 1 + offset, 18)
        # a new row has no code yet: everything but the code may be filled in
        for place, column in enumerate(columns):
            locked = column.name in page.sheet.locked or (
                given and column.name in page.sheet.fixed and bool(row.get(page.sheet.key[0]))
            )
            mark = page.marks.get((offset, column.name), "")
            name = ("fault" if mark else "input") if not locked else "locked"
            if locked and mark:
                name = "fault_locked"
            style = book.style(
                border=1,
                num_format=_FORMATS.get(column.kind, "@"),
                **_LOOKS[name],
            )
            _write(sheet, (head + 1 + offset, place), row.get(column.name), style)
            if mark:
                _comment(sheet, (head + 1 + offset, place), mark)
        whole = page.marks.get((offset, ""), "")
        if whole:
            _comment(sheet, (head + 1 + offset, 0), whole)
    for name, values in {**page.sheet.choices, **page.choices}.items():
        place = next(i for i, column in enumerate(columns) if column.name == name)
        _choose(sheet, (head + 1, last, place), values, lists)
    for place, column in enumerate(columns):
        if column.name not in page.sheet.locked:
            _validate(sheet, (head + 1, last, place), column.kind)
    form.row = last + 1
    form.close()
    _widths(sheet, page)
    sheet.freeze_panes(head + 1, 3 if len(columns) > 8 else 0)  # noqa: PLR2004
    sheet.repeat_rows(head)
    _protect(sheet)


def _write(sheet: Any, at: tuple[int, int], value: Any, style: Any) -> None:
    if is_missing(value) or value == "":
        sheet.write_blank(*at, None, style)
    elif isinstance(value, bool):
        sheet.write_string(*at, "是" if value else "否", style)
    elif isinstance(value, date):
        sheet.write_datetime(*at, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
    elif isinstance(value, int | float):
        sheet.write_number(*at, value, style)
    else:
        sheet.write_string(*at, str(value), style)


def _comment(sheet: Any, at: tuple[int, int], text: str) -> None:
    lines = max(2, round(text_width(text) / 26) + 1)
    options = {"author": "coverplan", "x_scale": 1.6, "height": 20 * lines, "font_size": 10}
    sheet.write_comment(*at, text, options)


def _choose(
    sheet: Any, block: tuple[int, int, int], values: Sequence[str], lists: list[Sequence[str]]
) -> None:
    if not values:
        return
    if values not in lists:
        lists.append(values)
    letter = _letter(_LISTS + lists.index(values))
    first, last, place = block
    sheet.data_validation(
        first,
        place,
        last,
        place,
        {
            "validate": "list",
            "source": f"={HIDDEN}!${letter}$1:${letter}${len(values)}",
            "error_title": say("loop.form.choose", "zh"),
            "error_message": say("loop.form.choose_from", "zh", values="、".join(values[:6])),
        },
    )


def _validate(sheet: Any, block: tuple[int, int, int], kind: Kind) -> None:
    first, last, place = block
    rules: dict[Kind, dict[str, Any]] = {
        Kind.DATE: {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1950, 1, 1),
            "maximum": date(2100, 1, 1),
            "error_message": say("loop.form.date", "zh"),
        },
        Kind.COUNT: {
            "validate": "integer",
            "criteria": ">=",
            "value": 0,
            "error_message": say("loop.form.whole", "zh"),
        },
        Kind.NUMBER: {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_message": say("loop.form.whole", "zh"),
        },
    }
    if kind in rules:
        sheet.data_validation(
            first, place, last, place, {"error_title": say("loop.form.check", "zh"), **rules[kind]}
        )


def _letter(place: int) -> str:
    return chr(65 + place) if place < 26 else chr(64 + place // 26) + chr(65 + place % 26)  # noqa: PLR2004


def _widths(sheet: Any, page: Page) -> None:
    for place, column in enumerate(page.sheet.contract.columns):
        texts = [row.get(column.name) for row in page.rows]
        widths = [text_width(one) for one in texts if isinstance(one, str)]
        head = text_width(column.zh)
        sheet.set_column(place, place, min(max([*widths, head / 2 + 2, 9.0]), 34.0) + 1.5)


def _protect(sheet: Any) -> None:
    options = {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
    sheet.protect("", options)


def _hidden(book: Book, paper: Paper, lists: Sequence[Sequence[str]]) -> None:
    workbook = _workbook(book)
    sheet = workbook.add_worksheet(HIDDEN)
    facts: list[tuple[str, ...]] = [("form", str(paper.id)), ("schema", "1")]
    for page in paper.pages:
        keys = (*page.sheet.key, *page.sheet.fixed)
        facts += [
            ("key", page.sheet.contract.name, *(str(row.get(key) or "") for key in keys))
            for row in page.rows
            if row.get(page.sheet.key[0])
        ]
    for line, fact in enumerate(facts):
        for place, text in enumerate(fact):
            sheet.write_string(line, place, text)
    for place, values in enumerate(lists):
        for line, text in enumerate(values):
            sheet.write_string(line, _LISTS + place, text)
    sheet.very_hidden()
    sheet.protect("")
    workbook.set_custom_property(PROPERTY, str(paper.id))
    workbook.worksheets()[0].activate()
