"""How a name is found by typing: the first letters of its syllables, in every reading."""

from functools import cache
from itertools import islice, product
from typing import Any

__all__ = ["initials"]

MOST = 4
"""Readings kept of one name; a county name has hardly ever more."""


@cache
def initials(name: str) -> str:
    """
    Return the pinyin initials of a name; several readings are parted by a space.

    Parameters
    ----------
    name
        Chinese or any other text; Latin letters and digits stand for themselves.

    Examples
    --------
    >>> initials("丰都县")
    'fdx'
    >>> "cpc" in initials("长坡村").split()
    True
    """
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- half a second of dictionaries

    # A run of other signs comes as one piece of text; a list keeps its letters apart.
    apart: Any = list
    syllables = pinyin(name, style=Style.FIRST_LETTER, heteronym=True, errors=apart)
    choices = [
        sorted({letter[0].lower() for letter in letters if letter[:1].isalnum()})
        for letters in syllables
    ]
    readings = ("".join(letters) for letters in product(*(c for c in choices if c)))
    return " ".join(sorted(set(islice(readings, MOST))))
