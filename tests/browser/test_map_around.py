"""What stands beside the labels: the county town enlarged, neighbours, areas reached, doubts."""

from dataclasses import replace

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

import coverplan as cp
from coverplan.report.map import PlannerMap
from little_county import little_county
from sample_result import sample_result

pytestmark = pytest.mark.browser

SIZES = [(1093, 500), (1366, 625), (1920, 1080)]
BOXES = """() => {
  const edge = (kind, node) => { const r = node.getBoundingClientRect();
    return [kind, r.left, r.top, r.right, r.bottom]; };
  return [...document.querySelectorAll('g.label text')].map(n => edge('label', n))
    .concat([...document.querySelectorAll('.neighbour-name')].map(n => edge('neighbour', n)))
    .concat([...document.querySelectorAll('.inset-frame')].map(n => edge('inset', n)));
}"""
ON_SCREEN = """() => ['.corner', '.leaflet-bar', '.scale', '.north']
  .map(name => document.querySelector(name).getBoundingClientRect())
  .map(r => ['control', r.left, r.top, r.right, r.bottom])"""


def apart(a, b):
    return a[3] <= b[1] or b[3] <= a[1] or a[4] <= b[2] or b[4] <= a[2]


def kept_clear(page, boxes, *, view):
    """Return the inset; assert that it and the neighbours' names cover nothing else."""
    insets = [one for one in boxes if one[0] == "inset"]
    names = [one for one in boxes if one[0] == "neighbour"]
    assert len(insets) == 1
    if view == "map":
        assert len(names) == 6
    for n, one in enumerate([*insets, *names]):
        others = [other for other in boxes if other is not one]
        assert [other for other in others if not apart(one, other)] == [], (n, one)
    frame = page.evaluate(
        "(() => { const r = document.getElementById('map_planner').getBoundingClientRect();"
        "return [r.left, r.top, r.right, r.bottom]; })()"
    )
    for one in [*insets, *names]:
        assert frame[0] <= one[1]
        assert frame[1] <= one[2]
        assert one[3] <= frame[2]
        assert one[4] <= frame[3]
    return insets[0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", ["circle", "map"])
@pytest.mark.parametrize("name", ["fengdu", "example"])
def test_the_county_town_is_enlarged_where_signs_crowd_and_covers_nothing(
    opened, pages, name, size, view
):
    opened.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = opened.open(pages[name])
    page.evaluate(f"coverplan.set('mode', 'plan'); coverplan.set('view', '{view}')")
    inset = kept_clear(page, page.evaluate(BOXES) + page.evaluate(ON_SCREEN), view=view)
    assert inset[3] - inset[1] >= 118
    circles = page.evaluate(
        "(() => { const f = document.querySelector('.inset-frame').getBoundingClientRect();"
        "return [...document.querySelectorAll('path.cell')].map(c => c.getBoundingClientRect())"
        ".map(r => { const x = Math.max(f.left, Math.min(f.right, r.left + r.width / 2)),"
        " y = Math.max(f.top, Math.min(f.bottom, r.top + r.height / 2));"
        " return Math.hypot(x - r.left - r.width / 2, y - r.top - r.height / 2)"
        " - r.width / 2; }); })()"
    )
    if view == "circle":
        assert min(circles) >= 0
    shown = page.locator(".inset-name").all_text_contents()
    assert {"三合街道", "名山街道"} <= set(shown)
    opened.check()


@pytest.mark.parametrize(("paper", "width"), [("A4", 1054), ("A3", 1519)])
@pytest.mark.parametrize("view", ["circle", "map"])
def test_on_paper_too(opened, pages, paper, width, view):
    opened.page.set_viewport_size({"width": width, "height": 700})
    page = opened.open(pages["example"])
    page.evaluate(f"coverplan.set('mode', 'plan'); coverplan.set('view', '{view}')")
    page.evaluate(f"coverplan.setPaper('{paper}')")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    beside = page.evaluate(ON_SCREEN)[2:]
    kept_clear(page, page.evaluate(BOXES) + beside, view=view)


def test_the_inset_can_be_put_away_and_comes_with_the_telephone_picture(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('mode', 'plan')")
    assert page.evaluate("coverplan.picture().querySelectorAll('.inset-frame').length") == 1
    page.click("summary:has-text('图层')")
    page.click("text=县城放大图 >> nth=-1")
    assert page.locator(".inset-frame").count() == 0


def test_a_site_in_the_inset_is_the_site_on_the_map(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('mode', 'plan')")
    before = page.evaluate("coverplan.state.chosen.university_site.length")
    page.locator(".inset .mark.free circle").first.click()
    assert page.evaluate("coverplan.state.chosen.university_site.length") == before + 1


def test_three_signs_far_apart_need_no_inset(opened, pages):
    page = opened.open(pages["tiny"])
    page.evaluate("coverplan.set('mode', 'now'); coverplan.set('view', 'map')")
    assert page.locator(".inset-frame").count() == 0


def test_a_neighbour_given_as_an_area_is_named_outside_and_its_edge_drawn(opened, tmp_path):
    result = sample_result()
    west, south, east, north = result.townships.to_crs(4326).total_bounds
    shapes = [box(east + 0.02, south, east + 3, north), Point(west - 1, (south + north) / 2)]
    around = gpd.GeoDataFrame(
        {"name": ["东邻县", "西邻县"], "kind": "neighbour"}, geometry=shapes, crs=4326
    )
    path = tmp_path / "m.html"
    PlannerMap(replace(result, layers={**result.layers, "邻县": around})).save(path)
    page = opened.open(path)
    page.evaluate("coverplan.set('view', 'map')")
    names = {one: page.locator(f"text={one}").bounding_box() for one in ("东邻县", "西邻县")}
    cells = page.evaluate(
        "[...document.querySelectorAll('path.cell')].map(c => c.getBoundingClientRect())"
        ".map(r => [r.left, r.right])"
    )
    assert names["东邻县"]["x"] > max(right for _, right in cells)
    assert names["西邻县"]["x"] + names["西邻县"]["width"] < min(left for left, _ in cells)
    assert page.locator("path.neighbour").count() == 2


def reached(result, size=0.01, corners=4):
    """Return the result with areas reached, as a run over roads gives them."""
    venue = result.venues.index[0]
    disc = Point(107.7, 29.9).buffer(size, quad_segs=corners)
    rows = {
        "name": "某馆",
        "kind": "service_area",
        "type": result.venues["type"].iloc[0],
        "site": venue,
        "cutoff_min": [15.0, 30.0],
    }
    table = gpd.GeoDataFrame(rows, geometry=[disc, disc.buffer(size)], crs=4326)
    return replace(result, layers={**result.layers, "service_areas": table})


def test_areas_reached_are_a_layer_that_is_off_and_follows_the_cutoff(opened, tmp_path):
    path = tmp_path / "m.html"
    PlannerMap(reached(sample_result())).save(path)
    page = opened.open(path)
    page.evaluate("coverplan.set('view', 'map'); coverplan.set('cutoff', 15)")
    assert page.locator("path.area").count() == 0
    page.click("summary:has-text('图层')")
    page.click("text=到达范围")
    small = page.locator("path.area").bounding_box()
    page.evaluate("coverplan.set('cutoff', 30)")
    large = page.locator("path.area").bounding_box()
    assert large["width"] == pytest.approx(2 * small["width"], rel=0.1)
    page.evaluate("coverplan.set('view', 'circle')")
    assert page.locator("path.area").count() == 0
    opened.check()


WHERE = """at => {
  const p = coverplan.map().latLngToContainerPoint(at);
  const o = coverplan.map().getContainer().getBoundingClientRect();
  return [...document.querySelectorAll('path.area')].some(node => {
    const q = node.ownerSVGElement.createSVGPoint();
    q.x = p.x + o.left; q.y = p.y + o.top;
    return node.isPointInFill(q.matrixTransform(node.getScreenCTM().inverse()));
  });
}"""


def test_a_run_over_roads_draws_where_it_counts_people_as_reached(opened, tmp_path):
    """The road passes the town; whoever is drawn inside is covered in the library's table too."""
    more = (
        '[boundaries]\noutline = "outline.geojson"\n'
        '[travel]\nrung = "A"\nmode = "car"\nroads = "roads.gpkg"\ncache = "kept"\n'
    )
    plan = little_county(tmp_path, more=more)
    gpd.GeoDataFrame(geometry=[box(107.55, 29.68, 107.90, 29.98)], crs=4326).to_file(
        tmp_path / "outline.geojson"
    )
    way = LineString(
        [(107.65, 29.78), (107.73, 29.868), (107.731, 29.869), (107.80, 29.90), (107.81, 29.91)]
    )
    gpd.GeoDataFrame({"highway": ["secondary"]}, geometry=[way], crs=4326).to_file(
        tmp_path / "roads.gpkg"
    )
    result = cp.run(cp.read_plan(plan))
    areas = result.layers["service_areas"].set_index("cutoff_min").geometry.to_crs(4326)
    path = tmp_path / "roads.html"
    PlannerMap(result).save(path)
    page = opened.open(path)
    page.evaluate("coverplan.set('view', 'map')")
    page.click("summary:has-text('图层')")
    page.click("text=到达范围")
    told = {True: 0, False: 0}
    for cutoff in (15, 30):
        page.evaluate(f"coverplan.set('metric', 'coverage'); coverplan.set('cutoff', {cutoff})")
        assert page.locator("path.area").count() == 1
        shape = areas[cutoff]
        along = [way.interpolate(part / 12, normalized=True) for part in range(13)]
        for spot in [Point(p.x, p.y + up) for p in along for up in (-0.02, 0.0, 0.02)]:
            if shape.boundary.distance(spot) < 0.001:
                continue
            inside = shape.contains(spot)
            assert page.evaluate(WHERE, [spot.y, spot.x]) == inside, (cutoff, spot)
            told[inside] += 1
    assert min(told.values()) > 2
    opened.check()


def test_areas_too_large_for_the_page_stay_out_and_the_notes_say_where_they_are(
    opened, tmp_path, monkeypatch
):
    monkeypatch.setattr("coverplan.report.map.page_areas.MOST_BYTES", 20)
    path = tmp_path / "m.html"
    PlannerMap(reached(sample_result())).save(path)
    page = opened.open(path)
    assert page.evaluate("coverplan.data.areas") == {}
    page.click("#tab-notes")
    assert "layers.gpkg" in page.inner_text("#tabpanel")


def test_a_venue_of_which_only_the_township_is_known_wears_a_question_mark(opened, pages):
    page = opened.open(pages["silent"])
    page.evaluate("coverplan.pickType('school_museum'); coverplan.set('view', 'map')")
    assert page.locator(".marks .unplaced text").all_text_contents() == ["?"]
    assert "地点不详，画在驻地" in page.inner_text("#legend")
    page.evaluate("coverplan.pickType('university_site')")
    assert page.locator(".marks .unplaced").count() == 0
    assert "地点不详" not in page.inner_text("#legend")


def test_the_legend_explains_each_kind_of_sign_that_is_drawn(opened, pages):
    page = opened.open(pages["example"])
    page.evaluate("coverplan.set('mode', 'plan'); coverplan.set('view', 'map')")
    dashed = page.locator(".marks .disc circle[stroke-dasharray='1.5 2']").count()
    assert dashed > 0
    assert page.locator("#legend circle[stroke-dasharray='1.5 2']").count() == 1
    assert "待核" in page.inner_text("#legend")


def test_an_online_ground_is_refused_under_shifted_coordinates():
    result = sample_result()
    result.plan.county.datum = "gcj02"
    with pytest.raises(ValueError, match=r"500 米"):
        PlannerMap(result, tiles="osm")
    assert "GCJ-02" not in str(PlannerMap(result).data["texts"]["imprint.crs"])
    assert PlannerMap(result).data["datum"] == "gcj02"
