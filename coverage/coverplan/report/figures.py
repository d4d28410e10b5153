"""Figures for papers and screens: drawn on the caller's axes, with a font that knows Chinese."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from coverplan.domain import Presence, Result
from coverplan.report.drawing import (
    GAP,
    INK,
    LOOKS,
    drawable,
    figure_png,
    font,
    missing_characters,
    sheet_png,
    watermark,
)
from coverplan.report.figure_map import draw_changes, draw_map
from coverplan.report.tables import cutoffs_of, of_type, type_order
from coverplan.report.words import type_name, word
from coverplan.text import say

__all__ = [
    "draw_changes",
    "draw_gaps",
    "draw_map",
    "draw_states",
    "draw_targets",
    "drawable",
    "figure_png",
    "font",
    "missing_characters",
    "sheet_png",
]


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
    names = [drawable(type_name(result.venue_types, one, lang)) for one in chosen]
    ax.set_yticks(rows, names, fontproperties=font(9))
    ax.set_xlim(0, max(len(result.townships), 1))
    ax.set_title(
        say("report.figure.states", lang, total=len(result.townships)), fontproperties=font(12)
    )
    _plain_axes(ax)
    ax.legend(prop=font(8), loc="lower center", bbox_to_anchor=(0.5, -0.28), ncols=3, frameon=False)
    watermark(ax, result, lang)


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
    ax.set_yticks(places, [drawable(str(one)) for one in names], fontproperties=font(7.5))
    for place, people in zip(places, beyond, strict=True):
        ax.text(people, place, f" {people:,.0f}", va="center", fontproperties=font(7))
    name = type_name(result.venue_types, venue_type, lang)
    title = say("report.figure.gaps", lang, type=name, cutoff=cutoff)
    ax.set_title(drawable(title), fontproperties=font(12))
    ax.margins(x=0.12, y=0.01)
    _plain_axes(ax)
    watermark(ax, result, lang)
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
    watermark(ax, result, lang)


_PLATE = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def _plain_axes(ax: Any) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    for label in ax.get_xticklabels():
        label.set_fontproperties(font(8))
    ax.xaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}")


def _short(text: str, most: int = 26) -> str:
    text = drawable(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
