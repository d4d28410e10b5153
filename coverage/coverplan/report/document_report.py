"""report.docx: what a run found, how, and how far it can be trusted, to be signed and filed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from coverplan.domain import TOTAL, Presence, Result
from coverplan.report.document import Paper
from coverplan.report.figures import (
    draw_curve,
    draw_gaps,
    draw_map,
    draw_states,
    draw_targets,
    figure_png,
)
from coverplan.report.phrases import county_name, refusal
from coverplan.report.tables import is_missing, of_type, type_order
from coverplan.report.words import header, type_name, word
from coverplan.report.workbook_notes import method_lines
from coverplan.text import say

__all__ = ["number", "paper_of", "people_text", "unit_of", "write_report"]


def write_report(result: Result, path: Path, *, lang: str = "zh") -> None:
    """
    Write the report of a run: summary, presence, gaps, proposals, targets, method, data.

    Parameters
    ----------
    result
        A run's result.
    path
        The `.docx` file.
    lang
        `"zh"` or `"en"`.
    """
    title = say("report.paper.report", lang, county=county_name(result, lang))
    paper = paper_of(result, title, lang)
    _summary(paper, result)
    _presence(paper, result)
    _gaps(paper, result)
    _proposals(paper, result)
    _targets(paper, result)
    paper.section(say("report.paper.method", lang))
    for line in method_lines(result, lang):
        paper.text(line)
    _data(paper, result)
    paper.save(path)


def paper_of(result: Result, title: str, lang: str, *, compact: bool = False) -> Paper:
    """
    Return a paper with its title, issuing office and date.

    Parameters
    ----------
    result
        A run's result.
    title
        Title of the paper.
    lang
        `"zh"` or `"en"`.
    compact
        As `Paper`.
    """
    county, day = result.plan.county, result.as_of
    if result.plan.outputs.example:
        title = f"{title}（{say('report.example', lang)}）"
    paper = Paper(lang, title, author=county.unit, as_of=day, compact=compact)
    paper.heading(title)
    on = say("report.as_of", lang, year=day.year, month=day.month, day=day.day)
    paper.small(f"{county.unit}　{on}", centred=True)
    profile = result.plan.publish.profile
    if profile == "meeting":
        paper.small(word("profile", profile, lang), centred=True)
    return paper


def people_text(result: Result, venue_type: str, lang: str) -> list[str]:
    """
    Return a sentence a cutoff: how many are reached, or why no figure is given.

    Parameters
    ----------
    result
        A run's result.
    venue_type
        Id of a type with a programme.
    lang
        `"zh"` or `"en"`.
    """
    county = result.coverage.index.get_level_values("code9") == TOTAL
    totals = of_type(result.coverage[county].droplevel("code9"), venue_type)
    texts: list[str] = []
    for cutoff, row in totals.iterrows():
        if row["refused"] or pd.isna(row["covered"]):
            texts.append(refusal(result, str(row["refused"]), lang))
            continue
        values = {
            "cutoff": cutoff,
            "covered": number(row["covered"]),
            "uncovered": number(row["uncovered"]),
            "unknown": number(row["unknown"]),
            "people": number(row["people"]),
            "share": f"{float(row['share']):.1%}" if not pd.isna(row["share"]) else "—",
            "rung": row["rung"],
        }
        texts.append(say(f"report.paper.reached{unit_of(result, venue_type)}", lang, **values))
    return list(dict.fromkeys(text for text in texts if text))


def unit_of(result: Result, venue_type: str) -> str:
    """
    Return the end of the keys of sentences that count pupils; nothing for those of people.

    Parameters
    ----------
    result
        A run's result.
    venue_type
        Id of a type.
    """
    programme = result.plan.programme_of(venue_type)
    return "_pupils" if programme is not None and programme.demand == "pupils" else ""


def number(value: Any) -> str:
    """
    Return a whole number with separators, or a dash where there is none.

    Parameters
    ----------
    value
        A number or nothing.
    """
    return "—" if is_missing(value) else f"{float(value):,.0f}"


def _summary(paper: Paper, result: Result) -> None:
    lang = paper.lang
    paper.section(say("report.paper.summary", lang))
    for note in result.notes:
        paper.text(note.text(lang))
    worst = _worst(result, lang)
    if worst:
        paper.text(worst)


def _worst(result: Result, lang: str) -> str:
    """Return a sentence that names the first townships of the people list of each programme."""
    joint = "、" if lang == "zh" else ", "
    texts = []
    for item in result.plan.programme:
        own = of_type(result.gaps, item.type)
        column = f"people_uncovered_{item.cutoff_min}min"
        if column not in own:
            continue
        listed = own[own["rank_people"].notna() & (own["refused"].fillna("") == "")]
        first = listed.sort_values("rank_people", kind="stable").head(3)
        towns = result.townships["name"].reindex(first.index)
        named = [
            f"{town} {number(people)}" for town, people in zip(towns, first[column], strict=True)
        ]
        if named:
            name = type_name(result.venue_types, item.type, lang)
            values = {"type": name, "cutoff": item.cutoff_min, "towns": joint.join(named)}
            texts.append(say("report.paper.worst", lang, **values))
    return ("" if lang == "zh" else " ").join(texts)


def _presence(paper: Paper, result: Result) -> None:
    lang = paper.lang
    paper.section(say("report.paper.presence", lang))
    rows = []
    for venue_type in type_order(result):
        own = of_type(result.presence, venue_type)
        counts = [int((own["state"] == one).sum()) for one in Presence]
        if counts[2] == len(own) and result.plan.programme_of(venue_type) is None:
            continue
        places = int(own["places_open"].fillna(0).sum())
        name = type_name(result.venue_types, venue_type, lang)
        rows.append([name, *counts, len(own), places])
    heads = [header("type_zh", lang), *(word("state", one, lang) for one in Presence)]
    heads += [say("report.total", lang), header("places_open", lang)]
    paper.table(heads, rows, widths=[3, 1, 1, 1, 1, 1.2])
    paper.small(say("report.paper.rest_unreported", lang))
    paper.small(say("report.paper.source", lang, file="gaps.csv"))
    png = figure_png(lambda ax: draw_states(ax, result, lang), size=(8, 3.2))
    paper.picture(png, caption=say("report.figure.states", lang, total=len(result.townships)))


def _gaps(paper: Paper, result: Result) -> None:
    lang = paper.lang
    paper.section(say("report.paper.gaps", lang))
    for item in result.plan.programme:
        name = type_name(result.venue_types, item.type, lang)
        paper.text(name, strong=True)
        for text in people_text(result, item.type, lang):
            paper.text(text)
        caption = say("report.figure.map", lang, county=county_name(result, lang), type=name)
        png = figure_png(_map_of(result, item.type, lang), size=(8, 6.8))
        paper.picture(png, caption=caption)
        drawn: list[bool] = []
        png = figure_png(_bars_of(result, item.type, lang, drawn), size=(8, 6.4))
        if any(drawn):
            title = say("report.figure.gaps", lang, type=name, cutoff=item.cutoff_min)
            paper.picture(png, caption=title)
    heads = [header("township", lang), header("people", lang)]
    heads += [type_name(result.venue_types, item.type, lang) for item in result.plan.programme]
    paper.table(heads, _township_rows(result, lang), widths=[2, 1.4, *[2.2] * (len(heads) - 2)])
    paper.small(say("report.paper.source", lang, file="townships.csv"))


def _map_of(result: Result, venue_type: str, lang: str) -> Any:
    return lambda ax: draw_map(ax, result, venue_type, lang)


def _bars_of(result: Result, venue_type: str, lang: str, drawn: list[bool]) -> Any:
    return lambda ax: drawn.append(draw_gaps(ax, result, venue_type, lang))


def _curve_of(result: Result, venue_type: str, lang: str, drawn: list[bool]) -> Any:
    return lambda ax: drawn.append(draw_curve(ax, result, venue_type, lang))


def _township_rows(result: Result, lang: str) -> list[list[Any]]:
    """Return one row a township: people, and for each programme the state and people beyond."""
    rows = []
    for code, town in result.townships.iterrows():
        cells: list[Any] = [town["name"], None if pd.isna(town["people"]) else int(town["people"])]
        for item in result.plan.programme:
            own = of_type(result.gaps, item.type).loc[str(code)]
            text = word("state", own["state"], lang)
            beyond = own.get(f"people_uncovered_{item.cutoff_min}min")
            if not is_missing(beyond) and not own["refused"]:
                values = {"cutoff": item.cutoff_min, "people": number(beyond)}
                text += say("report.paper.beyond", lang, **values)
            cells.append(text)
        rows.append(cells)
    return rows


def _proposals(paper: Paper, result: Result) -> None:
    lang = paper.lang
    paper.section(say("report.paper.proposed", lang))
    for venue_type, row in result.programmes.iterrows():
        text = row.get(f"statement_{lang}")
        if isinstance(text, str) and text:
            paper.text(text)
        solved = word("solved", row["status"], lang)
        if isinstance(text, str) and solved in text:
            continue
        name = type_name(result.venue_types, str(venue_type), lang)
        paper.small(f"{name}：{solved}" if lang == "zh" else f"{name}: {solved}")
    rows = [
        [
            int(site["order"]) if not pd.isna(site["order"]) else None,
            type_name(result.venue_types, site["type"], lang),
            site[f"label_{lang}"],
            word("rule", site["rule"], lang),
            word("condition", site["condition"], lang),
            None if pd.isna(site["people_gained"]) else int(site["people_gained"]),
        ]
        for _, site in result.placement.iterrows()
    ]
    names = ("order", "type_zh", "label_zh", "rule", "condition", "people_gained")
    paper.table([header(one, lang) for one in names], rows, widths=[0.8, 2, 3, 2.4, 1.5, 1.2])
    paper.small(say("report.paper.source", lang, file="placement.csv"))
    for item in result.plan.programme:
        drawn: list[bool] = []
        png = figure_png(_curve_of(result, item.type, lang, drawn), size=(8, 4.6))
        if any(drawn):
            name = type_name(result.venue_types, item.type, lang)
            title = say("report.figure.curve", lang, type=name, cutoff=item.cutoff_min)
            paper.picture(png, caption=title)
            paper.small(say("report.paper.source", lang, file="curve.csv"))


def _targets(paper: Paper, result: Result) -> None:
    lang = paper.lang
    paper.section(say("report.paper.targets", lang))
    png = figure_png(lambda ax: draw_targets(ax, result, lang), size=(8, 6.4))
    paper.picture(png, caption=say("report.figure.targets", lang))
    rows = [
        [
            target["clause"],
            _target_name(target, lang),
            _figure(target["target"]),
            _figure(target["done"]),
            word("status", target["status"], lang),
            target["lead"],
        ]
        for _, target in result.targets.iterrows()
    ]
    names = ("clause", "name_zh", "target", "done", "status", "lead")
    paper.table([header(one, lang) for one in names], rows, widths=[0.9, 3.4, 1, 1, 1.3, 2.2])
    paper.small(say("report.paper.source", lang, file="targets.csv"))


def _target_name(target: "pd.Series[Any]", lang: str) -> str:
    """Return a target's name; one that is not met though nothing is missing says why."""
    name, note = str(target[f"name_{lang}"]), target[f"note_{lang}"]
    whole = not is_missing(target["missing"]) and float(target["missing"]) == 0
    if not whole or target["status"] == "done" or is_missing(note) or not note:
        return name
    return f"{name}（{note}）" if lang == "zh" else f"{name} ({note})"


def _figure(value: Any) -> float | int | None:
    if is_missing(value):
        return None
    plain = round(float(value), 4)
    return int(plain) if plain.is_integer() else plain


def _data(paper: Paper, result: Result) -> None:
    lang = paper.lang
    paper.section(say("report.paper.data", lang))
    fates = result.ledger.drop_duplicates(["file", "sheet", "row", "fate"])["fate"].value_counts()
    values = {name: int(fates.get(name, 0)) for name in ("taken", "repaired", "set_aside")}
    paper.text(say("report.paper.rows", lang, **values))
    set_aside = result.ledger[result.ledger["fate"] == "set_aside"]
    if len(set_aside):
        names = ("file", "row", "column", "text")
        cells = [
            [row["file"], _figure(row["row"]), row["column"], row[f"text_{lang}"]]
            for _, row in set_aside.iterrows()
        ]
        paper.table([header(one, lang) for one in names], cells, widths=[2, 0.8, 1.4, 4])
    paper.text(say("report.sources_list", lang), strong=True)
    names = ("file", "rows", "licence", "date")
    cells = [
        [None if is_missing(row[one]) else row[one] for one in names]
        for _, row in result.sources.iterrows()
    ]
    paper.table([header(one, lang) for one in names], _plain_cells(cells), widths=[3, 1, 3, 1.6])
    paper.small(say("report.paper.source", lang, file="manifest.json, ledger.xlsx"))


def _plain_cells(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [[int(one) if isinstance(one, int | float) else one for one in row] for row in rows]
