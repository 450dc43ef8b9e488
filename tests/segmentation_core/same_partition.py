"""Same partition: whether two label volumes differ by the names of their labels alone."""

from __future__ import annotations

import numpy as np


def same_partition(one, two) -> bool:
    """Equal up to a permutation of labels; 0 must be 0 in both."""
    one, two = np.asarray(one).ravel(), np.asarray(two).ravel()
    if not np.array_equal(one == 0, two == 0):
        return False
    pairs = len(set(zip(one.tolist(), two.tolist(), strict=True)))
    return pairs == len(set(one.tolist())) == len(set(two.tolist()))
