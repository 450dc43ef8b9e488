"""All graphs that have what a null model keeps, found by trying."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import numpy as np

Edges = tuple[tuple[int, int], ...]


def with_the_same_degrees(edges: Edges) -> list[Edges]:
    """Every graph in which each neuron sends to as many and receives from as many."""
    n = 1 + max(max(edge) for edge in edges)
    out_degree = np.bincount([a for a, _ in edges], minlength=n)
    in_degree = np.bincount([b for _, b in edges], minlength=n)
    rows = [
        list(combinations([b for b in range(n) if b != a], int(out_degree[a]))) for a in range(n)
    ]
    found = []
    for choice in product(*rows):
        received = Counter(b for row in choice for b in row)
        if all(received[b] == in_degree[b] for b in range(n)):
            found.append(tuple(sorted((a, b) for a, row in enumerate(choice) for b in row)))
    return found


def dyad_degrees(edges: Edges) -> dict[int, tuple[int, int, int]]:
    """Of each neuron, how many it sends to one way, receives from one way, and has both ways."""
    there = set(edges)
    counts = {neuron: [0, 0, 0] for edge in edges for neuron in edge}
    for a, b in there:
        if (b, a) in there:
            counts[a][2] += 1
        else:
            counts[a][0] += 1
            counts[b][1] += 1
    return {neuron: (one, two, three) for neuron, (one, two, three) in counts.items()}


def with_the_same_dyad_degrees(edges: Edges) -> list[Edges]:
    """Every graph in which each neuron also answers as many."""
    wanted = dyad_degrees(edges)
    return [found for found in with_the_same_degrees(edges) if dyad_degrees(found) == wanted]
