"""Which villages are remote, by a stated definition, and which a mobile round has visited."""

from collections.abc import Callable, Collection
from datetime import date

import pandas as pd

from coverplan.config import Plan
from coverplan.domain import TravelTimes
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.rows import row_at

__all__ = ["minutes_to_seat", "remote_villages", "visited"]


def minutes_to_seat(
    plan: Plan,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    to_sites: Callable[[pd.DataFrame], TravelTimes],
) -> pd.Series:
    """
    Return the minutes from every village to the township seat that `[remote] seat` names.

    Parameters
    ----------
    plan
        With `[remote] seat`.
    townships, villages
        Frames of the result.
    to_sites
        Gives the travel times of the run's demand points to a frame of sites.

    Returns
    -------
    pandas.Series
        [code12] float, `inf` beyond the limit, missing where the rung bears no minutes or the
        village has no answer. [min]

    Raises
    ------
    InputError
        `[remote] seat` is no township of the county.
    """
    name = "minutes_to_county_seat"
    blank = pd.Series(float("nan"), index=villages.index, name=name)
    if not plan.remote.seat:
        return blank
    if plan.remote.seat not in townships.index:
        at = Where(file=plan.source, key="remote.seat")
        raise InputError(Problem("remote.no_seat", at, plan.remote.seat))
    seat = row_at(townships, plan.remote.seat)
    place = {"code9": plan.remote.seat, "code12": "", "kind": "hall", "location": "seat"}
    where = {"lon": seat["seat_lon"], "lat": seat["seat_lat"]}
    site = pd.DataFrame([{**place, **where}], index=pd.Index(["county-seat"], name="id"))
    times = to_sites(site)
    if times.unit != "min":
        return blank
    minutes = pd.Series(times.to(["county-seat"])[:, 0], index=list(times.demand))
    # Beyond the limit is far, not unknown.
    known = minutes.mask(times.missing_to(["county-seat"])[:, 0]).reindex(villages.index)
    return pd.Series(known.to_numpy(), index=villages.index, name=name)


def remote_villages(
    plan: Plan, villages: pd.DataFrame, listed: pd.DataFrame | None, minutes: pd.Series
) -> tuple[pd.Series, Problem]:
    """
    Tell which villages are remote, and by which definition.

    Parameters
    ----------
    plan
        `[remote]`: an adopted list goes before a number of minutes.
    villages
        [code12].
    listed
        [code12] the adopted list, or None.
    minutes
        [code12] what `minutes_to_seat` returned. [min]

    Returns
    -------
    pandas.Series
        [code12] boolean; missing where the definition cannot be applied to a village.
    Problem
        The sentence that states the definition.
    """
    blank = pd.Series(pd.NA, index=villages.index, dtype="boolean", name="remote")
    if listed is not None:
        flags = pd.Series(villages.index.isin(listed.index), index=villages.index, name="remote")
        return flags.astype("boolean"), _said("remote.by_list", n=len(listed))
    if plan.remote.minutes <= 0:
        return blank, _said("remote.undefined")
    far = (minutes > plan.remote.minutes).astype("boolean")
    far = far.mask(minutes.isna())
    said = _said(
        "remote.by_minutes",
        n=int(far.sum()),
        minutes=f"{plan.remote.minutes:g}",
        known=int(minutes.notna().sum()),
        all=len(villages),
    )
    return far.rename("remote"), said


def visited(visits: pd.DataFrame, kinds: Collection[str], first: date, last: date) -> set[str]:
    """
    Return the villages that a mobile round has visited.

    Parameters
    ----------
    visits
        `code12` ("" where only the township is known), `type, visited_on`.
    kinds
        Venue types that count.
    first, last
        First and last day that count.

    Returns
    -------
    set of str
        Codes of villages; a visit known by its township only proves no village.
    """
    days = pd.to_datetime(visits["visited_on"])
    mine = visits["type"].isin(list(kinds)) & (days >= pd.Timestamp(first))
    mine &= (days <= pd.Timestamp(last)) & (visits["code12"] != "")
    return set(visits.loc[mine, "code12"])


def _said(key: str, **values: str | float) -> Problem:
    return Problem(key, values=values, severity=Severity.NOTE)
