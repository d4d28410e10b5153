"""`init`: the folder of a new county, in which `run` works at once with what there is."""

import csv
import io
from datetime import date
from importlib.resources import files
from pathlib import Path

from coverplan import schema
from coverplan.errors import InputError, Problem
from coverplan.starter.codes import SOURCE, Named, county_of, townships_of, villages_of
from coverplan.starter.sheets import write_sheet

__all__ = ["init"]

_LISTED = {
    "townships.xlsx": "；驻地坐标由县里填报",
    "villages.xlsx": "；坐标由县里填报",
    "population.xlsx": "；人口由县里填报",
    "asked_villages.xlsx": "；分钟由县里填报",
}


def init(folder: Path, county: str, as_of: date) -> Named:
    """
    Make a ready project for a county.

    Parameters
    ----------
    folder
        To be made; may exist if it holds none of the files.
    county
        Six-digit code.
    as_of
        The report date written into the plan.

    Returns
    -------
    Named
        The county.

    Raises
    ------
    InputError
        No such county, or a file of that name is there already: nothing is overwritten.
    """
    named = county_of(county)
    townships, villages = townships_of(county), villages_of(county)
    sheets = _sheets(townships, villages)
    texts = _texts(named, len(townships), len(villages), as_of)
    texts["provenance.csv"] = _provenance([*sheets, *texts], named)
    for name in (*sheets, *texts):
        if (folder / name).exists():
            values = {"file": name}
            raise InputError(Problem("starter.not_empty", found=str(folder), values=values))
    folder.mkdir(parents=True, exist_ok=True)
    names = [place.name for place in townships]
    codes = [place.code for place in townships]
    types = _type_names()
    for name, (contract, rows) in sheets.items():
        columns = {column.name for column in contract.columns}
        choices = {
            "township": names,
            "type": types,
            "target": _target_ids(),
            "from_code9": codes,
            "to_code9": codes,
        }
        if contract is schema.ALIASES:
            choices["code9"] = codes
        write_sheet(
            folder / name, contract, rows, {k: v for k, v in choices.items() if k in columns}
        )
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8-sig" if name.endswith("csv") else "utf-8")
    return named


def _sheets(
    townships: tuple[Named, ...], villages: tuple[Named, ...]
) -> dict[str, tuple[schema.TableContract, list[dict[str, str]]]]:
    places = [{"code9": p.code, "name": p.name, "kind": p.kind} for p in townships]
    of_village = [
        {"code12": p.code, "code9": p.code[:9], "name": p.name, "kind": p.kind} for p in villages
    ]
    reports = [
        {"township": p.name, "type": kind, "answer": "未报"}
        for p in townships
        for kind in _type_names(programme=True)
    ]
    return {
        "townships.xlsx": (schema.TOWNSHIPS, places),
        "villages.xlsx": (schema.VILLAGES, of_village),
        "population.xlsx": (schema.POPULATION, places),
        "venues.xlsx": (schema.VENUES, []),
        "reports.xlsx": (schema.REPORTS, reports),
        "asked_villages.xlsx": (
            schema.ASKED_VILLAGES,
            [{"code12": p.code, "note": p.name} for p in villages],
        ),
        "asked_seats.xlsx": (schema.ASKED_SEATS, []),
        "schools.xlsx": (schema.SCHOOLS, []),
        "candidates.xlsx": (schema.CANDIDATES, []),
        "aliases.xlsx": (schema.ALIASES, []),
        "indicators.xlsx": (schema.INDICATORS, []),
    }


def _texts(county: Named, townships: int, villages: int, as_of: date) -> dict[str, str]:
    values = {
        "county": county.name,
        "code": county.code,
        "slug": f"county-{county.code}",
        "as_of": as_of.isoformat(),
        "townships": townships,
        "villages": villages,
        "source": SOURCE,
    }
    return {
        "plan.toml": _template("plan.toml").format(**values),
        "请先看我.md": _template("readme.md").format(**values),
        "venue_types.csv": _template("venue_types.csv"),
        "targets.csv": _template("targets.csv"),
    }


def _provenance(names: list[str], county: Named) -> str:
    """Return where each table comes from: the code lists, the policy's template, or the county."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([column.name for column in schema.PROVENANCE.columns])
    own = f"{county.name}填报"
    for name in names:
        if not name.endswith((".xlsx", ".csv")):
            continue
        source, licence, day = own, "内部资料", ""
        if name in _LISTED:
            source, licence, day = SOURCE + _LISTED[name], "MIT（代码、名称）", "2023-06-30"
        elif name.endswith(".csv"):
            source, licence = "coverplan init 模板，按本县方案填写", "MIT（模板）"
        writer.writerow([name, source, licence, "", day, "", ""])
    return lines.getvalue()


def _template(name: str) -> str:
    path = files(__package__).joinpath(f"templates/{name}")
    return path.read_text(encoding="utf-8-sig")


def _type_names(*, programme: bool = False) -> list[str]:
    rows = csv.DictReader(_template("venue_types.csv").splitlines())
    return [row["zh"] for row in rows if not programme or row["programme"] == "yes"]


def _target_ids() -> list[str]:
    return [line.split(",")[0] for line in _template("targets.csv").splitlines()[1:]]
