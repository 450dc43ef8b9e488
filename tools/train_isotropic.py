"""Make the bundled weights for isotropic voxels: ``python tools/train_isotropic.py --data DIR --out DIR``.

`DIR` holds ``fib25_train.h5``, ``gala_train.h5`` and ``gala_example.h5``. The first 1,500 steps see sections
0 to 79 of fib25_train and gala_train; what is left of them chose the architecture, when to stop, and the
threshold. The other 700, with the learning rate falling, see everything. One thread of a CPU takes about 90
minutes.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import sys
from pathlib import Path

import segmentation_core as sc
from segmentation_core.network.intensities import measure_intensities
from segmentation_core.network.progress import step_bar
from segmentation_core.network.train import train_network
from segmentation_core.network.training_plan import TrainingPlan
from segmentation_core.network.training_volume import TrainingVolume

VOXEL_SIZE_NM = (10.0, 10.0, 10.0)

CARD = {
    "data": "fib25_train (fly medulla, FIB-SEM 10 nm, 110 x 250 x 250), gala_train and gala_example "
    "(fly, FIB-SEM, 50 x 100 x 200 and 50 x 200 x 100)",
    "licence": "weights BSD-3-Clause; data CC-BY (neuroproof_examples ce839e17) and HHMI BSD-style "
    "(gala db73a1c8)",
    "cite": "Takemura 2015 doi:10.1073/pnas.1509820112; Parag 2015 doi:10.1371/journal.pone.0125825; "
    "Nunez-Iglesias 2013 doi:10.1371/journal.pone.0071715",
    "script": "tools/train_isotropic.py",
    # Chosen where the network of the first 1,489 steps had not been: sections 80 to 109 and gala_example,
    # and with an eye on the whole of fib25_train, whose largest neuron hangs together by one neck.
    "advice": {
        "threshold": 0.42,
        "prediction_options": {"n_views": 2},
        "fragment_options": {"narrowing": 1.0},
        "agglomeration_options": {
            "linkage": "quantile",
            "quantile": 0.7,
            "channel_weights": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
            "small_voxels": 2000,
            "small_bonus": 0.2,
        },
    },
}


def read(
    folder: Path, name: str, sections: slice = slice(None), weight: float = 1.0
) -> TrainingVolume:
    """One volume, or some of its sections at the grey scale of all."""
    path = folder / f"{name}.h5"
    raw = sc.open_volume(path, dataset="raw", voxel_size_nm=VOXEL_SIZE_NM).read()
    ids = sc.open_volume(path, dataset="neuron_ids", voxel_size_nm=VOXEL_SIZE_NM).read()
    return TrainingVolume(
        raw[sections], ids[sections], scale=measure_intensities(raw), name=name, weight=weight
    )


def main() -> int:
    """Train, resume, and put the weights where they are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first-steps", type=int, default=1500)
    parser.add_argument("--steps", type=int, default=2200)
    given = parser.parse_args()
    whole = [read(given.data, "fib25_train")]
    whole += [read(given.data, name, weight=1.5) for name in ("gala_train", "gala_example")]
    part = [
        read(given.data, "fib25_train", slice(0, 80)),
        dataclasses.replace(whole[1], weight=1.0),
    ]

    def volumes(step: int) -> list[TrainingVolume]:
        return part if step < given.first_steps else whole

    # The rate is constant up to step 1,496.
    plan = TrainingPlan(steps=given.steps, cooldown=0.32)
    with step_bar(given.steps) as on_step:
        weights = train_network(
            volumes, given.out, voxel_size_nm=VOXEL_SIZE_NM, plan=plan, card=CARD, on_step=on_step
        )
    shutil.copy(weights, given.out / "isotropic.pt")
    sys.stdout.write(f"{given.out / 'isotropic.pt'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
