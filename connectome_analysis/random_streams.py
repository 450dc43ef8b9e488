"""Random streams: one seed, and for every sample a stream of its own that no other sample touches.

Kernels draw from xoshiro256++ (Blackman and Vigna 2021, doi:10.1145/3460772), seeded for sample
number *s* from ``numpy.random.SeedSequence(seed, spawn_key=(s,))``. The numbers of a sample
therefore do not depend on how many samples there are, nor on the threads that draw them.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

Seed: TypeAlias = int | np.random.Generator | None
State = NDArray[np.uint64]

_TO_UNIT = 1.0 / (1 << 53)


def seed_number(rng: Seed) -> int:
    """Turn what a caller gives as `rng` into one integer.

    Parameters
    ----------
    rng : int, numpy.random.Generator or None
        An integer of at least 0 stands for itself; a generator is asked for one; None draws from
        the operating system.
    """
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(0, 2**63))
    if rng is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0] >> np.uint64(1))
    given: object = rng
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < 0:
        msg = f"rng must be an integer of at least 0 or a numpy Generator, got {rng!r}."
        raise ValueError(msg)
    return int(rng)


def stream(seed: int, sample: int) -> State:
    """(4,) uint64 state of the stream of one sample."""
    words = np.random.SeedSequence(seed, spawn_key=(sample,)).generate_state(4, np.uint64)
    return words.astype(np.uint64, copy=False)


@njit(inline="always")
def next_word(state):  # type: ignore[no-untyped-def]
    """Draw 64 random bits. state : (4,) uint64, not all zero, changed in place; not checked."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    x = a + d
    result = ((x << np.uint64(23)) | (x >> np.uint64(41))) + a
    t = b << np.uint64(17)
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << np.uint64(45)) | (d >> np.uint64(19))
    state[0], state[1], state[2], state[3] = a, b, c, d
    return result


@njit(inline="always")
def pick(word, size):  # type: ignore[no-untyped-def]
    """Turn the upper 53 bits of a word into an integer from 0 to size - 1; 11 bits stay free.

    size in [1, 2**53]; not checked. The bias of each value is below size / 2**53, which no test
    could ever see.
    """
    return np.int64(np.float64(word >> np.uint64(11)) * _TO_UNIT * size)


@njit(inline="always")
def below(state, size):  # type: ignore[no-untyped-def]
    """Draw an integer from 0 to size - 1, each exactly equally likely.

    state : (4,) uint64, changed in place; size in [1, 2**63); not checked. Words from the last,
    incomplete run of `size` values are drawn again.
    """
    bound = np.uint64(size)
    while True:
        word = next_word(state)
        rest = word % bound
        if word - rest <= np.uint64(0) - bound:
            return np.int64(rest)


@njit(inline="always")
def unit(state):  # type: ignore[no-untyped-def]
    """Draw a float from [0, 1), a multiple of 2**-53. state : (4,) uint64, changed in place."""
    return np.float64(next_word(state) >> np.uint64(11)) * _TO_UNIT
