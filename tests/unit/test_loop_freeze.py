"""Frozen quarters: sealed, held against their seal, and compared in sentences."""

import json
import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverplan.cli import main
from coverplan.config import read_plan
from coverplan.errors import InputError
from coverplan.intake.inputs import read_inputs
from coverplan.loop.changes import changes_between, sentences
from coverplan.loop.desk import opened
from coverplan.loop.quarters import Quarter
from coverplan.loop.snapshots import SEAL, freeze, seal_of, whole
from coverplan.loop.verification import doubts
from loop_county import loop_desk

HEAD = "编号,场馆名称,类型,所属乡镇,村（社区）,状态,开放日期,关闭日期\n"
LATER = (
    HEAD + "v1,滨江教学点,社区科普大学教学点,三合街道,滨江社区,撤销,2022-01-01,2025-09-01\n"
    "v2,安宁教学点,社区科普大学教学点,双路镇,安宁村,开放,2025-08-01,\n"
    "v3,长坡教学点,社区科普大学教学点,双龙镇,长坡村,开放,2025-08-02,\n"
    "v4,花园书店,实体书店,双路镇,花园社区,在建,,\n"
)
EARLIER = (
    HEAD + "v1,滨江教学点,社区科普大学教学点,三合街道,滨江社区,开放,2022-01-01,\n"
    "v2,安宁教学点,社区科普大学教学点,双路镇,安宁村,在建,,\n"
    "v4,花园书店,实体书店,双路镇,花园社区,拟建,,\n"
)


@pytest.fixture
def frozen(tmp_path):
    desk = loop_desk(tmp_path, "2025Q2", venues=EARLIER)
    folder = tmp_path / "out-quarters" / "frozen" / "2025Q2"
    folder.parent.mkdir(parents=True)
    return desk, freeze(desk.plan, desk.quarter, folder)


def is_read_only(path):
    return not path.stat().st_mode & 0o222


def unlock(path):
    path.chmod(0o644)
    return path


def test_a_snapshot_is_a_plan_that_reads_as_it_did(frozen):
    desk, folder = frozen
    again = read_inputs(read_plan(folder / "plan.toml"))
    pd.testing.assert_frame_equal(
        pd.DataFrame(again.venues), pd.DataFrame(read_inputs(desk.plan).venues)
    )
    assert whole(folder)["quarter"] == "2025Q2"
    for path in folder.rglob("*"):
        assert path.is_dir() or is_read_only(path)


def test_freezing_the_same_again_changes_nothing_and_other_contents_are_refused(frozen):
    desk, folder = frozen
    seal = seal_of(folder)
    assert seal_of(freeze(desk.plan, desk.quarter, folder)) == seal
    (desk.plan.folder / "venues.csv").write_text(LATER, encoding="utf-8")
    with pytest.raises(InputError, match="已经封存"):
        freeze(desk.plan, desk.quarter, folder)
    assert seal_of(folder) == seal


@pytest.mark.parametrize("name", ["venues.csv", "plan.toml", "reports.csv"])
def test_an_edited_file_of_a_snapshot_is_named(frozen, name):
    _, folder = frozen
    path = unlock(folder / name)
    path.write_bytes(path.read_bytes().replace(b"\n", b" \n", 1))
    with pytest.raises(InputError) as caught:
        whole(folder)
    assert [p.where.file for p in caught.value.problems] == [f"2025Q2/{name}"]
    assert caught.value.problems[0].key == "loop.freeze.changed"


def test_a_missing_and_an_added_file_are_named(frozen):
    _, folder = frozen
    unlock(folder / "venues.csv").unlink()
    (folder / "新建.csv").write_text("x", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        whole(folder)
    found = {(p.key, p.where.file) for p in caught.value.problems}
    assert found == {
        ("loop.freeze.gone", "2025Q2/venues.csv"),
        ("loop.freeze.added", "2025Q2/新建.csv"),
    }


def test_a_changed_seal_is_found(frozen):
    _, folder = frozen
    path = unlock(folder / SEAL)
    record = json.loads(path.read_text(encoding="utf-8"))
    record["as_of"] = "2020-01-01"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="封存清单"):
        whole(folder)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="封存清单"):
        whole(folder)


def test_who_makes_an_old_snapshot_anew_is_found_by_the_next_one(frozen, tmp_path):
    desk, folder = frozen
    later = freeze(desk.plan, Quarter(2025, 3), folder.with_name("2025Q3"), folder)
    whole(later)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.rmtree(folder)
    other = loop_desk(tmp_path / "other", "2025Q2", venues=LATER)
    freeze(other.plan, Quarter(2025, 2), folder)
    whole(folder)  # by itself it looks right
    with pytest.raises(InputError, match="重做过"):
        whole(later)


def test_what_changed_is_told_in_sentences(frozen):
    desk, folder = frozen
    (desk.plan.folder / "venues.csv").write_text(LATER, encoding="utf-8")
    (desk.plan.folder / "reports.csv").write_text(
        "township,type,answer\n双龙镇,university_site,有\n双路镇,window,零报告\n", encoding="utf-8"
    )
    new = read_inputs(read_plan(desk.plan.folder / "plan.toml"))
    old = read_inputs(read_plan(folder / "plan.toml"))
    days = (date(2025, 6, 30), date(2025, 9, 30))
    found = changes_between(old, new, ("2025Q2", "2025Q3"), days)
    zh = dict(new.venue_types["zh"])
    assert sentences(found, zh) == [
        "2025Q2 开放 1 个，本季新增 2 个，撤销（停用）1 个，净增 +1，2025Q3 开放 2 个。",
        (
            "社区科普大学教学点：上季 1 个，本季新增 2 个（安宁教学点、长坡教学点），"
            "撤销（停用）1 个（滨江教学点），净增 +1，现有 2 个。"
        ),
        "其余 3 类开放数没有变化。",
        "状态变化 1 个：花园书店（拟建→在建）。",
        "上报情况变化 2 项（乡镇×类型）：零报告→有 1，未报→零报告 1。",
    ]


def test_the_command_freezes_compares_and_refuses_a_damaged_quarter(tmp_path, capsys):
    desk = loop_desk(tmp_path, "2025Q2", venues=EARLIER)
    plan, out = str(desk.plan.folder / "plan.toml"), str(tmp_path / "out")
    assert main(["freeze", plan, "2025Q2", "--out", out]) == 0
    (desk.plan.folder / "venues.csv").write_text(LATER, encoding="utf-8")
    assert main(["freeze", plan, "2025Q3", "--out", out]) == 0
    printed = capsys.readouterr().out
    assert "净增 +1" in printed
    folder = tmp_path / "out-quarters" / "2025Q3" / "changes-since-2025Q2"
    assert {path.name for path in folder.iterdir()} == {"变化.txt", "changes.csv", "变化表.xlsx"}
    assert "净增 +1" in (folder / "变化.txt").read_text(encoding="utf-8-sig")
    # the forms of the next quarter begin with what was frozen last
    assert (
        opened(read_plan(plan), "2025Q4", tmp_path / "out").known().venues.loc["v2", "status"]
        == "open"
    )
    path = unlock(tmp_path / "out-quarters" / "frozen" / "2025Q2" / "venues.csv")
    path.write_bytes(b"x")
    assert main(["changes", plan, "2025Q2", "--quarter", "2025Q3", "--out", out]) == 2
    assert "2025Q2/venues.csv" in capsys.readouterr().err
    assert main(["changes", plan, "2024Q1", "--out", out]) == 2
    assert "没有封存过" in capsys.readouterr().err


ROWS = st.dictionaries(
    st.sampled_from([f"v{n}" for n in range(8)]),
    st.tuples(
        st.sampled_from(["university_site", "bookstore"]),
        st.sampled_from(["open", "planned", "building", "closed"]),
    ),
)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return read_inputs(loop_desk(tmp_path_factory.mktemp("laws")).plan)


@given(before=ROWS, after=ROWS)
def test_for_every_type_what_is_open_now_is_what_was_plus_new_minus_closed(inputs, before, after):
    old, new = counted(inputs, before), counted(inputs, after)
    day = date(2025, 9, 30)
    found = changes_between(old, new, ("a", "b"), (day, day))
    for one in found.types:
        assert one.after == one.before + len(one.new) - len(one.closed)
        assert one.net == len(one.new) - len(one.closed)
        opened_now = {
            k for k, (kind, status) in after.items() if (kind, status) == (one.type, "open")
        }
        assert one.after == len(opened_now)
    back = changes_between(new, old, ("b", "a"), (day, day))
    assert sum(o.net for o in back.types) == -sum(o.net for o in found.types)
    same = changes_between(new, new, ("b", "b"), (day, day))
    assert not same.venues


def counted(inputs, rows):
    frame = inputs.venues.iloc[:0].reindex(sorted(rows))
    frame["name"] = sorted(rows)
    frame["township"] = "双路镇"
    frame["type"] = [rows[key][0] for key in sorted(rows)]
    frame["status"] = [rows[key][1] for key in sorted(rows)]
    return replace(inputs, venues=frame)


# --- answers that cannot well be true -----------------------------------------------------------


def row(**cells):
    return {
        "id": "v", "name": "滨江教学点", "township": "双龙镇", "status": "open",
        "opened_on": None, "sessions_12m": None, "learners_12m": None, "capacity": None, **cells,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"learners_12m": 15_001}, "常住人口 15000"),
        ({"learners_12m": 9000, "sessions_12m": 3}, "平均每场 3000 人"),
        ({"learners_12m": 500, "sessions_12m": 2, "capacity": 60}, "容纳 60 人"),
        ({"sessions_12m": 900}, "366"),
        ({"sessions_12m": 0, "learners_12m": 10}, "活动 0 场"),
        ({"sessions_12m": 2, "status": "building"}, "还没有开放"),
        ({"opened_on": date(1920, 1, 1)}, "1950"),
    ],
)
def test_an_answer_that_cannot_well_be_true_is_doubted_with_the_reason(inputs, cells, word):
    found = doubts(inputs, [row(**cells)], [], {}, {})
    assert [word in one.reason for one in found] == [True]
    assert found[0].unit == "双龙镇"


def test_an_ordinary_answer_is_not_doubted(inputs):
    plain = row(sessions_12m=10, learners_12m=400, capacity=60, opened_on=date(2022, 5, 1))
    assert not doubts(inputs, [plain], [{"code12": "500230001001", "minutes": 8.0}], {}, {})


def test_minutes_against_distance_are_doubted(inputs):
    # 滨江社区 lies 0.15 km from the seat of 三合街道, 安宁村 1.5 km from that of 双路镇
    slow = [{"code12": "500230111200", "minutes": 300.0}]
    found = doubts(inputs, [], slow, {}, {})
    assert [(one.unit, one.what) for one in found] == [("双路镇", "安宁村")]


def test_a_county_figure_below_the_townships_sum_is_doubted(inputs):
    found = doubts(inputs, [], [], {"events": (60.0, 3)}, {"events": 50.0})
    assert [(one.what, one.answer) for one in found] == [("科普活动", "50")]
    assert not doubts(inputs, [], [], {"events": (60.0, 2)}, {"events": 50.0})
    assert not doubts(inputs, [], [], {"events": (60.0, 3)}, {"events": 61.0})


def test_the_same_minutes_for_every_village_are_doubted(tmp_path):
    villages = "code12,code9,name,kind\n" + "".join(
        f"50023000120{n},500230001,第{n}村,村\n" for n in range(8)
    )
    desk = loop_desk(
        tmp_path, villages=villages, asked_villages="code12,minutes\n", venues=HEAD.rstrip()
    )
    many = read_inputs(desk.plan)
    answers = [{"code12": code, "minutes": 20.0} for code in many.villages.index]
    found = doubts(many, [], answers, {}, {})
    assert len(found) == 1
    assert "8 个都填 20 分钟" in found[0].reason
    varied = [{**one, "minutes": 10.0 + n} for n, one in enumerate(answers)]
    assert not doubts(many, [], varied, {}, {})
