"""The sheets of a form: their columns, what is locked on them, and what may be chosen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from coverplan import answers, schema
from coverplan.schema import Column, Kind, TableContract

__all__ = [
    "CHECKS",
    "DEPARTMENT_NUMBERS",
    "DEPARTMENT_VENUES",
    "MODES",
    "PROGRAMMES",
    "SCHOOLS",
    "SEATS",
    "SIGNATURES",
    "TICK",
    "TOWNSHIP_NUMBERS",
    "TOWNSHIP_VENUES",
    "VILLAGES",
    "Sheet",
    "village_sheet",
]

TICK = "☑"
SIGNATURES = MappingProxyType(
    {"reporter": "填报人", "checker": "审核人", "unit": "单位（盖章）", "reported_on": "填报日期"}
)
"""What stands on the cover: key -> label."""
STATUSES = ("开放", "在建", "拟建", "暂停", "撤销")
CHECKED = tuple(schema.VENUES.column("verified").choices)
MODES = MappingProxyType(
    {"walk": "步行", "motorcycle": "摩托车", "car": "小汽车", "coach": "客车", "mixed": "混合"}
)
"""How people travel: as plan files name it -> as forms do."""
RESULTS = {"属实": ("真实", "相符"), "不属实": ("不符", "有出入"), "联系不上": ("无人接听",)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    One sheet of a form.

    Parameters
    ----------
    name
        Name of its tab, at most 31 characters.
    contract
        Its columns; headers are known by their Chinese text only.
    locked
        Columns nobody but the office may change.
    spare
        Empty rows below the given ones.
    hint
        What to do, in one sentence, under the title.
    choices
        Column -> what may be chosen.
    key
        The columns that tell rows apart; the hidden list holds their values.
    fixed
        Columns that rows handed out may not change, but new rows fill in.
    """

    name: str
    contract: TableContract
    locked: frozenset[str]
    hint: str
    key: tuple[str, ...]
    fixed: tuple[str, ...] = ()
    spare: int = 0
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


def _of(contract: TableContract, **headers: str) -> Iterable[Column]:
    # a form's column: the contract's, under the form's own header, which it is known by alone
    for name, zh in headers.items():
        column = contract.column(name)
        yield replace(column, zh=zh or column.zh, aliased=False)


def _text(name: str, zh: str, *, required: bool = False) -> Column:
    return Column(name, zh, required=required, aliased=False)


def _optional(column: Column) -> Column:
    return replace(column, required=False)


_ZERO = Column(
    "zero",
    "零报告（没有就打勾）",
    Kind.CHOICE,
    choices=MappingProxyType(
        {
            "yes": (TICK, "√", "✓", "✔", "是", "零报告", "零", "无", "没有", "1"),
            "no": ("☐", "□", "否", "0"),
        }
    ),
    aliased=False,
)
_SEEN = MappingProxyType(dict(answers.YES_NO_UNKNOWN))

PROGRAMMES = Sheet(
    "零报告",
    TableContract(
        "form_programmes",
        "零报告表",
        (
            _text("type", "类型编号", required=True),
            _text("name", "场馆类型", required=True),
            _text("clause", "条款"),
            _text("before", "上期情况"),
            _ZERO,
            _text("note", "说明"),
        ),
        key=("type",),
    ),
    frozenset({"type", "name", "clause", "before"}),
    "本单位确实没有的类型，在“零报告”栏选 ☑；有的到“场馆”表逐个填写。两处都不填，按未报处理。",
    ("type",),
    choices=MappingProxyType({"zero": (TICK,)}),
)

_VENUE_COLUMNS = tuple(
    _of(
        schema.VENUES,
        id="编号（勿改）",
        type="类型",
        name="场馆名称",
        village="村（社区）",
        status="状态",
        opened_on="开放日期",
        closed_on="关闭日期",
        basis="设立文号",
        sessions_12m="近12个月活动场次",
        learners_12m="近12个月参加人次",
        host="依托单位",
        host_kind="依托单位类别",
        capacity="容纳人数",
        evidence="佐证（照片编号）",
        verified="核实方式（县里填）",
        note="备注",
    )
)


def _venue_columns(*, township: bool) -> tuple[Column, ...]:
    found = [_optional(_VENUE_COLUMNS[0]), *_VENUE_COLUMNS[1:]]
    if township:
        found.insert(3, next(iter(_of(schema.VENUES, township="乡镇（街道）"))))
    return tuple(found)


_VENUE_CHOICES = MappingProxyType({"status": STATUSES})
_VENUE_HINT = (
    "一行一个场馆。已有的请核对改正，撤销的把状态改为“撤销”并填关闭日期，不要删行；"
    "新增的填在空行，编号留空。日期写成 2024-05-01。"
)
TOWNSHIP_VENUES = Sheet(
    "场馆",
    TableContract("form_venues", "场馆表", _venue_columns(township=False)),
    frozenset({"id", "verified"}),
    _VENUE_HINT,
    ("id",),
    ("type",),
    spare=30,
    choices=_VENUE_CHOICES,
)
DEPARTMENT_VENUES = replace(
    TOWNSHIP_VENUES,
    contract=TableContract("form_venues", "场馆表", _venue_columns(township=True)),
    spare=60,
)

_PEOPLE_NUMBER = Column("value", "本期数", Kind.NUMBER, least=0, aliased=False)
_NUMBER_HEAD = (
    _text("target", "编号（勿改）", required=True),
    _text("name", "指标名称", required=True),
    _text("unit", "计量单位"),
    _text("before", "上期数"),
)
TOWNSHIP_NUMBERS = Sheet(
    "数字",
    TableContract(
        "form_numbers",
        "数字表",
        (*_NUMBER_HEAD, _PEOPLE_NUMBER, _text("note", "说明")),
        key=("target",),
    ),
    frozenset({"target", "name", "unit", "before"}),
    "只填本乡镇（街道）的数：场次为当年累计，人数为季末累计。没有填 0，不清楚留空。",
    ("target",),
)
DEPARTMENT_NUMBERS = Sheet(
    "数字",
    TableContract(
        "form_numbers",
        "数字表",
        (
            *_NUMBER_HEAD,
            replace(_PEOPLE_NUMBER, zh="本年数（全县）"),
            Column("planned", "本年计划数", Kind.NUMBER, least=0, aliased=False),
            *_of(schema.INDICATORS, date="统计日期", source="依据（文号）"),
            _text("note", "说明"),
        ),
        key=("target",),
    ),
    frozenset({"target", "name", "unit", "before"}),
    "填全县的数，注明依据文号；任务类办成填 1，未办成填 0。不清楚留空，按未报处理。",
    ("target",),
)
SCHOOLS = Sheet(
    "学校",
    TableContract(
        "form_schools",
        "学校表",
        tuple(
            _optional(column) if column.name == "id" else column
            for column in _of(
                schema.SCHOOLS,
                id="编号（勿改）",
                name="学校名称",
                township="乡镇（街道）",
                village="村（社区）",
                level="学段",
                pupils="在校学生数",
                space="有可用场地",
                activity_room="有科技活动室",
                note="备注",
            )
        ),
    ),
    frozenset({"id"}),
    "一行一所学校；新增学校填在空行，编号留空。",
    ("id",),
    spare=60,
    choices=MappingProxyType(
        {
            "level": tuple(answers.LEVELS),
            "space": ("是", "否", "未知"),
            "activity_room": ("是", "否", "未知"),
        }
    ),
)
SEATS = Sheet(
    "驻地间分钟",
    TableContract(
        "form_seats",
        "驻地间分钟表",
        (
            *_of(schema.ASKED_SEATS, from_code9="起点代码", to_code9="终点代码"),
            _text("from_name", "起点"),
            _text("to_name", "终点"),
            Column("km", "直线公里", Kind.NUMBER, aliased=False),
            _optional(next(iter(_of(schema.ASKED_SEATS, minutes="驻地间分钟")))),
            _text("via", "途经"),
            _text("note", "备注"),
        ),
        key=("from_code9", "to_code9"),
    ),
    frozenset({"from_code9", "to_code9", "from_name", "to_name", "km"}),
    "相邻两个乡镇（街道）驻地之间平时乘车要多少分钟；隔江要绕桥的按实际绕行时间填。走不通的留空。",
    ("from_code9", "to_code9"),
)
CHECKS = Sheet(
    "抽查",
    TableContract(
        "form_checks",
        "抽查表",
        (
            replace(next(iter(_of(schema.VENUES, id="编号（勿改）"))), required=True),
            _text("name", "场馆名称"),
            _text("type", "类型"),
            _text("township", "乡镇（街道）"),
            _text("status", "填报状态"),
            _text("evidence", "填报佐证"),
            _optional(next(iter(_of(schema.VENUES, verified="核实方式")))),
            Column(
                "result",
                "核实结果",
                Kind.CHOICE,
                choices=MappingProxyType(RESULTS),
                aliased=False,
            ),
            _text("photo", "核实照片编号"),
            _text("by", "核实人"),
            Column("on", "核实日期", Kind.DATE, aliased=False),
            _text("note", "备注"),
        ),
        key=("id",),
    ),
    frozenset({"id", "name", "type", "township", "status", "evidence"}),
    "逐个打电话或到现场核实，填核实方式和结果。不属实的会退回填报单位。",
    ("id",),
    choices=MappingProxyType({"verified": CHECKED[1:], "result": tuple(RESULTS)}),
)

_VILLAGE_HEAD = (
    *_of(schema.VILLAGES, code12="村（社区）代码", name="村（社区）名称"),
    _text("kind", "类别"),
    _optional(next(iter(_of(schema.ASKED_VILLAGES, minutes="到乡镇驻地分钟")))),
    _text("mode", "出行方式"),
)
VILLAGES = Sheet(
    "村（社区）",
    TableContract("form_villages", "村（社区）表", _VILLAGE_HEAD, key=("code12",)),
    frozenset({"code12", "name", "kind"}),
    "每村填一个数：村委会（居委会）到乡镇驻地平时要多少分钟。各类阵地有填“是”，没有填“否”。",
    ("code12",),
    ("name",),
    choices=MappingProxyType({"mode": tuple(MODES.values())}),
)


def village_sheet(types: Mapping[str, str]) -> Sheet:
    """
    Return the village sheet with a column for each type that is asked village by village.

    Parameters
    ----------
    types
        Type id -> Chinese name.

    Examples
    --------
    >>> village_sheet({"science_window": "科普橱窗"}).contract.column("science_window").zh
    '科普橱窗'
    """
    asked = tuple(
        Column(key, zh, Kind.CHOICE, choices=_SEEN, aliased=False) for key, zh in types.items()
    )
    columns = (*_VILLAGE_HEAD, *asked, _text("note", "备注"))
    contract = replace(VILLAGES.contract, columns=columns)
    choices = {**VILLAGES.choices, **dict.fromkeys(types, ("是", "否"))}
    return replace(VILLAGES, contract=contract, choices=MappingProxyType(choices))
