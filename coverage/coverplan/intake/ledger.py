"""The account of every input row: taken, repaired or set aside, and each fault that was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coverplan.errors import Problem, Severity, Where
from coverplan.text import LANGUAGES, say

if TYPE_CHECKING:  # annotations only
    import pandas as pd

__all__ = ["COLUMNS", "FATES", "Line", "RowBook"]

FATES = ("taken", "repaired", "set_aside")
COLUMNS = (
    "file",
    "sheet",
    "row",
    "fate",
    "column",
    "before",
    "after",
    "key",
    "text_zh",
    "text_en",
)

Place = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """
    One thing that is known of a row.

    Parameters
    ----------
    key
        Message key of the repair or of the reason.
    column
        Header as it stands in the file; empty where it concerns the whole row.
    before, after
        The cell before and after a repair.
    values
        What the message names.
    """

    key: str
    column: str = ""
    before: str = ""
    after: str = ""
    values: Mapping[str, str | int | float] = field(default_factory=dict)


class RowBook:
    """
    Collects the fate of every row and every problem, over all files of a run.

    A row enters once, by `enter`; it is set aside as soon as one problem of severity `row` names
    it, or `skip` says that it holds no data; it counts as repaired where something was rewritten;
    else it was taken as it stood. So taken + repaired + set aside is the number of rows entered.
    """

    def __init__(self) -> None:
        self._files: dict[str, None] = {}
        self._lines: dict[Place, list[Line]] = {}
        self._aside: set[Place] = set()
        self._repaired: set[Place] = set()
        self._skipped: set[Place] = set()
        self.problems: list[Problem] = []

    def open(self, file: str) -> None:
        """
        Enter a file, which counts although it may have no row.

        Parameters
        ----------
        file
            Its name.
        """
        self._files.setdefault(file)

    def enter(self, file: str, sheet: str, row: int) -> None:
        """
        Enter a row.

        Parameters
        ----------
        file, sheet, row
            Its place; the row as a spreadsheet counts.
        """
        self._lines.setdefault((file, sheet, row), [])

    def skip(self, where: Where, key: str, found: str = "") -> None:
        """
        Set a row aside that holds no data: a blank row, a total, a footnote.

        Parameters
        ----------
        where
            Its place.
        key
            Message key of the reason.
        found
            What was found.
        """
        place = _place(where)
        self._aside.add(place)
        self._skipped.add(place)
        self._lines.setdefault(place, []).append(
            Line(key, where.column, found, values={"found": found})
        )

    def repair(self, where: Where, line: Line) -> None:
        """
        Record a repair.

        Parameters
        ----------
        where
            The row.
        line
            What was done.
        """
        place = _place(where)
        self._repaired.add(place)
        self._lines[place].append(line)

    def add(self, problem: Problem) -> None:
        """
        Record a problem; one of severity `row` sets its row aside.

        Parameters
        ----------
        problem
            With a place; a problem without a row concerns its file.
        """
        self.problems.append(problem)
        if problem.where.row is None:
            return
        place = _place(problem.where)
        if place not in self._lines:
            return
        if problem.severity is Severity.ROW:
            self._aside.add(place)
        named = {"found": problem.found, **dict(problem.values)}
        self._lines[place].append(
            Line(problem.key, problem.where.column, problem.found, values=named)
        )

    def extend(self, problems: Iterable[Problem]) -> None:
        """
        Record several problems.

        Parameters
        ----------
        problems
            As `add`.
        """
        for problem in problems:
            self.add(problem)

    def is_aside(self, file: str, sheet: str, row: int) -> bool:
        """
        Return whether a row has been set aside.

        Parameters
        ----------
        file, sheet, row
            Its place.
        """
        return (file, sheet, row) in self._aside

    def fate(self, place: Place) -> str:
        """
        Return a row's fate: `"taken"`, `"repaired"` or `"set_aside"`.

        Parameters
        ----------
        place
            File, sheet, row.
        """
        if place in self._aside:
            return "set_aside"
        return "repaired" if place in self._repaired else "taken"

    def counts(self) -> dict[str, dict[str, int]]:
        """Return file -> fate -> number of rows; each file's numbers add up to its rows."""
        found = {file: dict.fromkeys(FATES, 0) for file in self._files}
        for place in self._lines:
            counted = found.setdefault(place[0], dict.fromkeys(FATES, 0))
            counted[self.fate(place)] += 1
        return found

    def frame(self) -> "pd.DataFrame":
        """Return the ledger: one line a row, or one for each thing that is known of it."""
        import pandas as pd  # noqa: PLC0415 - heavy

        records: list[tuple[str | int, ...]] = []
        for (file, sheet, row), lines in self._lines.items():
            fate = self.fate((file, sheet, row))
            for line in lines or [Line("")]:
                texts = (
                    [say(line.key, lang, **line.values) for lang in LANGUAGES]
                    if line.key
                    else ["", ""]
                )
                records.append(
                    (file, sheet, row, fate, line.column, line.before, line.after, line.key, *texts)
                )
        frame = pd.DataFrame.from_records(records, columns=list(COLUMNS))
        return frame.astype({"row": "int64"} | {name: "str" for name in COLUMNS if name != "row"})


def _place(where: Where) -> Place:
    return where.file, where.sheet, where.row or 0
