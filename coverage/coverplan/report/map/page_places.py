"""The places on the page: townships, outline, lines, venues and candidates as plain values."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import clip_by_rect, get_coordinates, line_merge, simplify
from shapely.geometry.base import BaseGeometry

from coverplan.report.map.codec import parts, polyline
from coverplan.report.map.initials import initials
from coverplan.report.map.schematic import WIDTH, circles, grid
from coverplan.scene import KINDS, offered_candidates

if TYPE_CHECKING:
    import geopandas as gpd

    from coverplan.domain import Result

__all__ = ["candidate_rows", "lines", "number", "outline", "townships", "venue_rows"]

DETAIL = 0.0001
"""Geometry is drawn to about ten metres. [degree]"""
ROUND_EARTH = 6378137.0


def number(value: Any, digits: int = 0) -> float | int | None:
    """
    Return a number that JSON can hold, or None where it is missing or not finite.

    Parameters
    ----------
    value
        Any scalar of a frame.
    digits
        Decimals kept; 0 gives an int.
    """
    if value is None or pd.isna(value) or not np.isfinite(float(value)):
        return None
    return round(float(value), digits) if digits else round(float(value))


def text(value: Any) -> str:
    """
    Return a text cell, "" where it is missing.

    Parameters
    ----------
    value
        A cell.
    """
    return "" if value is None or pd.isna(value) else str(value)


def mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return lon/lat in metres on the plane the page draws on.

    Parameters
    ----------
    lonlat
        Shape (n, 2). [deg]
    """
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    return ROUND_EARTH * np.column_stack((lon, np.log(np.tan(np.pi / 4 + lat / 2))))


def degrees(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return the inverse of `mercator`.

    Parameters
    ----------
    plane
        Shape (n, 2). [m]
    """
    lon = np.degrees(plane[:, 0] / ROUND_EARTH)
    lat = np.degrees(2 * np.arctan(np.exp(plane[:, 1] / ROUND_EARTH)) - np.pi / 2)
    return np.column_stack((lon, lat))


class Layout:
    """
    The map without boundaries: circles for townships, and how lines are carried along.

    Parameters
    ----------
    seats
        Lon/lat of each township, shape (n, 2); NaN where it has no position.
    people
        Persons of each township, shape (n,).
    river
        Lon/lat along the main river, shape (m, 2), or None.
    """

    def __init__(
        self,
        seats: NDArray[np.float64],
        people: NDArray[np.float64],
        river: NDArray[np.float64] | None,
    ) -> None:
        known = np.asarray(np.isfinite(seats).all(axis=1))
        centre = seats[known].mean(axis=0) if known.any() else np.array([105.0, 35.0])
        filled = np.where(known[:, None], seats, centre)
        self._plane = mercator(filled)
        way = None if river is None else mercator(river)
        self._layout = circles(self._plane, people, river=way) if known.any() else grid(len(seats))
        spread = float(np.ptp(self._plane, axis=0).max()) if len(seats) else 0.0
        self._unit = max(spread, 1000.0) * 1.25 / WIDTH
        self._shift = mercator(centre[None, :])[0] - self._unit * np.array([WIDTH, WIDTH / 1.5]) / 2
        self.people_of_smallest = self._layout.people_of_smallest

    def circles(self) -> list[list[float]]:
        """Return latitude, longitude and radius on the mercator plane of each circle."""
        there = degrees(self._layout.centres * self._unit + self._shift)
        return [
            [round(float(lat), 6), round(float(lon), 6), round(float(r) * self._unit, 1)]
            for (lon, lat), r in zip(there, self._layout.radii, strict=True)
        ]

    def river(self) -> list[str]:
        """Return the main river between the circles, encoded; empty without one."""
        if len(self._layout.river) == 0:
            return []
        return [polyline(degrees(self._layout.river * self._unit + self._shift))]


def townships(result: "Result") -> tuple[dict[str, Any], Layout]:
    """
    Return the townships as columns in code order, and the layout of their circles.

    Parameters
    ----------
    result
        A run.
    """
    frame = result.townships
    seats = frame[["seat_lon", "seat_lat"]].to_numpy(dtype=float, na_value=np.nan)
    people = frame["people"].to_numpy(dtype=float, na_value=np.nan)
    layout = Layout(seats, people, main_river(result))
    columns: dict[str, Any] = {
        "code": [str(code) for code in frame.index],
        "name": [text(name) for name in frame["name"]],
        "find": [initials(text(name)) for name in frame["name"]],
        "kind": [text(kind) for kind in frame["kind"]],
        "people": [number(value) for value in people],
        "seat": [[number(lat, 5), number(lon, 5)] for lon, lat in seats],
        "elevation": _column(frame, "elevation_m"),
        "villages": _column(frame, "villages"),
        "located": _column(frame, "villages_located"),
        "located_share": _column(frame, "people_located_share", 3),
        **_people_by_place(result),
        "area": _column(frame, "area_km2", 1),
        "approximate": [bool(value) for value in frame["approximate"]],
        "outside": [bool(value) for value in frame["outside_not_counted"].fillna(value=False)],
        "shape": [parts(drawn(shape)) for shape in frame.geometry],
        "circle": layout.circles(),
    }
    return columns, layout


def _people_by_place(result: "Result") -> dict[str, list[int]]:
    """Return for each township its residents by how their place is known: `at_own`, `at_seat`."""
    demand = result.demand
    if "group" in demand:
        demand = demand[demand["group"] == "residents"]
    people = demand.groupby(["location", "code9"])["people"].sum()
    codes = result.townships.index
    return {
        f"at_{how}": [
            int(number(value) or 0)
            for value in (
                people.xs(how, level="location").reindex(codes, fill_value=0)
                if how in people.index.get_level_values("location")
                else [0] * len(codes)
            )
        ]
        for how in ("own", "asked", "seat", "none")
    }


def drawn(shape: BaseGeometry | None) -> BaseGeometry | None:
    """
    Return a shape as finely as the page draws it.

    Parameters
    ----------
    shape
        A geometry in degrees, or None.
    """
    return None if shape is None else simplify(shape, DETAIL)


def outline(result: "Result") -> list[list[str]]:
    """
    Return the county's outline as encoded rings, empty where there is none.

    Parameters
    ----------
    result
        The result of a run.
    """
    if result.outline is None:
        return []
    return parts(drawn(result.outline.to_crs(4326).geometry.union_all()))


def main_river(result: "Result") -> NDArray[np.float64] | None:
    """
    Return the longest piece of the first river layer's first river, None without one.

    Parameters
    ----------
    result
        The result of a run.
    """
    for frame in result.layers.values():
        for kind, shape in zip(_kinds(frame), frame.to_crs(4326).geometry, strict=True):
            if kind == "river" and shape is not None and "Line" in shape.geom_type:
                line = line_merge(shape) if shape.geom_type == "MultiLineString" else shape
                piece = max(getattr(line, "geoms", [line]), key=lambda part: part.length)
                return np.asarray(get_coordinates(piece.segmentize(0.01)))
    return None


def lines(result: "Result") -> list[dict[str, Any]]:
    """
    Return the layers for orientation, in the order of the plan; the first river is the main one.

    Parameters
    ----------
    result
        A run.
    """
    found: list[dict[str, Any]] = []
    for label, frame in result.layers.items():
        names = frame["name"] if "name" in frame else pd.Series(label, index=frame.index)
        shapes = frame.to_crs(4326).geometry
        for name, kind, shape in zip(names, _kinds(frame), shapes, strict=True):
            # Areas of venues are no lines for orientation: page_areas.
            if shape is None or shape.is_empty or kind == "service_area":
                continue
            if kind == "neighbour":
                found.append({"name": text(name), "kind": kind, **_beside(result, shape)})
                continue
            merged = line_merge(shape) if shape.geom_type == "MultiLineString" else shape
            found.append({"name": text(name), "kind": kind, "shape": parts(drawn(merged))})
    return found


def _beside(result: "Result", shape: BaseGeometry) -> dict[str, Any]:
    """Return where a neighbour's name belongs (None along a line), and its edge near the county."""
    west, south, east, north = result.townships.to_crs(4326).total_bounds
    if result.outline is not None:
        west, south, east, north = result.outline.to_crs(4326).total_bounds
    room = 0.25 * max(east - west, north - south)
    window = (west - room, south - room, east + room, north + room)
    solid = "Line" not in shape.geom_type
    near = clip_by_rect(shape, *window) if solid else shape
    at = (shape if near.is_empty else near).representative_point()
    edge = clip_by_rect(shape.boundary if "Polygon" in shape.geom_type else shape, *window)
    lined = line_merge(edge) if edge.geom_type == "MultiLineString" else edge
    return {
        "at": [round(at.y, 4), round(at.x, 4)] if solid else None,
        "shape": parts(drawn(lined)),
    }


def _kinds(frame: "gpd.GeoDataFrame") -> list[str]:
    return _texts(frame, "kind") if "kind" in frame else ["road"] * len(frame)


def venue_rows(result: "Result", order: Mapping[str, int]) -> dict[str, list[Any]]:
    """
    Return the venues as columns; contact data is not among them.

    Parameters
    ----------
    result
        A run.
    order
        Township code to its number on the page.
    """
    frame = result.venues
    points = _points(frame)
    return {
        "id": [str(key) for key in frame.index],
        "name": _texts(frame, "name"),
        "find": [initials(name) for name in _texts(frame, "name")],
        "type": _texts(frame, "type"),
        "township": [order.get(str(code), -1) for code in frame["code9"]],
        "at": points,
        "location": _texts(frame, "location"),
        "status": _texts(frame, "status"),
        "open": [bool(value) for value in frame["open"]],
        "active": _texts(frame, "active"),
        "opened_on": [value[:10] for value in _texts(frame, "opened_on")],
    }


def candidate_rows(
    result: "Result", order: Mapping[str, int], types: Sequence[str]
) -> dict[str, list[Any]]:
    """
    Return the candidates as columns.

    Parameters
    ----------
    result
        A run.
    order
        Township code to its number on the page.
    types
        Ids of the venue types in page order; `serves` names them by number.
    """
    frame = result.candidates
    return {
        "id": [str(key) for key in frame.index],
        "name": _texts(frame, "name"),
        "find": [initials(name.partition("（")[0]) for name in _texts(frame, "name")],
        "kind": _texts(frame, "kind"),
        "serves": _served(frame, result, types),
        "township": [order.get(str(code), -1) for code in frame["code9"]],
        "at": _points(frame),
        "location": _texts(frame, "location"),
        "resolution": [str(value) for value in _texts(frame, "resolution")],
        "cost": _column(frame, "cost_yuan"),
    }


def _points(frame: "gpd.GeoDataFrame") -> list[list[float] | None]:
    found: list[list[float] | None] = []
    for point in frame.geometry:
        blank = point is None or point.is_empty
        found.append(None if blank else [round(point.y, 5), round(point.x, 5)])
    return found


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return [text(value) for value in frame[name]]


def _column(frame: pd.DataFrame, name: str, digits: int = 0) -> list[float | int | None]:
    if name not in frame:
        return [None] * len(frame)
    return [number(value, digits) for value in frame[name]]


def _served(frame: pd.DataFrame, result: "Result", types: Sequence[str]) -> list[list[int]]:
    """Return for each candidate the numbers of the types it may serve, by the placement's rules."""
    programmes = {item.type: item for item in result.plan.programme}
    table = frame if "never" in frame else frame.assign(never=False)
    barred = table["never"].astype("boolean").fillna(value=False).to_numpy(bool)
    named = [value.split(";") for value in _texts(frame, "types")]
    found: list[list[int]] = [[] for _ in range(len(frame))]
    for column, kind in enumerate(types):
        item = programmes.get(kind)
        if item is None:
            fits = np.array([kind in of for of in named], dtype=bool) & ~barred
        else:
            kinds = ("nominated",) if item.model == "count" else KINDS
            fits = frame.index.isin(offered_candidates(item, table, kinds).index)
        for row in np.flatnonzero(fits):
            found[row].append(column)
    return found
