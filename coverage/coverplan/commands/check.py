"""`coverplan check PLAN`: every problem of the plan and its data at once, nothing written."""

import argparse

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
    """
    from coverplan.intake.inputs import read_inputs  # noqa: PLC0415 - lazy
    from coverplan.summary import ledger_lines  # noqa: PLC0415 - lazy

    plan = plan_of(options)
    lang = plan.outputs.lang
    inputs = read_inputs(plan)
    for line in ledger_lines(inputs.ledger, lang):
        print(line)
    for problem in inputs.problems:
        print("· " + problem.text(lang))
    key = "cli.notes" if inputs.problems else "cli.sound"
    print(say(key, lang, n=len(inputs.problems)))
    return DONE
