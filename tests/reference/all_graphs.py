"""All graphs there are, listed: with given degrees, or with a number of edges, that pass a test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from itertools import combinations, permutations, product

Edges = tuple[tuple[int, int], ...]


def with_the_degrees_of(edges: Iterable[tuple[int, int]], n_nodes: int) -> list[Edges]:
    """Every simple graph without self-loops that has the in- and out-degrees of `edges`."""
    edges = list(edges)
    sends = Counter(a for a, _ in edges)
    wanted = Counter(b for _, b in edges)
    rows = [
        list(combinations([b for b in range(n_nodes) if b != a], sends[a])) for a in range(n_nodes)
    ]
    found = []
    for choice in product(*rows):
        if Counter(b for row in choice for b in row) == wanted:
            found.append(tuple(sorted((a, b) for a, row in enumerate(choice) for b in row)))
    return found


def with_so_many_edges(n_nodes: int, n_edges: int) -> list[Edges]:
    """Every simple graph without self-loops with so many edges."""
    return [
        tuple(sorted(chosen)) for chosen in combinations(permutations(range(n_nodes), 2), n_edges)
    ]


def alike(
    graphs: Iterable[Edges], edges: Iterable[tuple[int, int]], what: Callable[[int, int], Hashable]
) -> list[Edges]:
    """Those that have as many edges of each class as `edges`; `what` names an edge's class."""

    def classes(one: Iterable[tuple[int, int]]) -> Counter[Hashable]:
        return Counter(what(a, b) for a, b in one)

    wanted = classes(edges)
    return [graph for graph in graphs if classes(graph) == wanted]
