"""Fragments: what an engine traced, as flat arrays of lattice points and edges of all labels.

Points stand on voxels, so pieces traced in neighbouring blocks meet in equal points and are put
together exactly, whatever the order of the blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Of one label: (V, 3) int64 voxels (z, y, x), (E, 2) edges, (V,) radii in nm.
Traced = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Fragments:
    """Points and edges of all labels.

    Attributes
    ----------
    label : (N,) uint64, rising
    voxel : (N, 3) int64, (z, y, x); rising within a label
    edges : (E, 2) int64
        Positions of points; both ends have one label. Blocks put together may hold rings.
    inscribed_nm : (N,) float64
        Distance from the point's voxel to the nearest voxel of another label.
    """

    label: NDArray[np.uint64]
    voxel: NDArray[np.int64]
    edges: NDArray[np.int64]
    inscribed_nm: NDArray[np.float64]


def flat_fragments(traced: Mapping[int, Traced]) -> Fragments:
    """Put the forests of all labels into one, in the order of labels and voxels."""
    labels: list[NDArray[np.uint64]] = []
    voxels: list[NDArray[np.int64]] = []
    edges: list[NDArray[np.int64]] = []
    radii: list[NDArray[np.float64]] = []
    n_points = 0
    for label in sorted(traced):
        points, pairs, radius = traced[label]
        points = np.asarray(points, np.int64).reshape(-1, 3)
        order = np.lexsort(points.T[::-1])
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        labels.append(np.full(len(order), label, np.uint64))
        voxels.append(points[order])
        edges.append(rank[np.asarray(pairs).astype(np.int64).reshape(-1, 2)] + n_points)
        radii.append(np.asarray(radius, np.float64)[order])
        n_points += len(order)
    return Fragments(
        np.concatenate([*labels, np.empty(0, np.uint64)]),
        np.concatenate([*voxels, np.empty((0, 3), np.int64)]),
        np.concatenate([*edges, np.empty((0, 2), np.int64)]),
        np.concatenate([*radii, np.empty(0)]),
    )
