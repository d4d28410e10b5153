"""Time the p-center of up to 100,000 points without a table of distances.

    python benchmarks/p_center.py [--seconds 60] [--points 1000 10000 100000] [--sites 5 10 30]

Points are uniform in a square of 1,000 by 1,000, every point is a candidate too; the seed is
fixed, and the sha256 that is printed tells whether two runs had the same points.
"""

import argparse
import hashlib
import resource
import time

import numpy as np

from coverplan.placement.center_points import p_center_points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="limit of each instance")
    parser.add_argument("--points", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--sites", type=int, nargs="*", default=[5, 10, 30])
    options = parser.parse_args()
    print(
        "   points    p   sha256      best     bound    gap %       s   cpu s  status       peak MB"
    )
    for n in options.points:
        points = np.random.default_rng((31, n)).random((n, 2)) * 1000.0
        digest = hashlib.sha256(points.tobytes()).hexdigest()[:8]
        for p in options.sites:
            cpu = time.process_time()
            found = p_center_points(points, points, p, time_limit_s=options.seconds)
            cpu = time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{n:9}{p:5}   {digest}{found.objective:10.3f}{found.bound:10.3f}"
                f"{100 * found.mip_gap:9.3f}{found.seconds:8.1f}{cpu:8.1f}  "
                f"{found.status!s:12}{peak:9.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
