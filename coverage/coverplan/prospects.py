"""How far further sites would carry each programme: the proven plan for every number of them."""

import pandas as pd

from coverplan.config import Plan
from coverplan.placement.curve import placement_curve
from coverplan.placement.result import Status
from coverplan.scene import Scene, choice_of

__all__ = ["programme_curves"]

COLUMNS = ["people", "bound", "marginal", "proven", "added"]


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
        [type, cutoff_min, n] `people` (Int64, covered by existing and n new sites) and `bound`
        [persons], `marginal` (of the n-th site) [persons], `proven` (bool), `added` (ids of the
        new sites, ";" between). Only programmes with minutes, people and candidates; each n is a
        plan of its own, the sets need not nest.
    """
    rows = []
    for item in plan.programme:
        choice = choice_of(item, scene)
        most = min(plan.placement.curve, len(choice.offered))
        if choice.minutes is None or choice.weight is None or item.model == "count" or not most:
            continue
        for cutoff in item.cutoffs_min:
            curve = placement_curve(
                choice.minutes,
                choice.weight,
                float(cutoff),
                most,
                existing=choice.existing,
                time_limit_s=plan.placement.time_limit_s,
            )
            for n, placement in enumerate(curve.plans):
                added = ";".join(choice.sites[column] for column in placement.added)
                values = (curve.people[n], curve.bound[n], curve.marginal[n])
                proven = placement.status is Status.OPTIMAL
                rows.append((item.type, cutoff, n, *map(round, values), proven, added))
    keys = ["type", "cutoff_min", "n"]
    table = pd.DataFrame(rows, columns=[*keys, *COLUMNS])
    whole = dict.fromkeys(("cutoff_min", "n", "people", "bound", "marginal"), "int64")
    return table.astype({**whole, "proven": bool}).set_index(keys)
