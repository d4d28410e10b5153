"""The tables on the page: presence, coverage, gaps, targets, placement and where it all is from."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from coverplan.domain import TOTAL, Presence
from coverplan.report.ledger_book import fate_counts
from coverplan.report.map.page_places import number, text
from coverplan.text import LANGUAGES, catalogue, say

if TYPE_CHECKING:
    from coverplan.domain import Result

__all__ = [
    "coverage_rows",
    "gap_rows",
    "placement_rows",
    "presence_rows",
    "programme_rows",
    "provenance",
    "refusals",
    "said",
    "target_rows",
    "venue_types",
]

STATE_LETTER = {Presence.HAS: "h", Presence.NONE: "n", Presence.UNREPORTED: "u"}
KEPT_NOTES = 200


def said(key: str, values: Mapping[str, Any] | None = None) -> list[str]:
    """
    Return a message in both languages, or its key where the catalogue lacks it.

    Parameters
    ----------
    key
        Message key.
    values
        What its template may name.
    """
    if key not in catalogue():
        return [key, key]
    try:
        return [say(key, lang, **dict(values or {})) for lang in LANGUAGES]
    except (KeyError, IndexError):
        return [key, key]


@cache
def _signs() -> dict[str, list[list[float]]]:
    """Return the outline of each sign, in units of its radius; maps on paper use the same."""
    found = files("coverplan.report").joinpath("marker_shapes.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(found))


def venue_types(result: "Result") -> list[dict[str, Any]]:
    """
    Return the venue types the page offers: the plan's programmes first, then all with a place.

    Parameters
    ----------
    result
        A run.
    """
    programmes = {item.type: item for item in result.plan.programme}
    frame = result.venue_types
    placed = [str(key) for key in frame.index if bool(frame.loc[key, "has_place"])]
    order = [key for key in programmes if key in frame.index]
    order += [key for key in placed if key not in programmes]
    rows = []
    for key in order:
        row = frame.loc[key]
        item = programmes.get(key)
        names = [text(row["zh"]), text(row["en"])]
        rows.append(
            {
                "id": key,
                "name": names,
                "short": [text(row["short_zh"]), text(row["short_en"])],
                "sign": _signs().get(text(row["shape"]), _signs()["circle"]),
                "colour": text(row["colour"]),
                "clause": text(row.get("clause")),
                "programme": item is not None,
                "place": bool(item and item.place),
                "model": item.model if item else "",
                "cutoffs": list(item.cutoffs_min) if item else [],
                "cutoff": item.cutoff_min if item else 0,
                "people": item.demand if item else "residents",
            }
        )
    return rows


def presence_rows(result: "Result", codes: list[str]) -> dict[str, dict[str, Any]]:
    """
    Return presence for each type: a letter a township (h has, n none, u unreported) and counts.

    Parameters
    ----------
    result
        A run.
    codes
        Township codes in page order.
    """
    found = {}
    for key in result.presence.index.unique("type"):
        rows = result.presence.xs(key, level="type").reindex(codes)
        found[str(key)] = {
            "state": "".join(STATE_LETTER.get(Presence(state), "u") for state in rows["state"]),
            "reason": [text(value) for value in rows["reason"]],
            "open": [number(value) or 0 for value in rows["places_open"]],
            "active": [number(value) or 0 for value in rows["places_active"]],
            "planned": [number(value) or 0 for value in rows["places_planned"]],
            "unlocated": [number(value) or 0 for value in rows["unlocated"]],
        }
    return found


def coverage_rows(result: "Result", codes: list[str]) -> dict[str, dict[str, Any]]:
    """
    Return why coverage is refused, by type and cutoff in page order, and the bands of today.

    The figures themselves the page counts from the matrix, for what is chosen, and their bands
    over speed and cutoff as well; what people in other places (`low`, `high`) and other
    populations (`scenarios`, of the county) make of them only a run knows. The county stands last.

    Parameters
    ----------
    result
        A run.
    codes
        Township codes in page order.
    """
    found: dict[str, dict[str, Any]] = {}
    frame = result.coverage
    if frame.empty:
        return found
    for pair, rows in frame.groupby(level=["type", "cutoff_min"], sort=True):
        key, cutoff = map(str, pair)
        table = rows.droplevel(["type", "cutoff_min"]).reindex([*codes, TOTAL])
        scenarios = ("covered_scenario_low", "covered_scenario_high")
        found.setdefault(key, {})[cutoff] = {
            "covered": [number(value) for value in table["covered"]],
            "low": [number(value) for value in table["covered_low"]],
            "high": [number(value) for value in table["covered_high"]],
            "scenarios": [
                number(table[name].iloc[-1]) if name in table else None for name in scenarios
            ],
            "refused": [text(value) or None for value in table["refused"]],
        }
    return found


def refusals(result: "Result") -> dict[str, list[str]]:
    """
    Return what each reason for not giving a figure says, in both languages.

    Parameters
    ----------
    result
        A run.
    """
    keys = sorted({text(value) for value in result.coverage["refused"]} - {""})
    return {key: said(key) for key in keys}


def gap_rows(result: "Result", codes: list[str]) -> dict[str, dict[str, Any]]:
    """
    Return for each type what the gap table shows, as columns in page order.

    Parameters
    ----------
    result
        A run.
    codes
        Township codes in page order.
    """
    found = {}
    for key in result.gaps.index.unique("type"):
        rows = result.gaps.xs(key, level="type").reindex(codes)
        found[str(key)] = {
            "nearest": [text(value) for value in rows["nearest_name"]],
            "minutes": [number(value, 1) for value in rows["nearest_min"]],
            "km": [number(value, 1) for value in rows["nearest_km"]],
            "over": [number(value, 1) for value in rows["minutes_over"]],
            "rank": [number(value) for value in rows["rank_presence"]],
            "targets": [text(value) for value in rows["targets_missing"]],
        }
    return found


def target_rows(result: "Result") -> list[dict[str, Any]]:
    """
    Return the targets ledger.

    Parameters
    ----------
    result
        A run.
    """
    rows = []
    for key, row in result.targets.iterrows():
        rows.append(
            {
                "id": str(key),
                "clause": text(row["clause"]),
                "name": [text(row["name_zh"]), text(row["name_en"])],
                "kind": text(row["kind"]),
                "unit": text(row["unit"]),
                "target": number(row["goal"] if "goal" in row else row["target"], 2),
                "comparison": text(row["comparison"]),
                "firm": text(row["firm"]),
                "lead": text(row["lead"]),
                "source": text(row["source_table"]),
                "type": text(row["venue_type"]),
                **{k: number(row[k], 2) for k in ("done", "planned", "missing", "unreported")},
                "status": text(row["status"]),
                "note": [text(row.get("note_zh")), text(row.get("note_en"))],
            }
        )
    return rows


def placement_rows(result: "Result", candidates: Mapping[str, int]) -> list[dict[str, Any]]:
    """
    Return the proposed sites in their order.

    Parameters
    ----------
    result
        A run.
    candidates
        Candidate id to its number on the page.
    """
    rows = []
    for _, row in result.placement.iterrows():
        rows.append(
            {
                "type": text(row["type"]),
                "order": number(row["order"]),
                "candidate": candidates.get(text(row["candidate_id"]), -1),
                "code9": text(row["code9"]),
                "label": [text(row["label_zh"]), text(row["label_en"])],
                "rule": text(row["rule"]),
                "condition": text(row["condition"]),
                "resolution": text(row["resolution"]),
                "gained": number(row["people_gained"]),
                "before": number(row["nearest_before_min"], 1),
            }
        )
    return rows


def provenance(result: "Result") -> dict[str, Any]:
    """
    Return where the figures come from and what must be said with them.

    Parameters
    ----------
    result
        A run.
    """
    fates = fate_counts(result.ledger).sum()
    notes = [[problem.text(lang) for lang in LANGUAGES] for problem in result.notes[:KEPT_NOTES]]
    return {
        "sources": [
            {
                "file": text(row["file"]),
                "rows": number(row["rows"]),
                "source": text(row["source"]),
                "licence": text(row["licence"]),
                "datum": text(row["datum"]),
                "date": text(row["date"]),
                "sha256": text(row["sha256"])[:12],
            }
            for _, row in result.sources.iterrows()
        ],
        "ledger": {str(fate): int(count) for fate, count in sorted(fates.items()) if count},
        "notes": notes,
        "more_notes": max(0, len(result.notes) - KEPT_NOTES),
    }


def programme_rows(result: "Result") -> dict[str, dict[str, Any]]:
    """
    Return the outcome of each programme's placement.

    Parameters
    ----------
    result
        A run.
    """
    figures = ("existing", "new_sites", "needed_low", "needed_high", "unreported")
    solver = ("objective", "bound", "mip_gap")
    found = {}
    for key, row in result.programmes.iterrows():
        found[str(key)] = {
            "model": text(row["model"]),
            "status": text(row["status"]),
            "missing_table": text(row["missing_table"]),
            "statement": [text(row.get("statement_zh")), text(row.get("statement_en"))],
            **{name: number(row[name]) for name in figures},
            **{name: number(row[name], 4) for name in solver},
        }
    return found
