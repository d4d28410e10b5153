"""The sentences that say how sure the proposals are, and what the rules cost."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from coverplan.config import Plan
from coverplan.domain import Rung
from coverplan.errors import Problem, Severity
from coverplan.placement.stability import STABLE
from coverplan.rows import row_at
from coverplan.text import LANGUAGES, say

__all__ = ["evidence_notes"]


def evidence_notes(
    plan: Plan,
    *,
    evidence: pd.DataFrame,
    prices: pd.DataFrame,
    plans: pd.DataFrame,
    worlds: pd.DataFrame,
    venue_types: pd.DataFrame,
) -> tuple[Problem, ...]:
    """
    Return the sentences that say how sure the proposals are and what the rules cost.

    Parameters
    ----------
    plan
        Its programmes and its rung.
    evidence
        What `evidence.candidate_evidence` returned.
    prices
        What `prospects.prices` returned.
    plans, worlds
        What `trials.with_regret` and `trials.worlds_table` returned.
    venue_types
        [id] `zh, en`.
    """
    said = []
    programmes = {item.type: item for item in plan.programme}
    for kind, rows in evidence[evidence["chosen"]].groupby(level="type", sort=False):
        item = programmes[str(kind)]
        words = _words(venue_types, str(kind))
        count = {
            name: int((rows["label"] == name).sum()) for name in ("backbone", "interchangeable")
        }
        count["undecided"] = int((rows["label"] == "open").sum())
        values = {**words, "new": len(rows), **count}
        if kind not in worlds.index.unique("type"):
            said.append(_note("evidence.summary_untried", values))
            continue
        tried = worlds.loc[[kind]].droplevel("type")
        travel = item.model == "p_median"
        unstable = int((rows["stability"] < STABLE).sum())
        varied = _varied(tried, travel=travel, pupils=item.demand == "pupils")
        values |= {"worlds": len(tried), "unstable": unstable, **varied}
        said.append(_note("evidence.summary_travel" if travel else "evidence.summary", values))
        if travel:
            said.extend(_travel_notes(words, tried))
        else:
            said.extend(_regret_notes(str(kind), words, plans, tried))
    if len(worlds) and Rung(plan.travel.rung) is Rung.ASKED:
        said.append(_note("evidence.positions_asked", {}))
    for price in prices.reset_index().to_dict("records"):
        words, rule = _words(venue_types, str(price["type"])), price["rule"]
        names = {f"rule_{lang}": say(f"evidence.rule.{rule}", lang) for lang in LANGUAGES}
        numbers = {n: int(price[n]) for n in ("people", "people_with", "people_without")}
        said.append(_note("evidence.price", {**words, **names, **numbers}))
    return tuple(said)


def _varied(tried: pd.DataFrame, *, travel: bool, pupils: bool) -> dict[str, str]:
    """Return in words what the worlds vary: only kinds that were really tried."""
    other = {
        "draw": "sizes" if travel else "draw",
        "positions": "schools" if pupils else "positions",
    }
    kinds = [other.get(one, one) for one in dict.fromkeys(tried["what"]) if one != "base"]
    parted = {"zh": "、", "en": ", "}
    return {
        f"varied_{lang}": parted[lang].join(say(f"evidence.varied.{one}", lang) for one in kinds)
        for lang in LANGUAGES
    }


def _regret_notes(
    kind: str, words: Mapping[str, str], plans: pd.DataFrame, tried: pd.DataFrame
) -> Iterable[Problem]:
    """Say in which world the proposals lack most, and what the plan of least regret would be."""
    low, high = int(tried["regret"].min()), int(tried["regret"].max())
    spread = {**words, **_worst(tried, "regret"), "low": low, "high": high}
    yield _note("evidence.regret", spread)
    yield from _doubts(words, tried)
    if plans.empty or kind not in plans.index.unique("type"):
        return
    mine = plans.xs(kind, level="type")
    robust = mine[mine["kind"] == "least_regret"]
    if robust.empty:
        return
    one = robust.iloc[0]
    key = "evidence.robust" if one["proven"] else "evidence.robust_unproven"
    if one["proven"] and not one["differs"]:
        key = "evidence.robust_same"
    numbers = {name: int(one[name]) for name in ("people", "differs")}
    regret = {"least": int(one["regret_low"]), "most": int(one["regret_high"])}
    yield _note(key, {**words, **numbers, **regret, "high": high})


def _travel_notes(words: Mapping[str, str], tried: pd.DataFrame) -> Iterable[Problem]:
    """Say in which world the proposals make people travel most beyond what the best plan does."""
    regret = tried["regret_minutes"]
    if regret.notna().any():
        mean = (tried["minutes"] - tried["minutes_best"]).clip(lower=0.0)
        spread = {
            "low": int(regret.min()),
            "high": int(regret.max()),
            "mean_low": f"{float(mean.min()):.1f}",
            "mean_high": f"{float(mean.max()):.1f}",
        }
        yield _note(
            "evidence.regret_travel", {**words, **_worst(tried, "regret_minutes"), **spread}
        )
    unsolved = tried["minutes_best"].isna()
    unserved = int((tried["minutes"].isna() & ~unsolved).sum())
    if unsolved.any():
        yield _note("evidence.worlds_unsolved", {**words, "n": int(unsolved.sum())})
    if unserved:
        yield _note("evidence.worlds_unserved", {**words, "n": unserved})
    yield from _doubts(words, tried[~unsolved])


def _doubts(words: Mapping[str, str], tried: pd.DataFrame) -> Iterable[Problem]:
    """Name the roads that were tried closed, and say how many worlds are not proven."""
    unproven = int((~tried["proven"]).sum())
    if unproven:
        yield _note("evidence.worlds_unproven", {**words, "n": unproven})
    roads = list(tried.loc[tried["what"] == "road_closed", "name"])
    if roads:
        yield _note("evidence.roads", {**words, "n": len(roads), "names": "、".join(roads)})


def _worst(tried: pd.DataFrame, regret: str) -> dict[str, str]:
    """Return in words in which world most is lacking."""
    worst = tried.iloc[int(tried[regret].fillna(-1).argmax())]
    return {
        f"what_{lang}": say(f"evidence.world.{worst['what']}", lang, name=worst["name"])
        for lang in LANGUAGES
    }


def _words(venue_types: pd.DataFrame, kind: str) -> dict[str, str]:
    names = row_at(venue_types, kind)
    return {"type_zh": str(names["zh"]), "type_en": str(names["en"])}


def _note(key: str, values: Mapping[str, Any]) -> Problem:
    return Problem(key, values=values, severity=Severity.NOTE)
