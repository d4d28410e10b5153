"""The contract of every table that crosses the edge: columns, kinds, choices and keys."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from coverplan.answers import (
    ANSWERS,
    CANDIDATE_KINDS,
    COMPARISONS,
    FIRMNESS,
    LEVELS,
    POPULATION_KINDS,
    RETURN_STATES,
    STATUSES,
    TARGET_KINDS,
    TOWNSHIP_KINDS,
    VERIFICATIONS,
    VILLAGE_KINDS,
    YES_NO_UNKNOWN,
)
from coverplan.columns import Choices, Column, Kind, TableContract

__all__ = [
    "ALIASES",
    "ASKED_SEATS",
    "ASKED_VILLAGES",
    "CANDIDATES",
    "CONTRACTS",
    "DEPARTMENTS",
    "HEADERS",
    "INDICATORS",
    "OUTSIDE",
    "POPULATION",
    "PROVENANCE",
    "REMOTE",
    "REPORTS",
    "RETURNS",
    "SCENARIOS",
    "SCHOOLS",
    "TARGETS",
    "TOWNSHIPS",
    "TRIPS",
    "VENUES",
    "VENUE_TYPES",
    "VILLAGES",
    "VISITS",
    "WEIGHTS",
    "Column",
    "Kind",
    "TableContract",
    "population",
]


def _must(column: Column) -> Column:
    return replace(column, required=True)


def _text(name: str, zh: str) -> Column:
    return Column(name, zh)


def _code9(name: str = "code9", zh: str = "乡镇代码") -> Column:
    return Column(name, zh, Kind.CODE9)


def _code12(name: str = "code12", zh: str = "村（社区）代码") -> Column:
    return Column(name, zh, Kind.CODE12)


def _count(name: str, zh: str, *units: str) -> Column:
    return Column(name, zh, Kind.COUNT, least=0, units=units)


def _amount(name: str, zh: str, *units: str) -> Column:
    return Column(name, zh, Kind.NUMBER, least=0, units=units)


def _choice(name: str, zh: str, choices: Choices) -> Column:
    return Column(name, zh, Kind.CHOICE, choices=MappingProxyType(dict(choices)))


def _flag(name: str, zh: str) -> Column:
    return Column(name, zh, Kind.FLAG)


def _date(name: str, zh: str) -> Column:
    return Column(name, zh, Kind.DATE)


_LON = Column("lon", "经度", Kind.LON, least=-180, most=180)
_LAT = Column("lat", "纬度", Kind.LAT, least=-90, most=90)
_NOTE = _text("note", "备注")
_SOURCE = _text("source", "来源")
_YEAR = Column("year", "年份", Kind.COUNT, least=1900, most=2100, units=("年",))
_MINUTES = _amount("minutes", "分钟", "分钟", "分", "min")

TOWNSHIPS = TableContract(
    "townships",
    "乡镇（街道）名录",
    (
        _must(_code9()),
        _must(_text("name", "乡镇（街道）名称")),
        _must(_choice("kind", "类别", TOWNSHIP_KINDS)),
        replace(_LON, name="seat_lon", zh="驻地经度"),
        replace(_LAT, name="seat_lat", zh="驻地纬度"),
        _text("seat_source", "驻地坐标来源"),
        Column("elevation_m", "海拔（米）", Kind.NUMBER, least=-500, most=9000, units=("米", "m")),
    ),
    key=("code9",),
)
ALIASES = TableContract(
    "aliases",
    "乡镇别名与沿革表",
    (
        _must(_text("alias", "别名或旧代码")),
        _must(_code9(zh="现乡镇代码")),
        _text("note", "说明"),
        _YEAR,
    ),
    key=("alias", "code9"),
)
VILLAGES = TableContract(
    "villages",
    "村（社区）名录",
    (
        _must(_code12()),
        _must(_code9()),
        _must(_text("name", "村（社区）名称")),
        _must(_choice("kind", "类别", VILLAGE_KINDS)),
        _LON,
        _LAT,
        _SOURCE,
        _count("people", "常住人口", "人"),
        _NOTE,
    ),
    key=("code12",),
)
POPULATION = TableContract(
    "population",
    "乡镇人口表",
    (
        _must(_code9()),
        _text("name", "乡镇（街道）名称"),
        _must(_count("people", "常住人口", "人")),
    ),
    key=("code9",),
)
SCENARIOS = TableContract(
    "scenarios",
    "人口情景表",
    (
        _must(_text("scenario", "情景")),
        _must(_code9()),
        _must(_count("people", "常住人口", "人")),
        _must(_choice("kind", "性质", POPULATION_KINDS)),
        _must(_SOURCE),
    ),
    key=("scenario", "code9"),
)
VENUE_TYPES = TableContract(
    "venue_types",
    "场馆类型表",
    (
        _must(_text("id", "类型编号")),
        _must(_text("zh", "中文名")),
        _must(_text("en", "英文名")),
        _text("short_zh", "简称"),
        _text("short_en", "英文简称"),
        _text("clause", "条款"),
        _must(_text("shape", "图形")),
        _must(Column("colour", "颜色", Kind.COLOUR)),
        _text("host_kinds", "依托单位类别"),
        _must(_flag("has_place", "有固定场所")),
        _must(_flag("list_complete", "名单完整")),
        _text("programme", "所属任务"),
    ),
    key=("id",),
)
VENUES = TableContract(
    "venues",
    "场馆表",
    (
        _must(_text("id", "编号")),
        _text("place_id", "场所编号"),
        _must(_text("name", "场馆名称")),
        _must(_text("type", "类型")),
        _must(_text("township", "乡镇（街道）")),
        _text("village", "村（社区）"),
        _LON,
        _LAT,
        _must(_choice("status", "状态", STATUSES)),
        _date("opened_on", "开放日期"),
        _date("closed_on", "关闭日期"),
        _choice("active_12m", "近12个月有活动", YES_NO_UNKNOWN),
        _count("sessions_12m", "近12个月活动场次", "场", "场次", "次"),
        _text("basis", "设立依据"),
        _text("host", "依托单位"),
        _text("host_kind", "依托单位类别"),
        _text("theme", "主题"),
        _count("capacity", "容纳人数", "人"),
        _count("learners_12m", "近12个月参加人次", "人", "人次"),
        _amount("cost_yuan", "投入（元）", "元"),
        _flag("visitable", "可参观"),
        _text("evidence", "佐证材料"),
        _choice("verified", "核实方式", VERIFICATIONS),
        _SOURCE,
        _NOTE,
    ),
    key=("id",),
)
REPORTS = TableContract(
    "reports",
    "上报情况表",
    (
        _must(_text("township", "乡镇（街道）")),
        _must(_text("type", "类型")),
        _must(_choice("answer", "上报情况", ANSWERS)),
        _date("reported_on", "上报日期"),
        _text("reporter", "填报人"),
        _NOTE,
    ),
    key=("township", "type"),
)
RETURNS = TableContract(
    "returns",
    "报送情况表",
    (
        _must(_text("quarter", "季度")),
        _must(_text("audience", "类别")),
        _must(_text("unit", "单位")),
        _must(_choice("state", "报送情况", RETURN_STATES)),
        _must(_flag("carried", "沿用上季")),
        _text("file", "文件"),
        _date("reported_on", "填报日期"),
    ),
    key=("audience", "unit"),
)
SCHOOLS = TableContract(
    "schools",
    "学校表",
    (
        _must(_text("id", "学校编号")),
        _must(_text("name", "学校名称")),
        _must(_text("township", "乡镇（街道）")),
        _text("village", "村（社区）"),
        _must(_choice("level", "学段", LEVELS)),
        _must(_count("pupils", "在校学生数", "人")),
        _choice("space", "有可用场地", YES_NO_UNKNOWN),
        _choice("activity_room", "有科技活动室", YES_NO_UNKNOWN),
        _LON,
        _LAT,
        _NOTE,
    ),
    key=("id",),
)
CANDIDATES = TableContract(
    "candidates",
    "候选点表",
    (
        _must(_text("id", "编号")),
        _must(_text("name", "名称")),
        _must(_text("township", "乡镇（街道）")),
        _text("village", "村（社区）"),
        _must(_choice("kind", "类别", CANDIDATE_KINDS)),
        _text("types", "适用类型"),
        _LON,
        _LAT,
        _amount("cost_yuan", "投入（元）", "元"),
        _count("capacity", "容纳人数", "人"),
        _flag("must", "必选"),
        _flag("never", "不选"),
        _text("host_kind", "依托单位类别"),
        _text("theme", "主题"),
        _NOTE,
    ),
    key=("id",),
)
ASKED_VILLAGES = TableContract(
    "asked_villages",
    "到乡镇驻地分钟表",
    (
        _must(_code12()),
        # Blank is "nobody has answered yet", and stands in the list of whom to ask.
        replace(_MINUTES, zh="到乡镇驻地分钟"),
        _text("mode", "出行方式"),
        _date("asked_on", "询问日期"),
        _NOTE,
    ),
    key=("code12",),
)
ASKED_SEATS = TableContract(
    "asked_seats",
    "乡镇驻地间分钟表",
    (
        _must(_code9("from_code9", "起点乡镇代码")),
        _must(_code9("to_code9", "终点乡镇代码")),
        _must(_MINUTES),
        _text("via", "途经"),
        _NOTE,
    ),
    key=("from_code9", "to_code9"),
)
TRIPS = TableContract(
    "trips",
    "已知行程表",
    (
        _must(_text("from_code", "起点代码（乡镇或村）")),
        _must(_text("to_code", "终点代码（乡镇或村）")),
        _must(_MINUTES),
        _text("crossing", "经由的桥梁或渡口"),
        _NOTE,
    ),
)
OUTSIDE = TableContract(
    "outside",
    "县外场馆表",
    (
        _must(_text("id", "编号")),
        _must(_text("name", "场馆名称")),
        _must(_text("type", "类型")),
        _LON,
        _LAT,
        _code9("near_code9", "邻近的本县乡镇代码"),
        replace(_MINUTES, zh="从该乡镇驻地出发的分钟"),
        _SOURCE,
        _NOTE,
    ),
    key=("id", "near_code9"),
)
WEIGHTS = TableContract(
    "weights",
    "人群分布表",
    (
        _must(_text("group", "人群")),
        _must(_code9()),
        _code12(),
        _must(_count("people", "人数", "人")),
        _SOURCE,
    ),
    key=("group", "code9", "code12"),
)
VISITS = TableContract(
    "visits",
    "流动服务记录表",
    (
        _must(_text("township", "乡镇（街道）")),
        _text("village", "村（社区）"),
        _must(_text("type", "类型")),
        _must(_date("visited_on", "到访日期")),
        _NOTE,
    ),
)
REMOTE = TableContract(
    "remote",
    "偏远村（社区）名单",
    (_must(_code12()), _NOTE),
    key=("code12",),
)
TARGETS = TableContract(
    "targets",
    "目标任务台账",
    (
        _must(_text("id", "编号")),
        _must(_text("clause", "条款")),
        _must(_text("name_zh", "目标名称")),
        _must(_text("name_en", "英文名称")),
        _must(_choice("kind", "类别", TARGET_KINDS)),
        _text("unit", "单位"),
        Column("target", "目标值", Kind.NUMBER),
        _choice("comparison", "比较方式", COMPARISONS),
        _date("counts_from", "计数起始"),
        _date("counts_to", "计数截止"),
        _choice("firm", "约束力", FIRMNESS),
        _text("scope", "范围"),
        _text("reading", "口径"),
        _text("milestones", "阶段目标"),
        _must(_text("lead", "牵头单位")),
        _text("responsible", "责任单位"),
        _text("source_table", "数据来源表"),
        _text("venue_type", "场馆类型"),
        _must(_text("evidence", "原文依据")),
    ),
    key=("id",),
)
INDICATORS = TableContract(
    "indicators",
    "指标填报表",
    (
        _must(_text("target", "目标编号")),
        _must(_YEAR),
        _must(Column("value", "数值", Kind.NUMBER)),
        Column("planned", "计划数", Kind.NUMBER),
        Column("sample", "样本量", Kind.NUMBER),
        Column("low", "区间下限", Kind.NUMBER),
        Column("high", "区间上限", Kind.NUMBER),
        _date("date", "日期"),
        _SOURCE,
        _NOTE,
    ),
    key=("target", "year"),
)
DEPARTMENTS = TableContract(
    "departments",
    "部门表",
    (
        _must(_text("id", "部门编号")),
        _must(_text("name", "部门名称")),
        _text("name_en", "英文名称"),
    ),
    key=("id",),
)
PROVENANCE = TableContract(
    "provenance",
    "来源登记表",
    (
        _must(_text("file", "文件")),
        _must(_SOURCE),
        _must(_text("licence", "许可")),
        _text("datum", "坐标系"),
        _text("date", "日期"),
        _text("sha256", "校验值"),
        _NOTE,
    ),
    key=("file",),
)
HEADERS = TableContract(
    "headers",
    "表头别名表",
    (
        _must(_text("column", "规范列名")),
        _must(_text("alias", "表头写法")),
        _text("table", "表"),
        _NOTE,
    ),
)

CONTRACTS: Mapping[str, TableContract] = MappingProxyType(
    {
        contract.name: contract
        for contract in (
            TOWNSHIPS,
            ALIASES,
            VILLAGES,
            POPULATION,
            SCENARIOS,
            VENUE_TYPES,
            VENUES,
            REPORTS,
            RETURNS,
            SCHOOLS,
            CANDIDATES,
            ASKED_VILLAGES,
            ASKED_SEATS,
            TRIPS,
            OUTSIDE,
            WEIGHTS,
            VISITS,
            REMOTE,
            TARGETS,
            INDICATORS,
            DEPARTMENTS,
            PROVENANCE,
            HEADERS,
        )
    }
)
"""Every contract by its name."""


def population(header: str) -> TableContract:
    """
    Return the contract of a population table whose figures stand under a header of its own.

    Parameters
    ----------
    header
        The plan's `[population] column`, as it stands in the file.

    Returns
    -------
    TableContract
        `POPULATION`, its `people` found under that header only.

    Examples
    --------
    >>> population("七普常住人口").column("people").zh
    '七普常住人口'
    """
    columns = tuple(
        replace(column, zh=header, aliased=False) if column.name == "people" else column
        for column in POPULATION.columns
    )
    return replace(POPULATION, columns=columns)
