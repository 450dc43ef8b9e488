"""Precomputed writing: a volume as Neuroglancer reads it, with skeletons and properties of segments."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from .libraries import library
from .ome_zarr_writing import checked_chunks, kind_of
from .opening import open_volume
from .pyramid import coarser, fill_coarser, fill_finest, scale_factors
from .segment_property_files import write_property_files
from .skeleton_files import write_skeleton_files
from .volume import Kind, Volume
from .whole_folder import whole_folder

if TYPE_CHECKING:
    import pandas as pd

Encoding = Literal["raw", "compressed_segmentation", "jpeg"]


def write_precomputed(
    volume: Volume | npt.NDArray[Any],
    path: str | os.PathLike[str],
    *,
    voxel_size_nm: Sequence[float] | None = None,
    kind: Kind | None = None,
    encoding: Encoding | None = None,
    chunk_shape: Sequence[int] = (64, 64, 64),
    n_scales: int | None = None,
    skeletons: pd.DataFrame | None = None,
    segment_properties: pd.DataFrame | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a volume as Neuroglancer precomputed: every scale, complete or not at all.

    Parameters
    ----------
    volume : Volume or array (z, y, x)
        A Volume is read block by block and may be larger than memory.
    path : path
        The folder to make.
    voxel_size_nm : (z, y, x) of float, optional
        Needed for an array.
    kind : {"image", "labels"}, optional
        An image by default where voxels are uint8, labels otherwise.
    encoding : {"raw", "jpeg", "compressed_segmentation"}, optional
        raw for images and compressed_segmentation for labels by default. jpeg loses detail. Labels in
        compressed_segmentation are stored as uint32 where they are at most so wide, else as uint64.
    chunk_shape : (z, y, x) of int
    n_scales : int, optional
        As many as it takes until a scale fits into one chunk, by default.
    skeletons : DataFrame, optional
        One row per skeleton node: ``node_id`` (the segment), ``point_id``, ``parent_id`` (missing or
        below 0 at a root), ``x_nm``, ``y_nm``, ``z_nm``, ``radius_nm``. Labels only.
    segment_properties : DataFrame, optional
        One row per segment: ``node_id`` and columns that Neuroglancer's list of segments shows: numbers,
        and text. Labels only.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        If something is there, the voxel size is missing, an encoding does not fit, labels are negative,
        or the first voxel does not lie on a whole number of voxels.

    Examples
    --------
    >>> import tempfile
    >>> labels = np.arange(8 * 8 * 8, dtype=np.uint64).reshape(8, 8, 8)
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = write_precomputed(labels, f"{folder.name}/labels", voxel_size_nm=(40, 4, 4))
    >>> from segmentation_core.volumes import open_volume
    >>> open_volume(path)[7, 7, 7]
    np.uint64(511)
    >>> folder.cleanup()
    """
    volume = open_volume(volume, voxel_size_nm=voxel_size_nm)
    kind = kind_of(volume, kind)
    chunks = checked_chunks(chunk_shape)
    encoding = _settled_encoding(encoding, kind)
    if kind == "image" and (skeletons is not None or segment_properties is not None):
        msg = "skeletons and segment properties belong to labels; write them with kind='labels'."
        raise ValueError(msg)
    dtype = _stored_type(volume, kind, encoding)
    factors = scale_factors(volume.shape, volume.voxel_size_nm, chunks, n_scales)
    block_shape = tuple(max(n, 128 // n * n) for n in chunks)
    with whole_folder(path, overwrite=overwrite) as folder:
        finer, before = None, factors[0]
        for factor in factors:
            view = None
            if finer is not None:
                step = [a // b for a, b in zip(factor, before, strict=True)]
                view = coarser(finer, [*reversed(step), 1], kind)
            store = _create(folder, volume, factor, view, dtype, chunks, kind, encoding)
            if view is None:

                def turned(voxels: npt.NDArray[Any]) -> npt.NDArray[Any]:
                    if voxels.dtype.kind == "i" and voxels.min() < 0:
                        msg = f"{volume.name}: label {voxels.min()} is negative; 0 is no segment."
                        raise ValueError(msg)
                    return voxels.astype(dtype, copy=False).T[..., None]

                fill_finest(store, volume, block_shape, turned)
            else:
                fill_coarser(store, view, (*reversed(block_shape), 1))
            finer, before = store, factor
        # What only labels have is named in info, after tensorstore has written the scales.
        info_path = folder / "info"
        info = json.loads(info_path.read_text())
        if skeletons is not None:
            info["skeletons"] = "skeletons"
            write_skeleton_files(skeletons, folder / "skeletons")
        if segment_properties is not None:
            info["segment_properties"] = "segment_properties"
            write_property_files(segment_properties, folder / "segment_properties")
        info_path.write_text(json.dumps(info, indent=2))
    return Path(path)


def _settled_encoding(encoding: Encoding | None, kind: Kind) -> Encoding:
    """An encoding that fits what is written."""
    if encoding is None:
        return "raw" if kind == "image" else "compressed_segmentation"
    fitting = ("raw", "jpeg") if kind == "image" else ("raw", "compressed_segmentation")
    if encoding not in fitting:
        msg = f"{kind} is written as {' or '.join(fitting)}, got encoding={encoding!r}."
        raise ValueError(msg)
    return encoding


def _stored_type(volume: Volume, kind: Kind, encoding: Encoding) -> np.dtype[Any]:
    """uint8 of images; labels as they are when raw, else 32 or 64 bits; signed ones unsigned."""
    n_bytes = volume.dtype.itemsize
    if kind == "labels" and encoding == "compressed_segmentation":
        n_bytes = 4 if n_bytes <= 4 else 8
    return np.dtype(f"u{n_bytes}")


def _create(
    folder: Path,
    volume: Volume,
    factor: Sequence[int],
    view: Any,
    dtype: np.dtype[Any],
    chunks: tuple[int, int, int],
    kind: Kind,
    encoding: Encoding,
) -> Any:
    """An empty scale. Chunks of zeros are written too, so that a lost one can be told from them."""
    resolution = [nm * f for nm, f in zip(volume.voxel_size_nm, factor, strict=True)]
    if view is None:
        voxels = [a / nm for a, nm in zip(volume.offset_nm, volume.voxel_size_nm, strict=True)]
        if any(abs(start - round(start)) > 1e-3 for start in voxels):
            msg = (
                f"{volume.name}: its first voxel is at {volume.offset_nm} nm, no whole number of voxels "
                f"of {volume.voxel_size_nm} nm, which precomputed needs; use write_ome_zarr."
            )
            raise ValueError(msg)
        offset, size = [round(start) for start in voxels][::-1], list(volume.shape)[::-1]
    else:
        offset, size = list(view.domain.inclusive_min[:3]), list(view.shape[:3])
    scale: dict[str, Any] = {
        "key": "_".join(f"{nm:g}" for nm in reversed(resolution)),
        "size": size,
        "voxel_offset": offset,
        "resolution": resolution[::-1],
        "chunk_size": list(chunks)[::-1],
        "encoding": encoding,
    }
    if encoding == "compressed_segmentation":
        scale["compressed_segmentation_block_size"] = [8, 8, 8]
    if encoding == "jpeg":
        scale["jpeg_quality"] = 90
    spec = {
        "driver": "neuroglancer_precomputed",
        "kvstore": {"driver": "file", "path": f"{folder}/"},
        "multiscale_metadata": {
            "type": "image" if kind == "image" else "segmentation",
            "data_type": dtype.name,
            "num_channels": 1,
        },
        "scale_metadata": scale,
        "store_data_equal_to_fill_value": True,
        "create": True,
    }
    return library("tensorstore").open(spec).result()
