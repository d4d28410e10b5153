import tomllib

import pytest

from coverplan.config import changed_plan, parse_plan, read_plan
from coverplan.domain import Rung
from coverplan.errors import ConfigError

PLAN = """
schema = 1
[county]
code = "500230"
name = "丰都县"
slug = "fengdu"
as_of = 2025-12-31
period = [2021, 2025]
[townships]
file = "townships.csv"
[venue_types]
file = "types.csv"
[targets]
file = "targets.csv"
[travel]
rung = "D"
[[programme]]
type = "university_site"
model = "every_township"
cutoffs_min = [15, 30]
cutoff_min = 30
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("townships.csv", "types.csv", "targets.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


def faults(text, folder):
    with pytest.raises(ConfigError) as caught:
        parse_plan(tomllib.loads(text), folder)
    return caught.value


def test_a_good_plan_becomes_frozen_tables_with_absolute_paths(folder):
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    plan = read_plan(folder / "plan.toml")
    assert plan.county.as_of.isoformat() == "2025-12-31"
    assert plan.travel.rung is Rung.LINE
    assert plan.townships.file == folder / "townships.csv"
    assert plan.name_of(plan.townships.file) == "townships.csv"
    assert [plan.name_of(path) for path in plan.files()] == [
        "targets.csv",
        "townships.csv",
        "types.csv",
    ]
    assert plan.programme_of("university_site").cutoffs_min == (15, 30)
    assert plan.programme_of("no_such_type") is None


def test_a_plan_survives_the_way_through_json(folder):
    plan = parse_plan(tomllib.loads(PLAN), folder)
    again = parse_plan(plan.raw, folder, check_files=False)
    assert again == plan


def test_a_misspelt_key_names_the_nearest_known_one(folder):
    error = faults(PLAN.replace('slug = "', 'slag = "'), folder)
    assert (
        "plan.toml，键 county.slag：不认识的键“slag”。最接近的是“slug”，请改写或删去。"
        in error.text("zh")
    )
    assert "unknown key slag. The nearest known one is slug" in error.text("en")


def test_the_report_date_is_never_taken_from_the_clock(folder):
    error = faults(PLAN.replace("as_of = 2025-12-31", ""), folder)
    assert error.text("zh") == (
        "plan.toml，键 county.as_of：缺少必填的键。请写上，例如 as_of = 2025-12-31。"
    )


def test_all_faults_of_a_plan_are_told_at_once(folder):
    text = PLAN.replace("schema = 1", "schema = 2").replace('rung = "D"', 'rung = "E"')
    error = faults(text.replace("types.csv", "gone.csv"), folder)
    assert [problem.key for problem in error.problems] == [
        "config.schema",
        "config.file_missing",
        "config.not_a_choice",
    ]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"townships.csv"', '"../townships.csv"', "config.outside"),
        ("cutoff_min = 30\n", "cutoff_min = 20\n", "config.cutoff_not_listed"),
        ("[15, 30]", "[30, 15]", "config.not_ascending"),
        ("[15, 30]", "[]", "config.not_ascending"),
        ("[2021, 2025]", "[2025, 2021]", "config.period"),
        ('"500230"', '"50023"', "config.county_code"),
        ('"fengdu"', '"../fengdu"', "config.slug"),
        ('"fengdu"', "7", "config.not_text"),
        ('rung = "D"', 'rung = "B"', "config.rung_needs"),
        ('rung = "D"', "speed_kmh = 0.0", "config.not_positive"),
        ('rung = "D"', 'speed_kmh = "fast"', "config.not_number"),
        ('model = "every_township"', 'model = "all"', "config.not_a_choice"),
        ("cutoff_min = 30\n", "cutoff_min = 30\nnew_sites = -1\n", "config.not_target_or_whole"),
        ("2025-12-31", '"yesterday"', "config.not_date"),
    ],
)
def test_a_contradiction_or_wrong_value_is_told_with_its_key(folder, old, new, key):
    assert key in [problem.key for problem in faults(PLAN.replace(old, new), folder).problems]


def test_two_programmes_for_one_type_are_a_contradiction(folder):
    twice = PLAN + PLAN[PLAN.index("[[programme]]") :]
    assert [p.key for p in faults(twice, folder).problems] == ["config.doubled_programme"]


def test_a_missing_plan_and_a_broken_plan_are_told(tmp_path):
    with pytest.raises(ConfigError, match="没有这个计划文件"):
        read_plan(tmp_path / "plan.toml")
    (tmp_path / "plan.toml").write_text("schema = ", encoding="utf-8")
    with pytest.raises(ConfigError, match="Invalid value"):
        read_plan(tmp_path / "plan.toml")


def test_a_changed_plan_is_the_plan_that_would_be_read_from_a_changed_file(folder):
    plan = parse_plan(tomllib.loads(PLAN), folder)
    typed = parse_plan(
        tomllib.loads(PLAN.replace("cutoff_min = 30\n", "cutoff_min = 15\n")), folder
    )
    changed = changed_plan(plan, programmes={"university_site": {"cutoff_min": 15}})
    assert changed == typed
    assert changed_plan(plan, {"outputs": {"lang": "en"}}).raw["outputs"] == {"lang": "en"}
    with pytest.raises(ConfigError, match="cutoff_min = 20"):
        changed_plan(plan, programmes={"university_site": {"cutoff_min": 20}})


def test_years_stand_in_order_once_each_and_after_needs_them(folder):
    wrong = PLAN + "years = [2028, 2026, 2026]\nsites_per_year = [1, -2, 3]\n"
    told = {problem.key: problem.found for problem in faults(wrong, folder).problems}
    assert told == {"config.years_order": "2028, 2026, 2026", "config.negative": "1, -2, 3"}
    (alone,) = faults(PLAN + "after = 2026\n", folder).problems
    assert (alone.key, alone.where.key) == ("config.after_alone", "programme[1].after")


def test_no_site_is_placed_by_minutes_that_end_before_the_cutoff(folder):
    short = PLAN.replace('rung = "D"', 'rung = "C"\nlimit_min = 20.0')
    assert "config.cutoff_limit" in {problem.key for problem in faults(short, folder).problems}
    parse_plan(tomllib.loads(PLAN.replace('rung = "D"', 'rung = "D"\nlimit_min = 20.0')), folder)
