"""A paper's stages: 征求意见稿, 送审稿, 定稿; what was said about it, and what became of that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from coverplan.domain import Result
from coverplan.errors import InputError, Problem, Severity
from coverplan.intake.cells import Raw
from coverplan.intake.grids import Grid
from coverplan.intake.ledger import RowBook
from coverplan.intake.returns import SAID_FIRST
from coverplan.intake.tables import table_of
from coverplan.intake.workbooks import read_grids
from coverplan.loop.quarters import Quarter
from coverplan.report.document_letter import Letter
from coverplan.report.document_request import presence_lines
from coverplan.report.form import Book, Column
from coverplan.report.words import word
from coverplan.schema import Column as SchemaColumn
from coverplan.schema import Kind, TableContract
from coverplan.text import say

__all__ = [
    "COMMENTS",
    "Comment",
    "Draft",
    "Stage",
    "read_comments",
    "report_title",
    "write_comments",
    "write_report",
]

DECISIONS = MappingProxyType(
    {"采纳": ("已采纳", "全部采纳"), "部分采纳": (), "未采纳": ("不采纳", "不予采纳")}
)


class Stage(StrEnum):
    """How far a paper is."""

    COMMENT = "征求意见稿"
    REVIEW = "送审稿"
    FINAL = "定稿"


COMMENTS = TableContract(
    "comments",
    "意见采纳情况表",
    (
        SchemaColumn("by", "提出单位", required=True, aliased=False),
        SchemaColumn("place", "意见所指位置", aliased=False),
        SchemaColumn("text", "意见内容", required=True, aliased=False),
        SchemaColumn("decision", "采纳情况", Kind.CHOICE, choices=DECISIONS, aliased=False),
        SchemaColumn("reason", "理由", aliased=False),
    ),
)
"""The table of comments, as it is handed out, filled in and read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """
    Which paper at which stage.

    Parameters
    ----------
    stage
        The stage.
    version
        1, 2, …
    """

    stage: Stage
    version: int

    @property
    def mark(self) -> str:
        """Return what stands on every page and in the file's name: 送审稿第2版."""
        return say("loop.stage.mark", "zh", stage=self.stage.value, version=self.version)

    def name(self, title: str, suffix: str) -> str:
        """
        Return the name of a file.

        Parameters
        ----------
        title
            Title of the paper.
        suffix
            With its dot.

        Examples
        --------
        >>> Draft(Stage.REVIEW, 2).name("季度报告", ".docx")
        '季度报告（送审稿第2版）.docx'
        """
        return f"{title}（{self.mark}）{suffix}"


@dataclass(frozen=True, slots=True)
class Comment:
    """
    What a unit said about a paper, and what became of it.

    Parameters
    ----------
    by
        Who said it.
    place
        About which part.
    text
        What was said.
    decision
        采纳, 部分采纳 or 未采纳; empty while it is open.
    reason
        Why.
    """

    by: str
    place: str
    text: str
    decision: str
    reason: str


def read_comments(path: Path, stage: Stage) -> tuple[Comment, ...]:
    """
    Read the table of comments.

    Parameters
    ----------
    path
        The workbook.
    stage
        What is being written: for review and at the end every comment has been decided on.

    Returns
    -------
    tuple of Comment
        In the order of the table; lines that nobody filled in are left out.

    Raises
    ------
    InputError
        The table cannot be read, a row has a fault; or a comment is undecided or, not being
        adopted, has no reason, where the stage wants both.
    """
    book = RowBook()
    grids = [replace(grid, rows=_answered(grid)) for grid in read_grids(path)]
    table = table_of(grids, COMMENTS, file=path.name, book=book)
    frame = table.frame
    if stage is not Stage.COMMENT:
        for line, row in frame.iterrows():
            number = int(str(line))
            if not row["decision"]:
                where = table.where(number, "decision")
                book.add(Problem("loop.stage.undecided", where, row["text"], severity=Severity.ROW))
            elif row["decision"] != "采纳" and not row["reason"]:
                where = table.where(number, "reason")
                book.add(Problem("loop.stage.no_reason", where, row["text"], severity=Severity.ROW))
    faults = [problem for problem in book.problems if problem.severity is not Severity.NOTE]
    if faults:
        raise InputError(faults)
    return tuple(
        Comment(**{str(k): str(v) for k, v in r.items()}) for r in frame.to_dict("records")
    )


def write_comments(
    comments: Sequence[Comment], path: Path, draft: Draft, quarter: Quarter, unit: str
) -> None:
    """
    Write the table of comments, with room for more while comments are being asked for.

    Parameters
    ----------
    comments
        What has been said so far.
    path
        The .xlsx file.
    draft
        Which paper at which stage.
    quarter
        The quarter that it is about.
    unit
        Who keeps the table.
    """
    room = 20 if draft.stage is Stage.COMMENT or not comments else 0
    with Book(path, "zh", quarter.last_day, unit=unit) as book:
        title = f"{COMMENTS.zh}（{draft.mark}）"
        counts = {one: sum(c.decision == one for c in comments) for one in DECISIONS}
        line = say("loop.stage.counts", "zh", all=len(comments), **_counted(counts))
        form = book.form(COMMENTS.zh, title, line, 6)
        blank = [None] * room
        form.table(
            [
                Column(
                    column.zh,
                    [*(getattr(one, column.name) or None for one in comments), *blank],
                    width=40 if column.name in {"text", "reason"} else 18,
                )
                for column in COMMENTS.columns
            ],
            total=False,
            filters=False,
        )
        form.note("")
        form.note(say("loop.stage.sign_line", "zh"))
        form.close()
        for place, width in enumerate((5, 18, 16, 42, 12, 36)):
            form.sheet.set_column(place, place, width)


def write_report(
    result: Result,
    changes: Sequence[str],
    comments: Sequence[Comment],
    path: Path,
    draft: Draft,
    quarter: Quarter,
    *,
    seal: str = "",
) -> None:
    """
    Write the quarter's report at a stage.

    Parameters
    ----------
    result
        What a run computed.
    changes
        Sentences about what changed since the last quarter; may be empty.
    comments
        What was said, and what became of it.
    path
        The .docx file.
    draft
        Which stage.
    quarter
        The quarter.
    seal
        Seal of the frozen data that it tells of; empty where they are not frozen.
    """
    plan = result.plan
    unit = plan.county.unit or plan.county.name
    title = report_title(result, quarter)
    letter = Letter(title, author=unit, as_of=plan.county.as_of, mark=draft.mark)
    if plan.outputs.example:
        letter.text(say("report.example_long", "zh"), strong=True)
    letter.section(say("loop.stage.answers", "zh"))
    for line in presence_lines(result, "zh"):
        letter.text(line)
    for said in result.notes:
        if said.key.startswith(SAID_FIRST):
            letter.text(said.text("zh"))
    if seal:
        letter.text(say("loop.stage.seal", "zh", seal=seal[:16]))
    letter.section(say("loop.stage.changes", "zh"))
    for line in changes or [say("loop.stage.no_before", "zh")]:
        letter.text(line)
    letter.section(say("loop.stage.targets", "zh"))
    heads = [
        say(f"loop.stage.{name}", "zh") for name in ("target", "goal", "done", "state", "lead")
    ]
    rows = [
        [row["name_zh"], _number(row["goal"]), _number(row["done"]), _state(row), row["lead"]]
        for _, row in result.targets.iterrows()
    ]
    letter.table(heads, rows, widths=(4, 1.2, 1.2, 1.6, 3))
    if comments or draft.stage is not Stage.COMMENT:
        letter.section(COMMENTS.zh)
        counts = {one: sum(c.decision == one for c in comments) for one in DECISIONS}
        letter.text(say("loop.stage.counts", "zh", all=len(comments), **_counted(counts)))
        letter.table(
            [column.zh for column in COMMENTS.columns],
            [[one.by, one.place, one.text, one.decision, one.reason] for one in comments],
            widths=(2, 1.6, 4, 1.4, 3),
        )
    if draft.stage is Stage.FINAL:
        letter.sign(unit)
    letter.signatures(
        [say(f"loop.stage.{name}", "zh") for name in ("drafted", "checked", "issued")]
    )
    letter.save(path)


def report_title(result: Result, quarter: Quarter) -> str:
    """
    Return the title of a quarter's report.

    Parameters
    ----------
    result
        What a run computed.
    quarter
        The quarter.
    """
    return say("loop.stage.title", "zh", county=result.plan.county.name, quarter=quarter.zh)


def _answered(grid: Grid) -> tuple[tuple[Raw, ...], ...]:
    # a line of the form that holds its running number only is one that nobody has filled in
    return tuple(
        ()
        if sum(cell is not None for cell in row) == 1 and isinstance(row[0], int | float)
        else row
        for row in grid.rows
    )


def _counted(counts: dict[str, int]) -> dict[str, int]:
    return dict(zip(("adopted", "partly", "declined"), counts.values(), strict=True))


def _number(value: object) -> str:
    text = str(value)
    return "" if text in {"<NA>", "nan", "None"} else f"{round(float(text), 1):g}"


def _state(row: Any) -> str:
    return word("status", row["status"], "zh")
