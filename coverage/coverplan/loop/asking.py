"""Who is asked for what: townships where a clause names them, leads for the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Asked", "Desk", "asked_of"]

TOWNSHIPS = "各乡镇"
"""The word by which a policy makes every township responsible."""
_COUNTED = frozenset({"venues", "presence", "villages", "visits"})
_SUMMED = frozenset({"stock", "flow_per_year"})
_PARTS = re.compile(r"[、;；,，/]")


@dataclass(frozen=True, slots=True)
class Desk:
    """
    What one lead department is asked for.

    Parameters
    ----------
    id
        Its id in the table of departments.
    name
        Its name as the policy writes it.
    numbers
        Target ids whose figures it types.
    venue_types
        Types that it lists, with 零报告 where it has none.
    other_types
        Types that it may list; silence about them says nothing.
    schools
        Whether it keeps the school register.
    shared
        Target id -> the department that fills it in, where this one only co-leads.
    """

    id: str
    name: str
    numbers: tuple[str, ...] = ()
    venue_types: tuple[str, ...] = ()
    other_types: tuple[str, ...] = ()
    schools: bool = False
    shared: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Who is asked for what.

    Parameters
    ----------
    clauses
        Clauses that make townships responsible.
    venue_types
        Types that every township lists or answers 零报告 for.
    village_types
        Types that are asked village by village.
    other_types
        Types that a township may list; silence about them says nothing.
    numbers
        Target ids whose township part each township types.
    desks
        The lead departments, in the order in which the policy names them.
    """

    clauses: tuple[str, ...]
    venue_types: tuple[str, ...]
    village_types: tuple[str, ...]
    other_types: tuple[str, ...]
    numbers: tuple[str, ...]
    desks: tuple[Desk, ...]
    unled_types: tuple[str, ...] = ()
    """Types whose clause nobody leads in the ledger: the office lists them itself."""


def asked_of(targets: pd.DataFrame, types: pd.DataFrame, departments: pd.DataFrame) -> Asked:
    """
    Return who is asked for what.

    Parameters
    ----------
    targets
        [id] the TARGETS table: `clause, kind, scope, lead, responsible, source_table, venue_type`.
    types
        [id] the VENUE_TYPES table: `clause`.
    departments
        [id] with `name`.

    Returns
    -------
    Asked
        A target goes to the townships where its clause makes them responsible and a township can
        answer it: a list of venues or villages, or a number that adds up over townships. The
        first-named lead answers for everything else, and types the county's total of what adds up;
        the other leads are told who does.
    """
    local = targets["responsible"].str.contains(TOWNSHIPS, regex=False)
    clauses = tuple(dict.fromkeys(targets.loc[local, "clause"]))
    townships = targets[local]
    listed = _types_of(townships[townships["source_table"].isin(_COUNTED - {"villages"})])
    village = _types_of(townships[townships["source_table"] == "villages"])
    adds_up = townships["kind"].isin(_SUMMED) | townships["scope"].str.contains("乡镇")
    numbers = tuple(townships.index[(townships["source_table"] == "indicators") & adds_up])
    aimed_at = set(_types_of(targets))
    others = tuple(
        str(key)
        for key, clause in types["clause"].items()
        if key not in aimed_at and set(_split(clause)) & set(clauses)
    )
    desks = _desks(targets, types, departments, set(clauses), {*listed, *village, *others})
    given = {*listed, *village, *others}.union(*({*d.venue_types, *d.other_types} for d in desks))
    return Asked(
        clauses,
        tuple(key for key in listed if key not in village),
        village,
        others,
        numbers,
        desks,
        tuple(str(key) for key in types.index if key not in given),
    )


def _desks(
    targets: pd.DataFrame,
    types: pd.DataFrame,
    departments: pd.DataFrame,
    local: set[str],
    taken: set[str],
) -> tuple[Desk, ...]:
    ids = {str(name): str(key) for key, name in departments["name"].items()}
    leads = {str(key): _split(lead) for key, lead in targets["lead"].items()}
    by_clause = {str(row["clause"]): leads[str(key)] for key, row in targets.iterrows()}
    aimed_at = set(_types_of(targets))
    desks = []
    for name in dict.fromkeys(lead for names in leads.values() for lead in names):
        own = targets[[leads[str(key)][:1] == (name,) for key in targets.index]]
        shared = {key: names[0] for key, names in leads.items() if name in names[1:]}
        away = own[~own["clause"].isin(local)]
        listed = tuple(
            key for key in _types_of(away[away["source_table"].isin(_COUNTED)]) if key not in taken
        )
        others = tuple(
            str(key)
            for key, clause in types["clause"].items()
            if key not in {*taken, *aimed_at}
            and any(by_clause.get(part, ("",))[0] == name for part in _split(clause))
        )
        typed = ~own["source_table"].isin({*_COUNTED, "schools"})
        desks.append(
            Desk(
                id=ids.get(name, name),
                name=name,
                numbers=tuple(map(str, own.index[typed])),
                venue_types=listed,
                other_types=others,
                schools=bool((own["source_table"] == "schools").any()),
                shared=shared,
            )
        )
    return tuple(desks)


def _types_of(targets: pd.DataFrame) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for cell in targets["venue_type"] for key in _split(cell)))


def _split(text: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in _PARTS.split(str(text or "")) if part.strip())
