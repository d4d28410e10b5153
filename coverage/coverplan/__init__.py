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
    from coverplan.placement.alternatives import near_plans, rule_prices
    from coverplan.placement.arithmetic import arithmetic
    from coverplan.placement.center_points import p_center_points
    from coverplan.placement.certificate import certificate, verify
    from coverplan.placement.chain import place_by_goals
    from coverplan.placement.curve import placement_curve
    from coverplan.placement.evidence import site_evidence
    from coverplan.placement.lscp import lscp
    from coverplan.placement.mclp import mclp
    from coverplan.placement.median_certificate import median_certificate, verify_median
    from coverplan.placement.p_center import p_center
    from coverplan.placement.p_median import p_median
    from coverplan.placement.phasing import phased, replanned
    from coverplan.placement.result import Placement, Status
    from coverplan.placement.stability import least_regret, stability
    from coverplan.report.certificates import verify_run
    from coverplan.report.dictionary import describe
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
    "certificate": "placement.certificate",
    "coverage": "measures",
    "coverage_curve": "covering",
    "coverage_table": "covering",
    "describe": "report.dictionary",
    "download_roads": "intake.roads",
    "equity": "measures",
    "least_regret": "placement.stability",
    "lscp": "placement.lscp",
    "mclp": "placement.mclp",
    "median_certificate": "placement.median_certificate",
    "near_plans": "placement.alternatives",
    "offline": "report.map.offline",
    "p_center": "placement.p_center",
    "p_center_points": "placement.center_points",
    "p_median": "placement.p_median",
    "people_unserved": "gaps",
    "phased": "placement.phasing",
    "place_by_goals": "placement.chain",
    "placement_curve": "placement.curve",
    "presence_missing": "gaps",
    "read_plan": "config",
    "read_roads": "intake.roads",
    "read_run": "report.read_run",
    "replanned": "placement.phasing",
    "rule_prices": "placement.alternatives",
    "run": "pipeline",
    "site_evidence": "placement.evidence",
    "stability": "placement.stability",
    "travel_times": "measures",
    "verify": "placement.certificate",
    "verify_median": "placement.median_certificate",
    "verify_run": "report.certificates",
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
    "certificate",
    "coverage",
    "coverage_curve",
    "coverage_table",
    "describe",
    "download_roads",
    "equity",
    "least_regret",
    "lscp",
    "mclp",
    "median_certificate",
    "near_plans",
    "offline",
    "p_center",
    "p_center_points",
    "p_median",
    "people_unserved",
    "phased",
    "place_by_goals",
    "placement_curve",
    "presence_missing",
    "read_plan",
    "read_roads",
    "read_run",
    "replanned",
    "rule_prices",
    "run",
    "site_evidence",
    "stability",
    "travel_times",
    "verify",
    "verify_median",
    "verify_run",
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
