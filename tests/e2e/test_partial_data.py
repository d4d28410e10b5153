"""A county that has only names and counts gets its ledger and gap list, and is told what is off."""

import copy
import tomllib

import pandas as pd
import pytest

from coverplan.cli import main
from coverplan.config import parse_plan
from coverplan.pipeline import run
from support import ROOT

EXAMPLE = ROOT / "data" / "geo" / "example"
FENGDU = ROOT / "data" / "geo" / "fengdu"
PLAN = """schema = 1
[county]
code = "500230"
name = "某县"
slug = "bare"
as_of = 2025-12-31
period = [2021, 2025]
[townships]
file = "townships.csv"
[venues]
files = ["venues.csv"]
reports = "reports.csv"
[venue_types]
file = "venue_types.csv"
[targets]
file = "targets.csv"
[[programme]]
type = "university_site"
model = "every_township"
cutoffs_min = [15, 30]
cutoff_min = 30
target = "university-sites"
"""
FILES = {
    "plan.toml": PLAN,
    "townships.csv": "乡镇代码,乡镇名称,类别\n500230001,三合街道,街道\n500230111,双路镇,镇\n"
    "500230112,双龙镇,镇\n",
    "venues.csv": "编号,场馆名称,类型,所属乡镇,状态\n"
    "v1,滨江教学点,社区科普大学教学点,三合街道,开放\n",
    "reports.csv": "township,type,answer\n双龙镇,university_site,零报告\n",
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Run a county of three names and two answers, from its plan file."""
    folder = tmp_path_factory.mktemp("bare")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("venue_types.csv", "targets.csv"):
        (folder / name).write_bytes((FENGDU / name).read_bytes())
    code = main(["run", str(folder / "plan.toml"), "--out", str(folder / "out"), "--quiet"])
    assert code == 0
    return folder / "out"


def table(folder, name):
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def test_names_and_counts_give_a_gap_list_with_three_answers(bare):
    gaps = table(bare, "gaps.csv")
    own = gaps[gaps["type"] == "university_site"].set_index("township")
    assert own["state"].to_dict() == {"三合街道": "has", "双路镇": "unreported", "双龙镇": "none"}
    assert set(own["refused"]) == {"coverage.refused_no_people"}
    assert (bare / "gaps.xlsx").is_file()
    assert (bare / "map.html").is_file()


def test_names_and_counts_give_a_ledger_that_names_the_missing_table_of_each_target(bare):
    targets = table(bare, "targets.csv").set_index("id")
    assert targets.loc["university-sites", "done"] == "1"
    asked = targets["source_table"].isin(["indicators", "schools", "villages", "visits"])
    named = targets.loc[asked, "missing_table"]
    wanted = targets.loc[asked, "source_table"].replace("visits", "remote")
    assert named.to_dict() == wanted.to_dict()
    counted = targets[~asked]
    assert set(counted["missing_table"]) == {""}
    assert (counted["unreported"].astype(int) > 0).all(), "silence is said in numbers"


def test_what_is_switched_off_is_said(bare, capsys):
    assert main(["run", str(bare.parent / "plan.toml"), "--out", str(bare)]) == 0
    told = capsys.readouterr().out
    for sentence in ("没有分乡镇人口", "没有县界", "没有驻地坐标", "不列分钟数"):
        assert sentence in told


def plan_without(*keys):
    """Return the plan of the illustrative county without some tables, and quick to run."""
    tree = tomllib.loads((EXAMPLE / "plan.toml").read_text(encoding="utf-8"))
    tree["placement"] = {"curve": 0, "evidence": False, "near_plans": 0}
    tree["demand"]["draws"] = 5
    tree = copy.deepcopy(tree)
    for key in keys:
        *tables, last = key.split(".")
        place = tree
        for name in tables:
            place = place[name]
        del place[last]
    tree["programme"] = [{**one, "place": False} for one in tree["programme"]]
    return parse_plan(tree, EXAMPLE)


@pytest.mark.parametrize(
    ("gone", "said", "tables"),
    [
        (["schools"], "学校名册", {"schools"}),
        (["visits"], "", {"visits"}),
        (["remote"], "", {"remote"}),
        (["population"], "没有分乡镇人口", set()),
        (["boundaries"], "没有县界", set()),
        (["targets.indicators"], "", {"indicators"}),
        (["venues"], "", {"venues"}),
    ],
    ids=lambda one: ",".join(one) if isinstance(one, list) else None,
)
def test_a_missing_layer_switches_off_what_needs_it_and_says_so(gone, said, tables):
    result = run(plan_without(*gone))
    assert len(result.gaps) == 30 * len(result.venue_types)
    assert said in "".join(note.text("zh") for note in result.notes)
    named = set(result.targets["missing_table"]) - {""}
    assert tables <= named
    assert named <= tables | {"indicators"}
    lacking = result.targets[result.targets["missing_table"].isin(list(tables))]
    assert (lacking["status"] == "unreported").all()
    assert (lacking["note_zh"] != "").all()


def test_minutes_without_their_tables_are_refused_before_anything_is_computed():
    with pytest.raises(ValueError, match="asked_villages"):
        plan_without("travel.asked_villages")
