"""Who is reached: nearest sites, covered people, curves and the coverage table."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from coverplan.domain import TOTAL, Rung, TravelTimes
from coverplan.tally import (
    COVERED,
    LEAST_LOCATED,
    NO_PEOPLE,
    UNCOVERED,
    UNKNOWN,
    UNLOCATED,
    UNPLACED,
    Tally,
)

__all__ = [
    "coverage_by_zone",
    "coverage_curve",
    "coverage_table",
    "covered",
    "nearest",
    "nearest_site",
    "township_minutes",
]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def nearest(times: ArrayLike) -> FloatArray:
    """
    Return the travel from each demand point to its nearest site.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites); `inf` where a site cannot be reached, never NaN. [min]

    Returns
    -------
    numpy.ndarray
        Shape (n_demand,); `inf` without any site. [min]

    Raises
    ------
    ValueError
        A time is NaN or negative.

    Examples
    --------
    >>> nearest([[5.0, 3.0], [np.inf, 8.0]]).tolist()
    [3.0, 8.0]
    """
    reach: FloatArray = np.min(_checked(times, 2), axis=1, initial=np.inf)
    return reach


def nearest_site(times: ArrayLike) -> NDArray[np.int64]:
    """
    Return the column of each demand point's nearest site; -1 where it reaches none.

    Of equally near sites the first column is named.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites). [min]

    Raises
    ------
    ValueError
        A time is NaN or negative.

    Examples
    --------
    >>> nearest_site([[5.0, 3.0], [np.inf, np.inf]]).tolist()
    [1, -1]
    """
    values = _checked(times, 2)
    if values.shape[1] == 0:
        return np.full(len(values), -1)
    return np.where(np.isfinite(nearest(values)), values.argmin(axis=1), -1)


def covered(times: ArrayLike, cutoff: float) -> BoolArray:
    """
    Tell which demand points reach a site within a cutoff, the bound included.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites), or (n_demand,) as returned by `nearest`. [min]
    cutoff
        In the unit of `times`.

    Returns
    -------
    numpy.ndarray
        Shape (n_demand,).

    Raises
    ------
    ValueError
        A time or the cutoff is NaN or negative.

    Examples
    --------
    >>> covered([[15.0, 40.0], [15.1, 16.0]], 15).tolist()
    [True, False]
    """
    values = np.asarray(times, dtype=float)
    reach = nearest(values) if values.ndim == 2 else _checked(values, 1)  # noqa: PLR2004
    return reach <= _checked(cutoff, 0)


def coverage_curve(nearest: ArrayLike, weight: ArrayLike, cutoffs: ArrayLike) -> FloatArray:
    """
    Return the share of demand that lies within each cutoff of a site.

    The bound is inclusive, as on a timetable: 15 minutes away is within 15 minutes.

    Parameters
    ----------
    nearest
        Travel time from each demand point to its nearest site, shape (n_demand,); `inf` where no
        site can be reached, never NaN. [min]
    weight
        People at each demand point, shape (n_demand,). [person]
    cutoffs
        Shape (n_cutoffs,), in any order. [min]

    Returns
    -------
    numpy.ndarray
        Shape (n_cutoffs,), between 0 and 1.

    Raises
    ------
    ValueError
        A value is NaN or negative, the shapes differ, or nobody lives there at all.

    Examples
    --------
    >>> coverage_curve([5, 15, np.inf], [50, 30, 20], [10, 15, 60]).tolist()
    [0.5, 0.8, 0.8]
    """
    reach, people = _checked(nearest, 1), _checked(weight, 1)
    if reach.shape != people.shape:
        raise ValueError(f"{reach.size} travel times and {people.size} weights")
    total = people.sum()
    if not total > 0:
        raise ValueError("no people: a share of nobody is not a number")
    order = np.argsort(reach, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(people[order])])
    within = np.searchsorted(reach[order], _checked(cutoffs, 1), side="right")
    return np.asarray(summed[within] / total)


def coverage_by_zone(
    nearest: ArrayLike, weight: ArrayLike, zone: Sequence[str], cutoffs: Sequence[float]
) -> pd.DataFrame:
    """
    Count the people of each zone who lie within each cutoff of a site.

    Parameters
    ----------
    nearest
        As for `coverage_curve`. [min]
    weight
        People at each demand point, shape (n_demand,). [person]
    zone
        Zone of each demand point, shape (n_demand,).
    cutoffs
        [min]

    Returns
    -------
    pandas.DataFrame
        Index (zone, cutoff), zones ascending: `people`, `covered`, `uncovered`, in the numbers of
        `weight`.

    Raises
    ------
    ValueError
        A value is NaN or negative.

    Examples
    --------
    >>> coverage_by_zone([5, 25], [50, 30], ["a", "a"], [15])["covered"].tolist()
    [50.0]
    """
    reach, people = _checked(nearest, 1), _checked(weight, 1)
    zones = pd.Index(zone)
    total = pd.Series(people).groupby(zones.to_numpy()).sum()
    parts = {}
    for cutoff in cutoffs:
        inside = pd.Series(np.where(covered(reach, cutoff), people, 0.0))
        parts[cutoff] = inside.groupby(zones.to_numpy()).sum()
    table = pd.concat(parts, names=["cutoff", "zone"]).rename("covered").to_frame()
    table = table.swaplevel().sort_index(level="zone", sort_remaining=False)
    table.insert(0, "people", total.reindex(table.index.get_level_values("zone")).to_numpy())
    table["uncovered"] = table["people"] - table["covered"]
    return table


def township_minutes(
    demand: pd.DataFrame, times: TravelTimes, venues: Sequence[str]
) -> pd.DataFrame:
    """
    Summarise per township how far its people have to the nearest of some venues.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`.
    times
        Rows as `demand`; on rung D the figures are kilometres.
    venues
        Ids of the venues, columns of `times`.

    Returns
    -------
    pandas.DataFrame
        Index code9: `nearest_id` (the venue nearest to most of the people, `""` where none is),
        `mean`, `median`, `p90`, `worst` over people (or over points where people are missing),
        `inf` where that share of them reaches none. Points without a place are left out.
        [min] or [km]

    Examples
    --------
    >>> demand = pd.DataFrame({"code9": "a", "people": [3, 1], "location": "own"}, index=["p", "q"])
    >>> times = TravelTimes(np.array([[4.0], [9.0]]), ("p", "q"), ("v",), Rung.ASKED)
    >>> township_minutes(demand, times, ["v"]).loc["a", ["mean", "median", "worst"]].tolist()
    [5.25, 4.0, 9.0]
    """
    values = times.to(list(venues))
    reach, site = nearest(values), nearest_site(values)
    placed = (demand["location"] != "none").to_numpy()
    people = demand["people"].astype("Int64").fillna(0).to_numpy().astype(np.float64)
    rows = {}
    codes = demand["code9"].astype(str).to_numpy()
    for code9 in np.unique(codes):
        members = np.flatnonzero((codes == code9) & placed)
        rows[code9] = _spread(reach[members], site[members], people[members], venues)
    columns = ["nearest_id", "mean", "median", "p90", "worst"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("code9")


def coverage_table(
    demand: pd.DataFrame,
    times: TravelTimes | None,
    venues: Mapping[str, Sequence[str]],
    cutoffs_min: Mapping[str, Sequence[int]],
    *,
    site_code9: "Mapping[str, str] | None" = None,
    open_question: "Mapping[str, set[str]] | None" = None,
    nearest_worlds: "Mapping[str, FloatArray] | None" = None,
    draws: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """
    Count per township, venue type and cutoff who is covered, who is not, and who may be.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`.
    times
        Rows as `demand`; None, like rung D, means that no minutes can be given.
    venues
        Type -> ids of its open venues that have a place and a column in `times`.
    cutoffs_min
        Type -> cutoffs; the types of the table are these. [min]
    site_code9
        Site id -> township, for every column of `times`: where an unknown venue might stand.
    open_question
        Type -> townships that have not reported it, or hold a venue of it that is not located.
        Their people, and whoever reaches one of their sites within the cutoff, are unknown until
        they are covered: nobody is counted as uncovered because a township did not answer.
    nearest_worlds
        Type -> travel to the nearest venue in each world, shape (draws, n_demand), as
        `impedance.nearest_in_worlds` returns it: people without a place then have a band. [min]
    draws, seed
        Worlds for the band.

    Returns
    -------
    pandas.DataFrame
        Index (code9, type, cutoff_min), code9 ascending and `"total"` last: `people`, `covered`,
        `uncovered`, `unknown` (Int64; covered + uncovered + unknown = people always),
        `covered_low`, `covered_high` (Int64; the 80 % band over the worlds, unknown people counted
        as covered in the upper bound unless a world places them; NA where refused), `share`
        (Float64, of `people`; NA where refused), `at_least` (the share is a lower bound: print ≥),
        `refused` (message key or ""; `coverage.band_only`: a band, but no single figure), `rung`.

    Raises
    ------
    ValueError
        The demand points are not the rows of `times` in the same order, or no cutoff is asked.

    Notes
    -----
    Unreachable is uncovered; only what nobody knows is unknown. On rung B an answer may be missing
    (`TravelTimes.unknown`), so a point is uncovered only if its minutes to every venue are known.
    """
    if times is not None and tuple(map(str, demand.index)) != times.demand:
        raise ValueError("the demand points are not the rows of the times, in the same order")
    tally = Tally(demand, draws, seed)
    frames = []
    for kind in cutoffs_min:
        asked = (open_question or {}).get(kind, set())
        for cutoff in cutoffs_min[kind]:
            state = _states(
                demand,
                times,
                venues.get(kind, ()),
                cutoff,
                asked=asked,
                site_code9=site_code9 or {},
            )
            reach = (nearest_worlds or {}).get(kind)
            refused = _refusals(demand, times, state, cutoff, asked)
            table = tally.count(state, refused, reach, cutoff)
            frames.append(table.assign(type=kind, cutoff_min=cutoff))
    if not frames:
        raise ValueError("no venue type with a cutoff: there is nothing to count")
    whole = pd.concat(frames)
    whole["rung"] = "" if times is None else str(times.rung)
    types = {kind: n for n, kind in enumerate(cutoffs_min)}
    whole = whole.set_index(["type", "cutoff_min"], append=True)
    keys = [(code9 == TOTAL, code9, types[kind], cut) for code9, kind, cut in whole.index]
    return whole.iloc[sorted(range(len(whole)), key=keys.__getitem__)]


def _states(
    demand: pd.DataFrame,
    times: TravelTimes | None,
    venues: Sequence[str],
    cutoff: float,
    *,
    asked: "set[str]",
    site_code9: Mapping[str, str],
) -> NDArray[np.int64]:
    """Return for each demand point whether it is covered, uncovered, unknown or without place."""
    if times is None or times.rung is Rung.LINE or cutoff > times.limit:
        return np.full(len(demand), UNKNOWN)
    values = times.to(list(venues))
    placed = _placed(demand, times)
    unsure = np.isin(demand["code9"].astype(str), list(asked))
    if values.shape[1]:
        unsure |= times.missing_to(list(venues)).any(axis=1)
    perhaps = [site for site in times.sites if site_code9.get(site) in asked]
    if perhaps:
        unsure |= covered(times.to(perhaps), cutoff)
    reached = covered(values, cutoff)
    left = np.where(placed, UNCOVERED, UNPLACED)
    return np.where(reached, COVERED, np.where(unsure, UNKNOWN, left))


def _placed(demand: pd.DataFrame, times: TravelTimes) -> BoolArray:
    """Tell which points have a place in the model: coordinates, or an answer on rung B."""
    if times.rung is Rung.ASKED:
        # A village reaches a site of its own without any answer, so zero minutes prove nothing.
        known = ~times.missing_to(times.sites)
        answered = (known & (times.to(times.sites) > 0)).any(axis=1)
        return np.asarray(answered | demand["location"].isin(["asked", "seat"]).to_numpy())
    return np.asarray(demand["location"] != "none")


def _refusals(
    demand: pd.DataFrame,
    times: TravelTimes | None,
    state: NDArray[np.int64],
    cutoff: float,
    asked: "set[str]",
) -> "pd.Series[str]":
    code9 = demand["code9"].astype(str)
    codes = sorted(code9.unique())
    refused = pd.Series("", index=codes, dtype=object)
    people = demand["people"].astype("Int64")
    if times is None or times.rung is Rung.LINE:
        refused[:] = "coverage.refused_line"
    elif cutoff > times.limit:
        refused[:] = "coverage.refused_limit"
    else:
        own = _placed(demand, times) & (demand["location"] != "seat").to_numpy()
        total = people.groupby(code9).sum().astype(float)
        located = people.where(own, 0).groupby(code9).sum().astype(float)
        few = located < LEAST_LOCATED * total
        refused[few[few].index] = UNLOCATED
        undecided = pd.Series(state >= UNKNOWN).groupby(code9.to_numpy()).all()
        silent = [code for code in codes if code in asked and undecided[code]]
        refused[silent] = "coverage.refused_unreported"
    missing = people.isna().groupby(code9).any()
    refused[missing[missing].index] = NO_PEOPLE
    return refused


def _spread(
    reach: FloatArray, site: NDArray[np.int64], people: FloatArray, venues: Sequence[str]
) -> tuple[str, float, float, float, float]:
    if reach.size == 0:
        return "", np.inf, np.inf, np.inf, np.inf
    weight = people if people.sum() > 0 else np.ones(reach.size)
    order = np.argsort(reach, kind="stable")
    minutes, weight, near = reach[order], weight[order], site[order]
    up_to = np.cumsum(weight) / weight.sum()
    at = [minutes[np.searchsorted(up_to, q - 1e-12)] for q in (0.5, 0.9)]
    by_site = np.bincount(near[near >= 0], weight[near >= 0], minlength=len(venues))
    name = venues[int(by_site.argmax())] if by_site.size and by_site.max() > 0 else ""
    some = weight > 0
    mean = float(np.average(minutes[some], weights=weight[some]))
    return name, mean, float(at[0]), float(at[1]), float(minutes[some].max())


def _checked(values: ArrayLike, ndim: int) -> FloatArray:
    array = np.asarray(values, dtype=float)
    if array.ndim != ndim:
        raise ValueError(f"an array of {ndim} dimensions is due, not of {array.ndim}")
    if np.isnan(array).any() or (array < 0).any():
        raise ValueError("NaN or a negative value: unreachable is inf, unknown is left out")
    return array
