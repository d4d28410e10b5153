"""Whose demand is counted: residents at their villages, pupils at their schools."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from coverplan.config import Plan
from coverplan.demand import demand_points, seat_points
from coverplan.domain import Inputs, Rung, TravelTimes

__all__ = ["demand_groups", "group_rows"]


def demand_groups(plan: Plan, townships: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """
    Return where residents and pupils are.

    Parameters
    ----------
    plan
        Its rung decides: the raw line knows the seats only, and says kilometres.
    townships
        [code9] frame of the result.
    inputs
        For the villages as the county gave them (people shared out for printing are no data), the
        school register and the asked minutes.

    Returns
    -------
    pandas.DataFrame
        [id] as `demand` in docs/contracts.md, residents first; schools only where the county gave
        its register.
    """
    if plan.travel.rung is Rung.LINE or plan.demand.source == "seats":
        residents = seat_points(townships)
    else:
        residents = demand_points(
            townships,
            inputs.villages,
            inputs.asked_villages,
            source=plan.demand.source,
            unlocated=plan.demand.unlocated,
        )
    residents = residents.assign(group="residents", name="", level="")
    if inputs.schools is None:
        return residents
    return pd.concat([residents, _pupils(inputs.schools, inputs.asked_villages)])


def _pupils(schools: pd.DataFrame, asked: pd.DataFrame | None) -> pd.DataFrame:
    own = (schools["lon"].notna() & schools["lat"].notna()).to_numpy()
    answered = np.zeros(len(schools), bool)
    if asked is not None:
        answered = schools["code12"].isin(asked.index[asked["minutes"].notna()]).to_numpy()
    return pd.DataFrame(
        {
            "code9": schools["code9"],
            "code12": schools["code12"],
            "people": schools["pupils"].astype("Int64"),
            "people_kind": "given",
            "location": np.select([answered, own], ["asked", "own"], "none"),
            "lon": schools["lon"].astype(float),
            "lat": schools["lat"].astype(float),
            "group": "pupils",
            "name": schools["name"],
            "level": schools["level"],
        }
    )


def group_rows(
    demand: pd.DataFrame, times: TravelTimes, group: str, levels: Sequence[str] = ()
) -> tuple[pd.DataFrame, TravelTimes]:
    """
    Return the demand points of one group, and their rows of the travel times.

    Parameters
    ----------
    demand
        [id] with `group`, `level`.
    times
        Rows as `demand`.
    group
        `"residents"` or `"pupils"`.
    levels
        School levels (学段) wanted; all when empty.
    """
    mine = (demand["group"] == group).to_numpy()
    if levels:
        mine = mine & demand["level"].isin(levels).to_numpy()
    return demand[mine], times.rows(mine)
