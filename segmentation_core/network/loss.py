"""Loss: cross entropy on affinities, both answers counting alike, plus the error of the descriptors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation_core.network.augment import Sample
from segmentation_core.network.descriptors import local_shape_descriptors
from segmentation_core.network.design import NetworkDesign
from segmentation_core.network.needs_torch import F, torch
from segmentation_core.network.targets import affinity_targets, widen_membranes

# No answer weighs more than this many times its share: in a patch with three boundary voxels they
# should not drown the rest.
_MOST_WEIGHT = 5.0


class Targets(NamedTuple):
    """Targets of one sample: affinities and mask (C, z, y, x), descriptors on their own grid."""

    affinities: NDArray[np.bool_]
    mask: NDArray[np.bool_]
    descriptors: NDArray[np.float32]
    descriptor_mask: NDArray[np.bool_]


def make_targets(sample: Sample, design: NetworkDesign) -> Targets:
    """Targets of a sample for a network of this design.

    Neighbours one voxel away are asked across membranes made two voxels thick, so that a valley
    separates every two neurons (within the section only, where sections are thick). Far neighbours
    are asked only of voxels inside neurons.
    """
    size = design.voxel_size_nm
    axes = [a for a in range(3) if size[a] < 2 * min(size)]
    widened = widen_membranes(sample.neuron_ids, axes)
    near = [max(map(abs, o)) == 1 for o in design.offsets]
    shape = (len(near), *sample.raw.shape)
    affinities = np.zeros(shape, bool)
    mask = np.zeros(shape, bool)
    membrane = sample.neuron_ids == 0
    for is_near in (True, False):
        channels = np.flatnonzero(np.array(near) == is_near)
        if len(channels):
            part = affinity_targets(
                widened if is_near else sample.neuron_ids,
                [design.offsets[c] for c in channels],
                unlabelled=sample.unlabelled if is_near else sample.unlabelled | membrane,
            )
            affinities[channels], mask[channels] = part
    grid = design.grid(design.descriptor_level)
    at = tuple(slice(g // 2, None, g) for g in grid)
    coarse_size = [s * g for s, g in zip(size, grid, strict=True)]
    ids = sample.neuron_ids[at]
    descriptors = local_shape_descriptors(ids, coarse_size, sigma_nm=design.descriptor_sigma_nm)
    return Targets(affinities, mask, descriptors, (ids != 0) & ~sample.unlabelled[at])


def balanced_weights(affinities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Weights that give "same" and "other" half of the say each, channel by channel in each sample.

    Parameters
    ----------
    affinities, mask : (B, C, z, y, x) bool
        Answers, and whether there is one.

    Returns
    -------
    (B, C, z, y, x) float32
        0 where masked, else half over the share of the answer, no more than 5.
    """
    known = mask.float()
    n = known.sum((2, 3, 4), keepdim=True).clamp(min=1)
    same = (affinities & mask).float().sum((2, 3, 4), keepdim=True)
    weight_same = (0.5 * n / same.clamp(min=1)).clamp(max=_MOST_WEIGHT)
    weight_other = (0.5 * n / (n - same).clamp(min=1)).clamp(max=_MOST_WEIGHT)
    return known * torch.where(affinities, weight_same, weight_other)


def affinity_loss(
    logits: torch.Tensor, affinities: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """Mean weighted cross entropy over the voxels that have an answer; 0 when there is none.

    Parameters
    ----------
    logits : (B, C, z, y, x) float
        Before the sigmoid.
    affinities, mask : (B, C, z, y, x) bool
        Answers, and whether there is one.
    """
    weight = balanced_weights(affinities, mask)
    loss = F.binary_cross_entropy_with_logits(
        logits.float(), affinities.float(), weight=weight, reduction="sum"
    )
    return loss / weight.sum().clamp(min=1)


def descriptor_loss(
    logits: torch.Tensor, descriptors: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """Mean squared error of the descriptors inside neurons.

    Parameters
    ----------
    logits, descriptors : (B, 10, z, y, x) float
        Predicted (before the sigmoid) and true.
    mask : (B, z, y, x) bool
        Where there is a neuron.
    """
    inside = mask.float()[:, None]
    error = (torch.sigmoid(logits.float()) - descriptors) ** 2 * inside
    return error.sum() / (descriptors.shape[1] * inside.sum()).clamp(min=1)
