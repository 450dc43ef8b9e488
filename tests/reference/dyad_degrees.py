"""Dyad degrees by their definition, and all graphs that have the same."""

from __future__ import annotations

from tests.reference.all_graphs import Edges, with_the_degrees_of


def dyad_degrees(edges: Edges, n_nodes: int) -> list[tuple[int, int, int]]:
    """Of each neuron, how many it sends to only, receives from only, and is joined with both ways."""
    there = set(edges)
    counts = []
    for a in range(n_nodes):
        sends = {b for x, b in there if x == a}
        receives = {x for x, b in there if b == a}
        counts.append((len(sends - receives), len(receives - sends), len(sends & receives)))
    return counts


def with_the_dyad_degrees_of(edges: Edges, n_nodes: int) -> list[Edges]:
    """Every simple graph without self-loops that has the dyad degrees of `edges`."""
    wanted = dyad_degrees(edges, n_nodes)
    return [
        one for one in with_the_degrees_of(edges, n_nodes) if dyad_degrees(one, n_nodes) == wanted
    ]
