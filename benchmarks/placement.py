"""Most people covered: this package beside HiGHS, CBC and SCIP fed with arrays, and beside spopt.

    python benchmarks/placement.py [--only NAME ...] [--limit SECONDS] [--rivals NAME ...] [--spopt]
    python benchmarks/placement.py --streamed

Every instance is fixed and its hash is printed. The array-fed rivals get the merged demand for
nothing; their build time is that of writing the model. `ratio` is our whole time (merging,
bounding, proving and choosing among equal sets) to the best array-fed rival's. `--streamed` runs
twenty million demand points by chunks. Needs the `bench` extra; published instances are read from
COVERPLAN_SHARED.
"""

import argparse
import math
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import highspy
import numpy as np
import pulp
import pyscipopt
from scipy import sparse
from scipy.spatial import cKDTree

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from coverplan.placement.certificate import input_hash
from coverplan.placement.cover_rows import cover_rows
from coverplan.placement.linear import Model
from coverplan.placement.lscp import lscp
from coverplan.placement.mclp import mclp, mclp_streamed
from coverplan.placement.options import site_rules
from coverplan.placement.program import Program
from coverplan.placement.signatures import signatures
from scp_instances import san_francisco, sao_jose, set_cover


@dataclass
class Instance:
    """A fixed problem: most people, or a cheapest cover where `cost` is given."""

    times: np.ndarray | sparse.csr_array
    weight: np.ndarray
    cutoff: float
    new_sites: int
    cost: np.ndarray | None = None


def uniform(n: int, m: int, radius: float, p: int) -> Callable[[], Instance]:
    """Demand and candidates uniform in a square of 30 by 30, weights 1 to 99."""

    def draw() -> Instance:
        rng = np.random.default_rng(1)
        demand, sites = rng.uniform(0, 30, (n, 2)), rng.uniform(0, 30, (m, 2))
        weight = rng.integers(1, 100, n).astype(float)
        near = cKDTree(demand).sparse_distance_matrix(
            cKDTree(sites), radius, output_type="coo_matrix"
        )
        return Instance(sparse.csr_array(near), weight, radius, p)

    return draw


def san_jose(radius: float, p: int) -> Callable[[], Instance]:
    return lambda: Instance(*sao_jose(), radius, p)


def county(cutoff: float, p: int) -> Callable[[], Instance]:
    """338 villages around 30 seats, each a candidate."""

    def draw() -> Instance:
        rng = np.random.default_rng(5)
        seat = rng.uniform(0, 50, (30, 2))
        place = seat[np.repeat(np.arange(30), 12)[:338]] + rng.normal(0, 4, (338, 2))
        weight = rng.integers(200, 6000, 338).astype(float)
        apart = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
        return Instance(np.round(apart * 2.5), weight, cutoff, p)

    return draw


def cheapest(name: str) -> Callable[[], Instance]:
    def draw() -> Instance:
        covers, cost = set_cover(name)
        return Instance(np.where(covers, 0.0, np.inf), np.ones(len(covers)), 0.0, 0, cost)

    return draw


def stores() -> Instance:
    metres, demand, _ = san_francisco()
    return Instance(metres, demand, 5000.0, 4)


INSTANCES: dict[str, Callable[[], Instance]] = {
    "sf-4": stores,
    "sjc-800-3": san_jose(800.0, 3),
    "sjc-150-40": san_jose(150.0, 40),
    "sjc-150-60": san_jose(150.0, 60),
    "county-15-15": county(15.0, 15),
    "county-15-20": county(15.0, 20),
    "county-15-25": county(15.0, 25),
    "scp49": cheapest("scp49"),
    "scp410": cheapest("scp410"),
    "10k-500": uniform(10_000, 500, 1.5, 40),
    "100k-1000": uniform(100_000, 1000, 1.5, 40),
    "1M-500-r1.5": uniform(1_000_000, 500, 1.5, 40),
    "1M-500-r2.5": uniform(1_000_000, 500, 2.5, 20),
}


def model_of(instance: Instance) -> tuple[Model, float]:
    """Return the textbook model on merged demand, and what is added to its objective."""
    merged = signatures(instance.times, instance.cutoff, instance.weight, members=False)
    rows = cover_rows(merged)
    m = instance.times.shape[1]
    if instance.cost is not None:
        program = Program(site_rules(m))
        program.add(sparse.csr_array(rows.matrix(m)[:, :m]), 1.0, np.inf)
        return program.model(instance.cost), 0.0
    program = Program(site_rules(m), instance.new_sites)
    first = program.add_cover(rows)
    # Lost people are minimised; the covered ones are what is printed.
    return program.model(program.cost(first, rows.weight)), rows.most


def by_highs(model: Model, limit: float) -> tuple[float, float, float, float]:
    began = time.perf_counter()
    solver = _loaded(model)
    solver.setOptionValue("time_limit", limit)
    solver.setOptionValue("mip_rel_gap", 0.0)
    built = time.perf_counter()
    solver.run()
    done = time.perf_counter()
    info = solver.getInfo()
    return info.objective_function_value, info.mip_dual_bound, built - began, done - built


def by_cbc(model: Model, limit: float) -> tuple[float, float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        path = _mps(model, Path(folder))
        built = time.perf_counter()
        command = [pulp.PULP_CBC_CMD().path, str(path), "sec", f"{limit:g}"]
        command += ["ratioGap", "0", "timeMode", "elapsed", "solve"]
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        done = time.perf_counter()
    value = re.search(r"Objective value:\s+(\S+)", text)
    bound = re.search(r"Lower bound:\s+(\S+)", text)
    objective = float(value.group(1)) if value else math.nan
    proven = objective if "Optimal solution found" in text else math.nan
    return objective, float(bound.group(1)) if bound else proven, built - began, done - built


def by_scip(model: Model, limit: float) -> tuple[float, float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        path = _mps(model, Path(folder))
        solver = pyscipopt.Model()
        solver.hideOutput()
        solver.readProblem(str(path))
        solver.setParam("limits/time", limit)
        built = time.perf_counter()
        solver.optimize()
        done = time.perf_counter()
    return solver.getPrimalbound(), solver.getDualbound(), built - began, done - built


def by_spopt(instance: Instance, limit: float) -> tuple[float, float, float, float]:
    from spopt.locate import MCLP  # noqa: PLC0415 - heavy, and only a footnote

    times = instance.times
    if sparse.issparse(times):
        dense = np.full(times.shape, np.inf)
        rows = np.repeat(np.arange(times.shape[0]), np.diff(times.indptr))
        dense[rows, times.indices] = times.data
        times = dense
    began = time.perf_counter()
    problem = MCLP.from_cost_matrix(
        np.where(np.isinf(times), 1e9, times),
        instance.weight,
        service_radius=instance.cutoff,
        p_facilities=instance.new_sites,
    )
    built = time.perf_counter()
    problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit))
    done = time.perf_counter()
    return float(problem.problem.objective.value()), math.nan, built - began, done - built


RIVALS: dict[str, Callable[[Model, float], tuple[float, float, float, float]]] = {
    "highs": by_highs,
    "cbc": by_cbc,
    "scip": by_scip,
}


def _loaded(model: Model) -> object:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 - takes no keyword
    solver.passModel(
        np.size(model.cost),
        np.size(model.row_lower),
        np.size(model.value),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        model.offset,
        model.cost,
        model.lower,
        model.upper,
        model.row_lower,
        model.row_upper,
        model.start,
        model.index,
        model.value,
        np.asarray(model.integer, dtype=np.int32),
    )
    return solver


def _mps(model: Model, folder: Path) -> Path:
    path = folder / "model.mps"
    _loaded(model).writeModel(str(path))
    return path


def run(name: str, rivals: list[str], limit: float, *, with_spopt: bool) -> None:
    instance = INSTANCES[name]()
    digest = input_hash(instance.times, instance.weight)[:12]
    n, m = instance.times.shape
    print(f"\n{name}  {n:,} x {m:,}  p = {instance.new_sites or '-'}  sha256 {digest}")
    print(f"  {'':10} {'objective':>16} {'bound':>16} {'build s':>9} {'solve s':>9} {'total s':>9}")
    began = time.perf_counter()
    if instance.cost is not None:
        found = lscp(instance.times, instance.cutoff, cost=instance.cost)
    else:
        found = mclp(
            instance.times,
            instance.weight,
            instance.cutoff,
            instance.new_sites,
            limit=instance.cutoff if sparse.issparse(instance.times) else None,
        )
    ours = time.perf_counter() - began
    _line("coverplan", found.objective, found.bound, 0.0, ours)
    model, most = model_of(instance)
    best = math.inf
    for rival in rivals:
        value, bound, build, solve = RIVALS[rival](model, limit)
        if instance.cost is None:
            value, bound = most - value, most - bound
        _line(rival, value, bound, build, solve)
        if value >= found.objective - 1e-6 if instance.cost is None else value <= found.objective:
            best = min(best, build + solve)
        worse = (
            value > found.objective + 0.5
            if instance.cost is None
            else (value < found.objective - 0.5)
        )
        if worse:
            print(f"  WORSE than {rival}")
    if rivals:
        print(f"  ratio to the best array-fed solver: {ours / best:.2f}")
    if with_spopt and instance.cost is None and n * m <= 10_000_000:
        value, bound, build, solve = by_spopt(instance, limit)
        _line("spopt", value, bound, build, solve)
        print(f"  spopt takes {(build + solve) / ours:.0f} times as long")


def _line(who: str, value: float, bound: float, build: float, solve: float) -> None:
    print(
        f"  {who:10} {value:16,.1f} {bound:16,.1f} {build:9.2f} {solve:9.2f} {build + solve:9.2f}",
        flush=True,
    )


def run_streamed() -> None:
    """Twenty million demand points, drawn again for each of the two passes."""
    sites = np.random.default_rng(2).uniform(0, 30, (100, 2))

    def chunks() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for part in range(200):
            rng = np.random.default_rng([3, part])
            demand = rng.uniform(0, 30, (100_000, 2)).astype(np.float32)
            weight = rng.integers(1, 100, 100_000).astype(float)
            east = demand[:, :1] - sites[:, 0].astype(np.float32)
            north = demand[:, 1:] - sites[:, 1].astype(np.float32)
            yield np.sqrt(east * east + north * north), weight

    began = time.perf_counter()
    for _ in chunks():
        pass
    drawing = time.perf_counter() - began
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    found = mclp_streamed(chunks, 100, 2.0, 10)
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"20,000,000 x 100, p = 10: {found.objective:,.0f} of bound {found.bound:,.0f}")
    print(f"{seconds:.1f} s for two passes, of which drawing {2 * drawing:.1f} s; {grown:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(INSTANCES), choices=list(INSTANCES))
    parser.add_argument("--rivals", nargs="*", default=list(RIVALS), choices=list(RIVALS))
    parser.add_argument("--limit", type=float, default=120.0, help="seconds a rival may take")
    parser.add_argument("--spopt", action="store_true", help="also build and solve by spopt")
    parser.add_argument("--streamed", action="store_true", help="only the twenty million")
    options = parser.parse_args()
    if options.streamed:
        run_streamed()
        return
    for name in options.only:
        run(name, options.rivals, options.limit, with_spopt=options.spopt)


if __name__ == "__main__":
    main()
