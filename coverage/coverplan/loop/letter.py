"""An official letter as GB/T 9704-2012 sets it: A4, 仿宋 16 pt, 28 pt a line."""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from coverplan.loop.archive import rezipped
from coverplan.text import say

__all__ = ["Letter"]

_BODY, _HEAD, _SECOND, _TITLE = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
_SIZE, _TITLE_SIZE, _TABLE_SIZE = 16, 22, 12
_LINE = 28
_MARGINS_CM = {"top": 3.7, "bottom": 3.5, "left": 2.8, "right": 2.6}


class Letter:
    """
    A letter, written from top to bottom.

    Parameters
    ----------
    title
        Its title.
    mark
        Stage and version, printed at the head of every page; empty for none.

    Notes
    -----
    GB/T 9704-2012 (党政机关公文格式): type area 156 × 225 mm, 22 lines of 28 characters; the text
    in 仿宋 size 3, the title in 小标宋 size 2, the first and second level in 黑体 and 楷体.
    """

    def __init__(self, title: str, mark: str = "") -> None:
        from docx import Document  # noqa: PLC0415 - heavy
        from docx.shared import Cm  # noqa: PLC0415

        self._doc = Document()
        section = self._doc.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        for side, width in _MARGINS_CM.items():
            setattr(section, f"{side}_margin", Cm(width))
        self._doc.core_properties.title = title
        self._doc.core_properties.author = "coverplan"
        self._footer(section)
        if mark:
            paragraph = section.header.paragraphs[0]
            self._run(paragraph, mark, _HEAD, 12)
            paragraph.alignment = 2
        self.mark = mark
        self._paragraph(title, _TITLE, _TITLE_SIZE, align=1, indent=False)
        if mark:
            self._paragraph(f"（{mark}）", _SECOND, _SIZE, align=1, indent=False)
        self.text("", indent=False)

    def to(self, whom: str) -> None:
        """
        Write whom it is for.

        Parameters
        ----------
        whom
            Names, without the colon.
        """
        self.text(f"{whom}：", indent=False)

    def head(self, text: str) -> None:
        """
        Write a heading of the first level.

        Parameters
        ----------
        text
            With its number: 一、….
        """
        self._paragraph(text, _HEAD, _SIZE)

    def second(self, text: str) -> None:
        """
        Write a heading of the second level.

        Parameters
        ----------
        text
            With its number: （一）….
        """
        self._paragraph(text, _SECOND, _SIZE)

    def text(self, text: str, *, indent: bool = True) -> None:
        """
        Write a paragraph.

        Parameters
        ----------
        text
            The text.
        indent
            Whether its first line begins two characters in.
        """
        self._paragraph(text, _BODY, _SIZE, indent=indent)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """
        Write a table.

        Parameters
        ----------
        heads
            Headers.
        rows
            Cells, one sequence a row.
        """
        table = self._doc.add_table(rows=1 + len(rows), cols=len(heads))
        table.style = "Table Grid"
        if len(heads) == 2:  # noqa: PLR2004 - a name and what belongs to it
            from docx.shared import Cm  # noqa: PLC0415

            table.autofit = False
            for row in table.rows:
                row.cells[0].width, row.cells[1].width = Cm(4.2), Cm(11.4)
        for line, cells in enumerate([heads, *rows]):
            for place, value in enumerate(cells):
                paragraph = table.cell(line, place).paragraphs[0]
                font = _HEAD if line == 0 else _BODY
                self._run(paragraph, "" if value is None else str(value), font, _TABLE_SIZE)
        self.text("", indent=False)

    def sign(self, unit: str, day: date | None = None) -> None:
        """
        Write who signs and when.

        Parameters
        ----------
        unit
            The unit.
        day
            The date; None leaves room for it: a paper is dated when it is signed.
        """
        when = (
            say("loop.letter.no_date", "zh")
            if day is None
            else f"{day:%Y}年{day.month}月{day.day}日"
        )
        self.text("", indent=False)
        for text in (unit, when):
            self._paragraph(text, _BODY, _SIZE, align=2, indent=False)

    def signatures(self, roles: Sequence[str]) -> None:
        """
        Write a block in which several people sign.

        Parameters
        ----------
        roles
            Who signs.
        """
        self.table([*roles], [[""] * len(roles)])

    def save(self, path: Path) -> None:
        """
        Write the file; the same letter gives the same bytes.

        Parameters
        ----------
        path
            The .docx file.
        """
        from datetime import datetime  # noqa: PLC0415

        properties = self._doc.core_properties
        properties.created = properties.modified = datetime(2000, 1, 1)  # noqa: DTZ001
        properties.last_modified_by = "coverplan"
        out = io.BytesIO()
        self._doc.save(out)
        path.write_bytes(rezipped(out.getvalue()))

    def _paragraph(
        self, text: str, font: str, size: int, *, align: int = 3, indent: bool = True
    ) -> None:
        from docx.shared import Pt  # noqa: PLC0415

        paragraph = self._doc.add_paragraph()
        layout = paragraph.paragraph_format
        layout.line_spacing = Pt(_LINE if size == _SIZE else _LINE + 6)
        layout.space_before = layout.space_after = Pt(0)
        layout.alignment = align
        if indent:
            layout.first_line_indent = Pt(2 * size)
        self._run(paragraph, text, font, size)

    @staticmethod
    def _run(paragraph: Any, text: str, font: str, size: int) -> None:
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.shared import Pt  # noqa: PLC0415

        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        run.font.name = "Times New Roman"
        run._element.rPr.rFonts.set(qn("w:eastAsia"), font)  # noqa: SLF001

    def _footer(self, section: Any) -> None:
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415

        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = 1
        self._run(paragraph, "— ", "宋体", 14)
        run = paragraph.add_run()
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            if kind:
                element = OxmlElement("w:fldChar")
                element.set(qn("w:fldCharType"), kind)
            else:
                element = OxmlElement("w:instrText")
                element.text = text
            run._element.append(element)  # noqa: SLF001
        self._run(paragraph, " —", "宋体", 14)
