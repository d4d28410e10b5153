"""Where each input file comes from: its hash, and what the provenance file beside it says."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from coverplan.errors import Problem, Severity, TableError, Where
from coverplan.intake.datum import Verdict
from coverplan.intake.tables import read_table
from coverplan.schema import PROVENANCE

if TYPE_CHECKING:  # annotations only
    import pandas as pd

    from coverplan.config import Plan

__all__ = ["PROVENANCE_FILE", "hash_of", "read_sources"]

PROVENANCE_FILE = "provenance.csv"
_PIECE = 2**20


def hash_of(path: Path) -> str:
    """
    Return the SHA-256 of a file, or of all files of a folder in the order of their names.

    Parameters
    ----------
    path
        A file, or a FileGDB folder.
    """
    digest = hashlib.sha256()
    members = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for member in members:
        with member.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    return digest.hexdigest()


def read_sources(
    plan: "Plan",
    files: Iterable[Path],
    rows: Mapping[str, int],
    datums: Mapping[str, str],
    verdicts: Mapping[str, Verdict],
) -> "tuple[pd.DataFrame, tuple[Problem, ...]]":
    """
    Return one line an input file, with what is known of its origin.

    Parameters
    ----------
    plan
        The plan that names the files.
    files
        The files; missing ones are left out.
    rows
        File name -> number of rows or features that were read.
    datums
        File name -> datum as the plan says.
    verdicts
        File name -> datum as the evidence says.

    Returns
    -------
    tuple
        Frame with `file, sha256, rows, source, licence, datum, date, datum_found, datum_evidence`;
        and notes: a file that the provenance file does not list, or whose content has changed.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    lines: list[dict[str, object]] = []
    notes: list[Problem] = []
    known: dict[Path, dict[str, dict[str, str]]] = {}
    for path in files:
        if not path.exists() or path.name == PROVENANCE_FILE:
            continue
        file = plan.name_of(path)
        if path.parent not in known:
            known[path.parent] = _provenance(path.parent, plan, notes)
        listed = known[path.parent]
        entry = listed.get(path.name, {})
        digest = hash_of(path)
        if listed and not entry:
            notes.append(Problem("intake.source.unlisted", Where(file), severity=Severity.NOTE))
        said = entry.get("sha256", "").casefold()
        if said and said != digest:
            notes.append(
                Problem("intake.source.changed", Where(file), digest[:12], severity=Severity.NOTE)
            )
        lines.append(
            {
                "file": file,
                "sha256": digest,
                "rows": rows.get(file, 0),
                "source": entry.get("source", ""),
                "licence": entry.get("licence", ""),
                "datum": datums.get(file) or entry.get("datum", ""),
                "date": entry.get("date", ""),
                "datum_found": verdicts[file].datum if file in verdicts else "",
                "datum_evidence": verdicts[file].words if file in verdicts else "",
            }
        )
    columns = [
        "file",
        "sha256",
        "rows",
        "source",
        "licence",
        "datum",
        "date",
        "datum_found",
        "datum_evidence",
    ]
    frame = pd.DataFrame(lines, columns=columns)
    return frame.astype({name: "str" for name in columns if name != "rows"}), tuple(notes)


def _provenance(folder: Path, plan: "Plan", notes: list[Problem]) -> dict[str, dict[str, str]]:
    path = folder / PROVENANCE_FILE
    if not path.is_file():
        return {}
    try:
        table = read_table(path, PROVENANCE, file=plan.name_of(path))
    except TableError as fault:
        # where a file comes from is not worth a run
        notes.extend(
            Problem(p.key, p.where, p.found, p.values, Severity.NOTE) for p in fault.problems
        )
        return {}
    records = table.frame.astype("str").to_dict("records")
    return {
        Path(str(record["file"])).name: {str(k): str(v) for k, v in record.items()}
        for record in records
    }
