"""What the proof says of every candidate: needed, replaceable by which, never - and how surely."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from coverplan.config import Plan
from coverplan.config_tables import Programme
from coverplan.errors import Problem, Severity
from coverplan.placement.evidence import site_evidence, why
from coverplan.placement.p_median import p_median
from coverplan.placement.stability import STABLE, stability
from coverplan.prospects import rules_of
from coverplan.rows import row_at
from coverplan.scene import Choice, Scene, choice_of
from coverplan.text import LANGUAGES, say
from coverplan.worlds_of import plausible_worlds, record_worlds

__all__ = ["STABLE", "candidate_evidence", "evidence_notes", "records_to_check"]

COLUMNS: dict[str, Any] = {
    "chosen": bool,
    "label": "object",
    "partners": "object",
    "dominated_by": "object",
    "loss_low": "Int64",
    "loss_high": "Int64",
    "stability": "Float64",
    "regret_worst": "Int64",
    "worlds": "Int64",
    "people_newly_covered": "Int64",
    "people_nearer": "Int64",
    "why_zh": "object",
    "why_en": "object",
}
UNIT = {"every_township": "people", "p_median": "pupil_minutes"}


def candidate_evidence(plan: Plan, scene: Scene, placement: pd.DataFrame) -> pd.DataFrame:
    """
    Return the evidence for every candidate of every programme that is placed by minutes.

    Parameters
    ----------
    plan
        `[placement] evidence`, `worlds`, `time_limit_s`.
    scene
        What is known.
    placement
        The proposals.

    Returns
    -------
    pandas.DataFrame
        [type, candidate_id] `chosen`; `label` (backbone, interchangeable, dominated, never, open);
        `partners` (ids, ";" between); `dominated_by`; `loss_low, loss_high` (what is lost if a
        chosen site is forced out, or another one in: people within the cutoff, or pupil-minutes
        for a p-median; missing where the rules then allow no plan at all); `stability` (share of
        the worlds whose own best plan opens it); `regret_worst` (of the plan, over the `worlds`
        tried); `people_newly_covered, people_nearer` (by the site, against the plan without it);
        `why_zh, why_en`.
    """
    rows: list[dict[str, Any]] = []
    for item in plan.programme if plan.placement.evidence else ():
        choice = choice_of(item, scene)
        ids = placement.loc[placement["type"] == item.type, "candidate_id"]
        chosen = [choice.sites.index(site) for site in ids if site in choice.sites]
        if not choice.timed or not chosen or item.model == "count":
            continue
        if item.model == "p_median":
            table = _median(choice, chosen)
        else:
            table = _covering(plan, item, choice, chosen, scene)
        rows.extend(_with_reasons(table, item, choice, chosen, scene))
    keys = ["type", "candidate_id"]
    frame = pd.DataFrame(rows, columns=[*keys, *COLUMNS])
    return frame.astype(COLUMNS).set_index(keys)


def records_to_check(plan: Plan, scene: Scene, placement: pd.DataFrame) -> pd.DataFrame:
    """
    Return the answers to check first, because a wrong one would change the plan.

    Parameters
    ----------
    plan, scene, placement
        As for `candidate_evidence`.

    Returns
    -------
    pandas.DataFrame
        [type, rank] `code12` (the village whose minutes matter), `name`, `people`, `regret` (what
        the plan would lose against the best one if the answer is 30 % too short) [persons].
    """
    rows = []
    for item in plan.programme if plan.placement.evidence else ():
        choice = choice_of(item, scene)
        ids = placement.loc[placement["type"] == item.type, "candidate_id"]
        chosen = [choice.sites.index(site) for site in ids if site in choice.sites]
        if not choice.timed or not chosen or item.model != "every_township":
            continue
        worlds = record_worlds(choice, float(item.cutoff_min))
        if not worlds:
            continue
        found = stability(
            [(world.minutes, world.weight) for world in worlds],
            float(item.cutoff_min),
            len(chosen),
            plan=[*choice.existing, *chosen],
            existing=choice.existing,
            time_limit_s=plan.placement.time_limit_s,
            **rules_of(item, choice, scene, len(chosen)),
        )
        for rank, number in enumerate(found.flips, start=1):
            code12 = worlds[number].subject
            point = row_at(choice.group, code12)
            name = scene.villages["name"].get(code12, code12)
            regret = round(float(found.regret[number]))
            rows.append((item.type, rank, code12, name, int(point["people"]), regret))
    columns = ["type", "rank", "code12", "name", "people", "regret"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"rank": "int64", "people": "int64", "regret": "int64"}).set_index(
        ["type", "rank"]
    )


def evidence_notes(
    evidence: pd.DataFrame, prices: pd.DataFrame, venue_types: pd.DataFrame
) -> tuple[Problem, ...]:
    """
    Return the sentences that say how sure the proposals are and what the rules cost.

    Parameters
    ----------
    evidence
        What `candidate_evidence` returned.
    prices
        What `prospects.prices` returned.
    venue_types
        [id] `zh, en`.
    """
    said = []
    for kind, rows in evidence[evidence["chosen"]].groupby(level="type", sort=False):
        words = _words(venue_types, str(kind))
        count = {
            name: int((rows["label"] == name).sum()) for name in ("backbone", "interchangeable")
        }
        values = {**words, "new": len(rows), **count}
        if rows["stability"].isna().all():
            said.append(_note("evidence.summary_median", values))
            continue
        unstable = int((rows["stability"] < STABLE).sum())
        regret = int(rows["regret_worst"].max())
        values |= {"worlds": int(rows["worlds"].max()), "unstable": unstable, "regret": regret}
        said.append(_note("evidence.summary", values))
    for price in prices.reset_index().to_dict("records"):
        words, rule = _words(venue_types, str(price["type"])), price["rule"]
        names = {f"rule_{lang}": say(f"evidence.rule.{rule}", lang) for lang in LANGUAGES}
        numbers = {n: int(price[n]) for n in ("people", "people_with", "people_without")}
        said.append(_note("evidence.price", {**words, **names, **numbers}))
    return tuple(said)


def _words(venue_types: pd.DataFrame, kind: str) -> dict[str, str]:
    names = row_at(venue_types, kind)
    return {"type_zh": str(names["zh"]), "type_en": str(names["en"])}


def _note(key: str, values: Mapping[str, Any]) -> Problem:
    return Problem(key, values=values, severity=Severity.NOTE)


def _covering(
    plan: Plan, item: Programme, choice: Choice, chosen: list[int], scene: Scene
) -> list[dict[str, Any]]:
    """Force each candidate in or out of the most-people plan, and try the plan in many worlds."""
    rules = rules_of(item, choice, scene, len(chosen))
    options = {"existing": choice.existing, "time_limit_s": plan.placement.time_limit_s, **rules}
    cutoff, new = float(item.cutoff_min), len(chosen)
    found = site_evidence(choice.minutes, choice.weight, cutoff, new, **options)
    share = np.full(len(choice.sites), np.nan)
    worst = tried = None
    if plan.placement.worlds:
        draws, seed = plan.placement.worlds, plan.demand.seed
        worlds = plausible_worlds(choice, scene.scenarios, draws=draws, seed=seed)
        seen = stability(
            [(world.minutes, world.weight) for world in worlds],
            cutoff,
            new,
            plan=[*choice.existing, *chosen],
            **options,
        )
        share, worst = seen.chosen_share, round(float(seen.regret.max()))
        tried = len(worlds)
    return [
        {
            "column": one.site,
            "label": _label(str(one.label), one.site in chosen),
            "partners": choice.named(one.partners),
            "dominated_by": choice.sites[one.dominated_by] if one.dominated_by >= 0 else "",
            "loss_low": _people(one.loss_low),
            "loss_high": _people(one.loss_high),
            "stability": share[one.site],
            "regret_worst": worst,
            "worlds": tried,
        }
        for one in found
    ]


def _label(label: str, chosen: bool) -> str:
    """Return the label; the goal of least time may have picked a chosen site among equals."""
    return "interchangeable" if label == "never" and chosen else label


def _median(choice: Choice, chosen: list[int]) -> list[dict[str, Any]]:
    """Force each candidate in or out of the least-time plan."""
    reached = np.isfinite(choice.minutes).any(axis=1)
    minutes, weight = choice.minutes[reached], choice.weight[reached]
    new = len(chosen)
    best = p_median(
        minutes, weight, new, existing=choice.existing, required=list(choice.must)
    ).objective
    rows = []
    for column in range(choice.n_open, len(choice.sites)):
        is_chosen = column in chosen
        must = [*choice.must] if is_chosen else [*choice.must, column]
        other = p_median(
            minutes,
            weight,
            new,
            existing=choice.existing,
            required=must,
            forbidden=[column] if is_chosen else [],
        )
        loss = max(0.0, other.objective - best)
        free = loss < 0.5
        instead = sorted(set(other.added.tolist()) - set(chosen))
        gone = sorted(set(chosen) - set(other.added.tolist()))
        partners = (instead if is_chosen else gone) if free else []
        label = "interchangeable" if free else "backbone" if is_chosen else "never"
        rows.append(
            {
                "column": column,
                "label": label,
                "partners": choice.named(partners),
                "dominated_by": "",
                "loss_low": round(loss),
                "loss_high": round(loss),
                "stability": np.nan,
                "regret_worst": None,
                "worlds": None,
            }
        )
    return rows


def _with_reasons(
    table: list[dict[str, Any]], item: Programme, choice: Choice, chosen: list[int], scene: Scene
) -> list[dict[str, Any]]:
    """Add who gains by each chosen site, and the sentence that says so."""
    rows = []
    for row in table:
        column = row.pop("column")
        facts: dict[str, Any] = {
            "type": item.type,
            "candidate_id": choice.sites[column],
            "chosen": column in chosen,
            "people_newly_covered": None,
            "people_nearer": None,
            "why_zh": "",
            "why_en": "",
        }
        if column in chosen:
            open_then = [*choice.existing, *chosen]
            found = why(choice.minutes, choice.weight, item.cutoff_min, open_then, column)
            facts["people_newly_covered"] = round(found.newly_covered)
            facts["people_nearer"] = round(found.nearer)
            if found.points.size:
                facts |= _sentence(found, item, choice, scene)
        rows.append({**row, **facts})
    return rows


def _sentence(found: Any, item: Programme, choice: Choice, scene: Scene) -> dict[str, str]:
    point = choice.group.index[int(found.points[0])]
    name = str(scene.villages["name"].get(point, choice.group["name"].get(point, point)) or point)
    before = float(found.before[0])
    values = {
        "newly": round(found.newly_covered),
        "nearer": round(found.nearer),
        "cutoff": item.cutoff_min,
        "name": name,
        "before": "—" if np.isinf(before) else round(before),
        "after": round(float(found.after[0])),
    }
    key = "evidence.why_pupils" if item.demand == "pupils" else "evidence.why"
    return {f"why_{lang}": say(key, lang, **values) for lang in ("zh", "en")}


def _people(value: float) -> int | None:
    return round(value) if np.isfinite(value) else None
