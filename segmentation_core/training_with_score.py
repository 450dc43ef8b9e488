"""Training with a score: a part of the truth is kept back, and scored before and after.

A loss that falls says that a network learns its samples. Whether it segments better is seen on a
part that it never sees: with the weights it began with, and with those it ended with.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmentation_core.agglomeration.by_affinity import agglomerate
from segmentation_core.agglomeration.threshold_choice import best_threshold
from segmentation_core.fragments.from_affinities import watershed
from segmentation_core.metrics import adapted_rand, variation_of_information
from segmentation_core.network.bundled import require_fit
from segmentation_core.network.design import NetworkDesign, design_network
from segmentation_core.network.intensities import require_contrast
from segmentation_core.network.training_plan import TrainingPlan, default_patch
from segmentation_core.network.training_volume import TrainingVolume
from segmentation_core.predict.predictor import Predictor, affinities_of

Triple = tuple[float, float, float]

# Both parts are scored on their middle where they are larger: a score is not worth an hour.
MOST_SCORED = 8_000_000
SCORES = "scores.json"


@dataclass(frozen=True)
class HeldOutScore:
    """Errors on voxels that were not trained on, the threshold chosen on those that were."""

    adapted_rand_error: float
    voi_split_bits: float
    voi_merge_bits: float
    threshold: float

    @property
    def voi_bits(self) -> float:
        """Split and merge together."""
        return self.voi_split_bits + self.voi_merge_bits


@dataclass(frozen=True)
class ScoredTraining:
    """What a training with a score hands back.

    Attributes
    ----------
    weights : Path
        For `segment` and `predict_affinities`; the threshold goes with them as their advice.
    before, after : HeldOutScore, or None
        None where nothing was held out.
    held_out : str
        In words which part was held out.
    """

    weights: Path
    before: HeldOutScore | None
    after: HeldOutScore | None
    held_out: str


def train_and_score(
    volume: TrainingVolume,
    folder: str | Path,
    *,
    voxel_size_nm: Triple,
    held_out: float = 0.2,
    plan: TrainingPlan | None = None,
    design: NetworkDesign | None = None,
    start_from: str | Path | None = None,
    device: str | None = None,
    say: Callable[[str], None] | None = None,
    **options: Any,
) -> ScoredTraining:
    """Train an affinity network on one labelled volume, or go on with a run that was interrupted.

    Parameters
    ----------
    volume : TrainingVolume
        With labels; 0 is membrane or unknown.
    folder : path
        As of `train_network`; also ``start.pt``, the weights it began with, and ``scores.json``.
    voxel_size_nm : (z, y, x)
    held_out : float in [0, 0.5]
        Share at the end of the longest axis that is not trained on; 0 trains on everything and scores
        nothing.
    plan, design, start_from, device
        As of `train_network`. The design is that of `start_from` where there is one, and by default a
        patch is no larger than the volume needs.
    say : function, optional
        Told in words what is done next.
    **options
        Of `train_network`: ``on_step``, ``stop_after_seconds``, ``augmentation``, ...

    Returns
    -------
    ScoredTraining

    Raises
    ------
    ValueError
        Labels that say nothing in one of the parts, a folder of another run, weights for other voxels.
    """
    # torch takes a second to import, and this module comes with the package's names.
    from segmentation_core.network import checkpoints
    from segmentation_core.network.needs_torch import torch
    from segmentation_core.network.train import train_network
    from segmentation_core.network.unet import UNet

    tell = say or (lambda _: None)
    plan = plan or TrainingPlan()
    if start_from is not None:
        begun, _ = checkpoints.load_weights(Path(start_from))
        require_fit(begun.design.voxel_size_nm, voxel_size_nm, Path(start_from).name)
        design = begun.design
    elif design is None:
        design = design_network(voxel_size_nm)
    seen, fresh, words = split(volume, held_out)
    fitting = fitting_patch(design, seen.raw.shape)
    if plan.patch is None:
        plan = TrainingPlan(**{**asdict(plan), "patch": fitting})
    elif any(n > m for n, m in zip(plan.patch, whole_steps(design, seen.raw.shape), strict=True)):
        msg = (
            f"patch {tuple(plan.patch)} is larger than the volume to train on, (z, y, x) "
            f"{tuple(seen.raw.shape)}; the largest that it fills is "
            f"{whole_steps(design, seen.raw.shape)}."
        )
        raise ValueError(msg)
    target = Path(folder)
    kept = _kept_scores(target, words)
    if fresh is not None and "before" not in kept:
        start = target / "start.pt"
        if start_from is None:
            torch.manual_seed(plan.seed)  # as the training does
            begun = UNet(design)
        checkpoints.save_weights(start, begun, {})
        tell("scoring the weights to start from")
        kept["before"] = asdict(score_weights(start, seen, fresh, voxel_size_nm, device))
    kept["held_out"] = words
    _write(target, kept)
    tell("training")
    weights = train_network(
        [seen], target, design=design, plan=plan, start_from=start_from, device=device, **options
    )
    tell("scoring the trained weights" if fresh is not None else "choosing the threshold")
    after = score_weights(weights, seen, fresh or seen, voxel_size_nm, device)
    net, card = checkpoints.load_weights(weights)
    advice = {**card.get("advice", {}), "threshold": after.threshold}
    checkpoints.save_weights(weights, net, {**card, "advice": advice})
    if fresh is None:
        return ScoredTraining(weights, None, None, words)
    kept["after"] = {**asdict(after), "steps": card.get("steps")}
    _write(target, kept)
    return ScoredTraining(weights, HeldOutScore(**kept["before"]), after, words)


def split(
    volume: TrainingVolume, held_out: float
) -> tuple[TrainingVolume, TrainingVolume | None, str]:
    """Part to train on, part to score, and the cut in words.

    Examples
    --------
    >>> neurons = np.arange(160).reshape(4, 4, 10)
    >>> raw = neurons.astype(np.uint8)
    >>> seen, fresh, words = split(TrainingVolume(raw, neurons), 0.2)
    >>> seen.raw.shape, fresh.raw.shape, words
    ((4, 4, 8), (4, 4, 2), 'x from voxel 8 of 10')
    """
    if not 0 <= held_out <= 0.5:
        msg = f"held_out must be a share from 0 to 0.5, got {held_out!r}."
        raise ValueError(msg)
    if volume.neuron_ids is None:
        msg = f"training needs labelled volumes, got {volume.name} without; pass neuron_ids."
        raise ValueError(msg)
    require_contrast(volume.raw, name=volume.name)
    axis = int(np.argmax(volume.raw.shape))
    length = volume.raw.shape[axis]
    cut = length - round(held_out * length)
    parts = []
    for begin, end in ((0, cut), (cut, length)):
        box = tuple(slice(begin, end) if a == axis else slice(None) for a in range(3))
        parts.append(
            TrainingVolume(
                volume.raw[box],
                volume.neuron_ids[box],
                scale=volume.scale,  # of the whole, as when the whole is segmented
                name=volume.name,
            )
            if begin < end
            else None
        )
    seen, fresh = parts
    assert seen is not None
    for part, where in ((seen, "to train on"), (fresh, "held out")):
        if part is not None and len(np.unique(part.neuron_ids[part.neuron_ids != 0])) < 2:  # type: ignore[index]
            msg = (
                f"labels of {volume.name} have fewer than two neurons in the part {where}, so it says "
                "nothing of where one ends. Label more, or choose another share held out (--held-out)."
            )
            raise ValueError(msg)
    if fresh is None:
        return seen, None, "nothing"
    return seen, fresh, f"{'zyx'[axis]} from voxel {cut} of {length}"


def whole_steps(design: NetworkDesign, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """The volume's shape, rounded up to what the network can take."""
    z, y, x = (-(-n // step) * step for n, step in zip(shape, design.multiple, strict=True))
    return z, y, x


def fitting_patch(design: NetworkDesign, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """The default patch, or as much of it as the volume fills."""
    z, y, x = (
        min(patch, most)
        for patch, most in zip(default_patch(design), whole_steps(design, shape), strict=True)
    )
    return z, y, x


def score_weights(
    weights: Path,
    seen: TrainingVolume,
    fresh: TrainingVolume,
    voxel_size_nm: Triple,
    device: str | None = None,
) -> HeldOutScore:
    """Segment `fresh` with the threshold that is best on `seen`, and score it."""
    predictor = Predictor(voxel_size_nm, weights=weights, device=device)
    threshold = 0.5
    for part in (seen, fresh):
        raw, truth = _middle(part)
        affinities, offsets = affinities_of(raw, predictor)
        fragments = watershed(affinities, offsets, voxel_size_nm=voxel_size_nm)
        tree = agglomerate(fragments, affinities, offsets)
        if part is seen:
            threshold = best_threshold(tree, fragments, truth)
        labels = tree.segments(fragments, threshold)
    split_bits, merge_bits = variation_of_information(truth, labels)
    return HeldOutScore(
        adapted_rand_error=adapted_rand(truth, labels).error,
        voi_split_bits=split_bits,
        voi_merge_bits=merge_bits,
        threshold=threshold,
    )


def _middle(part: TrainingVolume) -> tuple[Any, Any]:
    """Micrographs and labels, cut to their middle where there are too many."""
    assert part.neuron_ids is not None
    shrink = min(1.0, (MOST_SCORED / part.raw.size) ** (1 / 3))
    box = tuple(
        slice(round(n * (1 - shrink) / 2), round(n * (1 + shrink) / 2)) for n in part.raw.shape
    )
    return part.raw[box], part.neuron_ids[box].astype(np.uint64)


def _kept_scores(folder: Path, words: str) -> dict[str, Any]:
    """What a run that is gone on with has scored already."""
    file = folder / SCORES
    if file.exists():
        kept: dict[str, Any] = json.loads(file.read_text())
        if kept.get("held_out") != words:
            msg = (
                f"{folder} is of a run that held out {kept.get('held_out')}, this one would hold out "
                f"{words}. Go on with the same volume and share, or choose another folder."
            )
            raise ValueError(msg)
        return kept
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists and is no run of this command. Choose another name."
        raise ValueError(msg)
    return {}


def _write(folder: Path, scores: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    staging = folder / f".{SCORES}"
    staging.write_text(json.dumps(scores, indent=2) + "\n")
    staging.replace(folder / SCORES)
