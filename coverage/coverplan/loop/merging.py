"""Returned answers and what was known become one set of tables; every change is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from coverplan import schema
from coverplan.domain import Inputs
from coverplan.loop.answer_checks import silent_types
from coverplan.loop.answers import Answer
from coverplan.loop.identity import bare, place_of
from coverplan.loop.merged import Row, changed_cells, indexed, known_tables, records
from coverplan.loop.quarters import Quarter
from coverplan.loop.sheets import MODES

__all__ = ["Merger", "is_sum"]

_TICKED = "yes"
_SUMMED = "各乡镇合计"
_MODE_IDS = {zh: key for key, zh in MODES.items()}


class Merger:
    """
    Puts answers into what was known, one form after the other.

    Parameters
    ----------
    known
        What the plan's tables say now.
    frozen
        What they said when the last quarter was frozen: changes are told against it.
    positions
        Venue id -> longitude and latitude as they stand in the plan's own file: the merged table
        keeps the plan's datum.
    quarter
        The quarter that is collected.
    """

    def __init__(
        self,
        known: Inputs,
        frozen: Inputs,
        positions: Mapping[str, tuple[Any, Any]],
        quarter: Quarter,
    ) -> None:
        self.known = known
        self.quarter = quarter
        self.names = {str(code): str(name) for code, name in known.townships["name"].items()}
        self.base = known_tables(known, positions)
        self.result = known_tables(known, positions)
        # A form may come twice: what it named new then has an id by now. Only rows from before
        # this merge count, or two rows of one form would be one.
        tables = (self.result.venues, self.result.schools)
        self._earlier = {place_of(row): str(key) for table in tables for key, row in table.items()}
        self.before = dict(indexed(frozen.venues, schema.VENUES, "id"))
        codes = known.venues["code12"]
        self._code12 = {str(key): str(code) for key, code in codes.items()}

    def township(self, answer: Answer, village_types: Sequence[str]) -> None:
        """
        Put a township's form in.

        Parameters
        ----------
        answer
            The form, checked.
        village_types
            Types that are asked village by village.
        """
        self._venues(answer)
        self._villages(answer, village_types)
        self._zero_reports(answer, answer.paper.id.key, village_types)
        frame = answer.frame("form_numbers")
        if frame is not None:
            code9 = answer.paper.id.key
            for row in records(frame):
                if row["value"] is not None:
                    self.result.town_numbers[code9, row["target"]] = {
                        "code9": code9,
                        "township": self.names[code9],
                        "target": row["target"],
                        "quarter": str(self.quarter),
                        "value": row["value"],
                        "note": row["note"],
                    }

    def department(self, answer: Answer) -> None:
        """
        Put a department's form, or the office's own, in.

        Parameters
        ----------
        answer
            The form, checked.
        """
        self._venues(answer)
        self._zero_reports(answer, None, ())
        for row in records(answer.frame("form_numbers")):
            if row["value"] is not None or row["planned"] is not None:
                old = self.result.indicators.get((row["target"], self.quarter.year), {})
                beside = row["value"] is None and is_sum(old)  # a plan only: the sum stays a sum
                self._indicator(row["target"], {**row, "source": None} if beside else row)
        for row in records(answer.frame("form_schools")):
            named = {"township": self.names.get(row["code9"], ""), "name": row["name"]}
            known = self._earlier.get(place_of(named))
            stem = f"school-{row['code9']}"
            key = row["id"] or known or self._next_id(stem, self.result.schools)
            kept = {name: row.get(name) for name in schema.SCHOOLS.names}
            old = self.result.schools.get(key, {})
            self.result.schools[key] = {
                **old,
                **kept,
                "id": key,
                "township": self.names.get(row["code9"], row["township"]),
                "lon": old.get("lon"),
                "lat": old.get("lat"),
            }
        for row in records(answer.frame("form_seats")):
            if row["minutes"] is not None:
                pair = (row["from_code9"], row["to_code9"])
                self.result.seats.pop((pair[1], pair[0]), None)
                self.result.seats[pair] = {name: row.get(name) for name in schema.ASKED_SEATS.names}

    def checks(self, answer: Answer) -> tuple[str, ...]:
        """
        Put the results of a spot check in; return the ids of what was found untrue.

        What was found untrue counts as open no longer: its status is `disputed` until its township
        corrects it. Nobody said that it is closed, so its township has not reported the type unless
        another venue of it is open.

        Parameters
        ----------
        answer
            The form.
        """
        untrue = []
        for row in records(answer.frame("form_checks")):
            venue = self.result.venues.get(row["id"])
            if venue is None:
                continue
            if row["result"] == "属实" and row["verified"]:
                venue["verified"] = row["verified"]
                if venue["status"] == "disputed":
                    venue["status"] = "open"
                if row["photo"]:
                    venue["evidence"] = _joined(venue.get("evidence"), row["photo"])
            elif row["result"] == "不属实":
                untrue.append(row["id"])
                if venue["status"] == "open":
                    self._dispute(venue)
        return tuple(untrue)

    def _dispute(self, venue: Row) -> None:
        venue |= {"status": "disputed", "verified": "自报", "source": f"{self.quarter.zh}抽查"}
        self._forget(str(venue["township"]), str(venue["type"]))

    def _forget(self, township: str, kind: str) -> None:
        """Take back what a township said of a type, unless an open venue says it anyway."""
        if not self._open(township, kind):
            self.result.reports.pop((township, kind), None)

    def _open(self, township: str, kind: str) -> bool:
        return any(
            venue["status"] == "open" and venue["type"] == kind and venue["township"] == township
            for venue in self.result.venues.values()
        )

    def sums(self, ids: Sequence[str], townships: int) -> dict[str, tuple[float, int]]:
        """
        Add up what townships typed; enter the sum where nobody typed the county's own figure.

        Parameters
        ----------
        ids
            Target ids that add up over townships.
        townships
            How many townships there are: a sum is entered only when all have answered.

        Returns
        -------
        dict
            Target id -> sum and how many townships it stands on.
        """
        found = {}
        for key in ids:
            own = [row["value"] for (_, k), row in self.result.town_numbers.items() if k == key]
            if own:
                found[key] = (float(sum(own)), len(own))
            old = self.result.indicators.get((key, self.quarter.year))
            if len(own) == townships and (old is None or is_sum(old)):
                values = {"value": float(sum(own)), "source": f"{self.quarter.zh}{_SUMMED}"}
                self._indicator(key, values)
        return found

    def free_venue(self, row: Row) -> str:
        """
        Put one row of a free-form list in; a row that names a known venue changes only empty cells.

        Parameters
        ----------
        row
            The VENUES columns with `code9`.

        Returns
        -------
        str
            Its id.
        """
        old = self.result.venues.get(row.get("id") or "")
        if old is None:
            old = next(
                (
                    venue
                    for venue in self.result.venues.values()
                    if venue["type"] == row["type"]
                    and venue["township"] == row["township"]
                    and venue["name"] == row["name"]
                ),
                None,
            )
        if old is not None:
            for name in schema.VENUES.names:
                if bare(old.get(name)) == "" and bare(row.get(name)) != "":
                    old[name] = row[name]
            return str(old["id"])
        key = row.get("id") or self._next_id(f"{row['code9']}-{row['type']}", self.result.venues)
        kept = {name: row.get(name) for name in schema.VENUES.names}
        self.result.venues[key] = {**kept, "id": key, "verified": row.get("verified") or "自报"}
        return key

    def _venues(self, answer: Answer) -> None:
        for row in records(answer.frame("form_venues")):
            township = self.names.get(row["code9"], "")
            named = {"type": row["type_id"], "township": township, "name": row["name"]}
            stem = f"{row['code9']}-{row['type_id']}"
            known = self._earlier.get(place_of(named))
            key = row["id"] or known or self._next_id(stem, self.result.venues)
            old = self.result.venues.get(key, {})
            fresh: Row = {
                "id": key,
                "type": row["type_id"],
                "township": township,
                "name": row["name"],
                "village": row["village"],
                "status": row["status"],
                **{
                    name: row[name]
                    for name in (
                        *("opened_on", "closed_on", "basis", "sessions_12m", "learners_12m"),
                        *("host", "host_kind", "capacity", "evidence", "note"),
                    )
                },
            }
            fresh["active_12m"] = _active(fresh["sessions_12m"], old.get("active_12m"))
            venue = {**old, **fresh}
            if not old or changed_cells(old, venue):
                # what was verified was the answer as it stood: a changed one is the sender's word
                venue["verified"] = "自报"
                venue["source"] = self._source(answer)
            if old and bare(old.get("village")) != bare(venue["village"]):
                venue["lon"] = venue["lat"] = None
            self.result.venues[key] = venue
            self._code12[key] = row["code12"]

    def _villages(self, answer: Answer, types: Sequence[str]) -> None:
        for row in records(answer.frame("form_villages")):
            if row["minutes"] is not None:
                self.result.villages[row["code12"]] = {
                    "code12": row["code12"],
                    "minutes": row["minutes"],
                    "mode": _MODE_IDS.get(row["mode"] or "", row["mode"]),
                    "asked_on": answer.signed.get("reported_on") or self.quarter.last_day,
                    "note": row["note"],
                }
            for key in types:
                if row[key] in {"yes", "no"}:
                    self._room(answer, row, key)

    def _room(self, answer: Answer, row: Row, kind: str) -> None:
        """Enter that a village has, or has no longer, a room of a type."""
        code12 = row["code12"]
        held = [
            venue
            for venue in self.result.venues.values()
            if venue["type"] == kind
            and venue["status"] in {"open", "disputed"}
            and self._code12.get(str(venue["id"])) == code12
        ]
        there = any(venue["status"] == "open" for venue in held)
        if row[kind] == "yes" and not there:
            # what a check disputes is the same room, not a second one beside it
            key = str(held[0]["id"]) if held else f"{code12}-{kind}"
            zh = str(self.known.venue_types.loc[kind, "zh"])
            township = self.names[code12[:9]]
            self.result.venues[key] = {
                "name": f"{row['name']}{zh}",
                **self.result.venues.get(key, {}),
                "id": key,
                "type": kind,
                "township": township,
                "village": row["name"],
                "status": "open",
                "closed_on": None,
                "verified": "自报",
                "source": self._source(answer),
            }
            self._code12[key] = code12
        for venue in held if row[kind] == "no" else ():
            venue |= {"status": "closed", "verified": "自报", "source": self._source(answer)}

    def _zero_reports(
        self, answer: Answer, code9: str | None, village_types: Sequence[str]
    ) -> None:
        frame = answer.frame("form_programmes")
        reading = answer.readings.get("form_villages")
        for kind in silent_types(answer):
            # neither ticked nor listed: last quarter's zero report was not repeated
            for code in [code9] if code9 else self.names:
                self._forget(self.names[code], kind)
        for row in records(frame):
            kind = row["type"]
            if code9 is None:
                # a department answers for the county: none in its list is none in every township
                for code in self.names:
                    self._report(answer, code, kind, ticked=row["zero"] == _TICKED)
            elif kind in village_types and reading is not None:
                self._report(answer, code9, kind, ticked=row["zero"] == _TICKED, by_village=True)
            else:
                self._report(answer, code9, kind, ticked=row["zero"] == _TICKED)

    def _report(
        self, answer: Answer, code9: str, kind: str, *, ticked: bool, by_village: bool = False
    ) -> None:
        name = self.names[code9]
        own = [
            venue
            for venue in self.result.venues.values()
            if venue["type"] == kind and venue["township"] == name
        ]
        has = any(venue["status"] == "open" for venue in own)
        if not has and not ticked and any(venue["status"] == "disputed" for venue in own):
            self._forget(name, kind)  # that there is none is what nobody has said
            return
        # a list without an open one says as much as a tick: there is none yet
        note = None if has or ticked or not own else "有登记，尚无开放"
        if by_village and not has and not ticked:
            note = "各村均无"
        self.result.reports[name, kind] = {
            "township": name,
            "type": kind,
            "answer": "has" if has else "none",
            "reported_on": answer.signed.get("reported_on") or self.quarter.last_day,
            "reporter": answer.signed.get("reporter"),
            "note": note,
        }

    def _indicator(self, target: str, row: Mapping[str, Any]) -> None:
        key = (target, self.quarter.year)
        old = self.result.indicators.get(key, {})
        fresh = {
            name: row.get(name)
            for name in ("value", "planned", "date", "source", "note")
            if row.get(name) is not None
        }
        self.result.indicators[key] = {
            **old,
            **fresh,
            "target": target,
            "year": self.quarter.year,
        }

    def _source(self, answer: Answer) -> str:
        return f"{self.quarter.zh}{answer.paper.unit}填报"

    @staticmethod
    def _next_id(stem: str, taken: Mapping[str, Any]) -> str:
        number = 1
        while f"{stem}-{number:02d}" in taken:
            number += 1
        return f"{stem}-{number:02d}"


def is_sum(row: Row) -> bool:
    """
    Return whether a figure was added up from what townships typed: new answers replace it.

    Parameters
    ----------
    row
        A row of the INDICATORS table.
    """
    return str(row.get("source") or "").endswith(_SUMMED)


def _active(sessions: Any, before: Any) -> Any:
    if sessions is None:
        return before
    return "yes" if sessions > 0 else "no"


def _joined(old: Any, more: str) -> str:
    return more if not old else (str(old) if more in str(old) else f"{old}；{more}")
