"""A writer that is stopped by an error leaves the old connectome and nothing beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from connectome_analysis.tables import ContractError, check, swap, write
from tests.tables import examples
from tests.tables.examples import MANIFEST, write_two


@pytest.mark.parametrize("place", ["writing edges", "checking", "putting it in place"])
def test_a_keyboard_interrupt_leaves_the_old_connectome(tmp_path: Path, place: str) -> None:
    folder = write_two(tmp_path / "x")
    before = examples.fingerprint(tmp_path)

    def interrupt(what: str) -> None:
        if what == place:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(folder, examples.five(), MANIFEST, overwrite=True, progress=interrupt)
    assert examples.fingerprint(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_interrupt_between_two_renames_puts_the_old_connectome_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Where names cannot be exchanged, the old folder is for an instant beside its place."""
    folder = write_two(tmp_path / "x")
    before = examples.fingerprint(folder)
    monkeypatch.setattr(swap, "_exchange", lambda *_: False)
    renames = 0
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        nonlocal renames
        renames += 1
        if renames == at:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(folder, examples.five(), MANIFEST, overwrite=True)
    monkeypatch.undo()
    assert examples.fingerprint(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_reader_that_breaks_off_leaves_the_old_connectome(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "x")
    before = examples.fingerprint(tmp_path)

    def batches() -> object:
        yield pa.record_batch({"node_id": pa.array([1, 2])})
        raise ConnectionError("the server is gone")

    reader = pa.RecordBatchReader.from_batches(pa.schema([("node_id", pa.int64())]), batches())
    with pytest.raises(ConnectionError, match="the server is gone"):
        write(folder, {**examples.two(), "nodes": reader}, MANIFEST, overwrite=True)
    assert examples.fingerprint(tmp_path) == before


def test_a_full_disk_leaves_the_old_connectome(tmp_path: Path) -> None:
    """A limit on the size of a file stands for a disk that is full after so many bytes."""
    folder = write_two(tmp_path / "x")
    before = examples.fingerprint(tmp_path)
    program = f"""
import resource, sys
import numpy as np, pyarrow as pa
from connectome_analysis.tables import Manifest, write
rng = np.random.default_rng(0)
nodes = pa.table({{"node_id": rng.permutation(500_000), "x_nm": rng.random(500_000)}})
edges = pa.table({{"pre_id": [1], "post_id": [2], "edge_type": ["chemical"], "weight": [1.0]}})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write({str(folder)!r}, {{"nodes": nodes, "edges": edges}}, Manifest(name="x"), overwrite=True)
except OSError as error:
    assert "\\n" not in str(error), error
    print(type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("OSError nodes cannot be written: "), done.stdout + done.stderr
    assert examples.fingerprint(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_every_file_is_on_the_disk_before_its_name_leads_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a power cut leaves the old connectome or the new one."""
    folder = write_two(tmp_path / "x")
    done: list[str] = []
    flush, sync_folder, exchange = swap._flush, swap._sync_folder, swap._exchange

    def name_of(descriptor: int) -> str:
        status = os.fstat(descriptor)
        return next(
            path.name
            for path in tmp_path.rglob("*")
            if (path.stat().st_dev, path.stat().st_ino) == (status.st_dev, status.st_ino)
        )

    monkeypatch.setattr(swap, "_flush", lambda fd: (done.append(name_of(fd)), flush(fd)))
    monkeypatch.setattr(swap, "_sync_folder", lambda f: (done.append(str(f)), sync_folder(f)))
    monkeypatch.setattr(swap, "_exchange", lambda *p: (done.append("exchange"), exchange(*p))[1])
    write(folder, examples.two(), MANIFEST, overwrite=True)
    assert sorted(done[:3]) == ["connectome.json", "edges.parquet", "nodes.parquet"]
    assert ".x.staging-" in done[3]
    assert done[4:] == ["exchange", str(tmp_path)]


def test_what_cannot_be_renamed_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the folder is a mount point of a container."""
    (tmp_path / "x").mkdir()

    def busy(*_: object) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "rename", busy)
    with pytest.raises(ContractError) as caught:
        write_two(tmp_path / "x")
    monkeypatch.undo()
    assert str(caught.value) == (
        f"{tmp_path / 'x'} cannot be replaced (Device or resource busy). Choose another folder."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_recover_puts_back_what_a_dead_writer_had_set_aside(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "x")
    before = examples.fingerprint(folder)
    folder.rename(tmp_path / ".x.previous-00000000")
    assert check(folder) == []
    assert examples.fingerprint(folder) == before


def test_recover_never_replaces_what_is_there(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "x")
    before = examples.fingerprint(folder)
    examples.write_five(tmp_path / ".x.previous-00000000")
    assert check(folder) == []
    assert examples.fingerprint(folder) == before


def test_recover_waits_for_a_living_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_two(tmp_path / "x")
    folder.rename(tmp_path / ".x.previous-00000000")
    looks = 0

    def held(_: Path) -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:  # the living writer comes to its second rename
            examples.write_five(tmp_path / "new").rename(folder)
        return True

    monkeypatch.setattr(swap, "_is_held", held)
    swap.recover(folder)
    assert len(examples.rows(folder)) == 5
    assert (tmp_path / ".x.previous-00000000").is_dir()


def test_the_staging_folder_of_a_living_writer_is_not_cleared_away(tmp_path: Path) -> None:
    target = tmp_path / "x"
    with swap.staging_folder(target) as one:
        (one / "work").write_text("in progress")
        write_two(target)
        assert (one / "work").read_text() == "in progress"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
