"""request.docx: a 请示 to be finished by hand: what was computed stands there, the rest blank."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from coverplan.domain import Presence, Result
from coverplan.report.document_letter import Letter
from coverplan.report.document_report import number, people_text
from coverplan.report.phrases import county_name
from coverplan.report.tables import is_missing, parts_of, type_order
from coverplan.report.words import type_name, word
from coverplan.rows import row_at
from coverplan.text import say

__all__ = ["presence_lines", "write_request"]

_YUAN = 10_000
_MOST_NOTES = 5


def write_request(result: Result, path: Path, *, lang: str = "zh") -> bool:
    """
    Write a request for instructions on the proposed sites, as a draft.

    Parameters
    ----------
    result
        A run's result.
    path
        The `.docx` file.
    lang
        `"zh"` or `"en"`.

    Returns
    -------
    bool
        Whether there was anything to ask for; without proposed sites nothing is written.

    Notes
    -----
    Page and type after GB/T 9704-2012. A cost is the candidate's own, as typed; nothing is
    estimated: where none was typed a blank is left. To whom it goes, which policy it serves, where
    the money comes from and the date are the planner's to write.
    """
    sites = _sites(result)
    if sites.empty:
        return False
    county, day = result.plan.county, result.as_of
    name = county_name(result, lang)
    letter = Letter(
        say("request.title", lang, county=name),
        author=county.unit or county.name,
        as_of=day,
        mark=say("request.mark", lang),
        lang=lang,
    )
    letter.to(say("request.to", lang))
    if result.plan.outputs.example:
        letter.text(say("report.example_long", lang), strong=True)
    letter.text(say("request.why", lang, county=name, day=day.isoformat()))
    letter.section(say("request.now", lang))
    for line in (*presence_lines(result, lang), *_reached(result, lang), *_behind(result, lang)):
        letter.text(line)
    letter.section(say("request.asked", lang))
    for kind in dict.fromkeys(sites["type"]):
        _asked(letter, result, str(kind), sites[sites["type"] == kind])
    letter.section(say("request.money", lang))
    letter.text(_cost(sites, lang))
    letter.text(say("request.source", lang))
    letter.section(say("request.basis", lang))
    for line in _basis(result, dict.fromkeys(sites["type"]), lang):
        letter.text(line)
    letter.text(say("request.close", lang))
    letter.text(say("request.enclosed", lang))
    letter.sign(county.unit or county.name)
    letter.text(say("request.contact", lang))
    letter.save(path)
    return True


def presence_lines(result: Result, lang: str) -> list[str]:
    """
    Return a sentence a programme: how many townships have, have none, have not reported.

    Parameters
    ----------
    result
        A run's result.
    lang
        `"zh"` or `"en"`.
    """
    lines = []
    for kind in type_order(result, programmes_only=True):
        states = result.presence.xs(kind, level="type")["state"]
        counts = {state: int((states == state).sum()) for state in Presence}
        lines.append(
            say(
                "request.presence",
                lang,
                type=type_name(result.venue_types, kind, lang),
                all=len(states),
                has=counts[Presence.HAS],
                none=counts[Presence.NONE],
                unreported=counts[Presence.UNREPORTED],
            )
        )
    return lines


def _sites(result: Result) -> pd.DataFrame:
    """Return the sites still to build by type and order, with the cost typed for each, in yuan."""
    own = pd.DataFrame(result.placement.drop(columns="geometry", errors="ignore"))
    own = own[own["candidate_id"].fillna("") != ""]
    own = _mended(result, own.astype({"people_gained": "Int64"}))
    # a public run folder holds no costs
    costs = result.candidates.get("cost_yuan", pd.Series(dtype="Float64"))
    typed = own["candidate_id"].map(costs)
    order = {kind: place for place, kind in enumerate(type_order(result))}
    own = own.assign(cost_yuan=typed, _place=own["type"].map(order))
    return own.sort_values(["_place", "order"], kind="stable")


def _mended(result: Result, own: pd.DataFrame) -> pd.DataFrame:
    """Leave out what stands or was given up, and take in what the years left bring anew."""
    for item in result.plan.programme:
        mine = own["type"] == item.type
        if not item.after or not mine.any():
            continue
        years = _year_rows(result, item.type)
        if years.empty:  # the years were not planned anew: at least what stands is not asked for
            own = own[~(mine & own["candidate_id"].isin(item.built))]
            continue
        left = [one for cell in years["sites"] for one in parts_of(cell)]
        own = own[~mine | own["candidate_id"].isin(left)]
        known = set(own.loc[own["type"] == item.type, "candidate_id"])
        new = [_swapped_in(result, item.type, one) for one in left if one not in known]
        if new:
            rows = pd.DataFrame(new).astype({"people_gained": "Int64"})
            own = pd.concat([own, rows], ignore_index=True)
        # in the order in which they are built
        mine = own["type"] == item.type
        place = {one: number for number, one in enumerate(left, start=1)}
        own = own.assign(order=own["order"].mask(mine, own["candidate_id"].map(place)))
    return own


def _year_rows(result: Result, kind: str) -> pd.DataFrame:
    """Return the years of a programme that are not over, as they are planned now."""
    if result.phases.empty or kind not in result.phases.index.unique("type"):
        return result.phases.iloc[:0]
    rows = result.phases.loc[[kind]].droplevel("type").sort_index()
    return rows[rows["state"] != "built"]


def _swapped_in(result: Result, kind: str, site: str) -> dict[str, Any]:
    """Return the row of a site that was not proposed: the years left bring it in."""
    place = row_at(result.candidates, site)
    code9, town = place["code9"], place["township"]
    state = result.presence["state"].get((code9, kind))
    return {
        "type": kind,
        "candidate_id": site,
        "label_zh": say("say.by_township", "zh", township=town, name=place["name"]),
        "label_en": say("say.by_township", "en", township=town, name=place["name"]),
        "code9": code9,
        "township": town,
        "rule": "swapped_in",
        "condition": "if_none" if state == Presence.UNREPORTED else "known",
        "people_gained": None,
    }


def _reached(result: Result, lang: str) -> list[str]:
    return [
        f"{type_name(result.venue_types, kind, lang)}{'：' if lang == 'zh' else ': '}{text}"
        for kind in type_order(result, programmes_only=True)
        for text in people_text(result, kind, lang)[-1:]
    ]


def _behind(result: Result, lang: str) -> list[str]:
    """Return a sentence for each target of a programme's type that is not met yet."""
    kinds = {item.type for item in result.plan.programme}
    lines = []
    for _, row in result.targets.iterrows():
        if not kinds & set(parts_of(str(row["venue_type"]))) or is_missing(row["missing"]):
            continue
        if float(row["missing"]) > 0:
            values = {name: number(row[name]) for name in ("goal", "done", "missing")}
            lines.append(say("request.target", lang, name=row[f"name_{lang}"], **values))
    return lines


def _asked(letter: Letter, result: Result, kind: str, sites: pd.DataFrame) -> None:
    lang = letter.lang
    name = type_name(result.venue_types, kind, lang)
    programme = result.plan.programme_of(kind)
    if programme is not None and programme.built:
        built, after = len(set(programme.built)), programme.after
        letter.text(say("request.built", lang, type=name, after=after, n=built))
    letter.text(say("request.sites", lang, type=name, n=len(sites)))
    waiting = sites["condition"] == "if_none"
    marks = [say("request.mark_if_none", lang) if one else "" for one in waiting]
    heads = [
        say(f"request.head_{one}", lang)
        for one in ("no", "place", "rule", "people", "cost", "note")
    ]
    rows = [
        [
            place,
            site[f"label_{lang}"] or site["township"],
            word("rule", site["rule"], lang),
            int(site["people_gained"]) if not is_missing(site["people_gained"]) else "",
            _amount(site["cost_yuan"]) if not is_missing(site["cost_yuan"]) else "",
            mark,
        ]
        for place, ((_, site), mark) in enumerate(
            zip(sites.iterrows(), marks, strict=True), start=1
        )
    ]
    letter.table(heads, rows, widths=(1, 4, 2.4, 2, 2, 1.6))
    if waiting.any():
        letter.text(say("request.if_none", lang, n=int(waiting.sum())))
    years = _years(result, kind, lang)
    if years:
        letter.text(say("request.years", lang, years=("、" if lang == "zh" else ", ").join(years)))


def _years(result: Result, kind: str, lang: str) -> list[str]:
    programme = result.plan.programme_of(kind)
    if programme is None:
        return []
    rows = _year_rows(result, kind)
    if len(rows):
        pairs = [(year, len(parts_of(cell))) for year, cell in rows["sites"].items()]
    else:
        every = zip(programme.years, programme.sites_per_year, strict=True)
        pairs = [(year, n) for year, n in every if year > programme.after]
    return [say("request.year", lang, year=year, n=n) for year, n in pairs if n]


def _cost(sites: pd.DataFrame, lang: str) -> str:
    costs = [float(one) for one in sites["cost_yuan"] if not is_missing(one)]
    values: dict[str, Any] = {"n": len(sites), "amount": _amount(sum(costs))}
    if not costs:
        return say("request.cost_none", lang, n=len(sites))
    if len(costs) == len(sites):
        return say("request.cost_all", lang, **values)
    rest = len(sites) - len(costs)
    return say("request.cost_some", lang, **values, known=len(costs), rest=rest)


def _amount(yuan: Any) -> str:
    return f"{float(yuan) / _YUAN:,.2f}".rstrip("0").rstrip(".")


def _basis(result: Result, kinds: Sequence[str] | dict[str, None], lang: str) -> list[str]:
    """Return what the placement rests on, and the notes that weigh most."""
    lines = []
    for kind in kinds:
        text = result.programmes[f"statement_{lang}"].get(kind)
        if isinstance(text, str) and text:
            lines.append(text)
    notes = [note.text(lang) for note in result.notes]
    lines += [text for text in notes if "\n" not in text][:_MOST_NOTES]
    return [*dict.fromkeys(lines), say("report.approximate", lang), say("report.not_public", lang)]
