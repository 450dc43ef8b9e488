"""Training plan: how long a network is taught, on how much at a time, and how fast it may change."""

from __future__ import annotations

import dataclasses

from segmentation_core.network.design import NetworkDesign


@dataclasses.dataclass(frozen=True)
class TrainingPlan:
    """How a network is taught.

    Parameters
    ----------
    steps : int
        Steps in total; a resumed run goes on until it has done as many.
    batch : int
        Samples per step.
    patch : (z, y, x) ints, optional
        Shape of a sample; by default `default_patch`.
    learning_rate : float
        Of AdamW, after `warmup` steps and until the last `cooldown` share of the steps, over which
        it falls to zero.
    warmup : int
        Steps of rising learning rate.
    cooldown : float
        Share of the steps with falling learning rate.
    weight_decay, descriptor_weight, gradient_limit : float
        Of AdamW; of the descriptors beside the affinities; largest norm of a gradient.
    averaging : float
        Weights kept are a running mean with this memory per step (Polyak).
    seed : int
        Start of all randomness.
    """

    steps: int = 2000
    batch: int = 2
    patch: tuple[int, int, int] | None = None
    learning_rate: float = 2e-3
    warmup: int = 50
    cooldown: float = 0.25
    weight_decay: float = 1e-3
    descriptor_weight: float = 2.0
    gradient_limit: float = 1.0
    averaging: float = 0.995
    seed: int = 0

    def rate(self, step: int) -> float:
        """Learning rate of a step, counted from 0."""
        falling = max(1, round(self.steps * self.cooldown))
        left = (self.steps - step) / falling
        return self.learning_rate * min(1.0, (step + 1) / max(1, self.warmup), left)


def default_patch(design: NetworkDesign) -> tuple[int, int, int]:
    """Shape of a sample, some 300 000 voxels, for a network of this design."""
    if min(design.strides[0]) > 1:
        return 48, 80, 80
    return 14, 160, 160
