"""Graphlet algebra: from maps of a graphlet into a graph to induced counts at each orbit.

Maps that keep edges are easy to count, since nothing forbids two nodes to fall together. From them
to what is wanted it is two linear steps, whose coefficients are found here from the graphlets
themselves:

- *Maps to copies.* Maps that keep all nodes apart are, by Möbius inversion over the ways to let
  nodes fall together, a signed sum of maps of smaller graphlets (Lovász 2012, doi:10.1090/coll/060,
  equation 5.18). Each copy with a given node at the orbit is counted as often as the graphlet has
  automorphisms that leave the node in place.
- *Copies to induced copies.* A copy is an induced copy of a graphlet on the same nodes that has
  all its edges and perhaps more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, reduce
from itertools import combinations, permutations
from math import factorial
from operator import add
from typing import Any, NamedTuple

from numpy.typing import NDArray

from .graphlet_classes import GRAPHLETS, Graphlet, orbits_of_labelled

# Whole numbers, one per node: int64, or Python's own where those would not do.
Numbers = NDArray[Any]

SINGLE_NODE = -1  # in place of an orbit: the graph of one node and no edge


class OrbitRule(NamedTuple):
    """How the induced count at an orbit comes about.

    Attributes
    ----------
    maps : tuple of (orbit, coefficient)
        Maps that keep nodes apart, as a sum over maps rooted at these orbits.
    symmetries : int
        Automorphisms that leave the root in place.
    denser : tuple of (orbit, coefficient)
        Copies at the orbit within an induced graphlet of more edges, with the root at its orbit.
    """

    maps: tuple[tuple[int, int], ...]
    symmetries: int
    denser: tuple[tuple[int, int], ...]


def induced_counts(maps: Mapping[int, Numbers]) -> dict[int, Numbers]:
    """Turn numbers of maps rooted at each node into induced counts at each orbit.

    Parameters
    ----------
    maps : dict of orbit to (N,) numbers
        All orbits of graphlets up to a size, and `SINGLE_NODE`. Integers of 64 bits may wrap
        round on the way: what is divided fits where the maps themselves do.
    """
    rules = orbit_rules()
    counts: dict[int, Numbers] = {}
    for orbit in sorted((orbit for orbit in maps if orbit != SINGLE_NODE), reverse=True):
        rule = rules[orbit]
        terms = [coefficient * maps[other] for other, coefficient in rule.maps]
        copies: Numbers = reduce(add, terms) // rule.symmetries
        # Denser graphlets of one size have the larger numbers: theirs are known.
        for other, coefficient in rule.denser:
            copies = copies - coefficient * counts[other]
        counts[orbit] = copies
    return dict(sorted(counts.items()))


@cache
def orbit_rules() -> dict[int, OrbitRule]:
    """The rule of each of the 73 orbits."""
    rules: dict[int, OrbitRule] = {}
    denser = _denser()
    for graphlet in GRAPHLETS:
        for orbit in sorted(set(graphlet.orbits)):
            root = graphlet.orbits.index(orbit)
            rules[orbit] = OrbitRule(
                tuple(sorted(_maps_apart(graphlet, root).items())),
                _symmetries(graphlet, root),
                tuple(sorted(denser[orbit].items())),
            )
    return rules


def _key(edges: set[tuple[int, int]], size: int) -> int:
    pairs = enumerate(combinations(range(size), 2))
    return sum(1 << k for k, (a, b) in pairs if (a, b) in edges or (b, a) in edges)


def _symmetries(graphlet: Graphlet, root: int) -> int:
    wanted = _key(set(graphlet.edges), graphlet.size)
    orders = (order for order in permutations(range(graphlet.size)) if order[root] == root)
    return sum(
        _key({(order[a], order[b]) for a, b in graphlet.edges}, graphlet.size) == wanted
        for order in orders
    )


def _partitions(size: int) -> Iterator[tuple[int, ...]]:
    """All ways to put nodes into blocks; a block's number is given when it is first used."""
    if size == 0:
        yield ()
        return
    for blocks in _partitions(size - 1):
        for block in range(max(blocks, default=-1) + 2):
            yield (*blocks, block)


def _maps_apart(graphlet: Graphlet, root: int) -> Counter[int]:
    terms: Counter[int] = Counter()
    for blocks in _partitions(graphlet.size):
        if any(blocks[a] == blocks[b] for a, b in graphlet.edges):
            continue  # joined nodes never fall together
        sizes = Counter(blocks).values()
        coefficient = 1
        for size in sizes:
            coefficient *= (-1) ** (size - 1) * factorial(size - 1)
        n_blocks = len(sizes)
        if n_blocks == 1:
            terms[SINGLE_NODE] += coefficient
            continue
        key = _key({(blocks[a], blocks[b]) for a, b in graphlet.edges}, n_blocks)
        terms[orbits_of_labelled(n_blocks)[key][blocks[root]]] += coefficient
    return terms


def _denser() -> dict[int, Counter[int]]:
    found: dict[int, Counter[int]] = {
        orbit: Counter() for graphlet in GRAPHLETS for orbit in graphlet.orbits
    }
    for graphlet in GRAPHLETS:
        labelled = orbits_of_labelled(graphlet.size)
        roots = {orbit: graphlet.orbits.index(orbit) for orbit in graphlet.orbits}
        for fewer in range(graphlet.size - 1, len(graphlet.edges)):
            for edges in combinations(graphlet.edges, fewer):
                orbits = labelled.get(_key(set(edges), graphlet.size))
                if orbits is not None:  # still connected
                    for orbit, root in roots.items():
                        found[orbits[root]][orbit] += 1
    return found
