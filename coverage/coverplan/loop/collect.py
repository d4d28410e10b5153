"""Thirty returned files become one set of tables; each row is accounted for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coverplan import schema
from coverplan.intake.inputs import read_inputs
from coverplan.intake.ledger import RowBook
from coverplan.intake.tables import read_table
from coverplan.loop.answer_checks import check_answer, lists_of
from coverplan.loop.answers import Answer, read_answer, set_file_aside
from coverplan.loop.board import Standing
from coverplan.loop.desk import Desk
from coverplan.loop.enclosed import blank, enclosed
from coverplan.loop.formbook import FormId, Page, Paper
from coverplan.loop.forms import Issue, papers
from coverplan.loop.freeform import Free, read_free
from coverplan.loop.inbox import Arrival, Sorted, arrivals, sorted_out
from coverplan.loop.merged import Merged
from coverplan.loop.merging import Merger, is_sum
from coverplan.loop.prefill import status_zh
from coverplan.loop.returning import fresh_paper, returned_paper
from coverplan.loop.sheets import CHECKS
from coverplan.loop.verification import Doubt, doubts, spot_check
from coverplan.text import say

__all__ = ["Collected", "collect", "spot_paper"]


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """
    What came of an inbox.

    Parameters
    ----------
    issue
        What the forms were made from.
    base
        The plan's tables as they were.
    merged
        The tables with the answers in them.
    before
        Venue id -> its row as it was known.
    standings
        How every unit stands.
    returned
        Forms that go back.
    files
        Every file, its fate and why: (file, fate, unit, reason).
    doubts
        Answers that cannot well be true.
    drawn
        Ids of the venues to check.
    untrue
        Ids of the venues that a check found untrue: they do not count as open.
    book
        The account of every row.
    """

    issue: Issue
    base: Merged
    merged: Merged
    before: Mapping[str, Mapping[str, Any]]
    standings: tuple[Standing, ...]
    returned: tuple[Paper, ...]
    files: tuple[tuple[str, str, str, str], ...]
    doubts: tuple[Doubt, ...]
    drawn: tuple[str, ...]
    untrue: tuple[str, ...]
    book: RowBook


def collect(inbox: Path, desk: Desk) -> Collected:
    """
    Read everything in an inbox and merge what can stand.

    Parameters
    ----------
    inbox
        The folder in which the returned files lie, under any names.
    desk
        The quarter.

    Returns
    -------
    Collected
        Nothing has been written. Every row of every file is taken, repaired or set aside.

    Raises
    ------
    InputError
        There is no such folder, or the plan itself cannot be read.
    """
    of = desk.issue()
    handed = {(paper.id.audience, paper.id.key): paper for paper in papers(of)}
    units = [*handed, ("check", "check")]
    slug, quarter = desk.plan.county.slug, str(desk.quarter)
    came = arrivals(inbox)
    blanks = {one.file: unit for one in came if (unit := _blank_of(one, handed, slug, quarter))}
    inside = sorted_out((one for one in came if one.file not in blanks), slug, quarter, units)
    scans = {one.file: one.unit for one in enclosed(inside, handed)}
    refused = tuple(one for one in inside.refused if one.file not in scans)
    inside = replace(inside, refused=refused)
    book = RowBook()
    lists = lists_of(of.inputs, desk.plan.county.name, _aliases(desk))
    now = read_inputs(desk.plan) if desk.earlier() else of.inputs
    merger = Merger(now, of.inputs, _positions(desk), desk.quarter)
    answers: dict[tuple[str, str], Answer] = {}
    for form in sorted(inside.forms, key=_order):
        answer = read_answer(form, _paper(form, handed, of), book)
        check_answer(answer, lists, desk.quarter)
        answers[_unit(form)] = answer
        _put_in(merger, answer, of)
    for arrival in inside.older:
        set_file_aside(arrival, book, "loop.row.older")
    for arrival in inside.refused:
        set_file_aside(arrival, book, "loop.row.file")
    for arrival in came:
        if arrival.file in blanks:
            set_file_aside(arrival, book, "loop.row.blank")
    free = tuple(read_free(arrival, lists, book) for arrival in inside.free)
    _put_free_in(merger, free)
    sums = merger.sums(of.asked.numbers, len(of.inputs.townships))
    merged = merger.result
    typed = {
        target: float(row["value"])
        for (target, year), row in merged.indicators.items()
        if year == desk.quarter.year and row.get("value") is not None and not is_sum(row)
    }
    doubtful = doubts(of.inputs, merged.venues.values(), merged.villages.values(), sums, typed)
    untrue, told = _untrue(answers, merger)
    again = {
        key
        for key, row in merged.venues.items()
        if row["status"] == "open" and merger.before.get(key, {}).get("status") == "disputed"
    }
    return Collected(
        of,
        merger.base,
        merged,
        merger.before,
        _standings(handed, answers, inside, free, book, _beside(blanks, scans)),
        _returned(handed, answers, inside),
        _files(inside, answers, free, [*_fates(blanks, scans, handed)]),
        (*doubtful, *told),
        spot_check(merged.venues.values(), desk.plan.demand.seed, quarter, again={*untrue, *again}),
        untrue,
        book,
    )


def spot_paper(found: Collected) -> Paper:
    """
    Return the form on which the office enters what a call or a visit found.

    Parameters
    ----------
    found
        What was collected.
    """
    of = found.issue
    types = of.inputs.venue_types["zh"]
    rows = [
        {
            **{name: found.merged.venues[key].get(name) for name in ("name", "township")},
            "id": key,
            "type": str(types[found.merged.venues[key]["type"]]),
            "status": status_zh(str(found.merged.venues[key]["status"])),
            "evidence": found.merged.venues[key].get("evidence"),
        }
        for key in found.drawn
    ]
    unit = of.plan.county.unit or of.plan.county.name
    return Paper(
        FormId(of.plan.county.slug, of.quarter, "check", "check"),
        say("loop.form.check_title", "zh", quarter=of.quarter.zh),
        unit,
        [Page(CHECKS, rows)],
        [say("loop.form.check_note", "zh", n=len(rows))],
        {"unit": unit},
        example=of.plan.outputs.example,
    )


def _unit(arrival: Arrival) -> tuple[str, str]:
    return (arrival.id.audience, arrival.id.key) if arrival.id else ("", "")


def _order(arrival: Arrival) -> tuple[int, str]:
    audiences = ("township", "department", "office", "check")
    audience, key = _unit(arrival)
    return audiences.index(audience), key


def _paper(form: Arrival, handed: Mapping[tuple[str, str], Paper], of: Issue) -> Paper:
    if _unit(form) in handed:
        return handed[_unit(form)]
    # a spot check: which venues were drawn stands on its own hidden page
    rows = [{"id": codes[0]} for codes in (form.keys or {}).get(CHECKS.contract.name, ())]
    unit = of.plan.county.unit or of.plan.county.name
    title = say("loop.form.check_title", "zh", quarter=of.quarter.zh)
    return Paper(
        form.id or FormId("", of.quarter, "check", "check"), title, unit, [Page(CHECKS, rows)]
    )


def _put_in(merger: Merger, answer: Answer, of: Issue) -> None:
    if answer.paper.id.audience == "township":
        merger.township(answer, of.asked.village_types)
    elif answer.paper.id.audience in {"department", "office"}:
        merger.department(answer)


def _untrue(
    answers: Mapping[tuple[str, str], Answer], merger: Merger
) -> tuple[tuple[str, ...], tuple[Doubt, ...]]:
    """Return the ids that a check found untrue, and what to ask; their forms gain a fault."""
    answer = answers.get(("check", "check"))
    if answer is None:
        return (), ()
    keys = tuple(
        key for key in merger.checks(answer) if merger.result.venues[key]["status"] == "disputed"
    )
    told = []
    for key in keys:
        venue = merger.result.venues[key]
        for one in answers.values():
            _send_back(one, key, venue)
        reason = say("loop.doubt.untrue", "zh")
        told.append(Doubt(str(venue["township"]), str(venue["name"]), status_zh("open"), reason))
    return keys, tuple(told)


def _send_back(answer: Answer, key: str, venue: Mapping[str, Any]) -> None:
    """Mark the row of a form that names a venue which a check found untrue."""
    reading = answer.readings.get("form_venues")
    if reading is None or reading.table is None:
        return
    rows = reading.table.rows
    for line in range(len(rows)):
        own = str(rows["id"].iloc[line] or "")
        same = not own and (rows["type_id"].iloc[line], rows["name"].iloc[line]) == (
            venue["type"],
            venue["name"],
        )
        here = answer.paper.id.audience != "township" or answer.paper.unit == venue["township"]
        if own == key or (same and here):
            answer.fault(reading, line, "status", "loop.check.untrue")


def _put_free_in(merger: Merger, free: tuple[Free, ...]) -> None:
    merged = merger.result
    for one in free:
        for row in one.rows:
            if one.kind == "venues":
                merger.free_venue(row)
            elif one.kind in {"asked_villages", "asked_seats"} and row["minutes"] is None:
                continue
            elif one.kind == "asked_villages":
                merged.villages.setdefault(row["code12"], row)
            elif one.kind == "asked_seats":
                merged.seats.setdefault((row["from_code9"], row["to_code9"]), row)
            elif one.kind == "indicators":
                merged.indicators.setdefault((row["target"], int(row["year"])), row)
            elif one.kind == "reports":
                merged.reports.setdefault((row["township"], row["type"]), row)


def _standings(
    handed: Mapping[tuple[str, str], Paper],
    answers: Mapping[tuple[str, str], Answer],
    inside: Sorted,
    free: tuple[Free, ...],
    book: RowBook,
    beside: Mapping[tuple[str, str], list[str]],
) -> tuple[Standing, ...]:
    counts = book.counts()
    found = []
    for unit, paper in handed.items():
        answer = answers.get(unit)
        unread = [one for one in inside.refused if _unit(one) == unit]
        notes = [
            say("loop.note.older", "zh", file=o.file) for o in inside.older if _unit(o) == unit
        ]
        notes += [say("loop.note.unread", "zh", file=one.file) for one in unread]
        notes += [
            say("loop.note.perhaps", "zh", file=one.file)
            for one in inside.refused
            if one.id is None and _named(one.file, paper)
        ]
        notes += [
            say("loop.note.free", "zh", file=one.arrival.file)
            for one in free
            if one.kind == "venues" and any(r["township"] == paper.unit for r in one.rows)
        ]
        notes += beside.get(unit, [])
        if answer is None:
            state = "returned" if unread else "silent"
            faults = sum(len(one.problems) for one in unread)
            found.append(Standing(unit[0], paper.unit, state, faults=faults, note="；".join(notes)))
            continue
        fates = counts.get(answer.arrival.file, {})
        day = answer.signed.get("reported_on")
        found.append(
            Standing(
                unit[0],
                paper.unit,
                "returned" if answer.faults else "reported",
                answer.arrival.file,
                answer.arrival.id.version if answer.arrival.id else 0,
                str(answer.signed.get("reporter", "")),
                "" if day is None else day.isoformat(),
                fates.get("taken", 0),
                fates.get("repaired", 0),
                fates.get("set_aside", 0),
                len(answer.faults),
                "；".join(notes),
            )
        )
    return tuple(found)


def _named(file: str, paper: Paper) -> bool:
    # a hint for the planner only: whose an unreadable file may be; nothing is merged by it
    return paper.unit in file or (paper.id.audience == "township" and paper.id.key in file)


def _returned(
    handed: Mapping[tuple[str, str], Paper],
    answers: Mapping[tuple[str, str], Answer],
    inside: Sorted,
) -> tuple[Paper, ...]:
    back = [returned_paper(answer) for answer in answers.values() if answer.faults]
    for arrival in inside.refused:
        paper = handed.get(_unit(arrival))
        if paper is not None and _unit(arrival) not in answers:
            if any(old.id.key == paper.id.key for old in back):
                continue
            version = arrival.id.version if arrival.id else 1
            back.append(fresh_paper(paper, arrival.problems, version))
    return tuple(back)


def _blank_of(
    arrival: Arrival, handed: Mapping[tuple[str, str], Paper], slug: str, quarter: str
) -> tuple[str, str] | None:
    """Return whose form came back as it was handed out, or None."""
    form = arrival.id
    paper = handed.get(_unit(arrival))
    if form is None or paper is None or arrival.problems:
        return None
    ours = form.county == slug and str(form.quarter) == quarter
    return _unit(arrival) if ours and blank(arrival, paper) else None


def _beside(
    blanks: Mapping[str, tuple[str, str]], scans: Mapping[str, tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """Return what to note of a unit beside its form."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, files in (("blank", blanks), ("enclosed", scans)):
        for file, unit in files.items():
            found.setdefault(unit, []).append(say(f"loop.note.{name}", "zh", file=file))
    return found


def _fates(
    blanks: Mapping[str, tuple[str, str]],
    scans: Mapping[str, tuple[str, str]],
    handed: Mapping[tuple[str, str], Paper],
) -> Iterable[tuple[str, str, str, str]]:
    for fate, files in (("blank", blanks), ("enclosed", scans)):
        for file, unit in files.items():
            yield file, fate, handed[unit].unit, ""


def _files(
    inside: Sorted,
    answers: Mapping[tuple[str, str], Answer],
    free: tuple[Free, ...],
    more: Iterable[tuple[str, str, str, str]],
) -> tuple[tuple[str, str, str, str], ...]:
    rows = [*more]
    for answer in answers.values():
        fate = "returned" if answer.faults else "taken"
        rows.append((answer.arrival.file, fate, answer.paper.unit, ""))
    for one in free:
        fate = "free" if one.kind else "refused"
        reason = "" if one.kind else "；".join(p.text("zh") for p in one.problems)
        rows.append((one.arrival.file, fate, "", reason))
    for fate, group in (("older", inside.older), ("refused", inside.refused)):
        for arrival in group:
            reason = "；".join(problem.text("zh") for problem in arrival.problems)
            rows.append((arrival.file, fate, "", reason))
    return tuple(sorted(rows))


def _positions(desk: Desk) -> dict[str, tuple[Any, Any]]:
    """Return each venue's position as the plan's own files give it, in the plan's own datum."""
    found: dict[str, tuple[Any, Any]] = {}
    for path in desk.plan.venues.files:
        rows = read_table(path, schema.VENUES, file=desk.plan.name_of(path)).rows
        for key, lon, lat in zip(rows["id"], rows["lon"], rows["lat"], strict=True):
            found[str(key)] = (lon, lat)
    return found


def _aliases(desk: Desk) -> tuple[tuple[str, str], ...]:
    path = desk.plan.townships.aliases
    if path is None:
        return ()
    rows = read_table(path, schema.ALIASES, file=desk.plan.name_of(path)).rows
    return tuple(zip(rows["alias"], rows["code9"], strict=True))
