"""MRC: the maps of electron tomography, with the voxel size and axes of their header."""

from __future__ import annotations

import warnings
from pathlib import Path

from .libraries import library
from .mapped_source import MappedSource
from .source import Found


def open_mrc(path: Path) -> Found:
    """Open a map; a header with voxel size 0 states none."""
    mrcfile = library("mrcfile")
    try:
        # Only the header is read; what it warns of (wrong size, wrong machine stamp) is damage.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with mrcfile.open(path, mode="r", header_only=True) as file:
                header, size = file.header.copy(), file.voxel_size.copy()
                dtype = mrcfile.utils.data_dtype_from_header(header)
                shape = tuple(int(n) for n in mrcfile.utils.data_shape_from_header(header))
    except (ValueError, OSError, RuntimeWarning, UserWarning) as error:
        reason = " ".join(str(error).split())
        msg = f"{path}: not a whole MRC file ({reason}); it is damaged or truncated."
        raise ValueError(msg) from error
    source = MappedSource(path, shape, dtype, 1024 + int(header.nsymbt))
    # mapc, mapr, maps: which of x, y, z = 1, 2, 3 runs along columns, rows, sections.
    order = (int(header.maps), int(header.mapr), int(header.mapc))
    axes = "".join("xyz"[axis - 1] for axis in order) if sorted(order) == [1, 2, 3] else None
    # In angstrom.
    spacing = {"z": float(size.z) / 10, "y": float(size.y) / 10, "x": float(size.x) / 10}
    stated = None
    if min(spacing.values()) > 0:
        stated = tuple(spacing[axis] for axis in axes or "zyx")
    return Found(source, axes=axes, spacing_nm=stated)
