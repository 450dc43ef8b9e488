"""Edge sets: is there an edge from a to b? The one question that a null's chain asks at every step.

Three ways. A bit matrix, where N x N bits fit the cache: one look-up. Else the row of a neuron, the
list of its receivers in any order, is read from end to end: a processor compares sixteen or more
receivers at a time, so that a row of a hundred costs less than one look-up in memory. The few rows
that are very long have a row of bits each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..compiled import compiled

if TYPE_CHECKING:
    from ..graph import Graph

BIT_MATRIX_UP_TO_NODES = 5792
# Rows are read in runs of this many, beyond their end: an array of rows has as many spare entries.
# A loop of fixed length is what the compiler turns into vector instructions: 10 ns for a row of 67
# on average, 24 ns for a loop of the row's own length.
LANES = 64
# Longer rows have a row of bits, the longest first, within 4 MB or as many bytes as the edges take.
_LONG_ROW = 256
_HUB_BYTES = 1 << 22

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(1)


@compiled
def bit_rows(n_rows, n_nodes, senders, receivers):  # type: ignore[no-untyped-def]
    """(R, ceil(N / 64)) uint64: bit b of row a is the edge from a to b; all of it: a bit matrix."""
    bits = np.zeros((n_rows, (n_nodes + 63) >> 6), np.uint64)
    for e in range(senders.shape[0]):
        b = receivers[e]
        bits[senders[e], b >> 6] |= _ONE << np.uint64(b & 63)
    return bits


@njit(inline="always")
def has_bit(bits, a, b):  # type: ignore[no-untyped-def]
    """Whether the edge from a to b is in a bit matrix."""
    return (bits[a, b >> 6] >> np.uint64(b & 63)) & _ONE


@njit(inline="always")
def flip_bit(bits, a, b):  # type: ignore[no-untyped-def]
    """Put the edge from a to b into a bit matrix, or take it out."""
    bits[a, b >> 6] ^= _ONE << np.uint64(b & 63)


@compiled
def has_in_row(receivers, begin, end, b):  # type: ignore[no-untyped-def]
    """Whether b is among receivers[begin:end]; receivers has LANES spare entries at its end."""
    x = np.int32(b)
    near = np.int32(0)
    k, stop = np.uint64(begin), np.uint64(end)
    while k < stop:
        for lane in range(LANES):
            near |= np.int32(receivers[k + np.uint64(lane)] == x)
        k += np.uint64(LANES)
    found = False
    if near:  # in the row, or in the one behind it
        for place in range(begin, end):
            found |= receivers[place] == x
    return found


@compiled
def mark_row(marks, receivers, begin, end):  # type: ignore[no-untyped-def]
    """Set the bits of receivers[begin:end]."""
    for k in range(begin, end):
        marks[receivers[k] >> 6] |= _ONE << np.uint64(receivers[k] & 63)


@compiled
def clear_row(marks, receivers, begin, end):  # type: ignore[no-untyped-def]
    """Clear the words that hold the bits of receivers[begin:end]."""
    for k in range(begin, end):
        marks[receivers[k] >> 6] = 0


def with_spare(receivers: NDArray[np.int32]) -> NDArray[np.int32]:
    """(E + LANES,) copy, the last entries -1."""
    return np.concatenate([receivers, np.full(LANES, -1, np.int32)])


def hub_rows(g: Graph) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Rows of bits of the neurons with very many receivers.

    Returns
    -------
    hub : (N,) int32
        Row of each neuron in `bits`, or -1.
    bits : (H, ceil(N / 64)) uint64, H >= 1
    """
    width = (g.n_nodes + 63) >> 6
    most = max(_HUB_BYTES, g.out_indices.nbytes) // (8 * max(width, 1))
    longest = np.argsort(-g.out_degree, kind="stable")[:most]
    chosen = longest[g.out_degree[longest] > _LONG_ROW]
    hub = np.full(g.n_nodes, -1, np.int32)
    hub[chosen] = np.arange(len(chosen), dtype=np.int32)
    edges = np.flatnonzero(hub[g.out_sources] >= 0)
    rows = bit_rows(max(len(chosen), 1), g.n_nodes, hub[g.out_sources[edges]], g.out_indices[edges])
    return hub, rows


@njit(inline="always")
def home(key, shift):  # type: ignore[no-untyped-def]
    """The slot of a hash table in which a key is looked for first."""
    return np.int64((key * _GOLDEN) >> shift)
