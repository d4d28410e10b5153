"""Where townships stand on a map without boundaries: circles as large as their people."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Circles", "circles", "grid", "warped"]

WIDTH = 1000.0
"""The plane of the layout; its height follows from the aspect."""
SMALLEST = 39.0
"""The smallest radius that still holds a township's name and value."""
LARGEST = 150.0
GAP = 7.0
"""The room that is left between two circles."""
ROUNDS = 900
LINE, PLANE = 2, 3
"""Points that make a line, and that hold a plane."""
BANK = 15.0
"""Half the room that is left for the river."""

Array = NDArray[np.float64]


class Circles(NamedTuple):
    """Centres and radii on the plane of the layout, y upwards."""

    centres: Array
    radii: Array
    people_of_smallest: int
    """Up to this many people all circles have the same, smallest size."""
    river: Array
    """The main river as it runs between the circles, shape (m, 2); empty without one."""


def circles(
    seats: Array, people: Array, *, river: Array | None = None, aspect: float = 1.65
) -> Circles:
    """
    Return one circle a township, near its seat, area in proportion to its people, none touching.

    Parameters
    ----------
    seats
        Seat of each township on any metric plane, shape (n, 2). [m]
    people
        Persons of each township, shape (n,); NaN counts as none.
    river
        The county's main river on the plane of the seats, shape (m, 2): every circle stays on its
        own bank. None: no river.
    aspect
        Width by height of the layout.

    Returns
    -------
    Circles
        Centres shape (n, 2), radii shape (n,), the river on the plane of width 1000.

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
    way, banks = _river(seats, home, river)
    for step in range(ROUNDS):
        pull = 0.06 * (1 - step / ROUNDS) ** 2
        here = here + pull * (home - here)
        here = here + _push(here, radii)
        here = here + _off(here, radii, way, banks)
        if step < ROUNDS - 150:
            here = np.clip(here, radii[:, None], np.array([WIDTH, height]) - radii[:, None])
    for _ in range(4000):
        push = _push(here, radii)
        push = push + _off(here + push, radii, way, banks)
        if not np.any(np.abs(push) > 1e-6):
            break
        here = here + push
    if n:
        corner = (here - radii[:, None]).min(axis=0)
        here, way = here - corner, way - corner
    smallest = weight[radii <= SMALLEST + 1e-9].max(initial=0.0)
    return Circles(np.round(here, 2), np.round(radii, 2), int(smallest), np.round(way, 2))


def grid(n: int) -> Circles:
    """
    Return equal circles row by row in the order given: a list of names, not a map.

    Parameters
    ----------
    n
        How many.
    """
    columns = max(1, int(np.ceil(np.sqrt(n * 1.65))))
    at = np.arange(n)
    step = WIDTH / columns
    radius = min(step / 2 - GAP, LARGEST)
    x = (at % columns + 0.5) * step
    y = -(at // columns + 0.5) * step + WIDTH / 1.65
    return Circles(np.column_stack((x, y)), np.full(n, radius), 0, np.zeros((0, 2)))


def _river(seats: Array, home: Array, river: Array | None) -> tuple[Array, Array]:
    """Return the river carried to the layout, smoothed, and the bank each seat lies on (±1)."""
    if river is None or len(river) < LINE or len(seats) < PLANE:
        return np.zeros((0, 2)), np.zeros(len(seats))
    banks = np.sign(_across(seats, river)[0])
    along = np.linspace(0, len(river) - 1, 25)
    ends = np.arange(len(river))
    thin = np.column_stack([np.interp(along, ends, river[:, axis]) for axis in (0, 1)])
    way = warped(thin, seats, home)
    for _ in range(3):
        way[1:-1] = (way[:-2] + 2 * way[1:-1] + way[2:]) / 4
    return way, banks


def _across(points: Array, way: Array) -> tuple[Array, Array]:
    """Return each point's signed distance to a line, and the unit normal there."""
    start, step = way[:-1], np.diff(way, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    kept = length > 0
    start, step, length = start[kept], step[kept], length[kept]
    rest = points[:, None, :] - start[None, :, :]
    at = (rest * step[None, :, :]).sum(axis=2) / length**2
    foot = start[None, :, :] + np.clip(at, 0, 1)[..., None] * step[None, :, :]
    gap = points[:, None, :] - foot
    far = np.hypot(gap[..., 0], gap[..., 1])
    nearest = far.argmin(axis=1)
    pick = np.arange(len(points))
    normal = np.column_stack((-step[:, 1], step[:, 0]))[nearest] / length[nearest, None]
    side = np.sign((gap[pick, nearest] * normal).sum(axis=1))
    outside = (at[pick, nearest] < -0.2) | (at[pick, nearest] > 1.2)
    inner = (nearest > 0) & (nearest < len(length) - 1)
    signed = np.where(outside & ~inner, np.nan, side * far[pick, nearest])
    return signed, normal


def _off(here: Array, radii: Array, way: Array, banks: Array) -> Array:
    """Return how each circle must move to stand wholly on its own bank."""
    if len(way) == 0:
        return np.zeros_like(here)
    signed, normal = _across(here, way)
    short = np.nan_to_num(radii + BANK - banks * signed, nan=0.0)
    push = np.where(banks != 0, np.clip(short, 0.0, None), 0.0)
    moved: Array = 0.5 * (push * np.nan_to_num(banks))[:, None] * normal
    return moved


def _radii(weight: Array, n: int) -> Array:
    """Return radii so that the circles fill about a third of the plane."""
    if n == 0 or weight.sum() <= 0:
        return np.full(n, SMALLEST)
    goal = 0.40 * WIDTH * WIDTH / 1.65
    low, high = 0.0, LARGEST / float(np.sqrt(weight.max()))
    for _ in range(60):
        factor = (low + high) / 2
        radii = np.maximum(factor * np.sqrt(weight), SMALLEST)
        if float((np.pi * radii**2).sum()) > goal:
            high = factor
        else:
            low = factor
    return np.asarray(np.maximum(low * np.sqrt(weight), SMALLEST))


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
    spread: Array = margin + mixed * (size - 2 * margin)
    return spread


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
    if len(seats) < PLANE:
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
