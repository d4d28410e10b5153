"""`coverplan doctor`: what this machine lacks, for a support call by phone."""

import argparse

from coverplan.commands.codes import BAD_INPUT, DONE

__all__ = ["arguments", "execute"]


def arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """
    Add nothing: the command has no arguments of its own.

    Parameters
    ----------
    parser
        The command's.
    lang
        Language of the help texts.
    """


def execute(options: argparse.Namespace) -> int:
    """
    Look at the machine and print one line a check.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.
    """
    from coverplan.doctor import report, sound  # noqa: PLC0415 - lazy

    lang = options.lang or "zh"
    checks = report(lang)
    for check in checks:
        print(check.line(lang))
    return DONE if sound(checks) else BAD_INPUT
