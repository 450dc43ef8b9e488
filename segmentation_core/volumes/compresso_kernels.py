"""Compresso kernels: the three loops over voxels. Each says whether the stream held together."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiled import compiled


@compiled
def unpack_boundaries(
    windows: Any, values: Any, boundary: Any, step_x: int, step_y: int, step_z: int
) -> bool:
    """Write 1 where the bit masks of blocks have a bit.

    windows, values : (n,) uint64. An odd window is a run of that many halves of blocks with mask 0,
    an even one names a mask. boundary : (z, y, x) uint8 of zeros; filled in place.
    """
    size_z, size_y, size_x = boundary.shape
    blocks_x = (size_x + step_x - 1) // step_x
    blocks_y = (size_y + step_y - 1) // step_y
    n_blocks = blocks_x * blocks_y * ((size_z + step_z - 1) // step_z)
    block = 0
    for i in range(windows.size):
        half: Any = np.int64(windows[i] >> np.uint64(1))
        run = windows[i] & np.uint64(1)
        repeats = half if run else np.int64(1)
        index = np.int64(0) if run else half
        if index >= values.size or repeats > n_blocks - block:
            return False
        mask = values[index]
        if mask:
            for b in range(block, block + int(repeats)):
                x0 = (b % blocks_x) * step_x
                y0 = (b // blocks_x % blocks_y) * step_y
                z0 = (b // (blocks_x * blocks_y)) * step_z
                for z in range(step_z):
                    for y in range(step_y):
                        for x in range(step_x):
                            bit = np.uint64(x + step_x * (y + step_y * z))
                            if (
                                (mask >> bit) & np.uint64(1)
                                and z0 + z < size_z
                                and y0 + y < size_y
                                and x0 + x < size_x
                            ):
                                boundary[z0 + z, y0 + y, x0 + x] = 1
        block += int(repeats)
    whole: bool = block == n_blocks
    return whole


@compiled
def component_count(boundary: Any, components: Any, through_sections: bool) -> int:
    """Number connected voxels that are no boundary, from 1, in raster order.

    boundary : (z, y, x) uint8. components : (z, y, x) uint32 of zeros; filled in place. Voxels connect
    through faces, within a section only unless `through_sections`.
    """
    size_z, size_y, size_x = boundary.shape
    parent = np.zeros(boundary.size + 1, np.uint32)
    n = np.uint32(0)
    for z in range(size_z):
        for y in range(size_y):
            for x in range(size_x):
                if boundary[z, y, x]:
                    continue
                root = np.uint32(0)
                for k in range(3):
                    if k == 0 and x > 0:
                        other = components[z, y, x - 1]
                    elif k == 1 and y > 0:
                        other = components[z, y - 1, x]
                    elif k == 2 and z > 0 and through_sections:
                        other = components[z - 1, y, x]
                    else:
                        continue
                    if other == 0:
                        continue
                    while parent[other] != other:
                        parent[other] = parent[parent[other]]
                        other = parent[other]
                    if root == 0 or other == root:
                        root = other
                    else:  # the earlier number stays the root, so roots are in raster order
                        low, high = min(root, other), max(root, other)
                        parent[high] = low
                        root = low
                if root == 0:
                    n += np.uint32(1)
                    parent[n] = n
                    root = n
                components[z, y, x] = root
    dense = np.zeros(n + 1, np.uint32)
    count = np.uint32(0)
    for i in range(1, n + 1):
        if parent[i] == i:
            count += np.uint32(1)
            dense[i] = count
        else:  # its parent is smaller and already a root with a number, or has been compressed to one
            dense[i] = dense[parent[i]]
    for z in range(size_z):
        for y in range(size_y):
            for x in range(size_x):
                components[z, y, x] = dense[components[z, y, x]]
    return int(count)


@compiled
def labels_of_boundaries(
    boundary: Any, labels: Any, locations: Any, through_sections: bool
) -> bool:
    """Give every boundary voxel its label.

    boundary : (z, y, x) uint8. labels : (z, y, x) uint64, right outside the boundary; filled in place.
    locations : (n,) uint64, one code to each voxel that no neighbour before it tells (left, upper and,
    `through_sections`, below in z): 0 to 5 name a neighbour, 6 says that the next entry is the label, more is the label plus 7.
    """
    size_z, size_y, size_x = boundary.shape
    at = 0
    for z in range(size_z):
        for y in range(size_y):
            for x in range(size_x):
                if not boundary[z, y, x]:
                    continue
                if x > 0 and not boundary[z, y, x - 1]:
                    labels[z, y, x] = labels[z, y, x - 1]
                    continue
                if y > 0 and not boundary[z, y - 1, x]:
                    labels[z, y, x] = labels[z, y - 1, x]
                    continue
                if through_sections and z > 0 and not boundary[z - 1, y, x]:
                    labels[z, y, x] = labels[z - 1, y, x]
                    continue
                if at >= locations.size:
                    return False
                code = locations[at]
                at += 1
                z1, y1, x1 = z, y, x
                if code == 0:
                    x1 -= 1
                elif code == 1:
                    x1 += 1
                elif code == 2:
                    y1 -= 1
                elif code == 3:
                    y1 += 1
                elif code == 4:
                    z1 -= 1
                elif code == 5:
                    z1 += 1
                elif code == 6:
                    if at >= locations.size:
                        return False
                    labels[z, y, x] = locations[at]
                    at += 1
                    continue
                else:
                    labels[z, y, x] = code - np.uint64(7)
                    continue
                if not (0 <= z1 < size_z and 0 <= y1 < size_y and 0 <= x1 < size_x):
                    return False
                labels[z, y, x] = labels[z1, y1, x1]
    whole: bool = at == locations.size
    return whole
