"""`coverplan papers RUN`: report, briefing, township pages and pictures of a finished run."""

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
    add = parser.add_argument
    add("run", type=Path, metavar="RUN", help=say("report.cli.run", lang))
    add("--out", type=Path, metavar="DIR", help=say("report.cli.papers_out", lang))
    add("--per-township", action="store_true", help=say("report.cli.per_township", lang))
    add("--geojson", action="store_true", help=say("report.cli.geojson", lang))
    add("--pdf", action="store_true", help=say("report.cli.pdf", lang))
    profiles = ("internal", "meeting", "public")
    add("--profile", choices=profiles, help=say("report.cli.profile", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Write the papers into the run folder, or into another one.

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
        There is no run folder, or no LibreOffice for `--pdf`; the papers are written then.
    """
    from coverplan.report.extras import write_extras  # noqa: PLC0415 - lazy
    from coverplan.report.manifest import NAME, add_files  # noqa: PLC0415 - lazy
    from coverplan.report.pdf import write_pdfs  # noqa: PLC0415 - lazy
    from coverplan.report.read_run import read_run  # noqa: PLC0415 - lazy

    result = read_run(options.run)
    lang = options.lang or result.plan.outputs.lang
    folder = options.out or options.run
    names = write_extras(
        result,
        folder,
        lang=lang,
        geojson=options.geojson,
        per_township=options.per_township,
        profile=options.profile,
    )
    if options.pdf:
        printed = write_pdfs(folder, names)
        names += printed
        if (folder / NAME).is_file():
            add_files(folder, printed)
    for name in names:
        print(name)
    print(say("report.cli.files", lang, count=len(names), path=folder))
    return DONE
