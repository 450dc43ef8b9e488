"""One small volume in every format, each written by another library than the one that opens it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import mrcfile
import numpy as np
import tensorstore as ts
import tifffile
import zarr
from PIL import Image

VOXEL_SIZE_NM = (40.0, 8.0, 4.0)
SHAPE = (7, 33, 50)
VOXELS = np.random.default_rng(0).integers(1, 250, SHAPE, dtype=np.uint8)
LABELS = np.random.default_rng(1).integers(1, 9, SHAPE).repeat(1, axis=0).astype(np.uint64) + 2**60

Written = tuple[Path, dict[str, Any]]


def tiff(folder: Path) -> Written:
    tifffile.imwrite(folder / "a.tif", VOXELS)
    return folder / "a.tif", {"voxel_size_nm": VOXEL_SIZE_NM}


def tiff_zlib(folder: Path) -> Written:
    tifffile.imwrite(folder / "a.tif", VOXELS, compression="zlib", tile=(16, 16))
    return folder / "a.tif", {"voxel_size_nm": VOXEL_SIZE_NM}


def tiff_page_by_page(folder: Path) -> Written:
    with tifffile.TiffWriter(folder / "a.tif", bigtiff=True) as file:
        for section in VOXELS:
            file.write(section, contiguous=False, compression="zlib")
    return folder / "a.tif", {"voxel_size_nm": VOXEL_SIZE_NM}


def tiff_big_endian(folder: Path) -> Written:
    tifffile.imwrite(folder / "a.tif", VOXELS.astype(np.uint16), byteorder=">")
    return folder / "a.tif", {"voxel_size_nm": VOXEL_SIZE_NM}


def tiff_imagej(folder: Path) -> Written:
    tifffile.imwrite(
        folder / "a.tif",
        VOXELS,
        imagej=True,
        resolution=(1 / 0.004, 1 / 0.008),
        metadata={"spacing": 0.04, "unit": "um", "axes": "ZYX"},
    )
    return folder / "a.tif", {}


def tiff_ome(folder: Path) -> Written:
    sizes = dict(zip("ZYX", VOXEL_SIZE_NM, strict=True))
    metadata: dict[str, Any] = {"axes": "ZYX"}
    for axis, size in sizes.items():
        metadata |= {f"PhysicalSize{axis}": size, f"PhysicalSize{axis}Unit": "nm"}
    tifffile.imwrite(folder / "a.ome.tif", VOXELS, metadata=metadata)
    return folder / "a.ome.tif", {}


def sections_tiff(folder: Path) -> Written:
    for z, section in enumerate(VOXELS):
        tifffile.imwrite(folder / f"w3_s{z + 8}.tif", section, compression="zlib")
    return folder, {"voxel_size_nm": VOXEL_SIZE_NM}


def sections_png(folder: Path) -> Written:
    for z, section in enumerate(VOXELS):
        Image.fromarray(section).save(folder / f"{z:03}.png")
    return folder, {"voxel_size_nm": VOXEL_SIZE_NM}


def hdf5(folder: Path) -> Written:
    with h5py.File(folder / "a.hdf", "w") as file:
        data = file.create_dataset("volumes/raw", data=VOXELS, chunks=(2, 16, 16), compression=4)
        data.attrs["resolution"] = VOXEL_SIZE_NM
        data.attrs["offset"] = (80.0, 0.0, 0.0)
        file.create_dataset("volumes/labels/neuron_ids", data=LABELS)
    return folder / "a.hdf", {"dataset": "volumes/raw"}


def hdf5_ilastik(folder: Path) -> Written:
    with h5py.File(folder / "a.h5", "w") as file:
        data = file.create_dataset("exported_data", data=VOXELS.transpose(2, 1, 0)[..., None])
        data.attrs["axistags"] = json.dumps({"axes": [{"key": key} for key in "xyzc"]})
    return folder / "a.h5", {"voxel_size_nm": VOXEL_SIZE_NM}


def zarr_2(folder: Path) -> Written:
    array = zarr.create_array(
        folder / "a.zarr", shape=SHAPE, chunks=(3, 16, 16), dtype="u1", zarr_format=2
    )
    array[:] = VOXELS
    array.attrs["resolution"] = VOXEL_SIZE_NM
    return folder / "a.zarr", {}


def zarr_3_sharded(folder: Path) -> Written:
    array = zarr.create_array(
        folder / "a.zarr", shape=SHAPE, chunks=(2, 8, 8), shards=(4, 16, 16), dtype="u1"
    )
    array[:] = VOXELS
    return folder / "a.zarr", {"voxel_size_nm": VOXEL_SIZE_NM}


def ome_zarr_4(folder: Path) -> Written:
    group = zarr.open_group(folder / "a.zarr", mode="w", zarr_format=2)
    array = group.create_array("s0", shape=(1, 2, *SHAPE), chunks=(1, 1, 3, 16, 16), dtype="u1")
    array[0, 1] = VOXELS
    array[0, 0] = 1
    units = {"unit": "micrometer"}
    group.attrs["multiscales"] = [
        {
            "version": "0.4",
            "axes": [
                {"name": "t", "type": "time"},
                {"name": "c", "type": "channel"},
                *({"name": axis, "type": "space", **units} for axis in "zyx"),
            ],
            "datasets": [
                {
                    "path": "s0",
                    "coordinateTransformations": [{"type": "scale", "scale": [1, 1, 4, 0.8, 0.4]}],
                }
            ],
            "coordinateTransformations": [{"type": "scale", "scale": [1, 1, 0.01, 0.01, 0.01]}],
        }
    ]
    return folder / "a.zarr", {"channel": 1}


def ome_zarr_5(folder: Path) -> Written:
    group = zarr.open_group(folder / "a.zarr", mode="w", zarr_format=3)
    group.create_array("0", shape=SHAPE, chunks=(3, 16, 16), dtype="u1")[:] = VOXELS
    scale = {"type": "scale", "scale": list(VOXEL_SIZE_NM)}
    group.attrs["ome"] = {
        "version": "0.5",
        "multiscales": [
            {
                "axes": [{"name": a, "type": "space", "unit": "nanometer"} for a in "zyx"],
                "datasets": [{"path": "0", "coordinateTransformations": [scale]}],
            }
        ],
    }
    return folder / "a.zarr", {}


def n5(folder: Path) -> Written:
    array = ts.open(
        {"driver": "n5", "kvstore": {"driver": "file", "path": f"{folder}/a.n5/raw/"}},
        create=True,
        dtype=ts.uint8,
        shape=SHAPE[::-1],
        chunk_layout=ts.ChunkLayout(write_chunk_shape=(16, 16, 3)),
    ).result()
    array[...] = VOXELS.T
    path = folder / "a.n5" / "raw" / "attributes.json"
    attributes = json.loads(path.read_text())
    attributes["pixelResolution"] = {"dimensions": list(VOXEL_SIZE_NM[::-1]), "unit": "nm"}
    path.write_text(json.dumps(attributes))
    (folder / "a.n5" / "attributes.json").write_text('{"n5": "2.0.0"}')
    return folder / "a.n5", {"dataset": "raw"}


SHARDING = {
    "@type": "neuroglancer_uint64_sharded_v1",
    "preshift_bits": 1,
    "hash": "identity",
    "minishard_bits": 2,
    "shard_bits": 2,
    "minishard_index_encoding": "gzip",
    "data_encoding": "gzip",
}


def precomputed_store(
    path: Path, *, encoding: str = "raw", sharded: bool = False, labels: bool = False
) -> None:
    scale: dict[str, Any] = {
        "size": SHAPE[::-1],
        "resolution": VOXEL_SIZE_NM[::-1],
        "voxel_offset": [10, 20, 30],
        "chunk_size": [16, 16, 4],
        "encoding": encoding,
        "key": "fine",
    }
    if encoding == "compressed_segmentation":
        scale["compressed_segmentation_block_size"] = [8, 8, 8]
    if sharded:
        scale["sharding"] = SHARDING
    array = ts.open(
        {
            "driver": "neuroglancer_precomputed",
            "kvstore": {"driver": "file", "path": f"{path}/"},
            "multiscale_metadata": {
                "type": "segmentation" if labels else "image",
                "data_type": "uint64" if labels else "uint8",
                "num_channels": 1,
            },
            "scale_metadata": scale,
            "create": True,
        }
    ).result()
    array[...] = (LABELS if labels else VOXELS).T[..., None]


def precomputed(folder: Path) -> Written:
    precomputed_store(folder / "a")
    return folder / "a", {}


def precomputed_sharded(folder: Path) -> Written:
    precomputed_store(folder / "a", sharded=True)
    return folder / "a", {}


def gzip_chunks(path: Path) -> None:
    """Keep every chunk as NAME.gz, as cloud-volume does in local folders."""
    for chunk in list(path.iterdir()):
        chunk.with_name(f"{chunk.name}.gz").write_bytes(gzip.compress(chunk.read_bytes()))
        chunk.unlink()


def precomputed_gzipped(folder: Path) -> Written:
    precomputed_store(folder / "a")
    gzip_chunks(folder / "a" / "fine")
    return folder / "a", {}


def mrc(folder: Path) -> Written:
    with mrcfile.new(folder / "a.mrc", VOXELS.astype(np.uint16)) as file:
        file.voxel_size = tuple(10 * size for size in VOXEL_SIZE_NM[::-1])
    return folder / "a.mrc", {}


def npy(folder: Path) -> Written:
    np.save(folder / "a.npy", VOXELS)
    return folder / "a.npy", {"voxel_size_nm": VOXEL_SIZE_NM}


def npy_by_columns(folder: Path) -> Written:
    np.save(folder / "a.npy", VOXELS.T)
    return folder / "a.npy", {"voxel_size_nm": VOXEL_SIZE_NM, "axes": "xyz"}


FORMATS: list[Callable[[Path], Written]] = [
    tiff,
    tiff_zlib,
    tiff_page_by_page,
    tiff_big_endian,
    tiff_imagej,
    tiff_ome,
    sections_tiff,
    sections_png,
    hdf5,
    hdf5_ilastik,
    zarr_2,
    zarr_3_sharded,
    ome_zarr_4,
    ome_zarr_5,
    n5,
    precomputed,
    precomputed_sharded,
    precomputed_gzipped,
    mrc,
    npy,
    npy_by_columns,
]
