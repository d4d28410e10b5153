"""`coverplan map RUN_DIR`: the map again, from what a run wrote."""

import argparse
from pathlib import Path

from coverplan.commands.codes import DONE
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
    parser.add_argument("run", type=Path, metavar="RUN_DIR", help=say("cli.run_dir", lang))
    parser.add_argument("--out", type=Path, metavar="FILE", help=say("cli.map_out", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Read the run folder and draw its map.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.
    """
    from coverplan.report.map.planner import PlannerMap  # noqa: PLC0415 - lazy
    from coverplan.report.read_run import read_run  # noqa: PLC0415 - lazy

    result = read_run(options.run)
    lang = options.lang or result.plan.outputs.lang
    target = options.out or options.run / "map.html"
    PlannerMap(result, lang).save(target)
    print(say("cli.written", lang, path=target))
    return DONE
