"""`coverplan init DIR --county CODE`: a ready project for any county."""

import argparse
from datetime import date
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
    parser.add_argument("dir", type=Path, metavar="DIR", help=say("cli.dir", lang))
    parser.add_argument("--county", required=True, metavar="CODE", help=say("cli.county", lang))
    parser.add_argument(
        "--as-of",
        type=date.fromisoformat,
        default=date(2025, 12, 31),
        metavar="DATE",
        help=say("cli.as_of", lang),
    )


def execute(options: argparse.Namespace) -> int:
    """
    Make the folder and say what comes next.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.
    """
    from coverplan.starter.codes import townships_of, villages_of  # noqa: PLC0415 - lazy
    from coverplan.starter.project import init  # noqa: PLC0415 - lazy

    county = init(options.dir, options.county, options.as_of)
    values = {
        "county": county.name,
        "townships": len(townships_of(county.code)),
        "villages": len(villages_of(county.code)),
        "path": options.dir,
        "plan": options.dir / "plan.toml",
    }
    print(say("starter.done", options.lang or "zh", **values))
    return DONE
