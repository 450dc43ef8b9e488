"""Hills: each voxel climbs to the top it is steepest to; hills whose pass is high are one.

One look at six neighbours a voxel and no queue. The graph of hills, of which there are some hundred
times fewer than voxels, is then simplified by persistence: from the highest pass down, two hills
become one unless both tops stand clear of the pass between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.compiled import compiled
from segmentation_core.pair_table import key_of_pair, place_of_key

SHORE = 256  # heights below are boundary voxels; those from here on are inside


def landscape(
    squared: NDArray[np.uint16], shore: NDArray[np.uint8], allowed: NDArray[np.bool_] | None
) -> NDArray[np.uint16]:
    """Height of each voxel: squared distance from the shore on, its level below, a border of 0."""
    height = np.zeros([length + 2 for length in shore.shape], np.uint16)
    _fill(squared, shore, height)
    if allowed is not None:
        height[1:-1, 1:-1, 1:-1][~allowed] = 0
    return height


@compiled
def _fill(squared: Any, shore: Any, height: Any) -> None:
    """1 .. 255 for boundary voxels, 256 and more for others."""
    nz, ny, nx = squared.shape
    for z in range(nz):
        for y in range(ny):
            out = height[z + 1, y + 1]
            far, near = squared[z, y], shore[z, y]
            for x in range(nx):
                below = min(np.uint16(near[x]), np.uint16(SHORE - 2)) + np.uint16(1)
                above = far[x] + np.uint16(SHORE)
                out[x + 1] = above if far[x] > 0 else below


def hills(
    height: NDArray[np.uint16], *, sections: bool
) -> tuple[NDArray[np.int32], NDArray[np.uint16], NDArray[np.int64]]:
    """Hill of each voxel, the height of each top, and the voxels of each hill.

    Parameters
    ----------
    height : (z + 2, y + 2, x + 2) uint16
        0 where there is no voxel: the border all around, and whatever is masked.
    sections : climb within a section only

    Returns
    -------
    hill : (z + 2, y + 2, x + 2) int32
        From 1 in raster order of the first voxel; 0 where height is 0.
    top : (H + 1,) uint16
    voxels : (H + 1,) int64
    """
    hill = np.zeros(height.shape, np.int32)
    top, voxels = climb(height, steepest(height, sections), hill, 0, sections=sections)
    return hill, top, voxels


def climb(
    height: NDArray[np.uint16],
    ways: NDArray[np.uint8],
    hill: NDArray[np.int32],
    n_known: int,
    *,
    sections: bool,
) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """Fill in the hill of each voxel that has none.

    Parameters
    ----------
    height, ways : as `hills` takes, as `steepest` gives them
    hill : changed in place
        May hold 1 … `n_known`, at one voxel each, which has a way: the climb ends there.

    Returns
    -------
    top, voxels : as of `hills`
        The top of a hill known before is the height of its voxel.
    """
    steps = _steps(height.shape)
    top, voxels = _climb(
        height.reshape(-1),
        ways.reshape(-1),
        steps[:5] if sections else steps,
        hill.reshape(-1),
        n_known,
    )
    return top, voxels


def _steps(shape: tuple[int, ...]) -> NDArray[np.int64]:
    """What to add to a flat index: nothing, then back and forth along x, y, z."""
    plane = shape[1] * shape[2]
    return np.array([0, -1, 1, -shape[2], shape[2], -plane, plane])


@compiled
def steepest(height: Any, sections: bool) -> Any:
    """Number of the highest neighbour if it is higher than the voxel, else 0.

    1 … 6: back and forth along x, y, z.
    """
    nz, ny, nx = height.shape
    ways = np.zeros((nz, ny, nx), np.uint8)
    for z in range(1, nz - 1):
        for y in range(1, ny - 1):
            here = height[z, y]
            front, back = height[z, y - 1], height[z, y + 1]
            above, below = height[z - 1, y], height[z + 1, y]
            way_of = ways[z, y]
            for x in range(1, nx - 1):
                best = here[x]
                way = np.uint8(0)
                if here[x - 1] > best:
                    best = here[x - 1]
                    way = np.uint8(1)
                if here[x + 1] > best:
                    best = here[x + 1]
                    way = np.uint8(2)
                if front[x] > best:
                    best = front[x]
                    way = np.uint8(3)
                if back[x] > best:
                    best = back[x]
                    way = np.uint8(4)
                if not sections:
                    if above[x] > best:
                        best = above[x]
                        way = np.uint8(5)
                    if below[x] > best:
                        way = np.uint8(6)
                way_of[x] = way
    return ways


@compiled
def _climb(height: Any, ways: Any, steps: Any, hill: Any, n_known: int) -> Any:
    """Follow the ways to a voxel whose hill is known, or to a new top and all of its plateau."""
    n = len(height)
    top = np.zeros(n_known + 1024, np.uint16)
    voxels = np.zeros(n_known + 1024, np.int64)
    path = np.empty(1024, np.int64)
    n_hills = n_known
    if n_known > 0:
        for at in range(n):
            if hill[at] > 0:
                top[hill[at]] = height[at]
                voxels[hill[at]] = 1
    n_ways = len(steps)
    for start in range(n):
        if height[start] == 0 or hill[start] > 0:
            continue
        length = 0
        at = start
        while hill[at] == 0 and ways[at] > 0:
            if length == len(path):
                path = np.concatenate((path, np.empty(len(path), np.int64)))
            path[length] = at
            length += 1
            at += steps[ways[at]]
        name = hill[at]
        if name == 0:
            n_hills += 1
            name = n_hills
            if name == len(top):
                top = np.concatenate((top, np.zeros(len(top), np.uint16)))
                voxels = np.concatenate((voxels, np.zeros(len(voxels), np.int64)))
            top[name] = height[at]
            hill[at] = name
            voxels[name] += 1
            # Spread over the plateau, behind what is still to be followed.
            todo = length
            if todo == len(path):
                path = np.concatenate((path, np.empty(len(path), np.int64)))
            path[todo] = at
            todo += 1
            while todo > length:
                todo -= 1
                here = path[todo]
                for k in range(1, n_ways):
                    near = here + steps[k]
                    if hill[near] == 0 and ways[near] == 0 and height[near] == top[name]:
                        hill[near] = name
                        voxels[name] += 1
                        if todo == len(path):
                            path = np.concatenate((path, np.empty(len(path), np.int64)))
                        path[todo] = near
                        todo += 1
        for k in range(length):
            hill[path[k]] = name
        voxels[name] += length
    return top[: n_hills + 1], voxels[: n_hills + 1]


@compiled
def passes(height: Any, hill: Any, sections: bool) -> Any:
    """Pairs of hills that touch and the highest pass between them.

    height, hill : (z + 2, y + 2, x + 2), as `hills` takes and gives them.

    Returns (P,) first hill, (P,) second and larger, (P,) height of the pass; in an order that
    follows from the volume. One sweep for all three axes, and pair and height side by side in the
    table, for the sake of the cache.
    """
    nz, ny, nx = height.shape
    table = np.zeros((1 << 14, 2), np.int64)
    found = 0
    for z in range(1, nz - 1):
        for y in range(1, ny - 1):
            while 2 * (found + 3 * nx) > len(table):
                larger = np.zeros((4 * len(table), 2), np.int64)
                for k in range(len(table)):
                    if table[k, 0] != 0:
                        to = place_of_key(larger[:, 0], table[k, 0])
                        larger[to, 0], larger[to, 1] = table[k, 0], table[k, 1]
                table = larger
            here, low = hill[z, y, 1:], height[z, y, 1:]
            found = _row_of_passes(table, found, here, hill[z, y], low, height[z, y])
            found = _row_of_passes(
                table, found, here, hill[z, y - 1, 1:], low, height[z, y - 1, 1:]
            )
            if not sections:
                found = _row_of_passes(
                    table, found, here, hill[z - 1, y, 1:], low, height[z - 1, y, 1:]
                )
    first = np.empty(found, np.int32)
    second = np.empty(found, np.int32)
    high = np.empty(found, np.uint16)
    k = 0
    for place in range(len(table)):
        if table[place, 0] != 0:
            first[k] = table[place, 0] >> 32
            second[k] = table[place, 0] & 0x7FFFFFFF
            high[k] = table[place, 1]
            k += 1
    return first, second, high


@compiled
def _row_of_passes(table: Any, found: Any, one: Any, two: Any, low: Any, other: Any) -> Any:
    """Enter the passes between two rows of voxels that lie side by side."""
    keys = table[:, 0]
    last_a, last_b, last = np.int64(0), np.int64(0), 0
    for x in range(len(one)):
        if one[x] == two[x] or one[x] == 0 or two[x] == 0:
            continue
        a, b = np.int64(min(one[x], two[x])), np.int64(max(one[x], two[x]))
        level = np.int64(min(low[x], other[x]))
        if a != last_a or b != last_b:
            last_a, last_b = a, b
            key = key_of_pair(a, b)
            last = place_of_key(keys, key)
            if table[last, 0] == 0:
                table[last, 0] = key
                found += 1
        table[last, 1] = max(table[last, 1], level)
    return found


def merged_hills(
    top: NDArray[np.uint16],
    voxels: NDArray[np.int64],
    between: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint16]],
    *,
    narrowing: float,
    slack: float,
    least_voxels: int,
) -> NDArray[np.int32]:
    """Hills joined over high passes: (H + 1,) fragment of each hill, from 1; 0 for those all shore.

    Two hills become one where the pass is at least `narrowing` times as high as the lower top,
    less `slack` (all as distances, the roots of heights), where the lower is a hill of the shore,
    or where the smaller has fewer than `least_voxels` voxels.
    """
    first, second, high = between
    # Passes of one height go by the numbers of their hills, so that nothing hangs on how they were found.
    order = np.argsort((first.astype(np.int64) << 32) | second)
    order = order[np.argsort(65535 - high[order], kind="stable")]  # radix: 16 bits
    fragment: NDArray[np.int32] = _merge(
        top, voxels.copy(), first[order], second[order], high[order], narrowing, slack, least_voxels
    )
    return fragment


@compiled
def _merge(
    top: Any,
    voxels: Any,
    first: Any,
    second: Any,
    high: Any,
    narrowing: Any,
    slack: Any,
    least: Any,
) -> Any:
    """Kruskal from the highest pass down, with persistence."""
    n = len(top)
    parent = np.arange(n)
    for k in range(len(first)):
        a, b = np.int64(first[k]), np.int64(second[k])
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a == b:
            continue
        if top[a] < top[b] or (top[a] == top[b] and a > b):
            a, b = b, a  # b is the lower one and goes into a
        join = top[b] < SHORE or min(voxels[a], voxels[b]) < least
        if not join and high[k] >= SHORE:
            reach = np.sqrt(np.float64(top[b] - SHORE))
            join = np.sqrt(np.float64(high[k] - SHORE)) + slack >= narrowing * reach
        if join:
            parent[b] = a
            voxels[a] += voxels[b]
    name = np.zeros(n, np.int32)
    fragment = np.zeros(n, np.int32)
    found = 0
    for k in range(1, n):
        a = np.int64(k)
        while parent[a] != a:
            a = parent[a]
        if top[a] < SHORE:
            continue
        if name[a] == 0:
            found += 1
            name[a] = found
        fragment[k] = name[a]
    return fragment
