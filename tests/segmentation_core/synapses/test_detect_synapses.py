"""Detection: the table of the contract, the same in blocks, and one clear line for wrong input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import segmentation_core as sc
from segmentation_core.synapses.evaluation import right_rows
from segmentation_core.synapses.weights_file import (
    bundled_models,
    load_synapse_model,
    save_synapse_model,
)

VOXEL = (40.0, 4.0, 4.0)


@pytest.fixture(scope="module")
def simulated():
    return sc.simulate_volume(
        (16, 320, 320), voxel_size_nm=VOXEL, synapses_per_um3=10, n_jobs=1, rng=4242
    )


@pytest.fixture(scope="module")
def every(simulated):
    return sc.detect_synapses(
        simulated.raw,
        simulated.labels,
        voxel_size_nm=VOXEL,
        least_confidence=0,
        transmitters=("glutamate", "gaba"),
        device="cpu",
    )


def test_the_columns_are_those_of_the_contract(every):
    assert list(every.columns) == [
        "synapse_id",
        "site_id",
        "pre_id",
        "post_id",
        *(f"{side}{axis}_nm" for side in ("", "pre_", "post_") for axis in "xyz"),
        "confidence",
        "score",
        "size",
        "sign",
        "neurotransmitter",
    ]
    assert every["synapse_id"].tolist() == list(range(1, len(every) + 1))
    assert str(every["pre_id"].dtype) == str(every["post_id"].dtype) == "Int64"
    assert every["confidence"].between(0, 1).all()
    assert set(every["sign"]) <= {-1, 1}
    assert ((every["sign"] == -1) == (every["neurotransmitter"] == "gaba")).all()


def test_synapses_are_where_they_were_planted(simulated, every):
    found = every.dropna(subset=["pre_id", "post_id"]).reset_index(drop=True)
    scores = sc.metrics.synapse_scores(simulated.synapses, found)
    assert scores.n_truth >= 5
    assert scores.recall >= 0.6
    right = right_rows(simulated.synapses, found)
    assert found["confidence"][right].mean() > found["confidence"][~right].mean()


def test_partners_lie_in_their_segments(simulated, every):
    for side in ("pre", "post"):
        rows = every[every[f"{side}_id"].notna()]
        place = rows[[f"{side}_{axis}_nm" for axis in "zyx"]].to_numpy() / VOXEL
        z, y, x = np.clip(np.rint(place).astype(int), 0, np.array(simulated.labels.shape) - 1).T
        inside = simulated.labels[z, y, x] == rows[f"{side}_id"].to_numpy(np.uint64)
        assert inside.mean() > 0.9


def test_blocks_give_the_same_table(simulated, every):
    blocks = sc.detect_synapses(
        simulated.raw,
        simulated.labels,
        voxel_size_nm=VOXEL,
        least_confidence=0,
        transmitters=("glutamate", "gaba"),
        block_shape=(16, 160, 320),
        device="cpu",
    )
    assert abs(len(blocks) - len(every)) <= max(1, len(every) // 20)
    keys = ["pre_id", "post_id"]
    sure = every[every["confidence"] > 0.3]
    pairs = {tuple(row) for row in blocks[keys].dropna().to_numpy().tolist()}
    assert {tuple(row) for row in sure[keys].dropna().to_numpy().tolist()} <= pairs


def test_ids_of_eighteen_digits_come_out_whole(simulated, every):
    far = np.uint64(864_691_135_000_000_000)
    moved = np.where(simulated.labels > 0, simulated.labels + far, 0)
    found = sc.detect_synapses(
        simulated.raw, moved, voxel_size_nm=VOXEL, least_confidence=0, device="cpu"
    )
    pd.testing.assert_series_equal(found["pre_id"] - int(far), every["pre_id"])


def test_an_offset_moves_every_place(simulated, every):
    moved = sc.detect_synapses(
        simulated.raw,
        simulated.labels,
        voxel_size_nm=VOXEL,
        offset_nm=(1000, 200, 30),
        least_confidence=0,
        device="cpu",
    )
    np.testing.assert_allclose(moved["pre_z_nm"] - 1000, every["pre_z_nm"])
    np.testing.assert_allclose(moved["x_nm"] - 30, every["x_nm"])


def test_a_grey_volume_has_no_synapses():
    none = sc.detect_synapses(
        np.full((4, 64, 64), 128, np.uint8), np.ones((4, 64, 64), int), voxel_size_nm=VOXEL
    )
    assert none.empty
    assert "neurotransmitter" not in none


def test_bundled_weights_are_small_and_say_what_they_saw():
    for path in bundled_models().values():
        assert path.stat().st_size < 8e6
        card = load_synapse_model(path).card
        assert card["real_data"] == "none"
        assert "simulated" in card["trained_on"]


def test_a_model_survives_its_file(tmp_path: Path):
    model = load_synapse_model(bundled_models()["anisotropic"])
    save_synapse_model(model, tmp_path / "again.pt")
    again = sc.load_synapse_model(tmp_path / "again.pt")
    x = torch.randn(1, 1, 4, 32, 32)
    torch.testing.assert_close(again.net(x), model.net(x))


def test_another_file_is_no_model(tmp_path: Path):
    torch.save({"design": "{}", "weights": {}}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match=r"other\.pt is of another kind; wanted a synapse model"):
        sc.load_synapse_model(tmp_path / "other.pt")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"raw": np.zeros((4, 64, 64), np.float32)}, "must be uint8 micrographs, got float32"),
        ({"labels": np.ones((4, 64, 63), int)}, "raw and labels must be of one shape"),
        ({"labels": np.ones((4, 64, 64))}, "labels must be integers, got float64"),
        ({"voxel_size_nm": None}, "voxel_size_nm is missing"),
        ({"voxel_size_nm": (8, 8, 8)}, r"no bundled synapse model for voxels of 8 x 8 x 8 nm"),
        ({"least_confidence": 1.5}, r"least_confidence must lie in \[0, 1\], got 1.5"),
        ({"transmitters": "gaba"}, "transmitters must be two names"),
        ({"block_shape": (4, 4)}, "block_shape must be three whole numbers"),
    ],
)
def test_wrong_input_is_said_in_one_line(change, message):
    given = {
        "raw": np.full((4, 64, 64), 128, np.uint8),
        "labels": np.ones((4, 64, 64), int),
        "voxel_size_nm": VOXEL,
        **change,
    }
    with pytest.raises(ValueError, match=message) as caught:
        sc.detect_synapses(given.pop("raw"), given.pop("labels"), **given)
    assert "\n" not in str(caught.value)
