"""Time p-median and p-center on OR-Library graphs, beside the plain model fed to HiGHS.

    python benchmarks/p_median.py [--plain SECONDS] [--numbers 1 2 ...] [--seeds 1 2 ...]
    python benchmarks/p_median.py --plane 1300 3000 6000 [--sites 10 50 200] [--seconds 120]

pmed1-pmed10 are read from COVERPLAN_SHARED; pmed11-pmed40 stand for random graphs of the same
make (vertices, edges, p) from fixed seeds, because the originals are not shipped: their sha256 is
printed so that two runs can be compared.

--plane is of the size of TSPLIB: points of a plane (fixed seed) with whole distances, every point
a candidate. There is no published optimum for these: what is printed is our own proven bound.
"""

import argparse
import hashlib
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import orlib
from coverplan.placement.highs import Model, solve
from coverplan.placement.p_center import p_center
from coverplan.placement.p_median import p_median
from support import shared


def plain(distances: np.ndarray, p: int, seconds: float) -> tuple[float, float, float]:
    """Solve the textbook assignment model by HiGHS: objective, bound, seconds."""
    n = len(distances)
    began = time.perf_counter()
    arcs = n * n
    arc = np.arange(arcs)
    row, site = np.divmod(arc, n)
    start = np.concatenate([[0, n], n + n * np.arange(1, n + 1), n + arcs + 2 * (arc + 1)])
    index = np.concatenate([np.arange(n), n + arc, np.column_stack([site, n + arc]).ravel()])
    value = np.concatenate([np.ones(n + arcs), np.tile([1.0, -1.0], arcs)])
    low = np.concatenate([[p], np.ones(n), np.zeros(arcs)])
    high = np.concatenate([[p], np.ones(n), np.full(arcs, np.inf)])
    cost = np.concatenate([np.zeros(n), distances[row, site]])
    integer = np.arange(n + arcs) < n
    found = solve(
        Model(cost, start, index, value, low, high, integer=integer), time_limit_s=seconds
    )
    return found.objective, found.bound, time.perf_counter() - began


def plane(n: int, sites: list[int], seconds: float) -> None:
    """Print objective and own bound of a plane of n points for several numbers of sites."""
    points = np.random.default_rng((17, n)).random((n, 2)) * 10_000.0
    squares = (points**2).sum(axis=1)
    distances = squares[:, None] + squares[None] - 2.0 * points @ points.T
    distances = np.rint(np.sqrt(np.maximum(distances, 0.0)))
    np.fill_diagonal(distances, 0.0)
    digest = hashlib.sha256(points.tobytes()).hexdigest()[:8]
    for p in sites:
        cpu = time.process_time()
        found = p_median(distances, None, p, time_limit_s=seconds)
        cpu = time.process_time() - cpu
        print(
            f"plane{n:5}{n:7}{p:5}   {digest}{found.objective:11.0f} {found.bound:11.0f} "
            f"{100 * found.mip_gap:7.3f} % {found.seconds:7.1f} {cpu:7.1f}  {found.status}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, nargs="*", default=list(range(1, 41)))
    parser.add_argument("--seeds", type=int, nargs="*", default=[1], help="of the random graphs")
    parser.add_argument("--plain", type=float, default=0.0, help="seconds for the plain model")
    parser.add_argument("--plane", type=int, nargs="*", default=[], help="points of planes")
    parser.add_argument("--sites", type=int, nargs="*", default=[10, 50, 200])
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of each plane")
    options = parser.parse_args()
    if options.plane:
        print("instance        n    p   sha256      median       bound     gap        s   cpu s")
        for n in options.plane:
            plane(n, options.sites, options.seconds)
        return
    print("instance     n    p   sha256   median    bound      s  cpu s   center      s  plain")
    drawn = [(number, seed) for number in options.numbers for seed in options.seeds]
    for number, seed in drawn:
        if number <= 10 and seed != options.seeds[0]:
            continue
        if number <= 10:
            distances, p = orlib.pmed(shared("bench", "pmed", f"pmed{number}.txt"))
            name = f"pmed{number}"
        else:
            distances, p = orlib.pmed_like(number, seed)
            name = f"like{number}.{seed}"
        digest = hashlib.sha256(distances.tobytes()).hexdigest()[:8]
        cpu = time.process_time()
        median = p_median(distances, None, p, time_limit_s=60)
        cpu = time.process_time() - cpu
        center = p_center(distances, p, time_limit_s=30)
        line = (
            f"{name:9}{len(distances):5}{p:5}   {digest}{median.objective:8.0f} "
            f"{median.bound:8.0f} {median.seconds:6.2f} {cpu:6.2f} {center.objective:8.0f} "
            f"{center.seconds:6.2f}"
        )
        if options.plain:
            objective, bound, seconds = plain(distances, p, options.plain)
            line += f"   {objective:.0f} ({bound:.0f}) {seconds:.1f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
