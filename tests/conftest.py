"""Fixtures that every suite shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def dc_data() -> Path:
    """Folder of the real data of Washington, DC; skips where it is absent."""
    folder = Path(os.environ.get("GEOTEAM_DC_DATA", ROOT.parent / "shared" / "data" / "dc"))
    if not (folder / "SOURCES.md").is_file():
        pytest.skip(f"real data of Washington, DC is not at {folder} (set GEOTEAM_DC_DATA)")
    return folder
