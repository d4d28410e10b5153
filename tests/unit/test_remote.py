from datetime import date
from types import SimpleNamespace

import pandas as pd

from coverplan.config_tables import Remote
from coverplan.remote import remote_villages, visited

VILLAGES = pd.DataFrame({"name": ["甲", "乙", "丙"]}, index=["a", "b", "c"])
MINUTES = pd.Series([30.0, 90.0, 91.0], index=VILLAGES.index)


def plan(**values):
    return SimpleNamespace(remote=Remote(**values))


def test_an_adopted_list_goes_before_minutes():
    listed = pd.DataFrame(index=pd.Index(["a"], name="code12"))
    flags, said = remote_villages(plan(minutes=60.0), VILLAGES, listed, MINUTES)
    assert flags.tolist() == [True, False, False]
    assert "名单" in said.text("zh")


def test_remote_is_more_than_the_minutes_and_an_unknown_village_is_unknown():
    minutes = MINUTES.where(MINUTES.index != "a")
    flags, said = remote_villages(plan(minutes=90.0), VILLAGES, None, minutes)
    assert flags.tolist()[1:] == [False, True]
    assert pd.isna(flags["a"])
    assert said.text("zh") == "偏远：到县城超过 90 分钟的村（社区），共 1 个（2/3 个村有分钟数）。"


def test_without_a_definition_nobody_is_remote_and_nobody_is_not():
    flags, said = remote_villages(plan(), VILLAGES, None, MINUTES)
    assert flags.isna().all()
    assert "尚未定义" in said.text("zh")


def test_a_visit_counts_for_its_village_within_the_plan_only():
    visits = pd.DataFrame(
        [
            ("a", "caravan", "2021-01-01"),
            ("b", "caravan", "2020-12-31"),
            ("c", "club", "2023-01-01"),
            ("", "caravan", "2023-01-01"),
        ],
        columns=["code12", "type", "visited_on"],
    )
    assert visited(visits, ["caravan"], date(2021, 1, 1), date(2025, 12, 31)) == {"a"}
