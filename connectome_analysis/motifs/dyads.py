"""Dyads: both directions of every joined pair in one list, each pair once, from low to high degree.

A triangle is found where two neighbours of a neuron are themselves joined. When every pair is
kept only at its end of lower degree, the lists are short even at hubs: the work is the sum over
kept pairs of the shorter lists ahead, O(E^1.5) at worst, and far less on connectomes (Chiba and
Nishizeki 1985, doi:10.1137/0214017).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled

FORWARD, BACKWARD, MUTUAL = 1, 2, 3


class OrientedDyads(NamedTuple):
    """The joined pairs of a graph, each stored once at its lower-degree end.

    Attributes
    ----------
    indptr : (N + 1,) int64
    codes : (P,) uint32
        ``rank << 2 | code``: the other end's rank by falling degree, and the dyad's code:
        1 from the holder to the other, 2 the other way, 3 both. Ascending within a holder.
        Holders are ranks too.
    asymmetric_out, asymmetric_in, mutual : (N,) int64
        By rank: number of one-way dyads that leave and enter, and of mutual dyads.
    """

    indptr: NDArray[np.int64]
    codes: NDArray[np.uint32]
    asymmetric_out: NDArray[np.int64]
    asymmetric_in: NDArray[np.int64]
    mutual: NDArray[np.int64]


@compiled
def _oriented_dyads(n_nodes, senders, receivers):  # type: ignore[no-untyped-def]
    """senders, receivers : (E,) int32 in [0, n_nodes), n_nodes < 2**30, a simple graph without
    self-loops; not checked here.
    """
    n_edges = senders.shape[0]
    degree = np.zeros(n_nodes, np.int64)
    for e in range(n_edges):
        degree[senders[e]] += 1
        degree[receivers[e]] += 1
    # Hubs get the small ranks, so that the marks most often read lie close together.
    highest = 0
    for v in range(n_nodes):
        highest = max(highest, degree[v])
    start = np.zeros(highest + 2, np.int64)
    for v in range(n_nodes):
        start[highest - degree[v] + 1] += 1
    for d in range(highest + 1):
        start[d + 1] += start[d]
    rank = np.empty(n_nodes, np.int32)
    for v in range(n_nodes):
        d = highest - degree[v]
        rank[v] = start[d]
        start[d] += 1

    offsets = np.zeros(n_nodes + 1, np.int64)
    for e in range(n_edges):
        offsets[max(rank[senders[e]], rank[receivers[e]]) + 1] += 1
    for v in range(n_nodes):
        offsets[v + 1] += offsets[v]
    place = offsets[:-1].copy()
    raw = np.empty(n_edges, np.uint32)
    for e in range(n_edges):
        a, b = rank[senders[e]], rank[receivers[e]]
        if a > b:
            raw[place[a]] = (np.uint32(b) << np.uint32(2)) | np.uint32(1)
            place[a] += 1
        else:
            raw[place[b]] = (np.uint32(a) << np.uint32(2)) | np.uint32(2)
            place[b] += 1

    # The two entries of a mutual pair have the same holder: merge them.
    indptr = np.zeros(n_nodes + 1, np.int64)
    mark = np.zeros(n_nodes, np.uint8)
    out = np.zeros(n_nodes, np.int64)
    into = np.zeros(n_nodes, np.int64)
    mutual = np.zeros(n_nodes, np.int64)
    kept = 0
    for v in range(n_nodes):
        first = kept
        for j in range(offsets[v], offsets[v + 1]):
            mark[raw[j] >> np.uint32(2)] |= np.uint8(raw[j] & np.uint32(3))
        for j in range(offsets[v], offsets[v + 1]):
            u = raw[j] >> np.uint32(2)
            code = mark[u]
            if code:
                mark[u] = 0
                raw[kept] = (u << np.uint32(2)) | np.uint32(code)
                kept += 1
                if code == 3:
                    mutual[v] += 1
                    mutual[u] += 1
                elif code == 1:
                    out[v] += 1
                    into[u] += 1
                else:
                    into[v] += 1
                    out[u] += 1
        raw[first:kept].sort()
        indptr[v + 1] = kept
    return indptr, raw[:kept].copy(), out, into, mutual


def oriented_dyads(
    n_nodes: int, senders: NDArray[np.int32], receivers: NDArray[np.int32]
) -> OrientedDyads:
    """Build the oriented dyad lists of a simple graph without self-loops.

    Parameters
    ----------
    n_nodes : int
    senders, receivers : (E,) int32
        Dense indices, in any order.
    """
    if n_nodes >= 2**30:  # two bits of a 32-bit word are taken by the code
        msg = f"Triads can be counted for up to {2**30 - 1:,} neurons, got {n_nodes:,}."
        raise ValueError(msg)
    return OrientedDyads(*_oriented_dyads(n_nodes, senders, receivers))
