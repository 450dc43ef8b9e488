"""Rooted copies: for every neuron, in how many copies of a four-node graph it has which role.

A copy has its edges where the graph has edges, whatever the other dyads of the four hold. What can
be had without meeting them one by one comes from sums over the neighbours of a neuron; what remains
are paws and diamonds from the triangles over each edge, cycles from two-paths, and cliques. Each of
the three kernels writes to columns that the others leave alone, so that they run side by side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .both_ends import BothEnds
from .four_cliques import lay_out, lowest_bit


@compiled
def copies_over_edges(lists, paw_u, paw_w, chord_u, chord_w, side, row, twice, triangles):  # type: ignore[no-untyped-def]
    """Add twice the paws off their corner, and the diamonds, to the role columns of `twice`.

    lists : BothEnds. paw_u, paw_w : (3, 9, 3), chord_u, chord_w, side : (3, 9, 9) int64, columns
    from `rooted_algebra.EdgeColumns`. twice : (N, n_roles) int64, neuron u in its row ``row[u]``,
    and triangles : (N, 27) int64, by rank; both are added to. Not checked here.
    """
    indptr, codes, n_before, degrees = lists
    n_nodes = n_before.shape[0]
    two, three = np.uint32(2), np.uint32(3)
    state = np.zeros(n_nodes, np.uint8)
    corner = np.empty(n_nodes, np.int32)
    way = np.empty(n_nodes, np.int8)
    many = np.zeros(9, np.int64)
    for u in range(n_nodes):
        begin, end = indptr[u], indptr[u + 1]
        if begin + n_before[u] == end:
            continue
        for j in range(begin, end):
            state[codes[j] >> two] = codes[j] & three
        for j in range(begin + n_before[u], end):
            w = np.int64(codes[j] >> two)
            uw = np.int64(codes[j] & three)
            wu = (uw & 1) << 1 | uw >> 1
            n = 0
            for q in range(indptr[w], indptr[w + 1]):
                v = codes[q] >> two
                if state[v]:
                    corner[n] = v
                    way[n] = 3 * np.int64(state[v]) - 4 + np.int64(codes[q] & three)
                    many[way[n]] += 1
                    n += 1
            if n == 0:
                continue
            for t in range(9):
                k = many[t]
                if k == 0:
                    continue
                uv, wv = t // 3 + 1, t % 3 + 1
                triangles[u, 9 * uw - 9 + t] += k
                triangles[w, 9 * wu - 9 + 3 * wv + uv - 4] += k
                for tail in range(1, 4):
                    # The tail is neither of the other two corners.
                    at_w = degrees[w, tail - 1] - (tail == wu) - (tail == wv)
                    at_u = degrees[u, tail - 1] - (tail == uw) - (tail == uv)
                    twice[row[u], paw_u[uw - 1, t, tail - 1]] += 2 * k * at_w
                    twice[row[w], paw_w[uw - 1, t, tail - 1]] += 2 * k * at_u
                for other in range(9):
                    pairs = k * (many[other] - (1 if other == t else 0))
                    if pairs:
                        twice[row[u], chord_u[uw - 1, t, other]] += pairs
                        twice[row[w], chord_w[uw - 1, t, other]] += pairs
            for i in range(n):
                t = way[i]
                for other in range(9):
                    others = many[other] - (1 if other == t else 0)
                    if others:
                        twice[row[corner[i]], side[uw - 1, t, other]] += 2 * others
            many[:] = 0
        for j in range(begin, end):
            state[codes[j] >> two] = 0


@compiled
def copies_of_cycles(lists, end_u, end_v, middle, row, twice):  # type: ignore[no-untyped-def]
    """Add twice the four-cycles to the role columns of `twice`.

    lists : BothEnds. end_u, end_v, middle : (9, 9) int64, columns from
    `rooted_algebra.CycleColumns`. row, twice : as in `copies_over_edges`. Not checked here.
    """
    indptr, codes, n_before, _ = lists
    n_nodes = n_before.shape[0]
    two, three = np.uint32(2), np.uint32(3)
    paths = np.zeros((n_nodes, 9), np.uint32)
    met = np.empty(n_nodes + 1, np.int32)
    total = np.zeros(n_nodes, np.uint32)
    of_middle = np.zeros((3, 9), np.int64)
    itself = np.zeros(3, np.int64)
    for u in range(n_nodes):
        begin, end = indptr[u] + n_before[u], indptr[u + 1]
        n_met = 0
        for j in range(begin, end):
            w = codes[j] >> two
            first = 3 * np.int64(codes[j] & three) - 4
            for q in range(indptr[w + 1] - 1, indptr[w] - 1, -1):
                v = np.int64(codes[q] >> two)
                if v <= u:
                    break
                met[n_met] = v
                n_met += 1 if total[v] == 0 else 0
                total[v] += np.uint32(1)
                paths[v, first + np.int64(codes[q] & three)] += np.uint32(1)
        for j in range(begin, end):
            w = codes[j] >> two
            first = 3 * np.int64(codes[j] & three) - 3
            any_cycle = False
            for q in range(indptr[w + 1] - 1, indptr[w] - 1, -1):
                v = np.int64(codes[q] >> two)
                if v <= u:
                    break
                if total[v] < 2:
                    continue
                any_cycle = True
                to_v = np.int64(codes[q] & three) - 1
                itself[to_v] += 1
                for other in range(9):
                    of_middle[to_v, other] += paths[v, other]
            if any_cycle:
                for last in range(3):
                    if itself[last] == 0:
                        continue
                    of_middle[last, first + last] -= itself[last]
                    itself[last] = 0
                    for other in range(9):
                        twice[row[w], middle[first + last, other]] += 2 * of_middle[last, other]
                        of_middle[last, other] = 0
        for i in range(n_met):
            v = met[i]
            if total[v] > 1:
                for path in range(9):
                    k = np.int64(paths[v, path])
                    if k == 0:
                        continue
                    for other in range(9):
                        pairs = k * (np.int64(paths[v, other]) - (1 if other == path else 0))
                        if pairs:
                            twice[row[u], end_u[path, other]] += pairs
                            twice[row[v], end_v[path, other]] += pairs
            total[v] = 0
            for path in range(9):
                paths[v, path] = 0


@compiled
def copies_of_cliques(held_indptr, held, most, role, row, twice):  # type: ignore[no-untyped-def]
    """Add twice the four-cliques to the role columns of `twice`.

    held_indptr, held : as in `OrientedDyads`; most : the longest list; role : (4096, 4) as in
    `CodeTables`; row, twice : as in `copies_over_edges`. Not checked here.
    """
    two, three = np.uint32(2), np.uint32(3)
    one = np.uint64(1)
    place = np.zeros(held_indptr.shape[0] - 1, np.int32)
    states = np.zeros((most, most), np.uint8)
    bits = np.zeros((most, (most >> 6) + 1), np.uint64)
    for a in range(held_indptr.shape[0] - 1):
        begin = held_indptr[a]
        size = held_indptr[a + 1] - begin
        if size < 3:
            continue
        lay_out(held_indptr, held, begin, size, place, states, bits)
        for i in range(2, size):
            b = held[begin + i] >> two
            for j in range(1, i):
                if not (bits[i, j >> 6] >> np.uint64(j & 63)) & one:
                    continue
                c = held[begin + j] >> two
                base = (
                    np.int64(held[begin + i] & three)
                    | np.int64(held[begin + j] & three) << 2
                    | np.int64(states[i, j]) << 6
                )
                for word in range((j >> 6) + 1):
                    common = bits[i, word] & bits[j, word]
                    while common:
                        k = (word << 6) + lowest_bit(common)
                        common &= common - one
                        code = (
                            base
                            | np.int64(held[begin + k] & three) << 4
                            | np.int64(states[i, k]) << 8
                            | np.int64(states[j, k]) << 10
                        )
                        twice[row[a], role[code, 0]] += 2
                        twice[row[b], role[code, 1]] += 2
                        twice[row[c], role[code, 2]] += 2
                        twice[row[held[begin + k] >> two], role[code, 3]] += 2


def neighbour_sums(
    lists: BothEnds, values: NDArray[np.int64], first: int, stop: int
) -> NDArray[np.int64]:
    """(stop - first, 3 * K) int64: sums of values over neighbours, by the state of the dyad.

    Parameters
    ----------
    values : (N, K) int64
        By rank.
    first, stop : int
        For which neurons.
    """
    sums: NDArray[np.int64] = _neighbour_sums(lists.indptr, lists.codes, values, first, stop)
    return sums.reshape(stop - first, 3 * values.shape[1])


@compiled
def _neighbour_sums(indptr, codes, values, first, stop):  # type: ignore[no-untyped-def]
    """indptr, codes as in `BothEnds`; values (N, K) int64; not checked here."""
    width = values.shape[1]
    sums = np.zeros((stop - first, 3, width), np.int64)
    for v in range(first, stop):
        for j in range(indptr[v], indptr[v + 1]):
            into = sums[v - first, np.int64(codes[j] & np.uint32(3)) - 1]
            row = values[codes[j] >> np.uint32(2)]
            for k in range(width):
                into[k] += row[k]
    return sums
