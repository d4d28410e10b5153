"""Travel times on the page: the demand × site matrix that live recomputing works on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from coverplan.report.map.codec import BEYOND, minutes_text, whole_minutes
from coverplan.report.map.page_places import number, text

if TYPE_CHECKING:
    from coverplan.domain import Result

__all__ = ["travel"]


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
        `demand` (township number, people, whether its place is known), `matrix` (rows × distinct
        columns, see `codec.minutes_text`), `venue_column` and `candidate_column` (number of each
        one's column, −1 where it has none).

    Notes
    -----
    Sites with the same minutes share a column: candidates known only by their township do.
    """
    times = result.times
    if times is None or times.unit != "min" or not _any_figure(result):
        return None
    longest = max((c for p in result.plan.programme for c in p.cutoffs_min), default=0)
    minutes = whole_minutes(times.values, longest)
    kept, number_of = np.unique(minutes, axis=1, return_inverse=True)
    column = dict(zip(times.sites, number_of.ravel().tolist(), strict=True))
    demand = result.demand.reindex(list(times.demand))
    return {
        "demand": {
            "township": [order.get(text(code), -1) for code in demand["code9"]],
            "people": [number(value) or 0 for value in demand["people"]],
            "known": "".join("0" if where == "none" else "1" for where in demand["location"]),
        },
        "matrix": {
            "rows": len(times.demand),
            "columns": int(kept.shape[1]),
            "beyond": BEYOND,
            **minutes_text(np.ascontiguousarray(kept.T)),
        },
        "venue_column": [column.get(str(key), -1) for key in result.venues.index],
        "candidate_column": [column.get(str(key), -1) for key in result.candidates.index],
    }


def _any_figure(result: "Result") -> bool:
    return bool((result.coverage["refused"].fillna("") == "").any())
