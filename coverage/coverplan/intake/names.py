"""Which township or village a written name means: exactly, by its stem, or only perhaps."""

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from coverplan.intake.cells import printable

__all__ = ["How", "Match", "TownshipNames", "VillageNames", "bare_name", "stem", "village_stem"]


class How(StrEnum):
    """By what a name was matched, surest first; the last three are no match yet."""

    CODE = "code"
    EXACT = "exact"
    ALIAS = "alias"
    STEM = "stem"
    KIND = "kind"
    """The stem is the same, 街道/镇/乡 or 村/社区 differs: taken, and asked about."""
    PINYIN = "pinyin"
    """It sounds the same: to be confirmed."""
    SPLIT = "split"
    """A former name or code with several successors: to be chosen."""
    NONE = "none"

    @property
    def sure(self) -> bool:
        """Return whether the name counts as matched."""
        return self not in {How.PINYIN, How.SPLIT, How.NONE}


@dataclass(frozen=True, slots=True)
class Match:
    """
    What a name was taken for.

    Parameters
    ----------
    code
        The code, or empty where nothing is sure.
    how
        By what.
    suggestions
        Names that may be meant, best first; never taken without the planner's word.
    """

    code: str
    how: How
    suggestions: tuple[str, ...] = ()


_KINDS = ("街道", "镇", "乡")
_OFFICE = re.compile(
    r"(人民政府|政府|党委政府|党委|党工委|管委会|便民服务中心|街道办事处|办事处|街道办|科协)$"
)
_BRACKETED = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")
_ETHNIC = re.compile(r"[\u4e00-\u9fff]{1,10}族乡$")
_VILLAGE_TAIL = re.compile(
    r"(社区居民委员会|村民委员会|居民委员会|社区居委会|村委会|居委会|便民服务站|党群服务中心|"
    r"新时代文明实践站)$"
)
_CODE_DIGITS = 9
_READINGS = 64
_SUGGESTED = 3
_ALIKE = 55


def bare_name(text: str, county: Sequence[str] = ()) -> str:
    """
    Return a township's name without province, city, county, office and brackets.

    Parameters
    ----------
    text
        As written.
    county
        Names of the county that may stand in front, as `["丰都县"]`.

    Examples
    --------
    >>> bare_name("重庆市丰都县三合街道办事处", ["丰都县"])
    '三合街道'
    >>> bare_name("高家镇人民政府（驻地）")
    '高家镇'
    """
    plain = unicodedata.normalize("NFKC", printable(text)).replace(" ", "")
    without = _BRACKETED.sub("", plain) or plain
    for prefix in county:  # whatever stands before the county's name is its province or city
        _, found, rest = without.partition(prefix) if prefix else ("", "", "")
        if found and len(rest) > 1:
            without = rest
    office = _OFFICE.search(without)
    if office and len(without) > len(office[1]) + 1:
        kept = without[: office.start()]
        # 三合街道办事处 and 三合办事处 are both 三合街道; 高家镇政府 keeps its 镇
        if office[1] in {"街道办事处", "办事处", "街道办"} and not kept.endswith(_KINDS):
            kept += "街道"
        without = kept
    return without.casefold()


def stem(name: str) -> str:
    """
    Return a township's bare name without 街道, 镇 or 乡.

    Parameters
    ----------
    name
        As `bare_name` returns it.

    Examples
    --------
    >>> stem("三合街道"), stem("南天湖镇"), stem("镇")
    ('三合', '南天湖', '镇')
    """
    for kind in _KINDS:
        if name.endswith(kind) and len(name) > len(kind) + 1:
            return name[: -len(kind)]
    return name


def village_stem(name: str) -> str:
    """
    Return a village's name without its committee and without 村 or 社区.

    Parameters
    ----------
    name
        As written.

    Examples
    --------
    >>> [village_stem(name) for name in ("滨江东路社区居民委员会", "长坡村村民委员会", "长坡村")]
    ['滨江东路', '长坡', '长坡']
    """
    plain = _village_bare(name)
    for kind in ("社区", "村"):
        if plain.endswith(kind) and len(plain) > len(kind):
            return plain[: -len(kind)]
    return plain


def _village_bare(name: str) -> str:
    plain = unicodedata.normalize("NFKC", printable(name)).replace(" ", "")
    plain = _BRACKETED.sub("", plain) or plain
    tail = _VILLAGE_TAIL.search(plain)
    if tail and len(plain) > len(tail[1]):
        kept = plain[: tail.start()]
        if tail[1].startswith("社区") and not kept.endswith("社区"):
            kept += "社区"
        elif tail[1].startswith(("村", "居民")) and not kept.endswith(("村", "社区")):
            kept += "村" if tail[1].startswith("村") else "社区"
        plain = kept
    return plain.casefold()


@dataclass(frozen=True, slots=True)
class TownshipNames:
    """
    The townships of one county, to be asked what a written name means.

    Parameters
    ----------
    names
        code9 -> name.
    aliases
        (alias or former code, code9) as the planner wrote them; several codes for one alias make
        it a split township.
    county
        Names that may stand in front, as `["丰都县"]`.
    """

    names: Mapping[str, str]
    aliases: tuple[tuple[str, str], ...] = ()
    county: tuple[str, ...] = ()
    _exact: dict[str, list[str]] = field(init=False, repr=False, compare=False)
    _stems: dict[str, list[str]] = field(init=False, repr=False, compare=False)
    _alias: dict[str, list[str]] = field(init=False, repr=False, compare=False)
    _known: dict[str, Match] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        exact: dict[str, list[str]] = defaultdict(list)
        stems: dict[str, list[str]] = defaultdict(list)
        alias: dict[str, list[str]] = defaultdict(list)
        for code, name in self.names.items():
            # 东丽区经济技术开发区 lies in 东丽区: its own name is not a prefix to be cut
            for bare in dict.fromkeys((bare_name(name), bare_name(name, self.county))):
                exact[bare].append(code)
                stems[_deep_stem(bare)].append(code)
        for text, code in self.aliases:
            bare = bare_name(text, self.county)
            if code in self.names and code not in alias[bare]:
                alias[bare].append(code)
        object.__setattr__(self, "_exact", dict(exact))
        object.__setattr__(self, "_stems", dict(stems))
        object.__setattr__(self, "_alias", dict(alias))
        object.__setattr__(self, "_known", {})

    def match(self, text: str) -> Match:
        """
        Return what a name or code means.

        Parameters
        ----------
        text
            A name with or without 县, 人民政府, brackets; or a code of 9 or 12 digits.

        Returns
        -------
        Match
            Sure by code, exact name, alias, or stem where only one township has that stem.

        Examples
        --------
        >>> names = TownshipNames({"500230111": "双路镇", "500230112": "双龙镇"})
        >>> names.match("双路").code
        '500230111'
        >>> names.match("双陆镇")
        Match(code='', how=<How.PINYIN: 'pinyin'>, suggestions=('双路镇',))
        """
        if text not in self._known:
            self._known[text] = self._matched(text)
        return self._known[text]

    def _matched(self, text: str) -> Match:
        whole, bare = bare_name(text), bare_name(text, self.county)
        code = bare[:_CODE_DIGITS]
        if bare.isdigit() and code in self.names and not bare[_CODE_DIGITS:].strip("0"):
            return Match(code, How.CODE)
        for table, how in ((self._exact, How.EXACT), (self._alias, How.ALIAS)):
            for form in (whole, bare):
                if form in table:
                    return self._one(table[form], how)
        if not bare or bare.isdigit():
            return Match("", How.NONE)
        return self._likened(bare)

    def _likened(self, bare: str) -> Match:
        deep = _deep_stem(bare)
        if deep in self._stems:
            return self._one(self._stems[deep], How.STEM if bare == stem(bare) else How.KIND)
        sounding = _sounding(deep, self._stems)[:_SUGGESTED]
        if sounding:
            return Match("", How.PINYIN, tuple(self.names[code] for code in sounding))
        return Match("", How.NONE, _alike(bare, self.names.values()))

    def _one(self, codes: Sequence[str], how: How) -> Match:
        if len(codes) == 1:
            return Match(codes[0], how)
        return Match("", How.SPLIT, tuple(self.names[code] for code in codes))


def _deep_stem(bare: str) -> str:
    # 都督乡, 都督土家族乡 and 都督 are one place
    found = _ETHNIC.search(bare)
    if found:
        cut = re.sub(r"(土家|苗|回|侗|彝|壮|瑶|布依|畲|满|蒙古|藏|白|傣|羌|仡佬)+族乡$", "", bare)
        if len(cut) > 1:
            return cut
    return stem(bare)


@dataclass(frozen=True, slots=True)
class VillageNames:
    """
    The villages of one county, to be asked what a name within a township means.

    Parameters
    ----------
    names
        code12 -> name.
    towns
        code12 -> code9, where it is not the code's own beginning: a village whose township was
        merged keeps its code for a while.
    """

    names: Mapping[str, str]
    towns: Mapping[str, str] = field(default_factory=dict)
    _exact: dict[tuple[str, str], list[str]] = field(init=False, repr=False, compare=False)
    _stems: dict[tuple[str, str], list[str]] = field(init=False, repr=False, compare=False)
    _inside: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        exact, stems, inside = defaultdict(list), defaultdict(list), defaultdict(list)
        for code, name in self.names.items():
            town = self.towns.get(code, code[:_CODE_DIGITS])
            exact[town, _village_bare(name)].append(code)
            stems[town, village_stem(name)].append(code)
            inside[town].append(code)
        object.__setattr__(self, "_exact", dict(exact))
        object.__setattr__(self, "_stems", dict(stems))
        object.__setattr__(self, "_inside", dict(inside))

    def elsewhere(self, code9: str, text: str) -> tuple[str, ...]:
        """
        Return the other townships that have a village of this very name or code.

        Parameters
        ----------
        code9
            The township in which it is not.
        text
            Name or code12.

        Examples
        --------
        >>> names = VillageNames({"500230111005": "花园社区居民委员会"})
        >>> names.elsewhere("500230112", "花园社区")
        ('500230111',)
        """
        plain = unicodedata.normalize("NFKC", printable(text)).replace(" ", "")
        bare = _village_bare(text)
        towns = {town for town, name in self._exact if name == bare}
        towns |= {town for town, codes in self._inside.items() if plain in codes}
        return tuple(sorted(towns - {code9}))

    def match(self, code9: str, text: str) -> Match:
        """
        Return which village of a township a name or code means.

        Parameters
        ----------
        code9
            The township: the same village name occurs in several.
        text
            Name, with or without 村民委员会, or code12.

        Examples
        --------
        >>> names = VillageNames({"500230111005": "花园社区居民委员会"})
        >>> names.match("500230111", "花园社区").how.value
        'exact'
        >>> names.match("500230112", "花园社区").how.value
        'none'
        """
        plain = unicodedata.normalize("NFKC", printable(text)).replace(" ", "")
        if plain in self._inside.get(code9, []):
            return Match(plain, How.CODE)
        codes = self._exact.get((code9, _village_bare(text)), [])
        how = How.EXACT
        if not codes:
            codes = self._stems.get((code9, village_stem(text)), [])
            given = village_stem(text) != _village_bare(text)
            how = How.KIND if given else How.STEM
        if len(codes) == 1:
            return Match(codes[0], how)
        if codes:
            return Match("", How.SPLIT, tuple(self.names[code] for code in codes))
        inside = {village_stem(self.names[code]): [code] for code in self._inside.get(code9, [])}
        sounding = _sounding(village_stem(text), inside)
        if sounding:
            return Match("", How.PINYIN, tuple(self.names[code] for code in sounding[:_SUGGESTED]))
        there = [self.names[code] for code in self._inside.get(code9, [])]
        return Match("", How.NONE, _alike(_village_bare(text), there))


def _sounding(text: str, stems: Mapping[str, list[str]]) -> list[str]:
    spoken = _readings(text)
    return [code for name, codes in stems.items() if spoken & _readings(name) for code in codes]


def _readings(text: str) -> frozenset[str]:
    # every reading of every character: of place names the first is often wrong (长坡, chang/zhang)
    from pypinyin import Style, pinyin  # noqa: PLC0415 - heavy, and needed for unknown names only

    if not text:
        return frozenset()
    syllables = pinyin(text, style=Style.NORMAL, heteronym=True)
    spoken = itertools.islice(itertools.product(*syllables), _READINGS)
    return frozenset(" ".join(word) for word in spoken)


def _alike(text: str, names: Iterable[str]) -> tuple[str, ...]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - for unknown names only

    found = process.extract(
        text, list(names), scorer=fuzz.ratio, limit=_SUGGESTED, score_cutoff=_ALIKE
    )
    return tuple(name for name, _, _ in found)
