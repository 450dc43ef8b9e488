"""Synapses of simulated volumes that no network was trained on, found by the bundled network.

python -m benchmarks --job synapses               eight volumes, the scores over all of them
python -m benchmarks.synapse_detection            the same by tissue and voxel size, and the calibration
python -m benchmarks.synapse_detection --volumes 2

Simulation, and said to be; on the true segmentation, so that its errors have no part in it. Seeds 3000 and up, as `tools/train_synapses.py` keeps them back.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import segmentation_core as sc

from .measure import Row, installed

VOXELS_NM = ((40.0, 4.0, 4.0), (50.0, 4.6, 4.6))
TISSUES = ("cortex", "cortex", "fly")


def volumes(n: int, shape: tuple[int, int, int] = (24, 448, 448)) -> list[dict[str, Any]]:
    """Simulated volumes with their truth."""
    made = []
    for seed in range(3000, 3000 + n):
        settings = {"voxel_size_nm": VOXELS_NM[seed % 2], "tissue": TISSUES[seed % 1000 % 3]}
        one = sc.simulate_volume(shape, **settings, synapses_per_um3=4.0, n_jobs=1, rng=seed)
        made.append({"raw": one.raw, "labels": one.labels, "synapses": one.synapses, **settings})
    return made


def scored(given: list[dict[str, Any]]) -> tuple[Any, Any, float]:
    """Scores, reliability, and processor seconds of one thread, scoring included."""
    import torch

    from segmentation_core.synapses.evaluation import evaluate
    from segmentation_core.synapses.weights_file import model_for

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = model_for(VOXELS_NM[0])
        begun = time.process_time()
        scores, reliable = evaluate(given, model)
        return scores, reliable, time.process_time() - begun
    finally:
        torch.set_num_threads(threads)


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """Scores over rows of site and receiver; there is no peer that can be installed."""
    job = "synapses, true segments"
    if not installed("torch"):
        yield Row(job=job, graph="", ours=float("nan"), peer="torch")
        return
    given = volumes(1, (10, 192, 192)) if quick else volumes(8)
    scores, reliable, took = scored(given)
    mega = sum(volume["raw"].size for volume in given) / 1e6
    for group, one in scores.iterrows():
        whole = group == "all"
        words = (
            f"precision {one['precision']:.2f}, recall {one['recall']:.2f}, F {one['f']:.2f}, "
            f"partners right {one['partner_accuracy']:.2f}; "
            f"{one['n_truth']:.0f} planted, {one['n_found']:.0f} found"
        )
        if whole:
            words += (
                f"; calibration error {reliable.attrs['calibration_error']:.3f}; "
                f"{mega / took:.1f} Mvoxel/s with scoring"
            )
        name = f"simulation {mega:.2g} Mvoxel" if whole else f"of it, {group}"
        yield Row(job=job, graph=name, ours=took if whole else float("nan"), bound=words)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--volumes", type=int, default=8)
    options = parser.parse_args()
    given = volumes(options.volumes)
    scores, reliable, took = scored(given)
    print("simulated volumes, true segmentation; rows are site and receiver")
    print(scores.to_string())
    print("what was said of all candidates, and what was so")
    print(reliable.round(3).to_string())
    print(f"calibration error {reliable.attrs['calibration_error']:.3f}")
    voxels = sum(volume["raw"].size for volume in given)
    print(f"{voxels / took / 1e6:.1f} Mvoxel/s, scoring included, one thread")


if __name__ == "__main__":
    main()
