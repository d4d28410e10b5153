"""The ledger of targets says what the policy's own text says, sentence by sentence."""

import csv
import re
from pathlib import Path

import pytest

from support import DATA, shared

FENGDU = DATA / "fengdu"
CLAUSE = re.compile(r"(?:\[bookmark[^\]]*\])?\s*(\d{1,2})\. ?(?=\D)")
PARTIES = re.compile(r"（牵头单位：(?P<lead>.+?)，责任单位：(?P<responsible>.+)）\s*$")

# The nineteen targets and their numbers as a person reads them off the policy.
NUMBERS = {
    "literacy": ("一（二）", 15), "academician-visits": ("1", 12), "school-museums": ("4", 5),
    "demo-schools": ("4", 10), "activity-rooms": ("4", 50), "youth-bases": ("4", 30),
    "rural-associations": ("8", 30), "mobile-remote": ("9", None), "craft-studios": ("11", 5),
    "county-museum": ("20", 1), "village-rooms": ("20", None), "university-sites": ("22", 30),
    "university-townships": ("22", 30), "events": ("24", 50), "information-officers": ("24", 5000),
    "volunteers": ("24", 1000), "city-demo": ("25", 5), "county-demo": ("25", 20),
    "budget": ("四（三）", 2),
}  # fmt: skip
NOT_IN_THE_TEXT = {"county-museum", "university-townships"}
"""Numbers that we read into the text; the reading, which is printed, must say so."""


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rows() -> list[dict[str, str]]:
    return read(FENGDU / "targets.csv")


def targets() -> list[dict[str, str]]:
    return [row for row in rows() if row["kind"] != "task"]


def tasks() -> list[dict[str, str]]:
    return [row for row in rows() if row["kind"] == "task"]


@pytest.fixture(scope="module")
def policy() -> str:
    path = shared("plan", "fengdu-science-literacy-plan-2021-2025.txt")
    return path.read_text(encoding="utf-8-sig")


@pytest.fixture(scope="module")
def clauses(policy: str) -> dict[str, str]:
    """Return the text of each numbered clause that names who leads it."""
    found = {}
    for line in policy.splitlines():
        match = CLAUSE.match(line)
        if match and "牵头单位" in line:
            found[match[1]] = line[match.end() :]
    return found


def part_of(policy: str, clauses: dict[str, str], clause: str) -> str:
    """Return the text of a clause, or of a part such as 四（三）."""
    if clause in clauses:
        return clauses[clause]
    chapters = dict(re.findall(r"(?ms)^([一二三四])、(.+?)(?=^[一二三四]、|\Z)", policy))
    chapter = chapters[clause[0]]
    if len(clause) == 1:
        return chapter
    return re.findall(rf"(?ms)^{re.escape(clause[1:])}.+?(?=^（[一二三四五]）|\Z)", chapter)[0]


def test_there_are_nineteen_targets_and_thirteen_tasks():
    assert len(targets()) == 19
    assert len(tasks()) == 13
    assert [row["id"] for row in targets()] == list(NUMBERS)


def test_each_target_has_the_clause_and_the_number_that_a_reader_finds():
    for row in targets():
        clause, number = NUMBERS[row["id"]]
        assert row["clause"] == clause, row["id"]
        assert row["target"] == ("" if number is None else str(number)), row["id"]
        assert row["comparison"] == ("full" if number is None else row["comparison"])


@pytest.mark.shared
def test_the_policy_has_34_clauses_as_the_list_of_clauses_says(clauses: dict[str, str]):
    assert list(clauses) == [str(number) for number in range(1, 35)]
    listed = {row["clause"]: row for row in read(shared("plan", "clauses.csv"))}
    for clause, text in clauses.items():
        parties = PARTIES.search(text)
        assert parties is not None, clause
        assert listed[clause]["lead"] == parties["lead"], clause
        assert listed[clause]["responsible"] == parties["responsible"], clause


@pytest.mark.shared
def test_who_leads_and_who_is_responsible_is_the_text_of_the_clause(clauses: dict[str, str]):
    for row in rows():
        if row["clause"] in clauses:
            parties = PARTIES.search(clauses[row["clause"]])
            assert parties is not None
            assert (row["lead"], row["responsible"]) == (parties["lead"], parties["responsible"])


@pytest.mark.shared
def test_outside_the_clauses_the_lead_is_who_the_text_makes_lead(
    policy: str, clauses: dict[str, str]
):
    others = {row["id"]: row["lead"] for row in rows() if row["clause"] not in clauses}
    assert others == {
        "literacy": "县科协", "budget": "县财政", "imbalance": "县科协", "safeguards": "县科协",
    }  # fmt: skip
    assert "县科协牵头实施全民科学素质行动" in part_of(policy, clauses, "四（一）")
    assert "县财政按人均2元标准" in part_of(policy, clauses, "四（三）")


@pytest.mark.shared
def test_the_evidence_is_quoted_word_for_word_from_its_clause(policy: str, clauses: dict[str, str]):
    for row in rows():
        text = part_of(policy, clauses, row["clause"])
        for sentence in row["evidence"].split("……"):
            assert sentence in text, row["id"]
            assert sentence.endswith("。"), row["id"]


@pytest.mark.shared
def test_each_number_of_a_target_stands_in_its_clause_beside_what_it_counts(
    policy: str, clauses: dict[str, str]
):
    near = {
        "literacy": "比例达到15%", "academician-visits": "不少于12场次",
        "school-museums": "新建中小学共享科技馆5个", "demo-schools": "示范学校10所",
        "activity-rooms": "科技活动室达到50%以上", "youth-bases": "校外科普实践基地30个",
        "rural-associations": "农村专业技术协会30家以上", "craft-studios": "创新工作室5个",
        "university-sites": "教学点30个以上", "events": "不少于50场次",
        "information-officers": "信息员5000人以上", "volunteers": "科技志愿者1000人以上",
        "city-demo": "市级科普示范基地（街镇）5个",
        "county-demo": "县级科普示范基地（街镇）20个以上",
        "budget": "人均2元标准",
    }  # fmt: skip
    for row in targets():
        if not row["target"] or row["id"] in NOT_IN_THE_TEXT:
            continue
        words = near[row["id"]]
        assert words in row["evidence"], row["id"]
        assert words in part_of(policy, clauses, row["clause"])
        assert re.search(rf"(?<!\d){row['target']}(?!\d)", words), row["id"]


def test_where_the_text_has_no_number_the_printed_reading_says_whose_it_is():
    by_id = {row["id"]: row for row in rows()}
    assert "推断" in by_id["county-museum"]["reading"]
    assert "口径决定" in by_id["university-townships"]["reading"]
    assert "2街道、23镇、5乡" in by_id["university-townships"]["reading"]
    assert "338" in by_id["village-rooms"]["reading"]
    assert "未定义" in by_id["mobile-remote"]["reading"]
    for row in tasks():
        if row["target"] not in {"", "1", "2", "3", "4"}:
            assert row["target"] in row["reading"]
            assert "原文未写数量" in row["reading"]


def test_how_firm_a_target_is_follows_the_words_of_the_text():
    for row in targets():
        if row["firm"] == "力争":
            assert "力争" in row["evidence"]
        elif row["firm"] == "推动":
            assert re.search("推动|加快", row["evidence"]), row["id"]
    assert {row["id"] for row in targets() if row["firm"] == "力争"} == {"university-townships"}
    assert {row["firm"] for row in tasks()} == {"推动"}


def test_only_museums_opened_in_the_period_count_as_new():
    (museums,) = [row for row in rows() if row["id"] == "school-museums"]
    assert (museums["counts_from"], museums["counts_to"]) == ("2021-01-01", "2025-12-31")
    stock = [row for row in targets() if row["source_table"] == "venues" and row != museums]
    assert all(not row["counts_from"] and not row["counts_to"] for row in stock)


def test_both_denominators_of_the_budget_are_printed():
    (budget,) = [row for row in rows() if row["id"] == "budget"]
    for number in ("557374", "816484", "111万", "163万"):
        assert number in budget["reading"]
    assert round(557_374 * 2 / 10_000) == 111
    assert round(816_484 * 2 / 10_000) == 163


def test_milestones_are_typed_by_the_planner_never_made_up():
    assert {row["milestones"] for row in rows()} == {""}


def test_every_venue_type_of_a_target_is_known():
    known = {row["id"] for row in read(FENGDU / "venue_types.csv")}
    for row in rows():
        types = [name for name in row["venue_type"].split(";") if name]
        assert set(types) <= known, row["id"]
        if row["source_table"] in {"venues", "presence", "villages"}:
            assert types, row["id"]
    tables = {"venues", "villages", "schools", "indicators", "visits", "presence"}
    assert {row["source_table"] for row in rows()} == tables


def test_the_four_kinds_of_clause_20_count_for_the_villages():
    (rooms,) = [row for row in rows() if row["id"] == "village-rooms"]
    zh = {row["id"]: row["zh"] for row in read(FENGDU / "venue_types.csv")}
    names = [zh[name] for name in rooms["venue_type"].split(";")]
    assert names == ["科普活动室", "科普书屋", "科普画廊", "科普橱窗"]
    assert "、".join(names) in rooms["evidence"]


def test_every_department_that_leads_or_answers_is_listed_once():
    listed = [row["name"] for row in read(FENGDU / "departments.csv")]
    assert len(set(listed)) == len(listed)
    for row in rows():
        named = f"{row['lead']}、{row['responsible']}".strip("、").split("、")
        assert set(named) <= set(listed), row["id"]


@pytest.mark.shared
def test_the_departments_are_those_of_all_clauses(clauses: dict[str, str]):
    named: set[str] = set()
    for text in clauses.values():
        parties = PARTIES.search(text)
        assert parties is not None
        named |= {*parties["lead"].split("、"), *parties["responsible"].split("、")}
    listed = {row["name"] for row in read(FENGDU / "departments.csv")}
    assert listed == named | {"县财政"}


@pytest.mark.shared
def test_townships_answer_for_the_clauses_where_forms_go_to_townships(clauses: dict[str, str]):
    named = {
        clause for clause, text in clauses.items() if "各乡镇（街道）" in PARTIES.sub("", text)
    }
    responsible = {
        clause
        for clause, text in clauses.items()
        if (found := PARTIES.search(text)) and "各乡镇（街道）" in found["responsible"]
    }
    assert responsible == {"4", "17", "19", "20", "22", "24"}
    assert named <= responsible
    mine = {row["clause"] for row in rows() if "各乡镇（街道）" in row["responsible"]}
    assert mine == {"4", "20", "22", "24"}
