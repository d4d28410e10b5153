"""Maps for papers: who has a venue of a type, what is proposed, what changed between two runs."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.domain import Resolution, Result
from coverplan.report.drawing import INK, LOOKS, drawable, font, watermark
from coverplan.report.phrases import county_name
from coverplan.report.tables import of_type
from coverplan.report.words import header, type_name, word
from coverplan.text import say

__all__ = ["draw_changes", "draw_map"]

CHOSEN = "#08519c"
_LINES = {
    "river": {"color": "#9ecae1", "linewidth": 2.2},
    "railway": {"color": "#555555", "linewidth": 0.8, "linestyle": (0, (6, 3))},
    "road": {"color": "#c8a45c", "linewidth": 0.8},
    "neighbour": {"color": "#aaaaaa", "linewidth": 0.6},
}
_MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "star": "*"}
_DISC = {
    "boxstyle": "circle,pad=0.22",
    "facecolor": CHOSEN,
    "edgecolor": "white",
    "linewidth": 0.6,
}


def draw_map(ax: Any, result: Result, venue_type: str, lang: str = "zh") -> None:
    """
    Draw who has a venue of a type, the venues and the proposed sites, as a map that may be printed.

    It carries title, legend, scale bar, north arrow, date, projection, and says where boundaries
    are approximate and data illustrative.

    Parameters
    ----------
    ax
        Axes to draw on.
    result
        A run's result.
    venue_type
        Id of the type.
    lang
        `"zh"` or `"en"`.
    """
    from matplotlib.patheffects import withStroke  # noqa: PLC0415 - heavy

    crs = result.crs_metric
    townships = result.townships[result.townships.geometry.notna()].to_crs(crs)
    if _nowhere(ax, result, townships, lang):
        return
    states = of_type(result.presence, venue_type)["state"]
    _areas(ax, result, townships, states)
    for layer in result.layers.values():
        for kind, style in _LINES.items():
            own = layer[layer["kind"] == kind]
            lines = own[own.geom_type.isin(["LineString", "MultiLineString"])]
            if len(lines):
                lines.to_crs(crs).plot(ax=ax, zorder=2, aspect=None, **style)
    if result.outline is not None:
        edge = result.outline.to_crs(crs).boundary
        edge.plot(ax=ax, color=INK, linewidth=1.2, zorder=3, aspect=None)
    halo = [withStroke(linewidth=2.0, foreground="white")]
    for code, shape in townships.geometry.items():
        at = shape.representative_point()
        label = drawable(str(result.townships["name"].loc[code]))
        ax.text(
            at.x, at.y, label, ha="center", va="center", zorder=6, color=INK,
            fontproperties=font(6.5), path_effects=halo,
        )  # fmt: skip
    _venues(ax, result, venue_type)
    _proposed(ax, result, venue_type)
    ax.set_aspect("equal")
    ax.set_axis_off()
    name = type_name(result.venue_types, venue_type, lang)
    title = say("report.figure.map", lang, county=county_name(result, lang), type=name)
    ax.set_title(drawable(title), fontproperties=font(13))
    _legend(ax, result, states, venue_type, lang)
    _clear_of_places(ax, townships.geometry.representative_point())
    _scale_bar(ax, lang)
    _north(ax, lang)
    _foot(ax, result, lang)
    watermark(ax, result, lang)


def draw_changes(
    ax: Any, result: Result, venue_type: str, changes: Mapping[str, str], lang: str = "zh"
) -> None:
    """
    Draw which townships changed between two runs, each with what it was and is.

    Parameters
    ----------
    ax
        Axes to draw on.
    result
        The later run's result.
    venue_type
        Id of the type.
    changes
        Code of a township -> what changed, in words.
    lang
        `"zh"` or `"en"`.
    """
    townships = result.townships[result.townships.geometry.notna()].to_crs(result.crs_metric)
    if _nowhere(ax, result, townships, lang):
        return
    moved = townships.index.isin(list(changes))
    for own, colour in ((townships[~moved], "#f4f4f4"), (townships[moved], "#fdb863")):
        if len(own):
            own.plot(ax=ax, color=colour, edgecolor="#777777", linewidth=0.6, aspect=None)
    for code, shape in townships.geometry.items():
        at = shape.representative_point()
        name = drawable(str(result.townships["name"].loc[code]))
        text = f"{name}\n{changes[str(code)]}" if code in changes else name
        ax.text(
            at.x, at.y, text, ha="center", va="center", color=INK,
            fontproperties=font(7 if code in changes else 5.5),
        )  # fmt: skip
    ax.set_aspect("equal")
    ax.set_axis_off()
    name = type_name(result.venue_types, venue_type, lang)
    values = {"county": county_name(result, lang), "type": name, "count": len(changes)}
    ax.set_title(drawable(say("report.figure.changes", lang, **values)), fontproperties=font(12))
    _scale_bar(ax, lang)
    _north(ax, lang)
    _foot(ax, result, lang)
    watermark(ax, result, lang)


def _nowhere(ax: Any, result: Result, townships: gpd.GeoDataFrame, lang: str) -> bool:
    """Say so, instead of drawing a scale bar of nothing, where no township has a position."""
    if len(townships) or result.outline is not None:
        return False
    ax.set_axis_off()
    ax.text(0.5, 0.5, say("report.figure.no_places", lang), transform=ax.transAxes, ha="center",
            fontproperties=font(11))  # fmt: skip
    return True


def _areas(ax: Any, result: Result, townships: gpd.GeoDataFrame, states: "pd.Series[str]") -> None:
    """Fill the townships by their answer; points where there are no areas."""
    dashed = bool(result.townships.get("approximate", pd.Series([True])).any())
    areas = townships.geom_type.isin(["Polygon", "MultiPolygon"])
    for state, look in LOOKS.items():
        own = townships[(states.reindex(townships.index) == state) & areas]
        if len(own):
            style = {"edgecolor": "#777777", "linewidth": 0.6, "zorder": 1, "aspect": None}
            own.plot(ax=ax, linestyle="--" if dashed else "-", **style, **look)
        points = townships[(states.reindex(townships.index) == state) & ~areas]
        if len(points):
            colour = look["facecolor"]
            points.plot(ax=ax, color=colour, edgecolor=INK, markersize=90, zorder=1, aspect=None)


def _venues(ax: Any, result: Result, venue_type: str) -> None:
    own = result.venues[(result.venues["type"] == venue_type) & result.venues.geometry.notna()]
    own = own[own["open"].astype(bool)]
    if len(own):
        points = own.to_crs(result.crs_metric)
        shape = str(result.venue_types["shape"].get(venue_type, "circle"))
        ax.scatter(points.geometry.x, points.geometry.y, s=34, marker=_MARKERS.get(shape, "o"),
                   color="#1b7837", edgecolor="white", linewidth=0.6, zorder=7)  # fmt: skip


def _proposed(ax: Any, result: Result, venue_type: str) -> None:
    """Number the proposed sites; where only the township is known the number stands at its name."""
    own = result.placement
    own = own[(own["type"] == venue_type) & own.geometry.notna()].to_crs(result.crs_metric)
    shapes = result.townships.geometry.to_crs(result.crs_metric)
    for code, sites in own.groupby("code9", sort=False):
        coarse = (sites["resolution"] == Resolution.TOWNSHIP).to_numpy()
        for place, (order, site) in enumerate(zip(sites["order"], sites.geometry, strict=True)):
            at, lift = site, 0.0
            if coarse[place] and shapes.get(code) is not None:
                at, lift = shapes[code].representative_point(), 10.5
            ax.annotate(
                str(order),
                (at.x, at.y),
                xytext=((place - (len(sites) - 1) / 2) * 13 * (lift > 0), lift),
                textcoords="offset points",
                ha="center",
                va="center",
                zorder=8,
                color="white",
                fontproperties=font(6),
                bbox=_DISC,
            )


def _legend(ax: Any, result: Result, states: "pd.Series[str]", venue_type: str, lang: str) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415 - heavy
    from matplotlib.patches import Patch  # noqa: PLC0415

    handles: list[Any] = []
    for state, look in LOOKS.items():
        count = int((states == state).sum())
        handles.append(
            Patch(edgecolor="#777777", label=f"{word('state', state, lang)} {count}", **look)
        )
    shape = str(result.venue_types["shape"].get(venue_type, "circle"))
    dot: dict[str, Any] = {"linestyle": "", "markeredgecolor": "white"}
    open_label = say("report.figure.open", lang)
    handles.append(
        Line2D([], [], marker=_MARKERS.get(shape, "o"), color="#1b7837", label=open_label, **dot)
    )
    if (result.placement["type"] == venue_type).any():
        label = header("proposed", lang)
        handles.append(Line2D([], [], marker="o", markersize=9, color=CHOSEN, label=label, **dot))
    ax.legend(handles=handles, prop=font(8), loc="upper left", framealpha=0.9, handlelength=1.6)


def _clear_of_places(ax: Any, places: gpd.GeoSeries) -> None:
    """Put the legend into that corner on the left in which it hides fewest townships' names."""
    legend = ax.get_legend()
    ax.apply_aspect()
    hidden = []
    for corner in ("upper left", "lower left"):
        legend.set_loc(corner)
        box = legend.get_window_extent().transformed(ax.transData.inverted())
        mine = places.x.between(box.x0, box.x1 + box.width / 4)  # a name is wider than its point
        hidden.append((int((mine & places.y.between(box.y0, box.y1)).sum()), corner))
    legend.set_loc(min(hidden, key=lambda pair: pair[0])[1])


def _scale_bar(ax: Any, lang: str) -> None:
    """Draw a bar of a round length, about a fifth of the map's width."""
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    rough = (right - left) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    length = max(one * power for one in (1, 2, 5) if one * power <= rough)
    x, y = right - length - (right - left) * 0.04, bottom + (top - bottom) * 0.035
    height = (top - bottom) * 0.008
    for part, colour in ((0, INK), (1, "white")):
        ax.fill_between([x + part * length / 2, x + (part + 1) * length / 2], y, y + height,
                        facecolor=colour, edgecolor=INK, linewidth=0.7, zorder=9)  # fmt: skip
    for share in (0, 0.5, 1):
        ax.text(x + share * length, y + height * 1.6, f"{share * length / 1000:g}", ha="center",
                va="bottom", zorder=9, fontproperties=font(7))  # fmt: skip
    ax.text(x + length, y - height, say("report.figure.km", lang), ha="right", va="top", zorder=9,
            fontproperties=font(7))  # fmt: skip


def _north(ax: Any, lang: str) -> None:
    ax.annotate("", xy=(0.96, 0.97), xytext=(0.96, 0.89), xycoords="axes fraction",
                arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2})  # fmt: skip
    ax.text(0.96, 0.975, say("report.figure.north", lang), transform=ax.transAxes, ha="center",
            va="bottom", fontproperties=font(9))  # fmt: skip


def _foot(ax: Any, result: Result, lang: str) -> None:
    day = result.as_of
    parts = [say("report.as_of", lang, year=day.year, month=day.month, day=day.day)]
    parts.append(say("report.figure.crs", lang, crs=result.crs_metric))
    if bool(result.townships.get("approximate", pd.Series([False])).any()):
        parts.append(say("report.figure.approximate", lang))
    parts.append(say("report.not_public", lang))
    ax.text(0.5, -0.01, "　".join(parts), transform=ax.transAxes, ha="center", va="top",
            fontproperties=font(7))  # fmt: skip
