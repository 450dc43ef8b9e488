"""Skeletons of real and of drawn objects: speed beside kimimaro, and what rods of known size come to.

python -m benchmarks.skeletons            a cut of fib25_train (if NEUROPIL_DATA has it), and rods
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import segmentation_core as sc

from .measure import installed

RADII_NM = (60.0, 150.0)


def real_labels() -> np.ndarray | None:
    """Neurons of a cut of fib25_train, or None where the data is not there."""
    root = Path(os.environ.get("NEUROPIL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    file = root / "em" / "fib25_train.h5"
    if not file.exists():
        return None
    import h5py

    with h5py.File(file) as held:
        return held["neuron_ids"][:64, :128, :128].astype(np.uint64)


def rod(voxel: tuple[float, float, float], radius: float, direction: tuple[float, ...]) -> Any:
    """A rod with round ends off the lattice, and the length of its axis with them."""
    half = 500.0
    along = np.array(direction) / np.linalg.norm(direction)
    shape = [
        int(2 * (half * abs(a) + radius + 60) / v) + 1 for a, v in zip(along, voxel, strict=True)
    ]
    middle = np.array(shape) * voxel / 2 + np.array(voxel) * (0.31, 0.17, -0.4)
    grid = np.meshgrid(
        *(np.arange(n) * v - m for n, v, m in zip(shape, voxel, middle, strict=True)),
        indexing="ij",
        sparse=True,
    )
    t = np.clip(sum(g * a for g, a in zip(grid, along, strict=True)), -half, half)
    away = sum((g - t * a) ** 2 for g, a in zip(grid, along, strict=True))
    return (away <= radius**2).astype(np.uint8), 2 * (half + radius)


def main() -> None:
    """Print both tables."""
    labels = real_labels()
    if labels is None:
        print("fib25_train.h5 is not at hand; set NEUROPIL_DATA for the first table")
    else:
        print(
            f"fib25_train, {labels.shape}, {len(np.unique(labels)) - 1} neurons, 10 nm, one thread"
        )
        engines = ["bioimage-cpp"] + ["kimimaro"] * installed("kimimaro")
        runs: list[tuple[str, dict[str, Any]]] = [(name, {"engine": name}) for name in engines]
        runs.append(("in blocks of 64", {"block_shape": (64, 64, 64)}))
        for name, options in runs:
            begun = time.process_time()
            found = sc.skeletonize(
                labels, voxel_size_nm=(10, 10, 10), n_jobs=1, **options
            ).summary()
            took = time.process_time() - begun
            print(
                f"{name:18s} {labels.size / took / 1e6:5.2f} Mvoxel/s  "
                f"cable {found['cable_length_nm'].sum() / 1000:6.1f} um  "
                f"{found['n_endpoints'].sum()} ends  {found['n_branch_points'].sum()} branch points"
            )
    print("rods: cable and radius over truth; in brackets on voxels and inscribed")
    for voxel in ((40.0, 4.0, 4.0), (50.0, 4.6, 4.6), (10.0, 10.0, 10.0)):
        for radius in RADII_NM:
            for direction in ((0, 0, 1), (1, 0, 0), (1, 1, 1)):
                inside, length = rod(voxel, radius, direction)
                ours = sc.skeletonize(inside, voxel_size_nm=voxel, n_jobs=1)[1]
                plain = sc.skeletonize(
                    inside, voxel_size_nm=voxel, n_jobs=1, radius="inscribed", smoothing_nm=0
                )[1]
                print(
                    f"{voxel} nm, radius {radius:g}, along {direction}: "
                    f"cable {ours.cable_length_nm / length:.3f} "
                    f"({plain.cable_length_nm / length:.3f}), "
                    f"radius {np.median(ours.radius_nm) / radius:.3f} "
                    f"({np.median(plain.radius_nm) / radius:.3f})",
                    flush=True,
                )


if __name__ == "__main__":
    sys.exit(main())
