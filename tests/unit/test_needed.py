"""Where the sites beyond what is needed went is said, and only where it is so."""

import numpy as np
import pytest

from coverplan.needed import beyond_needed
from coverplan.placement.arithmetic import arithmetic
from coverplan.placement.chain import place_by_goals

MINUTES = np.array(
    [
        [2.0, 40, 40, 40, 40],
        [40, 5, 25, 40, 40],
        [40, 25, 5, 40, 40],
        [40, 40, 40, 5, 40],
        [40, 40, 40, 40, 5],
    ]
)


def said(allowed, *, unreported=0, target=3, must=()):
    """Townships b and c have none; a has one, and there are four candidates."""
    chain = place_by_goals(
        ["a", "b", "b", "c", "c"],
        existing=[0],
        times=MINUTES,
        weight=[900, 500, 80, 300, 250],
        cutoff=15.0,
        new_sites=allowed,
        required=must,
    )
    need = arithmetic(1, 2 - unreported, unreported, target)
    return [one.text("zh") for one in beyond_needed(chain, need, allowed, must)]


def test_one_site_more_than_needed_goes_where_most_people_gain():
    assert said(3) == [
        "名额 3 处，多于全覆盖与目标所需的 2 处；其余 1 处放在新增服务人数最多的地方。"
    ]


def test_what_silent_townships_may_need_is_said_as_a_range():
    (text,) = said(3, unreported=1, target=2)
    assert "多于全覆盖与目标所需的 1～2 处；其余 1 处" in text


@pytest.mark.parametrize(
    ("allowed", "options"),
    [(2, {}), (3, {"target": 4}), (3, {"target": 0}), (6, {}), (3, {"must": (2,)})],
)
def test_nothing_is_said_without_a_surplus_or_where_people_did_not_decide(allowed, options):
    assert said(allowed, **options) == []
