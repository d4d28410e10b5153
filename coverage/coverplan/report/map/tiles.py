"""Online grounds a reader may switch on; none is used unless asked for by name."""

import os
from typing import Any

__all__ = ["KEY", "online_ground"]

KEY = "COVERPLAN_TIANDITU_KEY"
"""The environment variable that holds the key of 天地图."""


def online_ground(name: str, datum: str = "wgs84") -> dict[str, Any]:
    """
    Return where the tiles of an online ground are.

    Parameters
    ----------
    name
        `"osm"` or `"tianditu"`.
    datum
        What the map's degrees are: both grounds are in WGS84.

    Returns
    -------
    dict
        `url` (Leaflet's pattern), `subdomains`, `key` (whether one stands in the address), `hosts`
        (what the page's security policy must allow, with a leading space).

    Raises
    ------
    ValueError
        Another name, no key in the environment, or a map in another datum.

    Examples
    --------
    >>> online_ground("osm")["key"]
    False
    """
    if name in {"osm", "tianditu"} and datum != "wgs84":
        raise ValueError(
            f"在线底图是 WGS84，本次运行的坐标是 {datum}，叠上去约差 500 米。"
            "请把方案中 [county] datum 改为 wgs84（数据各自注明坐标系，程序会换算），"
            "或不用在线底图。\n"
            f"Online grounds are in WGS84 and this run is in {datum}: they would lie about 500 m "
            "apart. Set [county] datum to wgs84 (each file says its own; they are converted), or "
            "leave the ground out."
        )
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
