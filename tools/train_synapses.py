"""Train the bundled synapse network: simulate, teach, calibrate, test, write one file.

python tools/train_synapses.py OUT                     all of it, an hour or two on one core
python tools/train_synapses.py OUT --steps 100         a short run: worse, and soon done

Everything is simulated (`sc.simulate_volume`): volumes of cortex and of fly neuropil with planted
synapses, at 40 x 4 x 4 and 50 x 4.6 x 4.6 nm. Seeds of training, calibration and test differ. OUT
holds the volumes, checkpoints (a run that was cut off goes on), ``losses.csv`` and ``anisotropic.pt``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from segmentation_core.synapses.calibration import fit_calibration
from segmentation_core.synapses.candidates import FEATURES
from segmentation_core.synapses.evaluation import calibration_rows, evaluate, fit_polarity
from segmentation_core.synapses.net import SynapseDesign, SynapseNet
from segmentation_core.synapses.targets import synapse_targets
from segmentation_core.synapses.training import (
    SynapsePlan,
    finished_network,
    synapse_volume,
    train_synapse_network,
)
from segmentation_core.synapses.weights_file import SynapseModel, save_synapse_model

VOXELS_NM = ((40.0, 4.0, 4.0), (50.0, 4.6, 4.6))
TRAIN_SEEDS = range(1000, 1500)
CALIBRATION_SEEDS = range(2000, 2008)
TEST_SEEDS = range(3000, 3008)
TISSUES = ("cortex", "cortex", "fly")


def recipe(seed: int) -> dict[str, Any]:
    """Settings of one simulated volume: tissue and voxel size go round with the seed."""
    training = seed in TRAIN_SEEDS
    return {
        "shape": (20, 416, 416) if training else (24, 448, 448),
        "voxel_size_nm": VOXELS_NM[seed % 2],
        "tissue": TISSUES[seed % 1000 % 3],
        "synapses_per_um3": 10.0 if training else 4.0,
        "rng": seed,
    }


def simulated(seed: int, folder: Path) -> dict[str, Any]:
    """Volume of a seed, kept in `folder`."""
    file = folder / f"simulated_{seed}.npz"
    table = folder / f"simulated_{seed}.parquet"
    settings = recipe(seed)
    if not table.exists():
        import segmentation_core as sc

        volume = sc.simulate_volume(**settings, masks=True, n_jobs=1)
        np.savez(file, raw=volume.raw, labels=volume.labels, cleft=volume.cleft)
        volume.synapses.to_parquet(table)
    with np.load(file) as arrays:
        held = {name: arrays[name] for name in ("raw", "labels", "cleft")}
    return {**held, "synapses": pd.read_parquet(table), **settings}


def trained(options: argparse.Namespace, design: SynapseDesign, plan: SynapsePlan) -> SynapseNet:
    """Train, or take the network of a run that is complete."""
    done = finished_network(options.out, plan)
    if done is not None:
        return done
    volumes = []
    for seed in TRAIN_SEEDS[: options.volumes]:
        held = simulated(seed, options.out)
        targets = synapse_targets(
            held["labels"],
            held["cleft"],
            held["synapses"],
            voxel_size_nm=held["voxel_size_nm"],
            stem=design.stem,
        )
        volumes.append(synapse_volume(held["raw"], targets, held["voxel_size_nm"]))
        print(f"volume {seed}: {len(held['synapses'])} synapses", flush=True)

    def report(row: dict[str, float]) -> None:
        if row["step"] % 20 == 0:
            print(
                f"step {row['step']:.0f}  loss {row['loss']:.3f}  {row['seconds']:.2f} s",
                flush=True,
            )

    return train_synapse_network(
        volumes, options.out, design=design, plan=plan, device=options.device, on_step=report
    )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=31_000)
    parser.add_argument("--volumes", type=int, default=28, help="simulated volumes to learn from")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default=None)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)

    plan = SynapsePlan(steps=options.steps)
    net = trained(options, SynapseDesign(voxel_sizes_nm=VOXELS_NM), plan)
    seen = TRAIN_SEEDS[: options.volumes]
    polarity = fit_polarity([simulated(seed, options.out) for seed in seen[:12]], net)
    # Training chooses the network, calibration volumes what confidence means, test volumes nothing.
    rows = pd.concat(
        [
            calibration_rows(simulated(seed, options.out), net, polarity)
            for seed in CALIBRATION_SEEDS
        ],
        ignore_index=True,
    )
    calibration = fit_calibration(rows, rows["is_right"], FEATURES)
    card = {
        "name": "synapses in anisotropic EM, from simulation",
        "trained_on": "simulated volumes (segmentation_core.simulate): cortex and fly neuropil",
        "real_data": "none",
        "voxel_sizes_nm": [list(size) for size in VOXELS_NM],
        "train_seeds": [seen.start, seen.stop],
        "calibration_seeds": [CALIBRATION_SEEDS.start, CALIBRATION_SEEDS.stop],
        "steps": options.steps,
        "patch": list(plan.patch),
        "licence": "BSD-3-Clause, as the package",
        "made_by": "tools/train_synapses.py",
    }
    model = SynapseModel(net, calibration, polarity, card)
    scores, reliable = evaluate([simulated(seed, options.out) for seed in TEST_SEEDS], model)
    print(scores.to_string())
    print(reliable.to_string())
    card["test_seeds"] = [TEST_SEEDS.start, TEST_SEEDS.stop]
    card["scores_on_simulated_test_volumes"] = json.loads(scores.to_json(orient="index"))
    card["calibration_error"] = round(float(reliable.attrs["calibration_error"]), 4)
    save_synapse_model(model, options.out / "anisotropic.pt")
    print(f"wrote {options.out / 'anisotropic.pt'}")


if __name__ == "__main__":
    main()
