"""What nobody said this quarter: carried over with a sentence, or taken back, never in silence."""

import csv
import io
from datetime import date

import openpyxl
import pytest

from coverplan.config import read_plan
from coverplan.intake.inputs import read_inputs
from coverplan.intake.returns import returns_said
from coverplan.intake.sources import hash_of
from coverplan.loop.applying import apply, returns_frame
from coverplan.loop.collect import spot_paper
from coverplan.loop.collected import told, write_collected
from coverplan.loop.desk import opened, told_changes
from coverplan.loop.formbook import write_form
from coverplan.loop.snapshots import freeze, whole
from coverplan.pipeline import run
from coverplan.report.phrases import county_name
from loop_county import (
    COMPLETE,
    NEW,
    UNI,
    accounted,
    answered,
    cell,
    collected,
    faults,
    handed_out,
    inbox_of,
    loop_desk,
    standing,
    ticked,
    venue,
    windows,
)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    desk = loop_desk(tmp_path_factory.mktemp("county"))
    return desk, handed_out(desk)


def applied(desk, inbox):
    """Collect, put in place, and return what was found and what the plan's tables say then."""
    found = collected(desk, inbox)
    replaced = apply(found, write_collected(found, desk.folder / "collected"), desk.folder / "b")
    return found, replaced, read_inputs(read_plan(desk.plan.folder / "plan.toml"))


def said(inputs):
    return [one.text("zh") for one in inputs.problems if one.key.startswith("intake.returns.")]


# --- units that sent nothing -------------------------------------------------------------------


def test_a_run_says_first_who_reported_and_whose_answers_are_last_quarters(tmp_path):
    desk = loop_desk(tmp_path)
    forms = handed_out(desk)
    inbox = tmp_path / "inbox"
    answered(forms["三合街道"], inbox / "1.xlsx", *COMPLETE["三合街道"])
    wrong = cell("场馆", 0, "类型", "教学站")
    answered(forms["双路镇"], inbox / "2.xlsx", *COMPLETE["双路镇"], wrong)
    _, _, inputs = applied(desk, inbox)
    (sentence,) = said(inputs)
    # read with the report date in the quarter after the one that was collected
    assert sentence.startswith("最近一次收表是 2025Q3（已报 2/8 个单位），统计日在 2025Q4")
    frame = returns_frame(collected(desk, inbox).standings, desk.quarter)
    now = returns_said(frame, date(2025, 9, 30)).text("zh")
    assert now == (
        "2025Q3 已报 2/8 个单位（其中 1 个退回待改，合格的行已采用）；其余 6 个单位沿用上季数据："
        "双龙镇、县科技局、县科协、县教委、县总工会、丰都县。"
    )
    early = returns_said(frame, date(2025, 6, 30)).text("zh")
    assert "统计日却还在 2025Q2：此后开放、关闭的不计入" in early
    result = run(read_plan(desk.plan.folder / "plan.toml"))
    assert result.notes[0].key == "intake.returns.older"
    assert county_name(result, "zh") == "丰都县"
    assert "returns.csv" in set(result.sources["file"])


def test_who_reported_is_sealed_with_the_quarter(tmp_path):
    desk = loop_desk(tmp_path)
    inbox = inbox_of(tmp_path, handed_out(desk))
    applied(desk, inbox)
    folder = freeze(desk.plan, desk.quarter, tmp_path / "frozen")
    assert "returns.csv" in {one["name"] for one in whole(folder)["files"]}
    assert read_plan(folder / "plan.toml").county.slug == "little"


def test_before_anything_was_collected_nothing_is_said(county):
    desk, _ = county
    assert said(read_inputs(desk.plan)) == []


# --- a zero report that is not repeated ---------------------------------------------------------


def unticked(book):
    """Take back last quarter's tick for the teaching sites."""
    sheet = book["零报告"]
    for row in sheet.iter_rows():
        if row[0].value == "university_site":
            sheet.cell(row[0].row, 5).value = None


def test_a_tick_that_is_taken_away_leaves_the_type_unreported_and_is_told(tmp_path):
    desk = loop_desk(tmp_path)
    frozen = desk.root / "frozen" / "2025Q2"
    frozen.parent.mkdir(parents=True)
    freeze(desk.plan, type(desk.quarter)(2025, 2), frozen)
    forms = handed_out(desk)
    assert desk.known().reports.loc[("500230112", "university_site"), "answer"] == "none"
    inbox = tmp_path / "inbox"
    answered(forms["双龙镇"], inbox / "1.xlsx", ticked("科普橱窗"), unticked)
    found, _, inputs = applied(desk, inbox)
    assert standing(found, "双龙镇").state == "returned"
    assert ("500230112", "university_site") not in inputs.reports.index
    assert inputs.reports.loc[("500230112", "window"), "answer"] == "none"
    presence = run(read_plan(desk.plan.folder / "plan.toml")).presence
    assert presence.loc[("500230112", "university_site"), "state"] == "unreported"
    line = f"上季零报告、本季未打勾也未填，按未报 1 项：双龙镇（{UNI}）"
    assert any(line in one for one in told(found, "zh"))
    again = opened(read_plan(desk.plan.folder / "plan.toml"), "2025Q3", tmp_path / "out")
    lines, _ = told_changes(again, type(desk.quarter)(2025, 2), "zh")
    assert f"上季零报告、本季没有打勾也没有填，改按未报 1 项：双龙镇（{UNI}）。" in lines


def test_a_tick_that_stays_stays(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    answered(forms["双龙镇"], inbox / "1.xlsx", *COMPLETE["双龙镇"])
    found = collected(desk, inbox)
    assert found.merged.reports["双龙镇", "university_site"]["answer"] == "none"


# --- a failed spot check ------------------------------------------------------------------------


def checked(desk, forms, tmp_path, result):
    """Return an inbox in which every township answered and the drawn venue was checked."""
    inbox = inbox_of(tmp_path, forms)
    first = collected(desk, inbox)
    assert first.drawn == ("v1",)
    write_form(spot_paper(first), tmp_path / "抽查表.xlsx")
    fill = (cell("抽查", 0, "核实方式", "实地核"), cell("抽查", 0, "核实结果", result))
    answered(tmp_path / "抽查表.xlsx", inbox / "抽查.xlsx", *fill, sign=False)
    return inbox


def test_what_a_check_found_untrue_counts_as_open_no_longer_and_goes_back(tmp_path):
    desk = loop_desk(tmp_path)
    inbox = checked(desk, handed_out(desk), tmp_path, "不属实")
    found, _, inputs = applied(desk, inbox)
    assert found.untrue == ("v1",)
    assert inputs.venues.loc["v1", "status"] == "disputed"
    assert standing(found, "三合街道").state == "returned"
    assert "loop.check.untrue" in faults(found)
    # nobody said that there is none: the township has not reported the type
    result = run(read_plan(desk.plan.folder / "plan.toml"))
    assert result.presence.loc[("500230001", "university_site"), "state"] == "unreported"
    assert not result.venues.loc["v1", "open"]
    assert "抽查不属实、改为待核的场馆 1 个，不计入开放：滨江教学点。" in said(inputs)
    assert any(
        "抽查不属实 1 个，改为待核，不计入开放：滨江教学点" in one for one in told(found, "zh")
    )
    accounted(found)


def test_a_check_sheet_needs_no_signature_and_true_makes_it_open_again(tmp_path):
    desk = loop_desk(tmp_path)
    forms = handed_out(desk)
    inbox = checked(desk, forms, tmp_path, "不属实")
    applied(desk, inbox)
    found, _, inputs = applied(desk, checked_again(inbox, "属实"))
    assert "loop.sign.empty" not in faults(found)
    assert inputs.venues.loc["v1", ["status", "verified"]].tolist() == ["open", "实地核"]


def checked_again(inbox, result):
    book = openpyxl.load_workbook(inbox / "抽查.xlsx")
    cell("抽查", 0, "核实结果", result)(book)
    book.save(inbox / "抽查.xlsx")
    return inbox


def test_the_next_quarter_asks_again_and_checks_what_is_said_to_be_open_after_all(tmp_path):
    rows = (
        "编号,场馆名称,类型,所属乡镇,村（社区）,状态,核实方式\n"
        "v1,滨江教学点,社区科普大学教学点,三合街道,滨江社区,待核,自报\n"
        "v2,安宁教学点,社区科普大学教学点,双路镇,安宁村,开放,自报\n"
    )
    desk = loop_desk(tmp_path, venues=rows)
    forms = handed_out(desk)
    sheet = openpyxl.load_workbook(forms["三合街道"])["场馆"]
    assert "待核" in [one.value for row in sheet.iter_rows() for one in row]
    # left as it is: still disputed, and never read as none
    kept = collected(desk, inbox_of(tmp_path / "a", forms))
    assert kept.merged.venues["v1"]["status"] == "disputed"
    assert ("三合街道", "university_site") not in kept.merged.reports
    opened_again = inbox_of(tmp_path / "b", forms, 三合街道=(cell("场馆", 0, "状态", "开放"),))
    found = collected(desk, opened_again)
    assert found.merged.venues["v1"]["status"] == "open"
    assert "v1" in found.drawn


def test_the_change_since_last_quarter_names_what_became_disputed(tmp_path):
    desk = loop_desk(tmp_path)
    frozen = desk.root / "frozen" / "2025Q2"
    frozen.parent.mkdir(parents=True)
    freeze(desk.plan, type(desk.quarter)(2025, 2), frozen)
    applied(desk, checked(desk, handed_out(desk), tmp_path, "不属实"))
    again = opened(read_plan(desk.plan.folder / "plan.toml"), "2025Q3", tmp_path / "out")
    lines, _ = told_changes(again, type(desk.quarter)(2025, 2), "zh")
    assert "撤销（停用）中有 1 个是抽查不属实、改为待核、不再计入开放：滨江教学点。" in lines


def test_a_disputed_room_is_no_second_room_when_the_same_inbox_is_collected_again(tmp_path):
    rows = (
        "编号,场馆名称,类型,所属乡镇,村（社区）,状态,核实方式\n"
        "w9,滨江橱窗,科普橱窗,三合街道,滨江社区,开放,自报\n"
    )
    desk = loop_desk(tmp_path, venues=rows)
    forms = handed_out(desk)
    inbox = tmp_path / "inbox"
    answered(forms["三合街道"], inbox / "1.xlsx", windows(["是"]))
    first = collected(desk, inbox)
    assert first.drawn == ("w9",)
    write_form(spot_paper(first), tmp_path / "抽查表.xlsx")
    fill = (cell("抽查", 0, "核实方式", "实地核"), cell("抽查", 0, "核实结果", "不属实"))
    answered(tmp_path / "抽查表.xlsx", inbox / "抽查.xlsx", *fill, sign=False)
    for _ in range(2):
        _, _, inputs = applied(desk, inbox)
        assert inputs.venues["status"].to_dict() == {"w9": "disputed"}
        assert ("500230001", "window") not in inputs.reports.index
    # next quarter's yes is a word on that very room, which is then checked again
    later = opened(read_plan(desk.plan.folder / "plan.toml"), "2025Q4", tmp_path / "out")
    answered(handed_out(later)["三合街道"], tmp_path / "q4" / "1.xlsx", windows(["是"]))
    found = collected(later, tmp_path / "q4")
    assert {key: row["status"] for key, row in found.merged.venues.items()} == {"w9": "open"}
    assert found.merged.venues["w9"]["name"] == "滨江橱窗"
    assert "w9" in found.drawn


def test_a_sum_over_townships_follows_a_corrected_form_and_the_next_quarter(tmp_path):
    desk = loop_desk(tmp_path)
    forms = handed_out(desk)

    def typed(folder, forms, values):
        for (unit, fills), value in zip(COMPLETE.items(), values, strict=True):
            answered(forms[unit], folder / f"{unit}.xlsx", *fills, cell("数字", 0, "本期数", value))
        return folder

    for values in ((10, 11, 12), (110, 11, 12)):
        found, _, inputs = applied(desk, typed(tmp_path / "inbox", forms, values))
        (row,) = inputs.indicators.to_dict("records")
        assert (row["target"], row["value"]) == ("events", sum(values))
        assert not [one for one in found.doubts if one.what == "科普活动"]
    later = opened(read_plan(desk.plan.folder / "plan.toml"), "2025Q4", tmp_path / "out")
    _, _, inputs = applied(later, typed(tmp_path / "q4", handed_out(later), (120, 20, 30)))
    (row,) = inputs.indicators.to_dict("records")
    assert (row["value"], row["source"]) == (170, "2025年第四季度各乡镇合计")


def test_a_figure_that_the_department_typed_is_no_sum_any_more(tmp_path):
    desk = loop_desk(tmp_path)
    forms = handed_out(desk)
    inbox = tmp_path / "inbox"
    for unit, fills in COMPLETE.items():
        answered(forms[unit], inbox / f"{unit}.xlsx", *fills, cell("数字", 0, "本期数", 5))
    applied(desk, inbox)
    planned = cell("数字", 0, "本年计划数", 50)
    answered(forms["县科技局"], inbox / "县科技局.xlsx", planned)
    _, _, inputs = applied(desk, inbox)
    (row,) = inputs.indicators.to_dict("records")
    assert (row["value"], row["planned"]) == (15, 50)
    assert row["source"] == "2025年第三季度各乡镇合计"
    own = cell("数字", 0, "本年数（全县）", 40)
    answered(forms["县科技局"], inbox / "县科技局.xlsx", own)
    for _ in range(2):
        _, _, inputs = applied(desk, inbox)
        (row,) = inputs.indicators.to_dict("records")
        assert (row["value"], row["source"]) == (40, "")


# --- beside the forms ---------------------------------------------------------------------------


def test_a_stamped_scan_beside_its_workbook_is_an_enclosure_and_no_fault(county, tmp_path):
    desk, forms = county
    inbox = inbox_of(tmp_path, forms)
    for name in ("三合街道盖章.pdf", "双路（盖章扫描件）.jpg", "附件1(3).png"):
        (inbox / name).write_bytes(b"%PDF-1.4")
    found = collected(desk, inbox)
    assert not faults(found), found.book.problems
    fates = {file: (fate, unit) for file, fate, unit, _ in found.files}
    assert fates["三合街道盖章.pdf"] == ("enclosed", "三合街道")
    assert fates["双路（盖章扫描件）.jpg"] == ("enclosed", "双路镇")
    assert fates["附件1(3).png"] == ("enclosed", "双龙镇")  # beside a form of the same name
    assert "附件：三合街道盖章.pdf" in standing(found, "三合街道").note
    assert standing(found, "三合街道").state == "reported"


def test_a_scan_without_its_workbook_must_be_typed(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    answered(forms["三合街道"], inbox / "1.xlsx", *COMPLETE["三合街道"])
    for name in ("双龙镇.pdf", "IMG_0001.jpg"):
        (inbox / name).write_bytes(b"%PDF-1.4")
    found = collected(desk, inbox)
    assert {file: fate for file, fate, _, _ in found.files if fate == "refused"} == {
        "双龙镇.pdf": "refused",
        "IMG_0001.jpg": "refused",
    }
    assert faults(found) == ["loop.file.image", "loop.file.image"]
    assert standing(found, "双龙镇").state == "silent"


def test_a_form_that_nobody_filled_in_is_no_report(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    answered(forms["三合街道"], inbox / "空.xlsx", sign=False)
    answered(forms["双路镇"], inbox / "签.xlsx", *COMPLETE["双路镇"])
    found = collected(desk, inbox)
    town = standing(found, "三合街道")
    assert (town.state, town.note) == ("silent", "空表（未填）：空.xlsx")
    assert ("空.xlsx", "blank", "三合街道", "") in found.files
    assert town.carried
    assert not standing(found, "双路镇").carried
    assert set(found.book.counts()["空.xlsx"]) == {"taken", "repaired", "set_aside"}
    assert not found.book.counts()["空.xlsx"]["taken"]
    # a filled one of the same version counts, whichever was saved later
    answered(forms["三合街道"], inbox / "实.xlsx", *COMPLETE["三合街道"])
    assert standing(collected(desk, inbox), "三合街道").state == "reported"


# --- putting in place ---------------------------------------------------------------------------


def test_a_table_that_says_the_same_is_left_and_the_provenance_knows_the_others(tmp_path):
    desk = loop_desk(tmp_path)
    forms = handed_out(desk)
    folder = desk.plan.folder
    listed = "file,sha256,rows,source,licence,date\nvenues.csv,x,2,县科协台账,内部,2025-01-01\n"
    (folder / "provenance.csv").write_text(listed, encoding="utf-8-sig")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    inbox = inbox_of(tmp_path, forms, 三合街道=(venue(**NEW),))
    _, replaced, inputs = applied(desk, inbox)
    new = {"venues.csv", "reports.csv", "asked_villages.csv"}
    assert {one.path.name for one in replaced} == new
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name for name in before if after[name] != before[name]} == {*new, "provenance.csv"}
    text = (folder / "provenance.csv").read_text(encoding="utf-8-sig")
    rows = {row["file"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(rows) == {*new, "returns.csv"}
    assert rows["venues.csv"]["sha256"] == hash_of(folder / "venues.csv")
    assert rows["venues.csv"]["rows"] == "3"
    assert rows["venues.csv"]["source"] == "县科协台账；2025年第三季度收表合并"
    assert rows["venues.csv"]["date"] == "2025-09-30"
    assert not [one for one in inputs.problems if one.key == "intake.source.changed"]
    # once more: nothing is new
    assert applied(desk, inbox)[1] == ()
