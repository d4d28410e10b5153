"""The papers that decide: one page that compares plans, and one page a township that says why."""

from pathlib import Path
from typing import Any

import pandas as pd

from coverplan.domain import Presence, Result
from coverplan.report.document import Paper
from coverplan.report.document_report import number, paper_of, unit_of
from coverplan.report.figures import draw_map, figure_png
from coverplan.report.options import Option, options, people_in_all, people_within
from coverplan.report.phrases import county_name, target_names
from coverplan.report.tables import is_missing, joined, of_type
from coverplan.report.words import type_name, word
from coverplan.text import say

__all__ = [
    "briefed_type",
    "evidence_text",
    "township_lines",
    "write_briefing",
    "write_township_pages",
]

_LETTERS = "ABCDEF"
STABLE = 0.6
"""Below this share of worlds a proposed site is to be checked first."""


def briefed_type(result: Result) -> str | None:
    """
    Return the first programme's type for which sites are proposed, or None.

    Parameters
    ----------
    result
        A run's result.
    """
    placed = set(result.placement["type"])
    return next((item.type for item in result.plan.programme if item.type in placed), None)


def write_briefing(
    result: Result, path: Path, *, lang: str = "zh", venue_type: str | None = None
) -> bool:
    """
    Write one page that sets two or three plans side by side and recommends one.

    Parameters
    ----------
    result
        A run's result.
    path
        The `.docx` file.
    lang
        `"zh"` or `"en"`.
    venue_type
        Which type; the first with proposed sites where it is None.

    Returns
    -------
    bool
        Whether there was anything to decide; without proposed sites nothing is written.
    """
    venue_type = venue_type or briefed_type(result)
    if venue_type is None:
        return False
    name = type_name(result.venue_types, venue_type, lang)
    title = say("report.paper.briefing", lang, county=county_name(result, lang), type=name)
    paper = paper_of(result, title, lang, compact=True)
    found = options(result, venue_type)
    paper.section(say("report.paper.options", lang))
    _side_by_side(paper, result, venue_type, found)
    paper.section(say("report.paper.recommended", lang))
    paper.text(_recommended(result, venue_type, found, lang), strong=True)
    programme = result.programmes.loc[venue_type]
    statement = programme.get(f"statement_{lang}")
    if isinstance(statement, str) and statement:
        paper.text(statement)
    png = figure_png(lambda ax: draw_map(ax, result, venue_type, lang), size=(8, 6.6))
    paper.picture(png, width_mm=104)
    reasons = _reasons(result, venue_type, lang)
    if reasons:
        paper.section(say("report.paper.why", lang))
        for text in reasons:
            paper.small(text)
    paper.section(say("report.paper.caution", lang))
    for text in _cautions(result, lang):
        paper.small(text)
    paper.save(path)
    return True


def write_township_pages(result: Result, path: Path, *, lang: str = "zh") -> None:
    """
    Write one page a township: what it has, who is left out, and why a site is (not) planned.

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
    for number_, code in enumerate(result.townships.index):
        if number_:
            paper.new_page()
        name = result.townships["name"][code]
        paper.heading(say("report.paper.township", lang, township=name))
        for line in township_lines(result, str(code), lang):
            paper.text(line)
        paper.text(say("report.town.ask", lang))
    paper.save(path)


def township_lines(result: Result, code9: str, lang: str) -> list[str]:
    """
    Return what a township is told: state, nearest venue, people left out, why (not) here.

    Parameters
    ----------
    result
        A run's result.
    code9
        Code of the township.
    lang
        `"zh"` or `"en"`.
    """
    lines = []
    for item in result.plan.programme:
        own = of_type(result.gaps, item.type).loc[[code9]].iloc[0]
        lines.append(_state(result, item.type, own, lang))
        nearest = _nearest(own, lang)
        if nearest:
            lines.append(nearest)
        beyond = _beyond(result, item.type, item.cutoff_min, own, lang)
        if beyond:
            lines.append(beyond)
        lines.append(_why(result, item.type, code9, own, lang))
    missed = joined(result.gaps, "targets_missing").get(code9, "")
    if missed:
        names = target_names(result, str(missed), lang)
        lines.append(say("report.town.targets", lang, targets=names))
    return [line for line in lines if line]


def _state(result: Result, venue_type: str, own: "pd.Series[Any]", lang: str) -> str:
    name = type_name(result.venue_types, venue_type, lang)
    if own["state"] == Presence.HAS:
        active = own["places_active"]
        more = "" if is_missing(active) else say("report.town.active", lang, places=int(active))
        return say("report.town.has", lang, type=name, places=int(own["places_open"]), active=more)
    if own["state"] == Presence.NONE:
        ground = word("reason", own["reason"], lang)
        return say("report.town.none", lang, type=name, reason=ground)
    return say("report.town.unreported", lang, type=name)


def _nearest(own: "pd.Series[Any]", lang: str) -> str:
    name, minutes, km = own["nearest_name"], own["nearest_min"], own["nearest_km"]
    if is_missing(name) or not name:
        return ""
    if not is_missing(minutes) and float(minutes) != float("inf"):
        return say("report.town.nearest_min", lang, name=name, minutes=f"{float(minutes):.0f}")
    if not is_missing(km):
        return say("report.town.nearest_km", lang, name=name, km=f"{float(km):.1f}")
    return ""


def _beyond(result: Result, venue_type: str, cutoff: int, own: "pd.Series[Any]", lang: str) -> str:
    people = own.get(f"people_uncovered_{cutoff}min")
    rank = own["rank_people"]
    if is_missing(people) or own["refused"] or is_missing(rank):
        return ""
    total = result.coverage["people"].get((own.name, venue_type, cutoff), own["people"])
    listed = int(of_type(result.gaps, venue_type)["rank_people"].notna().sum())
    values = {"people": number(people), "total": number(total), "cutoff": cutoff}
    return say("report.town.beyond", lang, **values, count=listed, rank=int(rank))


def _why(result: Result, venue_type: str, code9: str, own: "pd.Series[Any]", lang: str) -> str:
    """Return why a site of this type is proposed in this township, or why not."""
    placed = result.placement[result.placement["type"] == venue_type]
    placed = placed[placed["candidate_id"].fillna("") != ""]
    here = placed[placed["code9"] == code9]
    if len(here):
        return _gap(lang).join(_why_here(result, site, lang) for _, site in here.iterrows())
    if own["state"] == Presence.UNREPORTED:
        return say("report.town.not_reported", lang)
    if own["state"] == Presence.HAS:
        return say("report.town.not_has", lang, places=int(own["places_open"]))
    status = result.programmes["status"].get(venue_type, "")
    if status == "listed":
        return say("report.town.not_counted", lang)
    if placed.empty:
        return say("report.town.not_placed", lang, reason=word("solved", status, lang))
    return _elsewhere(result, placed, venue_type, code9, lang)


def _elsewhere(result: Result, placed: pd.DataFrame, venue_type: str, code9: str, lang: str) -> str:
    """Return by what the sites were chosen, and what one in this township would cost."""
    last = placed.sort_values("order", kind="stable").iloc[-1]
    model = str(result.programmes["model"][venue_type])
    ground = {"p_median": "not_time", "count": "not_named"}.get(model, "not_people")
    text = say(f"report.town.{ground}", lang, n=len(placed), last=last[f"label_{lang}"])
    loss = _least_loss(result, venue_type, code9)
    if loss is None:
        return text
    # what a p-median loses is time, not people
    unit = "loss_time" if model == "p_median" else "loss"
    return text + say(f"report.town.{unit}", lang, people=number(loss))


def _least_loss(result: Result, venue_type: str, code9: str) -> float | None:
    """Return what the best plan loses at least when it must open a site of this township."""
    evidence = of_type(result.evidence, venue_type) if len(result.evidence) else result.evidence
    if evidence.empty or result.plan.programme_of(venue_type) is None:
        return None
    homes = result.candidates["code9"].reindex(evidence.index)
    losses = evidence["loss_low"][(homes == code9).to_numpy()].dropna()
    return float(losses.min()) if len(losses) and float(losses.min()) > 0 else None


def _why_here(result: Result, site: "pd.Series[Any]", lang: str) -> str:
    people, unit = site["people_gained"], unit_of(result, site["type"])
    gain = "" if is_missing(people) else say(f"report.town.gain{unit}", lang, people=number(people))
    text = say(
        "report.town.why",
        lang,
        label=site[f"label_{lang}"],
        rule=word("rule", site["rule"], lang),
        gain=gain,
        condition=say(f"report.town.condition_{site['condition']}", lang),
    ).strip()
    evidence = evidence_text(result, site["type"], site["candidate_id"], lang)
    return f"{text}{_gap(lang)}{evidence}".strip()


def _gap(lang: str) -> str:
    """Return what stands between two sentences."""
    return "" if lang == "zh" else " "


def evidence_text(result: Result, venue_type: str, candidate: str, lang: str) -> str:
    """
    Return what speaks for a proposed site: whom it reaches, and in how many worlds it is chosen.

    Parameters
    ----------
    result
        A run's result.
    venue_type
        Id of the type.
    candidate
        Id of the candidate.
    lang
        `"zh"` or `"en"`.
    """
    if (venue_type, candidate) not in result.evidence.index:
        return ""
    own = result.evidence.loc[[(venue_type, candidate)]].iloc[0]
    why, stability = own[f"why_{lang}"], own["stability"]
    parts = [str(why)] if isinstance(why, str) and why else []
    if not is_missing(stability):
        key = "stable" if float(stability) >= STABLE else "unstable"
        parts.append(say(f"report.town.{key}", lang, share=f"{float(stability):.0%}"))
    return _gap(lang).join(parts)


def _side_by_side(paper: Paper, result: Result, venue_type: str, found: tuple[Option, ...]) -> None:
    """Write the plans as columns: what each costs in sites and what it achieves."""
    lang = paper.lang
    programme = result.plan.programme_of(venue_type)
    cutoff = programme.cutoff_min if programme else 0
    total = people_in_all(result, venue_type)
    now = people_within(result, venue_type)
    heads = [""]
    heads += [
        f"{say('report.option.name', lang, letter=letter)}\n{say(f'report.option.{one.key}', lang)}"
        for letter, one in zip(_LETTERS, found, strict=False)
    ]
    rows: list[list[Any]] = [
        [say("report.option.new_sites", lang), *(one.new_sites for one in found)],
        [say("report.option.townships_left", lang), *(one.townships_left for one in found)],
    ]
    if now is not None and total:
        reached = [one.people for one in found]
        rows.append([say("report.option.covered", lang, cutoff=cutoff), *reached])
        shares = [f"{(one or 0) / total:.1%}" for one in reached]
        rows.append([say("report.option.share", lang), *shares])
        gains = [
            round(((one.people or 0) - now) / one.new_sites) if one.new_sites else None
            for one in found
        ]
        rows.append([say("report.option.each", lang), *gains])
    paper.table(heads, rows, widths=[1.6, *[1.4] * len(found)])
    paper.small(say("report.paper.source", lang, file="placement.csv, data/curve.parquet"))


def _reasons(result: Result, venue_type: str, lang: str, most: int = 3) -> list[str]:
    """Return what speaks for the first proposed sites."""
    own = result.placement[result.placement["type"] == venue_type]
    own = own[own["candidate_id"].fillna("") != ""].sort_values("order", kind="stable")
    texts = []
    for _, site in own.head(most).iterrows():
        why = evidence_text(result, venue_type, str(site["candidate_id"]), lang)
        if why:
            colon = "：" if lang == "zh" else ": "
            texts.append(f"{site['order']}. {site[f'label_{lang}']}{colon}{why}")
    return texts


def _recommended(result: Result, venue_type: str, found: tuple[Option, ...], lang: str) -> str:
    programme = result.programmes.loc[[venue_type]].iloc[0]
    silent = programme["unreported"]
    if not is_missing(silent) and int(silent) > 0:
        return say("report.paper.pick_check", lang, n=int(silent))
    keys = [one.key for one in found]
    place = keys.index("placed")
    one = found[place]
    values = {"letter": _LETTERS[place], "n": one.new_sites, "left": one.townships_left}
    text = say("report.paper.pick_placed", lang, **values)
    solved = word("solved", programme["status"], lang)
    return text + say("report.paper.proven", lang, solved=solved)


def _cautions(result: Result, lang: str) -> list[str]:
    """Return the notes that speak of the figures' limits, and the boundaries'."""
    texts = [note.text(lang) for note in result.notes]
    limits = [text for text in texts if "\n" not in text][:4]
    return [*limits, say("report.approximate", lang), say("report.not_public", lang)]
