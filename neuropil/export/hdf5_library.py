"""The library h5py, or how to get it."""

from __future__ import annotations

from typing import Any


def h5py_or_way_out(what: str) -> Any:
    """Import h5py; raise ImportError naming the extra where it is missing."""
    try:
        import h5py
    except ImportError as error:
        msg = f"Writing {what} needs h5py: pip install 'neuropil[hdf5]'."
        raise ImportError(msg, name="h5py") from error
    return h5py
