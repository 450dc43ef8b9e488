"""Block hills: the hills of one block, and what its neighbours need to know of them.

A voxel climbs to its highest neighbour, and its height is decided within the halo, so its way up is that
of the whole volume. What leads out of the block ends at the last voxel inside: a hill of its own until
the blocks are joined.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation_core.compiled import compiled
from segmentation_core.fragments.fragment_options import FragmentOptions
from segmentation_core.fragments.from_affinities import heights
from segmentation_core.fragments.hills import climb, passes, steepest

from .grid import Triple

# The way that leads out of a block at its first and its last layer along z, y, x; as of `steepest`.
WAYS_OUT = ((5, 6), (3, 4), (1, 2))

Face = tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint16]]  # hill, way, height


class BlockHills(NamedTuple):
    """Hills of a block, 1 … H, without their voxels.

    top : (H + 1,) uint16
    voxels : (H + 1,) int64
    first_voxel : (H + 1,) int64, flat index in the block; 0 for hill 0
    one, other : (P,) int32, hills that touch
    pass_height : (P,) uint16
    faces : (hill, way, height) of the first and the last layer along z, y, x
    """

    top: NDArray[np.uint16]
    voxels: NDArray[np.int64]
    first_voxel: NDArray[np.int64]
    one: NDArray[np.int32]
    other: NDArray[np.int32]
    pass_height: NDArray[np.uint16]
    faces: dict[tuple[int, int], Face]


def block_hills(
    affinities: NDArray[np.uint8],
    channels: tuple[int, int, int],
    options: FragmentOptions,
    begin: Triple,
    end: Triple,
) -> tuple[NDArray[np.int32], BlockHills]:
    """Hill of each voxel of a block, and the graph of its hills.

    Parameters
    ----------
    affinities : (C, z, y, x) of the block and `options.reach` around it, cut off at the volume
    channels : those of the neighbours before a voxel along z, y, x
    begin, end : the block within `affinities`

    Returns
    -------
    hill : (z, y, x) int32, from 1; 0 where nothing can be climbed
    BlockHills
    """
    sections = bool(options.sections)
    around = tuple(slice(a, b + 2) for a, b in zip(begin, end, strict=True))
    height = np.ascontiguousarray(heights(affinities, channels, options)[around])
    ways = steepest(height, sections)
    inside = (slice(1, -1),) * 3
    _clear_border(height)
    hill = np.zeros(height.shape, np.int32)
    n_exits = 0
    for axis in range(3):
        for side in range(2):
            layer = _layer(axis, side)
            out = ways[inside][layer] == WAYS_OUT[axis][side]
            n = int(np.count_nonzero(out))
            hill[inside][layer][out] = np.arange(n_exits + 1, n_exits + n + 1)
            n_exits += n
    top, voxels = climb(height, ways, hill, n_exits, sections=sections)
    faces = {
        (axis, side): (
            hill[inside][_layer(axis, side)].copy(),
            ways[inside][_layer(axis, side)].copy(),
            height[inside][_layer(axis, side)].copy(),
        )
        for axis in range(1 if sections else 0, 3)
        for side in range(2)
    }
    core = np.ascontiguousarray(hill[inside])
    first = _first_voxels(core.reshape(-1), len(top))
    one, other, pass_height = passes(height, hill, sections)
    return core, BlockHills(top, voxels, first, one, other, pass_height, faces)


def _layer(axis: int, side: int) -> tuple[Any, ...]:
    """Where the first or the last layer along an axis is."""
    return (*(slice(None),) * axis, -side)


def _clear_border(height: NDArray[np.uint16]) -> None:
    """No plateau spreads out of a block."""
    for axis in range(3):
        for side in range(2):
            height[_layer(axis, side)] = 0


@compiled
def _first_voxels(hill: Any, n: int) -> Any:
    """Index of the first voxel of each hill."""
    first = np.zeros(n, np.int64)
    seen = np.zeros(n, np.bool_)
    for at in range(len(hill)):
        name = hill[at]
        if name > 0 and not seen[name]:
            seen[name] = True
            first[name] = at
    return first
