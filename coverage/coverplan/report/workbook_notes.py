"""The sheets of gaps.xlsx that say how far the figures can be trusted, and how they came about."""

import pandas as pd

from coverplan.domain import Presence, Result
from coverplan.report.form import Book, Column, states
from coverplan.report.ledger_book import FATES, fate_counts
from coverplan.report.ledger_book import NAME as LEDGER
from coverplan.report.phrases import county_name
from coverplan.report.tables import BORDER, of_type, type_order
from coverplan.report.words import header, type_name, word
from coverplan.text import say

__all__ = ["method_lines", "method_sheet", "quality_sheet"]


def quality_sheet(book: Book, result: Result) -> None:
    """
    Write which rows were taken, repaired or set aside, who has not reported, and the sources.

    Parameters
    ----------
    book
        An open workbook.
    result
        A run's result.
    """
    lang = book.lang
    name = county_name(result, lang)
    form = book.form(
        say("report.sheet.quality", lang),
        say("report.title.quality", lang, county=name),
        say("report.unit_rows", lang),
        8,
    )
    form.note(say("report.notes_list", lang), bold=True)
    for note in result.notes:
        form.note(note.text(lang))
    if not result.notes:
        form.note(say("report.no_rows", lang))
    form.note("")
    form.note(say("report.ledger_summary", lang), bold=True)
    form.table(_fates(result, lang), filters=False)
    text = say("report.ledger_file", lang, file=LEDGER)
    look = book.style(font_color="#0563C1", underline=1)
    form.sheet.write_url(form.row, 0, f"external:{LEDGER}", look, text)
    form.row += 1
    form.note("")
    form.note(say("report.unreported_list", lang), bold=True)
    form.table(_unreported(result, lang), filters=False, total=False)
    form.note("")
    for number, text in enumerate(_outside(result, lang)):
        form.note(text, bold=number == 0)
    form.note(say("report.sources_list", lang), bold=True)
    form.table(_sources(result, lang), filters=False, total=False)
    form.note("")
    changed = result.ledger[result.ledger["fate"].isin(FATES[1:])]
    form.note(f"{word('fate', 'repaired', lang)} / {word('fate', 'set_aside', lang)}", bold=True)
    form.table(_changes(changed, lang), filters=False, total=False)
    form.close()


def method_sheet(book: Book, result: Result) -> None:
    """
    Write how the figures are read and computed, and what they stand on.

    Parameters
    ----------
    book
        An open workbook.
    result
        A run's result.
    """
    lang = book.lang
    form = book.form(say("report.sheet.method", lang), say("report.title.method", lang), "", 8)
    for number, text in enumerate(method_lines(result, lang), start=1):
        form.note(f"{number}. {text}")
    form.close()
    form.sheet.set_column(0, 7, 15)


def method_lines(result: Result, lang: str) -> list[str]:
    """
    Return the readings and assumptions behind the figures, one sentence or two each.

    Parameters
    ----------
    result
        A run's result.
    lang
        `"zh"` or `"en"`.
    """
    plan = result.plan
    lines = [say(f"report.method.{name}", lang) for name in ("states", "open", "covered")]
    lines += [say("report.method.refused", lang), say("report.rung_note", lang)]
    travel = plan.travel
    source = travel.speed_source
    lines.append(
        say(
            "report.method.travel",
            lang,
            rung=travel.rung.value,
            mode=word("mode", travel.mode, lang),
            source=source,
        )
    )
    population = plan.population
    if population.file is not None:
        kind = word("population_kind", population.kind, lang)
        year, column = population.year or "—", population.column
        lines.append(say("report.population_note", lang, column=column, year=year, kind=kind))
    for item in plan.programme:
        lines.append(
            say(
                "report.method.programme",
                lang,
                type=type_name(result.venue_types, item.type, lang),
                model=word("model", item.model, lang),
                cutoffs=" / ".join(map(str, item.cutoffs_min)),
                cutoff=item.cutoff_min,
            )
        )
    lines += _solved(result, lang)
    lines += [say(f"report.method.{name}", lang) for name in ("resolution", "rounding", "equity")]
    lines.append(say("report.method.crs", lang, crs=result.crs_metric))
    approximate = bool(result.townships.get("approximate", pd.Series([False])).any())
    lines += [say("report.approximate", lang)] if approximate else []
    return [*lines, say("report.not_public", lang)]


def _solved(result: Result, lang: str) -> list[str]:
    lines = []
    for venue_type, row in result.programmes.iterrows():
        name = type_name(result.venue_types, str(venue_type), lang)
        missing = row.get("missing_table")
        if isinstance(missing, str) and missing:
            lines.append(
                say("report.method.missing", lang, type=name, table=word("table", missing, lang))
            )
        elif row["status"] in {"optimal", "within_gap", "time_limit"}:
            text = row.get(f"statement_{lang}")
            lines.append(
                say(
                    "report.method.solved",
                    lang,
                    type=name,
                    solved=word("solved", row["status"], lang),
                    objective=_figure(row["objective"]),
                    bound=_figure(row["bound"]),
                    statement=text if isinstance(text, str) else "",
                )
            )
    return lines


def _figure(value: float) -> str:
    return "—" if pd.isna(value) else f"{float(value):,.6g}"


def _fates(result: Result, lang: str) -> list[Column]:
    counted = fate_counts(result.ledger)
    columns = [Column(header("file", lang), list(counted.index), name="key", width=30)]
    columns += [
        Column(word("fate", fate, lang), list(counted[fate]), "int", total=True) for fate in FATES
    ]
    return columns


def _unreported(result: Result, lang: str) -> list[Column]:
    """Return one row a type: how many townships have not reported, and which."""
    joint = "、" if lang == "zh" else ", "
    names, numbers, lists = [], [], []
    for venue_type in type_order(result):
        own = of_type(result.presence, venue_type)
        waiting = own.index[own["state"] == Presence.UNREPORTED]
        if len(waiting):
            names.append(type_name(result.venue_types, venue_type, lang))
            numbers.append(len(waiting))
            towns = result.townships["name"].reindex(waiting)
            every = len(waiting) == len(result.townships)
            lists.append(say("report.every_township", lang) if every else joint.join(towns))
    return [
        Column(header("type_zh", lang), names, width=30),
        Column(header("unreported", lang), numbers, "int"),
        Column(header("township", lang), lists, width=42),
    ]


def _outside(result: Result, lang: str) -> list[str]:
    """Return who lies at the border while nothing beyond it counts, under a heading."""
    flag = result.townships.get(BORDER)
    if flag is None or flag.eq(other=False).all():
        return []
    if flag.isna().all():
        return [say("report.outside_unknown", lang), ""]
    names = result.townships.loc[flag.fillna(value=False).astype(bool), "name"]
    return [say("report.outside_list", lang), ("、" if lang == "zh" else ", ").join(names), ""]


def _sources(result: Result, lang: str) -> list[Column]:
    table = result.sources
    widths = {"file": 30, "rows": 8, "source": 42, "licence": 20, "datum": 10, "date": 12}
    widths |= {"datum_found": 10, "datum_evidence": 30}
    return [
        Column(
            header(name, lang),
            [None if pd.isna(one) else one if name == "rows" else str(one) for one in table[name]],
            "int" if name == "rows" else "text",
            width=width,
        )
        for name, width in widths.items()
        if name in table
    ]


def _changes(changed: pd.DataFrame, lang: str) -> list[Column]:
    columns = [
        Column(header("file", lang), list(changed["file"]), width=30),
        Column(header("row", lang), list(changed["row"]), "int"),
        Column(header("fate", lang), states(changed["fate"], "fate", lang)),
        Column(header("text", lang), list(changed[f"text_{lang}"]), width=42),
    ]
    columns[3:3] = [
        Column(header(name, lang), list(changed[name]), width=20)
        for name in ("column", "before", "after")
        if name in changed
    ]
    return columns
