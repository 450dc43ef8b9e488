"""OME-Zarr writing: a volume as a multiscale image, version 0.5 (Zarr 3) or 0.4 (Zarr 2).

Moore et al. 2023, OME-Zarr: a cloud-optimized bioimaging file format with international community
support, https://doi.org/10.1007/s00418-023-02209-1; https://ngff.openmicroscopy.org.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .libraries import library
from .opening import open_volume
from .pyramid import coarser, fill_coarser, fill_finest, scale_factors
from .volume import Kind, Volume
from .whole_folder import whole_folder


def write_ome_zarr(
    volume: Volume | npt.NDArray[Any],
    path: str | os.PathLike[str],
    *,
    voxel_size_nm: Sequence[float] | None = None,
    kind: Kind | None = None,
    version: Literal["0.5", "0.4"] = "0.5",
    chunk_shape: Sequence[int] = (64, 64, 64),
    n_scales: int | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a volume as OME-Zarr: every scale, axes and voxel size, complete or not at all.

    Parameters
    ----------
    volume : Volume or array (z, y, x)
        A Volume is read block by block and may be larger than memory.
    path : path
        The folder to make, by habit ``NAME.zarr``.
    voxel_size_nm : (z, y, x) of float, optional
        Needed for an array.
    kind : {"image", "labels"}, optional
        How coarser scales are made: means of an image, commonest labels. An image by default where
        voxels are uint8, labels otherwise.
    version : {"0.5", "0.4"}
        0.5 stands on Zarr 3, 0.4 on Zarr 2.
    chunk_shape : (z, y, x) of int
    n_scales : int, optional
        As many as it takes until a scale fits into one chunk, by default.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        If something is there, the voxel size is missing, or voxels are not integers.

    Examples
    --------
    >>> import tempfile
    >>> labels = np.arange(8 * 8 * 8, dtype=np.uint64).reshape(8, 8, 8)
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = write_ome_zarr(labels, f"{folder.name}/a.zarr", voxel_size_nm=(40, 4, 4))
    >>> from segmentation_core.volumes import open_volume
    >>> open_volume(path)[7, 7, 7]
    np.uint64(511)
    >>> folder.cleanup()
    """
    volume = open_volume(volume, voxel_size_nm=voxel_size_nm)
    kind = kind_of(volume, kind)
    chunks = checked_chunks(chunk_shape)
    if version not in ("0.5", "0.4"):
        msg = f"OME-Zarr is written in version '0.5' or '0.4', got {version!r}."
        raise ValueError(msg)
    factors = scale_factors(volume.shape, volume.voxel_size_nm, chunks, n_scales)
    block_shape = tuple(max(n, 128 // n * n) for n in chunks)
    with whole_folder(path, overwrite=overwrite) as folder:
        finer, before = None, factors[0]
        for number, factor in enumerate(factors):
            if finer is None:
                store = _create(folder / str(number), volume.shape, volume.dtype, chunks, version)
                fill_finest(store, volume, block_shape, lambda voxels: voxels)
            else:
                step = [a // b for a, b in zip(factor, before, strict=True)]
                view = coarser(finer, step, kind)
                store = _create(folder / str(number), view.shape, volume.dtype, chunks, version)
                fill_coarser(store, view, block_shape)
            finer, before = store, factor
        _write_metadata(folder, Path(path).name, volume, kind, factors, version)
    return Path(path)


def kind_of(volume: Volume, kind: Kind | None) -> Kind:
    """What the volume is, by its type where nothing is said."""
    if kind not in (None, "image", "labels"):
        msg = f"kind must be 'image' or 'labels', got {kind!r}."
        raise ValueError(msg)
    if kind == "image" and volume.dtype != np.uint8:
        msg = (
            f"{volume.name}: an image is uint8, this volume is {volume.dtype}; open it with "
            "intensity_range=(black, white), or write it with kind='labels'."
        )
        raise ValueError(msg)
    return kind or ("image" if volume.dtype == np.uint8 else "labels")


def checked_chunks(chunk_shape: Sequence[int]) -> tuple[int, int, int]:
    """Three positive lengths."""
    lengths = tuple(int(length) for length in chunk_shape)
    if len(lengths) != 3 or min(lengths) < 1:
        msg = f"chunk_shape must be three positive lengths (z, y, x), got {tuple(chunk_shape)}."
        raise ValueError(msg)
    z, y, x = lengths
    return z, y, x


def _create(
    path: Path,
    shape: Sequence[int],
    dtype: np.dtype[Any],
    chunks: tuple[int, int, int],
    version: str,
) -> Any:
    """An empty array. Chunks of zeros are written too, so that a lost one can be told from them."""
    spec: dict[str, Any] = {
        "kvstore": {"driver": "file", "path": f"{path}/"},
        "store_data_equal_to_fill_value": True,
        "create": True,
    }
    if version == "0.5":
        spec["driver"] = "zarr3"
        spec["metadata"] = {
            "shape": list(shape),
            "data_type": dtype.name,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunks)}},
            "codecs": [
                {"name": "bytes", "configuration": {"endian": "little"}},
                {"name": "zstd", "configuration": {"level": 3}},
            ],
            "dimension_names": ["z", "y", "x"],
        }
    else:
        spec["driver"] = "zarr"
        spec["metadata"] = {
            "shape": list(shape),
            "dtype": dtype.newbyteorder("<").str,
            "chunks": list(chunks),
            "dimension_separator": "/",
            "compressor": {"id": "zstd", "level": 3},
            "fill_value": 0,
        }
    return library("tensorstore").open(spec).result()


def _write_metadata(
    folder: Path,
    name: str,
    volume: Volume,
    kind: Kind,
    factors: Sequence[Sequence[int]],
    version: str,
) -> None:
    """Axes and scales. Positions are those of voxel centres, as the format has it."""
    datasets = []
    for number, factor in enumerate(factors):
        scale = [nm * f for nm, f in zip(volume.voxel_size_nm, factor, strict=True)]
        start = [
            origin + (f - 1) / 2 * nm
            for origin, f, nm in zip(volume.offset_nm, factor, volume.voxel_size_nm, strict=True)
        ]
        datasets.append(
            {
                "path": str(number),
                "coordinateTransformations": [
                    {"type": "scale", "scale": scale},
                    {"type": "translation", "translation": start},
                ],
            }
        )
    multiscale: dict[str, Any] = {
        "name": name,
        "axes": [{"name": axis, "type": "space", "unit": "nanometer"} for axis in "zyx"],
        "datasets": datasets,
        "type": "mean" if kind == "image" else "mode",
    }
    ome: dict[str, Any] = {"multiscales": [multiscale]}
    if kind == "labels":
        ome["image-label"] = {} if version == "0.5" else {"version": version}
    if version == "0.5":
        document: dict[str, Any] = {
            "zarr_format": 3,
            "node_type": "group",
            "attributes": {"ome": {"version": version, **ome}},
        }
        (folder / "zarr.json").write_text(json.dumps(document, indent=2))
    else:
        multiscale["version"] = version
        (folder / ".zgroup").write_text(json.dumps({"zarr_format": 2}))
        (folder / ".zattrs").write_text(json.dumps(ome, indent=2))
