"""What geometry, minutes and names look like inside the page."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shapely.geometry import LineString, MultiPolygon, Point, box

from coverplan.report.map.codec import (
    BEYOND,
    island,
    minutes_text,
    packed,
    parts,
    polyline,
    whole_minutes,
)


def unrolled(block, size):
    body = base64.b64decode(block["bytes"])
    if block["how"] == "raw":
        return list(body)
    out, n = [], 0
    while n < len(body):
        if body[n] == BEYOND:
            out += [BEYOND] * body[n + 1]
            n += 2
        else:
            out.append(body[n])
            n += 1
    assert len(out) == size
    return out


def unpacked(tree):  # noqa: PLR0911 -- one a way
    if isinstance(tree, list):
        return [unpacked(value) for value in tree]
    if not isinstance(tree, dict):
        return tree
    if "=" in tree:
        return [unpacked(tree["="])] * tree["n"]
    if set(tree) == {"w", "i"}:
        return [unpacked(tree["w"][n]) for n in tree["i"]]
    if "#c" in tree:
        columns = unpacked(tree["#c"])
        return [{key: columns[key][n] for key in columns} for n in range(tree["n"])]
    if "#r" in tree:
        runs = zip(tree["#r"][::2], tree["#r"][1::2], strict=True)
        return [first + n for first, length in runs for n in range(length)]
    if "#k" in tree:
        return dict(zip(tree["#k"], unpacked(tree["v"]), strict=True))
    if "#f" in tree:
        texts = [""]
        for text in tree["#f"]:
            texts.append(texts[-1][: ord(text[0]) - 65] + text[1:])
        return texts[1:]
    return {key: unpacked(value) for key, value in tree.items()}


@given(
    arrays(
        np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 60)), elements=st.integers(250, 255)
    )
)
def test_minutes_come_back_byte_for_byte(minutes):
    assert unrolled(minutes_text(minutes), minutes.size) == minutes.ravel().tolist()


def test_a_long_run_of_beyond_is_cut_into_pieces_of_255():
    block = minutes_text(np.full((1, 600), BEYOND, np.uint8))
    assert block["how"] == "runs"
    assert len(base64.b64decode(block["bytes"])) == 6


@given(st.floats(0, 400), st.integers(1, 254))
def test_a_whole_cutoff_decides_the_same_on_the_page_as_in_python(minutes, cutoff):
    page = int(whole_minutes(np.array([minutes]), 254)[0])
    assert (page <= cutoff) == (minutes <= cutoff)


def test_out_of_reach_and_beyond_the_longest_cutoff_are_one_byte():
    assert whole_minutes(np.array([np.inf, 91.0, 90.0]), 90).tolist() == [255, 255, 90]


@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-84, 84)), min_size=1, max_size=20))
def test_a_polyline_keeps_every_point_to_a_metre(points):
    text = polyline(points)
    at, lat, lon, found = 0, 0, 0, []
    while at < len(text):
        step = []
        for _ in range(2):
            shift = value = 0
            while True:
                byte = ord(text[at]) - 63
                at += 1
                value |= (byte & 31) << shift
                shift += 5
                if byte < 32:
                    break
            step.append(~(value >> 1) if value & 1 else value >> 1)
        lat, lon = lat + step[0], lon + step[1]
        found.append((lon / 1e5, lat / 1e5))
    assert np.abs(np.array(found) - np.array(points)).max() <= 0.6e-5


def test_polygons_give_rings_lines_one_list_and_points_nothing():
    hole = box(0, 0, 4, 4).difference(box(1, 1, 2, 2))
    assert [len(rings) for rings in parts(MultiPolygon([hole, box(5, 5, 6, 6)]))] == [2, 1]
    assert len(parts(LineString([(0, 0), (1, 1)]))) == 1
    assert parts(Point(0, 0)) == []
    assert parts(None) == []


@pytest.mark.parametrize(
    "name", ["</script><script>", "<!--", "a\u2028b\u2029", "{{ 7*7 }}", "&amp;"]
)
def test_no_text_can_leave_the_data_island(name):
    text = island({name: [name]})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {name: [name]}


def test_a_number_that_json_does_not_know_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        island({"x": float("nan")})


scalars = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["", "a", "1"]))
columns = st.one_of(
    st.lists(scalars, max_size=30),
    st.lists(st.integers(0, 9), max_size=30).map(sorted),
    st.lists(st.text("村𠮷ab", max_size=30), max_size=12).map(sorted),
    st.lists(st.fixed_dictionaries({"id": scalars, "at": st.lists(scalars, max_size=2)})),
)


@pytest.mark.parametrize("sign", ["=", "w", "#c", "#r", "#k", "#f", "i", "n", "v"])
def test_a_type_may_be_called_like_a_sign_of_the_packing(sign):
    plain = {"i": [1, 2, 3], "n": 4, "v": ["a"], sign: [0, 1]}
    for tree in (plain, [plain] * 5, [plain | {"n": n} for n in range(6)], {"x": {sign: plain}}):
        assert unpacked(json.loads(island(packed(tree)))) == tree


@settings(deadline=None)
@given(st.dictionaries(st.text("kwin=#crfv", min_size=1, max_size=2), columns, max_size=8))
def test_packed_columns_come_back_with_their_values_and_types(tree):
    back = unpacked(json.loads(island(packed(tree))))
    assert json.dumps(back, sort_keys=True) == json.dumps(tree, sort_keys=True)


def test_a_rare_character_is_never_shared_for_a_script_counts_it_twice():
    names = [f"丰都县三合街道𠮷{end}" for end in "村镇乡庄"]
    assert packed(names)["#f"][1:] == ["H𠮷镇", "H𠮷乡", "H𠮷庄"]
