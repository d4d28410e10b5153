"""What the proof says of every candidate: needed, replaceable by which, never - and how surely."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.config import Plan
from coverplan.config_tables import Programme
from coverplan.domain import Resolution
from coverplan.errors import InfeasibleError, SolverError
from coverplan.placement.evidence import site_evidence, why
from coverplan.placement.mclp import mclp
from coverplan.placement.p_median import p_median
from coverplan.placement.stability import STABLE, stability
from coverplan.prospects import proposed_columns, rules_of
from coverplan.rows import row_at
from coverplan.scene import Choice, Scene, choice_of
from coverplan.text import say
from coverplan.trials import MedianTrial, Trial
from coverplan.worlds_of import record_worlds

__all__ = ["STABLE", "candidate_evidence", "records_to_check", "verdict"]

HALF = 0.5
"""Less than half a person (or pupil-minute) is nobody."""

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


def candidate_evidence(
    plan: Plan, scene: Scene, placement: pd.DataFrame, tried: Mapping[str, Trial | MedianTrial]
) -> pd.DataFrame:
    """
    Return the evidence for every candidate of every programme that is placed by minutes.

    Parameters
    ----------
    plan
        `[placement] evidence`, `time_limit_s`.
    scene
        What is known.
    placement
        The proposals.
    tried
        What `trials.trials` returned.

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

    Notes
    -----
    No finding is finer than the proposal: where only the township is proposed, its label, loss and
    stability are the township's - that it gets a site, whichever of its places that is.
    """
    rows: list[dict[str, Any]] = []
    for item in plan.programme if plan.placement.evidence else ():
        choice = choice_of(item, scene)
        chosen = proposed_columns(item, choice, placement)
        if not choice.timed or not chosen or item.model == "count":
            continue
        coarse = _coarse(item, choice, placement)
        if item.model == "p_median":
            table = _median(plan, choice, chosen)
        else:
            table = _covering(plan, item, choice, chosen, scene, coarse)
        _tried_in_worlds(table, choice, chosen, coarse, tried.get(item.type))
        rows.extend(_with_reasons(table, item, choice, chosen, scene))
    keys = ["type", "candidate_id"]
    frame = pd.DataFrame(rows, columns=[*keys, *COLUMNS])
    return frame.astype(COLUMNS).set_index(keys)


def verdict(label: str, stability: Any, lang: str) -> str:
    """
    Return what is printed of a site: its label, or that it is to be checked, which outranks it.

    Parameters
    ----------
    label
        As in the `evidence` frame.
    stability
        Share of the worlds, missing where none were tried.
    lang
        `"zh"` or `"en"`.

    Examples
    --------
    >>> verdict("backbone", 0.41, "en"), verdict("backbone", 0.88, "en")
    ('to be checked (needed in the given data)', 'needed')
    """
    said = say(f"evidence.label.{label}", lang)
    if pd.isna(stability) or float(stability) >= STABLE:
        return said
    return say("evidence.doubtful", lang, label=said)


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
        chosen = proposed_columns(item, choice, placement)
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


def _coarse(item: Programme, choice: Choice, placement: pd.DataFrame) -> list[int]:
    """Return the proposals of which no more than the township is said."""
    rows = placement[placement["resolution"] == Resolution.TOWNSHIP]
    return proposed_columns(item, choice, rows)


def _covering(
    plan: Plan,
    item: Programme,
    choice: Choice,
    chosen: list[int],
    scene: Scene,
    coarse: list[int],
) -> list[dict[str, Any]]:
    """Force each candidate in or out of the most-people plan."""
    options: dict[str, Any] = {
        "existing": choice.existing,
        "time_limit_s": plan.placement.time_limit_s,
        **rules_of(item, choice, scene, len(chosen)),
    }
    cutoff, new = float(item.cutoff_min), len(chosen)
    found = site_evidence(choice.minutes, choice.weight, cutoff, new, **options)
    whole = {column: _township(choice, cutoff, chosen, column, options) for column in coarse}
    return [
        {
            "column": one.site,
            "label": _label(str(one.label), one.site in chosen),
            "partners": choice.named(one.partners),
            "dominated_by": choice.sites[one.dominated_by] if one.dominated_by >= 0 else "",
            "loss_low": _people(one.loss_low),
            "loss_high": _people(one.loss_high),
            **whole.get(one.site, {}),
        }
        for one in found
    ]


def _tried_in_worlds(
    table: list[dict[str, Any]],
    choice: Choice,
    chosen: list[int],
    coarse: list[int],
    trial: Trial | MedianTrial | None,
) -> None:
    """Add to each site in what share of the worlds it is chosen, and what the plan lacks."""
    share = np.full(len(choice.sites), np.nan)
    worst = tried = None
    if trial is not None:
        share, opened = trial.seen.chosen_share.copy(), trial.seen.opened
        if isinstance(trial, MedianTrial):
            opened = opened[trial.seen.solved]
        for column in coarse:
            share[column] = _township_share(opened, choice, chosen, column)
        known = trial.seen.regret[np.isfinite(trial.seen.regret)]
        worst, tried = _people(known.max(initial=-np.inf)), len(trial.worlds)
    for row in table:
        row |= {"stability": share[row["column"]], "regret_worst": worst, "worlds": tried}


def _fellows(choice: Choice, chosen: Sequence[int], column: int) -> list[int]:
    """Return the proposals of a site's township, in order."""
    return [other for other in chosen if choice.zone[other] == choice.zone[column]]


def _township_share(
    opened: NDArray[np.bool_], choice: Choice, chosen: Sequence[int], column: int
) -> float:
    """Return in what share of the worlds a site's township gets at least that many new ones."""
    zone = np.array(choice.zone) == choice.zone[column]
    zone[: choice.n_open] = False
    number = 1 + _fellows(choice, chosen, column).index(column)
    return float((opened[:, zone].sum(axis=1) >= number).mean())


def _township(
    choice: Choice,
    cutoff: float,
    chosen: Sequence[int],
    column: int,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Solve again with one new site fewer in a township, and label that it gets this one."""
    zone = choice.zone[column]
    needed = options.get("zone_min", {}).get(zone, 0)
    most = choice.zone[: choice.n_open].count(zone) + len(_fellows(choice, chosen, column)) - 1
    without: dict[str, Any] = {"label": "backbone", "partners": "", "dominated_by": ""}
    if most < needed:  # a rule gives the township its site: no plan can do without
        return {**without, "loss_low": None, "loss_high": None}
    fewer = {**options, "zone": np.array(choice.zone), "zone_max": {zone: most}}
    new = len(chosen)
    try:
        other = mclp(choice.minutes, choice.weight, cutoff, new, **fewer)
    except InfeasibleError:
        return {**without, "loss_low": None, "loss_high": None}
    every = [*choice.existing, *chosen]
    inside = (choice.minutes[:, every] <= cutoff).any(axis=1)
    people = float(choice.weight[inside].sum())
    low, high = max(0.0, people - other.bound), max(0.0, people - other.objective)
    if high < HALF:
        instead = sorted(set(other.added.tolist()) - set(chosen))
        without |= {"label": "interchangeable", "partners": choice.named(instead)}
    elif low < HALF:
        without["label"] = "open"
    return {**without, "loss_low": round(low), "loss_high": round(high)}


def _label(label: str, chosen: bool) -> str:
    """Return the label; the goal of least time may have picked a chosen site among equals."""
    return "interchangeable" if label == "never" and chosen else label


def _median(plan: Plan, choice: Choice, chosen: list[int]) -> list[dict[str, Any]]:
    """Force each candidate in or out of the least-time plan; claim only what is proven."""
    reached = np.isfinite(choice.minutes).any(axis=1)
    minutes, weight = choice.minutes[reached], choice.weight[reached]
    new = len(chosen)
    options: dict[str, Any] = {
        "existing": choice.existing,
        "capacity": choice.capacity,
        "time_limit_s": plan.placement.time_limit_s,
    }
    best = p_median(minutes, weight, new, required=list(choice.must), **options)
    rows = []
    for column in range(choice.n_open, len(choice.sites)):
        is_chosen = column in chosen
        must = [*choice.must] if is_chosen else [*choice.must, column]
        out = [column] if is_chosen else []
        low = high = np.inf
        partners: list[int] = []
        try:
            other = p_median(minutes, weight, new, required=must, forbidden=out, **options)
        except InfeasibleError:
            pass
        except SolverError:  # nothing found in time: nothing is claimed
            low = 0.0
        else:
            low = max(0.0, other.bound - best.objective)
            high = max(0.0, other.objective - best.bound)
            come = sorted(set(other.added.tolist()) - set(chosen))
            gone = sorted(set(chosen) - set(other.added.tolist()))
            partners = come if is_chosen else gone
        label = "backbone" if is_chosen else "never"
        if low < HALF:
            label = "interchangeable" if high < HALF else "open"
        rows.append(
            {
                "column": column,
                "label": label,
                "partners": choice.named(partners) if label == "interchangeable" else "",
                "dominated_by": "",
                "loss_low": _people(low),
                "loss_high": _people(high),
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
