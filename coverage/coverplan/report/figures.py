"""Figures for papers and screens: drawn on the caller's axes, with a font that knows Chinese."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from coverplan.domain import Presence, Resolution, Result
from coverplan.report.phrases import county_name
from coverplan.report.tables import cutoffs_of, of_type, type_order
from coverplan.report.words import header, type_name, word
from coverplan.text import say

__all__ = [
    "draw_changes",
    "draw_gaps",
    "draw_map",
    "draw_states",
    "draw_targets",
    "figure_png",
    "font",
    "missing_characters",
    "sheet_png",
]

INK, QUIET, GAP, CHOSEN = "#222222", "#e9eef3", "#b2182b", "#08519c"
LOOKS: Mapping[str, Mapping[str, Any]] = {
    Presence.HAS: {"facecolor": QUIET},
    Presence.NONE: {"facecolor": GAP},
    Presence.UNREPORTED: {"facecolor": "#ffffff", "hatch": "////"},
}
"""How the three answers look; dark, hatched and pale stay apart in grey print."""
_LINES = {
    "river": {"color": "#9ecae1", "linewidth": 2.2},
    "railway": {"color": "#555555", "linewidth": 0.8, "linestyle": (0, (6, 3))},
    "road": {"color": "#c8a45c", "linewidth": 0.8},
    "neighbour": {"color": "#aaaaaa", "linewidth": 0.6},
}
_MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "star": "*"}
_DPI = 150


def figure_png(
    draw: Callable[[Any], object], *, size: tuple[float, float] = (8.0, 6.0), dpi: int = _DPI
) -> bytes:
    """
    Return a figure as PNG, in the same bytes every time.

    Parameters
    ----------
    draw
        Draws on the axes that it is given.
    size
        Width and height. [inch]
    dpi
        Dots per inch.

    Examples
    --------
    >>> figure_png(lambda ax: draw_states(ax, result))  # doctest: +SKIP
    """
    return sheet_png([draw], size=size, dpi=dpi)


def sheet_png(
    draws: Sequence[Callable[[Any], object]],
    *,
    size: tuple[float, float],
    dpi: int = _DPI,
    heights: Sequence[float] = (),
    title: str = "",
    note: str = "",
) -> bytes:
    """
    Return several drawings one below the other as one PNG, in the same bytes every time.

    Parameters
    ----------
    draws
        Each draws on the axes that it is given.
    size
        Width and height. [inch]
    dpi
        Dots per inch.
    heights
        Relative heights of the drawings; equal where they are not given.
    title
        Above all drawings, wrapped at its line breaks.
    note
        Below them.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=size, dpi=dpi, layout="constrained")
    FigureCanvasAgg(figure)
    ratios = list(heights) or [1.0] * len(draws)
    for draw, axes in zip(draws, figure.subplots(len(draws), height_ratios=ratios, squeeze=False),
                          strict=True):  # fmt: skip
        draw(axes[0])
    if title:
        figure.suptitle(title, fontproperties=font(15))
    if note:
        figure.supxlabel(note, fontproperties=font(8))
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None}, facecolor="white")
    return out.getvalue()


def font(size: float = 9.0, **properties: Any) -> Any:
    """
    Return the font of the figures; it comes with this package.

    Parameters
    ----------
    size
        Size. [pt]
    **properties
        As matplotlib's `FontProperties`.
    """
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - heavy

    return FontProperties(fname=_font_file(), size=size, **properties)


def missing_characters(text: str) -> str:
    """
    Return the characters of a text that the figures' font cannot draw, each once.

    Parameters
    ----------
    text
        Any text.

    Examples
    --------
    >>> missing_characters("丰都县，30 个乡镇（街道）")
    ''
    """
    known = _characters()
    return "".join(dict.fromkeys(one for one in text if one not in known and one.isprintable()))


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
        label = str(result.townships["name"][code])
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
    ax.set_title(title, fontproperties=font(13))
    _legend(ax, result, states, venue_type, lang)
    _scale_bar(ax, lang)
    _north(ax, lang)
    _foot(ax, result, lang)
    _watermark(ax, result, lang)


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
    moved = townships.index.isin(list(changes))
    for own, colour in ((townships[~moved], "#f4f4f4"), (townships[moved], "#fdb863")):
        if len(own):
            own.plot(ax=ax, color=colour, edgecolor="#777777", linewidth=0.6, aspect=None)
    for code, shape in townships.geometry.items():
        at = shape.representative_point()
        name = str(result.townships["name"].loc[code])
        text = f"{name}\n{changes[str(code)]}" if code in changes else name
        ax.text(
            at.x, at.y, text, ha="center", va="center", color=INK,
            fontproperties=font(7 if code in changes else 5.5),
        )  # fmt: skip
    ax.set_aspect("equal")
    ax.set_axis_off()
    name = type_name(result.venue_types, venue_type, lang)
    values = {"county": county_name(result, lang), "type": name, "count": len(changes)}
    ax.set_title(say("report.figure.changes", lang, **values), fontproperties=font(12))
    _scale_bar(ax, lang)
    _north(ax, lang)
    _foot(ax, result, lang)
    _watermark(ax, result, lang)


def draw_states(
    ax: Any, result: Result, lang: str = "zh", *, types: Iterable[str] | None = None
) -> None:
    """
    Draw for each venue type how many townships have one, have none, or have not reported.

    Parameters
    ----------
    ax
        Axes to draw on.
    result
        A run's result.
    lang
        `"zh"` or `"en"`.
    types
        Ids of types; the programmes' own where it is None.
    """
    chosen = list(type_order(result, programmes_only=True) if types is None else types)
    rows = np.arange(len(chosen))[::-1]
    counts = {
        state: np.array([(of_type(result.presence, one)["state"] == state).sum() for one in chosen])
        for state in Presence
    }
    start = np.zeros(len(chosen))
    for state in Presence:
        label = word("state", state, lang)
        ax.barh(rows, counts[state], left=start, label=label, edgecolor=INK, linewidth=0.6,
                **LOOKS[state])  # fmt: skip
        for row, begin, count in zip(rows, start, counts[state], strict=True):
            if count:
                colour = "white" if state == Presence.NONE else INK
                ax.text(begin + count / 2, row, str(count), ha="center", va="center", color=colour,
                        fontproperties=font(9),
                        bbox=None if state == Presence.NONE else _PLATE)  # fmt: skip
        start += counts[state]
    names = [type_name(result.venue_types, one, lang) for one in chosen]
    ax.set_yticks(rows, names, fontproperties=font(9))
    ax.set_xlim(0, max(len(result.townships), 1))
    ax.set_title(
        say("report.figure.states", lang, total=len(result.townships)), fontproperties=font(12)
    )
    _plain_axes(ax)
    ax.legend(prop=font(8), loc="lower center", bbox_to_anchor=(0.5, -0.28), ncols=3, frameon=False)
    _watermark(ax, result, lang)


def draw_gaps(ax: Any, result: Result, venue_type: str, lang: str = "zh") -> bool:
    """
    Draw how many people of each township lie beyond the programme's time limit.

    Parameters
    ----------
    ax
        Axes to draw on.
    result
        A run's result.
    venue_type
        Id of a type with a programme.
    lang
        `"zh"` or `"en"`.

    Returns
    -------
    bool
        Whether there was anything to draw: a refused share, or nobody beyond, draws nothing.
    """
    programme = result.plan.programme_of(venue_type)
    own = of_type(result.gaps, venue_type)
    if programme is None or programme.cutoff_min not in cutoffs_of(own):
        return False
    cutoff = programme.cutoff_min
    known = own[own["refused"].fillna("") == ""]
    beyond = known[f"people_uncovered_{cutoff}min"].dropna().astype(float)
    if not (beyond > 0).any():
        return False
    beyond = beyond.sort_values(kind="stable")
    places = np.arange(len(beyond))
    ax.barh(places, beyond.to_numpy(), color=GAP, edgecolor=INK, linewidth=0.4)
    names = result.townships["name"].reindex(beyond.index)
    ax.set_yticks(places, list(names), fontproperties=font(7.5))
    for place, people in zip(places, beyond, strict=True):
        ax.text(people, place, f" {people:,.0f}", va="center", fontproperties=font(7))
    name = type_name(result.venue_types, venue_type, lang)
    title = say("report.figure.gaps", lang, type=name, cutoff=cutoff)
    ax.set_title(title, fontproperties=font(12))
    ax.margins(x=0.12, y=0.01)
    _plain_axes(ax)
    _watermark(ax, result, lang)
    return True


def draw_targets(ax: Any, result: Result, lang: str = "zh") -> None:
    """
    Draw how far each countable target has come; what has not been reported is hatched.

    Parameters
    ----------
    ax
        Axes to draw on.
    result
        A run's result.
    lang
        `"zh"` or `"en"`.
    """
    targets = result.targets
    goal = (targets["goal"] if "goal" in targets else targets["target"]).astype("Float64")
    own = targets[goal.notna() & (goal > 0)]
    share = (own["done"].astype("Float64") / goal[own.index]).clip(0, 1)
    rows = np.arange(len(own))[::-1]
    # nought of thirty is no progress to show while nobody has reported
    silent = (share.isna() | (own["status"] == "unreported")).to_numpy()
    ax.barh(rows, np.ones(len(own)), color="white", edgecolor="#999999", linewidth=0.6)
    ax.barh(rows[~silent], share[~silent].to_numpy(float), color="#6a8fb5", edgecolor=INK,
            linewidth=0.6)  # fmt: skip
    ax.barh(rows[silent], np.ones(silent.sum()), facecolor="white", hatch="////",
            edgecolor="#999999", linewidth=0.6)  # fmt: skip
    lines = zip(rows, own["done"], goal[own.index], own["status"], strict=True)
    for row, done, aim, status in lines:
        label = word("status", status, lang)
        text = label if pd.isna(done) else f"{float(done):,.6g} / {float(aim):,.6g}　{label}"
        ax.text(0.015, row, text, va="center", fontproperties=font(7.5), bbox=_PLATE)
    ax.set_yticks(rows, [_short(str(one)) for one in own[f"name_{lang}"]], fontproperties=font(8))
    ax.set_xlim(0, 1)
    ax.set_xticks([])
    ax.set_title(say("report.figure.targets", lang), fontproperties=font(12))
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    _watermark(ax, result, lang)


_DISC = {
    "boxstyle": "circle,pad=0.22",
    "facecolor": CHOSEN,
    "edgecolor": "white",
    "linewidth": 0.6,
}
_PLATE = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


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


def _watermark(ax: Any, result: Result, lang: str) -> None:
    plan = result.plan
    text = say("report.example", lang) if plan.outputs.example else ""
    if not text and plan.publish.profile == "meeting":
        text = word("profile", "meeting", lang)
    if text:
        ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", rotation=25,
                color="#888888", alpha=0.28, zorder=10, fontproperties=font(44))  # fmt: skip


def _plain_axes(ax: Any) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    for label in ax.get_xticklabels():
        label.set_fontproperties(font(8))
    ax.xaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}")


def _short(text: str, most: int = 26) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


@cache
def _font_file() -> str:
    # the package lies in a folder, never in a zip: the path stays good after the context
    with as_file(files("coverplan.report").joinpath("fonts/NotoSansSC-Regular.ttf")) as path:
        return str(path)


@cache
def _characters() -> frozenset[str]:
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415 - heavy

    return frozenset(map(chr, FT2Font(_font_file()).get_charmap()))
