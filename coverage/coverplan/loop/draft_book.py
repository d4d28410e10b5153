"""Proposed targets as a workbook to confirm, and as a table that a plan can read."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from coverplan import answers
from coverplan.loop.drafting import Proposal, passed_over, proposals, soft_sentences
from coverplan.loop.policy import Policy
from coverplan.report.csv_out import write_csv
from coverplan.report.form import Book, Column
from coverplan.schema import TARGETS
from coverplan.text import say

__all__ = ["draft_rows", "write_draft"]


def draft_rows(policy: Policy) -> pd.DataFrame:
    """
    Return the proposals as rows of the TARGETS table.

    Parameters
    ----------
    policy
        The policy, taken apart.

    Returns
    -------
    pandas.DataFrame
        The TARGETS columns. `reading`, `source_table` and `venue_type` are the planner's to fill
        in; what is new counts within the policy's period.
    """
    seen: dict[str, int] = {}
    rows = []
    for one in proposals(policy):
        seen[one.clause] = seen.get(one.clause, 0) + 1
        key = _id(one.clause, seen[one.clause])
        begins = "新建" in one.quote and one.kind == "stock" and f"新建{one.name}" in one.quote
        timed = policy.period is not None and (begins or one.kind == "flow_per_year")
        years = policy.period or (0, 0)
        rows.append(
            {
                "id": key,
                "clause": one.clause,
                "name_zh": one.name,
                "name_en": key,
                "kind": one.kind,
                "unit": one.unit,
                "target": one.target,
                "comparison": one.comparison,
                "counts_from": f"{years[0]}-01-01" if timed else None,
                "counts_to": f"{years[1]}-12-31" if timed else None,
                "firm": one.firm,
                "lead": one.lead,
                "responsible": one.responsible,
                "evidence": one.quote,
            }
        )
    return pd.DataFrame(rows, columns=list(TARGETS.names), dtype=object)


def write_draft(policy: Policy, folder: Path) -> tuple[Path, Path]:
    """
    Write the proposals for the planner to confirm.

    Parameters
    ----------
    policy
        The policy, taken apart.
    folder
        Where to.

    Returns
    -------
    tuple of Path
        The workbook with the quotes, and the table for the plan.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table, workbook = folder / "targets_draft.csv", folder / "目标台账草稿.xlsx"
    rows = draft_rows(policy)
    write_csv(rows, table)
    first = policy.period[0] if policy.period else 2000
    day = pd.Timestamp(year=first, month=1, day=1).date()
    with Book(workbook, "zh", day, unit="") as book:
        _proposal_sheet(book, policy, list(proposals(policy)), list(rows["id"]))
        _clause_sheet(book, policy)
        _passed_sheet(book, policy)
    return workbook, table


def _id(clause: str, number: int) -> str:
    digits = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7"}
    if clause.isdigit():
        return f"c{int(clause):02d}-{number}"
    plain = "".join(digits.get(sign, "-" if sign == "（" else "") for sign in clause)
    return f"p{plain}-{number}"


def _proposal_sheet(
    book: Book, policy: Policy, found: Sequence[Proposal], ids: Sequence[str]
) -> None:
    title = say("loop.draft.title", "zh", policy=policy.title)
    counts = {
        "numbers": sum(one.kind != "task" for one in found),
        "tasks": sum(one.kind == "task" for one in found),
        "clauses": len(policy.numbered),
    }
    form = book.form(say("loop.draft.sheet", "zh"), title, "", 13)
    form.note(say("loop.draft.how", "zh", **counts))
    kinds = {key: words[0] for key, words in answers.TARGET_KINDS.items()}
    heads = {name: TARGETS.column(name).zh for name in ("clause", "name_zh", "kind", "unit")}
    form.table(
        [
            Column(say("loop.draft.confirm", "zh"), [None] * len(found)),
            Column(TARGETS.column("id").zh, list(ids)),
            Column(heads["clause"], [one.clause for one in found]),
            Column(heads["name_zh"], [one.name for one in found], name="key", width=30),
            Column(heads["kind"], [kinds[one.kind] for one in found]),
            Column(heads["unit"], [one.unit or None for one in found]),
            Column(TARGETS.column("target").zh, [one.target for one in found], "free"),
            Column(TARGETS.column("comparison").zh, [one.comparison for one in found]),
            Column(TARGETS.column("firm").zh, [one.firm for one in found]),
            Column(TARGETS.column("lead").zh, [one.lead or None for one in found], width=24),
            Column(say("loop.draft.why", "zh"), [one.why for one in found], width=24),
            Column(TARGETS.column("evidence").zh, [one.quote for one in found], width=60),
        ],
        total=False,
    )
    form.close()


def _clause_sheet(book: Book, policy: Policy) -> None:
    found = proposals(policy)
    title = say("loop.draft.clauses", "zh")
    form = book.form(title, title, say("loop.merged.file_count", "zh", n=len(policy.numbered)), 6)
    rows = policy.numbered
    form.table(
        [
            Column(TARGETS.column("clause").zh, [one.number for one in rows]),
            Column(say("loop.draft.clause_title", "zh"), [one.title for one in rows], width=36),
            Column(TARGETS.column("lead").zh, [one.lead or None for one in rows], width=24),
            Column(
                TARGETS.column("responsible").zh, [o.responsible or None for o in rows], width=50
            ),
            Column(
                say("loop.draft.count", "zh"),
                [sum(p.clause == one.number for p in found) for one in rows],
                "int",
                total=True,
            ),
        ]
    )
    form.close()


def _passed_sheet(book: Book, policy: Policy) -> None:
    passed, soft = passed_over(policy), soft_sentences(policy)
    title = say("loop.draft.passed", "zh")
    form = book.form(title, title, "", 5)
    form.note(say("loop.draft.passed_note", "zh", soft=len(soft), passed=len(passed)))
    form.table(
        [
            Column(
                TARGETS.column("clause").zh,
                [*(clause for clause, _ in soft), *(one.clause for one in passed)],
            ),
            Column(
                say("loop.merged.reason", "zh"),
                [
                    *(say("loop.draft.soft", "zh") for _ in soft),
                    *(say(f"loop.draft.reason_{one.reason}", "zh") for one in passed),
                ],
                width=30,
            ),
            Column(
                say("loop.draft.found", "zh"), [*(None for _ in soft), *(o.found for o in passed)]
            ),
            Column(
                TARGETS.column("evidence").zh,
                [*(sentence for _, sentence in soft), *(one.quote for one in passed)],
                width=70,
            ),
        ],
        total=False,
    )
    form.close()
