"""How a stored run becomes a `Result` again, without its inputs."""

import hashlib
from pathlib import Path

from coverplan.config import parse_plan
from coverplan.domain import FRAMES, Result
from coverplan.errors import ConfigError, InputError, Problem, Where
from coverplan.report.manifest import NAME, problem_from, read_manifest
from coverplan.report.stored import read_frame, read_times

__all__ = ["read_run"]

_NEEDED = {"rows", "files", "has", "layers", "notes", "parameters", "plan_file", "crs_metric"}


def read_run(directory: Path | str) -> Result:
    """
    Read what a run wrote.

    Parameters
    ----------
    directory
        A run folder.

    Returns
    -------
    Result
        As `run` gave it, less what its publish profile kept back. The paths of its plan lie in the
        run folder, where the inputs are not.

    Raises
    ------
    InputError
        There is no run folder, another version wrote it, or its data were changed.
    """
    folder = Path(directory)
    record = read_manifest(folder)
    other = sorted(set(FRAMES) ^ set(record.get("rows", {})))
    if other or not record.keys() >= _NEEDED:
        raise InputError(_other_version(folder, ", ".join(other)))
    damaged = [
        Problem("report.damaged", Where(file=f"{folder.name}/{item['name']}"))
        for item in record["files"]
        if item["name"].startswith("data/") and not _is_as_written(folder, item)
    ]
    if damaged:
        raise InputError(damaged)
    data = folder / "data"
    has = record["has"]
    frames = {name: read_frame(data / f"{name}.parquet") for name in FRAMES}
    try:
        plan = parse_plan(
            record["parameters"], folder.resolve(), source=record["plan_file"], check_files=False
        )
    except ConfigError as fault:  # its run took the plan, so only the keys can have changed since
        raise InputError(_other_version(folder, record["plan_file"])) from fault
    return Result(
        plan=plan,
        **frames,
        times=read_times(data / "times.npz") if has["times"] else None,
        outline=read_frame(data / "outline.parquet") if has["outline"] else None,
        layers={name: read_frame(data / file) for name, file in record["layers"].items()},
        notes=tuple(problem_from(note) for note in record["notes"]),
        crs_metric=record["crs_metric"],
    )


def _other_version(folder: Path, found: str) -> Problem:
    return Problem("report.other_version", Where(file=f"{folder.name}/{NAME}"), found)


def _is_as_written(folder: Path, item: dict[str, object]) -> bool:
    path = folder / str(item["name"])
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == item["sha256"]
