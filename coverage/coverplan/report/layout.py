"""How wide a text is, where a header breaks, and on which paper a table can still be read."""

import math
import unicodedata

__all__ = ["A4", "LEAST_PT", "broken_head", "column_letter", "paper_for", "text_width"]

A4, A3 = 9, 8
LEAST_PT = 7.0
"""No table is printed smaller than this."""
_TYPE_PT = 11.0
_PAGES = ((A4, 842.0 - 72.0), (A3, 1191.0 - 72.0))
"""Excel's number of a paper, and how wide it prints across. [pt]"""
_LONG_HEAD = 7


def text_width(text: str) -> float:
    """
    Return how many Latin characters wide a text is; a Chinese character counts two.

    Parameters
    ----------
    text
        One line.

    Examples
    --------
    >>> text_width("30 分钟")
    7.0
    """
    return float(sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text))


def broken_head(head: str) -> str:
    """
    Return a long header broken where a reader would: before its bracket, else near its middle.

    Parameters
    ----------
    head
        Header of a column.
    """
    for sign in ("（", "("):
        if sign in head[1:]:
            return head.replace(sign, f"\n{sign}", 1)
    if " " in head and head.isascii():
        words = head.split(" ")
        middle = (len(words) + 1) // 2
        return " ".join(words[:middle]) + "\n" + " ".join(words[middle:])
    middle = (len(head) + 1) // 2
    return head if len(head) < _LONG_HEAD else f"{head[:middle]}\n{head[middle:]}"


def paper_for(width: float) -> tuple[int, int]:
    """
    Return the smallest paper, and pages across, on which the type keeps its least size.

    Parameters
    ----------
    width
        Width of a table at full size. [pt]

    Returns
    -------
    tuple
        Excel's number of the paper (9 is A4, 8 is A3), and the number of pages across.

    Examples
    --------
    >>> paper_for(700.0), paper_for(1500.0), paper_for(2000.0)
    ((9, 1), (8, 1), (8, 2))
    """
    for paper, room in _PAGES:
        if _TYPE_PT * room / width >= LEAST_PT:
            return paper, 1
    paper, room = _PAGES[-1]
    return paper, math.ceil(width * LEAST_PT / (_TYPE_PT * room))


def column_letter(place: int) -> str:
    """
    Return what a spreadsheet calls a column.

    Parameters
    ----------
    place
        Number of the column, from 0.

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
