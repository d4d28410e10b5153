"""A fault crosses from one process to another and says the same there."""

import copy
import pickle

import pytest

from coverplan.errors import ConfigError, InputError, Problem, Severity, Where


@pytest.mark.parametrize(
    "problem",
    [
        Problem("config.no_file", Where(file="plan.toml")),
        Problem("travel.few_trips", Where(key="travel.trips"), "3", {"fewest": 20, "given": 3}),
        Problem("travel.line_only", severity=Severity.NOTE),
    ],
)
def test_a_problem_is_the_same_after_a_trip_through_bytes(problem):
    again = pickle.loads(pickle.dumps(problem))  # noqa: S301 - our own bytes
    assert again == problem == copy.deepcopy(problem)
    assert again.text("zh") == problem.text("zh")


def test_an_error_keeps_its_problems_after_a_trip_through_bytes():
    error = ConfigError([Problem("config.no_file", Where(file=name)) for name in ("a", "b")])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is ConfigError
    assert isinstance(again, InputError)
    assert again.problems == error.problems
    assert str(again) == str(error)
