"""Figures of travel and equity on the caller's axes: coverage curve, Lorenz curve, histogram."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coverplan.covering import coverage_curve
from coverplan.inequality import gini, lorenz_curve
from coverplan.report.figures import font
from coverplan.text import say

__all__ = ["draw_coverage_curve", "draw_lorenz_curve", "draw_minutes"]

LINE, FILL, QUIET = "#08519c", "#6a8fb5", "#999999"


def draw_coverage_curve(
    ax: Any,
    minutes: ArrayLike,
    people: ArrayLike,
    *,
    marked: Sequence[float] = (),
    lang: str = "zh",
) -> None:
    """
    Draw what share of the people reaches a venue within each time.

    Parameters
    ----------
    ax
        Axes to draw on.
    minutes
        Travel to the nearest venue, shape (n,), `inf` where none is reached. [min]
    people
        Shape (n,). [person]
    marked
        Cutoffs to mark with their shares. [min]
    lang
        `"zh"` or `"en"`.

    Raises
    ------
    ValueError
        As `covering.coverage_curve`.
    """
    travel = np.asarray(minutes, dtype=float)
    near = travel[np.isfinite(travel)]
    last = max([*marked, float(near.max()) if near.size else 1.0]) * 1.05
    at = np.unique(np.concatenate([[0.0, last], near[near <= last]]))
    ax.step(at, 100 * coverage_curve(travel, people, at), where="post", color=LINE)
    for cutoff in marked:
        share = 100 * float(coverage_curve(travel, people, [cutoff])[0])
        ax.plot([cutoff, cutoff], [0, share], color=QUIET, linewidth=0.8)
        ax.annotate(f"{share:.0f} %", (cutoff, share), xytext=(4, -12), textcoords="offset points")
    ax.set_xlim(0, last)
    ax.set_ylim(0, 100)
    _label(ax, "curve", lang)


def draw_lorenz_curve(ax: Any, minutes: ArrayLike, people: ArrayLike, lang: str = "zh") -> None:
    """
    Draw how the minutes are spread over the people who reach a venue.

    Parameters
    ----------
    ax
        Axes to draw on.
    minutes
        Travel to the nearest venue; those who reach none are left out and counted in the title.
        [min]
    people
        [person]
    lang
        `"zh"` or `"en"`.

    Raises
    ------
    ValueError
        As `inequality.lorenz_curve`.
    """
    travel, weight = np.asarray(minutes, dtype=float), np.asarray(people, dtype=float)
    near = np.isfinite(travel)
    share, held = lorenz_curve(travel[near], weight[near])
    ax.plot([0, 100], [0, 100], color=QUIET, linewidth=0.8)
    ax.fill_between(100 * share, 100 * held, 100 * share, color=FILL, alpha=0.35, linewidth=0)
    ax.plot(100 * share, 100 * held, color=LINE)
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 100)
    index = gini(travel[near], weight[near], of="minutes")
    lost = round(float(weight[~near].sum()))
    _label(ax, "lorenz", lang, gini=f"{index:.2f}", lost=f"{lost:,}")


def draw_minutes(
    ax: Any, minutes: ArrayLike, people: ArrayLike, *, width: float = 5.0, lang: str = "zh"
) -> None:
    """
    Draw how many people live how far from a venue.

    Parameters
    ----------
    ax
        Axes to draw on.
    minutes
        Travel to the nearest venue; those who reach none are counted in the title. [min]
    people
        [person]
    width
        Of a bar; a bar holds its upper bound, as a cutoff does. [min]
    lang
        `"zh"` or `"en"`.
    """
    travel, weight = np.asarray(minutes, dtype=float), np.asarray(people, dtype=float)
    near = np.isfinite(travel)
    bar = np.maximum(np.ceil(travel[near] / width), 1).astype(int) - 1
    counts = np.bincount(bar, weight[near], minlength=1)
    ax.bar(np.arange(counts.size) * width, counts, width, align="edge", color=FILL, edgecolor=LINE)
    ax.set_xlim(0, counts.size * width)
    lost = round(float(weight[~near].sum()))
    _label(ax, "minutes", lang, lost=f"{lost:,}")


def _label(ax: Any, name: str, lang: str, **values: str) -> None:
    ax.set_title(say(f"travel.figure.{name}", lang, **values), fontproperties=font(11))
    ax.set_xlabel(say(f"travel.figure.{name}_x", lang), fontproperties=font(9))
    ax.set_ylabel(say(f"travel.figure.{name}_y", lang), fontproperties=font(9))
    ax.spines[["top", "right"]].set_visible(False)
