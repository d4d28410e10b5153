"""What the tables say about each place: is it open, where does it stand, how finely is it known."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.crs import DEGREES
from coverplan.domain import Resolution, Rung
from coverplan.presence import open_at

__all__ = ["candidate_places", "sites_of", "venue_places"]


def venue_places(
    venues: pd.DataFrame,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    venue_types: pd.DataFrame,
    as_of: date,
) -> gpd.GeoDataFrame:
    """
    Return the venues with what a reader asks first: open, active, located how.

    Parameters
    ----------
    venues
        [id] the VENUES table with `code9, code12` matched ("" where unknown).
    townships, villages
        [code9], [code12] with `name`.
    venue_types
        [id] with `zh, has_place`.
    as_of
        The report date.

    Returns
    -------
    geopandas.GeoDataFrame
        [id] the input plus `type_zh, township` (name), `open` (bool), `active` (yes, no, unknown),
        `location` (own: coordinates; village: known village; township: no more than that),
        `located` (bool: own or village), `visitable_place` (bool: a place of a type that people
        visit); geometry in WGS84, None without coordinates.
    """
    places = pd.DataFrame(venues.drop(columns="geometry", errors="ignore"))
    has_point = places["lon"].notna() & places["lat"].notna()
    known = villages.reindex(places["code12"])
    village_point = known["lon"].notna().to_numpy() & known["lat"].notna().to_numpy()
    in_village = (places["code12"] != "").to_numpy()
    places["type_zh"] = venue_types["zh"].reindex(places["type"]).to_numpy()
    places["township"] = townships["name"].reindex(places["code9"]).to_numpy()
    places["open"] = open_at(places, as_of)
    places["active"] = places["active_12m"].where(
        places["active_12m"].isin(["yes", "no"]), "unknown"
    )
    places["location"] = np.select([has_point, in_village], ["own", "village"], "township")
    places["located"] = places["location"] != "township"
    visit = places["visitable"].astype("boolean").fillna(value=True).to_numpy(bool)
    has_place = venue_types["has_place"].reindex(places["type"]).to_numpy(bool)
    places["visitable_place"] = has_place & visit
    fill = ~has_point.to_numpy() & village_point
    places["lon"] = np.where(fill, known["lon"], places["lon"]).astype(float)
    places["lat"] = np.where(fill, known["lat"], places["lat"]).astype(float)
    return _points(places)


def candidate_places(
    candidates: pd.DataFrame | None,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    rung: Rung,
    asked: pd.DataFrame | None,
) -> gpd.GeoDataFrame:
    """
    Return where a site may be proposed, each with the resolution that its location allows.

    Without a list, every village is a candidate, and every township's seat as a hall whose
    building the township names.

    Parameters
    ----------
    candidates
        [id] the CANDIDATES table with `code9, code12` matched, or None.
    townships
        [code9] with `name, kind, seat_lon, seat_lat`.
    villages
        [code12] with `name, code9, lon, lat`.
    rung
        What travel times stand on: on rung B a village with asked minutes can be told apart from
        its neighbours though nobody knows its coordinates.
    asked
        [code12] `minutes`, or None.

    Returns
    -------
    geopandas.GeoDataFrame
        [id] `name, kind` (village, hall, school, nominated), `code9, township, code12, types` (";"
        between ids, "" = any), `lon, lat, location` (own, village, township), `resolution,
        cost_yuan, capacity, must, never, note`; geometry in WGS84 or None.
    """
    if candidates is None:
        candidates = _derived(townships, villages)
    places = pd.DataFrame(candidates.drop(columns="geometry", errors="ignore"))
    places["township"] = townships["name"].reindex(places["code9"]).to_numpy()
    known = villages.reindex(places["code12"])
    seat = townships.reindex(places["code9"])
    own = (places["lon"].notna() & places["lat"].notna()).to_numpy()
    in_village = known["lon"].notna().to_numpy() & ~own
    hall = (places["kind"] == "hall").to_numpy() & ~own
    for axis in ("lon", "lat"):
        places[axis] = np.select(
            [own, hall, in_village], [places[axis], seat[f"seat_{axis}"], known[axis]], np.nan
        ).astype(float)
    told_apart = in_village | (own & (places["kind"] == "village").to_numpy())
    if rung is Rung.ASKED and asked is not None:
        told_apart |= places["code12"].isin(asked.index[asked["minutes"].notna()]).to_numpy()
    building = own & places["kind"].isin(["school", "nominated", "hall"]).to_numpy()
    places["resolution"] = np.select(
        [building, told_apart & ~hall],
        [Resolution.BUILDING.value, Resolution.COMMUNITY.value],
        Resolution.TOWNSHIP.value,
    )
    places["location"] = np.select([own, told_apart & ~hall], ["own", "village"], "township")
    return _points(places)


def sites_of(venues: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """
    Return the sites that travel times are wanted to: open places that people visit, and candidates.

    Parameters
    ----------
    venues
        What `venue_places` returned.
    candidates
        What `candidate_places` returned.

    Returns
    -------
    pandas.DataFrame
        [id] `code9, code12, lon, lat, kind, location`, venues first.

    Raises
    ------
    ValueError
        An id is both a venue's and a candidate's.
    """
    columns = ["code9", "code12", "lon", "lat", "kind", "location"]
    reached = venues[venues["open"] & venues["visitable_place"] & venues["located"]]
    both = set(reached.index) & set(candidates.index)
    if both:
        raise ValueError(f"ids are both venues and candidates: {sorted(both)}")
    return pd.concat([reached.assign(kind="venue")[columns], pd.DataFrame(candidates)[columns]])


def _derived(townships: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
    halls = pd.DataFrame(
        {
            "name": townships["name"].to_numpy(),
            "code9": townships.index,
            "code12": "",
            "kind": "hall",
        },
        index=[f"hall-{code}" for code in townships.index],
    )
    rows = pd.DataFrame(
        {
            "name": villages["name"].to_numpy(),
            "code9": villages["code9"].to_numpy(),
            "code12": villages.index,
            "kind": "village",
        },
        index=[f"village-{code}" for code in villages.index],
    )
    every = pd.concat([halls, rows]).rename_axis("id")
    every = every.assign(types="", note="", host_kind="", theme="", must=False, never=False)
    return every.assign(lon=np.nan, lat=np.nan, cost_yuan=np.nan, capacity=np.nan)


def _points(places: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(places["lon"], places["lat"])
    located = places["lon"].notna().to_numpy()
    geometry = gpd.GeoSeries(points, index=places.index, crs=DEGREES).where(located, None)
    return gpd.GeoDataFrame(places, geometry=geometry, crs=DEGREES)
