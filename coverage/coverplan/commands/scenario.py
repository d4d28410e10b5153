"""`coverplan scenario PLAN FILE`: a meeting's choice, computed exactly."""

import argparse
import sys
from pathlib import Path

from coverplan.commands.codes import BAD_INPUT, DONE
from coverplan.commands.plans import Steps, plan_arguments, plan_of
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
    parser.add_argument("file", type=Path, metavar="FILE", help=say("cli.scenario_file", lang))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("cli.out", lang))
    parser.add_argument("--quiet", action="store_true", help=say("cli.quiet", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Compute the scenario and write a run folder beside the plan's own.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.
    """
    from rich.console import Console  # noqa: PLC0415 - lazy

    from coverplan.pipeline import STEPS, run  # noqa: PLC0415 - lazy
    from coverplan.report.run_folder import write  # noqa: PLC0415 - lazy
    from coverplan.scenario import read_scenario  # noqa: PLC0415 - lazy
    from coverplan.summary import summary  # noqa: PLC0415 - lazy

    plan = plan_of(options)
    lang = plan.outputs.lang
    own = plan.outputs.dir
    directory = options.out or (own and own.with_name(f"{own.name}-{options.file.stem}"))
    if directory is None:
        print(say("cli.no_dir", lang), file=sys.stderr)
        return BAD_INPUT
    chosen = read_scenario(options.file, plan)
    steps = Steps((*STEPS, "write"), lang, quiet=options.quiet)
    result = run(plan, progress=steps, scenario=chosen)
    steps("write")
    target = write(result, directory)
    if not options.quiet:
        Console(soft_wrap=True, highlight=False).print(summary(result, lang))
        print(say("cli.written", lang, path=target))
    return DONE
