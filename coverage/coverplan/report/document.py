"""A paper as offices issue it: page, fonts and numbering of GB/T 9704, with stable bytes."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from coverplan.text import say

__all__ = ["Paper"]

_MARGINS_MM = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
_FONTS = {
    "zh": {
        "title": "方正小标宋简体",
        "head": "黑体",
        "sub": "楷体",
        "body": "仿宋",
        "table": "宋体",
    },
    "en": dict.fromkeys(("title", "head", "sub", "body", "table"), "Times New Roman"),
}
_NUMERALS = "一二三四五六七八九十"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Paper:
    """
    A Word document, written from top to bottom.

    Parameters
    ----------
    lang
        `"zh"` or `"en"`.
    title
        Title of the paper.
    author
        The office that issues it.
    as_of
        Report date: the only date that the file carries.
    compact
        Smaller type and margins, for a paper that must fit one page.

    Notes
    -----
    Page and type after GB/T 9704-2012: margins 37/35/28/26 mm, body 16 pt, lines of 28 pt.
    """

    def __init__(
        self, lang: str, title: str, *, author: str, as_of: date, compact: bool = False
    ) -> None:
        from docx import Document  # noqa: PLC0415 - heavy
        from docx.shared import Mm, Pt  # noqa: PLC0415

        self.lang = lang
        self.title = title
        self.compact = compact
        self._sections = 0
        self._pt, self._mm = Pt, Mm
        self.size = 10.5 if compact else 16.0
        self._document: Any = Document()
        _drop_theme_fonts(self._document)
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        for name, millimetres in _MARGINS_MM.items():
            setattr(section, name, Mm(18 if compact else millimetres))
        self._properties(author, as_of)
        self._normal()
        self._page_number(section)

    @property
    def width_mm(self) -> float:
        """Return the width of the text. [mm]."""
        return 210 - (36 if self.compact else 54)

    def heading(self, text: str) -> None:
        """
        Write the title of the paper, centred.

        Parameters
        ----------
        text
            The title.
        """
        paragraph = self._paragraph(text, "title", 16.0 if self.compact else 22.0, centred=True)
        paragraph.paragraph_format.space_after = self._pt(6)

    def section(self, text: str) -> None:
        """
        Begin a numbered section.

        Parameters
        ----------
        text
            Its heading, without a number.
        """
        number = (
            _NUMERALS[self._sections] + "、" if self.lang == "zh" else f"{self._sections + 1}. "
        )
        self._sections += 1
        paragraph = self._paragraph(number + text, "head", self.size, style="Heading 1")
        paragraph.paragraph_format.space_before = self._pt(2 if self.compact else 8)
        paragraph.paragraph_format.space_after = self._pt(0)
        paragraph.paragraph_format.keep_with_next = True

    def text(self, text: str, *, strong: bool = False) -> None:
        """
        Write a paragraph; in Chinese its first line is indented by two characters.

        Parameters
        ----------
        text
            The text.
        strong
            Whether it is set in bold.
        """
        paragraph = self._paragraph(text, "body", self.size, bold=strong)
        if self.lang == "zh":
            paragraph.paragraph_format.first_line_indent = self._pt(2 * self.size)
        else:
            paragraph.paragraph_format.space_after = self._pt(4)

    def small(self, text: str, *, centred: bool = False) -> None:
        """
        Write a small line: a caption, a source, a caution.

        Parameters
        ----------
        text
            The text.
        centred
            Whether it stands in the middle.
        """
        size = 8.5 if self.compact else 10.5
        paragraph = self._paragraph(text, "table", size, centred=centred)
        paragraph.paragraph_format.line_spacing = self._pt(size * 1.4)

    def table(
        self, heads: Sequence[str], rows: Sequence[Sequence[Any]], *, widths: Sequence[float] = ()
    ) -> None:
        """
        Write a table whose head is repeated on each page.

        Parameters
        ----------
        heads
            The headers.
        rows
            One sequence of cells a row; a number is set right, None is left blank.
        widths
            Relative widths of the columns; equal where they are not given.
        """
        from docx.enum.table import WD_TABLE_ALIGNMENT  # noqa: PLC0415 - heavy

        table = self._document.add_table(rows=1, cols=len(heads))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        whole = sum(widths) or len(heads)
        shares = [one / whole for one in widths] if widths else [1 / whole] * len(heads)
        for cell, head in zip(table.rows[0].cells, heads, strict=True):
            self._cell(cell, head, head=True)
        _repeat(table.rows[0])
        for row in rows:
            line = table.add_row()
            _keep_whole(line)
            for cell, value in zip(line.cells, row, strict=True):
                self._cell(cell, value)
        for place, share in enumerate(shares):
            width = self._mm(self.width_mm * share)
            table.columns[place].width = width
            for cell in table.columns[place].cells:
                cell.width = width
        if not rows:
            self.small(say("report.no_rows", self.lang), centred=True)

    def picture(self, png: bytes, *, caption: str = "", width_mm: float | None = None) -> None:
        """
        Place a picture with its caption and an alternative text.

        Parameters
        ----------
        png
            The picture.
        caption
            What it shows; read out by screen readers too.
        width_mm
            Width; the width of the text where it is None. [mm]
        """
        paragraph = self._paragraph("", "body", self.size, centred=True)
        paragraph.paragraph_format.line_spacing = 1.0
        paragraph.paragraph_format.keep_with_next = bool(caption)
        run = paragraph.add_run()
        shape = run.add_picture(io.BytesIO(png), width=self._mm(width_mm or self.width_mm))
        shape._inline.docPr.set("descr", caption)  # noqa: SLF001 - python-docx has no other way
        if caption:
            self.small(caption, centred=True)

    def new_page(self) -> None:
        """Begin a new page."""
        self._document.add_page_break()

    def save(self, path: Path) -> None:
        """
        Write the paper, its archive without times of day.

        Parameters
        ----------
        path
            The `.docx` file.
        """
        draft = io.BytesIO()
        self._document.save(draft)
        out = io.BytesIO()
        with zipfile.ZipFile(draft) as old, zipfile.ZipFile(out, "w") as new:
            for item in old.infolist():
                member = zipfile.ZipInfo(item.filename, _EPOCH)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                member.create_system = 3
                new.writestr(member, old.read(item))
        path.write_bytes(out.getvalue())

    def _properties(self, author: str, as_of: date) -> None:
        about = self._document.core_properties
        moment = datetime.combine(as_of, time())
        about.author, about.last_modified_by = author, author
        about.title, about.comments, about.keywords = self.title, "", ""
        about.created = about.modified = about.last_printed = moment
        about.revision = 1

    def _normal(self) -> None:
        style = self._document.styles["Normal"]
        style.font.size = self._pt(self.size)
        _set_font(style.element.get_or_add_rPr(), self._font("body"))
        form = style.paragraph_format
        form.space_after = self._pt(0)
        form.line_spacing = self._pt(15 if self.compact else 28)

    def _font(self, role: str) -> tuple[str, str]:
        """Return the fonts for Latin and for Chinese characters."""
        return "Times New Roman", _FONTS[self.lang][role]

    def _paragraph(
        self,
        text: str,
        role: str,
        size: float,
        *,
        bold: bool = False,
        centred: bool = False,
        style: str = "Normal",
    ) -> Any:
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - heavy

        paragraph = self._document.add_paragraph(style=style)
        if text:
            self._run(paragraph, text, role, size, bold=bold)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return paragraph

    def _run(
        self, paragraph: Any, text: str, role: str, size: float, *, bold: bool = False
    ) -> None:
        from docx.shared import RGBColor  # noqa: PLC0415 - heavy

        run = paragraph.add_run(_plain(text))
        run.font.size = self._pt(size)
        run.bold = bold
        run.font.color.rgb = RGBColor(0, 0, 0)
        _set_font(run._element.get_or_add_rPr(), self._font(role))  # noqa: SLF001

    def _cell(self, cell: Any, value: Any, *, head: bool = False) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - heavy

        paragraph = cell.paragraphs[0]
        size = 8.5 if self.compact else 10.5
        paragraph.paragraph_format.line_spacing = self._pt(size * 1.35)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        aligned = number or (isinstance(value, str) and value.endswith("%"))
        text = "" if value is None else f"{value:,}" if number else str(value)
        self._run(paragraph, text, "head" if head else "table", size)
        sides = WD_ALIGN_PARAGRAPH
        paragraph.alignment = sides.CENTER if head else sides.RIGHT if aligned else sides.LEFT

    def _page_number(self, section: Any) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - heavy
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415

        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, "— ", "table", 12.0)
        run = paragraph.add_run()
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            if kind:
                part = OxmlElement("w:fldChar")
                part.set(qn("w:fldCharType"), kind)
            else:
                part = OxmlElement("w:instrText")
                part.text = text
            run._element.append(part)  # noqa: SLF001
        self._run(paragraph, " —", "table", 12.0)


def _plain(text: str) -> str:
    """Return text without the control characters that XML forbids."""
    return "".join(one for one in text if one in "\n\t" or one >= " ")


def _set_font(properties: Any, names: tuple[str, str]) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy

    fonts = properties.get_or_add_rFonts()
    latin, chinese = names
    for side, name in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{side}"), name)


def _drop_theme_fonts(document: Any) -> None:
    """Take out the theme's fonts, which would win over the fonts that are set here."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy

    for fonts in document.styles.element.iter(qn("w:rFonts")):
        for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{name}"), None)


def _repeat(row: Any) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - heavy

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001


def _keep_whole(row: Any) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - heavy

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
