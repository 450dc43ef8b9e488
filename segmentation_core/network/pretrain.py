"""Pretrain: a network learns what tissue looks like by filling in what was blotted out, without any label.

Masked reconstruction (He et al. 2022, doi:10.1109/CVPR52688.2022.01553) on a convolutional network:
blocks of voxels are set to the mean grey value and the network says what was there. Training then
starts from its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.network.augment import Augmentation, augmentation_for
from segmentation_core.network.checkpoints import load_weights, save_weights
from segmentation_core.network.design import NetworkDesign
from segmentation_core.network.devices import checked_device
from segmentation_core.network.loop import teach
from segmentation_core.network.needs_torch import F, torch
from segmentation_core.network.samples import draw_sample
from segmentation_core.network.train import checked_design, checked_patch
from segmentation_core.network.training_plan import TrainingPlan
from segmentation_core.network.training_volume import TrainingVolume
from segmentation_core.network.unet import UNet, depth_to_space


def blotted(
    shape: Sequence[int], block: Sequence[int], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Voxels to hide: a share of the blocks of a regular grid.

    Examples
    --------
    >>> hidden = blotted((8, 8, 8), (4, 4, 4), 0.5, np.random.default_rng(0))
    >>> hidden.mean(), hidden[:4, :4, :4].mean() in (0, 1)
    (np.float64(0.5), True)
    """
    grid = [-(-n // b) for n, b in zip(shape, block, strict=True)]
    n = int(np.prod(grid))
    hidden = np.zeros(n, bool)
    hidden[rng.permutation(n)[: round(share * n)]] = True
    hidden = hidden.reshape(grid)
    for axis, b in enumerate(block):
        hidden = hidden.repeat(b, axis)
    z, y, x = shape
    return hidden[:z, :y, :x]


def pretrain_network(
    volumes: Sequence[TrainingVolume],
    folder: str | Path,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    design: NetworkDesign | None = None,
    plan: TrainingPlan | None = None,
    augmentation: Augmentation | None = None,
    hidden_share: float = 0.5,
    device: str | None = None,
    card: dict[str, Any] | None = None,
    checkpoint_seconds: float = 120.0,
    stop_after_seconds: float | None = None,
    on_step: Callable[[dict[str, float]], None] | None = None,
) -> Path:
    """Pretrain a network on micrographs without labels, or go on with an interrupted run.

    Parameters
    ----------
    volumes : TrainingVolumes
        Micrographs; labels are not looked at.
    folder : path
        As in `train_network`.
    hidden_share : float, optional
        Share of the blocks that is hidden; a block is one point of the network's coarsest grid.
    voxel_size_nm, design, plan, augmentation, device, card, checkpoint_seconds, \
    stop_after_seconds, on_step
        As in `train_network`.

    Returns
    -------
    Path
        ``weights.pt``, for ``train_network(..., start_from=)``; its affinity head is a fresh one.

    Raises
    ------
    ValueError
        If there is no volume or `hidden_share` is not between 0 and 1.
    """
    if not volumes:
        msg = "pretraining needs at least one volume, got none."
        raise ValueError(msg)
    if not 0 < hidden_share < 1:
        msg = f"hidden_share must lie between 0 and 1, got {hidden_share}."
        raise ValueError(msg)
    plan = plan or TrainingPlan()
    design = checked_design(design, voxel_size_nm)
    shape = checked_patch(design, plan)
    settings = augmentation or augmentation_for(design.voxel_size_nm)
    where = torch.device(checked_device(device))
    torch.manual_seed(plan.seed)
    net = UNet(design)

    def terms(net: UNet, step: int) -> dict[str, torch.Tensor]:
        inputs, hidden = [], []
        for n in range(step * plan.batch, (step + 1) * plan.batch):
            sample = draw_sample(
                volumes, shape, design.voxel_size_nm, settings, seed=plan.seed, step=n
            )
            rng = np.random.default_rng([plan.seed, n, 1])
            inputs.append(sample.raw)
            hidden.append(blotted(shape, design.multiple, hidden_share, rng))
        truth = torch.from_numpy(np.stack(inputs))[:, None].to(where)
        mask = torch.from_numpy(np.stack(hidden))[:, None].to(where)
        # The affinity head lends its channels: their mean over channels is the grey value.
        fine, _ = net.features(torch.where(mask, 0.0, truth))
        answer = depth_to_space(net.affinity_head(fine), design.strides[0])
        guess = answer.mean(dim=1, keepdim=True)
        error = F.smooth_l1_loss(guess[mask], truth[mask])
        return {"loss": error}

    weights = teach(
        net,
        terms,
        Path(folder),
        plan,
        columns=("loss",),
        device=str(where),
        card=card or {},
        checkpoint_seconds=checkpoint_seconds,
        stop_after_seconds=stop_after_seconds,
        on_step=on_step,
    )
    # The head learnt to say grey values; training starts from one that has learnt nothing.
    taught, facts = load_weights(weights)
    torch.manual_seed(plan.seed)
    taught.affinity_head = UNet(design).affinity_head
    save_weights(weights, taught, facts)
    return weights
