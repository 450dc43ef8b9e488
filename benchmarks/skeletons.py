"""Skeletons of real and of drawn objects: speed beside kimimaro, and what rods of known size come to.

python -m benchmarks --job skeletons      a cut of fib25_train (if NEUROPIL_DATA has it), and rods
python -m benchmarks.skeletons            the same with every rod
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

import segmentation_core as sc

from .measure import Row, data_file, installed

RADII_NM = (60.0, 150.0)
VOXELS_NM = ((40.0, 4.0, 4.0), (50.0, 4.6, 4.6), (10.0, 10.0, 10.0))
DIRECTIONS = ((0, 0, 1), (1, 0, 0), (1, 1, 1))


def real_labels() -> np.ndarray | None:
    """Neurons of a cut of fib25_train, or None where the data is not there."""
    file = data_file("fib25_train.h5")
    if file is None:
        return None
    import h5py

    with h5py.File(file) as held:
        return held["neuron_ids"][:64, :128, :128].astype(np.uint64)


def traced(labels: np.ndarray, **options: Any) -> tuple[float, Any]:
    """Processor seconds of one thread, and the table of skeletons."""
    begun = time.process_time()
    found = sc.skeletonize(labels, voxel_size_nm=(10, 10, 10), n_jobs=1, **options)
    return time.process_time() - begun, found.summary()


def in_words(labels: np.ndarray, took: float, table: Any) -> str:
    """Speed and what was traced."""
    return (
        f"{labels.size / took / 1e6:.2f} Mvoxel/s, cable {table['cable_length_nm'].sum() / 1000:.1f} um, "
        f"{table['n_endpoints'].sum()} ends, {table['n_branch_points'].sum()} branch points"
    )


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


def rod_ratios(
    voxel: tuple[float, float, float], radius: float, direction: tuple[float, ...]
) -> np.ndarray:
    """Cable and radius over truth: as given, on voxels and inscribed, and as given by bioimage-cpp."""
    inside, length = rod(voxel, radius, direction)
    ways: list[dict[str, Any]] = [{}, {"radius": "inscribed", "smoothing_nm": 0}]
    if installed("bioimage_cpp"):
        ways.append({"engine": "bioimage-cpp"})
    found = [sc.skeletonize(inside, voxel_size_nm=voxel, n_jobs=1, **more)[1] for more in ways]
    return np.array(
        [[one.cable_length_nm / length, float(np.median(one.radius_nm)) / radius] for one in found]
    )


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """Processor time of one thread beside kimimaro, and how right rods come out."""
    labels, name = real_labels(), "fib25_train, cut"
    if labels is None:
        volume = sc.simulate_volume((64, 128, 128), voxel_size_nm=(10, 10, 10), rng=0)
        labels, name = volume.labels, "simulation"
    if quick:
        labels = labels[:24, :64, :64]
    name += f" {labels.size / 1e6:.2g} Mvoxel"
    traced(labels[:8, :32, :32])  # compiles
    took, table = traced(labels)
    for peer, module in (("bioimage-cpp", "bioimage_cpp"), ("kimimaro", "kimimaro")):
        theirs, words = None, in_words(labels, took, table)
        if installed(module):
            theirs, other = traced(labels, engine=peer)
            words += f"; theirs {in_words(labels, theirs, other)}"
        yield Row(job="skeletons", graph=name, ours=took, peer=peer, theirs=theirs, bound=words)
    blocks, table = traced(labels, block_shape=(64, 64, 64))
    yield Row(
        job="skeletons, blocks of 64",
        graph=name,
        ours=blocks,
        peer="ours in one piece",
        theirs=took,
        bound=in_words(labels, blocks, table),
    )
    cases = list(itertools.product(VOXELS_NM, RADII_NM, DIRECTIONS))
    ratios = np.array([rod_ratios(*case) for case in (cases[:1] if quick else cases)])
    ways = ("as given", "on voxels, inscribed radius", "traced by bioimage-cpp")
    for which, words in enumerate(ways[: ratios.shape[1]]):
        cable, radius = ratios[:, which, 0], ratios[:, which, 1]
        yield Row(
            job="rods of known size",
            graph=f"{len(ratios)} rods, {words}",
            ours=float("nan"),
            bound=f"cable {cable.min():.2f} to {cable.max():.2f} of the truth, "
            f"radius {radius.min():.2f} to {radius.max():.2f}",
        )


def main() -> None:
    """Print the table, and one line to every rod."""
    for row in rows(quick=False, slow_peers=False):
        print(f"{row.job:24s} {row.graph:36s} {row.bound}")
    print("rods: cable and radius over truth; in brackets on voxels and inscribed; by bioimage-cpp")
    for voxel, radius, direction in itertools.product(VOXELS_NM, RADII_NM, DIRECTIONS):
        (cable, width), (plain, inscribed), *theirs = rod_ratios(voxel, radius, direction)
        print(
            f"{voxel} nm, radius {radius:g}, along {direction}: "
            f"cable {cable:.3f} ({plain:.3f}), radius {width:.3f} ({inscribed:.3f})"
            + "".join(f"; {a:.3f}, {b:.3f}" for a, b in theirs),
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
