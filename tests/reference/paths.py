"""Paths by their definitions: every one of them is walked, so only for a handful of neurons."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np


def hops(matrix: np.ndarray) -> np.ndarray:
    """Connections on the shortest path between any two: the first power of A that reaches."""
    n = len(matrix)
    result = np.full((n, n), math.inf)
    reach = np.eye(n, dtype=int)
    for length in range(n):
        result[(reach > 0) & np.isinf(result)] = length
        reach = ((reach @ matrix) > 0).astype(int)
    return result


def simple_paths(matrix: np.ndarray, source: int, target: int) -> list[tuple[int, ...]]:
    """All paths that pass no neuron twice, shortest first, then by the neurons they pass."""

    def further(path: tuple[int, ...]) -> list[tuple[int, ...]]:
        if path[-1] == target:
            return [path]
        return [
            whole
            for after in np.flatnonzero(matrix[path[-1]]).tolist()
            if after not in path
            for whole in further((*path, after))
        ]

    if source == target:
        return []
    return sorted(further((source,)), key=lambda path: (len(path), path))


def shortest(matrix: np.ndarray, source: int, target: int) -> list[tuple[int, ...]]:
    paths = simple_paths(matrix, source, target)
    return [path for path in paths if len(path) == len(paths[0])]


def betweenness(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of neurons (N,) and of connections (N, N): shares of shortest paths that pass them."""
    n = len(matrix)
    nodes, edges = np.zeros(n), np.zeros((n, n))
    for source in range(n):
        for target in range(n):
            paths = shortest(matrix, source, target)
            for path in paths:
                for node in path[1:-1]:
                    nodes[node] += 1 / len(paths)
                for edge in pairwise(path):
                    edges[edge] += 1 / len(paths)
    return nodes, edges


def efficiency(matrix: np.ndarray) -> float:
    n = len(matrix)
    if n < 2:
        return math.nan
    lengths = hops(matrix)
    return sum(1 / lengths[i, j] for i in range(n) for j in range(n) if i != j) / (n * (n - 1))


def local_efficiency(matrix: np.ndarray, node: int) -> float:
    both = ((matrix + matrix.T) > 0).astype(int)
    partners = np.flatnonzero(both[node])
    return efficiency(both[np.ix_(partners, partners)]) if len(partners) > 1 else 0.0


def strengths(
    share: np.ndarray, source: int, target: int, *, weakest: bool
) -> list[tuple[float, int]]:
    """Strength and length of all simple paths, the strongest first, then the shortest."""
    found = []
    for path in simple_paths((share > 0).astype(int), source, target):
        parts = [float(share[edge]) for edge in pairwise(path)]
        found.append((min(parts) if weakest else math.prod(parts), len(parts)))
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def influence(
    share: np.ndarray, signs: np.ndarray, source: int, target: int, k: int
) -> tuple[float, float]:
    """Excitatory and inhibitory influence: every walk of k connections, one after the other."""
    if k == 0:
        return (1.0 if source == target else 0.0), 0.0
    excitatory = inhibitory = 0.0
    for after in np.flatnonzero(share[source]).tolist():
        plus, minus = influence(share, signs, after, target, k - 1)
        if signs[source] < 0:
            plus, minus = minus, plus
        weight = share[source, after] * abs(signs[source])
        excitatory += weight * plus
        inhibitory += weight * minus
    return excitatory, inhibitory
