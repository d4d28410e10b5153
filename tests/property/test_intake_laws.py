"""Laws of the readers: nothing is lost, nothing crashes, whatever the file."""

import csv
import io
import os
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from coverplan import crs, schema
from coverplan.errors import CoverplanError, InputError, TableError
from coverplan.intake.cells import parse_cell, printable
from coverplan.intake.grids import Grid
from coverplan.intake.layers import read_layer
from coverplan.intake.ledger import FATES
from coverplan.intake.names import TownshipNames, VillageNames
from coverplan.intake.tables import read_table, table_of

# COVERPLAN_FUZZ multiplies the number of inputs tried; 1 in a test run, more in a fuzzing run.
TRIES = int(os.environ.get("COVERPLAN_FUZZ", "1"))


def tries(number: int):
    return settings(
        max_examples=number * TRIES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


WORDS = st.sampled_from(
    [
        "",
        "三合街道",
        "双路镇",
        "500230001",
        "5.0023E+11",
        "12,345",
        "１２",
        "—",
        "107°43′",
        "NaN",
        "=1+1",
        "'=1",
        "合计",
        "小 计",
        "注：x",
        "2024年5月1日",
        "2024",
        "是",
        "开放",
        "有2个，待建1个",
        "-5",
        "1e999",
        "#DIV/0!",
        "\u202e",
        "{{ x }}",
        "</script>",
        "107.73",
        "29.87",
        "教学点",
        "\x00",
        "乡镇代码",
        "名称",
        "经度",
        '"',
        "a\nb",
        "０",
        "999999999999999999999",
        "inf",
        "㎡",
        "½",
        "²",
        " ",
    ]
)
RAW = st.one_of(
    WORDS,
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)
CONTRACTS = st.sampled_from(sorted(schema.CONTRACTS))
COLUMNS = [column for contract in schema.CONTRACTS.values() for column in contract.columns]


@given(column=st.sampled_from(COLUMNS), raw=RAW)
@tries(1500)
def test_every_cell_is_a_value_or_a_fault_and_never_both_nor_a_crash(column, raw):
    parsed = parse_cell(column, raw)
    if parsed.fault:
        assert parsed.value is None
        assert not parsed.repair
    elif column.required:
        assert parsed.value is not None
    if isinstance(parsed.value, float):
        assert np.isfinite(parsed.value)
    if isinstance(parsed.value, (int, float)) and not isinstance(parsed.value, bool):
        assert column.least is None or parsed.value >= column.least
        assert column.most is None or parsed.value <= column.most


@given(column=st.sampled_from(COLUMNS), raw=RAW)
@tries(500)
def test_what_was_read_once_reads_the_same_from_our_own_output(column, raw):
    value = parse_cell(column, raw).value
    if value is None or value == "" or (isinstance(value, str) and value[:1] in "=+-@'#"):
        return
    again = parse_cell(column, str(value))
    assert again.value == value
    assert not again.fault


@st.composite
def sheets(draw) -> tuple[str, list[list[object]]]:
    """A contract's name and a sheet with its header, title rows above and anything below."""
    name = draw(CONTRACTS)
    contract = schema.CONTRACTS[name]
    headers = [draw(st.sampled_from([c.zh, c.name, f" {c.zh}*"])) for c in contract.columns]
    titles = draw(st.lists(st.lists(WORDS, max_size=3), max_size=2))
    rows = draw(st.lists(st.lists(RAW, max_size=len(headers) + 1), max_size=8))
    return name, [*titles, headers, *rows]


def entered(table) -> int:
    counts = table.book.counts().get(table.file, dict.fromkeys(FATES, 0))
    ledger = table.ledger
    # the ledger itself says the same as its summary, one fate a row
    fates = ledger.groupby(["sheet", "row"])["fate"].nunique()
    assert fates.empty or fates.max() == 1
    assert len(fates) == sum(counts.values())
    assert len(table.frame) == counts["taken"] + counts["repaired"]
    return sum(counts.values())


@given(sheet=sheets())
@tries(250)
def test_rows_in_are_rows_taken_repaired_and_set_aside(sheet):
    name, rows = sheet
    grid = Grid("表", tuple(tuple(row) for row in rows))
    try:
        table = table_of([grid], schema.CONTRACTS[name], file="a.xlsx")
    except TableError:
        return
    last = max(
        (
            number
            for number, row in enumerate(rows, start=1)
            if any(v is not None and (not isinstance(v, str) or printable(v)) for v in row)
        ),
        default=0,
    )
    first = min(table.ledger["row"], default=last + 1)
    assert entered(table) == last - first + 1
    assert set(table.frame.columns) == set(schema.CONTRACTS[name].names)


@given(sheet=sheets(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
@tries(120)
def test_a_csv_of_any_encoding_loses_no_row(sheet, encoding):
    name, rows = sheet
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(
        [str(value).replace("\0", "") if value is not None else "" for value in row] for row in rows
    )
    text = stream.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.encode(encoding, errors="ignore"))
        try:
            table = read_table(path, schema.CONTRACTS[name])
        except TableError:
            return
        entered(table)


@given(sheet=sheets())
@tries(60)
def test_a_workbook_of_anything_is_read_or_refused(sheet):
    name, rows = sheet
    book = openpyxl.Workbook()
    for row in rows:
        safe = [printable(v)[:100] if isinstance(v, str) else v for v in row]
        try:
            book.active.append(safe)
        except (ValueError, OverflowError):
            continue
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        try:
            book.save(path)
        except (ValueError, OverflowError, TypeError, AttributeError):
            return
        try:
            table = read_table(path, schema.CONTRACTS[name])
        except TableError:
            return
        entered(table)


def seed_files() -> dict[str, bytes]:
    """One good file of each format that can be made here, to be broken."""
    book = openpyxl.Workbook()
    for row in (["部门编号", "部门名称"], ["kx", "县科协"], ["kjj", "=1+1"]):
        book.active.append(row)
    book.active.merge_cells("A5:B5")
    xlsx = io.BytesIO()
    book.save(xlsx)
    ods = io.BytesIO()
    cells = "".join(
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>{a}</text:p>'
        f'</table:table-cell><table:table-cell office:value-type="string"><text:p>{b}</text:p>'
        "</table:table-cell></table:table-row>"
        for a, b in (("部门编号", "部门名称"), ("kx", "县科协"))
    )
    with zipfile.ZipFile(ods, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:'
            '1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text='
            '"urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="S">{cells}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )
    return {
        ".csv": "部门编号,部门名称\nkx,县科协\n".encode("gbk"),
        ".tsv": "部门编号\t部门名称\nkx\t县科协\n".encode(),
        ".xlsx": xlsx.getvalue(),
        ".ods": ods.getvalue(),
    }


SEEDS = seed_files()


def in_words(fault: InputError) -> None:
    for problem in fault.problems:
        assert len(problem.text("zh")) > 10
        assert len(problem.text("en")) > 10


@st.composite
def broken(draw, seeds: dict[str, bytes]) -> tuple[str, bytes]:
    """A good file with bytes changed, cut out, doubled or cut off."""
    suffix = draw(st.sampled_from(sorted(seeds)))
    data = bytearray(seeds[suffix])
    for _ in range(draw(st.integers(1, 6))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        action = draw(st.sampled_from(["flip", "cut", "double", "insert", "end"]))
        if action == "flip":
            data[at] = draw(st.integers(0, 255))
        elif action == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        elif action == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
        elif action == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=20))
        else:
            del data[at:]
    return suffix, bytes(data)


@given(file=broken({k: v for k, v in SEEDS.items() if k != ".ods"}))
@tries(500)
def test_a_damaged_table_is_read_or_refused_with_words(file):
    suffix, data = file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(data)
        try:
            table = read_table(path, schema.DEPARTMENTS)
        except TableError as fault:
            in_words(fault)
            return
        entered(table)


@given(file=broken({".ods": SEEDS[".ods"], ".xls": SEEDS[".ods"]}))
@tries(40)
def test_a_damaged_open_workbook_cannot_take_the_interpreter_with_it(file):
    suffix, data = file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(data)
        try:
            entered(read_table(path, schema.DEPARTMENTS))
        except TableError as fault:
            in_words(fault)


@given(
    data=st.binary(max_size=400),
    suffix=st.sampled_from([".csv", ".xlsx", ".tsv", ".et", ".doc"]),
)
@tries(300)
def test_noise_is_refused_with_words(data, suffix):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(data)
        try:
            read_table(path, schema.DEPARTMENTS)
        except TableError as fault:
            in_words(fault)


def layer_files() -> dict[str, bytes]:
    """One good layer in each format; a Shapefile is its parts."""
    frame = gpd.GeoDataFrame(
        {"name": ["三合街道", "名山街道"]},
        geometry=[box(107.7, 29.8, 107.8, 29.9), box(107.8, 29.8, 107.9, 29.9)],
        crs=4326,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        frame.to_file(path.with_suffix(".geojson"))
        frame.to_file(path.with_suffix(".gpkg"))
        frame.to_file(path.with_suffix(".kml"), driver="KML")
        frame.to_file(path.with_suffix(".shp"), encoding="GBK")
        frame.to_parquet(path.with_suffix(".parquet"))
        return {part.suffix: part.read_bytes() for part in sorted(Path(folder).iterdir())}


LAYERS = layer_files()
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@given(file=broken(LAYERS))
@tries(300)
@pytest.mark.filterwarnings("ignore")  # GDAL warns of what it meets; what counts is what comes out
def test_a_damaged_layer_is_read_or_refused_with_words(file):
    suffix, data = file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        if suffix in SHAPEFILE:
            for part in SHAPEFILE:
                path.with_suffix(part).write_bytes(LAYERS[part])
        path.write_bytes(data)
        try:
            frame, _ = read_layer(path.with_suffix(".shp") if suffix in SHAPEFILE else path)
        except InputError as fault:
            in_words(fault)
            return
        assert str(frame.crs) == crs.DEGREES


NAMES = {
    "500230001": "三合街道",
    "500230111": "双路镇",
    "500230112": "双龙镇",
    "500230210": "三建乡",
}
TOWNS = TownshipNames(NAMES, (), ("丰都县",))
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=6)


@given(text=st.one_of(HAN, st.text(max_size=10), WORDS))
@tries(500)
def test_a_name_is_matched_surely_or_not_at_all(text):
    match = TOWNS.match(text)
    assert bool(match.code) == match.how.sure
    assert match.code in {"", *NAMES}
    assert VillageNames({"500230001001": "长坡村"}).match("500230001", text).code in {
        "",
        "500230001001",
    }


@given(
    name=st.sampled_from(sorted(NAMES.values())),
    front=st.sampled_from(["", "丰都县", "重庆市丰都县", " ", "　"]),
    back=st.sampled_from(["", "人民政府", "（驻地）", " ", "政府"]),
)
def test_what_stands_around_a_name_does_not_change_whose_it_is(name, front, back):
    assert NAMES[TOWNS.match(front + name + back).code] == name


LON, LAT = st.floats(73.5, 134.5), st.floats(18.0, 53.0)


@given(lon=LON, lat=LAT, source=st.sampled_from(["gcj02", "bd09"]))
@tries(300)
def test_there_and_back_is_where_it_was_to_a_millimetre(lon, lat, source):
    there = crs.shift([lon], [lat], "wgs84", source)
    back = crs.shift(*there, source)
    assert abs(back[0][0] - lon) < 1e-8
    assert abs(back[1][0] - lat) < 1e-8


@given(lon=LON, lat=LAT)
@tries(100)
def test_the_metric_system_is_never_more_than_a_degree_and_a_half_from_its_meridian(lon, lat):
    system = crs.metric_crs([lon])
    meridian = 75 + 3 * (int(system.removeprefix("EPSG:")) - 4534)
    assert abs(lon - meridian) <= 1.5 + 1e-9
    east, north = crs.metric_points([lon], [lat], system)
    assert abs(east[0] - 500_000) < 200_000
    assert 1.9e6 < north[0] < 6e6


def test_every_refusal_is_one_of_our_own_errors():
    assert issubclass(TableError, CoverplanError)
