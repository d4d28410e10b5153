"""What moved one figure between two runs, as far as the two runs can tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from coverplan.config import Plan
from coverplan.domain import Result
from coverplan.report.manifest import parameters_of

__all__ = ["CAUSES", "DEPENDS", "Causes"]

_DATA = ("townships", "venues", "venue_types")
_REACH = (
    *_DATA,
    "villages",
    "population",
    "candidates",
    "demand",
    "travel",
    "schools",
    "programme",
)
DEPENDS: Mapping[str, tuple[str, ...]] = {
    "state": _DATA,
    "places_open": _DATA,
    "people_uncovered": _REACH,
    "proposed": (*_REACH, "placement", "targets"),
    "status": (*_DATA, "villages", "schools", "targets"),
    "done": (*_DATA, "villages", "schools", "targets"),
    "people": ("townships", "population"),
    "area_km2": ("townships", "boundaries"),
}
"""Figure -> the tables of the plan that it is computed from; the date concerns them all."""

CAUSES = ("data", "boundary", "parameter", "date")
"""Kinds of causes, in the order in which they are told."""

_VENUE = ["type", "code9", "open", "active", "status", "lon", "lat", "location", "located"]
_WHOLE_COUNTY = ("proposed",)
"""Figures that hang on every township at once: a change anywhere may have moved them."""


@dataclass(frozen=True, slots=True)
class Causes:
    """
    Knows what differs between two runs, and which figures hang on it.

    Parameters
    ----------
    before, after
        The two results.
    keys
        Keys of the plan that differ.
    files
        Input files that differ.
    """

    before: Result
    after: Result
    keys: list[str]
    files: list[str]
    roles: dict[str, str] = field(init=False)
    venues: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        owner = {**_roles(self.before.plan), **_roles(self.after.plan)}
        object.__setattr__(self, "roles", {name: owner.get(name, "") for name in self.files})
        object.__setattr__(self, "venues", _changed_venues(self.before, self.after))

    def of(self, figure: str, code9: str = "", venue_type: str = "") -> tuple[str, str]:
        """
        Return what may have moved a figure: the kinds of causes, and the files, rows and keys.

        A file stands only where its rows of this township and type differ; where that leaves
        nothing, every table that the figure is computed from and that differs stands.

        Parameters
        ----------
        figure
            A key of `DEPENDS`.
        code9
            The township; `""` for a figure of the whole county.
        venue_type
            The venue type; `""` where the figure has none.
        """
        tables = DEPENDS[figure]
        files = {name: role for name, role in self.roles.items() if role.split(".")[0] in tables}
        keys = [key for key in self.keys if key.split(".")[0] in tables or key == "county.as_of"]
        near = {
            name: rows
            for name, role in files.items()
            if (rows := self._rows(role, figure, code9, venue_type)) is not None
        }
        if figure in _WHOLE_COUNTY or not (near or keys):
            near = dict.fromkeys(files, "")
        kinds = {_kind(role) for name, role in files.items() if name in near}
        kinds |= {_kind(key) for key in keys}
        told = [f"{name} [{rows}]" if rows else name for name, rows in near.items()]
        return "; ".join(one for one in CAUSES if one in kinds), "; ".join([*told, *keys])

    def _rows(self, role: str, figure: str, code9: str, venue_type: str) -> str | None:
        """Return which rows of a file matter here, "" where nobody can tell; None: none does."""
        if role == "venues.files":
            return self._venue_rows(figure, code9, venue_type)
        if role == "venues.reports":
            return "" if self._answers_differ(figure, code9, venue_type) else None
        if role.startswith("population.") and code9:
            return "" if self._differs("townships", "people", code9) else None
        if role == "villages.file" and code9:
            old, new = (
                one.villages.loc[one.villages["code9"] == code9, ["people", "lon", "lat"]]
                for one in (self.before, self.after)
            )
            return None if old.equals(new) else ""
        return ""

    def _venue_rows(self, figure: str, code9: str, venue_type: str) -> str | None:
        own = self.venues
        if venue_type:
            own = own[own["type"] == venue_type]
        if code9 and figure in {"state", "places_open"}:
            own = own[own["code9"] == code9]
        if code9 and figure == "people_uncovered":
            key = (code9, venue_type)
            nearest = {one.gaps["nearest_id"].get(key) for one in (self.before, self.after)}
            nearer = own[own.index.isin([name for name in nearest if isinstance(name, str)])]
            own = nearer if len(nearer) else own
        return ", ".join(own.index[:_MOST]) + (" …" if len(own) > _MOST else "") or None

    def _answers_differ(self, figure: str, code9: str, venue_type: str) -> bool:
        # A township that has a venue may have answered or not: its reason tells of the venue.
        old, new = (
            one.presence["reason"].replace("venue", "no_answer")
            for one in (self.before, self.after)
        )
        if venue_type:
            old, new = (one[one.index.get_level_values("type") == venue_type] for one in (old, new))
        if code9 and figure in {"state", "places_open"}:
            old, new = (one[one.index.get_level_values("code9") == code9] for one in (old, new))
        return not old.equals(new)

    def _differs(self, frame: str, column: str, code9: str) -> bool:
        old, new = (getattr(one, frame)[column].get(code9) for one in (self.before, self.after))
        return bool(pd.isna(old) != pd.isna(new) or (not pd.isna(old) and old != new))


_MOST = 5
"""How many venues a cause names."""


def _kind(role: str) -> str:
    if role == "county.as_of":
        return "date"
    if role.startswith("boundaries"):
        return "boundary"
    return "data" if role in _FILES else "parameter"


_FILES = {
    *("townships.file", "townships.aliases", "population.file", "population.scenarios"),
    *("villages.file", "venues.files", "venues.reports", "venues.outside", "venue_types.file"),
    *("targets.file", "targets.indicators", "targets.departments", "schools.file", "visits.file"),
    *("candidates.files", "travel.asked_villages", "travel.asked_seats", "travel.trips"),
    *("travel.roads", "travel.crossings", "demand.weights", "remote.file", "provenance"),
}


def _roles(plan: Plan) -> dict[str, str]:
    """Return file name -> `table.key` of the plan that names it."""
    found: dict[str, str] = {}
    for table, content in parameters_of(plan).items():
        parts = content if isinstance(content, list) else [content]
        for part in parts:
            if isinstance(part, Mapping):
                for key, value in part.items():
                    for name in value if isinstance(value, list) else [value]:
                        if isinstance(name, str) and "." in name:
                            found.setdefault(name, f"{table}.{key}")
    return found


def _changed_venues(a: Result, b: Result) -> pd.DataFrame:
    """Return the venues that differ, [id] with the type and township of the later run."""
    columns = [name for name in _VENUE if name in a.venues and name in b.venues]
    old, new = (pd.DataFrame(one.venues[columns]).astype(object) for one in (a, b))
    both = new.index.intersection(old.index)
    same = old.loc[both].fillna("").eq(new.loc[both].fillna("")).all(axis=1)
    ids = [*new.index.difference(both), *both[~same.to_numpy()], *old.index.difference(both)]
    whole: Any = pd.concat([new, old.loc[old.index.difference(both)]])
    return pd.DataFrame(whole.loc[ids, ["type", "code9"]])
