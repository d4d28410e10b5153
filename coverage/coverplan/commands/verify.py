"""`coverplan verify RUN`: check a run's placement certificates again, without the solver."""

import argparse
from pathlib import Path

from coverplan.commands.codes import BAD_INPUT, DONE
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
    parser.add_argument("certificate", type=Path, metavar="RUN", help=say("cli.certificate", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Check, and print what is proven and what is not.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code: 2 where a certificate does not hold.
    """
    from coverplan.proof import Outcome  # noqa: PLC0415 - lazy
    from coverplan.report.certificates import verify_run  # noqa: PLC0415 - lazy

    lang = options.lang or "zh"
    found = verify_run(options.certificate)
    for one in found:
        print("· " + one.text(lang))
    if found:
        print(say("proof.limits", lang))
    else:
        print(say("proof.none", lang))
    wrong = any(one.outcome is Outcome.WRONG for one in found)
    return BAD_INPUT if wrong else DONE
