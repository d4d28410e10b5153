"""The error tree, and the one shape in which a fault of the input is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from coverplan.text import say

__all__ = [
    "ConfigError",
    "CoverplanError",
    "CoverplanWarning",
    "CrsError",
    "InfeasibleError",
    "InputError",
    "OutOfTimeError",
    "Problem",
    "Severity",
    "SolverError",
    "TableError",
    "Where",
]

Value = str | int | float


class Severity(StrEnum):
    """How much of a run a problem stops."""

    FATAL = "fatal"
    """The file, column, key or schema is wrong: nothing can be computed."""
    ROW = "row"
    """One bad row: stops by default, may be set aside on request."""
    NOTE = "note"
    """A question to the planner: the run goes on and the report shows it."""


@dataclass(frozen=True, slots=True)
class Where:
    """
    The place a problem was found at; empty parts are left out when it is printed.

    Parameters
    ----------
    file
        Path as the plan names it, never an absolute path of this machine.
    sheet
        Sheet of a workbook.
    row
        Row as a spreadsheet counts it: the first line of the file is 1.
    column
        Header as it stands in the file.
    key
        Key of plan.toml, `table.key`.
    """

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    key: str = ""

    def text(self, lang: str) -> str:
        """
        Return the place in words.

        Parameters
        ----------
        lang
            `"zh"` or `"en"`.

        Examples
        --------
        >>> Where(file="venues.csv", row=14, column="经度").text("en")
        'venues.csv, row 14, column 经度'
        >>> Where(file="venues.csv", row=14, column="经度").text("zh")
        'venues.csv，第 14 行，“经度”列'
        """
        parts = [self.file] if self.file else []
        if self.sheet:
            parts.append(say("where.sheet", lang, sheet=self.sheet))
        if self.row is not None:
            parts.append(say("where.row", lang, row=self.row))
        if self.column:
            parts.append(say("where.column", lang, column=self.column))
        if self.key:
            parts.append(say("where.key", lang, key=self.key))
        return ("，" if lang == "zh" else ", ").join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One fault: where it is, what was found, and (in the text of its key) how to mend it.

    Parameters
    ----------
    key
        Message key of the catalogue in `coverplan/text/`.
    where
        The place.
    found
        The text that was found there, as it stood.
    values
        What else the message's template names.
    severity
        How much it stops.
    """

    key: str
    where: Where = field(default_factory=Where)
    found: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    severity: Severity = Severity.FATAL

    def text(self, lang: str) -> str:
        """
        Return the whole message, place first.

        Parameters
        ----------
        lang
            `"zh"` or `"en"`.
        """
        # a note is no fault of the plan: the key that it goes back to would read like one
        keyed = self.severity is Severity.NOTE and not self.where.file
        place = "" if keyed else self.where.text(lang)
        body = say(self.key, lang, found=self.found, **self.values)
        if not place:
            return body
        return f"{place}：{body}" if lang == "zh" else f"{place}: {body}"


class CoverplanError(Exception):
    """Whatever this package raises on purpose."""


class CoverplanWarning(UserWarning):
    """The one warning class of this package."""


class InputError(CoverplanError, ValueError):
    """
    The input cannot be used; `problems` holds every fault that was found, not the first only.

    Parameters
    ----------
    problems
        At least one.
    """

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.text("zh") + "\n" + self.text("en"))

    def __reduce__(self) -> "tuple[type[InputError], tuple[tuple[Problem, ...]]]":
        # An exception is pickled by its message otherwise, and its problems would be lost.
        return type(self), (self.problems,)

    def text(self, lang: str) -> str:
        """
        Return all problems, one a line.

        Parameters
        ----------
        lang
            `"zh"` or `"en"`.
        """
        return "\n".join(problem.text(lang) for problem in self.problems)


class ConfigError(InputError):
    """The plan file contradicts itself or its schema."""


class TableError(InputError):
    """A table's file, header or rows."""


class CrsError(InputError):
    """A coordinate reference system or datum is missing, unknown or contradicts the data."""


class InfeasibleError(InputError):
    """No placement can keep all the rules; the problems name the townships or rules at fault."""


class SolverError(CoverplanError, RuntimeError):
    """The solver failed in a way that is not an answer."""


class OutOfTimeError(SolverError):
    """Nothing was found within the time limit: a longer one may help."""
