"""The commands, one a module: `arguments` says what may be typed, `execute` does it."""

from types import ModuleType

from coverplan.commands import (
    check,
    collect,
    compare,
    doctor,
    forms,
    init,
    map_,
    papers,
    place,
    roads,
    run,
    scenario,
)

__all__ = ["COMMANDS"]

COMMANDS: tuple[ModuleType, ...] = (
    run,
    check,
    papers,
    compare,
    place,
    scenario,
    map_,
    init,
    forms,
    collect,
    roads,
    doctor,
)
"""In the order in which help lists them; heavy imports stand inside their `execute`."""
