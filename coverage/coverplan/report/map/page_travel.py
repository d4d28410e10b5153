"""Travel times on the page: the demand × site matrix that live recomputing works on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.domain import Rung, TravelTimes
from coverplan.report.map.codec import BEYOND, minutes_text, whole_minutes
from coverplan.report.map.page_places import number, text
from coverplan.sensitivity import SPEED_CHANGE, STEP_MIN

if TYPE_CHECKING:
    from coverplan.config import Programme
    from coverplan.domain import Result

__all__ = ["travel"]

UNREPORTED_KEY = "coverage.refused_unreported"


def travel(result: "Result", order: Mapping[str, int]) -> dict[str, Any] | None:
    """
    Return demand points and whole minutes to the venues and candidates, or None.

    None stands where the run has no minutes (rung D, no travel model) or refused every figure: the
    page then has nothing to recompute, and says so.

    Parameters
    ----------
    result
        A run.
    order
        Township code to its number on the page.

    Returns
    -------
    dict or None
        `demand` (township number, people), `matrix` (column after column of whole minutes, see
        `codec.minutes_text`), `silent` (the same shape, 255 where nobody answered, or None),
        `venue_column` and `candidate_column` (number of each one's column, −1 where it has none),
        `placed` and `members` (flags a demand point: has a place in the model; is asked about by a
        type), `refused` (flags a township for each type and cutoff: whatever is built), `speed`
        and `step` (by which share the speed and by how many minutes the cutoff is varied),
        `outside` (columns of the venues beyond the county, by type), `nearest` (by type, whole
        minutes of each point to its nearest open venue today, however far, as `codec.minutes_text`)
        and `residents` (flags the points on which `nearest` of a township is averaged).

    Notes
    -----
    Sites with the same minutes share a column: candidates known only by their township do.
    """
    times = result.times
    if times is None or times.unit != "min" or not _any_figure(result):
        return None
    demand = result.demand.reindex(list(times.demand))
    minutes = whole_minutes(times.values, _longest(result, demand)[:, None])
    silent = times.missing_to(times.sites)
    both = np.vstack([minutes, silent.astype(np.uint8)])
    kept, number_of = np.unique(both, axis=1, return_inverse=True)
    column = dict(zip(times.sites, number_of.ravel().tolist(), strict=True))
    rows = len(demand)
    dumb = np.where(kept[rows:] > 0, BEYOND, 0).astype(np.uint8)
    return {
        "demand": {
            "township": [order.get(text(code), -1) for code in demand["code9"]],
            "people": [number(value) or 0 for value in demand["people"]],
        },
        "matrix": _block(kept[:rows]),
        "silent": _block(dumb) if dumb.any() else None,
        "venue_column": [column.get(str(key), -1) for key in result.venues.index],
        "candidate_column": [column.get(str(key), -1) for key in result.candidates.index],
        "speed": SPEED_CHANGE,
        "step": STEP_MIN,
        "outside": {
            str(kind): sorted({column[str(key)] for key in rows.index})
            for kind, rows in result.outside.groupby("type")
        },
        "nearest": _nearest(result, times),
        "placed": _flags(_placed(demand, times)),
        "residents": _flags(_residents(demand)),
        "members": {item.type: _flags(_members(item, demand)) for item in result.plan.programme},
        "refused": {
            item.type: {
                str(cutoff): _always_refused(item.type, cutoff, result, list(order))
                for cutoff in item.cutoffs_min
            }
            for item in result.plan.programme
        },
    }


def _residents(demand: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell on which points the minutes of a township to its nearest venue rest."""
    placed = (demand["location"] != "none").to_numpy(dtype=bool)
    if "group" not in demand:
        return np.asarray(placed)
    return np.asarray(placed & (demand["group"] == "residents").to_numpy(dtype=bool))


def _nearest(result: "Result", times: TravelTimes) -> dict[str, dict[str, Any]]:
    """Return for each programme the whole minutes of each point to its nearest open venue."""
    venues, beyond = result.venues, result.outside
    there = venues.index.isin(list(times.sites)) & venues["open"].to_numpy(dtype=bool)
    found = {}
    for kind in (item.type for item in result.plan.programme):
        inside = venues.index[there & (venues["type"] == kind).to_numpy(dtype=bool)]
        ids = [*map(str, inside), *map(str, beyond.index[beyond["type"] == kind])]
        reach = times.to(ids).min(axis=1, initial=np.inf)
        found[kind] = _block(whole_minutes(reach, BEYOND - 1)[:, None])
    return found


def _flags(values: NDArray[np.bool_]) -> str:
    return "".join("1" if value else "0" for value in values.tolist())


def _block(values: NDArray[np.uint8]) -> dict[str, Any]:
    shape = {"rows": values.shape[0], "columns": values.shape[1], "beyond": BEYOND}
    return {**shape, **minutes_text(np.ascontiguousarray(values.T))}


def _longest(result: "Result", demand: pd.DataFrame) -> NDArray[np.float64]:
    """Return for each demand point the most minutes that any programme's band asks it about."""
    longest = np.zeros(len(demand))
    for item in result.plan.programme:
        most = max(item.cutoffs_min, default=0)
        most = max(np.ceil(most * (1.0 + SPEED_CHANGE)), most + STEP_MIN)
        longest = np.where(_members(item, demand), np.maximum(longest, most), longest)
    return longest


def _any_figure(result: "Result") -> bool:
    return bool((result.coverage["refused"].fillna("") == "").any())


def _members(item: "Programme", demand: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which demand points a programme asks about: its group and school levels."""
    if "group" not in demand:
        return np.ones(len(demand), bool)
    mine = (demand["group"] == item.demand).to_numpy(dtype=bool)
    levels = getattr(item, "levels", ())
    if levels:
        mine = mine & demand["level"].isin(levels).to_numpy(dtype=bool)
    return np.asarray(mine)


def _placed(demand: pd.DataFrame, times: TravelTimes) -> NDArray[np.bool_]:
    """Tell which points have a place in the model, as `covering` sees it."""
    if times.rung is Rung.ASKED:
        known = ~times.missing_to(times.sites)
        answered = (known & (times.to(times.sites) > 0)).any(axis=1)
        return np.asarray(answered | demand["location"].isin(["asked", "seat"]).to_numpy())
    return np.asarray(demand["location"] != "none")


def _always_refused(kind: str, cutoff: int, result: "Result", codes: Sequence[str]) -> list[int]:
    """Return a flag a township: refused for a reason that no new site removes."""
    table = result.coverage.xs((kind, cutoff), level=("type", "cutoff_min"))["refused"].fillna("")
    keys = table.reindex(list(codes)).fillna("")
    return [int(key not in {"", UNREPORTED_KEY}) for key in keys]
