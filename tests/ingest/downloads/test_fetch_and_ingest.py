"""A fetched release becomes the tables it was; a file that has changed since is told."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import ingest
from connectome_analysis.tables import check, read_manifest
from ingest.downloads import drift, registry
from ingest.downloads.registry import Release, RemoteFile, releases
from ingest.simulated_releases import simulate_release

from ..local_server import Served, serving
from ..sources import text


@pytest.fixture
def codex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    """A simulated release on a server of this machine, under a name of the registry's own."""
    monkeypatch.setenv("NEUROPIL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = simulate_release(
        "flywire-783", tmp_path / "published", n_neurons=30, n_connections=60, seed=1
    )
    contents = {path.name: path.read_bytes() for path in folder.iterdir()}
    served = {f"/783/{name}": Served(content) for name, content in contents.items()}
    with serving(served) as address:
        files = tuple(
            RemoteFile(
                name=name,
                url=f"{address}/783/{name}",
                bytes=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                needed=True,
            )
            for name, content in contents.items()
        )
        toy = Release(
            name="toy",
            title="toy",
            version="783",
            species="synthetic",
            licence="CC0",
            terms="none",
            access="open",
            reader="flywire",
            options={"min_synapses": 1},
            files=files,
        )
        known = dict(releases()) | {"toy": toy}
        monkeypatch.setattr(registry, "releases", lambda: known)
        yield toy


def test_fetch_and_ingest_is_one_command(
    codex: Release,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from neuropil.command_line import main

    arguments = ["fetch", "toy", "--to", tmp_path / "got", "--ingest", tmp_path / "fly", "--json"]
    monkeypatch.setattr(sys, "argv", ["neuropil", "datasets", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert int(stop.value.code or 0) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["edges"] == 60
    fly = tmp_path / "fly"
    assert check(fly) == []
    direct = ingest.read("flywire", tmp_path / "published", tmp_path / "direct", min_synapses=1)
    for table in ("nodes", "edges"):
        one, two = (pq.read_table(folder / f"{table}.parquet") for folder in (fly, direct))
        assert one.equals(two)
    assert read_manifest(fly).made_by["command"].startswith("neuropil datasets fetch toy --to ")


def test_a_file_that_changed_after_the_download_is_told(codex: Release, tmp_path: Path) -> None:
    worm = Release(
        name="worm", title="w", version="1", species="s", licence="l", terms="t", access="open",
        files=(codex.files[0],),
    )  # fmt: skip
    ingest.fetch(worm, tmp_path / "got")
    name = codex.files[0].name
    edges = text(tmp_path / "got", name, "pre,post,n_syn\n1,2,3\n")
    table = text(tmp_path / "got", "edges.csv", "pre,post,n_syn\n1,2,3\n")
    entry = {"role": "edges", "file": name, "bytes": edges.stat().st_size, "sha256": "0" * 64}
    (line,) = drift.drift_of(None, None, [entry], {"edges": edges})
    assert line.startswith(f"checksum drift: {name} is not what was downloaded on 20")
    assert drift.drift_of(None, None, [entry | {"file": "edges.csv"}], {"edges": table}) == []


def test_a_release_that_is_not_the_known_one_is_read_with_a_warning(tmp_path: Path) -> None:
    """Trap 17: the names of hemibrain's export, and other bytes."""
    export = tmp_path / "exported"
    export.mkdir()
    for name, content in (
        ("traced-neurons.csv", "bodyId,type,instance\n1,a,a_L\n2,b,b_R\n"),
        ("traced-connections.csv", "bodyId_pre,bodyId_post,weight\n1,2,3\n"),
    ):
        text(export, name, content)
    path = ingest.read("neuprint", export, tmp_path / "out")
    notes = read_manifest(path).notes
    drifts = [note for note in notes if note.startswith("checksum drift: ")]
    assert len(drifts) == 2
    assert "traced-neurons.csv is not the file that is known as manc-1.0 (seen 2026-09-26)" in (
        drifts[0] + drifts[1]
    )
    assert check(path) == []


def test_a_file_that_is_the_known_one_is_read_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"bodyId,type,instance\n1,a,a_L\n"
    path = tmp_path / "traced-neurons.csv"
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    entry = {"role": "nodes", "file": path.name, "bytes": len(content), "sha256": sha256}
    known = RemoteFile(name=path.name, url="https://x.org/y", bytes=len(content), sha256=sha256)
    release = Release(
        name="toy", title="t", version="v1.2", species="s", licence="l", terms="t", access="open",
        reader="neuprint", files=(known,),
    )  # fmt: skip
    monkeypatch.setattr(drift, "releases", lambda: {"toy": release})
    assert drift.drift_of("neuprint", "1.2", [entry], {"nodes": path}) == []
    assert drift.drift_of("neuprint", None, [entry | {"bytes": 1}], {"nodes": path}) != []
    md5 = RemoteFile(name=path.name, url="https://x.org/y", md5=hashlib.md5(content).hexdigest())
    monkeypatch.setattr(
        drift, "releases", lambda: {"toy": Release(**{**vars(release), "files": (md5,)})}
    )
    assert drift.drift_of("neuprint", "1.2", [entry], {"nodes": path}) == []


def test_simulated_releases_are_not_held_to_the_published_hashes(tmp_path: Path) -> None:
    folder = simulate_release("flywire-783", tmp_path / "c", n_neurons=20, n_connections=20)
    notes = read_manifest(ingest.read("flywire", folder, tmp_path / "fly")).notes
    assert not any("checksum drift" in note for note in notes)


def test_a_reader_called_from_python_is_named_in_the_manifest(tmp_path: Path) -> None:
    matrix = text(
        tmp_path,
        "adjacency_matrix_connectome_1042cells.csv",
        '"Neurons","a","b"\n"a",0,1\n"b",2,0\n',
    )
    path = ingest.read("platynereis", matrix, tmp_path / "one")
    assert read_manifest(path).made_by["command"] == "ingest.read('platynereis', ...)"
    edges = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,3\n")
    path = ingest.read("table", edges, tmp_path / "two")
    assert read_manifest(path).made_by["command"] == "ingest.table"
