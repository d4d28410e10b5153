"""A quarter of a year: how it is written, when it ends, and where its papers lie."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Self

from coverplan.config import Plan
from coverplan.errors import InputError, Problem

__all__ = ["Quarter", "quarters_folder"]

_WRITTEN = re.compile(r"(\d{4})\s*[-年]?\s*[Qq第]?\s*([1-4一二三四])\s*(?:季度)?")
_ORDINALS = "一二三四"


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """
    A quarter of a year.

    Parameters
    ----------
    year
        Calendar year.
    number
        1 to 4.
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a quarter as it is typed.

        Parameters
        ----------
        text
            `2025Q3`, `2025-Q3` or `2025年第三季度`.

        Raises
        ------
        InputError
            It is none of these.

        Examples
        --------
        >>> str(Quarter.parse("2025年第三季度"))
        '2025Q3'
        """
        found = _WRITTEN.fullmatch(text.strip().replace("年第", "年"))
        if found is None:
            raise InputError(Problem("loop.quarter", found=text))
        number = found[2]
        ordinal = _ORDINALS.find(number) + 1
        return cls(int(found[1]), ordinal or int(number))

    @classmethod
    def of(cls, day: date) -> Self:
        """
        Return the quarter that a day lies in.

        Parameters
        ----------
        day
            Any date.

        Examples
        --------
        >>> str(Quarter.of(date(2025, 12, 31)))
        '2025Q4'
        """
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first_day(self) -> date:
        """Return its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        """Return its last day."""
        year, month = (self.year + 1, 1) if self.number == 4 else (self.year, 3 * self.number + 1)  # noqa: PLR2004
        return date(year, month, 1) - timedelta(days=1)

    @property
    def zh(self) -> str:
        """Return it as papers write it: 2025年第三季度."""
        return f"{self.year}年第{_ORDINALS[self.number - 1]}季度"

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


def quarters_folder(plan: Plan, out: Path | None = None) -> Path:
    """
    Return the folder in which the papers of all quarters lie.

    It stands beside the run folder, so that a run which replaces its own folder cannot touch what
    was sent out or frozen.

    Parameters
    ----------
    plan
        The plan.
    out
        The run folder as the command line says, here as for a run; else the plan's own.

    Raises
    ------
    InputError
        Neither the plan nor the command line names a folder.
    """
    folder = plan.outputs.dir if out is None else out.resolve()
    if folder is None:
        raise InputError(Problem("loop.no_dir"))
    return folder.with_name(f"{folder.name}-quarters")
