"""The tables of one county, read and matched in the order in which they lean on each other."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coverplan import schema
from coverplan.crs import metric_crs, shift, shift_geometry
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.intake import checks
from coverplan.intake.conflicts import tell_conflicts
from coverplan.intake.desk import Desk
from coverplan.intake.duplicates import tell_duplicates
from coverplan.intake.forensics import references, tell_points, tell_polygons
from coverplan.intake.matching import (
    TypeNames,
    known_codes,
    match_codes,
    match_townships,
    match_types,
    match_villages,
)
from coverplan.intake.names import TownshipNames, VillageNames
from coverplan.intake.places import Area, check_positions
from coverplan.intake.tables import Table
from coverplan.intake.topology import flaws, repaired, tell_flaws

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd
    import pandas as pd

__all__ = ["CountyTables"]

Floats = NDArray[np.float64]


class CountyTables:
    """
    Reads every table and layer of a plan; what cannot be used is None and said at the desk.

    Where the list of townships is unusable the other tables are still read for their own faults,
    so that one report tells all.

    Parameters
    ----------
    desk
        Where files are opened and problems go.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.names: TownshipNames | None = None
        self.village_names: VillageNames | None = None
        self.types: TypeNames | None = None
        self.tables: dict[str, Table | None] = {}
        self.venues: list[Table | None] = []
        self.candidates: list[Table | None] = []
        self._townships()
        self.outline = self._sound_layer(desk.plan.boundaries.outline)
        self.area = self._area()
        self._villages()
        self._types_and_targets()
        self._venues_and_reports()
        self._schools_and_candidates()
        self._visits()
        self._asked_times()
        self.people = self._people()
        self.cells = self._cells()
        self.layers = desk.named_layers()
        self._disagreements()

    @property
    def usable(self) -> bool:
        """Return whether the tables that nothing works without are there."""
        wanted = ("townships", "venue_types", "targets")
        return self.names is not None and all(self.tables.get(name) for name in wanted)

    def frame(self, name: str) -> "pd.DataFrame | None":
        """
        Return the kept rows of a table, or None where the plan has none.

        Parameters
        ----------
        name
            Name of its contract.
        """
        table = self.tables.get(name)
        return None if table is None else table.frame

    def _townships(self) -> None:
        desk, plan = self.desk, self.desk.plan
        table = desk.table(plan.townships.file, schema.TOWNSHIPS)
        aliases = desk.table(plan.townships.aliases, schema.ALIASES)
        self.tables["townships"] = table
        if table is None:
            return
        values = {"county": plan.county.code}
        for line, code in enumerate(table.rows["code9"]):
            if not code.startswith(plan.county.code):
                where = table.where(line, "code9")
                desk.book.add(Problem("intake.township.county", where, code, values, Severity.ROW))
        kept = table.frame
        if kept.empty:
            desk.book.add(Problem("intake.table.no_rows", Where(table.file)))
            return
        listed = dict(zip(kept["code9"], kept["name"], strict=True))
        pairs: tuple[tuple[str, str], ...] = ()
        if aliases is not None:
            known_codes(aliases, "code9", listed.__contains__, "intake.township.code")
            pairs = tuple(zip(aliases.frame["alias"], aliases.frame["code9"], strict=True))
        self.names = TownshipNames(listed, pairs, (plan.county.name,))

    def _area(self) -> Area:
        table = self.tables["townships"]
        if table is None:
            return Area(self.outline, None)
        lon = table.rows["seat_lon"].to_numpy(dtype=np.float64)
        lat = table.rows["seat_lat"].to_numpy(dtype=np.float64)
        area = Area.around(self.outline, lon, lat)
        datum = self.desk.plan.townships.datum
        place = {"lon": "seat_lon", "lat": "seat_lat"}
        check_positions(table, area, datum, **place, target=self.desk.datum)
        self.desk.stated(table.file, datum, int(np.isfinite(lon).sum()))
        return area

    def _sited(self, table: Table, datum: str) -> None:
        if self.names is not None:
            match_townships(table, self.names)
            match_villages(table, self.village_names, self.names.names)
        written = check_positions(table, self.area, datum, target=self.desk.datum)
        self.desk.stated(table.file, datum, int(np.isfinite(written[0]).sum()))
        seats = self.frame("townships")
        if seats is not None and "code9" in table.rows:
            villages = self.frame("villages")
            places = None if villages is None else villages.set_index("code12")
            known = references(table, seats.set_index("code9"), places)
            self._judged(table, written, known, datum)

    def _judged(
        self,
        table: Table,
        written: tuple[Floats, Floats],
        known: tuple[Floats, Floats],
        said: str,
    ) -> None:
        # the hypotheses are tested in WGS84, whatever the run is in
        known = shift(*known, self.desk.datum)
        outline = self.outline
        if outline is not None and self.desk.datum != "wgs84":
            outline = shift_geometry(outline, self.desk.datum)
        verdict = tell_points(table, written, known, said, outline)
        if verdict is not None:
            self.desk.verdicts[table.file] = verdict

    def _villages(self) -> None:
        desk, plan = self.desk, self.desk.plan
        table = desk.table(plan.villages.file, schema.VILLAGES)
        self.tables["villages"] = table
        if table is None:
            return
        checks.village_codes(table)
        match_codes(table, "code9", self.names)
        written = check_positions(table, self.area, plan.villages.datum, target=desk.datum)
        desk.stated(table.file, plan.villages.datum, int(np.isfinite(written[0]).sum()))
        nowhere = np.full(len(table.rows), np.nan)
        self._judged(table, written, (nowhere, nowhere), plan.villages.datum)
        kept = table.frame
        self.village_names = VillageNames(
            dict(zip(kept["code12"], kept["name"], strict=True)),
            dict(zip(kept["code12"], kept["code9"], strict=True)),
        )

    def _types_and_targets(self) -> None:
        desk, plan = self.desk, self.desk.plan
        types = desk.table(plan.venue_types.file, schema.VENUE_TYPES)
        targets = desk.table(plan.targets.file, schema.TARGETS)
        indicators = desk.table(plan.targets.indicators, schema.INDICATORS)
        departments = desk.table(plan.targets.departments, schema.DEPARTMENTS)
        self.tables |= {
            "venue_types": types,
            "targets": targets,
            "indicators": indicators,
            "departments": departments,
        }
        if types is not None:
            self.types = TypeNames(types.frame)
            if targets is not None:
                match_types(targets, self.types, "venue_type", many=True)
        if targets is not None and indicators is not None:
            ids = set(targets.frame["id"])
            known_codes(indicators, "target", ids.__contains__, "intake.target.unknown")
        checks.plan_names(desk, self.types, targets)

    def _venues_and_reports(self) -> None:
        desk, plan = self.desk, self.desk.plan
        self.venues = [desk.table(path, schema.VENUES) for path in plan.venues.files]
        for table in filter(None, self.venues):
            if self.types is not None:
                match_types(table, self.types, "type")
            self._sited(table, plan.venues.datum)
            checks.venue_dates(table, plan.county.as_of)
        checks.unique_across(self.venues, "id")
        outside = desk.table(plan.venues.outside, schema.OUTSIDE)
        self.tables["outside"] = outside
        if outside is not None:
            if self.types is not None:
                match_types(outside, self.types, "type")
            match_codes(outside, "near_code9", self.names)
            checks.unique_across([*self.venues, outside], "id")
        reports = desk.table(plan.venues.reports, schema.REPORTS)
        self.tables["reports"] = reports
        if reports is None:
            return
        if self.types is not None:
            match_types(reports, self.types, "type")
        if self.names is not None:
            match_townships(reports, self.names)
            checks.reports_once(reports)

    def _schools_and_candidates(self) -> None:
        desk, plan = self.desk, self.desk.plan
        schools = desk.table(plan.schools.file, schema.SCHOOLS)
        self.tables["schools"] = schools
        if schools is not None:
            self._sited(schools, plan.schools.datum)
            checks.levels_met(schools, plan.programme)
        weights = desk.table(plan.demand.weights, schema.WEIGHTS)
        self.tables["weights"] = weights
        if weights is not None:
            match_codes(weights, "code9", self.names)
            if self.village_names is not None:
                listed = self.village_names.names
                known_codes(weights, "code12", listed.__contains__, "intake.village.code")
        self.candidates = [desk.table(path, schema.CANDIDATES) for path in plan.candidates.files]
        for table in filter(None, self.candidates):
            if self.types is not None:
                match_types(table, self.types, "types", many=True)
            self._sited(table, plan.candidates.datum)
            checks.must_or_never(table)
        checks.unique_across([self.tables["outside"], *self.candidates], "id")
        checks.candidates_not_open(self.candidates, self.venues, plan.county.as_of)

    def _visits(self) -> None:
        desk, plan = self.desk, self.desk.plan
        visits = desk.table(plan.visits.file, schema.VISITS)
        remote = desk.table(plan.remote.file, schema.REMOTE)
        self.tables |= {"visits": visits, "remote": remote}
        if visits is not None:
            if self.types is not None:
                match_types(visits, self.types, "type")
            if self.names is not None:
                match_townships(visits, self.names)
                match_villages(visits, self.village_names, self.names.names)
        if remote is not None and self.village_names is not None:
            listed = self.village_names.names
            known_codes(remote, "code12", listed.__contains__, "intake.village.code")

    def _asked_times(self) -> None:
        desk, travel = self.desk, self.desk.plan.travel
        villages = desk.table(travel.asked_villages, schema.ASKED_VILLAGES)
        seats = desk.table(travel.asked_seats, schema.ASKED_SEATS)
        self.tables |= {"asked_villages": villages, "asked_seats": seats}
        self.crossings = desk.layer(travel.crossings, "wgs84")
        self.roads = desk.roads(travel.roads, self.outline)
        self.people_places = desk.people_places(self.outline)
        trips = desk.table(travel.trips, schema.TRIPS)
        self.tables["trips"] = trips
        if trips is not None and self.names is not None:
            villages_named = self.village_names
            inside = set(self.names.names) | set(villages_named.names if villages_named else ())
            for column in ("from_code", "to_code"):
                known_codes(trips, column, inside.__contains__, "intake.village.code")
        if villages is not None and self.village_names is not None:
            listed = self.village_names.names
            known_codes(villages, "code12", listed.__contains__, "intake.village.code")
        if seats is not None:
            for column in ("from_code9", "to_code9"):
                match_codes(seats, column, self.names)
            checks.two_ends(seats)

    def _people(self) -> Mapping[str, int]:
        desk, plan = self.desk, self.desk.plan.population
        scenarios = desk.table(plan.scenarios, schema.SCENARIOS)
        self.tables["scenarios"] = scenarios
        table = desk.table(plan.file, schema.population(plan.column))
        for read in filter(None, (scenarios, table)):
            match_codes(read, "code9", self.names)
        frame, file = (None, "") if table is None else (table.frame, table.file)
        if plan.scenario and scenarios is not None:
            rows, file = scenarios.frame, scenarios.file
            frame = rows[rows["scenario"] == plan.scenario]
            if frame.empty:
                where = Where(desk.plan.source, key="population.scenario")
                values = {"known": "、".join(dict.fromkeys(rows["scenario"]))}
                desk.book.add(Problem("intake.plan.scenario", where, plan.scenario, values))
        if frame is None:
            return {}
        listed = self.names.names if self.names else {}
        # one line a township, but for former townships that are one today: theirs add up
        summed = frame.groupby("code9")["people"].sum()
        found = {str(code): int(number) for code, number in summed.items()}
        merged = frame["code9"][frame["code9"].duplicated()].unique()
        if len(merged):
            names = "、".join(listed.get(code, code) for code in merged)
            desk.note("intake.population.merged", file, names)
        absent = [name for code, name in listed.items() if code not in found]
        if absent:
            desk.note("intake.population.absent", file, "、".join(absent), count=len(absent))
        return found

    def _cells(self) -> "gpd.GeoDataFrame | None":
        path = self.desk.plan.boundaries.townships
        frame = self._sound_layer(path)
        if frame is None or path is None or self.names is None:
            return None
        file, said = self.desk.plan.name_of(path), self.desk.plan.boundaries.datum
        cells = checks.matched_cells(self.desk, frame, file, self.names)
        if cells is not None:
            self.desk.book.extend(tell_flaws(flaws(cells, self.outline), file, self.names.names))
            if self.outline is not None:
                outline, judged = self.outline, cells
                if self.desk.datum != "wgs84":
                    outline = shift_geometry(outline, self.desk.datum)
                    if said != "unknown":
                        judged = shift_geometry(cells, self.desk.datum)
                verdict, notes = tell_polygons(judged, outline, file, said)
                self.desk.book.extend(notes)
                self.desk.verdicts[file] = verdict
        return cells

    def _disagreements(self) -> None:
        if self.names is None:
            return
        tell_duplicates([table for table in self.venues if table is not None])
        cells, approximate = self.cells, False
        if cells is None:
            cells, approximate = self._schematic_cells(), True
        if cells is None:
            return
        sited = [self.tables["villages"], *self.venues, self.tables["schools"]]
        for table in filter(None, sited):
            tell_conflicts(table, cells, self.names.names, approximate=approximate)
        for table in filter(None, self.candidates):
            own = table.rows["kind"].isin(["school", "nominated"])
            lines = set(table.rows.index[own])
            tell_conflicts(table, cells, self.names.names, approximate=approximate, lines=lines)

    def _sound_layer(self, path: Path | None) -> "gpd.GeoDataFrame | None":
        # polygons that cross themselves cannot be united or measured: mended on request, or fatal
        desk, boundaries = self.desk, self.desk.plan.boundaries
        frame = desk.layer(path, boundaries.datum)
        if frame is None or path is None:
            return frame
        mended, broken = repaired(frame)
        if not broken:
            return frame
        file, found = desk.plan.name_of(path), "、".join(str(int(label) + 1) for label in broken)
        if boundaries.repair:
            desk.note("intake.topology.repaired", file, found, count=len(broken))
            return mended
        desk.book.add(Problem("intake.topology.crossing", Where(file), found))
        return None

    def _schematic_cells(self) -> "gpd.GeoDataFrame | None":
        from coverplan.cells import thiessen_cells  # noqa: PLC0415 - heavy

        townships = self.frame("townships")
        if self.outline is None or townships is None or townships["seat_lon"].isna().all():
            return None
        system = metric_crs(townships["seat_lon"].to_numpy(dtype=np.float64))
        try:
            return thiessen_cells(townships.set_index("code9"), self.outline, system)
        except InputError as fault:
            self.desk.book.extend(fault.problems)
            return None
