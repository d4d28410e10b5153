"""`coverplan forms PLAN --quarter 2025Q3`: the forms of a quarter, and a letter."""

import argparse
from datetime import date
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
    parser.add_argument("--quarter", metavar="2025Q3", help=say("loop.cli.quarter", lang))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("loop.cli.out", lang))
    parser.add_argument("--deadline", metavar="DATE", help=say("loop.cli.deadline", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Write the forms.

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
        The date is none, or the plan cannot be read.
    """
    from coverplan.errors import InputError, Problem  # noqa: PLC0415 - lazy
    from coverplan.loop.desk import opened  # noqa: PLC0415 - lazy
    from coverplan.loop.forms import write_forms  # noqa: PLC0415 - lazy

    desk = opened(plan_of(options), options.quarter, options.out)
    try:
        deadline = None if options.deadline is None else date.fromisoformat(options.deadline)
    except ValueError as fault:
        raise InputError(Problem("loop.deadline", found=options.deadline)) from fault
    folder = desk.folder / "forms"
    written = write_forms(desk.issue(), folder, deadline)
    lang = options.lang or "zh"
    print(say("loop.cli.forms_written", lang, n=len(written) - 1, path=folder))
    return DONE
