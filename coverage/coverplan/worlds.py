"""Seeded worlds: how people might be spread over places that the data does not tell apart."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.join import whole_persons

__all__ = ["BAND", "CONCENTRATION", "band", "people_worlds"]

FloatArray = NDArray[np.float64]
CONCENTRATION = 3.0
"""Gamma shape of village sizes within a township: a coefficient of variation of 0.58."""
BAND = (0.10, 0.90)
"""The printed band: the middle 80 % of the worlds."""


def people_worlds(demand: pd.DataFrame, draws: int, seed: int) -> FloatArray:
    """
    Return people per demand point in seeded worlds in which shared people lie unevenly.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`: `code9`, `people`, `people_kind`.
    draws
        Number of worlds.
    seed
        With the same seed a township is drawn alike whatever other townships there are.

    Returns
    -------
    numpy.ndarray
        Shape (draws, n_demand), 0 where people are missing; each township keeps its total in each
        world. One row where no people are shared, as all worlds are the same. [person]

    Raises
    ------
    ValueError
        `draws` is below 1.

    Notes
    -----
    Village sizes within a township are taken as Gamma(3) before they are scaled to the township's
    total (so shares are Dirichlet(3, ..., 3)): an assumption, not a finding. Figures that were
    given are left alone.

    Examples
    --------
    >>> demand = pd.DataFrame({"code9": "500230001", "people": [6, 5],
    ...                        "people_kind": "shared"}, index=["a", "b"])
    >>> people_worlds(demand, 3, seed=1).sum(axis=1).tolist()
    [11.0, 11.0, 11.0]
    """
    if draws < 1:
        raise ValueError(f"{draws} worlds: at least one is needed")
    people = demand["people"].astype("Int64").fillna(0).to_numpy(dtype=float)
    worlds: FloatArray = np.tile(people, (draws, 1))
    shared = (demand["people_kind"] == "shared").to_numpy()
    if not shared.any():
        return worlds[:1]
    codes = demand["code9"].astype(str).to_numpy()
    ids = demand.index.astype(str).to_numpy()
    for code9 in np.unique(codes[shared]):
        members = np.flatnonzero(shared & (codes == code9))
        members = members[np.argsort(ids[members])]
        total = people[members].sum()
        if members.size < 2 or total == 0:  # noqa: PLR2004 - one village has nothing to share
            continue
        random = np.random.default_rng([seed, *code9.encode()])
        sizes = random.gamma(CONCENTRATION, size=(draws, members.size))
        for row, size in enumerate(sizes):
            worlds[row, members] = whole_persons(size, int(total))
    return worlds


def band(values: FloatArray) -> FloatArray:
    """
    Return the lower and upper end of the middle 80 % of the worlds.

    Parameters
    ----------
    values
        A figure in each world, shape (draws, ...). [person]

    Returns
    -------
    numpy.ndarray
        Shape (2, ...); both ends are values that some world really has.

    Examples
    --------
    >>> band(np.arange(11.0)).tolist()
    [1.0, 9.0]
    """
    ends: FloatArray = np.quantile(values, BAND, axis=0, method="inverted_cdf").astype(float)
    return ends
