"""How certificates lie in a run folder, and how they are checked there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coverplan.errors import InputError, Problem, Where
from coverplan.proof import Checked, checked
from coverplan.report.read_run import read_run

__all__ = ["FOLDER", "verify_run", "write_certificates"]

FOLDER = "certificates"


def write_certificates(papers: Mapping[str, Mapping[str, object]], folder: Path) -> None:
    """
    Write certificates into a run folder, one file a programme.

    Parameters
    ----------
    papers
        Venue type -> certificate.
    folder
        The run folder.
    """
    if papers:
        (folder / FOLDER).mkdir()
    for name, paper in papers.items():
        text = json.dumps(paper, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        (folder / FOLDER / f"{name}.json").write_bytes(text.encode("utf-8") + b"\n")


def verify_run(path: Path | str) -> tuple[Checked, ...]:
    """
    Check the certificates of a run against the data in its folder, without the solver.

    Parameters
    ----------
    path
        A run folder, or one certificate in its `certificates/`.

    Returns
    -------
    tuple[Checked, ...]
        One for each programme that placed something; of a single certificate that one.

    Raises
    ------
    InputError
        There is no run, its data were changed, or the certificate is no JSON.
    """
    place = Path(path)
    single = place.is_file()
    folder = place.resolve().parent.parent if single else place
    result = read_run(folder)
    files = [place] if single else sorted((folder / FOLDER).glob("*.json"))
    papers = {file.stem: _paper(file) for file in files}
    found = checked(result, papers)
    return tuple(one for one in found if one.type in papers) if single else found


def _paper(file: Path) -> dict[str, Any]:
    try:
        paper = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as fault:
        raise InputError(Problem("report.damaged", Where(file=file.name))) from fault
    if not isinstance(paper, dict):
        raise InputError(Problem("report.damaged", Where(file=file.name)))
    return paper
