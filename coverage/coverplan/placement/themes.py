"""Different things within reach: the most pupils whose school reaches k themes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InputError, Problem
from coverplan.placement.highs import solve
from coverplan.placement.linear import Model, Outcome
from coverplan.placement.options import Marks, site_rules
from coverplan.placement.result import Placement, Status, relative_gap

__all__ = ["most_themes", "themes_reached"]


def themes_reached(
    times: ArrayLike, themes: Sequence[str], cutoff: float, chosen: ArrayLike
) -> NDArray[np.int64]:
    """
    Count the different themes that each demand point reaches.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites). [min]
    themes
        Theme of each site, "" where it has none, shape (n_sites,); several are joined by ";".
    cutoff
        Within is at most this. [min]
    chosen
        Column numbers of the open sites.

    Returns
    -------
    numpy.ndarray
        Shape (n_demand,).

    Examples
    --------
    >>> themes_reached([[5.0, 9.0, 9.0]], ["农业", "农业", "地质;水利"], 10.0, [0, 1, 2]).tolist()
    [3]
    """
    within = np.asarray(times, dtype=float) <= cutoff
    names, has = _theme_matrix(themes)
    columns = np.asarray(chosen, dtype=np.int64)
    reached = (within[:, columns].astype(np.int64) @ has[columns].astype(np.int64)) > 0
    return reached.sum(axis=1) if names else np.zeros(len(within), dtype=np.int64)


def most_themes(
    times: ArrayLike,
    weight: ArrayLike,
    themes: Sequence[str],
    cutoff: float,
    new_sites: int,
    *,
    at_least: int,
    existing: Marks = None,
    required: Marks = None,
    forbidden: Marks = None,
    time_limit_s: float | None = None,
    seed: int = 0,
) -> Placement:
    """
    Choose sites so that the most demand reaches at least k different themes.

    Where that leaves sites over, they go where they bring most further themes within reach.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites), `inf` where unreachable. [min]
    weight
        Pupils of each school, shape (n_demand,). [persons]
    themes
        Theme of each site, "" where it has none; several are joined by ";".
    cutoff
        Within is at most this. [min]
    new_sites
        New sites at most.
    at_least
        k, the themes that a school shall reach.
    existing, required, forbidden
        Masks of shape (n_sites,) or column numbers.
    time_limit_s
        Wall time to stop at. [s]
    seed
        Random seed of the solver.

    Returns
    -------
    Placement
        `objective` and `bound` are pupils whose school reaches k themes, recounted from `times`.

    Raises
    ------
    InputError
        Shapes that disagree, NaN or negative values, or `at_least` below 1.

    Notes
    -----
    Ties: of sets with as many pupils at k themes the one with most pupil-themes in all (worth less
    than one pupil in sum), then the one that the solver finds, the same on every run with one
    `seed`: unlike the covering models it is not proven to be the first in order of columns.

    Examples
    --------
    >>> plan = most_themes([[5.0, 6.0, 17.0], [40.0, 6.0, 7.0]], [10, 5], ["a", "b", "b"], 10.0, 2,
    ...                    at_least=2)
    >>> plan.chosen.tolist(), plan.objective
    ([0, 1], 10.0)
    """
    minutes, people = np.asarray(times, dtype=float), np.asarray(weight, dtype=float)
    _check(minutes, people, themes, at_least)
    rules = site_rules(len(themes), existing=existing, required=required, forbidden=forbidden)
    _, has = _theme_matrix(themes)
    model = _model(minutes <= cutoff, people, has, rules.existing, new_sites, at_least)
    lower = np.asarray(model.lower).copy()
    upper = np.asarray(model.upper).copy()
    lower[: len(themes)] = rules.lower
    upper[: len(themes)] = rules.upper
    bounded = Model(
        model.cost, model.start, model.index, model.value, model.row_lower, model.row_upper,
        lower, upper, model.integer, model.sense,
    )  # fmt: skip
    found = solve(bounded, time_limit_s=time_limit_s, seed=seed)
    if not found.x.size:
        values: dict[str, str | int | float] = {"option": "required", "expected": f"≤ {new_sites}"}
        raise InputError(Problem("placement_covering.option", found="—", values=values))
    chosen = np.flatnonzero(found.x[: len(themes)] > 0.5)
    reached = themes_reached(minutes, themes, cutoff, chosen) >= at_least
    objective = float(people[reached].sum())
    proven = found.outcome is Outcome.OPTIMAL
    bound = objective if proven else float(np.ceil(found.bound))
    return Placement(
        model="most_themes",
        sense="max",
        chosen=chosen,
        added=chosen[~rules.existing[chosen]],
        objective=objective,
        bound=max(bound, objective),
        mip_gap=0.0 if proven else relative_gap(objective, bound),
        status=Status.OPTIMAL if proven else Status.TIME_LIMIT,
    )


def _check(
    minutes: NDArray[np.float64], people: NDArray[np.float64], themes: Sequence[str], at_least: int
) -> None:
    faults = []
    if minutes.shape != (people.size, len(themes)):
        shape = f"{minutes.shape}"
        values: dict[str, str | int | float] = {
            "option": "times",
            "expected": f"({people.size}, {len(themes)})",
        }
        faults.append(Problem("placement_covering.option", found=shape, values=values))
    for name, array in (("times", minutes), ("weight", people)):
        if np.isnan(array).any() or (array < 0).any():
            values = {"option": name, "expected": "≥ 0"}
            faults.append(Problem("placement_covering.option", found="NaN / < 0", values=values))
    if at_least < 1:
        values = {"option": "at_least", "expected": "≥ 1"}
        faults.append(Problem("placement_covering.option", found=str(at_least), values=values))
    if faults:
        raise InputError(faults)


def _theme_matrix(themes: Sequence[str]) -> tuple[list[str], NDArray[np.bool_]]:
    """Return the names of the themes and which site has which."""
    of_site = [[name for name in text.split(";") if name] for text in themes]
    names = sorted({name for found in of_site for name in found})
    has = np.zeros((len(of_site), len(names)), dtype=np.bool_)
    for row, found in enumerate(of_site):
        has[row, [names.index(name) for name in found]] = True
    return names, has


def _model(
    within: NDArray[np.bool_],
    people: NDArray[np.float64],
    has: NDArray[np.bool_],
    existing: NDArray[np.bool_],
    new_sites: int,
    at_least: int,
) -> Model:
    """Build: x sites, y (school, theme) within reach, z school reaches k; then most reach."""
    n_demand, n_sites = within.shape
    n_themes = has.shape[1]
    y0, z0 = n_sites, n_sites + n_demand * n_themes
    width = z0 + n_demand
    rows, columns, values, low, high = [], [], [], [], []
    number = 0
    for i in range(n_demand):
        for t in range(n_themes):  # y_it <= sum of x_j with the theme within reach
            sites = np.flatnonzero(within[i] & has[:, t])
            rows += [number] * (len(sites) + 1)
            columns += [y0 + i * n_themes + t, *sites.tolist()]
            values += [1.0, *[-1.0] * len(sites)]
            low.append(-np.inf)
            high.append(0.0)
            number += 1
        rows += [number] * (n_themes + 1)  # k z_i <= sum of y_it
        columns += [z0 + i, *range(y0 + i * n_themes, y0 + (i + 1) * n_themes)]
        values += [float(at_least), *[-1.0] * n_themes]
        low.append(-np.inf)
        high.append(0.0)
        number += 1
    fresh = np.flatnonzero(~existing)
    rows += [number] * len(fresh)
    columns += fresh.tolist()
    values += [1.0] * len(fresh)
    low.append(0.0)
    high.append(float(new_sites))
    matrix = sparse.csr_array((values, (rows, columns)), shape=(number + 1, width))
    cost = np.zeros(width)
    cost[z0:] = people
    # Below one pupil in sum: further themes only decide among equals.
    total = max(1.0, float(people.sum())) * max(1, n_themes)
    cost[y0:z0] = np.repeat(people, n_themes) * 0.5 / total
    integer = np.ones(width, dtype=np.bool_)
    integer[y0:z0] = False
    return Model(
        cost, matrix.indptr, matrix.indices, matrix.data, low, high, 0.0, 1.0, integer, "max"
    )
