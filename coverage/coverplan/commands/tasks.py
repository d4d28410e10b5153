"""`coverplan tasks RUN_DIR`: the ledger as a list of tasks, for the departments."""

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
    parser.add_argument("--lead", default="", help=say("cli.tasks_lead", lang))
    parser.add_argument("--responsible", default="", help=say("cli.tasks_responsible", lang))
    parser.add_argument("--out", type=Path, metavar="FILE", help=say("cli.tasks_out", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Print the list, or write it as CSV.

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
    from rich.table import Table  # noqa: PLC0415 - lazy

    from coverplan.actuals import TASK_COLUMNS, task_list  # noqa: PLC0415 - lazy
    from coverplan.report.csv_out import csv_bytes  # noqa: PLC0415 - lazy
    from coverplan.report.read_run import read_run  # noqa: PLC0415 - lazy

    result = read_run(options.run)
    lang = options.lang or result.plan.outputs.lang
    rows = task_list(
        result.targets,
        period=result.plan.county.period,
        lang=lang,
        lead=options.lead,
        responsible=options.responsible,
    )
    heads = {name: say(f"tasks.head.{name}", lang) for name in TASK_COLUMNS}
    if options.out:
        options.out.write_bytes(csv_bytes(rows.rename(columns=heads)))
        print(say("cli.written", lang, path=options.out))
        return DONE
    table = Table(*heads.values())
    for row in rows.itertuples(index=False):
        table.add_row(*map(str, row))
    Console(highlight=False).print(table)
    return DONE
