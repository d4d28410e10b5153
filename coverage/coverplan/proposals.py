"""Where the next sites should go, programme by programme, in words that the data can bear."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.config import Plan, Programme
from coverplan.crs import DEGREES
from coverplan.domain import Presence, Resolution
from coverplan.errors import InfeasibleError, Problem, Severity
from coverplan.needed import beyond_needed, needed_notes
from coverplan.ordering import by_people, by_themes
from coverplan.placement.arithmetic import arithmetic
from coverplan.placement.chain import Goal, place_by_goals
from coverplan.placement.linear import Progress as Solving
from coverplan.placement.p_median import p_median
from coverplan.placement.result import Placement, Status
from coverplan.placement.themes import most_themes, themes_reached
from coverplan.rows import row_at
from coverplan.scene import Scene, choice_of, nominated_places
from coverplan.text import LANGUAGES, say

__all__ = ["propose"]

_COARSE = (Resolution.BUILDING, Resolution.COMMUNITY, Resolution.TOWNSHIP)


@dataclass(frozen=True, slots=True)
class _Limits:
    """How long a solve may take [s], and who is told of it."""

    seconds: float
    on_solve: Callable[[Solving], None] | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one programme came to."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    programme: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()


def propose(
    plan: Plan,
    scene: Scene,
    venue_types: pd.DataFrame,
    on_solve: Callable[[Solving], None] | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, tuple[Problem, ...]]:
    """
    Return the proposed sites of all programmes.

    Parameters
    ----------
    plan
        Its `[[programme]]` tables say what is asked.
    scene
        What is known.
    venue_types
        [id] `zh, en`.
    on_solve
        Called now and then while a placement is solved.

    Returns
    -------
    placement
        [n] the proposed sites; where a township cannot get one for want of a candidate, a row with
        an empty `candidate_id` and `rule` `no_candidate`.
    programmes
        [type] what each programme needs, got and proved.
    notes
        The sentences that say so.
    """
    limits = _Limits(plan.placement.time_limit_s, on_solve)
    answers = [
        _answer(item, scene, row_at(venue_types, item.type), limits) for item in plan.programme
    ]
    rows = [row for answer in answers for row in answer.rows]
    placement = pd.DataFrame(rows, columns=_PLACEMENT)
    placement.index = pd.RangeIndex(1, len(placement) + 1, name="n")
    for name in ("people_gained", "themes_gained", "order"):
        placement[name] = placement[name].astype("Int64")
    placement["nearest_before_min"] = placement["nearest_before_min"].astype("Float64")
    located = placement["lon"].notna()
    points = gpd.points_from_xy(placement["lon"].astype(float), placement["lat"].astype(float))
    geometry = gpd.GeoSeries(points, index=placement.index, crs=DEGREES).where(located, None)
    table = pd.DataFrame(
        [answer.programme for answer in answers],
        columns=_PROGRAMMES,
        index=pd.Index([item.type for item in plan.programme], name="type"),
    )
    for name in ("existing", "new_sites", "needed_low", "needed_high", "unreported", "target"):
        table[name] = table[name].astype("Int64")
    notes = tuple(item for answer in answers for item in answer.notes)
    return gpd.GeoDataFrame(placement, geometry=geometry, crs=DEGREES), table, notes


_PLACEMENT = [
    "type",
    "order",
    "candidate_id",
    "label_zh",
    "label_en",
    "code9",
    "township",
    "resolution",
    "rule",
    "condition",
    "people_gained",
    "themes_gained",
    "nearest_before_min",
    "lon",
    "lat",
]
_PROGRAMMES = [
    "model",
    "status",
    "objective",
    "bound",
    "mip_gap",
    "existing",
    "new_sites",
    "needed_low",
    "needed_high",
    "unreported",
    "target",
    "missing_table",
    "statement_zh",
    "statement_en",
]


def _answer(item: Programme, scene: Scene, names: pd.Series, limits: _Limits) -> _Answer:
    words = {"type_zh": str(names["zh"]), "type_en": str(names["en"])}
    state = scene.presence.xs(item.type, level="type")
    target = _target(item, scene.targets)
    facts: dict[str, Any] = {
        "model": item.model,
        "status": "not_placed",
        "objective": np.nan,
        "bound": np.nan,
        "mip_gap": np.nan,
        "existing": int(state["places_open"].sum()),
        "new_sites": 0,
        "unreported": int((state["state"] == Presence.UNREPORTED).sum()),
        "target": target,
        "missing_table": "",
    }
    model = {"every_township": _every_township, "p_median": _p_median}.get(item.model, _count)
    try:
        answer = model(item, scene, words, dict(facts), limits)
    except InfeasibleError as error:  # the rest of the run is worth having
        told = tuple(dataclasses.replace(one, severity=Severity.NOTE) for one in error.problems)
        answer = _Answer([], {**facts, "status": "infeasible"}, told)
    said = {
        lang: ("" if lang == "zh" else " ").join(note.text(lang) for note in answer.notes)
        for lang in ("zh", "en")
    }
    whole = {**answer.programme, "statement_zh": said["zh"], "statement_en": said["en"]}
    return _Answer(answer.rows, whole, answer.notes)


def _every_township(
    item: Programme,
    scene: Scene,
    words: Mapping[str, str],
    facts: dict[str, Any],
    limits: _Limits,
) -> _Answer:
    """Give every township one, then add where most people gain; each goal proven in turn."""
    state = scene.presence.xs(item.type, level="type")["state"]
    none = list(state.index[state == Presence.NONE])
    silent = list(state.index[state == Presence.UNREPORTED])
    need = arithmetic(facts["existing"], len(none), len(silent), facts["target"] or 0)
    facts |= {"needed_low": need.needed_low, "needed_high": need.needed_high}
    notes = needed_notes(need, words)
    if not item.place:
        return _Answer([], facts, (*notes, _note("say.not_placed", words)))
    choice = choice_of(item, scene)
    served = set(choice.zone[choice.n_open :])
    lacking = [code for code in (*none, *silent) if code not in served]
    needs = [code for code in (*none, *silent) if code not in lacking]
    allowed = need.needed_high if item.new_sites == "target" else int(item.new_sites)
    timed = choice.timed
    if allowed < len(needs):
        notes.append(_note("say.fewer_than_needed", words, allowed=allowed, needed=len(needs)))
        needs = []
    if lacking:
        names = "、".join(scene.townships.loc[lacking, "name"])
        notes.append(_note("say.no_candidate", words, names=names))
        facts["status"] = "infeasible"
    if allowed == 0 or not choice.offered:
        if not need.needed_high:
            notes.append(_note("say.no_new", words))
        return _Answer(_lacking_rows(item, lacking, scene), facts, tuple(notes))
    chain = place_by_goals(
        choice.zone,
        needs=needs,
        existing=choice.existing,
        new_sites=allowed,
        times=choice.minutes if timed else None,
        weight=choice.weight if timed else None,
        cutoff=float(item.cutoff_min) if timed else None,
        goals=(Goal.PRESENCE, Goal.PEOPLE, Goal.TIME) if timed else (Goal.PRESENCE,),
        required=list(choice.must),
        names=choice.sites,
        time_limit_s=limits.seconds,
        on_progress=limits.on_solve,
    )
    steps = chain.steps
    if not timed:  # nothing tells the townships apart but their people
        people = scene.townships["people"].fillna(0)
        steps = tuple(sorted(steps, key=lambda step: -people[str(step.zone)]))
    rows = [
        _row(
            item,
            scene,
            order,
            choice.sites[step.site],
            rule=step.rule,
            condition="if_none" if step.zone in silent and step.rule == "township" else "known",
            gained=round(step.people) if timed else None,
        )
        for order, step in enumerate(steps, start=1)
    ]
    facts |= {**_proof(chain.placement), **({"status": "infeasible"} if lacking else {})}
    if timed:
        notes.append(_proof_note(chain.placement, words))
        notes += beyond_needed(chain, need, allowed, choice.must)
    else:  # without minutes only the number is proven; which place, the township knows
        key = "say.fewest_if_none" if silent else "say.fewest"
        notes.append(_note(key, words, new=len(steps), silent=len(silent)))
    if chain.unplaced:
        notes.append(_note("say.unplaced", words, n=chain.unplaced))
    if silent:
        notes.append(_note("say.if_none", {}))
    return _Answer([*rows, *_lacking_rows(item, lacking, scene)], facts, tuple(notes))


def _p_median(
    item: Programme,
    scene: Scene,
    words: Mapping[str, str],
    facts: dict[str, Any],
    limits: _Limits,
) -> _Answer:
    """Place so that the pupils' (or people's) total travel time is least."""
    missing = _missing(item, scene.targets)
    facts |= {"needed_low": missing, "needed_high": missing}
    choice = choice_of(item, scene)
    if choice.group.empty:
        return _lacks_table("schools", facts, words)
    if not choice.timed:
        return _lacks_table("minutes", facts, words)
    if not item.place:
        return _Answer([], facts, (_note("say.not_placed", words),))
    if not choice.offered:
        return _lacks_table("candidates", facts, words)
    new_sites = missing if item.new_sites == "target" else int(item.new_sites)
    if not new_sites:
        known = missing is not None or item.new_sites != "target"
        key = "say.no_new" if known else "say.no_target"
        return _Answer([], facts, (_note(key, words),))
    reached = np.isfinite(choice.minutes).any(axis=1)
    placement = p_median(
        choice.minutes[reached],
        choice.weight[reached],
        min(new_sites, len(choice.offered)),
        existing=choice.existing,
        required=list(choice.must),
        capacity=choice.capacity,
        time_limit_s=limits.seconds,
        on_progress=limits.on_solve,
    )
    order = by_people(choice.minutes, choice.weight, placement, item.cutoff_min)
    sites = choice.sites
    rows = [
        _row(item, scene, number, sites[column], rule="time", condition="known", gained=gained)
        for number, (column, gained) in enumerate(order, start=1)
    ]
    facts |= _proof(placement)
    notes = [_proof_note(placement, words)]
    if choice.capacity is not None:
        load = np.bincount(
            placement.allocation, weights=choice.weight[reached], minlength=len(sites)
        )
        used = round(100 * float((load / np.maximum(choice.capacity, 1.0)).max()))
        values = {"slots": item.class_slots, "size": item.class_size, "used": used}
        notes.append(_note("say.capacity", words, **values))
    if not reached.all():
        left = round(float(choice.weight[~reached].sum()))
        notes.append(_note("say.unreached", words, pupils=left, points=int((~reached).sum())))
    return _Answer(rows, facts, tuple(notes))


def _lacks_table(table: str, facts: dict[str, Any], words: Mapping[str, str]) -> _Answer:
    names = {f"table_{lang}": say(f"table.{table}", lang) for lang in LANGUAGES}
    note = _note("say.missing_table", words, **names)
    return _Answer([], {**facts, "missing_table": table}, (note,))


def _count(
    item: Programme,
    scene: Scene,
    words: Mapping[str, str],
    facts: dict[str, Any],
    limits: _Limits,
) -> _Answer:
    """Count what there is against the target, and name nominated places up to the gap."""
    missing = _missing(item, scene.targets)
    facts |= {"needed_low": missing, "needed_high": missing}
    values = {"target": facts["target"] or 0, "open": facts["existing"], "gap": missing or 0}
    key = "say.count_no_target" if facts["target"] is None else "say.count_gap"
    notes = [_note(key, words, **values)]
    nominated = nominated_places(item, scene)
    if not item.place or not nominated or not missing:
        return _Answer([], facts, tuple(notes))
    wanted = min(missing if item.new_sites == "target" else int(item.new_sites), len(nominated))
    choice = choice_of(item, scene)
    themes = [*scene.venues.loc[list(choice.sites[: choice.n_open]), "theme"].fillna("")]
    themes += [*scene.candidates.loc[list(choice.offered), "theme"].fillna("")]
    if not (item.themes and choice.timed and any(themes)):
        facts |= {"status": "listed", "new_sites": wanted}
        listed = [(site, None) for site in nominated[:wanted]]
        return _Answer(_nominated_rows(item, scene, listed), facts, tuple(notes))
    placement = most_themes(
        choice.minutes,
        choice.weight,
        themes,
        float(item.cutoff_min),
        wanted,
        at_least=item.themes,
        existing=choice.existing,
        required=list(choice.must),
        time_limit_s=limits.seconds,
    )
    reached = themes_reached(choice.minutes, themes, item.cutoff_min, choice.existing)
    numbers = {
        "themes": item.themes,
        "cutoff": item.cutoff_min,
        "before": round(float(choice.weight[reached >= item.themes].sum())),
        "after": round(placement.objective),
        "pupils": round(float(choice.weight.sum())),
    }
    facts |= _proof(placement)
    added = [choice.sites[column] for column in placement.added]
    # The themes may be reached with fewer places than the target counts: the rest in table order.
    rest = [site for site in nominated if site not in added][: wanted - len(added)]
    facts["new_sites"] = len(added) + len(rest)
    notes += [_note("say.themes", words, **numbers), _proof_note(placement, words)]
    if rest:
        notes.append(_note("say.filled_up", words, new=len(added), rest=len(rest)))
    rows = _nominated_rows(item, scene, by_themes(choice, themes, item.cutoff_min, added, rest))
    return _Answer(rows, facts, tuple(notes))


def _nominated_rows(
    item: Programme, scene: Scene, sites: Sequence[tuple[str, int | None]]
) -> list[dict[str, Any]]:
    rows = []
    for order, (site, themes) in enumerate(sites, start=1):
        row = _row(item, scene, order, site, rule="nominated", condition="known", gained=None)
        rows.append({**row, "themes_gained": themes})
    return rows


def _row(
    item: Programme,
    scene: Scene,
    order: int,
    site: str,
    *,
    rule: str,
    condition: str,
    gained: int | None,
) -> dict[str, Any]:
    place = row_at(scene.candidates, site)
    finest = max(item.resolution, Resolution(str(place["resolution"])), key=_COARSE.index)
    labels = _labels(place, finest, scene.villages)
    before = scene.nearest["nearest_min"].get((place["code9"], item.type), pd.NA)
    return {
        "type": item.type,
        "order": order,
        "candidate_id": site,
        "label_zh": labels["zh"],
        "label_en": labels["en"],
        "code9": place["code9"],
        "township": place["township"],
        "resolution": finest.value,
        "rule": rule,
        "condition": condition,
        "people_gained": gained,
        "themes_gained": None,
        "nearest_before_min": before,
        "lon": place["lon"],
        "lat": place["lat"],
    }


def _labels(place: pd.Series, finest: Resolution, villages: pd.DataFrame) -> dict[str, str]:
    """Name a proposed place no finer than the data can tell places apart."""
    if finest is Resolution.COMMUNITY and place["code12"] not in villages.index:
        finest = Resolution.TOWNSHIP
    values = {"township": place["township"], "name": place["name"]}
    if finest is Resolution.COMMUNITY:
        values["village"] = villages.loc[place["code12"], "name"]
    return {lang: say(f"say.by_{finest.value}", lang, **values) for lang in ("zh", "en")}


def _lacking_rows(item: Programme, lacking: list[str], scene: Scene) -> list[dict[str, Any]]:
    """Return the townships for which there is no candidate, as rows without a site."""
    return [
        {
            "type": item.type,
            "order": None,
            "candidate_id": "",
            "label_zh": "",
            "label_en": "",
            "code9": code9,
            "township": scene.townships.loc[code9, "name"],
            "resolution": "",
            "rule": "no_candidate",
            "condition": "known",
            "people_gained": None,
            "themes_gained": None,
            "nearest_before_min": scene.nearest["nearest_min"].get((code9, item.type), pd.NA),
            "lon": np.nan,
            "lat": np.nan,
        }
        for code9 in lacking
    ]


def _target(item: Programme, targets: pd.DataFrame) -> int | None:
    return _whole(targets, item.target, "goal")


def _missing(item: Programme, targets: pd.DataFrame) -> int | None:
    return _whole(targets, item.target, "missing")


def _whole(targets: pd.DataFrame, target: str, column: str) -> int | None:
    if target not in targets.index:
        return None
    value = row_at(targets, target)[column]
    return None if pd.isna(value) else int(value)


def _proof(placement: Placement) -> dict[str, Any]:
    return {
        "status": str(placement.status),
        "objective": placement.objective,
        "bound": placement.bound,
        "mip_gap": placement.mip_gap,
        "new_sites": len(placement.added),
    }


def _proof_note(placement: Placement, words: Mapping[str, str]) -> Problem:
    new = len(placement.added)
    if placement.status is Status.OPTIMAL:
        return _note("say.proven", words, new=new)
    return _note("say.not_proven", words, new=new, gap=round(100 * placement.mip_gap, 1))


def _note(key: str, words: Mapping[str, str], **values: str | float) -> Problem:
    return Problem(key, values={**words, **values}, severity=Severity.NOTE)
