"""The site describes every plan key and every public name, and holds every page."""

import dataclasses
import importlib.util
import re
from typing import get_args, get_origin, get_type_hints

import pytest

from coverplan.config import Plan
from support import ROOT

DOCS = ROOT / "docs"
NO_TABLE = {"folder", "source", "raw"}


def section(page: str, title: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    head = rf"^## `{re.escape(title)}`\n(.*?)(?=^## |\Z)"
    found = re.search(head, text, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def test_every_key_of_a_plan_is_described_and_no_other():
    described = 0
    tables = {name: kind for name, kind in get_type_hints(Plan).items() if name not in NO_TABLE}
    for name, hint in tables.items():
        several = get_origin(hint) is tuple
        table = get_args(hint)[0] if several else hint
        title = f"[[{name}]]" if several else f"[{name}]"
        rows = re.findall(r"^\| `(\w+)`( \*)? \|", section("plan-file.md", title), re.MULTILINE)
        keys = {field.name: field for field in dataclasses.fields(table)}
        assert {key for key, _ in rows} == set(keys), title
        required = {key for key, star in rows if star}
        assert required == {
            key for key, field in keys.items() if field.default is dataclasses.MISSING
        }, title
        described += len(keys)
    assert described > 50


def test_every_page_stands_in_the_navigation():
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = config[config.index("\nnav:") : config.index("\nnot_in_nav:")]
    named = set(re.findall(r": ([\w./-]+\.md)$", nav, re.MULTILINE))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert named == {page for page in pages if not page.startswith("adr/0")}


@pytest.mark.parametrize("page", ["python.md", "commands.md"])
def test_the_reference_says_what_the_code_has(page):
    path = DOCS / "make_reference.py"
    spec = importlib.util.spec_from_file_location("make_reference", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert (DOCS / page).read_text(encoding="utf-8") == script.PAGES[page](), (
        "run docs/make_reference.py"
    )
