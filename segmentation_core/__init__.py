"""Segmentation core: electron-microscopy volumes in; neurons, synapses and skeletons out.

Arrays are (z, y, x), voxel sizes (z, y, x) in nm; label 0 is no neuron. This room takes arrays and
gives arrays, and imports no other. Heavy libraries (torch, zarr, h5py, ...) come with the extra
``segmentation`` and are imported by the functions that need them.
"""

from __future__ import annotations

import importlib
from typing import Any

# Public name -> (module, name in it).
_NAMES: dict[str, tuple[str, str]] = {}

__all__: list[str] = []


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        module, attribute = _NAMES[name]
        value = getattr(importlib.import_module(f".{module}", __name__), attribute)
        globals()[name] = value
        return value
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
