"""The command line: arguments in, exit code out."""

import argparse
import dataclasses
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coverplan.text import LANGUAGES, say

if TYPE_CHECKING:
    from coverplan.config import Plan
    from coverplan.errors import InputError

__all__ = ["main"]

DONE, BUG, BAD_INPUT, INFEASIBLE, STOPPED = 0, 1, 2, 3, 130


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
    from coverplan.errors import InfeasibleError, InputError  # noqa: PLC0415 - lazy

    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except InfeasibleError as error:
        _tell(error, lang)
        return INFEASIBLE
    except InputError as error:
        _tell(error, lang)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(say("cli.stopped", lang), file=sys.stderr)
        return STOPPED
    except Exception:  # noqa: BLE001 - the last resort: say that it is ours, and show it
        print(say("cli.bug", lang), file=sys.stderr)
        traceback.print_exc()
        return BUG


def _parser(lang: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coverplan", description=say("cli.about", lang))
    parser.add_argument("--version", action=_Version, nargs=0)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help=say("cli.run", lang), description=say("cli.run", lang))
    run.add_argument("plan", type=Path, metavar="PLAN", help=say("cli.plan", lang))
    run.add_argument("--out", type=Path, metavar="DIR", help=say("cli.out", lang))
    run.add_argument("--quiet", action="store_true", help=say("cli.quiet", lang))
    run.set_defaults(command=_run)
    check = commands.add_parser(
        "check", help=say("cli.check", lang), description=say("cli.check", lang)
    )
    check.add_argument("plan", type=Path, metavar="PLAN", help=say("cli.plan", lang))
    check.set_defaults(command=_check)
    for command in (run, check):
        command.add_argument("--set-aside", action="store_true", help=say("cli.set_aside", lang))
    doctor = commands.add_parser(
        "doctor", help=say("cli.doctor", lang), description=say("cli.doctor", lang)
    )
    doctor.set_defaults(command=_doctor)
    for command in (run, check, doctor):
        command.add_argument("--lang", choices=LANGUAGES, help=say("cli.lang", lang))
    return parser


class _Version(argparse.Action):
    """Print the version; its look-up is too slow for every start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415 - lazy

        print(f"coverplan {version('coverplan')}")
        parser.exit()


def _run(options: argparse.Namespace) -> int:
    from rich.console import Console  # noqa: PLC0415 - lazy

    from coverplan.pipeline import STEPS, run  # noqa: PLC0415 - lazy
    from coverplan.report.run_folder import write  # noqa: PLC0415 - lazy
    from coverplan.summary import summary  # noqa: PLC0415 - lazy

    plan = _plan(options)
    lang = plan.outputs.lang
    directory = options.out or plan.outputs.dir
    if directory is None:
        print(say("cli.no_dir", lang), file=sys.stderr)
        return BAD_INPUT
    steps = _Steps((*STEPS, "write"), lang, quiet=options.quiet)
    result = run(plan, progress=steps)
    steps("write")
    target = write(result, directory)
    if not options.quiet:
        console = Console(soft_wrap=True, highlight=False)
        console.print(summary(result, lang))
        print(say("cli.written", lang, path=target))
    infeasible = (result.programmes["status"] == "infeasible").any()
    return INFEASIBLE if infeasible else DONE


def _check(options: argparse.Namespace) -> int:
    from coverplan.intake.inputs import read_inputs  # noqa: PLC0415 - lazy
    from coverplan.summary import ledger_lines  # noqa: PLC0415 - lazy

    plan = _plan(options)
    lang = plan.outputs.lang
    inputs = read_inputs(plan)
    for line in ledger_lines(inputs.ledger, lang):
        print(line)
    for problem in inputs.problems:
        print("· " + problem.text(lang))
    key = "cli.notes" if inputs.problems else "cli.sound"
    print(say(key, lang, n=len(inputs.problems)))
    return DONE


def _doctor(options: argparse.Namespace) -> int:
    from coverplan.doctor import report, sound  # noqa: PLC0415 - lazy

    checks = report(options.lang or "zh")
    for check in checks:
        print(f"[{check.verdict}] {check.name}: {check.text}")
    return DONE if sound(checks) else BAD_INPUT


def _plan(options: argparse.Namespace) -> "Plan":
    """Return the plan with what the command line overrides."""
    from coverplan.config import read_plan  # noqa: PLC0415 - lazy

    plan = read_plan(options.plan)
    if options.lang:
        outputs = dataclasses.replace(plan.outputs, lang=options.lang)
        plan = dataclasses.replace(plan, outputs=outputs)
    if options.set_aside:
        intake = dataclasses.replace(plan.intake, on_bad_row="set_aside")
        plan = dataclasses.replace(plan, intake=intake)
    return plan


class _Steps:
    """Tells which step a run is at, on one line of the error stream."""

    def __init__(self, names: Sequence[str], lang: str, *, quiet: bool) -> None:
        self.names = list(names)
        self.lang = lang
        self.live = not quiet and sys.stderr.isatty()
        self.quiet = quiet

    def __call__(self, step: str) -> None:
        if self.quiet:
            return
        at = f"[{self.names.index(step) + 1}/{len(self.names)}]"
        text = f"{at} {say(f'cli.step.{step}', self.lang)}"
        end = "\n" if not self.live or step == self.names[-1] else ""
        start = "\r\033[K" if self.live else ""
        print(start + text, end=end, file=sys.stderr, flush=True)


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
