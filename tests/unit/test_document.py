"""Papers: page and fonts of the standard, computed words, one page where one is promised."""

import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from coverplan.domain import Result
from coverplan.report.document import Paper
from coverplan.report.document_briefing import (
    township_lines,
    write_briefing,
    write_township_pages,
)
from coverplan.report.document_report import write_report
from coverplan.report.options import options, people_within
from small_result import HOSTILE, small_result

FONTS = {"方正小标宋简体", "黑体", "楷体", "仿宋", "宋体"}


def text_of(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


@cache
def plain_report() -> bytes:
    """Return the report of the small county, written once for all that only read it."""
    with TemporaryDirectory() as folder:
        write_report(small_result(), Path(folder) / "report.docx")
        return (Path(folder) / "report.docx").read_bytes()


def report(tmp_path: Path, result: Result | None = None, lang: str = "zh") -> Path:
    path = tmp_path / "report.docx"
    if result is None and lang == "zh":
        path.write_bytes(plain_report())
    else:
        write_report(result or small_result(lang=lang), path, lang=lang)
    return path


def test_the_page_is_that_of_the_standard_for_official_papers(tmp_path):
    section = docx.Document(str(report(tmp_path))).sections[0]
    found = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    found += [section.page_width, section.page_height]
    expected = (37, 35, 28, 26, 210, 297)
    for length, millimetres in zip(found, expected, strict=True):
        assert length == pytest.approx(Mm(millimetres), abs=Mm(0.05)), "lengths are whole twips"


def test_every_run_names_a_chinese_font_and_no_theme_font_is_left(tmp_path):
    path = report(tmp_path)
    with zipfile.ZipFile(path) as archive:
        styles = archive.read("word/styles.xml").decode()
        body = archive.read("word/document.xml").decode()
    assert "Theme=" not in re.sub(r"<w:(color|shd|latentStyles)[^>]*>", "", styles)
    for paragraph in docx.Document(str(path)).paragraphs:
        for run in paragraph.runs:
            if run.text.strip():
                fonts = run._element.rPr.find(qn("w:rFonts"))
                assert fonts.get(qn("w:eastAsia")) in {
                    "方正小标宋简体",
                    "黑体",
                    "楷体",
                    "仿宋",
                    "宋体",
                }
    assert "w:tblHeader" in body, "the head of a table is repeated"


def test_the_same_result_gives_the_same_bytes_dated_by_the_report(tmp_path):
    one = report(tmp_path).read_bytes()
    (tmp_path / "again").mkdir()
    assert report(tmp_path / "again", small_result()).read_bytes() == one
    about = docx.Document(str(tmp_path / "report.docx")).core_properties
    assert (about.created.date().isoformat(), about.author) == ("2025-12-31", "小县科学技术协会")
    assert about.created == about.modified
    with zipfile.ZipFile(tmp_path / "report.docx") as archive:
        assert {item.date_time[0] for item in archive.infolist()} == {1980}


def test_the_report_has_its_seven_numbered_sections(tmp_path):
    heads = [
        one.text
        for one in docx.Document(str(report(tmp_path))).paragraphs
        if one.style is not None and one.style.name == "Heading 1"
    ]
    assert [one[:2] for one in heads] == ["一、", "二、", "三、", "四、", "五、", "六、", "七、"]


def test_figures_of_the_report_are_those_of_the_frames(tmp_path):
    result = small_result()
    text = text_of(report(tmp_path, result))
    county = result.coverage.sort_index()
    total = county.loc[("total", "university_site", 30)]
    assert f"30 分钟内可达 {total['covered']:,} 人，占 {total['share']:.1%}" in text
    assert f"不可达 {total['uncovered']:,} 人，不明 {total['unknown']:,} 人" in text
    result.coverage["covered"] = 999
    assert "30 分钟内可达 999 人" in text_of(report(tmp_path, result)), "words are computed"


def test_every_table_of_the_report_says_from_which_file_it_is(tmp_path):
    text = text_of(report(tmp_path))
    for name in ("gaps.csv", "townships.csv", "placement.csv", "targets.csv", "ledger."):
        assert f"数据：{name}" in text or f", {name}" in text


def test_pictures_have_words_for_those_who_cannot_see_them(tmp_path):
    document = docx.Document(str(report(tmp_path)))
    shapes = document.inline_shapes
    assert len(shapes) >= 4
    assert all(shape._inline.docPr.get("descr") for shape in shapes)


def test_a_refused_share_is_printed_as_its_reason(tmp_path):
    result = small_result()
    result.coverage["refused"] = "report.method.refused"
    result.gaps["refused"] = "report.method.refused"
    text = text_of(report(tmp_path, result))
    assert "数据不足以支持百分比" in text
    assert "分钟内可达" not in text
    assert "分钟外 " not in text


def test_hostile_names_and_control_characters_do_not_break_a_paper(tmp_path):
    result = small_result()
    result.townships.loc["500230101", "name"] = HOSTILE + "\x0b<w:p>&\x00"
    assert "HYPERLINK" in text_of(report(tmp_path, result))


def test_an_english_report_has_english_headings(tmp_path):
    text = text_of(report(tmp_path, lang="en"))
    assert "1. Summary" in text
    assert "7. Data quality and sources" in text


def test_illustrative_papers_say_so_in_their_title(tmp_path):
    assert "（示例数据）" in text_of(report(tmp_path, small_result(example=True)))


def test_a_briefing_sets_plans_side_by_side_and_recommends_one(tmp_path):
    path = tmp_path / "briefing.docx"
    assert write_briefing(small_result(), path)
    text = text_of(path)
    assert "方案 A" in text
    assert "方案 B" in text
    assert "建议先核实 1 个未报的乡镇" in text


def test_without_proposals_there_is_no_briefing(tmp_path):
    result = small_result()
    empty = replace(result, placement=result.placement.iloc[:0])
    assert not write_briefing(empty, tmp_path / "briefing.docx")
    assert not (tmp_path / "briefing.docx").exists()


def test_the_briefing_fits_one_page(tmp_path):
    tool = shutil.which("soffice")
    if tool is None or shutil.which("pdfinfo") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("soffice or pdfinfo is missing")
        pytest.skip("soffice or pdfinfo is missing")
    write_briefing(small_result(example=True), tmp_path / "briefing.docx")
    command = [tool, "--headless", f"-env:UserInstallation={(tmp_path / 'p').as_uri()}"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "briefing.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = subprocess.run(
        ["pdfinfo", str(tmp_path / "briefing.pdf")], capture_output=True, text=True, check=True
    )
    assert re.search(r"Pages:\s+1\b", found.stdout)


def test_people_of_a_plan_are_counted_within_the_limit_inclusive():
    result = small_result()
    # v1 alone: 600 at 0 min and 400 at 25.5 min; 300 at 33.25 are beyond 30
    assert people_within(result, "university_site") == 1000
    # c1 adds 300 at 0 min and 300 at 12 min; c2 adds 400 at 0 min
    assert people_within(result, "university_site", ["c1"]) == 1600
    assert people_within(result, "university_site", ["c1", "c2"]) == 2000


def test_plans_to_choose_from_are_different_and_begin_with_none():
    found = options(small_result(), "university_site")
    assert [(one.key, one.new_sites, one.townships_left) for one in found] == [
        ("none", 0, 2),
        ("fewest", 1, 1),
        ("placed", 2, 0),
    ]


def test_kilometres_give_plans_without_people():
    result = replace(small_result(), times=None)
    assert all(one.people is None for one in options(result, "university_site"))


def test_a_township_that_has_one_is_told_why_others_come_first():
    lines = " ".join(township_lines(small_result(), "500230001", "zh"))
    assert "已有 1 处，近 12 个月有活动的 1 处" in lines
    assert "为什么不是我们镇：已有 1 处" in lines


def test_a_township_that_gets_one_is_told_why_and_how_surely():
    lines = " ".join(township_lines(small_result(), "500230101", "zh"))
    assert "为什么是这里：建议乙镇" in lines
    assert "400 人在 30 分钟以外（共 600 人），在 3 个乡镇（街道）中排第 1" in lines
    assert "在 95% 的可能情形下都会选中" in lines


def without_a_site(model):
    """Return what the township 乙镇 is told where the one site of a model lies elsewhere."""
    result = small_result()
    placement = result.placement.iloc[[1]].assign(condition="known")
    programmes = result.programmes.assign(model=model)
    return " ".join(
        township_lines(
            replace(result, placement=placement, programmes=programmes), "500230101", "zh"
        )
    )


def test_a_township_without_a_site_is_told_by_what_the_sites_were_chosen():
    assert "名额 1 个已给新增服务人数更多的地方" in without_a_site("every_township")
    assert "名额 1 个按全县总路程时间最短选定" in without_a_site("p_median")
    assert "1 个从提名的已有场所中选定" in without_a_site("count")


def test_what_a_site_elsewhere_costs_is_people_or_time_as_the_sites_were_chosen():
    assert "如改放本镇，全县至少少覆盖 100 人。" in without_a_site("every_township")
    assert "全县单程时间合计至少多 100 人·分钟。" in without_a_site("p_median")


def test_an_unreported_township_is_asked_and_not_judged():
    lines = " ".join(township_lines(small_result(), "500230201", "zh"))
    assert "未报不当作无" in lines
    assert "先核实；确无再建" in lines
    assert "只在 40% 的可能情形下选中，待核" in lines


def test_each_township_has_its_page(tmp_path):
    write_township_pages(small_result(), tmp_path / "t.docx")
    text = text_of(tmp_path / "t.docx")
    for name in ("甲街道", "乙镇", "丙乡"):
        assert f"{name}：现状、缺口与是否建点" in text


def test_a_table_without_rows_says_none(tmp_path):
    paper = Paper("zh", "t", author="a", as_of=pd.Timestamp("2025-01-01").date())
    paper.table(["甲", "乙"], [])
    paper.save(tmp_path / "t.docx")
    assert "（无）" in text_of(tmp_path / "t.docx")
