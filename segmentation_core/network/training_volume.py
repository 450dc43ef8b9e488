"""Training volume: micrographs beside the neurons someone found in them, checked once at the door."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.network.intensities import IntensityScale, checked_raw, measure_intensities


@dataclasses.dataclass(frozen=True)
class TrainingVolume:
    """One labelled (or, for pretraining, unlabelled) volume.

    Parameters
    ----------
    raw : (z, y, x) uint8
        The micrographs.
    neuron_ids : (z, y, x) integers, optional
        A label per voxel, 0 = membrane or unknown; needed for training, not for pretraining.
    scale : IntensityScale, optional
        Mean and spread of the volume it was cut from; measured when not given.
    name : str, optional
        For messages.
    weight : float, optional
        How often it is drawn, beside its size in voxels.
    """

    raw: NDArray[np.uint8]
    neuron_ids: NDArray[np.integer[Any]] | None = None
    scale: IntensityScale | None = None
    name: str = "volume"
    weight: float = 1.0

    def __post_init__(self) -> None:
        raw = np.asarray(self.raw)
        checked_raw(raw, name=f"raw of {self.name}")
        object.__setattr__(self, "raw", raw)
        if self.neuron_ids is not None:
            ids = np.asarray(self.neuron_ids)
            if ids.shape != raw.shape or ids.dtype.kind not in "iu":
                msg = (
                    f"neuron_ids of {self.name} must be integers of the shape of raw, {raw.shape}, "
                    f"got {ids.shape} of {ids.dtype}."
                )
                raise ValueError(msg)
            # Small ids compare faster; which neuron is which does not matter here.
            _, small = np.unique(ids, return_inverse=True)
            small = small.reshape(ids.shape).astype(np.int32)
            if ids.size and ids.min() != 0:
                small += 1
            object.__setattr__(self, "neuron_ids", small)
        if self.scale is None:
            object.__setattr__(self, "scale", measure_intensities(raw))
