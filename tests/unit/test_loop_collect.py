"""Returned forms: known by their id, merged, sent back where something is wrong."""

import shutil
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from coverplan.config import read_plan
from coverplan.intake.inputs import read_inputs
from coverplan.loop.applying import apply
from coverplan.loop.board import board_lines, reminder
from coverplan.loop.collected import change_of, write_collected
from coverplan.loop.quarters import Quarter
from loop_county import (
    COMPLETE,
    NEW,
    accounted,
    answered,
    cell,
    collected,
    faults,
    handed_out,
    inbox_of,
    keys,
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


# --- what is right -----------------------------------------------------------------------------


def test_complete_forms_under_any_name_are_taken_and_nothing_changes(county, tmp_path):
    desk, forms = county
    found = collected(desk, inbox_of(tmp_path, forms))
    assert not faults(found), found.book.problems
    towns = [one for one in found.standings if one.audience == "township"]
    assert {one.state for one in towns} == {"reported"}
    assert {one.reporter for one in towns} == {"张三"}
    changes = {change_of(found.before.get(k), row) for k, row in found.merged.venues.items()}
    assert changes == {"same"}
    assert found.merged.reports["双龙镇", "university_site"]["answer"] == "none"
    # in the little county 双路 has a venue that is being built: listed, none open yet
    assert found.merged.reports["双路镇", "university_site"]["answer"] == "none"
    assert found.merged.reports["三合街道", "university_site"]["answer"] == "has"
    accounted(found)


def test_a_new_venue_gets_an_id_and_is_marked_as_new(county, tmp_path):
    desk, forms = county
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(venue(**NEW),)))
    assert not faults(found), found.book.problems
    row = found.merged.venues["500230001-university_site-01"]
    assert change_of(None, row) == "new"
    assert row["name"] == "长坡教学点"
    assert row["active_12m"] == "yes"
    assert row["verified"] == "自报"
    assert row["evidence"] == "IMG_0012"
    assert row["source"] == "2025年第三季度三合街道填报"


def test_a_closed_venue_and_a_changed_one_are_marked(county, tmp_path):
    desk, forms = county
    close = (cell("场馆", 0, "状态", "撤销"), cell("场馆", 0, "关闭日期", date(2025, 9, 1)))
    opened = (cell("场馆", 0, "状态", "开放"), cell("场馆", 0, "开放日期", "2025.7.1"))
    inbox = inbox_of(tmp_path, forms, 三合街道=close, 双路镇=opened)
    found = collected(desk, inbox)
    assert not faults(found), found.book.problems
    assert change_of(found.before["v1"], found.merged.venues["v1"]) == "closed"
    assert change_of(found.before["v2"], found.merged.venues["v2"]) == "changed"
    assert found.merged.venues["v2"]["opened_on"] == date(2025, 7, 1)
    assert found.merged.reports["三合街道", "university_site"]["answer"] == "none"
    assert standing(found, "双路镇").repaired == 1


def test_rooms_are_asked_village_by_village(county, tmp_path):
    desk, forms = county
    inbox = inbox_of(tmp_path, forms)
    answered(forms["双路镇"], inbox / "附件1(2).xlsx", windows(["是", "否"]))
    found = collected(desk, inbox)
    assert not faults(found), found.book.problems
    assert found.merged.venues["500230111005-window"]["name"] == "花园社区居民委员会科普橱窗"
    assert found.merged.reports["双路镇", "window"]["answer"] == "has"
    assert found.merged.reports["三合街道", "window"]["answer"] == "none"


def test_township_numbers_add_up_once_all_have_answered(county, tmp_path):
    desk, forms = county
    some = {unit: (cell("数字", 0, "本期数", n),) for n, unit in enumerate(COMPLETE, start=3)}
    part = dict(list(some.items())[:2])
    assert ("events", 2025) not in collected(
        desk, inbox_of(tmp_path / "a", forms, **part)
    ).merged.indicators
    found = collected(desk, inbox_of(tmp_path / "b", forms, **some))
    assert found.merged.indicators["events", 2025]["value"] == 12


def test_a_department_answers_for_every_township(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    answered(forms["县总工会"], inbox / "a.xlsx", ticked("创新工作室"))
    answered(forms["县教委"], inbox / "b.xlsx", cell("数字", 0, "本年数（全县）", 13))
    found = collected(desk, inbox)
    assert not faults(found), found.book.problems
    answers = {k: row["answer"] for k, row in found.merged.reports.items() if k[1] == "studio"}
    assert answers == dict.fromkeys(
        [("三合街道", "studio"), ("双路镇", "studio"), ("双龙镇", "studio")], "none"
    )
    assert found.merged.indicators["visits", 2025]["value"] == 13


def test_minutes_between_seats_are_merged_in_either_direction(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    form = next(path for unit, path in forms.items() if unit == "丰都县")
    answered(form, inbox / "x.xlsx", cell("驻地间分钟", 0, "驻地间分钟", 31))
    found = collected(desk, inbox)
    assert not faults(found), found.book.problems
    assert 31 in [row["minutes"] for row in found.merged.seats.values()]
    pairs = [frozenset(pair) for pair in found.merged.seats]
    assert len(pairs) == len(set(pairs))


def test_what_was_merged_is_a_table_that_the_plan_reads(tmp_path):
    desk = loop_desk(tmp_path)
    forms = handed_out(desk)
    minutes = (
        cell("村（社区）", 1, "到乡镇驻地分钟", 18),
        cell("村（社区）", 1, "出行方式", "摩托车"),
    )
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(venue(**NEW), *minutes)))
    before = (desk.plan.folder / "venues.csv").read_bytes()
    folder = write_collected(found, desk.folder / "collected")
    assert (desk.plan.folder / "venues.csv").read_bytes() == before
    replaced = apply(found, folder, desk.folder / "backup")
    counts = {one.path.name: (one.added, one.changed, one.removed) for one in replaced}
    assert counts["venues.csv"] == (1, 0, 0)
    assert counts["asked_villages.csv"] == (1, 1, 0)  # the known one was confirmed on a day
    kept = [path.read_bytes() for path in (desk.folder / "backup").iterdir()]
    assert before in kept
    inputs = read_inputs(read_plan(desk.plan.folder / "plan.toml"))
    assert inputs.venues.loc["500230001-university_site-01", "code12"] == "500230001200"
    assert inputs.asked_villages.loc["500230001200", "minutes"] == 18
    assert inputs.asked_villages.loc["500230001200", "mode"] == "motorcycle"
    assert inputs.reports.loc[("500230112", "university_site"), "answer"] == "none"
    assert inputs.reports.loc[("500230112", "university_site"), "reporter"] == "张三"


def test_collecting_twice_gives_the_same_bytes(county, tmp_path):
    desk, forms = county
    inbox = inbox_of(tmp_path, forms, 双路镇=(cell("场馆", 0, "类型", "教学站"),))
    one = write_collected(collected(desk, inbox), tmp_path / "one")
    two = write_collected(collected(desk, inbox), tmp_path / "two")
    names = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(two) for p in two.rglob("*") if p.is_file())
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_the_newer_version_wins_and_both_are_listed(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    wrong = answered(forms["双龙镇"], inbox / "旧.xlsx", ticked("科普橱窗"), sign=False)
    first = collected(desk, inbox)
    back = next(paper for paper in first.returned if paper.unit == "双龙镇")
    assert back.id.version == 2
    folder = write_collected(first, tmp_path / "out")
    answered(next((folder / "退回修改").iterdir()), inbox / "新.xlsx")
    found = collected(desk, inbox)
    town = standing(found, "双龙镇")
    assert (town.state, town.file, town.version) == ("reported", "新.xlsx", 2)
    assert wrong.name in town.note
    assert {row[1] for row in found.files} == {"taken", "older"}


def test_of_two_saves_of_one_version_the_later_wins(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    for name, day, sessions in (("a.xlsx", 2, 5), ("b.xlsx", 1, 9)):
        path = answered(forms["三合街道"], inbox / name, ticked("科普橱窗"))
        book = openpyxl.load_workbook(path)
        cell("场馆", 0, "近12个月活动场次", sessions)(book)
        book.properties.modified = datetime(2025, 10, day)  # noqa: DTZ001
        book.save(path)
        _resave(path, datetime(2025, 10, day))  # noqa: DTZ001
    found = collected(desk, inbox)
    assert standing(found, "三合街道").file == "a.xlsx"
    assert found.merged.venues["v1"]["sessions_12m"] == 5


def _resave(path, moment):
    """Set the moment of saving that openpyxl overwrites with its own clock."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    core = parts["docProps/core.xml"].decode()
    start, end = core.index("<dcterms:modified"), core.index("</dcterms:modified>")
    at = core.index(">", start) + 1
    parts["docProps/core.xml"] = (core[:at] + moment.isoformat() + "Z" + core[end:]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_of_two_saves_of_one_moment_neither_is_guessed(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    for name, sessions in (("a.xlsx", 5), ("b.xlsx", 9)):
        fill = cell("场馆", 0, "近12个月活动场次", sessions)
        path = answered(forms["三合街道"], inbox / name, ticked("科普橱窗"), fill)
        _resave(path, datetime(2025, 10, 1))  # noqa: DTZ001
    found = collected(desk, inbox)
    assert keys(found) == {"loop.file.tie"}
    assert standing(found, "三合街道").state == "returned"
    assert found.merged.venues["v1"].get("sessions_12m") is None
    # a mere copy is no conflict
    shutil.copy(inbox / "a.xlsx", inbox / "b.xlsx")
    assert standing(collected(desk, inbox), "三合街道").state == "reported"


def test_a_list_of_its_own_making_goes_through_intake(county, tmp_path):
    desk, _ = county
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "我镇情况.csv").write_bytes(
        "场馆名称,类型,所属乡镇,村（社区）,状态\n"
        "安宁书屋,实体书店,双路镇人民政府,安宁村,开放\n"
        "某某书店,实体书店,双陆镇,,开放\n合计,,,,2\n".encode("gb18030")
    )
    found = collected(desk, inbox)
    new = found.merged.venues["500230111-bookstore-01"]
    assert (new["name"], new["township"]) == ("安宁书屋", "双路镇")
    assert found.book.counts()["我镇情况.csv"] == {"taken": 1, "repaired": 0, "set_aside": 2}
    assert keys(found, "我镇情况.csv") == {"intake.township.pinyin"}
    # a list is no signed form: the township has not reported
    town = standing(found, "双路镇")
    assert town.state == "silent"
    assert "我镇情况.csv" in town.note


def test_the_board_and_the_reminder_name_everyone_once(county, tmp_path):
    desk, forms = county
    inbox = tmp_path / "inbox"
    answered(forms["三合街道"], inbox / "1.xlsx", ticked("科普橱窗"))
    answered(forms["双路镇"], inbox / "2.xlsx")
    found = collected(desk, inbox)
    text = reminder(found.standings, Quarter(2025, 3), "县科协")
    assert "尚未报送的 5 个单位：双龙镇、县科技局、县科协、县教委、县总工会" in text
    assert "双路镇（1 处）" in text
    assert "三合街道" not in text
    board = "\n".join(board_lines(found.standings, Quarter(2025, 3)))
    assert "共 8 个单位：已报 1，退回 1，未报 6" in board


def test_a_spot_check_that_comes_back_says_how_each_venue_was_verified(county, tmp_path):
    desk, forms = county
    inbox = inbox_of(tmp_path, forms, 双路镇=(venue(**{**NEW, "村（社区）": "安宁村"}),))
    first = collected(desk, inbox)
    (drawn,) = first.drawn  # a tenth of two open venues, rounded up
    folder = write_collected(first, tmp_path / "out")
    check = (
        cell("抽查", 0, "核实方式", "实地核"),
        cell("抽查", 0, "核实结果", "属实"),
        cell("抽查", 0, "核实照片编号", "IMG_77"),
    )
    answered(folder / "抽查表.xlsx", inbox / "抽查.xlsx", *check)
    found = collected(desk, inbox)
    assert not faults(found), found.book.problems
    assert found.merged.venues[drawn]["verified"] == "实地核"
    assert "IMG_77" in found.merged.venues[drawn]["evidence"]
    others = [row for key, row in found.merged.venues.items() if key != drawn]
    assert all(row["verified"] in {"自报", ""} for row in others)
    untrue = (check[0], cell("抽查", 0, "核实结果", "不属实"))
    answered(folder / "抽查表.xlsx", inbox / "抽查.xlsx", *untrue)
    found = collected(desk, inbox)
    assert found.merged.venues[drawn]["verified"] in {"自报", ""}
    assert [one.what for one in found.doubts] == [found.merged.venues[drawn]["name"]]
    assert found.merged.venues[drawn]["status"] == "disputed"


def test_a_verified_venue_whose_answer_changes_is_no_longer_verified(tmp_path):
    rows = (
        "编号,场馆名称,类型,所属乡镇,村（社区）,状态,核实方式\n"
        "v1,滨江教学点,社区科普大学教学点,三合街道,滨江社区,开放,实地核\n"
        "v2,安宁教学点,社区科普大学教学点,双路镇,安宁村,在建,电话核\n"
    )
    desk = loop_desk(tmp_path, venues=rows)
    forms = handed_out(desk)
    change = cell("场馆", 0, "近12个月参加人次", 50)
    found = collected(desk, inbox_of(tmp_path, forms, 三合街道=(change,)))
    assert not faults(found), found.book.problems
    assert found.merged.venues["v1"]["verified"] == "自报"
    assert found.merged.venues["v2"]["verified"] == "电话核"
