"""Measure how often the printed 80 % bands hold the truth, where the truth is known.

Three truths, none made by the model that is judged:

* 万年县: its real township polygons. Villages are strewn in clusters that several share, with
  lognormal sizes (the model: gamma), and the model knows only seats and Thiessen cells.
* Counties of 重庆: real positions and census populations of their towns, with the county polygon in
  the place of a township and its towns in the place of villages.
* The streets of Helsinki, blown up to a county: they tell every minute, at a speed that is drawn;
  the model of rung A knows them but neither speed nor villages, the model of rung C knows 30 trips,
  or no more than a detour and a speed.

The constants of worlds.py were chosen in sight of both, on other seeds than these; positions also
agree with the 35 located villages of 丰都.

Run: python benchmarks/travel_bands.py
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from bands import chongqing_share, helsinki_share, wannian_share  # beside the tests


def main() -> None:
    """Print the measured shares."""
    measures: dict[str, Callable[..., tuple[np.ndarray, np.ndarray]]] = {
        "wannian": wannian_share,
        "chongqing": chongqing_share,
        "streets, rung A": partial(helsinki_share, "A"),
        "streets, rung C": partial(helsinki_share, "C"),
        "streets, the plan's detour and speed": partial(helsinki_share, "plan"),
    }
    for name, measure in measures.items():
        held, width = measure(draws=200, worlds=40)
        print(
            f"{name}: {held.mean():.3f} of {held.size} bands hold the truth, "
            f"median width {np.median(width):.3f} of the people"
        )


if __name__ == "__main__":
    main()
