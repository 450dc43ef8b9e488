"""Tree draws: small trees laid on a graph at random, every map of the tree equally likely.

How many maps of a tree have a given neuron at the root follows from its branches: the product,
over branches, of the sum over partners of the maps of the branch. The root is drawn by these
numbers and then each branch's root among the partners, so no map is preferred (the spanning-tree
idea of path sampling, Jha, Seshadhri and Pinar 2015, doi:10.1145/2736277.2741101, for every tree).
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..compiled import compiled
from ..random_streams import next_word, pick
from .neighbourhoods import Neighbourhoods

# A rooted tree is its branches; () is a node without any.
Tree: TypeAlias = tuple[Any, ...]

_LEAF: Tree = ()
_TWO: Tree = (_LEAF,)  # a stalk of two nodes
_THREE: Tree = (_TWO,)
_CHERRY: Tree = (_LEAF, _LEAF)

TREES: dict[int, tuple[Tree, ...]] = {
    3: ((_LEAF, _LEAF),),
    4: ((_LEAF, _TWO), (_LEAF, _LEAF, _LEAF)),
    5: ((_TWO, _TWO), (_LEAF, _LEAF, _TWO), (_LEAF,) * 4),
    6: (
        (_TWO, _THREE),
        (_LEAF, _TWO, _TWO),
        (_LEAF, _LEAF, _THREE),
        (_LEAF, _LEAF, _CHERRY),
        (_LEAF, _LEAF, _LEAF, _TWO),
        (_LEAF,) * 5,
    ),
}
"""All trees of a size, each rooted near its middle."""

_TO_UNIT = 1.0 / (1 << 53)


class TreeMaps(NamedTuple):
    """What it takes to draw maps of one tree.

    Attributes
    ----------
    total : float
        How many maps there are.
    roots : (N,) float64
        Maps with the root at this rank or a smaller one.
    parents, kinds : (size,) int64
        Of each node in the order they are drawn, the root first: the node that it hangs on, and
        the row of `branches` by which it is drawn, -1 for any partner alike.
    branches : (K, 2P) float64
        For each partner in `Neighbourhoods.indices`, the maps of a branch with its root there or
        at an earlier partner of the same neuron.
    """

    total: float
    roots: NDArray[np.float64]
    parents: NDArray[np.int64]
    kinds: NDArray[np.int64]
    branches: NDArray[np.float64]


def tree_edges(tree: Tree) -> list[tuple[int, int]]:
    """Edges of a tree, nodes in the order in which they are drawn."""
    parents, _ = _listed(tree)
    return [(parents[node], node) for node in range(1, len(parents))]


def _listed(tree: Tree) -> tuple[list[int], list[Tree]]:
    parents, branches = [-1], [tree]
    for node, branch in enumerate(branches):  # grows on the way
        for twig in branch:
            parents.append(node)
            branches.append(twig)
    return parents, branches


def tree_maps(around: Neighbourhoods, tree: Tree) -> TreeMaps:
    """Count the maps of a tree and of its branches."""
    n_nodes = len(around.indptr) - 1
    sums: dict[Tree, NDArray[np.float64]] = {}
    running: dict[Tree, NDArray[np.float64]] = {}

    def maps(branch: Tree) -> NDArray[np.float64]:
        product = np.ones(n_nodes)
        for twig in branch:
            if twig not in sums:
                upto = _running(around.indptr, around.indices, maps(twig))
                sums[twig] = upto[0]
                running[twig] = upto[1]
            product = product * sums[twig]
        return product

    roots = np.cumsum(maps(tree))
    parents, listed = _listed(tree)
    grown = [branch for branch in running if branch != _LEAF]
    return TreeMaps(
        float(roots[-1]) if n_nodes else 0.0,
        roots,
        np.array(parents, dtype=np.int64),
        np.array([-1] + [grown.index(b) if b else -1 for b in listed[1:]], dtype=np.int64),
        np.stack([running[branch] for branch in grown]) if grown else np.zeros((0, 0)),
    )


@compiled
def _running(indptr, indices, values):  # type: ignore[no-untyped-def]
    """(N,) sums of values : (N,) float64 over partners; (2P,) the same up to each partner."""
    n_nodes = indptr.shape[0] - 1
    sums = np.zeros(n_nodes)
    upto = np.empty(indices.shape[0])
    for v in range(n_nodes):
        total = 0.0
        for j in range(indptr[v], indptr[v + 1]):
            total += values[indices[j]]
            upto[j] = total
        sums[v] = total
    return sums, upto


@njit(inline="always")
def _first_beyond(upto, low, high, target):  # type: ignore[no-untyped-def]
    """Place in upto[low:high], ascending, of the first entry above target, or the last."""
    high -= 1
    while low < high:
        middle = (low + high) >> 1
        if upto[middle] > target:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def draw_codes(indptr, indices, codes, roots, parents, kinds, branches, state, n_draws):  # type: ignore[no-untyped-def]
    """(n_draws,) int64: the code of the subgraph induced on each draw, -1 where neurons repeat.

    Two bits for each pair of the drawn nodes, as in `class_ids.code_of_edges`. indptr, indices,
    codes as in `Neighbourhoods`, roots ... branches as in `TreeMaps`, with at least one map;
    state : (4,) uint64, changed in place; not checked here.
    """
    size = parents.shape[0]
    found = np.empty(n_draws, np.int64)
    nodes = np.empty(size, np.int64)
    n_nodes = roots.shape[0]
    for draw in range(n_draws):
        u = np.float64(next_word(state) >> np.uint64(11)) * _TO_UNIT
        nodes[0] = _first_beyond(roots, 0, n_nodes, u * roots[n_nodes - 1])
        code = np.int64(0)
        for k in range(1, size):
            v = nodes[parents[k]]
            begin, end = indptr[v], indptr[v + 1]
            word = next_word(state)
            if kinds[k] < 0:
                place = begin + pick(word, end - begin)
            else:
                upto = branches[kinds[k]]
                u = np.float64(word >> np.uint64(11)) * _TO_UNIT
                place = _first_beyond(upto, begin, end, u * upto[end - 1])
            nodes[k] = indices[place]
            for i in range(k):
                if nodes[i] == nodes[k]:
                    code = np.int64(-1)
            if code < 0:
                break
        if code == 0:
            shift = 0
            for i in range(size):
                for k in range(i + 1, size):
                    # Look in the row of larger rank: it is the shorter one.
                    holder, other = max(nodes[i], nodes[k]), min(nodes[i], nodes[k])
                    low, high = indptr[holder], indptr[holder + 1]
                    while low < high:
                        middle = (low + high) >> 1
                        if indices[middle] < other:
                            low = middle + 1
                        else:
                            high = middle
                    if low < indptr[holder + 1] and indices[low] == other:
                        dyad = np.int64(codes[low])
                        if holder != nodes[i] and dyad != 3:
                            dyad = 3 - dyad
                        code |= dyad << shift
                    shift += 2
        found[draw] = code
    return found
