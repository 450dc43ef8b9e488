"""What many tests share: where the large data is, and how heavy libraries behave under test."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import matplotlib as mpl
import pytest

mpl.use("Agg")


@pytest.fixture
def neuropil(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run the command in this process: exit code, standard output, standard error."""
    from neuropil.command_line import main

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["neuropil", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return run


@pytest.fixture(scope="session")
def large_data() -> Path:
    """The folder of real data that does not ship with the project, or a skip in one line."""
    root = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("NEUROPIL_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no large data at {folder}; set NEUROPIL_DATA to its folder")
    return folder
