"""Edge sets: is there an edge from a to b? The one question that switching asks, twice a proposal.

Two kinds. A bit matrix, where N x N bits fit the cache: one look-up, always. A hash table with
open addressing for larger graphs, whose deletions leave no gaps, so that it never degrades.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..compiled import compiled

# 4 MB of bits stay in the second-level cache of current processors.
BIT_MATRIX_UP_TO_NODES = 5792

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(1)


@compiled
def bit_matrix(n_nodes, senders, receivers):  # type: ignore[no-untyped-def]
    """(N, ceil(N / 64)) uint64: bit b of row a is the edge from a to b."""
    bits = np.zeros((n_nodes, (n_nodes + 63) >> 6), np.uint64)
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


@njit(inline="always")
def edge_key(a, b):  # type: ignore[no-untyped-def]
    """The edge from a to b as one word, never 0."""
    return ((np.uint64(a) << np.uint64(32)) | np.uint64(b)) + _ONE


@njit(inline="always")
def home(key, shift):  # type: ignore[no-untyped-def]
    """The slot in which a key is looked for first."""
    return np.int64((key * _GOLDEN) >> shift)


@njit(inline="always")
def has_key(table, shift, key):  # type: ignore[no-untyped-def]
    """Whether a key is in the table."""
    mask = table.shape[0] - 1
    slot = home(key, shift)
    while True:
        found = table[slot]
        if found == key:
            return True
        if found == 0:
            return False
        slot = (slot + 1) & mask


@njit(inline="always")
def insert_key(table, shift, key):  # type: ignore[no-untyped-def]
    """Put in a key that is not there."""
    mask = table.shape[0] - 1
    slot = home(key, shift)
    while table[slot] != 0:
        slot = (slot + 1) & mask
    table[slot] = key


@njit(inline="always")
def delete_key(table, shift, key):  # type: ignore[no-untyped-def]
    """Take out a key that is there, and close the gap it leaves (Knuth 6.4, algorithm R)."""
    mask = table.shape[0] - 1
    gap = home(key, shift)
    while table[gap] != key:
        gap = (gap + 1) & mask
    slot = gap
    while True:
        slot = (slot + 1) & mask
        other = table[slot]
        if other == 0:
            break
        # The key at `slot` may move into the gap if its home does not lie between the two.
        if ((slot - home(other, shift)) & mask) >= ((slot - gap) & mask):
            table[gap] = other
            gap = slot
    table[gap] = 0


def table_bits(n_edges: int) -> int:
    """Binary logarithm of the size of a table that is at most half full."""
    return max(4, int(2 * n_edges - 1).bit_length())


@compiled
def hash_table(senders, receivers, n_bits):  # type: ignore[no-untyped-def]
    """(2**n_bits,) uint64 table of a simple graph's edges; 0 is an empty slot."""
    table = np.zeros(1 << n_bits, np.uint64)
    shift = np.uint64(64 - n_bits)
    for e in range(senders.shape[0]):
        insert_key(table, shift, edge_key(senders[e], receivers[e]))
    return table


EdgeArray = NDArray[np.int32]
