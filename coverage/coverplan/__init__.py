"""Venue coverage planning for county science associations: reached, not reached, not reported."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coverplan.config import Plan, read_plan
    from coverplan.covering import coverage_curve, coverage_table
    from coverplan.domain import Presence, Result, Rung, TravelTimes
    from coverplan.errors import CoverplanError, InfeasibleError, InputError, Problem
    from coverplan.gaps import people_unserved, presence_missing, worst_minutes
    from coverplan.intake.roads import download_roads, read_roads
    from coverplan.measures import access, coverage, equity, travel_times
    from coverplan.pipeline import run
    from coverplan.placement.arithmetic import arithmetic
    from coverplan.placement.chain import place_by_goals
    from coverplan.placement.curve import placement_curve
    from coverplan.placement.lscp import lscp
    from coverplan.placement.mclp import mclp
    from coverplan.placement.p_median import p_median
    from coverplan.placement.result import Placement, Status
    from coverplan.report.map.offline import offline
    from coverplan.report.map.planner import PlannerMap
    from coverplan.report.read_run import read_run
    from coverplan.report.run_folder import write

_HOME = {
    "CoverplanError": "errors",
    "InfeasibleError": "errors",
    "InputError": "errors",
    "Placement": "placement.result",
    "Plan": "config",
    "PlannerMap": "report.map.planner",
    "Presence": "domain",
    "Problem": "errors",
    "Result": "domain",
    "Rung": "domain",
    "Status": "placement.result",
    "TravelTimes": "domain",
    "access": "measures",
    "arithmetic": "placement.arithmetic",
    "coverage": "measures",
    "coverage_curve": "covering",
    "coverage_table": "covering",
    "download_roads": "intake.roads",
    "equity": "measures",
    "lscp": "placement.lscp",
    "mclp": "placement.mclp",
    "offline": "report.map.offline",
    "p_median": "placement.p_median",
    "people_unserved": "gaps",
    "place_by_goals": "placement.chain",
    "placement_curve": "placement.curve",
    "presence_missing": "gaps",
    "read_plan": "config",
    "read_roads": "intake.roads",
    "read_run": "report.read_run",
    "run": "pipeline",
    "travel_times": "measures",
    "worst_minutes": "gaps",
    "write": "report.run_folder",
}
"""Which module a public name lives in."""

__all__ = [
    "CoverplanError",
    "InfeasibleError",
    "InputError",
    "Placement",
    "Plan",
    "PlannerMap",
    "Presence",
    "Problem",
    "Result",
    "Rung",
    "Status",
    "TravelTimes",
    "access",
    "arithmetic",
    "coverage",
    "coverage_curve",
    "coverage_table",
    "download_roads",
    "equity",
    "lscp",
    "mclp",
    "offline",
    "p_median",
    "people_unserved",
    "place_by_goals",
    "placement_curve",
    "presence_missing",
    "read_plan",
    "read_roads",
    "read_run",
    "run",
    "travel_times",
    "worst_minutes",
    "write",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use: `import coverplan` alone loads no frame library."""
    if name in _HOME:
        return getattr(import_module(f"coverplan.{_HOME[name]}"), name)
    raise AttributeError(f"module 'coverplan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
