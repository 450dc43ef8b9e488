"""Compresso: label chunks stored as their boundaries and one label to each piece between them.

Matejek et al. 2017, Compresso: Efficient Compression of Segmentation Data for Connectomics,
https://doi.org/10.1007/978-3-319-66182-7_89; versions 0 and 1 of the stream that Neuroglancer reads.
The library of that name trusts its input: of forty streams with five bytes changed, sixteen ended the
interpreter. Here damage is a message, so the decoder is our own.

A stream is a header, then four tables. ``ids``: the label of each connected component of voxels that
are no boundary, in raster order. ``values``: the different bit masks of blocks of the boundary image.
``locations``: what the labels of boundary voxels are, where no neighbour to the left or above tells.
``windows``: for each block which mask, with runs of the first mask as one number. Version 1 ends with
an index of sections, which reading whole chunks does not need.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# magic, version, bytes to a label, size, steps, lengths of ids, values and locations, connectivity
HEADER = struct.Struct("<4sBBHHHBBBQIQB")


def decode_compresso(
    data: bytes, shape: Sequence[int], dtype: np.dtype[Any], name: str
) -> npt.NDArray[Any]:
    """Decode one chunk.

    Parameters
    ----------
    data : bytes
        The stream, not gzipped.
    shape : four ints
        (x, y, z, 1) of the chunk, as the volume promises it.
    dtype : dtype
        Unsigned integer of the labels.
    name : str
        What errors call the chunk.

    Returns
    -------
    array of `shape` and `dtype`

    Raises
    ------
    ValueError
        If the stream is not whole or is not of that shape and type.
    """
    from .compresso_kernels import component_count, labels_of_boundaries, unpack_boundaries

    if len(data) < HEADER.size or data[:4] != b"cpso":
        raise ValueError(f"{name}: not a compresso stream ({len(data):,} bytes); it is damaged.")
    _, version, width, sx, sy, sz, step_x, step_y, step_z, n_ids, n_values, n_locations, links = (
        HEADER.unpack_from(data)
    )
    if version not in (0, 1) or (sx, sy, sz, 1) != tuple(shape) or width != dtype.itemsize:
        msg = (
            f"{name}: the stream is {sx}x{sy}x{sz} of {width}-byte labels (version {version}), the "
            f"volume promises {'x'.join(map(str, shape[:3]))} of {dtype}; it is damaged."
        )
        raise ValueError(msg)
    bits = step_x * step_y * step_z
    window_bytes = next((n for n in (1, 2, 4, 8) if 0 < bits <= 8 * n), 0)
    index_bytes = 0
    if version == 1:
        longest = 2 * sx * sy
        index_bytes = 2 * sz * next(n for n in (1, 2, 4, 8) if longest < 2 ** (8 * n))
    tables = width * (n_ids + n_locations) + window_bytes * n_values
    n_bytes = len(data) - HEADER.size - tables - index_bytes
    if not window_bytes or links not in (4, 6) or n_bytes < 0 or n_bytes % window_bytes:
        raise ValueError(f"{name}: the compresso stream is truncated or its header is damaged.")
    label_type, window_type = f"<u{width}", f"<u{window_bytes}"
    at = HEADER.size
    ids = np.frombuffer(data, label_type, n_ids, at)
    at += ids.nbytes
    values = np.frombuffer(data, window_type, n_values, at).astype(np.uint64)
    at += n_values * window_bytes
    locations = np.frombuffer(data, label_type, n_locations, at).astype(np.uint64)
    at += n_locations * width
    windows = np.frombuffer(data, window_type, n_bytes // window_bytes, at).astype(np.uint64)
    boundary = np.zeros((sz, sy, sx), np.uint8)
    if not unpack_boundaries(windows, values, boundary, step_x, step_y, step_z):
        raise ValueError(f"{name}: the boundaries of the compresso stream are damaged.")
    components = np.zeros(boundary.shape, np.uint32)
    if component_count(boundary, components, links == 6) != n_ids:
        raise ValueError(f"{name}: compresso labels do not match the boundaries; it is damaged.")
    # Entry 0 is never looked up: components count from 1.
    labels = np.concatenate([np.zeros(1, np.uint64), ids.astype(np.uint64)])[components]
    if not labels_of_boundaries(boundary, labels, locations, links == 6):
        raise ValueError(f"{name}: the locations of the compresso stream are damaged.")
    return labels.astype(dtype).transpose(2, 1, 0)[..., None]
