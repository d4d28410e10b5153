"""`coverplan check PLAN`: every problem of the plan and its data at once; no result is written."""

import argparse
from pathlib import Path

from coverplan.commands.codes import DONE
from coverplan.commands.plans import plan_arguments, plan_of
from coverplan.text import say

__all__ = ["arguments", "execute"]


def arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """
    Add what may be typed.

    Parameters
    ----------
    parser
        The command's.
    lang
        Language of the help texts.
    """
    plan_arguments(parser, lang)
    text = say("intake.paper.marked_help", lang)
    parser.add_argument("--marked", type=Path, metavar="DIR", help=text)


def execute(options: argparse.Namespace) -> int:
    """
    Read everything and say what became of every row.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    InputError
        The plan cannot run; the report of `--marked` has been written before.
    """
    from coverplan.errors import InputError  # noqa: PLC0415 - lazy
    from coverplan.intake.inputs import examine  # noqa: PLC0415 - lazy
    from coverplan.intake.marked import write_problem_report  # noqa: PLC0415 - lazy
    from coverplan.report.ledger_book import NAME as LEDGER  # noqa: PLC0415 - lazy
    from coverplan.report.ledger_book import ledger_lines, write_ledger  # noqa: PLC0415 - lazy

    plan = plan_of(options)
    lang = plan.outputs.lang
    examined = examine(plan)
    ledger = examined.book.frame()
    files = list(examined.book.counts())
    for line in ledger_lines(ledger, lang, files=files):
        print(line)
    if options.marked is not None:
        write_problem_report(plan, examined.problems, options.marked, lang=lang, marked=True)
        write_ledger(ledger, options.marked / LEDGER, plan, files=files)
        print(say("intake.paper.written", lang, folder=options.marked))
    stopping = examined.stopping(plan.intake.on_bad_row)
    if stopping or examined.inputs is None:
        raise InputError(stopping)
    for problem in examined.problems:
        print("· " + problem.text(lang))
    key = "cli.notes" if examined.problems else "cli.sound"
    print(say(key, lang, n=len(examined.problems)))
    return DONE
