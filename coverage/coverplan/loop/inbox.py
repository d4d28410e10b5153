"""What lies in the inbox: which file is which form, which version is newer, what cannot be read."""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coverplan.errors import InputError, Problem, Severity, Where
from coverplan.intake.cells import printable, written
from coverplan.intake.grids import Grid
from coverplan.intake.workbooks import read_grids
from coverplan.loop.formbook import PROPERTY, FormId

__all__ = ["SCAN", "Arrival", "Sorted", "arrivals", "identify", "sorted_out"]

SCAN = "loop.file.image"
"""What is said of a picture or scan."""

_IMAGES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".webp", ".pdf", ".ofd"}
)
_LETTERS = frozenset({".doc", ".docx", ".wps", ".ppt", ".pptx", ".rtf", ".htm", ".html"})
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz"})
_TABLES = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".et", ".ett"})
_LITTER = re.compile(r"^(~\$|\.|Thumbs\.db$|desktop\.ini$|__MACOSX)", re.IGNORECASE)
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>([^<]{1,40})<")
_PROPERTY = re.compile(
    rb"name=\"" + PROPERTY.encode() + rb"\"[^>]*>\s*<\w+:\w+[^>]*>([^<]{1,200})<"
)
_PART_LIMIT = 2**18
_FEW_CELLS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """
    One file of the inbox.

    Parameters
    ----------
    file
        Its path inside the inbox, with forward slashes.
    grids
        Its sheets; empty where it cannot be read.
    id
        Which form it says it is; None for a file of its sender's own making.
    keys
        Contract name -> the codes that were handed out, as the hidden sheet lists them; None
        where the hidden sheet is gone.
    modified
        When the program that saved it says it was saved, ISO; empty where it does not say.
    problems
        Why it cannot be taken as a whole.
    """

    file: str
    grids: tuple[Grid, ...] = ()
    id: FormId | None = None
    keys: Mapping[str, Sequence[tuple[str, ...]]] | None = None
    modified: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def visible(self) -> tuple[Grid, ...]:
        """Return the sheets that a person sees."""
        return tuple(grid for grid in self.grids if not grid.hidden)


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """
    The inbox, sorted.

    Parameters
    ----------
    forms
        The one form that counts, for each unit that sent one.
    older
        Files that a newer version of the same form replaces, with the problem that says so.
    free
        Files without a form id that hold tables.
    refused
        Files that cannot be taken, each with its problems.
    """

    forms: tuple[Arrival, ...] = ()
    older: tuple[Arrival, ...] = ()
    free: tuple[Arrival, ...] = ()
    refused: tuple[Arrival, ...] = field(default=())


def arrivals(inbox: Path) -> tuple[Arrival, ...]:
    """
    Return every file of a folder and its folders, but for what programs leave behind.

    Parameters
    ----------
    inbox
        The folder.

    Raises
    ------
    InputError
        There is no such folder.
    """
    if not inbox.is_dir():
        raise InputError(Problem("loop.inbox.none", Where(file=inbox.name)))
    paths = sorted(path for path in inbox.rglob("*") if path.is_file())
    return tuple(
        identify(path, path.relative_to(inbox).as_posix())
        for path in paths
        if not any(_LITTER.match(part) for part in path.relative_to(inbox).parts)
    )


def identify(path: Path, file: str) -> Arrival:
    """
    Return what one file is.

    Parameters
    ----------
    path
        The file.
    file
        Its name for messages.
    """
    suffix = path.suffix.casefold()
    if suffix not in _TABLES:
        groups = (
            (_IMAGES, SCAN),
            (_LETTERS, "loop.file.letter"),
            (_ARCHIVES, "loop.file.archive"),
        )
        key = next((key for group, key in groups if suffix in group), "loop.file.unknown")
        return _refused(file, key, suffix)
    try:
        grids = read_grids(path, file)
    except InputError as fault:
        return Arrival(file, problems=fault.problems)
    modified, stated, pictures = _parts(path)
    if pictures and _cells(grids) <= _FEW_CELLS:
        return _refused(file, "loop.file.picture_only", "")
    ids = {one for one in (_form_id(grid) for grid in grids) if one is not None}
    named = FormId.parse(stated) if stated else None
    keys = _keys(grids) if ids else None
    # a property that names another form than the hidden sheet: sheets were moved between forms
    if len(ids | ({named} - {None})) > 1:
        found = "、".join(sorted(str(one) for one in {*ids, named} if one is not None))
        return Arrival(file, grids, problems=(_problem(file, "loop.file.two_forms", found),))
    return Arrival(file, grids, next(iter(ids), named), keys, modified)


def sorted_out(
    found: Iterable[Arrival], county: str, quarter: str, units: Iterable[tuple[str, str]]
) -> Sorted:
    """
    Sort an inbox: one form a unit, the newest; wrong ones refused with the reason.

    Parameters
    ----------
    found
        The files.
    county
        Slug of the plan.
    quarter
        The quarter that is collected.
    units
        (audience, key) of every form that was handed out.

    Returns
    -------
    Sorted
        Of several versions of one form the higher version counts, then the one saved later; where
        both are the same and the contents are not, neither counts: which is meant only the sender
        knows.
    """
    known = set(units)
    groups: dict[tuple[str, str], list[Arrival]] = {}
    free, refused, older = [], [], []
    for arrival in found:
        if arrival.problems:
            refused.append(arrival)
        elif arrival.id is None:
            free.append(arrival)
        else:
            fault = _not_ours(arrival, county, quarter, known)
            if fault is not None:
                refused.append(_with(arrival, fault))
            else:
                key = (arrival.id.audience, arrival.id.key)
                groups.setdefault(key, []).append(arrival)
    forms = []
    for versions in groups.values():
        ranked = sorted(versions, key=_newness, reverse=True)
        best = [one for one in ranked if _newness(one) == _newness(ranked[0])]
        if any(_content(one) != _content(best[0]) for one in best):
            names = "、".join(one.file for one in best)
            refused += [_with(one, _problem(one.file, "loop.file.tie", names)) for one in best]
        else:
            forms.append(ranked[0])
            best = ranked[:1]
        for one in ranked:
            if one not in best:
                newer = best[0].file
                note = Problem("loop.file.older", Where(one.file), newer, severity=Severity.NOTE)
                older.append(_with(one, note))
    return Sorted(tuple(forms), tuple(older), tuple(free), tuple(refused))


def _not_ours(
    arrival: Arrival, county: str, quarter: str, known: set[tuple[str, str]]
) -> Problem | None:
    form = arrival.id
    if form is None:
        return None
    if form.county != county:
        return _problem(arrival.file, "loop.file.other_county", form.county, county=county)
    if str(form.quarter) != quarter:
        values = {"quarter": quarter}
        return _problem(arrival.file, "loop.file.other_quarter", str(form.quarter), **values)
    if (form.audience, form.key) not in known:
        return _problem(arrival.file, "loop.file.other_unit", f"{form.audience}/{form.key}")
    return None


def _newness(arrival: Arrival) -> tuple[int, str]:
    return (arrival.id.version if arrival.id else 0, arrival.modified)


def _content(arrival: Arrival) -> tuple[tuple[tuple[object, ...], ...], ...]:
    return tuple(grid.rows for grid in arrival.visible)


def _form_id(grid: Grid) -> FormId | None:
    first = grid.rows[0] if grid.rows else ()
    if len(first) < 2 or first[0] != "form" or not isinstance(first[1], str):  # noqa: PLR2004
        return None
    return FormId.parse(first[1])


def _keys(grids: Sequence[Grid]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for grid in grids:
        if _form_id(grid) is None:
            continue
        for row in grid.rows:
            if len(row) > 2 and row[0] == "key":  # noqa: PLR2004 - key, contract, codes
                codes = tuple(written(cell) for cell in row[2:5] if cell is not None)
                found.setdefault(written(row[1]), []).append(codes)
    return found


def _cells(grids: Sequence[Grid]) -> int:
    return sum(
        1
        for grid in grids
        if not grid.hidden
        for row in grid.rows
        for cell in row
        if cell is not None and (not isinstance(cell, str) or printable(cell))
    )


def _parts(path: Path) -> tuple[str, str, bool]:
    """Return when a workbook was saved, which form its properties name, and if it has pictures."""
    if not zipfile.is_zipfile(path):
        return "", "", False
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        saved = _found(archive, names, "docProps/core.xml", _MODIFIED)
        stated = _found(archive, names, "docProps/custom.xml", _PROPERTY)
        pictures = any(name.startswith(("xl/media/", "Pictures/")) for name in names)
    return saved, stated, pictures


def _found(archive: zipfile.ZipFile, names: set[str], part: str, pattern: re.Pattern[bytes]) -> str:
    if part not in names:
        return ""
    try:
        with archive.open(part) as stream:
            found = pattern.search(stream.read(_PART_LIMIT))
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError):
        return ""  # the sheets were readable: only what is said about them is not
    return found[1].decode("utf-8", errors="replace").strip() if found else ""


def _problem(file: str, key: str, found: str, **values: str) -> Problem:
    return Problem(key, Where(file=file), found, values, Severity.FATAL)


def _refused(file: str, key: str, found: str) -> Arrival:
    return Arrival(file, problems=(_problem(file, key, found),))


def _with(arrival: Arrival, problem: Problem) -> Arrival:
    return Arrival(
        arrival.file, arrival.grids, arrival.id, arrival.keys, arrival.modified, (problem,)
    )
