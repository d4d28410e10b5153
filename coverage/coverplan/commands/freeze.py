"""`coverplan freeze PLAN 2025Q3`: the quarter as it is, sealed, and what changed since the last."""

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
    parser.add_argument("quarter", metavar="2025Q3", help=say("loop.cli.quarter", lang))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("loop.cli.out", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Freeze a quarter.

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
    from coverplan.intake.returns import SAID_FIRST  # noqa: PLC0415 - lazy
    from coverplan.loop.desk import FROZEN, opened  # noqa: PLC0415 - lazy
    from coverplan.loop.snapshots import freeze, seal_of  # noqa: PLC0415 - lazy

    lang = options.lang or "zh"
    desk = opened(plan_of(options), options.quarter, options.out)
    inputs = read_inputs(desk.plan)  # what has faults is not frozen
    before = desk.earlier()
    earlier = desk.root / FROZEN / str(before[-1]) if before else None
    target = desk.root / FROZEN / str(desk.quarter)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = freeze(desk.plan, desk.quarter, target, earlier)
    print(say("loop.cli.frozen", lang, quarter=desk.quarter, seal=seal_of(folder)[:16]))
    print(say("cli.written", lang, path=folder))
    for said in inputs.problems:
        if said.key.startswith(SAID_FIRST):
            print("! " + said.text(lang))
    if before:
        from coverplan.loop.desk import told_changes  # noqa: PLC0415 - lazy

        lines, where = told_changes(desk, before[-1], lang)
        print("\n".join(lines))
        print(say("cli.written", lang, path=where))
    return DONE
