"""Whether pretraining pays where labels are few: ``python tools/measure_pretraining.py --data DIR --out DIR``.

A network is pretrained on sections 0 to 79 of fib25_train without labels. Then two networks, that one and a
fresh one, are trained for as many steps on the same few labelled sections (by default 8), and judged on
sections 80 to 109 with labels neither has seen: the loss of the affinities, and the adapted Rand error and
variation of information at each network's best threshold (a bound, the same for both).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

import segmentation_core as sc
from segmentation_core.network import loss
from segmentation_core.network.augment import Sample
from segmentation_core.network.checkpoints import load_weights
from segmentation_core.network.design import design_network
from segmentation_core.network.pretrain import pretrain_network
from segmentation_core.network.progress import step_bar
from segmentation_core.network.train import train_network
from segmentation_core.network.training_plan import TrainingPlan
from segmentation_core.network.training_volume import TrainingVolume

VOXEL_SIZE_NM = (10.0, 10.0, 10.0)


def judged(weights: Path, test: TrainingVolume) -> dict[str, float]:
    """Loss on a volume, and the scores of its segmentation at the best threshold."""
    net, _ = load_weights(weights)
    shape = tuple(n - n % m for n, m in zip(test.raw.shape, net.design.multiple, strict=True))
    crop = tuple(slice(0, n) for n in shape)
    ids = test.neuron_ids[crop].astype(np.int32)
    sample = Sample(test.scale.standardise(test.raw[crop]), ids, np.zeros(shape, bool))
    targets = loss.make_targets(sample, net.design)
    with torch.no_grad():
        logits, _ = net(torch.from_numpy(sample.raw)[None, None])
        answer, mask = (torch.from_numpy(a)[None] for a in targets[:2])
        result = {"loss": loss.affinity_loss(logits, answer, mask).item()}
    found = sc.predict_affinities(test.raw, voxel_size_nm=VOXEL_SIZE_NM, weights=weights)
    fragments = sc.watershed(*found, voxel_size_nm=VOXEL_SIZE_NM)
    tree = sc.agglomerate(fragments, *found)
    errors, bits = [], []
    for threshold in np.arange(0.15, 0.8, 0.05):
        names = np.concatenate([np.zeros(1, np.uint64), tree.cut(threshold)])
        segments = names[fragments]
        errors.append(sc.metrics.adapted_rand(test.neuron_ids, segments).error)
        voi = sc.metrics.variation_of_information(test.neuron_ids, segments)
        bits.append(voi.split + voi.merge)
    return {**result, "adapted_rand_error": min(errors), "voi_bits": min(bits)}


def main() -> int:
    """Pretrain once, train twice, print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--labelled-sections", type=int, default=8)
    parser.add_argument("--pretraining-steps", type=int, default=400)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--features", type=int, nargs="+", default=[16, 32, 64])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    path = given.data / "fib25_train.h5"
    raw = sc.open_volume(path, dataset="raw", voxel_size_nm=VOXEL_SIZE_NM).read()
    ids = sc.open_volume(path, dataset="neuron_ids", voxel_size_nm=VOXEL_SIZE_NM).read()
    few = slice(0, given.labelled_sections)
    unlabelled = TrainingVolume(raw[:80])
    scale = unlabelled.scale
    labelled = TrainingVolume(raw[few], ids[few], scale=scale)
    test = TrainingVolume(raw[80:], ids[80:], scale=scale)
    design = design_network(VOXEL_SIZE_NM, features=given.features)
    plan = TrainingPlan(
        steps=given.pretraining_steps, patch=(32, 64, 64), averaging=0.97, seed=given.seed
    )
    with step_bar(plan.steps) as on_step:
        start = pretrain_network(
            [unlabelled], given.out / "pretraining", design=design, plan=plan, on_step=on_step
        )
    few_deep = -(-given.labelled_sections // 8) * 8
    plan = TrainingPlan(
        steps=given.steps,
        patch=(few_deep, 96, 96),
        cooldown=0.4,
        averaging=0.97,
        seed=given.seed,
    )
    results = {}
    for name, begin in (("from scratch", None), ("pretrained", start)):
        with step_bar(plan.steps) as on_step:
            weights = train_network(
                [labelled],
                given.out / name.replace(" ", "_"),
                design=design,
                plan=plan,
                start_from=begin,
                on_step=on_step,
            )
        results[name] = judged(weights, test)
        sys.stdout.write(f"{name}: {json.dumps(results[name])}\n")
    (given.out / "results.json").write_text(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
