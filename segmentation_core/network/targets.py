"""Targets: what a network must answer, computed from neurons that someone has labelled.

Affinity ``c`` at voxel ``p`` is 1 where ``p`` and ``p + offsets[c]`` carry the same label. Beside the
target stands a mask: whether the question has an answer there at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class AffinityTargets(NamedTuple):
    """What `affinity_targets` gives: both (C, z, y, x)."""

    affinities: NDArray[np.bool_]
    mask: NDArray[np.bool_]


def _both_ends(offset: Sequence[int]) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Where ``p`` lies, and where ``p + offset``, for every pair inside the volume."""
    here = tuple(slice(max(0, -o), -o if o > 0 else None) for o in offset)
    there = tuple(slice(max(0, o), o if o < 0 else None) for o in offset)
    return here, there


def affinity_targets(
    neuron_ids: NDArray[np.integer],
    offsets: Sequence[Sequence[int]],
    *,
    unlabelled: NDArray[np.bool_] | None = None,
) -> AffinityTargets:
    """Affinities of a labelled volume.

    Parameters
    ----------
    neuron_ids : (z, y, x) integers
        A label per voxel; 0 is membrane or outside: it belongs with nothing, not even with itself.
    offsets : (C, 3) ints
        Neighbours to compare with.
    unlabelled : (z, y, x) bool, optional
        Voxels of which nothing is known; every pair that touches one is masked.

    Returns
    -------
    AffinityTargets
        ``affinities[c, p]`` is True where ``neuron_ids[p] == neuron_ids[p + offsets[c]] != 0``.
        ``mask[c, p]`` is False where ``p + offsets[c]`` is outside the volume or one end is
        unlabelled; the affinity there is False and means nothing.

    Raises
    ------
    ValueError
        If the labels are not a 3-D integer array, or an offset is not three integers.

    Examples
    --------
    >>> neuron_ids = np.array([[[1, 1, 2, 0]]])
    >>> affinities, mask = affinity_targets(neuron_ids, [(0, 0, -1)])
    >>> affinities[0, 0, 0].astype(int), mask[0, 0, 0].astype(int)
    (array([0, 1, 0, 0]), array([0, 1, 1, 1]))
    """
    if neuron_ids.ndim != 3 or neuron_ids.dtype.kind not in "iu":
        msg = (
            "neuron_ids must be a (z, y, x) array of integers, got "
            f"{neuron_ids.ndim} axes of {neuron_ids.dtype}."
        )
        raise ValueError(msg)
    table = np.asarray(offsets)
    if table.ndim != 2 or table.shape[1] != 3 or table.dtype.kind not in "iu":
        msg = f"offsets must be (C, 3) integers, got shape {table.shape} of {table.dtype}."
        raise ValueError(msg)
    if unlabelled is not None and unlabelled.shape != neuron_ids.shape:
        msg = (
            f"unlabelled must have the shape of neuron_ids, {neuron_ids.shape}, "
            f"got {unlabelled.shape}."
        )
        raise ValueError(msg)
    shape = (len(table), *neuron_ids.shape)
    affinities = np.zeros(shape, bool)
    mask = np.zeros(shape, bool)
    foreground = neuron_ids != 0
    for c, offset in enumerate(table.tolist()):
        if any(abs(o) >= n for o, n in zip(offset, neuron_ids.shape, strict=True)):
            continue
        here, there = _both_ends(offset)
        affinities[c][here] = (neuron_ids[here] == neuron_ids[there]) & foreground[here]
        mask[c][here] = True
        if unlabelled is not None:
            mask[c][here] = ~(unlabelled[here] | unlabelled[there])
    if unlabelled is not None:
        affinities &= mask
    return AffinityTargets(affinities, mask)


def widen_membranes(
    neuron_ids: NDArray[np.integer], axes: Sequence[int] = (0, 1, 2)
) -> NDArray[np.integer]:
    """Set to 0 each voxel that touches another neuron, so that membranes are two voxels thick.

    Dense labels meet without a gap; a gap is easier to learn than a face and leaves the watershed
    a valley to find.

    Parameters
    ----------
    neuron_ids : (z, y, x) integers
        Labels, 0 = none.
    axes : ints, optional
        Axes along which voxels touch; leave out 0 where sections are thick.

    Returns
    -------
    (z, y, x) integers
        A copy; contact with 0 or with the edge of the volume takes nothing away.

    Examples
    --------
    >>> widen_membranes(np.array([[[1, 1, 1, 2, 2, 2]]]))
    array([[[1, 1, 0, 0, 2, 2]]])
    """
    widened = neuron_ids.copy()
    for axis in axes:
        offset = [0, 0, 0]
        offset[axis] = -1
        here, there = _both_ends(offset)
        a, b = neuron_ids[here], neuron_ids[there]
        meet = (a != b) & (a != 0) & (b != 0)
        widened[here][meet] = 0
        widened[there][meet] = 0
    return widened
