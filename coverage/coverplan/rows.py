"""One row of a frame by its key, or a clear error."""

from typing import Any

import pandas as pd

__all__ = ["row_at"]


def row_at(frame: pd.DataFrame, key: Any) -> "pd.Series[Any]":
    """
    Return the one row that has a key.

    Parameters
    ----------
    frame
        With a unique index.
    key
        A label, or a tuple of labels for an index of several levels.

    Returns
    -------
    pandas.Series
        On the columns of `frame`.

    Raises
    ------
    KeyError
        No row has the key.
    ValueError
        Several rows have it.

    Examples
    --------
    >>> row_at(pd.DataFrame({"people": [3257]}, index=["500230211"]), "500230211")["people"]
    np.int64(3257)
    """
    row = frame.loc[key]
    if not isinstance(row, pd.Series):
        raise ValueError(f"{key!r} stands in {len(row)} rows")  # noqa: TRY004 - a value, no type
    return row
