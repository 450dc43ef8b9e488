"""Symmetry: which nodes of a motif may trade places, and how each instance is found only once.

A motif that looks the same after a permutation of its nodes (an automorphism) fits the same
neurons in several ways. Of these the first is kept, in the order of the neurons in the graph:
node by node, the neuron in a place stands before those in the places that it could trade with,
the nodes before it held fast (Grochow and Kellis 2007, doi:10.1007/978-3-540-71681-5_7).
"""

from __future__ import annotations

from itertools import permutations
from typing import TypeAlias

from .motif import Comparison, Motif
from .words import mistake

Permutation: TypeAlias = tuple[int, ...]

_TURNED = {">": "<", ">=": "<="}


def automorphisms(motif: Motif) -> list[Permutation]:
    """All permutations of the nodes under which edges and conditions say the same as before.

    Conditions are compared as they are written: ``A.size > 3`` and ``B.size >= 4`` differ.
    """
    size = len(motif.nodes)
    where = motif.where or (None,) * size
    nodes = [
        (frozenset(clause.key() for clause in clauses), condition)
        for clauses, condition in zip(motif.clauses, where, strict=True)
    ]
    edges = {pair: rule.key() for pair, rule in motif.edges.items()}
    unmoved = tuple(range(size))
    comparisons = _moved(motif.comparisons, unmoved)
    return [
        to
        for to in permutations(range(size))
        if all(nodes[node] == nodes[to[node]] for node in range(size))
        and all(edges.get((to[a], to[b])) == rule for (a, b), rule in edges.items())
        and (not comparisons or _moved(motif.comparisons, to) == comparisons)
    ]


def _moved(comparisons: tuple[Comparison, ...], to: Permutation) -> frozenset[object]:
    """The comparisons with their nodes replaced, each written in one way only."""
    found = set()
    for comparison in comparisons:
        sides = []
        for term in (comparison.left, comparison.right):
            ends = (term.owner,) if isinstance(term.owner, int) else term.owner
            sides.append((tuple(to[end] for end in ends), term.attribute))
        operator = comparison.operator
        if operator in _TURNED:
            sides.reverse()
        elif operator in ("=", "!="):
            sides.sort()
        found.add((sides[0], _TURNED.get(operator, operator), sides[1]))
    return frozenset(found)


def declared(motif: Motif, group: list[Permutation]) -> list[Permutation]:
    """Those automorphisms that trade only nodes declared alike by ``===``.

    Raises
    ------
    ValueError
        Where two nodes are declared alike that no automorphism of this kind exchanges.
    """
    size = len(motif.nodes)
    kind = list(range(size))
    for a, b, _ in motif.alike:
        old, new = kind[b], kind[a]
        kind = [new if one == old else one for one in kind]
    kept = [to for to in group if all(kind[node] == kind[to[node]] for node in range(size))]
    for a, b, place in motif.alike:
        if not any(to[a] == b for to in kept):
            first, second = motif.nodes[a], motif.nodes[b]
            raise mistake(
                motif.text,
                place,
                f"{first} and {second} are not alike: with one in the place of the other the "
                "motif would be another",
            )
    return kept


def first_of_each(group: list[Permutation]) -> list[tuple[int, int]]:
    """Pairs (a, b): the neuron at node a must stand before the one at node b in the graph."""
    conditions = []
    while len(group) > 1:
        size = len(group[0])
        node = next(n for n in range(size) if any(to[n] != n for to in group))
        conditions += [(node, other) for other in sorted({to[node] for to in group} - {node})]
        group = [to for to in group if to[node] == node]
    return conditions
