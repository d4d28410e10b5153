"""Papers as PDF, printed by LibreOffice where this computer has one."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from coverplan.errors import InputError, Problem, Where

__all__ = ["write_pdfs"]

_SECONDS = 180


def write_pdfs(folder: Path, names: list[str]) -> list[str]:
    """
    Print the Word documents among some files as PDF, each beside its document.

    Parameters
    ----------
    folder
        Where the files lie.
    names
        Names below the folder; what is no `.docx` is passed over.

    Returns
    -------
    list
        Names of the PDF files. Their bytes are LibreOffice's and differ from run to run.

    Raises
    ------
    InputError
        LibreOffice is not installed, or did not print.
    """
    papers = [name for name in names if name.endswith(".docx")]
    if not papers:
        return []
    tool = shutil.which("soffice") or shutil.which("libreoffice")
    if tool is None:
        raise InputError(Problem("report.pdf_no_office", Where(), papers[0]))
    made = [name.removesuffix(".docx") + ".pdf" for name in papers]
    for name in made:
        (folder / name).unlink(missing_ok=True)  # an old one must not pass for a new one
    with tempfile.TemporaryDirectory() as home:
        # its own profile: an office that is open already would take the order and print nothing
        command = [tool, "--headless", f"-env:UserInstallation={Path(home).as_uri()}"]
        command += ["--convert-to", "pdf", "--outdir", str(folder)]
        command += [str(folder / name) for name in papers]
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=_SECONDS)  # noqa: S603
        except subprocess.TimeoutExpired as fault:
            raise InputError(Problem("report.pdf_failed", Where(), papers[0])) from fault
    for name in made:
        if not (folder / name).is_file():
            raise InputError(Problem("report.pdf_failed", Where(), name))
    return made
