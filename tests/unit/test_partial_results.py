"""A county that knows little still gets all its files; what is missing is left out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

from coverplan.config import parse_plan
from coverplan.domain import Result
from coverplan.report.extras import write_extras
from coverplan.report.read_run import read_run
from coverplan.report.run_folder import write
from small_result import small_result


def names_and_counts_only() -> Result:
    """Return a county of which only names and people are known: no place, no times, no answers."""
    result = small_result()
    townships = result.townships.copy()
    townships.geometry = [None] * 3
    for name in ("seat_lon", "seat_lat", "area_km2", "people_located_share"):
        townships[name] = np.nan
    presence = result.presence.assign(state="unreported", places_open=0, places_active=0)
    gaps = result.gaps.assign(
        state="unreported",
        places_open=0,
        places_active=0,
        nearest_id="",
        nearest_name="",
        nearest_min=np.nan,
        nearest_km=np.nan,
        proposed="",
        refused="report.method.refused",
    )
    for name in [str(one) for one in gaps if str(one).startswith("people_") and "min" in str(one)]:
        gaps[name] = pd.array([None] * len(gaps), dtype="Int64")
    coverage = result.coverage.assign(
        covered=pd.NA, uncovered=pd.NA, unknown=pd.NA, share=pd.NA, refused="report.method.refused"
    )
    return replace(
        result,
        townships=townships,
        villages=result.villages.iloc[:0],
        village_presence=result.village_presence.iloc[:0],
        venues=result.venues.iloc[:0],
        candidates=result.candidates.iloc[:0],
        placement=result.placement.iloc[:0],
        demand=result.demand.iloc[:0],
        presence=presence,
        gaps=gaps,
        coverage=coverage,
        evidence=result.evidence.iloc[:0],
        curve=result.curve.iloc[:0],
        times=None,
        outline=None,
        layers={},
        notes=(),
        ledger=result.ledger.iloc[:0],
    )


def without_programmes() -> Result:
    result = names_and_counts_only()
    tree: dict[str, Any] = {**result.plan.raw, "programme": []}
    plan = parse_plan(tree, result.plan.folder, check_files=False)
    empty = {name: getattr(result, name).iloc[:0] for name in ("coverage", "programmes")}
    return replace(result, plan=plan, **empty)


@pytest.mark.parametrize("make", [names_and_counts_only, without_programmes])
def test_every_file_is_written_and_read_back(tmp_path, make):
    result = make()
    folder = write(result, tmp_path / "run", page=None)
    again = read_run(folder)
    assert again.times is None
    assert len(again.gaps) == 9
    kinds = dict(pyogrio.list_layers(folder / "layers.gpkg"))
    assert "townships" in kinds
    with (folder / "gaps.xlsx").open("rb") as handle:
        book = openpyxl.load_workbook(handle, data_only=True)
        values = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {"甲街道", "未报"} <= values


@pytest.mark.parametrize("make", [names_and_counts_only, without_programmes])
def test_papers_pictures_and_the_rest_are_written_too(tmp_path, make):
    names = write_extras(make(), tmp_path / "papers", geojson=True, per_township=True)
    assert "report.docx" in names
    assert "briefing.docx" not in names, "there is nothing to decide"
    assert all(Path(tmp_path / "papers" / name).stat().st_size for name in names)
