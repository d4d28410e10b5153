"""
Let the site show the notebooks as they run: a hook of mkdocs (see mkdocs.yml).

`mkdocs build` runs every notebook in a fresh kernel and adds a page for it: its text, its code and
what the code gave. Nothing is written into the repository, where notebooks stay without outputs; a
notebook that fails stops the build. Figures and maps become files beside the page, so the pages
read from a disk without a network.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
TIMEOUT_S = 600
CHAPTER = "例子 · Examples"

_PANDAS_TABLE = '<table border="1" class="dataframe">'
_FRAME = re.compile(r'<iframe[^>]* srcdoc="([^"]*)".*?</iframe>', re.DOTALL)
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
_BLANK_LINES = re.compile(r"\n\s*\n")
_TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name every notebook's page in the navigation, under its own first heading."""
    pages = [{title(path): f"notebooks/{path.stem}.md"} for path in notebooks()]
    nav = config.nav if isinstance(config.nav, list) else []
    for entry in nav:
        if isinstance(entry, dict) and CHAPTER in entry:
            entry[CHAPTER] = pages
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, their figures and their maps to the site."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - the tests do without mkdocs

    for path in notebooks():
        for name, content in page(path).items():
            files.append(File.generated(config, f"notebooks/{name}", content=content))
    return files


def notebooks() -> list[Path]:
    """Return the notebooks in the order of their numbers."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def title(path: Path) -> str:
    """Return the first heading of a notebook."""
    import nbformat  # noqa: PLC0415 - only the site needs it

    cells = nbformat.read(path, as_version=4).cells  # type: ignore[no-untyped-call]
    found = _HEADING.search(cells[0].source)
    return found[1] if found else path.stem


@cache
def page(path: Path) -> dict[str, str | bytes]:
    """
    Run a notebook and return its page and the files that the page shows, by name.

    Parameters
    ----------
    path
        A notebook; it runs in its own folder, as it does for a reader.
    """
    import nbformat  # noqa: PLC0415
    from nbclient import NotebookClient  # noqa: PLC0415

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    kernel = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=kernel).execute()
    return pages_of(notebook.cells, path.stem)


def pages_of(cells: list[Any], stem: str) -> dict[str, str | bytes]:
    """
    Return the page of a notebook that has run, and its figures and maps, by file name.

    Parameters
    ----------
    cells
        The cells, with their outputs.
    stem
        Name of the page, without ending.
    """
    beside: dict[str, str | bytes] = {}
    source = f"`notebooks/{stem}.ipynb`"
    parts = []
    for cell in cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.cell_type == "code":
            parts.append(f"```python\n{cell.source}\n```")
            for output in cell.outputs:
                parts.extend(_shown(output, stem, beside))
    parts.append(f"---\n\n本页由 {source} 运行生成。This page is what {source} gives when it runs.")
    return {f"{stem}.md": "\n\n".join(parts) + "\n", **beside}


def _shown(output: Any, stem: str, beside: dict[str, str | bytes]) -> Iterator[str]:
    """Yield the best form of an output that a page can hold; files go to `beside`."""
    if output.output_type == "stream":
        if output.name == "stdout":
            yield _lines(output.text)
        return
    forms = output.get("data", {})
    number = len(beside) + 1
    if "image/png" in forms:
        name = f"{stem}-{number}.png"
        beside[name] = base64.b64decode(forms["image/png"])
        yield f"![]({name})"
    elif "text/html" in forms:
        framed = _FRAME.search(forms["text/html"])
        if framed:
            name = f"{stem}-{number}.html"
            beside[name] = html.unescape(framed[1])
            yield (
                f'<iframe src="{name}" width="100%" height="600" loading="lazy"></iframe>\n\n'
                f"[打开整页 · Open as a page]({name})"
            )
        else:
            # The theme styles a bare table; a blank line would end the block of HTML for Markdown.
            bare = _STYLE.sub("", forms["text/html"]).replace(_PANDAS_TABLE, "<table>")
            yield _BLANK_LINES.sub("\n", bare)
    elif "text/plain" in forms:
        yield _lines(forms["text/plain"])


def _lines(text: str) -> str:
    """Return printed text as a block whose long lines wrap, as in a notebook."""
    plain = html.escape(_TERMINAL_COLOURS.sub("", text).rstrip(), quote=False)
    return f'<pre style="white-space: pre-wrap"><code>{plain}</code></pre>'
