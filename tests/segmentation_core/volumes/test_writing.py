"""What is written comes back through other libraries, whole, at every scale, or is not there at all."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tensorstore as ts
import zarr

import segmentation_core as sc

from .example_files import LABELS, VOXEL_SIZE_NM, VOXELS

SMALL = {"voxel_size_nm": VOXEL_SIZE_NM, "chunk_shape": (4, 16, 16)}


def precomputed(path: Path, scale: int = 0) -> Any:
    return ts.open(
        {
            "driver": "neuroglancer_precomputed",
            "kvstore": {"driver": "file", "path": f"{path}/"},
            "scale_index": scale,
        }
    ).result()


def mean_of_columns(voxels: np.ndarray) -> np.ndarray:
    """Means of pairs along x, the last voxel alone where their number is odd."""
    pairs = np.array_split(voxels.astype(float), range(2, voxels.shape[2], 2), axis=2)
    return np.stack([pair.mean(axis=2) for pair in pairs], axis=2)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_ome_zarr_comes_back_through_zarr(version: Any, tmp_path: Path) -> None:
    path = sc.write_ome_zarr(VOXELS, tmp_path / "a.zarr", version=version, **SMALL)
    group = zarr.open_group(path, mode="r")
    assert group.metadata.zarr_format == (2 if version == "0.4" else 3)
    attributes = dict(group.attrs)
    image = (attributes["ome"] if version == "0.5" else attributes)["multiscales"][0]
    assert [axis["name"] for axis in image["axes"]] == ["z", "y", "x"]
    assert {axis["unit"] for axis in image["axes"]} == {"nanometer"}
    np.testing.assert_array_equal(group["0"][:], VOXELS)
    # x is finest, so it is halved first: (40, 8, 4) -> (40, 8, 8) -> (40, 16, 16).
    scales = [level["coordinateTransformations"][0]["scale"] for level in image["datasets"]]
    assert scales[:3] == [[40, 8, 4], [40, 8, 8], [40, 16, 16]]
    starts = [level["coordinateTransformations"][1]["translation"] for level in image["datasets"]]
    assert starts[:3] == [[0, 0, 0], [0, 0, 2], [0, 4, 6]]
    np.testing.assert_allclose(group["1"][:], mean_of_columns(VOXELS), atol=0.51)
    last = group[image["datasets"][-1]["path"]]
    assert (np.array(last.shape) <= (4, 16, 16)).all()


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_ome_zarr_labels_take_the_commonest_and_keep_every_bit(
    version: Any, tmp_path: Path
) -> None:
    labels = np.full((2, 4, 8), 2**63 + 1, np.uint64)
    labels[0, 0, 0] = 5
    labels[:, :, 4:] = 2**62 + 3
    path = sc.write_ome_zarr(
        labels, tmp_path / "a.zarr", version=version, voxel_size_nm=(4, 4, 4), n_scales=2
    )
    group = zarr.open_group(path, mode="r")
    np.testing.assert_array_equal(group["0"][:], labels)
    assert group["1"].dtype == np.uint64
    expected = np.full((1, 2, 4), 2**63 + 1, np.uint64)
    expected[..., 2:] = 2**62 + 3
    np.testing.assert_array_equal(group["1"][:], expected)
    assert "image-label" in (dict(group.attrs).get("ome") or dict(group.attrs))


def test_a_volume_of_any_format_becomes_ome_zarr_and_keeps_its_place(tmp_path: Path) -> None:
    source = sc.open_volume(VOXELS, voxel_size_nm=VOXEL_SIZE_NM).crop(z=(1, 6), y=(3, 30))
    path = sc.write_ome_zarr(source, tmp_path / "a.zarr", chunk_shape=(4, 16, 16))
    back = sc.open_volume(path)
    assert (back.voxel_size_nm, back.offset_nm) == (source.voxel_size_nm, (40, 24, 0))
    np.testing.assert_array_equal(back.read(), source.read())


@pytest.mark.parametrize("encoding", ["raw", "compressed_segmentation"])
def test_precomputed_labels_come_back_through_tensorstore(encoding: Any, tmp_path: Path) -> None:
    path = sc.write_precomputed(LABELS, tmp_path / "a", encoding=encoding, **SMALL)
    store = precomputed(path)
    assert store.dtype == ts.uint64
    np.testing.assert_array_equal(store[..., 0].read().result().T, LABELS)
    info = json.loads((path / "info").read_text())
    assert info["type"] == "segmentation"
    assert [scale["resolution"] for scale in info["scales"]][:2] == [[4, 8, 40], [8, 8, 40]]
    assert {scale["encoding"] for scale in info["scales"]} == {encoding}


def test_precomputed_images_of_a_crop_keep_their_place(tmp_path: Path) -> None:
    source = sc.open_volume(VOXELS, voxel_size_nm=VOXEL_SIZE_NM).crop(
        z=(1, 6), y=(3, 30), x=(5, 50)
    )
    path = sc.write_precomputed(source, tmp_path / "a", chunk_shape=(4, 16, 16))
    store = precomputed(path)
    assert store.domain.inclusive_min[:3] == (5, 3, 1)
    np.testing.assert_array_equal(store[..., 0].read().result().T, source.read())
    back = sc.open_volume(path)
    assert back.offset_nm == source.offset_nm
    assert json.loads((path / "info").read_text())["type"] == "image"
    # Coarser voxels lie on the grid that starts at 0, so an odd first voxel stands alone.
    coarse = precomputed(path, 1)[..., 0].read().result().T
    np.testing.assert_allclose(coarse[..., 0], source.read()[..., 0], atol=0.51)
    np.testing.assert_allclose(coarse[..., 1:], mean_of_columns(source.read()[..., 1:]), atol=0.51)


def test_narrow_and_signed_labels_are_stored_unsigned(tmp_path: Path) -> None:
    path = sc.write_precomputed(LABELS.astype(np.uint16), tmp_path / "a", **SMALL)
    assert precomputed(path).dtype == ts.uint32
    path = sc.write_precomputed(LABELS.astype(np.int64), tmp_path / "b", **SMALL)
    np.testing.assert_array_equal(precomputed(path)[..., 0].read().result().T, LABELS)
    with pytest.raises(ValueError, match="negative"):
        sc.write_precomputed(-LABELS.astype(np.int64), tmp_path / "c", **SMALL)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


SKELETONS = pd.DataFrame(
    {
        "node_id": [2**60 + 1] * 3 + [4],
        "point_id": [10, 7, 20, 1],
        "parent_id": pd.array([7, None, 7, None], dtype="Int64"),
        "x_nm": [1.0, 2.0, 3.0, 4.0],
        "y_nm": [5.0, 6.0, 7.0, 8.0],
        "z_nm": [9.0, 10.0, 11.0, 12.0],
        "radius_nm": [100.0, 200.0, 300.0, None],
    }
)
PROPERTIES = pd.DataFrame(
    {
        "node_id": [2**60 + 1, 4],
        "name": ["Purkinje", None],
        "volume_nm3": [1.5e9, 2.5],
        "synapses": [3, 70_000],
        "parent": [2**60, 1],
        "kind": ["neuron", "glia"],
    }
)


def test_skeletons_and_properties_stand_beside_the_labels(tmp_path: Path) -> None:
    path = sc.write_precomputed(
        LABELS, tmp_path / "a", skeletons=SKELETONS, segment_properties=PROPERTIES, **SMALL
    )
    info = json.loads((path / "info").read_text())
    assert (info["skeletons"], info["segment_properties"]) == ("skeletons", "segment_properties")
    np.testing.assert_array_equal(precomputed(path)[..., 0].read().result().T, LABELS)

    data = (path / "skeletons" / str(2**60 + 1)).read_bytes()
    n_vertices, n_edges = struct.unpack_from("<II", data)
    assert (n_vertices, n_edges) == (3, 2)
    vertices = np.frombuffer(data, "<f4", 9, 8).reshape(3, 3)
    assert vertices[0].tolist() == [1, 5, 9]
    assert np.frombuffer(data, "<u4", 4, 44).reshape(2, 2).tolist() == [[0, 1], [2, 1]]
    assert np.frombuffer(data, "<f4", 3, 60).tolist() == [100, 200, 300]
    assert len(data) == 72
    assert (path / "skeletons" / "4").is_file()

    written = json.loads((path / "segment_properties" / "info").read_text())["inline"]
    assert written["ids"] == [str(2**60 + 1), "4"]
    found = {p["id"]: p for p in written["properties"]}
    assert found["name"] == {"id": "name", "type": "label", "values": ["Purkinje", ""]}
    assert found["kind"]["type"] == "description"
    assert found["synapses"]["data_type"] == "uint32"
    assert found["volume_nm3"]["data_type"] == "float32"
    # Wider than 32 bits: text, so that nothing is rounded.
    assert found["parent"]["values"] == [str(2**60), "1"]


def synapses(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    pre = rng.random((n, 3)) * 20_000
    post = pre + rng.normal(0, 50, (n, 3))
    table = pd.DataFrame({"synapse_id": rng.permutation(n) + 2**55})
    for side, place in (("pre", pre), ("post", post)):
        table[f"{side}_id"] = pd.array(rng.integers(1, 30, n) + 2**60, dtype="Int64")
        for axis in range(3):
            table[f"{side}_{'xyz'[axis]}_nm"] = place[:, axis]
    table.loc[0, "post_id"] = pd.NA
    table["confidence"] = rng.random(n)
    return table


@pytest.mark.parametrize("n", [1, 900, 12_000])
def test_synapses_come_back_through_neuroglancers_reader(n: int, tmp_path: Path) -> None:
    reading = pytest.importorskip("neuroglancer.read_precomputed_annotations")
    table = synapses(n)
    path = sc.write_synapse_annotations(table, tmp_path / "synapses", properties=["confidence"])
    reader = reading.AnnotationReader(f"file://{path}/")
    for row in (0, n // 2, n - 1):
        # Column by column: a row of mixed types would round its ids.
        synapse = {name: table[name][row] for name in table}
        found = reader.by_id[int(synapse["synapse_id"])]
        np.testing.assert_allclose(
            found.point_a, [synapse[f"pre_{a}_nm"] for a in "xyz"], rtol=1e-5
        )
        np.testing.assert_allclose(
            found.point_b, [synapse[f"post_{a}_nm"] for a in "xyz"], rtol=1e-5
        )
        assert found.props[0] == pytest.approx(synapse["confidence"], rel=1e-5)
        assert list(found.segments[0]) == [synapse["pre_id"]]
        assert list(found.segments[1]) == ([] if row == 0 else [synapse["post_id"]])
    for side in ("pre", "post"):
        related = reader.relationships[f"{side}_segment"]
        for segment, rows in table.dropna().groupby(f"{side}_id"):
            ids = {int(annotation.id) for annotation in related[int(segment)]}
            assert set(rows["synapse_id"]) <= ids
    # Every synapse stands at one level of the spatial index, in every cell that it touches.
    seen: dict[int, int] = {}
    for number, level in enumerate(reader.metadata["spatial"]):
        for cell in (path / level["key"]).iterdir():
            data = cell.read_bytes()
            count = struct.unpack_from("<Q", data)[0]
            assert count <= level["limit"]
            for annotation in np.frombuffer(data, "<u8", count, len(data) - 8 * count):
                assert seen.setdefault(int(annotation), number) == number
    assert set(seen) == set(table["synapse_id"])


def test_synapses_need_their_columns_and_whole_ids(tmp_path: Path) -> None:
    table = synapses(5)

    def written(changed: pd.DataFrame) -> None:
        sc.write_synapse_annotations(changed, tmp_path / "a", properties=["confidence"])

    with pytest.raises(ValueError, match="synapses lack pre_id"):
        written(table.drop(columns="pre_id"))
    with pytest.raises(ValueError, match=r"above 2\*\*53; use Int64"):
        written(table.assign(pre_id=table["pre_id"].astype(float)))
    with pytest.raises(ValueError, match="pre_y_nm of row 1 is nan"):
        written(table.assign(pre_y_nm=[1.0, np.nan, 1.0, 1.0, 1.0]))
    with pytest.raises(ValueError, match="appears twice"):
        written(table.assign(synapse_id=7))
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_unasked_and_a_failure_leaves_the_old(tmp_path: Path) -> None:
    path = sc.write_ome_zarr(VOXELS, tmp_path / "a.zarr", **SMALL)
    with pytest.raises(ValueError, match="overwrite=True"):
        sc.write_ome_zarr(VOXELS, path, **SMALL)
    bad = LABELS.astype(np.int64)
    bad[6, 32, 49] = -1
    with pytest.raises(ValueError, match="negative"):
        sc.write_precomputed(bad, path, overwrite=True, **SMALL)
    np.testing.assert_array_equal(sc.open_volume(path).read(), VOXELS)
    sc.write_ome_zarr(255 - VOXELS, path, overwrite=True, **SMALL)
    np.testing.assert_array_equal(sc.open_volume(path).read(), 255 - VOXELS)
    assert [p.name for p in tmp_path.iterdir()] == ["a.zarr"]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda p: sc.write_ome_zarr(VOXELS, p), "voxel_size_nm="),
        (lambda p: sc.write_ome_zarr(VOXELS, p, voxel_size_nm=(4, 4, 4), version="1"), "'0.4'"),
        (lambda p: sc.write_ome_zarr(LABELS, p, kind="image", **SMALL), "an image is uint8"),
        (lambda p: sc.write_precomputed(VOXELS, p, encoding="png", **SMALL), "raw or jpeg"),
        (lambda p: sc.write_precomputed(VOXELS, p, skeletons=SKELETONS, **SMALL), "labels"),
        (
            lambda p: sc.write_precomputed(
                LABELS, p, skeletons=SKELETONS.assign(point_id=1), **SMALL
            ),
            "appears twice",
        ),
        (
            lambda p: sc.write_precomputed(
                LABELS, p, skeletons=SKELETONS.assign(parent_id=99), **SMALL
            ),
            "parent_id 99 is none of its points",
        ),
        (
            lambda p: sc.write_precomputed(
                VOXELS, p, voxel_size_nm=(4, 4, 4), chunk_shape=(0, 1, 1)
            ),
            "positive",
        ),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_stays(
    action: Any, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        action(tmp_path / "a")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
