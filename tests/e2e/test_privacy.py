"""Contacts typed into every free column of every table reach no output of any profile.

Each column bears its own number, so a leak names the column that it came from.
"""

import re
import shutil
import sqlite3
import subprocess
import unicodedata
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, box

from coverplan.cli import main
from coverplan.report.publish import PROFILES
from little_county import little_county

MORE = """
[boundaries]
outline = "outline.geojson"
[schools]
file = "schools.csv"
[candidates]
files = ["candidates.csv"]
[visits]
file = "visits.csv"
[remote]
seat = "500230001"
minutes = 60
[[layer]]
name = "长江 {layer}"
file = "river.geojson"
kind = "river"
[publish]
profile = "{profile}"
"""


class Contacts:
    """Hands out contacts, each once, and knows where each was put."""

    def __init__(self) -> None:
        self.put: dict[str, str] = {}

    def next(self, where: str) -> str:
        """Return free text with a contact of the next kind."""
        n = len(self.put)
        digits = f"139{n:03d}{(n * 7919 + 24680) % 100000:05d}"
        kinds = (
            digits,
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
            f"{digits[:3]}-{digits[3:7]}-{digits[7:]}",
            f"+86{digits}",
            unicodedata.normalize("NFKC", digits).translate(FULL_WIDTH),
            f"5123011970{n:02d}{digits[-5:]}X",
            f"023-7{digits[-7:]}",
            f"座机7{digits[-7:]}",
            f"5123017{n:02d}{digits[-6:]}",
            f"li.{digits}@example.com",
            f"{digits[:3]}.{digits[3:7]}.{digits[7:]}",
            f"{digits[:3]}—{digits[3:7]}—{digits[7:]}",
        )
        contact = kinds[n % len(kinds)]
        self.put[contact if "@" in contact else bare(contact)] = f"{where}: {contact}"
        return f"联系人李某 {contact}，勿外传"


FULL_WIDTH = {ord("0") + n: chr(ord("０") + n) for n in range(10)}


def bare(text: str) -> str:
    """Return a text without the signs that a number may be written with."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\-–—.()]|座机", "", text).removeprefix("+86").lower()


def county(folder: Path, profile: str) -> tuple[Path, Contacts]:
    """Write the little county with a contact in every free column."""
    c = Contacts()
    q = c.next
    path = little_county(
        folder,
        more=MORE.format(profile=profile, layer=q("layer.name")),
        townships="乡镇代码,乡镇名称,类别,驻地经度,驻地纬度,驻地坐标来源\n"
        f"500230001,三合街道,街道,107.730,29.868,{q('townships.seat_source')}\n"
        "500230111,双路镇,镇,107.800,29.900,\n500230112,双龙镇,镇,107.650,29.780,\n",
        aliases=f"alias,code9,note\n名山镇,500230001,{q('aliases.note')}\n",
        villages="code12,code9,name,kind,lon,lat,source,note\n"
        f"500230001001,500230001,滨江社区,社区,107.731,29.869,{q('villages.source')},\n"
        f"500230111200,500230111,安宁村,村,107.81,29.91,,{q('villages.note')}\n"
        "500230112200,500230112,长坡村,村,,,,\n",
        population=f"code9,乡镇,常住人口,联系电话\n500230001,三合街道,140954,{q('population.x')}\n"
        "500230111,双路镇,20000,\n500230112,双龙镇,15000,\n",
        venues="id,place_id,name,type,township,village,lon,lat,status,opened_on,basis,host,"
        "host_kind,theme,evidence,source,note,联系人,身份证号\n"
        f"v1,,滨江教学点 {q('venues.name')},university_site,三合街道,滨江社区,107.731,29.869,"
        f"open,2023-05-01,{q('venues.basis')},{q('venues.host')},{q('venues.host_kind')},"
        f"{q('venues.theme')},{q('venues.evidence')},{q('venues.source')},{q('venues.note')},"
        f"{q('venues.contact')},{q('venues.id_card')}\n"
        "v2,,安宁教学点,university_site,双路镇人民政府,安宁村,,,building,,,,,,,,,,\n",
        reports="township,type,answer,reported_on,reporter,note\n"
        f"双龙镇,university_site,零报告,2025-12-01,{q('reports.reporter')},{q('reports.note')}\n",
        schools="id,name,township,level,pupils,space,activity_room,lon,lat,note\n"
        f"s1,实验小学 {q('schools.name')},三合街道,小学,900,yes,yes,107.732,29.87,"
        f"{q('schools.note')}\n",
        candidates="id,name,township,village,kind,types,lon,lat,host_kind,theme,note\n"
        f"c1,长坡村活动室 {q('candidates.name')},双龙镇,长坡村,nominated,university_site,"
        f"107.651,29.781,{q('candidates.host_kind')},{q('candidates.theme')},"
        f"{q('candidates.note')}\n",
        visits="township,village,type,visited_on,note\n"
        f"双路镇,安宁村,museum,2024-04-01,{q('visits.note')}\n",
        indicators="target,year,value,source,note\n"
        f"events,2025,60,{q('indicators.source')},{q('indicators.note')}\n",
        departments=f"id,name,name_en\nd1,县科协,{q('departments.name_en')}\n",
        targets="id,clause,name_zh,name_en,kind,target,comparison,lead,responsible,scope,reading,"
        "milestones,source_table,venue_type,evidence,unit\n"
        f"sites,22,教学点,Sites,stock,30,>=,县科协 {q('targets.lead')},"
        f"{q('targets.responsible')},{q('targets.scope')},{q('targets.reading')},"
        f"{q('targets.milestones')},venues,university_site,{q('targets.evidence')},个\n"
        "events,24,科普活动,Events,flow_per_year,50,>=,县科协,,,,,indicators,,每年50场以上,场\n",
        provenance="file,source,licence,note\n"
        f"venues.csv,{q('provenance.source')},{q('provenance.licence')},{q('provenance.note')}\n",
    )
    text = path.read_text(encoding="utf-8")
    text = text.replace('slug = "little"', f'slug = "little"\nunit = "县科协 {q("county.unit")}"')
    extra = 'indicators = "indicators.csv"\ndepartments = "departments.csv"'
    text = text.replace('file = "targets.csv"', f'file = "targets.csv"\n{extra}')
    path.write_text(text, encoding="utf-8")
    outline = gpd.GeoDataFrame(
        {"name": [q("outline.name")]}, geometry=[box(107.5, 29.7, 107.9, 30.0)], crs=4326
    )
    outline.to_file(folder / "outline.geojson")
    river = LineString([(107.5, 29.8), (107.9, 29.9)])
    gpd.GeoDataFrame({"name": [q("river.name")]}, geometry=[river], crs=4326).to_file(
        folder / "river.geojson"
    )
    return path, c


@pytest.fixture(scope="module", params=PROFILES)
def outputs(request, tmp_path_factory):
    """Run everything that writes, and give the folder with the contacts that went in."""
    folder = tmp_path_factory.mktemp(request.param)
    plan, contacts = county(folder / "county", request.param)
    out = folder / "out"
    assert main(["run", str(plan), "--out", str(out), "--quiet"]) == 3, "one town has no candidate"
    options = ["--pdf"] if request.param == "internal" and shutil.which("soffice") else []
    assert main(["papers", str(out), "--per-township", "--geojson", *options]) == 0
    assert main(["tasks", str(out), "--out", str(out / "tasks.csv")]) == 0
    return out, contacts


def texts(path: Path) -> str:
    """Return whatever a reader of the file may find in it, unpacked."""
    raw = path.read_bytes()
    if path.suffix in {".xlsx", ".docx", ".npz"}:
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
        # Word parts a sentence into runs: the tags between them hide nothing.
        whole = "\n".join(part.decode("utf-8", "ignore") for part in parts)
        return whole + re.sub(r"<[^>]+>", "", whole)
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv() + str(pd.read_parquet(path).attrs)
    if path.suffix == ".gpkg":
        with closing(sqlite3.connect(path)) as database:
            return "\n".join(database.iterdump())
    if path.suffix == ".pdf":
        found = subprocess.run(
            ["pdftotext", str(path), "-"], capture_output=True, check=True, timeout=60
        )
        return found.stdout.decode("utf-8")
    return raw.decode("utf-8", "ignore")


def test_no_contact_is_in_any_file_of_any_profile(outputs):
    out, contacts = outputs
    assert len(contacts.put) > 35
    kinds, leaks = set(), []
    for path in sorted(out.rglob("*")):
        if path.is_file():
            kinds.add(path.suffix)
            text = bare(texts(path)) + texts(path).lower()
            leaks += [
                (path.name, where) for secret, where in contacts.put.items() if secret in text
            ]
    assert {".html", ".csv", ".xlsx", ".docx", ".gpkg", ".parquet", ".json", ".geojson"} <= kinds
    assert not leaks, "\n".join(f"{file} <- {where}" for file, where in leaks)


def test_what_the_contacts_stood_in_has_left(outputs):
    out, _ = outputs
    venues = pd.read_parquet(out / "data" / "venues.parquet")
    assert "滨江教学点" in venues.loc["v1", "name"]
    assert not {"联系人", "身份证号"} & set(venues.columns)


def test_the_search_finds_what_would_leak(tmp_path):
    # a test that cannot fail proves nothing: the inputs themselves are full of contacts
    _, contacts = county(tmp_path / "county", "internal")
    files = [texts(path) for path in (tmp_path / "county").iterdir()]
    found = "".join([*files, *map(bare, files)])
    seen = [secret for secret in contacts.put if secret in found]
    assert len(seen) == len(contacts.put)


def test_a_townships_form_shows_no_contact_of_another_township(tmp_path):
    plan, contacts = county(tmp_path / "county", "internal")
    argv = ["forms", str(plan), "--quarter", "2025Q4", "--out", str(tmp_path / "desk")]
    assert main(argv) == 0
    # all the venues with contacts are 三合街道's: its own form gives them back to it, whole
    forms = {
        town: [path for path in tmp_path.rglob("*.xlsx") if town in path.name]
        for town in ("三合街道", "双路镇", "双龙镇")
    }
    for town in ("双路镇", "双龙镇"):
        (form,) = forms[town]
        text = bare(texts(form)) + texts(form).lower()
        theirs = {secret: where for secret, where in contacts.put.items() if "venues." in where}
        assert not [where for secret, where in theirs.items() if secret in text], town
