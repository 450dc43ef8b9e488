"""Hostile files: damaged, lying or malicious input ends in one line, writes nothing and runs nothing."""

from __future__ import annotations

import gzip
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from connectome_analysis.tables import ContractError
from ingest import safe_files
from ingest.recognised_release import recognise_release

from .releases import h01_record, take, write_catmaid, write_larva, write_witvliet

RAN = "neuropil_pickle_ran"


class _Bomb:
    """Pickled, it would make a file where it is loaded."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return (open, (RAN, "w"))


def _refused(format: str, source: Path, tmp_path: Path, said: str, **options: Any) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ContractError, match=said) as stop:
        take(format, source, tmp_path / "out", **options)
    assert "\n" not in str(stop.value)
    assert sorted(tmp_path.iterdir()) == before


def _json(tmp_path: Path, name: str, content: object) -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_pickle_in_npz_is_refused_and_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "graph.npz"
    np.savez(
        source,
        indptr=np.array([0, 1]),
        indices=np.array([0]),
        root_id=np.array([_Bomb()], dtype=object),
    )
    _refused("labelled-npz", source, tmp_path, "without pickled objects")
    assert not Path(RAN).exists()


def test_a_pickle_that_calls_itself_a_mat_file_is_refused_and_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "Z.mat"
    source.write_bytes(pickle.dumps(_Bomb()))
    _refused("matlab", source, tmp_path, r"Z\.mat is not a readable \.mat file")
    assert not Path(RAN).exists()


def test_a_zip_that_leads_outside_is_not_unpacked(tmp_path: Path) -> None:
    source = tmp_path / "larva.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("../escaped.csv", ",1\n1,0\n")
        archive.writestr("all-all_connectivity_matrix.csv", ",1\n1,0\n")
    _refused("larva", source, tmp_path, r"holds '\.\./escaped\.csv', which leads outside")


def test_a_zip_is_read_without_what_a_file_manager_left(tmp_path: Path) -> None:
    folder = write_larva(tmp_path / "larva")
    source = tmp_path / "supplement.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"Supplementary/{file.name}")
            archive.writestr(f"__MACOSX/Supplementary/._{file.name}", b"\x00\x05")
        archive.writestr("Supplementary/.DS_Store", b"\x00")
    assert [one.format.name for one in recognise_release(source)] == ["larva"]
    result = take("larva", source, tmp_path / "out")
    assert result.rows == {"nodes": 4, "edges": 5}


def test_a_bomb_of_a_zip_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_files, "ALWAYS_FINE_BYTES", 1 << 20)
    source = tmp_path / "larva.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("all-all_connectivity_matrix.csv", b"0" * (8 << 20))
    _refused("larva", source, tmp_path, "which is no data. It is not unpacked")


def test_a_bomb_of_compressed_json_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_files, "LARGEST_JSON_BYTES", 1 << 20)
    source = tmp_path / "skeleton-1.json.gz"
    source.write_bytes(gzip.compress(b"[" + b" " * (2 << 20)))
    with pytest.raises(ContractError, match="unpacks to more than 1,048,576 bytes"):
        take("catmaid", source, tmp_path / "out")


def test_a_bomb_of_a_compressed_line_is_cut_off(tmp_path: Path) -> None:
    source = tmp_path / "edges.csv.gz"
    source.write_bytes(gzip.compress(b"0" * (40 << 20)))
    _refused("table", source, tmp_path, "has a line of more than 16,777,216 characters")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[[1, null, 1, 0, 0", "not readable JSON of a CATMAID skeleton"),
        ("[" * 100_000, "not readable JSON of a CATMAID skeleton"),
        ("[3, [], {}]", r"wanted \[points, connectors, tags\]"),
        ([[[1, 7, 1, 0, 0, 0, -1, 5]], [], {}], "has the parent 7, which is no point"),
        ([[[1, None, 1, "x", 0, 0, -1, 5]], [], {}], "wanted numbers x, y, z and a radius"),
        ([[[1.5, None, 1, 0, 0, 0, -1, 5]], [], {}], "must be an integer of 64 bits"),
        ([[[1, None, 1, 0, 0, 0, -1, 5]], [[1, 2, 9, 0, 0, 0]], {}], "relation 0 to 3"),
        ([[[1, 1, 1, 0, 0, 0, -1, 5]], [], {}], "skeletons"),
    ],
)
def test_a_damaged_skeleton_of_catmaid_is_one_line(
    content: object, said: str, tmp_path: Path
) -> None:
    _refused("catmaid", _json(tmp_path, "skeleton-1.json", content), tmp_path, said)


def test_a_connector_has_one_sender(tmp_path: Path) -> None:
    folder = write_catmaid(tmp_path / "c")
    other = json.loads((folder / "skeleton-17.json").read_text())
    other[1][0][2] = 0
    (folder / "skeleton-17.json").write_text(json.dumps(other))
    _refused("catmaid", folder, tmp_path, "connector 900 has two presynaptic points")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", r"line 1 is not readable JSON"),
        ("[1]\n", r"record 1: wanted an object, got list"),
        ("{}\n", r"record 1: pre_synaptic_site must be an object, got NoneType"),
        (
            json.dumps(h01_record(1, 2) | {"confidence": "much"}) + "\n",
            "confidence must be a number, got 'much'",
        ),
        (
            json.dumps(h01_record(1, 2) | {"location": [1, 2, 3]}) + "\n",
            "a place must have x, y and z",
        ),
        ('{"a": "' + "x" * (2 << 20) + '"}', "is longer than 1,048,576 bytes"),
        ("Obj\x01 not avro after all", "is not readable Avro"),
    ],
)
def test_a_damaged_shard_of_h01_is_one_line(content: str, said: str, tmp_path: Path) -> None:
    source = tmp_path / "export000000000000"
    source.write_text(content)
    _refused("h01", source, tmp_path, said)


def test_avro_without_fastavro_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    source = tmp_path / "export000000000000"
    source.write_bytes(b"Obj\x01")
    monkeypatch.setitem(sys.modules, "fastavro", None)
    _refused(
        "h01", source, tmp_path, r"pip install 'neuropil\[avro\]'; or take the release's NDJSON"
    )


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"pre": "ADAL"}, "wanted an object with pre, post, got pre"),
        ({"pre": "ADAL", "post": "AIBL"}, "post must be a list of cells"),
        ({"pre": 3, "post": ["AIBL"]}, "the name of a cell must be text, got 3"),
        ({"pre": "ADAL", "post": ["AIBL"], "catmaid_id": 1.0}, "catmaid_id must be an integer"),
        ({"pre": "ADAL", "post": ["AIBL"], "size": "big"}, "size must be a number"),
    ],
)
def test_a_damaged_record_of_witvliet_is_one_line(
    record: dict[str, Any], said: str, tmp_path: Path
) -> None:
    folder = write_witvliet(tmp_path / "w")
    (folder / "Dataset3_synapses.json").write_text(json.dumps([record]))
    _refused("witvliet2021", folder, tmp_path, said)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1 0 0 0 0 1", "wanted: id type x y z radius parent"),
        ("1 0 nan 0 0 1 -1", "wanted: id type x y z radius parent"),
        ("1 0 0 0 0 1 2", "point 1 has the parent 2, which is no point"),
        ("1 0 0 0 0 1 -1\n1 0 0 0 0 1 -1", "two points have one id"),
        ("# only words", "has no point"),
        ("1 0 0 0 0 1 2\n2 0 0 0 0 1 1", "root"),
    ],
)
def test_a_damaged_swc_is_one_line(line: str, said: str, tmp_path: Path) -> None:
    source = tmp_path / "7.swc"
    source.write_text(line + "\n")
    _refused("swc", source, tmp_path, said, unit="nm")


@pytest.mark.parametrize("format", ["sonata", "nwb", "matlab"])
def test_hdf5_that_is_cut_short_is_one_line(format: str, tmp_path: Path) -> None:
    import h5py

    whole = tmp_path / "whole.h5"
    with h5py.File(whole, "w") as file:
        file["edges/a/source_node_id"] = np.arange(100_000)
    name = {"sonata": "edges.h5", "nwb": "session.nwb", "matlab": "Z.mat"}[format]
    source = tmp_path / name
    source.write_bytes(whole.read_bytes()[:5_000])
    whole.unlink()
    _refused(format, source, tmp_path, "readable")


def test_hdf5_does_not_lead_outside_of_its_file(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["ids"] = np.arange(3)
    with h5py.File(tmp_path / "edges.h5", "w") as file:
        group = file.create_group("edges/a")
        group["source_node_id"] = h5py.ExternalLink("secret.h5", "ids")
        group["target_node_id"] = np.arange(3)
    _refused(
        "sonata", tmp_path / "edges.h5", tmp_path, "has no dataset 'source_node_id' of its own"
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 64, b"\x1f\x8b\x08broken", b"PK\x03\x04broken", b"\x89HDF\r\n\x1a\nbroken"],
)
@pytest.mark.parametrize(
    "name", ["a.csv", "a.json", "a.npz", "a.mat", "a.h5", "a.nwb", "a.swc", "a.zip", "a.xlsx"]
)
def test_nothing_that_is_looked_at_raises_anything_but_one_line(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    recognise_release(tmp_path)
    recognise_release(tmp_path / name)
