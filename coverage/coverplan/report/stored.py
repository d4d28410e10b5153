"""How a result's frames and travel times lie on disk, both ways, in the same bytes every time."""

import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.domain import FRAMES, Result, Rung, TravelTimes

__all__ = ["read_frame", "read_times", "times_bytes", "write_frames", "write_times"]

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold


def write_frames(result: Result, folder: Path) -> dict[str, str]:
    """
    Write every frame, the outline and the layers as (Geo)Parquet.

    Parameters
    ----------
    result
        A run's result.
    folder
        An existing folder.

    Returns
    -------
    dict[str, str]
        Layer name -> file name; a layer's own name may hold anything, a file's may not.
    """
    for name in FRAMES:
        getattr(result, name).to_parquet(folder / f"{name}.parquet")
    if result.outline is not None:
        result.outline.to_parquet(folder / "outline.parquet")
    layers = {}
    for number, (name, layer) in enumerate(result.layers.items(), start=1):
        layers[name] = f"layer_{number:02d}.parquet"
        layer.to_parquet(folder / layers[name])
    return layers


def read_frame(path: Path) -> pd.DataFrame:
    """
    Read one stored frame, with its geometry where it has one.

    Parameters
    ----------
    path
        A file of a run folder's `data/`.

    Returns
    -------
    pandas.DataFrame
        A GeoDataFrame where a geometry is stored.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    schema = pq.read_schema(path)
    if b"geo" in (schema.metadata or {}):
        located: pd.DataFrame = gpd.read_parquet(path)
        return _as_written(located, schema.pandas_metadata)
    return _as_written(pd.read_parquet(path), schema.pandas_metadata)


def _as_written(frame: pd.DataFrame, metadata: dict[str, Any] | None) -> pd.DataFrame:
    """Give columns back the types that Parquet widens: plain objects, dates by the second."""
    for column in (metadata or {}).get("columns", []):
        name, was = column["name"], column["numpy_type"]
        if name not in frame.columns or str(frame[name].dtype) == was:
            continue
        if was.startswith("datetime64"):
            frame[name] = frame[name].astype(was)
        elif was == "object" and column["pandas_type"] == "unicode":
            frame[name] = frame[name].astype(object)
    return frame


def times_bytes(times: TravelTimes) -> bytes:
    """
    Return travel times as the bytes of an `.npz`: compressed rows, absent = beyond the limit.

    The arrays are those of a CSR matrix: `minutes` (kilometres on rung D), `site` (column of each
    entry), `start` (where each row begins), with the ids `demand` and `sites`, and `rung`,
    `limit`; where it differs from what is absent, `unknown` (packed bits) marks missing answers. A
    stored 0.0 is a travel time of zero.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites). [min], or [km] on rung D

    Notes
    -----
    numpy's own writer stamps each member with the time of day, so the archive is made here.
    """
    known = np.isfinite(times.values)
    start = np.concatenate([[0], np.cumsum(known.sum(axis=1))]).astype(np.int64)
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "minutes": times.to(times.sites)[known],
        "site": np.nonzero(known)[1].astype(np.int32),
        "start": start,
        "demand": np.array(times.demand, dtype=np.str_),
        "sites": np.array(times.sites, dtype=np.str_),
        "rung": np.array(times.rung.value),
        "limit": np.array(times.limit),
    }
    if times.unknown is not None:
        arrays["unknown"] = np.packbits(times.unknown)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, values in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            member.create_system = 3  # else the archive would say on which system it was made
            with archive.open(member, "w") as out:
                np.lib.format.write_array(out, values, version=(1, 0), allow_pickle=False)
    return whole.getvalue()


def write_times(times: TravelTimes, path: Path) -> None:
    """
    Write travel times; see `times_bytes`.

    Parameters
    ----------
    times
        Travel times of a run.
    path
        The `.npz` file.
    """
    path.write_bytes(times_bytes(times))


def read_times(path: Path) -> TravelTimes:
    """
    Read travel times that `write_times` wrote.

    Parameters
    ----------
    path
        The `.npz` file.
    """
    with np.load(path, allow_pickle=False) as stored:
        demand = tuple(stored["demand"].tolist())
        sites = tuple(stored["sites"].tolist())
        values = np.full((len(demand), len(sites)), np.inf)
        rows = np.repeat(np.arange(len(demand)), np.diff(stored["start"]))
        values[rows, stored["site"]] = stored["minutes"]
        rung = Rung(str(stored["rung"]))
        limit = float(stored["limit"])
        unknown = None
        if "unknown" in stored:
            bits = np.unpackbits(stored["unknown"], count=values.size)
            unknown = bits.astype(bool).reshape(values.shape)
    return TravelTimes(values, demand, sites, rung, limit, unknown)
