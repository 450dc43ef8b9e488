"""Joined hills: the hills of all blocks put together, and the fragments that they are of.

Two parts of a hill are one where the way up of a voxel leads from one block into the next, and where a
plateau does. Hills are then numbered by their first voxel in the volume, as they are in one piece, and so
the merging of hills is the same merging.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.fragments.fragment_options import FragmentOptions
from segmentation_core.fragments.from_affinities import fragments_of_hills

from .block_hills import WAYS_OUT, BlockHills, Face
from .grid import Grid

MOST_HILLS = 2**31 - 1


def fragments_of_blocks(
    grid: Grid, read: Callable[[int], BlockHills], options: FragmentOptions
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Fragment of each hill of each block.

    Parameters
    ----------
    grid : Grid
    read : gives the hills of a block
    options : FragmentOptions

    Returns
    -------
    fragment : (hills of all blocks, each with its hill 0,) int32
        From 1 in raster order of the first voxel in the volume; 0 for none.
    start : (blocks + 1,) int64
        Where the hills of a block begin.

    Raises
    ------
    ValueError
        More hills than 31 bits number.
    """
    top, voxels, first, start = _all_hills(grid, read)
    one, other, level, joins = [], [], [], []
    for number in range(len(grid)):
        part = read(number)
        one.append(part.one + start[number])
        other.append(part.other + start[number])
        level.append(part.pass_height)
        for axis, before in _neighbours_before(grid, number):
            if (axis, 0) not in part.faces:
                continue
            behind = read(before).faces[axis, 1]
            a, b, height, joined = _across(behind, part.faces[axis, 0], axis)
            a, b = a + start[before], b + start[number]
            joins.append(np.stack([a[joined], b[joined]]))
            a, b, height = _highest(a[~joined], b[~joined], height[~joined])
            one.append(a)
            other.append(b)
            level.append(height)
    hill = _numbered(np.concatenate(joins, axis=1) if joins else None, first, start)
    n = int(hill.max(initial=0)) + 1
    tops, sizes = np.zeros(n, np.uint16), np.zeros(n, np.int64)
    np.maximum.at(tops, hill, top)
    np.add.at(sizes, hill, voxels)
    a, b = hill[np.concatenate(one)], hill[np.concatenate(other)]
    between = _highest(a, b, np.concatenate(level))
    fragment = fragments_of_hills(
        tops, sizes, (between[0].astype(np.int32), between[1].astype(np.int32), between[2]), options
    )
    return fragment[hill], start


def _all_hills(
    grid: Grid, read: Callable[[int], BlockHills]
) -> tuple[NDArray[np.uint16], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Tops, voxels and first voxels in the volume of the hills of all blocks, and their starts."""
    tops, voxels, firsts, start = [], [], [], [0]
    for number in range(len(grid)):
        part = read(number)
        begin, end = grid.box(number)
        sides = tuple(b - a for a, b in zip(begin, end, strict=True))
        z, y, x = np.unravel_index(part.first_voxel, sides)
        _, ny, nx = grid.shape
        first = ((z + begin[0]) * ny + y + begin[1]) * nx + x + begin[2]
        first[0] = -1
        tops.append(part.top)
        voxels.append(part.voxels)
        firsts.append(first.astype(np.int64))
        start.append(start[-1] + len(part.top))
    if start[-1] > MOST_HILLS:
        msg = (
            f"the volume has {start[-1]:,} hills, more than {MOST_HILLS:,}; segment it in parts, "
            "or raise boundary= in fragment_options."
        )
        raise ValueError(msg)
    return (
        np.concatenate(tops),
        np.concatenate(voxels),
        np.concatenate(firsts),
        np.array(start, np.int64),
    )


def _neighbours_before(grid: Grid, number: int) -> list[tuple[int, int]]:
    """Axis and number of the blocks before a block."""
    _, ny, nx = grid.counts
    position = grid.position(number)
    steps = (ny * nx, nx, 1)
    return [(axis, number - steps[axis]) for axis in range(3) if position[axis] > 0]


def _across(
    behind: Face, here: Face, axis: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16], NDArray[np.bool_]]:
    """Hills of the voxels on both sides of a face, the pass between them, and whether they are one."""
    hill_a, way_a, height_a = (layer.reshape(-1) for layer in behind)
    hill_b, way_b, height_b = (layer.reshape(-1) for layer in here)
    forth, back = WAYS_OUT[axis][1], WAYS_OUT[axis][0]
    plateau = (way_a == 0) & (way_b == 0) & (height_a == height_b)
    joined = (way_a == forth) | (way_b == back) | plateau
    kept = (hill_a > 0) & (hill_b > 0)
    return (
        hill_a[kept].astype(np.int64),
        hill_b[kept].astype(np.int64),
        np.minimum(height_a, height_b)[kept],
        joined[kept],
    )


def _highest(
    a: NDArray[np.int64], b: NDArray[np.int64], height: NDArray[np.uint16]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
    """Each pair of two different hills once, smaller first, with its highest pass."""
    two = a != b
    key = (np.minimum(a, b)[two].astype(np.int64) << 32) | np.maximum(a, b)[two]
    height = height[two]
    order = np.argsort(65535 - height, kind="stable")
    order = order[np.argsort(key[order], kind="stable")]
    key, height = key[order], height[order]
    new = np.ones(len(key), np.bool_)
    new[1:] = key[1:] != key[:-1]
    key = key[new]
    return key >> 32, key & 0x7FFFFFFF, height[new]


def _numbered(
    joins: NDArray[np.int64] | None, first: NDArray[np.int64], start: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Hill in the volume, from 1 by first voxel, of each hill of a block; 0 of each hill 0."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = int(start[-1])
    part: NDArray[Any] = np.arange(n)
    if joins is not None and joins.shape[1]:
        ones = np.ones(joins.shape[1], np.uint8)
        _, part = connected_components(coo_array((ones, (joins[0], joins[1])), (n, n)).tocsr())
    real = first >= 0
    earliest = np.full(int(part.max(initial=0)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(earliest, part[real], first[real])
    order = np.argsort(earliest, kind="stable")
    name = np.empty(len(order), np.int64)
    name[order] = np.arange(1, len(order) + 1)
    return np.where(real, name[part], 0)
