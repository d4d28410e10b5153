"""Travel from where people without a place might live, world by world, to the nearest venue."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.impedance.drawn import nearest_in_worlds, speed_worlds, trip_worlds
from coverplan.impedance.model import TravelModel
from coverplan.join import metric_xy
from coverplan.worlds import position_worlds

__all__ = ["nearest_strewn"]

FloatArray = NDArray[np.float64]


def nearest_strewn(
    demand: pd.DataFrame,
    venues: Mapping[str, Sequence[str]],
    sites: pd.DataFrame,
    *,
    model: TravelModel,
    townships: pd.DataFrame,
    cells: gpd.GeoSeries,
    crs: str,
    draws: int,
    seed: int,
    approximate: bool = True,
) -> dict[str, FloatArray]:
    """
    Return travel to the nearest venue of each type in worlds that place the unlocated villages.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`; points of location none are drawn.
    venues
        Type -> ids of its open, located venues.
    sites
        Index id: `lon`, `lat`.
    model
        As returned by `impedance.travel_model`; its own uncertainty is part of the worlds.
    townships
        Index code9: `seat_lon`, `seat_lat`.
    cells
        Index code9: township polygons in any reference system; the seat point where there is no
        polygon is no cell.
    crs
        The metric reference system.
    draws, seed
        Worlds.
    approximate
        Whether the cells are computed, not real.

    Returns
    -------
    dict of numpy.ndarray
        For `covering.coverage_table(nearest_worlds=...)`, shape (draws, n_demand). [min]
    """
    metric = cells.to_crs(crs)
    metric = metric.where(metric.geom_type.isin(["Polygon", "MultiPolygon"]))
    seats = pd.DataFrame(
        metric_xy(townships["seat_lon"], townships["seat_lat"], crs),
        index=townships.index,
        columns=["x", "y"],
    )
    here = pd.DataFrame(
        metric_xy(demand["lon"], demand["lat"], crs), index=demand.index, columns=["x", "y"]
    )
    places = here.assign(code9=demand["code9"], kind=demand.get("kind", ""))
    placed = position_worlds(places, seats, metric, draws=draws, seed=seed, approximate=approximate)
    at = dict(zip(map(str, sites.index), metric_xy(sites["lon"], sites["lat"], crs), strict=True))
    scale = speed_worlds(model.fast, model.slow, 1.0, draws=draws, seed=seed)[:, None]
    local = trip_worlds(model.trip_fast, model.trip_slow, demand["code9"], draws=draws, seed=seed)
    return nearest_in_worlds(venues, at, placed, model.minutes, scale * local)
