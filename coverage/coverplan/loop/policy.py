"""A policy's text, taken apart: its clauses, who leads each, and the sentences in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coverplan.errors import InputError, Problem, Where

__all__ = ["Clause", "Policy", "read_policy", "readable_text"]

_NUMERAL = "一二三四五六七八九十百"
_PART = re.compile(rf"^([{_NUMERAL}]+)、\s*(\S.*)$")
_SECTION = re.compile(rf"^[（(]([{_NUMERAL}]+)[）)]\s*(\S.*)$")
_NUMBERED = re.compile(r"^(\d{1,3})\s*[.．、]\s*(\S.*)$")
_ARTICLE = re.compile(rf"^第([{_NUMERAL}\d]+)条\s*(\S.*)$")
_LITTER = re.compile(r"^\[[^\]]{0,40}\]\s*")
_LEAD = re.compile(r"[（(【\[]?\s*(?:牵头|主办|主责|责任)(?:单位|部门)\s*[:：]")
_RESPONSIBLE = re.compile(r"[，,；;。]?\s*(?:责任|配合|参与|协办|参加)(?:单位|部门)\s*[:：]\s*")
_PERIOD = re.compile(r"(20\d\d)\s*[-—–－至~]+\s*(20\d\d)\s*年")
_SENTENCE = re.compile(r"[^。！？；;]+[。！？；;]?")


@dataclass(frozen=True, slots=True)
class Clause:
    """
    One clause, or a paragraph that stands outside the numbered clauses.

    Parameters
    ----------
    number
        `4` for clause 4; `一（二）` for a paragraph of a part and section.
    title
        Its first words, up to the first full stop; empty for a mere paragraph.
    text
        The whole, without the leads.
    lead, responsible
        As written; empty where the policy names none.
    numbered
        Whether it is one of the numbered clauses.
    """

    number: str
    title: str
    text: str
    lead: str
    responsible: str
    numbered: bool

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return its sentences, each with its full stop."""
        found = (match[0].strip() for match in _SENTENCE.finditer(self.text))
        return tuple(sentence for sentence in found if sentence)


@dataclass(frozen=True, slots=True)
class Policy:
    """
    A policy's text.

    Parameters
    ----------
    title
        Its first line.
    period
        First and last year that its title names; None where it names none.
    clauses
        Clauses and paragraphs, in order.
    """

    title: str
    period: tuple[int, int] | None
    clauses: tuple[Clause, ...]

    @property
    def numbered(self) -> tuple[Clause, ...]:
        """Return the numbered clauses."""
        return tuple(clause for clause in self.clauses if clause.numbered)


def readable_text(content: bytes, file: str) -> str:
    """
    Return the text of a policy that was saved as plain text.

    Parameters
    ----------
    content
        The file's bytes: UTF-8, or GB18030 as old editors save it.
    file
        Its name, for the message.

    Raises
    ------
    InputError
        It is no plain text: a Word file or a PDF, or of another encoding.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InputError(Problem("loop.draft.not_text", Where(file=file)))


def read_policy(text: str) -> Policy:
    r"""
    Take a policy's text apart.

    Parameters
    ----------
    text
        The text, one paragraph a line.

    Returns
    -------
    Policy
        A numbered paragraph is a clause where it names who leads it or continues the numbering;
        a list that begins again at 1 inside a section is not.

    Examples
    --------
    >>> policy = read_policy("某县方案（2026-2030年）\n1. 建馆。建馆5个。（牵头单位：县教委）")
    >>> policy.numbered[0].lead, policy.period
    ('县教委', (2026, 2030))
    """
    lines = [_LITTER.sub("", line.strip()) for line in text.replace("\ufeff", "").splitlines()]
    lines = [line.strip("　 \t") for line in lines if line.strip("　 \t")]
    title = lines[0] if lines else ""
    period = _PERIOD.search(title) or _PERIOD.search(text)
    years = (int(period[1]), int(period[2])) if period else None
    return Policy(title, years, tuple(_clauses(lines[1:])))


def _clauses(lines: list[str]) -> Iterator[Clause]:
    part = section = ""
    last = 0
    for line in lines:
        if found := _PART.match(line):
            part, section = found[1], ""
            if len(found[2]) > 30 or "。" in found[2]:  # noqa: PLR2004 - text, not a heading
                yield _clause(part, found[2], numbered=False)
            continue
        article = _ARTICLE.match(line)
        found = article or _NUMBERED.match(line)
        if found:
            number = last + 1 if article else int(found[1])
            if article or number == last + 1 or _LEAD.search(line):
                last = number
                yield _clause(str(number), found[2], numbered=True)
                continue
        if found := _SECTION.match(line):
            section = found[1]
            if "。" in found[2]:
                yield _clause(_place(part, section), found[2], numbered=False)
            continue
        yield _clause(_place(part, section), line, numbered=False)


def _place(part: str, section: str) -> str:
    return f"{part}（{section}）" if section else part


def _clause(number: str, text: str, *, numbered: bool) -> Clause:
    body, lead, responsible = text, "", ""
    found = _LEAD.search(text)
    if found is not None:
        body = text[: found.start()].rstrip("（( ")
        named = text[found.end() :].rstrip("。 ")
        if found[0].strip().startswith(("（", "(", "【", "[")) and named[-1:] in "）)】]":
            named = named[:-1]
        parts = _RESPONSIBLE.split(named, maxsplit=1)
        lead = parts[0].strip("，,；;。 ")
        responsible = parts[1].strip("。 ") if len(parts) > 1 else ""
    title = body.split("。", 1)[0] if numbered and "。" in body else ""
    return Clause(number, title, body, lead, responsible, numbered)
