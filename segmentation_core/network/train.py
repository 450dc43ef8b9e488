"""Train: from labelled micrographs to the weights of an affinity network, in steps one can stop and resume."""

from __future__ import annotations

import copy
import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from segmentation_core.network import checkpoints, loss
from segmentation_core.network.augment import (
    ANISOTROPIC_AUGMENTATION,
    ISOTROPIC_AUGMENTATION,
    Augmentation,
)
from segmentation_core.network.design import NetworkDesign, design_network
from segmentation_core.network.devices import pick_device
from segmentation_core.network.needs_torch import torch
from segmentation_core.network.progress import LossLog
from segmentation_core.network.samples import draw_sample
from segmentation_core.network.training_plan import TrainingPlan, default_patch
from segmentation_core.network.training_volume import TrainingVolume
from segmentation_core.network.unet import UNet


def _average_into(mean: UNet, net: UNet, memory: float) -> None:
    with torch.no_grad():
        for a, b in zip(mean.parameters(), net.parameters(), strict=True):
            a.lerp_(b, 1 - memory)


def train_network(
    volumes: Sequence[TrainingVolume] | Callable[[int], Sequence[TrainingVolume]],
    folder: str | Path,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    design: NetworkDesign | None = None,
    plan: TrainingPlan | None = None,
    augmentation: Augmentation | None = None,
    start_from: str | Path | None = None,
    device: str | None = None,
    card: dict[str, Any] | None = None,
    checkpoint_seconds: float = 120.0,
    stop_after_seconds: float | None = None,
    on_step: Callable[[dict[str, float]], None] | None = None,
) -> Path:
    """Train an affinity network, or go on with a run that was interrupted.

    Parameters
    ----------
    volumes : TrainingVolumes, or a function from step to TrainingVolumes
        What to learn from; the function serves simulations, and must depend on the step alone.
    folder : path
        Holds ``checkpoint.pt``, ``weights.pt``, ``losses.csv`` and ``losses.png``. A checkpoint
        found there is gone on with.
    voxel_size_nm : (z, y, x) floats
        Size of a voxel; not needed with `design`.
    design : NetworkDesign, optional
        Shape of the network; by default `design_network` of the voxel size.
    plan : TrainingPlan, optional
        How to teach it.
    augmentation : Augmentation, optional
        By default that for isotropic or for anisotropic voxels.
    start_from : path, optional
        Weights of a network of the same design to begin with, e.g. from pretraining.
    device : str, optional
        Torch device; by default CUDA, then MPS, then the CPU.
    card : dict, optional
        Plain values kept with the weights: data, licence.
    checkpoint_seconds : float, optional
        Time between checkpoints.
    stop_after_seconds : float, optional
        Stop, with a checkpoint, after this time.
    on_step : function of a dict, optional
        Told step, losses and learning rate after each step, for a progress bar.

    Returns
    -------
    Path
        ``weights.pt``, for `predict_affinities`. On the CPU a resumed run ends with the very
        weights of an uninterrupted one.

    Raises
    ------
    ValueError
        If there is nothing to learn from, or the checkpoint is of another design.
    """
    folder = Path(folder)
    plan = plan or TrainingPlan()
    if design is None:
        if voxel_size_nm is None:
            msg = "train_network needs voxel_size_nm=(z, y, x) in nm, or a design; got neither."
            raise ValueError(msg)
        design = design_network(voxel_size_nm)
    size = design.voxel_size_nm
    if augmentation is None:
        thick = max(size) >= 2 * min(size)
        augmentation = ANISOTROPIC_AUGMENTATION if thick else ISOTROPIC_AUGMENTATION
    shape = plan.patch or default_patch(design)
    if any(n % m for n, m in zip(shape, design.multiple, strict=True)):
        msg = (
            f"patch must be a multiple of {design.multiple} (z, y, x) for this network, "
            f"got {tuple(shape)}."
        )
        raise ValueError(msg)
    if not callable(volumes):
        fixed = list(volumes)
        if not fixed or any(v.neuron_ids is None or not v.neuron_ids.any() for v in fixed):
            msg = f"training needs labelled volumes, got {len(fixed)} of which some have no label."
            raise ValueError(msg)
    where = torch.device(device or pick_device())
    torch.manual_seed(plan.seed)
    net = UNet(design)
    if start_from is not None:
        begun, _ = checkpoints.load_weights(Path(start_from))
        if begun.design != design:
            msg = f"{start_from} holds a network of another design; train it from its own design."
            raise ValueError(msg)
        net.load_state_dict(begun.state_dict())
    mean = copy.deepcopy(net)
    channels_last: Any = torch.channels_last_3d
    for model in (net, mean):
        move: Any = model.to
        move(where, memory_format=channels_last)
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay
    )
    step = 0
    file = folder / "checkpoint.pt"
    if file.exists():
        saved = checkpoints.read_checkpoint(file)
        if NetworkDesign.from_dict(json.loads(saved["design"])) != design:
            msg = f"{file} is of a network of another design; choose another folder."
            raise ValueError(msg)
        net.load_state_dict(saved["net"])
        mean.load_state_dict(saved["mean"])
        optimiser.load_state_dict(saved["optimiser"])
        step = int(saved["step"])
    log = LossLog(folder, step)
    weights = folder / "weights.pt"

    def save() -> None:
        content = {
            "design": json.dumps(design.to_dict()),
            "step": step,
            "net": net.state_dict(),
            "mean": mean.state_dict(),
            "optimiser": optimiser.state_dict(),
        }
        checkpoints.write_atomically(file, content)
        facts = {**(card or {}), "steps": step, "plan": dataclasses.asdict(plan)}
        checkpoints.save_weights(weights, mean, facts)
        log.draw()

    begun_at = saved_at = time.monotonic()
    while step < plan.steps:
        at = time.monotonic()
        here = volumes(step) if callable(volumes) else volumes
        samples = [
            draw_sample(here, shape, size, augmentation, seed=plan.seed, step=step * plan.batch + k)
            for k in range(plan.batch)
        ]
        targets = [loss.make_targets(sample, design) for sample in samples]
        x = torch.from_numpy(np.stack([sample.raw for sample in samples]))[:, None].to(where)
        answer, mask, descriptors, inside = (
            torch.from_numpy(np.stack(part)).to(where) for part in zip(*targets, strict=True)
        )
        rate = plan.rate(step)
        for group in optimiser.param_groups:
            group["lr"] = rate
        affinity_logits, descriptor_logits = net(x)
        affinity = loss.affinity_loss(affinity_logits, answer, mask)
        shape_error = loss.descriptor_loss(descriptor_logits, descriptors, inside)
        total = affinity + plan.descriptor_weight * shape_error
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), plan.gradient_limit)
        if not torch.isfinite(norm):
            msg = f"the gradient of step {step} is not finite; lower the learning rate ({rate})."
            raise FloatingPointError(msg)
        optimiser.step()
        _average_into(mean, net, min(plan.averaging, (1 + step) / (10 + step)))
        row = {
            "step": step,
            "loss": total.item(),
            "affinity": affinity.item(),
            "descriptors": shape_error.item(),
            "gradient": norm.item(),
            "learning_rate": rate,
            "seconds": time.monotonic() - at,
        }
        step += 1
        log.append(row)
        if on_step is not None:
            on_step(row)
        now = time.monotonic()
        if now - saved_at > checkpoint_seconds:
            save()
            saved_at = now
        if stop_after_seconds is not None and now - begun_at > stop_after_seconds:
            break
    save()
    return weights
