"""
Measure the planning map in Chromium: size, time to ready, toggle to painted.

Run from the repository root: `python benchmarks/page.py`, with `fengdu`, `example` or `20000` for
one page only. Goals: the Fengdu file ≤ 450 kB, ready ≤ 1.5 s, toggle ≤ 50 ms (≤ 150 ms at a CPU
four times slower); 300 candidates × 20,000 demand points ≤ 8 MB and ≤ 150 ms.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import coverplan as cp  # noqa: E402
from sample_result import World, sample_result  # noqa: E402

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
TOGGLE = """async j => {
  const start = performance.now();
  coverplan.toggle(j);
  document.body.getBoundingClientRect();
  const script = performance.now() - start;
  await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
  return [script, performance.now() - start];
}"""


def large() -> Any:
    """Return 30 townships, 20,000 demand points and 300 candidates, made up."""
    random = np.random.default_rng(1)
    seats = random.uniform((107.4, 29.5), (108.2, 30.3), (30, 2))
    towns = [
        (f"500230{n:03}", f"第{n}镇", "镇", 30_000, float(x), float(y))
        for n, (x, y) in enumerate(seats, start=1)
    ]
    home = random.integers(0, 30, 20_000)
    at = seats[home] + random.normal(0, 0.03, (20_000, 2))
    villages = [
        (f"{towns[k][0]}{n:06}", towns[k][0], f"村{n}", float(x), float(y))
        for n, (k, (x, y)) in enumerate(zip(home, at, strict=True))
    ]
    return sample_result(World(townships=towns, villages=villages, sites=300))


def measure(browser: Any, path: Path, slower: int) -> dict[str, float]:
    """Open a page afresh and time it; the CPU runs `slower` times slower."""
    ready, script, painted = [], [], []
    each: dict[str, list[float]] = {}
    for _ in range(3):
        page = browser.new_page(viewport={"width": 1366, "height": 625})
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        start = time.perf_counter()
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_selector("body[data-ready]", timeout=120_000)
        ready.append(time.perf_counter() - start)
        # Tables of gaps and sites, and the card of a township, whose best remedy is sought anew.
        measured = page.evaluate("coverplan.model.measured(coverplan.state.type)")
        for metric in ("presence", "coverage") if measured else ("presence",):
            page.evaluate(f"coverplan.set('metric', '{metric}')")
            for tab, town in (("gaps", -1), ("sites", -1), ("gaps", 3)):
                page.evaluate(f"coverplan.state.open = {town}; coverplan.set('tab', '{tab}')")
                times = [page.evaluate(TOGGLE, j) for j in range(8)]
                script += [one for one, _ in times]
                painted += [two for _, two in times]
                name = "card" if town >= 0 else tab
                each.setdefault(f"{metric}/{name}", []).extend(two for _, two in times)
        page.close()
    return {
        "ready_s": statistics.median(ready),
        "toggle_script_ms": statistics.median(script),
        "toggle_painted_ms": statistics.median(painted),
        "toggle_worst_ms": max(painted),
        **{f"{name}_ms": statistics.median(values) for name, values in each.items()},
    }


def main() -> None:
    """Print one line a page and CPU."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for name in sys.argv[1:] or ("fengdu", "example", "20,000 x 300"):
            if name[0].isdigit():
                result = large()
            else:
                result = cp.run(cp.read_plan(ROOT / "data" / "geo" / name / "plan.toml"))
            path = Path(folder) / "map.html"
            start = time.perf_counter()
            cp.PlannerMap(result).save(path)
            wrote = time.perf_counter() - start
            print(f"{name}: {path.stat().st_size / 1000:.0f} kB, written in {wrote:.2f} s")
            for slower in (1, 4):
                found = measure(browser, path, slower)
                row = "  ".join(f"{key} {value:.1f}" for key, value in found.items())
                print(f"  CPU ×{slower}: {row}")
        browser.close()


if __name__ == "__main__":
    main()
