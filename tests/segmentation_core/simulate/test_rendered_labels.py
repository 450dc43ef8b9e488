"""Volumes rendered from labels: labels stay as they are, membranes lie on their borders."""

from __future__ import annotations

import numpy as np
import pytest

import segmentation_core as sc

FAR = 720_575_940_600_000_000


def two_halves(shape=(5, 60, 60)) -> np.ndarray:
    labels = np.full(shape, FAR + 1, np.uint64)
    labels[:, :, shape[2] // 2 :] = FAR + 2
    return labels


def test_labels_and_their_ids_stay_as_they_are() -> None:
    labels = two_halves()
    labels[:, :6, :6] = 0
    volume = sc.render_labels(labels, voxel_size_nm=(40, 8, 8), rng=1)
    assert volume.labels.tobytes() == labels.tobytes()
    assert volume.segments["segment_id"].tolist() == [FAR + 1, FAR + 2]
    assert volume.segments["n_voxels"].tolist() == [(labels == FAR + i).sum() for i in (1, 2)]
    assert len(volume.skeletons) == 0


def test_the_membrane_is_dark_and_lies_on_the_border() -> None:
    volume = sc.render_labels(
        two_halves(), voxel_size_nm=(40, 8, 8), mitochondria_per_um3=0, masks=True, rng=1
    )
    profile = volume.raw.mean(axis=(0, 1))
    assert profile[28:32].max() < np.delete(profile, range(25, 35)).min() - 30
    assert volume.membrane[:, :, 29:31].all()
    assert not volume.membrane[:, :, :25].any()


def test_an_oblique_membrane_is_smeared_over_its_way_through_the_section() -> None:
    upright = two_halves((9, 60, 90))
    oblique = np.full(upright.shape, 1, np.uint64)
    for z in range(9):  # 5 pixels of 8 nm in a section of 40 nm: 45 degrees
        oblique[z, :, 25 + 5 * z :] = 2
    options = {"voxel_size_nm": (40, 8, 8), "mitochondria_per_um3": 0, "rng": 1}
    dark = []
    for labels in (upright, oblique):
        profile = sc.render_labels(labels, **options).raw[4].mean(axis=0)
        left, right = profile[25:35].mean(), profile[55:65].mean()
        dark.append(np.sum(0.5 * (left + right) - profile[35:55]))
    # A section holds 1 / cos(45 degrees) times as much of a membrane that runs obliquely.
    assert 1.2 < dark[1] / dark[0] < 1.65


def test_synapses_are_planted_on_contacts_when_asked_for() -> None:
    volume = sc.render_labels(
        two_halves((10, 100, 100)), voxel_size_nm=(40, 8, 8), synapses_per_um3=20, rng=1
    )
    assert len(volume.synapses) > 0
    assert set(volume.synapses["pre_id"]) | set(volume.synapses["post_id"]) == {FAR + 1, FAR + 2}
    for end in ("pre", "post"):
        places = volume.synapses[[f"{end}_z_nm", f"{end}_y_nm", f"{end}_x_nm"]].to_numpy()
        at = tuple(np.rint(places / (40, 8, 8)).astype(int).T)
        assert volume.labels[at].astype(np.int64).tolist() == volume.synapses[f"{end}_id"].tolist()


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads() -> None:
    options = {"voxel_size_nm": (40, 8, 8), "jitter_nm": 10.0, "rng": 3}
    one = sc.render_labels(two_halves(), n_jobs=1, **options)
    two = sc.render_labels(two_halves(), n_jobs=2, **options)
    assert one.raw.tobytes() == two.raw.tobytes()
    assert one.labels.tobytes() == two.labels.tobytes()


def test_real_neurons_of_cortex_are_rendered(large_data) -> None:
    folder = large_data / "em" / "pinky40_labels_precomputed"
    labels = np.asarray(sc.open_volume(folder)[40:46, 300:428, 300:428])
    volume = sc.render_labels(labels, voxel_size_nm=(40, 8, 8), masks=True, rng=1)
    assert volume.labels.tobytes() == labels.astype(np.uint64).tobytes()
    assert volume.raw[volume.membrane].mean() < volume.raw[~volume.membrane].mean() - 30


def test_bad_labels_are_said_plainly() -> None:
    options = {"voxel_size_nm": (40, 8, 8)}
    with pytest.raises(ValueError, match=r"labels must be a volume \(z, y, x\) that is not empty"):
        sc.render_labels(np.ones((4, 4), int), **options)
    with pytest.raises(ValueError, match="labels must be integers, got float64; read ids as"):
        sc.render_labels(np.ones((2, 4, 4)), **options)
    with pytest.raises(ValueError, match="labels must not be negative, got -1"):
        sc.render_labels(-np.ones((2, 4, 4), int), **options)
    with pytest.raises(ValueError, match="labels must hold at least one segment; all of them are"):
        sc.render_labels(np.zeros((2, 4, 4), int), **options)
