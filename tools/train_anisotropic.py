"""Make the bundled weights for thick sections: ``python tools/train_anisotropic.py --data DIR --out DIR``.

Nothing but simulation goes in: 24 simulated volumes, at 40 x 4 x 4 and 50 x 4.6 x 4.6 nm in turn, seven of
eight with the calibres of cortex and one of fly, a third of them with sections that are shifted and
warped; and 8 volumes rendered from the segments of ``DIR/pinky40_labels_precomputed`` (mouse cortex).
Seeds from 1000 on; smaller ones are for tests. One thread of a CPU takes about 80 minutes.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np

import segmentation_core as sc
from segmentation_core.network.progress import step_bar
from segmentation_core.network.train import train_network
from segmentation_core.network.training_plan import TrainingPlan
from segmentation_core.network.training_volume import TrainingVolume

VOXEL_SIZE_NM = (40.0, 4.0, 4.0)
SIZES_NM = (VOXEL_SIZE_NM, (50.0, 4.6, 4.6))
SHAPE = (28, 384, 384)

CARD = {
    "data": "simulation only: 24 volumes of segmentation_core.simulate (seeds 1000 to 1023) and 8 "
    "rendered from the automated segmentation pinky40 (mouse cortex, MICrONS phase 1)",
    "licence": "weights BSD-3-Clause; pinky40 labels BSD-3 (cloud-volume 13a982b0)",
    "cite": "MICrONS phase 1, doi:10.1101/2020.10.14.338681",
    "script": "tools/train_anisotropic.py",
    # Chosen on simulated volumes.
    "advice": {
        "threshold": 0.3,
        "agglomeration_options": {"small_voxels": 2000, "small_bonus": 0.1},
    },
}


def simulated(k: int) -> TrainingVolume:
    """The k-th simulated volume."""
    rng = np.random.default_rng([77, k])
    jitter_nm, warp_nm = rng.uniform(0, 10), rng.uniform(0, 8)
    shaken = k % 3 == 2
    volume = sc.simulate_volume(
        SHAPE,
        voxel_size_nm=SIZES_NM[k % 2],
        tissue="fly" if k % 8 == 5 else "cortex",
        jitter_nm=float(jitter_nm) if shaken else 0.0,
        warp_nm=float(warp_nm) if shaken else 0.0,
        rng=1000 + k,
    )
    return TrainingVolume(volume.raw, volume.labels, name=f"simulation {1000 + k}")


def rendered(labels: sc.Volume, k: int) -> TrainingVolume | None:
    """The k-th crop of real segments, rendered; None where much of it has no segment."""
    rng = np.random.default_rng([88, k])
    shape = (SHAPE[0], SHAPE[1] // 2, SHAPE[2] // 2)
    z, y, x = (int(rng.integers(0, n - s)) for n, s in zip(labels.shape, shape, strict=True))
    crop = labels[z : z + shape[0], y : y + shape[1], x : x + shape[2]]
    if (crop == 0).mean() > 0.3:
        return None
    # From 8 nm to 4 nm.
    crop = crop.astype(np.uint64).repeat(2, 1).repeat(2, 2)
    jitter_nm = float(rng.uniform(0, 6)) if k % 2 else 0.0
    volume = sc.render_labels(
        crop, voxel_size_nm=VOXEL_SIZE_NM, synapses_per_um3=1.0, jitter_nm=jitter_nm, rng=2000 + k
    )
    return TrainingVolume(volume.raw, volume.labels, name=f"rendered {2000 + k}")


def main() -> int:
    """Simulate, train, resume, and put the weights where they are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1150)
    given = parser.parse_args()
    labels = sc.open_volume(given.data / "pinky40_labels_precomputed")
    volumes = [simulated(k) for k in range(24)]
    k = 0
    while len(volumes) < 32:
        crop = rendered(labels, k)
        volumes += [] if crop is None else [crop]
        k += 1
    plan = TrainingPlan(steps=given.steps, cooldown=0.45)
    with step_bar(given.steps) as on_step:
        weights = train_network(
            volumes, given.out, voxel_size_nm=VOXEL_SIZE_NM, plan=plan, card=CARD, on_step=on_step
        )
    shutil.copy(weights, given.out / "anisotropic.pt")
    sys.stdout.write(f"{given.out / 'anisotropic.pt'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
