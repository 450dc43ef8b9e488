"""Skeletons, as anyone can read them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def beyond(parents: Sequence[int], cut: int) -> list[bool]:
    """Whether the way from each point to its root passes the cut point or begins there."""
    found = []
    for start in range(len(parents)):
        point, passes = start, False
        while point >= 0:
            passes = passes or point == cut
            point = parents[point]
        found.append(passes)
    return found


def reached_from(
    voxel: int, neighbours: NDArray[np.int32], points_nm: NDArray[np.float64], reach_nm: float
) -> set[int]:
    """Voxels no farther than this from a voxel, over neighbours that are no farther either."""
    found, waiting = {voxel}, [voxel]
    while waiting:
        for other in neighbours[waiting.pop()]:
            if other < 0 or other in found:
                continue
            if np.linalg.norm(points_nm[other] - points_nm[voxel]) <= reach_nm:
                found.add(int(other))
                waiting.append(int(other))
    return found
