"""Samples: the patch that training sees at a step; it depends on the seed and the step alone.

So a run that was interrupted goes on with the very patches it would have seen, on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segmentation_core.network import augment
from segmentation_core.network.augment import Augmentation, Sample
from segmentation_core.network.training_volume import TrainingVolume

Shape = tuple[int, int, int]


def _pad(raw: NDArray[np.float32], ids: NDArray[np.int32], shape: Sequence[int]) -> Sample:
    """Grow a small volume to `shape` by reflection; what was added is unlabelled."""
    widths = []
    for n, want in zip(raw.shape, shape, strict=True):
        lack = max(0, want - n)
        widths.append((lack // 2, lack - lack // 2))
    unlabelled = np.zeros(raw.shape, bool)
    if not any(a or b for a, b in widths):
        return Sample(raw, ids, unlabelled)
    return Sample(
        np.pad(raw, widths, mode="symmetric"),
        np.pad(ids, widths, mode="symmetric"),
        np.pad(unlabelled, widths, constant_values=True),
    )


def draw_sample(
    volumes: Sequence[TrainingVolume],
    shape: Shape,
    voxel_size_nm: Sequence[float],
    settings: Augmentation,
    *,
    seed: int,
    step: int,
) -> Sample:
    """Draw the patch of one training step.

    Parameters
    ----------
    volumes : TrainingVolumes
        Drawn from in proportion to size times weight.
    shape : (z, y, x) ints
        Of the patch; a smaller volume is reflected, and what was added is not learnt from.
    voxel_size_nm : (z, y, x) floats
        Size of a voxel.
    settings : Augmentation
        What is done to it.
    seed, step : int
        The same two give the same patch.

    Returns
    -------
    Sample
        Standardised grey values, labels and where there are none, all of `shape`.
    """
    rng = np.random.default_rng([seed, step])
    weight = np.array([v.raw.size * v.weight for v in volumes], float)
    volume = volumes[int(rng.choice(len(volumes), p=weight / weight.sum()))]
    assert volume.scale is not None
    ids = volume.neuron_ids
    if ids is None:
        ids = np.zeros(volume.raw.shape, np.int32)
    ways = augment.symmetries(voxel_size_nm)
    order, flips = ways[int(rng.integers(len(ways)))]
    # Transposing turns a patch of this shape into one of the shape asked for.
    source_shape = [0, 0, 0]
    for new_axis, old_axis in enumerate(order):
        source_shape[old_axis] = shape[new_axis]
    full = volume.raw.shape
    if rng.random() < settings.warp:
        # A rotated patch reaches further; it must not be centred too near the edge.
        centre = [
            rng.uniform(min(n, s) * 0.4, n - min(n, s) * 0.4)
            for n, s in zip(full, source_shape, strict=True)
        ]
        coordinates = augment.warped_coordinates(source_shape, centre, voxel_size_nm, settings, rng)
        low = [max(0, int(np.floor(c.min())) - 1) for c in coordinates]
        high = [int(np.ceil(c.max())) + 2 for c in coordinates]
        box = tuple(
            slice(min(a, n - 1), max(a + 1, min(b, n)))
            for a, b, n in zip(low, high, full, strict=True)
        )
        for a in range(3):
            coordinates[a] -= box[a].start
        sample = augment.warp(
            volume.scale.standardise(volume.raw[box]), ids[box].astype(np.int32), coordinates
        )
    else:
        start = [
            int(rng.integers(0, max(0, n - s) + 1)) for n, s in zip(full, source_shape, strict=True)
        ]
        box = tuple(slice(a, a + s) for a, s in zip(start, source_shape, strict=True))
        sample = _pad(
            volume.scale.standardise(volume.raw[box]), ids[box].astype(np.int32), source_shape
        )
    sample = Sample(
        np.flip(sample.raw.transpose(order), flips),
        np.flip(sample.neuron_ids.transpose(order), flips),
        np.flip(sample.unlabelled.transpose(order), flips),
    )
    if settings.shifted_section or settings.slipped_stack:
        sample = augment.shift_sections(sample, voxel_size_nm, settings, rng)
    raw = augment.change_intensities(sample.raw, settings, rng)
    raw = augment.spoil_sections(raw, settings, rng)
    return Sample(
        np.ascontiguousarray(raw),
        np.ascontiguousarray(sample.neuron_ids),
        np.ascontiguousarray(sample.unlabelled),
    )
