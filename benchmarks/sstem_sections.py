"""Real sections: train on the first ten of a fly larva's nerve cord, test on the last five.

python -m benchmarks --job sections                 400 steps, some minutes; weights are not kept
python -m benchmarks.sstem_sections --steps 2000

The volume (Gerhard et al. 2013, doi:10.6084/m9.figshare.856713) is CC BY-NC-SA: it is looked for
where NEUROPIL_DATA points, and nothing trained on it leaves the temporary folder. Thresholds are
chosen on the training sections. The bundled network, which has seen simulation alone, is scored
beside it as it is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from segmentation_core.metrics import match_synapses

from .measure import Row, absent, data_file, installed

FILE = "vnc_sstem_sections_00_14.h5"
VOXEL_NM = (47.5, 4.6, 4.6)
TRAIN, TEST = slice(0, 10), slice(10, 15)
STEM = (1, 2, 2)
LEAST_NM3 = 2e5
REACH_NM = 250.0


def coarse(mask: np.ndarray, stem: tuple[int, int, int]) -> np.ndarray:
    """A point of the grid is what half of its voxels are."""
    z, y, x = (n // s for n, s in zip(mask.shape, stem, strict=True))
    cut = mask[: z * stem[0], : y * stem[1], : x * stem[2]]
    parts = cut.reshape(z, stem[0], y, stem[1], x, stem[2])
    return parts.mean(axis=(1, 3, 5), dtype=np.float32) >= 0.5


def best_threshold(p: np.ndarray, truth: np.ndarray) -> int:
    """Value from 0 to 255 from which on "yes" gives the best F."""
    yes = np.bincount(p[truth], minlength=256)[::-1].cumsum()[::-1]
    all_of = np.bincount(p.ravel(), minlength=256)[::-1].cumsum()[::-1]
    return int(np.argmax(2 * yes / np.maximum(all_of + truth.sum(), 1)))


def voxel_scores(p: np.ndarray, truth: np.ndarray, threshold: int) -> dict[str, float]:
    """Precision, recall and F of points, and average precision over all thresholds."""
    said = p >= threshold
    both = int((said & truth).sum())
    yes = np.bincount(p[truth], minlength=256)[::-1].cumsum()
    all_of = np.bincount(p.ravel(), minlength=256)[::-1].cumsum()
    recall = yes / max(int(truth.sum()), 1)
    average = float((np.diff(recall, prepend=0) * yes / np.maximum(all_of, 1)).sum())
    return {
        "precision": both / max(int(said.sum()), 1),
        "recall": both / max(int(truth.sum()), 1),
        "f": 2 * both / max(int(said.sum() + truth.sum()), 1),
        "average_precision": average,
    }


def places(mask: np.ndarray, step_nm: np.ndarray) -> pd.DataFrame:
    """Middles of the connected pieces of a mask that are no specks."""
    import cc3d

    pieces = cc3d.connected_components(mask.astype(np.uint8), connectivity=26)
    stats = cc3d.statistics(pieces)
    large = np.flatnonzero(stats["voxel_counts"] * step_nm.prod() >= LEAST_NM3)
    large = large[large > 0]
    middle = stats["centroids"][large].reshape(-1, 3) * step_nm
    return pd.DataFrame(middle, columns=["z_nm", "y_nm", "x_nm"])


def object_scores(said: np.ndarray, truth: np.ndarray, step_nm: np.ndarray) -> dict[str, float]:
    """Precision, recall and F of whole synapses, matched one to one within 250 nm."""
    a, b = places(truth, step_nm), places(said, step_nm)
    n = len(match_synapses(a, b, reach_nm=REACH_NM))
    return {
        "precision": n / max(len(b), 1),
        "recall": n / max(len(a), 1),
        "f": 2 * n / max(len(a) + len(b), 1),
        "n_truth": len(a),
        "n_found": len(b),
    }


def scores_of_net(
    name: str,
    net: Any,
    raw: np.ndarray,
    truths: list[tuple[str, int, np.ndarray]],
    device: Any,
) -> Iterator[tuple[str, dict[str, float]]]:
    """Scores of channels of a network on the test sections."""
    from segmentation_core.network.intensities import measure_intensities
    from segmentation_core.synapses.prediction import predict_maps

    scale = measure_intensities(raw[TRAIN])
    learnt = predict_maps(raw[TRAIN], net, scale=scale, device=device)
    tested = predict_maps(raw[TEST], net, scale=scale, device=device)
    stem = net.design.stem
    step = np.array(VOXEL_NM) * stem
    for what, channel, mask in truths:
        seen, fresh = coarse(mask[TRAIN], stem), coarse(mask[TEST], stem)
        threshold = best_threshold(learnt[channel], seen)
        yield f"{name}: {what}, points", voxel_scores(tested[channel], fresh, threshold)
        if what == "synapses":
            said = tested[channel] >= threshold
            yield f"{name}: {what}, whole", object_scores(said, fresh, step)


def trained(raw: np.ndarray, masks: list[np.ndarray], steps: int, device: Any, on_step: Any) -> Any:
    """A network of the kind that finds synapses, taught on the first sections."""
    from segmentation_core.network.intensities import measure_intensities
    from segmentation_core.synapses.net import SynapseDesign
    from segmentation_core.synapses.targets import SynapseTargets
    from segmentation_core.synapses.training import (
        SynapsePlan,
        SynapseVolume,
        train_synapse_network,
    )

    scale = measure_intensities(raw[TRAIN])
    answer = np.stack([coarse(mask[TRAIN], STEM) for mask in masks])
    volume = SynapseVolume(
        scale.standardise(raw[TRAIN]), SynapseTargets(answer, np.ones_like(answer)), VOXEL_NM
    )
    design = SynapseDesign(
        voxel_sizes_nm=(VOXEL_NM,),
        stem=STEM,
        features=(12, 24, 48),
        channels=("synapse", "membrane"),
    )
    plan = SynapsePlan(steps=steps, patch=(4, 128, 128), at_synapses=0.6, positive_weight=2.0)
    with tempfile.TemporaryDirectory() as folder:
        return train_synapse_network(
            [volume], folder, design=design, plan=plan, device=device, on_step=on_step
        )


def all_scores(
    file: Any, steps: int, device: Any, on_step: Any, cut: int | None = None
) -> Iterator[tuple[str, dict[str, float]]]:
    """Train, then score what was trained and the bundled network; `cut` pixels of each side alone."""
    import h5py

    from segmentation_core.synapses.weights_file import bundled_models, load_synapse_model

    with h5py.File(file) as held:
        raw = held["raw"][:, :cut, :cut]
        membranes, synapses = (held[k][:, :cut, :cut] > 0 for k in ("membranes", "synapses"))
    net = trained(raw, [synapses, membranes], steps, device, on_step)
    both = [("synapses", 0, synapses), ("membranes", 1, membranes)]
    yield from scores_of_net(f"{steps} steps on sections 0-9", net, raw, both, device)
    for name, path in bundled_models().items():
        model = load_synapse_model(path)
        yield from scores_of_net(
            f"bundled {name}, simulation only", model.net, raw, both[:1], device
        )


def in_words(scores: dict[str, float]) -> str:
    """Scores in a line."""
    return ", ".join(
        f"{key.replace('_', ' ')} {value:g}"
        if key.startswith("n_")
        else f"{key.replace('_', ' ')} {value:.3f}"
        for key, value in scores.items()
    )


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """Scores on sections 10-14."""
    job, name = "real sections 10-14", FILE
    if not installed("torch"):
        yield Row(job=job, graph=name, ours=float("nan"), peer="torch")
        return
    file = data_file(FILE)
    if file is None:
        yield absent(job, name)
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        steps, cut = (2, 256) if quick else (400, None)
        for what, scores in all_scores(file, steps, "cpu", None, cut):
            yield Row(job=job, graph=what, ours=float("nan"), bound=in_words(scores))
    finally:
        torch.set_num_threads(threads)


def main() -> None:
    """Train, test, print."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default=None)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    file = data_file(FILE)
    if file is None:
        sys.exit(f"{FILE} is not at hand; set NEUROPIL_DATA to the folder of the data")
    print("real ssTEM, fly larva nerve cord: trained on sections 0-9, scored on 10-14", flush=True)

    def told(row: dict[str, float]) -> None:
        if row["step"] % 50 == 0:
            print(f"step {row['step']:.0f}  loss {row['loss']:.3f}", flush=True)

    for what, scores in all_scores(file, options.steps, options.device, told):
        print(f"{what:48s}{in_words(scores)}", flush=True)


if __name__ == "__main__":
    main()
