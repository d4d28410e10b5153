"""The desk of one quarter: which plan, which folder, and what was known when it began."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from coverplan.config import Plan, read_plan
from coverplan.domain import Inputs
from coverplan.intake.inputs import read_inputs
from coverplan.loop.forms import Issue, issue
from coverplan.loop.quarters import Quarter, quarters_folder

__all__ = ["FROZEN", "Desk", "opened"]

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
        from coverplan.loop.snapshots import whole  # noqa: PLC0415 - only where one exists

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


def opened(plan: Plan, quarter: str | None, root: Path | None) -> Desk:
    """
    Return the desk of a quarter.

    Parameters
    ----------
    plan
        The plan.
    quarter
        As typed; the quarter of the plan's report date where None.
    root
        Folder of all quarters; beside the run folder where None.

    Raises
    ------
    InputError
        The quarter is none, or there is no folder.
    """
    day: date = plan.county.as_of
    chosen = Quarter.of(day) if quarter is None else Quarter.parse(quarter)
    return Desk(plan, chosen, quarters_folder(plan, root))
