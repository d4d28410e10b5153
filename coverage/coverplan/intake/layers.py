"""Map layers in: any format that GDAL's wheels read, out in WGS84 degrees."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from coverplan import crs
from coverplan.errors import CrsError, Problem, TableError, Where
from coverplan.intake.cells import shown
from coverplan.intake.grids import refuse, too_large
from coverplan.intake.projections import in_degrees
from coverplan.intake.shapefiles import read_shapefile

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd

__all__ = ["FORMATS", "read_layer"]

FORMATS = (".geojson", ".json", ".gpkg", ".shp", ".kml", ".kmz", ".parquet", ".gdb", ".gml")
_FEATURE_LIMIT = 200_000


def read_layer(
    path: Path, *, file: str = "", datum: str = "wgs84", layer: str = "", target: str = "wgs84"
) -> "tuple[gpd.GeoDataFrame, tuple[Problem, ...]]":
    """
    Read a map layer.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile, KML/KMZ, GeoParquet, or the folder of a FileGDB.
    file
        Its name for messages; the bare file name where empty.
    datum
        What its degrees really are, as the plan says; `"unknown"` takes them as they stand.
    layer
        Layer in the file; the first with geometries where empty.
    target
        The datum that the whole run is in.

    Returns
    -------
    tuple
        The layer in degrees of the target datum, its columns as in the file, index 0, 1, … ; and
        notes.

    Raises
    ------
    TableError
        The file is missing, damaged, of another format, or holds no geometry.
    CrsError
        Its coordinate system is missing, or is one that cannot be converted without the
        surveyors' parameters (Beijing 54, Xi'an 80).
    """
    file = file or path.name
    frame = _read(path, file, layer)
    if frame.empty:
        raise refuse("intake.layer.empty", file)
    frame, notes = in_degrees(frame, file)
    if datum not in {"unknown", target}:
        frame = crs.shift_geometry(frame, datum, target)
    west, south, east, north = frame.total_bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004
        found = f"{west:.1f}, {south:.1f}, {east:.1f}, {north:.1f}"
        raise CrsError(Problem("intake.layer.not_degrees", Where(file), found))
    return frame, notes


def _read(path: Path, file: str, layer: str) -> "gpd.GeoDataFrame":
    import geopandas as gpd  # noqa: PLC0415 - heavy

    suffix = path.suffix.casefold()
    if suffix not in FORMATS:
        raise refuse("intake.layer.format", file, found=suffix, known="、".join(FORMATS))
    if suffix != ".gdb":
        too_large(path, file)
    elif not path.is_dir():
        raise refuse("intake.file.missing", file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if suffix == ".parquet":
                frame = gpd.read_parquet(path).reset_index(drop=True)
            elif suffix == ".shp":
                frame = read_shapefile(path, file)
            else:
                frame = _first_layer(path, file, layer)
    except (TableError, CrsError):
        raise
    except Exception as fault:
        # pyogrio, pyarrow, pyproj and shapely meet damage with whatever the line at fault raises,
        # UnboundLocalError included; each of them means the same to the planner
        raise refuse("intake.layer.unreadable", file, found=shown(str(fault))) from fault
    if not isinstance(frame, gpd.GeoDataFrame):
        raise refuse("intake.layer.empty", file)
    return frame


def _first_layer(path: Path, file: str, layer: str) -> "gpd.GeoDataFrame":
    import pyogrio  # noqa: PLC0415 - heavy

    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if not layers:
        raise refuse("intake.layer.empty", file)
    name = layer or layers[0]
    if name not in layers:
        raise refuse("intake.layer.no_layer", file, found=layer, known="、".join(layers))
    count = pyogrio.read_info(path, layer=name)["features"]
    if count > _FEATURE_LIMIT:
        raise refuse("intake.layer.too_many", file, found=str(count), most=_FEATURE_LIMIT)
    return pyogrio.read_dataframe(path, layer=name, use_arrow=False)
