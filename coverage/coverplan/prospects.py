"""How far further sites would carry each programme, by when, at what price, and how surely."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from coverplan.config import Plan
from coverplan.config_tables import Programme
from coverplan.domain import Presence
from coverplan.placement.alternatives import near_plans, rule_prices
from coverplan.placement.curve import placement_curve
from coverplan.placement.phasing import phased
from coverplan.placement.result import Status
from coverplan.scene import Choice, Scene, choice_of

__all__ = ["near_best", "prices", "programme_curves", "rules_of", "yearly"]


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
    for item, choice in _placeable(plan, scene):
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


def yearly(plan: Plan, scene: Scene, placement: pd.DataFrame) -> pd.DataFrame:
    """
    Return in which year each proposed site opens, so that the people reached add up to most.

    Parameters
    ----------
    plan
        Programmes with `years` and `sites_per_year`.
    scene
        What is known.
    placement
        The proposals: the years order these sites and bring in no others, so every rule that the
        placement keeps holds in the last year.

    Returns
    -------
    pandas.DataFrame
        [type, year] `sites` (ids opened that year, ";" between), `people` (within the cutoff at
        its end), `greedy` (if every year took the best for itself), `final_best` (of any plan
        with as many sites) [persons], `proven`.
    """
    rows = []
    for item, choice in _placeable(plan, scene):
        ids = set(placement.loc[placement["type"] == item.type, "candidate_id"])
        fresh = range(choice.n_open, len(choice.sites))
        chosen = [column for column in fresh if choice.sites[column] in ids]
        others = [column for column in fresh if choice.sites[column] not in ids]
        if not item.years or not chosen:
            continue
        # Every proposed site opens, also one that a rule asks for and that brings nobody nearer;
        # with fewer places in the years than sites, the years choose among them.
        every = sum(item.sites_per_year) >= len(chosen)
        found = phased(
            choice.minutes,
            choice.weight,
            float(item.cutoff_min),
            list(item.sites_per_year),
            existing=choice.existing,
            forbidden=others,
            required=chosen if every else list(choice.must),
            time_limit_s=plan.placement.time_limit_s,
        )
        proven = found.status is Status.OPTIMAL
        for number, year in enumerate(item.years):
            people = (found.people[number], found.greedy[number], found.final_best)
            sites = choice.named(found.opened[number])
            rows.append((item.type, year, sites, *map(round, people), proven))
    columns = ["type", "year", "sites", "people", "greedy", "final_best", "proven"]
    table = pd.DataFrame(rows, columns=columns)
    whole = dict.fromkeys(("year", "people", "greedy", "final_best"), "int64")
    return table.astype({**whole, "proven": bool}).set_index(["type", "year"])


def near_best(plan: Plan, scene: Scene, placement: pd.DataFrame) -> pd.DataFrame:
    """
    Return different plans within 1 % of the best, as many new sites as were proposed.

    Parameters
    ----------
    plan
        `[placement] near_plans` is how many at most.
    scene
        What is known.
    placement
        The proposals, for their number.

    Returns
    -------
    pandas.DataFrame
        [type, rank] `people, loss` [persons], `differs` (sites in which it differs at least from
        every plan before it), `added` (ids, ";" between).
    """
    rows = []
    for item, choice in _placeable(plan, scene):
        new = _proposed(item, placement)
        if not new or plan.placement.near_plans < 2 or item.model != "every_township":  # noqa: PLR2004
            continue
        found = near_plans(
            choice.minutes,
            choice.weight,
            float(item.cutoff_min),
            new,
            most=plan.placement.near_plans,
            time_limit_s=plan.placement.time_limit_s,
            existing=choice.existing,
            **rules_of(item, choice, scene, new),
        )
        for rank, one in enumerate(found, start=1):
            added = choice.named([site for site in one.chosen if site >= choice.n_open])
            rows.append((item.type, rank, round(one.people), round(one.loss), one.differs, added))
    columns = ["type", "rank", "people", "loss", "differs", "added"]
    table = pd.DataFrame(rows, columns=columns)
    whole = dict.fromkeys(("rank", "people", "loss", "differs"), "int64")
    return table.astype(whole).set_index(["type", "rank"])


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
    for item, choice in _placeable(plan, scene):
        new = _proposed(item, placement)
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


def _placeable(plan: Plan, scene: Scene) -> Iterable[tuple[Programme, Choice]]:
    """Yield the programmes whose sites can be told apart by minutes and people."""
    for item in plan.programme:
        choice = choice_of(item, scene)
        if choice.timed and choice.offered and item.place and item.model != "count":
            yield item, choice


def _proposed(item: Programme, placement: pd.DataFrame) -> int:
    mine = placement["type"] == item.type
    return int((mine & (placement["candidate_id"] != "")).sum())
