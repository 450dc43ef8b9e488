"""What many tests share: where the large data is, and how heavy libraries behave under test."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
import pytest

mpl.use("Agg")


@pytest.fixture(scope="session")
def large_data() -> Path:
    """The folder of real data that does not ship with the project, or a skip in one line."""
    root = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("NEUROPIL_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no large data at {folder}; set NEUROPIL_DATA to its folder")
    return folder
