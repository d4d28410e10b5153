"""What is known already, as the rows of a form."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from coverplan.answers import STATUSES as STATUS_WORDS
from coverplan.crs import metric_crs
from coverplan.domain import Inputs
from coverplan.impedance.line import line_km
from coverplan.join import metric_xy
from coverplan.loop.merged import plain
from coverplan.loop.sheets import CHECKED, MODES, SCHOOLS, STATUSES, TICK
from coverplan.text import say

__all__ = [
    "neighbours",
    "number_rows",
    "programme_rows",
    "school_rows",
    "seat_rows",
    "status_zh",
    "venue_rows",
    "village_rows",
]

_ZH = {
    **dict(zip(("open", "building", "planned", "suspended", "closed"), STATUSES, strict=True)),
    "disputed": "待核",
}
_YES_NO = {"yes": "是", "no": "否", "unknown": "未知"}

Row = dict[str, Any]


def status_zh(status: str) -> str:
    """
    Return the word of a form for a status.

    Parameters
    ----------
    status
        One of `answers.STATUSES`.

    Examples
    --------
    >>> status_zh("closed")
    '撤销'
    """
    return _ZH.get(status, status if status not in STATUS_WORDS else "")


def programme_rows(inputs: Inputs, types: Sequence[str], code9: str | None) -> list[Row]:
    """
    Return one row a type: what was known at the last count.

    Parameters
    ----------
    inputs
        What is known.
    types
        Ids of venue types.
    code9
        The township; None counts the whole county.
    """
    rows = []
    for key in types:
        kind = inputs.venue_types.loc[key]
        own = inputs.venues[inputs.venues["type"] == key]
        if code9 is not None:
            own = own[own["code9"] == code9]
        answer = ""
        if code9 is not None and (code9, key) in inputs.reports.index:
            answer = str(inputs.reports.loc[(code9, key), "answer"])
        open_ones = int((own["status"] == "open").sum())
        if len(own):
            before = say("loop.form.had", "zh", n=len(own), open=open_ones)
        else:
            name = "loop.form.had_none" if answer == "none" else "loop.form.had_nothing"
            before = say(name, "zh")
        row = {"type": key, "name": kind["zh"], "clause": kind["clause"], "before": before}
        if answer == "none" and not len(own):
            row["zero"] = TICK
        rows.append(row)
    return rows


def venue_rows(inputs: Inputs, types: Iterable[str], code9: str | None) -> list[Row]:
    """
    Return one row a known venue, in the words of a form.

    Parameters
    ----------
    inputs
        What is known.
    types
        Ids of venue types that the form lists.
    code9
        The township; None takes the whole county.
    """
    own = inputs.venues[inputs.venues["type"].isin(list(types))]
    if code9 is not None:
        own = own[own["code9"] == code9]
    rows = []
    for key, venue in own.sort_index().iterrows():
        row = {name: plain(value) for name, value in venue.items() if name != "geometry"}
        verified = row.get("verified") or CHECKED[0]
        zh = str(inputs.venue_types.loc[venue["type"], "zh"])
        words = {"type": zh, "status": status_zh(str(venue["status"])), "verified": verified}
        rows.append({**row, "id": key, **words})
    return rows


def village_rows(inputs: Inputs, types: Sequence[str], code9: str) -> list[Row]:
    """
    Return one row a village of a township: minutes and rooms, as far as they are known.

    Parameters
    ----------
    inputs
        What is known.
    types
        Types that are asked village by village.
    code9
        The township.
    """
    villages = inputs.villages[inputs.villages["code9"] == code9]
    asked = inputs.asked_villages
    open_ones = inputs.venues[inputs.venues["status"] == "open"]
    held = set(zip(open_ones["code12"], open_ones["type"], strict=True))
    none = {
        key for at, key in inputs.reports.index[inputs.reports["answer"] == "none"] if at == code9
    }
    rows = []
    for code12, village in villages.iterrows():
        row: Row = {"code12": code12, "name": village["name"], "kind": village["kind"]}
        if asked is not None and code12 in asked.index:
            answer = asked.loc[code12]
            row |= {name: plain(answer[name]) for name in ("minutes", "note")}
            row["mode"] = MODES.get(str(answer["mode"]), answer["mode"])
        for key in types:
            has = (code12, key) in held
            row[key] = "是" if has else ("否" if key in none else None)
        rows.append(row)
    return rows


def number_rows(
    inputs: Inputs, ids: Iterable[str], year: int, known: Mapping[str, float] | None = None
) -> list[Row]:
    """
    Return one row a target: name, unit and its last figure.

    Parameters
    ----------
    inputs
        What is known.
    ids
        Target ids.
    year
        The year asked about; figures of later years are left out.
    known
        Target id -> last figure of one township; the county's own where None.
    """
    rows = []
    for key in ids:
        target = inputs.targets.loc[key]
        before: float | None = None
        if known is not None:
            before = known.get(key)
        else:
            own = inputs.indicators[
                (inputs.indicators["target"] == key) & (inputs.indicators["year"] <= year)
            ].sort_values("year")
            before = float(own["value"].iloc[-1]) if len(own) else None
        shown = "" if before is None else f"{before:g}"
        rows.append(
            {"target": key, "name": target["name_zh"], "unit": target["unit"], "before": shown}
        )
    return rows


def school_rows(inputs: Inputs) -> list[Row]:
    """
    Return one row a known school.

    Parameters
    ----------
    inputs
        What is known.
    """
    if inputs.schools is None:
        return []
    names = [name for name in SCHOOLS.contract.names if name != "id"]
    rows = []
    for key, school in inputs.schools.sort_index().iterrows():
        row = {name: plain(school[name]) for name in names}
        for name in ("space", "activity_room"):
            row[name] = _YES_NO.get(str(row[name] or ""), row[name])
        rows.append({"id": key, **row})
    return rows


def seat_rows(inputs: Inputs) -> list[Row]:
    """
    Return one row a pair of neighbouring seats, with the minutes that are known.

    Parameters
    ----------
    inputs
        What is known.
    """
    known: dict[tuple[str, str], Any] = {}
    if inputs.asked_seats is not None:
        for _, asked in inputs.asked_seats.iterrows():
            known.setdefault((str(asked["from_code9"]), str(asked["to_code9"])), asked)
    names = inputs.townships["name"]
    rows = []
    for start, end, km in neighbours(inputs.townships):
        answer = known.get((start, end), known.get((end, start)))
        row: Row = {
            "from_code9": start,
            "to_code9": end,
            "from_name": names[start],
            "to_name": names[end],
            "km": round(km, 1),
        }
        if answer is not None:
            row |= {name: plain(answer[name]) for name in ("minutes", "via", "note")}
        rows.append(row)
    return rows


def neighbours(townships: pd.DataFrame) -> list[tuple[str, str, float]]:
    """
    Return the pairs of seats that are neighbours, each once, with their distance.

    Parameters
    ----------
    townships
        [code9] with `seat_lon, seat_lat`.

    Returns
    -------
    list of (code9, code9, float)
        Edges of the Delaunay triangulation of the seats, the long ones along the hull left out: a
        trip between two seats passes a third where their edge is much longer than the detour by
        it. [km]

    Notes
    -----
    An edge is left out where some third seat lies within both ends' distance (the relative
    neighbourhood test, loosened by 1.25), so that nobody is asked for a trip through a third town.
    """
    seats = townships.dropna(subset=["seat_lon", "seat_lat"])
    codes = [str(code) for code in seats.index]
    if len(codes) < 2:  # noqa: PLR2004 - a pair
        return []
    crs = metric_crs(seats["seat_lon"])
    xy = metric_xy(seats["seat_lon"], seats["seat_lat"], crs)
    km = np.asarray(line_km(xy, xy))
    pairs = _triangulated(xy)
    kept = []
    for i, j in sorted(pairs):
        via = min(
            (max(km[i, k], km[k, j]) for k in range(len(codes)) if k not in {i, j}),
            default=math.inf,
        )
        if km[i, j] <= via * 1.25:
            kept.append((codes[i], codes[j], float(km[i, j])))
    return kept


def _triangulated(xy: "np.typing.NDArray[np.float64]") -> set[tuple[int, int]]:
    from scipy.spatial import Delaunay, QhullError  # noqa: PLC0415 - heavy

    try:
        corners = Delaunay(xy).simplices
    except QhullError:  # two seats, or all on one line
        n = len(xy)
        return {(i, j) for i in range(n) for j in range(i + 1, n)}
    return {
        (min(int(t[i]), int(t[j])), max(int(t[i]), int(t[j])))
        for t in corners
        for i, j in ((0, 1), (1, 2), (0, 2))
    }
