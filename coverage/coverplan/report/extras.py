"""What a run folder may hold beyond the run: papers, pictures, GeoJSON, a workbook a township."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from coverplan.domain import Presence, Result
from coverplan.report.document_briefing import (
    township_lines,
    write_briefing,
    write_township_pages,
)
from coverplan.report.document_report import people_text, write_report
from coverplan.report.document_request import write_request
from coverplan.report.figures import (
    draw_curve,
    draw_map,
    draw_states,
    draw_targets,
    sheet_png,
)
from coverplan.report.form import Column, states
from coverplan.report.gis import layers_of
from coverplan.report.manifest import NAME, add_files
from coverplan.report.phrases import county_name, known_places, proposals, target_names
from coverplan.report.publish import published
from coverplan.report.tables import cutoffs_of, gaps_table, is_missing, type_order, villages_table
from coverplan.report.words import header, type_name, word
from coverplan.report.workbook import book_of
from coverplan.text import say

__all__ = ["PAPERS", "pictures", "write_extras", "write_geojson", "write_township_books"]

PHONE_PX = (1080, 1920)
SLIDE_PX = (1920, 1080)
_DPI = 150


def write_extras(
    result: Result,
    folder: Path | str,
    *,
    lang: str = "zh",
    papers: bool = True,
    geojson: bool = False,
    per_township: bool = False,
    profile: str | None = None,
) -> list[str]:
    """
    Write papers, pictures and the like into a run folder, and enter them in its manifest.

    Parameters
    ----------
    result
        A run's result.
    folder
        The run folder, or any other folder.
    lang
        `"zh"` or `"en"`.
    papers
        Whether to write report.docx, briefing.docx, townships.docx, request.docx and the pictures.
    geojson
        Whether to write the layers as GeoJSON.
    per_township
        Whether to write a workbook for each township, to be sent out.
    profile
        Publish profile; the plan's own where it is None.

    Returns
    -------
    list[str]
        Names of the files, with forward slashes.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    leaving = published(result, profile or result.plan.publish.profile)
    names: list[str] = []
    if papers:
        for name, write in PAPERS.items():
            if write(leaving, folder / name, lang=lang) is not False:
                names.append(name)
        for name, png in pictures(leaving, lang).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(png)
            names.append(name)
    if geojson:
        names += write_geojson(leaving, folder, lang=lang)
    if per_township:
        names += write_township_books(leaving, folder, lang=lang)
    if (folder / NAME).is_file():
        add_files(folder, names)
    return names


PAPERS: dict[str, Callable[..., bool | None]] = {
    "report.docx": write_report,
    "briefing.docx": write_briefing,
    "townships.docx": write_township_pages,
    "request.docx": write_request,
}
"""The papers by name; briefing and request only where there is something to decide."""


def pictures(result: Result, lang: str = "zh") -> dict[str, bytes]:
    """
    Return pictures for a messenger and for slides, by file name.

    One tall picture 1080 pixels wide with headline, map and answers; and 16:9 pictures of the
    map of each programme, of people by new sites where there is a curve, of the answers and of the
    targets.

    Parameters
    ----------
    result
        A run's result.
    lang
        `"zh"` or `"en"`.
    """
    types = type_order(result, programmes_only=True)
    found: dict[str, bytes] = {}
    if types:
        draws = [
            partial(draw_map, result=result, venue_type=types[0], lang=lang),
            partial(draw_states, result=result, lang=lang),
        ]
        found["pictures/phone.png"] = sheet_png(
            draws,
            size=_inches(PHONE_PX),
            dpi=_DPI,
            heights=(3.2, 1.0),
            title=_headline(result, lang),
        )
    for venue_type in types:
        draw = partial(draw_map, result=result, venue_type=venue_type, lang=lang)
        found[f"pictures/map_{venue_type}.png"] = sheet_png(
            [draw], size=_inches(SLIDE_PX), dpi=_DPI
        )
        drawn: list[bool] = []
        curve = partial(_curve, result=result, venue_type=venue_type, lang=lang, drawn=drawn)
        picture = sheet_png([curve], size=_inches(SLIDE_PX), dpi=_DPI)
        if any(drawn):
            found[f"pictures/curve_{venue_type}.png"] = picture
    states_draw = partial(draw_states, result=result, lang=lang)
    found["pictures/states.png"] = sheet_png([states_draw], size=_inches(SLIDE_PX), dpi=_DPI)
    targets_draw = partial(draw_targets, result=result, lang=lang)
    found["pictures/targets.png"] = sheet_png([targets_draw], size=_inches(SLIDE_PX), dpi=_DPI)
    return found


def _curve(ax: Any, result: Result, venue_type: str, lang: str, drawn: list[bool]) -> None:
    """Draw the curve of a type, and note down whether there was one."""
    drawn.append(draw_curve(ax, result, venue_type, lang))


def write_geojson(result: Result, folder: Path, *, lang: str = "zh") -> list[str]:
    """
    Write each layer of the GeoPackage as GeoJSON (RFC 7946, six decimals).

    Parameters
    ----------
    result
        A run's result.
    folder
        The run folder; the files lie in its `geojson/`.
    lang
        `"zh"` or `"en"`.

    Returns
    -------
    list
        Names of the files below the run folder.
    """
    import pyogrio  # noqa: PLC0415 - heavy

    target = folder / "geojson"
    target.mkdir(exist_ok=True)
    names = []
    for layer in layers_of(result, lang):
        name = f"geojson/{layer.name}.geojson"
        (folder / name).unlink(missing_ok=True)
        options = {"RFC7946": "YES", "COORDINATE_PRECISION": "6"}
        pyogrio.write_dataframe(layer.frame, folder / name, driver="GeoJSON", layer_options=options)
        names.append(name)
    return names


def write_township_books(result: Result, folder: Path, *, lang: str = "zh") -> list[str]:
    """
    Write one workbook a township: its own gaps, villages and answers, and nobody else's.

    Parameters
    ----------
    result
        A run's result.
    folder
        The run folder; the files lie in its `townships/`.
    lang
        `"zh"` or `"en"`.

    Returns
    -------
    list
        Names of the files below the run folder.
    """
    target = folder / "townships"
    target.mkdir(exist_ok=True)
    gaps, villages = gaps_table(result), villages_table(result)
    names = []
    for code in result.townships.index:
        town = str(result.townships["name"][code])
        name = f"townships/{code}_{re.sub(r'[^0-9A-Za-z一-鿿]+', '_', town)}.xlsx"
        own = replace(result, townships=result.townships.loc[[code]])
        with book_of(own, folder / name, lang) as book:
            title = say(
                "report.title.township", lang, county=county_name(result, lang), township=town
            )
            rows = gaps[gaps["code9"] == code].set_index("type").reindex(type_order(result))
            columns = _gap_columns(result, str(code), rows, lang)
            form = book.form(
                say("report.sheet.gaps", lang), title, say("report.unit_people", lang),
                len(columns) + 1,
            )  # fmt: skip
            form.table(columns)
            for line in township_lines(result, str(code), lang):
                form.note(line)
            form.note(say("report.town.ask", lang))
            form.close()
            columns = _village_columns(result, villages[villages["code9"] == code], lang)
            form = book.form(
                say("report.sheet.villages", lang), title, say("report.unit_people", lang),
                len(columns) + 1,
            )  # fmt: skip
            form.table(columns)
            form.close()
        names.append(name)
    return names


def _gap_columns(result: Result, code: str, rows: pd.DataFrame, lang: str) -> list[Column]:
    columns = [
        Column(
            header("type_zh", lang),
            [type_name(result.venue_types, str(one), lang) for one in rows.index],
            name="key",
            width=30,
        ),
        Column(header("state", lang), states(rows["state"], "state", lang), marked=True),
        Column(header("places_open", lang), known_places(rows), "int", total=True),
        Column(
            header("places_active", lang), known_places(rows, "places_active"), "int", total=True
        ),
        Column(header("reason", lang), states(rows["reason"], "reason", lang), width=20),
    ]
    for cutoff in cutoffs_of(rows):
        name = f"people_uncovered_{cutoff}min"
        beyond = rows[name].where(rows["refused"].fillna("") == "")
        if beyond.notna().any():
            columns.append(Column(header(name, lang), list(beyond), "int"))
    columns += [
        Column(header("nearest_name", lang), list(rows["nearest_name"]), width=24),
        Column(header("nearest_min", lang), list(rows["nearest_min"]), "minutes"),
        Column(header("nearest_km", lang), list(rows["nearest_km"]), "km"),
    ]
    sites = [proposals(result, str(one), [code], lang)[0] for one in rows.index]
    columns.append(Column(header("proposed", lang), sites, width=26))
    missing = [
        "" if is_missing(one) else target_names(result, str(one), lang)
        for one in rows["targets_missing"]
    ]
    columns.append(Column(header("targets_missing", lang), missing, width=30))
    return columns


def _village_columns(result: Result, rows: pd.DataFrame, lang: str) -> list[Column]:
    tally = tuple(word("state", one, lang) for one in Presence)
    columns = [
        Column(header("code12", lang), list(rows["code12"])),
        Column(header("village", lang), list(rows["village"]), name="key"),
        Column(header("kind", lang), list(rows["kind"])),
        Column(header("people", lang), list(rows["people"]), "int", total=True),
        Column(header("minutes_to_seat", lang), list(rows["minutes_to_seat"]), "minutes"),
    ]
    for venue_type in type_order(result, programmes_only=True):
        name = f"state_{venue_type}"
        if name in rows:
            head = type_name(result.venue_types, venue_type, lang)
            values = states(rows[name], "state", lang)
            columns.append(Column(head, values, tally=tally, width=12))
    return columns


def _headline(result: Result, lang: str) -> str:
    """Return the county's name and what the first programme comes to, in lines that fit a phone."""
    venue_type = type_order(result, programmes_only=True)[0]
    texts = people_text(result, venue_type, lang)
    whole = " ".join(texts[-1:])
    return "\n".join([county_name(result, lang), *_lines(whole, 30 if lang == "zh" else 60)])


def _lines(text: str, width: int) -> list[str]:
    """Break a sentence at its stops into lines of a width, as far as they allow."""
    lines = [""]
    for part in re.findall(r"[^，；。,;]+[，；。,;]*\s?", re.sub(r"(?<=\d),(?=\d)", "\x00", text)):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return [line.replace("\x00", ",").strip() for line in lines]


def _inches(pixels: tuple[int, int]) -> tuple[float, float]:
    return pixels[0] / _DPI, pixels[1] / _DPI
