"""How the proposals fare in plausible worlds, and which plan would be regretted least."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.config import Plan
from coverplan.config_tables import Programme
from coverplan.errors import SolverError
from coverplan.groups import group_rows
from coverplan.impedance.closures import Closure
from coverplan.placement.median_stability import MedianStability, median_stability
from coverplan.placement.stability import Robust, Stability, least_regret, stability
from coverplan.prospects import proposed_columns, rules_of
from coverplan.scene import Choice, Scene, choice_of
from coverplan.worlds_of import SPEED, World, plausible_worlds

FloatArray = NDArray[np.float64]

__all__ = ["MedianTrial", "Trial", "trials", "with_regret", "worlds_table"]

POSITIONS = 10
"""In how many worlds, of those asked for, people without a place are placed anew at most: each
holds all travel times once more."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """
    One programme's proposals, tried in many worlds.

    Parameters
    ----------
    choice
        Its sites.
    chosen
        Column numbers of the proposals.
    cutoff
        Within is at most this. [min]
    worlds
        The worlds, the base first.
    seen
        What each world's own best plan is, and what the proposals lack against it.
    robust
        The plan whose largest regret is least; None where none was found in time.
    """

    choice: Choice
    chosen: tuple[int, ...]
    cutoff: float
    worlds: tuple[World, ...]
    seen: Stability
    robust: Robust | None

    def regret(self, chosen: list[int]) -> FloatArray:
        """
        Return what a plan lacks in each world against the best there, shape (n_worlds,).

        Parameters
        ----------
        chosen
            Column numbers of its open sites, existing ones included.
        """
        covered = [
            float(world.weight[(world.minutes[:, chosen] <= self.cutoff).any(axis=1)].sum())
            for world in self.worlds
        ]
        regret: FloatArray = np.maximum(0.0, self.seen.best - np.array(covered))
        return regret


@dataclass(frozen=True, slots=True, eq=False)
class MedianTrial:
    """
    The proposals of a programme of least travel, tried in many worlds.

    Parameters
    ----------
    choice
        Its sites.
    worlds
        The worlds, the base first.
    seen
        What each world's own best plan is, and what the proposals travel more.
    """

    choice: Choice
    worlds: tuple[World, ...]
    seen: MedianStability


def trials(plan: Plan, scene: Scene, placement: pd.DataFrame) -> dict[str, Trial | MedianTrial]:
    """
    Try the proposals of every programme that is placed by people within minutes or least travel.

    Parameters
    ----------
    plan
        `[placement] evidence`, `worlds` (0: none are tried), `time_limit_s`.
    scene
        What is known.
    placement
        The proposals.

    Returns
    -------
    dict of Trial or MedianTrial
        By venue type.
    """
    found: dict[str, Trial | MedianTrial] = {}
    if not plan.placement.evidence or not plan.placement.worlds:
        return found
    closures = None
    for item in plan.programme:
        choice = choice_of(item, scene)
        chosen = proposed_columns(item, choice, placement)
        if not choice.timed or not chosen or item.model == "count":
            continue
        closures = scene.closures() if closures is None else closures
        worlds = _worlds(plan, item, choice, scene, closures)
        pairs = [(world.minutes, world.weight) for world in worlds]
        new, every = len(chosen), [*choice.existing, *chosen]
        options: dict[str, Any] = {
            "existing": choice.existing,
            "time_limit_s": plan.placement.time_limit_s,
            **rules_of(item, choice, scene, new),
        }
        if item.model == "p_median":
            kept = median_stability(pairs, new, plan=every, capacity=choice.capacity, **options)
            found[item.type] = MedianTrial(choice, tuple(worlds), kept)
            continue
        cutoff = float(item.cutoff_min)
        seen = stability(pairs, cutoff, new, plan=every, **options)
        try:
            robust = least_regret(pairs, cutoff, new, **options)
        except SolverError:  # nothing in time: the other plans stand
            robust = None
        found[item.type] = Trial(choice, tuple(chosen), cutoff, tuple(worlds), seen, robust)
    return found


def _worlds(
    plan: Plan, item: Programme, choice: Choice, scene: Scene, closures: tuple[Closure, ...]
) -> list[World]:
    """Return the worlds in which a programme is tried."""
    roads = [
        (one.road, group_rows(scene.demand, one.times, item.demand, item.levels)[1])
        for one in closures
    ]
    placed: Iterable[FloatArray] = ()
    if scene.strewn is not None:
        draws = min(plan.placement.worlds, POSITIONS)
        placed = scene.strewn(choice.group, choice.sites, choice.minutes, draws)
    return plausible_worlds(
        choice,
        scene.scenarios,
        draws=plan.placement.worlds,
        seed=plan.demand.seed,
        closures=[(road, times.to(choice.sites)) for road, times in roads],
        positions=placed,
        speed=0.0 if item.model == "p_median" else SPEED,
    )


def worlds_table(tried: Mapping[str, Trial | MedianTrial], scene: Scene) -> pd.DataFrame:
    """
    Return every world that was tried, and what the plans lack in it.

    Parameters
    ----------
    tried
        What `trials` returned.
    scene
        For the names of sites.

    Returns
    -------
    pandas.DataFrame
        [type, world] `what` (base, draw, positions, scenario, site_lost, road_closed), `subject`
        (the scenario, site or road), `name` (as people call it), `people_best` (of the world's own
        best plan), `people` (of the proposals there), `regret` (the difference), `regret_robust`
        (of the plan of least regret; missing without one) [persons]; for a p-median instead
        `minutes_best`, `minutes` (mean of those who travel) [min] and `regret_minutes` (the
        difference of their totals) [person-minutes], missing where a world has no plan or the
        proposals leave somebody unserved; `proven` (the world's own best plan).
    """
    rows: list[dict[str, Any]] = []
    for kind, trial in tried.items():
        for number, world in enumerate(trial.worlds):
            facts = {
                "type": kind,
                "world": number,
                "what": world.what,
                "subject": world.subject,
                "name": str(scene.venues["name"].get(world.subject, world.subject)),
                "proven": bool(trial.seen.proved[number]),
            }
            if isinstance(trial, Trial):
                rows.append({**facts, **_covered(trial, number)})
            else:
                rows.append({**facts, **_travelled(trial, number)})
    names = ["type", "world", "what", "subject", "name", *WHOLE, *MEAN, "regret_minutes", "proven"]
    table = pd.DataFrame(rows, columns=names)
    types = dict.fromkeys((*WHOLE, "regret_minutes"), "Int64") | dict.fromkeys(MEAN, "Float64")
    return table.astype({"world": "int64", **types, "proven": bool}).set_index(["type", "world"])


WHOLE = ("people_best", "people", "regret", "regret_robust")
MEAN = ("minutes_best", "minutes")


def _covered(trial: Trial, number: int) -> dict[str, Any]:
    """Return how many people the plans cover in a world."""
    seen, robust = trial.seen, trial.robust
    return {
        "people_best": round(float(seen.best[number])),
        "people": round(float(seen.covered[number])),
        "regret": round(float(seen.regret[number])),
        "regret_robust": None if robust is None else round(float(robust.regret[number])),
    }


def _travelled(trial: MedianTrial, number: int) -> dict[str, Any]:
    """Return how far people travel in a world."""
    seen = trial.seen
    people = float(seen.people[number])
    totals = {"minutes_best": seen.best[number], "minutes": seen.travelled[number]}
    means = {
        name: round(float(total) / people, 2) if people and np.isfinite(total) else None
        for name, total in totals.items()
    }
    regret = float(seen.regret[number])
    return {**means, "regret_minutes": None if np.isnan(regret) else round(regret)}


def with_regret(plans: pd.DataFrame, tried: Mapping[str, Trial | MedianTrial]) -> pd.DataFrame:
    """
    Add to the plans what each would lack in its worst world, and the plan of least regret.

    Parameters
    ----------
    plans
        What `prospects.near_best` returned.
    tried
        What `trials` returned.

    Returns
    -------
    pandas.DataFrame
        `plans` with `regret_low, regret_high` [persons] (missing where no worlds were tried) and
        `proven` (for the plan of least regret: that no plan has a smaller largest regret); the
        plan of least regret stands last, its `kind` is `least_regret`.
    """
    covering = {kind: trial for kind, trial in tried.items() if isinstance(trial, Trial)}
    rows: list[dict[str, Any]] = []
    for row in plans.reset_index().to_dict("records"):
        known = {str(name): value for name, value in row.items()}
        rows.append({**known, **_regrets(row["added"], covering.get(row["type"]))})
    for kind, trial in covering.items():
        robust = trial.robust
        if robust is None:
            continue
        chosen, own = set(robust.chosen.tolist()), set(trial.chosen)
        added = [column for column in sorted(chosen) if column >= trial.choice.n_open]
        base = trial.worlds[0]
        inside = (base.minutes[:, sorted(chosen)] <= trial.cutoff).any(axis=1)
        people = round(float(base.weight[inside].sum()))
        ids = trial.choice.named(added)
        rows.append(
            {
                "type": kind,
                "rank": 1 + sum(one["type"] == kind for one in rows),
                "kind": "least_regret",
                "people": people,
                "loss": round(float(trial.seen.best[0])) - people,
                "differs": len(own - chosen),
                "added": ids,
                "proven": robust.status == "optimal",
                **_regrets(ids, trial),
            }
        )
    columns = ["type", "rank", *plans.columns, "regret_low", "regret_high"]
    table = pd.DataFrame(rows, columns=columns).sort_values(["type", "rank"], kind="stable")
    order = {kind: n for n, kind in enumerate([*plans.index.unique("type"), *covering])}
    table = table.sort_values("type", key=lambda kinds: kinds.map(order), kind="stable")
    whole = dict.fromkeys(("rank", "people", "loss", "differs"), "int64")
    types: dict[str, Any] = {**whole, "regret_low": "Int64", "regret_high": "Int64", "proven": bool}
    return table.astype(types).set_index(["type", "rank"])


def _regrets(added: str, trial: Trial | None) -> dict[str, int | None]:
    if trial is None:
        return {"regret_low": None, "regret_high": None}
    number = {site: column for column, site in enumerate(trial.choice.sites)}
    chosen = [*trial.choice.existing, *(number[one] for one in added.split(";") if one)]
    regret = trial.regret(chosen)
    return {"regret_low": round(float(regret.min())), "regret_high": round(float(regret.max()))}
