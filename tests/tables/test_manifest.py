"""A manifest says only what JSON can keep, and says so at once where it cannot."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from connectome_analysis.tables import ContractError, Manifest, read_manifest
from tests.tables import examples


def test_its_hash_is_that_of_its_text_with_zeros_in_its_place() -> None:
    text = Manifest(name="x", notes=("0" * 64,)).to_json()
    digest = json.loads(text)["manifest_sha256"]
    unsigned = text.replace(digest, "0" * 64)
    assert hashlib.sha256(unsigned.encode()).hexdigest() == digest
    assert json.loads(text)["notes"] == ["0" * 64]


def test_it_comes_back_from_its_text(tmp_path: Path) -> None:
    manifest = Manifest(
        name='größe "x" \\ \n 神经',
        citation="one",
        voxel_size_nm=np.array([40, 4, 4]),
        buckets={"kept": np.int64(3)},
        made_by={"nested": [{"a": None}], "frozen": MappingProxyType({"a": 1})},
    )
    (tmp_path / "connectome.json").write_bytes(manifest.to_json().encode())
    for folder in (tmp_path, str(tmp_path)):
        read = read_manifest(folder)
        assert read == Manifest(
            name='größe "x" \\ \n 神经',
            citation=("one",),
            voxel_size_nm=(40.0, 4.0, 4.0),
            buckets={"kept": 3},
            made_by={"nested": [{"a": None}], "frozen": {"a": 1}},
        )


def test_one_text_and_none_stand_for_a_list() -> None:
    assert Manifest(name="x", notes="a", doi=["b"], citation=None) == Manifest(
        name="x", notes=("a",), doi=("b",)
    )


def test_the_meaning_of_a_weight_is_told_with_its_unit() -> None:
    manifest = Manifest(
        name="x",
        weights={
            "chemical": {"meaning": "synapses", "unit": "synapses"},
            "electrical": {"meaning": "contact area", "unit": "um^2"},
            "other": {"meaning": "EM sections"},
            "more": {},
        },
    )
    assert manifest.weight_meaning("chemical") == "synapses"
    assert manifest.weight_meaning("electrical") == "contact area (um^2)"
    assert manifest.weight_meaning("other") == "EM sections"
    assert manifest.weight_meaning("more") == "of unstated meaning"
    assert manifest.weight_meaning("unheard of") == "of unstated meaning"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "The manifest's name must not be empty; give the dataset a short name."),
        ({"name": None}, "The manifest's name must be str, got NoneType None."),
        ({"species": 3}, "The manifest's species must be str or nothing, got int 3."),
        ({"pair_threshold": 5.0}, "pair_threshold must be int or nothing, got float 5.0."),
        ({"pair_threshold": True}, "pair_threshold must be int or nothing, got bool True."),
        ({"score_cutoff": "50"}, "score_cutoff must be int or float or nothing, got str '50'."),
        ({"weights": "synapses"}, "weights must be Mapping, got str 'synapses'."),
        ({"weights": {"chemical": "synapses"}}, "weights['chemical'] must be Mapping, got str"),
        ({"weights": {1: {}}}, "weights keys must be str, got int 1."),
        ({"weights": {"a": {"meaning": 1}}}, "weights['a']['meaning'] must be str or nothing"),
        ({"buckets": {1: 2}}, "buckets keys must be str, got int 1."),
        ({"citation": [1]}, "citation must be a text or a list of texts, got [1]."),
        ({"doi": {"a": 1}}, "doi must be a text or a list of texts, got {'a': 1}."),
        ({"voxel_size_nm": 4}, "voxel_size_nm must be three positive lengths (z, y, x) in nm"),
        ({"voxel_size_nm": (4, 4)}, "three positive lengths (z, y, x) in nm, got (4, 4)."),
        ({"voxel_size_nm": (4, 4, 0)}, "three positive lengths"),
        ({"voxel_size_nm": (4, 4, np.nan)}, "three positive lengths"),
        ({"voxel_size_nm": "abc"}, "three positive lengths"),
    ],
)
def test_what_it_cannot_hold_is_refused(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ContractError) as caught:
        Manifest(**{"name": "x", **fields})
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"made_by": {"when": object()}},
        {"made_by": {"share": float("nan")}},
        {"made_by": {"array": np.zeros(3)}},
        {"notes": ("\ud800",)},
        {"error_model": {("a", "b"): 1}},
    ],
)
def test_what_json_cannot_hold_is_refused_when_it_is_written(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    manifest = Manifest(name="x", **fields)
    with pytest.raises(ContractError, match="cannot be written as JSON"):
        manifest.to_json()
    with pytest.raises(ContractError, match="cannot be written as JSON"):
        examples.write(tmp_path / "x", examples.two(), manifest)
    assert list(tmp_path.iterdir()) == []
