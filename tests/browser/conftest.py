"""One Chromium without a network, and the pages it opens."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import coverplan as cp
from coverplan.report.map import PlannerMap
from sample_result import sample_result, tiny
from support import DATA

CHROMIUM = Path(os.environ.get("COVERPLAN_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]


class Opened:
    """A page of the browser, and what went wrong or out while it was open."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    def open(self, path: Path) -> Any:
        """Load a file and wait until the map is drawn."""
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("body[data-ready]", timeout=20_000)
        return self.page

    def check(self) -> None:
        """Assert that nothing was asked of a network and nothing failed."""
        assert [
            url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))
        ] == []
        assert len([url for url in self.requests if url.startswith("file:")]) == 1
        assert self.faults == []


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Start the browser, or skip (fail under CI) where it is missing."""
    if not CHROMIUM.exists():
        reason = f"no browser at {CHROMIUM} (COVERPLAN_CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only with a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any) -> Iterator[Opened]:
    """Return a new page of 1366 × 625, an office screen less the browser's own bars."""
    context = chromium.new_context(viewport={"width": 1366, "height": 625}, accept_downloads=True)
    yield Opened(context.new_page())
    context.close()


class Runs(dict[str, Any]):
    """Results of the data sets, each computed when it is first asked for."""

    def __missing__(self, name: str) -> Any:
        self[name] = cp.run(cp.read_plan(DATA / name / "plan.toml"))
        return self[name]


class Pages(dict[str, Path]):
    """Saved maps, each written when it is first asked for."""

    def __init__(self, folder: Path, runs: Runs, made: dict[str, Any]) -> None:
        super().__init__()
        self.folder, self.runs, self.made = folder, runs, made

    def __missing__(self, name: str) -> Path:
        path = self.folder / f"{name}.html"
        result = self.made[name] if name in self.made else self.runs[name]
        PlannerMap(result).save(path)
        self[name] = path
        return path


@pytest.fixture(scope="session")
def runs() -> Runs:
    """Return the results of the data sets by name."""
    return Runs()


@pytest.fixture(scope="session")
def made() -> dict[str, Any]:
    """Return small made-up counties, among them one with silent townships and missing answers."""
    return {
        "tiny": sample_result(),
        "silent": sample_result(
            tiny(
                silent=frozenset({"500230200"}),
                unanswered=frozenset({"500230100002"}),
                venues=[
                    {
                        "id": "V1",
                        "name": "滨江教学点",
                        "type": "university_site",
                        "code9": "500230001",
                        "code12": "500230001001",
                    },
                    {
                        "id": "V2",
                        "name": "只知乡镇的共享科技馆",
                        "type": "school_museum",
                        "code9": "500230100",
                        "location": "township",
                    },
                ],
            )
        ),
    }


@pytest.fixture(scope="session")
def pages(runs: Runs, made: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Return the saved map of every result, by name."""
    return Pages(tmp_path_factory.mktemp("maps"), runs, made)
