"""A county of three townships and five villages, written out as a plan and its files."""

from pathlib import Path
from types import MappingProxyType

PLAN = """schema = 1
[county]
code = "500230"
name = "丰都县"
slug = "little"
as_of = 2025-12-31
period = [2021, 2025]
[intake]
on_bad_row = "{on_bad_row}"
[townships]
file = "townships.csv"
aliases = "aliases.csv"
[population]
file = "population.csv"
column = "常住人口"
year = 2020
[villages]
file = "villages.csv"
[venues]
files = ["venues.csv"]
reports = "reports.csv"
datum = "wgs84"
[venue_types]
file = "venue_types.csv"
[targets]
file = "targets.csv"
{more}
[[programme]]
type = "university_site"
model = "every_township"
cutoffs_min = [15, 30]
cutoff_min = 30
target = "sites"
"""

FILES = MappingProxyType(
    {
        "townships.csv": "乡镇代码,乡镇名称,类别,驻地经度,驻地纬度\n"
        "500230001,三合街道,街道,107.730,29.868\n"
        "500230111,双路镇,镇,107.800,29.900\n"
        "500230112,双龙镇,镇,107.650,29.780\n",
        "aliases.csv": "alias,code9,note\n名山镇,500230001,旧名\n500230901,500230111,2001年并入\n",
        "population.csv": "code9,乡镇,常住人口\n500230001,三合街道,140954\n500230111,双路镇,20000\n"
        "500230112,双龙镇,15000\n合计,,175954\n",
        "villages.csv": "code12,code9,name,kind,lon,lat\n"
        "500230001001,500230001,滨江社区居民委员会,社区,107.731,29.869\n"
        "500230001200,500230001,长坡村村民委员会,村,,\n"
        "500230111005,500230111,花园社区居民委员会,社区,,\n"
        "500230111200,500230111,安宁村,村,107.81,29.91\n"
        "500230112200,500230112,长坡村,村,,\n",
        "venue_types.csv": "id,zh,en,shape,colour,has_place,list_complete\n"
        "university_site,社区科普大学教学点,Community university site,circle,#0072B2,是,否\n"
        "museum,科技馆,Science museum,square,#D55E00,是,是\n",
        "venues.csv": "编号,场馆名称,类型,所属乡镇,村（社区）,经度,纬度,状态\n"
        "v1,滨江教学点,社区科普大学教学点,三合街道,滨江社区,107.731,29.869,开放\n"
        "v2,安宁教学点,university_site,双路镇人民政府,安宁村,,,在建\n",
        "reports.csv": "township,type,answer\n双龙镇,university_site,零报告\n",
        "targets.csv": "id,clause,name_zh,name_en,kind,target,comparison,lead,evidence\n"
        "sites,22,教学点,Sites,stock,30,>=,县科协,建成30个以上\n",
    }
)


def little_county(
    folder: Path, *, on_bad_row: str = "stop", more: str = "", **changed: str
) -> Path:
    """
    Write the plan and its files and return the plan's path.

    A keyword `venues="…"` replaces venues.csv.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {name.removesuffix(".csv"): text for name, text in FILES.items()} | changed
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    plan = folder / "plan.toml"
    plan.write_text(PLAN.format(on_bad_row=on_bad_row, more=more), encoding="utf-8")
    return plan


def venues(*rows: str) -> str:
    """Return a venues file with the usual header and these rows."""
    return "\n".join(("编号,场馆名称,类型,所属乡镇,村（社区）,经度,纬度,状态", *rows)) + "\n"
