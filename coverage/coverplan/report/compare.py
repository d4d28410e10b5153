"""What changed between two runs, township by township and target by target, and what moved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coverplan.config import Plan
from coverplan.domain import Result
from coverplan.errors import InputError, Problem, Where
from coverplan.report.compare_causes import Causes
from coverplan.report.csv_out import write_csv
from coverplan.report.figures import draw_changes, figure_png
from coverplan.report.form import Book, Column
from coverplan.report.manifest import parameters_of
from coverplan.report.phrases import county_name
from coverplan.report.read_run import read_run
from coverplan.report.tables import cutoffs_of, is_missing
from coverplan.report.words import header, type_name, word
from coverplan.text import say

__all__ = ["Comparison", "compare", "lines_of", "write_comparison"]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """
    The differences of two runs of one county; empty frames where nothing differs.

    Parameters
    ----------
    parameters
        [key] `before, after`: keys of the plan with other values.
    inputs
        [file] `change` (added | removed | changed), `rows_before, rows_after`.
    townships
        `code9, township, type, figure, before, after, difference, cause, why`: one row a change.
    targets
        `id, figure, before, after, difference, cause, why`.
    totals
        `type, figure, before, after, difference, cause, why` of the whole county.
    before, after
        The two results.
    """

    parameters: pd.DataFrame
    inputs: pd.DataFrame
    townships: pd.DataFrame
    targets: pd.DataFrame
    totals: pd.DataFrame
    before: Result
    after: Result

    @property
    def same(self) -> bool:
        """Return whether the two runs say the same."""
        frames = (self.parameters, self.inputs, self.townships, self.targets, self.totals)
        return all(frame.empty for frame in frames)


def compare(run_a: Result | Path | str, run_b: Result | Path | str) -> Comparison:
    """
    Compare two runs of one county.

    Each change names what may have moved it, and of which kind that is (data, boundary, parameter,
    date): the files whose rows of that township and type differ, with the venues that do, and the
    keys of the plan that its figure is computed from and that differ themselves.

    Parameters
    ----------
    run_a
        The earlier run: a result, or its folder.
    run_b
        The later run.

    Returns
    -------
    Comparison
        Every difference, with its possible causes.

    Raises
    ------
    InputError
        A folder holds no run, or the runs are of two counties.
    """
    a, b = (one if isinstance(one, Result) else read_run(one) for one in (run_a, run_b))
    if a.plan.county.code != b.plan.county.code:
        found = f"{a.plan.county.code} / {b.plan.county.code}"
        raise InputError(Problem("report.compare.counties", Where(key="county.code"), found))
    parameters, inputs = _parameters(a.plan, b.plan), _inputs(a, b)
    causes = Causes(a, b, list(parameters.index), list(inputs.index))
    return Comparison(
        parameters, inputs, _townships(a, b, causes), _targets(a, b, causes),
        _totals(a, b, causes), a, b,
    )  # fmt: skip


def lines_of(comparison: Comparison, lang: str = "zh") -> list[str]:
    """
    Return the changes in words, one a line: totals, targets, townships.

    Parameters
    ----------
    comparison
        What `compare` returned.
    lang
        `"zh"` or `"en"`.
    """
    result = comparison.after
    lines = []
    for frame in (comparison.totals, comparison.targets, comparison.townships):
        about = [name for name in ("township", "type", "id", "figure") if name in frame]
        for _, row in frame.astype(object).iterrows():
            words = [_cell(result, row[name], name, lang) for name in about]
            before, after = (
                _cell(result, row[name], name, lang) or say("report.no_figure", lang)
                for name in ("before", "after")
            )
            kind = _cell(result, row["cause"], "cause", lang) or ""
            why = say("report.compare.why", lang, kind=kind, why=row["why"]) if kind else row["why"]
            values = {"what": " ".join(word for word in words if word), "why": why}
            lines.append(say("report.compare.line", lang, **values, before=before, after=after))
    return lines


def write_comparison(comparison: Comparison, folder: Path, *, lang: str = "zh") -> list[str]:
    """
    Write the differences as a workbook, CSV files and a map for each type that changed.

    Parameters
    ----------
    comparison
        What `compare` returned.
    folder
        Where to; made where it is missing.
    lang
        `"zh"` or `"en"`.

    Returns
    -------
    list[str]
        Names of the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "changes_townships": comparison.townships,
        "changes_targets": comparison.targets,
        "changes_totals": comparison.totals,
        "changes_parameters": comparison.parameters.reset_index(),
        "changes_inputs": comparison.inputs.reset_index(),
    }
    for name, frame in frames.items():
        write_csv(frame, folder / f"{name}.csv")
    _workbook(comparison, folder / "compare.xlsx", lang)
    names = [*(f"{name}.csv" for name in frames), "compare.xlsx"]
    changed = comparison.townships
    for venue_type in dict.fromkeys(changed.loc[changed["figure"] == "state", "type"]):
        name = f"compare_{venue_type}.png"
        png = figure_png(_map_of(comparison, str(venue_type), lang), size=(8, 6.8))
        (folder / name).write_bytes(png)
        names.append(name)
    return names


def _map_of(comparison: Comparison, venue_type: str, lang: str) -> Any:
    changed = comparison.townships
    own = changed[(changed["figure"] == "state") & (changed["type"] == venue_type)]
    words = {
        code: f"{word('state', before, lang)}→{word('state', after, lang)}"
        for code, before, after in zip(own["code9"], own["before"], own["after"], strict=True)
    }
    return lambda ax: draw_changes(ax, comparison.after, venue_type, words, lang)


def _flat(tree: Any, prefix: str = "") -> dict[str, str]:
    """Return `table.key` -> text; a programme is known by its type, not by its place."""
    if isinstance(tree, Mapping):
        found: dict[str, str] = {}
        for name, value in tree.items():
            found.update(_flat(value, f"{prefix}.{name}" if prefix else str(name)))
        return found
    if isinstance(tree, list) and any(isinstance(one, Mapping) for one in tree):
        found = {}
        for number, one in enumerate(tree, start=1):
            label = one.get("type") or one.get("name") or number
            found.update(_flat(one, f"{prefix}.{label}"))
        return found
    return {prefix: ", ".join(map(str, tree)) if isinstance(tree, list) else str(tree)}


def _parameters(a: Plan, b: Plan) -> pd.DataFrame:
    before, after = _flat(parameters_of(a)), _flat(parameters_of(b))
    quiet = ("outputs.", "publish.")  # how a run is shown, not what it says
    keys = [
        key
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key) and not key.startswith(quiet)
    ]
    rows = [(before.get(key, ""), after.get(key, "")) for key in keys]
    index = pd.Index(keys, name="key", dtype="str")
    return pd.DataFrame(rows, columns=["before", "after"], index=index, dtype="str")


def _inputs(a: Result, b: Result) -> pd.DataFrame:
    before, after = (one.sources.set_index("file") for one in (a, b))
    rows = []
    for name in sorted({*before.index, *after.index}):
        old, new = (one["sha256"].get(name) for one in (before, after))
        if old != new:
            change = "added" if old is None else "removed" if new is None else "changed"
            counts = [one["rows"].get(name) for one in (before, after)]
            rows.append((name, change, *counts))
    columns = ["file", "change", "rows_before", "rows_after"]
    return pd.DataFrame(rows, columns=columns).set_index("file")


def _townships(a: Result, b: Result, causes: Causes) -> pd.DataFrame:
    names = {**a.townships["name"].to_dict(), **b.townships["name"].to_dict()}
    rows: list[tuple[Any, ...]] = []
    for column in ("people", "area_km2"):
        for code, *change in _changes(a.townships[column], b.townships[column]):
            rows.append((code, names.get(code, ""), "", column, *change, *causes.of(column, code)))
    figures = ["state", "places_open", "proposed"]
    figures += [f"people_uncovered_{cutoff}min" for cutoff in cutoffs_of([*a.gaps, *b.gaps])]
    for column in figures:
        if column not in a.gaps or column not in b.gaps:
            continue
        root = "people_uncovered" if column.startswith("people_") else column
        for (code, venue_type), *change in _changes(_told(a, column), _told(b, column)):
            name = names.get(code, "")
            why = causes.of(root, code, venue_type)
            rows.append((code, name, venue_type, column, *change, *why))
    columns = [
        "code9",
        "township",
        "type",
        "figure",
        "before",
        "after",
        "difference",
        "cause",
        "why",
    ]
    return pd.DataFrame(rows, columns=columns)


def _told(result: Result, column: str) -> "pd.Series[Any]":
    """Return a figure of the gap table; people are no figure where the share is refused."""
    values = result.gaps[column]
    if column.startswith("people_"):
        return values.where(result.gaps["refused"].fillna("") == "")
    return values


def _targets(a: Result, b: Result, causes: Causes) -> pd.DataFrame:
    rows = [
        (name, column, *change, *causes.of(column))
        for column in ("status", "done")
        for name, *change in _changes(a.targets[column], b.targets[column])
    ]
    return pd.DataFrame(
        rows, columns=["id", "figure", "before", "after", "difference", "cause", "why"]
    )


def _totals(a: Result, b: Result, causes: Causes) -> pd.DataFrame:
    """Return how many townships have, have not, have not reported; and people beyond a limit."""
    rows: list[tuple[Any, ...]] = []
    counts = [one.presence.reset_index()[["type", "state"]].value_counts() for one in (a, b)]
    both = counts[0].index.union(counts[1].index)
    series = [one.reindex(both, fill_value=0) for one in counts]
    for (venue_type, state), *change in _changes(*series):
        rows.append((venue_type, f"state_{state}", *change, *causes.of("state", "", venue_type)))
    uncovered = [_county(one) for one in (a, b)]
    for (venue_type, cutoff), *change in _changes(*uncovered):
        figure = f"people_uncovered_{cutoff}min"
        why = causes.of("people_uncovered", "", venue_type)
        rows.append((venue_type, figure, *change, *why))
    return pd.DataFrame(
        rows, columns=["type", "figure", "before", "after", "difference", "cause", "why"]
    )


def _county(result: Result) -> "pd.Series[Any]":
    own = result.coverage[result.coverage.index.get_level_values("code9") == "total"]
    people = own["uncovered"].where(own["refused"].fillna("") == "")
    return people.droplevel("code9")


def _changes(before: "pd.Series[Any]", after: "pd.Series[Any]") -> list[tuple[Any, ...]]:
    """Return (key, before, after, difference) wherever two columns differ, in the later's order."""
    keys = [*after.index, *(key for key in before.index if key not in after.index)]
    found = []
    for key in keys:
        old, new = before.get(key), after.get(key)
        old, new = (None if is_missing(one) or one == "" else _plain(one) for one in (old, new))
        if old == new or _close(old, new):
            continue
        difference = None
        if isinstance(old, int | float) and isinstance(new, int | float):
            difference = new - old
        found.append((key, old, new, difference))
    return found


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _close(old: Any, new: Any) -> bool:
    """Return whether two numbers differ by rounding alone."""
    if not (isinstance(old, float) and isinstance(new, float)):
        return False
    return bool(np.isclose(old, new, rtol=1e-9, atol=1e-9))


def _workbook(comparison: Comparison, path: Path, lang: str) -> None:
    result = comparison.after
    county = county_name(result, lang)
    plan = result.plan
    with Book(path, lang, result.as_of, plan.outputs.example, plan.county.unit) as book:
        for name in ("totals", "townships", "targets", "parameters", "inputs"):
            frame: pd.DataFrame = getattr(comparison, name)
            frame = frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()
            title = say(f"report.compare.{name}", lang, county=county)
            columns = [
                Column(header(str(column), lang), _shown(result, frame, str(column), lang))
                for column in frame.columns
            ]
            form = book.form(say(f"report.compare.sheet_{name}", lang), title, "", len(columns) + 1)
            form.table(columns, total=False)
            form.close()


def _shown(result: Result, frame: pd.DataFrame, column: str, lang: str) -> list[str | None]:
    """Return the cells of a column in the reader's words."""
    return [_cell(result, value, column, lang) for value in frame[column].astype(object)]


def _cell(result: Result, value: Any, column: str, lang: str) -> str | None:
    if is_missing(value):
        return None
    text = f"{value:,.6g}" if isinstance(value, int | float) else str(value)
    if column == "type" and text:
        text = type_name(result.venue_types, text, lang)
    elif column == "id":
        text = str(result.targets[f"name_{lang}"].get(text, text))
    elif column == "figure" and text.startswith("state_"):
        state = word("state", text.removeprefix("state_"), lang)
        text = say("report.tally", lang, state=state)
    elif column == "figure":
        text = header(text, lang)
    elif column == "cause":
        text = "、".join(word("cause", one, lang) for one in text.split("; ") if one)
    elif column == "change":
        text = word("change", text, lang)
    elif column in {"before", "after"}:
        state = word("state", text, lang)
        text = word("status", text, lang) if state == text else state
    return text
