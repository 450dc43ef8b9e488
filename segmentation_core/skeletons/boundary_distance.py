"""Boundary distance: in a block, how far a point is from what is not its object.

While tracing, an engine takes what it sees to go on straight behind an open face, which makes
objects thicker than they are. Here the distance is measured with what does lie around the block.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmentation_core.volumes.libraries import library

from .engines import Face
from .fragments import Traced
from .label_source import LabelSource

# Distances up to this are exact; what is thicker is a cell body, and thick enough.
_AROUND_NM = 500.0


def with_radii(
    traced: dict[int, Traced],
    source: LabelSource,
    start: Sequence[int],
    stop: Sequence[int],
    cut_faces: Sequence[Face],
) -> dict[int, Traced]:
    """Give the points traced in a box their distance, in nm, to the nearest voxel of something else.

    Parameters
    ----------
    traced : dict
        From label to voxels of the volume, edges and radii.
    source : LabelSource
    start, stop : (z, y, x) ints
        The box; ~500 nm around it are read too.
    cut_faces : sequence of (axis, side)
        Faces of the volume behind which objects go on; behind the others is nothing.
    """
    around = np.ceil(_AROUND_NM / source.voxel_size_nm).astype(int)
    low = np.maximum(np.subtract(start, around), 0)
    high = np.minimum(np.add(stop, around), source.shape)
    box = source.read(low, high)
    ends = [
        (
            int(low[axis] == 0 and (axis, "low") not in cut_faces),
            int(high[axis] == source.shape[axis] and (axis, "high") not in cut_faces),
        )
        for axis in range(3)
    ]
    box = np.pad(box, ends)
    low = low - np.array([before for before, _ in ends])
    distance = library("edt").edt(
        box, anisotropy=tuple(source.voxel_size_nm), black_border=False, parallel=1
    )
    # One label all around: nothing else is in sight, and the object is as thick as what was read.
    thickest = float((np.array(box.shape) * source.voxel_size_nm).min()) / 2
    distance[~np.isfinite(distance)] = thickest
    result: dict[int, Traced] = {}
    for label, (points, edges, _) in traced.items():
        z, y, x = (np.asarray(points, np.int64) - low).T
        result[label] = (points, edges, distance[z, y, x].astype(np.float32))
    return result
