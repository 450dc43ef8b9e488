"""Addresses of stores on the command line: read in place, or refused in one line; keys are not shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectome_analysis.tables import ContractError, write
from connectome_analysis.tables.object_store import StoredFolder, shown_address
from tests.tables.examples import MANIFEST, two


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A folder on this machine by an address, which Arrow opens as it opens a store."""
    return write(tmp_path / "two", two(), MANIFEST).as_uri()


def test_check_info_and_sql_read_an_address(address: str, neuropil) -> None:
    code, out, _ = neuropil("check", address)
    assert (code, out.startswith("ok: ")) == (0, True)
    assert json.loads(neuropil("check", address, "--json")[1])["path"] == address
    assert json.loads(neuropil("info", address, "--json")[1])["nodes"] == 3
    assert json.loads(neuropil("sql", address, "SELECT 1 AS one", "--json")[1]) == [{"one": 1}]


@pytest.mark.parametrize("command", ["check", "info"])
def test_what_is_no_store_is_refused_in_one_line(command: str, neuropil) -> None:
    code, out, err = neuropil(command, "memory://lab/fly")
    assert code == 1
    assert "memory:// is no store that is read here; addresses begin with s3://" in out + err


def test_a_damaged_file_behind_an_address_is_told(address: str, neuropil, tmp_path: Path) -> None:
    (tmp_path / "two" / "edges.parquet").unlink()
    code, out, _ = neuropil("check", address)
    assert (code, "edges.parquet is not there" in out) == (1, True)


def test_nothing_is_made_at_an_address(
    neuropil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.csv").write_text("pre,post,n_syn\n1,2,3\n")
    for command in (("table", "e.csv", "s3://b/fly"), ("auto", "s3://b/fly.csv", "out")):
        code, _, err = neuropil("ingest", *command)
        assert (code, "s3:// is an address; ingest reads and makes files" in err) == (1, True)
    with pytest.raises(ContractError, match=r"^s3:/b/fly is an address, and a folder"):
        write(Path("s3://b/fly"), two(), MANIFEST)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.csv"]


def test_an_export_does_not_tell_the_keys_of_an_address(
    address: str, neuropil, tmp_path: Path
) -> None:
    assert shown_address("s3://key:secret@b/fly?region=x") == str(StoredFolder("s3://b/fly"))
    assert neuropil("export", f"{address}?", "csv", tmp_path / "csv")[0] == 0
    assert f"export {address} csv" in (tmp_path / "csv" / "source.json").read_text()
