"""The planning map: one HTML file that works without a network."""

from coverplan.report.map.offline import OfflineFigure, offline
from coverplan.report.map.page_data import page_data
from coverplan.report.map.planner import PlannerMap

__all__ = ["OfflineFigure", "PlannerMap", "offline", "page_data"]
