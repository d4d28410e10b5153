"""`coverplan place PLAN`: only the placement, with another number of sites or cutoff."""

import argparse
import dataclasses
import sys
from typing import TYPE_CHECKING

from coverplan.commands.codes import BAD_INPUT, DONE, INFEASIBLE
from coverplan.commands.plans import Steps, plan_arguments, plan_of
from coverplan.text import say

if TYPE_CHECKING:
    from coverplan.config import Plan

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
    plan_arguments(parser, lang)
    parser.add_argument("--type", metavar="TYPE", help=say("cli.place_type", lang))
    parser.add_argument("--new-sites", type=int, metavar="N", help=say("cli.new_sites", lang))
    parser.add_argument("--after", type=int, metavar="YEAR", help=say("cli.place_after", lang))
    parser.add_argument("--built", metavar="ID,ID", help=say("cli.place_built", lang))
    parser.add_argument("--cutoff", type=int, metavar="MIN", help=say("cli.cutoff", lang))
    parser.add_argument("--quiet", action="store_true", help=say("cli.quiet", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Place, and print the sites with their reasons; nothing is written.

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

    from coverplan.pipeline import STEPS, run  # noqa: PLC0415 - lazy
    from coverplan.summary import proposals  # noqa: PLC0415 - lazy

    plan = plan_of(options)
    lang = plan.outputs.lang
    wanted = _only(plan, options)
    if wanted is None:
        known = ", ".join(item.type for item in plan.programme)
        print(say("cli.no_programme", lang, found=options.type or "", known=known), file=sys.stderr)
        return BAD_INPUT
    plan = wanted
    steps = Steps(STEPS, lang, quiet=options.quiet)
    result = run(plan, progress=steps, on_solve=steps.solving, partial_on_stop=True)
    Console(soft_wrap=True, highlight=False).print(proposals(result, lang))
    infeasible = (result.programmes["status"] == "infeasible").any()
    return INFEASIBLE if infeasible else DONE


def _only(plan: "Plan", options: argparse.Namespace) -> "Plan | None":
    """Return the plan with the programme asked for (the first by default) and what was typed."""
    from coverplan.config import changed_plan  # noqa: PLC0415 - lazy

    fits = [item for item in plan.programme if options.type in {None, item.type}]
    if not fits:
        return None
    changes: dict[str, object] = {"place": True}
    if options.new_sites is not None:
        # Another number of sites has no phases: those are numbers of the plan's own, and so is
        # what was built in them.
        phases = {"years": [], "sites_per_year": [], "after": 0, "built": []}
        changes |= {"new_sites": options.new_sites, **phases}
    if options.after is not None:
        changes |= {"after": options.after}
    if options.built is not None:
        changes |= {"built": [one.strip() for one in options.built.split(",") if one.strip()]}
    if options.cutoff is not None:
        minutes = sorted({*fits[0].cutoffs_min, options.cutoff})
        changes |= {"cutoff_min": options.cutoff, "cutoffs_min": minutes}
    changed = changed_plan(plan, programmes={fits[0].type: changes})
    mine = tuple(item for item in changed.programme if item.type == fits[0].type)
    return dataclasses.replace(changed, programme=mine)
