"""`coverplan targets draft POLICY.txt`: propose the ledger of a plan from its text."""

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
    parser.add_argument("action", choices=("draft",))
    parser.add_argument("policy", type=Path, metavar="POLICY", help=say("loop.cli.policy", lang))
    parser.add_argument(
        "--out", type=Path, metavar="DIR", default=Path(), help=say("loop.cli.draft_out", lang)
    )


def execute(options: argparse.Namespace) -> int:
    """
    Write the proposals.

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
        The text cannot be read.
    """
    from coverplan.errors import InputError, Problem, Where  # noqa: PLC0415 - lazy
    from coverplan.loop.draft_book import draft_rows, write_draft  # noqa: PLC0415 - lazy
    from coverplan.loop.policy import read_policy, readable_text  # noqa: PLC0415 - lazy

    lang = options.lang or "zh"
    if not options.policy.is_file():
        raise InputError(Problem("loop.draft.no_file", Where(file=str(options.policy))))
    policy = read_policy(readable_text(options.policy.read_bytes(), options.policy.name))
    rows = draft_rows(policy)
    tasks = int((rows["kind"] == "task").sum())
    values = {"clauses": len(policy.numbered), "numbers": len(rows) - tasks, "tasks": tasks}
    print(say("loop.cli.drafted", lang, **values))
    for path in write_draft(policy, options.out):
        print(say("cli.written", lang, path=path))
    return DONE
