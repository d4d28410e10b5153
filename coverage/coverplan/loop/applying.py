"""The merged tables put in place of the plan's own: what really changed, and where it came from."""

import csv
import io
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from coverplan import schema
from coverplan.config import Plan
from coverplan.errors import InputError, Problem, Where
from coverplan.intake.returns import RETURNS_FILE
from coverplan.intake.sources import PROVENANCE_FILE, hash_of
from coverplan.loop.board import Standing
from coverplan.loop.collect import Collected
from coverplan.loop.identity import bare
from coverplan.loop.quarters import Quarter
from coverplan.report.csv_out import csv_bytes
from coverplan.text import say

__all__ = ["TABLES", "Replaced", "apply", "returns_frame", "unplaced"]

TABLES = ("venues", "reports", "asked_villages", "asked_seats", "indicators", "schools")
"""Tables that a plan reads, by the name of their contract."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """
    A table of the plan that was replaced.

    Parameters
    ----------
    path
        The plan's file.
    added, changed, removed
        How many rows are new, say something else, or are gone.
    """

    path: Path
    added: int
    changed: int
    removed: int


def apply(found: Collected, folder: Path, backups: Path) -> tuple[Replaced, ...]:
    """
    Put the merged tables in place of the plan's own, which are kept.

    Parameters
    ----------
    found
        What was collected.
    folder
        Where `write_collected` wrote it.
    backups
        Where the plan's own files are kept, under a name with their hash.

    Returns
    -------
    tuple of Replaced
        The tables that say something else now; a table with the same rows is left as it stands.
        Who has reported is written beside the plan, and where the county has a provenance.csv, the
        replaced files are entered in it.

    Raises
    ------
    InputError
        The plan names several venue files: which row belongs to which is not known.
    """
    plan, quarter = found.issue.plan, found.issue.quarter
    if len(plan.venues.files) > 1:
        where = Where(plan.source, key="venues.files")
        raise InputError(Problem("loop.apply.several", where))
    replaced = []
    for name, target in _targets(plan).items():
        if target is None or target.suffix.casefold() != ".csv":
            continue
        counts = _changes(found.base.rows(name), found.merged.rows(name), name)
        if any(counts):
            _put(target, (folder / f"{name}.csv").read_bytes(), backups)
            replaced.append(Replaced(target, *counts))
    heard = plan.folder / RETURNS_FILE
    _put(heard, csv_bytes(returns_frame(found.standings, quarter)), backups)
    for place in dict.fromkeys(path.parent for path in (*(r.path for r in replaced), heard)):
        files = [path for path in (*(r.path for r in replaced), heard) if path.parent == place]
        _enter(place / PROVENANCE_FILE, files, quarter, backups)
    return tuple(replaced)


def unplaced(found: Collected) -> tuple[str, ...]:
    """
    Return the merged tables for which the plan names no CSV file, though they hold rows.

    Parameters
    ----------
    found
        What was collected.
    """
    return tuple(
        name
        for name, target in _targets(found.issue.plan).items()
        if (target is None or target.suffix.casefold() != ".csv") and found.merged.rows(name)
    )


def returns_frame(standings: Iterable[Standing], quarter: Quarter) -> pd.DataFrame:
    """
    Return who has reported, as the RETURNS table.

    Parameters
    ----------
    standings
        How every unit stands.
    quarter
        The quarter that was collected.
    """
    rows = [
        (str(quarter), one.audience, one.unit, one.state, one.carried, one.file, one.reported_on)
        for one in standings
    ]
    return pd.DataFrame(rows, columns=list(schema.RETURNS.names), dtype=object)


def _changes(
    before: Mapping[Any, Mapping[str, Any]], after: Mapping[Any, Mapping[str, Any]], name: str
) -> tuple[int, int, int]:
    columns = schema.CONTRACTS[name].names
    added = sum(key not in before for key in after)
    changed = sum(
        any(bare(row.get(column)) != bare(after[key].get(column)) for column in columns)
        for key, row in before.items()
        if key in after
    )
    return added, changed, sum(key not in after for key in before)


def _put(target: Path, content: bytes, backups: Path) -> None:
    """Write a file whole; what stood there is kept."""
    if target.is_file():
        if target.read_bytes() == content:
            return
        backups.mkdir(parents=True, exist_ok=True)
        kept = backups / f"{target.stem}.{hash_of(target)[:12]}{target.suffix}"
        if not kept.exists():
            shutil.copy2(target, kept)
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    part.replace(target)


def _enter(path: Path, files: Iterable[Path], quarter: Quarter, backups: Path) -> None:
    """Enter files in a provenance table: their new hash, and that the quarter is in them."""
    if not path.is_file():
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return  # its owner keeps it in another way; a run names the files that have changed
    lines = list(csv.reader(io.StringIO(text)))
    places = _places(lines[0] if lines else [])
    if not {"file", "source", "licence", "sha256"} <= places.keys():
        return
    told = say("loop.apply.source", "zh", quarter=quarter.zh)
    for file in files:
        row = next((one for one in lines[1:] if one and one[places["file"]] == file.name), None)
        if row is None:
            row = [""] * len(lines[0])
            row[places["file"]] = file.name
            row[places["licence"]] = say("loop.apply.licence", "zh")
            lines.append(row)
        row += [""] * (len(lines[0]) - len(row))
        row[places["sha256"]] = hash_of(file)
        source = row[places["source"]]
        if told not in source:
            row[places["source"]] = f"{source}；{told}" if source else told
        if "date" in places:
            row[places["date"]] = quarter.last_day.isoformat()
        if "rows" in lines[0]:
            with file.open(encoding="utf-8-sig", newline="") as stream:
                row[lines[0].index("rows")] = str(sum(1 for _ in csv.reader(stream)) - 1)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(lines)
    _put(path, out.getvalue().encode("utf-8-sig"), backups)


def _places(heads: list[str]) -> dict[str, int]:
    names = {text: one.name for one in schema.PROVENANCE.columns for text in (one.name, one.zh)}
    return {names[head]: place for place, head in enumerate(heads) if head in names}


def _targets(plan: Plan) -> dict[str, Path | None]:
    return {
        "venues": plan.venues.files[0] if plan.venues.files else None,
        "reports": plan.venues.reports,
        "asked_villages": plan.travel.asked_villages,
        "asked_seats": plan.travel.asked_seats,
        "indicators": plan.targets.indicators,
        "schools": plan.schools.file,
    }
