"""Forms: who is asked for what, what is locked, and how a form says which it is."""

import io
import itertools
import zipfile

import openpyxl
import pytest
from docx import Document

from coverplan.config import read_plan
from coverplan.errors import InputError
from coverplan.intake.inputs import read_inputs
from coverplan.loop.asking import asked_of
from coverplan.loop.formbook import FormId
from coverplan.loop.forms import issue, papers, write_forms
from coverplan.loop.inbox import identify
from coverplan.loop.quarters import Quarter
from loop_county import handed_out, head, loop_desk, rows_of
from support import DATA


@pytest.fixture(scope="module")
def fengdu():
    plan = read_plan(DATA / "fengdu" / "plan.toml")
    return issue(plan, Quarter(2025, 3), read_inputs(plan))


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    return handed_out(loop_desk(tmp_path_factory.mktemp("county")))


@pytest.mark.parametrize("text", ["2025Q3", "2025-Q3", "2025q3", "2025年第三季度", "2025年3季度"])
def test_a_quarter_is_understood_as_offices_write_it(text):
    assert str(Quarter.parse(text)) == "2025Q3"


@pytest.mark.parametrize("text", ["2025", "2025Q5", "Q3", "", "2025Q33", "第三季度"])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(InputError, match="2025Q3"):
        Quarter.parse(text)


def test_quarters_follow_each_other_without_a_gap():
    days = [Quarter(year, n) for year in (2023, 2024, 2025) for n in (1, 2, 3, 4)]
    for now, after in itertools.pairwise(days):
        assert (after.first_day - now.last_day).days == 1
        assert Quarter.of(now.last_day) == now == Quarter.of(now.first_day)


def test_fengdu_asks_townships_only_for_clauses_that_make_them_responsible(fengdu):
    asked = fengdu.asked
    # the policy names 各乡镇（街道） in 4, 17, 19, 20, 22 and 24; 17 and 19 have no target
    assert asked.clauses == ("4", "20", "22", "24")
    clause_of = fengdu.inputs.targets["clause"]
    away = {"9", "25", "8", "11", "1"}
    assert not {clause_of[key] for key in asked.numbers} & away
    assert not {"mobile_museum", "science_caravan", "city_demo", "county_demo"} & {
        *asked.venue_types,
        *asked.village_types,
        *asked.other_types,
    }
    listed = {key for desk in asked.desks for key in desk.venue_types}
    assert {"mobile_museum", "science_caravan", "city_demo", "county_demo"} <= listed


def test_every_target_of_fengdu_is_asked_of_somebody(fengdu):
    asked, targets = fengdu.asked, fengdu.inputs.targets
    types = {*asked.venue_types, *asked.village_types}
    for desk in asked.desks:
        types |= set(desk.venue_types)
    numbers = {key for desk in asked.desks for key in desk.numbers} | set(asked.numbers)
    schools = any(desk.schools for desk in asked.desks)
    for key, row in targets.iterrows():
        own = set(row["venue_type"].split(";")) - {""}
        assert (
            key in numbers
            or (own and own <= types)
            or (row["source_table"] == "schools" and schools)
        ), key


def test_fengdu_has_one_form_a_township_and_one_a_lead(fengdu):
    ids = [paper.id for paper in papers(fengdu)]
    towns = [one.key for one in ids if one.audience == "township"]
    assert towns == list(fengdu.inputs.townships.index)
    leads = {name for lead in fengdu.inputs.targets["lead"] for name in lead.split("、")}
    desks = [paper.unit for paper in papers(fengdu) if paper.id.audience == "department"]
    assert sorted(desks) == sorted(leads)
    assert len(ids) == len(set(ids)) == 30 + len(leads) + 1


def test_all_338_villages_are_asked_for_their_minutes_once(fengdu):
    asked = [
        row["code12"]
        for paper in papers(fengdu)
        for page in paper.pages
        if page.sheet.contract.name == "form_villages"
        for row in page.rows
    ]
    assert sorted(asked) == sorted(fengdu.inputs.villages.index)
    assert len(asked) == 338


def test_the_office_asks_itself_about_some_seventy_pairs_that_connect_the_county(fengdu):
    office = next(paper for paper in papers(fengdu) if paper.id.audience == "office")
    rows = next(p for p in office.pages if p.sheet.contract.name == "form_seats").rows
    pairs = [(row["from_code9"], row["to_code9"]) for row in rows]
    assert 45 <= len(pairs) == len({frozenset(pair) for pair in pairs}) <= 90
    reached = {pairs[0][0]}
    for _ in pairs:
        for a, b in pairs:
            if {a, b} & reached:
                reached |= {a, b}
    assert len(reached) == 30


def test_a_form_locks_codes_and_lets_answers_be_written(forms):
    book = openpyxl.load_workbook(forms["三合街道"])
    for name in ("零报告", "场馆", "村（社区）", "数字"):
        sheet = book[name]
        assert sheet.protection.sheet
        _, columns = head(sheet)
        row = rows_of(sheet)[0]
        locked = {header for header, at in columns.items() if sheet.cell(row, at).protection.locked}
        assert locked, name
        assert {"备注", "说明", "到乡镇驻地分钟", "状态"} & set(columns) - locked
    columns = head(book["场馆"])[1]
    top = rows_of(book["场馆"])
    assert book["场馆"].cell(top[0], columns["类型"]).protection.locked
    assert not book["场馆"].cell(top[-1] + 1, columns["类型"]).protection.locked


def test_a_form_offers_choices_that_reach_every_input_row(forms):
    book = openpyxl.load_workbook(forms["三合街道"])
    sheet = book["场馆"]
    _, columns = head(sheet)
    ruled = {
        cells.min_col
        for rule in sheet.data_validations.dataValidation
        for cells in rule.sqref.ranges
        if rule.type == "list" and cells.max_row - cells.min_row >= 29
    }
    assert {columns["类型"], columns["状态"], columns["村（社区）"]} <= ruled


def test_a_form_carries_every_column_that_the_issue_names(forms):
    book = openpyxl.load_workbook(forms["三合街道"])
    wanted = {"开放日期", "关闭日期", "状态", "设立文号", "近12个月活动场次", "依托单位"}
    assert wanted | {"近12个月参加人次"} <= set(head(book["场馆"])[1])
    assert "到乡镇驻地分钟" in head(book["村（社区）"])[1]
    cover = {cell.value for row in book["填表说明"].iter_rows() for cell in row}
    assert {"填报人", "审核人", "单位（盖章）", "填报日期"} <= cover


def test_a_form_is_filled_in_with_what_is_known(forms):
    book = openpyxl.load_workbook(forms["三合街道"])
    sheet = book["场馆"]
    _, columns = head(sheet)
    known = [sheet.cell(row, columns["场馆名称"]).value for row in rows_of(sheet)]
    assert known == ["滨江教学点"]
    sheet = book["村（社区）"]
    _, columns = head(sheet)
    minutes = [sheet.cell(row, columns["到乡镇驻地分钟"]).value for row in rows_of(sheet)]
    assert minutes == [7, None]
    dragon = openpyxl.load_workbook(forms["双龙镇"])["零报告"]
    _, columns = head(dragon)
    before = {
        dragon.cell(r, columns["场馆类型"]).value: dragon.cell(
            r, columns["零报告（没有就打勾）"]
        ).value
        for r in rows_of(dragon)
    }
    assert before == {"社区科普大学教学点": "☑", "科普橱窗": None}


def test_a_form_says_which_it_is_in_two_hidden_places(forms):
    path = forms["双路镇"]
    book = openpyxl.load_workbook(path)
    assert book["coverplan"].sheet_state == "veryHidden"
    with zipfile.ZipFile(path) as archive:
        custom = archive.read("docProps/custom.xml").decode()
    assert "little/2025Q3/township/500230111/v1" in custom
    found = identify(path, path.name)
    assert found.id == FormId("little", Quarter(2025, 3), "township", "500230111", 1)
    assert found.keys["form_villages"] == [
        ("500230111005", "花园社区居民委员会"),
        ("500230111200", "安宁村"),
    ]


def test_an_id_reads_back_as_it_was_written():
    one = FormId("fengdu", Quarter(2026, 1), "department", "education", 12)
    assert FormId.parse(str(one)) == one
    for text in ("", "a/b/c", "fengdu/2025Q9/township/1/v1", "fengdu/2025Q3/township/1/x"):
        assert FormId.parse(text) is None


def test_the_same_forms_are_the_same_bytes(tmp_path):
    one, two = loop_desk(tmp_path / "a"), loop_desk(tmp_path / "b")
    first = write_forms(one.issue(), tmp_path / "one")
    second = write_forms(two.issue(), tmp_path / "two")
    assert [path.name for path in first] == [path.name for path in second]
    for left, right in zip(first, second, strict=True):
        assert left.read_bytes() == right.read_bytes(), left.name


def test_the_letter_names_every_lead_and_the_date(tmp_path):
    desk = loop_desk(tmp_path)
    letter = write_forms(desk.issue(), tmp_path / "forms")[-1]
    text = "\n".join(p.text for p in Document(io.BytesIO(letter.read_bytes())).paragraphs)
    assert "县科技局、县科协、县教委、县总工会：" in text
    assert "2025年10月10日" in text
    assert "零报告" in text
    page = Document(io.BytesIO(letter.read_bytes())).sections[0]
    assert [round(x.mm) for x in (page.page_width, page.page_height)] == [210, 297]
    assert [round(x.mm) for x in (page.top_margin, page.left_margin)] == [37, 28]


def test_a_department_that_only_co_leads_is_told_who_fills_in(tmp_path):
    desk = loop_desk(tmp_path)
    paper = next(p for p in papers(desk.issue()) if p.unit == "县科协")
    assert not paper.pages
    assert any("县科技局：教学点" in note for note in paper.notes)


def test_types_that_nobody_leads_stay_with_the_office(fengdu):
    asked = fengdu.asked
    assert {"city_science_base", "senior_university"} <= set(asked.unled_types)
    given = [*asked.venue_types, *asked.village_types, *asked.other_types, *asked.unled_types]
    for desk in asked.desks:
        given += [*desk.venue_types, *desk.other_types]
    assert sorted(given) == sorted(fengdu.inputs.venue_types.index)


def test_asking_needs_no_department_list(fengdu):
    inputs = fengdu.inputs
    asked = asked_of(inputs.targets, inputs.venue_types, inputs.departments.iloc[:0])
    assert [desk.id for desk in asked.desks] == [desk.name for desk in asked.desks]
