"""What contradicts itself in a returned form, or the lists that the county keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from coverplan.domain import Inputs
from coverplan.errors import Problem, Severity, Where
from coverplan.intake.cells import shown
from coverplan.intake.matching import TypeNames
from coverplan.intake.names import TownshipNames, VillageNames, bare_name
from coverplan.intake.tables import Table
from coverplan.loop.answers import Answer, Reading
from coverplan.loop.quarters import Quarter

__all__ = ["Lists", "check_answer", "lists_of", "silent_types"]


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """
    What names in a form may mean.

    Parameters
    ----------
    types
        Venue types.
    townships
        The county's townships.
    villages
        Its villages; None where the plan has no list.
    known
        (code9, type, bare name) -> id of every known venue.
    """

    types: TypeNames
    townships: TownshipNames
    villages: VillageNames | None
    known: Mapping[tuple[str, str, str], str]


def lists_of(inputs: Inputs, county: str, aliases: Sequence[tuple[str, str]] = ()) -> Lists:
    """
    Return what names in a form may mean.

    Parameters
    ----------
    inputs
        What is known.
    county
        Name of the county.
    aliases
        (alias, code9) of the plan.
    """
    names = {str(code): str(name) for code, name in inputs.townships["name"].items()}
    villages = {str(code): str(name) for code, name in inputs.villages["name"].items()}
    venues = inputs.venues
    known = {
        (code9, kind, bare_name(name)): str(key)
        for key, code9, kind, name in zip(
            venues.index, venues["code9"], venues["type"], venues["name"], strict=True
        )
    }
    return Lists(
        TypeNames(inputs.venue_types.reset_index()),
        TownshipNames(names, tuple(aliases), (county,)),
        VillageNames(villages) if villages else None,
        known,
    )


def check_answer(answer: Answer, lists: Lists, quarter: Quarter) -> None:
    """
    Enter every contradiction of a returned form: between cells, sheets and the county's lists.

    Parameters
    ----------
    answer
        The form; its table of venues gains the columns `code9`, `code12` and `type` as an id.
    lists
        What names may mean.
    quarter
        The quarter that is collected.
    """
    venues = answer.readings.get("form_venues")
    if venues is not None and venues.table is not None:
        _match_places(answer, venues, lists)
        _check_dates(answer, venues, quarter)
        _check_twice(answer, venues, lists)
    schools = answer.readings.get("form_schools")
    if schools is not None and schools.table is not None:
        _match_places(answer, schools, lists)
    _check_zero(answer)
    _check_signed(answer, quarter)


def _match_places(answer: Answer, reading: Reading, lists: Lists) -> None:
    table = reading.table
    if table is None:
        return
    rows = table.rows
    codes, codes12, types = [], [], []
    for line in range(len(rows)):
        code9 = answer.paper.id.key
        if "township" in rows.columns:
            text = str(rows["township"].iloc[line])
            match = lists.townships.match(text)
            code9 = match.code if match.how.sure else ""
            if not code9:
                hint = "、".join(match.suggestions) or "—"
                answer.fault(reading, line, "township", "loop.township.unknown", hint=hint)
        codes.append(code9)
        codes12.append(_village(answer, reading, line, lists, code9))
        kind = ""
        if "type" in rows.columns:
            text = str(rows["type"].iloc[line])
            kind = lists.types.of(text)
            if not kind:
                nearest = lists.types.nearest(text)
                answer.fault(reading, line, "type", "intake.type.unknown", nearest=nearest)
        types.append(kind)
    rows["code9"] = pd.Series(codes, dtype="str", index=rows.index)
    rows["code12"] = pd.Series(codes12, dtype="str", index=rows.index)
    rows["type_id"] = pd.Series(types, dtype="str", index=rows.index)


def _village(answer: Answer, reading: Reading, line: int, lists: Lists, code9: str) -> str:
    table = reading.table
    if table is None or lists.villages is None or not code9:
        return ""
    text = str(table.rows["village"].iloc[line] or "")
    if not text:
        return ""
    match = lists.villages.match(code9, text)
    if match.how.sure:
        return match.code
    elsewhere = [
        lists.townships.names[code]
        for code in lists.townships.names
        if code != code9 and lists.villages.match(code, text).how.sure
    ]
    if elsewhere:
        values = {"where": "、".join(elsewhere[:3])}
        answer.fault(reading, line, "village", "loop.village.elsewhere", **values)
    else:
        hint = "、".join(match.suggestions) or "—"
        answer.fault(reading, line, "village", "loop.village.unknown", hint=hint)
    return ""


def _check_dates(answer: Answer, reading: Reading, quarter: Quarter) -> None:
    table = reading.table
    if table is None:
        return
    end = pd.Timestamp(quarter.last_day)
    rows = table.rows
    for line in range(len(rows)):
        opened, closed = rows["opened_on"].iloc[line], rows["closed_on"].iloc[line]
        status = rows["status"].iloc[line]
        if pd.notna(opened) and pd.notna(closed) and closed < opened:
            answer.fault(reading, line, "closed_on", "loop.venue.closed_first")
        elif status == "closed" and pd.isna(closed):
            answer.fault(reading, line, "closed_on", "loop.venue.closed_undated")
        elif status == "open" and pd.notna(opened) and opened > end:
            answer.fault(reading, line, "opened_on", "loop.venue.not_yet", day=str(end.date()))
        elif status == "open" and pd.notna(closed) and closed <= end:
            answer.fault(reading, line, "status", "loop.venue.closed_open")
        elif status == "open" and pd.isna(opened):
            answer.ask(reading, line, "opened_on", "loop.venue.undated")


def _check_twice(answer: Answer, reading: Reading, lists: Lists) -> None:
    table = reading.table
    if table is None:
        return
    rows = table.rows
    seen: dict[tuple[str, str, str], int] = {}
    for line in range(len(rows)):
        key = (
            rows["code9"].iloc[line],
            rows["type_id"].iloc[line],
            bare_name(str(rows["name"].iloc[line])),
        )
        own = str(rows["id"].iloc[line] or "")
        if not all(key):
            continue
        if key in seen:
            first = table.where(seen[key]).row or 0
            answer.fault(reading, line, "name", "loop.venue.twice", first=first)
            continue
        seen[key] = line
        known = lists.known.get(key)
        if not own and known is not None:
            answer.fault(reading, line, "id", "loop.venue.known", id=known)


def silent_types(answer: Answer) -> tuple[str, ...]:
    """
    Return the types about which a form says nothing: neither ticked as none nor listed.

    Parameters
    ----------
    answer
        The form, checked.
    """
    programmes = answer.readings.get("form_programmes")
    if programmes is None or programmes.table is None:
        return ()
    listed = _listed(answer)
    rows = _ticks(programmes.table)
    return tuple(key for _, key, ticked in rows if not ticked and key not in listed)


def _ticks(table: Table) -> Iterable[tuple[int, str, bool]]:
    for line, (key, zero) in enumerate(zip(table.rows["type"], table.rows["zero"], strict=True)):
        yield line, str(key), zero == "yes"


def _check_zero(answer: Answer) -> None:
    """Hold 零报告 ticks against what is listed; ask for types about which nothing is said."""
    programmes = answer.readings.get("form_programmes")
    if programmes is None or programmes.table is None:
        return
    listed = _listed(answer)
    for line, key, ticked in _ticks(programmes.table):
        present = listed.get(key)
        if ticked and present:
            names = "、".join(present[:5])
            answer.fault(
                programmes, line, "zero", "loop.zero.conflict", names=names, count=len(present)
            )
        elif not ticked and present is None:
            answer.fault(programmes, line, "zero", "loop.zero.silent")


def _listed(answer: Answer) -> dict[str, list[str]]:
    """Return type -> names of what exists; a type asked by village is there once all answered."""
    found: dict[str, list[str]] = {}
    venues = answer.readings.get("form_venues")
    if venues is not None and venues.table is not None:
        rows = venues.table.rows
        for kind, name, status in zip(rows["type_id"], rows["name"], rows["status"], strict=True):
            names = found.setdefault(kind, [])
            if status != "closed":
                names.append(shown(name))
    villages = answer.readings.get("form_villages")
    if villages is not None and villages.table is not None:
        rows = villages.table.rows
        columns = [c.name for c in villages.page.sheet.contract.columns]
        for key in columns[columns.index("mode") + 1 : columns.index("note")]:
            yes = [shown(name) for name in rows["name"][rows[key] == "yes"]]
            complete = len(rows) == len(villages.page.rows) and rows[key].isin(["yes", "no"]).all()
            if yes or complete:
                found[key] = yes
    return found


def _check_signed(answer: Answer, quarter: Quarter) -> None:
    day = answer.signed.get("reported_on")
    if day is not None and day < quarter.first_day:
        where = Where(answer.arrival.file)
        values: dict[str, Any] = {"quarter": quarter.zh}
        problem = Problem("loop.sign.early", where, str(day), values, Severity.NOTE)
        answer.book.add(problem)
