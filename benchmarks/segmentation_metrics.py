"""Scores of label volumes beside scikit-image and np.unique."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import segmentation_core as sc

from .measure import Row, installed, processor_seconds, processor_seconds_once


def label_volumes(tiles: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """A simulated volume of neuropil, tiled, and the same moved by three voxels.

    Ids have 18 digits. Labels change every 30 voxels or so along a row, as in tissue.
    """
    volume = sc.simulate_volume((64, 192, 192), voxel_size_nm=(8, 8, 8), tissue="fly", rng=0)
    truth = np.tile(volume.labels, (tiles, tiles, tiles)) + np.uint64(720_575_940_600_000_000)
    return truth, np.roll(truth, 3, axis=2)


def unique_pairs(truth: NDArray[np.uint64], prediction: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The table by sorting, ids made dense first so that a pair fits one integer."""
    _, t = np.unique(truth, return_inverse=True)
    names, p = np.unique(prediction, return_inverse=True)
    return np.unique(t.astype(np.int64).ravel() * len(names) + p.ravel(), return_counts=True)[1]


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """Variation of information and adapted Rand error, from labels to both scores."""
    truth, prediction = label_volumes(1 if quick else 3)

    def ours() -> None:
        table = sc.metrics.contingency(truth, prediction, n_jobs=1)
        sc.metrics.variation_of_information_of(table, ignore_truth=())
        sc.metrics.adapted_rand_of(table, ignore_truth=())

    took = processor_seconds(ours)
    mega = truth.size / 1e6
    job, name = "VOI and adapted Rand", f"labels {mega:.0f} Mvoxel"
    bound = f"{mega / took:.0f} Mvoxel/s"
    theirs = processor_seconds_once(lambda: unique_pairs(truth, prediction))
    yield Row(
        job=job, graph=name, ours=took, peer="np.unique, all voxels", theirs=theirs, bound=bound
    )
    if not installed("skimage"):
        yield Row(job=job, graph=name, ours=took, peer="scikit-image")
        return
    from skimage import metrics

    # scikit-image uses labels as indices: it is given small ones, made before the time begins.
    small_t = (truth - truth.min()).astype(np.int64)
    small_p = (prediction - prediction.min()).astype(np.int64)

    def peer() -> None:
        metrics.variation_of_information(small_t, small_p)
        metrics.adapted_rand_error(small_t, small_p, ignore_labels=())

    theirs = processor_seconds_once(peer)
    yield Row(job=job, graph=name, ours=took, peer="scikit-image", theirs=theirs, bound=bound)
