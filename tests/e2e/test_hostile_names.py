"""Names that would like to be formulas, scripts, templates, paths: text in every output, and whole.

The browser test opens such a page; here every file of a whole run and of its papers is searched.
"""

import csv
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import docx
import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import box

from coverplan.cli import main
from coverplan.intake.cells import printable
from little_county import FILES, little_county

TOWN = '双路</script><script>window.hit=1</script>{{7*7}}"&镇'
VILLAGE = "=安宁{{ cycler }}村"
VENUES = (
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)",
    "+1+1馆",
    "-2+3馆",
    "</script><img src=x onerror=window.hit=1>",
    "{{ cycler.__init__.__globals__ }}",
    "{% for x in y %}",
    "${window.hit=1}`",
    "\u202e馆学科\u202c甲",
    "响\x07铃\u2028馆",
    "a&b<c>\"d'e",
    "../../etc/passwd",
    "%s %(name)s {found} {0}",
)
CLEAN = tuple(printable(name) for name in VENUES)
STARTS = ("=", "+", "-", "@", "\t", "\r")
OURS = re.compile(r"=(SUM\([A-Z]+\d+:[A-Z]+\d+\)|COUNTIF\(.*\)|[A-Z]+\d+([+-][A-Z]+\d+)*)")


def table(name: str, rows) -> str:
    lines = FILES[f"{name}.csv"].splitlines()[:1]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join([*lines, *quoted]) + "\n"


def county(folder: Path, town: str, village: str, names: tuple[str, ...]) -> Path:
    """Write the little county with these names; each venue stands in the town."""
    places = [
        (f"v{n}", name, "museum", town, village, f"{107.79 + n / 1000}", "29.9", "开放")
        for n, name in enumerate(names)
    ]
    seats = [
        ("500230001", "三合街道", "街道", "107.730", "29.868"),
        ("500230111", town, "镇", "107.800", "29.900"),
        ("500230112", "双龙镇", "镇", "107.650", "29.780"),
    ]
    more = '[boundaries]\noutline = "outline.geojson"\n[[layer]]\nname = "</script>河{{1}}"\n'
    path = little_county(
        folder,
        more=more + 'file = "outline.geojson"\nkind = "river"\n',
        townships=table("townships", seats),
        aliases="alias,code9\n",
        villages=table(
            "villages", [("500230111200", "500230111", village, "村", "107.81", "29.91")]
        ),
        venues=table("venues", places),
        population=FILES["population.csv"].replace("双路镇", ""),
    )
    outline = gpd.GeoDataFrame(
        {"name": [names[0]]}, geometry=[box(107.5, 29.7, 107.9, 30.0)], crs=4326
    )
    outline.to_file(folder / "outline.geojson")
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, Path]:
    """Run the whole program over hostile names and over plain ones."""
    found = {}
    plain = tuple(f"馆{n}" for n in range(len(VENUES)))
    for kind, names in (
        ("hostile", (TOWN, VILLAGE, VENUES)),
        ("plain", ("双路镇", "安宁村", plain)),
    ):
        folder = tmp_path_factory.mktemp(kind)
        plan = county(folder / "county", *names)
        out = folder / "out"
        assert main(["run", str(plan), "--out", str(out), "--quiet"]) == 0
        assert main(["papers", str(out), "--per-township", "--geojson"]) == 0
        found[kind] = out
    return found


def of_kind(folder: Path, *suffixes: str) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix in suffixes)
    assert found, suffixes
    return found


def test_no_output_lies_anywhere_but_in_its_folder(runs):
    out = runs["hostile"]
    assert {path.name for path in out.parent.iterdir()} == {"county", "out"}
    assert len(list(out.rglob("*"))) == len(list(runs["plain"].rglob("*")))
    assert not [path for path in out.rglob("*") if re.search(r'[<>:"|?*{}\\]|\.\.', path.name)]


def test_no_cell_of_a_csv_is_a_formula_and_every_name_is_there(runs):
    seen = set()
    for path in of_kind(runs["hostile"], ".csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.reader(stream):
                for cell in row:
                    number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
                    assert number or not cell.startswith(STARTS), (path.name, cell)
                    seen.add(cell.removeprefix("'"))
    assert {TOWN, VILLAGE} <= seen
    assert any(name in cell for name in CLEAN for cell in seen)


def test_no_cell_of_a_workbook_is_a_foreign_formula_and_every_name_is_there(runs):
    seen = set()
    for path in of_kind(runs["hostile"], ".xlsx"):
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        assert OURS.fullmatch(str(cell.value)), (path.name, cell.value)
                    elif isinstance(cell.value, str):
                        seen.add(cell.value)
                    if cell.hyperlink:
                        assert cell.hyperlink.target == "ledger.xlsx"
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            assert not [name for name in names if "externalLink" in name or "vba" in name.lower()]
            for name in names:
                if name.endswith((".xml", ".rels")):
                    ET.fromstring(archive.read(name))  # noqa: S314 - our own output
    assert TOWN in seen
    assert VILLAGE in seen


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and the attributes that could act."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.acting: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.acting += [
            (name, value or "")
            for name, value in attrs
            if name.startswith("on") or (value or "").startswith(("javascript:", "http"))
        ]


def test_a_page_with_hostile_names_has_the_elements_of_one_with_plain_names(runs):
    hostile, plain = (of_kind(runs[kind], ".html") for kind in ("hostile", "plain"))
    for one, other in zip(hostile, plain, strict=True):
        text = one.read_text(encoding="utf-8")
        page, model = Page(text), Page(other.read_text(encoding="utf-8"))
        scripts = ("script", "img", "iframe", "style", "link", "base", "form", "meta")
        assert [page.tags.get(tag) for tag in scripts] == [model.tags.get(tag) for tag in scripts]
        assert page.acting == model.acting
        assert "<script>window.hit" not in text
        assert "onerror=window.hit=1>" not in text.replace("\\u003e", "≯")


def test_the_page_holds_the_names_letter_for_letter(runs):
    text = (runs["hostile"] / "map.html").read_text(encoding="utf-8")
    for name in (TOWN, *CLEAN):
        inner = json.dumps(name, ensure_ascii=False)[1:-1]
        for sign in "<>&":
            inner = inner.replace(sign, f"\\u{ord(sign):04x}")
        assert inner in text or name in text or inner.replace("\\u2028", "\u2028") in text, name


def test_a_geopackage_holds_the_names_and_no_other_table(runs):
    path = runs["hostile"] / "layers.gpkg"
    with closing(sqlite3.connect(path)) as database:
        towns = {row[0] for row in database.execute("SELECT township FROM townships")}
        venues = {row[0] for row in database.execute("SELECT name FROM venues")}
        rivers = {row[0] for row in database.execute("SELECT layer FROM river_areas")}
        styles = [row[0] for row in database.execute("SELECT styleQML FROM layer_styles")]
    assert TOWN in towns
    assert venues == set(CLEAN)
    assert rivers == {"</script>河{{1}}"}
    for style in styles:
        ET.fromstring(style)  # noqa: S314 - our own output


def test_geojson_and_papers_hold_the_names_as_text(runs):
    texts = "".join(
        json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
        for path in of_kind(runs["hostile"], ".geojson")
    )
    assert json.dumps(TOWN, ensure_ascii=False)[1:-1] in texts
    said = ""
    for path in of_kind(runs["hostile"], ".docx"):
        document = docx.Document(str(path))
        said += "\n".join(paragraph.text for paragraph in document.paragraphs)
        for one in document.tables:
            said += "\n".join(cell.text for row in one.rows for cell in row.cells)
    assert TOWN in said
    assert "49" not in re.findall(r"双路.{0,60}镇", said)


def test_what_cannot_be_seen_is_gone_from_a_name_and_the_rest_is_whole(runs):
    assert "馆学科甲" in CLEAN
    assert not any(re.search(r"[\x00-\x1f\u202a-\u202e\u2066-\u2069]", name) for name in CLEAN)
    for path in of_kind(runs["hostile"], ".csv", ".json", ".geojson"):
        text = path.read_text(encoding="utf-8-sig")
        assert not re.search(r"[\x07\u202a-\u202e\u2066-\u2069]", text), path.name


def test_nothing_but_the_folder_of_the_plan_can_be_read(tmp_path, capsys):
    plan = county(tmp_path / "county", "双路镇", "安宁村", ("甲",))
    (tmp_path / "secret.csv").write_text("id\n", encoding="utf-8")
    text = plan.read_text(encoding="utf-8")
    for there in ("../secret.csv", "/etc/passwd", "a/../../secret.csv"):
        plan.write_text(text.replace("venues.csv", there), encoding="utf-8")
        assert main(["run", str(plan), "--out", str(tmp_path / "out")]) == 2
        assert there in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
