"""Notebooks tell stories that call coverplan; they hold no functions and no outputs."""

import ast
import base64
import importlib.util
import json
from types import ModuleType

import nbformat
import pytest

from support import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_is_a_notebook():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_stripped_and_defines_nothing(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = notebook["cells"]
    assert len(cells) < 25
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in cells)
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    kinds = ast.FunctionDef | ast.ClassDef | ast.Lambda
    assert not [node for node in ast.walk(ast.parse(code)) if isinstance(node, kinds)]
    assert "coverplan" in code


def site_hook() -> ModuleType:
    path = ROOT / "docs" / "make_notebook_pages.py"
    spec = importlib.util.spec_from_file_location("make_notebook_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ran(*outputs, source="1"):
    return nbformat.v4.new_code_cell(source, outputs=list(outputs))


def shown(**forms):
    data = {f"{kind.replace('_', '/')}": value for kind, value in forms.items()}
    return nbformat.v4.new_output("display_data", data)


def test_the_site_has_a_page_for_every_notebook_with_its_own_heading():
    hook = site_hook()
    assert hook.notebooks() == NOTEBOOKS
    titles = [hook.title(path) for path in NOTEBOOKS]
    assert len(set(titles)) == len(titles)
    assert all(title[:2] == path.stem[:2] for title, path in zip(titles, NOTEBOOKS, strict=True))
    mkdocs = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "hooks: [docs/make_notebook_pages.py]" in mkdocs
    assert f"  - {hook.CHAPTER}: []" in mkdocs


def test_a_page_shows_words_code_and_prints_in_their_order():
    cells = [
        nbformat.v4.new_markdown_cell("# Title"),
        ran(nbformat.v4.new_output("stream", name="stdout", text="a < b\n"), source="print()"),
        ran(nbformat.v4.new_output("stream", name="stderr", text="a warning of this machine")),
        ran(shown(text_plain="42")),
    ]
    page = site_hook().pages_of(cells, "07_x")["07_x.md"]
    order = ["# Title", "```python\nprint()", "a &lt; b", ">42<", "notebooks/07_x.ipynb"]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert "warning" not in page


def test_figures_and_maps_lie_beside_the_page_so_that_it_reads_offline():
    picture = b"\x89PNG..."
    framed = (
        '<div><iframe srcdoc="&lt;p class=&quot;a&quot;&gt;map&lt;/p&gt;" x="y"></iframe></div>'
    )
    cells = [
        ran(shown(image_png=base64.b64encode(picture).decode(), text_plain="<Figure>")),
        ran(shown(text_html=framed, text_plain="<map>")),
    ]
    files = site_hook().pages_of(cells, "07_x")
    assert files["07_x-1.png"] == picture
    assert files["07_x-2.html"] == '<p class="a">map</p>'
    assert "![](07_x-1.png)" in files["07_x.md"]
    assert '<iframe src="07_x-2.html"' in files["07_x.md"]
    assert "http" not in files["07_x.md"]


def test_a_table_is_one_block_of_html():
    rows = '<table border="1" class="dataframe">\n\n<tr></tr></table>'
    table = f"<div>\n<style scoped>\n a {{}}\n\n b {{}}</style>\n{rows}</div>"
    page = site_hook().pages_of([ran(shown(text_html=table, text_plain="x"))], "07_x")["07_x.md"]
    block = page[page.index("<div>") : page.index("</div>")]
    assert "\n\n" not in block
    assert "<style" not in block
    assert "<table>" in block
