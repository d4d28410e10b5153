"""A letter or draft of the office: whom it is for, at which stage it is, who signs."""

from collections.abc import Sequence
from datetime import date

from coverplan.report.document import Paper as Document
from coverplan.text import say

__all__ = ["Letter"]


class Letter(Document):
    """
    An official letter; page and type are those of every paper of this program.

    Parameters
    ----------
    title
        Its title.
    author
        The office that issues it.
    as_of
        The only date that the file carries.
    mark
        Stage and version, under the title and at the head of every page; empty for none.
    lang
        `"zh"` or `"en"`.
    """

    def __init__(
        self, title: str, *, author: str, as_of: date, mark: str = "", lang: str = "zh"
    ) -> None:
        super().__init__(lang, title, author=author, as_of=as_of)
        self.heading(title)
        if mark:
            from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - heavy

            marked = f"（{mark}）" if lang == "zh" else f"({mark})"
            self._paragraph(marked, "sub", self.size, centred=True)
            line = self._document.sections[0].header.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            self._run(line, mark, "head", 12.0)
        self._paragraph("", "body", self.size)

    def to(self, whom: str) -> None:
        """
        Write whom it is for, flush left.

        Parameters
        ----------
        whom
            Names, without the colon.
        """
        self._paragraph(f"{whom}：" if self.lang == "zh" else f"{whom},", "body", self.size)

    def sign(self, unit: str) -> None:
        """
        Write who issues it and leave room for the date: a paper is dated when it is signed.

        Parameters
        ----------
        unit
            The office.
        """
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - heavy

        self._paragraph("", "body", self.size)
        for text in (unit, say("request.no_date", self.lang)):
            self._paragraph(text, "body", self.size).alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def signatures(self, roles: Sequence[str]) -> None:
        """
        Write a block in which several people sign.

        Parameters
        ----------
        roles
            Who signs.
        """
        self._paragraph("", "body", self.size)
        self.table([*roles], [[""] * len(roles), [""] * len(roles)])
