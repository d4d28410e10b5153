"""How a run's outputs come to lie in their folder: all at once, or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from coverplan.domain import Result
from coverplan.errors import InputError, Problem, Where
from coverplan.proof import certificates
from coverplan.report.certificates import write_certificates
from coverplan.report.csv_out import write_csv
from coverplan.report.dictionary import NAME as DICTIONARY
from coverplan.report.dictionary import described_files
from coverplan.report.gis import write_layers
from coverplan.report.ledger_book import NAME as LEDGER
from coverplan.report.ledger_book import write_ledger
from coverplan.report.manifest import NAME, manifest_of, read_manifest, write_manifest
from coverplan.report.publish import published
from coverplan.report.stored import write_frames, write_times
from coverplan.report.tables import PROSPECTS, TABLES, prospect_table
from coverplan.report.workbook import write_workbook

__all__ = ["recover", "write"]

Page = Callable[[Result, str, Path], None]
_MARK = ".coverplan-new"
"""Stands in a folder that a run is filling, so that the next run knows its own."""
Papers = Mapping[str, Mapping[str, object]]


def planner_page(result: Result, lang: str, path: Path) -> None:
    """
    Write the planning map; nothing where this build has none.

    Parameters
    ----------
    result
        What the map shows.
    lang
        `"zh"` or `"en"`.
    path
        The HTML file.
    """
    from coverplan.report.map.planner import PlannerMap  # noqa: PLC0415 - folium is heavy

    PlannerMap(result, lang).save(path)


def write(
    result: Result,
    directory: Path | str,
    *,
    page: Page | None = planner_page,
    profile: str | None = None,
) -> Path:
    """
    Write every output of a run into a folder, replacing an earlier run as a whole.

    Everything is written beside the folder first; then the old one is moved away, the new one
    moved in, and the old one deleted. Whoever kills the program meanwhile leaves the old outputs
    whole; the next run tidies up. Files in the old folder that no run wrote are carried over.

    Parameters
    ----------
    result
        What a run computed.
    directory
        The run folder; its parents are made where they are missing.
    page
        What writes `map.html`; None leaves it out.
    profile
        Publish profile; the plan's own where it is None.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        The folder holds something else than a run, a file in it is open in another program, or
        another run is writing it.
    """
    target = Path(directory).resolve()
    profile = result.plan.publish.profile if profile is None else profile
    leaving = published(result, profile)
    papers = certificates(result)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _only_writer(target):
        _tidy(target)
        _must_be_ours(target)
        fresh = target.with_name(f"{target.name}.new-{os.getpid()}")
        fresh.mkdir()
        (fresh / _MARK).touch()
        try:
            _fill(leaving, fresh, page, profile, papers)
            _swap(fresh, target)
        except BaseException:
            # the old outputs are whole, or back; a half-written new folder helps nobody
            if target.exists() or not _journal(target).exists():
                shutil.rmtree(fresh, ignore_errors=True)
            raise
    return target


def recover(directory: Path | str) -> bool:
    """
    Complete a swap that was interrupted, or clear away what an interrupted run left.

    Parameters
    ----------
    directory
        A run folder, whether or not it exists now.

    Returns
    -------
    bool
        Whether there was anything to do.

    Raises
    ------
    InputError
        A run is writing the folder right now.
    """
    target = Path(directory).resolve()
    if not target.parent.is_dir():
        return False
    with _only_writer(target):
        return _tidy(target)


def _fill(result: Result, fresh: Path, page: Page | None, profile: str, papers: Papers) -> None:
    """Write all outputs into a new folder; the manifest comes last and says that it is whole."""
    lang = result.plan.outputs.lang
    data = fresh / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name, table_of in TABLES.items():
        write_csv(table_of(result), fresh / f"{name}.csv")
    for name in PROSPECTS:
        table = prospect_table(result, name)
        if len(table):
            write_csv(table, fresh / f"{name}.csv")
    write_workbook(result, fresh / "gaps.xlsx", lang=lang)
    files = result.sources.loc[result.sources["rows"] == 0, "file"]
    write_ledger(result.ledger, fresh / LEDGER, result.plan, files=files)
    write_layers(result, fresh / "layers.gpkg", lang=lang)
    write_csv(described_files(result, lang), fresh / DICTIONARY)
    layers = write_frames(result, data)
    if result.times is not None:
        write_times(result.times, data / "times.npz")
    write_certificates(papers, fresh)
    if page is not None:
        page(result, lang, fresh / "map.html")
    (fresh / _MARK).unlink(missing_ok=True)
    write_manifest(manifest_of(result, profile, layers), fresh)


def _swap(fresh: Path, target: Path) -> None:
    """Put the new folder where the old one is."""
    if not target.exists():
        fresh.rename(target)
        return
    held = locked_file(target)
    if held is not None:
        raise InputError(_locked(target, held))
    # Where somebody keeps a folder under the usual name, it is theirs and stays.
    old = target.with_name(f"{target.name}.old")
    if old.exists():
        old = target.with_name(f"{target.name}.old-{os.getpid()}")
    _journal(target).write_text(old.name, encoding="utf-8")
    try:
        target.rename(old)
    except PermissionError as fault:
        _journal(target).unlink()
        raise InputError(_locked(target, target)) from fault
    try:
        fresh.rename(target)
    except OSError:
        old.rename(target)
        _journal(target).unlink()
        raise
    _carry_over(old, target)
    shutil.rmtree(old, ignore_errors=True)  # what cannot be deleted now, the next run deletes
    if not old.exists():
        _journal(target).unlink()


def _tidy(target: Path) -> bool:
    """
    Bring the folder into a state in which nothing of an earlier run hangs about.

    Only what a run has left is touched: the old folder that the journal of a swap names, and new
    folders that bear the mark of a run or its manifest. Other people's folders beside it stay.
    """
    journal = _journal(target)
    old = target.parent / journal.read_text(encoding="utf-8") if journal.is_file() else None
    left = [
        folder
        for folder in sorted(target.parent.glob(f"{_escaped(target.name)}.new-[0-9]*"))
        if any((folder / name).is_file() for name in (_MARK, NAME, f"{NAME}.part"))
    ]
    whole = [folder for folder in left if (folder / NAME).is_file()]
    found = bool(left) or old is not None
    if old is not None and old.exists() and not target.exists():
        # killed between the two renames: the new folder is complete unless someone removed it
        (whole[-1] if whole else old).rename(target)
    if old is not None and old.exists():
        _carry_over(old, target)
        shutil.rmtree(old)
    journal.unlink(missing_ok=True)
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _carry_over(old: Path, target: Path) -> None:
    """Move the files that no run wrote, such as a saved scenario, from the old folder."""
    try:
        ours = {item["name"] for item in read_manifest(old)["files"]} | {NAME, f"{NAME}.part"}
    except InputError:
        return
    for path in sorted(old.rglob("*")):
        name = path.relative_to(old)
        if path.is_file() and name.as_posix() not in ours and not (target / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            path.rename(target / name)


def _must_be_ours(target: Path) -> None:
    """Refuse to replace what is not a run folder."""
    if not target.exists():
        return
    where = Where(file=target.name)
    if not target.is_dir():
        raise InputError(Problem("report.not_folder", where))
    inside = sorted(path.name for path in target.iterdir())
    if inside and NAME not in inside:
        raise InputError(Problem("report.foreign", where, inside[0]))
    if inside:
        read_manifest(target)


def locked_file(
    folder: Path, opened: Callable[[Path], IO[bytes]] = lambda path: path.open("r+b")
) -> Path | None:
    """
    Return the first file that another program holds open for writing, or None.

    Parameters
    ----------
    folder
        A run folder.
    opened
        Opens a file for writing without changing it. On Windows, Excel refuses that.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            try:
                opened(path).close()
            except PermissionError:
                return path
    return None


def _locked(target: Path, held: Path) -> Problem:
    name = held.relative_to(target.parent).as_posix()
    return Problem("report.locked", Where(file=name))


def _journal(target: Path) -> Path:
    """Return the file that stands while a swap is under way; it holds the old folder's name."""
    return target.with_name(f".{target.name}.swap")


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


@contextmanager
def _only_writer(target: Path) -> Iterator[None]:
    """Hold a lock that the system releases even when the program is killed."""
    path = target.with_name(f".{target.name}.lock")
    with path.open("ab") as handle:
        if not _locks(handle):
            raise InputError(Problem("report.busy", Where(file=target.name)))
        try:
            yield
        finally:
            if os.name != "nt":  # Windows refuses to delete a file that is open
                path.unlink(missing_ok=True)
    if os.name == "nt":
        path.unlink(missing_ok=True)


def _locks(handle: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl  # noqa: PLC0415 - exists on POSIX only

            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
