"""What is proven about the sites on the page: best plans, evidence, phases, prices of rules."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverplan.report.map.page_places import number, text

if TYPE_CHECKING:
    from coverplan.domain import Result

__all__ = ["best_plans", "evidence", "near_plans", "phases", "prices"]

UNSURE_BELOW = 0.6
"""A site that fewer of the worlds open is marked 待核."""


def _sites(ids: Any, candidates: Mapping[str, int]) -> list[int]:
    found = (candidates.get(key) for key in text(ids).split(";") if key)
    return [number for number in found if number is not None]


def _types(frame: pd.DataFrame) -> list[Any]:
    return list(frame.index.unique("type")) if len(frame) else []


def best_plans(result: "Result", candidates: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """
    Return for each type and cutoff the plans that cover most people with 0, 1, 2, … new sites.

    Parameters
    ----------
    result
        A run.
    candidates
        Candidate id to its number on the page.
    """
    found: dict[str, dict[str, Any]] = {}
    for kind in _types(result.curve):
        rows = result.curve.xs(kind, level="type")
        for cutoff in rows.index.unique("cutoff_min"):
            table = rows.xs(cutoff, level="cutoff_min").sort_index()
            found.setdefault(str(kind), {})[str(cutoff)] = {
                "people": [number(value) for value in table["people"]],
                "proven": [int(value) for value in table["proven"]],
                "sites": [_sites(ids, candidates) for ids in table["added"]],
            }
    return found


def evidence(result: "Result", candidates: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """
    Return what was found out about each candidate of a type that matters, by candidate number.

    Candidates that no good plan opens are left out: the page says so of whatever is not here.

    Parameters
    ----------
    result
        A run.
    candidates
        Candidate id to its number on the page.
    """
    found: dict[str, dict[str, Any]] = {}
    for kind in _types(result.evidence):
        rows = result.evidence.xs(kind, level="type")
        table = {
            str(candidates[str(key)]): {
                "label": text(row["label"]),
                "partners": _sites(row["partners"], candidates)[:6],
                "better": _sites(row["dominated_by"], candidates)[:2],
                "stability": number(row["stability"], 2),
                "why": [text(row["why_zh"]), text(row["why_en"])],
            }
            for key, row in rows.iterrows()
            if str(key) in candidates and (bool(row["chosen"]) or text(row["label"]) != "never")
        }
        found[str(kind)] = table
    return found


def near_plans(result: "Result", candidates: Mapping[str, int]) -> dict[str, list[dict[str, Any]]]:
    """
    Return for each type the plans that are nearly as good.

    Parameters
    ----------
    result
        A run.
    candidates
        Candidate id to its number on the page.
    """
    return {
        str(kind): [
            {
                "people": number(row["people"]),
                "loss": number(row["loss"]),
                "differs": number(row["differs"]),
                "sites": _sites(row["added"], candidates),
            }
            for _, row in result.plans.xs(kind, level="type").sort_index().iterrows()
            if row["kind"] != "least_regret"  # which may lose more than a nearly as good one
        ]
        for kind in _types(result.plans)
    }


def phases(result: "Result", candidates: Mapping[str, int]) -> dict[str, list[dict[str, Any]]]:
    """
    Return for each type what is opened in which year.

    Parameters
    ----------
    result
        A run.
    candidates
        Candidate id to its number on the page.
    """
    return {
        str(kind): [
            {
                "year": number(year),
                "sites": _sites(row["sites"], candidates),
                "people": number(row["people"]),
                "proven": bool(row["proven"]),
            }
            for year, row in result.phases.xs(kind, level="type").sort_index().iterrows()
        ]
        for kind in _types(result.phases)
    }


def prices(result: "Result") -> dict[str, list[dict[str, Any]]]:
    """
    Return for each type what each rule costs in people.

    Parameters
    ----------
    result
        A run.
    """
    return {
        str(kind): [
            {"rule": str(rule), "people": number(row["people"]), "sites": number(row["sites"])}
            for rule, row in result.prices.xs(kind, level="type").iterrows()
        ]
        for kind in _types(result.prices)
    }
