"""What of a run's placements can be proven again by anybody, without the solver."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from coverplan.config_tables import Programme
from coverplan.domain import Result, TravelTimes
from coverplan.errors import InputError
from coverplan.placement.certificate import Verdict, certificate, verify
from coverplan.placement.median_certificate import median_certificate, verify_median
from coverplan.prospects import rules_of
from coverplan.rows import row_at
from coverplan.scene import Choice, Scene, choice_of
from coverplan.text import say

__all__ = ["Checked", "Outcome", "certificates", "checked"]


class Outcome(StrEnum):
    """What a check without the solver came to."""

    PROVEN = "proven"
    """No plan that keeps the rules is better: proven again."""
    BOUND_ONLY = "bound_only"
    """The bound was re-checked; that the plan is the best rests on the solver alone."""
    NOT_CERTIFIED = "not_certified"
    """A placement for which there is no certificate: it rests on the solver alone."""
    WRONG = "wrong"
    """The certificate does not fit the run, or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Checked:
    """
    One programme's proof, checked again.

    Parameters
    ----------
    type
        Venue type of the programme.
    names
        `zh` and `en` name of it.
    outcome
        What came out.
    reason
        Of `wrong`: `inputs`, `question`, `rules`, `figure` or `unreadable`; of `not_certified`:
        `themes`, `listed`, `capacity` or `other`; else "".
    verdict
        The figures; None without a readable certificate.
    question
        What the certificate answers: new sites, cutoff, zones that need a site.
    """

    type: str
    names: Mapping[str, str]
    outcome: Outcome
    reason: str = ""
    verdict: Verdict | None = None
    question: Mapping[str, Any] | None = None

    def text(self, lang: str) -> str:
        """
        Return in words what was proven, and what was not.

        Parameters
        ----------
        lang
            `"zh"` or `"en"`.
        """
        name = {"type": self.names[lang]}
        if self.outcome is Outcome.NOT_CERTIFIED:
            why = say(f"proof.no_paper.{self.reason or 'other'}", lang)
            return say("proof.not_certified", lang, **name, why=why)
        if self.outcome is Outcome.WRONG or self.verdict is None or self.question is None:
            why = say(f"proof.why.{self.reason}", lang)
            return say("proof.wrong", lang, **name, why=why)
        question, verdict = self.question, self.verdict
        median = question["model"] == "p_median"
        values = {
            "new": question["new_sites"],
            "cutoff": question.get("cutoff", 0),
            "needs": len(question["zone_min"]),
            "covered": round(verdict.covered),
            "bound": round(verdict.bound),
            "gap": round(abs(verdict.bound - verdict.covered)),
        }
        key = f"proof.{'median' if median else 'people'}_{self.outcome}"
        said = [say(key, lang, **name, **values)]
        if not median:
            said.append(say("proof.not_rechecked", lang))
        if self.reason == "withheld":
            said.append(say("proof.withheld", lang))
        return ("" if lang == "zh" else " ").join(said)


def certificates(result: Result) -> dict[str, dict[str, object]]:
    """
    Return a certificate for every programme whose sites were chosen by people or travel.

    Parameters
    ----------
    result
        What a run computed.

    Returns
    -------
    dict[str, dict[str, object]]
        Venue type -> paper, as `placement.certificate` and `placement.median_certificate` write
        it, with the ids of `sites` and `demand`, in whose order its numbers stand.
    """
    papers = {}
    for item in result.plan.programme:
        asked = _asked(item, result)
        if asked is None:
            continue
        question, times, weight, zone, chosen = asked
        rules = {name: question[name] for name in ("existing", "required")}
        paper: dict[str, object]
        try:
            if question["model"] == "p_median":
                new = question["new_sites"]
                paper = median_certificate(times, weight, new, chosen, **rules)
            else:
                paper = certificate(
                    times,
                    weight,
                    question["cutoff"],
                    question["new_sites"],
                    chosen,
                    zone=zone if question["zone_min"] else None,
                    zone_min=question["zone_min"] or None,
                    **rules,
                )
        except (InputError, ValueError):
            # Fractions of people, or somebody who reaches no open site: `checked` says that this
            # placement has no certificate.
            continue
        ids = {name: question[name] for name in ("sites", "demand")}
        papers[item.type] = {"type": item.type, **paper, **ids}
    return papers


def checked(result: Result, papers: Mapping[str, Mapping[str, object]]) -> tuple[Checked, ...]:
    """
    Check certificates against the figures of a run, without the solver, in whole numbers.

    Parameters
    ----------
    result
        The run, as it was computed or as `read_run` reads it.
    papers
        Venue type -> certificate.

    Returns
    -------
    tuple[Checked, ...]
        One for each programme that placed something, in the order of the plan.
    """
    found = []
    for item in result.plan.programme:
        names = row_at(result.venue_types, item.type)
        words = {lang: str(names[lang]) for lang in ("zh", "en")}
        if item.type in papers:
            found.append(_checked(item, result, papers[item.type], words))
        elif _proposed(item, result):
            found.append(Checked(item.type, words, Outcome.NOT_CERTIFIED, _no_paper(item, result)))
    return tuple(found)


def _no_paper(item: Programme, result: Result) -> str:
    """Return for which of its rules a placement has no certificate."""
    if item.model == "count":
        listed = row_at(result.programmes, item.type)["status"] == "listed"
        return "listed" if listed else "themes"
    return "capacity" if item.class_slots else "other"


def _checked(
    item: Programme, result: Result, paper: Mapping[str, object], names: Mapping[str, str]
) -> Checked:
    wrong = Checked(item.type, names, Outcome.WRONG, "unreadable")
    try:
        times, weight, zone = _inputs(result, paper)
        if paper["model"] == "p_median":
            verdict = verify_median(paper, times, weight)
        else:
            verdict = verify(paper, times, weight, zone if paper["zone_min"] else None)
        proposed = set(_proposed(item, result))
        numbers = set(np.asarray(paper["chosen"]).tolist()) - set(paper["existing"])  # type: ignore[call-overload]
        certified = {str(paper["sites"][number]) for number in numbers}  # type: ignore[index]
    except (InputError, KeyError, TypeError, IndexError, ValueError):
        return wrong
    wrong = replace(wrong, verdict=verdict, question=dict(paper))
    if not verdict.inputs:
        return replace(wrong, reason="inputs")
    withheld = _withheld(result)
    asked = None if withheld else _asked(item, result)
    if not withheld and (asked is None or any(paper.get(k) != v for k, v in asked[0].items())):
        return replace(wrong, reason="question")
    if not verdict.rules or proposed != certified:
        return replace(wrong, reason="rules")
    figure = paper["person_minutes" if paper["model"] == "p_median" else "people"]
    if not verdict.bound_holds or abs(float(str(figure)) - verdict.covered) > 1e-6 * abs(
        verdict.covered
    ):
        return replace(wrong, reason="figure")
    outcome = Outcome.PROVEN if verdict.optimal else Outcome.BOUND_ONLY
    return replace(wrong, outcome=outcome, reason="withheld" if withheld else "")


def _asked(
    item: Programme, result: Result
) -> tuple[dict[str, Any], np.ndarray, np.ndarray, list[str], list[int]] | None:
    """Return the question that a programme's placement answered, and its answer."""
    if result.times is None or not item.place or item.model not in {"every_township", "p_median"}:
        return None
    if _withheld(result):
        return None
    proposed = _proposed(item, result)
    if not proposed:
        return None
    scene = _scene(result, result.times)
    choice = choice_of(item, scene)
    new = _allowed(item, result, choice)
    if choice.capacity is not None:  # whole schools within class-slots: no multipliers prove that
        return None
    if not choice.timed or new is None or not set(proposed) <= set(choice.offered):
        return None
    minutes, weight = choice.minutes, choice.weight
    demand = np.array(choice.group.index.astype(str))
    question: dict[str, Any] = {
        "model": "p_median" if item.model == "p_median" else "mclp",
        "new_sites": new,
        "existing": choice.existing,
        "required": list(choice.must),
        "forbidden": [],
        "zone_min": {},
        "sites": list(choice.sites),
    }
    if item.model == "p_median":
        reached = np.isfinite(minutes).any(axis=1)
        minutes, weight, demand = minutes[reached], weight[reached], demand[reached]
    else:
        question["zone_min"] = dict(rules_of(item, choice, scene, new).get("zone_min", {}))
        question["cutoff"] = float(item.cutoff_min)
    question["demand"] = demand.tolist()
    chosen = [*choice.existing, *(choice.sites.index(site) for site in proposed)]
    return question, minutes, weight, list(choice.zone), chosen


def _withheld(result: Result) -> bool:
    """Tell whether a publish profile holds back which candidates must or must not be chosen."""
    return not {"must", "never"} <= set(result.candidates.columns)


def _allowed(item: Programme, result: Result, choice: Choice) -> int | None:
    """Return how many new sites were allowed."""
    needed = row_at(result.programmes, item.type)["needed_high"]
    if item.new_sites == "target":
        if pd.isna(needed):
            return None
        allowed = int(needed)
    else:
        allowed = int(item.new_sites)
    return min(allowed, len(choice.offered)) if item.model == "p_median" else allowed


def _proposed(item: Programme, result: Result) -> list[str]:
    rows = result.placement
    mine = (rows["type"] == item.type) & (rows["candidate_id"] != "")
    return [str(site) for site in rows.loc[mine, "candidate_id"]]


def _scene(result: Result, times: TravelTimes) -> Scene:
    return Scene(
        townships=result.townships,
        villages=result.villages,
        venues=result.venues,
        candidates=result.candidates,
        demand=result.demand,
        times=times,
        presence=result.presence,
        nearest=pd.DataFrame(),
        targets=result.targets,
    )


def _inputs(result: Result, paper: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return times, people and zones of a run in the order in which a paper numbers them."""
    if result.times is None:
        raise ValueError("no times")
    row = {name: number for number, name in enumerate(result.times.demand)}
    demand = [str(name) for name in paper["demand"]]
    sites = [str(name) for name in paper["sites"]]
    minutes = result.times.to(sites)[[row[name] for name in demand]]
    people = result.demand["people"].fillna(0).set_axis(result.demand.index.astype(str))
    weight = people.loc[demand].to_numpy(dtype=float)
    zones = pd.concat([result.venues["code9"], result.candidates["code9"]])
    zone = zones.set_axis(zones.index.astype(str))
    return minutes, weight, [str(zone[name]) for name in sites]
