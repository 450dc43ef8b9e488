"""Edge and pair sums: what has to be added up over joined pairs to know all open four-node graphs.

Neither paths, paws, diamonds nor four-cycles need be visited one by one.

*Edges.* Take a joined pair u, w and write down 16 numbers: how many neurons close a triangle over
it in each of 9 ways, the dyads of u by state (3), those of w (3), and 1. A path has its middle
edge, a paw its edge from the triangle's corner with the tail, a diamond its chord: at that edge
each is a product of two of these numbers. So the sums of their products over all edges suffice.

*Pairs.* A four-cycle is two different two-paths between the same two neurons. For each neuron u the
two-paths to every v of smaller degree are met one after the other; each forms a cycle with those
met before it (Chiba and Nishizeki 1985, doi:10.1137/0214017).

The work is the sum of the smaller degree over all joined pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .both_ends import BothEnds
from .shares import shares, summed

# Counters of the two-paths from u to v, one word for each v: nine fields of 7 bits, one for each
# pair of states. One load and one store for each two-path; nine separate counters were twice as
# slow on a graph of 15 million edges. A field that reaches 64 spills over into a table of its own.
_FIELD_BITS = 7
_FULL = np.uint64(sum(64 << _FIELD_BITS * field for field in range(9)))
_SPILLED = np.uint64(1 << 63)
_SPILL_OR_FULL = _FULL | _SPILLED
# Every third field; sums of a word's fields grow in three words with lanes of 21 bits each.
_LANE_BITS = 21
_EVERY_THIRD = np.uint64(sum(127 << _LANE_BITS * lane for lane in range(3)))
_LANE = np.uint64((1 << _LANE_BITS) - 1)
_UNTIL_LANES_FILL = (1 << _LANE_BITS) // 64


class EdgeAndPairSums(NamedTuple):
    """Sums over the joined pairs u, w, where u is the end of higher degree.

    Attributes
    ----------
    edges : (3, 16, 16) int64
        By state of (u, w) less 1: sums of products ``x[i] * x[j]`` of the 16 numbers ``x``.
        ``x[3 * (p - 1) + q - 1]`` is the number of v with (u, v) in state p and (w, v) in state
        q; ``x[9 + p - 1]`` and ``x[12 + p - 1]`` the dyads of u and of w in state p; ``x[15]``
        is 1. Only what is needed is filled: rows 0 to 8; rows 9 to 11 and 15 from column 12 on.
    cycles : (9, 9) int64
        Four-cycles u-w-v-x with u the highest: by type of the later and of the earlier two-path,
        where ``3 * (p - 1) + q - 1`` is the type of u-w-v with (u, w) in state p and (w, v) in q.
    """

    edges: NDArray[np.int64]
    cycles: NDArray[np.int64]


def edge_and_pair_sums(lists: BothEnds, threads: int) -> EdgeAndPairSums:
    """Sums over all edges and all two-paths of a graph."""

    def part(first: int, stop: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        result: tuple[NDArray[np.int64], NDArray[np.int64]] = _sums(*lists, first, stop)
        return result

    if threads == 1:
        runs = [(0, len(lists.n_before))]
    else:
        runs = shares(_probes(lists.indptr, lists.codes, lists.n_before), threads)
    return EdgeAndPairSums(*summed(part, runs, threads))


@compiled
def _probes(indptr, codes, n_before):  # type: ignore[no-untyped-def]
    """(N,) int64: steps that `_sums` takes for each u. Arrays as in `BothEnds`; not checked."""
    n_nodes = n_before.shape[0]
    probes = np.empty(n_nodes, np.int64)
    for u in range(n_nodes):
        steps = indptr[u + 1] - indptr[u]
        for j in range(indptr[u] + n_before[u], indptr[u + 1]):
            w = codes[j] >> np.uint32(2)
            steps += indptr[w + 1] - indptr[w]
        probes[u] = steps
    return probes


@compiled
def _sums(indptr, codes, n_before, degrees, first, stop):  # type: ignore[no-untyped-def]
    """Both sums for the edges u, w and two-paths u, w, v with u in first ... stop - 1, u < w, v.

    Arrays as in `BothEnds`; not checked here.
    """
    n_nodes = n_before.shape[0]
    two, three = np.uint32(2), np.uint32(3)
    one_field, two_fields = np.uint64(_FIELD_BITS), np.uint64(2 * _FIELD_BITS)
    edges = np.zeros((3, 16, 16), np.int64)
    cycles = np.zeros((9, 9), np.int64)
    state = np.zeros(n_nodes, np.uint8)  # of the dyad (u, v), times 4
    counters = np.zeros(n_nodes, np.uint64)
    spilled = np.zeros((n_nodes, 9), np.uint32)
    met = np.empty(n_nodes + 1, np.int32)
    lanes = np.zeros((4, 4, 3), np.uint64)
    in_lanes = 0
    triangles = np.zeros(16, np.int64)
    far = np.zeros((3, 4), np.int64)
    for u in range(first, stop):
        begin, end = indptr[u], indptr[u + 1]
        if begin + n_before[u] == end:
            continue
        for j in range(begin, end):
            state[codes[j] >> two] = np.uint8(codes[j] & three) << np.uint8(2)
        n_met = 0
        itself = np.uint32(u) << two
        for j in range(begin + n_before[u], end):
            w = np.int64(codes[j] >> two)
            from_u = np.int64(codes[j] & three)
            seen_triangle = False
            q, after = indptr[w], indptr[w + 1]
            while codes[q] < itself:
                near = state[codes[q] >> two]
                if near:
                    triangles[near | np.uint8(codes[q] & three)] += 1
                    seen_triangle = True
                q += 1
            q += 1  # u itself
            shift = np.uint64(_FIELD_BITS * (3 * from_u - 4))
            while q < after:
                stop_at = min(after, q + _UNTIL_LANES_FILL - in_lanes)
                in_lanes += stop_at - q
                for r in range(q, stop_at):
                    v = np.int64(codes[r] >> two)
                    from_w = codes[r] & three
                    before = counters[v]
                    met[n_met] = v
                    n_met += 1 if before == 0 else 0
                    near = state[v]
                    if near:
                        triangles[near | np.uint8(from_w)] += 1
                        seen_triangle = True
                    field = shift + np.uint64(_FIELD_BITS) * np.uint64(from_w)
                    now = before + (np.uint64(1) << field)
                    if now & _SPILL_OR_FULL:
                        path = 3 * from_u - 4 + np.int64(from_w)
                        if now & _SPILLED:
                            for other in range(9):
                                cycles[path, other] += np.int64(spilled[v, other])
                        if now & _FULL:
                            spilled[v, path] += np.uint32(64)
                            now = (now & ~_FULL) | _SPILLED
                    counters[v] = now
                    lanes[from_u, from_w, 0] += before & _EVERY_THIRD
                    lanes[from_u, from_w, 1] += (before >> one_field) & _EVERY_THIRD
                    lanes[from_u, from_w, 2] += (before >> two_fields) & _EVERY_THIRD
                q = stop_at
                if in_lanes == _UNTIL_LANES_FILL:
                    _empty_lanes(lanes, cycles)
                    in_lanes = 0
            for i in range(3):
                far[from_u - 1, i] += degrees[w, i]
            far[from_u - 1, 3] += 1
            if seen_triangle:
                _add_triangles(edges, from_u - 1, triangles, degrees, u, w)
        _add_ends(edges, degrees, u, far)
        for i in range(n_met):
            v = met[i]
            if counters[v] & _SPILLED:
                for other in range(9):
                    spilled[v, other] = 0
            counters[v] = 0
        for j in range(begin, end):
            state[codes[j] >> two] = 0
    _empty_lanes(lanes, cycles)
    return edges, cycles


@compiled
def _empty_lanes(lanes, cycles):  # type: ignore[no-untyped-def]
    """Add what has gathered in the lanes to `cycles` and begin anew."""
    for from_u in range(1, 4):
        for from_w in range(1, 4):
            for third in range(3):
                word = lanes[from_u, from_w, third]
                lanes[from_u, from_w, third] = 0
                for lane in range(3):
                    sums = (word >> np.uint64(_LANE_BITS * lane)) & _LANE
                    cycles[3 * from_u - 4 + from_w, 3 * lane + third] += np.int64(sums)


@compiled
def _add_triangles(edges, at, triangles, degrees, u, w):  # type: ignore[no-untyped-def]
    """Add the products with the triangles over one edge u, w in state at + 1, and clear these."""
    for p in range(1, 4):
        for q in range(1, 4):
            many = triangles[4 * p + q]
            if many == 0:
                continue
            row = 3 * p + q - 4
            for i in range(1, 4):
                for j in range(1, 4):
                    edges[at, row, 3 * i + j - 4] += many * triangles[4 * i + j]
                edges[at, row, 8 + i] += many * degrees[u, i - 1]
                edges[at, row, 11 + i] += many * degrees[w, i - 1]
            edges[at, row, 15] += many
    triangles[:] = 0


@compiled
def _add_ends(edges, degrees, u, far):  # type: ignore[no-untyped-def]
    """Add the products without triangles for all edges of one u, and clear `far`.

    far : (3, 4) int64, by state of (u, w): summed degrees of all w, and how many w there are.
    """
    for at in range(3):
        for j in range(4):
            for i in range(3):
                edges[at, 9 + i, 12 + j] += degrees[u, i] * far[at, j]
            edges[at, 15, 12 + j] += far[at, j]
            far[at, j] = 0
