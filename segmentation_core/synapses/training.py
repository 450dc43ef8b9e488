"""Training: patches around synapses and elsewhere, a few minutes of gradient descent, a weights file."""

from __future__ import annotations

import copy
import csv
import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from segmentation_core.network.augment import (
    Augmentation,
    change_intensities,
    spoil_sections,
    symmetries,
)
from segmentation_core.network.checkpoints import read_checkpoint, write_atomically
from segmentation_core.network.devices import checked_device
from segmentation_core.network.intensities import measure_intensities

from .net import SynapseDesign, SynapseNet
from .targets import SynapseTargets

AUGMENTATION = Augmentation(
    contrast=0.15,
    brightness=0.15,
    gamma=0.15,
    noise=0.2,
    section_brightness=0.1,
    missing_section=0.005,
    faint_section=0.01,
    damaged_section=0.01,
)


class SynapseVolume(NamedTuple):
    """A volume to learn from: standardised grey values, and targets on the grid."""

    raw: NDArray[np.float32]
    targets: SynapseTargets
    voxel_size_nm: tuple[float, float, float]


def synapse_volume(
    raw: NDArray[np.uint8],
    targets: SynapseTargets,
    voxel_size_nm: Sequence[float],
) -> SynapseVolume:
    """Standardise the grey values of a training volume, as detection will."""
    z, y, x = (float(size) for size in voxel_size_nm)
    return SynapseVolume(measure_intensities(raw).standardise(raw), targets, (z, y, x))


@dataclasses.dataclass(frozen=True, kw_only=True)
class SynapsePlan:
    """How a synapse network is taught.

    Parameters
    ----------
    steps, batch : int
        Steps of gradient descent, patches in each.
    patch : (z, y, x) ints
        Shape of a patch in voxels.
    learning_rate, warmup, cooldown, weight_decay, averaging : float
        Of AdamW: rate, steps of rise, share of steps of fall; running mean of the weights.
    at_synapses : float
        Share of patches that are centred near a synapse.
    positive_weight : float
        Weight of "yes" beside "no", which is far more frequent.
    seed : int
    """

    steps: int = 4000
    batch: int = 1
    patch: tuple[int, int, int] = (8, 128, 128)
    learning_rate: float = 4e-3
    warmup: int = 30
    cooldown: float = 0.4
    weight_decay: float = 1e-3
    averaging: float = 0.99
    at_synapses: float = 0.75
    positive_weight: float = 4.0
    seed: int = 0

    def rate(self, step: int) -> float:
        """Learning rate of a step, counted from 0."""
        left = (self.steps - step) / max(1, round(self.steps * self.cooldown))
        return self.learning_rate * min(1.0, (step + 1) / max(1, self.warmup), left)


def draw_patch(
    volumes: Sequence[SynapseVolume], plan: SynapsePlan, stem: Sequence[int], step: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
    """Patch number `step`: grey values, answers, where they count. The same step, the same patch."""
    rng = np.random.default_rng([plan.seed, step])
    volume = volumes[int(rng.integers(len(volumes)))]
    grid = volume.targets.answer.shape[1:]
    size = [p // s for p, s in zip(plan.patch, stem, strict=True)]
    cleft = np.argwhere(volume.targets.answer[0])
    if len(cleft) and rng.random() < plan.at_synapses:
        aim = cleft[int(rng.integers(len(cleft)))] + rng.integers(-12, 13, 3) // (3, 1, 1)
        start = [int(a) - n // 2 for a, n in zip(aim, size, strict=True)]
    else:
        start = [int(rng.integers(0, max(1, g - n + 1))) for g, n in zip(grid, size, strict=True)]
    start = [min(max(0, a), max(0, g - n)) for a, g, n in zip(start, grid, size, strict=True)]
    coarse = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
    fine = tuple(slice(a * s, (a + n) * s) for a, n, s in zip(start, size, stem, strict=True))
    ways = symmetries((3.0, 1.0, 1.0))
    order, flips = ways[int(rng.integers(len(ways)))]
    raw = np.flip(volume.raw[fine].transpose(order), tuple(flips))
    later, mirrored = [0, *(a + 1 for a in order)], tuple(a + 1 for a in flips)
    answer, counts = (
        np.ascontiguousarray(np.flip(a[(slice(None), *coarse)].transpose(later), mirrored))
        for a in volume.targets
    )
    raw = change_intensities(raw, AUGMENTATION, rng)
    raw = spoil_sections(raw, AUGMENTATION, rng)
    return np.ascontiguousarray(raw), answer, counts


def synapse_loss(
    logits: torch.Tensor, answer: torch.Tensor, counts: torch.Tensor, positive_weight: float
) -> torch.Tensor:
    """Cross-entropy over what counts, and one minus the overlap (Dice) of each channel."""
    # The first two are rare; the others are asked for only where they are about even.
    weight = torch.ones(logits.shape[1], 1, 1, 1, device=logits.device)
    weight[:2] = positive_weight
    entropy = F.binary_cross_entropy_with_logits(
        logits, answer, pos_weight=weight, reduction="none"
    )
    axes = (0, 2, 3, 4)
    per_channel = (entropy * counts).sum(axes) / counts.sum(axes).clamp(min=1)
    p = torch.sigmoid(logits) * counts
    both, sum_of = (p * answer).sum(axes), p.sum(axes) + (answer * counts).sum(axes)
    dice = 1 - (2 * both + 1) / (sum_of + 1)
    return per_channel.sum() + 0.3 * dice[:2].mean()


def train_synapse_network(
    volumes: Sequence[SynapseVolume],
    folder: str | Path,
    *,
    design: SynapseDesign,
    plan: SynapsePlan | None = None,
    start_from: SynapseNet | None = None,
    card: dict[str, Any] | None = None,
    device: str | None = None,
    checkpoint_seconds: float = 60.0,
    on_step: Callable[[dict[str, float]], None] | None = None,
) -> SynapseNet:
    """Train a synapse network, or go on with a run that was interrupted.

    Parameters
    ----------
    volumes : SynapseVolumes
    folder : path
        Holds ``checkpoint.pt`` and ``losses.csv``; a checkpoint found there is gone on with.
    design : SynapseDesign
    plan : SynapsePlan, optional
    start_from : SynapseNet, optional
        Begin with its weights.
    card : dict, optional
        Plain values kept in the checkpoint.
    device : str, optional
        Torch device; by default CUDA, then MPS, then the CPU.
    checkpoint_seconds : float
        Time between checkpoints.
    on_step : function of a dict, optional
        Told ``step``, ``loss`` and ``seconds`` after each step.

    Returns
    -------
    SynapseNet
        With the running mean of the weights, on the CPU.

    Raises
    ------
    ValueError
        Nothing to learn from, or a patch that does not fit the design.
    """
    plan = plan or SynapsePlan()
    if not volumes:
        msg = "training needs at least one volume with synapses, got none."
        raise ValueError(msg)
    if any(n % m for n, m in zip(plan.patch, design.multiple, strict=True)):
        msg = f"patch must be a multiple of {design.multiple} (z, y, x), got {plan.patch}."
        raise ValueError(msg)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    where = torch.device(checked_device(device))
    torch.manual_seed(plan.seed)
    net = SynapseNet(design)
    if start_from is not None:
        net.load_state_dict(start_from.state_dict())
    mean = copy.deepcopy(net)
    net.to(where)
    mean.to(where)
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay
    )
    step, file = 0, folder / "checkpoint.pt"
    if file.exists():
        saved = read_checkpoint(file)
        if SynapseDesign.from_dict(json.loads(saved["design"])) != design:
            msg = f"{file} is of a network of another design; choose another folder."
            raise ValueError(msg)
        net.load_state_dict(saved["net"])
        mean.load_state_dict(saved["mean"])
        optimiser.load_state_dict(saved["optimiser"])
        step = int(saved["step"])

    def save() -> None:
        write_atomically(
            file,
            {
                "design": json.dumps(design.to_dict()),
                "card": json.dumps(card or {}),
                "step": step,
                "net": net.state_dict(),
                "mean": mean.state_dict(),
                "optimiser": optimiser.state_dict(),
            },
        )

    saved_at = time.monotonic()
    while step < plan.steps:
        begun = time.monotonic()
        drawn = [
            draw_patch(volumes, plan, design.stem, step * plan.batch + k) for k in range(plan.batch)
        ]
        raw, answer, counts = (
            torch.from_numpy(np.stack(part)).to(where, torch.float32)
            for part in zip(*drawn, strict=True)
        )
        for group in optimiser.param_groups:
            group["lr"] = plan.rate(step)
        loss = synapse_loss(net(raw[:, None]), answer, counts, plan.positive_weight)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        if not torch.isfinite(norm):
            msg = f"the gradient of step {step} is not finite; lower learning_rate."
            raise FloatingPointError(msg)
        optimiser.step()
        memory = min(plan.averaging, (1 + step) / (10 + step))
        with torch.no_grad():
            for a, b in zip(mean.parameters(), net.parameters(), strict=True):
                a.lerp_(b, 1 - memory)
        row = {"step": step, "loss": loss.item(), "seconds": time.monotonic() - begun}
        _log(folder / "losses.csv", row)
        step += 1
        if on_step is not None:
            on_step(row)
        if time.monotonic() - saved_at > checkpoint_seconds:
            save()
            saved_at = time.monotonic()
    save()
    return mean.cpu().eval()


def finished_network(folder: str | Path, plan: SynapsePlan) -> SynapseNet | None:
    """Network of a run in `folder` that has done all its steps; None if there is none."""
    file = Path(folder) / "checkpoint.pt"
    if not file.exists():
        return None
    saved = read_checkpoint(file)
    if int(saved["step"]) < plan.steps:
        return None
    net = SynapseNet(SynapseDesign.from_dict(json.loads(saved["design"])))
    net.load_state_dict(saved["mean"])
    return net.eval()


def _log(file: Path, row: dict[str, float]) -> None:
    new = not file.exists()
    with file.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(row))
        if new:
            writer.writeheader()
        writer.writerow(row)
