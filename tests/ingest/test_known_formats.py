"""The list of formats, and the door through which each is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ingest
from connectome_analysis.tables import ContractError, read_manifest
from ingest.known_formats import FORMATS

from .sources import text


def test_every_format_says_what_it_is_and_has_a_reader() -> None:
    listed = ingest.formats()
    assert list(listed.columns) == ["name", "what", "example"]
    assert listed["name"].is_unique
    for known in FORMATS:
        assert known.example.startswith(f"neuropil ingest {known.name} ")
        assert callable(known.load())


def test_read_gives_the_folder(tmp_path: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,3\n")
    path = ingest.read("table", file, tmp_path / "out", description={"species": "fly"})
    assert path == (tmp_path / "out").resolve()
    assert read_manifest(path).species == "fly"


def test_an_unknown_format_is_met_with_those_there_are() -> None:
    with pytest.raises(ContractError, match=r"'tabel' is no format.*Did you mean 'table'\?"):
        ingest.read("tabel", "x", "y")


def test_importing_ingest_imports_nothing_heavy() -> None:
    code = (
        "import sys, ingest, ingest.command; "
        "print({'pandas', 'duckdb', 'pyarrow', 'networkx', 'openpyxl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert {"table", "read", "formats", "Ingested"} <= set(dir(ingest))
    with pytest.raises(AttributeError, match=r"has no attribute 'tables'"):
        ingest.tables  # noqa: B018


def test_without_openpyxl_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "e.xlsx").write_bytes(b"PK")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ContractError, match=r'pip install "neuropil\[excel\]"'):
        ingest.read("table", tmp_path / "e.xlsx", tmp_path / "out")
