"""Four-cliques: every four neurons that are all joined, found once, by the states of their dyads.

Each is met at the neuron of lowest degree. Among the neighbours that this one holds, the dyads are
laid out as a small matrix of bits, and the fourth of a clique is a bit that two rows share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .dyads import OrientedDyads
from .four_node_classes import N_CODES
from .shares import shares, summed


def four_clique_codes(dyads: OrientedDyads, threads: int) -> NDArray[np.int64]:
    """(4096,) int64: number of four-cliques by code, as in `four_node_classes.CodeTables`."""

    def part(first: int, stop: int) -> tuple[NDArray[np.int64]]:
        return (_clique_codes(dyads.indptr, dyads.codes, most, first, stop),)

    held = np.diff(dyads.indptr)
    most = int(held.max(initial=0))
    if threads == 1:
        runs = [(0, len(held))]
    else:
        # Pairs of neighbours held, and a word of bits for each 64: within a few times the truth.
        runs = shares(held * held * (1 + held // 64), threads)
    return summed(part, runs, threads)[0]


@compiled
def _clique_codes(indptr, codes, most, first, stop):  # type: ignore[no-untyped-def]
    """Histogram of the codes of the cliques held by ranks first ... stop - 1.

    indptr, codes : as in `OrientedDyads`; most : the longest list of a holder; not checked here.
    """
    three = np.uint32(3)
    one = np.uint64(1)
    histogram = np.zeros(N_CODES, np.int64)
    place = np.zeros(indptr.shape[0] - 1, np.int32)
    states = np.zeros((most, most), np.uint8)
    bits = np.zeros((most, (most >> 6) + 1), np.uint64)
    for a in range(first, stop):
        begin = indptr[a]
        size = indptr[a + 1] - begin
        if size < 3:
            continue
        lay_out(indptr, codes, begin, size, place, states, bits)
        for i in range(2, size):
            ai = np.int64(codes[begin + i] & three)
            for j in range(1, i):
                if not (bits[i, j >> 6] >> np.uint64(j & 63)) & one:
                    continue
                aj = np.int64(codes[begin + j] & three)
                base = ai | aj << 2 | np.int64(states[i, j]) << 6
                for word in range((j >> 6) + 1):
                    common = bits[i, word] & bits[j, word]
                    while common:
                        k = (word << 6) + lowest_bit(common)
                        common &= common - one
                        histogram[
                            base
                            | np.int64(codes[begin + k] & three) << 4
                            | np.int64(states[i, k]) << 8
                            | np.int64(states[j, k]) << 10
                        ] += 1
    return histogram


@compiled
def lay_out(indptr, codes, begin, size, place, states, bits):  # type: ignore[no-untyped-def]
    """Write the dyads among the `size` neighbours from `begin` on into `states` and `bits`.

    Row i has what neighbour i holds: ``states[i, j]``, j < i, where bit j of ``bits[i]`` is set.
    place : (N,) int32, all 0, and so left; indptr, codes as in `OrientedDyads`; not checked here.
    """
    two, three = np.uint32(2), np.uint32(3)
    for i in range(size):
        place[codes[begin + i] >> two] = i + 1
    for i in range(size):
        for word in range((size >> 6) + 1):
            bits[i, word] = 0
        b = codes[begin + i] >> two
        for q in range(indptr[b], indptr[b + 1]):
            j = place[codes[q] >> two]
            if j:
                j -= 1
                states[i, j] = np.uint8(codes[q] & three)
                bits[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    for i in range(size):
        place[codes[begin + i] >> two] = 0


@compiled
def lowest_bit(word):  # type: ignore[no-untyped-def]
    """Place of the lowest bit set in a uint64 that is not 0: the number of zeros below it."""
    x = (word & (~word + np.uint64(1))) - np.uint64(1)
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))
