"""已报、未报、退回: how every unit stands, and the names to paste into a chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coverplan.loop.quarters import Quarter
from coverplan.report.form import Book, Column
from coverplan.text import say

__all__ = ["STATES", "Standing", "board_lines", "reminder", "write_board"]

STATES = ("reported", "returned", "silent")


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How one unit stands.

    Parameters
    ----------
    audience
        `"township"`, `"department"` or `"office"`.
    unit
        Its name.
    state
        `"reported"`, `"returned"` or `"silent"`.
    file
        The file that counts.
    version
        Version of the form that counts.
    reporter, reported_on
        Who filled it in, and when.
    taken, repaired, set_aside
        Its rows by fate.
    faults
        How many cells must be corrected.
    note
        Older versions, files that could not be read, lists of their own making.
    """

    audience: str
    unit: str
    state: str
    file: str = ""
    version: int = 0
    reporter: str = ""
    reported_on: str = ""
    taken: int = 0
    repaired: int = 0
    set_aside: int = 0
    faults: int = 0
    note: str = ""

    @property
    def carried(self) -> bool:
        """Return whether nothing of its form was taken: what is known of it is last quarter's."""
        if self.state == "silent":
            return True
        return self.state == "returned" and not self.taken + self.repaired


def write_board(
    standings: Sequence[Standing], path: Path, quarter: Quarter, unit: str, *, example: bool
) -> None:
    """
    Write the board as a workbook.

    Parameters
    ----------
    standings
        Every unit.
    path
        The .xlsx file.
    quarter
        The quarter.
    unit
        Who keeps the board.
    example
        Whether its data are illustrative.
    """
    marks = {
        say("loop.state.silent", "zh"): "gap",
        say("loop.state.returned", "zh"): "hatch",
        say("loop.state.reported", "zh"): "good",
    }
    with Book(path, "zh", quarter.last_day, example=example, unit=unit, marks=marks) as book:
        title = say("loop.board.title", "zh", quarter=quarter.zh)
        form = book.form(say("loop.board.sheet", "zh"), title, _counts(standings), 12)
        states = [say(f"loop.state.{one.state}", "zh") for one in standings]
        form.table(
            [
                Column(_head("unit"), [one.unit for one in standings], name="key"),
                Column(
                    _head("state"),
                    states,
                    tally=tuple(say(f"loop.state.{s}", "zh") for s in STATES),
                ),
                Column(_head("version"), [one.version or None for one in standings], "int"),
                Column(_head("reporter"), [one.reporter or None for one in standings]),
                Column(_head("reported_on"), [one.reported_on or None for one in standings]),
                Column(_head("taken"), [one.taken for one in standings], "int", total=True),
                Column(_head("repaired"), [one.repaired for one in standings], "int", total=True),
                Column(_head("set_aside"), [one.set_aside for one in standings], "int", total=True),
                Column(_head("faults"), [one.faults for one in standings], "int", total=True),
                Column(_head("file"), [one.file or None for one in standings], width=30),
                Column(_head("note"), [one.note or None for one in standings], width=34),
            ]
        )
        form.close()


def board_lines(standings: Sequence[Standing], quarter: Quarter) -> list[str]:
    """
    Return the board as Markdown.

    Parameters
    ----------
    standings
        Every unit.
    quarter
        The quarter.
    """
    heads = ("unit", "state", "version", "reporter", "reported_on", "faults", "file", "note")
    lines = [f"# {say('loop.board.title', 'zh', quarter=quarter.zh)}", "", _counts(standings), ""]
    lines.append("| " + " | ".join(_head(name) for name in heads) + " |")
    lines.append("|" + "---|" * len(heads))
    for one in standings:
        cells = (
            one.unit,
            say(f"loop.state.{one.state}", "zh"),
            str(one.version or ""),
            one.reporter,
            one.reported_on,
            str(one.faults or ""),
            one.file,
            one.note,
        )
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return lines


def reminder(standings: Sequence[Standing], quarter: Quarter, unit: str) -> str:
    """
    Return the text to paste into a chat: who has not reported, who must correct what.

    Parameters
    ----------
    standings
        Every unit.
    quarter
        The quarter.
    unit
        Who asks.
    """
    silent = [one.unit for one in standings if one.state == "silent" and one.audience != "office"]
    back = [one for one in standings if one.state == "returned"]
    lines = [say("loop.remind.title", "zh", quarter=quarter.zh)]
    if silent:
        names = "、".join(silent)
        lines.append(say("loop.remind.silent", "zh", count=len(silent), names=names))
    if back:
        names = "、".join(f"{one.unit}（{one.faults} 处）" for one in back)
        lines.append(say("loop.remind.returned", "zh", count=len(back), names=names))
    if not silent and not back:
        lines.append(say("loop.remind.all", "zh"))
    lines.append(say("loop.remind.unit", "zh", unit=unit))
    return "\n".join(lines) + "\n"


def _counts(standings: Sequence[Standing]) -> str:
    counts = {s: sum(one.state == s for one in standings) for s in STATES}
    return say("loop.board.counts", "zh", all=len(standings), **counts)


def _head(name: str) -> str:
    return say(f"loop.board.{name}", "zh")
