"""One catalogue of messages: every text is used, every key exists, words are law."""

import ast
import re
from functools import cache

from coverplan.text import catalogue
from sources import PACKAGE, dotted, modules, short, tree

PLAN_TABLES = {"schema", "county", "intake", "townships", "boundaries", "population", "villages"}
PLAN_TABLES |= {"venues", "venue_types", "targets", "schools", "candidates", "demand", "travel"}
PLAN_TABLES |= {"programme", "layer", "publish", "outputs", "visits", "remote", "placement"}
"""Plan keys (`townships.file`) look like message keys."""

KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


def page_strings() -> set[str]:
    """Return every quoted string of the page's own scripts, which say messages without `map.`."""
    scripts = [path for path in PACKAGE.rglob("*.js") if "leaflet" not in path.parts]
    code = "\n".join(path.read_text(encoding="utf-8") for path in scripts)
    return {text for pair in re.findall(r"'([^'\n]*)'|\"([^\"\n]*)\"", code) for text in pair}


@cache
def strings() -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return every plain string of the package, and how each f-string begins and ends."""
    plain, woven, parts = set[str](), set[tuple[str, str]](), set[int]()
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.JoinedStr):
                parts.update(id(part) for part in node.values)
                woven.add((literal(node.values[0]), literal(node.values[-1])))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and id(node) not in parts:
                plain.add(literal(node))
    return frozenset(plain), frozenset(woven)


def literal(node: ast.AST) -> str:
    """Return a string constant's text, empty for anything else."""
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""


def test_every_message_of_the_catalogue_is_used():
    plain, woven = strings()
    page = {f"map.{text}" for text in page_strings() | plain}
    starts = {text for text in plain | page if text.endswith((".", "_")) and text != "map."}
    unused = [
        key
        for key in catalogue()
        if key not in plain
        and key not in page
        and not key.startswith(tuple(starts))
        and not any(
            "." in start and key.startswith(start) and key.endswith(end) for start, end in woven
        )
    ]
    assert not unused


def test_every_message_key_that_code_says_exists():
    missing = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and node.args:
                name = dotted(node.func).split(".")[-1]
                first = node.args[0]
                if (
                    name in {"say", "Problem"}
                    and isinstance(first, ast.Constant)
                    and first.value not in catalogue()
                ):
                    missing.append(f"{short(path)}:{node.lineno}: {literal(first)}")
    assert not missing


LOCAL = {"table": "name"}
FILE_ENDINGS = {
    "docx",
    "toml",
    "csv",
    "json",
    "js",
    "html",
    "css",
    "xlsx",
    "gpkg",
    "npz",
    "parquet",
    "py",
}


def test_every_string_that_looks_like_a_message_key_of_an_area_exists():
    areas = {key.split(".")[0] for key in catalogue()} - PLAN_TABLES
    plain, _ = strings()
    suspects = {
        text
        for text in plain
        if KEY.fullmatch(text)
        and text.split(".")[0] in areas
        and text.rsplit(".", 1)[-1] not in FILE_ENDINGS
        and not (PACKAGE / f"{text.replace('.', '/')}.py").exists()
    }
    unknown = sorted(suspects - catalogue().keys())
    assert not unknown


def test_both_languages_of_a_message_name_the_same_values():
    # A name comes in its own language: {type_zh} or {type_short} here is {type_en} there, and a
    # {table} has its Chinese title here and its {name} there; Chinese wants a counting {unit}.
    holes = re.compile(r"(?<!\{)\{([a-z_0-9]+?)(?:_zh|_en|_short)?(?:[:!][^{}]*)?\}")
    uneven = {
        key: texts
        for key, texts in catalogue().items()
        if len(
            {
                frozenset(LOCAL.get(hole, hole) for hole in holes.findall(text) if hole != "unit")
                for text in texts.values()
            }
        )
        > 1
    }
    assert not uneven


FORBIDDEN_WORDS = re.compile(r"(^|_)(utils?|helpers?|manager)($|_)|^(get|calculate|process)_")


def test_no_forbidden_word_names_a_module_function_or_class():
    named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    found = [short(path) for path in modules() if FORBIDDEN_WORDS.search(path.stem)]
    found += [
        f"{short(path)}:{node.lineno}: {node.name}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, named) and FORBIDDEN_WORDS.search(node.name)
    ]
    assert not found
