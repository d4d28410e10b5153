"""The sheet of gaps.xlsx that says where the next sites should go, why, and how surely."""

from typing import Any

import pandas as pd

from coverplan.domain import Result
from coverplan.evidence import verdict
from coverplan.report.form import Book, Column, Form, states
from coverplan.report.phrases import county_name, statements_of
from coverplan.report.tables import is_missing, parts_of, placement_table
from coverplan.report.words import header, type_name, word
from coverplan.text import say

__all__ = ["proposed_sheet"]

_NUMBERS = {
    "curve": ("people", "marginal"),
    "phases": ("people", "greedy", "year_best", "regret"),
    "plans": ("people", "loss", "differs", "regret_low", "regret_high"),
    "worlds": (
        *("people_best", "people", "regret", "regret_robust"),
        *("minutes_best", "minutes", "regret_minutes"),
    ),
    "prices": ("people_with", "people_without", "people", "sites"),
    "checks": ("people", "regret"),
}
"""What is shown of the frames that a placement rests on."""
_WORDS = {"prices": "rule", "checks": "name"}
_WORST_WORLDS = 12
"""How many of the worlds are listed, those that cost the proposals most; worlds.csv holds all."""


def proposed_sheet(book: Book, result: Result) -> None:
    """
    Write the proposed sites with reasons, and below them what the placement rests on.

    Parameters
    ----------
    book
        An open workbook.
    result
        A run's result.
    """
    lang = book.lang
    columns = _sites(result, lang)
    form = book.form(
        say("report.sheet.proposed", lang),
        say("report.title.proposed", lang, county=county_name(result, lang)),
        say("report.unit_people", lang),
        len(columns) + 1,
    )
    form.table(columns)
    form.note("")
    form.note(say("report.two_gains", lang))
    for text in statements_of(result, lang):
        form.note(text)
    form.close()
    if any(len(getattr(result, name)) for name in _NUMBERS):
        _prospects_sheet(book, result)


def _prospects_sheet(book: Book, result: Result) -> None:
    """Write what the proposals rest on: curve, phases, other plans, prices, records to check."""
    lang = book.lang
    form = book.form(
        say("report.sheet.prospects", lang),
        say("report.title.prospects", lang, county=county_name(result, lang)),
        say("report.unit_people", lang),
        6,
    )
    for name in _NUMBERS:
        _prospect(form, result, name, lang)
    form.close()


def _sites(result: Result, lang: str) -> list[Column]:
    table = placement_table(result)
    columns = [
        Column(
            header("type_zh", lang),
            [type_name(result.venue_types, one, lang) for one in table["type"]],
            width=22,
        ),
        Column(header("order", lang), list(table["order"]), "int"),
        Column(header("label_zh", lang), _texts(table, f"label_{lang}"), name="key", width=34),
        Column(header("township", lang), _texts(table, "township")),
        *(
            Column(header(name, lang), states(table[name], name, lang), width=24)
            for name in ("resolution", "rule", "condition")
        ),
        Column(
            header("people_gained", lang),
            list(table["people_gained"]),
            "int",
            total=len(set(table["type"])) == 1,  # persons and pupils are not added up
        ),
        *_themes(table, lang),
        Column(header("nearest_before_min", lang), list(table["nearest_before_min"]), "minutes"),
    ]
    if len(result.evidence):
        pairs = pd.MultiIndex.from_frame(table[["type", "candidate_id"]])
        own = result.evidence.reindex(pairs)
        columns += [
            Column(header("label", lang), _verdicts(own, lang), width=18),
            Column(header("stability", lang), list(own["stability"]), "share"),
            *(
                Column(header(name, lang), _plain(own[name]), "int")
                for name in ("people_newly_covered", "people_nearer")
            ),
            Column(header("why_zh", lang), _texts(own, f"why_{lang}"), width=42),
        ]
    return columns


def _prospect(form: Form, result: Result, name: str, lang: str) -> None:
    """Write one of the frames that a placement rests on, where it has rows."""
    frame: pd.DataFrame = getattr(result, name)
    if frame.empty:
        return
    table = frame.reset_index()
    if name == "curve":
        main = {item.type: item.cutoff_min for item in result.plan.programme}
        # a site more that reaches nobody more is no row; the first row gains nothing on another
        gains = (table["marginal"] > 0) | (table["n"] == 0)
        table = table[(table["cutoff_min"] == table["type"].map(main)) & gains]
        table["marginal"] = table["marginal"].astype("Int64").mask(table["n"] == 0)
    if name == "worlds":
        table = table.assign(worst=table["regret"].fillna(table["regret_minutes"]))
        table = table.sort_values(["type", "worst"], ascending=[True, False], kind="stable")
        table = table.groupby("type", sort=False).head(_WORST_WORLDS)
    types = [type_name(result.venue_types, str(one), lang) for one in table["type"]]
    step = str(frame.index.names[-1])
    columns = [Column(header("type_zh", lang), types, width=22)]
    if name in _WORDS:
        texts = [word("price", one, lang) for one in table[_WORDS[name]]]
        columns.append(Column(header(f"{name}_{_WORDS[name]}", lang), texts, name="key", width=34))
    else:
        columns.append(Column(header(f"{name}_{step}", lang), _plain(table[step]), "free"))
    told = _kinds(table, name, lang)
    if told:
        columns.append(Column(header(f"{name}_kind", lang), told, width=34))
    columns += [
        Column(
            header(f"{name}_{one}", lang),
            _plain(table[one]),
            "minutes" if one in {"minutes", "minutes_best"} else "int",
        )
        for one in _NUMBERS[name]
        if table[one].notna().any()
    ]
    if name == "phases":
        towns = [_towns(result, ids) for ids in table["sites"]]
        columns.append(Column(header("phases_sites", lang), towns, width=42))
    form.note("")
    form.note(say(f"report.prospect.{name}", lang), bold=True)
    form.table(columns, total=False, filters=False)


def _themes(table: pd.DataFrame, lang: str) -> list[Column]:
    """Return the column of themes where some programme is about themes."""
    if "themes_gained" not in table or table["themes_gained"].isna().all():
        return []
    return [Column(header("themes_gained", lang), _plain(table["themes_gained"]), "int")]


def _kinds(table: pd.DataFrame, name: str, lang: str) -> list[str]:
    """Return in words what a plan, a year or a world is."""
    if name == "plans":
        return [word("plan", one, lang) for one in table["kind"]]
    if name == "phases":
        return [word("phase", one, lang) for one in table["state"]]
    if name == "worlds":
        pairs = zip(table["what"], table["name"], strict=True)
        return [say(f"evidence.world.{what}", lang, name=one) for what, one in pairs]
    return []


def _verdicts(own: pd.DataFrame, lang: str) -> list[str | None]:
    """Return what is printed of each site: to be checked outranks needed."""
    pairs = zip(own["label"], own["stability"], strict=True)
    return [None if is_missing(label) else verdict(label, share, lang) for label, share in pairs]


def _towns(result: Result, ids: object) -> str:
    """Return the townships of sites, which is as fine as a phase need be told."""
    towns = [str(result.candidates["township"].get(one, one)) for one in parts_of(ids)]
    return "、".join(dict.fromkeys(towns))


def _plain(values: "pd.Series[Any]") -> list[Any]:
    return [None if is_missing(one) else one for one in values.astype(object)]


def _texts(table: pd.DataFrame, name: str) -> list[str | None]:
    return [None if is_missing(one) else str(one) for one in table[name]]
