"""Known trips, venues outside, counted groups and rasters: each through a plan and its files."""

import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverplan.config import read_plan
from coverplan.crs import metric_points
from coverplan.errors import InputError
from coverplan.pipeline import run
from coverplan.report.tables import gaps_table
from little_county import little_county

KIND = "university_site"
NONE_ELSEWHERE = (
    "township,type,answer\n双龙镇,university_site,零报告\n双路镇,university_site,零报告\n"
)
PLACES = {  # every village located: 28 trips of more than half a kilometre between eight places
    "500230001001": ("500230001", "滨江社区", "社区", 107.76, 29.84),
    "500230001200": ("500230001", "长坡村", "村", 107.70, 29.90),
    "500230111005": ("500230111", "花园社区", "社区", 107.82, 29.93),
    "500230111200": ("500230111", "安宁村", "村", 107.84, 29.88),
    "500230112200": ("500230112", "长坡村", "村", 107.62, 29.76),
}
SEATS = {
    "500230001": (107.730, 29.868),
    "500230111": (107.800, 29.900),
    "500230112": (107.650, 29.780),
}
VILLAGES = "code12,code9,name,kind,lon,lat\n" + "".join(
    f"{code},{code9},{name},{kind},{lon},{lat}\n"
    for code, (code9, name, kind, lon, lat) in PLACES.items()
)
RUNG_C = '[travel]\nrung = "C"\ntrips = "trips.csv"\n'
RUNG_B = '[travel]\nrung = "B"\nasked_villages = "av.csv"\nasked_seats = "as.csv"\n'
MINUTES = dict(zip(PLACES, (2, 10, 1, 5, 8), strict=True))
ANSWERS = {
    "av": "code12,minutes\n" + "".join(f"{code},{n}\n" for code, n in MINUTES.items()),
    "as": "from_code9,to_code9,minutes\n500230001,500230111,20\n500230001,500230112,50\n",
}


def straight_km() -> pd.DataFrame:
    places = {code: row[3:] for code, row in PLACES.items()} | SEATS
    lon, lat = zip(*places.values(), strict=True)
    x, y = metric_points(lon, lat, "EPSG:4545")
    km = np.hypot(x[:, None] - x, y[:, None] - y) / 1_000.0
    return pd.DataFrame(km, index=list(places), columns=list(places))


def trips(per_km: float, *more: str) -> str:
    km = straight_km()
    codes = list(km)
    rows = [
        f"{a},{b},{per_km * km.loc[a, b]:.4f}," for n, a in enumerate(codes) for b in codes[n + 1 :]
    ]
    return "\n".join(["from_code,to_code,minutes,crossing", *rows, *more]) + "\n"


def outside_plan(folder, more, outside, **tables):
    path = little_county(folder, more=more, outside=outside, reports=NONE_ELSEWHERE, **tables)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("[venue_types]", 'outside = "outside.csv"\n[venue_types]'), encoding="utf-8"
    )
    return read_plan(path)


def test_known_trips_of_the_plan_calibrate_the_line_and_their_error_is_printed(tmp_path):
    plan = little_county(
        tmp_path, more=RUNG_C, villages=VILLAGES, reports=NONE_ELSEWHERE, trips=trips(2.5)
    )
    result = run(read_plan(plan))
    at = result.demand.index.get_loc("500230112200")
    km = straight_km()
    x, y = metric_points([107.731], [29.869], "EPSG:4545")  # where the venue stands
    own = metric_points([107.62], [29.76], "EPSG:4545")
    away = float(np.hypot(x - own[0], y - own[1])[0]) / 1_000.0
    assert result.times.to(["v1"])[at, 0] == pytest.approx(2.5 * away, rel=1e-3)
    said = next(note for note in result.notes if note.key == "travel.calibrated").text("zh")
    assert f"用 {len(km) * 7 // 2} 段已知行程校准" in said
    assert "每公里直线 2.50 分钟" in said
    assert "单程误差中位数 0%" in said
    assert (result.coverage["rung"] == "C").all()


def test_a_trip_over_a_named_crossing_says_nothing_where_the_river_is_not_given(tmp_path):
    odd = [f"500230001,500230111,{minutes},丰都长江大桥" for minutes in (300, 400, 500)]
    both = []
    for folder, more in (("a", []), ("b", odd)):
        path = little_county(
            tmp_path / folder, more=RUNG_C, villages=VILLAGES, trips=trips(2.5, *more)
        )
        both.append(run(read_plan(path)))
    assert np.array_equal(both[0].times.values, both[1].times.values)


def test_too_few_trips_leave_the_figures_of_the_plan_standing_and_that_is_said(tmp_path):
    few = "\n".join(trips(2.5).splitlines()[:12]) + "\n"
    more = RUNG_C + "detour = 1.5\nspeed_kmh = 45.0\n"
    result = run(read_plan(little_county(tmp_path, more=more, villages=VILLAGES, trips=few)))
    assert "travel.uncalibrated" in {note.key for note in result.notes}
    at = result.demand.index.get_loc("500230111200")
    x, y = metric_points([107.731, 107.84], [29.869, 29.88], "EPSG:4545")
    away = float(np.hypot(*(x[0] - x[1], y[0] - y[1]))) / 1_000.0
    assert result.times.to(["v1"])[at, 0] == pytest.approx(away * 1.5 * 60 / 45, rel=1e-3)


def test_a_trip_to_an_unknown_code_or_of_negative_minutes_is_named_with_its_row(tmp_path):
    bad = trips(2.5, "500230999,500230111,12,", "500230001,500230111,-3,")
    plan = read_plan(little_county(tmp_path, more=RUNG_C, villages=VILLAGES, trips=bad))
    with pytest.raises(InputError) as told:
        run(plan)
    for part in ("500230999", "-3", "trips.csv"):
        assert part in str(told.value), part


def test_asked_minutes_lead_to_a_venue_outside_by_the_seat_that_the_row_names(tmp_path):
    outside = (
        "id,name,type,near_code9,minutes\n"
        f"o1,邻县教学点,{KIND},500230112,12\n"
        f"o1,邻县教学点,{KIND},500230001,70\n"
        f"o2,没有分钟的教学点,{KIND},500230111,\n"
    )
    result = run(outside_plan(tmp_path, RUNG_B, outside, villages=VILLAGES, **ANSWERS))
    to = result.times.to(["o1"])[:, 0]
    found = dict(zip(result.demand.index, to, strict=True))
    assert found["500230112200"] == 8 + 12  # its own seat, and on from there
    assert found["500230111200"] == 5 + 20 + 50 + 12  # 70 from 三合 is more than 50 + 12
    assert "o2" not in result.times.sites  # nobody said how long it takes
    assert result.gaps.loc[("500230112", KIND), "nearest_id"] == "o1"
    assert result.coverage.loc[("500230112", KIND, 30), "covered"] == 15_000
    without = run(
        read_plan(little_county(tmp_path / "b", more=RUNG_B, villages=VILLAGES, **ANSWERS))
    )
    assert without.coverage.loc[("500230112", KIND, 30), "covered"] == 0
    assert not result.townships["outside_not_counted"].fillna(value=True).any()


def test_minutes_that_nobody_gave_do_not_pass_for_a_count_of_venues_outside(tmp_path):
    outside = f"id,name,type,near_code9,minutes\no1,邻县教学点,{KIND},500230112,\n"
    result = run(outside_plan(tmp_path, RUNG_B, outside, villages=VILLAGES, **ANSWERS))
    assert "say.outside_counted" not in {note.key for note in result.notes}
    assert not result.equity["outside"].any()


def test_a_venue_outside_under_the_id_of_one_inside_is_named(tmp_path):
    outside = f"id,name,type,lon,lat,near_code9,minutes\nv1,邻县教学点,{KIND},,,500230112,9\n"
    with pytest.raises(InputError, match=r"v1.*venues\.csv"):
        run(outside_plan(tmp_path, RUNG_B, outside, villages=VILLAGES, **ANSWERS))


def test_a_counted_group_goes_through_the_whole_run_and_keeps_every_head(tmp_path):
    weights = (
        "group,code9,code12,people\n"
        "60岁以上,500230001,,30000\n"
        "60岁以上,500230111,500230111200,900\n"
        "60岁以上,500230111,,100\n"
        "60岁以上,500230112,,4000\n"
    )
    more = '[demand]\nweights = "weights.csv"\n' + RUNG_B
    path = little_county(
        tmp_path, more=more, reports=NONE_ELSEWHERE, villages=VILLAGES, weights=weights, **ANSWERS
    )
    text = path.read_text(encoding="utf-8").replace(
        'target = "sites"', 'target = "sites"\ndemand = "60岁以上"'
    )
    path.write_text(text, encoding="utf-8")
    result = run(read_plan(path))
    elderly = result.demand[result.demand["group"] == "60岁以上"]
    assert elderly["people"].sum() == 35_000
    whole = result.coverage.xs("total", level="code9").xs(30, level="cutoff_min").iloc[0]
    assert whole["people"] == whole[["covered", "uncovered", "unknown"]].sum() == 35_000
    assert whole["demand"] == "60岁以上"
    # 双路镇 is 20 min from 三合's seat, its villages 1 and 5 more, and 滨江 2 on: all within 30
    assert result.coverage.loc[("500230111", KIND, 30), "covered"] == 1_000
    assert result.coverage.loc[("500230112", KIND, 30), "uncovered"] == 4_000
    gaps = gaps_table(result).set_index(["code9", "type"])
    assert gaps.loc[("500230112", KIND), "demand_people"] == 4_000
    assert gaps.loc[("500230112", KIND), "people"] == 15_000  # residents stand beside it
    assert result.equity.loc[KIND, "people"] == 35_000


def test_without_rasterio_the_extra_is_named(tmp_path, monkeypatch):
    more = (
        '[boundaries]\noutline = "outline.geojson"\n'
        '[demand]\nsource = "raster"\nraster = "people.tif"\n'
        '[travel]\nrung = "C"\ndetour = 1.3\nspeed_kmh = 30.0\nspeed_source = "试"\n'
    )
    path = little_county(tmp_path, more=more)
    outline = gpd.GeoDataFrame(geometry=[shapely.box(107.5, 29.6, 107.9, 30.0)], crs=4326)
    outline.to_file(tmp_path / "outline.geojson", driver="GeoJSON")
    (tmp_path / "people.tif").write_bytes(b"II*\0")
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError, match=r"rasterio.*coverplan\[raster\]"):
        run(read_plan(path))


def test_a_candidate_under_the_id_of_an_open_venue_is_named_and_one_of_a_planned_venue_is_not(
    tmp_path,
):
    more = '[candidates]\nfiles = ["candidates.csv"]\n'
    rows = "id,name,township,kind\n{},一处,三合街道,village\n"
    planned = little_county(tmp_path / "a", more=more, candidates=rows.format("v2"))
    assert list(run(read_plan(planned)).candidates.index) == ["v2"]
    standing = little_county(tmp_path / "b", more=more, candidates=rows.format("v1"))
    with pytest.raises(InputError, match=r"v1.*venues\.csv"):
        run(read_plan(standing))
