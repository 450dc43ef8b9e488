"""Breadth first: the waves that spread from 512 neurons at once, one bit of a row for each.

Every neuron has a row of 512 bits: bit *s* is set once the wave from source *s* has come by. A
step makes each row the union of itself and the rows of the neurons that send to it, so one read
of a row serves 512 searches (Then et al. 2014, doi:10.14778/2735496.2735507). What keeps it fast:

- a neuron that all waves have reached is not looked at again;
- only rows that changed in the step before are read: one byte says so;
- a row is full most quickly from hubs, so neurons are renumbered by falling out-degree and each
  list of senders begins with them;
- where few rows changed, these push to their receivers instead (Beamer et al. 2012,
  doi:10.1109/SC.2012.50), so long chains cost no more than their edges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from ..compiled import compiled
from ..edge_lists import Offsets
from ..graph import Graph
from ..ids import Indices

WORDS = 8
SOURCES_AT_ONCE = 64 * WORDS
# A pull looks at one byte for every edge, a push at eight words for every edge of the changed.
_PUSH_BELOW = 1 / 16


class RankedGraph(NamedTuple):
    """A graph whose neurons are renumbered by falling out-degree, as CSR both ways.

    Attributes
    ----------
    rank : (N,) int32
        New number of each neuron.
    out_indptr, out_indices, in_indptr, in_indices
        As those of `Graph`, in the new numbers; neighbours ascend.
    """

    rank: Indices
    out_indptr: Offsets
    out_indices: Indices
    in_indptr: Offsets
    in_indices: Indices


def ranked(g: Graph) -> RankedGraph:
    """Renumber the neurons of a graph for the searches of this file."""
    order = np.argsort(-g.out_degree, kind="stable")
    rank = np.empty(g.n_nodes, dtype=np.int32)
    rank[order] = np.arange(g.n_nodes, dtype=np.int32)
    in_indptr, in_indices = _transposed(rank, order, g.out_indptr, g.out_indices, g.n_nodes)
    same = np.arange(g.n_nodes, dtype=np.int32)
    out_indptr, out_indices = _transposed(same, same, in_indptr, in_indices, g.n_nodes)
    return RankedGraph(rank, out_indptr, out_indices, in_indptr, in_indices)


@compiled
def _transposed(rank, order, indptr, indices, n_nodes):  # type: ignore[no-untyped-def]
    """CSR of the other direction, renumbered; lists ascend because rows are read in rank's order.

    rank, order : (N,) int, inverse permutations; indptr, indices : CSR; not checked here.
    """
    turned = np.zeros(n_nodes + 1, np.int64)
    for e in range(indices.shape[0]):
        turned[rank[indices[e]] + 1] += 1
    for v in range(n_nodes):
        turned[v + 1] += turned[v]
    place = turned[:-1].copy()
    filled = np.empty(indices.shape[0], np.int32)
    for u in range(n_nodes):
        old = order[u]
        for e in range(indptr[old], indptr[old + 1]):
            v = rank[indices[e]]
            filled[place[v]] = u
            place[v] += 1
    return turned, filled


@njit(inline="always")
def bits_set(word):  # type: ignore[no-untyped-def]
    """Count the bits of a uint64; compilers know this form and use the processor's own count."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def reached_by_length(out_indptr, out_indices, in_indptr, in_indices, sources, by_source, lengths):  # type: ignore[no-untyped-def]
    """For each length, how many (source, other neuron) pairs have just that distance.

    out_indptr, out_indices, in_indptr, in_indices : CSR both ways of one graph; sources : (S,) int,
    S <= 512, each once, in [0, N); not checked here.

    Returns (D,) int64 totals where `by_source` is False and (D, 512) int64 where it is True, for
    lengths 0 ... D - 1; length 0 holds the sources themselves.
    """
    n_nodes = in_indptr.shape[0] - 1
    n_edges = in_indices.shape[0]
    one = np.uint64(1)
    width = 512 if by_source else 1
    counts = np.zeros((lengths, width), np.int64)
    now = np.zeros((n_nodes, 8), np.uint64)
    after = np.zeros((n_nodes, 8), np.uint64)
    changed = np.zeros(n_nodes, np.uint8)
    changing = np.zeros(n_nodes, np.uint8)
    full = np.zeros(n_nodes, np.uint8)
    frontier = np.empty(n_nodes, np.int32)
    coming = np.empty(n_nodes, np.int32)
    want = np.zeros(8, np.uint64)
    for s in range(sources.shape[0]):
        now[sources[s], s >> 6] |= one << np.uint64(s & 63)
        want[s >> 6] |= one << np.uint64(s & 63)
        frontier[s] = sources[s]
        changed[sources[s]] = 1
        if by_source:
            counts[0, s] = 1
    if not by_source:
        counts[0, 0] = sources.shape[0]
    n_frontier = sources.shape[0]
    length = 0
    w0, w1, w2, w3 = want[0], want[1], want[2], want[3]
    w4, w5, w6, w7 = want[4], want[5], want[6], want[7]
    while n_frontier > 0:
        length += 1
        # `after` lacks what came in the step before.
        ahead = 0
        for i in range(n_frontier):
            v = frontier[i]
            ahead += out_indptr[v + 1] - out_indptr[v]
            for w in range(8):
                after[v, w] = now[v, w]
        n_coming = 0
        if ahead < (n_edges + n_nodes) * _PUSH_BELOW:
            for i in range(n_frontier):
                u = frontier[i]
                row = now[u]
                for e in range(out_indptr[u], out_indptr[u + 1]):
                    v = out_indices[e]
                    if full[v]:
                        continue
                    fresh = np.uint64(0)
                    target = after[v]
                    for w in range(8):
                        fresh |= row[w] & ~target[w]
                        target[w] |= row[w]
                    if fresh and not changing[v]:
                        changing[v] = 1
                        coming[n_coming] = v
                        n_coming += 1
        else:
            for v in range(n_nodes):
                if full[v]:
                    continue
                row = now[v]
                a0, a1, a2, a3 = row[0], row[1], row[2], row[3]
                a4, a5, a6, a7 = row[4], row[5], row[6], row[7]
                for e in range(in_indptr[v], in_indptr[v + 1]):
                    u = in_indices[e]
                    if changed[u] == 0:
                        continue
                    f = now[u]
                    a0 |= f[0]
                    a1 |= f[1]
                    a2 |= f[2]
                    a3 |= f[3]
                    a4 |= f[4]
                    a5 |= f[5]
                    a6 |= f[6]
                    a7 |= f[7]
                    missing = (
                        (w0 ^ a0) | (w1 ^ a1) | (w2 ^ a2) | (w3 ^ a3)
                        | (w4 ^ a4) | (w5 ^ a5) | (w6 ^ a6) | (w7 ^ a7)
                    )  # fmt: skip
                    if missing == 0:
                        break
                fresh = (
                    (row[0] ^ a0) | (row[1] ^ a1) | (row[2] ^ a2) | (row[3] ^ a3)
                    | (row[4] ^ a4) | (row[5] ^ a5) | (row[6] ^ a6) | (row[7] ^ a7)
                )  # fmt: skip
                if fresh:
                    target = after[v]
                    target[0], target[1], target[2], target[3] = a0, a1, a2, a3
                    target[4], target[5], target[6], target[7] = a4, a5, a6, a7
                    changing[v] = 1
                    coming[n_coming] = v
                    n_coming += 1
        if n_coming == 0:
            break
        if length == counts.shape[0]:
            longer = np.zeros((2 * counts.shape[0], width), np.int64)
            longer[:length] = counts
            counts = longer
        total = 0
        for i in range(n_coming):
            v = coming[i]
            missing = np.uint64(0)
            for w in range(8):
                fresh = after[v, w] ^ now[v, w]
                missing |= after[v, w] ^ want[w]
                if by_source:
                    for b in range(64):
                        counts[length, 64 * w + b] += np.int64((fresh >> np.uint64(b)) & one)
                else:
                    total += bits_set(fresh)
            if missing == 0:
                full[v] = 1
        if not by_source:
            counts[length, 0] = total
        for i in range(n_frontier):
            changed[frontier[i]] = 0
        now, after = after, now
        changed, changing = changing, changed
        frontier, coming = coming, frontier
        n_frontier = n_coming
    return counts[:length]
