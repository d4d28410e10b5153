"""Villages and schools without a place of their own stand elsewhere in each world."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

import coverplan as cp
from coverplan.config import changed_plan
from little_county import FILES, little_county

SEATS = {
    "500230001": (107.730, 29.868),
    "500230111": (107.800, 29.900),
    "500230112": (107.650, 29.780),
}
SOUTH, NORTH = "c-south", "c-north"
"""Candidates at the seats of 双龙镇 and 双路镇."""
CALIBRATED = '[travel]\nrung = "C"\ndetour = 1.5\nspeed_kmh = 15.0\nspeed_source = "县交通局"\n'
ASKED = '[travel]\nrung = "B"\nasked_villages = "asked.csv"\nasked_seats = "seats.csv"\n'


def county(folder, half_degrees=0.0005, travel=CALIBRATED, **more):
    """Write a county whose townships are squares around their seats."""
    folder.mkdir(exist_ok=True)
    cells = [
        {
            "type": "Feature",
            "properties": {"code9": code9},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [lon + half_degrees * x, lat + half_degrees * y]
                        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
                    ]
                ],
            },
        }
        for code9, (lon, lat) in SEATS.items()
    ]
    text = json.dumps({"type": "FeatureCollection", "features": cells})
    (folder / "towns.geojson").write_text(text, encoding="utf-8")
    files = {
        "population": "code9,乡镇,常住人口\n500230001,三合街道,10000\n500230111,双路镇,20000\n"
        "500230112,双龙镇,35000\n合计,,65000\n",
        "venue_types": FILES["venue_types.csv"]
        + "school_museum,共享科技馆,Shared museum,diamond,#009E73,是,是\n",
        "candidates": "id,name,township,kind,types,lon,lat\n"
        f"{NORTH},双路候选,双路镇,school,,107.800,29.900\n"
        f"{SOUTH},双龙候选,双龙镇,school,,107.650,29.780\n"
        "h-north,双路驻地,双路镇,hall,,107.800,29.900\n"
        "h-south,双龙驻地,双龙镇,hall,,107.650,29.780\n",
        "schools": "id,name,township,level,pupils,lon,lat\n"
        "p1,甲小学,双路镇,小学,100,107.800,29.900\n"
        "p2,乙小学,双龙镇,小学,300,,\n",
        "asked": "code12,minutes\n500230001001,3\n500230001200,9\n500230111005,4\n"
        "500230111200,8\n500230112200,6\n",
        "seats": "from,to,minutes\n500230001,500230111,20\n500230001,500230112,30\n",
    }
    path = little_county(
        folder,
        more='[boundaries]\ntownships = "towns.geojson"\napproximate = false\n'
        '[candidates]\nfiles = ["candidates.csv"]\n[schools]\nfile = "schools.csv"\n'
        "[placement]\nworlds = 12\n" + travel,
        **(files | more),
    )
    with path.open("a", encoding="utf-8") as plan:
        plan.write(
            "place = true\nnew_sites = 1\n[[programme]]\n"
            'type = "school_museum"\nmodel = "p_median"\ndemand = "pupils"\n'
            "cutoffs_min = [30]\ncutoff_min = 30\nplace = true\nnew_sites = 1\n"
        )
    return cp.read_plan(path)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return cp.run(county(tmp_path_factory.mktemp("moving") / "county"))


def line_minutes(start, end):
    """Return what the plan's detour and speed say, along a great circle."""
    lon, lat = np.radians([start[0] - end[0], start[1] - end[1]])
    middle = np.radians((start[1] + end[1]) / 2)
    return np.hypot(lon * np.cos(middle), lat) * 6371.0 * 1.5 / 15.0 * 60.0


def moved(result, kind):
    worlds = result.worlds.loc[kind]
    return worlds[worlds["what"] == "positions"]


def said(result):
    return " ".join(note.text("zh") for note in result.notes)


def test_a_village_without_a_place_counts_where_its_township_is(result):
    # In the given data 安宁村 alone (4,000) can be reached beyond the open site; wherever the other
    # villages stand in their tiny townships, 双龙镇 has 35,000 people and 双路镇 20,000.
    assert result.placement.loc[
        result.placement["type"] == "university_site", "candidate_id"
    ].tolist() == ["h-north"]
    rows = moved(result, "university_site")
    assert len(rows) == 10
    assert set(rows["people_best"]) == {10_000 + 35_000}
    assert set(rows["people"]) == {10_000 + 20_000}
    assert set(rows["regret"]) == {15_000}
    assert rows["proven"].all()


def test_a_site_that_only_the_known_places_speak_for_is_to_be_checked(result):
    worlds = result.worlds.loc["university_site"]
    share = 1 - len(moved(result, "university_site")) / len(worlds)
    assert result.evidence.loc[("university_site", "h-north"), "stability"] == pytest.approx(share)
    assert "村位置" in said(result)
    assert "后悔值（比各情景自己的最好方案少）为 0～15000 人" in said(result)
    assert "最坏的是没有坐标的村（学校）位置的一个抽样" in said(result)


def test_the_plan_of_least_regret_looks_at_the_moved_villages(result):
    safe = result.plans.loc["university_site"].iloc[-1]
    # 4,000 people lost in the given data, which draws of village sizes may change, are less than
    # the 15,000 that the other plan loses as soon as the villages have a place.
    assert safe["kind"] == "least_regret"
    assert safe["added"] == "h-south"
    assert safe["proven"]
    assert safe["regret_high"] < 15_000


def test_pupils_of_a_school_without_a_place_travel_from_its_township(result):
    assert result.placement.loc[
        result.placement["type"] == "school_museum", "candidate_id"
    ].tolist() == [NORTH]
    between = line_minutes(SEATS["500230111"], SEATS["500230112"])
    rows = moved(result, "school_museum")
    # 300 pupils travel in place of 100.
    assert rows["regret_minutes"].to_numpy(float) == pytest.approx(200 * between, rel=0.02)
    assert rows["minutes"].to_numpy(float) == pytest.approx(300 * between / 400, rel=0.02)
    assert rows["minutes_best"].to_numpy(float) == pytest.approx(100 * between / 400, rel=0.02)
    share = result.evidence.loc["school_museum", "stability"]
    assert share[NORTH] == pytest.approx(1 / 11)
    assert share[SOUTH] == pytest.approx(10 / 11)
    assert "学校位置" in said(result)
    assert "稳定度低于 60%（待核）的有 1 处" in said(result)


def test_pupils_who_are_counted_are_not_drawn_and_equal_speeds_are_not_tried(result):
    assert result.worlds.loc["school_museum", "what"].tolist() == ["base", *["positions"] * 10]
    assert result.worlds.loc["school_museum", "people"].isna().all()
    assert result.worlds.loc["university_site", "minutes"].isna().all()


def test_the_same_seed_moves_villages_alike_and_another_one_does_not(tmp_path):
    plan = county(tmp_path / "county", half_degrees=0.05)
    first, again = (cp.run(plan).worlds for _ in range(2))
    assert first.equals(again)
    other = cp.run(changed_plan(plan, {"demand": {"seed": 7}})).worlds

    def moved_minutes(worlds):
        rows = worlds.loc["school_museum"]
        return rows.loc[rows["what"] == "positions", "minutes"].tolist()

    assert len(set(moved_minutes(first))) == 10
    assert not set(moved_minutes(first)) & set(moved_minutes(other))


def test_where_minutes_were_asked_no_world_moves_a_village_and_that_is_said(tmp_path):
    found = cp.run(county(tmp_path / "county", travel=ASKED))
    assert len(found.worlds)
    assert "positions" not in set(found.worlds["what"])
    assert "情景中没有“村（学校）位置”一类：分钟数是询问得到的" in said(found)


def test_nobody_moves_where_everybody_has_a_place(tmp_path):
    villages = (
        FILES["villages.csv"]
        .replace(",村,,", ",村,107.65,29.78")
        .replace("社区,,", "社区,107.80,29.90")
    )
    schools = "id,name,township,level,pupils,lon,lat\np1,甲小学,双路镇,小学,100,107.8,29.9\n"
    found = cp.run(county(tmp_path / "county", villages=villages, schools=schools))
    assert (found.demand["location"] == "own").all()
    assert "positions" not in set(found.worlds["what"])
    assert "村位置" not in said(found)
    assert "情景中没有" not in said(found)


def test_a_county_of_which_most_people_have_no_place_is_told_its_band_and_written(result, tmp_path):
    assert result.equity.loc["university_site", "refused"] == "coverage.band_only"
    assert "多数人口没有位置，只给区间" in said(result)
    folder = cp.write(result, tmp_path / "out", page=None)
    kinds = (folder / "worlds.csv").read_text(encoding="utf-8-sig")
    assert ",positions," in kinds


def test_on_roads_villages_move_too_and_worlds_in_which_no_plan_serves_all_are_said(tmp_path):
    folder = tmp_path / "county"
    folder.mkdir()
    middle, north, south = SEATS.values()
    ways = [[middle, north, (107.81, 29.91)], [middle, south]]
    streets = gpd.GeoDataFrame({"highway": "tertiary"}, index=[0, 1], geometry=list(
        map(shapely.LineString, ways)), crs=4326)  # fmt: skip
    streets.to_file(folder / "roads.geojson")
    walk = '[travel]\nrung = "A"\nmode = "walk"\nroads = "roads.geojson"\nlimit_min = 180.0\n'
    found = cp.run(county(folder, travel=walk))
    rows = moved(found, "university_site")
    assert set(rows["regret"]) == {15_000}
    # On foot it is more than three hours from one school's seat to the other candidate's.
    rows = moved(found, "school_museum")
    assert len(rows) == 10
    assert rows[["minutes_best", "minutes", "regret_minutes"]].isna().all(axis=None)
    assert not rows["proven"].any()
    assert "10 个情景没有人人都能到的方案" in said(found)
    assert found.evidence.loc[("school_museum", NORTH), "stability"] == 1
