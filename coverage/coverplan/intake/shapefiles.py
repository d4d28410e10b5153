"""Shapefiles whose text may be in any encoding: UTF-8 or GB18030 by their bytes, not by a label."""

from pathlib import Path
from typing import TYPE_CHECKING

from coverplan.intake.grids import refuse

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd

__all__ = ["read_shapefile"]

_STRICT = ("utf-8", "gb18030")


def read_shapefile(path: Path, file: str) -> "gpd.GeoDataFrame":
    """
    Return a Shapefile with its attributes decoded.

    Parameters
    ----------
    path
        The .shp; .dbf and .shx beside it, .prj and .cpg if there.
    file
        Its name for messages.

    Raises
    ------
    TableError
        The text is in neither encoding, or .dbf or .shx are missing.

    Notes
    -----
    Without a .cpg GDAL takes the text for Latin-1 and says nothing. Latin-1 maps every byte to one
    character, so the bytes are got back from it and decoded strictly. A .cpg is not trusted either:
    many say UTF-8 over GBK bytes.
    """
    import pyogrio  # noqa: PLC0415 - heavy

    for suffix in (".dbf", ".shx"):
        if not any(path.with_suffix(s).is_file() for s in (suffix, suffix.upper())):
            raise refuse("intake.layer.shapefile_part", file, found=suffix)
    frame = pyogrio.read_dataframe(path, encoding="ISO-8859-1", use_arrow=False)
    texts = [
        name
        for name in frame.columns
        if name != "geometry" and any(isinstance(value, str) for value in frame[name])
    ]
    raw = {name: [_bytes(value) for value in frame[name]] for name in texts}
    names = {name: _bytes(name) for name in frame.columns if name != "geometry"}
    for encoding in _STRICT:
        try:
            decoded = {
                name: [None if value is None else value.decode(encoding) for value in values]
                for name, values in raw.items()
            }
            renamed = {name: (value or b"").decode(encoding) for name, value in names.items()}
        except UnicodeDecodeError:
            continue
        for name, values in decoded.items():
            frame[name] = values
        return frame.rename(columns=renamed)
    raise refuse("intake.layer.encoding", file)


def _bytes(value: object) -> bytes | None:
    return value.encode("latin-1") if isinstance(value, str) else None
