"""Which word an output uses for a column, a state or a reason, in the language of the reader."""

import re
from collections.abc import Mapping

import pandas as pd

from coverplan.text import catalogue, say

__all__ = ["header", "reason", "type_name", "wide_header", "word"]

_YEARLY = re.compile(r"^actual_(?P<year>\d{4})$")
_WIDE = re.compile(r"^(?P<stem>[a-z_]+)_(?P<cutoff>\d+)min$")


def header(column: str, lang: str) -> str:
    """
    Return the header of a column; the bare name where the catalogue has none.

    Parameters
    ----------
    column
        Name of a column in a table that leaves; `people_covered_30min` carries its cutoff.
    lang
        `"zh"` or `"en"`.

    Examples
    --------
    >>> header("people_uncovered_30min", "zh")
    '30 分钟外（人）'
    """
    wide = _WIDE.match(column)
    if wide and f"report.column.{wide['stem']}" in catalogue():
        return say(f"report.column.{wide['stem']}", lang, cutoff=wide["cutoff"])
    yearly = _YEARLY.match(column)
    if yearly:
        return say("report.column.actual_year", lang, year=yearly["year"])
    key = f"report.column.{column}"
    return say(key, lang, cutoff="") if key in catalogue() else column


def word(family: str, value: object, lang: str) -> str:
    """
    Return the word for a value of a closed list; the value itself where it has none.

    Parameters
    ----------
    family
        Name of the list, such as `"state"` or `"status"`.
    value
        What the frame holds.
    lang
        `"zh"` or `"en"`.

    Examples
    --------
    >>> word("state", "unreported", "zh")
    '未报'
    """
    key = f"report.{family}.{value}"
    return say(key, lang) if key in catalogue() else str(value)


def reason(key: str, lang: str, values: Mapping[str, object] | None = None) -> str:
    """
    Return the sentence of a message key that a frame holds, such as why a share is refused.

    Parameters
    ----------
    key
        Message key; `""` gives `""`, and a key that no catalogue knows is returned as it is.
    lang
        `"zh"` or `"en"`.
    values
        What is known for the template; what is not known is printed as "…".
    """
    message = catalogue().get(key)
    return message[lang].format_map(_Open(values or {})) if message else key


def wide_header(column: str, venue_types: pd.DataFrame, lang: str) -> str:
    """
    Return the header of a column that carries its venue type, `<measure>_<type>`.

    Parameters
    ----------
    column
        Column of the table of townships or villages; any other gets its plain header.
    venue_types
        The `venue_types` frame of a result.
    lang
        `"zh"` or `"en"`.
    """
    for venue_type in venue_types.index:
        measure = column.removesuffix(f"_{venue_type}")
        if measure != column:
            space = "" if lang == "zh" else ": "
            return f"{type_name(venue_types, venue_type, lang)}{space}{header(measure, lang)}"
    return header(column, lang)


def type_name(venue_types: pd.DataFrame, venue_type: str, lang: str) -> str:
    """
    Return the name of a venue type, or its id where the table does not list it.

    Parameters
    ----------
    venue_types
        The `venue_types` frame of a result.
    venue_type
        Id of the type.
    lang
        `"zh"` or `"en"`: the column to read.
    """
    column = venue_types[lang]
    return str(column[venue_type]) if venue_type in column.index else venue_type


class _Open(dict[str, object]):
    """Values of a template; what is missing stands as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"
