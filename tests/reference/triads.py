"""The triad census by its definition: look at every three neurons, name what they form."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np

# Drawn by hand after Holland and Leinhardt 1976, figure 1.
DRAWN = {
    "003": [],
    "012": ["A>B"],
    "102": ["A>B", "B>A"],
    "021D": ["B>A", "B>C"],
    "021U": ["A>B", "C>B"],
    "021C": ["A>B", "B>C"],
    "111D": ["A>B", "B>A", "C>B"],
    "111U": ["A>B", "B>A", "B>C"],
    "030T": ["A>B", "A>C", "B>C"],
    "030C": ["A>B", "B>C", "C>A"],
    "201": ["A>B", "B>A", "B>C", "C>B"],
    "120D": ["A>B", "A>C", "B>C", "C>B"],
    "120U": ["B>A", "C>A", "B>C", "C>B"],
    "120C": ["A>B", "B>C", "A>C", "C>A"],
    "210": ["A>B", "B>C", "C>B", "A>C", "C>A"],
    "300": ["A>B", "B>A", "A>C", "C>A", "B>C", "C>B"],
}


def matrix_of(edges: list[str]) -> np.ndarray:
    matrix = np.zeros((3, 3), dtype=int)
    for edge in edges:
        matrix["ABC".index(edge[0]), "ABC".index(edge[2])] = 1
    return matrix


def name_of(matrix: np.ndarray) -> str:
    """MAN name of a 3 x 3 adjacency matrix."""
    for name, edges in DRAWN.items():
        drawn = matrix_of(edges)
        for order in permutations(range(3)):
            if (matrix[np.ix_(order, order)] == drawn).all():
                return name
    raise AssertionError(matrix)


def census(matrix: np.ndarray) -> dict[str, int]:
    """Count every three nodes of an N x N adjacency matrix."""
    counts = dict.fromkeys(DRAWN, 0)
    for three in combinations(range(len(matrix)), 3):
        counts[name_of(matrix[np.ix_(three, three)])] += 1
    return counts
