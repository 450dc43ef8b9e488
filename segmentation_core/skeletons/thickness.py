"""Thickness: the radius of the round cross-section that holds the object's volume.

Each voxel is given to the nearest point of its label's skeleton; volume over length is the
cross-section there, smoothed along the tree so that no volume is lost. Unlike the distance to the
boundary this radius does not depend on where the axis falls between thick sections.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .label_source import LabelSource
from .smoothing import diffusion, edge_lengths, shares_of_length, solver


def voxels_at_points(
    source: LabelSource,
    label: NDArray[np.uint64],
    voxel: NDArray[np.int64],
    block_shape: Sequence[int],
) -> NDArray[np.int64]:
    """(N,) how many voxels of the own label are nearest to each point.

    Parameters
    ----------
    label : (N,) uint64, rising
    voxel : (N, 3) int64
    block_shape : (3,) int
        Voxels are read in boxes of this shape; the counts do not depend on it.
    """
    from scipy.spatial import KDTree

    counts = np.zeros(len(label), np.int64)
    if len(label) == 0:
        return counts
    known, first = np.unique(label, return_index=True)
    last = np.append(first[1:], len(label))
    trees: dict[int, KDTree] = {}
    for start, stop in source.boxes(block_shape):
        box = source.read(start, stop)
        flat = box.ravel()
        inside = np.flatnonzero(flat)
        # Labels as small numbers sort many times faster.
        name, number = np.unique(flat[inside], return_inverse=True)
        order = np.argsort(number.astype(np.uint32), kind="stable")
        ends = np.cumsum(np.bincount(number, minlength=len(name)))
        for k, chunk in enumerate(np.split(inside[order], ends)[:-1]):
            at = int(np.searchsorted(known, name[k]))
            if at == len(known) or known[at] != name[k]:
                continue
            low, high = int(first[at]), int(last[at])
            if high - low == 1:
                counts[low] += len(chunk)
                continue
            if at not in trees:
                trees[at] = KDTree(voxel[low:high] * source.voxel_size_nm)
            place = np.stack(np.unravel_index(chunk, box.shape), axis=1) + np.array(start)
            nearest = trees[at].query(place * source.voxel_size_nm)[1]
            counts[low:high] += np.bincount(nearest, minlength=high - low)
    return counts


def equivalent_radii(
    volume_nm3: NDArray[np.float64],
    points_nm: NDArray[np.float64],
    parent: NDArray[np.int64],
    reach_nm: float,
) -> NDArray[np.float64]:
    """(N,) radii whose cylinders, one to a point and its share of the length, hold the volume.

    A tree of a single point is given the radius of the ball of its volume.
    """
    length = edge_lengths(points_nm, parent)
    shares = shares_of_length(length, parent)
    radius = np.cbrt(3 * volume_nm3 / (4 * np.pi))
    long = np.flatnonzero(shares > 0)
    if len(long):
        place = np.full(len(parent) + 1, -1)
        place[long] = np.arange(len(long))
        matrix = diffusion(length[long], place[parent[long]], reach_nm)
        section_nm2 = solver(matrix)(volume_nm3[long])
        radius[long] = np.sqrt(np.maximum(section_nm2, 0) / np.pi)
    return radius
