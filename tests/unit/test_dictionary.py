"""The data dictionary: every column that leaves is in it, with its meaning, unit and source."""

import csv
import sqlite3
from contextlib import closing

import pandas as pd
import pyarrow.parquet as pq
import pytest

import coverplan as cp
from coverplan.domain import FRAMES
from coverplan.report.dictionary import described_files, meaning_of
from coverplan.text import say
from small_result import small_result
from support import ROOT


@pytest.fixture(scope="module", params=["fengdu", "example"])
def folder(request, tmp_path_factory):
    result = cp.run(cp.read_plan(ROOT / "data" / "geo" / request.param / "plan.toml"))
    return cp.write(result, tmp_path_factory.mktemp("words") / request.param, page=None)


def words_of(folder) -> pd.DataFrame:
    return pd.read_csv(folder / "dictionary.csv", dtype=str, keep_default_na=False)


def pairs(words) -> set[tuple[str, str]]:
    return set(words[["frame", "column"]].itertuples(index=False, name=None))


def test_every_column_of_every_stored_frame_is_in_the_dictionary(folder):
    listed = pairs(words_of(folder))
    for name in FRAMES:
        stored = {
            (name, column) for column in pq.read_schema(folder / f"data/{name}.parquet").names
        }
        assert stored <= listed, name
        assert stored, name


def test_every_column_of_every_csv_is_in_the_dictionary_in_its_order(folder):
    words = words_of(folder)
    files = [path for path in folder.glob("*.csv") if path.name != "dictionary.csv"]
    assert len(files) >= 7
    for path in files:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            head = next(csv.reader(lines))
        assert words.loc[words["frame"] == path.name, "column"].tolist() == head, path.name


def test_every_field_of_every_layer_is_in_the_dictionary(folder):
    listed = pairs(words_of(folder))
    with closing(sqlite3.connect(folder / "layers.gpkg")) as database:
        query = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
        layers = [row[0] for row in database.execute(query)]
        assert "townships" in layers
        for layer in layers:
            fields = [row[1] for row in database.execute(f'PRAGMA table_info("{layer}")')]
            assert {(f"layers.gpkg/{layer}", field) for field in fields} <= listed, layer


def test_no_column_of_ours_goes_without_a_meaning_a_unit_a_source_and_a_chinese_name(folder):
    words = words_of(folder)
    assert not (words == "").any(axis=None)
    holes = words[
        (words["meaning"] == say("dictionary.meaning.other", "zh"))
        | (words["name"] == words["column"])
    ]
    assert holes.empty, (
        "say [dictionary.meaning.…] in text/dictionary.toml and [report.column.…] in report.toml:\n"
        + holes[["frame", "column"]].to_string()
    )


def test_a_column_is_described_once_in_a_table(folder):
    assert not words_of(folder).duplicated(["frame", "column"]).any()


def test_english_holds_no_chinese_but_the_countys_own_names():
    english = described_files(small_result(lang="en"), "en")
    assert (
        not english[["unit", "meaning"]]
        .map(lambda text: any("一" <= s <= "鿿" for s in text))
        .any(axis=None)
    )


def test_a_column_that_carries_a_cutoff_a_year_or_a_type_says_so():
    named = {"university_site": "教学点"}
    wide = meaning_of("people_covered_30min_university_site", "townships", "zh", named)
    assert wide.startswith("教学点：30 分钟内")
    assert "2023" in cp.describe(pd.DataFrame({"actual_2023": [1.0]})).loc[0, "name"]
    bare = cp.describe(pd.DataFrame({"nearest_min": [1.0]}), "en").loc[0]
    assert bare["unit"] == "minutes"


def test_one_word_may_mean_another_thing_in_another_frame():
    assert meaning_of("people", "prices", "en") != meaning_of("people", "villages", "en")
    prices = cp.describe(small_result().prices, frame="prices")
    assert prices.loc[prices["column"] == "people", "meaning"].item() == meaning_of(
        "people", "prices", "zh"
    )


def test_a_column_that_nobody_knows_is_said_to_be_the_input_files_own():
    text = cp.describe(pd.DataFrame({"瓦片号": [1]}), "en").loc[0, "meaning"]
    assert text == say("dictionary.meaning.other", "en")


def test_what_a_county_fills_in_names_the_form_that_it_comes_from():
    words = cp.describe(small_result()).set_index(["frame", "column"])
    assert words.loc[("venues", "name"), "source"] == "场馆表"
    assert words.loc[("venues", "open"), "source"] == "算得"
