"""
Make the pictures of the README and the sample map: run the plans, photograph `map.html`, keep one.

Run it at the repository root after the data or the map changed: `.venv/bin/python
docs/make_pictures.py`. Each picture, and the sample, carries the digest of what it was made from,
and `tests/unit/test_docs_pictures.py` fails while one is not current.
"""

import hashlib
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PLANS = ("fengdu", "example")
SAMPLE = ROOT / "maps" / "sample" / "map.html"
SAMPLE_PLAN = "example"
"""Whose map stands in the repository, for readers who run nothing: made-up venues, no secrets."""
SIZE = {"width": 1366, "height": 768}
DIGEST = "coverplan-inputs"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]
SOURCES = ("coverage/coverplan/report/map", "coverage/coverplan/text/map.toml")
"""What decides how the map looks, beside the county's own folder."""


def digest(name: str) -> str:
    """Return a fingerprint of the inputs and the drawing code of one picture."""
    found = hashlib.sha256()
    for folder in (ROOT / "data" / "geo" / name, *(ROOT / source for source in SOURCES)):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(path.relative_to(ROOT).as_posix().encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def kept(page_file: Path, target: Path, mark: str) -> None:
    """Keep a map as the sample, with the digest of its inputs in its last line."""
    target.parent.mkdir(parents=True, exist_ok=True)
    page = page_file.read_text(encoding="utf-8").rstrip("\n")
    target.write_text(f"{page}\n<!-- {DIGEST} {mark} -->\n", encoding="utf-8", newline="\n")


def mark_of(page_file: Path) -> str:
    """Return the digest that a sample carries, or nothing."""
    last = page_file.read_text(encoding="utf-8").rstrip().rpartition("\n")[2]
    words = last.split()
    return words[2] if words[:2] == ["<!--", DIGEST] else ""


def photograph(page_file: Path) -> bytes:
    """Return a picture of the page as a planner's screen shows it."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport=SIZE, locale="zh-CN")  # type: ignore[arg-type]
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(page_file.as_uri())
        page.wait_for_timeout(1500)
        picture = page.screenshot()
        browser.close()
    if faults:
        raise RuntimeError(f"{page_file.name} does not work: {faults}")
    return picture


def saved(picture: bytes, target: Path, mark: str) -> None:
    """Write the picture in a palette (a third of the bytes), with the digest of its inputs."""
    from PIL import Image, PngImagePlugin  # noqa: PLC0415

    info = PngImagePlugin.PngInfo()
    info.add_text(DIGEST, mark)
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    small = image.quantize(255, dither=Image.Dither.NONE)
    target.parent.mkdir(parents=True, exist_ok=True)
    small.save(target, optimize=True, pnginfo=info)


def main() -> None:
    """Make every picture, and the sample."""
    for name in PLANS:
        plan = ROOT / "data" / "geo" / name / "plan.toml"
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out"
            command = [sys.executable, "-m", "coverplan", "run", str(plan), "--out", str(out)]
            subprocess.run([*command, "--quiet"], check=True, cwd=ROOT)  # noqa: S603
            target = IMAGES / f"map-{name}.png"
            saved(photograph(out / "map.html"), target, digest(name))
            if name == SAMPLE_PLAN:
                kept(out / "map.html", SAMPLE, digest(name))
        print(f"{target.relative_to(ROOT).as_posix()}: {target.stat().st_size / 1000:.0f} kB")
    print(f"{SAMPLE.relative_to(ROOT).as_posix()}: {SAMPLE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
