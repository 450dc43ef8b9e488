"""Partners: one row per neuron of all it is joined with, those it sends to first.

A row has three parts: neurons it sends to one way, mutual partners, neurons that send to it one
way. As long as nobody's three numbers change, parts begin where they began, and "is a joined with
b?" is answered by either row alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import Graph


class Places(NamedTuple):
    """Where the parts of rows begin.

    One-way edges are numbered by sender, and so are mutual pairs, each once for either neuron.

    Attributes
    ----------
    rows : (N + 1,) int64
        Where rows begin.
    one_way, mutual : (N + 1,) int64
        First one-way edge, first mutual pair of each neuron.
    one_way_senders, mutual_senders : (E1,), (E2,) int32
    one_way_shift, mutual_shift : (N,) int64
        From the number of an edge or pair to its place in the row of its sender.
    """

    rows: NDArray[np.int64]
    one_way: NDArray[np.int64]
    mutual: NDArray[np.int64]
    one_way_senders: NDArray[np.int32]
    mutual_senders: NDArray[np.int32]
    one_way_shift: NDArray[np.int64]
    mutual_shift: NDArray[np.int64]


def places_of(g: Graph) -> Places:
    """Places for a graph without self-loops."""
    mutual_degree = _mutual_degrees(g.out_indptr, g.out_indices, g.in_indptr, g.in_indices)
    sends, receives = g.out_degree - mutual_degree, g.in_degree - mutual_degree
    rows, one_way, mutual = (
        np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
        for length in (sends + mutual_degree + receives, sends, mutual_degree)
    )
    neurons = np.arange(g.n_nodes, dtype=np.int32)
    return Places(
        rows,
        one_way,
        mutual,
        np.repeat(neurons, sends),
        np.repeat(neurons, mutual_degree),
        rows[:-1] - one_way[:-1],
        rows[:-1] + sends - mutual[:-1],
    )


@compiled
def _mutual_degrees(out_offsets, receivers, in_offsets, senders):  # type: ignore[no-untyped-def]
    """(N,) int64 mutual partners of each neuron."""
    n_nodes = out_offsets.shape[0] - 1
    sends_to = np.full(n_nodes, -1, np.int32)
    mutual = np.zeros(n_nodes, np.int64)
    for a in range(n_nodes):
        for e in range(in_offsets[a], in_offsets[a + 1]):
            sends_to[senders[e]] = a
        for e in range(out_offsets[a], out_offsets[a + 1]):
            mutual[a] += sends_to[receivers[e]] == a
    return mutual


@compiled
def fill_partners(receivers, offsets, in_offsets, places, partners, ends, twins):  # type: ignore[no-untyped-def]
    """Write rows of receivers into rows of partners.

    receivers, offsets : a graph with the numbers of `places`, in rows by sender; in_offsets : where
    its rows by receiver begin; partners : (P + LANES,) int32; ends : (E1,) int32, for each one-way
    edge the place of its sender in the row of its receiver; twins : (E2,) int32, for each mutual
    pair its number at the other neuron; the last three are written. Not checked here.
    """
    n_nodes = offsets.shape[0] - 1
    senders = np.empty(offsets[n_nodes], np.int32)
    after = in_offsets[:-1].copy()
    for a in range(n_nodes):
        for e in range(offsets[a], offsets[a + 1]):
            b = receivers[e]
            senders[after[b]] = a
            after[b] += 1
    sends_to = np.full(n_nodes, -1, np.int32)
    next_one, next_two = places.one_way[:-1].copy(), places.mutual[:-1].copy()
    next_end = places.mutual[1:] + places.mutual_shift
    for a in range(n_nodes):
        for e in range(in_offsets[a], in_offsets[a + 1]):
            sends_to[senders[e]] = a
        for e in range(offsets[a], offsets[a + 1]):
            b = receivers[e]
            if sends_to[b] != a:
                k = next_one[a]
                next_one[a] += 1
                partners[k + places.one_way_shift[a]] = b
                ends[k] = next_end[b]
                partners[next_end[b]] = a
                next_end[b] += 1
            elif a < b:
                k, m = next_two[a], next_two[b]
                next_two[a] += 1
                next_two[b] += 1
                partners[k + places.mutual_shift[a]] = b
                partners[m + places.mutual_shift[b]] = a
                twins[k], twins[m] = m, k


@compiled
def fill_receivers(places, partners, receivers, offsets):  # type: ignore[no-untyped-def]
    """Write rows of partners into rows of receivers, (E,)."""
    for a in range(offsets.shape[0] - 1):
        shift = places.rows[a] - offsets[a]
        for e in range(offsets[a], offsets[a + 1]):
            receivers[e] = partners[e + shift]


@compiled
def joined_bits(places, partners):  # type: ignore[no-untyped-def]
    """(N, ceil(N / 64)) uint64, symmetric: which neurons are joined, one way or both."""
    n_nodes = places.rows.shape[0] - 1
    bits = np.zeros((n_nodes, (n_nodes + 63) >> 6), np.uint64)
    for a in range(n_nodes):
        for k in range(places.rows[a], places.rows[a + 1]):
            b = partners[k]
            bits[a, b >> 6] |= np.uint64(1) << np.uint64(b & 63)
    return bits
