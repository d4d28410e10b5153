"""What reading a plan asks about, and what the command line says to a slip of the keyboard."""

import pytest

from coverplan.cli import main
from coverplan.config import read_plan
from coverplan.errors import ConfigError, InputError, Problem, Severity, Where
from coverplan.intake.inputs import examine, read_inputs
from little_county import little_county, venues


def problems(folder, **changed):
    return examine(read_plan(little_county(folder, **changed))).problems


def test_a_village_of_another_township_is_asked_about_by_both_names(tmp_path):
    row = "v1,滨江教学点,university_site,双路镇,滨江社区,,,开放"
    (found,) = [p for p in problems(tmp_path, venues=venues(row)) if "village" in p.key]
    assert found.severity is Severity.NOTE
    assert found.text("zh").endswith(
        "“滨江社区”不在双路镇，名录里在三合街道。乡镇和村（社区）有一个写错了，请核对；"
        "改正前按双路镇计，不落到村"
    )
    assert "双路镇" in found.text("en")
    assert "三合街道" in found.text("en")


def test_a_village_nobody_has_is_asked_about_as_before(tmp_path):
    row = "v1,滨江教学点,university_site,双路镇,无此村,,,开放"
    (found,) = [p for p in problems(tmp_path, venues=venues(row)) if "village" in p.key]
    assert found.key in {"intake.village.unknown", "intake.village.perhaps"}


CANDIDATES = "id,name,township,kind\nv1,滨江,三合街道,nominated\n"
CLOSES_LATER = (
    "编号,场馆名称,类型,所属乡镇,村（社区）,经度,纬度,状态,关闭日期\n"
    "v1,滨江教学点,university_site,三合街道,滨江社区,107.731,29.869,关闭,2026-05-01\n"
)


def test_an_id_of_a_venue_that_is_still_open_names_no_candidate(tmp_path):
    more = '[candidates]\nfiles = ["candidates.csv"]\n'
    path = little_county(tmp_path, more=more, candidates=CANDIDATES, venues=CLOSES_LATER)
    with pytest.raises(InputError) as fault:
        read_inputs(read_plan(path))
    (problem,) = fault.value.problems
    assert "编号“v1”在 venues.csv 里已经有了" in problem.text("zh")
    assert "v1" in problem.text("en")


SCHOOLS = "id,name,township,village,level,pupils,space\ns1,三合小学,三合街道,,小学,500,是\n"


def test_levels_that_no_school_has_are_named_beside_those_that_are_there(tmp_path):
    more = (
        '[schools]\nfile = "schools.csv"\n[[programme]]\ntype = "museum"\nmodel = "count"\n'
        'demand = "pupils"\nlevels = ["高中"]\ncutoffs_min = [30]\ncutoff_min = 30\n'
        'target = "sites"\n'
    )
    found = [p for p in problems(tmp_path, more=more, schools=SCHOOLS) if "levels" in p.key]
    (text,) = (p.text("zh") for p in found)
    assert "museum" in text
    assert "高中" in text
    assert "有：小学" in text


def test_remote_villages_cannot_lie_further_than_minutes_are_told(tmp_path):
    more = '[remote]\nseat = "500230001"\nminutes = 300.0\n[travel]\nlimit_min = 240.0\n'
    with pytest.raises(ConfigError, match="limit_min（240）"):
        read_plan(little_county(tmp_path, more=more))
    equal = more.replace("300", "240")
    assert read_plan(little_county(tmp_path, more=equal)).remote.minutes == 240


def test_a_note_about_a_key_of_the_plan_does_not_read_like_a_fault():
    values = {"fewest": 20, "given": 3}
    note = Problem("travel.few_trips", Where(key="travel.trips"), "3", values, Severity.NOTE)
    fault = Problem("travel.few_trips", Where(key="travel.trips"), "3", values)
    assert "travel.trips" not in note.text("zh").split("：")[0]
    assert fault.text("zh").startswith("键 travel.trips")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["run"], "少写了：PLAN"),
        (["runn", "plan.toml"], "COMMAND 不能写 'runn'"),
        (["run", "plan.toml", "--oout", "x"], "不认识：--oout x"),
        (["place", "plan.toml", "--new-sites", "五"], "--new-sites 的值 '五' 写法不对"),
        (["run", "plan.toml", "--out"], "--out 后面要写一个值"),
    ],
)
def test_a_slip_of_the_keyboard_is_answered_in_both_languages(typed, said, capsys):
    with pytest.raises(SystemExit) as left:
        main(typed)
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert "error: " in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--new-sites", "-3"], "“-3”不是"),
        (["--new-sites", "3", "--after", "2026"], "写了 after = 2026"),
        (["--new-sites", "3", "--built", "v9"], "built 写了已建成的点（v9）"),
    ],
)
def test_what_place_is_told_is_kept_or_refused_and_never_dropped(tmp_path, typed, said, capsys):
    path = little_county(tmp_path)
    assert main(["place", str(path), "--quiet", *typed]) == 2
    assert said in capsys.readouterr().err


def test_too_little_time_is_said_and_is_no_fault_of_the_program(tmp_path, capsys):
    path = little_county(tmp_path, more="[placement]\ntime_limit_s = 1e-9\n")
    assert main(["place", str(path), "--quiet"]) == 2
    told = capsys.readouterr().err
    assert "请放宽 time_limit_s" in told
    assert "Traceback" not in told
