"""Lists of a sender's own making: read as any table, matched, and entered only where sure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from coverplan import schema
from coverplan.errors import InputError, Problem, Severity
from coverplan.intake.cells import shown
from coverplan.intake.ledger import RowBook
from coverplan.intake.matching import match_townships, match_types, match_villages
from coverplan.intake.tables import Table, table_of
from coverplan.loop.answer_checks import Lists
from coverplan.loop.answers import set_file_aside
from coverplan.loop.inbox import Arrival
from coverplan.schema import TableContract

__all__ = ["Free", "read_free"]


def _loose(contract: TableContract, *names: str) -> TableContract:
    columns = tuple(
        replace(column, required=False) if column.name in names else column
        for column in contract.columns
    )
    return replace(contract, columns=columns, key=())


_KINDS: tuple[TableContract, ...] = (
    _loose(schema.VENUES, "id"),
    schema.ASKED_VILLAGES,
    schema.ASKED_SEATS,
    schema.INDICATORS,
    schema.REPORTS,
)
"""In the order in which they are tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Free:
    """
    A list that is no form of ours.

    Parameters
    ----------
    arrival
        The file.
    kind
        Name of the contract that it meets; empty where none.
    rows
        Its rows that are sure.
    problems
        What is wrong with it.
    """

    arrival: Arrival
    kind: str
    rows: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]


def read_free(arrival: Arrival, lists: Lists, book: RowBook) -> Free:
    """
    Read a file without a form id by what its headers say.

    Parameters
    ----------
    arrival
        The file.
    lists
        What names may mean.
    book
        Where its rows are entered.
    """
    faults: list[tuple[int, InputError]] = []
    for contract in _KINDS:
        try:
            table = table_of(arrival.visible, contract, file=arrival.file, book=book)
        except InputError as fault:
            faults.append((len(fault.problems), fault))
            continue
        _MATCHES.get(contract.name, _nothing)(table, lists)
        frame = table.frame
        return Free(arrival, contract.name, tuple(_plain(frame)), _own(book, arrival.file))
    _, nearest = min(faults, key=lambda pair: pair[0])
    refused = replace_problems(arrival, nearest.problems)
    set_file_aside(refused, book, "loop.row.file")
    return Free(refused, "", (), refused.problems)


def replace_problems(arrival: Arrival, problems: Iterable[Problem]) -> Arrival:
    """
    Return an arrival with the reasons why it cannot be taken.

    Parameters
    ----------
    arrival
        The file.
    problems
        The reasons.
    """
    return Arrival(
        arrival.file, arrival.grids, arrival.id, arrival.keys, arrival.modified, tuple(problems)
    )


def _venues(table: Table, lists: Lists) -> None:
    match_types(table, lists.types, "type")
    match_townships(table, lists.townships)
    match_villages(table, lists.villages)


def _reports(table: Table, lists: Lists) -> None:
    match_types(table, lists.types, "type")
    match_townships(table, lists.townships)


def _villages(table: Table, lists: Lists) -> None:
    names = {} if lists.villages is None else lists.villages.names
    for line, code in enumerate(table.rows["code12"]):
        if code not in names:
            where = table.where(line, "code12")
            table.book.add(_row(Problem("intake.village.code", where, shown(code))))


def _seats(table: Table, lists: Lists) -> None:
    for column in ("from_code9", "to_code9"):
        for line, code in enumerate(table.rows[column]):
            if code not in lists.townships.names:
                where = table.where(line, column)
                table.book.add(_row(Problem("intake.township.code", where, shown(code))))


def _nothing(_table: Table, _lists: Lists) -> None:
    return


_MATCHES: Mapping[str, Callable[[Table, Lists], None]] = {
    "venues": _venues,
    "reports": _reports,
    "asked_villages": _villages,
    "asked_seats": _seats,
}


def _row(problem: Problem) -> Problem:
    return replace(problem, severity=Severity.ROW)


def _own(book: RowBook, file: str) -> tuple[Problem, ...]:
    return tuple(problem for problem in book.problems if problem.where.file == file)


def _plain(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    for row in frame.to_dict("records"):
        yield {str(name): (None if pd.isna(value) else _cell(value)) for name, value in row.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value
