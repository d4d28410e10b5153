"""Which townships lie at the county's border, where people may use venues that nobody counted."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

__all__ = ["BORDER_M", "at_border", "outside_not_counted"]

BORDER_M = 50.0
"""How near to the county's outline a township's area must come to lie at the border. [m]"""


def at_border(
    townships: gpd.GeoDataFrame, outline: gpd.GeoDataFrame | None, crs: str
) -> "pd.Series[bool]":
    """
    Tell which townships lie at the county's border.

    Parameters
    ----------
    townships
        [code9] areas, real or approximate; a point or nothing is no area.
    outline
        The county, or None where there is none.
    crs
        The plan's metric reference system.

    Returns
    -------
    pandas.Series
        [code9] boolean: whether the area comes within `BORDER_M` of the outline, missing where
        there is no area or no outline to tell by.

    Notes
    -----
    Slivers and holes narrower than twice `BORDER_M`, as polygons that do not quite meet leave them,
    are closed first: they are nobody's border. Hand-drawn and generalised lines agree to some tens
    of metres.

    Examples
    --------
    >>> whole = shapely.box(108.0, 30.0, 108.1, 30.1)
    >>> middle = shapely.box(108.03, 30.03, 108.06, 30.06)
    >>> towns = gpd.GeoDataFrame(geometry=[whole, middle], index=["edge", "inner"], crs=4326)
    >>> county = gpd.GeoDataFrame(geometry=[whole], crs=4326)
    >>> at_border(towns, county, "EPSG:4545").to_dict()
    {'edge': True, 'inner': False}
    """
    told = pd.Series(pd.NA, index=townships.index, dtype="boolean")
    if outline is None:
        return told
    areas = townships.geometry.to_crs(crs)
    known = areas.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy()
    county = shapely.union_all(outline.geometry.to_crs(crs).to_numpy())
    whole = county.buffer(BORDER_M, join_style="mitre").buffer(-BORDER_M, join_style="mitre")
    away = shapely.distance(areas.to_numpy()[known], shapely.boundary(whole))
    told[known] = np.asarray(away <= BORDER_M)
    return told


def outside_not_counted(border: "pd.Series[bool]", *, counted: bool) -> "pd.Series[bool]":
    """
    Tell for which townships 「县外设施未计」 must stand with their figures.

    Parameters
    ----------
    border
        From `at_border`.
    counted
        Whether venues outside the county count.

    Returns
    -------
    pandas.Series
        [code9] boolean: true at the border where nothing outside counts, missing where nobody can
        tell whether the township lies there, false otherwise.

    Examples
    --------
    >>> border = pd.Series([True, False, None], dtype="boolean")
    >>> outside_not_counted(border, counted=False).tolist()
    [True, False, <NA>]
    >>> outside_not_counted(border, counted=True).tolist()
    [False, False, False]
    """
    flag = border & (not counted)
    return flag.fillna(value=False) if counted else flag
