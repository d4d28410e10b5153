"""Online grounds a reader may switch on; none is used unless asked for by name."""

import os
from typing import Any

__all__ = ["KEY", "online_ground"]

KEY = "COVERPLAN_TIANDITU_KEY"
"""The environment variable that holds the key of 天地图."""


def online_ground(name: str) -> dict[str, Any]:
    """
    Return where the tiles of an online ground are.

    Parameters
    ----------
    name
        `"osm"` or `"tianditu"`.

    Returns
    -------
    dict
        `url` (Leaflet's pattern), `subdomains`, `key` (whether one stands in the address), `hosts`
        (what the page's security policy must allow, with a leading space).

    Raises
    ------
    ValueError
        Another name, or no key in the environment.

    Examples
    --------
    >>> online_ground("osm")["key"]
    False
    """
    if name == "osm":
        return {
            "url": "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
            "subdomains": "",
            "key": False,
            "hosts": " https://tile.openstreetmap.org",
        }
    if name != "tianditu":
        raise ValueError(f"tiles {name!r}: osm or tianditu")
    key = os.environ.get(KEY, "")
    if not key:
        raise ValueError(
            f"天地图需要密钥：请设环境变量 {KEY}。\nTianditu needs a key: set the variable {KEY}."
        )
    return {
        "url": "https://t{s}.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile"
        "&VERSION=1.0.0&LAYER=vec&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        f"&TILECOL={{x}}&TILEROW={{y}}&TILEMATRIX={{z}}&tk={key}",
        "subdomains": "01234567",
        "key": True,
        "hosts": " https://*.tianditu.gov.cn",
    }
