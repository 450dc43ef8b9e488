"""Segment: one call from micrographs to labels, in one piece and in blocks."""

from __future__ import annotations

import numpy as np
import pytest

import segmentation_core as sc

VOXEL = (10.0, 10.0, 10.0)


@pytest.fixture(scope="module")
def raw():
    """Grey blobs, for which the bundled network finds something to cut."""
    from scipy import ndimage

    noise = np.random.default_rng(0).normal(size=(24, 48, 48))
    smooth = ndimage.gaussian_filter(noise, 3)
    return np.clip(128 + 60 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def test_one_block_gives_what_one_piece_gives(raw, tmp_path):
    whole = sc.segment(raw, voxel_size_nm=VOXEL, device="cpu")
    told = []
    blocks = sc.segment(
        raw,
        voxel_size_nm=VOXEL,
        device="cpu",
        blockwise=True,
        folder=tmp_path / "run",
        on_block=lambda *a: told.append(a),
    )
    assert whole.shape == raw.shape
    assert whole.dtype == blocks.dtype == np.uint64
    assert np.array_equal(whole, blocks)
    assert [step for step, _, _ in told] == [
        "affinities",
        "hills",
        "fragments",
        "pairs",
        "segments",
    ]
    lying = sc.segment(
        raw,
        voxel_size_nm=VOXEL,
        device="cpu",
        blockwise=True,
        folder=tmp_path / "run",
        as_blocks=True,
    )
    assert not isinstance(lying, np.ndarray)
    assert np.array_equal(lying[5:9, :, 3], whole[5:9, :, 3])
    with pytest.raises(ValueError, match="other settings: volume was"):
        sc.segment(
            255 - raw, voxel_size_nm=VOXEL, device="cpu", blockwise=True, folder=tmp_path / "run"
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"voxel_size_nm": None}, "voxel_size_nm is missing"),
        ({"volume": np.zeros((3, 4), np.uint8)}, r"must be an array \(z, y, x\)"),
        ({"volume": np.zeros((8, 8, 8), np.float32)}, "uint8"),
        ({"folder": "here"}, "goes in one piece"),
        ({"blockwise": True, "client": object()}, "needs folder="),
        ({"blockwise": True, "as_blocks": True}, "as_blocks=True gives what lies in a folder"),
    ],
)
def test_bad_input_gets_one_line(raw, change, message):
    given = {"volume": raw, "voxel_size_nm": VOXEL} | change
    with pytest.raises(ValueError, match=message) as caught:
        sc.segment(given.pop("volume"), **given)
    assert "\n" not in str(caught.value)


def test_options_of_tiles_reach_the_prediction():
    raw = np.random.default_rng(0).integers(0, 255, (16, 32, 32)).astype(np.uint8)
    told = []
    options = {"tile": (16, 32, 32), "on_tile": lambda done, total: told.append((done, total))}
    sc.segment(raw, voxel_size_nm=(10, 10, 10), prediction_options=options)
    assert told == [(1, 1)]


def test_mirror_images_are_as_many_as_the_weights_advise_unless_one_says_so(raw):
    advice = sc.Predictor(VOXEL, device="cpu").advice
    assert advice["prediction_options"] == {"n_views": 2}
    # So high a threshold that the fragments stay as they are, and show every difference.
    given = {"voxel_size_nm": VOXEL, "device": "cpu", "threshold": 1.0}
    by_hand = []
    for n_views in (1, 2):
        affinities, offsets = sc.predict_affinities(
            raw, voxel_size_nm=VOXEL, device="cpu", n_views=n_views
        )
        options = advice["fragment_options"]
        by_hand.append(sc.watershed(affinities, offsets, voxel_size_nm=VOXEL, **options))
    options = {"agglomeration_options": {"small_voxels": 0}}
    one = sc.segment(raw, prediction_options={"n_views": 1}, **options, **given)
    assert np.array_equal(one, by_hand[0])
    assert np.array_equal(sc.segment(raw, **options, **given), by_hand[1])
    assert not np.array_equal(*by_hand)
