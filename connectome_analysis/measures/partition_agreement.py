"""Partition agreement: do two ways to divide the neurons into groups divide them alike?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def adjusted_rand(one: ArrayLike, other: ArrayLike) -> float:
    """Adjusted Rand index of two partitions of the same neurons.

    Of all pairs of neurons, those put together by both, less what chance would put together, over
    the most there could be, less the same. Hubert and Arabie 1985, doi:10.1007/BF01908075.

    Parameters
    ----------
    one, other : (N,) arrays of labels
        Any values that can be sorted; only which are equal matters.

    Returns
    -------
    float
        1 for the same partition, 0 on average for partitions unrelated; may be below 0. 1 for
        fewer than two neurons.

    Raises
    ------
    ValueError
        Where the lengths differ.

    Examples
    --------
    >>> adjusted_rand([0, 0, 1, 1], ["b", "b", "a", "a"])
    1.0
    >>> adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1])
    -0.5
    """
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape or a.ndim != 1:
        msg = f"Two lists of labels of equal length are wanted, got shapes {a.shape}, {b.shape}."
        raise ValueError(msg)
    a_names, a_number = np.unique(a, return_inverse=True)
    b_names, b_number = np.unique(b, return_inverse=True)
    _, both = np.unique(a_number * len(b_names) + b_number, return_counts=True)
    together = _pairs(both)
    in_a = _pairs(np.bincount(a_number, minlength=len(a_names)))
    in_b = _pairs(np.bincount(b_number, minlength=len(b_names)))
    pairs = len(a) * (len(a) - 1) // 2
    # Whole numbers, multiplied by 2 and by the number of pairs: nothing is rounded.
    above = 2 * (pairs * together - in_a * in_b)
    below = pairs * (in_a + in_b) - 2 * in_a * in_b
    return above / below if below else 1.0


def _pairs(counts: NDArray[np.int64]) -> int:
    return int((counts.astype(np.int64) * (counts - 1) // 2).sum())
