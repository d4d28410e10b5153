"""The door to the solver: proofs, bounds, outcomes and Ctrl-C."""

import os
import signal
import threading
import time
from typing import Any

import numpy as np
import pytest

from coverplan.placement.highs import Engine, Model, Outcome, solve
from support import hearing_ctrl_c


def hard_cover(n_sites=200, n_demand=300, **changes):
    """A covering problem that takes far longer than any test waits."""
    random = np.random.default_rng(0)
    table = random.random((n_demand, n_sites)) < 0.03
    table[:, 0] |= ~table.any(axis=1)
    row, column = np.nonzero(table)
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_demand))])
    ones = np.ones(n_demand)
    return Model(np.ones(n_sites), start, column, np.ones(row.size), ones, ones * np.inf, **changes)


def test_an_integer_optimum_comes_with_the_same_bound():
    found = solve(Model([5, 4, 3], [0, 3], [0, 1, 2], [2, 3, 1], [0], [5], sense="max"))
    assert found.outcome is Outcome.OPTIMAL
    assert (found.objective, found.bound, found.gap) == (9.0, 9.0, 0.0)
    assert found.x.tolist() == [1.0, 1.0, 0.0]


def test_infeasible_and_unbounded_are_told_apart():
    assert solve(Model([1, 1], [0, 2], [0, 1], [1, 1], [3], [4])).outcome is Outcome.INFEASIBLE
    endless = Model([3, 2], [0, 1], [0], [1], [0], [1], upper=np.inf, sense="max")
    assert solve(endless).outcome is Outcome.UNBOUNDED
    fractions = Model([3, 2], [0, 1], [0], [1], [0], [1], upper=np.inf, sense="max", integer=False)
    assert solve(fractions).outcome is Outcome.UNBOUNDED


def test_a_time_limit_gives_the_best_so_far_and_an_honest_bound():
    found = solve(hard_cover(), time_limit_s=1.0)
    assert found.outcome is Outcome.TIME_LIMIT
    assert found.bound < found.objective
    assert not found.interrupted


def test_ctrl_c_gives_the_best_so_far_with_its_bound():
    threading.Timer(0.8, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with hearing_ctrl_c():
        found = solve(hard_cover(), time_limit_s=30)
    assert time.monotonic() - began < 10
    assert found.interrupted
    assert found.outcome is Outcome.TIME_LIMIT
    assert found.bound <= found.objective


def test_the_solver_also_works_away_from_the_main_thread():
    answers = []
    model = Model([1.0], [0, 1], [0], [1.0], [1.0], [1.0])
    worker = threading.Thread(target=lambda: answers.append(solve(model).objective))
    worker.start()
    worker.join()
    assert answers == [1.0]


def test_a_long_solve_reports_its_progress():
    heard: list[Any] = []
    solve(hard_cover(), time_limit_s=1.5, on_progress=heard.append)
    assert heard
    assert heard[-1].bound <= heard[-1].objective


def test_a_linear_program_has_duals_that_prove_its_objective():
    model = hard_cover(40, 60, integer=False, upper=np.inf)
    found = solve(model)
    assert found.row_duals.min() >= 0
    assert found.row_duals.sum() == pytest.approx(found.objective)
    assert found.reduced_costs.min() >= -1e-7


def test_added_rows_only_raise_the_minimum_and_deleted_rows_give_it_back():
    engine = Engine(hard_cover(40, 60, integer=False))
    before = engine.solve().objective
    engine.add_rows([0, 40], np.arange(40), np.ones(40), [before + 1], [np.inf])
    assert engine.solve(presolve=False).objective == pytest.approx(before + 1)
    engine.delete_rows([engine.n_rows - 1])
    assert engine.solve(presolve=False).objective == pytest.approx(before)


def test_fixed_columns_stay_fixed():
    engine = Engine(hard_cover(40, 60))
    engine.bound_columns([3, 5], 1.0, 1.0)
    assert engine.solve().x[[3, 5]].tolist() == [1.0, 1.0]


def test_seconds_of_earlier_linear_programs_do_not_count():
    engine = Engine(hard_cover(40, 60, integer=False))
    spent = 0.0
    while spent < 0.15:
        began = time.monotonic()
        engine.recost(np.random.default_rng(int(spent * 1e6)).random(40))
        assert engine.solve(time_limit_s=0.1, presolve=False).outcome is Outcome.OPTIMAL
        spent += time.monotonic() - began


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"cost": [np.nan, 1]}, "NaN"),
        ({"lower": [0, 0, 0]}, "shape"),
        ({"index": [0, 7]}, "column"),
        ({"start": [0, 1]}, "start"),
        ({"sense": "up"}, "sense"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes, word):
    fine = {
        "cost": [1, 1],
        "start": [0, 2],
        "index": [0, 1],
        "value": [1, 1],
        "row_lower": [1],
        "row_upper": [2],
    }
    with pytest.raises(ValueError, match=word):
        Model(**(fine | changes))
