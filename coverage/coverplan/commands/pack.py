"""`coverplan pack PLAN`: archives for an office computer without internet."""

import argparse
import tempfile
from pathlib import Path

from coverplan.commands.codes import DONE, INFEASIBLE
from coverplan.commands.plans import plan_arguments, plan_of
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
    plan_arguments(parser, lang)
    add = parser.add_argument
    add("--quarter", metavar="2025Q3", help=say("loop.cli.quarter", lang))
    add("--out", type=Path, metavar="DIR", help=say("loop.cli.out", lang))
    add("--windows", action="store_true", help=say("loop.cli.windows", lang))
    add("--source", type=Path, metavar="DIR", help=say("loop.cli.source", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Write the archives.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.
    """
    from coverplan.loop.desk import opened  # noqa: PLC0415 - lazy
    from coverplan.loop.forms import write_forms  # noqa: PLC0415 - lazy
    from coverplan.loop.packing import office_archive, windows_archive  # noqa: PLC0415 - lazy
    from coverplan.loop.windows import download, own_wheel, run_requirements  # noqa: PLC0415 - lazy
    from coverplan.pipeline import run  # noqa: PLC0415 - lazy
    from coverplan.report.extras import write_extras  # noqa: PLC0415 - lazy
    from coverplan.report.run_folder import write  # noqa: PLC0415 - lazy

    lang = options.lang or "zh"
    desk = opened(plan_of(options), options.quarter, options.out)
    slug = desk.plan.county.slug
    desk.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        result = run(desk.plan)
        folder = write(result, Path(scratch) / "run")
        write_extras(result, folder, lang="zh", per_township=True)
        forms = desk.folder / "forms"
        if not forms.is_dir():
            forms = Path(scratch) / "forms"
            write_forms(desk.issue(), forms)
        target = desk.folder / f"{slug}-{desk.quarter}-office.zip"
        target.write_bytes(office_archive(desk.plan, desk.quarter, folder, forms))
        print(say("loop.cli.packed", lang, path=target, size=megabytes(target)))
        if options.windows:
            wheels = Path(scratch) / "wheels"
            own = own_wheel(options.source or Path(), wheels)
            count = len(download(run_requirements(own), wheels))
            target = desk.folder / f"{slug}-windows.zip"
            target.write_bytes(windows_archive(desk.plan, desk.quarter, wheels))
            print(say("loop.cli.wheels", lang, n=count))
            print(say("loop.cli.packed", lang, path=target, size=megabytes(target)))
    infeasible = (result.programmes["status"] == "infeasible").any()
    return INFEASIBLE if infeasible else DONE


def megabytes(path: Path) -> str:
    """
    Return how large a file is, in megabytes of 1 000 000 bytes.

    Parameters
    ----------
    path
        The file.
    """
    size = path.stat().st_size / 1e6
    return f"{size:.1f}" if size < 10 else f"{size:.0f}"  # noqa: PLR2004 - a digit more for small ones
