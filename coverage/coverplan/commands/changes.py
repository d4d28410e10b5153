"""`coverplan changes PLAN 2025Q2`: what changed since a frozen quarter, in sentences and tables."""

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
    parser.add_argument("since", metavar="2025Q2", help=say("loop.cli.since", lang))
    parser.add_argument("--quarter", metavar="2025Q3", help=say("loop.cli.quarter", lang))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("loop.cli.out", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Compare the plan's present tables with a frozen quarter.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.
    """
    from coverplan.loop.desk import opened, told_changes  # noqa: PLC0415 - lazy
    from coverplan.loop.quarters import Quarter  # noqa: PLC0415 - lazy

    lang = options.lang or "zh"
    desk = opened(plan_of(options), options.quarter, options.out)
    lines, where = told_changes(desk, Quarter.parse(options.since), lang)
    print("\n".join(lines))
    print(say("cli.written", lang, path=where))
    return DONE
