"""The forms of a quarter: one a township, one a lead department, one for the office itself."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from coverplan.config import Plan
from coverplan.domain import Inputs
from coverplan.loop.asking import Asked, Desk, asked_of
from coverplan.loop.formbook import FormId, Page, Paper, write_form
from coverplan.loop.prefill import (
    number_rows,
    programme_rows,
    school_rows,
    seat_rows,
    venue_rows,
    village_rows,
)
from coverplan.loop.quarters import Quarter
from coverplan.loop.sheets import (
    DEPARTMENT_NUMBERS,
    DEPARTMENT_VENUES,
    PROGRAMMES,
    SCHOOLS,
    SEATS,
    TOWNSHIP_NUMBERS,
    TOWNSHIP_VENUES,
    village_sheet,
)
from coverplan.report.document_letter import Letter
from coverplan.text import say

__all__ = ["Issue", "form_file", "issue", "papers", "write_forms"]

FOLDERS = {"township": "乡镇", "department": "部门", "office": "本单位"}
DAYS_TO_ANSWER = 10
"""After the quarter's last day, where no other date is named."""


@dataclass(frozen=True, slots=True, eq=False)
class Issue:
    """
    What the forms of one quarter are made from.

    Parameters
    ----------
    plan
        The plan.
    quarter
        The quarter that is asked about.
    inputs
        What is known: the last frozen answers, or the plan's present tables.
    asked
        Who is asked for what.
    town_numbers
        code9 -> target id -> the township's last figure.
    """

    plan: Plan
    quarter: Quarter
    inputs: Inputs
    asked: Asked
    town_numbers: Mapping[str, Mapping[str, float]]


def issue(plan: Plan, quarter: Quarter, inputs: Inputs, numbers: Path | None = None) -> Issue:
    """
    Gather what the forms of a quarter are made from.

    Parameters
    ----------
    plan
        The plan.
    quarter
        The quarter that is asked about.
    inputs
        What is known.
    numbers
        `township_numbers.csv` of an earlier quarter, where there is one.
    """
    asked = asked_of(inputs.targets, inputs.venue_types, inputs.departments)
    known: dict[str, dict[str, float]] = {}
    if numbers is not None and numbers.is_file():
        with numbers.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                known.setdefault(row["code9"], {})[row["target"]] = float(row["value"])
    return Issue(plan, quarter, inputs, asked, known)


def papers(of: Issue) -> tuple[Paper, ...]:
    """
    Return every form of a quarter, townships first, by code.

    Parameters
    ----------
    of
        What they are made from.
    """
    towns = [_township(of, str(code9)) for code9 in of.inputs.townships.index]
    desks = [_department(of, desk) for desk in of.asked.desks]
    return (*towns, *desks, _office(of))


def write_forms(of: Issue, folder: Path, deadline: date | None = None) -> tuple[Path, ...]:
    """
    Write every form of a quarter and the letter that goes with them.

    Parameters
    ----------
    of
        What they are made from.
    folder
        Where to; `乡镇`, `部门` and `本单位` are made inside it.
    deadline
        By when answers are due; ten days after the quarter's end where None.

    Returns
    -------
    tuple of Path
        The files, the letter last.
    """
    written = []
    for paper in papers(of):
        path = folder / FOLDERS[paper.id.audience] / form_file(paper)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_form(paper, path)
        written.append(path)
    path = folder / f"{say('loop.notice.file', 'zh', quarter=of.quarter.zh)}.docx"
    _notice(of, deadline or of.quarter.last_day + timedelta(days=DAYS_TO_ANSWER)).save(path)
    return (*written, path)


def form_file(paper: Paper) -> str:
    """
    Return the name of a form's file.

    Parameters
    ----------
    paper
        The form.
    """
    key = f"{paper.id.key}_" if paper.id.audience == "township" else ""
    return f"{key}{paper.unit}_{paper.id.quarter}_v{paper.id.version}.xlsx"


def _id(of: Issue, audience: str, key: str) -> FormId:
    return FormId(of.plan.county.slug, of.quarter, audience, key)


def _names(of: Issue, keys: tuple[str, ...]) -> dict[str, str]:
    return {key: str(of.inputs.venue_types.loc[key, "zh"]) for key in keys}


def _venue_page(of: Issue, types: tuple[str, ...], code9: str | None) -> Page:
    sheet = DEPARTMENT_VENUES if code9 is None else TOWNSHIP_VENUES
    choices = {"type": tuple(_names(of, types).values())}
    if code9 is None:
        choices["township"] = tuple(of.inputs.townships["name"])
    else:
        own = of.inputs.villages[of.inputs.villages["code9"] == code9]
        choices["village"] = tuple(own["name"])
    return Page(sheet, venue_rows(of.inputs, types, code9), choices=choices)


def _township(of: Issue, code9: str) -> Paper:
    asked, name = of.asked, str(of.inputs.townships.loc[code9, "name"])
    pages = [
        Page(
            PROGRAMMES,
            programme_rows(of.inputs, (*asked.venue_types, *asked.village_types), code9),
        ),
        _venue_page(of, (*asked.venue_types, *asked.other_types), code9),
    ]
    if len(of.inputs.villages):
        sheet = village_sheet(_names(of, asked.village_types))
        pages.append(Page(sheet, village_rows(of.inputs, asked.village_types, code9)))
    if asked.numbers:
        known = of.town_numbers.get(code9, {})
        rows = number_rows(of.inputs, asked.numbers, of.quarter.year, known)
        pages.append(Page(TOWNSHIP_NUMBERS, rows))
    others = "、".join(_names(of, asked.other_types).values())
    notes = [
        say("loop.form.clauses", "zh", clauses="、".join(asked.clauses)),
        say("loop.form.rules", "zh"),
        say("loop.form.zero", "zh"),
        *([say("loop.form.others", "zh", types=others)] if others else []),
        say("loop.form.rename", "zh"),
    ]
    title = say("loop.form.title", "zh", unit=name, quarter=of.quarter.zh)
    return Paper(
        _id(of, "township", code9),
        title,
        name,
        pages,
        notes,
        {"unit": name},
        example=of.plan.outputs.example,
    )


def _department(of: Issue, desk: Desk) -> Paper:
    pages = []
    if desk.venue_types or desk.other_types:
        if desk.venue_types:
            pages.append(Page(PROGRAMMES, programme_rows(of.inputs, desk.venue_types, None)))
        pages.append(_venue_page(of, (*desk.venue_types, *desk.other_types), None))
    if desk.numbers:
        pages.append(
            Page(DEPARTMENT_NUMBERS, number_rows(of.inputs, desk.numbers, of.quarter.year))
        )
    if desk.schools:
        choices = {"township": tuple(of.inputs.townships["name"])}
        pages.append(Page(SCHOOLS, school_rows(of.inputs), choices=choices))
    notes = [say("loop.form.department" if pages else "loop.form.nothing", "zh")]
    if desk.venue_types:
        notes.append(say("loop.form.department_zero", "zh"))
    notes.append(say("loop.form.rename", "zh"))
    if desk.shared:
        by_first: dict[str, list[str]] = {}
        for key, first in desk.shared.items():
            by_first.setdefault(first, []).append(str(of.inputs.targets.loc[key, "name_zh"]))
        told = "；".join(f"{first}：{'、'.join(names)}" for first, names in by_first.items())
        notes.append(say("loop.form.shared", "zh", told=told))
    title = say("loop.form.title", "zh", unit=desk.name, quarter=of.quarter.zh)
    return Paper(
        _id(of, "department", desk.id),
        title,
        desk.name,
        pages,
        notes,
        {"unit": desk.name},
        example=of.plan.outputs.example,
    )


def _office(of: Issue) -> Paper:
    unit = of.plan.county.unit or of.plan.county.name
    pages = []
    if of.asked.unled_types:
        pages.append(_venue_page(of, of.asked.unled_types, None))
    pages.append(Page(SEATS, seat_rows(of.inputs)))
    return Paper(
        _id(of, "office", "office"),
        say("loop.form.title", "zh", unit=unit, quarter=of.quarter.zh),
        unit,
        pages,
        [say("loop.form.office", "zh")],
        {"unit": unit},
        example=of.plan.outputs.example,
    )


def _notice(of: Issue, deadline: date) -> Letter:
    asked, plan = of.asked, of.plan
    unit = plan.county.unit or plan.county.name
    title = say("loop.notice.title", "zh", quarter=of.quarter.zh)
    letter = Letter(title, author=unit, as_of=of.quarter.last_day)
    leads = "、".join(desk.name for desk in asked.desks)
    letter.to(say("loop.notice.to", "zh", leads=leads))
    letter.text(say("loop.notice.why", "zh", county=plan.county.name, quarter=of.quarter.zh))
    letter.section(say("loop.notice.what", "zh"))
    types = "、".join(_names(of, (*asked.venue_types, *asked.village_types)).values())
    numbers = "、".join(str(of.inputs.targets.loc[key, "name_zh"]) for key in asked.numbers)
    letter.text(
        say(
            "loop.notice.townships",
            "zh",
            count=len(of.inputs.townships),
            clauses="、".join(asked.clauses),
            types=types,
            numbers=numbers,
            villages=len(of.inputs.villages),
        )
    )
    letter.text(say("loop.notice.departments", "zh"))
    rows = [
        [desk.name, "；".join(_desk_items(of, desk)) or say("loop.notice.none", "zh")]
        for desk in asked.desks
    ]
    heads = [say("loop.notice.lead", "zh"), say("loop.notice.items", "zh")]
    letter.table(heads, rows, widths=(1, 3))
    letter.section(say("loop.notice.how", "zh"))
    for name in ("zero", "codes", "verify", "minutes"):
        letter.text(say(f"loop.notice.how_{name}", "zh"))
    letter.section(say("loop.notice.when", "zh"))
    day = f"{deadline.year}年{deadline.month}月{deadline.day}日"
    letter.text(say("loop.notice.by", "zh", day=day, unit=unit))
    letter.text(say("loop.notice.attached", "zh", quarter=of.quarter.zh))
    if plan.outputs.example:
        letter.text(say("report.example_long", "zh"))
    letter.sign(unit)
    return letter


def _desk_items(of: Issue, desk: Desk) -> list[str]:
    items = [str(of.inputs.targets.loc[key, "name_zh"]) for key in desk.numbers]
    items += _names(of, desk.venue_types).values()
    return [*items, *([say("loop.notice.schools", "zh")] if desk.schools else [])]
