"""Whatever a clerk does to a form: no row is lost, no code is guessed, nothing breaks."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverplan.errors import Severity
from coverplan.intake.grids import Grid
from coverplan.intake.ledger import RowBook
from coverplan.loop.answer_checks import check_answer, lists_of
from coverplan.loop.answers import read_answer
from coverplan.loop.forms import papers
from coverplan.loop.inbox import identify, sorted_out
from coverplan.loop.merged import changed_cells
from coverplan.loop.merging import Merger
from coverplan.loop.returning import returned_paper
from coverplan.loop.verification import spot_check
from loop_county import COMPLETE, answered, handed_out, loop_desk

WORDS = (
    None, "", " ", "有2个，待建1个", "500230001001", "500230111005", "5.0023E+11", 500230001001.0,
    "=1+1", "☑", "是", "合计", "注：以上为估计", "社区科普大学教学点", "滨江教学点", "撤销", "开放",
    "2024-05-01", "2024年5月", "-", "１２", "3,257人", -5, 1e308, True, "x" * 300, "\u202e三合",
    "编号（勿改）", "form", "#REF!", "双路镇", "长坡村",
)  # fmt: skip
DAMAGE = ("cell", "row", "swap", "sheet", "copy", "rename", "column", "header", "insert", "paste")


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("laws")
    desk = loop_desk(folder)
    forms = handed_out(desk)
    of = desk.issue()
    path = answered(forms["三合街道"], folder / "1.xlsx", *COMPLETE["三合街道"])
    arrival = identify(path, "1.xlsx")
    paper = next(paper for paper in papers(of) if paper.id == arrival.id)
    return desk, of, arrival, paper, lists_of(of.inputs, "丰都县")


def damaged(grids, seed, count):
    """Do to a form what clerks do: overwrite, delete, move, copy and rename."""
    luck = random.Random(seed)
    sheets = [grid for grid in grids if not grid.hidden]
    for _ in range(count):
        at = luck.randrange(len(sheets))
        grid, kind = sheets[at], luck.choice(DAMAGE)
        if kind == "sheet" and len(sheets) > 1:
            del sheets[at]
        elif kind == "copy":
            sheets.append(replace(grid, sheet=f"{grid.sheet} ({len(sheets)})"))
        elif kind == "rename":
            sheets[at] = replace(grid, sheet=luck.choice(("Sheet1", "场馆", "零报告", "数字")))
        else:
            rows = [list(row) for row in grid.rows] or [[None]]
            changed(rows, kind, luck, luck.choice(sheets))
            sheets[at] = replace(grid, rows=tuple(tuple(row) for row in rows))
    # a workbook holds no two sheets of one name
    unique = {grid.sheet: grid for grid in sheets}
    return (*unique.values(), *(grid for grid in grids if grid.hidden))


def changed(rows, kind, luck, other):
    """Change the rows of one sheet in place."""
    line = luck.randrange(len(rows))
    if kind == "cell" and rows[line]:
        rows[line][luck.randrange(len(rows[line]))] = luck.choice(WORDS)
    elif kind == "row":
        del rows[line]
    elif kind == "insert":
        rows.insert(line, [luck.choice(WORDS) for _ in rows[line]])
    elif kind == "swap":
        at = luck.randrange(len(rows))
        rows[line], rows[at] = rows[at], rows[line]
    elif kind == "column":
        place = luck.randrange(max(map(len, rows)) or 1)
        rows[:] = [row[:place] + row[place + 1 :] for row in rows]
    elif kind == "header" and len(rows) > 3 and rows[3]:
        rows[3][luck.randrange(len(rows[3]))] = luck.choice(WORDS)
    elif kind == "paste" and other.rows:
        rows.append(list(other.rows[-1]))


def filled(grid):
    return {
        number
        for number, row in enumerate(grid.rows, start=1)
        if any(cell is not None and str(cell).strip() for cell in row)
    }


@settings(
    max_examples=2000, deadline=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 12))
def test_no_damage_to_a_form_loses_a_row_guesses_a_code_or_touches_a_neighbour(county, seed, count):
    desk, of, whole, paper, lists = county
    arrival = replace(whole, grids=damaged(whole.grids, seed, count))
    book = RowBook()
    answer = read_answer(arrival, paper, book)
    check_answer(answer, lists, desk.quarter)
    every_row_is_accounted_for(answer)
    merger = Merger(of.inputs, of.inputs, {}, desk.quarter)
    known = {key: dict(row) for key, row in merger.result.venues.items()}
    merger.township(answer, of.asked.village_types)
    only_its_own_township_changes(of, known, merger.result)
    if answer.faults:
        all_codes_are_back(returned_paper(answer), answer, paper)


def every_row_is_accounted_for(answer):
    """Check: rows in = taken + repaired + set aside, and what is set aside has a reason."""
    ledger = answer.book.frame()
    rows = ledger.groupby(["sheet", "row"])
    fates = answer.book.counts().get(answer.arrival.file, {})
    assert sum(fates.values()) == rows.ngroups
    places = set(rows.groups)
    taken = 0
    for reading in answer.readings.values():
        if reading.table is None or reading.grid is None or reading.header is None:
            continue
        below = {row for row in filled(reading.grid) if row >= reading.header.data_row}
        assert {(reading.grid.sheet, row) for row in below} <= places
        taken += len(reading.table.frame)
    assert taken == fates.get("taken", 0) + fates.get("repaired", 0)
    aside = {place for place, fate in rows["fate"].first().items() if fate == "set_aside"}
    told = set(zip(ledger["sheet"], ledger["row"], strict=True))
    reasoned = {
        (sheet, row)
        for sheet, row, key in zip(ledger["sheet"], ledger["row"], ledger["key"], strict=True)
        if key
    }
    assert aside <= told & reasoned


def only_its_own_township_changes(of, known, merged):
    """Check: every known venue is still there, others' untouched, new ones under own codes."""
    for key, row in known.items():
        assert key in merged.venues
        if row["township"] != "三合街道":
            assert merged.venues[key] == row
    for key in set(merged.venues) - set(known):
        assert key.startswith("500230001")
        assert merged.venues[key]["township"] == "三合街道"
        assert merged.venues[key]["type"] in of.inputs.venue_types.index
    assert set(merged.villages) <= set(of.inputs.villages.index)
    assert {name for name, _ in merged.reports} <= {"三合街道", "双龙镇"}


def all_codes_are_back(back, answer, paper):
    """Check: what goes back is one version higher and holds every code that was handed out."""
    assert back.id.version == 2
    assert len(back.reasons) == len(answer.faults)
    for page, handed in zip(back.pages, paper.pages, strict=True):
        codes = {tuple(str(row.get(k) or "") for k in page.sheet.key) for row in page.rows}
        wanted = {tuple(str(row.get(k) or "") for k in page.sheet.key) for row in handed.rows}
        assert wanted <= codes


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(4)), version=st.integers(1, 9))
def test_the_order_of_files_decides_nothing(county, order, version):
    _, _, whole, _, _ = county
    files = [
        replace(whole, file="a", id=replace(whole.id, version=version), modified="2025-10-01"),
        replace(whole, file="b", id=replace(whole.id, version=version), modified="2025-10-02"),
        replace(whole, file="c", id=replace(whole.id, version=version + 1), modified=""),
        replace(whole, file="d", id=replace(whole.id, version=1), modified="2025-09-01"),
    ]
    units = [("township", "500230001")]
    found = sorted_out([files[n] for n in order], "little", "2025Q3", units)
    assert [one.file for one in found.forms] == ["c"]
    assert {one.file for one in found.older} == {"a", "b", "d"}
    assert all(p.severity is Severity.NOTE for one in found.older for p in one.problems)


@given(
    count=st.integers(0, 300),
    seed=st.integers(0, 99),
    extra=st.integers(0, 5),
)
def test_a_spot_check_draws_a_tenth_whatever_the_order_of_rows(count, seed, extra):
    rows = [{"id": f"v{n}", "status": "open", "verified": "自报"} for n in range(count)]
    rows += [{"id": f"x{n}", "status": "closed", "verified": "自报"} for n in range(extra)]
    drawn = spot_check(rows, seed, "2025Q3")
    assert len(drawn) == -(-count // 10)
    assert spot_check(rows[::-1], seed, "2025Q3") == drawn
    assert all(key.startswith("v") for key in drawn)


@given(seen=st.integers(0, 20), seed=st.integers(0, 99))
def test_venues_that_were_visited_are_drawn_last(seen, seed):
    rows = [
        {"id": f"v{n:02d}", "status": "open", "verified": "实地核" if n < seen else "自报"}
        for n in range(20)
    ]
    drawn = spot_check(rows, seed, "2025Q3")
    fresh = sum(key >= f"v{seen:02d}" for key in drawn)
    assert fresh == min(2, 20 - seen)


CELLS = st.fixed_dictionaries(
    {"status": st.sampled_from(["open", "closed"]), "capacity": st.sampled_from([None, 3, 3.0, 4])}
)


@given(before=CELLS, after=CELLS)
def test_a_row_has_changed_exactly_when_a_cell_has(before, after):
    changed = set(changed_cells(before, after))
    assert changed == {name for name in before if before[name] != after[name]}
    assert changed == set(changed_cells(after, before))


def test_a_grid_knows_its_rows():
    assert filled(Grid("x", ((None,), ("a",), (" ",)))) == {2}
