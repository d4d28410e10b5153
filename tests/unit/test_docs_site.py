"""The site describes every plan key and every public name, and holds every page."""

import argparse
import dataclasses
import re

import coverplan
from coverplan.commands import COMMANDS
from coverplan.config import Plan
from coverplan.config_tables import Programme
from support import ROOT

DOCS = ROOT / "docs"


def section(page: str, title: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    head = rf"^## `{re.escape(title)}`\n(.*?)(?=^## |\Z)"
    found = re.search(head, text, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def test_every_key_of_a_plan_is_described_and_no_other():
    hints = {field.name: field.type for field in dataclasses.fields(Plan)}
    described = 0
    for name in hints.keys() - {"folder", "source", "raw"}:
        kind = Programme.__module__
        tables = __import__(kind, fromlist=["x"])
        table = getattr(tables, "".join(part.capitalize() for part in name.split("_")))
        title = f"[[{name}]]" if name in {"programme", "layer"} else f"[{name}]"
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
    named = set(re.findall(r": ([\w/-]+\.md)$", nav, re.MULTILINE))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert named == {page for page in pages if not page.startswith("adr/0")}


def test_every_public_name_has_its_place_in_the_reference():
    page = (DOCS / "python.md").read_text(encoding="utf-8")
    missing = [name for name in coverplan.__all__ if not re.search(rf"\b{name}\b", page)]
    assert not missing


def test_every_command_and_option_is_described_and_no_other():
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    options = {"--lang"}  # the command line gives it to every command
    for module in COMMANDS:
        parser = argparse.ArgumentParser(add_help=False)
        module.arguments(parser, "en")
        options |= set(re.findall(r"--[a-z][a-z-]*", parser.format_help()))
    commands = {module.__name__.rpartition(".")[2] for module in COMMANDS}
    assert set(re.findall(r"^\| `coverplan (\w+)", page, re.MULTILINE)) == commands
    assert set(re.findall(r"^\| `(--[\w-]+)", page, re.MULTILINE)) == options
