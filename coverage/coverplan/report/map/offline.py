"""Any folium map as one file that asks the network for nothing."""

import base64
import hashlib
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from branca.element import CssLink, Element, Figure, JavascriptLink

if TYPE_CHECKING:
    import folium

__all__ = ["OfflineFigure", "asset", "offline", "vendored"]

SHIM = """
window.jQuery = window.$ = window.$ || function (what) {
  if (typeof what === 'string') {
    var box = document.createElement('template');
    box.innerHTML = what.trim();
    return Array.prototype.slice.call(box.content.children);
  }
  return { ready: function (run) {
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', run);
    } else { run(); }
  } };
};
"""
"""What folium's own templates need of jQuery: `$("<div>…")[0]` and `$(document).ready(…)`."""


def asset(path: str) -> str:
    """
    Return a text file of `assets/`.

    Parameters
    ----------
    path
        Relative to the folder of assets, with forward slashes.
    """
    return _file(path).decode("utf-8").replace("\r\n", "\n")


@cache
def _file(path: str) -> bytes:
    return files("coverplan.report.map").joinpath("assets", *path.split("/")).read_bytes()


@cache
def vendored() -> dict[str, Any]:
    """
    Return the register of vendored files: `assets/VENDOR.toml`.

    Each `[[file]]` has `path`, `sha256`, `package`, `version`, `licence` and the patterns of the
    addresses it stands for; each `[[unneeded]]` has a pattern and the reason.
    """
    return tomllib.loads(asset("VENDOR.toml"))


def _lookup(url: str) -> str | None:
    """Return the asset that stands for an address, None where it is not needed."""
    for entry in vendored()["file"]:
        if any(re.search(pattern, url) for pattern in entry.get("stands_for", ())):
            return str(entry["path"])
    for entry in vendored()["unneeded"]:
        if re.search(entry["pattern"], url):
            return None
    raise ValueError(
        f"这个网址没有随包的离线副本：{url}。请去掉用到它的图层或插件。\n"
        f"No offline copy of {url} is vendored. Leave out the layer or plugin that asks for it."
    )


def _css(path: str) -> str:
    """Return a stylesheet with its pictures inside; behaviours of old browsers are cut."""
    folder = path.rsplit("/", 1)[0]

    def inside(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith("#"):
            return "none"
        picture = base64.b64encode(_file(f"{folder}/{name}")).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    return re.sub(r"url\(([^)]+)\)", inside, asset(path))


def css_without_pictures(path: str) -> str:
    """
    Return a stylesheet without its remarks and pictures, for a page that shows none of them.

    Parameters
    ----------
    path
        Of a vendored stylesheet.
    """
    bare = re.sub(r"/\*.*?\*/", "", asset(path), flags=re.DOTALL)
    return re.sub(r"\n\s*", "\n", re.sub(r"url\([^)]+\)", "none", bare))


def script_text(code: str) -> str:
    """
    Return JavaScript that may stand in a script element: no map comment, no closing tag.

    Parameters
    ----------
    code
        JavaScript.
    """
    code = re.sub(r"//# sourceMappingURL=\S*", "", code)
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def licence_text(paths: Iterable[str]) -> str:
    """
    Return the notices of the vendored files that are inside, as an HTML comment's text.

    Parameters
    ----------
    paths
        Paths of vendored files below the folder of assets.
    """
    inside = set(paths)
    notices = []
    for entry in vendored()["file"]:
        if "licence_file" in entry and entry["path"] in inside:
            head = f"{entry['package']} {entry['version']} ({entry['licence']})"
            notices.append(f"{head}\n{asset(entry['licence_file']).strip()}")
    return "\n\n".join(notices).replace("--", "- -")


class OfflineFigure(Figure):
    """
    A branca figure that carries every script and stylesheet inside.

    A link to an address that is not vendored raises when the figure is rendered; a content
    security policy then keeps the browser itself from any request.

    Parameters
    ----------
    **options
        As for `branca.element.Figure`.
    """

    def render(self, **kwargs: Any) -> str:
        """
        Return the page.

        Parameters
        ----------
        **kwargs
            Handed on to folium's elements.

        Raises
        ------
        ValueError
            A layer links to an address without a vendored copy.
        """
        for child in list(self._children.values()):
            child.render(**kwargs)
        head, icon, inside = self._head(**kwargs)
        body = self.html.render(**kwargs)
        code = self.script.render(**kwargs)
        policy = (
            "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
            "img-src data: blob:"
        )
        title = f"<title>{_escaped(self.title)}</title>\n" if self.title else ""
        return (
            "<!DOCTYPE html>\n<html>\n<head>\n"
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f"<!--\n{licence_text(inside)}\n-->\n{title}{head}\n"
            f"</head>\n<body>\n{body}\n<script>{icon}\n{code}\n</script>\n</body>\n</html>\n"
        )

    def _head(self, **kwargs: Any) -> tuple[str, str, list[str]]:
        pieces: list[str] = []
        inside: list[str] = []
        icon = ""
        for name, child in self.header._children.items():
            if isinstance(child, JavascriptLink):
                path = _lookup(child.url)
                if path is not None:
                    inside.append(path)
                    pieces.append(f"<script>{script_text(asset(path))}</script>")
                    if path == "leaflet/leaflet.js":
                        icon = _default_icon()
                if name == "jquery":
                    pieces.append(f"<script>{SHIM}</script>")
            elif isinstance(child, CssLink):
                path = _lookup(child.url)
                if path is not None:
                    pieces.append(f"<style>{_css(path)}</style>")
            elif name != "meta_http":
                pieces.append(child.render(**kwargs))
        return "\n".join(pieces), icon, inside


def _default_icon() -> str:
    """Return the script that gives Leaflet's plain marker its pictures."""
    pictures = {}
    for key, name in (
        ("iconUrl", "marker-icon.png"),
        ("iconRetinaUrl", "marker-icon-2x.png"),
        ("shadowUrl", "marker-shadow.png"),
    ):
        data = base64.b64encode(_file(f"leaflet/images/{name}")).decode("ascii")
        pictures[key] = f"data:image/png;base64,{data}"
    options = ",".join(f"{key}:'{value}'" for key, value in pictures.items())
    return (
        f"L.Icon.Default.imagePath=' ';L.Icon.Default.mergeOptions({{{options}}});"
        "L.Icon.Default.prototype._getIconUrl=function(n){return this.options[n+'Url'];};"
    )


def _escaped(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, entity)
    return text


def offline(folium_map: "folium.Map", *, title: str | None = None) -> OfflineFigure:
    """
    Put a folium map into a figure that needs no network; `gdf.explore()` gives such a map too.

    Parameters
    ----------
    folium_map
        Any map whose scripts are vendored: vectors, plain markers, popups, tooltips, layer control
        and branca's colour legend. Tiles need the network and are refused.
    title
        Title of the page.

    Returns
    -------
    OfflineFigure
        With `.save(path)`, `.render()` and the display of a notebook; the map now belongs to it.

    Raises
    ------
    ValueError
        The map has a tile layer. Links without a vendored copy raise when it is rendered.

    Examples
    --------
    >>> import folium
    >>> page = offline(folium.Map([29.9, 107.7], tiles=None)).render()
    >>> "https://" in page.split("<body>")[1]
    False
    """
    from folium.raster_layers import TileLayer  # noqa: PLC0415 -- folium is heavy

    tiles = [name for name, child in _all(folium_map) if isinstance(child, TileLayer)]
    if tiles:
        raise ValueError(
            f"底图瓦片需要联网：{'、'.join(tiles)}。请用 tiles=None。\n"
            f"Tiles need the network: {', '.join(tiles)}. Use tiles=None."
        )
    figure = OfflineFigure(title=title)
    orphan: Any = folium_map
    orphan._parent = None
    figure.add_child(folium_map)
    return figure


def _all(element: Element) -> list[tuple[str, Element]]:
    found: list[tuple[str, Element]] = []
    for name, child in element._children.items():
        found.append((name, child))
        found.extend(_all(child))
    return found


def fingerprint(path: str) -> str:
    """
    Return the sha256 of an asset, as VENDOR.toml records it.

    Parameters
    ----------
    path
        Path of the asset below the folder of assets.
    """
    return hashlib.sha256(_file(path)).hexdigest()
