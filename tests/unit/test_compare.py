"""Two runs compared: every difference once, with its possible causes, and nothing else."""

import io
from dataclasses import replace
from typing import Any

import openpyxl
import pandas as pd
import pytest

from coverplan.config import parse_plan, read_plan
from coverplan.domain import Result
from coverplan.errors import InputError
from coverplan.pipeline import run
from coverplan.report.compare import compare, lines_of, write_comparison
from coverplan.report.compare_causes import DEPENDS
from coverplan.report.run_folder import write
from little_county import FILES, little_county
from small_result import small_plan, small_result


def changed() -> Result:
    """Return a later run: one township has reported a site, which reaches its people."""
    result = small_result()
    row = ("500230201", "university_site")
    for frame in (result.gaps, result.presence):
        frame.loc[row, "state"] = "has"
        frame.loc[row, "places_open"] = 1
    moved = result.venues.index[0]
    result.venues.loc[moved, ["code9", "open"]] = ["500230201", True]
    result.gaps.loc[row, "people_uncovered_30min"] = 0
    result.gaps.loc[row, "people_covered_30min"] = 400
    result.gaps.loc[row, "people_unknown_30min"] = 0
    result.coverage.loc[result.coverage.index == ("total", "university_site", 30), "uncovered"] = (
        400
    )
    result.sources.loc[1, "sha256"] = "c" * 64
    result.targets.loc["university-townships", "done"] = 2.0
    return result


def with_parameter(result: Result, table: str, key: str, value: Any) -> Result:
    tree = {**result.plan.raw, table: {**result.plan.raw.get(table, {}), key: value}}
    plan = parse_plan(tree, result.plan.folder, check_files=False)
    return replace(result, plan=plan)


def rows_of(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_a_run_is_the_same_as_itself_read_back(tmp_path):
    folder = write(small_result(), tmp_path / "a", page=None)
    assert compare(folder, small_result()).same


def test_each_change_stands_once_with_before_after_and_difference():
    found = compare(small_result(), changed()).townships
    told = {
        (row.code9, row.type, row.figure): (row.before, row.after) for row in found.itertuples()
    }
    assert told == {
        ("500230201", "university_site", "state"): ("unreported", "has"),
        ("500230201", "university_site", "places_open"): (0, 1),
        ("500230201", "university_site", "people_uncovered_30min"): (300, 0),
    }
    assert found.set_index("figure")["difference"]["people_uncovered_30min"] == -300
    assert set(found["township"]) == {"丙乡"}


def test_totals_say_how_many_townships_changed_their_answer():
    found = compare(small_result(), changed()).totals
    told = {(row.type, row.figure): row.difference for row in found.itertuples()}
    assert told[("university_site", "state_has")] == 1
    assert told[("university_site", "state_unreported")] == -1
    # 400 and 300 people were beyond the limit; the 300 are no longer
    assert told[("university_site", "people_uncovered_30min")] == -300


def test_a_changed_file_is_named_as_the_cause():
    found = compare(small_result(), changed())
    assert found.inputs.loc["venues.csv", "change"] == "changed"
    moved = f"venues.csv [{changed().venues.index[0]}]"
    assert set(found.townships["why"]) == {moved}
    assert set(found.townships["cause"]) == {"data"}
    assert found.targets["why"].tolist() == [moved]


def test_a_changed_key_is_named_where_its_figure_hangs_on_it():
    later = with_parameter(changed(), "travel", "speed_kmh", 20.0)
    found = compare(small_result(), later)
    assert rows_of(found.parameters.reset_index()) == [("travel.speed_kmh", "", "20.0")]
    why = found.townships.set_index("figure")["why"]
    moved = f"venues.csv [{later.venues.index[0]}]"
    assert why["people_uncovered_30min"] == f"{moved}; travel.speed_kmh"
    assert why["state"] == moved, "speed decides nobody's presence"
    kinds = found.townships.set_index("figure")["cause"]
    assert kinds["people_uncovered_30min"] == "data; parameter"
    assert kinds["state"] == "data"


def test_the_report_date_concerns_every_figure():
    later = with_parameter(changed(), "county", "as_of", "2026-06-30")
    found = compare(small_result(), later).townships
    assert all("county.as_of" in why for why in found["why"])


def test_a_programme_is_known_by_its_type_and_not_by_its_place():
    result = small_result()
    programmes = list(reversed(result.plan.raw["programme"]))
    plan = parse_plan(
        {**result.plan.raw, "programme": programmes}, result.plan.folder, check_files=False
    )
    assert compare(result, replace(result, plan=plan)).parameters.empty


def test_language_and_profile_change_nothing_that_a_run_says():
    other = replace(small_result(), plan=small_plan(lang="en", profile="meeting"))
    assert compare(small_result(), other).same


def test_people_under_a_refused_share_are_no_figure_to_compare():
    later = small_result()
    later.gaps["refused"] = "small.refused"
    found = compare(small_result(), later).townships
    uncovered = found[found["figure"].str.startswith("people_uncovered")]
    assert uncovered["after"].isna().all()


def test_runs_of_two_counties_are_not_compared():
    other = with_parameter(small_result(), "county", "code", "500231")
    with pytest.raises(InputError, match="500230 / 500231"):
        compare(small_result(), other)


def test_every_figure_hangs_on_tables_that_a_plan_has():
    tables = {name for table in DEPENDS.values() for name in table}
    assert tables <= set(small_plan().__slots__) | {"placement"}


def test_the_comparison_leaves_as_workbook_csv_and_map(tmp_path):
    names = write_comparison(compare(small_result(), changed()), tmp_path)
    assert {"compare.xlsx", "changes_townships.csv", "compare_university_site.png"} <= set(names)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "compare.xlsx").read_bytes()))
    values = {cell.value for row in book["乡镇街道"].iter_rows() for cell in row}
    assert {"丙乡", "未报", "有", "社区科普大学教学点"} <= values


def test_the_same_comparison_is_the_same_bytes(tmp_path):
    found = compare(small_result(), changed())
    for name in ("a", "b"):
        write_comparison(found, tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_comparison_without_differences_says_none(tmp_path):
    names = write_comparison(compare(small_result(), small_result()), tmp_path)
    assert not [name for name in names if name.endswith(".png")]


@pytest.fixture(scope="module")
def quarters(tmp_path_factory):
    """Return two runs: a site opened in 双路镇, 双龙镇 took back its answer, 三合街道 grew."""
    folder = tmp_path_factory.mktemp("quarters")
    before = run(read_plan(little_county(folder / "a")))
    later = little_county(
        folder / "b",
        venues=FILES["venues.csv"].replace("安宁村,,,在建", "安宁村,,,开放"),
        reports="township,type,answer\n双龙镇,university_site,未报\n",
        population=FILES["population.csv"].replace("140954", "141000").replace("175954", "176000"),
    )
    return compare(before, run(read_plan(later)))


def why_of(found, code9, figure, venue_type="university_site"):
    rows = found.townships
    own = rows[(rows["code9"] == code9) & (rows["figure"] == figure) & (rows["type"] == venue_type)]
    return own["cause"].item(), own["why"].item()


def test_each_row_names_the_rows_of_input_that_moved_it_and_no_others(quarters):
    assert why_of(quarters, "500230111", "state") == ("data", "venues.csv [v2]")
    assert why_of(quarters, "500230111", "places_open") == ("data", "venues.csv [v2]")
    assert why_of(quarters, "500230112", "state") == ("data", "reports.csv")
    assert why_of(quarters, "500230001", "people", "") == ("data", "population.csv")


def test_the_causes_are_told_in_the_readers_words(quarters):
    lines = lines_of(quarters, "zh")
    assert any("双路镇" in line and "数据" in line and "[v2]" in line for line in lines)
    assert not [line for line in lines_of(quarters, "en") if "data: venues.csv []" in line]


def test_a_new_boundary_is_told_apart_from_data_and_parameters():
    later = with_parameter(small_result(), "boundaries", "outline", "other.geojson")
    later.townships.loc[later.townships.index[0], "area_km2"] += 1.0
    found = compare(small_result(), later).townships
    assert found["cause"].tolist() == ["boundary"]
    assert found["why"].tolist() == ["boundaries.outline"]
