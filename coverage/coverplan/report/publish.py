"""What of a result may leave, by publish profile: a whitelist, and no contacts in any of them."""

import re
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from coverplan.domain import FRAMES, Result

__all__ = ["CONTACT_COLUMNS", "PROFILES", "published", "without_contacts"]

PROFILES = ("internal", "meeting", "public")

CONTACT_COLUMNS = re.compile(
    r"contact|phone|mobile|telephone|reporter|e_?mail|id_?card|wechat|联系|电话|手机|填报人|身份证|微信|邮箱",
    re.IGNORECASE,
)
"""Names of columns that leave in no profile."""

_CONTACT = re.compile(
    r"(?<![0-9A-Za-z.])(?:"
    r"\d{17}[0-9Xx]"  # identity card
    r"|(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"  # mobile
    r"|\(?0\d{2,3}\)?[- ]?\d{7,8}"  # landline
    r"|[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+"  # e-mail
    r")(?![0-9A-Za-z])"
)
MASK = "〔略〕"

_PLACE = {"name", "kind", "code9", "code12", "township", "lon", "lat", "location", "geometry"}
_MEETING = {
    "venues": _PLACE
    | {
        *("place_id", "type", "type_zh", "village", "status", "opened_on", "closed_on", "open"),
        *("active", "active_12m", "host", "host_kind", "capacity", "cost_yuan", "visitable"),
    },
    "candidates": _PLACE | {"types", "resolution", "host_kind", "cost_yuan"},
}
_PUBLIC = {
    "venues": _PLACE | {"place_id", "type", "type_zh", "village", "status", "open", "visitable"},
    "candidates": _PLACE | {"types", "resolution"},
}
_WHITELIST = {"internal": {}, "meeting": _MEETING, "public": _PUBLIC}
_DETAIL = ("before", "after")


def without_contacts(text: str) -> str:
    """
    Return text with phone numbers, identity numbers and mail addresses blotted out.

    Parameters
    ----------
    text
        Free text of a record.

    Examples
    --------
    >>> without_contacts("王主任13812345678，023-70605678；500230001001")
    '王主任〔略〕，〔略〕；500230001001'
    """
    return _CONTACT.sub(MASK, text)


def published(result: Result, profile: str) -> Result:
    """
    Return the result that may leave under a profile.

    `internal` leaves out contacts only. `meeting` keeps of venues and candidates what a meeting
    needs. `public` keeps less, and draws no administrative lines: townships are seat points and
    there is no outline.

    Parameters
    ----------
    result
        What a run computed.
    profile
        `"internal"`, `"meeting"` or `"public"`.

    Raises
    ------
    ValueError
        The profile is none of the three.
    """
    if profile not in PROFILES:
        raise ValueError(f"profile is one of {PROFILES}, not {profile!r}")
    changed: dict[str, Any] = {
        name: _frame(getattr(result, name), _WHITELIST[profile].get(name)) for name in FRAMES
    }
    if profile != "internal":
        ledger = changed["ledger"]
        changed["ledger"] = ledger.drop(columns=[name for name in _DETAIL if name in ledger])
    if profile == "public":
        changed["townships"] = _as_seats(changed["townships"])
    outline = None if profile == "public" else result.outline
    return replace(result, **changed, outline=outline)


def _frame(frame: pd.DataFrame, keep: set[str] | None) -> pd.DataFrame:
    """Return a frame with the columns that may leave and its texts without contacts."""
    gone = [
        name
        for name in frame.columns
        if CONTACT_COLUMNS.search(str(name)) or (keep is not None and name not in keep)
    ]
    frame = frame.drop(columns=gone)
    for name in frame.columns:
        texts = frame[name]
        if not pd.api.types.is_string_dtype(texts.dtype) and texts.dtype != object:
            continue
        if name in {"sha256", "geometry"}:
            continue
        clean = texts.map(lambda one: without_contacts(one) if isinstance(one, str) else one)
        if not clean.equals(texts):
            frame[name] = clean.astype(texts.dtype)
    return frame


def _as_seats(townships: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    seats = gpd.points_from_xy(townships["seat_lon"], townships["seat_lat"])
    known = townships["seat_lon"].notna().to_numpy()
    townships = townships.copy()
    townships[townships.geometry.name] = gpd.GeoSeries(
        [seat if here else None for seat, here in zip(seats, known, strict=True)],
        index=townships.index,
        crs=townships.crs,
    )
    return townships
