"""Every public function says what it takes, returns and raises."""

import ast
import re
from collections.abc import Iterator

from sources import dotted, modules, short, tree

Function = ast.FunctionDef | ast.AsyncFunctionDef


def public_functions() -> Iterator[tuple[str, Function, bool]]:
    """Yield every public function and method: where it stands, its node, whether it is a method."""
    for path in modules():
        for node in tree(path).body:
            if isinstance(node, Function) and not node.name.startswith("_"):
                yield f"{short(path)}:{node.lineno}: {node.name}", node, False
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                for member in node.body:
                    if isinstance(member, Function) and not member.name.startswith("_"):
                        where = f"{short(path)}:{member.lineno}: {node.name}.{member.name}"
                        yield where, member, True


def parameters(node: Function, *, method: bool) -> list[str]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    decorators = {dotted(item) for item in node.decorator_list}
    if method and "staticmethod" not in decorators:
        arguments = arguments[1:]
    names = [argument.arg for argument in arguments]
    names += [extra.arg for extra in (node.args.vararg, node.args.kwarg) if extra]
    return [name for name in names if not name.startswith("_")]


def own_nodes(node: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body without those of functions inside it."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        current = waiting.pop()
        yield current
        if not isinstance(current, Function | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(current))


def raised(node: Function) -> set[str]:
    """Return the names of the exceptions that a function itself raises."""
    names = set[str]()
    for child in own_nodes(node):
        if isinstance(child, ast.Raise) and child.exc is not None:
            target = child.exc.func if isinstance(child.exc, ast.Call) else child.exc
            name = dotted(target).split(".")[-1]
            if name[:1].isupper() and name not in {"AssertionError", "SystemExit"}:
                names.add(name)
    return names


def test_every_module_class_and_public_function_has_a_docstring():
    bare = [short(path) for path in modules() if not ast.get_docstring(tree(path))]
    bare += [
        f"{short(path)}: {node.name}"
        for path in modules()
        for node in tree(path).body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    bare += [where for where, node, _ in public_functions() if not ast.get_docstring(node)]
    assert not bare


def section(node: Function, *names: str) -> str:
    """Return the body of a numpydoc section, empty where the docstring has none of the names."""
    text = ast.get_docstring(node) or ""
    head = rf"^(?:{'|'.join(names)})\n-+\n(.*?)(?=^[A-Z][\w ]*\n-+\n|\Z)"
    found = re.search(head, text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def is_property(node: Function) -> bool:
    return any(
        dotted(item).split(".")[-1] in {"property", "cached_property"}
        for item in node.decorator_list
    )


def test_every_parameter_of_a_public_function_is_documented():
    missing = []
    for where, node, method in public_functions():
        entries = re.findall(r"^([\w*\\][\w, *\\]*)", section(node, "Parameters"), re.MULTILINE)
        named = {name.strip(" *\\") for entry in entries for name in entry.split(",")}
        gone = [name for name in parameters(node, method=method) if name not in named]
        if gone:
            missing.append(f"{where}: {', '.join(gone)}")
    assert not missing, "\n".join(missing)


def own_classes() -> set[str]:
    """Return the names of the package's classes: what they hold stands in their own docstrings."""
    return {
        node.name
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    }


def test_every_value_a_public_function_returns_is_documented():
    told_by_type = own_classes() | {"None", "NoReturn", "Never", "Self"}
    missing = []
    for where, node, _ in public_functions():
        kind = ast.unparse(node.returns).strip("'\"") if node.returns else "None"
        summary = (ast.get_docstring(node) or "").split("\n\n")[0].lower()
        by_summary = re.search(r"\b(returns?|yields?|tells?)\b", summary)
        if not (
            kind.removesuffix(" | None") in told_by_type
            or by_summary
            or is_property(node)
            or section(node, "Returns", "Yields")
        ):
            missing.append(where)
    assert not missing, "\n".join(missing)


def test_every_exception_a_public_function_raises_is_documented():
    missing = []
    for where, node, _ in public_functions():
        told = section(node, "Raises")
        gone = [name for name in sorted(raised(node)) if name not in told]
        if gone:
            missing.append(f"{where}: {', '.join(gone)}")
    assert not missing, "\n".join(missing)
