"""The record of a run folder: which inputs, parameters and versions made it, and its files."""

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from coverplan.config import Plan
from coverplan.domain import FRAMES, Result
from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.report.tables import is_missing

__all__ = [
    "NAME",
    "SCHEMA",
    "add_files",
    "file_record",
    "manifest_of",
    "problem_from",
    "read_manifest",
    "write_manifest",
]

NAME = "manifest.json"
SCHEMA = 1
_PACKAGES = (
    "coverplan",
    "geopandas",
    "highspy",
    "numpy",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "scipy",
    "shapely",
)


def manifest_of(result: Result, profile: str, layers: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the record of a result, without its list of files.

    Parameters
    ----------
    result
        What is written, already reduced to its profile.
    profile
        The publish profile it was written under.
    layers
        Layer name -> file in `data/`.
    """
    plan = result.plan
    inputs = result.sources.reindex(columns=["file", "sha256", "rows"]).astype(object)
    return {
        "schema": SCHEMA,
        "program": "coverplan",
        "county": {"code": plan.county.code, "name": plan.county.name, "slug": plan.county.slug},
        "as_of": plan.county.as_of.isoformat(),
        "profile": profile,
        "example": plan.outputs.example,
        "plan_file": plan.source,
        "inputs": [
            {name: None if is_missing(one) else _plain(one) for name, one in row.items()}
            for row in inputs.to_dict("records")
        ],
        "parameters": parameters_of(plan),
        "datum": plan.county.datum,
        "crs_metric": result.crs_metric,
        "versions": versions(),
        "rows": {name: len(getattr(result, name)) for name in FRAMES},
        "layers": dict(layers),
        "has": {"outline": result.outline is not None, "times": result.times is not None},
        "notes": [_problem_record(note) for note in result.notes],
    }


def parameters_of(plan: Plan) -> dict[str, Any]:
    """
    Return the plan as plain values, ready to be parsed again; it holds no absolute path.

    Parameters
    ----------
    plan
        A plan; what the command line changed (language, profile) is taken from its attributes.
    """
    tree: dict[str, Any] = json.loads(json.dumps(plan.raw))
    outputs = tree.setdefault("outputs", {})
    outputs["lang"] = plan.outputs.lang
    outputs["example"] = plan.outputs.example
    folder = str(outputs.get("dir", ""))
    if PurePosixPath(folder).is_absolute() or PureWindowsPath(folder).is_absolute():
        del outputs["dir"]
    return tree


def versions() -> dict[str, str]:
    """Return the versions of whatever the figures depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def file_record(folder: Path, name: str) -> dict[str, Any]:
    """
    Return name, size and hash of a file.

    Parameters
    ----------
    folder
        The run folder.
    name
        Path inside it, with forward slashes.
    """
    content = (folder / name).read_bytes()
    return {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def write_manifest(record: Mapping[str, Any], folder: Path) -> None:
    """
    Write the record with a list of every file in the folder; its presence says "complete".

    Parameters
    ----------
    record
        As `manifest_of` returns it.
    folder
        The run folder, complete but for this file.
    """
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != NAME
    )
    _replace_text({**record, "files": [file_record(folder, name) for name in names]}, folder)


def add_files(folder: Path, names: list[str]) -> None:
    """
    Enter files that were added to a finished run folder, so that the next run replaces them too.

    Parameters
    ----------
    folder
        A run folder.
    names
        Paths inside it, with forward slashes.
    """
    record = read_manifest(folder)
    files = {item["name"]: item for item in record["files"]}
    files.update({name: file_record(folder, name) for name in names})
    _replace_text({**record, "files": [files[name] for name in sorted(files)]}, folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """
    Read the record of a run folder.

    Parameters
    ----------
    folder
        A run folder.

    Returns
    -------
    dict
        As manifest.json holds it.


    Raises
    ------
    InputError
        There is none, or it is of another schema.
    """
    path = folder / NAME
    if not path.is_file():
        raise InputError(Problem("report.no_run", Where(file=folder.name)))
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = record.get("schema")
    except (ValueError, AttributeError) as fault:
        where = Where(file=f"{folder.name}/{NAME}")
        raise InputError(Problem("report.damaged", where)) from fault
    if found != SCHEMA or record.get("program") != "coverplan":
        where = Where(file=f"{folder.name}/{NAME}")
        raise InputError(Problem("report.other_schema", where, str(found), {"known": SCHEMA}))
    return record


def problem_from(record: Mapping[str, Any]) -> Problem:
    """
    Return a note as it was before it was written.

    Parameters
    ----------
    record
        One entry of `notes`.
    """
    return Problem(
        record["key"],
        Where(**record["where"]),
        record["found"],
        dict(record["values"]),
        Severity(record["severity"]),
    )


def _problem_record(problem: Problem) -> dict[str, Any]:
    where = problem.where
    parts = {name: getattr(where, name) for name in ("file", "sheet", "row", "column", "key")}
    return {
        "key": problem.key,
        "where": {name: value for name, value in parts.items() if value not in {"", None}},
        "found": problem.found,
        "values": {name: _plain(value) for name, value in problem.values.items()},
        "severity": problem.severity.value,
    }


def _plain(value: Any) -> Any:
    """Return a numpy scalar as the Python value that JSON knows."""
    return value.item() if hasattr(value, "item") else value


def _replace_text(record: Mapping[str, Any], folder: Path) -> None:
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    part = folder / f"{NAME}.part"
    part.write_bytes(text.encode("utf-8"))
    part.replace(folder / NAME)
