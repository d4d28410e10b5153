"""Everything the planning map shows, as one tree of plain values."""

from typing import TYPE_CHECKING, Any

from coverplan.report.map.page_areas import areas
from coverplan.report.map.page_asked import asked, counting
from coverplan.report.map.page_intake import intake_words
from coverplan.report.map.page_places import (
    candidate_rows,
    lines,
    outline,
    townships,
    venue_rows,
)
from coverplan.report.map.page_prospects import (
    best_plans,
    evidence,
    near_plans,
    phases,
    prices,
)
from coverplan.report.map.page_tables import (
    coverage_rows,
    gap_rows,
    placement_rows,
    presence_rows,
    programme_rows,
    provenance,
    refusals,
    target_rows,
    venue_types,
)
from coverplan.report.map.page_travel import travel
from coverplan.text import LANGUAGES, catalogue

if TYPE_CHECKING:
    from coverplan.domain import Result

__all__ = ["page_data"]

SCHEMA = 1


def page_data(result: "Result", lang: str = "zh") -> dict[str, Any]:
    """
    Return what the page shows: texts, numbers and encoded geometry, nothing that runs.

    Parameters
    ----------
    result
        A run, computed or read back.
    lang
        `"zh"` or `"en"`: the language the page opens in; it carries both.

    Returns
    -------
    dict
        JSON can hold it; equal runs give equal trees. Townships, venues and candidates stand as
        columns in the order of their ids, and refer to each other by number.

    Raises
    ------
    ValueError
        `lang` is another word.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang {lang!r}: zh or en")
    plan = result.plan
    places, layout = townships(result)
    codes = places["code"]
    order = {code: number for number, code in enumerate(codes)}
    types = venue_types(result)
    candidates = candidate_rows(result, order, [item["id"] for item in types])
    numbers = {key: number for number, key in enumerate(candidates["id"])}
    return {
        "schema": SCHEMA,
        "lang": lang,
        "county": {
            "code": plan.county.code,
            "slug": plan.county.slug,
            "name": [plan.county.name, plan.county.name_en or plan.county.name],
            "unit": plan.county.unit,
            "as_of": plan.county.as_of.isoformat(),
            "period": list(plan.county.period),
        },
        "example": plan.outputs.example,
        "profile": plan.publish.profile,
        "approximate": plan.boundaries.approximate,
        "assume_none": plan.venues.assume_none,
        "population": {"year": plan.population.year, "kind": plan.population.kind},
        "crs": result.crs_metric,
        "datum": plan.county.datum,
        "rung": result.times.rung.value if result.times is not None else "",
        "smallest_circle": layout.people_of_smallest,
        "townships": places,
        "outline": outline(result),
        "lines": lines(result),
        **areas(result),
        "river": layout.river(),
        "types": types,
        "type_names": {
            str(key): [str(row["zh"]), str(row["en"])]
            + ([str(row["short_zh"])] if row["short_zh"] != row["zh"] else [])
            for key, row in result.venue_types.iterrows()
        },
        "venues": venue_rows(result, order),
        "candidates": candidates,
        "travel": travel(result, order),
        "presence": presence_rows(result, codes),
        "coverage": coverage_rows(result, codes),
        "refusals": refusals(result),
        "gaps": gap_rows(result, codes),
        "targets": target_rows(result),
        "placement": placement_rows(result, numbers),
        "programmes": programme_rows(result),
        "plans": best_plans(result, numbers),
        "evidence": evidence(result, numbers),
        "near": near_plans(result, numbers),
        "phases": phases(result, numbers),
        "prices": prices(result),
        "provenance": provenance(result),
        "intake": intake_words(),
        "asked": asked(result, order),
        "counting": counting(result, order),
        "complete": [
            str(key) for key, row in result.venue_types.iterrows() if bool(row["list_complete"])
        ],
        "texts": _texts(),
    }


def _texts() -> dict[str, list[str]]:
    return {
        key.removeprefix("map."): [message[lang] for lang in LANGUAGES]
        for key, message in sorted(catalogue().items())
        if key.startswith("map.")
    }
