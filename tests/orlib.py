"""Read the published instances: OR-Library graphs, and graphs of the same make for scaling."""

import csv
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

# Vertices and p of OR-Library's pmed11-pmed40, which are not shipped (edges: n * n / 50).
SHAPES = {
    number: (n, p)
    for number, (n, p) in enumerate(
        [(300, p) for p in (5, 10, 30, 60, 100)]
        + [(400, p) for p in (5, 10, 40, 80, 133)]
        + [(500, p) for p in (5, 10, 50, 100, 167)]
        + [(600, p) for p in (5, 10, 60, 120, 200)]
        + [(700, p) for p in (5, 10, 70, 140)]
        + [(800, p) for p in (5, 10, 80)]
        + [(900, p) for p in (5, 10, 90)],
        start=11,
    )
}


def distances(n: int, edges: dict[tuple[int, int], float]) -> np.ndarray:
    """All shortest paths of an undirected graph, shape (n, n)."""
    ends = np.array(list(edges), dtype=np.int64).reshape(-1, 2)
    length = np.array(list(edges.values()), dtype=np.float64)
    graph = sparse.csr_array((length, (ends[:, 0], ends[:, 1])), shape=(n, n))
    return dijkstra(graph, directed=False)


def pmed(path: Path) -> tuple[np.ndarray, int]:
    """Distances and p of one OR-Library file; of a repeated edge the last length counts."""
    numbers = [int(word) for word in path.read_text(encoding="ascii").split()]
    n, _, p = numbers[:3]
    edges: dict[tuple[int, int], float] = {}
    for k in range(3, len(numbers) - 2, 3):
        a, b = sorted((numbers[k] - 1, numbers[k + 1] - 1))
        edges[a, b] = float(numbers[k + 2])
    return distances(n, edges), p


def pmed_like(number: int, seed: int = 1) -> tuple[np.ndarray, int]:
    """
    Distances and p of a random graph of the make of pmed`number`.

    The make is read off pmed1-pmed10: a cycle through all vertices in order, then edges between
    random vertices up to n * n / 50 lines, repeated ones among them; lengths 1 to 100.
    """
    n, p = SHAPES[number]
    random = np.random.default_rng((seed, number))
    lines = n * n // 50
    other = random.integers(n, size=(2 * lines, 2))
    other = other[other[:, 0] != other[:, 1]][: lines - n]
    cycle = np.column_stack([np.arange(n), (np.arange(n) + 1) % n])
    ends = np.sort(np.concatenate([cycle, other]), axis=1).tolist()
    length = random.integers(1, 101, lines).tolist()
    return distances(n, {(a, b): float(c) for (a, b), c in zip(ends, length, strict=True)}), p


def optima(path: Path) -> dict[str, dict[str, float]]:
    """The published optima: instance -> column -> value."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            row.pop("instance"): {name: float(value) for name, value in row.items()}
            for row in csv.DictReader(stream)
        }
