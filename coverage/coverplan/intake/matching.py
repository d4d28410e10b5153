"""Names in a table become keys: townships, villages, types; doubtful ones become questions."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from coverplan.errors import Problem, Severity, Where
from coverplan.intake.cells import shown
from coverplan.intake.ledger import Line
from coverplan.intake.names import How, Match, TownshipNames, VillageNames, bare_name
from coverplan.intake.tables import Table

if TYPE_CHECKING:  # annotations only
    import pandas as pd

__all__ = [
    "TypeNames",
    "known_codes",
    "match_codes",
    "match_townships",
    "match_types",
    "match_villages",
    "split_words",
]

_SEPARATORS = re.compile(r"[;；,，、|/\s]+")
_REPAIRED = frozenset({How.CODE, How.ALIAS, How.STEM, How.KIND})


def split_words(text: str) -> tuple[str, ...]:
    """
    Return the words of a cell that holds several.

    Parameters
    ----------
    text
        Words parted by 、；, or the like.

    Examples
    --------
    >>> split_words("教学点、共享科技馆")
    ('教学点', '共享科技馆')
    """
    return tuple(word for word in _SEPARATORS.split(text) if word)


def match_townships(table: Table, names: TownshipNames) -> None:
    """
    Give a table the columns `code9` and, in full, `township`, from its column `township`.

    Parameters
    ----------
    table
        Its `rows` are changed in place; a name that is not sure sets its row aside.
    names
        The county's townships.
    """

    def asked(line: int, text: str) -> Match:
        match = names.match(text)
        if match.how.sure:
            full = names.names[match.code]
            if match.how in _REPAIRED and bare_name(text, names.county) != full:
                where = table.where(line, "township")
                line_of = Line("intake.repair.township", where.column, shown(text), full)
                table.book.repair(where, line_of)
            if match.how is How.KIND:
                _ask(table, line, "township", "intake.township.kind", text, now=full)
        else:
            table.book.add(_unsure(match, table.where(line, "township"), text))
        return match

    for where, text in _faulty_texts(table, "township"):
        match = names.match(text)
        if not match.how.sure:
            table.book.add(_unsure(match, where, text))
    codes = [asked(line, text).code for line, text in enumerate(table.rows["township"])]
    table.rows["code9"] = _texts(codes)
    table.rows["township"] = _texts([names.names.get(code, "") for code in codes])


def _unsure(match: Match, where: Where, text: str) -> Problem:
    values = {"suggestions": "、".join(match.suggestions)}
    return Problem(f"intake.township.{_word(match)}", where, shown(text), values, Severity.ROW)


def _faulty_texts(table: Table, column: str) -> Iterator[tuple[Where, str]]:
    """Yield the texts of a column in the rows that have been set aside for another cell."""
    for sheet, row, record in table.faulty:
        text = record.get(column)
        if text:
            yield table.at(sheet, row, column), str(text)


def match_codes(table: Table, column: str, names: TownshipNames | None) -> None:
    """
    Turn former township codes into today's; a code that is not known sets its row aside.

    Parameters
    ----------
    table
        Its `rows` are changed in place.
    column
        Column of 9-digit codes; empty cells pass.
    names
        The county's townships, whose aliases hold the former codes; None lets every code pass.
    """
    if names is None:
        return
    codes = []
    for line, code in enumerate(table.rows[column]):
        match = names.match(code) if code and code not in names.names else None
        codes.append(code if match is None else match.code)
        if match is None:
            continue
        where = table.where(line, column)
        if match.how is How.ALIAS:
            repair = Line("intake.repair.crosswalk", where.column, code, match.code)
            table.book.repair(where, repair)
        else:
            split = match.how is How.SPLIT
            key = "intake.township.split" if split else "intake.township.code"
            values = {"suggestions": "、".join(match.suggestions)}
            table.book.add(Problem(key, where, shown(code), values, Severity.ROW))
    table.rows[column] = _texts(codes)


def match_villages(
    table: Table, names: VillageNames | None, towns: Mapping[str, str] | None = None
) -> None:
    """
    Give a table the column `code12` from its columns `code9` and `village`.

    A village that is not known does not stop anything: the township decides membership, and the
    question stands in the ledger.

    Parameters
    ----------
    table
        With `code9`; its `rows` are changed in place.
    names
        The county's villages; None where the plan has no list.
    towns
        code9 -> name: where another township has the village, the question names it.
    """
    codes = []
    pairs = zip(table.rows["code9"], table.rows["village"], strict=True)
    for line, (code9, text) in enumerate(pairs):
        if not text or not code9 or names is None:
            codes.append("")
            continue
        match = names.match(code9, text)
        codes.append(match.code)
        if match.how is How.KIND:
            _ask(table, line, "village", "intake.village.kind", text, now=names.names[match.code])
        elif not match.how.sure and towns and (there := names.elsewhere(code9, text)):
            values = {"there": "、".join(towns.get(code, code) for code in there)}
            values["here"] = towns.get(code9, code9)
            _ask(table, line, "village", "intake.village.elsewhere", text, **values)
        elif not match.how.sure:
            values = {"suggestions": "、".join(match.suggestions)}
            _ask(table, line, "village", f"intake.village.{_word(match)}", text, **values)
    table.rows["code12"] = _texts(codes)


class TypeNames:
    """
    The venue types, by id, by Chinese or English name, and by the short name that pages bear.

    Parameters
    ----------
    types
        Frame with the columns `id, zh, en`, and `short_zh` where types have short names.
    """

    def __init__(self, types: "pd.DataFrame") -> None:
        self.zh: Mapping[str, str] = dict(zip(types["id"], types["zh"], strict=True))
        self._ids: dict[str, str] = {}
        for column in ("short_zh", "en", "zh", "id"):  # of equal names the last one counts
            for name, key in zip(types.get(column, ()), types["id"], strict=False):
                self._ids[bare_name(name)] = key
        self._ids.pop("", None)

    def of(self, text: str) -> str:
        """
        Return the id that a word means, or an empty text.

        Parameters
        ----------
        text
            Id or name of a type.
        """
        return self._ids.get(bare_name(text), "")

    def nearest(self, text: str) -> str:
        """
        Return the names that may be meant, or all of them where none is near.

        Parameters
        ----------
        text
            A word that is no type.
        """
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - for unknown types only

        found = process.extract(
            bare_name(text), list(self._ids), scorer=fuzz.partial_ratio, limit=3, score_cutoff=60
        )
        ids = dict.fromkeys(self._ids[name] for name, _, _ in found)
        return "、".join(f"{self.zh[key]}（{key}）" for key in (ids or self.zh))


def match_types(table: Table, types: TypeNames, column: str, *, many: bool = False) -> None:
    """
    Turn a column of venue types into ids; an unknown type sets its row aside.

    Parameters
    ----------
    table
        Its `rows` are changed in place.
    types
        The venue types.
    column
        The column; empty cells stay empty.
    many
        Whether a cell may hold several types; they are written back parted by `;`.
    """

    def known(where: Where, text: str) -> str:
        found = []
        for word in split_words(text) if many else ([text] if text else []):
            key = types.of(word)
            if key:
                found.append(key)
            else:
                values = {"nearest": types.nearest(word)}
                problem = Problem("intake.type.unknown", where, shown(word), values, Severity.ROW)
                table.book.add(problem)
        return ";".join(dict.fromkeys(found))

    for where, text in _faulty_texts(table, column):
        known(where, text)
    rows = enumerate(table.rows[column])
    table.rows[column] = _texts([known(table.where(line, column), text) for line, text in rows])


def known_codes(
    table: Table, column: str, known: Callable[[str], bool], key: str, **values: str
) -> None:
    """
    Set rows aside whose code is not on the list.

    Parameters
    ----------
    table
        The table.
    column
        Column of the codes; empty cells pass.
    known
        Whether a code is on the list.
    key
        Message key.
    **values
        What the message names.
    """
    for line, code in enumerate(table.rows[column]):
        if code and not known(code):
            where = table.where(line, column)
            table.book.add(Problem(key, where, shown(code), values, Severity.ROW))


def _word(match: Match) -> str:
    if match.how is How.NONE:
        return "perhaps" if match.suggestions else "unknown"
    return match.how.value


def _ask(table: Table, line: int, column: str, key: str, found: str, **values: str) -> None:
    problem = Problem(key, table.where(line, column), shown(found), values, Severity.NOTE)
    table.book.add(problem)


def _texts(values: list[str]) -> "pd.Series":
    import pandas as pd  # noqa: PLC0415 - heavy

    return pd.Series(values, dtype="str")
