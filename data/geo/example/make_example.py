"""
Write the illustrative county: real seats and villages, everything about venues made up.

    python data/geo/example/make_example.py [--out FOLDER]

Reads Fengdu's folder beside this one. The same bytes come out each time: the only chance in it is
seeded. Every made-up record says 示例 in its name and 示例数据 in its source or note.
"""

import argparse
import importlib.util
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
FENGDU = HERE.parent / "fengdu"
SEED = 20_251_231
MARK = "示例数据 illustrative"

NO_ELEVATION_M = 800.0
"""Where the published elevation is blank: 武平镇 and 暨龙镇 lie high."""
SMALL, LARGE, TOWN = 10_000, 30_000, 100_000
"""People from which a township has a junior school, a senior one, and several of each."""
WITH_ROOM, WITHOUT_ROLE = 0.45, 0.5
"""Share of schools with an activity room; of townships without one of the four roles."""
COPIED = (
    "townships.csv",
    "aliases.csv",
    "villages.csv",
    "population.csv",
    "population_county.csv",
    "population_scenarios.csv",
    "outline.geojson",
    "rivers.geojson",
    "railway.geojson",
    "neighbours.geojson",
    "targets.csv",
    "departments.csv",
)
LIST_COMPLETE = (
    "county_museum",
    "rural_association",
    "craft_studio",
    "demo_school",
    "city_demo",
    "county_demo",
)
THEMES = ("农业", "地质", "水利", "医卫", "生态", "工业")
PROGRAMMES = ("university_site", "school_museum", "youth_base")
OTHERS = (
    "science_activity_room",
    "science_reading_room",
    "science_gallery",
    "science_window",
    "village_museum",
    "civilization_centre",
    "culture_venue",
)
SILENT = {
    "village_museum": ("都督乡", "太平坝乡", "暨龙镇"),
    "science_gallery": ("栗子乡", "江池镇"),
}
"""Who has not answered about a type outside the programmes, so that the third state is seen."""

Record = dict[str, object]


def script(path: Path) -> ModuleType:
    """Return a script of the data folders; they are no package, so it is loaded by its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path.name} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, slots=True)
class Township:
    """A real township with its seat."""

    code9: str
    name: str
    lon: str
    lat: str
    elevation_m: float
    people: int


@dataclass(frozen=True, slots=True)
class Village:
    """A real village; without a point of its own, lon and lat are empty."""

    code12: str
    code9: str
    name: str
    kind: str
    lon: str
    lat: str


class Maker:
    """The county of the example, table by table."""

    def __init__(self) -> None:
        self.tables = script(FENGDU / "make_fengdu.py")
        read = self.tables.read
        people = {
            row["code9"]: int(row["resident_2010"]) for row in read(FENGDU / "population.csv")
        }
        self.townships = [
            Township(
                row["code9"],
                row["name"],
                row["seat_lon"],
                row["seat_lat"],
                float(row["elevation_m"] or NO_ELEVATION_M),
                people[row["code9"]],
            )
            for row in read(FENGDU / "townships.csv")
        ]
        names = ("code12", "code9", "name", "kind", "lon", "lat")
        self.villages = [
            Village(*(row[name] for name in names)) for row in read(FENGDU / "villages.csv")
        ]
        self.by_name = {item.name: item for item in self.townships}
        self.dice = random.Random(SEED)  # noqa: S311 - an illustration, not a secret

    def schools(self) -> list[Record]:
        """Return a made-up school register."""
        rows: list[Record] = []
        for item in self.townships:
            plan = [("小学", 0.055)]
            if item.people >= SMALL:
                plan.append(("初中", 0.03))
            else:
                plan = [("九年一贯", 0.07)]
            if item.people >= LARGE:
                plan.append(("高中", 0.02))
            if item.people > TOWN:
                plan = [("小学", 0.055 / 4)] * 4 + [("初中", 0.015)] * 2 + [("高中", 0.025)]
            located = [v for v in self.villages if v.code9 == item.code9 and v.lon]
            for n, (level, share) in enumerate(plan, start=1):
                spot = located[(n - 2) % len(located)] if located and n > 1 else None
                rows.append(
                    {
                        "id": f"school-{item.code9}-{n}",
                        "name": f"示例{item.name}第{n}学校（{level}）",
                        "township": item.name,
                        "village": spot.name if spot else "",
                        "level": level,
                        "pupils": round(item.people * share * self.dice.uniform(0.9, 1.1)),
                        "space": ("yes", "yes", "no", "unknown")[self.dice.randrange(4)],
                        "activity_room": "yes" if self.dice.random() < WITH_ROOM else "no",
                        "lon": spot.lon if spot else item.lon,
                        "lat": spot.lat if spot else item.lat,
                        "note": MARK,
                    }
                )
        return rows

    # -- venues -------------------------------------------------------------------------------

    def venue(
        self, kind: str, name: str, at: str, village: str = "", *, status: str = "open", **more: Any
    ) -> Record:
        """Return a made-up venue at a real place: a located village, else the seat."""
        home = self.by_name[at]
        spot = next(
            (v for v in self.villages if v.code9 == home.code9 and v.name == village and v.lon),
            None,
        )
        self.count += 1
        row: Record = {
            "id": f"ex-{self.count:03d}",
            "place_id": f"ex-p{self.count:03d}",
            "name": f"示例{name}",
            "type": kind,
            "township": at,
            "village": village,
            "lon": spot.lon if spot else home.lon,
            "lat": spot.lat if spot else home.lat,
            "status": status,
            "opened_on": "2023-05-01" if status in {"open", "suspended", "closed"} else "",
            "active_12m": "yes" if status == "open" else "unknown",
            "visitable": "yes",
            "verified": "no",
            "source": MARK,
            "note": MARK,
        }
        row.update(more)
        return row

    def venues(self) -> list[Record]:
        """Return all made-up venues."""
        self.count = 0
        return [
            *self.university_sites(),
            *self.school_museums(),
            *self.youth_bases(),
            *self.other_venues(),
        ]

    def university_sites(self) -> list[Record]:
        """Return teaching points: open, doubled, inactive, unlocated, planned, closed."""
        kind = "university_site"
        hosted: dict[str, Any] = {"host_kind": "党群服务中心", "capacity": 60, "learners_12m": 420}

        def site(at: str, village: str = "", **more: Any) -> Record:
            name = f"{village or at}教学点"
            return self.venue(kind, name, at, village, **{**hosted, **more})

        rows = [
            site("三合街道", "雪玉路社区", learners_12m=980),
            site("三合街道", "滨江中路社区"),
            site("三合街道", "平都中路社区", status="closed", closed_on="2024-06-30"),
            site("名山街道", "名山社区"),
            site("高家镇"),
            site("龙河镇"),
            site("龙河镇", "金子庙村", host_kind="新时代文明实践站", learners_12m=160),
            site("社坛镇"),
            site("十直镇", "灌塘溪村"),
            site("虎威镇", "大池社区", active_12m="no", learners_12m=0),
            site("树人镇", "大柏树社区"),
            site("仁沙镇", "石盘滩社区"),
            site("兴义镇"),
            site("南天湖镇", active_12m="no", learners_12m=0),
            site("许明寺镇", status="planned"),
            site("包鸾镇", status="suspended"),
        ]
        second = site("高家镇")
        second.update(name="示例高家镇第二教学点", lon="", lat="", note=f"{MARK}；只知所在镇")
        return [*rows, second]

    def school_museums(self) -> list[Record]:
        """Return school museums: one from before the plan, two new, one being built."""

        def museum(at: str, **more: Any) -> Record:
            name = f"{at}共享科技馆"
            return self.venue("school_museum", name, at, host_kind="中学", **more)

        before = f"{MARK}；2021年以前已有，不计入新建"
        return [
            museum("三合街道", opened_on="2019-09-01", note=before),
            museum("高家镇", opened_on="2022-09-01"),
            museum("龙河镇", opened_on="2024-03-01"),
            museum("社坛镇", status="building"),
        ]

    def youth_bases(self) -> list[Record]:
        """Return practice bases with their themes."""
        wanted = (
            ("三合街道", "滨江东路社区", "医卫"), ("名山街道", "名山社区", "地质"),
            ("三合街道", "南天湖中路社区", "水利"), ("虎威镇", "鸣羊村", "农业"),
            ("社坛镇", "地坝嘴村", "农业"), ("树人镇", "石岭岗村", "农业"),
            ("龙河镇", "金子庙村", "地质"), ("仁沙镇", "石盘滩社区", "水利"),
            ("高家镇", "", "工业"), ("南天湖镇", "", "生态"), ("仙女湖镇", "", "生态"),
            ("三建乡", "", "地质"),
        )  # fmt: skip
        rows = [
            self.venue(
                "youth_base", f"{village or at}{theme}实践基地", at, village,
                basis=f"{theme}（示例）", theme=theme,
            )
            for at, village, theme in wanted
        ]  # fmt: skip
        name = "保合镇农业实践基地"
        return [*rows, self.venue("youth_base", name, "保合镇", status="planned", theme="农业")]

    def other_venues(self) -> list[Record]:
        """Return a few venues of other types, and what has no place."""
        rows = [
            self.venue("county_museum", "县科技馆", "三合街道", "滨江中路社区", status="building"),
            self.venue("culture_venue", "图书馆", "三合街道", "平都西路社区"),
            self.venue("culture_venue", "文化馆", "名山街道"),
            self.venue("culture_venue", "高家镇文化馆", "高家镇"),
        ]
        rows += [self.venue("village_museum", f"{at}乡村科普馆", at) for at in ("江池镇", "保合镇")]
        rows += [
            self.venue("civilization_centre", f"{at}新时代文明实践所", at)
            for at in ("三合街道", "高家镇", "龙河镇", "社坛镇", "十直镇", "许明寺镇", "青龙乡")
        ]
        rooms = dict(
            zip(OTHERS[:4], ("科普活动室", "科普书屋", "科普画廊", "科普橱窗"), strict=True)
        )
        for kind, word in rooms.items():
            for at in self.townships:
                if at.name in SILENT.get(kind, ()) or self.dice.random() < WITHOUT_ROLE:
                    continue
                own = [v for v in self.villages if v.code9 == at.code9]
                for home in sorted(
                    self.dice.sample(own, k=min(2, len(own))), key=lambda v: v.code12
                ):
                    place: dict[str, Any] = {"lon": home.lon, "lat": home.lat}
                    name = f"{home.name}{word}"
                    rows.append(self.venue(kind, name, at.name, home.name, **place))
        nowhere: dict[str, Any] = {"lon": "", "lat": "", "visitable": "no"}
        for kind, word, names in (
            ("rural_association", "农技协", [t.name for t in self.townships[2:24]]),
            ("craft_studio", "创新工作室", ["三合街道", "名山街道", "高家镇"]),
            ("demo_school", "科技创新教育示范学校", ["三合街道", "高家镇", "社坛镇", "龙河镇"]),
            ("city_demo", "市级科普示范街镇", ["三合街道", "龙河镇"]),
            ("county_demo", "县级科普示范街镇", [t.name for t in self.townships[:13]]),
        ):
            rows += [self.venue(kind, f"{at}{word}", at, **nowhere) for at in names]
        return rows

    def reports(self, venues: Sequence[Record]) -> list[Record]:
        """Return what each township answered, in agreement with the venues."""
        has = {(row["township"], row["type"]) for row in venues if row["status"] == "open"}
        rows: list[Record] = []
        for kind in (*PROGRAMMES, *OTHERS):
            for at in self.townships:
                if at.name in SILENT.get(kind, ()):
                    answer, day = "未报", ""
                else:
                    answer = "有" if (at.name, kind) in has else "零报告"
                    day = "2025-12-10"
                rows.append(
                    {
                        "township": at.name,
                        "type": kind,
                        "answer": answer,
                        "reported_on": day,
                        "reporter": "示例填报人" if day else "",
                        "note": MARK,
                    }
                )
        return rows

    # -- candidates, indicators, types ----------------------------------------------------------

    def candidates(self, schools: Sequence[Record]) -> list[Record]:
        """Return where a site may go: real villages and halls, made-up schools and nominations."""
        rows: list[Record] = [
            {**row, "note": f"{row['note']}（地点真实；{MARK}）"}
            for row in self.tables.read(FENGDU / "candidates.csv")
        ]
        rows += [
            {
                "id": f"candidate-{row['id']}",
                "name": row["name"],
                "township": row["township"],
                "village": row["village"],
                "kind": "school",
                "types": "school_museum",
                "lon": row["lon"],
                "lat": row["lat"],
                "host_kind": "小学" if row["level"] == "小学" else "中学",
                "note": MARK,
            }
            for row in schools
            if row["space"] == "yes"
        ]
        based = {"三合街道", "名山街道", "保合镇"}
        rows += [
            {
                "id": f"nominated-{at.code9}",
                "name": f"示例{at.name}推荐的实践场所",
                "township": at.name,
                "village": "",
                "kind": "nominated",
                "types": "youth_base",
                "theme": THEMES[number % len(THEMES)],
                "lon": at.lon,
                "lat": at.lat,
                "note": MARK,
            }
            for number, at in enumerate(self.townships)
            if at.name not in based
        ]
        return rows

    def visits(self) -> list[Record]:
        """Return made-up rounds of the mobile museum and the caravan: every third village."""
        kinds = ("mobile_museum", "science_caravan")
        names = {at.code9: at.name for at in self.townships}
        rows: list[Record] = [
            {
                "township": names[village.code9],
                "village": village.name,
                "type": kinds[number % len(kinds)],
                "visited_on": f"{2023 + number % 3}-{4 + number % 6:02d}-15",
                "note": MARK,
            }
            for number, village in enumerate(self.villages)
            if number % 3 == 0
        ]
        loose = {"township": "都督乡", "type": "science_caravan", "visited_on": "2024-05-20"}
        return [*rows, {**loose, "note": f"{MARK}；只记到乡"}]

    def indicators(self) -> list[Record]:
        """Return typed yearly figures."""
        years = range(2021, 2026)
        typed: dict[str, tuple[float | None, ...]] = {
            "literacy": (None, 11.2, None, None, 14.6),
            "academician-visits": (12, 12, 14, 13, 15),
            "events": (52, 61, 47, 66, 70),
            "information-officers": (1200, 2300, 3400, 4300, 5200),
            "volunteers": (400, 620, 790, 910, 960),
            "budget": (1.6, 2.0, 2.0, 2.1, 2.1),
            "tutor-association": (None, 1, 1, 1, 1),
            "association-federation": (None, None, 0, 0, 1),
            "university-branch": (None, 1, 1, 1, 1),
            "literacy-contest": (1, 1, 1, 1, 1),
            "three-heads": (None, None, 12, 21, 27),
            "media-columns": (1, 1, 2, 2, 2),
            "village-officers": (None, 90, 160, 210, 260),
            "school-tutors": (None, None, None, 38, 46),
            "exchange-platforms": (0, 1, 1, 2, 2),
            "safeguards": (1, 1, 2, 3, 3),
        }
        return [
            {
                "target": target,
                "year": year,
                "value": f"{value:g}",
                "date": f"{year}-12-31",
                "source": MARK,
                "note": MARK,
            }
            for target, values in typed.items()
            for year, value in zip(years, values, strict=True)
            if value is not None
        ]

    def venue_types(self) -> list[Record]:
        """Return the types, some of their lists called complete."""
        rows: list[Record] = [dict(row) for row in self.tables.read(FENGDU / "venue_types.csv")]
        for row in rows:
            row["list_complete"] = "yes" if row["id"] in LIST_COMPLETE else "no"
        return rows


COLUMNS = {
    "asked_villages.csv": "code12,minutes,mode,asked_on,note",
    "asked_seats.csv": "from_code9,to_code9,minutes,via,note",
    "schools.csv": "id,name,township,village,level,pupils,space,activity_room,lon,lat,note",
    "venues.csv": "id,place_id,name,type,township,village,lon,lat,status,opened_on,closed_on,"
    "active_12m,basis,host,host_kind,theme,capacity,learners_12m,cost_yuan,visitable,evidence,verified,"
    "source,note",
    "reports.csv": "township,type,answer,reported_on,reporter,note",
    "candidates.csv": "id,name,township,village,kind,types,lon,lat,cost_yuan,capacity,must,never,"
    "host_kind,theme,note",
    "visits.csv": "township,village,type,visited_on,note",
    "indicators.csv": "target,year,value,planned,date,source,note",
    "venue_types.csv": "id,zh,en,short_zh,short_en,clause,shape,colour,host_kinds,has_place,"
    "list_complete,programme",
}


def files() -> dict[str, bytes]:
    """Return every file of the folder by name, but the provenance."""
    maker = Maker()
    minutes = script(HERE / "make_minutes.py").Minutes(maker.townships, maker.villages, MARK, SEED)
    schools = maker.schools()
    venues = maker.venues()
    made = {
        "asked_villages.csv": minutes.asked_villages(),
        "asked_seats.csv": minutes.asked_seats(),
        "schools.csv": schools,
        "venues.csv": venues,
        "reports.csv": maker.reports(venues),
        "candidates.csv": maker.candidates(schools),
        "indicators.csv": maker.indicators(),
        "visits.csv": maker.visits(),
        "venue_types.csv": maker.venue_types(),
    }
    out = {name: (FENGDU / name).read_bytes() for name in COPIED}
    for name, rows in made.items():
        out[name] = maker.tables.table(COLUMNS[name].split(","), rows)
    return out


def main() -> None:
    """Write the folder and its provenance."""
    parser = argparse.ArgumentParser(description="write the illustrative county")
    parser.add_argument("--out", type=Path, default=HERE)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (out / name).write_bytes(content)
    tables = script(FENGDU / "make_fengdu.py")
    made_up = "本文件夹 make_example.py 按固定种子生成"
    entries = {}
    for name in sorted({*COPIED, *COLUMNS}):
        if name in COPIED:
            source, licence, datum, date, note = tables.PROVENANCE[name]
            entries[name] = (source, licence, datum, date, f"复制自 ../fengdu；{note}".rstrip("；"))
        else:
            datum = "WGS84" if name in {"schools.csv", "venues.csv", "candidates.csv"} else ""
            real = "；地点为真实驻地或村（社区）" if datum else ""
            entries[name] = (f"{MARK}，{made_up}", "MIT", datum, "2025-12-31", f"{MARK}{real}")
    (out / "provenance.csv").write_bytes(tables.provenance(out, entries))


if __name__ == "__main__":
    main()
