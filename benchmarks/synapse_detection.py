"""Synapses of simulated volumes that no network was trained on, found by the bundled network.

python -m benchmarks.synapse_detection            eight volumes; precision, recall, F, partners, calibration
python -m benchmarks.synapse_detection --volumes 2

Simulation, and said to be. Seeds 3000 and up, as `tools/train_synapses.py` keeps them back.
"""

from __future__ import annotations

import argparse
import time

import torch

import segmentation_core as sc
from segmentation_core.synapses.evaluation import evaluate
from segmentation_core.synapses.weights_file import model_for

VOXELS_NM = ((40.0, 4.0, 4.0), (50.0, 4.6, 4.6))
TISSUES = ("cortex", "cortex", "fly")


def main() -> None:
    """Simulate, detect, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--volumes", type=int, default=8)
    options = parser.parse_args()
    torch.set_num_threads(1)
    volumes = []
    for seed in range(3000, 3000 + options.volumes):
        settings = {"voxel_size_nm": VOXELS_NM[seed % 2], "tissue": TISSUES[seed % 1000 % 3]}
        made = sc.simulate_volume(
            (24, 448, 448), **settings, synapses_per_um3=4.0, n_jobs=1, rng=seed
        )
        volumes.append(
            {"raw": made.raw, "labels": made.labels, "synapses": made.synapses, **settings}
        )
    model = model_for(VOXELS_NM[0])
    begun = time.process_time()
    scores, reliable = evaluate(volumes, model)
    took = time.process_time() - begun
    voxels = sum(volume["raw"].size for volume in volumes)
    print("simulated volumes, true segmentation; rows are site and receiver")
    print(scores.to_string())
    print("what was said of all candidates, and what was so")
    print(reliable.round(3).to_string())
    print(f"calibration error {reliable.attrs['calibration_error']:.3f}")
    print(f"{voxels / took / 1e6:.1f} Mvoxel/s, scoring included, one thread")


if __name__ == "__main__":
    main()
