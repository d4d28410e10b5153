"""How many new sites are needed for the target and one a township, in words."""

from collections.abc import Collection, Mapping

from coverplan.errors import Problem, Severity
from coverplan.placement.arithmetic import Arithmetic
from coverplan.placement.chain import Chain, Goal
from coverplan.placement.result import Status

__all__ = ["beyond_needed", "needed_notes"]


def needed_notes(need: Arithmetic, words: Mapping[str, str]) -> list[Problem]:
    """
    Return the sentences that say how many new sites are needed.

    Parameters
    ----------
    need
        The numbers.
    words
        `type_zh, type_en`.
    """
    values: dict[str, str | float] = {
        **words,
        "open": need.open_sites,
        "none": need.zones_none,
        "unreported": need.zones_unreported,
        "target": need.target,
    }
    if not need.target:
        return [_note("say.needed_no_target", range=_spread(need), **values)]
    if not need.zones_unreported:
        notes = [_note("say.needed", low=need.needed_low, **values)]
    else:
        spread: dict[str, str | float] = {"range": _spread(need), "counted": need.needed_if_counted}
        notes = [_note("say.needed_range", **values, **spread)]
    if need.beyond_target and need.needed_low:
        total = need.total_low
        notes.append(_note("say.needed_beyond", **words, target=need.target, total=total))
    return notes


def beyond_needed(
    chain: Chain, need: Arithmetic, allowed: int, must: Collection[int]
) -> list[Problem]:
    """
    Say where the sites beyond what is needed went, if they went where they serve most.

    Parameters
    ----------
    chain
        The placement.
    need
        What is needed.
    allowed
        New sites that the plan allows.
    must
        Columns of the sites that had to be chosen: they went where they had to.

    Returns
    -------
    list[Problem]
        One note, or none where nothing is left over or people did not decide.
    """
    extra = allowed - need.needed_high
    if extra <= 0 or not need.target or chain.unplaced:
        return []
    proven = any(one.goal is Goal.PEOPLE and one.status is Status.OPTIMAL for one in chain.stages)
    last = chain.steps[-extra:]
    if not proven or any(step.site in must or step.people <= 0 for step in last):
        return []
    return [_note("say.beyond_needed", allowed=allowed, range=_spread(need), extra=extra)]


def _spread(need: Arithmetic) -> str:
    low, high = need.needed_low, need.needed_high
    return str(low) if low == high else f"{low}～{high}"


def _note(key: str, **values: str | float) -> Problem:
    return Problem(key, values=values, severity=Severity.NOTE)
