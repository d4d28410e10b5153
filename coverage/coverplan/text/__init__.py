"""The one catalogue of messages: Chinese and English, for Python, the page and the papers."""

import tomllib
from functools import cache
from importlib.resources import files

__all__ = ["LANGUAGES", "catalogue", "say"]

LANGUAGES = ("zh", "en")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """
    Return every message: key -> language -> template.

    The messages stand in the `.toml` files beside this module, one file an area; a table
    `[area.name]` with `zh` and `en` is the message `area.name`.

    Raises
    ------
    ValueError
        A key stands in two files, or lacks a language.

    Examples
    --------
    >>> sorted(catalogue()["where.row"])
    ['en', 'zh']
    """
    messages: dict[str, dict[str, str]] = {}
    for entry in sorted(files(__name__).iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            for key, message in _flat(tomllib.loads(entry.read_text(encoding="utf-8"))):
                if key in messages or set(message) != set(LANGUAGES):
                    raise ValueError(f"{entry.name}: {key} is doubled or lacks a language")
                messages[key] = message
    return messages


def say(key: str, lang: str, /, **values: object) -> str:
    """
    Return one message in one language.

    Parameters
    ----------
    key
        Message key, `area.name`.
    lang
        `"zh"` or `"en"`.
    **values
        What the template names in braces.

    Raises
    ------
    KeyError
        No such message, or a value that its template names is missing.

    Examples
    --------
    >>> say("where.row", "en", row=14)
    'row 14'
    """
    return catalogue()[key][lang].format(**values)


def _flat(tree: dict[str, object], prefix: str = "") -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if not isinstance(value, dict):
            raise TypeError(f"{key}: a message is a table with zh and en")
        if all(isinstance(text, str) for text in value.values()):
            found.append((key, value))
        else:
            found.extend(_flat(value, f"{key}."))
    return found
