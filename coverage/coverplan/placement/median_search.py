"""The running state of a search for least travel: the best so far, the bound, the time."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from coverplan.placement.linear import Progress

__all__ = ["Search"]

IntArray = NDArray[np.int64]


class Search:
    """
    The running state of one minimisation.

    Parameters
    ----------
    time_limit_s
        Wall time to stop at; None for none. [s]
    mip_gap
        Relative gap that is good enough.
    whole
        Whether every possible objective is a whole number: then a bound above `best - 1` is a
        proof.
    on_progress
        Called with a `Progress` now and then.
    """

    def __init__(
        self,
        *,
        time_limit_s: float | None = None,
        mip_gap: float = 0.0,
        whole: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.began = time.monotonic()
        self.deadline = np.inf if time_limit_s is None else self.began + time_limit_s
        self.mip_gap = mip_gap
        self.whole = whole
        self.on_progress = on_progress
        self.interrupted = False
        self.sites: IntArray | None = None
        self.best = np.inf
        self.bound = -np.inf

    @property
    def seconds(self) -> float:
        """Wall time since the search began, in seconds."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float | None:
        """Seconds left, None without a limit."""
        rest = self.deadline - time.monotonic()
        return None if np.isinf(rest) else max(rest, 0.0)

    def over(self) -> bool:
        """Return whether time is up or the user wants to stop."""
        return self.interrupted or time.monotonic() >= self.deadline

    def spent(self, share: float) -> bool:
        """
        Return whether a share of the time is used up, or the user wants to stop.

        Parameters
        ----------
        share
            Between 0 and 1.
        """
        until = self.began + share * (self.deadline - self.began)
        return self.interrupted or time.monotonic() >= until

    @property
    def proof(self) -> float:
        """A bound above this proves the best found."""
        if np.isinf(self.best):
            return self.best
        if self.whole:
            return self.best - 1.0 + 1e-6
        return self.best - 1e-9 * abs(self.best)

    @property
    def enough(self) -> float:
        """A bound above this is good enough for the caller."""
        if np.isinf(self.best):
            return self.best
        return min(self.proof, self.best - self.mip_gap * abs(self.best))

    def offer(self, sites: IntArray, value: float) -> bool:
        """
        Take a set of sites if it is better than the best so far.

        Parameters
        ----------
        sites
            Columns.
        value
            Its objective.

        Returns
        -------
        bool
            Whether it was taken.
        """
        if value < self.best:
            self.sites, self.best = np.sort(sites), value
            self.tell()
            return True
        return False

    def raise_bound(self, bound: float) -> None:
        """
        Take a bound if it is better than the one so far.

        Parameters
        ----------
        bound
            Proven: no set of sites has a lower objective.
        """
        if self.whole and np.isfinite(bound):
            bound = float(np.ceil(bound - 1e-6))
        self.bound = max(self.bound, min(bound, self.best))
        if self.bound > self.proof:
            self.bound = self.best
        self.tell()

    def tell(self) -> None:
        """Report progress, if somebody listens."""
        if self.on_progress is not None:
            self.on_progress(Progress(self.seconds, self.best, self.bound))
