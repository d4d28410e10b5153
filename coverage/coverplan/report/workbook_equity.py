"""The sheet of gaps.xlsx that says how unevenly people are reached, and how surely."""

import pandas as pd

from coverplan.domain import TOTAL, Result
from coverplan.report.form import Book, Column, Form, states
from coverplan.report.phrases import county_name, refusal
from coverplan.report.words import header, type_name
from coverplan.text import say

__all__ = ["equity_sheet"]

_EQUITY = (
    ("people", "int"),
    ("people_left_out", "int"),
    ("decile_gap_pp", "minutes"),
    ("worst_off_min", "minutes"),
    ("people_beyond", "int"),
    ("share_beyond", "share"),
    ("over_min", "minutes"),
    ("people_unreachable", "int"),
    ("fgt_1", "free"),
    ("fgt_2", "free"),
    ("gini_minutes", "free"),
    ("palma_minutes", "free"),
    ("theil_minutes", "free"),
)
_VARIED = (
    "covered",
    "covered_low",
    "covered_high",
    "covered_slow",
    "covered_fast",
    "covered_shorter",
    "covered_longer",
    "covered_scenario_low",
    "covered_scenario_high",
    "covered_least",
    "covered_most",
)
_PLACES = 3
"""How many decimals an index without unit is shown with."""


def equity_sheet(book: Book, result: Result) -> None:
    """
    Write equity by programme, the townships whose own venue deceives, and the bands by township.

    Parameters
    ----------
    book
        An open workbook.
    result
        A run's result; nothing is written where it has no equity figures.
    """
    lang = book.lang
    if result.equity.empty:
        return
    form = book.form(
        say("report.sheet.equity", lang),
        say("report.title.equity", lang, county=county_name(result, lang)),
        say("report.unit_people", lang),
        len(_EQUITY) + 4,
    )
    form.note(say("report.equity.figures", lang), bold=True)
    form.table(_figures(result, lang), total=False, filters=False)
    form.note(say("equity.share_refused", lang, found="Gini / Palma / Theil"))
    form.note(say("equity.proxy", lang))
    if not result.equity["outside"].all():
        form.note(say("equity.outside", lang))
    _comfort(form, result, lang)
    for item in result.plan.programme:
        _bands(form, result, item.type, item.cutoff_min, lang)
    form.close()


def _figures(result: Result, lang: str) -> list[Column]:
    table = result.equity
    names = [type_name(result.venue_types, str(one), lang) for one in table.index]
    columns = [
        Column(header("type_zh", lang), names, name="key", width=22),
        Column(header("cutoff_min", lang), list(table["cutoff_min"]), "int"),
    ]
    for name, kind in _EQUITY:
        values = table[name].round(_PLACES) if kind == "free" else table[name]
        columns.append(Column(header(name, lang), list(values), kind, width=12))
    if (table["refused"] != "").any():
        texts = [refusal(result, one, lang) if one else "" for one in table["refused"]]
        columns.append(Column(header("refused", lang), texts, width=28))
    return columns


def _comfort(form: Form, result: Result, lang: str) -> None:
    """List the townships whose own venue most people cannot reach, and the reverse."""
    found = result.gaps[result.gaps["comfort"].fillna("") != ""].reset_index()
    found = found.sort_values(["comfort", "type", "code9"])
    keys = [
        (code, kind, int(cut))
        for code, kind, cut in found[["code9", "type", "cutoff_min"]].itertuples(index=False)
    ]
    names = result.townships["name"].reindex(found["code9"])
    form.note("")
    form.note(say("report.equity.comfort", lang), bold=True)
    columns = [
        Column(header("township", lang), list(names), name="key"),
        Column(
            header("type_zh", lang),
            [type_name(result.venue_types, str(one), lang) for one in found["type"]],
            width=22,
        ),
        Column(header("comfort", lang), states(found["comfort"], "comfort", lang), width=26),
        Column(header("share", lang), list(result.coverage["share"].reindex(keys)), "share"),
    ]
    form.table(columns, total=False, filters=False)


def _bands(form: Form, result: Result, venue_type: str, cutoff: int, lang: str) -> None:
    """Write the covered people of each township as they are in other worlds, speeds and cutoffs."""
    own = result.coverage.xs((venue_type, cutoff), level=("type", "cutoff_min"))
    shown = [name for name in _VARIED if name in own and own[name].notna().any()]
    if len(shown) < 2:  # noqa: PLR2004 - a figure and something that varies it
        return
    names = [
        say("report.whole_county", lang) if code == TOTAL else result.townships["name"][code]
        for code in own.index
    ]
    form.note("")
    name = type_name(result.venue_types, venue_type, lang)
    form.note(say("report.equity.bands", lang, type=name, cutoff=cutoff), bold=True)
    told = own["refused"].fillna("") == ""
    columns = [Column(header("township", lang), names, name="key")]
    for one in shown:
        values: pd.Series = own[one].where(told) if one == "covered" else own[one]
        columns.append(Column(header(f"band_{one}", lang), list(values), "int"))
    form.table(columns, total=False, filters=False)
