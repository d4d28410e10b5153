"""What a column may hold, and what a table must look like to be let in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = ["Choices", "Column", "Kind", "TableContract"]


class Kind(StrEnum):
    """What a column's cells hold, and so how they are read."""

    TEXT = "text"
    CODE6 = "code6"
    CODE9 = "code9"
    CODE12 = "code12"
    NUMBER = "number"
    COUNT = "count"
    DATE = "date"
    LON = "lon"
    LAT = "lat"
    CHOICE = "choice"
    FLAG = "flag"
    COLOUR = "colour"

    @property
    def digits(self) -> int:
        """Return how many digits a code of this kind has, 0 where it is no code."""
        return {"code6": 6, "code9": 9, "code12": 12}.get(self.value, 0)


Choices = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a table.

    Parameters
    ----------
    name
        Canonical name, English snake_case: the header of our own CSV files.
    zh
        The header of forms and workbooks.
    kind
        How its cells are read.
    required
        Whether the column must be there and each of its cells filled.
    choices
        Canonical value -> what else means it. Only for `Kind.CHOICE`.
    least, most
        Bounds of a number, both inclusive.
    units
        Words that may follow the number and change nothing, as 人 in `3257人`.
    aliased
        Whether its canonical name and known aliases head it too, not only `zh`.
    """

    name: str
    zh: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: Choices = field(default_factory=lambda: MappingProxyType({}))
    least: float | None = None
    most: float | None = None
    units: tuple[str, ...] = ()
    aliased: bool = True


@dataclass(frozen=True, slots=True)
class TableContract:
    """
    What a table must look like to be let in.

    Parameters
    ----------
    name
        Name of the table, as in docs/contracts.md in lower case.
    zh
        What a planner calls it.
    columns
        In the order of our own files.
    key
        Columns that together name a row; no two rows may share them. Empty where rows may repeat.
    """

    name: str
    zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Return the names of the columns that must be there."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the canonical names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """
        Return one column.

        Parameters
        ----------
        name
            Canonical name.

        Raises
        ------
        KeyError
            The table has no such column.

        Examples
        --------
        >>> TableContract("townships", "乡镇表", (Column("code9", "乡镇代码"),)).column("code9").zh
        '乡镇代码'
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
