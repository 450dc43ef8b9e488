"""The colored census by its definition: look at every three neurons, name what they form."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations, permutations

import numpy as np

from tests.reference.triads import DRAWN, matrix_of

Class = tuple[str, int, int, int]


def class_of(matrix: np.ndarray, colors: tuple[int, ...]) -> Class:
    """MAN name of three nodes and the first of the colorings that its drawing can have."""
    return _class_of(tuple(map(tuple, matrix.tolist())), colors)


@cache
def _class_of(rows: tuple[tuple[int, ...], ...], colors: tuple[int, ...]) -> Class:
    matrix = np.array(rows)
    for name, edges in DRAWN.items():
        drawn = matrix_of(edges)
        fits = [
            tuple(int(colors[node]) for node in order)
            for order in permutations(range(3))
            if (matrix[np.ix_(order, order)] == drawn).all()
        ]
        if fits:
            a, b, c = min(fits)
            return name, a, b, c
    raise AssertionError(matrix)


def census(matrix: np.ndarray, colors: np.ndarray) -> Counter[Class]:
    """Count every three nodes of an N x N adjacency matrix."""
    counts: Counter[Class] = Counter()
    for three in combinations(range(len(matrix)), 3):
        counts[class_of(matrix[np.ix_(three, three)], tuple(colors[list(three)]))] += 1
    return counts


def pairs(matrix: np.ndarray, colors: np.ndarray) -> Counter[tuple[str, int, int]]:
    """Count every two nodes."""
    counts: Counter[tuple[str, int, int]] = Counter()
    for a, b in combinations(range(len(matrix)), 2):
        x, y = int(colors[a]), int(colors[b])
        if matrix[a, b] and not matrix[b, a]:
            counts["asymmetric", x, y] += 1
        elif matrix[b, a] and not matrix[a, b]:
            counts["asymmetric", y, x] += 1
        else:
            counts["mutual" if matrix[a, b] else "null", min(x, y), max(x, y)] += 1
    return counts


def non_induced(matrix: np.ndarray, colors: np.ndarray, name: str, wanted: tuple[int, ...]) -> int:
    """Different sets of edges that have the form of a drawing with these colors."""
    a, b = np.nonzero(matrix_of(DRAWN[name]))
    form = list(zip(a.tolist(), b.tolist(), strict=True))
    found = set()
    for three in permutations(range(len(matrix)), 3):
        if tuple(colors[list(three)]) != wanted:
            continue
        if all(matrix[three[i], three[j]] for i, j in form):
            found.add(frozenset((three[i], three[j]) for i, j in form))
    return len(found)
