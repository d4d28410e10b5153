"""The commands, one a module: `arguments` says what may be typed, `execute` does it."""

from types import ModuleType

from coverplan.commands import (
    changes,
    check,
    collect,
    compare,
    doctor,
    forms,
    freeze,
    init,
    map_,
    pack,
    papers,
    place,
    roads,
    run,
    scenario,
    stage,
    targets,
    tasks,
    verify,
)

__all__ = ["COMMANDS"]

COMMANDS: tuple[ModuleType, ...] = (
    run,
    check,
    papers,
    compare,
    tasks,
    place,
    verify,
    scenario,
    map_,
    init,
    forms,
    collect,
    freeze,
    changes,
    stage,
    targets,
    pack,
    roads,
    doctor,
)
"""In the order in which help lists them; heavy imports stand inside their `execute`."""
