"""Figures: no empty boxes for Chinese, a true scale bar, the cautions on them, the same bytes."""

import gzip
import io
import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from coverplan.report.figures import (
    draw_changes,
    draw_curve,
    draw_gaps,
    draw_map,
    draw_states,
    draw_targets,
    drawable,
    figure_png,
    font,
    missing_characters,
)
from coverplan.report.publish import published
from small_result import small_result
from support import DATA, shared


def drawn(draw: Callable[[Any], object]) -> Any:
    """Return the axes after drawing, laid out as in a file."""
    figure = Figure(figsize=(8, 6), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw(axes)
    canvas.draw()
    return axes


def call(draw: Callable[..., object], *rest: Any) -> object:
    """Draw with the axes, which come last, put first."""
    *others, axes = rest
    return draw(axes, *others)


def texts(axes: Any) -> list[str]:
    found = [one.get_text() for one in axes.texts]
    found += [axes.get_title(), *(one.get_text() for one in axes.get_yticklabels())]
    legend = axes.get_legend()
    return found + ([one.get_text() for one in legend.get_texts()] if legend else [])


def test_the_font_draws_every_character_of_our_own_messages():
    for entry in files("coverplan.text").iterdir():
        if entry.name in {"report.toml", "core.toml"}:
            leaves = str(tomllib.loads(entry.read_text(encoding="utf-8")))
            assert missing_characters(leaves) == "", entry.name


@pytest.mark.parametrize(
    "name", ["townships.csv", "villages.csv", "venue_types.csv", "targets.csv"]
)
def test_the_font_draws_every_character_of_the_county_data(name):
    for county in ("fengdu", "example"):
        text = (DATA / county / name).read_text(encoding="utf-8-sig")
        assert missing_characters(text) == ""


@pytest.mark.shared
def test_the_font_draws_all_township_names_of_the_country():
    path = shared("data", "national", "townships_nbs2023.csv.gz")
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    assert missing_characters(text) == ""


def test_a_character_that_the_font_lacks_is_named_and_drawn_as_a_sign():
    assert missing_characters("丰𡌶都𡌶") == "𡌶"
    assert drawable("丰𡌶都\x0b") == "丰〓都"


def test_every_text_of_a_figure_is_set_in_the_font_that_comes_along():
    own = font().get_file()
    result = small_result(example=True)
    for draw in (draw_map, draw_states, draw_targets):
        args = (result, "university_site") if draw is draw_map else (result,)
        axes = drawn(partial(call, draw, *args))
        chinese = [one for one in axes.texts if not one.get_text().isascii()]
        assert chinese
        assert {one.get_fontproperties().get_file() for one in [*chinese, axes.title]} == {own}


def test_the_scale_bar_is_as_long_as_it_says():
    axes = drawn(lambda ax: draw_map(ax, small_result(), "university_site"))
    labels = {one.get_text(): one.get_position()[0] for one in axes.texts}
    start, end = labels["0"], labels["5"]
    assert end - start == pytest.approx(5000)


def test_a_map_carries_north_date_projection_legend_and_its_cautions():
    found = " ".join(texts(drawn(lambda ax: draw_map(ax, small_result(), "university_site"))))
    for word in (
        "北",
        "公里",
        "2025 年 12 月 31 日",
        "EPSG:4545",
        "界线为示意，非法定界线",
        "内部工作用图表",
        "有 1",
        "无 1",
        "未报 1",
        "甲街道",
    ):
        assert word in found


def test_real_boundaries_are_not_called_schematic():
    result = small_result()
    result.townships["approximate"] = False
    found = " ".join(texts(drawn(lambda ax: draw_map(ax, result, "university_site"))))
    assert "示意" not in found


def test_illustrative_data_and_drafts_are_stamped_across_the_figure():
    for result, word in (
        (small_result(example=True), "示例数据"),
        (small_result(profile="meeting"), "内部资料 讨论稿"),
    ):
        for draw in (draw_states, draw_targets):
            assert word in texts(drawn(partial(call, draw, result)))
    assert "示例数据" not in texts(drawn(lambda ax: draw_states(ax, small_result())))


def test_a_proposal_known_to_its_township_is_numbered_at_the_name_and_not_at_a_house():
    result = small_result()
    moved = result.placement.geometry.translate(0.03, 0.02)
    result.placement.geometry = moved
    axes = drawn(lambda ax: draw_map(ax, result, "university_site"))
    at = {one.get_text(): one.xy for one in axes.texts if hasattr(one, "xy") and one.get_text()}
    name = {one.get_text(): one.get_position() for one in axes.texts}["乙镇"]
    assert at["1"] == pytest.approx(name)


def test_the_bars_of_the_states_add_up_to_all_townships():
    axes = drawn(lambda ax: draw_states(ax, small_result()))
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
    assert max(ends) == 3
    assert sum(bar.get_width() for bar in axes.patches) == 2 * 3


def test_people_beyond_the_limit_are_drawn_to_the_person():
    axes = drawn(lambda ax: draw_gaps(ax, small_result(), "university_site"))
    assert sorted(bar.get_width() for bar in axes.patches) == [0, 300, 400]


def test_a_refused_share_draws_nothing():
    result = small_result()
    result.gaps["refused"] = "small.refused"
    kept: list[bool] = []
    drawn(lambda ax: kept.append(draw_gaps(ax, result, "university_site")))
    drawn(lambda ax: kept.append(draw_gaps(ax, result, "youth_base")))
    assert kept == [False, False]


def test_the_three_answers_stay_apart_in_grey():
    png = figure_png(lambda ax: draw_map(ax, small_result(), "university_site"))
    grey = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    assert (grey < 100).mean() > 0.02, "the gap is dark"
    assert (grey > 225).mean() > 0.3, "what is covered is pale"


def test_under_the_public_profile_a_map_draws_points_only():
    result = published(small_result(), "public")
    axes = drawn(lambda ax: draw_map(ax, result, "university_site"))
    assert "甲街道" in texts(axes)


def test_without_any_position_there_is_no_scale_bar_of_nothing():
    result = replace(small_result(), outline=None, layers={})
    result.townships.geometry = [None] * 3
    axes = drawn(lambda ax: draw_map(ax, result, "university_site"))
    assert texts(axes)[0].startswith("没有位置数据")
    assert "公里" not in texts(axes)


def test_what_changed_stands_in_the_map_of_changes():
    changes = {"500230101": "无→有"}
    axes = drawn(lambda ax: draw_changes(ax, small_result(), "university_site", changes))
    assert "乙镇\n无→有" in texts(axes)


def test_the_same_result_gives_the_same_picture_and_no_date_in_it():
    one, other = (
        figure_png(lambda ax: draw_map(ax, small_result(), "university_site")) for _ in range(2)
    )
    assert one == other
    assert not Image.open(io.BytesIO(one)).text  # type: ignore[attr-defined]


def test_english_figures_have_no_chinese_words_of_ours():
    found = texts(drawn(lambda ax: draw_states(ax, small_result(), "en")))
    assert all(one.isascii() for one in found)


def with_curve() -> Any:
    result = small_result()
    kind = result.plan.programme[0].type
    cutoff = result.plan.programme[0].cutoff_min
    keys = [(kind, cutoff, n) for n in range(4)]
    index = pd.MultiIndex.from_tuples(keys, names=["type", "cutoff_min", "n"])
    columns = {
        "people": [100, 400, 600, 650],
        "bound": [100, 400, 620, 650],
        "marginal": [0, 300, 200, 50],
        "proven": [True, True, False, True],
        "added": ["", "a", "a;b", "a;b;c"],
    }
    return replace(result, curve=pd.DataFrame(columns, index=index)), kind


def test_the_curve_shows_people_and_what_each_site_adds_and_where_a_bound_is_all():
    result, kind = with_curve()
    axes = drawn(lambda ax: draw_curve(ax, result, kind))
    line = axes.get_lines()[0]
    assert line.get_xydata().tolist() == [[0, 100], [1, 400], [2, 600], [3, 650]]
    (more,) = [other for other in axes.figure.axes if other is not axes]
    assert [bar.get_height() for bar in more.patches] == [300, 200, 50]
    assert any("上界" in text for text in texts(axes))
    assert "650" in texts(axes)


def test_the_proposals_stand_on_the_figure_of_the_curve():
    result, kind = with_curve()
    index = pd.MultiIndex.from_tuples([(kind, 1)], names=["type", "rank"])
    plans = pd.DataFrame({"added": ["a;b"], "people": [590], "kind": ["proposed"]}, index=index)
    axes = drawn(lambda ax: draw_curve(ax, replace(result, plans=plans), kind))
    assert [[2, 590]] in [line.get_xydata().tolist() for line in axes.get_lines()]
    assert any("建议方案" in text for text in texts(axes))


def test_without_a_curve_nothing_is_drawn():
    found: list[bool] = []
    result, kind = with_curve()
    result = replace(result, curve=result.curve.iloc[:0])
    axes = drawn(lambda ax: found.append(draw_curve(ax, result, kind)))
    assert found == [False]
    assert not axes.get_lines()


@pytest.mark.parametrize("size", [(7.0, 6.0), (12.8, 7.2), (5.0, 6.0)])
def test_the_legend_hides_no_name_that_it_need_not(size):
    figure = Figure(figsize=size)
    axes = figure.add_subplot()
    result = small_result()
    draw_map(axes, result, "university_site")
    figure.canvas.draw()
    box = axes.get_legend().get_window_extent()
    names = {str(name) for name in result.townships["name"]}
    labels = [text for text in axes.texts if text.get_text() in names]
    assert len(labels) == len(names)
    hidden = [text.get_text() for text in labels if box.overlaps(text.get_window_extent())]
    other = "lower left" if box.y0 > figure.bbox.height / 2 else "upper left"
    axes.get_legend().set_loc(other)
    figure.canvas.draw()
    elsewhere = axes.get_legend().get_window_extent()
    there = [text for text in labels if elsewhere.overlaps(text.get_window_extent())]
    assert len(hidden) <= len(there)
