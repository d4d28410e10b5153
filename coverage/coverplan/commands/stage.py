"""`coverplan stage PLAN --stage 送审稿 --version 2`: the quarter's report, and comments on it."""

import argparse
from pathlib import Path

from coverplan.commands.codes import DONE
from coverplan.commands.plans import plan_arguments, plan_of
from coverplan.text import say

__all__ = ["arguments", "execute"]

STAGES = ("征求意见稿", "送审稿", "定稿")


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
    add = parser.add_argument
    add("--stage", choices=STAGES, required=True, help=say("loop.cli.stage", lang))
    add("--version", type=int, default=1, metavar="N", help=say("loop.cli.version", lang))
    add("--comments", type=Path, metavar="FILE", help=say("loop.cli.comments", lang))
    add("--quarter", metavar="2025Q3", help=say("loop.cli.quarter", lang))
    add("--out", type=Path, metavar="DIR", help=say("loop.cli.out", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Write the report and the table of comments.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.
    """
    from coverplan.loop.desk import opened, sealed, told_changes  # noqa: PLC0415 - lazy
    from coverplan.loop.stages import (  # noqa: PLC0415 - lazy
        COMMENTS,
        Draft,
        Stage,
        read_comments,
        report_title,
        write_comments,
        write_report,
    )
    from coverplan.pipeline import run  # noqa: PLC0415 - lazy

    lang = options.lang or "zh"
    desk = opened(plan_of(options), options.quarter, options.out)
    draft = Draft(Stage(options.stage), options.version)
    seal = sealed(desk) if draft.stage is Stage.FINAL else ""
    if draft.stage is Stage.FINAL and not seal:
        print("! " + say("loop.stage.not_frozen", lang, quarter=desk.quarter))
    comments = read_comments(options.comments, draft.stage) if options.comments else ()
    before = desk.earlier()
    changes = told_changes(desk, before[-1], "zh")[0] if before else []
    result = run(desk.plan)
    folder = desk.folder / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / draft.name(report_title(result, desk.quarter), ".docx")
    write_report(result, changes, comments, report, draft, desk.quarter, seal=seal)
    table = folder / draft.name(COMMENTS.zh, ".xlsx")
    unit = desk.plan.county.unit or desk.plan.county.name
    write_comments(comments, table, draft, desk.quarter, unit)
    for path in (report, table):
        print(say("cli.written", lang, path=path))
    return DONE
