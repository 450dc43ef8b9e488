"""Mutex watershed: segments without a threshold, from affinities that join and that keep apart.

The one door to bioimage-cpp in this room.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation_core.affinity_arrays import checked_affinities, checked_offsets


def mutex_watershed(
    affinities: ArrayLike,
    offsets: ArrayLike | None = None,
    *,
    strides: tuple[int, int, int] = (1, 1, 1),
    mask: ArrayLike | None = None,
) -> NDArray[np.uint64]:
    """Segments by the mutex watershed.

    All affinities are visited from the surest: neighbours are merged by their affinity a, longer
    offsets forbid a merge by 1 - a, and what comes first counts.

    Parameters
    ----------
    affinities : (C, z, y, x) uint8 or float in [0, 1]
    offsets : (C, 3) int
        Offsets to a neighbouring voxel join, all longer ones keep apart.
    strides : (z, y, x), use the longer offsets of every such voxel only
        (1, 3, 3) takes a third of the time and keeps neurons apart nearly as well.
    mask : (z, y, x) bool, voxels that may belong to a neuron

    Returns
    -------
    (z, y, x) uint64
        Segments from 1; 0 outside the mask.

    Raises
    ------
    ValueError
        Wrong shapes, types or offsets; no offset that keeps apart.
    ImportError
        bioimage-cpp is missing.

    References
    ----------
    Wolf et al. 2018, doi:10.1007/978-3-030-01225-0_34

    Examples
    --------
    >>> affinities = np.ones((4, 1, 1, 6))
    >>> affinities[2, 0, 0, 3] = 0.4
    >>> affinities[3, 0, 0, 3:5] = 0.1
    >>> offsets = [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 0, -2)]
    >>> mutex_watershed(affinities, offsets).tolist()
    [[[1, 1, 1, 2, 2, 2]]]
    """
    try:
        from bioimage_cpp import segmentation
    except ImportError as error:
        msg = "mutex_watershed needs bioimage-cpp: pip install 'neuropil[segmentation]'"
        raise ImportError(msg) from error
    array = checked_affinities(affinities)
    steps = checked_offsets(offsets, len(array))
    near = np.abs(steps).sum(axis=1) == 1
    if near.all() or not near.any():
        msg = (
            "mutex_watershed needs offsets of one voxel, which join, and longer ones, which keep "
            f"apart; got {steps.tolist()}."
        )
        raise ValueError(msg)
    allowed: Any = None
    if mask is not None:
        allowed = np.asarray(mask)
        if allowed.shape != array.shape[1:] or allowed.dtype != np.bool_:
            msg = (
                f"mask must be bool of shape {array.shape[1:]}, got {allowed.dtype} of shape "
                f"{allowed.shape}."
            )
            raise ValueError(msg)
    order = np.argsort(~near, kind="stable")
    weights = np.empty(array.shape, np.float32)
    for place, c in enumerate(order):
        values = array[c] if near[c] else 255 - array[c]
        np.multiply(values, np.float32(1 / 255), out=weights[place])
    segments: NDArray[np.uint64] = segmentation.mutex_watershed(
        weights,
        steps[order].tolist(),
        int(near.sum()),
        strides=list(strides) if tuple(strides) != (1, 1, 1) else None,
        mask=allowed,
    )
    return segments
