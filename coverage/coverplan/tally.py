"""Counts people by state for every township and the county at once, in all worlds."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverplan.domain import TOTAL
from coverplan.worlds import band, people_worlds

__all__ = [
    "BAND_ONLY",
    "COVERED",
    "LEAST_LOCATED",
    "NO_PEOPLE",
    "UNCOVERED",
    "UNKNOWN",
    "UNLOCATED",
    "UNPLACED",
    "Tally",
]

FloatArray = NDArray[np.float64]
LEAST_LOCATED = 0.5
"""Where fewer of the people have a place in the model, no percentage of them is given."""
COVERED, UNCOVERED, UNKNOWN, UNPLACED = 0, 1, 2, 3
UNLOCATED, BAND_ONLY = "coverage.refused_unlocated", "coverage.band_only"
NO_PEOPLE = "coverage.refused_no_people"


class Tally:
    """
    Counts people by state.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`.
    draws, seed
        Worlds for the band.
    """

    def __init__(self, demand: pd.DataFrame, draws: int, seed: int) -> None:
        code9 = demand["code9"].astype(str)
        self.codes = sorted(code9.unique())
        column = code9.map({code: n for n, code in enumerate(self.codes)}).to_numpy(dtype=int)
        self.column = column
        self.zone = np.zeros((len(demand), len(self.codes) + 1))
        self.zone[np.arange(len(demand)), column] = 1.0
        self.zone[:, -1] = 1.0
        people = demand["people"].astype("Int64")
        missing = people.isna().to_numpy()
        self.blank = np.append((self.zone[missing, :-1] > 0).any(axis=0), missing.all())
        # A township without its total has no figures, and is left out of the county's.
        self.zone[self.blank[column], -1] = 0.0
        self.people = people.fillna(0).to_numpy(dtype=float)
        self.worlds = people_worlds(demand, draws, seed)

    def count(
        self,
        state: NDArray[np.int64],
        refused: "pd.Series[str]",
        reach: "FloatArray | None",
        cutoff: float,
    ) -> pd.DataFrame:
        """
        Return the rows of one type and cutoff; a refused township's people are unknown.

        Parameters
        ----------
        state
            `COVERED` ... `UNPLACED` of each demand point, shape (n_demand,).
        refused
            Message key by code9, "" where a figure is given.
        reach
            Travel to the nearest venue in each world, shape (draws, n_demand), or None. [min]
        cutoff
            [min]
        """
        keys = refused.reindex(self.codes).to_numpy(dtype=object, copy=True)
        inside, perhaps = (state == COVERED)[None, :], (state != UNCOVERED)[None, :]
        if reach is not None:
            drawn = reach <= cutoff
            # A world decides for those whose place it draws; open questions stay open.
            keys[keys == UNLOCATED] = BAND_ONLY
            nowhere = (state == UNPLACED) & np.isinf(reach).all(axis=0)
            inside = drawn
            perhaps = drawn | (state == UNKNOWN) | nowhere
        shut = (keys != "") & (keys != BAND_ONLY)
        inside = inside & ~shut[self.column]
        perhaps = perhaps | shut[self.column]
        state = np.where((keys[self.column] != "") | (state == UNPLACED), UNKNOWN, state)
        people = self.people @ self.zone
        parts = {
            name: (self.people * (state == number)) @ self.zone
            for name, number in (
                ("covered", COVERED),
                ("uncovered", UNCOVERED),
                ("unknown", UNKNOWN),
            )
        }
        low, _ = band((self.worlds * inside) @ self.zone)
        _, high = band((self.worlds * perhaps) @ self.zone)
        keys = np.append(keys, self._total_refused(keys))
        # A printed figure lies in its own band; where none is printed the worlds alone decide.
        told = keys == ""
        most = parts["covered"] + (parts["unknown"] if reach is None else 0.0)
        low = np.where(told, np.minimum(low, parts["covered"]), low)
        high = np.where(told, np.maximum(high, most), high)
        table = pd.DataFrame({"people": people, **parts, "covered_low": low, "covered_high": high})
        table = table.round().astype("Int64")
        table.index = pd.Index([*self.codes, TOTAL], name="code9")
        table.loc[self.blank] = pd.NA
        table.loc[~np.isin(keys, ["", BAND_ONLY]), ["covered_low", "covered_high"]] = pd.NA
        share = (table["covered"] / table["people"].where(table["people"] > 0)).astype("Float64")
        table["share"] = share.where(keys == "")
        table["at_least"] = (table["unknown"].fillna(0) > 0).to_numpy(dtype=bool) & (keys == "")
        table["refused"] = keys
        return table

    def _total_refused(self, keys: "NDArray[np.object_]") -> str:
        """Refuse the county's figure where most of its people live in refused townships."""
        people = self.people @ self.zone[:, :-1]
        if self.blank.all():
            return NO_PEOPLE
        by_key = {key: people[keys == key].sum() for key in sorted(set(keys) - {"", NO_PEOPLE})}
        if sum(by_key.values()) > (1.0 - LEAST_LOCATED) * people.sum():
            return str(max(by_key, key=by_key.__getitem__))
        return ""
