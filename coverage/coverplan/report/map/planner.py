"""The planning map as an object: show it in a notebook, or save it as one file."""

import base64
import hashlib
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
from branca.element import CssLink, Element, JavascriptLink
from folium.map import Layer

from coverplan.report.map.codec import island, packed
from coverplan.report.map.dense import dense_script, dense_style
from coverplan.report.map.offline import (
    OfflineFigure,
    asset,
    css_without_pictures,
    licence_text,
    script_text,
)
from coverplan.report.map.page_data import page_data
from coverplan.report.map.tiles import online_ground
from coverplan.report.publish import published

if TYPE_CHECKING:
    from coverplan.domain import Result

__all__ = ["PlannerMap"]

SCRIPTS = (
    "words",
    "model",
    "state",
    "shapes",
    "labels",
    "bands",
    "nearest",
    "draw",
    "paint",
    "inset",
    "around",
    "panel",
    "tables",
    "township",
    "search",
    "files",
    "minutes",
    "names",
    "ledger",
    "intake",
    "opened",
    "sheets",
    "picture",
    "added",
    "print",
    "start",
)
STYLES = ("page", "panel", "print")
LEAFLET = ("leaflet/leaflet.js",)
VIEWPORT = "width=device-width, initial-scale=1"


class _Raw(Element):
    """Text that is written as it stands: never a template, whatever braces it holds."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self._name, self._id, self.text = name, "planner", text

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002 -- branca's signature
        """Return the text."""
        return self.text


class _PlannerLayer(Layer):
    """The planner's data and behaviour, as one layer of the folium map."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(name="planner", overlay=True, control=False)
        self._name, self._id = "planner_layer", "planner"
        self.data = data

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002 -- branca's signature
        """Hand the data island, the styles and the script to the figure."""
        figure: Any = self.get_root()
        styles = "\n".join(dense_style(asset(f"page/{name}.css")) for name in STYLES)
        code = "\n".join(dense_script(asset(f"page/{name}.js")) for name in SCRIPTS)
        figure.header.add_child(_Raw("styles", f"<style>\n{styles}</style>"), name="styles")
        data = f'<script type="application/json" id="data">{island(packed(self.data))}</script>'
        saved = '<script type="application/json" id="saved"></script>'
        figure.html.add_child(_Raw("data", f"{data}\n{saved}"), name="data")
        figure.script.add_child(
            _Raw("code", f"(function () {{\n'use strict';\n{code}\n}})();"), name="code"
        )
        return ""


class _PlainMap(folium.Map):
    """A folium map without its helpers from the network, and with a name that stays."""

    default_js = [  # noqa: RUF012 -- folium's own shape
        ("leaflet", "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js")
    ]
    default_css = [  # noqa: RUF012
        ("leaflet_css", "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css")
    ]

    def __init__(self, location: list[float]) -> None:
        super().__init__(location=location, tiles=None, zoom_start=10)
        self._name, self._id = "map", "planner"

    def render(self, **kwargs: Any) -> str:
        """Hand the map's place and the links to the figure, and render what lies on it."""
        figure: Any = self.get_root()
        for name, url in self.default_js:
            figure.header.add_child(JavascriptLink(url), name=name)
        for name, url in self.default_css:
            figure.header.add_child(CssLink(url), name=name)
        figure.html.add_child(_Raw("map", '<div id="app"></div>'), name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)
        return ""


class _PlannerFigure(OfflineFigure):
    """The page around the map: its scripts are named by their hashes, so no other can run."""

    lang = "zh"
    noscript = ""
    hosts = ""

    def render(self, **kwargs: Any) -> str:
        """Return the page."""
        for child in list(self._children.values()):
            child.render(**kwargs)
        styles = css_without_pictures("leaflet/leaflet.css")
        leaflet = script_text(asset("leaflet/leaflet.js"))
        code = script_text(self.script._children["code"].render())
        hashes = " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
            for body in (leaflet, code)
        )
        policy = (
            f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
            f"img-src data: blob:{self.hosts}; base-uri 'none'; form-action 'none'"
        )
        return (
            f'<!DOCTYPE html>\n<html lang="{"zh-CN" if self.lang == "zh" else "en"}">\n<head>\n'
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f'<meta name="viewport" content="{VIEWPORT}">\n'
            '<meta name="format-detection" content="telephone=no">\n'
            f"<title>{escape(self.title or '')}</title>\n"
            f"<!--\n{licence_text(LEAFLET)}\n-->\n"
            f"<style>\n{styles}</style>\n{self.header._children['styles'].render()}\n"
            f"</head>\n<body>\n{self.html._children['map_planner'].render()}\n"
            f"<noscript>{escape(self.noscript)}</noscript>\n"
            f"{self.html._children['data'].render()}\n"
            f"<script>{leaflet}</script>\n<script>{code}</script>\n</body>\n</html>\n"
        )


class PlannerMap:
    """
    The planning map of a run: one HTML file that a meeting can work with, without a network.

    Only what the plan's publish profile lets out is on it.

    Parameters
    ----------
    result
        What `run` computed or `read_run` gave back.
    lang
        `"zh"` or `"en"`: the language the page opens in; a button switches it.
    tiles
        Name of an online ground that the reader may switch on, off by default: `"osm"`, or
        `"tianditu"`, whose key is read from the environment variable COVERPLAN_TIANDITU_KEY. A key
        in a file that is mailed around leaks. None: the file asks the network for nothing, ever.

    Raises
    ------
    ValueError
        `lang` or `tiles` is another word, the key is missing, or the run is in GCJ-02, on which
        an online ground would lie half a kilometre off.

    Examples
    --------
    >>> import coverplan as cp  # doctest: +SKIP
    >>> cp.PlannerMap(cp.run(plan)).save("map.html")  # doctest: +SKIP
    """

    def __init__(self, result: "Result", lang: str = "zh", *, tiles: str | None = None) -> None:
        self.data = page_data(published(result, result.plan.publish.profile), lang)
        self.data["tiles"] = online_ground(tiles, result.plan.county.datum) if tiles else None
        self.lang = lang

    @property
    def title(self) -> str:
        """Return the page's title."""
        which = 0 if self.lang == "zh" else 1
        template = self.data["texts"]["title"][which]
        return str(template.format(county=self.data["county"]["name"][which]))

    def figure(self) -> OfflineFigure:
        """Return the branca figure; equal runs give equal figures."""
        figure = _PlannerFigure(title=self.title, height="640px")
        figure.lang = self.lang
        figure.hosts = self.data["tiles"]["hosts"] if self.data["tiles"] else ""
        figure.noscript = self.data["texts"]["noscript"][0 if self.lang == "zh" else 1]
        plain = _PlainMap(_middle(self.data["townships"]["seat"]))
        orphan: Any = plain
        orphan._parent = None
        figure.add_child(plain)
        plain.add_child(_PlannerLayer(self.data))
        return figure

    def html(self) -> str:
        """Return the page."""
        return self.figure().render()

    def save(self, path: str | Path) -> None:
        """
        Write the page as one file.

        Parameters
        ----------
        path
            Where to; an existing file is replaced.
        """
        Path(path).write_text(self.html(), encoding="utf-8", newline="\n")

    def _repr_html_(self) -> str:
        """Show the page in a notebook."""
        return str(self.figure()._repr_html_())


def _middle(seats: list[list[float | None]]) -> list[float]:
    known = [(lat, lon) for lat, lon in seats if lat is not None and lon is not None]
    if not known:
        return [35.0, 105.0]
    return [sum(column) / len(known) for column in zip(*known, strict=True)]
