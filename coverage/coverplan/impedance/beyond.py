"""Travel to venues outside the county: over the same roads or line, or by minutes from a seat."""

import numpy as np
import pandas as pd

from coverplan.domain import Rung, TravelTimes
from coverplan.impedance.asked import asked_times

__all__ = ["outside_sites", "with_outside"]


def outside_sites(outside: pd.DataFrame) -> pd.DataFrame:
    """
    Return the venues outside the county as sites, once each.

    Parameters
    ----------
    outside
        `id, name, type, lon, lat, near_code9, minutes`; a venue may have a row a seat.

    Returns
    -------
    pandas.DataFrame
        [id] `name, type, code9, code12` (both empty), `lon, lat, kind` (outside), `location`.
    """
    once = outside.drop_duplicates("id").set_index("id")
    table = once[["name", "type", "lon", "lat"]].copy()
    own = table["lon"].notna() & table["lat"].notna()
    table["location"] = np.where(own, "own", "township")
    return table.assign(code9="", code12="", kind="outside")


def with_outside(
    times: TravelTimes,
    outside: pd.DataFrame,
    demand: pd.DataFrame,
    *,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    asked_villages: pd.DataFrame | None,
    asked_seats: pd.DataFrame | None,
    crs: str,
) -> TravelTimes:
    """
    Add on rung B the columns of venues outside: minutes to a seat, and on from there.

    Parameters
    ----------
    times
        To the county's own sites.
    outside
        As for `outside_sites`; a row without seat or minutes says nothing on rung B.
    demand, townships, villages, asked_villages, asked_seats, crs
        As for `asked.asked_times`.

    Returns
    -------
    TravelTimes
        The quickest of the stated ways. A venue that no way is stated to is not a column.
    """
    told = outside[(outside["near_code9"] != "") & outside["minutes"].notna()]
    if times.rung is not Rung.ASKED or told.empty:
        return times
    seats = sorted(told["near_code9"].unique())
    halls = pd.DataFrame(
        {"code9": seats, "code12": "", "lon": np.nan, "lat": np.nan, "kind": "hall"}, index=seats
    )
    to_seat = asked_times(
        demand,
        halls,
        townships=townships,
        villages=villages,
        asked_villages=asked_villages,
        asked_seats=asked_seats,
        crs=crs,
    )
    columns, lost = [], []
    ids = tuple(dict.fromkeys(told["id"].astype(str)))
    for one in ids:
        ways = told[told["id"] == one]
        legs = to_seat.to(list(ways["near_code9"])) + ways["minutes"].to_numpy(dtype=float)
        quickest = legs.min(axis=1)
        lost.append(np.isinf(quickest))
        columns.append(np.where(quickest > times.limit, np.inf, quickest))
    return TravelTimes(
        np.column_stack([times.values, *columns]),
        times.demand,
        (*times.sites, *ids),
        times.rung,
        times.limit,
        np.column_stack([times.missing_to(times.sites), *lost]),
    )
