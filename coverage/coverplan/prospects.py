"""How far further sites would carry each programme, and at what price."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from coverplan.config import Plan
from coverplan.config_tables import Programme
from coverplan.domain import Presence
from coverplan.placement.alternatives import near_plans, rule_prices
from coverplan.placement.curve import placement_curve
from coverplan.placement.result import Status
from coverplan.scene import Choice, Scene, choice_of

__all__ = [
    "near_best",
    "placeable",
    "prices",
    "programme_curves",
    "proposed_columns",
    "rules_of",
]


def programme_curves(plan: Plan, scene: Scene) -> pd.DataFrame:
    """
    Return the most people within each cutoff for 0, 1, … new sites, proven one by one.

    Parameters
    ----------
    plan
        `[placement] curve` is the most new sites asked for.
    scene
        What is known.

    Returns
    -------
    pandas.DataFrame
        [type, cutoff_min, n] `people` (covered by existing and n new sites) and `bound` [persons],
        `marginal` (of the n-th site) [persons], `proven` (bool), `added` (ids of the new sites,
        ";" between). Only programmes with minutes, people and candidates; each n is a plan of its
        own, the sets need not nest.
    """
    rows = []
    for item, choice in placeable(plan, scene):
        most = min(plan.placement.curve, len(choice.offered))
        for cutoff in item.cutoffs_min if most else ():
            curve = placement_curve(
                choice.minutes,
                choice.weight,
                float(cutoff),
                most,
                existing=choice.existing,
                time_limit_s=plan.placement.time_limit_s,
            )
            for n, placement in enumerate(curve.plans):
                values = (curve.people[n], curve.bound[n], curve.marginal[n])
                proven = placement.status is Status.OPTIMAL
                added = choice.named(placement.added)
                rows.append((item.type, cutoff, n, *map(round, values), proven, added))
    keys = ["type", "cutoff_min", "n"]
    table = pd.DataFrame(rows, columns=[*keys, "people", "bound", "marginal", "proven", "added"])
    whole = dict.fromkeys(("cutoff_min", "n", "people", "bound", "marginal"), "int64")
    return table.astype({**whole, "proven": bool}).set_index(keys)


def near_best(plan: Plan, scene: Scene, placement: pd.DataFrame) -> pd.DataFrame:
    """
    Return the proposals as a plan, and different plans within 1 % of the best.

    Parameters
    ----------
    plan
        `[placement] near_plans` is how many at most, the proposals among them.
    scene
        What is known.
    placement
        The proposals.

    Returns
    -------
    pandas.DataFrame
        [type, rank] `kind` (proposed at rank 1, then near), `people`, `loss` (against the most
        that any plan reaches) [persons], `differs` (sites in which it differs at least from every
        plan before it), `added` (ids, ";" between), `proven` (that no plan reaches more people
        than `people + loss`).
    """
    rows = []
    for item, choice in placeable(plan, scene):
        chosen = proposed_columns(item, choice, placement)
        new = len(chosen)
        if not new or not plan.placement.near_plans or item.model != "every_township":
            continue
        found = near_plans(
            choice.minutes,
            choice.weight,
            float(item.cutoff_min),
            new,
            plan=[*choice.existing, *chosen],
            most=plan.placement.near_plans,
            time_limit_s=plan.placement.time_limit_s,
            existing=choice.existing,
            **rules_of(item, choice, scene, new),
        )
        for rank, one in enumerate(found, start=1):
            added = choice.named([site for site in one.chosen if site >= choice.n_open])
            numbers = (round(one.people), round(one.loss), one.differs)
            kind = "proposed" if rank == 1 else "near"
            rows.append((item.type, rank, kind, *numbers, added, one.proven))
    columns = ["type", "rank", "kind", "people", "loss", "differs", "added", "proven"]
    table = pd.DataFrame(rows, columns=columns)
    whole = dict.fromkeys(("rank", "people", "loss", "differs"), "int64")
    return table.astype({**whole, "proven": bool}).set_index(["type", "rank"])


def prices(plan: Plan, scene: Scene, placement: pd.DataFrame) -> pd.DataFrame:
    """
    Return what each rule costs: the most people with it and without it.

    Parameters
    ----------
    plan, scene, placement
        As for `near_best`.

    Returns
    -------
    pandas.DataFrame
        [type, rule] `people_with, people_without, people` (the price) [persons], `sites` (new
        sites saved without it at the same number of people, missing where not proven), `proven`.
    """
    rows = []
    for item, choice in placeable(plan, scene):
        new = len(proposed_columns(item, choice, placement))
        rules = rules_of(item, choice, scene, new)
        if not new or not rules:
            continue
        for price in rule_prices(
            choice.minutes,
            choice.weight,
            float(item.cutoff_min),
            new,
            time_limit_s=plan.placement.time_limit_s,
            existing=choice.existing,
            **rules,
        ):
            people = (price.people_with, price.people_without, price.people)
            rows.append((item.type, price.rule, *map(round, people), price.sites, price.proven))
    columns = ["type", "rule", "people_with", "people_without", "people", "sites", "proven"]
    table = pd.DataFrame(rows, columns=columns)
    whole = dict.fromkeys(("people_with", "people_without", "people"), "int64")
    return table.astype({**whole, "sites": "Int64", "proven": bool}).set_index(["type", "rule"])


def rules_of(item: Programme, choice: Choice, scene: Scene, new_sites: int) -> dict[str, Any]:
    """
    Return the rules on sites that a programme's placement keeps, as the models take them.

    Parameters
    ----------
    item
        The programme.
    choice
        Its sites.
    scene
        For the townships that are not known to have one.
    new_sites
        New sites: where they are fewer than these townships, the rule does not hold, as in the
        placement itself.
    """
    rules: dict[str, Any] = {"required": list(choice.must)} if choice.must else {}
    if item.model != "every_township":
        return rules
    state = scene.presence.xs(item.type, level="type")["state"]
    served = set(choice.zone[choice.n_open :])
    needs = {code: 1 for code in state.index[state != Presence.HAS] if code in served}
    if not needs or new_sites < len(needs):
        return rules
    return {**rules, "zone": np.array(choice.zone), "zone_min": needs}


def placeable(plan: Plan, scene: Scene) -> Iterable[tuple[Programme, Choice]]:
    """
    Yield the programmes whose sites can be told apart by minutes and people.

    Parameters
    ----------
    plan, scene
        The plan, and what is known.
    """
    for item in plan.programme:
        choice = choice_of(item, scene)
        if choice.timed and choice.offered and item.place and item.model != "count":
            yield item, choice


def proposed_columns(item: Programme, choice: Choice, placement: pd.DataFrame) -> list[int]:
    """
    Return the column numbers of a programme's proposals, in their order.

    Parameters
    ----------
    item
        The programme.
    choice
        Its sites.
    placement
        The proposals.
    """
    number = {site: column for column, site in enumerate(choice.sites)}
    ids = placement.loc[placement["type"] == item.type, "candidate_id"]
    return [number[site] for site in ids if site in number]
