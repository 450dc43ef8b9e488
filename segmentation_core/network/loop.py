"""Loop: step after step of an optimiser, with running mean, log and checkpoints; what is learnt comes from outside."""

from __future__ import annotations

import copy
import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from segmentation_core.network import checkpoints
from segmentation_core.network.design import NetworkDesign
from segmentation_core.network.needs_torch import torch
from segmentation_core.network.progress import LossLog
from segmentation_core.network.training_plan import TrainingPlan
from segmentation_core.network.unet import UNet

# The network and a step to named terms of the loss; the first is what is minimised.
Terms = Callable[[UNet, int], dict[str, torch.Tensor]]


def _average_into(mean: UNet, net: UNet, memory: float) -> None:
    with torch.no_grad():
        for a, b in zip(mean.parameters(), net.parameters(), strict=True):
            a.lerp_(b, 1 - memory)


def teach(
    net: UNet,
    terms: Terms,
    folder: Path,
    plan: TrainingPlan,
    *,
    columns: tuple[str, ...],
    device: str,
    card: dict[str, Any],
    checkpoint_seconds: float,
    stop_after_seconds: float | None,
    on_step: Callable[[dict[str, float]], None] | None,
) -> Path:
    """Run a plan to its end, or go on with the checkpoint found in `folder`.

    Parameters
    ----------
    net : UNet
        Changed in place: a fresh network, this function's own.
    terms : function
        Of the network and a step; must depend on nothing else, or resuming changes the result.
    folder : Path
        Holds ``checkpoint.pt``, ``weights.pt``, ``losses.csv``, ``losses.png``.
    plan : TrainingPlan
        Steps, rates.
    columns : strs
        Names of the terms.
    device : str
        Torch device.
    card : dict
        Plain values kept with the weights.
    checkpoint_seconds, stop_after_seconds, on_step
        As in `train_network`.

    Returns
    -------
    Path
        ``weights.pt``: the running mean of the network.
    """
    design = net.design
    mean = copy.deepcopy(net)
    channels_last: Any = torch.channels_last_3d
    for model in (net, mean):
        move: Any = model.to
        move(torch.device(device), memory_format=channels_last)
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
    log = LossLog(folder, step, columns)
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
        facts = {**card, "steps": step, "plan": dataclasses.asdict(plan)}
        checkpoints.save_weights(weights, mean, facts)
        log.draw()

    begun_at = saved_at = time.monotonic()
    while step < plan.steps:
        at = time.monotonic()
        rate = plan.rate(step)
        for group in optimiser.param_groups:
            group["lr"] = rate
        parts = terms(net, step)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(parts[columns[0]])
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), plan.gradient_limit)
        if not torch.isfinite(norm):
            msg = f"the gradient of step {step} is not finite; lower the learning rate ({rate})."
            raise FloatingPointError(msg)
        optimiser.step()
        _average_into(mean, net, min(plan.averaging, (1 + step) / (10 + step)))
        row: dict[str, float] = {"step": step}
        row.update({name: parts[name].item() for name in columns})
        row.update(gradient=norm.item(), learning_rate=rate, seconds=time.monotonic() - at)
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
