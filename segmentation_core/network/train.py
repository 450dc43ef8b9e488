"""Train: from labelled micrographs to the weights of an affinity network, in steps one can stop and resume."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from segmentation_core.network import checkpoints, loss
from segmentation_core.network.augment import Augmentation, augmentation_for
from segmentation_core.network.design import NetworkDesign, design_network
from segmentation_core.network.devices import checked_device
from segmentation_core.network.loop import teach
from segmentation_core.network.needs_torch import torch
from segmentation_core.network.samples import draw_sample
from segmentation_core.network.training_plan import TrainingPlan, default_patch
from segmentation_core.network.training_volume import TrainingVolume
from segmentation_core.network.unet import UNet


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
    plan = plan or TrainingPlan()
    design = checked_design(design, voxel_size_nm)
    shape = checked_patch(design, plan)
    settings = augmentation or augmentation_for(design.voxel_size_nm)
    if not callable(volumes):
        fixed = list(volumes)
        blank = [v.name for v in fixed if v.neuron_ids is None or not v.neuron_ids.any()]
        if not fixed or blank:
            lacking = f"{', '.join(blank)} without" if blank else "no volume"
            msg = f"training needs labelled volumes, got {lacking}; pass neuron_ids."
            raise ValueError(msg)
    where = torch.device(checked_device(device))
    torch.manual_seed(plan.seed)
    net = UNet(design)
    if start_from is not None:
        begun, _ = checkpoints.load_weights(Path(start_from))
        if begun.design != design:
            msg = f"{start_from} holds a network of another design; train it from its own design."
            raise ValueError(msg)
        net.load_state_dict(begun.state_dict())

    def terms(net: UNet, step: int) -> dict[str, torch.Tensor]:
        here = volumes(step) if callable(volumes) else volumes
        numbers = range(step * plan.batch, (step + 1) * plan.batch)
        samples = [
            draw_sample(here, shape, design.voxel_size_nm, settings, seed=plan.seed, step=n)
            for n in numbers
        ]
        targets = [loss.make_targets(sample, design) for sample in samples]
        x = torch.from_numpy(np.stack([sample.raw for sample in samples]))[:, None].to(where)
        answer, mask, descriptors, inside = (
            torch.from_numpy(np.stack(part)).to(where) for part in zip(*targets, strict=True)
        )
        affinity_logits, descriptor_logits = net(x)
        affinity = loss.affinity_loss(affinity_logits, answer, mask)
        shape_error = loss.descriptor_loss(descriptor_logits, descriptors, inside)
        total = affinity + plan.descriptor_weight * shape_error
        return {"loss": total, "affinity": affinity, "descriptors": shape_error}

    return teach(
        net,
        terms,
        Path(folder),
        plan,
        columns=("loss", "affinity", "descriptors"),
        device=str(where),
        card=card or {},
        checkpoint_seconds=checkpoint_seconds,
        stop_after_seconds=stop_after_seconds,
        on_step=on_step,
    )


def checked_design(
    design: NetworkDesign | None, voxel_size_nm: Sequence[float] | None
) -> NetworkDesign:
    """Return the design asked for, or that of the voxel size.

    Raises
    ------
    ValueError
        If there is neither.
    """
    if design is not None:
        return design
    if voxel_size_nm is None:
        msg = "training needs voxel_size_nm=(z, y, x) in nm, or a design; got neither."
        raise ValueError(msg)
    return design_network(voxel_size_nm)


def checked_patch(design: NetworkDesign, plan: TrainingPlan) -> tuple[int, int, int]:
    """Return the shape of a sample.

    Raises
    ------
    ValueError
        If the network cannot take it.
    """
    shape = plan.patch or default_patch(design)
    if any(n % m or n < 1 for n, m in zip(shape, design.multiple, strict=True)):
        msg = (
            f"patch must be a multiple of {design.multiple} (z, y, x) for this network, "
            f"got {tuple(shape)}."
        )
        raise ValueError(msg)
    return shape


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m segmentation_core.network.train",
        description="Train an affinity network on labelled micrographs; run again to resume.",
    )
    parser.add_argument("--raw", action="append", required=True, metavar="VOLUME")
    parser.add_argument("--labels", action="append", default=[], metavar="VOLUME")
    parser.add_argument("--raw-dataset", metavar="NAME", help="in HDF5, Zarr or N5")
    parser.add_argument("--labels-dataset", metavar="NAME")
    parser.add_argument(
        "--voxel-size", nargs=3, type=float, required=True, metavar=("Z", "Y", "X"), help="in nm"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--steps", type=int, default=TrainingPlan.steps)
    parser.add_argument("--batch", type=int, default=TrainingPlan.batch)
    parser.add_argument("--patch", nargs=3, type=int, metavar=("Z", "Y", "X"))
    parser.add_argument("--learning-rate", type=float, default=TrainingPlan.learning_rate)
    parser.add_argument("--features", nargs="+", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    parser.add_argument("--start-from", type=Path, metavar="WEIGHTS")
    parser.add_argument("--minutes", type=float, help="stop, with a checkpoint, after these")
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train from the command line; the return value is the exit status."""
    from segmentation_core.network.progress import step_bar
    from segmentation_core.volumes import open_volume

    given = _arguments(arguments)
    size = tuple(given.voxel_size)
    try:
        if len(given.raw) != len(given.labels):
            msg = f"{len(given.raw)} --raw but {len(given.labels)} --labels; give them in pairs."
            raise ValueError(msg)
        volumes = []
        for raw, labels in zip(given.raw, given.labels, strict=True):
            pictures = open_volume(raw, voxel_size_nm=size, dataset=given.raw_dataset, kind="image")
            ids = open_volume(
                labels, voxel_size_nm=size, dataset=given.labels_dataset, kind="labels"
            )
            volumes.append(TrainingVolume(pictures.read(), ids.read(), name=raw))
        plan = TrainingPlan(
            steps=given.steps,
            batch=given.batch,
            patch=tuple(given.patch) if given.patch else None,
            learning_rate=given.learning_rate,
            seed=given.seed,
        )
        with step_bar(given.steps, quiet=given.quiet) as on_step:
            weights = train_network(
                volumes,
                given.out,
                design=design_network(size, features=given.features),
                plan=plan,
                start_from=given.start_from,
                device=given.device,
                stop_after_seconds=None if given.minutes is None else 60 * given.minutes,
                on_step=on_step,
            )
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{weights}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
