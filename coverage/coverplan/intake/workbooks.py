"""Which reader a tabular file needs: by its name, checked against its first bytes."""

from pathlib import Path

from coverplan.intake.grids import Grid, refuse, too_large
from coverplan.intake.grids_legacy import legacy_grids
from coverplan.intake.grids_text import text_grid
from coverplan.intake.grids_xlsx import workbook_grids

__all__ = ["read_grids"]

_TEXT = frozenset({".csv", ".tsv", ".txt"})
_WORKBOOK = frozenset({".xlsx", ".xlsm"})
_LEGACY = frozenset({".xls", ".ods"})
_WPS = frozenset({".et", ".ett", ".wps", ".dps"})
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_grids(path: Path, file: str = "") -> tuple[Grid, ...]:
    """
    Return the sheets of a tabular file, raw.

    Parameters
    ----------
    path
        A .csv, .tsv, .txt, .xlsx, .xlsm, .xls or .ods file.
    file
        Its name for messages; the bare file name where empty.

    Returns
    -------
    tuple of Grid
        One for a text file, else one a sheet, in the workbook's order.

    Raises
    ------
    TableError
        The file is missing, of another format, damaged, protected or beyond the limits; the
        message says what to save it as.
    """
    file = file or path.name
    too_large(path, file)
    suffix = path.suffix.casefold()
    if suffix in _WPS:
        raise refuse("intake.file.wps", file, found=suffix)
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        raise refuse("intake.file.empty", file)
    packed, ole = head.startswith(_ZIP), head == _OLE
    if suffix in _WORKBOOK and ole:
        raise refuse("intake.file.password", file)
    if suffix in _TEXT and (packed or ole):
        raise refuse("intake.file.not_text", file, found=suffix)
    if suffix == ".xls" and packed:
        return workbook_grids(path, file)
    if suffix in _WORKBOOK and not packed:
        raise refuse("intake.file.damaged", file, found=suffix)
    if suffix in _TEXT or (suffix == ".xls" and not ole):
        # many systems export a tab-separated text under the name .xls
        return (text_grid(path, file),)
    if suffix in _WORKBOOK:
        return workbook_grids(path, file)
    if suffix in _LEGACY:
        return legacy_grids(path, file)
    raise refuse("intake.file.format", file, found=suffix)
