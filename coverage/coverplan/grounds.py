"""What a placement rests on, frame by frame: curve, worlds, evidence, years, plans and prices."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from coverplan.config import Plan
from coverplan.errors import Problem, Severity
from coverplan.evidence import candidate_evidence, records_to_check
from coverplan.evidence_notes import evidence_notes
from coverplan.phases import check_built, phase_notes, yearly
from coverplan.prospects import near_best, prices, programme_curves
from coverplan.scene import Scene
from coverplan.trials import trials, with_regret, worlds_table

__all__ = ["grounds"]


def grounds(
    plan: Plan,
    scene: Scene,
    placement: pd.DataFrame,
    venue_types: pd.DataFrame,
    begin: Callable[[str], None],
    *,
    partial: bool = False,
) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    """
    Return the frames that say how sure the proposals are, and the sentences about them.

    Parameters
    ----------
    plan, scene, placement
        The plan, what is known, and the proposals.
    venue_types
        [id] `zh, en`.
    begin
        Told of each step as it begins.
    partial
        Whether Ctrl-C leaves these frames empty, so that the proposals can still be told.

    Returns
    -------
    frames
        By their names in a `Result`.
    notes
        The sentences.
    """
    check_built(plan, scene)
    try:
        return _grounds(plan, scene, placement, venue_types, begin)
    except KeyboardInterrupt:
        if not partial:
            raise
    nothing = dataclasses.replace(plan.placement, curve=0, evidence=False, near_plans=0)
    frames, _ = _grounds(
        dataclasses.replace(plan, placement=nothing),
        scene,
        placement.iloc[:0],
        venue_types,
        lambda _step: None,
    )
    return frames, (Problem("evidence.stopped", severity=Severity.NOTE),)


def _grounds(
    plan: Plan,
    scene: Scene,
    placement: pd.DataFrame,
    venue_types: pd.DataFrame,
    begin: Callable[[str], None],
) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    begin("curve")
    frames = {"curve": programme_curves(plan, scene)}
    begin("worlds")
    tried = trials(plan, scene, placement)
    frames["worlds"] = worlds_table(tried, scene)
    begin("evidence")
    frames["evidence"] = candidate_evidence(plan, scene, placement, tried)
    frames["checks"] = records_to_check(plan, scene, placement)
    begin("plans")
    frames["phases"] = yearly(plan, scene, placement)
    frames["plans"] = with_regret(near_best(plan, scene, placement), tried)
    frames["prices"] = prices(plan, scene, placement)
    told = {name: frames[name] for name in ("evidence", "prices", "plans", "worlds")}
    said = evidence_notes(plan, venue_types=venue_types, **told)
    return frames, (*said, *phase_notes(frames["phases"], venue_types, scene.candidates))
