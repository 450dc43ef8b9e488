"""Ids and counts of small classes by their definition: every order of the nodes, every node set."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, permutations

import networkx as nx
import numpy as np


def class_id(matrix: np.ndarray) -> int:
    """The smallest number that a small 0/1 matrix can be read as, over orders of its nodes."""
    n = len(matrix)
    worth = 1 << np.arange(n * n, dtype=np.int64).reshape(n, n)
    return min(int((matrix[np.ix_(o, o)] * worth).sum()) for o in permutations(range(n)))


def connected_census(matrix: np.ndarray, size: int) -> Counter[int]:
    """Count the connected induced subgraphs of a size by id."""
    counts: Counter[int] = Counter()
    known: dict[bytes, int | None] = {}
    for some in combinations(range(len(matrix)), size):
        part = matrix[np.ix_(some, some)]
        key = part.tobytes()
        if key not in known:
            graph = nx.from_numpy_array(part, create_using=nx.DiGraph)
            known[key] = class_id(part) if nx.is_weakly_connected(graph) else None
        number = known[key]
        if number is not None:
            counts[number] += 1
    return counts
