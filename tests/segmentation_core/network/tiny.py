"""Networks and volumes small enough to train in a second."""

import numpy as np

from segmentation_core.network.design import NetworkDesign, design_network
from segmentation_core.network.training_volume import TrainingVolume

OFFSETS = [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, -3, 0), (0, -3, -3)]


def tiny_design(voxel_size_nm=(10, 10, 10)) -> NetworkDesign:
    return design_network(voxel_size_nm, features=(8, 8), offsets=OFFSETS)


def boxes(shape=(24, 32, 40), seed=0) -> TrainingVolume:
    """Box-shaped neurons with dark walls."""
    rng = np.random.default_rng(seed)
    ids = np.zeros(shape, np.int64)
    wall = np.zeros(shape, bool)
    for axis, n in enumerate(shape):
        cuts = np.sort(rng.choice(np.arange(4, n - 4, 4), 3, replace=False))
        along = np.searchsorted(cuts, np.arange(n), side="right")
        form = [1, 1, 1]
        form[axis] = n
        ids = ids * 10 + along.reshape(form)
        wall |= np.isin(np.arange(n), np.concatenate([cuts, cuts - 1])).reshape(form)
    raw = np.where(wall, 60, 180) + rng.normal(0, 12, shape)
    return TrainingVolume(np.clip(raw, 1, 255).astype(np.uint8), ids + 1)
