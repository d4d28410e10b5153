"""Where a table's header stands, and which of its columns is which."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from coverplan.intake.cells import Raw, printable, written
from coverplan.intake.grids import Grid
from coverplan.schema import TableContract

__all__ = ["Extra", "Header", "bare_header", "find_header"]

Extra = tuple[tuple[str, str, str], ...]
"""Aliases of the planner: canonical column, header, table (empty: any)."""

_SEARCHED_ROWS = 30
_FEWEST = 2
_LOOSE = re.compile(r"[\s_\-*:：/、,，.。·\"'“”‘’]+")
_BRACKET = re.compile(r"[(\[【〔<《]([^()\[\]【】〔〕<>《》]*)[)\]】〕>》]")
# What may stand in brackets after a header and changes nothing. 万元, 小时, 公里 are not here: they
# change the number, so such a header is not taken for the column it resembles.
_HARMLESS = frozenset(
    [
        "必填",
        "选填",
        "可选",
        "元",
        "人",
        "个",
        "处",
        "人次",
        "分钟",
        "分",
        "min",
        "米",
        "m",
        "度",
        "°",
        "十进制度",
        "十进制",
        "度分秒",
        "街道",
        "镇",
        "乡",
        "社区",
        "村",
        "村居",
        "wgs84",
        "wgs-84",
        "cgcs2000",
        "yyyy-mm-dd",
        "年月日",
        "9位",
        "12位",
        "6位",
        "文本",
        "是否",
        "是/否",
        "required",
    ]
)


@dataclass(frozen=True, slots=True)
class Header:
    """
    A header that was found.

    Parameters
    ----------
    first_row
        Its (first) row as a spreadsheet counts; 1 is the top.
    depth
        Rows it takes, 1 or 2.
    places
        Canonical column name -> place in the row, from 0.
    texts
        Canonical column name -> the header as it stands in the file.
    doubled
        Canonical column name -> the headers that all claim it.
    unused
        Headers that name no column of the contract.
    """

    first_row: int
    depth: int
    places: Mapping[str, int]
    texts: Mapping[str, str]
    doubled: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]

    @property
    def data_row(self) -> int:
        """Return the first row of data as a spreadsheet counts."""
        return self.first_row + self.depth


def bare_header(text: str) -> str:
    """
    Return a header without what does not tell headers apart: case, spaces, marks, harmless units.

    Parameters
    ----------
    text
        A header as it stands.

    Examples
    --------
    >>> bare_header("乡镇（街道）*"), bare_header("投入（元）"), bare_header("投入（万元）")
    ('乡镇', '投入', '投入(万元)')
    """
    plain = unicodedata.normalize("NFKC", printable(text)).casefold()
    plain = _BRACKET.sub(
        lambda found: "" if found[1].strip() in _HARMLESS else found[0].replace(" ", ""), plain
    )
    return _LOOSE.sub("", plain)


def find_header(grid: Grid, contract: TableContract, extra: Extra = ()) -> Header | None:
    """
    Return the header of a sheet: the row, or pair of rows, that names most columns.

    Title rows above it and group headings over merged cells are passed over.

    Parameters
    ----------
    grid
        The sheet.
    contract
        What is looked for.
    extra
        Aliases of the planner.

    Returns
    -------
    Header or None
        None where no row names at least two columns of the contract.
    """
    names = _known(contract, extra)
    best: Header | None = None
    for row in range(min(len(grid.rows), _SEARCHED_ROWS)):
        for depth in (1, 2):
            if depth == 2 and row + 1 >= len(grid.rows):  # noqa: PLR2004 - a pair of rows
                continue
            texts = _texts(grid.rows[row : row + depth])
            found = _matched(texts, names, contract, row + 1, depth)
            if best is None or len(found.places) > len(best.places):
                best = found
    fewest = min(_FEWEST, len(contract.required) or 1)
    return best if best is not None and len(best.places) >= fewest else None


def _texts(rows: Sequence[Sequence[Raw]]) -> list[str]:
    width = max(len(row) for row in rows)
    texts = [""] * width
    for row in rows:  # what stands lower says more: 坐标 over 经度 | 纬度
        for place, raw in enumerate(row):
            if isinstance(raw, str) and printable(raw):
                texts[place] = printable(raw)
            elif raw is not None and not isinstance(raw, str):
                texts[place] = written(raw)
    return texts


def _matched(
    texts: Sequence[str],
    names: Mapping[str, list[tuple[int, int, str]]],
    contract: TableContract,
    row: int,
    depth: int,
) -> Header:
    claims = sorted(
        (rank, order, place, name)
        for place, text in enumerate(texts)
        if text
        for rank, order, name in names.get(bare_header(text), ())
    )
    places: dict[str, int] = {}
    ranks: dict[str, int] = {}
    taken: set[int] = set()
    doubled: dict[str, list[str]] = {}
    for rank, _, place, name in claims:
        if place in taken:
            continue
        if name in places:
            if ranks[name] == rank:
                doubled.setdefault(name, [texts[places[name]]]).append(texts[place])
            continue
        places[name], ranks[name] = place, rank
        taken.add(place)
    ordered = {name: places[name] for name in contract.names if name in places}
    return Header(
        row,
        depth,
        ordered,
        {name: texts[place] for name, place in ordered.items()},
        {name: tuple(claimed) for name, claimed in doubled.items()},
        tuple(text for place, text in enumerate(texts) if text and place not in taken),
    )


def _known(contract: TableContract, extra: Extra) -> dict[str, list[tuple[int, int, str]]]:
    # bare header -> (rank, order, column): the canonical name binds closest, a general alias least
    aliases = _aliases()
    own, anywhere = aliases.get(contract.name, {}), aliases["any"]
    found: dict[str, list[tuple[int, int, str]]] = {}
    for order, column in enumerate(contract.columns):
        ranked = [(1, column.zh)]
        if column.aliased:
            ranked += [(0, column.name)]
            ranked += [(3, alias) for alias in own.get(column.name, ())]
            ranked += [(4, alias) for alias in anywhere.get(column.name, ())]
        ranked += [
            (2, alias)
            for name, alias, table in extra
            if name == column.name and table in {"", contract.name}
        ]
        for rank, header in ranked:
            found.setdefault(bare_header(header), []).append((rank, order, column.name))
    return {header: sorted(claims) for header, claims in found.items()}


@cache
def _aliases() -> dict[str, dict[str, list[str]]]:
    text = files("coverplan.intake").joinpath("headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
