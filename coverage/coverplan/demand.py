"""Where the people are taken to live: demand points, and how well their places are known."""

import numpy as np
import pandas as pd

from coverplan.join import whole_persons
from coverplan.towns import size_weights

__all__ = [
    "areal_points",
    "demand_points",
    "group_points",
    "location_quality",
    "seat_points",
    "village_people",
]

LOCATIONS = ("own", "asked", "seat", "none")


def village_people(townships: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
    """
    Give every village whole persons that sum to its township's people.

    Villages whose people are given keep them; the rest of the township's people is shared among
    the others by largest remainder in code order, a community (社区) getting `towns.TOWN_RATIO`
    times a village. Where all are given, or the given ones exceed the township's total, the given
    figures are scaled to that total.

    Parameters
    ----------
    townships
        Index code9, column `people` (missing where not known). [person]
    villages
        Index code12, columns `code9`, `people` (missing where not known) [person], and `kind` (村 |
        社区; without the column all are alike).

    Returns
    -------
    pandas.DataFrame
        Index as `villages`: `people` (Int64; missing where the township's is), `people_kind`
        (given | scaled | shared).

    Raises
    ------
    ValueError
        A village lies in a township that is not in the table.

    Examples
    --------
    >>> townships = pd.DataFrame({"people": [10]}, index=["500230001"])
    >>> villages = pd.DataFrame({"code9": ["500230001"] * 3, "people": [4, None, None]},
    ...                         index=["500230001001", "500230001002", "500230001003"])
    >>> village_people(townships, villages)["people"].tolist()
    [4, 3, 3]
    """
    strange = sorted(set(villages["code9"]) - set(townships.index))
    if strange:
        raise ValueError(f"villages lie in townships that are not in the table: {strange}")
    people = pd.Series(pd.NA, index=villages.index, dtype="Int64", name="people")
    kind = pd.Series("shared", index=villages.index, dtype=object, name="people_kind")
    totals = townships["people"].astype("Int64")
    for code9, group in villages.groupby("code9", sort=True):
        total = totals[code9]
        if pd.isna(total):
            continue
        order = group.sort_index()
        given = order["people"].astype("Int64") if "people" in order else None
        known = np.zeros(len(order), bool) if given is None else given.notna().to_numpy()
        figures = np.zeros(len(order)) if given is None else given.fillna(0).to_numpy(dtype=float)
        rest = int(total) - int(figures.sum())
        if known.all() or rest < 0:
            split = whole_persons(np.where(known, figures, 0.0), int(total))
            kind[order.index[known]] = "given" if rest == 0 else "scaled"
        else:
            split = figures.astype(np.int64)
            sizes = size_weights(order["kind"] if "kind" in order else [""] * len(order))
            split[~known] = whole_persons(sizes[~known], rest)
            kind[order.index[known]] = "given"
        people[order.index] = split
    return pd.DataFrame({"people": people, "people_kind": kind})


def seat_points(townships: pd.DataFrame) -> pd.DataFrame:
    """
    Return one demand point a township, at its seat.

    Parameters
    ----------
    townships
        Index code9, columns `people`, `seat_lon`, `seat_lat`.

    Returns
    -------
    pandas.DataFrame
        Index code9 (named id): the columns of `demand_points`; `location` is seat, or none where
        the seat has no position.

    Examples
    --------
    >>> townships = pd.DataFrame({"people": [10], "seat_lon": [107.7], "seat_lat": [29.9]},
    ...                          index=["500230001"])
    >>> seat_points(townships)[["code9", "people", "location"]].values.tolist()
    [['500230001', 10, 'seat']]
    """
    located = townships["seat_lon"].notna() & townships["seat_lat"].notna()
    points = pd.DataFrame(
        {
            "code9": townships.index.astype(object),
            "code12": "",
            "kind": "",
            "people": townships["people"].astype("Int64").array,
            "people_kind": "given",
            "location": np.where(located, "seat", "none"),
            "lon": townships["seat_lon"].astype(float).array,
            "lat": townships["seat_lat"].astype(float).array,
        },
        index=pd.Index(townships.index, name="id"),
    )
    return points.sort_index()


def demand_points(
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    asked_villages: pd.DataFrame | None = None,
    *,
    source: str = "villages",
    unlocated: str = "draws",
) -> pd.DataFrame:
    """
    Return the demand points of a county: its villages, or the seat where a township has none.

    Parameters
    ----------
    townships
        Index code9, columns `people`, `seat_lon`, `seat_lat`.
    villages
        Index code12, columns `code9`, `people`, `lon`, `lat`; missing where not known.
    asked_villages
        Index code12, column `minutes` to the township's seat; None where nobody was asked. [min]
    source
        `"villages"`, or `"seats"`: everybody stands at the seat.
    unlocated
        What stands for a village without position: `"draws"` (none; seeded worlds place it) or
        `"seat"` (the seat, and the figure is then a picture of the seats).

    Returns
    -------
    pandas.DataFrame
        Index id (code12, or code9 of a township without villages), ascending: `code9`, `code12`
        (empty for a seat), `kind` (村 | 社区, empty for a seat), `people` (Int64, missing where the
        township's is), `people_kind` (given | scaled | shared), `location` (own | asked | seat |
        none), `lon`, `lat`. The people of each township sum to its total exactly.

    Raises
    ------
    ValueError
        `source` or `unlocated` is another word.

    Examples
    --------
    >>> townships = pd.DataFrame({"people": [7, 5], "seat_lon": [107.7, 107.8],
    ...                           "seat_lat": [29.9, 29.9]}, index=["500230001", "500230002"])
    >>> villages = pd.DataFrame({"code9": "500230001", "people": [None, None],
    ...                          "lon": [107.71, None], "lat": [29.91, None]},
    ...                         index=["500230001001", "500230001002"])
    >>> demand_points(townships, villages)[["people", "location"]].T.to_dict("list")
    {'500230001001': [4, 'own'], '500230001002': [3, 'none'], '500230002': [5, 'seat']}
    """
    if source not in {"villages", "seats"} or unlocated not in {"draws", "seat"}:
        raise ValueError(f"demand source {source!r}, unlocated {unlocated!r}: no such word")
    if source == "seats":
        return seat_points(townships)
    people = village_people(townships, villages)
    own = villages["lon"].notna() & villages["lat"].notna()
    location = pd.Series(np.where(own, "own", "none"), index=villages.index, dtype=object)
    if asked_villages is not None:
        answered = asked_villages.index[asked_villages["minutes"].notna()]
        location[(location == "none") & villages.index.isin(answered)] = "asked"
    lon, lat = villages["lon"].astype(float), villages["lat"].astype(float)
    if unlocated == "seat":
        at_seat = location == "none"
        home = townships.reindex(villages.loc[at_seat, "code9"])
        lon[at_seat] = home["seat_lon"].astype(float).to_numpy()
        lat[at_seat] = home["seat_lat"].astype(float).to_numpy()
        location[at_seat & lon.notna()] = "seat"
    points = pd.DataFrame(
        {
            "code9": villages["code9"].astype(object),
            "code12": villages.index.astype(object),
            "kind": villages["kind"].astype(object) if "kind" in villages else "",
            **people,
            "location": location,
            "lon": lon,
            "lat": lat,
        },
        index=villages.index,
    )
    bare = townships[~townships.index.isin(villages["code9"])]
    points = pd.concat([points, seat_points(bare)]) if len(bare) else points
    return points.rename_axis("id").sort_index()


def areal_points(
    townships: pd.DataFrame, places: pd.DataFrame, zone: "pd.Series[str]"
) -> pd.DataFrame:
    """
    Share each township's people among the cells of a grid or raster that lie in it.

    Parameters
    ----------
    townships
        Index code9, columns `people`, `seat_lon`, `seat_lat`.
    places
        `lon`, `lat`, `people` (any positive weight).
    zone
        Township of each place, "" outside of all.

    Returns
    -------
    pandas.DataFrame
        As `demand_points`; ids are the township's code and a running number, `people_kind` is
        scaled, and the people of each township sum to its total exactly. A township without a
        cell stands at its seat.

    Examples
    --------
    >>> townships = pd.DataFrame({"people": [10], "seat_lon": [107.7], "seat_lat": [29.9]},
    ...                          index=["500230001"])
    >>> cells = pd.DataFrame({"lon": [107.7, 107.8], "lat": 29.9, "people": [1.0, 3.0]})
    >>> areal_points(townships, cells, pd.Series(["500230001"] * 2))["people"].tolist()
    [3, 7]
    """
    totals = townships["people"].astype("Int64")
    parts = []
    for key, members in places.groupby(zone.to_numpy(), sort=True):
        code9 = str(key)
        if code9 not in totals.index:
            continue
        table = members[["lon", "lat"]].assign(code9=code9, code12="", kind="")
        table["people"] = pd.Series(pd.NA, index=members.index, dtype="Int64")
        if not pd.isna(totals[code9]):
            table["people"] = whole_persons(members["people"], int(totals[code9]))
        table["people"] = table["people"].astype("Int64")
        table.index = pd.Index([f"{code9}-{n:05}" for n in range(len(table))])
        parts.append(table.assign(people_kind="scaled", location="own"))
    held = {str(part["code9"].iloc[0]) for part in parts}
    bare = seat_points(townships[~townships.index.isin(held)])
    points = pd.concat([*(part[bare.columns] for part in parts), bare] if len(bare) else parts)
    return points[list(bare.columns)].rename_axis("id").sort_index()


def group_points(residents: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """
    Return the demand points of groups that the county counted, such as the elderly.

    Parameters
    ----------
    residents
        As returned by `demand_points`: where people live.
    weights
        `group`, `code9`, `code12` ("" = the township as a whole), `people`. [person]

    Returns
    -------
    pandas.DataFrame
        As `residents` with a column `group`, ids `<group>:<id>`; a township's figure is shared
        among its points as its residents are, in whole persons. Nobody of a group is lost: a
        village that is no point counts in its township.

    Examples
    --------
    >>> residents = pd.DataFrame({"code9": "a", "code12": "", "people": [3, 1]}, index=["p", "q"])
    >>> weights = pd.DataFrame({"group": ["60+"], "code9": ["a"], "code12": "", "people": [8]})
    >>> group_points(residents, weights)["people"].to_dict()
    {'60+:p': 6, '60+:q': 2}
    """
    found = []
    members_of = residents.groupby("code9").groups
    for group, rows in weights.groupby("group", sort=True):
        people = pd.Series(0, index=residents.index, dtype="Int64")
        for code9, code12, number in rows[["code9", "code12", "people"]].itertuples(index=False):
            if code12 in people.index:
                people[code12] += int(number)
            elif code9 in members_of:
                order = sorted(members_of[code9])
                size = residents.loc[order, "people"].astype("Int64").fillna(0)
                people[order] += whole_persons(size.to_numpy(dtype=float), int(number))
        table = residents.assign(people=people, group=str(group))
        table.index = pd.Index([f"{group}:{one}" for one in residents.index], name="id")
        found.append(table)
    return pd.concat(found)


def location_quality(demand: pd.DataFrame) -> pd.DataFrame:
    """
    Count per township how many people stand at a place of their own, and how many for want of one.

    Parameters
    ----------
    demand
        As returned by `demand_points`.

    Returns
    -------
    pandas.DataFrame
        Index code9: `own`, `asked`, `seat`, `none` (Int64, [person]) and `located_share`, the share
        of people with coordinates of their own (missing where the people are).

    Examples
    --------
    >>> demand = pd.DataFrame({"code9": ["a", "a"], "people": [3, 1], "location": ["own", "none"]})
    >>> location_quality(demand)["located_share"].tolist()
    [0.75]
    """
    people = demand["people"].astype("Int64")
    table = pd.DataFrame(
        {
            place: people.where(demand["location"] == place, 0).groupby(demand["code9"]).sum()
            for place in LOCATIONS
        }
    )
    total = people.groupby(demand["code9"]).sum(min_count=1)
    missing = people.isna().groupby(demand["code9"]).any()
    table["located_share"] = (table["own"] / total.where(~missing & (total > 0))).astype("Float64")
    return table
