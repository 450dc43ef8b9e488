"""Glia: what the neurites leave free, and thin sheets between them where an astrocyte reaches.

Glia is given a field like a neurite's that does not depend on a tube: a smooth random level. Where
the level is low, glia takes every point that is further than it from all neurites: the gaps, and
a sheet between neighbours. Where it is high there is none. Its outline is concave, as in tissue.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .fields import NONE, Fields, insert
from .noise import periodic_noise
from .random_numbers import generator

_REGION_NM = 1400.0
_SLOPE_NM = 90.0


def add_glia(
    fields: Fields, name: int, share: float, sheet_nm: float, border: tuple[int, ...], seed: int
) -> int:
    """Write a glial cell into fields, in place, so that it takes a share of the volume.

    Parameters
    ----------
    fields : Fields
        Changed in place.
    name : int
        What the glial cell is called in ``fields.neurite``.
    share : float
        Share of the nodes wanted; none of 0.
    sheet_nm : float
        Half the thickness of its sheets where glia is densest.
    border : (3,) int
        Nodes at each face that do not count towards the share.
    seed : int

    Returns
    -------
    int
        Number of glial cells written, 0 or 1.
    """
    if share <= 0:
        return 0
    noise = periodic_noise((64, 64, 64), 4.0, generator(seed, "glia"))
    level = _level_on_nodes(
        noise,
        np.array(fields.shape),
        fields.origin_nm,
        fields.spacing_nm,
        _REGION_NM / 8.0,
    )
    nearest = fields.field_nm[..., 0]
    # glia where nearest > slope * (level - cut) - sheet: find the cut that gives the share.
    low, high = -6.0, 6.0
    sample = tuple(slice(b, n - b, 2) for b, n in zip(border, fields.shape, strict=True))
    for _ in range(30):
        cut = 0.5 * (low + high)
        taken = nearest[sample] > np.maximum(_SLOPE_NM * (level[sample] - cut), -sheet_nm)
        if taken.mean() > share:
            high = cut
        else:
            low = cut
    field = np.maximum(_SLOPE_NM * (level - 0.5 * (low + high)), -sheet_nm)
    # Glia that is not part of the main body would be a cell of its own without a soma.
    _drop_small_bodies(field, nearest, max(50, int(0.002 * nearest.size)))
    _insert_everywhere(fields.neurite, fields.field_nm, field.astype(np.float32), name)
    return 1


def _drop_small_bodies(
    field: NDArray[np.float32], nearest: NDArray[np.float32], least_nodes: int
) -> None:
    """Raise the level, in place, where glia would form a piece of few nodes."""
    import cc3d

    bodies = cc3d.connected_components((nearest > field).astype(np.uint8), connectivity=6)
    sizes = np.bincount(bodies.ravel())
    small = sizes < least_nodes
    small[0] = False
    field[small[bodies]] = 1e4


def fill_the_rest(fields: Fields) -> None:
    """Give nodes that no neurite reaches to the neurites next to them, in place."""
    for _ in range(200):
        if not _spread(fields.neurite, fields.field_nm, fields.field_nm.copy()):
            return


@compiled
def _level_on_nodes(tile: Any, shape: Any, origin: Any, spacing: Any, step: float) -> Any:
    """Sample a periodic tile on the nodes of a grid, trilinear."""
    out = np.empty((shape[0], shape[1], shape[2]), np.float32)
    n = tile.shape[0]
    for i in range(shape[0]):
        z = (origin[0] + i * spacing[0]) / step
        z0 = int(np.floor(z))
        az = z - z0
        for j in range(shape[1]):
            y = (origin[1] + j * spacing[1]) / step
            y0 = int(np.floor(y))
            ay = y - y0
            for k in range(shape[2]):
                x = (origin[2] + k * spacing[2]) / step
                x0 = int(np.floor(x))
                ax = x - x0
                total = 0.0
                for u in range(2):
                    wu = az if u == 1 else 1.0 - az
                    for v in range(2):
                        wv = ay if v == 1 else 1.0 - ay
                        row = tile[(z0 + u) % n, (y0 + v) % n]
                        total += wu * wv * ((1.0 - ax) * row[x0 % n] + ax * row[(x0 + 1) % n])
                out[i, j, k] = total
    return out


@compiled
def _insert_everywhere(names: Any, values: Any, field: Any, name: int) -> None:
    """Insert one name with its field at every node."""
    nz, ny, nx = field.shape
    for i in range(nz):
        for j in range(ny):
            for k in range(nx):
                if field[i, j, k] < values[i, j, k, 3]:
                    insert(names[i, j, k], values[i, j, k], name, field[i, j, k])


@compiled
def _spread(names: Any, values: Any, before: Any) -> int:
    """Nodes without a neurite take those of their six neighbours, further off; number left."""
    nz, ny, nx = names.shape[:3]
    left = 0
    far = 30.0
    for i in range(nz):
        for j in range(ny):
            for k in range(nx):
                if names[i, j, k, 0] != NONE:
                    continue
                left += 1
                for axis in range(3):
                    for side in (-1, 1):
                        u = i + side if axis == 0 else i
                        v = j + side if axis == 1 else j
                        w = k + side if axis == 2 else k
                        if u < 0 or v < 0 or w < 0 or u >= nz or v >= ny or w >= nx:
                            continue
                        if names[u, v, w, 0] != NONE:
                            value = min(before[u, v, w, 0] + far, values[i, j, k, 3] - 1e-3)
                            insert(names[i, j, k], values[i, j, k], names[u, v, w, 0], value)
    return left
