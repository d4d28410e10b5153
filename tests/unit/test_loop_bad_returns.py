"""Bad returns: each recognised, each told what to do, nothing merged by guess."""

from datetime import date

import openpyxl
import pytest
import xlsxwriter
from PIL import Image

from coverplan.config import read_plan
from coverplan.errors import InputError
from coverplan.loop.applying import apply
from coverplan.loop.collected import write_collected
from coverplan.loop.inbox import identify
from loop_county import (
    NEW,
    UNI,
    accounted,
    answered,
    cell,
    collected,
    faults,
    handed_out,
    head,
    inbox_of,
    keys,
    loop_desk,
    rows_of,
    signed,
    standing,
    ticked,
    venue,
    windows,
)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    desk = loop_desk(tmp_path_factory.mktemp("county"))
    return desk, handed_out(desk)


# --- what is wrong: each recognised, each told what to do ---------------------------------------


def test_a_retyped_village_code_is_restored_and_the_row_goes_back(county, tmp_path):
    desk, forms = county
    fill = cell("村（社区）", 1, "村（社区）代码", "500230001999")
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(fill,)))
    assert "loop.code.retyped" in faults(found)
    back = next(paper for paper in found.returned if paper.unit == "三合街道")
    page = next(p for p in back.pages if p.sheet.contract.name == "form_villages")
    assert [row["code12"] for row in page.rows] == ["500230001001", "500230001200"]
    assert any("500230001200" in text for text in page.marks.values())
    accounted(found)


def test_a_changed_name_in_a_locked_cell_is_found(county, tmp_path):
    desk, forms = county
    fill = cell("村（社区）", 0, "村（社区）名称", "别的社区")
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(fill,)))
    assert "loop.code.fixed" in faults(found)


def test_a_changed_type_of_a_known_venue_is_found(county, tmp_path):
    desk, forms = county
    found = collected(
        desk, inbox_of(tmp_path, forms, 三合街道=(cell("场馆", 0, "类型", "实体书店"),))
    )
    assert "loop.code.fixed" in faults(found)
    assert found.merged.venues["v1"]["type"] == "university_site"


def test_an_invented_id_is_refused(county, tmp_path):
    desk, forms = county
    fill = venue(**NEW, **{"编号（勿改）": "x-999"})
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(fill,)))
    assert "loop.code.unknown" in faults(found)
    assert "x-999" not in found.merged.venues


def test_a_deleted_row_is_missed_and_put_back(county, tmp_path):
    desk, forms = county

    def delete(book):
        sheet = book["场馆"]
        sheet.delete_rows(rows_of(sheet)[0])

    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(delete,)))
    assert "loop.code.gone" in faults(found)
    assert found.merged.venues["v1"]["status"] == "open"
    back = next(paper for paper in found.returned if paper.unit == "三合街道")
    page = next(p for p in back.pages if p.sheet.contract.name == "form_venues")
    assert "v1" in [row["id"] for row in page.rows]


def test_a_renamed_sheet_is_known_by_its_header(county, tmp_path):
    desk, forms = county

    def rename(book):
        book["场馆"].title = "Sheet2"

    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(venue(**NEW), rename)))
    assert not faults(found)
    assert "loop.sheet.renamed" in keys(found)
    assert "500230001-university_site-01" in found.merged.venues


def test_a_deleted_sheet_is_asked_for_and_the_others_are_taken(county, tmp_path):
    desk, forms = county
    fills = (cell("村（社区）", 1, "到乡镇驻地分钟", 22), lambda book: book.remove(book["场馆"]))
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=fills))
    assert "loop.sheet.missing" in faults(found)
    assert standing(found, "三合街道").state == "returned"
    assert found.merged.villages["500230001200"]["minutes"] == 22
    assert found.merged.venues["v1"]["status"] == "open"


def test_a_changed_header_sets_the_sheet_aside(county, tmp_path):
    desk, forms = county

    def retitle(book):
        sheet = book["场馆"]
        top, columns = head(sheet)
        sheet.cell(top, columns["状态"], "情况")

    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(venue(**NEW), retitle)))
    problem = next(p for p in found.book.problems if p.key == "loop.sheet.headers")
    assert problem.found == "状态"
    assert "500230001-university_site-01" not in found.merged.venues
    accounted(found)


def test_a_copied_sheet_is_not_merged_twice(county, tmp_path):
    desk, forms = county

    def copy(book):
        book.copy_worksheet(book["场馆"])

    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(venue(**NEW), copy)))
    assert "loop.sheet.doubled" in faults(found)
    assert "500230001-university_site-01" not in found.merged.venues
    accounted(found)


def test_two_townships_in_one_file_are_told_apart_or_refused(county, tmp_path):
    desk, forms = county
    inbox = inbox_of(tmp_path / "rows", forms)
    # another township's villages pasted below one's own
    other = openpyxl.load_workbook(forms["双路镇"])["村（社区）"]
    _, columns = head(other)
    pasted = [other.cell(row, columns["村（社区）代码"]).value for row in rows_of(other)]
    book = openpyxl.load_workbook(inbox / "附件1(1).xlsx")
    sheet = book["村（社区）"]
    at = rows_of(sheet)[-1] + 1
    for line, code in enumerate(pasted):
        sheet.cell(at + line, 1, code)
        sheet.cell(at + line, 2, "安宁村")
    book.save(inbox / "附件1(1).xlsx")
    found = collected(desk, inbox)
    assert faults(found).count("loop.code.other_township") == 2
    # another township's hidden page moved into this one
    inbox = inbox_of(tmp_path / "pages", forms)
    book = openpyxl.load_workbook(inbox / "附件1(1).xlsx")
    hidden = book.create_sheet("coverplan2")
    hidden.append(["form", "little/2025Q3/township/500230111/v1"])
    hidden.sheet_state = "hidden"
    book.save(inbox / "附件1(1).xlsx")
    found = collected(desk, inbox)
    assert keys(found) == {"loop.file.two_forms"}
    assert standing(found, "三合街道").state == "silent"
    accounted(found)


def test_a_village_of_another_township_is_pointed_out(county, tmp_path):
    desk, forms = county
    new = {**NEW, "村（社区）": "安宁村"}
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(venue(**new),)))
    problem = next(p for p in found.book.problems if p.key == "loop.village.elsewhere")
    assert problem.values["where"] == "双路镇"


def test_a_form_of_another_quarter_is_refused(county, tmp_path):
    desk, _ = county
    older = handed_out(loop_desk(tmp_path / "older", "2025Q2"))
    inbox = tmp_path / "inbox"
    answered(older["三合街道"], inbox / "1.xlsx", ticked("科普橱窗"))
    found = collected(desk, inbox)
    problem = found.book.problems[0]
    assert problem.key == "loop.file.other_quarter"
    assert (problem.found, problem.values["quarter"]) == ("2025Q2", "2025Q3")
    assert "本季度" in problem.text("zh")
    accounted(found)


def test_a_form_without_its_hidden_page_is_known_by_its_property(county, tmp_path):
    desk, forms = county
    inbox = inbox_of(tmp_path, forms, 三合街道=(lambda book: book.remove(book["coverplan"]),))
    assert identify(inbox / "附件1(1).xlsx", "x").keys is None
    found = collected(desk, inbox)
    assert standing(found, "三合街道").state == "reported"


def test_files_that_are_no_tables_are_answered_one_by_one(county, tmp_path):
    desk, _ = county
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    Image.new("RGB", (40, 30), "white").save(inbox / "三合街道.png")
    (inbox / "扫描.pdf").write_bytes(b"%PDF-1.4")
    (inbox / "情况说明.docx").write_bytes(b"PK\x03\x04")
    (inbox / "全部.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    (inbox / "加密.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (inbox / "坏的.xlsx").write_bytes(b"PK\x03\x04" + bytes(100))
    (inbox / "空的.csv").write_bytes(b"")
    (inbox / "~$附件1.xlsx").write_bytes(b"x")
    with xlsxwriter.Workbook(inbox / "截图.xlsx") as book:
        book.add_worksheet().insert_image("A1", inbox / "三合街道.png")
    found = collected(desk, inbox)
    told = {p.where.file: p.key for p in found.book.problems}
    assert told == {
        "三合街道.png": "loop.file.image",
        "扫描.pdf": "loop.file.image",
        "情况说明.docx": "loop.file.letter",
        "全部.zip": "loop.file.archive",
        "加密.xlsx": "intake.file.password",
        "坏的.xlsx": told["坏的.xlsx"],
        "空的.csv": "intake.file.empty",
        "截图.xlsx": "loop.file.picture_only",
    }
    assert told["坏的.xlsx"].startswith("intake.file.")
    # the name is a hint to the planner, never a reason to merge
    assert "三合街道.png" in standing(found, "三合街道").note
    assert standing(found, "三合街道").state == "silent"
    assert not found.returned


def test_a_tick_beside_a_listed_venue_is_a_contradiction(county, tmp_path):
    desk, forms = county
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(ticked(UNI),)))
    assert "loop.zero.conflict" in faults(found)
    # what was known stays: neither answer is taken
    assert ("三合街道", "university_site") not in found.merged.reports


def test_silence_about_a_type_is_asked_about_and_not_taken_as_none(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    answered(forms["三合街道"], inbox / "1.xlsx")
    found = collected(desk, inbox)
    assert faults(found) == ["loop.zero.silent"]
    assert ("三合街道", "window") not in found.merged.reports
    # ticking in a half-filled village sheet does not hide the silent villages either
    answered(forms["三合街道"], inbox / "1.xlsx", windows(["否"]))
    assert faults(collected(desk, inbox)) == ["loop.zero.silent"]


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"状态": "撤销"}, "loop.venue.closed_undated"),
        ({"开放日期": date(2025, 12, 1)}, "loop.venue.not_yet"),
        ({"状态": "撤销", "关闭日期": date(2025, 1, 1)}, "loop.venue.closed_first"),
        ({"关闭日期": date(2025, 9, 1)}, "loop.venue.closed_open"),
        ({"状态": "好像开着"}, "intake.cell.choice"),
        ({"近12个月参加人次": "有20多个"}, "intake.cell.words"),
        ({"开放日期": "去年"}, "intake.cell.date"),
        ({"村（社区）": "不存在村"}, "loop.village.unknown"),
        ({"类型": "教学站"}, "intake.type.unknown"),
        ({"场馆名称": "滨江教学点"}, "loop.venue.twice"),
        ({"场馆名称": None}, "intake.cell.missing"),
    ],
)
def test_a_faulty_row_goes_back_with_its_cell_marked(county, tmp_path, changed, key):
    desk, forms = county
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(venue(**{**NEW, **changed}),)))
    assert faults(found) == [key]
    folder = write_collected(found, tmp_path / "out")
    back = openpyxl.load_workbook(next((folder / "退回修改").iterdir()))
    comments = [c for row in back["场馆"].iter_rows() for c in row if c.comment is not None]
    assert len(comments) == 1
    assert comments[0].fill.fgColor.rgb == "FFF8CBAD"
    assert "请" in comments[0].comment.text or "是不是" in comments[0].comment.text
    reasons = [c.value for row in back["填表说明"].iter_rows() for c in row if c.value]
    assert any(comments[0].comment.text.split("。")[0] in str(text) for text in reasons)


def test_a_form_without_signatures_goes_back(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    answered(forms["三合街道"], inbox / "1.xlsx", ticked("科普橱窗"), sign=False)
    found = collected(desk, inbox)
    assert faults(found) == ["loop.sign.empty"] * 3
    answered(
        forms["三合街道"],
        inbox / "1.xlsx",
        ticked("科普橱窗"),
        lambda b: signed(b, "上个月"),
        sign=False,
    )
    assert faults(collected(desk, inbox)) == ["intake.cell.date"]


def test_what_goes_back_and_is_corrected_is_taken(county, tmp_path):
    desk, forms = county
    new = venue(**{**NEW, "近12个月参加人次": "120来人"})
    inbox = inbox_of(tmp_path, forms, 三合街道=(new,))
    folder = write_collected(collected(desk, inbox), tmp_path / "out")
    back = next((folder / "退回修改").iterdir())
    line = len(rows_of(openpyxl.load_workbook(back)["场馆"])) - 1
    answered(back, inbox / "改好了.xlsx", cell("场馆", line, "近12个月参加人次", 120))
    found = collected(desk, inbox)
    assert not faults(found), found.book.problems
    assert found.merged.venues["500230001-university_site-01"]["learners_12m"] == 120


def test_several_venue_files_are_not_replaced_by_one(tmp_path):
    desk = loop_desk(tmp_path)
    plan = desk.plan.folder / "plan.toml"
    (desk.plan.folder / "more.csv").write_text(
        "编号,场馆名称,类型,所属乡镇,状态\nz1,书店,实体书店,双路镇,开放\n", encoding="utf-8"
    )
    text = plan.read_text(encoding="utf-8").replace('["venues.csv"]', '["venues.csv", "more.csv"]')
    plan.write_text(text, encoding="utf-8")
    again = type(desk)(read_plan(plan), desk.quarter, desk.root)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    found = collected(again, inbox)
    folder = write_collected(found, tmp_path / "out")
    with pytest.raises(InputError, match="几个场馆文件"):
        apply(found, folder, tmp_path / "backup")


def test_an_inbox_that_is_not_there_is_said(county, tmp_path):
    desk, _ = county
    with pytest.raises(InputError, match="没有这个文件夹"):
        collected(desk, tmp_path / "nowhere")
