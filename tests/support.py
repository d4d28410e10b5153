"""What several test files share: where the repository is, and where the published instances are."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data" / "geo"


def shared(*parts: str) -> Path:
    """Return a path in the folder of published data, or skip (fail under CI) where it is absent."""
    path = Path(os.environ.get("COVERPLAN_SHARED", ROOT.parent / "shared")).joinpath(*parts)
    if not path.exists():
        reason = f"published data not found at COVERPLAN_SHARED ({'/'.join(parts)})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
