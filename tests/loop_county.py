"""A county of three townships that hands out forms, and clerks who fill them in."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from coverplan.config import read_plan
from coverplan.loop.board import Standing
from coverplan.loop.collect import Collected, collect
from coverplan.loop.desk import Desk, opened
from coverplan.loop.forms import write_forms
from little_county import little_county

QUARTER = "2025Q3"
TARGETS = (
    "id,clause,name_zh,name_en,kind,unit,target,comparison,firm,scope,lead,responsible,"
    "source_table,venue_type,evidence\n"
    "sites,22,教学点,Sites,stock,个,30,>=,硬性,全县,县科技局、县科协,县教委、各乡镇（街道）,"
    "venues,university_site,开设教学点30个以上\n"
    "rooms,20,橱窗全覆盖,Windows,coverage,个村（社区）,,full,推动,村（社区）,县科技局,"
    "各乡镇（街道）,villages,window,科普橱窗在行政村全覆盖\n"
    "events,24,科普活动,Events,flow_per_year,场次,50,>=,硬性,全县,县科技局,各乡镇（街道）,"
    "indicators,,每年不少于50场次\n"
    "visits,1,专家进校园,Visits,flow_per_year,场次,12,>=,硬性,全县,县教委,县科协,"
    "indicators,,每年不少于12场次\n"
    "studios,11,创新工作室,Studios,stock,个,5,>=,硬性,全县,县总工会,县科协,"
    "venues,studio,建设工作室5个\n"
)
TYPES = (
    "id,zh,en,clause,shape,colour,has_place,list_complete\n"
    "university_site,社区科普大学教学点,Community university site,22,circle,#0072B2,是,否\n"
    "window,科普橱窗,Window,20,square,#D55E00,是,否\n"
    "studio,创新工作室,Studio,11,star,#009E73,否,否\n"
    "bookstore,实体书店,Bookshop,22,ring,#CC79A7,是,否\n"
)
DEPARTMENTS = "id,name\ntech,县科技局\nassociation,县科协\neducation,县教委\nunions,县总工会\n"
MORE = (
    'departments = "departments.csv"\nindicators = "indicators.csv"\n[travel]\nrung = "D"\n'
    'asked_villages = "asked_villages.csv"\nasked_seats = "asked_seats.csv"\n'
    '[outputs]\ndir = "out"\n'
)

Book = Any
Fill = Callable[[Book], None]


def loop_desk(folder: Path, quarter: str = QUARTER, **changed: str) -> Desk:
    """Write the county and return the desk of a quarter."""
    texts = {
        "targets": TARGETS,
        "venue_types": TYPES,
        "departments": DEPARTMENTS,
        "indicators": "target,year,value\n",
        "asked_villages": "code12,minutes\n500230001001,7\n",
        "asked_seats": "from_code9,to_code9,minutes\n500230001,500230111,25\n",
        **changed,
    }
    path = little_county(folder / "plan", more=MORE, **texts)
    return opened(read_plan(path), quarter, folder / "out")


def handed_out(desk: Desk) -> dict[str, Path]:
    """Write the forms and return them by the name of their unit."""
    files = write_forms(desk.issue(), desk.folder / "forms")
    return {
        path.stem.removesuffix(f"_{desk.quarter}_v1").rpartition("_")[2]: path
        for path in files
        if path.suffix == ".xlsx"
    }


def answered(form: Path, target: Path, *fills: Fill, sign: bool = True) -> Path:
    """Fill a form in as a clerk would and save it under another name."""
    book = openpyxl.load_workbook(form)
    if sign:
        signed(book)
    for fill in fills:
        fill(book)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def signed(book: Book, day: Any = date(2025, 10, 8)) -> None:
    """Fill in who reported, who checked and when."""
    sheet = book["填表说明"]
    values = {"填报人": "张三", "审核人": "李四", "填报日期": day}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value in values:
                sheet.cell(cell.row, cell.column + 1, values[cell.value])


def head(sheet: Any) -> tuple[int, dict[str, int]]:
    """Return the row of a sheet's header and the column of each header."""
    for row in sheet.iter_rows(min_row=1, max_row=8):
        names = {cell.value: cell.column for cell in row if isinstance(cell.value, str)}
        if len(names) > 4 and ("备注" in names or "说明" in names):
            return row[0].row, names
    raise AssertionError(f"no header in {sheet.title}")


def rows_of(sheet: Any) -> list[int]:
    """Return the rows of a sheet that hold something."""
    top, columns = head(sheet)
    return [
        row
        for row in range(top + 1, sheet.max_row + 1)
        if any(sheet.cell(row, column).value is not None for column in columns.values())
    ]


def ticked(*types: str) -> Fill:
    """Tick 零报告 for types, by their Chinese names."""

    def fill(book: Book) -> None:
        sheet = book["零报告"]
        _, columns = head(sheet)
        for row in rows_of(sheet):
            if sheet.cell(row, columns["场馆类型"]).value in types:
                sheet.cell(row, columns["零报告（没有就打勾）"], "☑")

    return fill


def venue(**cells: Any) -> Fill:
    """Write a new venue into the first empty row; keys are Chinese headers."""

    def fill(book: Book) -> None:
        sheet = book["场馆"]
        top, columns = head(sheet)
        filled = rows_of(sheet)
        row = (filled[-1] if filled else top) + 1
        for header, value in cells.items():
            sheet.cell(row, columns[header], value)

    return fill


def cell(tab: str, line: int, header: str, value: Any) -> Fill:
    """Write one cell: `line` counts the rows under the header from 0."""

    def fill(book: Book) -> None:
        sheet = book[tab]
        top, columns = head(sheet)
        sheet.cell(top + 1 + line, columns[header], value)

    return fill


def windows(answers: Iterable[str]) -> Fill:
    """Answer for each village whether it has a window."""

    def fill(book: Book) -> None:
        for line, answer in enumerate(answers):
            cell("村（社区）", line, "科普橱窗", answer)(book)

    return fill


def collected(desk: Desk, inbox: Path) -> Collected:
    """Collect an inbox."""
    return collect(inbox, desk)


def inbox_of(folder: Path, forms: dict[str, Path], **more: tuple[Fill, ...]) -> Path:
    """Fill in every township's form completely, with more for some, and return the inbox."""
    inbox = folder / "inbox"
    for number, (unit, fills) in enumerate(COMPLETE.items(), start=1):
        answered(forms[unit], inbox / f"附件1({number}).xlsx", *fills, *more.get(unit, ()))
    return inbox


COMPLETE: dict[str, tuple[Fill, ...]] = {
    "三合街道": (ticked("科普橱窗"),),
    "双路镇": (ticked("科普橱窗"),),
    "双龙镇": (ticked("科普橱窗", "社区科普大学教学点"),),
}
"""What each township must fill in for nothing to be missing."""

UNI = "社区科普大学教学点"
NEW = {
    "类型": UNI,
    "场馆名称": "长坡教学点",
    "村（社区）": "长坡村村民委员会",
    "状态": "开放",
    "开放日期": date(2025, 8, 1),
    "设立文号": "丰科协〔2025〕3号",
    "近12个月活动场次": 4,
    "近12个月参加人次": 120,
    "佐证（照片编号）": "IMG_0012",
}


def standing(found: Collected, unit: str) -> Standing:
    """Return how a unit stands."""
    return next(one for one in found.standings if one.unit == unit)


def keys(found: Collected, file: str | None = None) -> set[str]:
    """Return the keys of all problems, or of those of one file."""
    return {p.key for p in found.book.problems if file is None or p.where.file == file}


def faults(found: Collected) -> list[str]:
    """Return the keys of what must be corrected."""
    return [p.key for p in found.book.problems if p.severity != "note"]


def accounted(found: Collected) -> None:
    """Check that each row of each file has exactly one fate."""
    for file, fates in found.book.counts().items():
        rows = found.book.frame()
        own = rows[rows["file"] == file].drop_duplicates(["sheet", "row"])
        assert sum(fates.values()) == len(own), file
