"""The desk of one quarter: which plan, which folder, and what was known when it began."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from coverplan.config import Plan, read_plan
from coverplan.domain import Inputs
from coverplan.errors import InputError, Problem, Where
from coverplan.intake.inputs import read_inputs
from coverplan.loop.forms import Issue, issue
from coverplan.loop.quarters import Quarter, quarters_folder
from coverplan.loop.snapshots import holds, seal_of, whole

__all__ = ["FROZEN", "Desk", "opened", "sealed", "told_changes"]

FROZEN = "frozen"
"""Folder of the snapshots, inside the folder of all quarters."""


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """
    One quarter of one plan.

    Parameters
    ----------
    plan
        The plan.
    quarter
        The quarter.
    root
        Folder of all quarters.
    """

    plan: Plan
    quarter: Quarter
    root: Path

    @property
    def folder(self) -> Path:
        """Return the folder of this quarter's papers."""
        return self.root / str(self.quarter)

    def earlier(self) -> tuple[Quarter, ...]:
        """Return the quarters that were frozen before this one, oldest first."""
        frozen = self.root / FROZEN
        names = sorted(path.name for path in frozen.iterdir()) if frozen.is_dir() else []
        found = [Quarter.parse(name) for name in names if name[4:5] == "Q" and name[:4].isdigit()]
        return tuple(quarter for quarter in sorted(found) if quarter < self.quarter)

    def known(self) -> Inputs:
        """Return the last frozen answers, or the plan's present tables where none are frozen."""
        before = self.earlier()
        if not before:
            return read_inputs(self.plan)
        folder = self.root / FROZEN / str(before[-1])
        whole(folder)
        return read_inputs(read_plan(folder / "plan.toml"))

    def issue(self) -> Issue:
        """Return what this quarter's forms are made from."""
        before = self.earlier()
        numbers = None
        if before:
            numbers = self.root / str(before[-1]) / "collected" / "township_numbers.csv"
        return issue(self.plan, self.quarter, self.known(), numbers)


def opened(plan: Plan, quarter: str | None, out: Path | None = None) -> Desk:
    """
    Return the desk of a quarter.

    Parameters
    ----------
    plan
        The plan.
    quarter
        As typed; the quarter of the plan's report date where None.
    out
        The run folder, beside which the papers of all quarters lie; the plan's own where None.

    Raises
    ------
    InputError
        The quarter is none, or there is no folder.
    """
    day: date = plan.county.as_of
    chosen = Quarter.of(day) if quarter is None else Quarter.parse(quarter)
    return Desk(plan, chosen, quarters_folder(plan, out))


def sealed(desk: Desk) -> str:
    """
    Return the seal of the desk's own quarter; empty where it has not been frozen yet.

    Parameters
    ----------
    desk
        The quarter.

    Raises
    ------
    InputError
        The plan's tables are no longer what was frozen: a final paper would tell other figures.
    """
    folder = desk.root / FROZEN / str(desk.quarter)
    if not folder.is_dir():
        return ""
    if not holds(desk.plan, folder):
        raise InputError(Problem("loop.stage.not_sealed", Where(file=folder.name)))
    return seal_of(folder)


def told_changes(desk: Desk, since: Quarter, lang: str) -> tuple[list[str], Path]:
    """
    Compare a plan's present tables with a frozen quarter, write the changes and return them.

    Parameters
    ----------
    desk
        The quarter that the present tables stand for.
    since
        The frozen quarter.
    lang
        Language of the sentences that are returned; what is written is Chinese.

    Returns
    -------
    tuple
        The sentences, and the folder with the tables.

    Raises
    ------
    InputError
        There is no such snapshot, or it is damaged.
    """
    from coverplan.loop.changes import (  # noqa: PLC0415 - heavy
        changes_between,
        sentences,
        write_changes,
    )

    frozen = desk.root / FROZEN / str(since)
    whole(frozen)
    old = read_plan(frozen / "plan.toml")
    now = read_inputs(desk.plan)
    days = (old.county.as_of, desk.plan.county.as_of)
    names = (str(since), str(desk.quarter))
    found = changes_between(read_inputs(old), now, names, days)
    zh = {str(key): str(name) for key, name in now.venue_types["zh"].items()}
    own = zh if lang == "zh" else {str(k): str(n) for k, n in now.venue_types["en"].items()}
    folder = desk.folder / f"changes-since-{since}"
    write_changes(
        found,
        zh,
        folder,
        as_of=desk.plan.county.as_of,
        unit=desk.plan.county.unit or desk.plan.county.name,
        example=desk.plan.outputs.example,
    )
    return sentences(found, own, lang), folder
