"""A plan may run wholly in GCJ-02; what that changes, and what it must not."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from coverplan import crs
from coverplan.config import read_plan
from coverplan.errors import ConfigError
from coverplan.intake.inputs import examine
from coverplan.pipeline import run
from coverplan.report.read_run import read_run
from coverplan.report.run_folder import write
from little_county import FILES, little_county

SEATS = {"500230001": (107.730, 29.868), "500230111": (107.800, 29.900)}
MORE = """[boundaries]
outline = "outline.geojson"
datum = "{files}"
[schools]
file = "schools.csv"
datum = "{files}"
[candidates]
files = ["candidates.csv"]
datum = "{files}"
[[layer]]
name = "河"
file = "river.geojson"
kind = "river"
datum = "{files}"
"""


def moved(text: str, lon: str, lat: str, datum: str) -> str:
    """Return a table with its positions in another datum."""
    lines = [line.split(",") for line in text.splitlines()]
    x, y = lines[0].index(lon), lines[0].index(lat)
    for line in lines[1:]:
        if line[x]:
            there = crs.shift([float(line[x])], [float(line[y])], "wgs84", datum)
            line[x], line[y] = (f"{float(value[0]):.9f}" for value in there)
    return "\n".join(",".join(line) for line in lines) + "\n"


def county(folder, *, files: str, whole: str):
    """Write one county whose files are in one datum and whose run is in another."""
    tables = {
        "townships": moved(FILES["townships.csv"], "驻地经度", "驻地纬度", files),
        "villages": moved(FILES["villages.csv"], "lon", "lat", files),
        "venues": moved(FILES["venues.csv"], "经度", "纬度", files),
        "schools": moved(
            "id,name,township,level,pupils,lon,lat\ns1,甲小学,双路镇,小学,300,107.801,29.902\n",
            *("lon", "lat", files),
        ),
        "candidates": moved(
            "id,name,township,kind,lon,lat\nc1,乙,双路镇,nominated,107.802,29.903\n",
            *("lon", "lat", files),
        ),
    }
    path = little_county(folder, more=MORE.format(files=files), **tables)
    outline = gpd.GeoDataFrame(geometry=[box(107.5, 29.7, 107.9, 30.0)], crs=4326)
    for name in ("outline", "river"):
        crs.shift_geometry(outline, "wgs84", files).to_file(folder / f"{name}.geojson")
    text = path.read_text(encoding="utf-8")
    for table in ("townships", "villages"):
        text = text.replace(f"[{table}]\n", f'[{table}]\ndatum = "{files}"\n')
    text = text.replace('datum = "wgs84"\n[venue_types]', f'datum = "{files}"\n[venue_types]')
    text = text.replace("[intake]", f'datum = "{whole}"\n[intake]')
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same county in three ways: (datum of the files, datum of the run) -> result."""
    ways = [("gcj02", "gcj02"), ("wgs84", "gcj02"), ("gcj02", "wgs84"), ("wgs84", "wgs84")]
    return {
        way: run(
            read_plan(county(tmp_path_factory.mktemp("-".join(way)), files=way[0], whole=way[1]))
        )
        for way in ways
    }


def places(result) -> pd.DataFrame:
    frames = [result.villages, result.venues, result.candidates]
    both = pd.concat([frame[["lon", "lat"]] for frame in frames])
    return both.astype("float64").dropna()


@pytest.mark.parametrize("files", ["gcj02", "wgs84"])
def test_every_place_of_a_run_is_in_the_runs_datum_whatever_its_file_is_in(runs, files):
    there, here = runs[files, "gcj02"], runs["wgs84", "wgs84"]
    seats = there.townships.loc[list(SEATS), ["seat_lon", "seat_lat"]].to_numpy(dtype=float)
    expected = crs.shift(*np.array(list(SEATS.values())).T, "wgs84", "gcj02")
    assert seats == pytest.approx(np.column_stack(expected), abs=2e-9)
    x, y = crs.shift(*places(here).to_numpy().T, "wgs84", "gcj02")
    assert places(there).to_numpy() == pytest.approx(np.column_stack([x, y]), abs=2e-9)
    assert len(places(here)) == 5
    for frame, other in (
        (there.outline, here.outline),
        (there.layers["河"], here.layers["河"]),
    ):
        want = crs.shift_geometry(other, "wgs84", "gcj02").total_bounds
        assert frame.total_bounds == pytest.approx(want, abs=1e-8)


def test_nothing_is_converted_where_the_files_are_in_the_runs_datum(runs):
    said = [note.key for note in runs["gcj02", "gcj02"].notes]
    assert "intake.datum.converted" not in said
    lon = runs["gcj02", "gcj02"].townships["seat_lon"]["500230001"]
    written = crs.shift([107.730], [29.868], "wgs84", "gcj02")[0][0]
    assert lon == round(float(written), 9)


def test_a_conversion_is_said_for_each_file_and_only_there(runs):
    found = {
        (note.where.file, note.found, note.values["now"], note.values["count"])
        for note in runs["gcj02", "wgs84"].notes
        if note.key == "intake.datum.converted"
    }
    assert ("townships.csv", "gcj02", "wgs84", 3) in found
    assert ("schools.csv", "gcj02", "wgs84", 1) in found
    assert {file for file, *_ in found} == {
        *("townships.csv", "villages.csv", "venues.csv", "schools.csv", "candidates.csv"),
        *("outline.geojson", "river.geojson"),
    }


def test_distances_differ_by_less_than_three_in_a_thousand(runs):
    one, other = runs["gcj02", "gcj02"], runs["wgs84", "wgs84"]
    km = [result.gaps["nearest_km"].astype("float64").dropna() for result in (one, other)]
    assert len(km[0])
    apart = km[1] > 0
    assert apart.any()
    ratio = (km[0] / km[1])[apart]
    assert ratio.between(0.997, 1.003).all()
    assert (ratio != 1).any()
    areas = [float(result.townships["area_km2"].sum()) for result in (one, other)]
    assert areas[0] == pytest.approx(areas[1], rel=6e-3)


def test_a_run_in_gcj02_says_so_in_its_notes_and_manifest_and_others_do_not(runs, tmp_path):
    texts = [note.text("zh") for note in runs["gcj02", "gcj02"].notes]
    assert any("GCJ-02" in text and "0.3%" in text for text in texts)
    assert not any("GCJ-02" in note.text("zh") for note in runs["wgs84", "wgs84"].notes)
    folder = write(runs["gcj02", "gcj02"], tmp_path / "out", page=None)
    assert '"datum": "gcj02"' in (folder / "manifest.json").read_text(encoding="utf-8")
    assert read_run(folder).plan.county.datum == "gcj02"


def test_the_layers_for_a_gis_are_wgs84_as_their_label_says(runs, tmp_path):
    folder = write(runs["gcj02", "gcj02"], tmp_path / "out", page=None)
    outline = gpd.read_file(folder / "layers.gpkg", layer="outline")
    assert outline.total_bounds == pytest.approx([107.5, 29.7, 107.9, 30.0], abs=1e-8)
    venues = gpd.read_file(folder / "layers.gpkg", layer="venues").set_index("id")
    assert (venues.loc["v1", "lon"], venues.loc["v1", "lat"]) == (107.731, 29.869)
    assert venues.geometry["v1"].x == pytest.approx(107.731, abs=1e-8)


def test_the_evidence_is_weighed_the_same_in_either_datum(tmp_path):
    verdicts = {}
    for whole in ("wgs84", "gcj02"):
        path = county(tmp_path / whole, files="gcj02", whole=whole)
        sources = examine(read_plan(path)).inputs.sources.set_index("file")
        verdicts[whole] = sources[["datum", "datum_found", "datum_evidence"]].to_dict()
    assert verdicts["wgs84"] == verdicts["gcj02"]


def test_a_run_cannot_be_in_baidus_coordinates(tmp_path):
    with pytest.raises(ConfigError, match="wgs84, gcj02"):
        read_plan(county(tmp_path, files="wgs84", whole="bd09"))
