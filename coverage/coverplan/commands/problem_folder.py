"""The folder beside the results in which a run that was refused leaves its problem report."""

from pathlib import Path
from typing import TYPE_CHECKING

from coverplan.text import say

if TYPE_CHECKING:
    from coverplan.config import Plan
    from coverplan.errors import InputError

__all__ = ["leave_report"]


def leave_report(plan: "Plan", directory: Path, error: "InputError | None", *, marked: bool) -> str:
    """
    Write the list of problems and the row ledger, and marked copies on request.

    Old results stay as they are: the folder is a sibling, the outputs' name with `-problems`.

    Parameters
    ----------
    plan
        The plan.
    directory
        The outputs' folder.
    error
        What stopped the run; None where it was not stopped.
    marked
        Whether files with faulty rows are copied with the cells marked.

    Returns
    -------
    str
        The sentence that says where it is.
    """
    from coverplan.intake.inputs import examine  # noqa: PLC0415 - lazy
    from coverplan.intake.marked import write_problem_report  # noqa: PLC0415 - lazy
    from coverplan.report.ledger_book import NAME, write_ledger  # noqa: PLC0415 - lazy

    folder = directory.resolve()
    folder = folder.with_name(folder.name + "-problems")
    examined = examine(plan)
    later = tuple(p for p in error.problems if p not in examined.problems) if error else ()
    problems = (*examined.problems, *later)
    lang = plan.outputs.lang
    write_problem_report(plan, problems, folder, lang=lang, marked=marked)
    book = examined.book
    write_ledger(book.frame(), folder / NAME, plan, files=book.counts())
    return say("intake.paper.written", lang, folder=folder)
