"""How geometry, minutes and names travel inside one HTML file: small, exact and inert."""

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

__all__ = ["BEYOND", "island", "minutes_text", "packed", "parts", "polyline", "whole_minutes"]

BEYOND = 255
"""The byte that says: farther than anything the page asks about."""

CHUNK = 0x20
SIGNS = frozenset({"=", "w", "#c", "#r", "#k", "#f"})
"""Keys by which the page knows a shortened list; a mapping with such a key says so by `#k`."""

SHARED = 25
"""So many characters of the text before can be said by one sign, A to Z."""


def polyline(coordinates: Iterable[Sequence[float]], digits: int = 5) -> str:
    """
    Return lon/lat pairs as an encoded polyline (latitude first, as the format wants it).

    Parameters
    ----------
    coordinates
        Pairs of longitude and latitude. [degree]
    digits
        Decimals kept; five are about one metre.

    Returns
    -------
    str
        Printable ASCII.

    Notes
    -----
    The format is Google's "Encoded Polyline Algorithm Format"; on county outlines it needs a
    fifth of the space of GeoJSON.

    Examples
    --------
    >>> polyline([(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)])
    '_p~iF~ps|U_ulLnnqC_mqNvxq`@'
    """
    scale = 10**digits
    text: list[str] = []
    before = (0, 0)
    for lon, lat, *_ in coordinates:
        here = (round(lat * scale), round(lon * scale))
        for step in (here[0] - before[0], here[1] - before[1]):
            rest = ~(step << 1) if step < 0 else step << 1
            while rest >= CHUNK:
                text.append(chr((CHUNK | (rest & 0x1F)) + 63))
                rest >>= 5
            text.append(chr(rest + 63))
        before = here
    return "".join(text)


def parts(geometry: BaseGeometry | None) -> list[list[str]]:
    """
    Return a geometry as encoded lines: one list a part, of rings (outer ring first) or one line.

    Parameters
    ----------
    geometry
        Polygon, line, multi-part of these, or None; points have no lines and give none.
    """
    if geometry is None or geometry.is_empty:
        return []
    if geometry.geom_type == "Polygon":
        rings = [geometry.exterior, *geometry.interiors]
        return [[polyline(ring.coords) for ring in rings]]
    if geometry.geom_type in {"LineString", "LinearRing"}:
        return [[polyline(geometry.coords)]]
    found: list[list[str]] = []
    for part in getattr(geometry, "geoms", ()):
        found.extend(parts(part))
    return found


def whole_minutes(
    values: NDArray[np.float64], longest: float | NDArray[np.float64]
) -> NDArray[np.uint8]:
    """
    Return travel times as whole minutes, rounded up; beyond the longest cutoff as `BEYOND`.

    For whole cutoffs `ceil(t) <= c` holds exactly where `t <= c` does, so nothing is lost.

    Parameters
    ----------
    values
        Travel times, any shape; `inf` where out of reach. [min]
    longest
        The largest cutoff that will be asked about, at most 254: one for all, or one a row with
        shape (n, 1). [min]

    Returns
    -------
    numpy.ndarray
        uint8, same shape.

    Examples
    --------
    >>> whole_minutes(np.array([0.0, 14.2, 15.0, 60.1, np.inf]), 60).tolist()
    [0, 15, 15, 255, 255]
    """
    up = np.ceil(values)
    return np.where(up <= np.minimum(longest, BEYOND - 1), up, BEYOND).astype(np.uint8)


def minutes_text(minutes: NDArray[np.uint8]) -> dict[str, str]:
    """
    Return a block of whole minutes as base64, with runs of `BEYOND` shortened where that pays.

    Parameters
    ----------
    minutes
        uint8, shape (n_demand, n_columns).

    Returns
    -------
    dict
        `how` is `"raw"` or `"runs"` (each 255 is followed by the length of its run, 1 to 255),
        `bytes` the base64 text.
    """
    flat = minutes.ravel()
    raw = flat.tobytes()
    packed = _runs(flat)
    how, body = ("runs", packed) if len(packed) < len(raw) else ("raw", raw)
    return {"how": how, "bytes": base64.b64encode(body).decode("ascii")}


def _runs(flat: NDArray[np.uint8]) -> bytes:
    beyond = flat == BEYOND
    if not beyond.any():
        return flat.tobytes()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], beyond.view(np.int8), [0]))))
    out = bytearray()
    last = 0
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        out += flat[last:start].tobytes()
        length = stop - start
        out += bytes((BEYOND, 255)) * (length // 255)
        if length % 255:
            out += bytes((BEYOND, length % 255))
        last = stop
    out += flat[last:].tobytes()
    return bytes(out)


def island(value: Any) -> str:
    r"""
    Return JSON that may stand inside a script element, whatever text it holds.

    Parameters
    ----------
    value
        Mappings, sequences, text, whole and finite numbers, None.

    Raises
    ------
    ValueError
        A number is NaN or infinite.

    Examples
    --------
    >>> island({"name": "</script><b>"})
    '{"name":"\\u003c/script\\u003e\\u003cb\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def packed(tree: Any) -> Any:
    """
    Return a tree with its repetitive lists shortened; the page undoes it on opening.

    A list of equal values becomes `{"=": value, "n": length}`, one of few different values
    `{"w": values, "i": numbers}`, rows with the same keys `{"#c": columns, "n": length}`, numbers
    that count up `{"#r": [first, length, ...]}`, a mapping of few different values
    `{"#k": keys, "v": list}`, texts that begin like the one before
    `{"#f": texts}`, each led by a sign for how many characters it shares: where that is shorter.

    Parameters
    ----------
    tree
        Mappings, lists and plain values.

    Examples
    --------
    >>> packed({"state": ["none"] * 30, "name": ["a", "b"]})
    {'state': {'=': 'none', 'n': 30}, 'name': ['a', 'b']}
    >>> packed(["site-1001", "site-1002", "site-1003", "site-1004"])
    {'#f': ['Asite-1001', 'I2', 'I3', 'I4']}
    """
    if isinstance(tree, dict):
        if SIGNS & tree.keys():
            return {"#k": list(tree), "v": packed(list(tree.values()))}
        plain = {key: packed(value) for key, value in tree.items()}
        few = _few_values(list(tree.values())) if len(tree) >= 4 else []  # noqa: PLR2004
        ways: list[Any] = [plain, *({"#k": list(tree), "v": values} for values in few)]
        return min(ways, key=lambda way: len(island(way)))
    if not isinstance(tree, list):
        return tree
    ways = [[packed(value) for value in tree]]
    if len(tree) >= 4:  # noqa: PLR2004 -- nothing to gain in fewer
        ways += _few_values(tree)
        rows = all(isinstance(row, dict) and row.keys() == tree[0].keys() for row in tree)
        if rows and not SIGNS & tree[0].keys():
            columns = {key: packed([row[key] for row in tree]) for key in tree[0]}
            ways.append({"#c": columns, "n": len(tree)})
        if all(type(value) is int for value in tree):
            ways.append({"#r": _counting_up(tree)})
        if all(isinstance(value, str) for value in tree):
            ways.append({"#f": _alike_beginnings(tree)})
    return min(ways, key=lambda way: len(island(way)))


def _few_values(tree: list[Any]) -> list[Any]:
    texts = [island(value) for value in tree]
    at = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    values = [packed(tree[texts.index(text)]) for text in at]
    if len(at) == 1:
        return [{"=": values[0], "n": len(tree)}]
    return [{"w": values, "i": [at[text] for text in texts]}] if len(at) < len(tree) else []


def _counting_up(tree: list[int]) -> list[int]:
    runs: list[int] = []
    for value in tree:
        if runs and value == runs[-2] + runs[-1]:
            runs[-1] += 1
        else:
            runs += [value, 1]
    return runs


def _alike_beginnings(tree: list[str]) -> list[str]:
    found, before = [], ""
    for text in tree:
        shared = 0
        most = min(len(text), len(before), SHARED)
        # A script counts a rare character as two; where one stands, sharing ends.
        while shared < most and text[shared] == before[shared] and text[shared] <= "\uffff":
            shared += 1
        found.append(chr(65 + shared) + text[shared:])
        before = text
    return found
