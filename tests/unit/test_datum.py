import csv

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from coverplan import crs
from coverplan.config import read_plan
from coverplan.intake.datum import judge_points, judge_polygons, shifted_subset
from coverplan.intake.inputs import examine
from little_county import little_county, venues
from support import shared


@pytest.fixture(scope="module")
def seats():
    """The 30 seats by three makers: GeoNames and OSM in WGS84, AMap in GCJ-02."""
    with shared("data", "fengdu", "townships_seats.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    names = ("lon_gn", "lat_gn", "lon_osm", "lat_osm", "lon_gcj", "lat_gcj")
    return {name: np.array([float(row[name] or "nan") for row in rows]) for name in names}


def test_seats_of_two_makers_in_one_datum_are_known_as_such(seats):
    verdict = judge_points(seats["lon_osm"], seats["lat_osm"], seats["lon_gn"], seats["lat_gn"])
    assert verdict.datum == "wgs84"
    assert verdict.of("wgs84").offset_m < 100
    assert verdict.of("gcj02").offset_m > 400


def test_seats_of_a_chinese_map_service_are_found_out(seats):
    known = seats["lon_gn"], seats["lat_gn"]
    assert judge_points(seats["lon_gcj"], seats["lat_gcj"], *known).datum == "gcj02"
    baidu = crs.shift(seats["lon_gcj"], seats["lat_gcj"], "gcj02", "bd09")
    assert judge_points(*baidu, *known).datum == "bd09"
    assert judge_points(seats["lat_osm"], seats["lon_osm"], *known).datum == "swapped"


def test_a_shift_of_no_known_datum_is_undecided_and_not_forced_into_one(seats):
    far = seats["lon_osm"] + 0.03  # 2.9 km east
    verdict = judge_points(far, seats["lat_osm"], seats["lon_gn"], seats["lat_gn"])
    assert verdict.datum == "undecided"


def test_points_that_scatter_by_kilometres_or_are_few_decide_nothing(seats):
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.03, 30)
    verdict = judge_points(
        seats["lon_gcj"] + noise, seats["lat_gcj"] - noise, seats["lon_gn"], seats["lat_gn"]
    )
    assert verdict.datum == "undecided"
    four = slice(0, 4)
    few = [seats[name][four] for name in ("lon_gcj", "lat_gcj", "lon_gn", "lat_gn")]
    assert judge_points(*few).datum == "undecided"


def test_the_verdict_is_right_or_undecided_over_many_samples_of_the_seats(seats):
    rng = np.random.default_rng(7)
    right = {"wgs84": 0, "gcj02": 0}
    for datum, maker in (("wgs84", "osm"), ("gcj02", "gcj")):
        for _ in range(60):
            some = rng.choice(30, size=15, replace=False)
            verdict = judge_points(
                seats[f"lon_{maker}"][some],
                seats[f"lat_{maker}"][some],
                seats["lon_gn"][some],
                seats["lat_gn"][some],
            )
            assert verdict.datum in {datum, "undecided"}
            right[datum] += verdict.datum == datum
    assert min(right.values()) > 30


def test_rows_from_another_source_inside_a_file_are_found(seats):
    own = seats["lon_gn"], seats["lat_gn"]
    rng = np.random.default_rng(3)
    lon, lat = (values + rng.normal(0, 0.0004, 30) for values in own)  # about 40 m
    moved = crs.shift(lon, lat, "wgs84", "gcj02")
    shifted = np.arange(30) % 5 == 0
    mixed = np.where(shifted, moved[0], lon), np.where(shifted, moved[1], lat)
    verdict = judge_points(*mixed, *own)
    assert verdict.datum == "wgs84"
    found = shifted_subset(*mixed, *own, verdict)
    assert found == {"gcj02": tuple(np.flatnonzero(shifted))}
    assert shifted_subset(lon, lat, *own, judge_points(lon, lat, *own)) == {}


def test_an_outline_by_another_maker_tells_the_datum_of_a_real_county():
    county = gpd.read_file(shared("data", "fengdu", "outline_tianditu.geojson"))
    raw = gpd.read_file(shared("data", "fengdu", "outline_vonng_GCJ02_raw.geojson"))
    true = gpd.read_file(shared("data", "fengdu", "outline_vonng_wgs84.geojson"))
    verdict = judge_polygons(raw, county)  # its label says EPSG:4326
    assert verdict.datum == "gcj02"
    assert verdict.of("wgs84").iou == pytest.approx(0.96, abs=0.005)
    assert verdict.of("gcj02").iou == pytest.approx(0.99, abs=0.005)
    assert judge_polygons(true, county).datum == "wgs84"
    assert judge_polygons(crs.shift_geometry(true, "wgs84", "bd09"), county).datum == "bd09"


def test_half_a_county_decides_no_datum():
    county = gpd.GeoDataFrame(geometry=[box(107.6, 29.7, 108.0, 30.1)], crs=4326)
    half = gpd.GeoDataFrame(geometry=[box(107.6, 29.7, 107.8, 30.1)], crs=4326)
    assert judge_polygons(half, county).datum == "undecided"


def villages_and_venues(datum: str) -> dict[str, str]:
    """Twelve villages with positions, and a venue at each in some datum."""
    lon, lat = np.linspace(107.72, 107.79, 12), np.linspace(29.82, 29.89, 12)
    written = crs.shift(lon, lat, "wgs84", datum)
    lines = ["code12,code9,name,kind,lon,lat"]
    rows = []
    for n in range(12):
        lines.append(f"5002300012{n:02d},500230001,村{n}村,村,{lon[n]:.6f},{lat[n]:.6f}")
        place = f"{written[0][n]:.6f},{written[1][n]:.6f}"
        rows.append(f"v{n},点{n},museum,三合街道,村{n}村,{place},开放")
    return {"villages": "\n".join(lines) + "\n", "venues": venues(*rows)}


def notes(folder, said: str, actual: str) -> list[str]:
    path = little_county(folder, **villages_and_venues(actual))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('datum = "wgs84"', f'datum = "{said}"'), encoding="utf-8")
    return [p.text("zh") for p in examine(read_plan(path)).problems if "datum" in p.key]


def test_an_unknown_datum_is_found_out_and_told_with_its_evidence(tmp_path):
    (note,) = notes(tmp_path, "unknown", "gcj02")
    assert note.startswith(
        "venues.csv：plan.toml 里坐标系写的是 unknown；12 个参照点的证据（wgs84 "
    )
    assert note.endswith('说明是 gcj02。现在按原样使用；请核对后写 datum = "gcj02"')


def test_a_datum_that_the_evidence_contradicts_is_asked_about_and_not_changed(tmp_path):
    (note,) = notes(tmp_path, "wgs84", "bd09")
    assert "坐标系写的是 wgs84，12 个参照点的证据" in note
    assert note.endswith("却像 bd09。仍按 wgs84 处理；请核对")


def test_the_verdict_and_its_evidence_stand_in_the_sources(tmp_path):
    path = little_county(tmp_path, **villages_and_venues("wgs84"))
    sources = examine(read_plan(path)).inputs.sources.set_index("file")
    assert sources.loc["venues.csv", "datum_found"] == "wgs84"
    assert sources.loc["venues.csv", "datum_evidence"].startswith("wgs84 0 m; gcj02 ")
    assert sources.loc["population.csv", "datum_found"] == ""


def test_of_a_datum_that_the_evidence_confirms_only_the_conversion_is_told(tmp_path):
    (converted,) = notes(tmp_path / "a", "gcj02", "gcj02")
    assert converted == "venues.csv：12 处坐标按计划由 gcj02 换算为 wgs84"
    assert notes(tmp_path / "b", "wgs84", "wgs84") == []
