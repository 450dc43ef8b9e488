"""Triangles: every undirected triangle of a graph, listed at each of its three edges.

An edge is numbered by its place among the oriented edges: those of rank 0 to smaller ranks, of
rank 1, and so on; since hubs have the small ranks, no node has many such edges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .neighbourhoods import Neighbourhoods


class NumberedEdges(NamedTuple):
    """The undirected edges of a graph, oriented and numbered.

    Attributes
    ----------
    indptr : (N + 1,) int64, indices : (2P,) int32
        Partners of each rank, ascending.
    number : (2P,) int64
        Number of the edge to each partner.
    held : (N,) int64
        How many partners of smaller rank each has; they stand first.
    starts : (N + 1,) int64
        Edges ``starts[a]`` to ``starts[a + 1] - 1`` are those of rank a to smaller ranks.
    ends : (P, 2) int32
        The two ranks of each edge, the larger first.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    number: NDArray[np.int64]
    held: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int32]


class TriangleLists(NamedTuple):
    """The third nodes of the triangles over each edge.

    Attributes
    ----------
    indptr : (P + 1,) int64
    third : (3T,) int32
    to_first, to_second : (3T,) int32
        Numbers of the edges from the third node to the two ends of the edge, the larger rank
        first.
    """

    indptr: NDArray[np.int64]
    third: NDArray[np.int32]
    to_first: NDArray[np.int32]
    to_second: NDArray[np.int32]


def numbered_edges(around: Neighbourhoods) -> NumberedEdges:
    """Orient and number the pairs of a graph."""
    return NumberedEdges(around.indptr, around.indices, *_number(around.indptr, around.indices))


@compiled
def _number(indptr, indices):  # type: ignore[no-untyped-def]
    """indptr, indices as in `Neighbourhoods`; not checked here."""
    n_nodes = indptr.shape[0] - 1
    number = np.empty(indices.shape[0], np.int64)
    held = np.zeros(n_nodes, np.int64)
    starts = np.zeros(n_nodes + 1, np.int64)
    ends = np.empty((indices.shape[0] // 2, 2), np.int32)
    following = indptr[:-1].copy()
    edge = 0
    for a in range(n_nodes):
        starts[a] = edge
        for j in range(indptr[a], indptr[a + 1]):
            b = indices[j]
            if b > a:
                break
            held[a] += 1
            number[j] = edge
            # Rows come in ascending order, so in b's row the partners beyond b come in order too.
            number[following[b] + held[b]] = edge
            following[b] += 1
            ends[edge, 0] = a
            ends[edge, 1] = b
            edge += 1
    starts[n_nodes] = edge
    return number, held, starts, ends


@compiled
def triangles_per_edge(starts, ends, part, parts):  # type: ignore[no-untyped-def]
    """(P,) int32: triangles over each edge, of those whose largest rank is a parts-th one.

    starts, ends as in `NumberedEdges`; not checked here.
    """
    n_nodes = starts.shape[0] - 1
    counts = np.zeros(ends.shape[0], np.int32)
    place = np.full(n_nodes, -1, np.int64)
    for a in range(part, n_nodes, parts):
        begin, end = starts[a], starts[a + 1]
        if end - begin < 2:
            continue
        for ab in range(begin, end):
            place[ends[ab, 1]] = ab
        for ab in range(begin + 1, end):
            b = ends[ab, 1]
            for bc in range(starts[b], starts[b + 1]):
                ac = place[ends[bc, 1]]
                if ac >= 0:
                    counts[ab] += 1
                    counts[ac] += 1
                    counts[bc] += 1
        for ab in range(begin, end):
            place[ends[ab, 1]] = -1
    return counts


def triangle_lists(edges: NumberedEdges, counts: NDArray[np.int64]) -> TriangleLists:
    """List the triangles over each edge, of which `counts` says how many there are."""
    indptr = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    return TriangleLists(indptr, *_list(edges.starts, edges.ends, indptr))


@compiled
def _list(starts, ends, indptr):  # type: ignore[no-untyped-def]
    """starts, ends as in `NumberedEdges`; indptr : (P + 1,) int64; not checked here."""
    n_nodes = starts.shape[0] - 1
    third = np.empty(indptr[-1], np.int32)
    to_first = np.empty(indptr[-1], np.int32)
    to_second = np.empty(indptr[-1], np.int32)
    following = indptr[:-1].copy()
    place = np.full(n_nodes, -1, np.int64)
    for a in range(n_nodes):
        begin, end = starts[a], starts[a + 1]
        for ab in range(begin, end):
            place[ends[ab, 1]] = ab
        for ab in range(begin, end):
            b = ends[ab, 1]
            for bc in range(starts[b], starts[b + 1]):
                c = ends[bc, 1]
                ac = place[c]
                if ac >= 0:
                    k = following[ab]
                    third[k], to_first[k], to_second[k] = c, ac, bc
                    following[ab] += 1
                    k = following[ac]
                    third[k], to_first[k], to_second[k] = b, ab, bc
                    following[ac] += 1
                    k = following[bc]
                    third[k], to_first[k], to_second[k] = a, ab, ac
                    following[bc] += 1
        for ab in range(begin, end):
            place[ends[ab, 1]] = -1
    return third, to_first, to_second
