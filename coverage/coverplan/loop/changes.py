"""What changed between two counts of one county: in sentences, and as a table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from coverplan.domain import Inputs
from coverplan.loop.prefill import status_zh
from coverplan.presence import open_at
from coverplan.report.csv_out import write_csv
from coverplan.report.form import Book, Column
from coverplan.text import say

__all__ = ["Change", "Changes", "TypeCount", "changes_between", "sentences", "write_changes"]

_NAMED = 8
"""So many venues are named in a sentence; the table names all."""


@dataclass(frozen=True, slots=True)
class TypeCount:
    """
    How many venues of a type were and are open.

    Parameters
    ----------
    type
        Id of the type.
    before, after
        Open venues at either count.
    new, closed
        Names of those that are open now and were not, and the reverse.
    """

    type: str
    before: int
    after: int
    new: tuple[str, ...]
    closed: tuple[str, ...]

    @property
    def net(self) -> int:
        """Return how many more are open than before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Change:
    """
    One venue that is not as it was.

    Parameters
    ----------
    id, name, type, township
        Which.
    kind
        `"new"`, `"closed"` (open or not) or `"status"` (its status changed, open neither time).
    before, after
        Its status; empty where it was not listed.
    """

    id: str
    name: str
    type: str
    township: str
    kind: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """
    What changed between two counts.

    Parameters
    ----------
    before, after
        Names of the counts.
    types
        One count a venue type.
    venues
        Every venue that changed.
    answers
        (township, type, before, after) of each answer that changed.
    minutes
        How many villages have an answer now and had none.
    """

    before: str
    after: str
    types: tuple[TypeCount, ...]
    venues: tuple[Change, ...]
    answers: tuple[tuple[str, str, str, str], ...]
    minutes: int


def changes_between(
    old: Inputs, new: Inputs, names: tuple[str, str], days: tuple[date, date]
) -> Changes:
    """
    Compare two counts of one county.

    Parameters
    ----------
    old, new
        What each was counted from.
    names
        What each is called.
    days
        The report date of each.

    Returns
    -------
    Changes
        For each type: after = before + new - closed.
    """
    then, now = _venues(old, days[0]), _venues(new, days[1])
    ids = sorted({*then.index, *now.index})
    found = [change for key in ids for change in _change(key, then, now)]
    types = []
    for kind in dict.fromkeys([*new.venue_types.index, *old.venue_types.index]):
        own = [change for change in found if change.type == kind]
        types.append(
            TypeCount(
                str(kind),
                int((then["open"] & (then["type"] == kind)).sum()),
                int((now["open"] & (now["type"] == kind)).sum()),
                tuple(change.name for change in own if change.kind == "new"),
                tuple(change.name for change in own if change.kind == "closed"),
            )
        )
    answered = _answered(new) - _answered(old)
    return Changes(*names, tuple(types), tuple(found), tuple(_answers(old, new)), len(answered))


def sentences(changes: Changes, type_names: dict[str, str], lang: str = "zh") -> list[str]:
    """
    Return sentences that say what changed, type by type.

    Parameters
    ----------
    changes
        What changed.
    type_names
        Type id -> name.
    lang
        `"zh"` or `"en"`.
    """
    total = TypeCount(
        "",
        sum(one.before for one in changes.types),
        sum(one.after for one in changes.types),
        tuple(name for one in changes.types for name in one.new),
        tuple(name for one in changes.types for name in one.closed),
    )
    lines = [
        say(
            "loop.changes.total",
            lang,
            before_name=changes.before,
            after_name=changes.after,
            **_numbers(total),
        )
    ]
    quiet = 0
    for one in changes.types:
        if not one.new and not one.closed:
            quiet += 1
            continue
        told = {"new_names": _listed(one.new, lang), "closed_names": _listed(one.closed, lang)}
        name = type_names.get(one.type, one.type)
        lines.append(say("loop.changes.type", lang, type=name, **_numbers(one), **told))
    lines += _disputed(changes, lang)
    if quiet:
        lines.append(say("loop.changes.quiet", lang, n=quiet))
    moved = [change for change in changes.venues if change.kind == "status"]
    if moved:
        told_moves = [
            f"{one.name}（{status_zh(one.before)}→{status_zh(one.after)}）" for one in moved
        ]
        names = "、".join(told_moves[:_NAMED])
        lines.append(say("loop.changes.status", lang, n=len(moved), names=names))
    steps = Counter((before, after) for _, _, before, after in changes.answers)
    if steps:
        told_steps = "，".join(
            f"{_answer(before)}→{_answer(after)} {count}"
            for (before, after), count in sorted(steps.items())
        )
        n = len(changes.answers)
        lines.append(say("loop.changes.answers", lang, n=n, steps=told_steps))
    lines += _untold(changes, type_names, lang)
    if changes.minutes:
        lines.append(say("loop.changes.minutes", lang, n=changes.minutes))
    return lines


def _disputed(changes: Changes, lang: str) -> list[str]:
    """Return which of the closed a spot check found untrue: nobody reported that they closed."""
    names = [one.name for one in changes.venues if one.after == "disputed" != one.before]
    if not names:
        return []
    told = "、".join(names[:_NAMED])
    return [say("loop.changes.disputed", lang, n=len(names), names=told)]


def _untold(changes: Changes, type_names: dict[str, str], lang: str) -> list[str]:
    """Return where a zero report of the last quarter was not repeated."""
    names = [
        f"{township}（{type_names.get(kind, kind)}）"
        for township, kind, before, after in changes.answers
        if (before, after) == ("none", "unreported")
    ]
    if not names:
        return []
    told = "、".join(names[:_NAMED])
    return [say("loop.changes.untold", lang, n=len(names), names=told)]


def write_changes(
    changes: Changes,
    type_names: dict[str, str],
    folder: Path,
    *,
    as_of: date,
    unit: str,
    example: bool,
) -> tuple[Path, ...]:
    """
    Write what changed as sentences, as a table for programs and as a workbook.

    Parameters
    ----------
    changes
        What changed.
    type_names
        Type id -> name.
    folder
        Where to.
    as_of
        Report date of the later count.
    unit
        Who reports.
    example
        Whether the data are illustrative.

    Returns
    -------
    tuple of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = sentences(changes, type_names)
    if example:
        lines.insert(0, say("report.example_long", "zh"))
    text, table, book = folder / "变化.txt", folder / "changes.csv", folder / "变化表.xlsx"
    text.write_bytes(("\r\n".join(lines) + "\r\n").encode("utf-8-sig"))
    columns = ["id", "name", "type", "township", "kind", "before", "after"]
    rows = [[getattr(one, name) for name in columns] for one in changes.venues]
    write_csv(pd.DataFrame(rows, columns=columns, dtype=object), table)
    with Book(book, "zh", as_of, example=example, unit=unit) as workbook:
        _type_sheet(workbook, changes, type_names)
        _venue_sheet(workbook, changes, type_names)
        _answer_sheet(workbook, changes, type_names)
    return text, table, book


def _venues(inputs: Inputs, as_of: date) -> pd.DataFrame:
    frame = inputs.venues[["name", "type", "township", "status", "opened_on", "closed_on"]]
    return pd.DataFrame(frame).assign(open=open_at(frame, as_of))


def _change(key: str, then: pd.DataFrame, now: pd.DataFrame) -> Iterable[Change]:
    old = then.loc[key] if key in then.index else None
    new = now.loc[key] if key in now.index else None
    was, is_now = old is not None and bool(old["open"]), new is not None and bool(new["open"])
    before = "" if old is None else str(old["status"])
    after = "" if new is None else str(new["status"])
    if old is not None and new is not None and was and is_now and old["type"] != new["type"]:
        # of another type now: one less there, one more here
        yield _entry(key, old, "closed", before, "")
        yield _entry(key, new, "new", "", after)
    elif is_now and not was:
        yield _entry(key, new, "new", before, after)
    elif was and not is_now:
        yield _entry(key, old, "closed", before, after)
    elif before != after and not is_now:
        yield _entry(key, old if new is None else new, "status", before, after)


def _entry(key: str, row: Any, kind: str, before: str, after: str) -> Change:
    name, of_type, township = (str(row[column]) for column in ("name", "type", "township"))
    return Change(key, name, of_type, township, kind, before, after)


def _answers(old: Inputs, new: Inputs) -> Iterable[tuple[str, str, str, str]]:
    names = new.townships["name"]
    for code9, kind in sorted({*old.reports.index, *new.reports.index}):
        before, after = (
            str(side.reports.loc[(code9, kind), "answer"])
            if (code9, kind) in side.reports.index
            else "unreported"
            for side in (old, new)
        )
        if before != after:
            yield str(names.get(code9, code9)), str(kind), before, after


def _answered(inputs: Inputs) -> set[str]:
    asked = inputs.asked_villages
    return set() if asked is None else set(asked.index[asked["minutes"].notna()])


def _numbers(one: TypeCount) -> dict[str, object]:
    return {
        "before": one.before,
        "after": one.after,
        "new": len(one.new),
        "closed": len(one.closed),
        "net": f"{one.net:+d}" if one.net else "0",
    }


def _listed(names: Sequence[str], lang: str) -> str:
    if not names:
        return ""
    told = "、".join(names[:_NAMED])
    if len(names) > _NAMED:
        told = say("loop.changes.and_more", lang, names=told, n=len(names))
    return f"（{told}）" if lang == "zh" else f" ({told})"


def _answer(answer: str) -> str:
    return say(f"loop.answer.{answer}", "zh")


def _type_sheet(book: Book, changes: Changes, names: dict[str, str]) -> None:
    title = say("loop.changes.by_type", "zh", before=changes.before, after=changes.after)
    form = book.form(say("loop.changes.types", "zh"), title, say("loop.changes.unit", "zh"), 7)
    types = [one for one in changes.types if one.before or one.after or one.new or one.closed]
    form.table(
        [
            Column(
                say("report.column.type_zh", "zh"),
                [names.get(one.type, one.type) for one in types],
                name="key",
            ),
            Column(changes.before, [one.before for one in types], "int", total=True),
            Column(say("loop.change.new", "zh"), [len(o.new) for o in types], "int", total=True),
            Column(
                say("loop.change.closed", "zh"), [len(o.closed) for o in types], "int", total=True
            ),
            Column(say("loop.changes.net", "zh"), [one.net for one in types], "int", total=True),
            Column(changes.after, [one.after for one in types], "int", total=True),
        ]
    )
    form.close()


def _venue_sheet(book: Book, changes: Changes, names: dict[str, str]) -> None:
    rows = changes.venues
    title = say("loop.changes.venues", "zh")
    form = book.form(title, title, say("loop.merged.file_count", "zh", n=len(rows)), 7)
    form.table(
        [
            Column(say("loop.changes.township", "zh"), [one.township for one in rows]),
            Column(say("loop.changes.name", "zh"), [one.name for one in rows], name="key"),
            Column(say("report.column.type_zh", "zh"), [names.get(o.type, o.type) for o in rows]),
            Column(
                say("loop.merged.change", "zh"),
                [say(f"loop.changes.kind_{one.kind}", "zh") for one in rows],
            ),
            Column(changes.before, [status_zh(one.before) or None for one in rows]),
            Column(changes.after, [status_zh(one.after) or None for one in rows]),
        ],
        total=False,
    )
    form.close()


def _answer_sheet(book: Book, changes: Changes, names: dict[str, str]) -> None:
    rows = changes.answers
    title = say("loop.changes.answer_sheet", "zh")
    form = book.form(title, title, say("loop.merged.file_count", "zh", n=len(rows)), 5)
    form.table(
        [
            Column(say("loop.changes.township", "zh"), [one[0] for one in rows], name="key"),
            Column(say("report.column.type_zh", "zh"), [names.get(o[1], o[1]) for o in rows]),
            Column(changes.before, [_answer(one[2]) for one in rows]),
            Column(changes.after, [_answer(one[3]) for one in rows]),
        ],
        total=False,
    )
    form.close()
