"""Archives whose bytes depend on their contents only."""

import io
import zipfile
from collections.abc import Mapping

__all__ = ["archived", "rezipped"]

_MOMENT = (1980, 1, 1, 0, 0, 0)


def archived(files: Mapping[str, bytes]) -> bytes:
    """
    Return a zip archive: the same files give the same bytes.

    Parameters
    ----------
    files
        Name inside the archive -> content; the order is kept.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def rezipped(content: bytes) -> bytes:
    """
    Return an archive without the moments at which its members were written.

    Parameters
    ----------
    content
        A zip archive.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archived({info.filename: archive.read(info) for info in archive.infolist()})
