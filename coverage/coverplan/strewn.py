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

__all__ = ["nearest_strewn", "strewn_minutes"]

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
    placed = _placed(
        demand,
        townships=townships,
        cells=cells,
        crs=crs,
        draws=draws,
        seed=seed,
        approximate=approximate,
    )
    at = _at(sites, crs)
    scale = speed_worlds(model.fast, model.slow, 1.0, draws=draws, seed=seed)[:, None]
    local = trip_worlds(model.trip_fast, model.trip_slow, demand["code9"], draws=draws, seed=seed)
    return nearest_in_worlds(venues, at, placed, model.minutes, scale * local)


def strewn_minutes(
    demand: pd.DataFrame,
    columns: Sequence[str],
    times: FloatArray,
    draws: int,
    *,
    sites: pd.DataFrame,
    model: TravelModel,
    limit: float,
    townships: pd.DataFrame,
    cells: gpd.GeoSeries,
    crs: str,
    seed: int,
    approximate: bool = True,
) -> FloatArray:
    """
    Return travel to every site in worlds that place whoever has no place of their own.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`. Villages and schools without a position of their own
        are strewn, also those for which the seat stands in. A township that is one point as a
        whole stays at its seat: its people do not all live at one other place.
    columns
        Ids of the sites wanted.
    times
        Travel as it is taken without these worlds, shape (n_demand, len(columns)): kept for
        everybody who is not strewn. [min]
    draws
        Number of worlds.
    sites, model, townships, cells, crs, seed, approximate
        As for `nearest_strewn`; the model's own uncertainty is not part of these worlds.
    limit
        Travel beyond it is `inf`. [min]

    Returns
    -------
    numpy.ndarray
        Shape (draws, n_demand, len(columns)); no world at all where nobody is strewn. [min]
    """
    whole = (demand["location"] == "seat") & (demand["code12"].fillna("") == "")
    loose = (~demand["location"].isin(["own"]) & ~whole).to_numpy()
    if not loose.any():
        return np.empty((0, *times.shape))
    unplaced = demand.assign(lon=demand["lon"].where(~loose), lat=demand["lat"].where(~loose))
    placed = _placed(
        unplaced,
        townships=townships,
        cells=cells,
        crs=crs,
        draws=draws,
        seed=seed,
        approximate=approximate,
    )
    each = {site: [site] for site in columns}
    to_site = nearest_in_worlds(each, _at(sites, crs), placed[:, loose], model.minutes)
    worlds: FloatArray = np.tile(times, (draws, 1, 1))
    for column, site in enumerate(columns):
        minutes = to_site[site]
        worlds[:, loose, column] = np.where(minutes > limit, np.inf, minutes)
    return worlds


def _placed(
    demand: pd.DataFrame,
    *,
    townships: pd.DataFrame,
    cells: gpd.GeoSeries,
    crs: str,
    draws: int,
    seed: int,
    approximate: bool,
) -> FloatArray:
    """Return a position for every demand point in each world, shape (draws, n_demand, 2)."""
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
    return position_worlds(places, seats, metric, draws=draws, seed=seed, approximate=approximate)


def _at(sites: pd.DataFrame, crs: str) -> dict[str, FloatArray]:
    """Return the position of every site."""
    return dict(zip(map(str, sites.index), metric_xy(sites["lon"], sites["lat"], crs), strict=True))
