"""Random numbers of a simulated volume: a generator for each stage, a hash for each voxel.

Stages draw from ``numpy.random.SeedSequence(seed, spawn_key=(stage,))``, so that asking for one
thing more in one stage leaves the others as they were. What is drawn per voxel is a hash of the
seed and the place (splitmix64, Steele et al. 2014, doi:10.1145/2714064.2660195), so no thread
waits for another and any number of them gives the same bytes.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numba import njit

Seed: TypeAlias = int | np.random.Generator | None

STAGES = ("population", "growth", "warp", "texture", "glia", "organelles", "synapses", "sections")


def seed_number(rng: Seed) -> int:
    """One integer from what a caller gives as `rng`.

    Parameters
    ----------
    rng : int, numpy.random.Generator or None
        An integer of at least 0 stands for itself; a generator is asked for one; None draws from
        the operating system.

    Raises
    ------
    ValueError
        Where `rng` is none of these.

    Examples
    --------
    >>> seed_number(3)
    3
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


def generator(seed: int, stage: str) -> np.random.Generator:
    """Generator of one stage of the simulation (one of `STAGES`)."""
    key = (STAGES.index(stage),)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


@njit(inline="always")
def hashed(word):  # type: ignore[no-untyped-def]
    """Mix 64 bits into 64 others (the finalizer of splitmix64)."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@njit(inline="always")
def next_unit(state):  # type: ignore[no-untyped-def]
    """Draw a float from [0, 1). state : (1,) uint64, changed in place."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    return np.float64(hashed(state[0]) >> np.uint64(11)) * (1.0 / (1 << 53))


@njit(inline="always")
def near_normal(word):  # type: ignore[no-untyped-def]
    """Standard normal number of a word: the sum of its four 16-bit parts, scaled; |x| < 3.5."""
    total = (
        (word & np.uint64(0xFFFF))
        + ((word >> np.uint64(16)) & np.uint64(0xFFFF))
        + ((word >> np.uint64(32)) & np.uint64(0xFFFF))
        + (word >> np.uint64(48))
    )
    return (np.float64(total) - 131070.0) * (1.0 / 37837.2)
