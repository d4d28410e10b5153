"""A policy's text read for its targets: measured on the one whose ledger was made by hand."""

import csv

import openpyxl
import pytest

from coverplan.cli import main
from coverplan.errors import InputError
from coverplan.intake.tables import read_table
from coverplan.loop.draft_book import draft_rows
from coverplan.loop.drafting import passed_over, proposals, soft_sentences
from coverplan.loop.policy import read_policy, readable_text
from coverplan.schema import TARGETS
from support import DATA, shared

CLAUSE = "1. 甲行动。{text}（牵头单位：县教委、县科协，责任单位：县财政局、各乡镇（街道））"
FLOOR = 19
"""All targets with a number, full coverage or a project are found; tasks are another matter."""


@pytest.fixture(scope="module")
def fengdu():
    path = shared("plan", "fengdu-science-literacy-plan-2021-2025.txt")
    return read_policy(readable_text(path.read_bytes(), path.name))


def of(text):
    return proposals(read_policy("某县方案（2026—2030年）\n" + CLAUSE.format(text=text)))


def rows(name):
    with (DATA / "fengdu" / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_all_34_clauses_are_found_with_their_leads(fengdu):
    with shared("plan", "clauses.csv").open(encoding="utf-8-sig", newline="") as stream:
        wanted = [tuple(row.values()) for row in csv.DictReader(stream)]
    found = [(c.number, c.title, c.lead, c.responsible) for c in fengdu.numbered]
    assert found == wanted
    assert len(found) == 34
    assert fengdu.period == (2021, 2025)


def same(row, proposal):
    """Tell whether a row of the ledger and a proposal are the same target."""
    if row["clause"].replace(" ", "") != proposal.clause:
        return False
    if row["comparison"] == "full" or row["kind"] == "stage":
        return proposal.kind == row["kind"] and proposal.quote == row["evidence"]
    return proposal.kind != "task" and proposal.target == float(row["target"])


def test_all_19_targets_are_found_and_nothing_else_is_called_one(fengdu):
    ledger = [row for row in rows("targets.csv") if row["kind"] != "task"]
    assert len(ledger) == 19
    found = [one for one in proposals(fengdu) if one.kind != "task"]
    matched = {row["id"]: [one for one in found if same(row, one)] for row in ledger}
    assert sum(bool(ones) for ones in matched.values()) >= FLOOR
    assert len(found) == 19  # none too many
    for row in ledger:
        (one,) = matched[row["id"]]
        assert one.firm == row["firm"], row["id"]
        assert one.lead == row["lead"] or not one.lead, row["id"]
        assert one.responsible == row["responsible"] or not one.lead, row["id"]
        assert one.quote in row["evidence"] or row["evidence"] in one.quote, row["id"]
        if one.target is not None and one.kind != "stage":
            assert one.unit == row["unit"], row["id"]


def test_what_it_calls_the_kind_is_mostly_what_the_ledger_says(fengdu):
    ledger = [row for row in rows("targets.csv") if row["kind"] != "task"]
    found = [one for one in proposals(fengdu) if one.kind != "task"]
    right = [
        row["id"] for row in ledger for one in found if same(row, one) and one.kind == row["kind"]
    ]
    assert len(right) == 19


def test_of_13_tasks_without_a_number_it_finds_eight_and_three_that_the_ledger_leaves_out(fengdu):
    tasks = [row for row in rows("targets.csv") if row["kind"] == "task"]
    found = [one for one in proposals(fengdu) if one.kind == "task"]
    missed = {row["id"] for row in tasks if not any(one.quote in row["evidence"] for one in found)}
    assert len(tasks) == 13
    assert missed == {
        "imbalance",
        "three-heads",
        "national-demo-county",
        "village-officers",
        "school-tutors",
    }
    extra = [one.name for one in found if not any(one.quote in row["evidence"] for row in tasks)]
    assert extra == ["家庭科学教育知识传播平台", "科技志愿服务队", "科普专家交流平台"]
    # the one about imbalance is listed for the planner to judge
    soft = [sentence for _, sentence in soft_sentences(fengdu)]
    assert any("不均衡问题明显改善" in sentence for sentence in soft)


def test_every_number_of_the_text_is_either_proposed_or_passed_over_with_a_reason(fengdu):
    reasons = {one.reason for one in passed_over(fengdu)}
    assert reasons <= {"year", "structure", "word", "no_unit"}
    structure = [one.quote for one in passed_over(fengdu) if one.reason == "structure"]
    assert structure == ["实施5项提升行动。", "实施5项重点工程。"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("新建乡村科普馆8座。", ("乡村科普馆", 8, "座", ">=", "硬性", "stock")),
        ("力争建成科技小院12个以上。", ("科技小院", 12, "个", ">=", "力争", "stock")),
        (
            "推动打造省级科普示范社区3个。",
            ("省级科普示范社区", 3, "个", ">=", "推动", "designation"),
        ),
        (
            "每年举办科普讲座不少于100场次。",
            ("科普讲座", 100, "场次/年", ">=", "硬性", "flow_per_year"),
        ),
        ("注册科技志愿者达到1.5万人。", ("科技志愿者", 15000, "人", ">=", "硬性", "stock")),
        ("办结时间不超过15个。", ("办结时间", 15, "个", "<=", "硬性", "stock")),
        (
            "农村中小学实验室达标率达到90%。",
            ("农村中小学实验室达标率", 90, "%", ">=", "硬性", "share"),
        ),
    ],
)
def test_a_sentence_of_another_plan_is_read_by_the_same_grammar(text, wanted):
    (one,) = [p for p in of(text) if p.kind != "task"]
    assert (one.name, one.target, one.unit, one.comparison, one.firm, one.kind) == wanted
    assert one.lead == "县教委、县科协"
    assert one.responsible == "县财政局、各乡镇（街道）"


@pytest.mark.parametrize(
    "text",
    [
        "到2030年形成新格局。",
        "根据国发〔2021〕9号文件要求。",
        "发挥5G等新技术作用。",
        "实施6项重点工程。",
        "加强宣传。",
    ],
)
def test_years_document_numbers_and_words_are_no_targets(text):
    assert not of(text)


def test_two_numbers_in_one_sentence_are_two_targets():
    names = [(one.name, one.target) for one in of("建设科普基地5个、科普驿站20个以上。")]
    assert names == [("科普基地", 5), ("科普驿站", 20)]


def test_full_coverage_is_a_target_without_a_number():
    (one,) = of("推动科普大篷车在边远乡村实现全覆盖。")
    assert (one.kind, one.comparison, one.target, one.firm) == ("coverage", "full", None, "推动")


def test_a_list_that_begins_again_is_no_clause():
    text = (
        "某县方案\n一、任务\n1. 甲行动。做事。（牵头单位：甲局）\n"
        "2. 乙行动。做事。（牵头单位：乙局）\n"
        "二、保障\n（一）进度\n1. 启动。\n2. 实施。\n"
    )
    assert [c.number for c in read_policy(text).numbered] == ["1", "2"]


def test_articles_are_clauses_too():
    text = "某县办法\n第一条 甲。建馆3座。（责任单位：甲局）\n第二条 乙。"
    policy = read_policy(text)
    assert [(c.number, c.lead) for c in policy.numbered] == [("1", "甲局"), ("2", "")]


def test_a_word_file_is_answered_with_what_to_do():
    with pytest.raises(InputError, match="纯文本"):
        readable_text(b"PK\x03\x04" + bytes(300), "方案.docx")
    assert readable_text("建馆5座".encode("gb18030"), "方案.txt") == "建馆5座"


def test_the_command_writes_a_table_that_our_own_reader_takes(tmp_path, capsys):
    source = tmp_path / "方案.txt"
    text = CLAUSE.format(text="新建共享科技馆5个。每年开展活动12场次。推动橱窗在各村全覆盖。")
    source.write_text(f"某县方案（2026—2030年）\n{text}\n", encoding="utf-8")
    assert main(["targets", "draft", str(source), "--out", str(tmp_path / "out")]) == 0
    assert "3 项目标" in capsys.readouterr().out
    table = read_table(tmp_path / "out" / "targets_draft.csv", TARGETS)
    assert not table.problems
    assert list(table.frame["id"]) == ["c01-1", "c01-2", "c01-3"]
    assert str(table.frame.loc[0, "counts_from"].date()) == "2026-01-01"
    book = openpyxl.load_workbook(tmp_path / "out" / "目标台账草稿.xlsx")
    quotes = [c.value for row in book["草稿"].iter_rows() for c in row if isinstance(c.value, str)]
    assert "新建共享科技馆5个。" in quotes
    assert main(["targets", "draft", str(tmp_path / "没有.txt")]) == 2


def test_drafted_rows_have_ids_of_their_own(fengdu):
    ids = list(draft_rows(fengdu)["id"])
    assert len(ids) == len(set(ids))
