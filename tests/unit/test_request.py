"""The 请示: what was computed stands in it, what only a person knows is left blank."""

from dataclasses import replace

import docx
import pandas as pd
import pytest

from coverplan.config import parse_plan
from coverplan.report.document_request import write_request
from small_result import small_result


def paper(path, result, lang="zh"):
    assert write_request(result, path, lang=lang)
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells), document


def costed(result, **costs):
    candidates = result.candidates.copy()
    candidates["cost_yuan"] = candidates.index.map(costs).astype("float64")
    return replace(result, candidates=candidates)


def sites_of(result):
    own = result.placement[result.placement["candidate_id"].fillna("") != ""]
    return list(own["candidate_id"]), list(own["label_zh"])


def test_every_proposed_site_stands_in_it_and_the_page_is_that_of_an_office(tmp_path):
    result = small_result()
    text, document = paper(tmp_path / "request.docx", result)
    _, labels = sites_of(result)
    assert labels
    assert all(label in text for label in labels)
    page = document.sections[0]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    assert [round(page.page_width.mm), round(page.page_height.mm)] == [210, 297]
    assert "代拟稿" in page.header.paragraphs[0].text
    ends = [line for line in text.split("\n") if line == "妥否，请批示。"]
    assert len(ends) == 1


def test_what_only_a_person_knows_is_left_blank(tmp_path):
    text, _ = paper(tmp_path / "request.docx", small_result())
    assert "为落实《　　　　　　　　》" in text
    assert "（主送机关）：" in text
    assert "资金来源：　　　　" in text
    assert "年　月　日" in text
    assert "联系人：　　" in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (0, "候选点没有登记造价。"),
        (1, "登记了造价的 1 处合计 12.5 万元；其余"),
        (None, "按候选点登记的造价，"),
    ],
)
def test_amounts_are_those_that_were_typed_and_nothing_is_estimated(tmp_path, typed, said):
    result = small_result()
    ids, _ = sites_of(result)
    known = ids if typed is None else ids[:typed]
    text, _ = paper(tmp_path / "r.docx", costed(result, **dict.fromkeys(known, 125_000.0)))
    assert said in text
    if typed is None:
        assert f"{len(ids)} 处合计 {12.5 * len(ids):g} 万元。" in text


def test_it_is_the_same_bytes_each_time_and_can_be_had_in_english(tmp_path):
    paper(tmp_path / "a.docx", small_result())
    paper(tmp_path / "b.docx", small_result())
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
    text, _ = paper(tmp_path / "en.docx", small_result(lang="en"), lang="en")
    assert "Please give your instructions." in text
    assert "Source of the money" in text


def test_without_a_proposed_site_there_is_nothing_to_ask_for(tmp_path):
    result = small_result()
    nothing = replace(result, placement=result.placement.iloc[:0])
    assert not write_request(nothing, tmp_path / "request.docx")
    assert not (tmp_path / "request.docx").exists()


def mended(result, *years, built):
    """Return the result with its years mended: a row is year, state and sites."""
    tree = result.plan.raw
    first, *others = tree["programme"]
    more = {"years": [2026, 2027], "sites_per_year": [1, 2], "after": 2026, "built": built}
    plan = parse_plan(
        {**tree, "programme": [first | more, *others]}, result.plan.folder, check_files=False
    )
    phases = pd.DataFrame(years, columns=["year", "state", "sites"]).assign(type="university_site")
    candidates = result.candidates.loc[["c1", "c2", "c1"]].set_axis(["c1", "c2", "c3"])
    candidates["township"] = ["乙镇", "丙乡", "甲街道"]
    candidates["cost_yuan"] = [70_000, 90_000, 50_000]
    return replace(
        result, plan=plan, candidates=candidates, phases=phases.set_index(["type", "year"])
    )


def test_what_stands_is_not_asked_for_again_and_what_was_swapped_in_is(tmp_path):
    years = (2026, "built", "c1"), (2027, "mended", "c3;c2")
    result = mended(small_result(), *years, built=["c1"])
    text, document = paper(tmp_path / "request.docx", result)
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows][1:]
    assert [row[0] for row in rows] == ["1", "2"]
    assert [row[1][:2] for row in rows] == ["甲街", "丙乡"]
    assert [row[2] for row in rows] == ["分年重排时换入", "先保一镇一点"]
    assert "到 2026 年已建成 1 处" in text
    assert "分年建设：2027 年 2 处。" in text
    assert "2 处合计 14 万元" in text
    assert "2026 年 1 处" not in text


def test_a_site_that_the_mended_years_give_up_is_not_asked_for(tmp_path):
    years = (2026, "built", "c1"), (2027, "mended", "c3")
    text, document = paper(tmp_path / "r.docx", mended(small_result(), *years, built=["c1"]))
    assert len(document.tables[0].rows) == 2
    assert "丙乡（具体村由乡镇推荐）" not in text


def test_without_mended_years_what_stands_is_still_left_out(tmp_path):
    _, document = paper(tmp_path / "r.docx", mended(small_result(), built=["c1"]))
    assert [row.cells[1].text for row in document.tables[0].rows][1:] == [
        "丙乡（具体村由乡镇推荐）"
    ]
    assert not write_request(mended(small_result(), built=["c1", "c2"]), tmp_path / "none.docx")
