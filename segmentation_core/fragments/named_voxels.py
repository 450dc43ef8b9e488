"""Named voxels: labels replaced by other labels, voxel by voxel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.compiled import compiled


def renamed(hill: NDArray[np.int32], fragment: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Fragment of each voxel inside the border, from the fragment of each hill."""
    core: NDArray[np.uint64] = _look_up(hill[1:-1, 1:-1, 1:-1], fragment)
    return core


@compiled
def _look_up(labels: Any, names: Any) -> Any:
    """New label of each voxel; labels in 0 .. len(names) - 1."""
    nz, ny, nx = labels.shape
    out = np.empty((nz, ny, nx), np.uint64)
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                out[z, y, x] = names[labels[z, y, x]]
    return out
