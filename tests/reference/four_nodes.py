"""Four-node motifs by their definition: look at every four neurons, name what each of them is in."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, permutations

import numpy as np

ORDERS = np.array(list(permutations(range(4))))
POWERS = 2 ** (4 * np.arange(4)[:, None] + np.arange(4))


def readings(matrix: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """The sum A[i, j] * 2**(4*i + j) for each order of the nodes."""
    reordered = matrix[orders[:, :, None], orders[:, None, :]]
    return (reordered * POWERS).sum(axis=(1, 2))


def number(matrix: np.ndarray) -> int:
    """Id of Milo et al. 2002: the smallest of all readings."""
    return int(readings(matrix, ORDERS).min())


def rooted_number(matrix: np.ndarray, root: int) -> int:
    """The same over the orders in which one node stands first: equal for nodes of one role."""
    return int(readings(matrix, ORDERS[ORDERS[:, 0] == root]).min())


def connected(matrix: np.ndarray) -> bool:
    either = ((matrix + matrix.T) > 0).astype(int) + np.eye(4, dtype=int)
    return bool((np.linalg.matrix_power(either, 3) > 0).all())


def matrix_of(edges: list[tuple[int, int]]) -> np.ndarray:
    matrix = np.zeros((4, 4), dtype=int)
    for a, b in edges:
        matrix[a, b] = 1
    return matrix


def census(matrix: np.ndarray) -> dict[str, int]:
    """Count every connected four nodes of an N x N adjacency matrix; classes that occur."""
    counts: Counter[str] = Counter()
    for four in combinations(range(len(matrix)), 4):
        part = matrix[np.ix_(four, four)]
        if connected(part):
            counts[f"4-{number(part)}"] += 1
    return dict(counts)


def roles(matrix: np.ndarray) -> dict[tuple[int, str, int], int]:
    """Count, for node, class and rooted number, the connected fours; those that occur."""
    counts: Counter[tuple[int, str, int]] = Counter()
    for four in combinations(range(len(matrix)), 4):
        part = matrix[np.ix_(four, four)]
        if connected(part):
            name = f"4-{number(part)}"
            for place, node in enumerate(four):
                counts[node, name, rooted_number(part, place)] += 1
    return dict(counts)
