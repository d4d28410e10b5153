"""Where townships stand on a map without boundaries: circles as large as their people."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Circles", "circles", "warped"]

WIDTH = 1000.0
"""The plane of the layout; its height follows from the aspect."""
SMALLEST = 39.0
"""The smallest radius that still holds a township's name and value."""
GAP = 7.0
"""The room that is left between two circles."""
ROUNDS = 900

Array = NDArray[np.float64]


class Circles(NamedTuple):
    """Centres and radii on the plane of the layout, y upwards."""

    centres: Array
    radii: Array
    people_of_smallest: int
    """Up to this many people all circles have the same, smallest size."""


def circles(seats: Array, people: Array, *, aspect: float = 1.65) -> Circles:
    """
    Return one circle a township, near its seat, area in proportion to its people, none touching.

    Parameters
    ----------
    seats
        Seat of each township on any metric plane, shape (n, 2). [m]
    people
        Persons of each township, shape (n,); NaN counts as none.
    aspect
        Width by height of the layout.

    Returns
    -------
    Circles
        Centres shape (n, 2), radii shape (n,), within a plane of width 1000.

    Notes
    -----
    A Dorling cartogram (D. Dorling, Area Cartograms, 1996): circles push each other apart and
    are drawn back to where they belong. No random numbers: the same seats give the same picture.
    """
    n = len(seats)
    height = WIDTH / aspect
    weight = np.nan_to_num(np.asarray(people, dtype=float), nan=0.0)
    radii = _radii(weight, n)
    home = _stretched(seats, np.array([WIDTH, height]), float(np.median(radii)) if n else 0.0)
    here = home + _apart(n)
    for step in range(ROUNDS):
        pull = 0.06 * (1 - step / ROUNDS) ** 2
        here = here + pull * (home - here)
        here = here + _push(here, radii)
        if step < ROUNDS - 150:
            here = np.clip(here, radii[:, None], np.array([WIDTH, height]) - radii[:, None])
    for _ in range(4000):
        push = _push(here, radii)
        if not np.any(np.abs(push) > 1e-6):
            break
        here = here + push
    here = here - (here - radii[:, None]).min(axis=0, initial=np.inf) if n else here
    smallest = weight[radii <= SMALLEST + 1e-9].max(initial=0.0)
    return Circles(np.round(here, 2), np.round(radii, 2), int(smallest))


def _radii(weight: Array, n: int) -> Array:
    """Return radii so that the circles fill about a third of the plane."""
    if n == 0 or weight.sum() <= 0:
        return np.full(n, SMALLEST)
    goal = 0.40 * WIDTH * WIDTH / 1.65
    low, high = 0.0, 10.0
    for _ in range(60):
        factor = (low + high) / 2
        radii = np.clip(factor * np.sqrt(weight), SMALLEST, 150.0)
        if float((np.pi * radii**2).sum()) > goal:
            high = factor
        else:
            low = factor
    return np.asarray(np.clip(low * np.sqrt(weight), SMALLEST, 150.0))


def _stretched(seats: Array, size: Array, margin: float) -> Array:
    """Return the seats spread over the plane: half by place, half by rank (crowds open up)."""
    if len(seats) == 0:
        return seats.reshape(0, 2)
    low, high = seats.min(axis=0), seats.max(axis=0)
    span = np.where(high - low > 0, high - low, 1.0)
    place = (seats - low) / span
    rank = np.argsort(np.argsort(seats, axis=0, kind="stable"), axis=0, kind="stable")
    order = (rank + 0.5) / len(seats)
    mixed = 0.55 * place + 0.45 * order
    return margin + mixed * (size - 2 * margin)


def _apart(n: int) -> Array:
    """Return tiny fixed offsets, so that two seats at one point can be told apart."""
    turn = np.arange(n) * 2.399963
    return 0.01 * np.column_stack((np.cos(turn), np.sin(turn)))


def _push(here: Array, radii: Array) -> Array:
    gap = here[:, None, :] - here[None, :, :]
    far = np.hypot(gap[..., 0], gap[..., 1])
    np.fill_diagonal(far, np.inf)
    over = np.clip(radii[:, None] + radii[None, :] + GAP - far, 0.0, None)
    big = radii[None, :] ** 2 / (radii[:, None] ** 2 + radii[None, :] ** 2)
    share = np.where(over > 0, over * big / np.where(far > 0, far, 1.0), 0.0)
    moved: Array = (gap * share[..., None]).sum(axis=1)
    return moved


def warped(points: Array, seats: Array, centres: Array) -> Array:
    """
    Return points carried along by the townships around them, as the seats moved to the circles.

    Parameters
    ----------
    points
        Shape (m, 2), on the plane of the seats.
    seats, centres
        Shape (n, 2): where the townships were, and where they are on the layout.

    Returns
    -------
    numpy.ndarray
        Shape (m, 2), on the plane of the layout.

    Notes
    -----
    An affine fit plus inverse-distance weights on what it leaves (Shepard 1968), smoothed by a
    fourth of the mean spacing: a river keeps its banks, roughly. For orientation only.
    """
    if len(seats) < 3:
        return points.copy()
    middle = seats.mean(axis=0)
    spread = float(np.abs(seats - middle).max()) or 1.0
    base = np.column_stack(((seats - middle) / spread, np.ones(len(seats))))
    fit = np.linalg.lstsq(base, centres, rcond=None)[0]
    rest = centres - base @ fit
    there = np.column_stack(((points - middle) / spread, np.ones(len(points)))) @ fit
    far2 = ((points[:, None, :] - seats[None, :, :]) ** 2).sum(axis=2)
    soft = (spread / max(len(seats) ** 0.5, 1.0) / 4) ** 2
    weight = 1.0 / (far2 + soft) ** 1.5
    moved: Array = there + (weight @ rest) / weight.sum(axis=1, keepdims=True)
    return moved
