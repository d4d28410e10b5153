import csv
from itertools import combinations

import pandas as pd
import pytest

from coverplan.intake.matching import TypeNames
from coverplan.intake.names import How, TownshipNames, VillageNames, bare_name, stem
from support import DATA

NAMES = {
    "500230001": "三合街道",
    "500230102": "高家镇",
    "500230111": "双路镇",
    "500230112": "双龙镇",
    "500230113": "龙河镇",
    "500230114": "龙孔镇",
    "500230210": "三建乡",
    "500230211": "都督乡",
}
COUNTY = ("丰都县",)
TOWNS = TownshipNames(NAMES, (("名山镇", "500230001"), ("500230901", "500230111")), COUNTY)


@pytest.mark.parametrize(
    ("text", "code", "how"),
    [
        ("三合街道", "500230001", How.EXACT),
        ("三合街道办事处", "500230001", How.EXACT),
        ("三合街道办", "500230001", How.EXACT),
        ("三合办事处", "500230001", How.EXACT),
        ("丰都县高家镇", "500230102", How.EXACT),
        ("重庆市丰都县高家镇人民政府", "500230102", How.EXACT),
        ("高家镇（驻地）", "500230102", How.EXACT),
        (" 高 家 镇 ", "500230102", How.EXACT),
        ("高家镇政府", "500230102", How.EXACT),
        ("高家", "500230102", How.STEM),
        ("三建镇", "500230210", How.KIND),
        ("都督土家族乡", "500230211", How.KIND),
        ("名山镇", "500230001", How.ALIAS),
        ("500230901", "500230111", How.ALIAS),
        ("500230112", "500230112", How.CODE),
        ("500230112000", "500230112", How.CODE),
    ],
)
def test_a_township_is_known_by_its_usual_spellings(text, code, how):
    match = TOWNS.match(text)
    assert (match.code, match.how) == (code, how)


@pytest.mark.parametrize(
    ("text", "how", "suggestion"),
    [
        ("双陆镇", How.PINYIN, "双路镇"),
        ("高加镇", How.PINYIN, "高家镇"),
        ("龙何镇", How.PINYIN, "龙河镇"),
        ("三合街", How.NONE, "三合街道"),
    ],
)
def test_a_name_that_only_sounds_or_looks_alike_is_asked_about_and_not_taken(text, how, suggestion):
    match = TOWNS.match(text)
    assert match.code == ""
    assert match.how is how
    assert suggestion in match.suggestions


@pytest.mark.parametrize("text", ["", "县科协", "500230999", "北京市", "镇", "0"])
def test_a_name_of_no_township_is_no_township(text):
    assert TOWNS.match(text).code == ""


def test_similar_names_of_different_places_are_never_mixed():
    for one, other in combinations(NAMES.values(), 2):
        assert TOWNS.match(one).code != TOWNS.match(other).code
        assert TOWNS.match(stem(one)).code != TOWNS.match(stem(other)).code
    assert TOWNS.match("双路").code == "500230111"
    assert TOWNS.match("双龙").code == "500230112"
    assert TOWNS.match("龙河").code == "500230113"


def test_a_stem_that_two_townships_share_decides_nothing():
    towns = TownshipNames({"1": "城关镇", "2": "城关乡"})
    assert towns.match("城关").how is How.SPLIT
    assert set(towns.match("城关").suggestions) == {"城关镇", "城关乡"}
    assert towns.match("城关乡").code == "2"


def test_a_township_that_was_split_is_asked_about_by_its_former_code():
    towns = TownshipNames(NAMES, (("500230902", "500230111"), ("500230902", "500230112")))
    match = towns.match("500230902")
    assert (match.code, match.how) == ("", How.SPLIT)
    assert match.suggestions == ("双路镇", "双龙镇")


def test_every_township_of_the_county_is_found_by_name_stem_and_code():
    with (DATA / "fengdu" / "townships.csv").open(encoding="utf-8-sig") as stream:
        listed = {row["code9"]: row["name"] for row in csv.DictReader(stream)}
    towns = TownshipNames(listed, (), COUNTY)
    assert len(listed) == 30
    for code, name in listed.items():
        for text in (name, stem(name), code, f"丰都县{name}人民政府", f"{name}（驻地）"):
            assert towns.match(text).code == code, text


def test_a_village_is_looked_for_in_its_own_township_only():
    villages = VillageNames(
        {
            "500230001200": "长坡村村民委员会",
            "500230112200": "长坡村",
            "500230001001": "滨江东路社区居民委员会",
        }
    )
    assert villages.match("500230001", "长坡村").code == "500230001200"
    assert villages.match("500230112", "长坡村民委员会").code == "500230112200"
    assert villages.match("500230112", "长坡").how is How.STEM
    assert villages.match("500230001", "滨江东路社区居委会").how is How.EXACT
    assert villages.match("500230001", "滨江东路").how is How.STEM
    assert villages.match("500230001", "长坡社区").how is How.KIND
    assert villages.match("500230111", "长坡村").code == ""
    assert villages.match("500230001", "常坡村").how is How.PINYIN
    assert villages.match("500230001", "500230001001").how is How.CODE
    assert villages.match("500230112", "500230001001").code == ""


def test_an_office_is_stripped_but_a_name_made_of_it_is_not():
    assert bare_name("办事处") == "办事处"
    assert bare_name("丰都县", COUNTY) == "丰都县"


def test_a_type_is_known_by_the_short_name_that_pages_bear_unless_another_has_it_in_full():
    types = pd.DataFrame(
        {
            "id": ["a", "b"],
            "zh": ["社区科普大学教学点", "科技馆"],
            "en": ["", "Museum"],
        }
    )
    names = TypeNames(types.assign(short_zh=["科技馆", ""]))
    assert names.of("科技馆") == "b"
    assert names.of("") == ""
    assert TypeNames(types.assign(short_zh=["教学点", ""])).of("教学点") == "a"
    assert TypeNames(types[["id", "zh", "en"]]).of("教学点") == ""
