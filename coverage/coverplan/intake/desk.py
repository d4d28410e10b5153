"""The desk at which a plan's files are opened: one row book, one list of problems."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coverplan import schema
from coverplan.crs import shift_geometry
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.intake.cells import printable
from coverplan.intake.datum import Verdict
from coverplan.intake.headers import Extra
from coverplan.intake.layers import read_layer
from coverplan.intake.ledger import RowBook
from coverplan.intake.tables import Table, read_table
from coverplan.schema import TableContract

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd
    import pandas as pd

    from coverplan.config import Plan

__all__ = ["Desk"]

LISTED_SHAPES = 5_000
"""Larger layers are counted in the sources and not listed shape by shape in the ledger."""
ROAD_MARGIN_DEG = 0.1
"""People drive some 10 km round a corner of the next county. [deg]"""


class Desk:
    """
    Opens the files of one plan and collects what is wrong with them.

    Parameters
    ----------
    plan
        The plan.
    progress
        Called with each file's name before it is read.
    """

    def __init__(self, plan: "Plan", progress: Callable[[str], None] | None = None) -> None:
        self.plan = plan
        self.datum = plan.county.datum
        self.book = RowBook()
        self.features: dict[str, int] = {}
        self.datums: dict[str, str] = {}
        self.verdicts: dict[str, Verdict] = {}
        self._progress = progress
        self._order: dict[str, int] = {}
        self._extra: Extra = ()
        self._extra = self._headers()

    @property
    def fatal(self) -> bool:
        """Return whether something fatal has been found."""
        return any(p.severity is Severity.FATAL for p in self.book.problems)

    def table(self, path: Path | None, contract: TableContract) -> Table | None:
        """
        Return a table, or None where the plan has none or it cannot be used (then said).

        Parameters
        ----------
        path
            The file.
        contract
            What it must look like.
        """
        if path is None:
            return None
        file = self._open(path)
        try:
            return read_table(path, contract, file=file, extra=self._extra, book=self.book)
        except InputError as fault:
            self.book.extend(fault.problems)
            return None

    def layer(self, path: Path | None, datum: str) -> "gpd.GeoDataFrame | None":
        """
        Return a map layer in the run's datum, or None where the plan has none or it cannot be used.

        Parameters
        ----------
        path
            The file.
        datum
            What its degrees refer to, as the plan says.
        """
        if path is None:
            return None
        file = self._open(path)
        try:
            frame, notes = read_layer(path, file=file, datum=datum, target=self.datum)
        except InputError as fault:
            self.book.extend(fault.problems)
            return None
        self.book.extend(notes)
        self.features[file] = len(frame)
        if len(frame) <= LISTED_SHAPES:
            for number in range(1, len(frame) + 1):
                self.book.enter(file, "", number)
        self.stated(file, datum, len(frame))
        return frame

    def stated(self, file: str, datum: str, count: int) -> None:
        """
        Record what a file's coordinates are in as the plan says, and that they were converted.

        Parameters
        ----------
        file
            Its name.
        datum
            As the plan says.
        count
            How many places or shapes it holds.
        """
        self.datums[file] = datum
        if count and datum not in {"unknown", self.datum}:
            self.note("intake.datum.converted", file, datum, now=self.datum, count=count)

    def roads(
        self, path: Path | None, outline: "gpd.GeoDataFrame | None"
    ) -> "gpd.GeoDataFrame | None":
        """
        Return the roads of the county and a margin, or None where there are none (then said).

        Parameters
        ----------
        path
            The road file.
        outline
            The county in degrees; None: the whole file is read.
        """
        if path is None:
            return None
        from coverplan.intake.roads import read_roads  # noqa: PLC0415 - heavy

        file = self._open(path)
        bounds = None
        if outline is not None:
            there = shift_geometry(outline, self.datum)
            west, south, east, north = map(float, there.total_bounds)
            bounds = (
                west - ROAD_MARGIN_DEG,
                south - ROAD_MARGIN_DEG,
                east + ROAD_MARGIN_DEG,
                north + ROAD_MARGIN_DEG,
            )
        try:
            found = read_roads(path, bounds, cache=self.plan.travel.cache)
        except InputError as fault:
            self.book.extend(fault.problems)
            return None
        self.features[file] = len(found)
        self.stated(file, "wgs84", len(found))
        return found if self.datum == "wgs84" else shift_geometry(found, "wgs84", self.datum)

    def people_places(self, outline: "gpd.GeoDataFrame | None") -> "pd.DataFrame | None":
        """
        Return the places of a grid's or raster's people, or None where the plan has neither.

        Parameters
        ----------
        outline
            The county in degrees; None: the whole file is read.
        """
        from coverplan.intake.people_places import (  # noqa: PLC0415 - heavy
            places_of_grid,
            places_of_raster,
        )

        demand = self.plan.demand
        try:
            if demand.source == "grid" and demand.grid is not None:
                frame = self.layer(demand.grid, "wgs84")
                return None if frame is None else places_of_grid(frame, self._open(demand.grid))
            if demand.source == "raster" and demand.raster is not None:
                file = self._open(demand.raster)
                bounds = None
                if outline is not None:
                    west, south, east, north = map(float, outline.total_bounds)
                    bounds = (west, south, east, north)
                found = places_of_raster(demand.raster, file, bounds, demand.cell_m)
                self.features[file] = len(found)
                return found
        except InputError as fault:
            self.book.extend(fault.problems)
        return None

    def named_layers(self) -> "dict[str, gpd.GeoDataFrame]":
        """Return the layers for orientation: name -> frame with the columns `name` and `kind`."""
        found = {}
        for item in self.plan.layer:
            frame = self.layer(item.file, item.datum)
            if frame is not None:
                frame = self._of_kind(frame, item.kind)
                named = frame["name"] if "name" in frame.columns else None
                frame = frame[["geometry"]].copy()
                frame["name"] = (
                    item.name
                    if named is None
                    else [printable(n) for n in named.fillna("").astype("str")]
                )
                frame["kind"] = item.kind
                found[item.name] = frame[["name", "kind", "geometry"]].reset_index(drop=True)
        return found

    def note(self, key: str, file: str, found: str = "", **values: str | int) -> None:
        """
        Record a question that concerns a whole file.

        Parameters
        ----------
        key
            Message key.
        file
            The file's name.
        found
            What was found.
        **values
            What else the message names.
        """
        self.book.add(Problem(key, Where(file), found, values, Severity.NOTE))

    def ordered_problems(self) -> tuple[Problem, ...]:
        """Return all problems by file, in the order the files were read, then by row."""

        def rank(problem: Problem) -> tuple[int, str, int]:
            where = problem.where
            return self._order.get(where.file, -1), where.sheet, where.row or 0

        return tuple(sorted(self.book.problems, key=rank))

    def _open(self, path: Path) -> str:
        file = self.plan.name_of(path)
        self._order.setdefault(file, len(self._order))
        if self._progress is not None:
            self._progress(file)
        return file

    @staticmethod
    def _of_kind(frame: "gpd.GeoDataFrame", kind: str) -> "gpd.GeoDataFrame":
        # one file may hold rivers and railways together, told apart by a column of its own
        if "kind" in frame.columns and (frame["kind"] == kind).any():
            return frame[frame["kind"] == kind]
        return frame

    def _headers(self) -> Extra:
        path = self.plan.intake.headers
        table = self.table(path, schema.HEADERS)
        if table is None:
            return ()
        names = {name for contract in schema.CONTRACTS.values() for name in contract.names}
        for line, name in enumerate(table.rows["column"]):
            if name not in names:
                where = table.where(line, "column")
                self.book.add(Problem("intake.header.no_column", where, name, {}, Severity.ROW))
        rows = table.frame
        return tuple(zip(rows["column"], rows["alias"], rows["table"], strict=True))
