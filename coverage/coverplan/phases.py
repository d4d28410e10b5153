"""In which year each site opens, and how a plan is mended when a year went otherwise."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from coverplan.config import Plan
from coverplan.config_tables import Programme
from coverplan.errors import InfeasibleError, InputError, Problem, Severity, Where
from coverplan.placement.mclp import mclp
from coverplan.placement.phasing import Phases, phased, replanned
from coverplan.placement.result import Status
from coverplan.prospects import placeable, proposed_columns, rules_of
from coverplan.rows import row_at
from coverplan.scene import Choice, Scene

__all__ = ["check_built", "phase_notes", "yearly"]

COLUMNS: dict[str, Any] = {
    "state": "object",
    "sites": "object",
    "planned": "object",
    "people": "int64",
    "greedy": "int64",
    "year_best": "int64",
    "final_best": "int64",
    "regret": "int64",
    "proven": bool,
}


def yearly(plan: Plan, scene: Scene, placement: pd.DataFrame) -> pd.DataFrame:
    """
    Return in which year each proposed site opens, so that the people reached add up to most.

    Parameters
    ----------
    plan
        Programmes with `years` and `sites_per_year`; with `after` and `built` the years up to
        `after` went as `built` says, and the rest is planned anew with least disruption.
    scene
        What is known.
    placement
        The proposals: the years order these sites and bring in no others, so every rule that the
        placement keeps holds in the last year. Only a plan that is mended may bring in others.

    Returns
    -------
    pandas.DataFrame
        [type, year] `state` (planned; built: the year is over; mended: planned anew; mended_short:
        anew, but the sites left are too few for every township to get one), `sites` (ids
        opened that year, ";" between), `planned` (what the plan opens in it before it is mended),
        `people` (within the cutoff at its end), `greedy` (if every year took the best for itself),
        `year_best` (of as many of the sites, if only that year counted), `final_best` (of the last
        year, known beforehand), `regret` (what the year lacks against `year_best`) [persons],
        `proven`.

    Raises
    ------
    InputError
        A built site is no candidate of the programme, or `after` leaves no year.
    """
    rows: list[dict[str, Any]] = []
    for item, choice in placeable(plan, scene):
        chosen = sorted(proposed_columns(item, choice, placement))
        if not item.years or not chosen:
            continue
        found = _phased(plan, item, choice, chosen)
        if item.after:
            rows.extend(_mended(plan, item, choice, scene, found, chosen))
            continue
        best = _year_bests(
            plan, item, choice, item.sites_per_year, forbidden=_others(choice, chosen)
        )
        for number, year in enumerate(item.years):
            sites = choice.named(found.opened[number])
            row = _row(item, year, "planned", (sites, sites), found, number)
            rows.append(_against(row, row["people"], best[number]))
    table = pd.DataFrame(rows, columns=["type", "year", *COLUMNS])
    return table.astype({"year": "int64", **COLUMNS}).set_index(["type", "year"])


def phase_notes(
    phases: pd.DataFrame, venue_types: pd.DataFrame, candidates: pd.DataFrame
) -> tuple[Problem, ...]:
    """
    Return the sentences about the years: what their order gains, and what was mended.

    Parameters
    ----------
    phases
        What `yearly` returned.
    venue_types
        [id] `zh, en`.
    candidates
        [id] `township`, for the names.
    """
    said = []
    for kind, rows in phases.groupby(level="type", sort=False):
        names = row_at(venue_types, str(kind))
        years = rows.index.get_level_values("year")
        values: dict[str, str | int | float] = {
            "type_zh": str(names["zh"]),
            "type_en": str(names["en"]),
            "first": int(years[0]),
            "last": int(years[-1]),
            "gain": int(rows["people"].sum() - rows["greedy"].sum()),
            "people": int(rows["people"].iloc[-1]),
            "regret": int(rows["regret"].iloc[-1]),
        }
        if (rows["state"] != "planned").any():
            said.append(_mended_note(rows, values, candidates["township"]))
            continue
        proven = "phases.order" if rows["proven"].all() else "phases.order_unproven"
        said.append(Problem(proven, values=values, severity=Severity.NOTE))
    return tuple(said)


def _mended_note(
    rows: pd.DataFrame, values: Mapping[str, str | int | float], towns: "pd.Series[str]"
) -> Problem:
    over = rows["state"] == "built"
    done, left = _ids(rows.loc[over, "sites"]), _ids(rows.loc[~over, "sites"])
    planned = _ids(rows.loc[~over, "planned"])
    slipped = [one for one in _ids(rows.loc[over, "planned"]) if one not in done]
    kept = sum(
        len(set(_ids([row["sites"]])) & set(_ids([row["planned"]])))
        for _, row in rows[~over].iterrows()
    )
    new = [one for one in left if one not in planned and one not in slipped]
    dropped = [one for one in [*planned, *slipped] if one not in left and one not in done]
    counts: dict[str, str | int | float] = {
        "after": int(rows.index.get_level_values("year")[over][-1]),
        "done": len(done),
        "left": len(left),
        "kept": kept,
        "slipped": sum(one in left for one in slipped),
        "new": len(new),
        "dropped": len(dropped),
        "names": _names(new, towns),
        "dropped_names": _names(dropped, towns),
    }
    short = (rows["state"] == "mended_short").any()
    key = "phases.mended_short" if short else "phases.mended"
    return Problem(key, values={**values, **counts}, severity=Severity.NOTE)


def _names(ids: Sequence[str], towns: "pd.Series[str]") -> str:
    return "、".join(dict.fromkeys(str(towns.get(one, one)) for one in ids)) or "—"


def _ids(cells: Iterable[str]) -> list[str]:
    return [one for cell in cells for one in str(cell).split(";") if one]


def _phased(plan: Plan, item: Programme, choice: Choice, chosen: list[int]) -> Phases:
    """Order the proposals by year."""
    # Every proposed site opens, also one that a rule asks for and that brings nobody nearer;
    # with fewer places in the years than sites, the years choose among them.
    every = sum(item.sites_per_year) >= len(chosen)
    return phased(
        choice.minutes,
        choice.weight,
        float(item.cutoff_min),
        list(item.sites_per_year),
        existing=choice.existing,
        forbidden=_others(choice, chosen),
        required=chosen if every else list(choice.must),
        time_limit_s=plan.placement.time_limit_s,
    )


def _others(choice: Choice, chosen: Sequence[int]) -> list[int]:
    return sorted(set(range(choice.n_open, len(choice.sites))) - set(chosen))


def _year_bests(
    plan: Plan,
    item: Programme,
    choice: Choice,
    counts: Sequence[int],
    *,
    built: Sequence[int] = (),
    forbidden: Sequence[int] = (),
) -> list[float]:
    """Return the most people that each year could reach if only that year counted."""
    return [
        mclp(
            choice.minutes,
            choice.weight,
            float(item.cutoff_min),
            sum(counts[: number + 1]),
            existing=[*choice.existing, *built],
            forbidden=list(forbidden),
            time_limit_s=plan.placement.time_limit_s,
        ).bound
        for number in range(len(counts))
    ]


def _mended(
    plan: Plan,
    item: Programme,
    choice: Choice,
    scene: Scene,
    old: Phases,
    chosen: list[int],
) -> list[dict[str, Any]]:
    """Keep what was built, and plan the years that are left with least disruption."""
    built = _built(item, choice)
    over = [number for number, year in enumerate(item.years) if year <= item.after]
    left = [number for number in range(len(item.years)) if number not in over]
    planned = [[one for one in old.opened[number] if one not in built] for number in left]
    # What slipped is due as soon as can be.
    planned[0] += [one for number in over for one in old.opened[number] if one not in built]
    rules = rules_of(item, choice, scene, len(chosen))
    required = [one for one in rules.pop("required", []) if one not in built]
    counts = [item.sites_per_year[number] for number in left]
    arguments: dict[str, Any] = {
        "existing": [*choice.existing, *built],
        "required": required,
        "time_limit_s": plan.placement.time_limit_s,
    }
    again = partial(
        replanned, choice.minutes, choice.weight, float(item.cutoff_min), counts, planned
    )
    state = "mended"
    try:
        found = again(**arguments, **rules)
    except InfeasibleError:  # the years that are left are too few for every township
        found, state = again(**arguments), "mended_short"
    rows, now = [], [*choice.existing]
    best = _year_bests(
        plan, item, choice, item.sites_per_year[: len(over)], forbidden=_others(choice, chosen)
    )
    for number in over:
        due = [one for one in built if one in old.opened[number]]
        if number == over[-1]:
            early = {one for n in over for one in old.opened[n]}
            due += [one for one in built if one not in early]
        now += due
        inside = (choice.minutes[:, now] <= item.cutoff_min).any(axis=1)
        people = float(choice.weight[inside].sum())
        sites = choice.named(due), choice.named(old.opened[number])
        row = _row(item, item.years[number], "built", sites, old, number)
        rows.append(_against(row, people, best[number]))
    best = _year_bests(plan, item, choice, counts, built=built)
    for place, number in enumerate(left):
        sites = choice.named(found.opened[place]), choice.named(old.opened[number])
        row = _row(item, item.years[number], state, sites, found, place)
        rows.append(_against(row, row["people"], best[place]))
    return rows


def check_built(plan: Plan, scene: Scene) -> None:
    """
    Find out whether what was built fits the programmes, before anything long is computed.

    Parameters
    ----------
    plan, scene
        The plan, and what is known.

    Raises
    ------
    InputError
        As `yearly`.
    """
    for item, choice in placeable(plan, scene):
        if item.years and item.after:
            _built(item, choice)


def _built(item: Programme, choice: Choice) -> list[int]:
    """Return the columns of what was built; raise where it is no candidate or no year is left."""
    number = {site: column for column, site in enumerate(choice.sites)}
    where = Where(key="programme.built")
    problems = [
        Problem("phases.no_candidate", where, one)
        for one in item.built
        if number.get(one, 0) < choice.n_open
    ]
    if not any(year <= item.after for year in item.years) or item.after >= item.years[-1]:
        years = ", ".join(map(str, item.years))
        at = Where(key="programme.after")
        problems.append(Problem("phases.no_year", at, str(item.after), {"years": years}))
    if problems:
        raise InputError(problems)
    return [number[one] for one in dict.fromkeys(item.built)]


def _row(
    item: Programme, year: int, state: str, sites: tuple[str, str], found: Phases, number: int
) -> dict[str, Any]:
    """Return a year's row; `sites` are those opened and those that the plan opens."""
    return {
        "type": item.type,
        "year": year,
        "state": state,
        "sites": sites[0],
        "planned": sites[1],
        "people": round(found.people[number]),
        "greedy": round(found.greedy[number]),
        "final_best": round(found.final_best),
        "proven": found.status is Status.OPTIMAL,
    }


def _against(row: dict[str, Any], people: float, best: float) -> dict[str, Any]:
    """Add what a year lacks against the best for it alone."""
    regret = max(0, round(best - people))
    return {**row, "people": round(people), "year_best": round(best), "regret": regret}
