"""Roles in triads by their definition: look at every three neurons, and at who stands where."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, permutations

import numpy as np

from tests.reference.triads import DRAWN, matrix_of

# Roles of the nodes A, B, C of the drawn triads, by hand.
LETTERS = {
    "021D": "bab",
    "021U": "aba",
    "021C": "abc",
    "111D": "bca",
    "111U": "bac",
    "030T": "abc",
    "030C": "aaa",
    "201": "bab",
    "120D": "abb",
    "120U": "baa",
    "120C": "abc",
    "210": "acb",
    "300": "aaa",
}


def roles_of(matrix: np.ndarray) -> tuple[str, ...] | None:
    """Role of each node of a 3 x 3 adjacency matrix, None where it is not connected."""
    for name, letters in LETTERS.items():
        for order in permutations(range(3)):
            if (matrix[np.ix_(order, order)] == matrix_of(DRAWN[name])).all():
                where = {node: letters[place] for place, node in enumerate(order)}
                return tuple(f"{name}:{where[node]}" for node in range(3))
    return None


def participation(matrix: np.ndarray) -> tuple[Counter, Counter]:
    """Count (neuron, role) and (sender, receiver, edge role) over all three neurons."""
    nodes: Counter = Counter()
    edges: Counter = Counter()
    for three in combinations(range(len(matrix)), 3):
        roles = roles_of(matrix[np.ix_(three, three)])
        if roles is None:
            continue
        nodes.update(zip(three, roles, strict=True))
        for (a, pre), (b, post) in permutations(zip(three, roles, strict=True), 2):
            if matrix[a, b]:
                edges[a, b, f"{pre}>{post[-1]}"] += 1
    return nodes, edges
