"""`coverplan collect INBOX PLAN`: returned files merged, faults sent back, who is missing named."""

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
    parser.add_argument("inbox", type=Path, metavar="INBOX", help=say("loop.cli.inbox", lang))
    plan_arguments(parser, lang)
    parser.add_argument("--quarter", metavar="2025Q3", help=say("loop.cli.quarter", lang))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("loop.cli.out", lang))
    parser.add_argument("--apply", action="store_true", help=say("loop.cli.apply", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Merge an inbox.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.
    """
    from coverplan.intake.returns import returns_said  # noqa: PLC0415 - lazy
    from coverplan.loop.applying import apply, returns_frame, unplaced  # noqa: PLC0415 - lazy
    from coverplan.loop.board import STATES  # noqa: PLC0415 - lazy
    from coverplan.loop.collect import collect  # noqa: PLC0415 - lazy
    from coverplan.loop.collected import told, write_collected  # noqa: PLC0415 - lazy
    from coverplan.loop.desk import opened  # noqa: PLC0415 - lazy

    lang = options.lang or "zh"
    desk = opened(plan_of(options), options.quarter, options.out)
    found = collect(options.inbox, desk)
    folder = write_collected(found, desk.folder / "collected")
    print("\n".join(told(found, lang)))
    counts = {state: sum(one.state == state for one in found.standings) for state in STATES}
    print(say("loop.cli.states", lang, all=len(found.standings), **counts))
    for paper in found.returned:
        print("· " + say("loop.cli.returned", lang, unit=paper.unit, n=len(paper.reasons)))
    if options.apply:
        replaced = apply(found, folder, desk.folder / "backup")
        key = "loop.cli.applied" if replaced else "loop.cli.unchanged"
        print(say(key, lang, n=len(replaced), path=desk.folder / "backup"))
        for one in replaced:
            rows = {"added": one.added, "changed": one.changed, "removed": one.removed}
            file = desk.plan.name_of(one.path)
            print("· " + say("loop.cli.replaced", lang, file=file, **rows))
        for name in unplaced(found):
            print("· " + say("loop.cli.unplaced", lang, table=name))
        frame = returns_frame(found.standings, desk.quarter)
        print("! " + returns_said(frame, desk.quarter.last_day).text(lang))
    print(say("cli.written", lang, path=folder))
    return DONE
