"""What of a result may leave, by publish profile: a whitelist, and no contacts in any of them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from coverplan.config import Plan
from coverplan.domain import FRAMES, Result
from coverplan.errors import Problem

__all__ = ["CONTACT_COLUMNS", "PROFILES", "published", "without_contacts"]

PROFILES = ("internal", "meeting", "public")

CONTACT_COLUMNS = re.compile(
    r"contact|phone|mobile|telephone|reporter|e_?mail|id_?card|wechat|联系|电话|手机|填报人|身份证|微信|邮箱",
    re.IGNORECASE,
)
"""Names of columns that leave in no profile."""

_GAP = r"[-–—\s]?"
_CONTACT = re.compile(
    r"(?<![0-9A-Za-z.])(?:"
    r"\d{17}[0-9Xx]|\d{15}"  # identity card, of today and of before 1999
    rf"|(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"  # mobile
    r"|1[3-9]\d\.\d{4}\.\d{4}"
    rf"|\(?0\d{{2,3}}\)?{_GAP}\d{{7,8}}"  # landline
    r"|(?<=电话|固话|座机|话机|手机|联系)[:\s]{0,2}\d{7,8}"  # a landline without its area code
    r"|[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+"  # e-mail
    r")(?![0-9A-Za-z])"
)
_NARROW = {0xFEE0 + ord(sign): sign for sign in "0123456789XxABab+-().@:"}
"""Full-width signs, as a Chinese keyboard types them, and what they are; one for one."""

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
    parts, after = [], 0
    for found in _CONTACT.finditer(text.translate(_NARROW)):
        parts += [text[after : found.start()], MASK]
        after = found.end()
    return "".join([*parts, text[after:]])


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
    outline = result.outline
    if outline is not None:
        outline = None if profile == "public" else _frame(outline, None)
    return replace(
        result,
        **changed,
        plan=_plan(result.plan),
        outline=outline,
        layers={without_contacts(name): _frame(one, None) for name, one in result.layers.items()},
        notes=tuple(_note(note) for note in result.notes),
    )


def _plan(plan: Plan) -> Plan:
    """Return the plan with its words without contacts: who fills in, what a layer is called."""
    raw = _clean(dict(plan.raw))
    if raw == plan.raw:
        return plan
    county = replace(
        plan.county,
        name=without_contacts(plan.county.name),
        name_en=without_contacts(plan.county.name_en),
        unit=without_contacts(plan.county.unit),
    )
    layers = tuple(replace(one, name=without_contacts(one.name)) for one in plan.layer)
    return replace(plan, county=county, layer=layers, raw=raw)


def _note(note: Problem) -> Problem:
    where = replace(
        note.where,
        file=without_contacts(note.where.file),
        sheet=without_contacts(note.where.sheet),
    )
    return replace(note, where=where, found=_clean(note.found), values=_clean(dict(note.values)))


def _clean(tree: Any) -> Any:
    """Return plain values with every text without contacts."""
    if isinstance(tree, Mapping):
        return {name: _clean(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(_clean(value) for value in tree)
    return without_contacts(tree) if isinstance(tree, str) else tree


def _frame(frame: Any, keep: set[str] | None) -> Any:
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
