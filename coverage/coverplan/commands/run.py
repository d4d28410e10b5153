"""`coverplan run PLAN`: compute, write, summarise."""

import argparse
import sys
from pathlib import Path

from coverplan.commands.codes import BAD_INPUT, DONE, INFEASIBLE
from coverplan.commands.plans import Steps, plan_arguments, plan_of
from coverplan.commands.problem_folder import leave_report
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
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("cli.out", lang))
    text = say("intake.paper.marked_run", lang)
    parser.add_argument("--marked", action="store_true", help=text)
    parser.add_argument("--quiet", action="store_true", help=say("cli.quiet", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Compute everything and write the run folder.

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
        The input cannot be used; the problem report stands beside the outputs, which are left.
    """
    from rich.console import Console  # noqa: PLC0415 - lazy

    from coverplan.errors import InputError  # noqa: PLC0415 - lazy
    from coverplan.pipeline import STEPS, run  # noqa: PLC0415 - lazy
    from coverplan.report.run_folder import write  # noqa: PLC0415 - lazy
    from coverplan.summary import summary  # noqa: PLC0415 - lazy

    plan = plan_of(options)
    lang = plan.outputs.lang
    directory = options.out or plan.outputs.dir
    if directory is None:
        print(say("cli.no_dir", lang), file=sys.stderr)
        return BAD_INPUT
    steps = Steps((*STEPS, "write"), lang, quiet=options.quiet)
    try:
        result = run(plan, progress=steps)
    except InputError as error:
        print(leave_report(plan, directory, error, marked=options.marked), file=sys.stderr)
        raise
    if options.marked:
        print(leave_report(plan, directory, None, marked=True))
    steps("write")
    target = write(result, directory)
    if not options.quiet:
        Console(soft_wrap=True, highlight=False).print(summary(result, lang))
        print(say("cli.written", lang, path=target))
    infeasible = (result.programmes["status"] == "infeasible").any()
    return INFEASIBLE if infeasible else DONE
