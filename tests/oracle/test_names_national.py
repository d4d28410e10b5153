"""The matcher against every township and village of the country (NBS 2023)."""

import csv
import gzip
from collections import defaultdict

import pytest

from coverplan.intake.names import TownshipNames, VillageNames, stem
from support import shared


def rows(name: str) -> list[dict[str, str]]:
    path = shared("data", "national", name)
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def counties() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows("townships_nbs2023.csv.gz"):
        found[row["code9"][:6]][row["code9"]] = row["name"]
    return found


def test_every_township_of_the_country_is_itself_by_name_and_with_its_county_in_front(counties):
    titles = {row["code6"]: row["name"] for row in rows("counties_nbs2023.csv.gz")}
    assert sum(map(len, counties.values())) == 41_352
    wrong = []
    for county, names in counties.items():
        title = titles.get(county, "")
        towns = TownshipNames(names, (), (title,))
        for code, name in names.items():
            wrong += [
                (title, text)
                for text in (name, title + name, f"{name}（驻地）", code)
                if towns.match(text).code != code
            ]
    assert wrong == []


def test_a_stem_is_never_taken_for_another_township_of_the_county(counties):
    taken = 0
    for names in counties.values():
        towns = TownshipNames(names)
        for code, name in names.items():
            match = towns.match(stem(name))
            assert match.code in {code, ""} or names[match.code] == stem(name)
            taken += match.code == code
    assert taken > 0.97 * 41_352  # elsewhere 城关镇 and 城关街道 stand side by side


def test_every_village_of_three_hundred_townships_is_itself_or_asked_about():
    inside: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows("villages_nbs2023.csv.gz"):
        inside[row["code12"][:9]][row["code12"]] = row["name"]
    assert sum(map(len, inside.values())) == 620_573
    some = sorted(inside)[:: len(inside) // 300]
    listed = 0
    for code9 in some:
        names = inside[code9]
        villages = VillageNames(names)
        for code, name in names.items():
            match = villages.match(code9, name)
            # two villages of one name in one township can only be told apart by code
            assert match.code == code or sum(other == name for other in names.values()) > 1, name
            assert villages.match(code9, code).code == code
            listed += 1
    assert listed > 3_000
