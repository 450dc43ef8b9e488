"""Middle paths: the kernels that trace one object, along its middle and with lengths in nanometres.

A step costs its length over the square of the distance to the boundary, so a path keeps to the middle
of a thick neurite and of a thin one alike, whatever the voxels' sides. Sato's own penalty counts
voxels and depends on the thickest place of the object; with sections ten times as thick as pixels it
crosses a thick neurite aslant.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.compiled import compiled


@compiled
def _push(heap_key: Any, heap_item: Any, size: int, key: float, item: int) -> int:
    """Add to a binary heap; equal keys come out by the smaller item."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap_key[above] < key or (heap_key[above] == key and heap_item[above] <= item):
            break
        heap_key[at] = heap_key[above]
        heap_item[at] = heap_item[above]
        at = above
    heap_key[at] = key
    heap_item[at] = item
    return size + 1


@compiled
def _pop(heap_key: Any, heap_item: Any, size: int) -> int:
    """Move the first of the heap to its end and give the size without it."""
    size -= 1
    first_key, first_item = heap_key[0], heap_item[0]
    key, item = heap_key[size], heap_item[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (
            heap_key[other] < heap_key[below]
            or (heap_key[other] == heap_key[below] and heap_item[other] < heap_item[below])
        ):
            below = other
        if key < heap_key[below] or (key == heap_key[below] and item <= heap_item[below]):
            break
        heap_key[at] = heap_key[below]
        heap_item[at] = heap_item[below]
        at = below
    if size > 0:
        heap_key[at] = key
        heap_item[at] = item
    heap_key[size] = first_key
    heap_item[size] = first_item
    return size


@compiled
def _longer(waiting: Any, after: Any) -> Any:
    """Two arrays of twice the length that begin with these."""
    n = len(waiting)
    more_waiting = np.empty(2 * n, waiting.dtype)
    more_after = np.empty(2 * n, after.dtype)
    more_waiting[:n] = waiting
    more_after[:n] = after
    return more_waiting, more_after


@compiled
def neighbours_of(place: Any, zyx: Any, shifts: Any) -> Any:
    """Neighbours of every voxel of one object by number, -1 where there is none.

    place : (Z, Y, X) int32, number of the object's voxels, -1 elsewhere
    zyx : (V, 3) int64
    shifts : (26, 3) int64

    Returns (V, 26) int32.
    """
    n = len(zyx)
    found = np.full((n, len(shifts)), -1, np.int32)
    for v in range(n):
        for k in range(len(shifts)):
            z, y, x = zyx[v, 0] + shifts[k, 0], zyx[v, 1] + shifts[k, 1], zyx[v, 2] + shifts[k, 2]
            if 0 <= z < place.shape[0] and 0 <= y < place.shape[1] and 0 <= x < place.shape[2]:
                found[v, k] = place[z, y, x]
    return found


@compiled
def best_paths(neighbours: Any, lengths_nm: Any, radius_nm: Any, root: int) -> Any:
    """Best path from the root to every voxel of one object.

    Returns (V,) int32 the next voxel towards the root, -1 at it, and (V,) float64 the length of the path
    in nm, inf where none leads.
    """
    n, degree = neighbours.shape
    above = np.full(n, -1, np.int32)
    cost = np.full(n, np.inf)
    length = np.full(n, np.inf)
    done = np.zeros(n, np.bool_)
    worth = np.empty(n)
    for v in range(n):
        worth[v] = 0.5 / (radius_nm[v] * radius_nm[v])
    heap_key = np.empty(1024)
    heap_item = np.empty(1024, np.int32)
    cost[root] = 0.0
    length[root] = 0.0
    size = _push(heap_key, heap_item, 0, 0.0, root)
    while size:
        size = _pop(heap_key, heap_item, size)
        v = heap_item[size]
        if done[v]:
            continue
        done[v] = True
        for k in range(degree):
            u = neighbours[v, k]
            if u < 0 or done[u]:
                continue
            reached = cost[v] + lengths_nm[k] * (worth[v] + worth[u])
            if reached < cost[u]:
                cost[u] = reached
                above[u] = v
                length[u] = length[v] + lengths_nm[k]
                if size == len(heap_key):
                    heap_key, heap_item = _longer(heap_key, heap_item)
                size = _push(heap_key, heap_item, size, reached, u)
    return above, length


@compiled
def traced_voxels(
    neighbours: Any, points_nm: Any, above: Any, tips: Any, n_required: int, reach_nm: Any
) -> Any:
    """Voxels on the paths from the root to tips that lie out of the reach of all paths before them.

    points_nm : (V, 3) float64
    tips : (T,) int32, those that must be reached first, then all, the farthest first
    reach_nm : (V,) float64
        A voxel on a path accounts for the voxels of the object within this distance of it that hang
        together. Where several do, the one that reaches farthest beyond them is followed further.

    Returns (V,) bool.
    """
    n, degree = neighbours.shape
    kept = np.zeros(n, np.bool_)
    covered = np.zeros(n, np.bool_)
    # What is left of the reach of the voxel on a path that reaches farthest beyond this one, and which it is.
    left = np.full(n, -1.0)
    source = np.full(n, -1, np.int32)
    deepest = reach_nm.max()
    # Voxels wait in 256 buckets, those with most left first.
    first = np.full(257, -1, np.int64)
    per_nm = 255.0 / max(deepest, 1e-300)
    waiting = np.empty(1024, np.int32)
    after = np.empty(1024, np.int64)
    worth = np.empty(1024)
    for t in range(len(tips)):
        if t >= n_required and covered[tips[t]]:
            continue
        size = 0
        at = tips[t]
        while at >= 0 and not kept[at]:
            kept[at] = True
            covered[at] = True
            if reach_nm[at] > left[at]:
                left[at] = reach_nm[at]
                source[at] = at
                if size == len(waiting):
                    waiting, after = _longer(waiting, after)
                    worth, _ = _longer(worth, after[:1])
                bucket = 255 - int(left[at] * per_nm)
                waiting[size], worth[size], after[size] = at, left[at], first[bucket]
                first[bucket] = size
                size += 1
            at = above[at]
        for bucket in range(256):
            while first[bucket] >= 0:
                entry = first[bucket]
                first[bucket] = after[entry]
                v = waiting[entry]
                if worth[entry] < left[v]:
                    continue  # more was left since
                s = source[v]
                for k in range(degree):
                    u = neighbours[v, k]
                    if u < 0 or source[u] == s:
                        continue
                    z = points_nm[u, 0] - points_nm[s, 0]
                    y = points_nm[u, 1] - points_nm[s, 1]
                    x = points_nm[u, 2] - points_nm[s, 2]
                    remains = reach_nm[s] - np.sqrt(z * z + y * y + x * x)
                    if remains < 0.0 or remains <= left[u]:
                        continue
                    covered[u] = True
                    left[u] = remains
                    source[u] = s
                    if size == len(waiting):
                        waiting, after = _longer(waiting, after)
                        worth, _ = _longer(worth, after[:1])
                    into = max(bucket, 255 - int(remains * per_nm))
                    waiting[size], worth[size], after[size] = u, remains, first[into]
                    first[into] = size
                    size += 1
    return kept


def steps(voxel_size_nm: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The 26 steps to neighbours and their lengths, short ones first."""
    grid = np.stack(np.meshgrid(*[(-1, 0, 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    shifts = grid[np.abs(grid).sum(axis=1) > 0]
    lengths = np.sqrt(np.square(shifts * voxel_size_nm).sum(axis=1))
    order = np.argsort(lengths, kind="stable")
    return shifts[order].astype(np.int64), lengths[order]
