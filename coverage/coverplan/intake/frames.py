"""Plain records become a frame whose columns have the contract's types."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from coverplan.schema import Kind, TableContract

if TYPE_CHECKING:  # annotations only
    import pandas as pd

__all__ = ["DTYPES", "typed_frame"]

DTYPES = {
    Kind.NUMBER: "Float64",
    Kind.COUNT: "Int64",
    Kind.DATE: "datetime64[s]",
    Kind.LON: "float64",
    Kind.LAT: "float64",
    Kind.FLAG: "boolean",
}
"""Column kind -> dtype; all others are text. Missing: NA, NaT, NaN for a position, "" for text."""


def typed_frame(contract: TableContract, records: Sequence[dict[str, Any]]) -> "pd.DataFrame":
    """
    Return a frame with every column of the contract, in its order and types.

    Parameters
    ----------
    contract
        The table's contract.
    records
        Canonical column -> value; a missing column or None is a missing value.

    Returns
    -------
    pandas.DataFrame
        Index 0, 1, …

    Examples
    --------
    >>> from coverplan.schema import DEPARTMENTS
    >>> typed_frame(DEPARTMENTS, [{"id": "kx", "name": "县科协"}]).loc[0, "name_en"]
    ''
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    columns = {}
    for column in contract.columns:
        values = [record.get(column.name) for record in records]
        dtype = DTYPES.get(column.kind)
        if dtype is None:
            columns[column.name] = pd.Series(
                ["" if value is None else value for value in values], dtype="str"
            )
        elif column.kind is Kind.DATE:
            columns[column.name] = pd.Series(pd.DatetimeIndex(values), dtype=dtype)
        else:
            columns[column.name] = pd.Series(
                [None if value is None else value for value in values], dtype=dtype
            )
    return pd.DataFrame(columns)
