"""Shore level: by what boundary voxels climb to the neuron they belong to.

The weakest of six links alone is nearly 0 all over a membrane, where it has no say on which side a voxel
lies; the mean of the links has. Half of each puts the border closest to where people draw it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.compiled import compiled


def shore_level(
    affinities: NDArray[np.uint8],
    channels: tuple[int, int, int],
    inside: NDArray[np.uint8],
    *,
    sections: bool,
) -> NDArray[np.uint8]:
    """Half insideness, half mean affinity of each voxel to its six neighbours, rounded down.

    Parameters
    ----------
    affinities : (C, z, y, x) uint8
    channels : the channels of the offsets (-1, 0, 0), (0, -1, 0), (0, 0, -1)
    inside : (z, y, x) uint8, as `insideness` gives it
    sections : leave out the two neighbours in z

    Returns
    -------
    (z, y, x) uint8
        Neighbours outside the volume are left out; a voxel without any has half its insideness.
    """
    z, y, x = channels
    level: NDArray[np.uint8] = _half_and_half(
        affinities[z], affinities[y], affinities[x], inside, sections
    )
    return level


@compiled
def _half_and_half(az: Any, ay: Any, ax: Any, inside: Any, sections: bool) -> Any:
    """Sums over whole rows; dividing is multiplying by 2**16 / (2 n), exact for sums below 2**12."""
    nz, ny, nx = az.shape
    out = np.empty((nz, ny, nx), np.uint8)
    total = np.empty(nx, np.uint32)
    for z in range(nz):
        for y in range(ny):
            total[:] = 0
            n_links = 0
            if y > 0:
                _add(total, ay[z, y])
                n_links += 1
            if y + 1 < ny:
                _add(total, ay[z, y + 1])
                n_links += 1
            if z > 0 and not sections:
                _add(total, az[z, y])
                n_links += 1
            if z + 1 < nz and not sections:
                _add(total, az[z + 1, y])
                n_links += 1
            row = ax[z, y]
            for x in range(1, nx):
                total[x] += row[x]
            for x in range(nx - 1):
                total[x] += row[x + 1]
            _divide(total[1:-1], inside[z, y, 1:-1], n_links + 2, out[z, y, 1:-1])
            at_ends = n_links + min(nx - 1, 1)
            _divide(total[:1], inside[z, y, :1], at_ends, out[z, y, :1])
            _divide(total[-1:], inside[z, y, -1:], at_ends, out[z, y, -1:])
    return out


@compiled
def _add(total: Any, row: Any) -> None:
    for x in range(len(row)):
        total[x] += row[x]


@compiled
def _divide(total: Any, inside: Any, n_links: Any, out: Any) -> None:
    """(inside + total / n) / 2; with no link inside / 2."""
    n = np.uint32(max(n_links, 1))
    factor = np.uint32(65536) // (np.uint32(2) * n) + np.uint32(1)
    for x in range(len(out)):
        out[x] = ((np.uint32(inside[x]) * n + total[x]) * factor) >> np.uint32(16)
