"""A name pasted on the page means what it means in a run: township, type and village."""

import csv
import shutil

import pytest

import coverplan as cp
from coverplan.intake.matching import TypeNames
from coverplan.intake.names import TownshipNames, VillageNames
from support import DATA

pytestmark = pytest.mark.browser

ALIASES = [
    ("老县城", "500230001"),
    ("名山老街（旧称）", "500230002"),
    ("500230299", "500230210"),
    ("三坝", "500230202"),
    ("三坝", "500230206"),
    ("镇江", "500230105"),
]
MOVED = "500230299001"
"""A village of a township that was merged: it kept its code."""
WAYS = (
    "{0}",
    "重庆市丰都县{0}",
    "丰都县{0}人民政府",
    " {0}\u200b（驻地）",
    "{0}政府",
    "{0}办事处",
    "{1}",
    "{1}乡",
    "{1}镇",
    "{1}街道办",
    "{1}街道办事处",
    "{1}土家族乡",
    "{1}科协",
    "\u202e{0}",
)
VILLAGE_WAYS = (
    *("{0}", "{1}", "{1}村", "{1}社区", "{1}村村民委员会", "{1}村民委员会"),
    *("{0}居委会", "{0}社区居民委员会", "{1}居民委员会", "{0}（原{1}）", "{0} 党群服务中心"),
)
ODD = ("", "丰都县", "街道", "500230", "500230001000", "500230001001", "500230299", "constructor")


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """Run Fengdu with more aliases, a village moved and a few of doubtful names."""
    folder = tmp_path_factory.mktemp("names") / "fengdu"
    shutil.copytree(DATA / "fengdu", folder)
    with (folder / "aliases.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([alias, code, ""] for alias, code in ALIASES)
    path = folder / "villages.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    for row in rows:
        if row[0] in {"500230001002", "500230001003"}:  # one stem, two kinds
            row[2] = "滨江村" if row[0].endswith("3") else "滨江社区居民委员会"
    rows.append([MOVED, MOVED[:9], "并入村", "村", *[""] * (len(head) - 4)])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    result = cp.run(cp.read_plan(folder / "plan.toml"))
    page = folder / "map.html"
    cp.PlannerMap(result).save(page)
    return result, page


def test_a_township_is_known_by_its_name_stem_alias_and_code_as_in_a_run(opened, named):
    result, saved = named
    page = opened.open(saved)
    names = result.townships["name"].to_dict()
    with (DATA / "fengdu" / "aliases.csv").open(encoding="utf-8-sig", newline="") as file:
        given = [tuple(row[:2]) for row in list(csv.reader(file))[1:]]
    library = TownshipNames(names, (*given, *ALIASES), (result.plan.county.name,))
    stems = [name.rstrip("街道镇乡") for name in names.values()]
    tried = [way.format(*pair) for way in WAYS for pair in zip(names.values(), stems, strict=True)]
    tried += [*names, *(alias for alias, _ in (*given, *ALIASES)), *ODD]
    codes = list(names)
    wanted = [codes.index(code) if (code := library.match(text).code) else -1 for text in tried]
    got = page.evaluate("texts => texts.map(coverplan.townshipOf)", tried)
    assert dict(zip(tried, got, strict=True)) == dict(zip(tried, wanted, strict=True))
    assert library.match("老县城").code == "500230001"
    assert library.match("三坝").code == ""


def test_a_type_is_known_by_its_id_its_names_and_its_short_name_as_in_a_run(opened, named):
    result, saved = named
    page = opened.open(saved)
    types = result.venue_types.reset_index()
    library = TypeNames(types)
    tried = [form for name in ("id", "zh", "en", "short_zh") for form in types[name]]
    tried += [f" {text.upper()}（市级）" for text in tried] + list(ODD)
    got = page.evaluate("texts => texts.map(coverplan.typeNamed)", tried)
    assert got == [library.of(text) for text in tried]
    assert page.evaluate("coverplan.typeNamed('教学点')") == "university_site"


def test_a_village_is_known_by_its_name_stem_and_code_where_only_one_fits(opened, named):
    result, saved = named
    page = opened.open(saved)
    villages = result.villages
    library = VillageNames(villages["name"].to_dict(), villages["code9"].to_dict())
    codes = list(result.townships.index)
    tried = []
    for code12, row in villages.iterrows():
        near = codes[(codes.index(row["code9"]) + 1) % len(codes)]
        stem = row["name"].removesuffix("社区").removesuffix("村")
        texts = [way.format(row["name"], stem) for way in VILLAGE_WAYS]
        tried += [(row["code9"], text) for text in (*texts, code12)]
        tried += [(near, row["name"])]
    tried += [("500230001", text) for text in ("滨江", "滨江社区", "滨江村", *ODD)]
    numbers = page.evaluate(
        "rows => rows.map(row => coverplan.villageOf(row[0], row[1]))",
        [[codes.index(code9), text] for code9, text in tried],
    )
    order = sorted(villages.index, key=lambda code: (villages.loc[code, "code9"], code))
    got = [order[n] if n >= 0 else "" for n in numbers]
    wanted = [library.match(code9, text).code for code9, text in tried]
    assert dict(zip(tried, got, strict=True)) == dict(zip(tried, wanted, strict=True))
    assert library.match("500230001", "滨江").code == ""
    moved = tried.index(("500230210", MOVED))
    assert got[moved] == MOVED
