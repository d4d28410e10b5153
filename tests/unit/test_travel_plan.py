"""The rungs of travel through plan.toml, from the files to the coverage frame."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from coverplan.config import read_plan
from coverplan.errors import ConfigError, InputError
from coverplan.pipeline import run
from coverplan.report.stored import read_times, write_times
from little_county import FILES, little_county

BOUNDS = '[boundaries]\noutline = "outline.geojson"\n'
REPORTED = "township,type,answer\n双龙镇,university_site,零报告\n双路镇,university_site,零报告\n"
ROADS = [  # the three seats and the located villages on one road, and a lane that is not joined
    [(107.65, 29.78), (107.73, 29.868), (107.731, 29.869), (107.80, 29.90), (107.81, 29.91)],
    [(107.60, 29.70), (107.61, 29.70)],
]


def county(folder: Path, travel: str, **more: str) -> Path:
    path = little_county(folder, more=BOUNDS + travel, reports=REPORTED, **more)
    outline = gpd.GeoDataFrame(geometry=[shapely.box(107.55, 29.68, 107.90, 29.98)], crs=4326)
    outline.to_file(folder / "outline.geojson", driver="GeoJSON")
    lines = [shapely.LineString(line) for line in ROADS]
    gpd.GeoDataFrame({"highway": ["secondary"] * 2}, geometry=lines, crs=4326).to_file(
        folder / "roads.gpkg"
    )
    return path


def rows(result, code9: str) -> pd.DataFrame:
    return result.coverage.loc[(code9, "university_site")]


def test_roads_named_in_the_plan_give_rung_a_and_bands_for_unlocated_villages(tmp_path):
    travel = '[travel]\nrung = "A"\nmode = "car"\nroads = "roads.gpkg"\n'
    alike = FILES["villages.csv"].replace("花园社区居民委员会,社区", "花园村村民委员会,村")
    plan = read_plan(county(tmp_path, travel, villages=alike))
    result = run(plan)
    assert result.times.rung == "A"
    assert (result.coverage["rung"] == "A").all()
    # 安宁村 drives 7.49 + 1.47 km at 40 km/h to 滨江; 花园村 has no place: a band.
    minutes = result.times.to(["v1"])[result.demand.index.get_loc("500230111200"), 0]
    assert minutes == pytest.approx(13.45, abs=0.05)
    near = rows(result, "500230111").loc[15]
    assert near["covered_low"] <= 10_000 <= near["covered_high"] <= 20_000
    alone = rows(result, "500230112").loc[30]
    assert alone["refused"] == "coverage.band_only"  # its only village has no place
    assert alone["covered_low"] <= alone["covered_high"] <= 15_000
    figures = result.coverage[result.coverage["refused"] == ""]
    assert (figures["covered_slow"] <= figures["covered"]).all()
    assert (figures["covered"] <= figures["covered_fast"]).all()
    assert (figures["covered_shorter"] <= figures["covered_longer"]).all()
    assert rows(result, "500230111").loc[15, "covered_shorter"] == 0  # 13.45 min is beyond 10
    assert "roads.used" in {note.key for note in result.notes}
    assert "roads.gpkg" in set(result.sources["file"])
    for column in ("covered_low", "covered_high"):
        assert run(plan).coverage[column].equals(result.coverage[column])


def test_rung_a_without_roads_and_a_barrier_without_crossings_are_told_before_anything_is_read(
    tmp_path,
):
    with pytest.raises(ConfigError, match="roads"):
        read_plan(county(tmp_path, '[travel]\nrung = "A"\n'))
    travel = '[travel]\nrung = "C"\nbarrier = "长江"\nsnap_limit_m = -1.0\n'
    with pytest.raises(ConfigError) as told:
        read_plan(county(tmp_path, travel))
    text = str(told.value)
    for part in ("没有名为“长江”的图层", "必须同时给出", "snap_limit_m"):
        assert part in text, part


def test_a_road_file_that_cannot_be_read_is_one_problem_among_the_others(tmp_path):
    path = county(tmp_path, '[travel]\nrung = "A"\nroads = "roads.gpkg"\n', schools="id\n")
    (tmp_path / "roads.gpkg").write_bytes(b"nothing")
    with pytest.raises(InputError, match="道路文件无法读取"):
        run(read_plan(path))


def test_the_river_parts_the_county_but_for_its_bridge_on_rung_c(tmp_path):
    travel = '[travel]\nrung = "C"\ndetour = 1.3\nspeed_kmh = 40.0\nspeed_source = "县交通局"\n'
    with_river = (
        travel
        + 'barrier = "江"\ncrossings = "bridges.geojson"\n'
        + '[[layer]]\nname = "江"\nfile = "river.geojson"\nkind = "river"\n'
    )
    path = county(tmp_path, with_river)
    river = shapely.LineString([(107.765, 29.60), (107.765, 30.00)])
    gpd.GeoDataFrame(geometry=[river], crs=4326).to_file(tmp_path / "river.geojson")
    bridge = gpd.GeoDataFrame(
        {"name": ["大桥"], "wait_min": [0.0]}, geometry=[shapely.Point(107.765, 29.72)], crs=4326
    )
    bridge.to_file(tmp_path / "bridges.geojson")
    parted = run(read_plan(path))
    free = run(read_plan(county(tmp_path, travel)))
    at = free.demand.index.get_loc("500230111200")
    straight, over = 8.91, 17.02 + 21.55  # km: to the bridge and on from it
    assert free.times.to(["v1"])[at, 0] == pytest.approx(straight * 1.3 * 1.5, rel=0.01)
    assert parted.times.to(["v1"])[at, 0] == pytest.approx(over * 1.3 * 1.5, rel=0.01)
    assert "travel.no_barrier" in {note.key for note in free.notes}
    assert "travel.no_barrier" not in {note.key for note in parted.notes}


def test_beyond_the_limit_an_asked_trip_is_too_far_and_not_unknown(tmp_path):
    seats = "from_code9,to_code9,minutes\n500230001,500230111,20\n500230001,500230112,50\n"
    answers = "code12,minutes\n" + "".join(
        f"{code},{minutes}\n"
        for code, minutes in (
            ("500230001001", 2),
            ("500230001200", 10),
            ("500230111005", 1),
            ("500230111200", 5),
            ("500230112200", 8),
        )
    )
    travel = '[travel]\nrung = "B"\nasked_villages = "av.csv"\nasked_seats = "as.csv"\n'
    wide = run(read_plan(county(tmp_path, travel, av=answers, **{"as": seats})))
    narrow = run(
        read_plan(county(tmp_path, travel + "limit_min = 30.0\n", av=answers, **{"as": seats}))
    )
    at = narrow.demand.index.get_loc("500230112200")
    assert wide.times.to(["v1"])[at, 0] == 60.0
    assert narrow.times.to(["v1"])[at, 0] == float("inf")
    assert not narrow.times.missing_to(["v1"]).any()
    columns = ["covered", "uncovered", "unknown", "refused"]
    pd.testing.assert_frame_equal(narrow.coverage[columns], wide.coverage[columns])
    assert (narrow.coverage["uncovered"] > 0).any()
    again = tmp_path / "times.npz"
    write_times(narrow.times, again)
    assert (read_times(again).missing_to(["v1"]) == narrow.times.missing_to(["v1"])).all()
    path = county(tmp_path, travel + "limit_min = 20.0\n", av=answers, **{"as": seats})
    with pytest.raises(
        ConfigError, match="limit_min（20）"
    ):  # no site is placed by cut-off minutes
        read_plan(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\ncutoff_min = 30", "\ncutoff_min = 15"), encoding="utf-8")
    short = run(read_plan(path))
    assert rows(short, "500230001").loc[30, "refused"] == "coverage.refused_limit"
