"""The exit codes of every command."""

__all__ = ["BAD_INPUT", "BUG", "DONE", "INFEASIBLE", "STOPPED"]

DONE, BUG, BAD_INPUT, INFEASIBLE, STOPPED = 0, 1, 2, 3, 130
