"""Venue coverage planning for county science associations: reached, not reached, not reported."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coverplan.config import Plan, read_plan
    from coverplan.domain import Presence, Result, Rung, TravelTimes
    from coverplan.errors import CoverplanError, InfeasibleError, InputError, Problem
    from coverplan.pipeline import run

_HOME = {
    "CoverplanError": "errors",
    "InfeasibleError": "errors",
    "InputError": "errors",
    "Plan": "config",
    "Presence": "domain",
    "Problem": "errors",
    "Result": "domain",
    "Rung": "domain",
    "TravelTimes": "domain",
    "read_plan": "config",
    "run": "pipeline",
}

__all__ = [
    "CoverplanError",
    "InfeasibleError",
    "InputError",
    "Plan",
    "Presence",
    "Problem",
    "Result",
    "Rung",
    "TravelTimes",
    "read_plan",
    "run",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use: `import coverplan` alone loads no frame library."""
    if name in _HOME:
        return getattr(import_module(f"coverplan.{_HOME[name]}"), name)
    raise AttributeError(f"module 'coverplan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
