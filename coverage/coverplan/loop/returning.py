"""退回修改: the form once more, with what was sent in, its faulty cells red and explained."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coverplan.errors import Problem
from coverplan.intake.cells import Raw, printable, written
from coverplan.loop.answers import Answer, Reading
from coverplan.loop.formbook import Page, Paper

__all__ = ["fresh_paper", "returned_paper"]


def returned_paper(answer: Answer) -> Paper:
    """
    Return the form that goes back: what was sent in, codes restored, faults marked.

    Parameters
    ----------
    answer
        A returned form with faults.

    Returns
    -------
    Paper
        One version higher, so that the corrected form is known to be newer.
    """
    pages = [
        _page(answer, answer.readings[page.sheet.contract.name]) for page in answer.paper.pages
    ]
    return replace(
        answer.paper,
        id=replace(answer.paper.id, version=_version(answer) + 1),
        pages=pages,
        signed={**answer.paper.signed, **answer.signed},
        reasons=_reasons(answer.faults),
    )


def fresh_paper(paper: Paper, problems: Iterable[Problem], version: int = 1) -> Paper:
    """
    Return the form as it was handed out, with the reasons why another is wanted.

    Parameters
    ----------
    paper
        The form as it was handed out.
    problems
        Why what was sent in could not be read.
    version
        The version that was sent in.
    """
    return replace(
        paper, id=replace(paper.id, version=version + 1), reasons=_reasons(tuple(problems))
    )


def _version(answer: Answer) -> int:
    return answer.arrival.id.version if answer.arrival.id is not None else 1


def _reasons(problems: Sequence[Problem]) -> list[str]:
    return [problem.text("zh") for problem in problems]


def _page(answer: Answer, reading: Reading) -> Page:
    if reading.grid is None or reading.header is None:
        return reading.page
    header, sheet = reading.header, reading.page.sheet
    handed = {_codes(row, sheet.key): row for row in reading.page.rows}
    rows: list[dict[str, Any]] = []
    row: dict[str, Any]
    lines: dict[int, int] = {}
    for number in range(header.data_row, len(reading.grid.rows) + 1):
        cells = reading.grid.rows[number - 1]
        row = {
            name: _kept(cells[place] if place < len(cells) else None)
            for name, place in header.places.items()
        }
        if all(value in {None, ""} for value in row.values()):
            continue
        lines[number] = len(rows)
        rows.append(row)
    restored = _restore(rows, reading.page, handed)
    marks = dict(_marks(answer, reading, lines))
    back = {_codes(row, sheet.key) for row in rows}
    for codes, given in handed.items():
        if any(codes) and codes not in back and codes not in restored:
            marks[len(rows), ""] = _gone()
            rows.append(dict(given))
    return replace(reading.page, rows=rows, marks=marks)


def _restore(
    rows: list[dict[str, Any]], page: Page, handed: Mapping[tuple[str, ...], Mapping[str, Any]]
) -> set[tuple[str, ...]]:
    """Give locked cells their own values back, where a row's code or its name says which it is."""
    sheet = page.sheet
    by_name = {str(row.get("name") or ""): (codes, row) for codes, row in handed.items()}
    own = {_codes(row, sheet.key) for row in rows}
    restored = set()
    for row in rows:
        codes = _codes(row, sheet.key)
        given = handed.get(codes) if any(codes) else None
        if given is None and any(codes):
            codes, given = by_name.get(str(row.get("name") or ""), (codes, None))
            if codes in own:
                given = None  # another row has that code already
        if given is not None:
            restored.add(codes)
            for name in (*sheet.locked, *sheet.fixed):
                row[name] = given.get(name)
    return restored


def _marks(
    answer: Answer, reading: Reading, lines: Mapping[int, int]
) -> Iterable[tuple[tuple[int, str], str]]:
    if reading.grid is None or reading.header is None:
        return
    columns = {text: name for name, text in reading.header.texts.items()}
    found: dict[tuple[int, str], list[str]] = {}
    for problem in answer.faults:
        where = problem.where
        if where.sheet == reading.grid.sheet and where.row is not None and where.row in lines:
            place = (lines[where.row], columns.get(where.column, ""))
            body = Problem(problem.key, found=problem.found, values=problem.values).text("zh")
            found.setdefault(place, []).append(body)
    for place, texts in found.items():
        yield place, "\n".join(dict.fromkeys(texts))


def _gone() -> str:
    return Problem("loop.code.back").text("zh")


def _codes(row: Mapping[str, Any], key: Sequence[str]) -> tuple[str, ...]:
    return tuple(printable(written(_kept(row.get(name)))) for name in key)


def _kept(raw: Raw) -> Raw:
    # what a cell of ours could not hold again is written out as text
    if isinstance(raw, bool):
        return written(raw)
    if isinstance(raw, float) and (raw != raw or raw in {float("inf"), float("-inf")}):  # noqa: PLR0124 - NaN
        return written(raw)
    return raw
