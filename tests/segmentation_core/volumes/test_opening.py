"""Every format opens as the same volume: voxels, voxel size and position of the first voxel."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import segmentation_core as sc

from .example_files import (
    FORMATS,
    LABELS,
    SHAPE,
    VOXEL_SIZE_NM,
    VOXELS,
    gzip_chunks,
    precomputed_store,
)


@pytest.mark.parametrize("write", FORMATS, ids=lambda write: write.__name__)
def test_every_format_gives_the_same_volume(write: Any, tmp_path: Path) -> None:
    path, options = write(tmp_path)
    volume = sc.open_volume(path, **options)
    assert volume.shape == SHAPE
    np.testing.assert_allclose(volume.voxel_size_nm, VOXEL_SIZE_NM, rtol=1e-6)
    np.testing.assert_array_equal(volume.read(), VOXELS)
    assert volume.dtype == volume.read().dtype == volume[0].dtype
    # A box that cuts through chunks on all sides, from a volume that went to a worker.
    sent = pickle.loads(pickle.dumps(volume))
    np.testing.assert_array_equal(sent[2:6, 5:30, 3:49], VOXELS[2:6, 5:30, 3:49])


@pytest.mark.parametrize("encoding", ["raw", "compressed_segmentation"])
@pytest.mark.parametrize("packing", ["files", "gzipped", "sharded"])
def test_labels_of_precomputed_keep_every_bit(encoding: str, packing: str, tmp_path: Path) -> None:
    precomputed_store(tmp_path / "a", encoding=encoding, sharded=packing == "sharded", labels=True)
    if packing == "gzipped":
        gzip_chunks(tmp_path / "a" / "fine")
    volume = sc.open_volume(tmp_path / "a", kind="labels")
    np.testing.assert_array_equal(volume.read(), LABELS)
    assert volume.offset_nm == (30 * 40, 20 * 8, 10 * 4)


def test_cremi_offset_and_labels(tmp_path: Path) -> None:
    path, _ = FORMATS[[write.__name__ for write in FORMATS].index("hdf5")](tmp_path)
    assert sc.open_volume(path, dataset="volumes/raw").offset_nm == (80, 0, 0)
    labels = sc.open_volume(path, dataset="volumes/labels/neuron_ids", voxel_size_nm=(40, 8, 4))
    np.testing.assert_array_equal(labels.read(), LABELS)


def test_an_ome_zarr_scale_is_found_by_the_name_of_its_array(tmp_path: Path) -> None:
    sc.write_ome_zarr(
        VOXELS, tmp_path / "a.zarr", voxel_size_nm=VOXEL_SIZE_NM, chunk_shape=(4, 8, 8)
    )
    by_group = sc.open_volume(tmp_path / "a.zarr", scale=1)
    by_dataset = sc.open_volume(tmp_path / "a.zarr", dataset="1")
    by_path = sc.open_volume(tmp_path / "a.zarr" / "1")
    assert by_group.voxel_size_nm == by_dataset.voxel_size_nm == by_path.voxel_size_nm == (40, 8, 8)


def test_arrays_of_other_libraries_are_volumes(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        data = file.create_dataset("a", data=VOXELS, chunks=(2, 16, 16))
        volume = sc.open_volume(data, voxel_size_nm=VOXEL_SIZE_NM)
        np.testing.assert_array_equal(volume.read(), VOXELS)
        assert volume.chunk_shape == (2, 16, 16)


def test_a_given_voxel_size_takes_the_place_of_the_files(tmp_path: Path) -> None:
    precomputed_store(tmp_path / "a")
    assert sc.open_volume(tmp_path / "a", voxel_size_nm=(50, 9, 9)).voxel_size_nm == (50, 9, 9)


def test_intensities_become_bytes() -> None:
    values = np.array([-5.0, 0.0, 1.0, 2.0, 7.0], np.float32).reshape(1, 1, 5)
    volume = sc.open_volume(values, voxel_size_nm=(4, 4, 4), intensity_range=(0, 2), kind="image")
    assert volume.read().ravel().tolist() == [0, 0, 128, 255, 255]
    wide = np.array([0, 30_000, 65_535], np.uint16).reshape(1, 1, 3)
    volume = sc.open_volume(wide, voxel_size_nm=(4, 4, 4), intensity_range=(0, 65_535))
    assert volume.read().ravel().tolist() == [0, 117, 255]


def test_chunks_never_written_read_as_the_fill_value_only_when_asked(tmp_path: Path) -> None:
    import zarr

    array = zarr.create_array(tmp_path / "a.zarr", shape=(8, 8, 8), chunks=(4, 8, 8), dtype="u1")
    array[:4] = 7
    volume = sc.open_volume(tmp_path / "a.zarr", voxel_size_nm=(4, 4, 4))
    assert (volume[:4] == 7).all()
    with pytest.raises(ValueError, match="missing_chunks='fill'") as caught:
        volume.read()
    assert "\n" not in str(caught.value)
    filled = sc.open_volume(tmp_path / "a.zarr", voxel_size_nm=(4, 4, 4), missing_chunks="fill")
    assert (filled[4:] == 0).all()


@pytest.mark.parametrize("packing", ["files", "gzipped", "sharded"])
def test_a_lost_chunk_of_precomputed_is_an_error(packing: str, tmp_path: Path) -> None:
    precomputed_store(tmp_path / "a", sharded=packing == "sharded")
    if packing == "gzipped":
        gzip_chunks(tmp_path / "a" / "fine")
    min((tmp_path / "a" / "fine").iterdir()).unlink()
    volume = sc.open_volume(tmp_path / "a")
    with pytest.raises(ValueError, match=r"missing.*missing_chunks='fill'"):
        volume.read()
    filled = sc.open_volume(tmp_path / "a", missing_chunks="fill").read()
    lost = filled == 0
    assert lost.any()
    np.testing.assert_array_equal(filled[~lost], VOXELS[~lost])


def test_n5_says_that_a_plain_resolution_is_ambiguous(tmp_path: Path) -> None:
    path, _ = FORMATS[[write.__name__ for write in FORMATS].index("n5")](tmp_path)
    attributes = json.loads((path / "raw" / "attributes.json").read_text())
    del attributes["pixelResolution"]
    attributes["resolution"] = [4, 4, 40]
    (path / "raw" / "attributes.json").write_text(json.dumps(attributes))
    with pytest.raises(ValueError, match="may be x, y, z or z, y, x"):
        sc.open_volume(path, dataset="raw")
    attributes["resolution"] = [4, 4, 4]
    (path / "raw" / "attributes.json").write_text(json.dumps(attributes))
    assert sc.open_volume(path, dataset="raw").voxel_size_nm == (4, 4, 4)


def test_real_labels_of_precomputed_compresso(large_data: Path) -> None:
    volume = sc.open_volume(large_data / "em" / "pinky40_labels_precomputed", kind="labels")
    assert volume.shape == (512, 1024, 1024)
    assert volume.voxel_size_nm == (40, 8, 8)
    # Across the corner of eight chunks: neurons do not end at the border of chunks.
    labels = volume[62:66, 254:258, 254:258]
    assert labels.dtype == np.uint32
    for axis in range(3):
        a, b = np.take(labels, 1, axis), np.take(labels, 2, axis)
        assert (a == b).mean() > 0.7


def test_real_images(large_data: Path) -> None:
    volume = sc.open_volume(large_data / "em" / "fib25_train.h5", dataset="raw", kind="image")
    assert volume.voxel_size_nm == (10, 10, 10)
    with h5py.File(large_data / "em" / "fib25_train.h5") as file:
        np.testing.assert_array_equal(volume[5, ::3, -20:], file["raw"][5, ::3, -20:])


def test_a_precomputed_volume_is_what_its_info_says(tmp_path: Path) -> None:
    voxels = np.arange(64, dtype=np.uint8).reshape(4, 4, 4)
    for kind, other, words in (
        ("image", "labels", "holds an image, wanted labels"),
        ("labels", "image", "holds labels, wanted an image"),
    ):
        sc.write_precomputed(voxels, tmp_path / kind, voxel_size_nm=(40, 4, 4), kind=kind)
        with pytest.raises(ValueError, match=words):
            sc.open_volume(tmp_path / kind, kind=other)
        assert sc.open_volume(tmp_path / kind, kind=kind).shape == (4, 4, 4)
        assert sc.open_volume(tmp_path / kind).shape == (4, 4, 4)
