"""Insideness: the weakest affinity between a voxel and its neighbours.

The weakest and not the mean: between two neurons that meet at a flat face, two of the six links of a
voxel at least are intact on any side, so a mean hides the one that is broken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.compiled import compiled


def insideness(
    affinities: NDArray[np.uint8], channels: tuple[int, int, int], *, sections: bool
) -> NDArray[np.uint8]:
    """Least affinity of each voxel to its six neighbours, 0 .. 255.

    Parameters
    ----------
    affinities : (C, z, y, x) uint8
        255 is certainly the same neuron.
    channels : the channels of the offsets (-1, 0, 0), (0, -1, 0), (0, 0, -1)
    sections : leave out the two neighbours in z

    Returns
    -------
    (z, y, x) uint8
        Neighbours outside the volume are left out; a voxel without any has 255.
    """
    z, y, x = channels
    inside: NDArray[np.uint8] = _least_of_neighbours(
        affinities[z], affinities[y], affinities[x], sections
    )
    return inside


@compiled
def _least_of_neighbours(az: Any, ay: Any, ax: Any, sections: bool) -> Any:
    """Minimum over whole rows, in 8 bits."""
    nz, ny, nx = az.shape
    out = np.empty((nz, ny, nx), np.uint8)
    for z in range(nz):
        for y in range(ny):
            row, least = ax[z, y], out[z, y]
            least[0] = np.uint8(255)
            for x in range(1, nx):
                least[x] = row[x]
            for x in range(nx - 1):
                least[x] = min(least[x], row[x + 1])
            if y > 0:
                row = ay[z, y]
                for x in range(nx):
                    least[x] = min(least[x], row[x])
            if y + 1 < ny:
                row = ay[z, y + 1]
                for x in range(nx):
                    least[x] = min(least[x], row[x])
            if z > 0 and not sections:
                row = az[z, y]
                for x in range(nx):
                    least[x] = min(least[x], row[x])
            if z + 1 < nz and not sections:
                row = az[z + 1, y]
                for x in range(nx):
                    least[x] = min(least[x], row[x])
    return out
