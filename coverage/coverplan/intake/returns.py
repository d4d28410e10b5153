"""Who has reported this quarter, as `collect --apply` noted it: what is carried over is said."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from coverplan.errors import Problem, Severity

if TYPE_CHECKING:  # annotations only
    import pandas as pd

    from coverplan.config import Plan

__all__ = ["RETURNS_FILE", "SAID_FIRST", "disputed_said", "returns_path", "returns_said"]

RETURNS_FILE = "returns.csv"
"""Lies beside the plan, as provenance.csv lies beside the data: no plan has to name it."""
SAID_FIRST = "intake.returns."
"""Notes whose keys begin so stand before all others: they say what every figure rests on."""
_NAMED = 6


def returns_path(plan: "Plan") -> Path | None:
    """
    Return the table of who has reported, or None where no quarter has been collected.

    Parameters
    ----------
    plan
        The plan.
    """
    path = plan.folder / RETURNS_FILE
    return path if path.is_file() else None


def returns_said(returns: "pd.DataFrame", as_of: date) -> Problem:
    """
    Return the sentence that says how many units have reported, and whose answers are older.

    Parameters
    ----------
    returns
        The RETURNS columns, one row a unit.
    as_of
        The plan's report date.

    Returns
    -------
    Problem
        A note. Where the report date lies in a later quarter than the one that was collected, all
        figures are that quarter's and the note says so; where it lies in an earlier one, what
        opened or closed since does not count yet, and the note says that.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"quarter": "2025Q4", "state": "silent", "carried": [True], "unit": "双龙镇"}
    >>> returns_said(pd.DataFrame(rows), date(2025, 12, 31)).text("en")
    '2025Q4: 0 of 1 units have reported; what 1 said last quarter still stands: 双龙镇.'
    """
    quarter = str(returns["quarter"].iloc[0])
    now = f"{as_of.year}Q{(as_of.month + 2) // 3}"
    silent = returns.loc[returns["carried"].astype(bool), "unit"].astype(str).tolist()
    back = int(((returns["state"] == "returned") & ~returns["carried"].astype(bool)).sum())
    values: dict[str, str | int] = {"quarter": quarter, "all": len(returns)}
    values["n"] = len(returns) - len(silent)
    if quarter != now:
        return _note("older" if quarter < now else "ahead", **values, now=now)
    if not silent:
        return _note("all_back" if back else "all", **values, back=back)
    key = "some_back" if back else "some"
    return _note(key, **values, back=back, m=len(silent), names=_listed(silent))


def disputed_said(venues: "pd.DataFrame") -> Problem | None:
    """
    Return the sentence that says which venues a spot check found untrue; None without any.

    Parameters
    ----------
    venues
        The VENUES columns.
    """
    names = venues.loc[venues["status"] == "disputed", "name"].astype(str).tolist()
    return _note("disputed", n=len(names), names=_listed(names)) if names else None


def _listed(names: list[str]) -> str:
    return "、".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")


def _note(name: str, **values: str | int) -> Problem:
    return Problem(f"{SAID_FIRST}{name}", values=values, severity=Severity.NOTE)
