"""Seeded worlds: how people might be spread over places that the data does not tell apart."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from coverplan.join import whole_persons
from coverplan.towns import TOWN_RATIO, TOWN_RATIO_SPREAD, is_town

__all__ = ["BAND", "CONCENTRATION", "band", "people_worlds", "position_worlds"]

FloatArray = NDArray[np.float64]
CONCENTRATION = 3.0
"""Gamma shape of village sizes within a township: a coefficient of variation of 0.58."""
BAND = (0.05, 0.95)
"""The ends of the printed 80 % band; a tenth of the worlds is margin for what no world knows."""


def people_worlds(demand: pd.DataFrame, draws: int, seed: int) -> FloatArray:
    """
    Return people per demand point in seeded worlds in which shared people lie unevenly.

    Parameters
    ----------
    demand
        As returned by `demand.demand_points`: `code9`, `people`, `people_kind`, and `kind`.
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
    Sizes within a township are taken as Gamma(3) before they are scaled to the township's total
    (shares are Dirichlet), those of communities (where `demand` has a column `kind`) times a ratio
    drawn once a township and world around `towns.TOWN_RATIO`, by which `demand.village_people`
    makes its one estimate: an assumption, not a finding. Figures that were given are left alone.

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
    town = is_town(demand["kind"]) if "kind" in demand else np.zeros(len(demand), bool)
    for code9 in np.unique(codes[shared]):
        members = np.flatnonzero(shared & (codes == code9))
        members = members[np.argsort(ids[members])]
        total = people[members].sum()
        if members.size < 2 or total == 0:  # noqa: PLR2004 - one village has nothing to share
            continue
        random = np.random.default_rng([seed, *code9.encode()])
        sizes = random.gamma(CONCENTRATION, size=(draws, members.size))
        ratio = TOWN_RATIO * np.exp(random.normal(0.0, TOWN_RATIO_SPREAD, (draws, 1)))
        sizes = sizes * np.where(town[members], ratio, 1.0)
        for row, size in enumerate(sizes):
            worlds[row, members] = whole_persons(size, int(total))
    return worlds


def band(values: FloatArray) -> FloatArray:
    """
    Return the lower and upper end of the printed 80 % band of a figure.

    Parameters
    ----------
    values
        A figure in each world, shape (draws, ...). [person]

    Returns
    -------
    numpy.ndarray
        Shape (2, ...); both ends are values that some world really has.

    Notes
    -----
    The band spans the middle 90 % of the worlds and is printed as an 80 % band. Where the truth is
    known it held it in 85 % (万年县) and 93 % (towns of 重庆's counties) of the cases, on worlds
    that no constant was chosen on: `benchmarks/travel_bands.py`.

    Examples
    --------
    >>> band(np.arange(11.0)).tolist()
    [0.0, 10.0]
    """
    ends: FloatArray = np.quantile(values, BAND, axis=0, method="inverted_cdf").astype(float)
    return ends


TOWN_SPREAD = 0.2
"""Communities lie around the seat at this share of the township's radius, on average."""
APART = 0.5
"""Villages keep this share of the mean spacing from each other, where there is room."""
STRAY = 0.15
"""A cell is approximate: this share of the villages is drawn from a belt around it as well."""
BELT = 0.2
"""Width of that belt, as a share of the township's radius."""
CLUSTERED = 0.5
"""In this share of the worlds the villages of a township lie in clusters, not apart."""
CLUSTERS = 3
CLUSTER_SPREAD = 0.25
"""Spread of a cluster, as a share of the township's radius."""
TRIES = 8
POOL = 2_000


def position_worlds(
    villages: pd.DataFrame,
    seats: pd.DataFrame,
    cells: gpd.GeoSeries,
    *,
    draws: int,
    seed: int,
    approximate: bool = True,
) -> FloatArray:
    """
    Place villages without coordinates somewhere in their township, in seeded worlds.

    Parameters
    ----------
    villages
        Index code12: `code9`, `kind` (a name with 社区 or 居 in it is a community), `x`, `y` in the
        cells' reference system, NaN where not located. [m]
    seats
        Index code9: `x`, `y`. [m]
    cells
        Index code9: the township's polygon, real or approximate, in a metric reference system.
    draws
        Number of worlds.
    seed
        With the same seed a township is drawn alike whatever other townships there are.
    approximate
        Whether the cells are computed from the seats: then some villages lie beyond them.

    Returns
    -------
    numpy.ndarray
        Shape (draws, n_villages, 2); located villages stand where they are, villages of a township
        without a cell stay NaN. [m]

    Raises
    ------
    ValueError
        `draws` is below 1.

    Notes
    -----
    Communities lie around the seat at an exponential distance, villages anywhere in the cell but
    apart from each other: each takes the first of eight uniform places that keeps its distance, or
    the emptiest. In 丰都 17 located communities lie at 0.19 of the township's radius on average
    (median 0.13; the model: 0.20, 0.14), 18 located villages at 0.61 (median 0.66; a disc: 0.67,
    0.71). `benchmarks/travel_bands.py` measures what the bands hold.
    """
    if draws < 1:
        raise ValueError(f"{draws} worlds: at least one is needed")
    fixed = villages[["x", "y"]].to_numpy(dtype=float)
    placed: FloatArray = np.tile(fixed, (draws, 1, 1))
    codes = villages["code9"].astype(str).to_numpy()
    ids = villages.index.astype(str).to_numpy()
    town = is_town(villages["kind"])
    for code9 in np.unique(codes):
        cell = cells.get(code9)
        members = np.flatnonzero(codes == code9)
        loose = members[~np.isfinite(fixed[members]).all(axis=1)]
        if cell is None or cell.is_empty or loose.size == 0:
            continue
        random = np.random.default_rng([seed, 1, *code9.encode()])
        loose = loose[np.argsort(ids[loose])]
        near = loose[town[loose]]
        radius = float(np.sqrt(cell.area / np.pi))
        seat = seats.loc[code9, ["x", "y"]].to_numpy(dtype=float)
        away = random.exponential(TOWN_SPREAD * radius, (draws, near.size))
        turn = random.uniform(0.0, 2.0 * np.pi, (draws, near.size))
        placed[:, near] = seat + np.stack([away * np.cos(turn), away * np.sin(turn)], axis=2)
        far = loose[~town[loose]]
        standing = [*members[np.isfinite(placed[0, members]).all(axis=1)]]
        pools = [_pool(cell, random), _pool(cell.buffer(BELT * radius), random)]
        gap = APART * float(np.sqrt(cell.area / members.size))
        centres = pools[0][random.integers(0, POOL, (draws, CLUSTERS))]
        clustered = random.random(draws) < CLUSTERED
        for village in far:
            belt = (random.random(draws) < STRAY) if approximate else np.zeros(draws, bool)
            pick = random.integers(0, POOL, (draws, TRIES))
            tries = np.where(belt[:, None, None], pools[1][pick], pools[0][pick])
            apart = _first_apart(tries, placed[:, standing], gap)
            near_one = _around(centres, CLUSTER_SPREAD * radius, cell, apart, random)
            placed[:, village] = np.where(clustered[:, None], near_one, apart)
            standing.append(village)
    return placed


def _pool(area: shapely.Geometry, random: np.random.Generator) -> FloatArray:
    """Return uniform places in an area."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    found = np.empty((0, 2))
    while len(found) < POOL:
        tried = random.uniform([west, south], [east, north], (2 * POOL, 2))
        found = np.vstack([found, tried[shapely.contains_xy(area, tried)]])
    return found[:POOL]


def _around(
    centres: FloatArray,
    spread: float,
    cell: shapely.Geometry,
    otherwise: FloatArray,
    random: np.random.Generator,
) -> FloatArray:
    """Return for each world a place near one of its centres, if that lies in the cell."""
    draws = len(centres)
    one = centres[np.arange(draws), random.integers(0, centres.shape[1], draws)]
    place = one + random.normal(0.0, spread, (draws, 2))
    return np.where(shapely.contains_xy(cell, place)[:, None], place, otherwise)


def _first_apart(tries: FloatArray, standing: FloatArray, gap: float) -> FloatArray:
    """Return for each world the first try that keeps its distance, or the emptiest one."""
    if standing.shape[1] == 0:
        return np.asarray(tries[:, 0])
    away = np.full(tries.shape[:2], np.inf)
    for n in range(standing.shape[1]):
        step = tries - standing[:, n][:, None, :]
        away = np.minimum(away, np.hypot(step[..., 0], step[..., 1]))
    free = away >= gap
    choice = np.where(free.any(axis=1), free.argmax(axis=1), away.argmax(axis=1))
    return np.asarray(tries[np.arange(len(tries)), choice])
