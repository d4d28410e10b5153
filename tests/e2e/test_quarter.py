"""A whole quarter by the command line, from the forms to the sealed report."""

import io
import os
import shutil
import subprocess
import time
import zipfile

import openpyxl
import pytest
from docx import Document

from coverplan.cli import main
from coverplan.config import read_plan
from coverplan.errors import InputError
from coverplan.loop.collect import collect
from coverplan.loop.desk import opened
from coverplan.loop.forms import write_forms
from coverplan.loop.quarters import Quarter
from coverplan.loop.snapshots import seal_of
from coverplan.loop.stages import Comment, Draft, Stage, read_comments, write_comments
from loop_county import COMPLETE, answered, cell, head, loop_desk, rows_of, venue
from support import DATA

NEW = {
    "类型": "社区科普大学教学点",
    "场馆名称": "花园教学点",
    "村（社区）": "花园社区居民委员会",
    "状态": "开放",
    "开放日期": "2025-08-01",
}
MARK = "征求意见稿第1版"


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    """Do everything once, in the order of the guide, and keep what was printed."""
    folder = tmp_path_factory.mktemp("quarter")
    desk = loop_desk(folder)
    plan, out = str(desk.plan.folder / "plan.toml"), str(folder / "out")
    common = ["--out", out]
    assert main(["freeze", plan, "2025Q2", *common]) == 0
    assert main(["forms", plan, "--quarter", "2025Q3", *common]) == 0
    forms = folder / "out-quarters" / "2025Q3" / "forms" / "乡镇"
    inbox = folder / "inbox"
    for number, path in enumerate(sorted(forms.iterdir())):
        unit = path.stem.split("_")[1]
        more = (venue(**NEW),) if unit == "双路镇" else ()
        answered(path, inbox / f"附件1({number}).xlsx", *COMPLETE[unit], *more)
    collect = ["collect", str(inbox), plan, "--quarter", "2025Q3", "--apply", *common]
    assert main(collect) == 0
    assert main(collect) == 0  # a late form makes the office merge again
    stage = ["stage", plan, "--quarter", "2025Q3", *common]
    assert main([*stage, "--stage", "征求意见稿"]) == 0
    assert main(["freeze", plan, "2025Q3", *common]) == 0
    assert main(["pack", plan, "--quarter", "2025Q3", *common]) == 0
    return folder / "out-quarters" / "2025Q3", desk, stage


def text_of(path):
    document = Document(io.BytesIO(path.read_bytes()))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells), document


def test_the_answers_stand_in_the_plan_and_in_the_sentences(quarter):
    folder, desk, _ = quarter
    rows = (desk.plan.folder / "venues.csv").read_text(encoding="utf-8-sig")
    assert rows.count("花园教学点") == 1
    told = (folder / "changes-since-2025Q2" / "变化.txt").read_text(encoding="utf-8-sig")
    assert "社区科普大学教学点：上季 1 个，本季新增 1 个（花园教学点）" in told
    reminder = (folder / "collected" / "催报名单.txt").read_text(encoding="utf-8-sig")
    assert "县科技局" in reminder
    assert "三合街道" not in reminder


def test_the_draft_carries_stage_and_version_in_its_name_and_on_its_pages(quarter):
    folder, _, _ = quarter
    (report,) = (folder / "papers").glob("*.docx")
    assert report.name == f"丰都县科普场馆建设2025年第三季度情况报告（{MARK}）.docx"
    text, document = text_of(report)
    assert MARK in document.sections[0].header.paragraphs[0].text
    assert f"（{MARK}）" in text
    assert "3 个乡镇（街道）中，有 2 个，无（零报告）1 个，未报 0 个" in text
    assert "本季新增 1 个（花园教学点）" in text
    assert {"拟稿", "核稿", "签发"} <= set(text.split("\n"))
    (table,) = (folder / "papers").glob("*.xlsx")
    assert MARK in table.name


def test_a_final_version_wants_every_comment_decided_and_reasoned(quarter, tmp_path, capsys):
    folder, desk, stage = quarter
    (table,) = (folder / "papers").glob(f"*{MARK}*.xlsx")
    book = openpyxl.load_workbook(table)
    sheet = book.active
    top = next(r for r in range(1, 9) if sheet.cell(r, 2).value == "提出单位")
    for line, cells in enumerate(
        (
            ("县教委", "目标", "把 5 个写成 6 个", "未采纳", None),
            ("双路镇", "变化", "补充花园教学点", None, None),
        )
    ):
        for place, value in enumerate(cells):
            sheet.cell(top + 1 + line, 2 + place, value)
    filled = tmp_path / "意见.xlsx"
    book.save(filled)
    final = [*stage, "--stage", "定稿", "--version", "3", "--comments", str(filled)]
    assert main(final) == 2
    said = capsys.readouterr().err
    assert "补充花园教学点" in said
    assert "要写理由" in said
    sheet.cell(top + 1, 6, "方案写的是 5 个")
    sheet.cell(top + 2, 5, "采纳")
    book.save(filled)
    capsys.readouterr()
    assert main(final) == 0
    assert "还没有封存" not in capsys.readouterr().out
    (report,) = (folder / "papers").glob("*定稿第3版*.docx")
    text, _ = text_of(report)
    seal = seal_of(folder.parent / "frozen" / "2025Q3")
    assert f"本报告的数据已封存，封印 {seal[:16]}…。" in text
    assert "2025Q3 已报 3/8 个单位；其余 5 个单位沿用上季数据" in text or "最近一次收表" in text
    table = desk.plan.folder / "reports.csv"
    before = table.read_bytes()
    table.write_bytes(before.replace("张三".encode(), "王五".encode()))
    assert main(final) == 2
    assert "与本季封存的不一样" in capsys.readouterr().err
    table.write_bytes(before)
    assert "共收到意见 2 条：采纳 1 条，部分采纳 0 条，未采纳 1 条。" in text
    assert "方案写的是 5 个" in text
    assert "年　月　日" in text  # dated when it is signed


def test_the_archive_opens_and_holds_what_an_office_needs(quarter):
    folder, _, _ = quarter
    with zipfile.ZipFile(folder / "little-2025Q3-office.zip") as archive:
        names = archive.namelist()
        page = archive.read("地图.html").decode("utf-8")
    assert "http-equiv" in page
    assert any(name.startswith("填报表/乡镇/500230001") for name in names)
    assert "成果/gaps.xlsx" in names
    assert any(name.endswith("report.docx") for name in names)
    assert "成果/request.docx" in names


def test_the_next_quarter_begins_with_what_was_frozen(quarter, tmp_path):
    folder, desk, _ = quarter
    plan, out = str(desk.plan.folder / "plan.toml"), str(folder.parent.with_name("out"))
    assert main(["forms", plan, "--quarter", "2025Q4", "--out", out]) == 0
    forms = folder.parent / "2025Q4" / "forms" / "乡镇"
    form = next(path for path in forms.iterdir() if "双路镇" in path.name)
    values = [c.value for row in openpyxl.load_workbook(form)["场馆"].iter_rows() for c in row]
    assert "花园教学点" in values
    # a form of the quarter before is refused now
    old = answered(
        next((folder / "forms" / "乡镇").iterdir()),
        tmp_path / "inbox" / "x.xlsx",
        cell("场馆", 0, "备注", "x"),
    )
    assert old.is_file()
    assert (
        main(["collect", str(tmp_path / "inbox"), plan, "--quarter", "2025Q4", "--out", out]) == 0
    )
    files = (folder.parent / "2025Q4" / "collected" / "files.csv").read_text(encoding="utf-8-sig")
    assert "正在收 2025Q4" in files


def test_comments_are_read_as_they_were_written(tmp_path):
    comments = (
        Comment("县教委", "第 2 页", "补一句", "采纳", ""),
        Comment("县科技局", "", "改数", "部分采纳", "口径不同"),
    )
    draft = Draft(Stage.REVIEW, 2)
    path = tmp_path / draft.name("意见采纳情况表", ".xlsx")
    write_comments(comments, path, draft, Quarter(2025, 3), "县科协")
    assert read_comments(path, Stage.FINAL) == comments
    assert path.name == "意见采纳情况表（送审稿第2版）.xlsx"


def test_a_table_in_which_nobody_commented_is_read_as_no_comments(tmp_path):
    for stage in Stage:
        path = tmp_path / "c.xlsx"
        write_comments((), path, Draft(stage, 1), Quarter(2025, 3), "县科协")
        assert read_comments(path, Stage.FINAL) == ()


def test_an_undecided_comment_may_wait_while_comments_are_asked_for(tmp_path):
    draft = Draft(Stage.COMMENT, 1)
    path = tmp_path / "c.xlsx"
    write_comments((Comment("县教委", "", "补一句", "", ""),), path, draft, Quarter(2025, 3), "x")
    assert len(read_comments(path, Stage.COMMENT)) == 1
    with pytest.raises(InputError, match="采纳情况"):
        read_comments(path, Stage.REVIEW)


def test_a_quarter_is_taken_from_the_report_date_where_none_is_typed(tmp_path):
    desk = loop_desk(tmp_path)
    plan = str(desk.plan.folder / "plan.toml")
    assert read_plan(plan).county.as_of.isoformat() == "2025-12-31"
    assert main(["forms", plan, "--out", str(tmp_path / "q")]) == 0
    assert (tmp_path / "q-quarters" / "2025Q4" / "forms").is_dir()


def test_thirty_forms_of_the_example_county_merge_and_no_row_is_lost(tmp_path):
    plan = read_plan(DATA / "example" / "plan.toml")
    desk = opened(plan, "2025Q4", tmp_path / "out")
    forms = write_forms(desk.issue(), tmp_path / "forms")
    inbox, rows = tmp_path / "inbox", 0
    for number, form in enumerate(path for path in forms if path.parent.name == "乡镇"):
        path = answered(form, inbox / f"附件1(1)({number}).xlsx", ticked_where_silent)
        book = openpyxl.load_workbook(path)
        rows += sum(len(rows_of(sheet)) for sheet in book.worksheets[1:-1])
    begun = time.process_time()
    found = collect(inbox, desk)
    assert time.process_time() - begun < 30
    towns = [one for one in found.standings if one.audience == "township"]
    assert len(towns) == 30
    assert {one.state for one in towns} == {"reported"}
    fates = [sum(f.values()) for f in found.book.counts().values()]
    assert sum(fates) == rows
    assert sum(f["set_aside"] for f in found.book.counts().values()) == 0


def ticked_where_silent(book):
    sheet = book["零报告"]
    _, columns = head(sheet)
    for line in rows_of(sheet):
        if sheet.cell(line, columns["上期情况"]).value == "未报":
            sheet.cell(line, columns["零报告（没有就打勾）"], "☑")


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_a_form_saved_by_another_program_in_another_format_is_still_known(tmp_path, kind):
    office = shutil.which("soffice")
    if office is None:
        assert os.environ.get("CI") != "true", "LibreOffice is missing"
        pytest.skip("LibreOffice is missing")
    desk = loop_desk(tmp_path)
    form = next(p for p in write_forms(desk.issue(), tmp_path / "forms") if "双路镇" in p.name)
    filled = answered(form, tmp_path / "filled" / "附件.xlsx", *COMPLETE["双路镇"])
    inbox = tmp_path / "inbox"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["--headless", "--convert-to", kind, "--outdir", str(inbox), str(filled)]
    subprocess.run([office, profile, *convert], check=True, capture_output=True, timeout=120)
    found = collect(inbox, desk)
    assert [one.unit for one in found.standings if one.state == "reported"] == ["双路镇"]
