"""What every command that reads a plan shares: its arguments, and the plan they lead to."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coverplan.text import say

if TYPE_CHECKING:
    from coverplan.config import Plan
    from coverplan.placement.linear import Progress

SECONDS = 3.0
"""Between two lines about the same solve."""

__all__ = ["Steps", "plan_arguments", "plan_of"]


def plan_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """
    Add PLAN and --set-aside.

    Parameters
    ----------
    parser
        The command's.
    lang
        Language of the help texts.
    """
    parser.add_argument("plan", type=Path, metavar="PLAN", help=say("cli.plan", lang))
    parser.add_argument("--set-aside", action="store_true", help=say("cli.set_aside", lang))


def plan_of(options: argparse.Namespace) -> "Plan":
    """
    Return the plan with what the command line overrides.

    Parameters
    ----------
    options
        With `plan`, `lang` and `set_aside`.

    Raises
    ------
    ConfigError
        As `config.read_plan`.
    """
    from coverplan.config import changed_plan, read_plan  # noqa: PLC0415 - lazy

    tables: dict[str, dict[str, str]] = {}
    if options.lang:
        tables["outputs"] = {"lang": options.lang}
    if options.set_aside:
        tables["intake"] = {"on_bad_row": "set_aside"}
    plan = read_plan(options.plan)
    return changed_plan(plan, tables) if tables else plan


class Steps:
    """
    Tells which step a run is at, on one line of the error stream.

    Parameters
    ----------
    names
        The steps in order, each with a message `cli.step.<name>`.
    lang
        Language.
    quiet
        Whether to say nothing.
    """

    def __init__(self, names: Sequence[str], lang: str, *, quiet: bool) -> None:
        self.names = list(names)
        self.lang = lang
        self.live = not quiet and sys.stderr.isatty()
        self.quiet = quiet
        self.told = 0.0
        self.said = ""

    def __call__(self, step: str) -> None:
        """
        Say that a step begins.

        Parameters
        ----------
        step
            One of the names.
        """
        if self.quiet:
            return
        at = f"[{self.names.index(step) + 1}/{len(self.names)}]"
        text = f"{at} {say(f'cli.step.{step}', self.lang)}"
        self.said = text
        end = "\n" if not self.live or step == self.names[-1] else ""
        start = "\r\033[K" if self.live else ""
        print(start + text, end=end, file=sys.stderr, flush=True)

    def part(self, done: int, total: int) -> None:
        """
        Say how far the step is, where somebody watches.

        Parameters
        ----------
        done, total
            Parts of the step.
        """
        if self.live:
            print(f"\r\033[K{self.said} {done}/{total}", end="", file=sys.stderr, flush=True)

    def solving(self, found: "Progress") -> None:
        """
        Say how far a long solve has come, every few seconds.

        Parameters
        ----------
        found
            Seconds, best objective and bound so far.
        """
        if self.quiet or (found.seconds - self.told < SECONDS and found.seconds >= self.told):
            return
        self.told = found.seconds
        numbers = [
            f"{abs(one):,.0f}" if abs(one) < float("inf") else "—"
            for one in (found.objective, found.bound)
        ]
        values = {"seconds": round(found.seconds), "best": numbers[0], "bound": numbers[1]}
        start, end = ("\r\033[K", "") if self.live else ("", "\n")
        print(start + say("cli.solving", self.lang, **values), end=end, file=sys.stderr, flush=True)
