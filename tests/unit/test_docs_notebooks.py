"""Notebooks tell stories that call coverplan; they hold no functions and no outputs."""

import ast
import json

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
