"""A frozen quarter: every input as it was, hashed, and held against what lies there now."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from coverplan.config import Plan
from coverplan.errors import InputError, Problem, Where
from coverplan.intake.returns import RETURNS_FILE
from coverplan.intake.sources import PROVENANCE_FILE
from coverplan.loop.quarters import Quarter

__all__ = ["SEAL", "freeze", "holds", "seal_of", "whole"]

SEAL = "snapshot.json"
"""The file that lists a snapshot's files with their hashes."""
_PLAN = "plan.toml"
_READ_ONLY = 0o444


def freeze(plan: Plan, quarter: Quarter, folder: Path, before: Path | None = None) -> Path:
    """
    Freeze a plan and everything it reads.

    Parameters
    ----------
    plan
        The plan; its files have been read without a fault.
    quarter
        The quarter that is frozen.
    folder
        The snapshot's folder; it must not be there yet.
    before
        The snapshot before it, whose seal it names: who changes an old snapshot together with its
        seal is found out by the next one.

    Returns
    -------
    Path
        The folder: a plan that can be run again, files read-only.

    Raises
    ------
    InputError
        The quarter has been frozen already, with other contents; or the snapshot before it is
        damaged.
    """
    if before is not None:
        whole(before)
    contents = _contents(plan)
    record = _record(plan, quarter, contents, before)
    if folder.exists():
        if whole(folder)["seal"] == record["seal"]:
            return folder
        raise InputError(Problem("loop.freeze.again", Where(file=folder.name)))
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, content in contents.items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(_READ_ONLY)
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    (fresh / SEAL).write_bytes(text.encode("utf-8"))
    (fresh / SEAL).chmod(_READ_ONLY)
    fresh.rename(folder)
    return folder


def whole(folder: Path) -> dict[str, Any]:
    """
    Return a snapshot's seal after holding every file against it.

    Parameters
    ----------
    folder
        The snapshot.

    Raises
    ------
    InputError
        A file was changed, is gone or was added, or the seal itself was changed; each is named.
    """
    record = _read(folder)
    problems = []
    if _seal(record) != record.get("seal"):
        problems.append(Problem("loop.freeze.seal", Where(file=f"{folder.name}/{SEAL}")))
    listed = {item["name"]: item["sha256"] for item in record["files"]}
    for name, digest in listed.items():
        path = folder / name
        where = Where(file=f"{folder.name}/{name}")
        if not path.is_file():
            problems.append(Problem("loop.freeze.gone", where))
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            problems.append(Problem("loop.freeze.changed", where))
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    problems += [
        Problem("loop.freeze.added", Where(file=f"{folder.name}/{name}"))
        for name in sorted(there - {*listed, SEAL})
    ]
    earlier = record.get("before")
    if earlier:
        previous = folder.with_name(earlier["quarter"])
        if previous.is_dir() and seal_of(previous) != earlier["seal"]:
            problems.append(Problem("loop.freeze.rewritten", Where(file=previous.name)))
    if problems:
        raise InputError(problems)
    return record


def holds(plan: Plan, folder: Path) -> bool:
    """
    Return whether a snapshot holds what the plan reads now.

    Parameters
    ----------
    plan
        The plan.
    folder
        The snapshot.

    Raises
    ------
    InputError
        It is damaged.
    """
    sealed = {item["name"]: item["sha256"] for item in whole(folder)["files"]}
    now = {name: hashlib.sha256(content).hexdigest() for name, content in _contents(plan).items()}
    return sealed == now


def seal_of(folder: Path) -> str:
    """
    Return the seal of a snapshot: one hash that stands for all its contents.

    Parameters
    ----------
    folder
        The snapshot.

    Raises
    ------
    InputError
        There is none, or its seal cannot be read.
    """
    return str(_read(folder).get("seal", ""))


def _read(folder: Path) -> dict[str, Any]:
    path = folder / SEAL
    if not path.is_file():
        raise InputError(Problem("loop.freeze.none", Where(file=folder.name)))
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        files = record["files"]
        fits = all({"name", "sha256"} <= item.keys() for item in files)
    except (ValueError, TypeError, KeyError, AttributeError):
        fits = False
    if not fits:
        raise InputError(Problem("loop.freeze.seal", Where(file=f"{folder.name}/{SEAL}")))
    return record


def _contents(plan: Plan) -> dict[str, bytes]:
    found = {_PLAN: (plan.folder / plan.source).read_bytes()}
    for path in plan.files():
        members = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for member in members:
            found[plan.name_of(member)] = member.read_bytes()
    beside = {path.parent / PROVENANCE_FILE for path in plan.files()}
    beside.add(plan.folder / RETURNS_FILE)
    for path in sorted(beside):
        if path.is_file():
            found[plan.name_of(path)] = path.read_bytes()
    return found


def _record(
    plan: Plan, quarter: Quarter, contents: dict[str, bytes], before: Path | None
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "schema": 1,
        "program": "coverplan",
        "county": plan.county.slug,
        "quarter": str(quarter),
        "as_of": plan.county.as_of.isoformat(),
        "before": None if before is None else {"quarter": before.name, "seal": seal_of(before)},
        "files": [
            {
                "name": name,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in sorted(contents.items())
        ],
    }
    record["seal"] = _seal(record)
    return record


def _seal(record: dict[str, Any]) -> str:
    bare = {name: value for name, value in record.items() if name != "seal"}
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
