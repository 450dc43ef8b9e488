"""npy: numpy's own files. They state neither axes nor voxel size, and nothing is ever unpickled."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .mapped_source import MappedSource
from .source import Found


def open_npy(path: Path) -> Found:
    """Open a ``.npy`` file without reading its voxels."""
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            if version == (1, 0):
                shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
            else:
                shape, by_columns, dtype = np.lib.format.read_array_header_2_0(file)
            offset = file.tell()
    except (ValueError, OSError, EOFError, SyntaxError, TypeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        msg = f"{path}: not a whole .npy file ({reason}); save it anew with numpy.save."
        raise ValueError(msg) from error
    if dtype.kind not in "biuf":
        msg = (
            f"{path}: a .npy file of {dtype}, not of numbers; Python objects are not unpickled, "
            "for they can run any program. Save a plain array with numpy.save."
        )
        raise ValueError(msg)
    return Found(MappedSource(path, shape, dtype, offset, "F" if by_columns else "C"))
