"""What a table's positions can be compared with, and what the comparison says of their datum."""

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coverplan.errors import Problem, Severity, Where
from coverplan.intake.datum import Verdict, judge_points, judge_polygons, shifted_subset
from coverplan.intake.tables import Table

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd
    import pandas as pd

__all__ = ["references", "tell_points", "tell_polygons"]

Floats = NDArray[np.float64]

_OFFICE = re.compile(
    r"(镇|乡|街道)?(人民政府|政府|街道办事处|办事处|便民服务中心|综合文化站|文化站)"
)
_NAMED_ROWS = 8


def references(
    table: Table, seats: "pd.DataFrame", villages: "pd.DataFrame | None"
) -> tuple[Floats, Floats]:
    """
    Return a known position for each row: its village's own, or its township's seat for an office.

    Parameters
    ----------
    table
        With `code9` and `code12` matched.
    seats
        Index code9, columns `seat_lon`, `seat_lat`. WGS84
    villages
        Index code12, columns `lon`, `lat`. WGS84

    Returns
    -------
    tuple
        Longitude and latitude, shape (n,), NaN where nothing is known. [deg]
    """
    rows = table.rows
    lon, lat = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if villages is not None and "code12" in rows:
        own = villages.reindex(rows["code12"])
        lon, lat = own["lon"].to_numpy(dtype=np.float64), own["lat"].to_numpy(dtype=np.float64)
        lon, lat = lon.copy(), lat.copy()
    if "code9" in rows:
        names = rows["name"] + rows["host"] if "host" in rows else rows["name"]
        office = np.array([_OFFICE.search(name) is not None for name in names], dtype=bool)
        seat = seats.reindex(rows["code9"])
        alone = office & ~np.isfinite(lon)
        lon[alone] = seat["seat_lon"].to_numpy(dtype=np.float64)[alone]
        lat[alone] = seat["seat_lat"].to_numpy(dtype=np.float64)[alone]
    return lon, lat


def tell_points(
    table: Table,
    written: tuple[Floats, Floats],
    known: tuple[Floats, Floats],
    said: str,
    outline: "gpd.GeoDataFrame | None",
) -> Verdict | None:
    """
    Note what a table's positions are in, where the plan does not say it or says otherwise.

    Parameters
    ----------
    table
        The table; notes go to its book.
    written
        Positions as they stand in the file. [deg]
    known
        As `references` returns them. [deg]
    said
        The datum that the plan names.
    outline
        The county, WGS84.

    Returns
    -------
    Verdict or None
        None where the table has no position.
    """
    if not (np.isfinite(written[0]) & np.isfinite(written[1])).any():
        return None
    verdict = judge_points(*written, *known, outline=outline)
    _tell(table, Where(table.file), said, verdict)
    base = verdict if verdict.decided or said == "unknown" else Verdict(said, verdict.evidence)
    for hypothesis, members in shifted_subset(*written, *known, base).items():
        rows = [str(table.where(line).row) for line in members]
        more = "…" if len(rows) > _NAMED_ROWS else ""
        table.book.add(
            Problem(
                "intake.datum.subset",
                Where(table.file),
                "、".join(rows[:_NAMED_ROWS]) + more,
                {"count": len(rows), "datum": hypothesis},
                Severity.NOTE,
            )
        )
    return verdict


def tell_polygons(
    frame: "gpd.GeoDataFrame", outline: "gpd.GeoDataFrame", file: str, said: str
) -> tuple[Verdict, tuple[Problem, ...]]:
    """
    Return what a polygon layer is in, and a note where that is not what the plan says.

    Parameters
    ----------
    frame
        The layer, moved to WGS84 already as the plan says.
    outline
        The county, WGS84.
    file
        The layer's name.
    said
        The datum that the plan names.
    """
    verdict = judge_polygons(frame, outline)
    meant = "wgs84" if said in {"gcj02", "bd09"} else said
    problem = _note(Where(file), meant, verdict)
    return verdict, () if problem is None else (problem,)


def _tell(table: Table, where: Where, said: str, verdict: Verdict) -> None:
    problem = _note(where, said, verdict)
    if problem is not None:
        table.book.add(problem)


def _note(where: Where, said: str, verdict: Verdict) -> Problem | None:
    values: dict[str, str | int | float] = {
        "datum": verdict.datum,
        "said": said,
        "references": verdict.references,
    }
    if said == "unknown":
        key = "intake.datum.found" if verdict.decided else "intake.datum.undecided"
    elif verdict.decided and verdict.datum != said:
        key = "intake.datum.contradicts"
    else:
        return None
    return Problem(key, where, verdict.words or "—", values, Severity.NOTE)
