"""`coverplan compare RUN_A RUN_B`: what changed between two runs, and what may have moved it."""

import argparse
from pathlib import Path

from coverplan.commands.codes import DONE
from coverplan.text import say

__all__ = ["arguments", "execute"]

MOST = 20
"""How many changes are printed; the workbook holds all."""


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
    add = parser.add_argument
    add("run_a", type=Path, metavar="RUN_A", help=say("report.cli.run_a", lang))
    add("run_b", type=Path, metavar="RUN_B", help=say("report.cli.run_b", lang))
    add("--out", type=Path, metavar="DIR", help=say("report.cli.compare_out", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Print the changes, and write them where a folder is named.

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
        A folder holds no run, or the runs are of two counties.
    """
    from coverplan.report.compare import compare, lines_of, write_comparison  # noqa: PLC0415 - lazy

    found = compare(options.run_a, options.run_b)
    lang = options.lang or found.after.plan.outputs.lang
    lines = lines_of(found, lang)
    for line in lines[:MOST]:
        print(line)
    if len(lines) > MOST:
        print(say("report.cli.more", lang, rest=len(lines) - MOST))
    if found.same:
        print(say("report.cli.same", lang))
    if options.out is not None:
        names = write_comparison(found, options.out, lang=lang)
        for name in names:
            print(name)
        print(say("report.cli.files", lang, count=len(names), path=options.out))
    return DONE
