"""What the page is given: plain values that add up, and no word that could run."""

import base64
import json
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from coverplan.domain import Rung, TravelTimes
from coverplan.report.map import PlannerMap, page_data
from coverplan.report.map.codec import island
from sample_result import sample_result, tiny

HOSTILE = [
    "{{ 7*7 }}",
    "{% for x in y %}",
    "{{ this.__class__ }}",
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "${window.hit=1}`",
    "\u202eabc\u2028",
]


@pytest.fixture(scope="module")
def data():
    return page_data(sample_result())


def test_townships_stand_in_code_order_with_their_people(data):
    assert data["townships"]["code"] == ["500230001", "500230100", "500230200"]
    assert data["townships"]["people"] == [9000, 5000, 1000]


def test_three_answers_stay_three():
    data = page_data(sample_result(tiny(silent=frozenset({"500230100"}))))
    assert data["presence"]["university_site"]["state"] == "hun"


def test_people_by_how_their_place_is_known_add_up_to_the_townships(data):
    there = data["townships"]
    parts = zip(*(there[f"at_{how}"] for how in ("own", "asked", "seat", "none")), strict=True)
    assert [sum(row) for row in parts] == there["people"]


def test_programmes_come_first_and_each_type_has_both_names(data):
    assert [t["id"] for t in data["types"]][:3] == [
        "university_site",
        "school_museum",
        "youth_base",
    ]
    assert all(len(t["name"]) == 2 and len(t["sign"]) >= 3 for t in data["types"])


def test_sites_with_equal_minutes_share_a_column(data):
    travel = data["travel"]
    assert travel["venue_column"][0] == travel["candidate_column"][0]
    assert travel["matrix"]["columns"] == 6


def test_without_minutes_there_is_no_matrix_and_no_figure():
    data = page_data(sample_result(tiny(rung=Rung.LINE, answered=False)))
    assert data["travel"] is None
    assert all(f["refused"][-1] for t in data["coverage"].values() for f in t.values())


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="zh or en"):
        page_data(sample_result(), "de")


def test_two_renderings_are_one_file():
    assert PlannerMap(sample_result()).html() == PlannerMap(sample_result()).html()


class Elements(HTMLParser):
    """Counts the elements of a page and keeps the text of its data island."""

    def __init__(self, page) -> None:
        super().__init__()
        self.found, self.data, self._island = Counter(), "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found[tag] += 1
        self._island = dict(attrs).get("id") == "data"

    def handle_data(self, data):
        self.data += data if self._island else ""

    def handle_endtag(self, tag):
        self._island = self._island and tag != "script"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name):
    world = tiny()
    world.townships[0] = ("500230001", name, "街道", 9000, 107.70, 29.90)
    world.venues[0]["name"] = name
    page = Elements(PlannerMap(sample_result(world)).html())
    assert page.found == Elements(PlannerMap(sample_result()).html()).found
    assert page.found["script"] == 4
    shown = json.loads(page.data)
    assert shown["townships"]["name"][0] == name
    assert shown["venues"]["name"] == [name]


def test_the_page_names_its_scripts_by_hash_and_allows_no_network():
    page = PlannerMap(sample_result()).html()
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "http" not in policy
    assert "connect-src" not in policy


def test_contacts_of_the_input_are_not_on_the_page():
    result = sample_result()
    result.venues["contact"] = "王主任 13812345678"
    result.venues["name"] = result.venues["name"] + " 13812345678"
    page = PlannerMap(result).html()
    assert "13812345678" not in page
    assert "王主任" not in page


def test_the_saved_file_is_utf_8_with_plain_line_ends(tmp_path):
    path = tmp_path / "图.html"
    PlannerMap(sample_result()).save(path)
    body = path.read_bytes()
    assert b"\r" not in body
    assert "滨江教学点" in body.decode("utf-8")


def test_the_notebook_gets_an_inner_frame():
    assert "<iframe" in PlannerMap(sample_result(), "en")._repr_html_()


def test_nothing_in_the_tree_is_beyond_json(data):
    assert json.loads(island(data)).keys() == data.keys()


def test_a_county_without_outline_or_layers_still_has_a_page():
    data = page_data(sample_result(tiny(outline=None, cells={}, layers={}, venues=[])))
    assert data["outline"] == []
    assert data["river"] == []
    assert data["venues"]["id"] == []
    assert len(data["townships"]["circle"]) == 3


def test_missing_people_are_null_not_zero():
    result = sample_result()
    result.townships["people"] = pd.array([None, 5000, 1000], dtype="Int64")
    assert page_data(result)["townships"]["people"][0] is None


def test_an_online_ground_is_in_the_file_only_when_asked_for(monkeypatch):
    result = sample_result()
    assert "tile.openstreetmap.org" not in PlannerMap(result).html()
    page = PlannerMap(result, tiles="osm").html()
    assert "img-src data: blob: https://tile.openstreetmap.org;" in page
    monkeypatch.delenv("COVERPLAN_TIANDITU_KEY", raising=False)
    with pytest.raises(ValueError, match="COVERPLAN_TIANDITU_KEY"):
        PlannerMap(result, tiles="tianditu")
    monkeypatch.setenv("COVERPLAN_TIANDITU_KEY", "k123")
    assert "tk=k123" in PlannerMap(result, tiles="tianditu").html()
    with pytest.raises(ValueError, match="osm or tianditu"):
        PlannerMap(result, tiles="google")


def test_a_covered_share_comes_with_what_the_run_drew_and_the_county_last(data):
    for table in data["coverage"].values():
        for figure in table.values():
            for name in ("covered", "low", "high", "refused"):
                assert len(figure[name]) == len(data["townships"]["code"]) + 1
            for low, here, high in zip(
                figure["low"], figure["covered"], figure["high"], strict=True
            ):
                assert low is None or low <= here <= high


def test_minutes_are_kept_as_far_as_a_band_asks(data):
    travel = data["travel"]
    assert (travel["speed"], travel["step"]) == (0.2, 5)
    block = travel["nearest"]["university_site"]
    assert (block["rows"], block["columns"]) == (6, 1)
    near = base64.b64decode(block["bytes"])
    assert near[0] == 0  # the village in which the venue stands
    assert all(minutes > 0 for minutes in near[1:6])


def test_a_venue_beyond_the_county_is_a_column_of_its_type():
    result = sample_result()
    times = result.times
    values = np.column_stack([times.values, np.full(len(times.demand), 7.0)])
    beyond = pd.DataFrame(
        {"name": ["邻县教学点"], "type": ["university_site"], "lon": [np.nan], "lat": [np.nan]},
        index=pd.Index(["out-1"], name="id"),
    )
    more = TravelTimes(values, times.demand, (*times.sites, "out-1"), times.rung, times.limit)
    travel = page_data(replace(result, times=more, outside=beyond))["travel"]
    (column,) = travel["outside"]["university_site"]
    assert travel["matrix"]["columns"] == 7
    assert column not in travel["candidate_column"]
    near = base64.b64decode(travel["nearest"]["university_site"]["bytes"])
    assert set(near) <= set(range(8))


def test_a_township_at_the_border_is_marked(data):
    assert data["townships"]["outside"] == [True, True, True]
