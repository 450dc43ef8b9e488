"""Generators: numpy's random generator from what callers give as `rng`."""

from __future__ import annotations

import numpy as np

from ..random_streams import Seed, seed_number


def generator(rng: Seed) -> np.random.Generator:
    """Turn an integer into a generator of that seed; a generator stands for itself.

    Examples
    --------
    >>> bool(generator(3).integers(100) == generator(3).integers(100))
    True
    """
    if isinstance(rng, np.random.Generator):
        return rng
    return np.random.default_rng(seed_number(rng))
