"""What several test files share: where the repository is, and where the published instances are."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data" / "geo"


@contextmanager
def hearing_ctrl_c() -> Iterator[None]:
    """
    Hear Ctrl-C here and in the children started meanwhile.

    A shell starts its background jobs deaf to Ctrl-C, and children inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def shared(*parts: str) -> Path:
    """Return a path in the folder of published data, or skip (fail under CI) where it is absent."""
    path = Path(os.environ.get("COVERPLAN_SHARED", ROOT.parent / "shared")).joinpath(*parts)
    if not path.exists():
        reason = f"published data not found at COVERPLAN_SHARED ({'/'.join(parts)})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
