"""Silhouettes: how much more alike a neuron is to its cluster than to the next, from sparse similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .wiring_profiles import membership

if TYPE_CHECKING:
    import scipy.sparse as sp


def silhouettes(similarity: sp.csr_array, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N,) silhouette of each neuron for the distance 1 - similarity; pairs not stored are 0.

    (b - a) / max(a, b), a being the mean distance to the others of its cluster and b that to the
    nearest other cluster; 0 for a neuron alone in its cluster, and where there is one cluster.
    Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7.

    Parameters
    ----------
    similarity : (N, N) csr_array
        1 on the diagonal.
    labels : (N,) int64
        From 0, without gaps.
    """
    n_clusters = int(labels.max()) + 1
    size = np.bincount(labels, minlength=n_clusters)
    if n_clusters < 2:
        return np.zeros(len(labels))
    shared = (similarity @ membership(labels, n_clusters)).toarray()
    every = np.arange(len(labels))
    own = size[labels]
    # Itself is in the sum of its own cluster, at similarity 1.
    within = 1 - (shared[every, labels] - 1) / np.maximum(1, own - 1)
    apart = 1 - shared / size
    apart[every, labels] = np.inf
    nearest = apart.min(axis=1)
    larger = np.maximum(within, nearest)
    width = np.divide(nearest - within, larger, out=np.zeros(len(labels)), where=larger > 0)
    alone: NDArray[np.float64] = np.where(own == 1, 0.0, width)
    return alone


def candidate_numbers(most: int) -> list[int]:
    """Numbers of clusters to try: all up to 20, then each a tenth larger.

    Examples
    --------
    >>> candidate_numbers(26)
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 26]
    """
    numbers, k = [], 2
    while k <= most:
        numbers.append(k)
        k = max(k + 1, k + k // 10) if k >= 20 else k + 1
    return numbers
