"""What comes beside the forms: stamped scans of a unit, and forms that nobody has filled in."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from coverplan.intake.grids import Grid
from coverplan.intake.workbooks import read_grids
from coverplan.loop.formbook import Paper, write_form
from coverplan.loop.identity import bare
from coverplan.loop.inbox import SCAN, Arrival, Sorted
from coverplan.loop.sheets import SIGNATURES

__all__ = ["Enclosed", "blank", "enclosed"]

Unit = tuple[str, str]
_ENDING = re.compile("(?:街道办事处|人民政府|街道|镇|乡)$")
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Enclosed:
    """
    A scan that belongs to a form.

    Parameters
    ----------
    file
        Its path inside the inbox.
    unit
        (audience, key) of the form.
    """

    file: str
    unit: Unit


def enclosed(inside: Sorted, handed: Mapping[Unit, Paper]) -> tuple[Enclosed, ...]:
    """
    Return the scans that belong to a unit whose workbook is there too.

    Parameters
    ----------
    inside
        The inbox, sorted.
    handed
        Every form that was handed out.

    Returns
    -------
    tuple of Enclosed
        By its name, or that of its folder; else by lying beside a form of the same name. A scan of
        a unit that sent no workbook is none of them: what it says must be typed.
    """
    sent = {_unit(one): one.file for one in (*inside.forms, *inside.older) if one.id}
    beside = {_stem(file): unit for unit, file in sent.items()}
    found = []
    for scan in inside.refused:
        if not any(problem.key == SCAN for problem in scan.problems):
            continue
        unit = _named(scan.file, handed) or beside.get(_stem(scan.file))
        if unit in sent:
            found.append(Enclosed(scan.file, unit))
    return tuple(found)


def blank(arrival: Arrival, paper: Paper) -> bool:
    """
    Return whether a form came back as it was handed out: nothing signed, no cell changed.

    Parameters
    ----------
    arrival
        The file.
    paper
        The form as it was handed out.
    """
    if _signed(arrival):
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_form(paper, path)
        fresh = tuple(grid for grid in read_grids(path, path.name) if not grid.hidden)
    return _cells(arrival.visible) == _cells(fresh)


def _named(file: str, handed: Mapping[Unit, Paper]) -> Unit | None:
    """Return whose name stands in a path; the longest name counts, two of them are nobody's."""
    for size in (str, _bare):
        hits = {
            unit: len(size(paper.unit))
            for unit, paper in handed.items()
            if len(size(paper.unit)) >= _SHORT and size(paper.unit) in file
        }
        hits |= {unit: 9 for unit in handed if unit[1].isdigit() and unit[1] in file}
        best = [unit for unit, length in hits.items() if length == max(hits.values())]
        if best:
            return best[0] if len(best) == 1 else None
    return None


def _bare(unit: str) -> str:
    return _ENDING.sub("", unit)


def _stem(file: str) -> str:
    return str(PurePosixPath(file).with_suffix(""))


def _unit(arrival: Arrival) -> Unit:
    return (arrival.id.audience, arrival.id.key) if arrival.id else ("", "")


def _signed(arrival: Arrival) -> bool:
    """Return whether who filled it in, who checked it or the day stands on the cover."""
    labels = {text for key, text in SIGNATURES.items() if key != "unit"}
    every = set(SIGNATURES.values())
    for grid in arrival.visible:
        for row in grid.rows:
            for place, cell in enumerate(row):
                if cell in labels:
                    filled = (c for c in row[place + 1 :] if c is not None and bare(c) != "")
                    value = next(filled, None)
                    if value is not None and value not in every:
                        return True
    return False


def _cells(grids: Iterable[Grid]) -> Counter[tuple[str, str]]:
    return Counter(
        (grid.sheet, str(bare(cell)).strip())
        for grid in grids
        for row in grid.rows
        for cell in row
        if cell is not None and str(bare(cell)).strip()
    )
