"""What must be said with the figures of a run, heaviest first, in words that are computed."""

from collections.abc import Iterator, Mapping

import pandas as pd

from coverplan.config import Plan
from coverplan.domain import TOTAL
from coverplan.errors import Problem, Severity
from coverplan.presence import totals
from coverplan.rows import row_at
from coverplan.towns import TOWN_RATIO

__all__ = ["note", "rounded", "statements"]


def note(key: str, **values: str | float) -> Problem:
    """
    Return a sentence of the catalogue as a note.

    Parameters
    ----------
    key
        Message key.
    **values
        What its template names.
    """
    return Problem(key, values=values, severity=Severity.NOTE)


def rounded(people: int) -> int:
    """
    Round a modelled number of people to three significant digits, at least to tens.

    Parameters
    ----------
    people
        Persons.

    Returns
    -------
    int
        Persons, as coarse as a band over assumed village sizes bears.

    Examples
    --------
    >>> [rounded(n) for n in (0, 7, 1234, 412_721)]
    [0, 10, 1230, 413000]
    """
    if people <= 0:
        return 0
    unit = max(10, 10 ** (len(str(people)) - 3))
    return int(max(unit, round(people / unit) * unit))


def statements(
    plan: Plan,
    *,
    townships: pd.DataFrame,
    villages: pd.DataFrame,
    venues: pd.DataFrame,
    venue_types: pd.DataFrame,
    presence: pd.DataFrame,
    coverage: pd.DataFrame,
    equity: pd.DataFrame,
    ledger: pd.DataFrame,
    has_outline: bool,
    outside_counted: bool,
) -> tuple[Problem, ...]:
    """
    Return the sentences that the summary, the map and the papers print, in order of weight.

    Parameters
    ----------
    plan
        The plan.
    townships, villages, venues, venue_types, presence, coverage, equity, ledger
        Frames of the result.
    has_outline
        Whether there is a county outline.
    outside_counted
        Whether venues beyond the county count.
    """
    said = [note("say.example")] if plan.outputs.example else []
    if plan.venues.assume_none:
        said.append(note("say.assume_none"))
    said.extend(_programmes(plan, venue_types, presence, coverage))
    said.extend(_equity(venue_types, equity))
    unlocated = venues[venues["open"] & venues["visitable_place"] & ~venues["located"]]
    if len(unlocated):
        names = "、".join(unlocated["name"])
        said.append(note("say.unlocated", n=len(unlocated), names=names))
    said.extend(_basis(plan, townships, villages))
    if not has_outline:
        said.append(note("say.no_outline"))
    elif plan.boundaries.approximate:
        said.append(note("say.approximate"))
    if plan.county.datum != "wgs84":
        said.append(note(f"say.datum_{plan.county.datum}"))
    aside = ledger[ledger["fate"] == "set_aside"]
    set_aside = len(aside.drop_duplicates(["file", "sheet", "row"]))
    if set_aside:
        said.append(note("say.set_aside", n=set_aside))
    said.append(_outside(townships["outside_not_counted"], counted=outside_counted))
    if not coverage.empty and (coverage["refused"] == "").any():
        said.append(note("say.proxy"))
    return tuple(said)


def _outside(flag: pd.Series, *, counted: bool) -> Problem:
    if counted:
        return note("say.outside_counted")
    if flag.isna().all():
        return note("say.outside_unknown")
    return note("say.outside", n=int(flag.sum()), all=len(flag))


def _programmes(
    plan: Plan, venue_types: pd.DataFrame, presence: pd.DataFrame, coverage: pd.DataFrame
) -> Iterator[Problem]:
    count = totals(presence, [item.type for item in plan.programme])
    for item in plan.programme:
        names = _names(venue_types, item.type)
        row = {str(name): int(number) for name, number in row_at(count, item.type).items()}
        if row["unreported"] == row["all"]:
            short = str(row_at(venue_types, item.type)["short_zh"])
            yield note("say.unreported_all", n=row["all"], type_short=short, **names)
            continue
        key = "say.unreported_some" if row["unreported"] else "say.reported"
        yield note(key, **names, **row)
        yield from _reach(item.type, item.cutoff_min, names, coverage)


def _reach(
    kind: str, cutoff: int, names: Mapping[str, str], coverage: pd.DataFrame
) -> Iterator[Problem]:
    if (TOTAL, kind, cutoff) not in coverage.index:
        return
    row = row_at(coverage, (TOTAL, kind, cutoff))
    rung = str(row["rung"])
    if row["refused"]:
        short = str(row["refused"]).split(".", 1)[1]
        band: dict[str, str | float] = {}
        if short == "band_only":
            low, high = (rounded(int(row[f"covered_{end}"])) for end in ("low", "high"))
            band = {"cutoff": cutoff, "rung": rung, "low": low, "high": high}
        yield note(f"say.refused.{short}", **band, **names)
        return
    people = {name: int(row[name]) for name in ("covered", "uncovered", "unknown", "people")}
    if row["demand"] == "pupils":
        yield note("say.covered_pupils", cutoff=cutoff, rung=rung, **people, **names)
        return
    band = {"low": rounded(int(row["covered_low"])), "high": rounded(int(row["covered_high"]))}
    yield note("say.covered", cutoff=cutoff, rung=rung, **people, **band, **names)


def _equity(venue_types: pd.DataFrame, equity: pd.DataFrame) -> Iterator[Problem]:
    """Say the headline of equity where figures are given."""
    for kind, row in equity.iterrows():
        if row["refused"] or pd.isna(row["decile_gap_pp"]):
            continue
        worst = float(row["worst_off_min"])
        if row["people_beyond"] == 0:
            key = "say.equity_all"
        else:
            key = "say.equity" if worst < float("inf") else "say.equity_unreachable"
        yield note(
            key,
            cutoff=int(row["cutoff_min"]),
            gap=round(float(row["decile_gap_pp"])),
            worst=round(worst) if worst < float("inf") else "",
            beyond=rounded(int(row["people_beyond"])),
            over=round(float(row["over_min"])),
            lost=rounded(int(row["people_unreachable"])),
            rung=str(row["rung"]),
            **_names(venue_types, str(kind)),
        )


def _basis(plan: Plan, townships: pd.DataFrame, villages: pd.DataFrame) -> Iterator[Problem]:
    if townships["people"].isna().all():
        yield note("say.no_people")
        return
    people = int(townships["people"].sum())
    if plan.population.scenario:
        yield note("say.people_scenario", scenario=plan.population.scenario, people=people)
    else:
        kind = f"say.people_{plan.population.kind}"
        yield note(kind, year=plan.population.year, people=people)
    located = villages["location"] == "own"
    if len(villages):
        share = 100 * villages["people"].where(located, 0).sum() / people if people else 0
        yield note(
            "say.located_share",
            located=int(located.sum()),
            all=len(villages),
            share=round(float(share)),
            ratio=f"{TOWN_RATIO:g}",
        )


def _names(venue_types: pd.DataFrame, kind: str) -> dict[str, str]:
    row = row_at(venue_types, kind)
    return {"type_zh": str(row["zh"]), "type_en": str(row["en"])}
