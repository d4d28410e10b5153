"""When two cells say the same, and when two rows are the same place."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from coverplan.report.tables import is_missing

__all__ = ["bare", "place_of"]


def bare(value: Any) -> Any:
    """
    Return a cell as it is compared: dates as ISO text, numbers as floats, nothing as "".

    Parameters
    ----------
    value
        A cell.

    Returns
    -------
    str, float or object
        Equal for cells that say the same.
    """
    if isinstance(value, pd.Timestamp):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if is_missing(value):
        return ""
    return float(value) if isinstance(value, int | float) else value


def place_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """
    Return what makes two rows the same place: type (schools have none), township and name.

    Parameters
    ----------
    row
        A row of venues or of schools.

    Returns
    -------
    tuple
        Equal for rows that name the same place.
    """
    return tuple(bare(row.get(name)) for name in ("type", "township", "name"))
