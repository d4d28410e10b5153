"""The few lines that a terminal shows at the end of a run."""

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coverplan.domain import TOTAL, Result
from coverplan.evidence import verdict
from coverplan.presence import totals
from coverplan.rows import row_at
from coverplan.text import say

__all__ = ["proposals", "summary"]


def summary(result: Result, lang: str) -> RenderableType:
    """
    Return a table of the programmes and the sentences that must be said with it.

    Parameters
    ----------
    result
        A run.
    lang
        `"zh"` or `"en"`.
    """
    county = result.plan.county
    name = county.name if lang == "zh" else county.name_en or county.name
    title = say("cli.title", lang, county=name, as_of=county.as_of.isoformat())
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column(say("cli.head.programme", lang))
    for head in ("has", "none", "unreported", "all", "reach", "needed", "proposed"):
        table.add_column(say(f"cli.head.{head}", lang), justify="right")
    kinds = [item.type for item in result.plan.programme]
    count = totals(result.presence, kinds)
    for item in result.plan.programme:
        row = row_at(count, item.type)
        facts = row_at(result.programmes, item.type)
        table.add_row(
            str(result.venue_types.loc[item.type, lang]),
            *(str(row[name]) for name in ("has", "none", "unreported", "all")),
            _reach(result, item.type, item.cutoff_min, lang),
            _needed(facts),
            str(facts["new_sites"]),
        )
    lines: list[RenderableType] = [table, Text(_targets(result.targets, lang))]
    lines.extend(Text("· " + note.text(lang)) for note in result.notes)
    return Group(*lines)


def proposals(result: Result, lang: str) -> RenderableType:
    """
    Return a table of the proposed sites with their reasons, and the sentences of the proof.

    Parameters
    ----------
    result
        A run.
    lang
        `"zh"` or `"en"`.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head, side in (
        ("n", "right"),
        ("place", "left"),
        ("rule", "left"),
        ("gained", "right"),
        ("label", "left"),
        ("stability", "right"),
    ):
        table.add_column(say(f"cli.head.{head}", lang), justify=side)  # type: ignore[arg-type]
    for row in result.placement.to_dict("records"):
        key = (row["type"], row["candidate_id"])
        known = key in result.evidence.index
        label = str(row_at(result.evidence, key)["label"]) if known else ""
        stability = row_at(result.evidence, key)["stability"] if known else pd.NA
        gained = row["people_gained"]
        if pd.isna(gained) and not pd.isna(row.get("themes_gained")):
            gained = say("cli.themes_gained", lang, n=row["themes_gained"])
        table.add_row(
            "" if pd.isna(row["order"]) else str(row["order"]),
            str(row[f"label_{lang}"] or row["township"]),
            say(f"cli.rule.{row['rule']}", lang),
            "" if pd.isna(gained) else str(gained),
            verdict(label, stability, lang) if label else "",
            "" if pd.isna(stability) else f"{round(100 * float(stability))}%",
        )
    lines: list[RenderableType] = [table]
    said = [*result.programmes[f"statement_{lang}"]]
    said += [
        note.text(lang) for note in result.notes if note.key.startswith(("evidence.", "phases."))
    ]
    lines.extend(Text("· " + sentence) for sentence in said)
    return Group(*lines)


def _reach(result: Result, kind: str, cutoff: int, lang: str) -> str:
    row = row_at(result.coverage, (TOTAL, kind, cutoff))
    if row["refused"] or pd.isna(row["share"]):
        return say("cli.no_figure", lang)
    key = "cli.within_least" if row["at_least"] else "cli.within"
    return say(key, lang, cutoff=cutoff, share=round(100 * float(row["share"])))


def _needed(facts: pd.Series) -> str:
    low, high = facts["needed_low"], facts["needed_high"]
    if pd.isna(low):
        return "—"
    return str(low) if low == high else f"{low}-{high}"


def _targets(targets: pd.DataFrame, lang: str) -> str:
    statuses = ("done", "running", "not_started", "overdue", "unreported")
    count = {name: int((targets["status"] == name).sum()) for name in statuses}
    return say("cli.ledger", lang, all=len(targets), **count)
