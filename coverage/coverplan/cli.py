"""The command line: arguments in, exit code out."""

import argparse
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from coverplan.commands import COMMANDS
from coverplan.commands.codes import BAD_INPUT, BUG, INFEASIBLE, STOPPED
from coverplan.text import LANGUAGES, say

if TYPE_CHECKING:
    from coverplan.errors import InputError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Parameters
    ----------
    arguments
        What was typed after the command's name; the process's own by default.

    Returns
    -------
    int
        0 done, 1 our bug, 2 bad input, 3 no placement possible, 130 stopped by the user.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a GBK console must not kill a run over one sign
            stream.reconfigure(errors="replace")
    options = _parser(_asked_language(arguments)).parse_args(arguments)
    lang = options.lang or "zh"
    from coverplan.errors import InfeasibleError, InputError, OutOfTimeError  # noqa: PLC0415 - lazy

    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except InfeasibleError as error:
        _tell(error, lang)
        return INFEASIBLE
    except InputError as error:
        _tell(error, lang)
        return BAD_INPUT
    except OutOfTimeError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(say("cli.stopped", lang), file=sys.stderr)
        return STOPPED
    except Exception:  # noqa: BLE001 - the last resort: say that it is ours, and show it
        print(say("cli.bug", lang), file=sys.stderr)
        traceback.print_exc()
        return BUG


def _parser(lang: str) -> argparse.ArgumentParser:
    parser = _Parser(prog="coverplan", description=say("cli.about", lang))
    parser.add_argument("--version", action=_Version, nargs=0)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        # A module may carry an underscore so as not to hide a built-in name.
        name = module.__name__.rpartition(".")[2].rstrip("_")
        about = say(f"cli.{name}", lang)
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("--lang", choices=LANGUAGES, help=say("cli.lang", lang))
        module.arguments(command, lang)
        command.set_defaults(command=module.execute)
    return parser


class _Parser(argparse.ArgumentParser):
    """Say what was typed wrong in both languages: `argparse` knows English only."""

    def error(self, message: str) -> NoReturn:
        """
        Print how the command is used and what is wrong, and leave.

        Parameters
        ----------
        message
            What `argparse` says.
        """
        self.print_usage(sys.stderr)
        found = ((key, pattern.search(message)) for key, pattern in _MISTYPED)
        told = next(((key, hit) for key, hit in found if hit), None)
        if told is not None:
            key, hit = told
            print(say(f"cli.mistyped.{key}", "zh", **hit.groupdict()), file=sys.stderr)
        self.exit(BAD_INPUT, say("cli.mistyped.error", "en", message=message) + "\n")


_MISTYPED = (
    ("missing", re.compile(r"arguments are required: (?P<found>.*)")),
    ("unknown", re.compile(r"unrecognized arguments: (?P<found>.*)")),
    (
        "choice",
        re.compile(
            r"argument (?P<at>\S+): invalid choice: (?P<found>.+) \(choose from (?P<known>.*)\)"
        ),
    ),
    ("value", re.compile(r"argument (?P<at>.+?): invalid .*value: (?P<found>.*)")),
    ("lacking", re.compile(r"argument (?P<at>.+?): expected")),
    ("together", re.compile(r"argument (?P<at>.+?): not allowed with argument (?P<found>.*)")),
    ("ambiguous", re.compile(r"ambiguous option: (?P<found>.+) could match (?P<known>.*)")),
)
"""What `argparse` says in English -> message key."""


class _Version(argparse.Action):
    """Print the version; its look-up is too slow for every start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415 - lazy

        print(f"coverplan {version('coverplan')}")
        parser.exit()


def _tell(error: "InputError", lang: str) -> None:
    print(say("cli.problems", lang, n=len(error.problems)), file=sys.stderr)
    for problem in error.problems:
        print("· " + problem.text(lang), file=sys.stderr)


def _asked_language(arguments: Sequence[str] | None) -> str:
    """Return the language of the help text, before anything is parsed."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--lang" in words[:-1] and words[words.index("--lang") + 1] in LANGUAGES:
        return words[words.index("--lang") + 1]
    return "en" if "--lang=en" in words else "zh"
