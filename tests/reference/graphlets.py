"""Graphlets by their definition: look at every two to five neurons that hang together."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np

from connectome_analysis.motifs.graphlet_classes import GRAPHLETS, N_ORBITS


def orbits_of(matrix: np.ndarray) -> tuple[int, ...] | None:
    """Orbit of each node of a small symmetric 0/1 matrix, None where it is not connected."""
    size = len(matrix)
    for graphlet in GRAPHLETS:
        if graphlet.size != size or 2 * len(graphlet.edges) != matrix.sum():
            continue
        for order in permutations(range(size)):
            if all(matrix[order[a], order[b]] for a, b in graphlet.edges):
                where = dict(zip(order, graphlet.orbits, strict=True))
                return tuple(where[node] for node in range(size))
    return None


def graphlet_degrees(matrix: np.ndarray, size: int) -> np.ndarray:
    """(N, orbits) counts for a directed or undirected N x N adjacency matrix."""
    joined = ((matrix + matrix.T) > 0).astype(int)
    np.fill_diagonal(joined, 0)
    counts = np.zeros((len(joined), N_ORBITS[size]), dtype=np.int64)
    known: dict[bytes, tuple[int, ...] | None] = {}
    for some in (s for k in range(2, size + 1) for s in combinations(range(len(joined)), k)):
        part = joined[np.ix_(some, some)]
        key = part.tobytes()
        if key not in known:
            known[key] = orbits_of(part)
        for node, orbit in zip(some, known[key] or (), strict=False):
            counts[node, orbit] += 1
    return counts
