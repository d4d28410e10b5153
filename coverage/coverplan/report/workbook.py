"""gaps.xlsx: what is missing, in the form that an office files, prints and sends on."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from coverplan.domain import Presence, Result
from coverplan.report.form import Book, Column, states
from coverplan.report.phrases import (
    county_name,
    known_places,
    proposals,
    refusal,
    some,
    statements_of,
    target_names,
)
from coverplan.report.tables import (
    BORDER,
    cutoffs_of,
    gaps_table,
    joined,
    of_type,
    type_order,
    villages_table,
)
from coverplan.report.words import header, type_name, word
from coverplan.report.workbook_equity import equity_sheet
from coverplan.report.workbook_notes import method_sheet, quality_sheet
from coverplan.report.workbook_proposed import proposed_sheet
from coverplan.report.workbook_targets import target_sheets
from coverplan.text import say

__all__ = ["book_of", "write_workbook"]

VILLAGE_TYPES = 12
OTHERS = 3
SHEET_NAME = 31


def write_workbook(result: Result, path: Path, *, lang: str = "zh") -> None:
    """
    Write the gap workbook.

    Parameters
    ----------
    result
        A run's result.
    path
        The `.xlsx` file.
    lang
        `"zh"` or `"en"`.
    """
    with book_of(result, path, lang) as book:
        _overview(book, result)
        _by_type(book, result)
        _villages(book, result)
        target_sheets(book, result)
        proposed_sheet(book, result)
        equity_sheet(book, result)
        quality_sheet(book, result)
        method_sheet(book, result)


def book_of(result: Result, path: Path, lang: str) -> Book:
    """
    Return an empty workbook with the date, unit and marks of a result.

    Parameters
    ----------
    result
        A run's result.
    path
        The `.xlsx` file.
    lang
        `"zh"` or `"en"`.
    """
    marks = {
        word("state", Presence.NONE, lang): "gap",
        word("state", Presence.UNREPORTED, lang): "hatch",
        word("status", "overdue", lang): "gap",
        word("status", "unreported", lang): "hatch",
        word("status", "done", lang): "good",
    }
    plan = result.plan
    return Book(path, lang, plan.county.as_of, plan.outputs.example, plan.county.unit, marks)


def _overview(book: Book, result: Result) -> None:
    """One row a township: every programme and cutoff side by side."""
    lang = book.lang
    townships = result.townships
    codes = townships.index
    columns = [
        Column(header("code9", lang), list(codes)),
        Column(header("township", lang), list(townships["name"]), name="key"),
        Column(header("kind", lang), list(townships["kind"])),
        Column(header("people", lang), list(townships["people"]), "int", total=True),
    ]
    notes = []
    for venue_type in type_order(result, programmes_only=True):
        own = of_type(result.gaps, venue_type).reindex(codes)
        name = type_name(result.venue_types, venue_type, lang)
        columns += _programme(own, proposals(result, venue_type, codes, lang), name, lang)
        texts = [one for one in own["refused"].dropna().unique() if one]
        notes += [
            say("report.refused_note", lang, type=name, reason=refusal(result, one, lang))
            for one in texts
        ]
    columns.append(Column(say("report.other_types", lang), _others(result, lang), width=18))
    columns += _border(townships, lang)
    missing = joined(result.gaps, "targets_missing").reindex(codes).fillna("")
    names = [target_names(result, text, lang, most=OTHERS) for text in missing]
    columns.append(Column(header("targets_missing", lang), names, width=32))
    title = say("report.title.overview", lang, county=county_name(result, lang))
    form = book.form(
        say("report.sheet.overview", lang),
        title,
        say("report.unit_people", lang),
        len(columns) + 1,
    )
    form.table(columns)
    for text in dict.fromkeys([*notes, *statements_of(result, lang), *_cautions(result, lang)]):
        form.note(text)
    form.close()


def _programme(own: pd.DataFrame, proposed: Sequence[str], name: str, lang: str) -> list[Column]:
    """Return the columns of one programme: state, places, people beyond each cutoff, nearest."""
    tally = tuple(word("state", one, lang) for one in Presence)
    columns = [
        Column(header("state", lang), states(own["state"], "state", lang), group=name, tally=tally),
        Column(header("places_open", lang), known_places(own), "int", name, total=True),
    ]
    for cutoff in cutoffs_of(own):
        # what is refused has no figure: unknown people are not people beyond the limit
        beyond = own[f"people_uncovered_{cutoff}min"].where(own["refused"].fillna("") == "")
        if beyond.notna().any():
            head = header(f"people_uncovered_{cutoff}min", lang)
            columns.append(Column(head, list(beyond), "int", name, total=True, bars=True))
    for column in ("nearest_name", "nearest_min", "nearest_km"):
        values = own[column]
        # kilometres stand in only where the rung bears no minutes
        known = values.notna() & (values != "")
        if known.any() and not (column == "nearest_km" and own["nearest_min"].notna().any()):
            kind = {"nearest_min": "minutes", "nearest_km": "km"}.get(column, "text")
            columns.append(Column(header(column, lang), list(values), kind, name, width=14))
    if any(proposed):
        columns.append(Column(header("proposed", lang), proposed, "text", name, width=16))
    return columns


def _others(result: Result, lang: str) -> list[str]:
    """Return for each township the types outside the programmes that it has, with numbers."""
    programmes = set(type_order(result, programmes_only=True))
    others = [name for name in type_order(result) if name not in programmes]
    texts = []
    for code in result.townships.index:
        found = []
        for venue_type in others:
            count = result.gaps["places_open"].get((code, venue_type), 0)
            if not pd.isna(count) and count:
                found.append(f"{type_name(result.venue_types, venue_type, lang)} {count}")
        texts.append(some(found, lang, OTHERS))
    return texts


def _by_type(book: Book, result: Result) -> None:
    """Write one sheet a programme, with its own cutoffs, and one for all other types."""
    lang = book.lang
    table = gaps_table(result)
    programmes = type_order(result, programmes_only=True)
    taken: set[str] = set()
    for venue_type in programmes:
        own = table[table["type"] == venue_type]
        name = type_name(result.venue_types, venue_type, lang)
        title = say("report.title.by_type", lang, county=county_name(result, lang), type=name)
        columns = [*_places(own, lang), *_cutoff_columns(own, lang), *_nearest(result, own, lang)]
        form = book.form(
            _sheet_name(name, taken), title, say("report.unit_people", lang), len(columns) + 1
        )
        form.table(columns)
        form.note(say("report.rung_note", lang))
        form.close()
    _others_sheet(book, result, _sheet_name(say("report.other_types", lang), taken))


def _others_sheet(book: Book, result: Result, name: str) -> None:
    """Write who has which of the types without a programme: one row a township, a column a type."""
    lang = book.lang
    programmes = set(type_order(result, programmes_only=True))
    others = [one for one in type_order(result) if one not in programmes]
    if not others:
        return
    townships = result.townships
    tally = tuple(word("state", one, lang) for one in Presence)
    columns = [
        Column(header("code9", lang), list(townships.index)),
        Column(header("township", lang), list(townships["name"]), name="key"),
    ]
    for venue_type in others:
        own = of_type(result.presence, venue_type)["state"].reindex(townships.index)
        head = type_name(result.venue_types, venue_type, lang)
        columns.append(Column(head, states(own, "state", lang), tally=tally, width=9))
    words = say("report.other_types", lang)
    title = say("report.title.by_type", lang, county=county_name(result, lang), type=words)
    form = book.form(name, title, say("report.unit_count", lang), len(columns) + 1)
    form.table(columns)
    form.close()


def _places(table: pd.DataFrame, lang: str) -> list[Column]:
    """Return who has how many places of a type, and on what ground that is said."""
    tally = tuple(word("state", one, lang) for one in Presence)
    return [
        Column(header("code9", lang), list(table["code9"])),
        Column(header("township", lang), list(table["township"]), name="key"),
        Column(header("state", lang), states(table["state"], "state", lang), tally=tally),
        *(
            Column(header(name, lang), known_places(table, name), "int", total=True)
            for name in ("places_open", "places_active", "places_planned", "unlocated")
        ),
        Column(header("people", lang), list(table["people"]), "int", total=True),
        Column(header("people_per_place", lang), list(table["people_per_place"]), "int"),
        Column(header("reason", lang), states(table["reason"], "reason", lang), width=18),
        Column(
            header("demand_people", lang),
            list(table["demand_people"]),
            "int",
            name="counted",
            total=True,
        ),
    ]


def _cutoff_columns(table: pd.DataFrame, lang: str) -> list[Column]:
    """Return people within, beyond and unknown at each cutoff, and a check that comes to nought."""
    columns = []
    for cutoff in cutoffs_of(table):
        parts = {
            name: table[f"people_{name}_{cutoff}min"]
            for name in ("covered", "uncovered", "unknown")
        }
        if not (parts["covered"].notna() & (table["refused"].fillna("") == "")).any():
            continue  # another programme's cutoff, or refused for the whole county
        for name, values in parts.items():
            head = header(f"people_{name}_{cutoff}min", lang)
            bars = name == "uncovered"
            columns.append(
                Column(head, list(values), "int", total=True, name=f"{name}{cutoff}", bars=bars)
            )
        rest = sum(parts.values()) - table["demand_people"]
        terms = "+".join(f"{{{name}{cutoff}}}{{row}}" for name in parts)
        head = header(f"people_check_{cutoff}min", lang)
        formula = f"={terms}-{{counted}}{{row}}"
        columns.append(Column(head, list(rest), "formula", formula=formula))
    return columns


def _nearest(result: Result, table: pd.DataFrame, lang: str) -> list[Column]:
    """Return the nearest venue, the ranks, what is proposed and which targets are missed."""
    kinds = {
        "nearest_name": "text",
        "nearest_min": "minutes",
        "nearest_km": "km",
        "minutes_over": "minutes",
        "rung": "text",
    }
    columns = [
        Column(header(name, lang), list(table[name]), kind, width=16)
        for name, kind in kinds.items()
        if (table[name].notna() & (table[name] != "")).any()
    ]
    columns += _border(table, lang)
    texts = [refusal(result, one, lang) if one else "" for one in table["refused"].fillna("")]
    if any(texts):
        columns.append(Column(header("refused", lang), texts, width=24))
    columns += [
        Column(header(name, lang), list(table[name]), "int")
        for name in ("rank_presence", "rank_people", "rank_minutes")
        if table[name].notna().any()
    ]
    sites = proposals(result, str(table["type"].iloc[0]), table["code9"], lang)
    columns.append(Column(header("proposed", lang), sites, width=18))
    names = [target_names(result, one, lang) for one in table["targets_missing"].fillna("")]
    return [*columns, Column(header("targets_missing", lang), names, width=20)]


def _border(table: pd.DataFrame, lang: str) -> list[Column]:
    """Return whose venues outside nobody counted, where there is such a township."""
    if BORDER not in table or table[BORDER].eq(other=False).all():
        return []
    flag = table[BORDER].astype(object).where(table[BORDER].notna(), "unknown")
    return [Column(header(BORDER, lang), states(flag, BORDER, lang), width=14)]


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that Excel accepts for a sheet and that no other sheet has."""
    clean = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:SHEET_NAME] or "-"
    unique, number = clean, 2
    while unique.casefold() in taken:
        unique = f"{clean[: SHEET_NAME - 3]} {number}"
        number += 1
    taken.add(unique.casefold())
    return unique


def _villages(book: Book, result: Result) -> None:
    lang = book.lang
    table = villages_table(result)
    tally = tuple(word("state", one, lang) for one in Presence)
    columns = [
        Column(header("code12", lang), list(table["code12"])),
        Column(header("township", lang), list(table["township"])),
        Column(header("village", lang), list(table["village"]), name="key"),
        Column(header("kind", lang), list(table["kind"])),
        Column(header("people", lang), list(table["people"]), "int", total=True),
        Column(header("people_kind", lang), states(table["people_kind"], "people_kind", lang)),
        Column(header("location", lang), states(table["location"], "location", lang)),
        Column(header("minutes_to_seat", lang), list(table["minutes_to_seat"]), "minutes"),
    ]
    for name in _village_types(result, table):
        head = type_name(result.venue_types, name, lang)
        head = header(name, lang) if head == name else head
        values = states(table[f"state_{name}"], "state", lang)
        columns.append(Column(head, values, tally=tally, width=10))
    title = say("report.title.villages", lang, county=county_name(result, lang))
    form = book.form(
        say("report.sheet.villages", lang), title, say("report.unit_people", lang), len(columns) + 1
    )
    form.table(columns)
    form.close()


def _village_types(result: Result, table: pd.DataFrame) -> list[str]:
    """Return the types with anything to say about villages: programmes, then those with answers."""
    names = [str(name) for name in table]
    known = [name.removeprefix("state_") for name in names if name.startswith("state_")]
    programmes = {item.type for item in result.plan.programme}
    answered = [
        name
        for name in known
        if name in programmes or (table[f"state_{name}"] != Presence.UNREPORTED).any()
    ]
    return answered[:VILLAGE_TYPES]


def _cautions(result: Result, lang: str) -> list[str]:
    approximate = bool(result.townships.get("approximate", pd.Series([False])).any())
    texts = [say("report.approximate", lang)] if approximate else []
    return [*texts, say("report.not_public", lang)]
