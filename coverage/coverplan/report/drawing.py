"""What every figure shares: a font that knows Chinese, the look of the answers, stable bytes."""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from coverplan.domain import Presence, Result
from coverplan.report.words import word
from coverplan.text import say

__all__ = [
    "GAP",
    "INK",
    "LOOKS",
    "QUIET",
    "drawable",
    "figure_png",
    "font",
    "missing_characters",
    "sheet_png",
    "watermark",
]

INK, QUIET, GAP = "#222222", "#e9eef3", "#b2182b"
LOOKS: Mapping[str, Mapping[str, Any]] = {
    Presence.HAS: {"facecolor": QUIET},
    Presence.NONE: {"facecolor": GAP},
    Presence.UNREPORTED: {"facecolor": "#ffffff", "hatch": "////"},
}
"""How the three answers look; dark, hatched and pale stay apart in grey print."""
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
        figure.suptitle(drawable(title), fontproperties=font(15))
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


def drawable(text: str) -> str:
    """
    Return text that the figures' font can draw: a missing character is shown as 〓.

    Parameters
    ----------
    text
        Any text, such as a name from a table.
    """
    known = _characters()
    plain = (one for one in text if one == "\n" or one.isprintable())
    return "".join(one if one in known or one == "\n" else "〓" for one in plain)


def watermark(ax: Any, result: Result, lang: str) -> None:
    """
    Stamp illustrative data and drafts across a figure.

    Parameters
    ----------
    ax
        Axes that have been drawn on.
    result
        A run's result.
    lang
        `"zh"` or `"en"`.
    """
    plan = result.plan
    text = say("report.example", lang) if plan.outputs.example else ""
    if not text and plan.publish.profile == "meeting":
        text = word("profile", "meeting", lang)
    if text:
        ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", rotation=25,
                color="#888888", alpha=0.28, zorder=10, fontproperties=font(44))  # fmt: skip


@cache
def _font_file() -> str:
    # the package lies in a folder, never in a zip: the path stays good after the context
    with as_file(files("coverplan.report").joinpath("fonts/NotoSansSC-Regular.ttf")) as path:
        return str(path)


@cache
def _characters() -> frozenset[str]:
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415 - heavy

    return frozenset(map(chr, FT2Font(_font_file()).get_charmap()))
