"""How a result leaves for a GIS: a GeoPackage that QGIS opens coloured, with stable bytes."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.crs import shift, shift_geometry
from coverplan.domain import Result
from coverplan.report.qgis_style import HATCHED, Category, Symbol, categorized, single
from coverplan.report.tables import (
    placement_table,
    rounded,
    townships_table,
    type_order,
    villages_table,
)
from coverplan.report.words import header, type_name, wide_header, word
from coverplan.text import say

__all__ = ["GisLayer", "layers_of", "write_layers"]

_GAP, _QUIET, _HATCH = "#b2182b", "#e8eef4", "#555555"
_LINES = {
    "river": Symbol("line", "#6baed6", width=0.8),
    "railway": Symbol("line", "#333333", width=0.4, dashed=True),
    "road": Symbol("line", "#b8860b", width=0.4),
    "neighbour": Symbol("line", "#999999", width=0.3, dashed=True),
}
_POINTS = {"neighbour": Symbol("marker", "#999999")}
_AREAS = {"river": Symbol("fill", "#c6dbef", "#6baed6"), "neighbour": Symbol("fill", "", "#999999")}


DATUM = "wgs84"
"""What EPSG:4326 is, and so the datum of every layer that leaves."""


@dataclass(frozen=True, slots=True, eq=False)
class GisLayer:
    """One layer: its frame, what it is, its header words and its styles, the default one first."""

    name: str
    frame: gpd.GeoDataFrame
    about: str
    aliases: Mapping[str, str]
    styles: Mapping[str, str]


def layers_of(result: Result, lang: str = "zh") -> list[GisLayer]:
    """
    Return the layers in the order in which they are drawn, lowest first.

    Parameters
    ----------
    result
        A run's result.
    lang
        `"zh"` or `"en"`, of labels and aliases.
    """
    layers = []
    if result.outline is not None:
        outline = result.outline[[name for name in result.outline if name != "fid"]]
        style = {"outline": single(Symbol("fill", "", "#222222", 0.8))}
        layers.append(_layer("outline", outline, result, lang, style))
    layers += [_townships(result, lang), *_orientation(result, lang)]
    layers += [_villages(result, lang), _candidates(result, lang)]
    layers += [_placement(result, lang), _venues(result, lang)]
    datum = result.plan.county.datum
    return [
        layer if datum == DATUM else replace(layer, frame=in_wgs84(layer.frame, datum))
        for layer in layers
        if len(layer.frame)
    ]


def in_wgs84(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """
    Return a layer in the datum that its reference system claims, with its columns of degrees.

    Parameters
    ----------
    frame
        A layer of a run in another datum.
    datum
        That datum.
    """
    moved = shift_geometry(frame, datum)
    if "lon" in moved:
        x, y = (moved[name].to_numpy("float64", na_value=np.nan) for name in ("lon", "lat"))
        lon, lat = shift(x, y, datum)
        moved["lon"], moved["lat"] = lon.round(6), lat.round(6)
    return moved


def write_layers(result: Result, path: Path, *, lang: str = "zh") -> None:
    """
    Write all layers into one GeoPackage (version 1.2, which every QGIS 3 opens without a warning).

    Unreachable and unknown minutes are both NULL. Coordinates are WGS84, EPSG:4326.

    Parameters
    ----------
    result
        A run's result.
    path
        The `.gpkg` file; it must not exist.
    lang
        `"zh"` or `"en"`, of labels and aliases.
    """
    import pyogrio  # noqa: PLC0415 - heavy

    layers = layers_of(result, lang)
    with _dated(result.as_of):
        for layer in layers:
            pyogrio.write_dataframe(
                layer.frame,
                path,
                layer=layer.name,
                driver="GPKG",
                append=path.exists(),
                dataset_options=None if path.exists() else {"VERSION": "1.2"},
                layer_options={"GEOMETRY_NAME": "geom", "DESCRIPTION": layer.about},
                geometry_type=_geometry_type(layer.frame),
                promote_to_multi=_geometry_type(layer.frame).startswith("Multi"),
            )
    with closing(sqlite3.connect(path)) as database, database:
        _enter_styles(database, layers, result.as_of)
        _enter_aliases(database, layers)


def _townships(result: Result, lang: str) -> GisLayer:
    table = townships_table(result).set_index("code9")
    frame = _with_geometry(table, result.townships)
    drawn = "fill" if _geometry_type(frame).endswith("Polygon") else "marker"
    dashed = bool(result.townships.get("approximate", pd.Series([True])).any())
    styles = {}
    for venue_type in type_order(result):
        name = f"{type_name(result.venue_types, venue_type, lang)}"
        looks = {
            "none": Symbol(drawn, _GAP, dashed=dashed),
            "unreported": Symbol(drawn, _HATCH, dashed=dashed, shape=HATCHED),
            "has": Symbol(drawn, _QUIET, dashed=dashed),
        }
        rows = [Category(key, word("state", key, lang), look) for key, look in looks.items()]
        styles[name] = categorized(f"state_{venue_type}", rows, label="township")
    if not styles:
        styles = {"townships": single(Symbol(drawn, _QUIET, dashed=dashed), label="township")}
    layer = _layer("townships", frame, result, lang, styles)
    return replace(layer, about=say("report.approximate", lang)) if dashed else layer


def _villages(result: Result, lang: str) -> GisLayer:
    table = villages_table(result).set_index("code12")
    look = single(Symbol("marker", "#bdbdbd", "#737373", 0.1, size=1.4))
    return _layer("villages", _with_geometry(table, result.villages), result, lang, {"v": look})


def _candidates(result: Result, lang: str) -> GisLayer:
    frame = rounded_frame(result.candidates)
    look = single(Symbol("marker", "", "#08519c", 0.3, size=2.0))
    return _layer("candidates", frame, result, lang, {"c": look})


def _placement(result: Result, lang: str) -> GisLayer:
    table = placement_table(result)
    table.index = result.placement.index
    frame = _with_geometry(table, result.placement, index=False)
    look = single(Symbol("marker", "#08519c", "#ffffff", 0.4, size=5.0), label="order")
    return _layer("placement", frame, result, lang, {"p": look})


def _venues(result: Result, lang: str) -> GisLayer:
    types = result.venue_types
    rows = []
    for venue_type in types.index:
        shape, colour = str(types["shape"][venue_type]), str(types["colour"][venue_type])
        look = Symbol("marker", _hex(colour), "#ffffff", 0.3, shape=shape, size=3.6)
        rows.append(Category(str(venue_type), type_name(types, venue_type, lang), look))
    style = {"venues": categorized("type", rows)}
    return _layer("venues", rounded_frame(result.venues), result, lang, style)


def _orientation(result: Result, lang: str) -> Iterator[GisLayer]:
    """Yield rivers, railways and the like, one layer a kind and shape of geometry."""
    for name, areas in result.layers.items():
        if "cutoff_min" in areas:
            look = single(Symbol("fill", "", "#2171b5", 0.3))
            yield _layer(name, areas, result, lang, {name: look})
    for kind in ("neighbour", "river", "railway", "road"):
        parts = []
        for name, layer in result.layers.items():
            own = layer[layer["kind"] == kind]
            about = {"name": own["name"], "kind": own["kind"], "layer": name}
            parts.append(gpd.GeoDataFrame(about, geometry=own.geometry, crs=layer.crs))
        if not parts:
            continue
        frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
        areas = frame.geom_type.isin(["Polygon", "MultiPolygon"])
        points = frame.geom_type.isin(["Point", "MultiPoint"])
        for part, looks, suffix in (
            (areas, _AREAS, "_areas"),
            (points, _POINTS, "_points"),
            (~areas & ~points, _LINES, ""),
        ):
            if part.any() and kind in looks:
                name = f"{kind}{suffix}"
                yield _layer(name, frame[part], result, lang, {name: single(looks[kind])})


def _layer(
    name: str, frame: gpd.GeoDataFrame, result: Result, lang: str, styles: Mapping[str, str]
) -> GisLayer:
    names = [str(column) for column in frame.columns if column != frame.geometry.name]
    aliases = {column: wide_header(column, result.venue_types, lang) for column in names}
    taken: set[str] = set()
    for column, alias in aliases.items():
        if alias in taken:
            aliases[column] = f"{alias} ({column})"
        taken.add(aliases[column])
    return GisLayer(name, frame, header(name, lang), aliases, styles)


def rounded_frame(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return a frame as a GIS can store it: index as a column, numbers rounded, no infinity.

    Parameters
    ----------
    frame
        A frame of a result.
    """
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return _with_geometry(rounded(table), frame)


def _with_geometry(
    table: pd.DataFrame, frame: gpd.GeoDataFrame, *, index: bool = True
) -> gpd.GeoDataFrame:
    table = table.replace([np.inf, -np.inf], np.nan)
    for name in table.columns:
        if table[name].dtype == object:
            table[name] = table[name].map(_plain_text)
    geometry = frame.geometry.reindex(table.index)
    whole = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry), crs=frame.crs)
    return whole.reset_index(drop=not index)


def _plain_text(value: object) -> object:
    """Return what a GIS field can hold of an object column."""
    if value is None or value is pd.NA or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _geometry_type(frame: gpd.GeoDataFrame) -> str:
    kinds = {kind for kind in frame.geom_type.dropna() if kind}
    for one in ("Point", "LineString", "Polygon"):
        if kinds <= {one}:
            return one if kinds else "Point"
        if kinds <= {one, f"Multi{one}"}:
            return f"Multi{one}"
    return "Unknown"


@contextmanager
def _dated(as_of: date) -> Iterator[None]:
    """Let GDAL stamp the file with the report date instead of the time of day."""
    import pyogrio  # noqa: PLC0415 - heavy

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _stamp(as_of)})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _stamp(as_of: date) -> str:
    return f"{as_of.isoformat()}T00:00:00.000Z"


def _enter_styles(database: sqlite3.Connection, layers: list[GisLayer], as_of: date) -> None:
    """Write the table in which QGIS looks for styles."""
    database.execute(
        'CREATE TABLE "layer_styles" ("id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, '
        '"f_table_catalog" TEXT(256), "f_table_schema" TEXT(256), "f_table_name" TEXT(256), '
        '"f_geometry_column" TEXT(256), "styleName" TEXT(30), "styleQML" TEXT, "styleSLD" TEXT, '
        '"useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30), "ui" TEXT(30), '
        '"update_time" DATETIME)'
    )
    for layer in layers:
        for number, (name, qml) in enumerate(layer.styles.items()):
            database.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, "
                "owner, ui, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, '', NULL, ?)",
                (layer.name, name[:30], qml, number == 0, name, _stamp(as_of)),
            )
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, "
        "srs_id) VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
        (_stamp(as_of),),
    )


def _enter_aliases(database: sqlite3.Connection, layers: list[GisLayer]) -> None:
    """Write the field headers by GeoPackage's own schema extension, which GDAL and QGIS read."""
    database.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, "
        "column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT, "
        "constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
        "CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    )
    database.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL, "
        "constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, "
        "max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, "
        "CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))"
    )
    link = "http://www.geopackage.org/spec/#extension_schema"
    for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        database.execute(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
            (table, link),
        )
    for layer in layers:
        database.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?,?,?,?)",
            [(layer.name, column, alias, alias) for column, alias in layer.aliases.items()],
        )


def _hex(colour: str) -> str:
    digits = colour.strip().lstrip("#")
    if len(digits) == 6 and all(sign in "0123456789abcdefABCDEF" for sign in digits):  # noqa: PLR2004
        return f"#{digits.lower()}"
    return "#555555"
