"""From a policy's sentences to proposed targets: number, unit, firmness, each with its quote."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coverplan.loop.policy import Clause, Policy

__all__ = ["Passed", "Proposal", "passed_over", "proposals", "soft_sentences"]

_UNITS = (
    "场次|人次|平方米|公里|万元|亿元|学时|小时|课时|个|所|家|场|人|名|次|处|%|％|元|支|条|篇|部|项|期|门"
    "|册|套|台|辆|亩|户|届|件|座|间|批|位|种|块|幅"
)
_NUMBER = re.compile(rf"(\d+(?:\.\d+)?)\s*(万)?\s*({_UNITS})(以上|以内|以下|左右)?")
_AT_LEAST = re.compile(r"(不少于|不低于|至少|达到|达|(?<!不)超过|突破|实现)\s*$")
_AT_MOST = re.compile(r"(不超过|不高于|控制在|不多于)\s*$")
_BREAK = re.compile(r"[，,：:]")
_VERBS = (
    "推动打造|新建|改建|扩建|建设|建成|打造|培育|开设|注册|创建|开展|举办|发展|培养|培训|建立|设立|命名"
    "|认定|配备|配置|选派|组建|成立|完成|招募|评选|新增|力争|实现|推动|编印|制作|开发|支持|每年|列入"
)
_VERB = re.compile(_VERBS)
_AIM = re.compile(r"力争|争取|努力")
_PROMOTE = re.compile(r"推动|推进|加快|引导|鼓励|支持|探索|逐步")
_YEARLY = re.compile(r"每年|年均|年度|每学年")
_DESIGNATED = re.compile(r"示范|命名|认定|品牌|称号|授牌")
_COVERED = re.compile(r"全覆盖|全部覆盖|覆盖所有|实现覆盖")
_PROJECT = re.compile(
    r"(?:加快|启动|完成|建成|推进)((?:[^，。；、]{0,14}?)(?:馆|中心|公园|广场|乐园))(?:建设|项目)?"
)
_FOUNDED = re.compile(
    r"(成立|组建成立|组建|建立|设立|搭建|增设|建设|定期举办|创建)"
    r"([^，。；]{2,40}?(?:协会(?!联合)|联合会|分校|办公室|平台|工作奖|大赛|栏目|联盟|学院|服务队|工作室))"
)
_STRUCTURE = re.compile(r"实施\s*\d+\s*项(?:[^，。；]{0,10})(?:行动|工程|任务|计划|举措)")
_LETTERED = re.compile(r"\d+[A-Za-z]")
_DATED = re.compile(r"〔\d{4}〕\s*\d+\s*号|\d{4}\s*[-—–－至]*\s*(?:\d{4})?\s*年|到\d{4}年")
_ANY = re.compile(r"\d+(?:\.\d+)?")
_SOFT = re.compile(
    r"明显(?:改善|提高|提升|增强)|显著(?:提高|提升|增强|改善)|基本形成|初步形成|逐年|逐步增加|达到全[省市国县]"
    r"|覆盖面|翻一番|倍增"
)
_NAME_STARTS, _NAME_ENDS = " 、，,", " 、，,的等在将"


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    A target as the text seems to set it; the planner confirms it.

    Parameters
    ----------
    clause
        The clause it stands in.
    name
        What is counted.
    kind
        As in the TARGETS table.
    unit, target, comparison
        What is to be reached; `target` is None for full coverage and for tasks.
    firm
        硬性, 力争 or 推动, by the words that stand before it.
    lead, responsible
        Of its clause.
    quote
        The sentence.
    why
        The words that led to it.
    """

    clause: str
    name: str
    kind: str
    unit: str
    target: float | None
    comparison: str
    firm: str
    lead: str
    responsible: str
    quote: str
    why: str


@dataclass(frozen=True, slots=True)
class Passed:
    """
    A number that was not taken for a target.

    Parameters
    ----------
    clause
        Where it stands.
    found
        The number with what surrounds it.
    reason
        Key of the reason: year, structure, word or no_unit.
    quote
        The sentence.
    """

    clause: str
    found: str
    reason: str
    quote: str


def proposals(policy: Policy) -> tuple[Proposal, ...]:
    """
    Propose targets and tasks from a policy's text.

    Parameters
    ----------
    policy
        The text, taken apart.

    Returns
    -------
    tuple of Proposal
        In the order of the text: numbers with a unit, full coverage, building projects, and (as
        kind `task`) bodies to be founded. Nothing of one county is known here: what cannot be read
        off the sentence is left to the planner.
    """
    return tuple(
        proposal
        for clause in policy.clauses
        for sentence in clause.sentences
        for proposal in _of_sentence(clause, sentence)
    )


def passed_over(policy: Policy) -> tuple[Passed, ...]:
    """
    Return every number of the text that is part of no proposal, with the reason.

    Parameters
    ----------
    policy
        The text, taken apart.
    """
    found = []
    for clause in policy.clauses:
        for sentence in clause.sentences:
            taken = [match.span() for match in _numbers(sentence)]
            for match in _ANY.finditer(sentence):
                if not any(start <= match.start() < end for start, end in taken):
                    around = sentence[max(0, match.start() - 6) : match.end() + 6]
                    reason = _reason(sentence, match)
                    found.append(Passed(clause.number, around, reason, sentence))
    return tuple(found)


def soft_sentences(policy: Policy) -> tuple[tuple[str, str], ...]:
    """
    Return sentences that promise something without a number, and led to no proposal.

    Parameters
    ----------
    policy
        The text, taken apart.

    Returns
    -------
    tuple of (clause, sentence)
        For the planner to judge: a program cannot.
    """
    return tuple(
        (clause.number, sentence)
        for clause in policy.clauses
        for sentence in clause.sentences
        if _SOFT.search(sentence) and not list(_of_sentence(clause, sentence))
    )


def _of_sentence(clause: Clause, sentence: str) -> Iterator[Proposal]:
    numbers = list(_numbers(sentence))
    done = 0
    for match in numbers:
        yield _numbered(clause, sentence, match, done)
        done = match.end()
    for match in _COVERED.finditer(sentence):
        yield _coverage(clause, sentence, match)
    for match in _PROJECT.finditer(sentence):
        yield _made(clause, sentence, match[1], "stage", match[0])
    for match in _FOUNDED.finditer(sentence):
        # 建设…工作室5个 is a number already
        inside = any(m.start() <= match.end() + 1 and m.end() > match.start() for m in numbers)
        if not inside and not _AIM.search(match[0]) and "体系" not in match[2]:
            yield _made(clause, sentence, match[2], "task", match[0])


def _numbers(sentence: str) -> Iterator[re.Match[str]]:
    dated = [m.span() for m in _DATED.finditer(sentence)]
    built = [m.span() for m in _STRUCTURE.finditer(sentence)]
    for match in _NUMBER.finditer(sentence):
        if not any(start <= match.start() < end for start, end in (*dated, *built)):
            yield match


def _numbered(clause: Clause, sentence: str, match: re.Match[str], done: int) -> Proposal:
    before = sentence[done : match.start()]
    phrase = _BREAK.split(before)[-1]
    value = float(match[1]) * (10_000 if match[2] else 1)
    unit = "%" if match[3] in {"%", "％"} else match[3]
    most = _AT_MOST.search(phrase) or match[4] in {"以内", "以下"}
    head = _AT_MOST.sub("", _AT_LEAST.sub("", phrase))
    per_head = head.rstrip().endswith("人均")
    whole = _BREAK.split(sentence[: match.start()])[-1]
    tail = _BREAK.split(sentence[match.end() :])[0]
    name = _name(head)
    if per_head or len(name) < 2:  # noqa: PLR2004 - a name has two characters at least
        # what is counted stands behind: 按人均2元标准将科普经费列入年度预算
        behind = re.search(r"(?:将|把)(.{2,12}?)(?:列入|纳入|安排)", tail)
        name = f"{behind[1]}{'人均标准' if per_head else ''}" if behind else (name or tail[:12])
    yearly = bool(_YEARLY.search(whole) or _YEARLY.search(tail))
    kind = _kind(unit, whole, yearly=yearly)
    shown = f"{unit}/人" if per_head else f"{unit}/年" if kind == "flow_per_year" else unit
    return Proposal(
        clause.number,
        name,
        kind,
        shown,
        value,
        "<=" if most else ">=",
        _firm(whole),
        clause.lead,
        clause.responsible,
        sentence,
        f"{phrase[-8:]}{match[0]}",
    )


def _kind(unit: str, phrase: str, *, yearly: bool) -> str:
    if unit == "%":
        return "share"
    if yearly:
        return "flow_per_year"
    if _DESIGNATED.search(phrase):
        return "designation"
    return "stock"


def _coverage(clause: Clause, sentence: str, match: re.Match[str]) -> Proposal:
    phrase = _BREAK.split(sentence[: match.start()])[-1]
    where = re.search(r"(?:在|对|向)([^在]{2,16}?)(?:实现)?$", phrase)
    name = _name(re.sub(r"实现$", "", phrase)) or phrase
    return Proposal(
        clause.number,
        f"{name}{match[0]}",
        "coverage",
        "",
        None,
        "full",
        _firm(phrase),
        clause.lead,
        clause.responsible,
        sentence,
        f"{where[1] if where else phrase[-8:]}{match[0]}",
    )


def _made(clause: Clause, sentence: str, name: str, kind: str, why: str) -> Proposal:
    return Proposal(
        clause.number,
        _clean(name),
        kind,
        "个",
        1.0,
        ">=",
        "力争" if _AIM.search(why) else "推动",
        clause.lead,
        clause.responsible,
        sentence,
        why,
    )


def _firm(phrase: str) -> str:
    if _AIM.search(phrase):
        return "力争"
    return "推动" if _PROMOTE.search(phrase) else "硬性"


def _name(phrase: str) -> str:
    verbs = list(_VERB.finditer(phrase))
    for verb in reversed(verbs):
        rest = _clean(phrase[verb.end() :])
        if len(rest) >= 2:  # noqa: PLR2004 - a name has two characters at least
            return rest
    return _clean(phrase)


def _clean(text: str) -> str:
    return re.sub(r"^到\d{4}年", "", text).lstrip(_NAME_STARTS).rstrip(_NAME_ENDS)


def _reason(sentence: str, match: re.Match[str]) -> str:
    for pattern, reason in ((_DATED, "year"), (_STRUCTURE, "structure"), (_LETTERED, "word")):
        for found in pattern.finditer(sentence):
            if found.start() <= match.start() < found.end():
                return reason
    return "no_unit"
