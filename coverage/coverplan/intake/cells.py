"""One cell: what it says, what had to be repaired to read it, or why it cannot be read."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from coverplan.schema import Column, Kind

__all__ = ["Parsed", "parse_cell", "printable", "shown", "written"]

Raw = str | int | float | bool | date | datetime | time | timedelta | None

_NOTHING: Mapping[str, str | int | float] = MappingProxyType({})
_DASHES = frozenset(
    {"—", "——", "-", "--", "–", "―", "－", "─", "/", "\\", "…", "……", "n/a", "na", "#n/a"}
)
_TRUE = frozenset({"是", "有", "yes", "y", "true", "t", "1", "√", "✓", "☑"})
_FALSE = frozenset({"否", "无", "没有", "no", "n", "false", "f", "0", "×", "✗", "x", "☐"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_SPACED_DIGITS = re.compile(r"\d +\d")
_SPACED_THOUSANDS = re.compile(r"[+-]?\d{1,3}( \d{3})+(\.\d+)?")
_COMMA_DECIMAL = re.compile(r"[+-]?\d+,\d+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+?\d+", re.IGNORECASE)
_DEGREES = re.compile(
    r"(?P<side>[NESW]|东经|北纬|西经|南纬)?(?P<deg>\d{1,3})[°度º](?:(?P<min>\d{1,2}(?:\.\d+)?)['′’分](?:(?P<sec>\d{1,2}(?:\.\d+)?)(?:[\"″”秒]|''|′′))?)?(?P<tail>[NESW])?",
    re.IGNORECASE,
)
_DEGREE_MARKED = re.compile(r"(?P<number>\d{1,3}\.\d+)[°度º]")
_DATES = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_PART_DATE = re.compile(r"\d{4}([-/.年]\d{1,2}月?|年)?")
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_GUARDED = re.compile(r"'[=+\-@\t\r]")
_EXCEL_DAYS = (20_000, 60_000)
_EXCEL_EPOCH = date(1899, 12, 30)
_YEARS = (1900, 2100)
_HALF_TURN = 180
_SHOWN = 60
_EXACT_FLOAT = 2**53


@dataclass(frozen=True, slots=True)
class Parsed:
    """
    What came of one cell.

    Parameters
    ----------
    value
        The value in its column's type; None where the cell is empty or faulty.
    repair
        Message key of what was done to read it; empty where nothing had to be done.
    fault
        Message key of why it cannot be read; empty where it can.
    values
        What the message names.
    """

    value: Any = None
    repair: str = ""
    fault: str = ""
    values: Mapping[str, str | int | float] = field(default_factory=lambda: _NOTHING)


def written(raw: Raw) -> str:
    """
    Return a raw cell as the text that a spreadsheet shows for it.

    Parameters
    ----------
    raw
        A cell's value as a reader gives it.

    Examples
    --------
    >>> written(12.0), written(None), written(False)
    ('12', '', 'FALSE')
    """
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if (
        isinstance(raw, float)
        and math.isfinite(raw)
        and raw == int(raw)
        and abs(raw) < _EXACT_FLOAT
    ):
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(sep=" ")
    return str(raw)


def printable(text: str) -> str:
    r"""
    Return a text without control, invisible and direction-changing characters, trimmed.

    Line breaks and tabs become one space. Such characters reach a table by copying from web pages,
    or on purpose, to make a name look like another.

    Parameters
    ----------
    text
        Any text.

    Examples
    --------
    >>> printable(" 三合\u202e街道\u200b\n")
    '三合街道'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = []
    for char in text:
        group = unicodedata.category(char)
        if char in "\n\r\t\x0b\x0c\x85\u2028\u2029":
            kept.append(" ")
        elif group not in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            kept.append(char)
    return "".join(kept).strip()


def shown(raw: Raw) -> str:
    r"""
    Return a raw cell for a message: harmless characters only, cut to a readable length.

    Parameters
    ----------
    raw
        A cell's value as a reader gives it.

    Examples
    --------
    >>> shown("a\x1b[31mb")
    'a\\u001b[31mb'
    """
    text = written(raw)
    safe = "".join(
        char
        if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        else f"\\u{ord(char):04x}"
        for char in text[: _SHOWN + 1]
    )
    return safe if len(text) <= _SHOWN else safe[:_SHOWN] + "…"


def parse_cell(column: Column, raw: Raw) -> Parsed:
    """
    Read one cell as its column's kind.

    Nothing is guessed: a cell that may mean two things is a fault, and what has one meaning only
    but had to be rewritten (full-width digits, thousands commas, degrees and minutes) is a repair.

    Parameters
    ----------
    column
        The column's contract.
    raw
        The cell's value as a reader gives it.

    Returns
    -------
    Parsed
        Either a value (with or without a repair) or a fault.

    Examples
    --------
    >>> from coverplan.schema import POPULATION, VENUES
    >>> parse_cell(POPULATION.column("people"), "１２,３４５")
    Parsed(value=12345, repair='intake.repair.number', fault='', values=mappingproxy({}))
    >>> parse_cell(VENUES.column("capacity"), "有2个，待建1个").fault
    'intake.cell.words'
    """
    if isinstance(raw, float) and not math.isfinite(raw):
        return Parsed(fault="intake.cell.not_finite")
    if isinstance(raw, str):
        if raw.startswith("#") and raw.rstrip("!?").upper() in _ERROR_CELLS:
            return Parsed(fault="intake.cell.error_value")
        if _GUARDED.match(raw):  # our own CSV writer's guard against formulas
            raw = raw[1:]
        cleaned = printable(raw)
    else:
        cleaned = written(raw)
    if not cleaned:
        return _empty(column, repaired=False)
    if column.kind is not Kind.TEXT and cleaned.casefold() in _DASHES:
        return _empty(column, repaired=True)
    parsed = _PARSERS[column.kind](column, raw, cleaned)
    dirty = isinstance(raw, str) and raw.strip(" ") != cleaned
    if dirty and not parsed.fault and not parsed.repair:
        return Parsed(parsed.value, "intake.repair.characters")
    return parsed


_ERROR_CELLS = frozenset(
    {
        "#DIV/0",
        "#N/A",
        "#NAME",
        "#NULL",
        "#NUM",
        "#REF",
        "#VALUE",
        "#SPILL",
        "#CALC",
        "#GETTING_DATA",
    }
)


def _empty(column: Column, *, repaired: bool) -> Parsed:
    if column.required:
        return Parsed(fault="intake.cell.missing")
    return Parsed(repair="intake.repair.dash" if repaired else "")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "")


def _text(_column: Column, _raw: Raw, cleaned: str) -> Parsed:
    return Parsed(cleaned)


def _code(column: Column, raw: Raw, cleaned: str) -> Parsed:
    wanted = column.kind.digits
    digits = _plain(cleaned).lstrip("'’‘`")
    if isinstance(raw, str) and _SCIENTIFIC.fullmatch(digits):
        return Parsed(fault="intake.cell.code_scientific", values={"digits": wanted})
    if digits.endswith(".0") and digits[:-2].isdigit():
        digits = digits[:-2]
    if not (digits.isascii() and digits.isdigit()):
        return Parsed(fault="intake.cell.code", values={"digits": wanted})
    if len(digits) in {9, 12} and len(digits) > wanted and not digits[wanted:].strip("0"):
        return Parsed(digits[:wanted], "intake.repair.code_zeros")
    if len(digits) != wanted:
        return Parsed(
            fault="intake.cell.code_length", values={"digits": wanted, "has": len(digits)}
        )
    if not isinstance(raw, str):
        return Parsed(digits, "intake.repair.code_number")
    return Parsed(digits, "" if raw.strip(" ") == digits else "intake.repair.number")


def _value_of(column: Column, raw: Raw, cleaned: str) -> tuple[float | None, Parsed]:
    # the number and how it was read, or None and the fault
    if isinstance(raw, (bool, date, time, timedelta)):
        return None, Parsed(fault="intake.cell.not_number")
    if isinstance(raw, (int, float)):
        try:
            return float(raw), Parsed()
        except OverflowError:
            return None, Parsed(fault="intake.cell.not_finite")
    spaced = unicodedata.normalize("NFKC", cleaned).replace("−", "-")
    if _SPACED_DIGITS.search(spaced) and not _SPACED_THOUSANDS.fullmatch(spaced):
        return None, Parsed(fault="intake.cell.words")  # "2 3" is two numbers, not 23
    plain = spaced.replace(" ", "")
    repair = "" if plain == cleaned else "intake.repair.number"
    unit = next((u for u in column.units if plain.endswith(u) and plain != u), "")
    if unit:
        plain, repair = plain.removesuffix(unit), "intake.repair.unit"
    if _THOUSANDS.fullmatch(plain):
        plain, repair = plain.replace(",", ""), repair or "intake.repair.number"
    if _NUMBER.fullmatch(plain) and math.isfinite(float(plain)):
        return float(plain), Parsed(repair=repair)
    return None, _no_number(plain)


def _no_number(plain: str) -> Parsed:
    if _NUMBER.fullmatch(plain) or plain.casefold().lstrip("+-") in {"nan", "inf", "infinity"}:
        return Parsed(fault="intake.cell.not_finite")
    if _COMMA_DECIMAL.fullmatch(plain):
        suggestion = plain.replace(",", ".")
        return Parsed(fault="intake.cell.comma", values={"suggestion": suggestion})
    if any(char.isdigit() for char in plain):
        return Parsed(fault="intake.cell.words")
    return Parsed(fault="intake.cell.not_number")


def _bounded(column: Column, number: float, parsed: Parsed) -> Parsed:
    if column.least is not None and number < column.least:
        key = "intake.cell.negative" if column.least == 0 else "intake.cell.below"
        return Parsed(fault=key, values={"least": f"{column.least:g}"})
    if column.most is not None and number > column.most:
        return Parsed(fault="intake.cell.above", values={"most": f"{column.most:g}"})
    return Parsed(number, parsed.repair)


def _number(column: Column, raw: Raw, cleaned: str) -> Parsed:
    number, parsed = _value_of(column, raw, cleaned)
    return parsed if number is None else _bounded(column, number, parsed)


def _count(column: Column, raw: Raw, cleaned: str) -> Parsed:
    number, parsed = _value_of(column, raw, cleaned)
    if number is None:
        return parsed
    if number != math.floor(number):
        return Parsed(fault="intake.cell.not_whole")
    if abs(number) >= _EXACT_FLOAT:
        return Parsed(fault="intake.cell.above", values={"most": f"{_EXACT_FLOAT:g}"})
    bounded = _bounded(column, number, parsed)
    return bounded if bounded.fault else Parsed(int(number), bounded.repair)


def _degrees(column: Column, raw: Raw, cleaned: str) -> Parsed:
    if isinstance(raw, str):
        plain = _plain(cleaned)
        marked = _DEGREE_MARKED.fullmatch(plain)
        if marked:
            return _in_range(column, float(marked["number"]), "intake.repair.degrees")
        found = _DEGREES.fullmatch(plain)
        if found:
            return _sexagesimal(column, found)
    number, parsed = _value_of(column, raw, cleaned)
    return parsed if number is None else _in_range(column, number, parsed.repair)


def _sexagesimal(column: Column, found: re.Match[str]) -> Parsed:
    minutes, seconds = float(found["min"] or 0), float(found["sec"] or 0)
    side = (found["side"] or found["tail"] or "").upper()
    wrong_side = {"lon": {"N", "S", "北纬", "南纬"}, "lat": {"E", "W", "东经", "西经"}}
    if minutes >= 60 or seconds >= 60 or side in wrong_side[column.kind.value]:  # noqa: PLR2004
        return Parsed(fault="intake.cell.degrees")
    number = float(found["deg"]) + minutes / 60 + seconds / 3600
    if side in {"W", "S", "西经", "南纬"}:
        number = -number
    return _in_range(column, round(number, 9), "intake.repair.degrees")


def _in_range(column: Column, number: float, repair: str) -> Parsed:
    least, most = column.least or 0.0, column.most or 0.0
    if not least <= number <= most:
        if column.kind is Kind.LAT and abs(number) <= _HALF_TURN:
            return Parsed(fault="intake.cell.latitude")
        return Parsed(
            fault="intake.cell.degrees_range", values={"least": f"{least:g}", "most": f"{most:g}"}
        )
    return Parsed(number, repair)


def _date(_column: Column, raw: Raw, cleaned: str) -> Parsed:
    if isinstance(raw, date):  # a datetime is one
        return _dated(raw.year, raw.month, raw.day, "")
    if isinstance(raw, (bool, time, timedelta)):
        return Parsed(fault="intake.cell.date")
    plain = _plain(cleaned) if "T" not in cleaned and ":" not in cleaned else cleaned
    for pattern in _DATES:
        found = pattern.fullmatch(plain)
        if found:
            iso = pattern is _DATES[0]
            year, month, day = (int(part) for part in found.groups())
            return _dated(year, month, day, "" if iso else "intake.repair.date")
    least, most = _EXCEL_DAYS
    if isinstance(raw, (int, float)) and least <= raw <= most:
        day_of = _EXCEL_EPOCH + timedelta(days=math.floor(raw))
        return Parsed(day_of, "intake.repair.date_number")
    if _PART_DATE.fullmatch(plain):
        return Parsed(fault="intake.cell.date_part")
    return Parsed(fault="intake.cell.date")


def _dated(year: int, month: int, day: int, repair: str) -> Parsed:
    if not _YEARS[0] <= year <= _YEARS[1]:
        return Parsed(fault="intake.cell.date")
    try:
        return Parsed(date(year, month, day), repair)
    except ValueError:
        return Parsed(fault="intake.cell.date")


def _choice(column: Column, _raw: Raw, cleaned: str) -> Parsed:
    word = _plain(cleaned).casefold()
    for value, others in column.choices.items():
        if cleaned == value:
            return Parsed(value)
        if word == value.casefold() or any(word == _plain(o).casefold() for o in others):
            return Parsed(value)
    known = "、".join(
        f"{value}" if not others or not value.isascii() else f"{others[0]}（{value}）"
        for value, others in column.choices.items()
    )
    return Parsed(fault="intake.cell.choice", values={"known": known})


def _flag(_column: Column, raw: Raw, cleaned: str) -> Parsed:
    word = written(raw).casefold() if not isinstance(raw, str) else _plain(cleaned).casefold()
    if word in _TRUE:
        return Parsed(value=True)
    if word in _FALSE:
        return Parsed(value=False)
    return Parsed(fault="intake.cell.flag")


def _colour(_column: Column, _raw: Raw, cleaned: str) -> Parsed:
    plain = _plain(cleaned)
    if _COLOUR.fullmatch(plain):
        return Parsed(plain.lower())
    return Parsed(fault="intake.cell.colour")


_PARSERS: Mapping[Kind, Callable[[Column, Raw, str], Parsed]] = MappingProxyType(
    {
        Kind.TEXT: _text,
        Kind.CODE6: _code,
        Kind.CODE9: _code,
        Kind.CODE12: _code,
        Kind.NUMBER: _number,
        Kind.COUNT: _count,
        Kind.DATE: _date,
        Kind.LON: _degrees,
        Kind.LAT: _degrees,
        Kind.CHOICE: _choice,
        Kind.FLAG: _flag,
        Kind.COLOUR: _colour,
    }
)
