"""The tables of a plan while a quarter's answers go into them, row by row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from coverplan import schema
from coverplan.domain import Inputs
from coverplan.loop.identity import bare
from coverplan.report.tables import is_missing
from coverplan.schema import TableContract

__all__ = [
    "CHANGES",
    "Merged",
    "Row",
    "changed_cells",
    "indexed",
    "known_tables",
    "plain",
    "records",
]

CHANGES = ("new", "closed", "disputed", "changed", "same")
"""What happened to a row since the last quarter."""

Row = dict[str, Any]


@dataclass(slots=True)
class Merged:
    """
    The tables of a plan with this quarter's answers in them.

    Parameters
    ----------
    venues
        id -> row, the VENUES columns.
    reports
        (township, type) -> row, the REPORTS columns.
    villages
        code12 -> row, the ASKED_VILLAGES columns.
    seats
        (code9, code9) -> row, the ASKED_SEATS columns.
    indicators
        (target, year) -> row, the INDICATORS columns.
    schools
        id -> row, the SCHOOLS columns.
    town_numbers
        (code9, target) -> row: `code9, township, target, quarter, value, note`.
    """

    venues: dict[str, Row] = field(default_factory=dict)
    reports: dict[tuple[str, str], Row] = field(default_factory=dict)
    villages: dict[str, Row] = field(default_factory=dict)
    seats: dict[tuple[str, str], Row] = field(default_factory=dict)
    indicators: dict[tuple[str, int], Row] = field(default_factory=dict)
    schools: dict[str, Row] = field(default_factory=dict)
    town_numbers: dict[tuple[str, str], Row] = field(default_factory=dict)

    def frame(self, name: str) -> pd.DataFrame:
        """
        Return one table, ready to be written.

        Parameters
        ----------
        name
            Name of a contract, or `"township_numbers"`.
        """
        if name == "township_numbers":
            columns: Sequence[str] = ("code9", "township", "target", "quarter", "value", "note")
            rows: Iterable[Row] = self.town_numbers.values()
        else:
            rows = self.rows(name).values()
            columns = schema.CONTRACTS[name].names
        records = [{key: row.get(key) for key in columns} for row in rows]
        return pd.DataFrame(records, columns=list(columns), dtype=object)

    def rows(self, name: str) -> Mapping[Any, Row]:
        """
        Return the rows of one table by their keys.

        Parameters
        ----------
        name
            Name of a contract.
        """
        tables: dict[str, Mapping[Any, Row]] = {
            "venues": self.venues,
            "reports": self.reports,
            "asked_villages": self.villages,
            "asked_seats": self.seats,
            "indicators": self.indicators,
            "schools": self.schools,
        }
        return tables[name]


def changed_cells(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return the columns in which a venue differs from what was known.

    Parameters
    ----------
    before
        The row as it was; None for a new one.
    after
        The row as it is.

    Examples
    --------
    >>> changed_cells({"status": "open", "note": ""}, {"status": "closed", "note": ""})
    ('status',)
    """
    if before is None:
        return ()
    names = [name for name in schema.VENUES.names if name not in {"verified", "source"}]
    return tuple(name for name in names if bare(before.get(name)) != bare(after.get(name)))


def known_tables(known: Inputs, positions: Mapping[str, tuple[Any, Any]]) -> Merged:
    """
    Return the tables as the plan has them now.

    Parameters
    ----------
    known
        What the plan's tables say.
    positions
        Venue id -> longitude and latitude as they stand in the plan's own file.
    """
    merged = Merged()
    for key, row in indexed(known.venues, schema.VENUES, "id"):
        lon, lat = positions.get(key, (row["lon"], row["lat"]))
        merged.venues[key] = {**row, "lon": lon, "lat": lat}
    names = known.townships["name"]
    for row in records(known.reports.reset_index()):
        township = str(names[row["code9"]])
        kept = {name: row[name] for name in ("type", "answer", "reported_on", "reporter", "note")}
        merged.reports[township, row["type"]] = {"township": township, **kept}
    if known.asked_villages is not None:
        merged.villages = dict(indexed(known.asked_villages, schema.ASKED_VILLAGES, "code12"))
    if known.asked_seats is not None:
        for row in records(known.asked_seats):
            merged.seats[row["from_code9"], row["to_code9"]] = row
    for row in records(known.indicators):
        merged.indicators[row["target"], int(row["year"])] = row
    if known.schools is not None:
        merged.schools = dict(indexed(known.schools, schema.SCHOOLS, "id"))
    return merged


def indexed(frame: pd.DataFrame, contract: TableContract, key: str) -> Iterable[tuple[str, Row]]:
    """
    Yield the rows of a frame that is indexed by its key.

    Parameters
    ----------
    frame
        The frame.
    contract
        The columns that are kept.
    key
        Name of the index as a column.
    """
    for index, row in frame.iterrows():
        values = {name: plain(row[name]) for name in contract.names if name in row.index}
        yield str(index), {**values, key: str(index)}


def records(frame: pd.DataFrame | None) -> list[Row]:
    """
    Return the rows of a frame in plain values; none where there is no frame.

    Parameters
    ----------
    frame
        A frame, or None.
    """
    if frame is None:
        return []
    return [
        {str(name): plain(value) for name, value in row.items()} for row in frame.to_dict("records")
    ]


def plain(value: Any) -> Any:
    """
    Return a cell as a plain value: None where it is missing, a date for a time stamp.

    Parameters
    ----------
    value
        One cell of a frame.

    Examples
    --------
    >>> plain(pd.Series([3])[0]), plain(pd.NaT), plain(pd.Timestamp("2025-09-30"))
    (3, None, datetime.date(2025, 9, 30))
    """
    if is_missing(value) or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value
