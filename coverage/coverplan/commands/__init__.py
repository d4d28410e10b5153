"""The commands, one a module: `arguments` says what may be typed, `execute` does it."""

from types import ModuleType

from coverplan.commands import check, collect, doctor, forms, init, place, roads, run

__all__ = ["COMMANDS"]

COMMANDS: tuple[ModuleType, ...] = (run, check, place, init, forms, collect, roads, doctor)
"""In the order in which help lists them; heavy imports stand inside their `execute`."""
