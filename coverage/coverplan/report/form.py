"""How a sheet becomes a form as offices use it: title, unit line, numbered rows, total, footer."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Self

import numpy as np

from coverplan.report.layout import A4, broken_head, column_letter, paper_for, text_width
from coverplan.report.tables import is_missing
from coverplan.report.words import word
from coverplan.text import say

__all__ = ["Book", "Column", "Form", "text_width"]

GAP, HATCH, GOOD, BAR = "#B2182B", "#D9D9D9", "#DDEBF7", "#B4C2D6"
_FONTS = {
    "zh": {"title": "方正小标宋简体", "head": "黑体", "body": "宋体"},
    "en": {"title": "Arial", "head": "Arial", "body": "Arial"},
}
_NUMBERS = {"int": "#,##0", "minutes": "0.0", "km": "0.0", "share": "0.0%", "free": "0.####"}
_MAX_WIDTH, _MIN_WIDTH = 42, 5
_LINE_HEIGHT = 15.0
# Share of an even page that the first of several surely holds, as columns are not cut.
_FIRST_PAGE = 0.9


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a form.

    Parameters
    ----------
    head
        Header.
    values
        One value a row: text, number, None; infinity is printed as "unreachable".
    kind
        `"text"`, `"int"`, `"minutes"`, `"km"`, `"share"`, `"free"` or `"formula"`.
    group
        Header above several neighbouring columns.
    total
        Whether the total row adds this column up.
    tally
        Words that are counted below the total, such as yes, none, not reported.
    marked
        Whether words such as none and not reported are coloured.
    bars
        Whether bars show how large the numbers are.
    formula
        For kind `"formula"`: a template over `{row}` and the letters of other columns by `name`;
        `values` are what it must come to.
    name
        What formulas of other columns call this one.
    width
        Widest useful width, in characters.
    """

    head: str
    values: Sequence[Any]
    kind: str = "text"
    group: str = ""
    total: bool = False
    tally: tuple[str, ...] = ()
    marked: bool = False
    bars: bool = False
    formula: str = ""
    name: str = ""
    width: int = _MAX_WIDTH


@dataclass(slots=True)
class Book:
    """
    A workbook whose sheets are forms.

    Parameters
    ----------
    path
        The file to write.
    lang
        `"zh"` or `"en"`.
    as_of
        Report date: the only date that the file carries.
    example
        Whether every sheet says that its data are illustrative.
    unit
        Who fills in the form.
    """

    path: Path
    lang: str
    as_of: date
    example: bool = False
    unit: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    """Word -> `"gap"`, `"hatch"` or `"good"`: cells with this word are coloured."""
    _book: Any = None
    _formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        import xlsxwriter  # noqa: PLC0415 - heavy

        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(self.path), options)
        self._book.set_properties({"created": datetime.combine(self.as_of, time())})
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            self._book.close()

    def form(self, name: str, title: str, unit_line: str, columns: int) -> "Form":
        """
        Open a new sheet with its title and unit line.

        Parameters
        ----------
        name
            Name of the sheet.
        title
            Title of the form.
        unit_line
            What the figures count, at the right of the second line.
        columns
            How many columns the widest table of the sheet has.
        """
        return Form(self, self._book.add_worksheet(name), title, unit_line, max(columns, 4))

    def style(self, **properties: Any) -> Any:
        """
        Return a cell format, each combination made once.

        Parameters
        ----------
        **properties
            As xlsxwriter's `add_format`; `font="body"` picks the font of the language.
        """
        font = _FONTS[self.lang][properties.pop("font", "body")]
        whole = {"font_name": font, "font_size": 11, "valign": "vcenter", **properties}
        key = tuple(sorted(whole.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(whole)
        return self._formats[key]

    def mark(self, kind: str) -> Any:
        """
        Return the look of a marked cell; dark, hatched and pale stay apart in grey print.

        Parameters
        ----------
        kind
            `"gap"`, `"hatch"` or `"good"`.
        """
        looks: dict[str, dict[str, Any]] = {
            "gap": {"bg_color": GAP, "font_color": "#FFFFFF", "bold": True},
            "hatch": {"bg_color": HATCH, "italic": True},
            "good": {"bg_color": GOOD},
        }
        key = (("mark", kind),)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(looks[kind])
        return self._formats[key]


class Form:
    """One sheet; tables and notes are written from top to bottom."""

    def __init__(self, book: Book, sheet: Any, title: str, unit_line: str, columns: int) -> None:
        self.book = book
        self.sheet = sheet
        self.row = 2  # below the title and the line of units
        self.columns = columns
        self._widths: dict[int, float] = {}
        self._frozen = 1
        self._heading = (title, unit_line)
        self._notes: list[tuple[int, str, bool]] = []
        self._page(title)

    def note(self, text: str, *, bold: bool = False) -> None:
        """
        Write a line of text across the first page of the sheet, wrapped.

        Parameters
        ----------
        text
            The text; empty text writes an empty line.
        bold
            Whether it is a heading.
        """
        if text:
            self._notes.append((self.row, text, bold))
        self.row += 1

    def table(self, columns: Sequence[Column], *, total: bool = True, filters: bool = True) -> None:
        """
        Write a table with its header, numbers, total row and tallies.

        Parameters
        ----------
        columns
            The columns; each has the same number of values. A running number is put before them.
        total
            Whether a total row follows.
        filters
            Whether the table is what its sheet is about: filters, and a head that stays.
        """
        count = len(columns[0].values) if columns else 0
        number = Column(say("report.column.no", self.book.lang), range(1, count + 1), "int")
        whole = [number, *columns]
        grouped = any(column.group for column in whole)
        head = self.row + (1 if grouped else 0)
        self._heads(whole, head, grouped=grouped)
        first = head + 1
        letters = {
            column.name: column_letter(place) for place, column in enumerate(whole) if column.name
        }
        opening = {i for i, one in enumerate(whole) if i and one.group != whole[i - 1].group}
        for place, column in enumerate(whole):
            self._cells(column, place, first, letters, 2 if place in opening else 1)
        self._heights(whole, first)
        if not count:
            none = say("report.no_rows", self.book.lang)
            self.sheet.write_string(first, 1, none, self.book.style(border=1))
        last = first + max(count, 1) - 1
        self.row = last + 1
        if total and count:
            self._totals(whole, first, last)
        if filters:
            self.sheet.autofilter(head, 0, last, len(whole) - 1)
            # only the one table that a sheet is about keeps its head in sight
            frozen = next((i + 1 for i, one in enumerate(whole) if one.name == "key"), 1)
            self._frozen = frozen
            self.sheet.freeze_panes(head + 1, frozen)
            self.sheet.repeat_rows(0, head)
        self._colours(whole, first, last)

    def close(self) -> None:
        """Set the widths that the contents asked for, and the paper on which they can be read."""
        reach = [0.0]
        for place in range(self.columns):
            width = min(max(self._widths.get(place, 9.0), _MIN_WIDTH), _MAX_WIDTH) + 1.2
            self.sheet.set_column(place, place, width)
            reach.append(reach[-1] + (7 * width + 5) * 0.75)  # seven pixels a character, in points
        paper, pages = paper_for(reach[-1])
        self.sheet.set_paper(paper)
        self.sheet.fit_to_pages(pages, 0)
        opening, last = 0, self.columns - 1
        if pages > 1:
            self.sheet.repeat_columns(0, self._frozen - 1)
            # a text across two pages is cut where they part, so it ends before that,
            # and begins beside the columns that each page repeats
            opening = self._frozen
            room = _FIRST_PAGE * reach[-1] / pages
            last = max(sum(1 for one in reach[1:] if one <= room) - 1, 0)
        self._title(*self._heading, last)
        for row, text, bold in self._notes:
            self._note(row, text, bold, opening, last)

    def _page(self, title: str) -> None:
        lang = self.book.lang
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.center_horizontally()
        sheet.set_footer(f"&C{say('report.footer', lang)}")
        if self.book.example:
            # `&` begins a code in a page header, so a title's own is doubled
            text = f"{title}　{say('report.example_long', lang)}"
            sheet.set_header(f"&R{text.replace('&', '&&')}")
            sheet.set_tab_color("#BF9000")

    def _note(self, row: int, text: str, bold: bool, first: int, last: int) -> None:
        look = self.book.style(text_wrap=True, bold=bold, font="head" if bold else "body")
        self._across(row, first, last, text, look)
        room = max(sum(self._widths.get(i, 9.0) for i in range(first, last + 1)), 40)
        lines = sum(max(1, math.ceil(text_width(one) / room)) for one in text.split("\n"))
        self.sheet.set_row(row, _LINE_HEIGHT * lines + 3)

    def _title(self, title: str, unit_line: str, last: int) -> None:
        book = self.book
        if book.example:
            title = f"{title}（{say('report.example', book.lang)}）"
        look = book.style(font="title", font_size=20, align="center")
        self._across(0, 0, last, title, look)
        self.sheet.set_row(0, 34)
        small = book.style()
        third = max((last + 1) // 3, 1)
        filled = say("report.filled_by", book.lang, unit=book.unit)
        day = book.as_of
        on = say("report.as_of", book.lang, year=day.year, month=day.month, day=day.day)
        self._across(1, 0, third - 1, filled, small)
        self._across(1, third, last - third, on, book.style(align="center"))
        self._across(1, last - third + 1, last, unit_line, book.style(align="right"))
        self.sheet.set_row(1, 20)

    def _across(self, row: int, first: int, last: int, text: str, look: Any) -> None:
        if last > first:
            self.sheet.merge_range(row, first, row, last, "", look)
        self.sheet.write_string(row, first, text, look)

    def _heads(self, columns: Sequence[Column], head: int, *, grouped: bool) -> None:
        look = self.book.style(
            font="head", align="center", text_wrap=True, border=1, bg_color="#F2F2F2"
        )
        lines = 1
        for place, column in enumerate(columns):
            width = self._needed(column)
            text = column.head if text_width(column.head) <= width else broken_head(column.head)
            self.sheet.write_string(head, place, text, look)
            parts = [math.ceil(text_width(part) / width) for part in text.split("\n")]
            lines = max(lines, sum(parts))
            self._widths[place] = max(self._widths.get(place, 0.0), width)
        self.sheet.set_row(head, _LINE_HEIGHT * min(lines, 4) + 6)
        if grouped:
            self._groups(columns, head - 1, look)

    def _groups(self, columns: Sequence[Column], row: int, look: Any) -> None:
        """Write the headers that stand above several columns."""
        lines, place = 1, 0
        while place < len(columns):
            last = place
            group = columns[place].group
            while group and last + 1 < len(columns) and columns[last + 1].group == group:
                last += 1
            self._across(row, place, last, group, look)
            room = sum(self._widths[one] for one in range(place, last + 1))
            lines = max(lines, math.ceil(text_width(group) / room))
            place = last + 1
        self.sheet.set_row(row, _LINE_HEIGHT * lines + 4)

    def _needed(self, column: Column) -> float:
        """Return the width that the contents ask for; a header may wrap into three lines."""
        bodies = [text_width(self._shown(value, column.kind)) for value in column.values]
        longest = min(max(bodies, default=0.0), column.width)
        return max(
            longest, min(text_width(column.head), math.ceil(text_width(column.head) / 3) + 1)
        )

    def _shown(self, value: Any, kind: str) -> str:
        if is_missing(value):
            return ""
        if isinstance(value, str):
            return value
        if not math.isfinite(value):
            return say("report.unreachable", self.book.lang)
        return f"{value:,.1f}" if kind in {"minutes", "km", "share"} else f"{value:,.4g}"

    def _cells(
        self, column: Column, place: int, first: int, letters: Mapping[str, str], left: int
    ) -> None:
        for offset, value in enumerate(column.values):
            row = first + offset
            if column.kind == "formula":
                self._formula(column, row, place, value, letters)
            else:
                self._cell(column, row, place, value, {"border": 1, "left": left})

    def _heights(self, columns: Sequence[Column], first: int) -> None:
        """Make room for wrapped text; not every program does so by itself."""
        for offset in range(len(columns[0].values)):
            lines = max(
                math.ceil(text_width(column.values[offset]) / self._widths[place])
                if isinstance(column.values[offset], str)
                else 1
                for place, column in enumerate(columns)
            )
            if lines > 1:
                self.sheet.set_row(first + offset, _LINE_HEIGHT * lines + 2)

    def _cell(
        self, column: Column, row: int, place: int, value: Any, frame: Mapping[str, int]
    ) -> None:
        style, sheet = self.book.style, self.sheet
        if is_missing(value):
            sheet.write_blank(row, place, None, style(**frame))
        elif isinstance(value, str):
            long = text_width(value) > column.width
            align = "left" if column.kind == "text" and not column.tally else "center"
            indent = 1 if align == "left" else 0
            look = style(**frame, align=align, text_wrap=long, num_format="@", indent=indent)
            sheet.write_string(row, place, value, look)
        elif not math.isfinite(value):
            unreachable = say("report.unreachable", self.book.lang)
            sheet.write_string(row, place, unreachable, style(**frame, align="right"))
        else:
            number = _NUMBERS[column.kind]
            sheet.write_number(row, place, value, style(**frame, num_format=number))

    def _formula(
        self, column: Column, row: int, place: int, value: Any, letters: Mapping[str, str]
    ) -> None:
        look = self.book.style(border=1, num_format="0", align="center")
        if is_missing(value):
            self.sheet.write_blank(row, place, None, look)
            return
        text = column.formula.format(row=row + 1, **letters)
        self.sheet.write_formula(row, place, text, look, value)

    def _totals(self, columns: Sequence[Column], first: int, last: int) -> None:
        lang = self.book.lang
        bold = {"border": 1, "bold": True, "bg_color": "#F2F2F2", "font": "head"}
        row = self.row
        for place, column in enumerate(columns):
            look = self.book.style(**bold, num_format=_NUMBERS.get(column.kind, "@"))
            if place == 0:
                self.sheet.write_string(row, 0, say("report.total", lang), look)
            elif column.total:
                letter = column_letter(place)
                known = [one for one in column.values if isinstance(one, int | float | np.number)]
                known = [one for one in known if not is_missing(one)]
                text = f"=SUM({letter}{first + 1}:{letter}{last + 1})"
                self.sheet.write_formula(row, place, text, look, sum(known))
            else:
                self.sheet.write_blank(row, place, None, look)
        self.row += 1
        self._tallies(columns, first, last)

    def _tallies(self, columns: Sequence[Column], first: int, last: int) -> None:
        """Count the words of the state columns; the last line shows that they add up."""
        counted = {place: column for place, column in enumerate(columns) if column.tally}
        if not counted:
            return
        lang = self.book.lang
        words = next(iter(counted.values())).tally
        look = self.book.style(border=1, font="head", num_format="0", align="center")
        label = self.book.style(border=1, font="head")
        top = self.row
        labels = [say("report.tally", lang, state=one) for one in words]
        for line, text in enumerate([*labels, say("report.tally_check", lang)]):
            self._across(top + line, 0, min(counted) - 1, text, label)
            for place in range(min(counted), len(columns)):
                if place not in counted:
                    self.sheet.write_blank(top + line, place, None, label)
        for place, column in counted.items():
            letter = column_letter(place)
            for line, one in enumerate(words):
                text = f'=COUNTIF({letter}{first + 1}:{letter}{last + 1},"{one}")'
                found = sum(value == one for value in column.values)
                self.sheet.write_formula(top + line, place, text, look, found)
            text = f"=SUM({letter}{top + 1}:{letter}{top + len(words)})"
            whole = sum(value in words for value in column.values)
            self.sheet.write_formula(top + len(words), place, text, look, whole)
        self.row = top + len(words) + 1

    def _colours(self, columns: Sequence[Column], first: int, last: int) -> None:
        for place, column in enumerate(columns):
            if column.marked or column.tally:
                texts = {value for value in column.values if isinstance(value, str)}
                for text in sorted(texts & set(self.book.marks)):
                    rule = {
                        "type": "cell",
                        "criteria": "==",
                        "value": f'"{text}"',
                        "format": self.book.mark(self.book.marks[text]),
                    }
                    self.sheet.conditional_format(first, place, last, place, rule)
            if column.bars:
                rule = {
                    "type": "data_bar",
                    "bar_color": BAR,  # the plain kind of Excel 2007, which every reader keeps
                    "min_type": "num",
                    "min_value": 0,
                }
                self.sheet.conditional_format(first, place, last, place, rule)


def states(values: Iterable[Any], family: str, lang: str) -> list[str | None]:
    """
    Return the words for the values of a closed list, None where there is no value.

    Parameters
    ----------
    values
        Values of a frame.
    family
        Name of the list.
    lang
        `"zh"` or `"en"`.
    """
    return [None if is_missing(one) or one == "" else word(family, one, lang) for one in values]
