"""What a cell says where a frame holds ids, keys or several values."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from coverplan.domain import Presence, Result
from coverplan.report.tables import parts_of
from coverplan.report.words import reason, type_name
from coverplan.text import say

__all__ = [
    "county_name",
    "known_places",
    "proposals",
    "refusal",
    "some",
    "statements_of",
    "target_names",
]


def county_name(result: Result, lang: str) -> str:
    """
    Return the county's name in a language.

    Parameters
    ----------
    result
        A run's result.
    lang
        `"zh"` or `"en"`.
    """
    county = result.plan.county
    return county.name_en or county.name if lang == "en" else county.name


def known_places(table: pd.DataFrame, column: str = "places_open") -> list[Any]:
    """
    Return numbers of places; nothing instead of a nought where nobody has reported.

    Parameters
    ----------
    table
        Rows of the gap table.
    column
        Which places.
    """
    counts = table[column].astype("Int64")
    silent = (table["state"] == Presence.UNREPORTED) & (counts == 0)
    return list(counts.mask(silent))


def proposals(result: Result, venue_type: str, codes: Iterable[str], lang: str) -> list[str]:
    """
    Return for each township what is proposed there for a type, several joined.

    Parameters
    ----------
    result
        A run's result.
    venue_type
        Id of the type.
    codes
        Codes of townships.
    lang
        `"zh"` or `"en"`.
    """
    own = result.placement[result.placement["type"] == venue_type]
    labels = own[f"label_{lang}"].fillna("").groupby(own["code9"], sort=False)
    joint = "；" if lang == "zh" else "; "
    texts = labels.agg(lambda one: joint.join(text for text in one if text))
    return [str(texts.get(code, "")) for code in codes]


def target_names(result: Result, ids: str, lang: str, *, most: int | None = None) -> str:
    """
    Return the names of targets whose ids are joined in one text.

    Parameters
    ----------
    result
        A run's result.
    ids
        Ids joined by ";" or ",".
    lang
        `"zh"` or `"en"`.
    most
        How many are named before the rest is only counted.
    """
    names = result.targets[f"name_{lang}"]
    return some([str(names.get(one, one)) for one in parts_of(ids)], lang, most)


def some(names: Sequence[str], lang: str, most: int | None) -> str:
    """
    Return names joined, the first few and how many more there are.

    Parameters
    ----------
    names
        Any number of names.
    lang
        `"zh"` or `"en"`.
    most
        How many are named; None names all.
    """
    text = ("；" if lang == "zh" else "; ").join(names[:most])
    rest = 0 if most is None else len(names) - most
    return say("report.and_more", lang, text=text, rest=rest) if rest > 0 else text


def refusal(result: Result, key: str, lang: str) -> str:
    """
    Return why a share is refused.

    Parameters
    ----------
    result
        A run's result; the county's share of people without a village location is named.
    key
        What the frame holds: a message key, or a sentence.
    lang
        `"zh"` or `"en"`.
    """
    people = result.townships["people"].astype("Float64")
    located = result.townships["people_located_share"].astype("Float64")
    whole = people.sum()
    share = 1 - (people * located).sum() / whole if whole else pd.NA
    values: dict[str, Any] = {} if pd.isna(share) else {"share": f"{float(share):.0%}"}
    return reason(key, lang, values)


def statements_of(result: Result, lang: str) -> list[str]:
    """
    Return what the programmes' arithmetic says, a sentence or two a programme.

    Parameters
    ----------
    result
        A run's result.
    lang
        `"zh"` or `"en"`.
    """
    texts = []
    for venue_type, row in result.programmes.iterrows():
        text = row.get(f"statement_{lang}")
        if isinstance(text, str) and text:
            name = type_name(result.venue_types, str(venue_type), lang)
            # the sentence may name its type already
            texts.append(
                text
                if text.startswith(name)
                else say("report.refused_note", lang, type=name, reason=text)
            )
    return texts
