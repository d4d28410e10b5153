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
    QUIET,
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
    "draw_curve",
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


def draw_curve(ax: Any, result: Result, venue_type: str, lang: str = "zh") -> bool:
    """
    Draw how many people the best plan of each number of new sites covers, and what each adds.

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
        Whether there was anything to draw: without minutes there is no curve.
    """
    programme = result.plan.programme_of(venue_type)
    if programme is None or result.curve.empty:
        return False
    kinds = result.curve.index.get_level_values("type")
    cutoffs = result.curve.index.get_level_values("cutoff_min")
    own = result.curve[(kinds == venue_type) & (cutoffs == programme.cutoff_min)]
    if len(own) < 2:  # noqa: PLR2004 - a curve has two ends
        return False
    own = own.droplevel(["type", "cutoff_min"]).sort_index()
    sites, people = own.index.to_numpy(), own["people"].to_numpy(dtype=float)
    more = ax.twinx()
    more.bar(sites[1:], own["marginal"].to_numpy(dtype=float)[1:], color=QUIET, edgecolor=INK,
             linewidth=0.5, label=say("report.figure.curve_marginal", lang))  # fmt: skip
    ax.set_zorder(more.get_zorder() + 1)
    ax.patch.set_visible(False)
    ax.plot(sites, people, color=INK, marker="o", markersize=3.5, linewidth=1.2,
            label=say("report.figure.curve_best", lang))  # fmt: skip
    loose = ~own["proven"].to_numpy(dtype=bool)
    if loose.any():
        ax.plot(sites[loose], own["bound"].to_numpy(dtype=float)[loose], color=INK, marker="_",
                linestyle="none", label=say("report.figure.curve_bound", lang))  # fmt: skip
    _draw_proposed(ax, result, venue_type, lang)
    for place in sorted({*range(0, len(own), 5), len(own) - 1}):
        ax.annotate(f"{people[place]:,.0f}", (sites[place], people[place]), xytext=(0, 6),
                    ha="center", textcoords="offset points", fontproperties=font(7))  # fmt: skip
    name = type_name(result.venue_types, venue_type, lang)
    title = say("report.figure.curve", lang, type=name, cutoff=programme.cutoff_min)
    ax.set_title(drawable(title), fontproperties=font(12))
    ax.set_xlabel(say("report.figure.curve_x", lang), fontproperties=font(9))
    ax.set_ylabel(say("report.figure.curve_y", lang), fontproperties=font(9))
    more.set_ylabel(say("report.figure.curve_marginal", lang), fontproperties=font(9))
    ax.set_ylim(0, float(people.max()) * 1.12 or 1.0)
    more.set_ylim(0, max(1.0, 2.5 * float(own["marginal"].iloc[1:].max())))
    ax.xaxis.get_major_locator().set_params(integer=True)
    _plain_axes(ax)
    more.spines["top"].set_visible(False)
    for axis in (ax.yaxis, more.yaxis):
        axis.set_major_formatter(lambda value, _place: f"{value:,.0f}")
        for label in axis.get_ticklabels():
            label.set_fontproperties(font(8))
    lines, bars = ax.get_legend_handles_labels(), more.get_legend_handles_labels()
    ax.legend(lines[0] + bars[0], lines[1] + bars[1], prop=font(8), loc="center right",
              frameon=False)  # fmt: skip
    watermark(ax, result, lang)
    return True


def _draw_proposed(ax: Any, result: Result, venue_type: str, lang: str) -> None:
    """Mark the proposals: a rule such as one a township may keep them below the curve."""
    if result.plans.empty or (venue_type, 1) not in result.plans.index:
        return
    plan = result.plans.loc[[(venue_type, 1)]].iloc[0]
    sites = len(str(plan["added"]).split(";"))
    ax.plot([sites], [float(plan["people"])], color=GAP, marker="D", markersize=6,
            linestyle="none", label=say("report.figure.curve_plan", lang))  # fmt: skip


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
