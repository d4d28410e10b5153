"""Whose demand is counted: residents at their villages, pupils at their schools."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.config import Plan
from coverplan.crs import DEGREES
from coverplan.demand import areal_points, demand_points, group_points, seat_points
from coverplan.domain import Inputs, Rung, TravelTimes
from coverplan.join import points_in_zones

__all__ = ["demand_groups", "group_rows"]


def demand_groups(plan: Plan, townships: gpd.GeoDataFrame, inputs: Inputs) -> pd.DataFrame:
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
    places = inputs.people_places
    if plan.travel.rung is Rung.LINE or plan.demand.source == "seats":
        residents = seat_points(townships)
    elif places is not None:
        points = gpd.GeoDataFrame(
            places, geometry=gpd.points_from_xy(places["lon"], places["lat"]), crs=DEGREES
        )
        cells = townships[["geometry"]]
        cells = cells[cells.geom_type.isin(["Polygon", "MultiPolygon"])]
        residents = areal_points(townships, places, points_in_zones(points, cells))
    else:
        residents = demand_points(
            townships,
            inputs.villages,
            inputs.asked_villages,
            source=plan.demand.source,
            unlocated=plan.demand.unlocated,
        )
    residents = residents.assign(group="residents", name="", level="")
    parts = [residents]
    if inputs.schools is not None:
        parts.append(_pupils(inputs.schools, inputs.asked_villages))
    if inputs.weights is not None and len(inputs.weights):
        parts.append(group_points(residents, inputs.weights))
    return pd.concat(parts) if len(parts) > 1 else residents


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
        `"residents"`, `"pupils"`, or a group of `[demand] weights`.
    levels
        School levels (学段) wanted; all when empty.
    """
    mine = (demand["group"] == group).to_numpy()
    if levels:
        mine = mine & demand["level"].isin(levels).to_numpy()
    return demand[mine], times.rows(mine)
